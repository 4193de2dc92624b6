//! Cursors of the two logs: a pair of snapshots and a position.
//!
//! Everything that `low` shows was passed; of what `high` shows beyond it, everything up to
//! `position` was. An entry whose transaction commits late is in neither snapshot and so falls
//! into a later pair: nothing is skipped, and no open transaction stalls a reader (PostgreSQL
//! manual, "Transaction ID and Snapshot Information Functions").

use crate::answer::{LogRow, LogRows};
use std::fmt;
use std::str::FromStr;
use user_engine_ports::LogCursor;

/// Which transactions had ended at one moment, as `pg_snapshot` spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    xmin: u64,
    xmax: u64,
    in_progress: Vec<u64>,
}

impl Snapshot {
    /// Shows nothing; transaction ids begin at 3.
    pub const NOTHING: Self = Self {
        xmin: 1,
        xmax: 1,
        in_progress: Vec::new(),
    };

    /// Shows every transaction below this id.
    pub const fn below(xmax: u64) -> Self {
        Self {
            xmin: xmax,
            xmax,
            in_progress: Vec::new(),
        }
    }

    /// Whether the transaction had ended.
    pub fn shows(&self, xid: u64) -> bool {
        xid < self.xmin || (xid < self.xmax && self.in_progress.binary_search(&xid).is_err())
    }

    /// The first transaction id that was not given out yet.
    pub const fn xmax(&self) -> u64 {
        self.xmax
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.xmin, self.xmax)?;
        for (index, xid) in self.in_progress.iter().enumerate() {
            write!(f, "{}{xid}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// Text that is no snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSnapshot;

impl FromStr for Snapshot {
    type Err = NoSnapshot;

    fn from_str(text: &str) -> Result<Self, NoSnapshot> {
        let mut parts = text.split(':');
        let (Some(xmin), Some(xmax), Some(list), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NoSnapshot);
        };
        let number = |text: &str| match text.parse::<u64>() {
            // Of the spellings of one number only the plain one; the server knows 63 bits.
            Ok(xid) if xid > 0 && xid < 1 << 63 && text.as_bytes()[0] != b'+' => Ok(xid),
            _ => Err(NoSnapshot),
        };
        let in_progress = if list.is_empty() {
            Vec::new()
        } else {
            list.split(',').map(number).collect::<Result<Vec<_>, _>>()?
        };
        let (xmin, xmax) = (number(xmin)?, number(xmax)?);
        let is_sane = xmin <= xmax
            && in_progress.is_sorted()
            && in_progress.iter().all(|xid| (xmin..xmax).contains(xid));
        if is_sane {
            Ok(Self {
                xmin,
                xmax,
                in_progress,
            })
        } else {
            Err(NoSnapshot)
        }
    }
}

/// Which log a cursor belongs to; positions of the two are not comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    Audit,
    Outbox,
}

impl Log {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Outbox => "outbox",
        }
    }
}

/// A cursor, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) low: Snapshot,
    pub(crate) high: Option<Snapshot>,
    pub(crate) position: i64,
}

impl Cursor {
    /// Before the first entry.
    pub(crate) const START: Self = Self {
        low: Snapshot::NOTHING,
        high: None,
        position: 0,
    };

    /// Reads a cursor that this store gave for this log.
    pub(crate) fn parse(text: &str, log: Log) -> Option<Self> {
        let mut parts = text.split(';');
        let (Some(name), Some(low), Some(high), Some(position), None) = (
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ) else {
            return None;
        };
        if name != log.as_str() {
            return None;
        }
        let high = if high.is_empty() {
            None
        } else {
            Some(high.parse().ok()?)
        };
        let position = position.parse().ok().filter(|position| *position >= 0)?;
        Some(Self {
            low: low.parse().ok()?,
            high,
            position,
        })
    }

    fn text(&self, log: Log) -> LogCursor {
        let Self {
            low,
            high,
            position,
        } = self;
        let high = high.as_ref().map_or_else(String::new, ToString::to_string);
        LogCursor::from_text(format!("{};{low};{high};{position}", log.as_str()))
    }

    /// Whether the store that took this snapshot can have given this cursor.
    pub(crate) fn is_of_past(&self, now: &Snapshot) -> bool {
        let newest = self.high.as_ref().unwrap_or(&self.low);
        newest.xmax() <= now.xmax() && self.low.xmax() <= newest.xmax()
    }

    /// Cuts a read of up to `limit + 1` rows to the page, and says where to go on and whether
    /// more entries were there.
    pub(crate) fn advance<T>(
        self,
        read: &mut LogRows<T>,
        limit: usize,
        log: Log,
    ) -> (LogCursor, bool) {
        let has_more = read.rows.len() > limit;
        read.rows.truncate(limit);
        let next = match read.rows.last() {
            Some(LogRow {
                in_open_window: true,
                position,
                ..
            }) if has_more => Self {
                position: *position,
                ..self
            },
            Some(LogRow { position, .. }) if has_more => Self {
                low: self.high.unwrap_or(self.low),
                high: Some(read.snapshot.clone()),
                position: *position,
            },
            _ => Self {
                low: read.snapshot.clone(),
                high: None,
                position: 0,
            },
        };
        (next.text(log), has_more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_survives_its_text_and_knows_what_had_ended() {
        let snapshot: Snapshot = "10:20:12,15".parse().unwrap();
        assert_eq!(snapshot.to_string(), "10:20:12,15");
        let shown: Vec<_> = (9..22).filter(|xid| snapshot.shows(*xid)).collect();
        assert_eq!(shown, [9, 10, 11, 13, 14, 16, 17, 18, 19]);
        assert!(!Snapshot::NOTHING.shows(3));
    }

    #[test]
    fn text_of_elsewhere_is_no_cursor() {
        for text in [
            "",
            "5",
            "outbox;1:1:;;0",
            "audit;2:1:;;0",
            "audit;1:1:;;-1",
            "audit;1:9:9;;0",
        ] {
            assert_eq!(Cursor::parse(text, Log::Audit), None, "{text}");
        }
        assert_eq!(
            Cursor::parse("audit;1:1:;;0", Log::Audit),
            Some(Cursor::START)
        );
    }

    #[test]
    fn a_page_that_is_cut_keeps_its_window_open_and_a_whole_one_closes_it() {
        let rows = |windows: &[bool]| LogRows {
            snapshot: Snapshot::below(30),
            rows: (1..)
                .zip(windows)
                .map(|(position, open)| LogRow {
                    in_open_window: *open,
                    position,
                    row: (),
                })
                .collect(),
        };
        let open = Cursor {
            low: Snapshot::below(10),
            high: Some(Snapshot::below(20)),
            position: 0,
        };
        let (next, more) = open
            .clone()
            .advance(&mut rows(&[true, true, false]), 1, Log::Outbox);
        assert_eq!((next.as_str(), more), ("outbox;10:10:;20:20:;1", true));
        let (next, more) = open
            .clone()
            .advance(&mut rows(&[true, false, false]), 2, Log::Outbox);
        assert_eq!((next.as_str(), more), ("outbox;20:20:;30:30:;2", true));
        let (next, more) = open.advance(&mut rows(&[true, false]), 2, Log::Outbox);
        assert_eq!((next.as_str(), more), ("outbox;30:30:;;0", false));
    }
}
