use GatewayStatus::{Cancel, Locked, Paid, RefundFail, RefundPaid, RefundProcess, WrongAmount};

use super::*;

fn start_refund(world: &mut World, sum: RefundSum) {
    world.on(0, &refund(sum));
    world.on(0, &InvoiceEvent::RefundStarted);
}

fn answered(world: &mut World, answer: RefundAnswer) -> Option<DropReason> {
    world.on(0, &InvoiceEvent::RefundAnswered(answer))
}

#[test]
fn paid_locked_paid_credits_once_and_freezes_in_between() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    world.spend(100);
    world.see_status(0, Locked);
    assert_eq!(world.cents(), (0, 65, 0));
    assert!(world.customer.is_frozen());
    world.see_status(0, Locked);
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (65, 0, 0));
    assert!(!world.customer.is_frozen());
    assert_eq!(world.credited().len(), 1);
}

#[test]
fn a_lock_that_ends_with_the_payment_buys_the_order_at_once() {
    let mut world = World::for_order();
    world.see_status(0, Locked);
    assert!(world.customer.is_frozen());
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (0, 165, 0));
    assert_eq!(world.credited(), [(CreditReason::Exact, true)]);
}

#[test]
fn locked_then_sent_back_takes_the_locked_money_first() {
    let mut world = World::with(&[Purpose::TopUp, Purpose::TopUp]);
    world.see_paid(0, Paid, 165);
    world.see_status(0, Locked);
    world.see_paid(1, Paid, 165);
    assert_eq!(world.cents(), (165, 165, 0));
    world.see_status(0, RefundProcess);
    world.see_status(0, RefundPaid);
    assert_eq!(world.cents(), (165, 0, 0));
    assert!(!world.customer.is_frozen());
}

#[test]
fn a_refund_by_the_gateway_freezes_while_it_runs_and_leaves_the_spent_part_as_debt() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    world.spend(100);
    world.see_status(0, RefundProcess);
    assert_eq!(world.cents(), (0, 65, 0));
    assert!(world.customer.is_frozen());
    for _ in 0..3 {
        world.see_status(0, RefundPaid);
        assert_eq!(world.cents(), (0, 0, 100));
    }
    assert!(!world.customer.is_frozen());
    // Whatever the gateway says afterwards, nothing is credited without a person.
    world.see_paid(0, GatewayStatus::PaidOver, 300);
    assert_eq!(world.cents(), (0, 0, 100));
    let odd = Oddity::PaidAfterRefund(GatewayStatus::PaidOver);
    assert!(world.invoices[0].oddities.contains(&odd));
    assert_eq!(world.trial.of(Account::GatewayClearing), 0);
}

#[test]
fn a_refund_by_the_gateway_that_fails_gives_everything_back() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    world.see_status(0, RefundProcess);
    world.see_status(0, RefundFail);
    assert_eq!(world.cents(), (165, 0, 0));
    assert!(!world.customer.is_frozen());
}

#[test]
fn a_lock_without_money_ends_with_a_cancel_and_one_with_money_does_not() {
    let mut empty = World::top_up();
    empty.see_status(0, Locked);
    empty.see_status(0, Cancel);
    assert!(!empty.customer.is_frozen());

    let mut full = World::top_up();
    full.see_paid(0, Paid, 165);
    full.see_status(0, Locked);
    full.see_status(0, Cancel);
    assert!(full.customer.is_frozen());
    full.on(0, &InvoiceEvent::LockLifted { by: by() });
    assert_eq!(full.cents(), (165, 0, 0));
    assert!(!full.customer.is_frozen());
    let refused = full.decide(0, &InvoiceEvent::LockLifted { by: by() });
    assert!(matches!(refused, Err(InvoiceRefused::NotLocked { .. })));
}

#[test]
fn a_refund_of_ours_holds_first_and_is_paid_from_the_hold() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    start_refund(&mut world, RefundSum::All);
    assert_eq!(world.cents(), (0, 165, 0));
    answered(&mut world, RefundAnswer::Accepted);
    world.see_status(0, RefundProcess);
    assert!(!world.customer.is_frozen());
    for _ in 0..2 {
        world.see_status(0, RefundPaid);
        assert_eq!(world.cents(), (0, 0, 0));
    }
    let second = world.decide(0, &refund_all());
    assert!(matches!(second, Err(InvoiceRefused::RefundedBefore { .. })));
    assert_eq!(world.trial.of(Account::GatewayClearing), 0);
}

#[test]
fn a_refund_that_cannot_be_held_is_refused() {
    let mut world = World::top_up();
    let unpaid = world.decide(0, &refund_all());
    assert!(matches!(unpaid, Err(InvoiceRefused::NotRefundable { .. })));
    world.see_paid(0, Paid, 165);
    world.spend(100);
    let spent = world.decide(0, &refund_all());
    assert!(matches!(spent, Err(InvoiceRefused::NotEnough { .. })));
    let hold = usd(650_001);
    let too_much = world.decide(
        0,
        &refund(RefundSum::Part {
            hold,
            coins: coins(65),
        }),
    );
    assert!(matches!(too_much, Err(InvoiceRefused::NotEnough { .. })));
}

