//! What a person may do in each state (rule 20).

use crate::domain::decision::Decision;
use crate::domain::ids::{AdminId, TransferId};
use crate::domain::ledger::{Account, EntryKey};
use crate::domain::notice::RefundReason;
use crate::domain::order::{
    OperatorAct, Order, OrderEvent, OrderRefused, OrderRules, OrderState, Stage, WhyParked,
};
use crate::domain::samples::{
    CUSTOMER, SEQNO, WALLET, after, desk, every_order, history_row, page_proof, paid_stage, parked,
    ton, tx, wallet,
};
use crate::domain::wallet::Wallet;
use crate::domain::{Span, Timestamp};

const TRANSFER: TransferId = TransferId::new(1);

fn refund(second: bool, silent_since: Option<Timestamp>) -> OperatorAct {
    OperatorAct::Refund {
        second: second.then(|| AdminId::new(2)),
        silent_since,
    }
}

/// Every act with everything that it could need at `now`.
fn acts(now: Timestamp) -> [OperatorAct; 3] {
    [
        OperatorAct::Resume,
        refund(true, Some(now - Span::hours(24))),
        OperatorAct::MarkDelivered { row: history_row() },
    ]
}

fn act(
    order: &Order,
    act: OperatorAct,
    wallet: &Wallet,
    now: Timestamp,
) -> Result<Decision<Order>, OrderRefused> {
    let rules = OrderRules::default();
    order.decide(OrderEvent::Operator(act), desk(&rules, wallet, now))
}

fn bounced() -> Order {
    parked(&[(1, SEQNO, 0)], paid_stage(true, false))
}

fn behind_payment() -> Order {
    parked(&[(1, SEQNO, 0)], paid_stage(false, false))
}

#[test]
fn what_a_person_may_do_is_exactly_what_the_machine_accepts() {
    let now = after(3_600);
    for (name, order) in every_order() {
        for wish in acts(now) {
            let may = order.operator_may().contains(&wish.name());
            let done = act(&order, wish.clone(), &wallet(), now);
            assert_eq!(done.is_ok(), may, "{name}: {} gave {done:?}", wish.name());
        }
    }
}

#[test]
fn every_parked_order_has_a_way_out_and_no_signed_one_is_touched() {
    for (name, order) in every_order() {
        match &order.state {
            OrderState::Parked { .. } => assert!(!order.operator_may().is_empty(), "{name}"),
            OrderState::Paying { .. } | OrderState::Paid { .. } => {
                assert!(order.operator_may().is_empty(), "{name}");
            }
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => {}
        }
    }
}

#[test]
fn a_refund_behind_a_payment_needs_a_second_person_and_a_day_of_silence() {
    let now = after(3 * 86_400);
    let outside = parked(&[], Stage::PaidOutside { tx: tx(1_040) });
    for order in [behind_payment(), outside] {
        let almost = now - Span::hours(24) + Span::seconds(1);
        for (second, silent) in [
            (false, None),
            (false, Some(now - Span::days(2))),
            (true, None),
            (true, Some(almost)),
            (true, Some(now + Span::days(2))),
        ] {
            let refused = act(&order, refund(second, silent), &wallet(), now);
            assert!(
                matches!(refused, Err(OrderRefused::NeedsMore { .. })),
                "{second} {silent:?}"
            );
        }
        let given = act(
            &order,
            refund(true, Some(now - Span::hours(24))),
            &wallet(),
            now,
        );
        let watch_until = Some(now + Span::days(7));
        let why = RefundReason::Operator;
        let refunded = OrderState::Refunded {
            at: now,
            why,
            watch_until,
        };
        assert_eq!(given.unwrap().next.state, refunded);
    }
}

#[test]
fn a_refund_after_a_bounce_needs_one_person_and_frees_no_float_twice() {
    let now = after(3_600);
    let decision = act(&bounced(), refund(false, None), &wallet(), now).unwrap();
    assert!(matches!(
        decision.next.state,
        OrderState::Refunded {
            watch_until: None,
            ..
        }
    ));
    let moved: i64 = decision
        .entries
        .iter()
        .flat_map(|entry| &entry.postings)
        .map(|posting| posting.effect_on(Account::FloatHeld(WALLET)))
        .sum();
    assert_eq!(
        moved, 0,
        "the reservation was spent when the payment was seen"
    );
}

#[test]
fn no_money_moves_by_hand_before_the_history_is_explained() {
    let now = after(3 * 86_400);
    let unexplained = Wallet {
        explained_in: None,
        ..wallet()
    };
    for (name, order) in every_order() {
        for wish in acts(now) {
            if let Ok(decision) = act(&order, wish.clone(), &unexplained, now) {
                assert!(decision.entries.is_empty(), "{name}: {}", wish.name());
            }
        }
    }
}

