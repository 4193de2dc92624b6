//! What a unit does by itself: coalescing, overlay, nesting, limits.

use crate::table::{Table, now, user, user_id};
use user_engine_domain::{DomainRecord, Record, RecordKey, Text, User};
use user_engine_ports::{
    Action, BufferedUnit, ConflictReason, Limit, ListBy, Precondition, Read, ReadAnswer, Revision,
    Scope, StoreError, StoreErrorKind, Tx, UnitOptions,
};

fn renamed(id: &str, name: &str) -> User {
    User {
        display_name: Some(Text::new(name).unwrap().into()),
        ..user(id)
    }
}

fn is_conflict(error: &StoreError) -> bool {
    error
        .conflict()
        .is_some_and(|conflict| conflict.reason == ConflictReason::Precondition)
}

fn ids_of(tx: &mut Tx, limit: usize) -> (Vec<String>, Option<RecordKey>) {
    let page = now(tx.list::<User>(ListBy::Kind, None, limit)).unwrap();
    let ids = page
        .records
        .iter()
        .map(|row| row.record.user_id.as_str().to_owned());
    (ids.collect(), page.next)
}

#[test]
fn writes_of_one_key_reach_the_store_once_under_the_first_precondition() {
    let table = Table::with([user("u").into()]);
    let mut tx = table.begin();
    let read = now(tx.get::<User>(&user_id("u"))).unwrap().unwrap();
    tx.save_if(renamed("u", "one"), Precondition::Revision(read.revision))
        .unwrap();
    tx.save_if(
        renamed("u", "two"),
        Precondition::Revision(Revision::UNCOMMITTED),
    )
    .unwrap();
    now(tx.commit()).unwrap();
    let applied = table.applied.lock().unwrap();
    assert_eq!(applied[0].items.len(), 1);
    assert_eq!(
        applied[0].items[0].precondition,
        Precondition::Revision(read.revision)
    );
    let two = DomainRecord::from(renamed("u", "two"));
    assert_eq!(applied[0].items[0].action, Action::Save(two));
}

#[test]
fn a_unit_that_contradicts_itself_is_told_at_once() {
    let table = Table::default();
    let mut tx = table.begin();
    tx.save(user("u")).unwrap();
    assert!(is_conflict(
        &tx.save_if(user("u"), Precondition::Absent).unwrap_err()
    ));
    let other = Revision::from_stored(3);
    assert!(is_conflict(
        &tx.save_if(user("u"), Precondition::Revision(other))
            .unwrap_err()
    ));
    let unread = Precondition::Revision(Revision::UNCOMMITTED);
    assert!(is_conflict(&tx.save_if(user("other"), unread).unwrap_err()));
    tx.delete::<User>(&user_id("u")).unwrap();
    tx.save_if(user("u"), Precondition::Absent).unwrap();
}

#[test]
fn an_expectation_joins_the_write_of_its_record() {
    let table = Table::default();
    let seven = Revision::from_stored(7);
    let mut tx = table.begin();
    tx.expect::<User>(&user_id("a"), seven).unwrap();
    tx.save(user("a")).unwrap();
    tx.save(user("b")).unwrap();
    tx.expect::<User>(&user_id("b"), seven).unwrap();
    now(tx.commit()).unwrap();
    let applied = table.applied.lock().unwrap();
    for item in &applied[0].items {
        assert_eq!(item.precondition, Precondition::Revision(seven));
        assert!(matches!(item.action, Action::Save(_)));
    }
}

#[test]
fn a_units_own_writes_show_in_its_reads_and_cost_no_flight() {
    let table = Table::with([user("b").into(), user("d").into()]);
    let mut tx = table.begin();
    tx.save(user("c")).unwrap();
    tx.delete::<User>(&user_id("b")).unwrap();
    let own = now(tx.get::<User>(&user_id("c"))).unwrap().unwrap();
    assert_eq!(own.revision, Revision::UNCOMMITTED);
    assert_eq!(now(tx.get::<User>(&user_id("b"))).unwrap(), None);
    assert!(table.flights.lock().unwrap().is_empty());
    assert_eq!(ids_of(&mut tx, 10).0, ["c", "d"]);
}

