//! Explaining a wallet's history (rule 2).

use proptest::prelude::*;

use crate::domain::Span;
use crate::domain::ids::{Epoch, OrderId, PaymentRef, TransferId};
use crate::domain::ledger::{Account, Entry, EntryKey, TrialBalance};
use crate::domain::money::NanoTon;
use crate::domain::notice::Owed;
use crate::domain::samples::{
    EPOCH, FRAGMENT, LT, ORDER, SEQNO, WALLET, account, address, after, bare_tx, deposit_tx, hash,
    noon, paying_tx, ton, transfer, tx, wallet,
};
use crate::domain::transfer::{AccountState, FoundTx, History, OutMessage};
use crate::domain::wallet::{Explained, Explanation, Known, Strangeness, Wallet};

const NEXT: Epoch = Epoch::new(4);

fn known() -> Known {
    Known {
        messages: vec![(transfer(1, SEQNO).message_hash, TransferId::new(1))],
        references: vec![(PaymentRef::parse("m9JhZwApQ").unwrap(), ORDER)],
        destinations: vec![FRAGMENT],
        assigned: Vec::new(),
    }
}

fn assigned(lt: u64, order: Option<OrderId>) -> Known {
    Known {
        assigned: vec![(lt, order)],
        ..known()
    }
}

/// The owner sends TON with another program.
fn by_hand(value: NanoTon, lt: u64) -> FoundTx {
    let out = OutMessage {
        destination: address(0xEE),
        value,
        body_hash: hash(0),
        reference: None,
    };
    FoundTx {
        message: Some(tx(lt).hash),
        msgs_created: 1,
        out: vec![out],
        ..bare_tx(lt)
    }
}

/// Somebody pays Fragment with this key.
fn strange(lt: u64) -> FoundTx {
    let mut tx = paying_tx(&transfer(9, SEQNO), lt);
    tx.out[0].reference = None;
    tx
}

fn explain(wallet: &Wallet, seqno: u32, txs: &[FoundTx], known: &Known) -> Explanation {
    let last = txs.iter().map(|tx| tx.tx).max().or(wallet.last);
    let state = AccountState {
        last,
        ..account(1, seqno, 0, noon())
    };
    let history = History {
        head: last,
        gapless_down_to: Some(LT),
        txs: txs.to_vec(),
    };
    wallet.explain(&state, &history, known, NEXT).unwrap()
}

fn complete(explanation: Explanation) -> (Wallet, Vec<Explained>, Vec<Entry>, Vec<Owed>) {
    match explanation {
        Explanation::Complete {
            wallet,
            explained,
            entries,
            notices,
        } => (wallet, explained, entries, notices),
        Explanation::Incomplete | Explanation::Break { .. } => panic!("{explanation:?}"),
    }
}

fn strange_of_break(explanation: &Explanation) -> Vec<Strangeness> {
    match explanation {
        Explanation::Break { strange } => strange.iter().map(|odd| odd.what.clone()).collect(),
        Explanation::Incomplete | Explanation::Complete { .. } => panic!("{explanation:?}"),
    }
}

fn float_after(entries: &[Entry]) -> i64 {
    let mut trial = TrialBalance::default();
    entries.iter().for_each(|entry| trial.add(entry));
    assert!(trial.balances());
    trial.of(Account::Float(WALLET))
}

#[test]
fn a_quiet_wallet_is_explained_under_the_new_lease() {
    let (next, explained, entries, notices) = complete(explain(&wallet(), SEQNO, &[], &known()));
    assert_eq!(
        next,
        Wallet {
            explained_in: Some(NEXT),
            ..wallet()
        }
    );
    assert!(explained.is_empty() && entries.is_empty() && notices.is_empty());
}

