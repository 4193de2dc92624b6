//! Filters: which cases run, by a glob over their ids.

/// Whether a text matches a glob: `*` stands for any run of characters, `?` for one.
pub fn matches(glob: &str, text: &str) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let (mut g, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((g, t));
                g += 1;
            }
            Some(b'?') => {
                g += 1;
                t += 1;
            }
            Some(byte) if *byte == text[t] => {
                g += 1;
                t += 1;
            }
            _ => match star {
                // The last star takes one character more.
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    g = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn globs_match_whole_ids() {
        for (glob, text, is_match) in [
            ("*", "records.save.any", true),
            ("records.*", "records.save.any", true),
            ("records", "records.save.any", false),
            ("*.save.*", "records.save.any", true),
            ("rec?rds.*any", "records.save.any", true),
            ("*any*x", "records.save.any", false),
            ("records.save.any", "records.save.any", true),
            ("", "", true),
        ] {
            assert_eq!(matches(glob, text), is_match, "{glob} on {text}");
        }
    }
}
