//! Judging: tables for what the chain was seen to do, properties for what may never be said.

use proptest::prelude::*;

use super::*;
use crate::domain::samples::{
    LT, SEQNO, account, address, after, bare_tx, hash, paying_tx, ton, transfer, tx, unpaid_tx,
};
use crate::domain::{Span, Timestamp};

/// A minute behind the expiry.
const RULES: JudgeRules = JudgeRules {
    expiry_margin: Span::seconds(60),
};

fn ours() -> Transfer {
    transfer(2, SEQNO)
}

/// Just late enough to prove anything.
fn late() -> Timestamp {
    after(240)
}

fn found(tx: FoundTx) -> Evidence {
    Evidence {
        found: Some(tx),
        ..Evidence::default()
    }
}

fn states(states: &[AccountState]) -> Evidence {
    Evidence {
        states: states.to_vec(),
        ..Evidence::default()
    }
}

fn with_history(states: &[AccountState], down_to: Option<u64>, txs: Vec<FoundTx>) -> Evidence {
    let head = states.iter().filter_map(|state| state.last).max();
    Evidence {
        found: None,
        states: states.to_vec(),
        history: Some(History {
            head,
            gapless_down_to: down_to,
            txs,
        }),
    }
}

fn judge(evidence: &Evidence) -> Verdict {
    ours().judge(evidence, &[], RULES)
}

/// What B.5 saw on the real machine, and rule 5.
#[test]
fn what_a_transaction_of_ours_did_decides_and_not_that_it_is_there() {
    let (paid, unpaid) = (paying_tx(&ours(), 1_010), unpaid_tx(&ours(), 1_010));
    let (tx, fees) = (tx(1_010), ton("0.003"));
    let changed = |change: &dyn Fn(&mut FoundTx)| {
        let mut tx = paying_tx(&ours(), 1_010);
        change(&mut tx);
        judge(&found(tx))
    };
    let mismatch = |verdict: &Verdict| matches!(verdict, Verdict::Mismatch { .. });
    assert_eq!(judge(&found(paid)), Verdict::Paid { tx, fees });
    assert_eq!(judge(&found(unpaid)), Verdict::ConsumedUnpaid { tx, fees });
    assert!(mismatch(&changed(
        &|tx| tx.out[0].destination = address(0xEE)
    )));
    assert!(mismatch(&changed(&|tx| tx.out[0].value = ton("0.325"))));
    assert!(mismatch(&changed(&|tx| tx.out[0].body_hash = hash(0xEE))));
    assert!(mismatch(&changed(&|tx| tx.out.push(tx.out[0].clone()))));
    assert!(mismatch(&changed(&|tx| tx.aborted = true)));
    assert!(mismatch(&changed(&|tx| tx.exit_code = Some(33))));
    // The transaction is visible, its messages come later.
    let missing = Verdict::Wait(Waiting::MessagesMissing);
    assert_eq!(changed(&|tx| tx.out.clear()), missing);
    assert_eq!(
        changed(&|tx| (tx.out.clear(), tx.msgs_created = 0).0),
        missing
    );
    // Skipped and created at once cannot be: wait rather than plan again.
    assert_eq!(
        changed(&|tx| (tx.out.clear(), tx.skipped_actions = 1).0),
        missing
    );
    assert_eq!(
        changed(&|tx| tx.committed = false),
        Verdict::Wait(Waiting::NotFinal)
    );
    let stranger = |tx: &mut FoundTx| tx.message = Some(hash(0xEE));
    assert_eq!(changed(&stranger), Verdict::Wait(Waiting::Stale));
}