#[test]
fn an_incomplete_or_stale_answer_explains_nothing() {
    let deposit = deposit_tx(address(0xEE), ton("1"), 1_010);
    let state = account(1, SEQNO, 1_010, noon());
    let history = History {
        head: state.last,
        gapless_down_to: Some(LT),
        txs: vec![deposit.clone()],
    };
    let judge = |state: &AccountState, history: &History| {
        wallet().explain(state, history, &known(), NEXT).unwrap()
    };
    assert!(matches!(
        judge(&state, &history),
        Explanation::Complete { .. }
    ));
    let gap = History {
        gapless_down_to: None,
        ..history.clone()
    };
    let short = History {
        gapless_down_to: Some(LT + 1),
        ..history.clone()
    };
    let other_head = History {
        head: Some(tx(1_009)),
        ..history.clone()
    };
    let pending = FoundTx {
        committed: false,
        ..deposit
    };
    let pending = History {
        txs: vec![pending],
        ..history.clone()
    };
    for incomplete in [gap, short, other_head, pending] {
        assert_eq!(
            judge(&state, &incomplete),
            Explanation::Incomplete,
            "{incomplete:?}"
        );
    }
    let less = account(1, SEQNO, LT - 1, noon());
    let lower = account(1, SEQNO - 1, 1_010, noon());
    for stale in [less, lower] {
        let history = History {
            head: stale.last,
            ..history.clone()
        };
        assert_eq!(
            judge(&stale, &history),
            Explanation::Incomplete,
            "{stale:?}"
        );
    }
}

#[test]
fn restored_books_explain_nothing_until_what_the_lost_life_signed_has_expired() {
    let restored = wallet().restored(noon(), Span::seconds(240));
    assert!(!restored.is_explained(EPOCH));
    let history = History {
        head: restored.last,
        gapless_down_to: Some(LT),
        txs: Vec::new(),
    };
    let explained = |seconds| {
        let state = account(1, SEQNO, LT, after(seconds));
        restored.explain(&state, &history, &known(), NEXT).unwrap()
    };
    assert_eq!(explained(239), Explanation::Incomplete);
    let (next, ..) = complete(explained(240));
    assert!(next.is_explained(NEXT) && next.trust_from.is_none());
}

#[test]
fn what_was_sent_by_hand_is_posted_told_and_counted() {
    let txs = [by_hand(ton("1"), 1_010), by_hand(ton("2"), 1_020)];
    let (next, explained, entries, notices) =
        complete(explain(&wallet(), SEQNO + 2, &txs, &known()));
    assert_eq!((next.next_seqno, next.last), (SEQNO + 2, Some(tx(1_020))));
    assert_eq!(explained.len(), 2);
    assert_eq!(float_after(&entries), -ton("3.006").nanos());
    let keys: Vec<_> = notices.iter().map(|owed| owed.key.as_str()).collect();
    assert_eq!(keys.len(), 2);
    assert!(keys[0].ends_with("/unexplained/1010") && keys[1].ends_with("/unexplained/1020"));
}

#[test]
fn a_deposit_is_posted_once_and_moves_no_seqno() {
    let deposit = deposit_tx(address(0xEE), ton("5"), 1_010);
    let txs = [deposit];
    let (next, _, entries, notices) = complete(explain(&wallet(), SEQNO, &txs, &known()));
    assert_eq!(float_after(&entries), ton("4.997").nanos());
    let key = EntryKey::Explained {
        wallet: WALLET,
        lt: 1_010,
    };
    assert_eq!(
        entries.iter().map(|entry| &entry.key).collect::<Vec<_>>(),
        [&key]
    );
    assert_eq!(next.next_seqno, SEQNO);
    assert!(notices.is_empty());
    let (_, explained, entries, _) = complete(explain(&next, SEQNO, &txs, &known()));
    assert!(
        explained.is_empty() && entries.is_empty(),
        "explained before"
    );
}

#[test]
fn our_own_messages_are_left_to_their_judgement() {
    let ours = paying_tx(&transfer(1, SEQNO), 1_010);
    let busy = wallet().signed(TransferId::new(1));
    let (next, explained, entries, _) = complete(explain(
        &busy,
        SEQNO + 1,
        std::slice::from_ref(&ours),
        &known(),
    ));
    let expected = Explained::Ours {
        transfer: TransferId::new(1),
        tx: tx(1_010),
    };
    assert_eq!(explained, [expected]);
    assert_eq!((next.next_seqno, next.live), (SEQNO, busy.live));
    assert!(entries.is_empty());
    // Judged before: the books have moved on by themselves.
    let (next, ..) = complete(explain(&busy.paid(), SEQNO + 1, &[ours], &known()));
    assert_eq!(next.next_seqno, SEQNO + 1);
}

