//! The ways an order goes, step by step.

use crate::domain::decision::Decision;
use crate::domain::ids::{OrderId, TransferId};
use crate::domain::ledger::{Account, EntryKey};
use crate::domain::money::NanoTon;
use crate::domain::notice::RefundReason;
use crate::domain::order::{
    Concluded, Funding, Order, OrderEvent, OrderRefused, OrderRules, OrderState, Purchase, Stage,
    conclude,
};
use crate::domain::samples::{
    ORDER, SEQNO, WALLET, address, after, burn, desk, every_order, held, link, order, order_in,
    parked, purchase, ton, transfer, tx, wallet,
};
use crate::domain::transfer::{ChainFault, Transfer, TransferState, Verdict, Waiting};
use crate::domain::wallet::{Standing, Wallet};

fn decide(order: &Order, event: OrderEvent, seconds: i64) -> Result<Order, OrderRefused> {
    let (rules, wallet) = (OrderRules::default(), wallet());
    let decision = order.decide(event, desk(&rules, &wallet, after(seconds)));
    decision.map(|decision| decision.next)
}

fn paying(signed: &[(i64, u32, u8)], refund: Option<RefundReason>) -> Order {
    let transfer = signed.last().map(|(id, ..)| TransferId::new(*id)).unwrap();
    order_in(OrderState::Paying {
        purchase: purchase(signed),
        transfer,
        confirmed: true,
        refund,
    })
}

fn linked(signed: &[(i64, u32, u8)]) -> Order {
    order_in(OrderState::Linked {
        purchase: purchase(signed),
        link: link(),
        told: true,
    })
}

fn dead(id: i64) -> Transfer {
    transfer(id, SEQNO).now_is(TransferState::Dead { providers: 1 })
}

fn paid() -> Verdict {
    Verdict::Paid {
        tx: tx(1_010),
        fees: ton("0.003"),
    }
}

fn unpaid() -> Verdict {
    Verdict::ConsumedUnpaid {
        tx: tx(1_010),
        fees: ton("0.003"),
    }
}

fn concluded(
    order: &Order,
    judged: &Transfer,
    all: &[Transfer],
    verdict: &Verdict,
    wallet: &Wallet,
) -> Decision<Concluded> {
    let rules = OrderRules::default();
    conclude(order, judged, all, verdict, desk(&rules, wallet, after(60)))
        .unwrap()
        .unwrap()
}

fn claimed() -> Wallet {
    wallet().signed(TransferId::new(1)).dead(ORDER, 1)
}

#[test]
fn a_tick_before_its_mark_changes_nothing_and_after_it_does() {
    assert!(decide(&order(), OrderEvent::Tick, 1_799).is_err());
    let lapsed = decide(&order(), OrderEvent::Tick, 1_800).unwrap();
    assert!(matches!(
        lapsed.state,
        OrderState::Cancelled {
            by_customer: false,
            ..
        }
    ));
    let waiting = held(&[], None);
    assert!(decide(&waiting, OrderEvent::Tick, 179).is_err());
    let told = decide(&waiting, OrderEvent::Tick, 180).unwrap();
    assert!(matches!(told.state, OrderState::Held { told: true, .. }));
    assert!(decide(&told, OrderEvent::Tick, 21_599).is_err());
    let back = decide(&told, OrderEvent::Tick, 21_600).unwrap();
    let why = RefundReason::TookTooLong;
    assert!(matches!(back.state, OrderState::Refunded { why: got, .. } if got == why));
}

#[test]
fn the_customer_takes_the_money_back_after_three_minutes_unless_something_was_signed() {
    for order in [held(&[], None), linked(&[])] {
        let early = decide(&order, OrderEvent::TakeBack, 179);
        assert_eq!(
            early,
            Err(OrderRefused::TooEarly {
                order: ORDER,
                from: after(180)
            })
        );
        let back = decide(&order, OrderEvent::TakeBack, 180).unwrap();
        assert!(matches!(back.state, OrderState::Refunded { .. }));
    }
    for (name, order) in every_order() {
        let signed = order.purchase().is_some_and(Purchase::was_signed);
        if signed {
            assert!(
                decide(&order, OrderEvent::TakeBack, 30_000).is_err(),
                "{name}"
            );
        }
    }
}

