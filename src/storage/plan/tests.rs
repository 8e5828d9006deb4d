use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::order::OrderRules;
use starkeeper_actors::ports::books::{Commit, CommitRefused, OutsideEvent, RowWrite, Write};
use starkeeper_actors::testing::contract::rows;

use super::{Plan, text_of};
use crate::storage::columns::Doc;

fn planned(commit: Commit) -> Result<Plan, CommitRefused> {
    Plan::of(commit, &OrderRules::default())
}

fn blank() -> Commit {
    Commit::new(IncarnationId::new(1), rows::noon())
}

#[test]
fn a_zero_character_from_outside_is_stored_as_a_sign_that_both_engines_take() {
    let Doc(text) = text_of(&["a\0b", "a\\u0000b"]).unwrap();
    assert_eq!(text, "[\"a\u{fffd}b\",\"a\\\\u0000b\"]");
    let events = vec![OutsideEvent {
        key: "k\0".into(),
        body: "\0".into(),
    }];
    let plan = planned(Commit { events, ..blank() }).unwrap();
    let event = &plan.events[0];
    assert_eq!(
        (event.key.as_str(), event.body.as_str()),
        ("k\u{fffd}", "\u{fffd}")
    );
}

#[test]
fn a_commit_that_writes_a_row_twice_is_refused() {
    let write = || RowWrite::Customer(Write::new(rows::customer(1)));
    let twice = Commit {
        rows: vec![write(), write()],
        ..blank()
    };
    let why = planned(twice).unwrap_err();
    assert!(matches!(why, CommitRefused::Rule { .. }), "{why:?}");
}

#[test]
fn a_plan_knows_the_rows_it_writes() {
    let one = Commit {
        rows: vec![RowWrite::Customer(Write::new(rows::customer(1)))],
        stale: vec![starkeeper_actors::domain::ids::OrderId::new(1)],
        ..blank()
    };
    let one = planned(one).unwrap();
    let other = Commit {
        rows: vec![RowWrite::Invoice(Write::new(rows::invoice(1, 1)))],
        ..blank()
    };
    let other = planned(other).unwrap();
    assert!(one.touched.is_disjoint(&other.touched), "ids count a table");
    assert!(!one.touched.is_disjoint(&one.touched));
}