/// V4 without +2: aborted, fee charged, seqno not advanced: the same bytes may run again.
#[test]
fn a_failed_transaction_is_judged_by_the_seqno_behind_it() {
    let failed = FoundTx {
        message: Some(ours().message_hash),
        aborted: true,
        exit_code: Some(37),
        ..bare_tx(1_010)
    };
    let judged = |states: &[AccountState]| {
        judge(&Evidence {
            states: states.to_vec(),
            ..found(failed.clone())
        })
    };
    let again = Verdict::Wait(Waiting::NotConsumed);
    assert_eq!(judged(&[]), again);
    assert_eq!(judged(&[account(1, SEQNO, 1_010, after(100))]), again);
    // A state from before the transaction says nothing about it.
    assert_eq!(judged(&[account(1, SEQNO, LT, late())]), again);
    assert_eq!(
        judged(&[account(1, SEQNO, 1_010, late())]),
        Verdict::Dead { providers: 1 }
    );
    // The same bytes ran again and paid: one look shows the failure, the history the payment. The
    // look may find the failure for ever: the payment decides.
    let again_evidence = Evidence {
        found: Some(failed.clone()),
        ..with_history(
            &[account(1, SEQNO, 1_010, late())],
            Some(LT),
            vec![paying_tx(&ours(), 1_012)],
        )
    };
    let paid = Verdict::Paid {
        tx: tx(1_012),
        fees: ton("0.003"),
    };
    assert_eq!(judge(&again_evidence), paid);
    // W5 commits its seqno before its actions.
    assert!(matches!(
        judged(&[account(1, SEQNO + 1, 1_010, after(100))]),
        Verdict::Mismatch { .. }
    ));
}

#[test]
fn absence_counts_only_behind_the_expiry_of_that_very_state() {
    let at = |time| judge(&states(&[account(1, SEQNO, LT, time)]));
    let just_before = late() - Span::seconds(1);
    assert_eq!(at(after(0)), Verdict::Wait(Waiting::StillValid));
    assert_eq!(at(after(180)), Verdict::Wait(Waiting::StillValid));
    assert_eq!(at(just_before), Verdict::Wait(Waiting::StillValid));
    assert_eq!(at(late()), Verdict::Dead { providers: 1 });
}

#[test]
fn nothing_at_all_and_stale_states_decide_nothing() {
    let stale = Verdict::Wait(Waiting::Stale);
    assert_eq!(judge(&Evidence::default()), stale);
    let less_known = account(1, SEQNO, LT - 1, late());
    let lower_seqno = account(1, SEQNO - 1, LT, late());
    let empty = AccountState {
        seqno: 0,
        last: None,
        ..account(1, 0, 0, late())
    };
    for state in [less_known, lower_seqno, empty] {
        assert_eq!(judge(&states(&[state])), stale, "{state:?}");
    }
}

#[test]
fn providers_count_once_each_however_often_they_speak() {
    let says = |provider| account(provider, SEQNO, LT, late());
    let dead = |providers: &[u8]| {
        let all: Vec<_> = providers.iter().copied().map(says).collect();
        judge(&states(&all))
    };
    assert_eq!(dead(&[1, 1, 1]), Verdict::Dead { providers: 1 });
    assert_eq!(dead(&[1, 2, 1]), Verdict::Dead { providers: 2 });
    // Only those behind the expiry count.
    let mixed = [says(1), account(2, SEQNO, LT, after(200))];
    assert_eq!(judge(&states(&mixed)), Verdict::Dead { providers: 1 });
}

#[test]
fn a_state_that_shows_the_seqno_used_up_outweighs_those_that_do_not_yet() {
    let behind = account(1, SEQNO, LT, late());
    let ahead = account(2, SEQNO + 1, 1_010, after(100));
    let verdict = judge(&states(&[behind, ahead]));
    assert_eq!(verdict, Verdict::Wait(Waiting::HistoryIncomplete));
}