#[test]
fn an_unanswered_refund_keeps_the_hold_and_is_never_sent_again() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    world.on(0, &refund_all());
    let effect = world.invoices[0].due(world.now);
    assert!(matches!(effect, Some(InvoiceEffect::Refund(_))));
    world.on(0, &InvoiceEvent::RefundStarted);
    answered(&mut world, RefundAnswer::Unknown);
    for _ in 0..30 {
        world.later(3_600);
        let effect = world.invoices[0].due(world.now);
        assert!(
            matches!(effect, Some(InvoiceEffect::LookUp(_))),
            "{effect:?}"
        );
        world.see_paid(0, Paid, 165);
        assert_eq!(world.cents(), (0, 165, 0));
    }
    world.on(0, &InvoiceEvent::RefundGivenUp { by: by() });
    assert_eq!(world.cents(), (165, 0, 0));
    // It had happened after all: now it is somebody else's.
    world.see_status(0, RefundPaid);
    assert_eq!(world.cents(), (0, 0, 0));
}

#[test]
fn a_refund_in_doubt_cannot_be_given_up_early_or_blindly() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    start_refund(&mut world, RefundSum::All);
    answered(&mut world, RefundAnswer::Unknown);
    let give_up = InvoiceEvent::RefundGivenUp { by: by() };
    let early = world.decide(0, &give_up);
    assert!(matches!(early, Err(InvoiceRefused::NotInDoubt { .. })));
    world.later(86_400);
    let blind = world.decide(0, &give_up);
    assert!(matches!(blind, Err(InvoiceRefused::NotInDoubt { .. })));
}

#[test]
fn a_refund_that_was_refused_or_failed_frees_the_hold() {
    for fail in [true, false] {
        let mut world = World::top_up();
        world.see_paid(0, Paid, 165);
        start_refund(&mut world, RefundSum::All);
        if fail {
            answered(&mut world, RefundAnswer::Accepted);
            world.see_status(0, RefundFail);
        } else {
            let why = "you are forbidden".into();
            answered(&mut world, RefundAnswer::Refused { why });
        }
        assert_eq!(world.cents(), (165, 0, 0));
        let again = answered(&mut world, RefundAnswer::Accepted);
        assert_eq!(again, Some(DropReason::Settled));
    }
}

#[test]
fn a_refund_that_certainly_did_not_happen_is_sent_again() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    start_refund(&mut world, RefundSum::All);
    let why = "connection refused".into();
    answered(&mut world, RefundAnswer::NotDone { why });
    world.later(60);
    let effect = world.invoices[0].due(world.now);
    assert!(
        matches!(effect, Some(InvoiceEffect::Refund(_))),
        "{effect:?}"
    );
}

#[test]
fn a_look_up_from_before_the_refund_call_cannot_end_it() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    let before = world.ticket(0);
    start_refund(&mut world, RefundSum::All);
    let old = report(&world.invoices[0], RefundFail);
    world.answer(0, before, old);
    assert_eq!(world.cents(), (0, 165, 0));
}

#[test]
fn somebody_elses_refund_overtakes_ours_before_it_is_sent() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    let hold = usd(500_000);
    world.on(
        0,
        &refund(RefundSum::Part {
            hold,
            coins: coins(50),
        }),
    );
    world.spend(100);
    world.see_status(0, RefundProcess);
    let effect = world.invoices[0].due(world.now + Span::hours(1));
    assert!(
        !matches!(effect, Some(InvoiceEffect::Refund(_))),
        "{effect:?}"
    );
    world.see_status(0, RefundPaid);
    assert_eq!(world.cents(), (0, 0, 100));
    assert_eq!(world.trial.of(Account::GatewayClearing), 0);
}

#[test]
fn what_becomes_due_while_a_refund_runs_is_credited_after_it_failed() {
    let mut world = World::top_up();
    world.see_paid(0, WrongAmount, 100);
    start_refund(&mut world, RefundSum::All);
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (0, 100, 0));
    let why = "no".into();
    answered(&mut world, RefundAnswer::Refused { why });
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (165, 0, 0));
}

#[test]
fn freed_money_pays_an_old_debt_first() {
    let mut world = World::with(&[Purpose::TopUp, Purpose::TopUp]);
    world.see_paid(0, Paid, 165);
    world.see_paid(1, Paid, 165);
    world.spend(165);
    world.see_status(0, Locked);
    world.see_status(1, RefundPaid);
    assert_eq!(world.cents(), (0, 165, 165));
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (0, 0, 0));
}

#[test]
fn a_part_that_was_sent_back_leaves_the_rest() {
    let mut world = World::top_up();
    world.see_paid(0, Paid, 165);
    let hold = usd(500_000);
    start_refund(
        &mut world,
        RefundSum::Part {
            hold,
            coins: coins(50),
        },
    );
    answered(&mut world, RefundAnswer::Accepted);
    for _ in 0..2 {
        world.see_status(0, RefundPaid);
        assert_eq!(world.cents(), (115, 0, 0));
    }
}
