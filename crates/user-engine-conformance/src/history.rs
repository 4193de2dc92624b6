//! Histories: what concurrent clients did and saw, and whether a serial order explains it.
//!
//! Every write of a history is unique and follows a read of the same register, so that the order
//! of a register's versions needs no guessing. What a client could not learn is recorded as
//! unknown and counts as applied exactly when somebody saw it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A place that is read and written; clients agree on the numbers.
pub type Register = usize;
/// What a register holds; 0 before the first write, and every write brings a new one.
pub type Value = i64;

/// How a unit of work ended, as far as its client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was applied.
    Applied,
    /// It was refused and had no effect.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// One unit of work of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The operation's id.
    pub operation: String,
    /// What it read, guarded by its commit; or unguarded in one snapshot when it wrote nothing.
    pub reads: BTreeMap<Register, Value>,
    /// What it wrote; each register is among its reads.
    pub writes: BTreeMap<Register, Value>,
    /// How it ended.
    pub ended: Ended,
}

/// What no serial order explains. Entries are named by their place in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anomaly {
    /// A value was read that no unit wrote.
    ValueFromNowhere {
        /// Who read it.
        reader: usize,
    },
    /// A value was read that a refused unit wrote.
    DirtyRead {
        /// Who read it.
        reader: usize,
        /// Who wrote it.
        writer: usize,
    },
    /// Two applied units replaced the same version.
    LostUpdate {
        /// The one.
        one: usize,
        /// The other.
        other: usize,
    },
    /// Units that each had to come before the next, around a circle: among these is write skew.
    Cycle {
        /// The units of the circle.
        entries: Vec<usize>,
    },
    /// A log lacks an applied unit, or holds one more than once.
    WrongInLog {
        /// The unit.
        entry: usize,
        /// How often the log holds it.
        times: usize,
    },
    /// A log holds a unit before one that it depends on.
    LogOutOfOrder {
        /// The unit that has to come first.
        first: usize,
        /// The unit that depends on it.
        then: usize,
    },
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ValueFromNowhere { reader } => {
                write!(f, "unit {reader} read what nobody wrote")
            }
            Self::DirtyRead { reader, writer } => {
                write!(
                    f,
                    "unit {reader} read what unit {writer} wrote, which was refused"
                )
            }
            Self::LostUpdate { one, other } => {
                write!(f, "units {one} and {other} replaced the same version")
            }
            Self::Cycle { entries } => {
                write!(
                    f,
                    "no serial order of units {entries:?} explains what they read"
                )
            }
            Self::WrongInLog { entry, times } => {
                write!(f, "the log holds unit {entry} {times} times")
            }
            Self::LogOutOfOrder { first, then } => {
                write!(
                    f,
                    "the log holds unit {then} before unit {first}, which it depends on"
                )
            }
        }
    }
}

/// The order that a history forces on its applied units.
#[derive(Debug)]
pub struct Checked {
    applied: Vec<bool>,
    /// Who must come before whom because it wrote what the other read or replaced.
    depends: BTreeSet<(usize, usize)>,
}

/// Checks a history; the last entry should read every register, so that nothing hides.
///
/// # Errors
///
/// The first anomaly found.
pub fn check(history: &[Entry]) -> Result<Checked, Anomaly> {
    let mut writer_of = BTreeMap::new();
    for (index, entry) in history.iter().enumerate() {
        for (register, value) in &entry.writes {
            writer_of.insert((*register, *value), index);
        }
    }
    let mut applied: Vec<bool> = history
        .iter()
        .map(|entry| entry.ended == Ended::Applied)
        .collect();
    for (reader, entry) in history.iter().enumerate() {
        // What an unknown unit read says nothing until somebody saw what it wrote.
        for (register, value) in entry.reads.iter().filter(|(_, value)| **value != 0) {
            match writer_of.get(&(*register, *value)) {
                None => return Err(Anomaly::ValueFromNowhere { reader }),
                Some(writer) if history[*writer].ended == Ended::Refused => {
                    return Err(Anomaly::DirtyRead {
                        reader,
                        writer: *writer,
                    });
                }
                Some(writer) => applied[*writer] = true,
            }
        }
    }
    let replaced_by = replacements(history, &applied)?;
    let (mut depends, mut before) = (BTreeSet::new(), BTreeSet::new());
    for (index, entry) in history
        .iter()
        .enumerate()
        .filter(|(index, _)| applied[*index])
    {
        for (register, value) in &entry.reads {
            if let Some(writer) = writer_of.get(&(*register, *value)) {
                depends.insert((*writer, index));
            }
            match replaced_by.get(&(*register, *value)) {
                Some(next) if *next != index => {
                    before.insert((index, *next));
                }
                _ => {}
            }
        }
    }
    before.extend(depends.iter().copied());
    match cycle(history.len(), &before) {
        Some(entries) => Err(Anomaly::Cycle { entries }),
        None => Ok(Checked { applied, depends }),
    }
}