#[test]
fn overtaken_waits_for_a_history_without_gaps() {
    let ahead = account(1, SEQNO + 1, 1_010, after(100));
    let wait = Verdict::Wait(Waiting::HistoryIncomplete);
    let gaps = [None, Some(LT + 1)];
    for down_to in gaps {
        assert_eq!(judge(&with_history(&[ahead], down_to, Vec::new())), wait);
    }
    let mut short = with_history(&[ahead], Some(LT), Vec::new());
    if let Some(history) = &mut short.history {
        history.head = Some(tx(1_009));
    }
    assert_eq!(
        judge(&short),
        wait,
        "the history must reach up to that state"
    );
    let stranger = FoundTx {
        message: Some(hash(0xEE)),
        ..bare_tx(1_010)
    };
    let whole = with_history(&[ahead], Some(LT), vec![stranger]);
    assert!(matches!(judge(&whole), Verdict::Foreign { .. }));
}

#[test]
fn an_older_message_is_recognised_before_anybody_is_accused() {
    let older = transfer(1, SEQNO).now_is(TransferState::Dead { providers: 1 });
    let ahead = account(1, SEQNO + 1, 1_010, after(100));
    let judged = |tx: FoundTx| {
        let evidence = with_history(&[ahead], Some(LT), vec![tx]);
        ours().judge(&evidence, std::slice::from_ref(&older), RULES)
    };
    for (tx_seen, paid) in [
        (paying_tx(&older, 1_010), true),
        (unpaid_tx(&older, 1_010), false),
    ] {
        let expected = Verdict::OlderExecuted {
            transfer: older.id,
            tx: tx(1_010),
            fees: ton("0.003"),
            paid,
        };
        assert_eq!(judged(tx_seen), expected);
    }
    let mut odd = paying_tx(&older, 1_010);
    odd.out[0].value = ton("1");
    assert!(matches!(judged(odd), Verdict::Mismatch { .. }));
}

#[test]
fn a_message_of_the_order_at_another_seqno_excuses_nobody() {
    let earlier = transfer(1, SEQNO - 1);
    let ahead = account(1, SEQNO + 1, 1_010, after(100));
    let stranger = FoundTx {
        message: Some(hash(0xEE)),
        ..bare_tx(1_010)
    };
    // The history happens to reach further down, to what the earlier message did long ago.
    let txs = vec![stranger, unpaid_tx(&earlier, LT - 5)];
    let evidence = with_history(&[ahead], Some(LT - 9), txs);
    let verdict = ours().judge(&evidence, &[earlier], RULES);
    assert!(matches!(verdict, Verdict::Foreign { .. }), "{verdict:?}");
}

#[test]
fn an_older_message_that_failed_once_may_have_run_again() {
    let older = transfer(1, SEQNO).now_is(TransferState::Dead { providers: 1 });
    let failed = FoundTx {
        exit_code: Some(33),
        out: Vec::new(),
        ..paying_tx(&older, 1_005)
    };
    let behind = account(1, SEQNO, 1_005, after(50));
    let ahead = account(2, SEQNO + 1, 1_010, after(100));
    let txs = vec![failed.clone(), paying_tx(&older, 1_010)];
    let evidence = with_history(&[behind, ahead], Some(LT), txs);
    let verdict = ours().judge(&evidence, std::slice::from_ref(&older), RULES);
    assert!(
        matches!(verdict, Verdict::OlderExecuted { paid: true, .. }),
        "{verdict:?}"
    );
    // Nor does the failed run decide when it is what was found.
    let evidence = Evidence {
        found: Some(failed),
        ..evidence
    };
    let verdict = older.judge(&evidence, &[], RULES);
    assert!(matches!(verdict, Verdict::Paid { .. }), "{verdict:?}");
}

#[test]
fn nothing_is_dead_that_the_history_shows() {
    let older = transfer(1, SEQNO).now_is(TransferState::Dead { providers: 1 });
    // New times with old data, from two providers; the history knows better.
    let cached = [1, 2].map(|provider| account(provider, SEQNO, LT, late()));
    let shows = |tx: FoundTx| with_history(&cached, Some(LT), vec![tx]);
    let verdict = judge(&shows(paying_tx(&ours(), 1_010)));
    assert_eq!(verdict, Verdict::Wait(Waiting::NotFinal));
    let evidence = shows(paying_tx(&older, 1_010));
    let verdict = ours().judge(&evidence, &[older], RULES);
    assert!(
        matches!(verdict, Verdict::OlderExecuted { paid: true, .. }),
        "{verdict:?}"
    );
}