#[test]
fn a_message_is_accepted_only_for_its_own_order_wallet_and_state() {
    let good = transfer(1, SEQNO);
    let other_order = Transfer {
        order: OrderId::new(71),
        ..good.clone()
    };
    let other_wallet = Transfer {
        wallet: address(0xA2),
        ..good.clone()
    };
    let order = linked(&[]);
    let signed = |transfer: Transfer| decide(&order, OrderEvent::Signed(transfer), 1);
    assert!(signed(good.clone()).is_ok());
    assert!(matches!(
        signed(other_order),
        Err(OrderRefused::WrongTransfer { .. })
    ));
    assert!(matches!(
        signed(other_wallet),
        Err(OrderRefused::WrongWallet { .. })
    ));
    let why = RefundReason::ShopFailed;
    for (name, order) in every_order() {
        let goods = decide(&order, OrderEvent::Signed(good.clone()), 1).is_ok();
        let burns = decide(&order, OrderEvent::Signed(burn(2, SEQNO, why)), 1).is_ok();
        assert_eq!(
            goods,
            matches!(order.state, OrderState::Linked { .. }),
            "{name}"
        );
        let pending = matches!(
            order.state,
            OrderState::Held {
                refund: Some(_),
                ..
            }
        );
        assert_eq!(burns, pending, "{name}");
    }
}

#[test]
fn funding_holds_the_price_and_reserves_the_float_in_one_entry() {
    let (rules, wallet) = (OrderRules::default(), wallet());
    let funding = Funding {
        wallet: WALLET,
        reserve: ton("0.35"),
    };
    let event = OrderEvent::Fund(funding);
    let decision = order()
        .decide(event, desk(&rules, &wallet, after(5)))
        .unwrap();
    assert_eq!(decision.entries.len(), 1);
    assert_eq!(decision.entries[0].key, EntryKey::Hold { order: ORDER });
    assert_eq!(decision.entries[0].postings.len(), 2);
    assert_eq!(
        decision.next.purchase().map(|purchase| purchase.held_at),
        Some(after(5))
    );
}

#[test]
fn nothing_is_concluded_from_waiting() {
    let order = paying(&[(1, SEQNO, 0)], None);
    let (rules, wallet) = (OrderRules::default(), wallet().signed(TransferId::new(1)));
    let verdict = Verdict::Wait(Waiting::StillValid);
    let live = transfer(1, SEQNO);
    let desk = desk(&rules, &wallet, after(60));
    assert_eq!(conclude(&order, &live, &[], &verdict, desk), Ok(None));
}

#[test]
fn a_payment_spends_the_reservation_and_moves_the_seqno_on() {
    let live = transfer(1, SEQNO);
    let busy = wallet().signed(live.id);
    let decision = concluded(&paying(&[(1, SEQNO, 0)], None), &live, &[], &paid(), &busy);
    assert!(matches!(
        decision.next.order.state,
        OrderState::Paid {
            confirmed: true,
            ..
        }
    ));
    assert_eq!(
        (decision.next.wallet.next_seqno, decision.next.wallet.live),
        (SEQNO + 1, None)
    );
    let effect = |account| -> i64 {
        let postings = decision.entries.iter().flat_map(|entry| &entry.postings);
        postings.map(|posting| posting.effect_on(account)).sum()
    };
    assert_eq!(effect(Account::FloatHeld(WALLET)), -ton("0.35").nanos());
    assert_eq!(effect(Account::CostOfGoods), ton("0.326").nanos());
    assert_eq!(effect(Account::NetworkFees), ton("0.003").nanos());
    assert_eq!(effect(Account::Float(WALLET)), ton("0.021").nanos());
}

#[test]
fn an_unpaid_seqno_plans_again_in_the_same_wallet_and_asks_for_a_top_up() {
    let live = transfer(1, SEQNO);
    let busy = wallet().signed(live.id);
    let decision = concluded(
        &paying(&[(1, SEQNO, 0)], None),
        &live,
        &[],
        &unpaid(),
        &busy,
    );
    let next = &decision.next;
    assert!(matches!(
        next.order.state,
        OrderState::Held { refund: None, .. }
    ));
    assert_eq!(
        next.order.purchase().map(|purchase| purchase.wallet),
        Some(WALLET)
    );
    assert_eq!(
        (next.wallet.next_seqno, next.wallet.unpaid_in_row),
        (SEQNO + 1, 1)
    );
    assert_eq!(decision.notices.len(), 1);
}