#[test]
fn resuming_behind_a_payment_only_looks_again() {
    let now = after(3_600);
    let decision = act(&behind_payment(), OperatorAct::Resume, &wallet(), now).unwrap();
    let OrderState::Paid {
        transfer,
        paid_at,
        confirmed,
        ..
    } = decision.next.state
    else {
        panic!("{:?}", decision.next.state);
    };
    assert_eq!((transfer, paid_at, confirmed), (TRANSFER, now, true));
    assert!(decision.entries.is_empty());
}

#[test]
fn what_bounced_is_not_resumed_because_the_bounce_would_be_forgotten() {
    let refused = act(&bounced(), OperatorAct::Resume, &wallet(), after(3_600));
    assert!(matches!(refused, Err(OrderRefused::NotInState { .. })));
    assert!(bounced().operator_may().contains(&"refund"));
}

#[test]
fn resuming_a_signed_order_asks_the_chain_about_the_same_message_and_confirms_it() {
    let order = parked(&[(1, SEQNO, 0)], Stage::Signed { transfer: TRANSFER });
    let decision = act(&order, OperatorAct::Resume, &wallet(), after(600)).unwrap();
    let OrderState::Paying {
        transfer,
        confirmed,
        ..
    } = decision.next.state
    else {
        panic!("{:?}", decision.next.state);
    };
    // Rule 8: the confirm call is due until Fragment took it, and parking forgets whether it did.
    assert_eq!((transfer, confirmed), (TRANSFER, false));
}

#[test]
fn resuming_a_signed_order_whose_seqno_is_used_up_plans_again() {
    let order = parked(&[(1, SEQNO, 0)], Stage::Signed { transfer: TRANSFER });
    let passed = Wallet {
        next_seqno: SEQNO + 1,
        ..wallet()
    };
    let decision = act(&order, OperatorAct::Resume, &passed, after(600)).unwrap();
    assert!(matches!(
        decision.next.state,
        OrderState::Held { refund: None, .. }
    ));
}

#[test]
fn resuming_after_the_last_transfer_leads_back_and_not_to_another_one() {
    let signed = [(1, 2, 0), (2, 3, 0), (3, 4, 0)];
    let transfer = TransferId::new(3);
    for stage in [Stage::Unsigned, Stage::Signed { transfer }] {
        let decision = act(
            &parked(&signed, stage),
            OperatorAct::Resume,
            &wallet(),
            after(600),
        );
        assert!(matches!(
            decision.unwrap().next.state,
            OrderState::Held {
                refund: Some(RefundReason::ShopFailed),
                ..
            }
        ));
    }
}

#[test]
fn marking_as_delivered_settles_once_and_keeps_the_row() {
    let order = behind_payment();
    let row = OperatorAct::MarkDelivered { row: history_row() };
    let decision = act(&order, row, &wallet(), after(3_600)).unwrap();
    let keys: Vec<_> = decision.entries.iter().map(|entry| &entry.key).collect();
    assert_eq!(keys, [&EntryKey::Settle { order: order.id }]);
    let earned: i64 = decision.entries[0]
        .postings
        .iter()
        .map(|posting| posting.effect_on(Account::CustomerHeld(CUSTOMER)))
        .sum();
    assert_eq!(earned, -order.price().micros());
}

#[test]
fn a_parked_payment_is_delivered_by_the_history_alone_and_never_after_a_bounce() {
    let rules = OrderRules::default();
    let wallet = wallet();
    let desk = desk(&rules, &wallet, after(3_600));
    let page = OrderEvent::DeliverySeen(page_proof());
    assert!(behind_payment().decide(page, desk).is_err());
    let history = OrderEvent::DeliverySeen(crate::domain::samples::history_proof());
    assert!(behind_payment().decide(history.clone(), desk).is_ok());
    assert!(bounced().decide(history, desk).is_err());
}

#[test]
fn a_payment_made_outside_the_books_is_settled_with_its_reservation_freed() {
    let order = parked(&[], Stage::PaidOutside { tx: tx(1_040) });
    let row = OperatorAct::MarkDelivered { row: history_row() };
    let decision = act(&order, row, &wallet(), after(600)).unwrap();
    let freed: i64 = decision.entries[0]
        .postings
        .iter()
        .map(|posting| posting.effect_on(Account::Float(WALLET)))
        .sum();
    assert_eq!(freed, ton("0.35").nanos());
}

#[test]
fn an_order_whose_money_is_on_its_way_back_is_never_parked() {
    let rules = OrderRules::default();
    let (wallet, now) = (wallet(), after(60));
    let desk = desk(&rules, &wallet, now);
    let order = crate::domain::samples::held(&[], Some(RefundReason::CustomerAsked));
    let stops = [
        OrderEvent::Break,
        OrderEvent::NeedsOperator(WhyParked::SignerRule("no".into())),
    ];
    for event in stops {
        let refused = order.decide(event, desk);
        assert!(
            matches!(refused, Err(OrderRefused::NotInState { .. })),
            "{refused:?}"
        );
    }
}
