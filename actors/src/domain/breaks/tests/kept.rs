//! A break is opened, told once, closed and told, and numbered when it comes again.

use super::*;
use crate::domain::notice::{Message, OperatorNews};

fn found() -> Found {
    let mut witnesses = three();
    witnesses.drop_row(3);
    let comparison = witnesses.compare(&BreakRules::default());
    comparison.found.into_iter().next().unwrap()
}

fn told(decision: &Decision<Break>) -> (String, bool) {
    let [owed] = decision.notices.as_slice() else {
        panic!("one piece of news, not {:?}", decision.notices);
    };
    let Message::Operators(news) = &owed.message else {
        panic!("operators hear of breaks, not {owed:?}");
    };
    let over = matches!(news, OperatorNews::BreakOver { .. });
    (owed.key.clone(), over)
}

#[test]
fn a_break_has_a_life() {
    let found = found();
    let (key, now) = (found.finding.key(), after(86_400));
    assert_eq!(key, "delivery_unproven/trf_3");
    assert_eq!(Break::after(None, None, true, WALLET, now), None);

    let opened = Break::after(None, Some(&found), false, WALLET, now).unwrap();
    assert_eq!(told(&opened), (format!("operators/break/{key}/1"), false));
    let opened = opened.next;
    assert!(opened.is_open());
    assert_eq!((opened.since, opened.seen), (signed(3), now));

    let later = now + Span::minutes(10);
    assert_eq!(
        Break::after(Some(&opened), Some(&found), false, WALLET, later),
        None,
        "told once"
    );
    assert_eq!(
        Break::after(Some(&opened), None, false, WALLET, later),
        None,
        "not judged is not agreed"
    );
    let ended = Break::after(Some(&opened), None, true, WALLET, later).unwrap();
    assert_eq!(
        told(&ended),
        (format!("operators/break/{key}/1/over"), true)
    );
    let ended = ended.next;
    assert_eq!(ended.standing, BreakStanding::Agreed { at: later });
    assert_eq!(Break::after(Some(&ended), None, true, WALLET, later), None);

    let again = Break::after(Some(&ended), Some(&found), false, WALLET, later).unwrap();
    assert_eq!(told(&again), (format!("operators/break/{key}/2"), false));
    assert_eq!((again.next.n, again.next.is_open()), (2, true));
}

#[test]
fn every_kind_has_a_name_and_a_key_of_its_own() {
    let all = crate::domain::breaks::samples::every_finding();
    let kinds: Vec<_> = all.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, Finding::KINDS);
    let mut keys: Vec<_> = all.iter().map(|(_, finding)| finding.key()).collect();
    assert!(
        keys.iter()
            .zip(kinds)
            .all(|(key, kind)| key.starts_with(kind))
    );
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all.len());
}

#[test]
fn nothing_is_older_than_now() {
    let mut found = found();
    found.since = after(90_000);
    let opened = Break::after(None, Some(&found), false, WALLET, after(86_400)).unwrap();
    assert_eq!(opened.next.since, after(86_400));
}

#[test]
fn a_break_that_a_person_has_closed_stays_closed() {
    let (found, now) = (found(), after(86_400));
    let open = Break::after(None, Some(&found), false, WALLET, now).unwrap();
    let open = open.next;
    let later = now + Span::hours(1);
    let (settled, row) = open.settled(None, later).unwrap();
    assert!(settled.notices.is_empty() && row.is_none());
    let settled = settled.next;
    assert!(!settled.is_open());
    for (found, agrees) in [(Some(&found), false), (None, true), (None, false)] {
        assert_eq!(
            Break::after(Some(&settled), found, agrees, WALLET, later),
            None
        );
    }
    assert_eq!(settled.settled(None, later), Err(NotSettled::NotOpen));
    // It is about a delivery that is missing: there is no row to give.
    let order = open.finding.order();
    assert_eq!(open.settled(order, later), Err(NotSettled::NoRow));
}

#[test]
fn the_row_of_a_break_goes_to_the_order_that_a_person_names() {
    let (now, all) = (
        after(86_400),
        crate::domain::breaks::samples::every_finding(),
    );
    for (kind, finding) in all {
        let found = Found {
            finding,
            since: now,
        };
        let open = Break::after(None, Some(&found), false, WALLET, now).unwrap();
        let order = Some(crate::domain::samples::ORDER);
        let outcome = open.next.settled(order, now);
        match found.finding.row() {
            Some(row) => {
                let (settled, given) = outcome.unwrap();
                assert_eq!(given.as_ref(), Some(row), "{kind}");
                let standing = BreakStanding::Settled { at: now, order };
                assert_eq!(settled.next.standing, standing, "{kind}");
            }
            None => assert_eq!(outcome, Err(NotSettled::NoRow), "{kind}"),
        }
    }
}