#[test]
fn a_payment_that_the_books_did_not_sign_is_a_break() {
    assert_eq!(
        strange_of_break(&explain(&wallet(), SEQNO + 1, &[strange(1_010)], &known())),
        [Strangeness::UnsignedPayment]
    );
    let signed_elsewhere = Strangeness::UnsignedReference {
        reference: PaymentRef::parse("m9JhZwApQ").unwrap(),
        fits: Some(ORDER),
    };
    let with_ref = paying_tx(&transfer(9, SEQNO), 1_010);
    let found = explain(
        &wallet(),
        SEQNO + 1,
        std::slice::from_ref(&with_ref),
        &known(),
    );
    assert_eq!(
        strange_of_break(&found),
        std::slice::from_ref(&signed_elsewhere)
    );
    let mut elsewhere = with_ref;
    elsewhere.out[0].destination = address(0xEE);
    let found = explain(&wallet(), SEQNO + 1, &[elsewhere], &known());
    assert_eq!(
        strange_of_break(&found),
        [signed_elsewhere],
        "a reference is enough"
    );
}

#[test]
fn money_back_from_fragment_is_a_break() {
    let back = deposit_tx(FRAGMENT, ton("0.3"), 1_010);
    let bounced = FoundTx {
        bounced: true,
        ..deposit_tx(address(0xEE), ton("0.3"), 1_010)
    };
    let amount = ton("0.3");
    for tx in [back, bounced] {
        assert_eq!(
            strange_of_break(&explain(&wallet(), SEQNO, &[tx], &known())),
            [Strangeness::CameBack { amount }]
        );
    }
}

#[test]
fn a_seqno_that_no_transaction_explains_is_a_break() {
    for seqno in [SEQNO + 1, SEQNO + 7] {
        assert_eq!(
            strange_of_break(&explain(&wallet(), seqno, &[], &known())),
            [Strangeness::SeqnoOff {
                shown: seqno,
                explained: SEQNO
            }]
        );
    }
    // While a transfer is live, one more is its own to explain; two are not.
    let busy = wallet().signed(TransferId::new(1));
    assert!(matches!(
        explain(&busy, SEQNO + 1, &[], &known()),
        Explanation::Complete { .. }
    ));
    assert!(matches!(
        explain(&busy, SEQNO + 2, &[], &known()),
        Explanation::Break { .. }
    ));
}

#[test]
fn a_wallet_used_by_hand_while_an_order_is_being_paid_is_a_break() {
    let hand = [by_hand(ton("1"), 1_010)];
    let busy = wallet().signed(TransferId::new(1));
    assert_eq!(
        strange_of_break(&explain(&busy, SEQNO + 1, &hand, &known())),
        [Strangeness::HandWhilePaying]
    );
    let claimed = busy.dead(ORDER, 1);
    assert_eq!(
        strange_of_break(&explain(&claimed, SEQNO + 1, &hand, &known())),
        [Strangeness::HandWhilePaying]
    );
}

#[test]
fn a_person_who_assigns_a_payment_mends_the_break() {
    for order in [None, Some(ORDER)] {
        let found = explain(
            &wallet(),
            SEQNO + 1,
            &[strange(1_010)],
            &assigned(1_010, order),
        );
        let (next, explained, entries, _) = complete(found);
        assert_eq!(
            explained,
            [Explained::Assigned {
                tx: tx(1_010),
                order
            }]
        );
        assert_eq!(next.next_seqno, SEQNO + 1);
        assert_eq!(float_after(&entries), -ton("0.329").nanos());
    }
}

#[test]
fn assigning_what_came_back_posts_it_and_moves_no_seqno() {
    let back = FoundTx {
        bounced: true,
        ..deposit_tx(FRAGMENT, ton("0.3"), 1_010)
    };
    let found = explain(&wallet(), SEQNO, &[back], &assigned(1_010, Some(ORDER)));
    let (next, _, entries, _) = complete(found);
    assert_eq!(next.next_seqno, SEQNO);
    assert_eq!(float_after(&entries), ton("0.297").nanos());
}