#[test]
fn two_unpaid_in_a_row_stop_the_wallet_and_the_third_leads_back() {
    let live = transfer(3, SEQNO);
    let order = paying(&[(1, 3, 0), (2, 4, 0), (3, SEQNO, 0)], None);
    let busy = Wallet {
        unpaid_in_row: 1,
        ..wallet().signed(live.id)
    };
    let decision = concluded(&order, &live, &[], &unpaid(), &busy);
    let back = &decision.next.order.state;
    assert!(matches!(
        back,
        OrderState::Refunded {
            why: RefundReason::ShopFailed,
            ..
        }
    ));
    assert!(decision.next.wallet.is_stopped());
    assert_eq!(
        decision.notices.len(),
        3,
        "top-up, refund and the stop are told"
    );
}

#[test]
fn one_word_of_death_keeps_the_seqno_and_two_free_it() {
    for (providers, claim) in [(1, Some(ORDER)), (2, None)] {
        let live = transfer(1, SEQNO);
        let busy = wallet().signed(live.id);
        let verdict = Verdict::Dead { providers };
        let decision = concluded(&paying(&[(1, SEQNO, 0)], None), &live, &[], &verdict, &busy);
        let wallet = &decision.next.wallet;
        assert_eq!(
            (wallet.next_seqno, wallet.live, wallet.claimed_by),
            (SEQNO, None, claim)
        );
        let purchase = decision.next.order.purchase().unwrap();
        assert_eq!(purchase.is_safe_to_release(wallet), providers == 2);
        assert!(decision.entries.is_empty());
    }
}

#[test]
fn an_older_message_that_ran_after_all_is_recognised_wherever_the_order_went_on_to() {
    let older = dead(1);
    let signed = [(1, SEQNO, 1)];
    for order in [
        held(&signed, None),
        held(&signed, Some(RefundReason::ShopFailed)),
        linked(&signed),
    ] {
        let decision = concluded(
            &order,
            &older,
            std::slice::from_ref(&older),
            &paid(),
            &claimed(),
        );
        let OrderState::Paid {
            transfer,
            confirmed,
            ..
        } = &decision.next.order.state
        else {
            panic!("{:?}", decision.next.order.state);
        };
        assert_eq!((*transfer, *confirmed), (older.id, false));
        assert_eq!(decision.next.wallet.next_seqno, SEQNO + 1);
        assert_eq!(decision.next.wallet.claimed_by, None);
    }
}

#[test]
fn an_older_message_supersedes_the_live_one() {
    let (older, live) = (dead(1), transfer(2, SEQNO));
    let order = paying(&[(1, SEQNO, 1), (2, SEQNO, 0)], None);
    let all = [older.clone(), live.clone()];
    let verdict = Verdict::OlderExecuted {
        transfer: older.id,
        tx: tx(1_010),
        fees: NanoTon::ZERO,
        paid: true,
    };
    let busy = Wallet {
        live: Some(live.id),
        ..claimed()
    };
    let decision = concluded(&order, &live, &all, &verdict, &busy);
    let states: Vec<_> = decision
        .next
        .transfers
        .iter()
        .map(|one| (one.id, &one.state))
        .collect();
    assert_eq!(
        states[0],
        (older.id, &TransferState::Paid { tx: tx(1_010) })
    );
    assert_eq!(
        states[1],
        (live.id, &TransferState::Superseded { by: older.id })
    );
    // The confirm call was made for the other message.
    assert!(matches!(
        decision.next.order.state,
        OrderState::Paid {
            confirmed: false,
            ..
        }
    ));
    let keys: Vec<_> = decision
        .entries
        .iter()
        .map(|entry| entry.key.clone())
        .collect();
    assert_eq!(keys, [EntryKey::Spent { transfer: older.id }]);
}

