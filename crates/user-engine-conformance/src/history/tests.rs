//! The checker sees each anomaly in a history that is made to have it.

use super::*;

fn entry(
    operation: &str,
    reads: &[(Register, Value)],
    writes: &[(Register, Value)],
    ended: Ended,
) -> Entry {
    let (reads, writes) = (
        reads.iter().copied().collect(),
        writes.iter().copied().collect(),
    );
    Entry {
        operation: operation.to_owned(),
        reads,
        writes,
        ended,
    }
}

use Ended::{Applied, Refused, Unknown};

#[test]
fn a_serial_history_holds_with_its_log() {
    let history = [
        entry("a", &[(0, 0), (1, 0)], &[(0, 1)], Applied),
        entry("b", &[(0, 1)], &[(0, 2)], Applied),
        entry("c", &[(0, 0)], &[(0, 3)], Refused),
        entry("end", &[(0, 2), (1, 0)], &[], Applied),
    ];
    let checked = check(&history).unwrap();
    let log = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(checked.check_log(&history, &log(&["a", "b"])), Ok(()));
    let behind = Anomaly::LogOutOfOrder { first: 0, then: 1 };
    assert_eq!(checked.check_log(&history, &log(&["b", "a"])), Err(behind));
    let missing = Anomaly::WrongInLog { entry: 1, times: 0 };
    assert_eq!(checked.check_log(&history, &log(&["a"])), Err(missing));
    let twice = Anomaly::WrongInLog { entry: 0, times: 2 };
    assert_eq!(
        checked.check_log(&history, &log(&["a", "a", "b"])),
        Err(twice)
    );
    let refused = Anomaly::WrongInLog { entry: 2, times: 1 };
    assert_eq!(
        checked.check_log(&history, &log(&["a", "b", "c"])),
        Err(refused)
    );
}

#[test]
fn a_dirty_read_is_seen() {
    let history = [
        entry("a", &[(0, 0)], &[(0, 1)], Refused),
        entry("b", &[(0, 1)], &[], Applied),
    ];
    assert_eq!(
        check(&history).unwrap_err(),
        Anomaly::DirtyRead {
            reader: 1,
            writer: 0
        }
    );
}

#[test]
fn a_value_from_nowhere_is_seen() {
    let history = [entry("a", &[(0, 7)], &[], Applied)];
    assert_eq!(
        check(&history).unwrap_err(),
        Anomaly::ValueFromNowhere { reader: 0 }
    );
}

#[test]
fn a_lost_update_is_seen() {
    let history = [
        entry("a", &[(0, 0)], &[(0, 1)], Applied),
        entry("b", &[(0, 0)], &[(0, 2)], Applied),
    ];
    assert_eq!(
        check(&history).unwrap_err(),
        Anomaly::LostUpdate { one: 0, other: 1 }
    );
}

#[test]
fn write_skew_is_a_cycle() {
    let history = [
        entry("a", &[(0, 0), (1, 0)], &[(0, 1)], Applied),
        entry("b", &[(0, 0), (1, 0)], &[(1, 2)], Applied),
    ];
    assert!(matches!(check(&history), Err(Anomaly::Cycle { entries }) if entries.len() == 2));
}

#[test]
fn a_torn_read_is_a_cycle() {
    let history = [
        entry("a", &[(0, 0), (1, 0)], &[(0, 1), (1, 2)], Applied),
        entry("b", &[(0, 1), (1, 0)], &[], Applied),
    ];
    assert!(matches!(check(&history), Err(Anomaly::Cycle { .. })));
}

#[test]
fn an_unknown_unit_counts_once_it_was_seen() {
    let unseen = [
        entry("a", &[(0, 0)], &[(0, 1)], Unknown),
        entry("b", &[(0, 0)], &[(0, 2)], Applied),
        entry("end", &[(0, 2)], &[], Applied),
    ];
    assert!(!check(&unseen).unwrap().is_applied(0));
    let seen = [
        entry("a", &[(0, 0)], &[(0, 1)], Unknown),
        entry("b", &[(0, 0)], &[(0, 2)], Applied),
        entry("end", &[(0, 1)], &[], Applied),
    ];
    assert_eq!(
        check(&seen).unwrap_err(),
        Anomaly::LostUpdate { one: 0, other: 1 }
    );
}