/// Which applied unit replaced each version.
fn replacements(
    history: &[Entry],
    applied: &[bool],
) -> Result<BTreeMap<(Register, Value), usize>, Anomaly> {
    let mut replaced_by = BTreeMap::new();
    for (index, entry) in history
        .iter()
        .enumerate()
        .filter(|(index, _)| applied[*index])
    {
        for register in entry.writes.keys() {
            let read = entry.reads.get(register).copied().unwrap_or_default();
            if let Some(one) = replaced_by.insert((*register, read), index) {
                return Err(Anomaly::LostUpdate { one, other: index });
            }
        }
    }
    Ok(replaced_by)
}

/// A circle of edges, when there is one.
fn cycle(size: usize, edges: &BTreeSet<(usize, usize)>) -> Option<Vec<usize>> {
    // Takes away, again and again, what nothing has to come before.
    let mut waits_for = vec![0_usize; size];
    for (_, to) in edges {
        waits_for[*to] += 1;
    }
    let mut free: Vec<usize> = (0..size).filter(|index| waits_for[*index] == 0).collect();
    let mut is_left = vec![true; size];
    while let Some(index) = free.pop() {
        is_left[index] = false;
        for (_, to) in edges.range((index, 0)..=(index, usize::MAX)) {
            waits_for[*to] -= 1;
            if waits_for[*to] == 0 {
                free.push(*to);
            }
        }
    }
    // What is left waits for a circle; walking backward from it runs into one.
    let mut at = (0..size).find(|index| is_left[*index])?;
    let mut path = Vec::new();
    loop {
        if let Some(begin) = path.iter().position(|index| *index == at) {
            let mut entries = path.split_off(begin);
            entries.reverse();
            return Some(entries);
        }
        path.push(at);
        let before = edges.iter().find(|(from, to)| *to == at && is_left[*from]);
        at = before?.0;
    }
}

impl Checked {
    /// Whether a unit was applied, as its client knew or as somebody saw.
    pub fn is_applied(&self, entry: usize) -> bool {
        self.applied[entry]
    }

    /// Holds a log, as the operations of its entries in order, against the history: every applied
    /// unit that wrote is there once, an unknown one that nobody saw at most once, and what
    /// depends on another comes behind it.
    ///
    /// # Errors
    ///
    /// The first anomaly found.
    pub fn check_log(&self, history: &[Entry], log: &[String]) -> Result<(), Anomaly> {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, operation) in log.iter().enumerate() {
            places.entry(operation).or_default().push(place);
        }
        let place = |index: usize| places.get(history[index].operation.as_str());
        for (entry, unit) in history
            .iter()
            .enumerate()
            .filter(|(_, it)| !it.writes.is_empty())
        {
            let times = place(entry).map_or(0, Vec::len);
            let fits = match unit.ended {
                _ if self.applied[entry] => times == 1,
                Ended::Unknown => times <= 1,
                Ended::Applied | Ended::Refused => times == 0,
            };
            if !fits {
                return Err(Anomaly::WrongInLog { entry, times });
            }
        }
        for (first, then) in &self.depends {
            if let (Some(one), Some(other)) = (place(*first), place(*then))
                && one.first() > other.first()
            {
                return Err(Anomaly::LogOutOfOrder {
                    first: *first,
                    then: *then,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