#[test]
fn a_page_over_own_writes_neither_skips_nor_repeats() {
    let table = Table::with(["b", "d", "f", "h"].map(|id| user(id).into()));
    let mut tx = table.begin();
    for id in ["a", "c", "z"] {
        tx.save(user(id)).unwrap();
    }
    tx.delete::<User>(&user_id("d")).unwrap();
    let (mut walked, mut after) = (Vec::new(), None);
    loop {
        let page = now(tx.list::<User>(ListBy::Kind, after, 2)).unwrap();
        assert!(page.records.len() <= 2);
        walked.extend(
            page.records
                .iter()
                .map(|row| row.record.user_id.as_str().to_owned()),
        );
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(walked, ["a", "b", "c", "f", "h", "z"]);
}

#[test]
fn reads_asked_for_together_are_one_flight() {
    let table = Table::with([user("a").into()]);
    let mut tx = table.begin();
    let reads = ["a", "b"].map(|id| Read::Get(user(id).clone_id()));
    let answers = now(tx.read(&reads)).unwrap();
    assert!(matches!(
        answers[..],
        [ReadAnswer::Get(Some(_)), ReadAnswer::Get(None)]
    ));
    assert_eq!(*table.flights.lock().unwrap(), [2]);
}

trait CloneId {
    fn clone_id(&self) -> user_engine_domain::RecordId;
}

impl CloneId for User {
    fn clone_id(&self) -> user_engine_domain::RecordId {
        user_engine_domain::RecordId::new(User::KIND, self.record_key())
    }
}

#[test]
fn a_dropped_guard_undoes_its_part_and_an_inner_commit_goes_with_it() {
    let table = Table::default();
    let mut tx = table.begin();
    tx.save(renamed("u", "outer")).unwrap();
    {
        let mut outer = tx.nested().unwrap();
        outer.save(renamed("u", "inner")).unwrap();
        let mut inner = outer.nested().unwrap();
        inner.save(user("v")).unwrap();
        inner.commit();
        assert_eq!(ids_of(&mut outer, 10).0, ["u", "v"]);
    }
    assert_eq!(ids_of(&mut tx, 10).0, ["u"]);
    let kept = now(tx.get::<User>(&user_id("u"))).unwrap().unwrap();
    assert_eq!(kept.record, renamed("u", "outer"));
    let mut part = tx.nested().unwrap();
    part.save(user("w")).unwrap();
    part.commit();
    assert_eq!(ids_of(&mut tx, 10).0, ["u", "w"]);
}

#[test]
fn guards_nest_thirty_two_deep() {
    fn descend(tx: &mut Tx, depth: usize) -> usize {
        match tx.nested() {
            Ok(mut guard) => descend(&mut guard, depth + 1),
            Err(error) => {
                assert_eq!(error.kind(), &StoreErrorKind::LimitExceeded(Limit::Nesting));
                depth
            }
        }
    }
    assert_eq!(descend(&mut Table::default().begin(), 0), 32);
}

#[test]
fn a_unit_holds_a_thousand_writes_and_tells_before_it_sends() {
    let table = Table::default();
    let mut tx = table.begin();
    for index in 0..1_000 {
        tx.save(user(&format!("u{index}"))).unwrap();
    }
    tx.save(user("u0")).unwrap();
    let error = tx.save(user("one more")).unwrap_err();
    assert_eq!(
        error.kind(),
        &StoreErrorKind::LimitExceeded(Limit::UnitEntries)
    );
    assert!(table.flights.lock().unwrap().is_empty());
}

#[test]
fn a_unit_without_operation_takes_no_write() {
    let unit = BufferedUnit::new(Table::default(), UnitOptions::read(Scope::Platform));
    let mut tx = Tx::new(Box::new(unit));
    assert_eq!(
        tx.save(user("u")).unwrap_err().kind(),
        &StoreErrorKind::ReadOnly
    );
}

#[test]
fn an_empty_unit_commits_without_a_flight() {
    let table = Table::default();
    let committed = now(table.begin().commit()).unwrap();
    assert_eq!((committed.receipt, committed.is_repeated), (None, false));
    assert!(table.applied.lock().unwrap().is_empty());
}