#[test]
fn a_foreign_message_parks_the_order_and_stops_the_wallet() {
    let live = transfer(1, SEQNO);
    let busy = wallet().signed(live.id);
    for verdict in [
        Verdict::Foreign {
            why: ChainFault::SentOther { lt: 1 },
        },
        Verdict::Mismatch {
            why: ChainFault::SentOther { lt: 1 },
        },
    ] {
        let decision = concluded(&paying(&[(1, SEQNO, 0)], None), &live, &[], &verdict, &busy);
        let OrderState::Parked {
            stage: Stage::Signed { transfer },
            ..
        } = decision.next.order.state
        else {
            panic!("{:?}", decision.next.order.state);
        };
        assert_eq!((transfer, decision.next.order.parked), (live.id, 1));
        assert!(matches!(
            decision.next.wallet.standing,
            Standing::Stopped { .. }
        ));
        assert_eq!(decision.next.wallet.live, None);
        assert_eq!(
            decision.notices.len(),
            2,
            "the order and the wallet are told of"
        );
        assert!(decision.entries.is_empty());
    }
}

#[test]
fn a_burnt_seqno_lets_the_money_go_and_a_dead_burn_remembers_why() {
    let why = RefundReason::CustomerAsked;
    let burning = burn(2, SEQNO, why);
    let signed = [(1, SEQNO, 1), (2, SEQNO, 0)];
    let busy = Wallet {
        live: Some(burning.id),
        ..claimed()
    };
    for refund in [Some(why), None] {
        let order = paying(&signed, refund);
        let burnt = concluded(&order, &burning, &[], &paid(), &busy);
        assert!(
            matches!(&burnt.next.order.state, OrderState::Refunded { why: got, .. } if *got == why)
        );
        // Resumed by hand, the order itself has forgotten the reason; the message has not.
        let verdict = Verdict::Dead { providers: 1 };
        let died = concluded(&order, &burning, &[], &verdict, &busy);
        assert!(
            matches!(&died.next.order.state, OrderState::Held { refund: got, .. } if *got == Some(why))
        );
    }
}

#[test]
fn money_waits_until_nothing_signed_can_execute() {
    let order = held(&[(1, SEQNO, 1)], Some(RefundReason::ShopFailed));
    let (rules, now) = (OrderRules::default(), after(600));
    let give = |wallet: &Wallet| order.decide(OrderEvent::ReturnMoney, desk(&rules, wallet, now));
    assert!(matches!(
        give(&claimed()),
        Err(OrderRefused::NeedsMore { .. })
    ));
    let used_up = Wallet {
        next_seqno: SEQNO + 1,
        ..wallet()
    };
    assert!(give(&used_up).is_ok());
    let unexplained = Wallet {
        explained_in: None,
        ..used_up.clone()
    };
    assert!(matches!(
        give(&unexplained),
        Err(OrderRefused::NotExplained { .. })
    ));
    let other = Wallet {
        address: address(0xA2),
        ..used_up
    };
    assert!(matches!(
        give(&other),
        Err(OrderRefused::WrongWallet { .. })
    ));
}

#[test]
fn a_verdict_about_somebody_elses_message_is_refused() {
    let order = paying(&[(1, SEQNO, 0)], None);
    let (rules, wallet) = (OrderRules::default(), wallet().signed(TransferId::new(1)));
    let desk = desk(&rules, &wallet, after(60));
    let stranger = transfer(9, SEQNO);
    assert!(conclude(&order, &stranger, &[], &paid(), desk).is_err());
    let verdict = Verdict::OlderExecuted {
        transfer: stranger.id,
        tx: tx(1_010),
        fees: NanoTon::ZERO,
        paid: true,
    };
    let foreign = Transfer {
        order: OrderId::new(71),
        ..stranger
    };
    let live = transfer(1, SEQNO);
    assert!(conclude(&order, &live, &[foreign], &verdict, desk).is_err());
}

#[test]
fn being_parked_again_is_told_again_under_another_key() {
    let once = parked(&[], Stage::Unsigned);
    let (rules, wallet) = (OrderRules::default(), wallet());
    let desk = desk(&rules, &wallet, after(60));
    let event = OrderEvent::PaidOutside(tx(1_040));
    let twice = once.decide(event, desk).unwrap();
    assert_eq!(twice.next.parked, 2);
    assert_eq!(twice.notices[0].key, format!("operators/{ORDER}/parked/2"));
}