fn any_state() -> impl Strategy<Value = AccountState> {
    let lt = prop_oneof![Just(0), Just(LT - 1), Just(LT), Just(1_010), Just(1_020)];
    (0_u8..3, SEQNO - 1..SEQNO + 3, lt, 0_i64..400).prop_map(|(provider, seqno, lt, seconds)| {
        AccountState {
            last: (lt > 0).then(|| tx(lt)),
            ..account(provider, seqno, lt, after(seconds))
        }
    })
}

fn any_tx() -> impl Strategy<Value = FoundTx> {
    let messages = vec![
        Some(ours().message_hash),
        Some(transfer(1, SEQNO).message_hash),
        Some(hash(0xEE)),
        None,
    ];
    let good = paying_tx(&ours(), 1).out.remove(0);
    let other = OutMessage {
        value: ton("1"),
        ..good.clone()
    };
    let out = prop_oneof![
        2 => Just(vec![good.clone()]),
        2 => Just(vec![]),
        1 => Just(vec![other.clone()]),
        1 => Just(vec![good, other]),
    ];
    let exit = prop_oneof![4 => Just(Some(0)), 1 => Just(Some(33)), 1 => Just(None)];
    (
        prop::sample::select(messages),
        (0_u8..10).prop_map(|roll| roll < 8),
        exit,
        (0_u8..10).prop_map(|roll| roll < 2),
        0_u32..3,
        0_u32..2,
        out,
        1_001_u64..1_021,
    )
        .prop_map(
            |(message, committed, exit_code, aborted, skipped, created, out, lt)| FoundTx {
                message,
                committed,
                exit_code,
                aborted,
                skipped_actions: skipped,
                msgs_created: created,
                out,
                ..bare_tx(lt)
            },
        )
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let history = (
        prop::option::of(any_state()),
        prop::option::of(prop_oneof![Just(LT), Just(LT + 5), Just(0)]),
        prop::collection::vec(any_tx(), 0..4),
    );
    let history = history.prop_map(|(head, gapless_down_to, txs)| History {
        head: head.and_then(|state| state.last),
        gapless_down_to,
        txs,
    });
    (
        (0_u8..10, any_tx()).prop_map(|(roll, tx)| (roll < 4).then_some(tx)),
        prop::collection::vec(any_state(), 0..4),
        prop::option::of(history),
    )
        .prop_map(|(found, states, history)| Evidence {
            found,
            states,
            history,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_evidence_makes_a_verdict_say_more_than_it_shows(evidence in any_evidence()) {
        let older = transfer(1, SEQNO);
        let verdict = ours().judge(&evidence, std::slice::from_ref(&older), RULES);
        let proofs = |transfer: &Transfer| {
            let found = evidence.found.iter();
            let history = evidence.history.iter().flat_map(|history| &history.txs);
            let hash = transfer.message_hash;
            let txs = found.chain(history).filter(move |tx| tx.message == Some(hash));
            txs.cloned().collect::<Vec<_>>()
        };
        let good = paying_tx(&ours(), 1).out;
        let paid = |tx: &FoundTx| {
            let ran = tx.committed && tx.exit_code == Some(0) && !tx.aborted;
            ran && tx.out == good
        };
        let unpaid = |tx: &FoundTx| {
            let ran = tx.committed && tx.exit_code == Some(0) && !tx.aborted;
            ran && tx.skipped_actions == 1 && tx.msgs_created == 0 && tx.out.is_empty()
        };
        let expired: std::collections::BTreeSet<u8> = evidence
            .states
            .iter()
            .filter(|state| state.seqno == SEQNO && state.last_lt() >= LT)
            .filter(|state| state.time >= ours().valid_until + RULES.expiry_margin)
            .map(|state| state.provider.0)
            .collect();
        match verdict {
            Verdict::Paid { .. } => prop_assert!(proofs(&ours()).iter().any(paid)),
            Verdict::ConsumedUnpaid { .. } => prop_assert!(proofs(&ours()).iter().any(unpaid)),
            Verdict::Dead { providers } => {
                prop_assert!(providers >= 1 && usize::from(providers) <= expired.len());
                let history = evidence.history.iter().flat_map(|history| &history.txs);
                let hash = ours().message_hash;
                let ours = history.into_iter().filter(|tx| tx.message == Some(hash));
                let ran = |tx: &FoundTx| {
                    !tx.out.is_empty() || (tx.exit_code == Some(0) && !tx.aborted)
                };
                // Beside a transaction of ours that failed, another may have failed too.
                let failed = evidence.found.is_some();
                prop_assert!(!ours.into_iter().any(|tx| !failed || ran(tx)));
            }
            Verdict::OlderExecuted { transfer, paid: true, .. } => {
                prop_assert_eq!(transfer, older.id);
                prop_assert!(proofs(&older).iter().any(paid));
            }
            Verdict::OlderExecuted { transfer, paid: false, .. } => {
                prop_assert_eq!(transfer, older.id);
                prop_assert!(proofs(&older).iter().any(unpaid));
            }
            Verdict::Foreign { .. } => {
                let mut states = evidence.states.iter();
                let ahead = |state: &AccountState| state.seqno > SEQNO && state.last_lt() >= LT;
                prop_assert!(states.any(ahead));
                let history = evidence.history.as_ref().unwrap();
                prop_assert!(history.gapless_down_to.unwrap() <= LT);
                let used_up = |tx: &FoundTx| paid(tx) || unpaid(tx);
                prop_assert!(proofs(&ours()).is_empty());
                prop_assert!(!proofs(&older).iter().any(used_up));
            }
            Verdict::Mismatch { .. } => {
                let seen = proofs(&ours()).into_iter().chain(proofs(&older));
                prop_assert!(seen.filter(|tx| tx.committed).any(|tx| !paid(&tx)));
            }
            Verdict::Wait(_) => {}
        }
    }

    #[test]
    fn one_provider_never_proves_more_than_one_death(
        evidence in any_evidence(), lies in prop::collection::vec(any_state(), 1..6)
    ) {
        let lies = lies.into_iter().map(|state| AccountState { provider: Provider(1), ..state });
        let evidence = Evidence { states: lies.collect(), ..evidence };
        if let Verdict::Dead { providers } = ours().judge(&evidence, &[], RULES) {
            prop_assert_eq!(providers, 1);
        }
    }
}

#[test]
fn only_a_signed_transfer_is_live_and_may_be_sent_until_the_chain_says_expired() {
    let live = ours();
    assert!(live.is_live());
    assert!(live.may_send(after(179)) && !live.may_send(after(180)));
    let tx = tx(1_010);
    let back = crate::domain::samples::tx(1_020);
    for state in [
        TransferState::Paid { tx },
        TransferState::ConsumedUnpaid { tx },
        TransferState::Dead { providers: 1 },
        TransferState::Superseded {
            by: TransferId::new(1),
        },
        TransferState::Foreign {
            why: "two signers".into(),
        },
        TransferState::Bounced { tx, back },
    ] {
        let done = live.now_is(state);
        assert!(
            !done.is_live() && !done.may_send(after(0)),
            "{:?}",
            done.state
        );
    }
}

proptest! {
    #[test]
    fn cells_come_back_from_their_text(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let boc = Boc::new(bytes);
        prop_assert_eq!(Boc::try_from(String::from(boc.clone())), Ok(boc));
    }

    #[test]
    fn what_is_not_hex_is_no_cell(text in "[0-9a-fg+é ]{0,9}") {
        let hex = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
        prop_assert_eq!(Boc::try_from(text).is_ok(), hex);
    }
}
