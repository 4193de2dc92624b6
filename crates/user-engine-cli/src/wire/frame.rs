//! Where one message of the protocol ends and the next begins.

/// What one side has said and nobody has passed on yet.
pub(super) struct Frames {
    bytes: Vec<u8>,
    /// Whether the next message is a client's first, which has no type byte.
    is_first: bool,
}

impl Frames {
    /// Nothing yet, of a client or of a server.
    pub(super) fn new(is_client: bool) -> Self {
        Self {
            bytes: Vec::new(),
            is_first: is_client,
        }
    }

    /// Takes what was read.
    pub(super) fn push(&mut self, read: &[u8]) {
        self.bytes.extend_from_slice(read);
    }

    /// The ends of the whole messages so far, as offsets, in order.
    pub(super) fn borders(&self) -> Vec<usize> {
        let (mut borders, mut at, mut has_type) = (Vec::new(), 0, !self.is_first);
        loop {
            let length_at = at + usize::from(has_type);
            let Some(length) = self.bytes.get(length_at..length_at + 4) else {
                break;
            };
            let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
            let end = length_at + usize::try_from(length).unwrap_or(usize::MAX).max(4);
            if end > self.bytes.len() {
                break;
            }
            borders.push(end);
            (at, has_type) = (end, true);
        }
        borders
    }

    /// Gives up everything before a border.
    pub(super) fn take(&mut self, border: usize) -> Vec<u8> {
        self.is_first = false;
        let rest = self.bytes.split_off(border);
        std::mem::replace(&mut self.bytes, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_first_message_has_no_type_and_every_other_has() {
        let mut frames = Frames::new(true);
        frames.push(&[0, 0, 0, 8, 1, 2, 3, 4, b'Q', 0, 0, 0, 5, 0, b'S', 0, 0]);
        assert_eq!(frames.borders(), [8, 14]);
        assert_eq!(frames.take(8).len(), 8);
        assert_eq!(frames.borders(), [6]);
        frames.push(&[0, 4]);
        assert_eq!(frames.borders(), [6, 11]);
    }
}