#[test]
fn a_message_of_ours_that_did_something_else_can_be_assigned() {
    // The judgement said Mismatch: the order is parked, nothing is live, the seqno is used up.
    let mut odd = paying_tx(&transfer(1, SEQNO), 1_010);
    odd.out[0].value = ton("1");
    let txs = [odd];
    assert!(matches!(
        explain(&wallet(), SEQNO + 1, &txs, &known()),
        Explanation::Break { .. }
    ));
    let (next, ..) = complete(explain(&wallet(), SEQNO + 1, &txs, &assigned(1_010, None)));
    assert_eq!(next.next_seqno, SEQNO + 1);
}

#[test]
fn assigning_a_message_that_overtook_a_dead_one_frees_the_claim() {
    let claimed = wallet().signed(TransferId::new(1)).dead(ORDER, 1);
    let hand = [by_hand(ton("1"), 1_010)];
    let (next, ..) = complete(explain(&claimed, SEQNO + 1, &hand, &assigned(1_010, None)));
    assert_eq!((next.next_seqno, next.claimed_by), (SEQNO + 1, None));
    // The claim was on that seqno, so it explains no other one.
    let found = explain(&claimed, SEQNO + 2, &hand, &assigned(1_010, None));
    assert!(matches!(found, Explanation::Break { .. }));
    // A live message keeps its place until it is judged.
    let busy = wallet().signed(TransferId::new(1));
    let found = explain(&busy, SEQNO + 1, &hand, &assigned(1_010, None));
    assert_eq!(complete(found).0.live, busy.live);
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Deposit,
    ByHand,
    Failed,
    AssignedPayment,
    AssignedReturn,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Deposit),
        Just(Kind::ByHand),
        Just(Kind::Failed),
        Just(Kind::AssignedPayment),
        Just(Kind::AssignedReturn),
    ]
}

proptest! {
    #[test]
    fn behind_any_explained_history_the_float_is_what_the_chain_holds(
        kinds in prop::collection::vec((kind(), 1_i64..9_000_000_000), 0..12)
    ) {
        let mut known = known();
        let (mut seqno, mut balance) = (SEQNO, 0_i64);
        let mut txs = Vec::new();
        for (lt, (kind, nanos)) in (1_001_u64..).zip(kinds) {
            let value = NanoTon::from_nanos(nanos);
            let (tx, change, consumed) = match kind {
                Kind::Deposit => (deposit_tx(address(0xEE), value, lt), nanos, 0),
                Kind::ByHand => (by_hand(value, lt), -nanos, 1),
                Kind::Failed => {
                    let tx = FoundTx { aborted: true, out: Vec::new(), ..by_hand(value, lt) };
                    (tx, 0, 0)
                }
                Kind::AssignedPayment => {
                    known.assigned.push((lt, None));
                    let mut tx = strange(lt);
                    tx.out[0].value = value;
                    (tx, -nanos, 1)
                }
                Kind::AssignedReturn => {
                    known.assigned.push((lt, Some(ORDER)));
                    (deposit_tx(FRAGMENT, value, lt), nanos, 0)
                }
            };
            balance += change - tx.fees.nanos();
            seqno += consumed;
            txs.insert(0, tx);
        }
        let (next, explained, entries, _) = complete(explain(&wallet(), seqno, &txs, &known));
        prop_assert_eq!(next.next_seqno, seqno);
        prop_assert_eq!(explained.len(), txs.len());
        prop_assert_eq!(float_after(&entries), balance);
        let mut keys: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
        keys.dedup();
        prop_assert_eq!(keys.len(), entries.len());
    }

    #[test]
    fn one_unexplained_payment_anywhere_is_a_break(place in 0_u64..5) {
        let mut txs: Vec<_> = (0..5)
            .map(|n| deposit_tx(address(0xEE), ton("1"), 1_001 + 10 * n))
            .collect();
        txs.push(strange(1_000 + 10 * place + 5));
        let found = explain(&wallet(), SEQNO + 1, &txs, &known());
        let broken = matches!(found, Explanation::Break { .. });
        prop_assert!(broken);
    }
}

#[test]
fn an_adopted_wallet_starts_where_the_chain_stands_and_unexplained() {
    let state = account(1, 9, 2_000, noon());
    let adopted = Wallet::adopt(WALLET, &state);
    assert_eq!((adopted.next_seqno, adopted.last), (9, Some(tx(2_000))));
    assert!(!adopted.is_explained(EPOCH));
}
