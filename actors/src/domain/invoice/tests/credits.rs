use GatewayStatus::{
    Cancel, Check, ConfirmCheck, Fail, Locked, Paid, PaidOver, Process, SystemFail, WrongAmount,
    WrongAmountWaiting,
};

use super::*;

#[test]
fn every_status_of_a_top_up_does_what_the_table_says() {
    // status, coins sent, balance in cents, customer's news, oddities
    let table = [
        (Check, 0, 0, 0, 0),
        (Process, 165, 0, 0, 0),
        (ConfirmCheck, 165, 0, 0, 0),
        (WrongAmountWaiting, 100, 0, 0, 0),
        (Paid, 165, 165, 1, 0),
        (Paid, 164, 165, 1, 0),
        (PaidOver, 200, 200, 1, 0),
        (WrongAmount, 120, 120, 1, 0),
        (Cancel, 0, 0, 0, 0),
        (Fail, 165, 0, 0, 1),
        (SystemFail, 165, 0, 0, 1),
        (GatewayStatus::RefundProcess, 165, 0, 0, 1),
        (GatewayStatus::RefundPaid, 165, 0, 0, 1),
        (GatewayStatus::RefundFail, 165, 0, 0, 1),
        (Locked, 165, 0, 1, 1),
        (GatewayStatus::unknown("frozen"), 165, 0, 0, 1),
    ];
    for (status, sent, balance, news, oddities) in table {
        let mut world = World::top_up();
        world.see_paid(0, status.clone(), sent);
        let told = (world.news().len(), world.invoices[0].oddities.len());
        assert_eq!(world.cents(), (balance, 0, 0), "{status:?}");
        assert_eq!(told, (news, oddities), "{status:?}");
        // The same once more changes neither money nor news.
        world.see_paid(0, status.clone(), sent);
        let again = (world.news().len(), world.invoices[0].oddities.len());
        assert_eq!(world.cents(), (balance, 0, 0), "{status:?}");
        assert_eq!(again, told, "{status:?}");
    }
}

#[test]
fn an_order_invoice_credits_and_holds_in_one_decision() {
    // status, coins sent, available, held, reason, bought
    let table = [
        (Paid, 165, 0, 165, CreditReason::Exact, true),
        (Paid, 164, 0, 165, CreditReason::WithinAccuracy, true),
        (PaidOver, 200, 35, 165, CreditReason::More, true),
        (WrongAmount, 120, 120, 0, CreditReason::Less, false),
    ];
    for (status, sent, available, held, reason, bought) in table {
        let mut world = World::for_order();
        world.see_paid(0, status, sent);
        assert_eq!(world.cents(), (available, held, 0));
        assert_eq!(world.credited(), [(reason, bought)]);
        assert_eq!(world.invoices[0].bought, bought);
    }
}

#[test]
fn within_accuracy_tells_what_really_came_and_what_was_credited() {
    let mut world = World::for_order();
    world.see_paid(0, Paid, 164);
    let news = world.news();
    let told = news.iter().any(|news| {
        matches!(news, News::Credited { received, credited, .. }
            if *received == usd(1_640_000) && *credited == FACE)
    });
    assert!(told, "{news:?}");
}

#[test]
fn a_split_buys_when_credit_and_balance_reach_the_price() {
    let mut world = World::with(&[Purpose::TopUp, Purpose::Order(ORDER)]);
    world.order = OrderSideState::Awaiting {
        price: usd(3_000_000),
    };
    world.see_paid(0, Paid, 165);
    world.see_paid(1, Paid, 165);
    assert_eq!(world.cents(), (30, 300, 0));
}

#[test]
fn wrong_amount_then_paid_credits_the_difference_and_buys() {
    let mut world = World::for_order();
    world.see_paid(0, WrongAmount, 120);
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (0, 165, 0));
    let told = [(CreditReason::Less, false), (CreditReason::Exact, true)];
    assert_eq!(world.credited(), told);
    // Its own order is not somebody else's purchase.
    world.see_paid(0, PaidOver, 200);
    assert_eq!(world.cents(), (35, 165, 0));
    assert_eq!(world.credited().last(), Some(&(CreditReason::More, false)));
}

#[test]
fn less_due_than_credited_takes_nothing_and_tells_the_operators() {
    let mut world = World::top_up();
    world.see_paid(0, PaidOver, 200);
    world.see_paid(0, WrongAmount, 120);
    assert_eq!(world.cents(), (200, 0, 0));
    let expected = Oddity::LessDue {
        due: usd(1_200_000),
        recorded: usd(2_000_000),
    };
    assert_eq!(world.invoices[0].oddities, [expected]);
}

#[test]
fn a_cancel_does_not_end_it_a_late_success_is_credited() {
    let mut world = World::for_order();
    world.later(2_000);
    world.see_status(0, Cancel);
    world.order = OrderSideState::Closed;
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (165, 0, 0));
    assert_eq!(world.credited(), [(CreditReason::OrderClosed, false)]);
}

#[test]
fn after_our_cancelling_a_payment_lands_on_the_balance() {
    for order in [
        OrderSideState::Cancelled,
        OrderSideState::Awaiting { price: FACE },
    ] {
        let mut world = World::for_order();
        world.on(0, &InvoiceEvent::CustomerCancelled);
        world.order = order;
        world.see_paid(0, Paid, 165);
        assert_eq!(world.cents(), (165, 0, 0));
        assert_eq!(world.credited(), [(CreditReason::AfterCancel, false)]);
    }
}

#[test]
fn of_two_paid_invoices_one_buys_and_the_other_is_balance() {
    let mut world = World::with(&[Purpose::Order(ORDER), Purpose::Order(ORDER)]);
    world.on(0, &InvoiceEvent::Replaced);
    world.see_paid(0, Paid, 165);
    world.see_paid(1, Paid, 165);
    assert_eq!(world.cents(), (165, 165, 0));
    let told = [
        (CreditReason::Exact, true),
        (CreditReason::SecondPayment, false),
    ];
    assert_eq!(world.credited(), told);
}

#[test]
fn without_quote_float_or_freedom_the_credit_stays_on_the_balance() {
    let mut world = World::for_order();
    world.may_hold = false;
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (165, 0, 0));

    let mut frozen = World::with(&[Purpose::Order(ORDER), Purpose::TopUp]);
    frozen.see_status(1, Locked);
    frozen.see_paid(0, Paid, 165);
    assert_eq!(frozen.cents(), (165, 0, 0));
}

#[test]
fn a_payment_seen_before_expiry_keeps_its_quote_however_late() {
    let mut world = World::top_up();
    world.see_paid(0, ConfirmCheck, 165);
    world.later(86_400);
    let mut late = paid(&world.invoices[0], Paid, 165);
    late.payment_amount_usd = Some(usd(900_000));
    world.see(0, late);
    assert_eq!(world.cents(), (165, 0, 0));
    assert_eq!(world.credited(), [(CreditReason::Exact, false)]);
}

#[test]
fn a_success_first_seen_after_expiry_is_worth_at_most_its_dollars() {
    for (dollars, balance) in [(Some(90), 90), (Some(300), 165), (None, 0)] {
        let mut world = World::top_up();
        world.later(1_801);
        let mut late = paid(&world.invoices[0], Paid, 165);
        late.payment_amount_usd = dollars.map(|cents: i64| usd(cents * 10_000));
        world.see(0, late);
        assert_eq!(world.cents(), (balance, 0, 0));
        assert_eq!(world.invoices[0].oddities.is_empty(), balance > 0);
    }
}

#[test]
fn a_payment_that_vanished_does_not_keep_the_quote_for_another() {
    let mut world = World::top_up();
    world.see_paid(0, ConfirmCheck, 1);
    world.later(1_801);
    world.see_status(0, Cancel);
    let mut other = paid(&world.invoices[0], Paid, 165);
    other.payment_amount_usd = Some(usd(900_000));
    world.see(0, other);
    assert_eq!(world.cents(), (90, 0, 0));
    assert_eq!(world.credited(), [(CreditReason::Late, false)]);
}

#[test]
fn a_look_up_that_lags_behind_does_not_lose_the_quote() {
    let mut world = World::top_up();
    world.see_paid(0, ConfirmCheck, 165);
    world.later(1_801);
    world.see_status(0, Check);
    let mut late = paid(&world.invoices[0], Paid, 165);
    late.payment_amount_usd = Some(usd(900_000));
    world.see(0, late);
    assert_eq!(world.cents(), (165, 0, 0));
}

#[test]
fn a_success_that_is_not_final_is_not_credited_yet() {
    let mut world = World::top_up();
    let mut soon = paid(&world.invoices[0], Paid, 165);
    soon.is_final = false;
    world.see(0, soon);
    assert_eq!(world.cents(), (0, 0, 0));
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (165, 0, 0));
}

#[test]
fn surplus_above_the_cap_and_dust_go_to_suspense_and_are_told() {
    let suspense = Account::Suspense(crate::domain::ledger::Asset::Usd);
    let mut over = World::top_up();
    over.see_paid(0, PaidOver, 165 + 10_000 + 500);
    assert_eq!(over.cents(), (10_165, 0, 0));
    assert_eq!(over.trial.of(suspense), 5_000_000);
    assert_eq!(
        over.invoices[0].oddities,
        [Oddity::Withheld(usd(5_000_000))]
    );

    let mut dust = World::for_order();
    dust.rules.dust = usd(50_000);
    dust.see_paid(0, WrongAmount, 4);
    assert_eq!(dust.cents(), (0, 0, 0));
    assert_eq!(dust.trial.of(suspense), 40_000);
    assert_eq!(dust.credited(), [(CreditReason::Less, false)]);
    // The rest arrives: the dust comes back out, and the order is bought.
    dust.see_paid(0, Paid, 165);
    assert_eq!(dust.trial.of(suspense), 0);
    assert_eq!(dust.cents(), (0, 165, 0));
    assert!(dust.trial.balances());
}

#[test]
fn a_new_credit_first_pays_an_old_debt() {
    let mut world = World::with(&[Purpose::TopUp, Purpose::Order(ORDER)]);
    world.see_paid(0, WrongAmount, 100);
    world.spend(60);
    world.see_status(0, GatewayStatus::RefundPaid);
    assert_eq!(world.cents(), (0, 0, 60));
    world.see_paid(1, Paid, 165);
    // What is left does not reach the price any more.
    assert_eq!(world.cents(), (105, 0, 0));
    let told = world.news().iter().any(|news| {
        matches!(news, News::Credited { credited, debt_paid, .. }
            if *credited == usd(1_050_000) && *debt_paid == usd(600_000))
    });
    assert!(told);
}

#[test]
fn answers_older_than_the_newest_applied_are_dropped() {
    let mut world = World::top_up();
    let (first, second) = (world.ticket(0), world.ticket(0));
    let refunded = report(&world.invoices[0], GatewayStatus::RefundPaid);
    world.answer(0, second, refunded);
    let slow = paid(&world.invoices[0], Paid, 165);
    let answer = world.answer(0, first, slow.clone());
    assert_eq!(answer, Some(DropReason::Stale { applied: second }));
    assert_eq!(world.cents(), (0, 0, 0));

    let never = InvoiceEvent::Reported {
        ticket: second.next(),
        report: Box::new(slow),
    };
    let refused = world.decide(0, &never);
    assert!(matches!(
        refused,
        Err(InvoiceRefused::TicketNeverTaken { .. })
    ));
}

#[test]
fn a_report_that_is_not_about_this_invoice_credits_nothing() {
    let spoil: [fn(&mut Report); 4] = [
        |report| report.uuid = GatewayUuid::parse("another").unwrap(),
        |report| report.order_id = GatewayOrderId::parse("another").unwrap(),
        |report| report.currency = "USDT".into(),
        |report| report.face = usd(1_649_999),
    ];
    for spoil in spoil {
        let mut world = World::top_up();
        for _ in 0..3 {
            let mut wrong = paid(&world.invoices[0], Paid, 165);
            spoil(&mut wrong);
            world.see(0, wrong);
        }
        assert_eq!(world.cents(), (0, 0, 0));
        assert_eq!(world.invoices[0].oddities.len(), 1, "told once");
        // And the right one is still welcome.
        world.see_paid(0, Paid, 165);
        assert_eq!(world.cents(), (165, 0, 0));
    }
}

#[test]
fn a_credit_needs_its_order_and_its_customer() {
    let mut world = World::for_order();
    let ticket = world.ticket(0);
    let report = Box::new(paid(&world.invoices[0], Paid, 165));
    let event = InvoiceEvent::Reported { ticket, report };
    let stranger = Customer::open(CustomerId::new(8), TelegramId::new(6), Language::En, at(0));
    let mut context = Context {
        purse: Purse::default(),
        customer: &world.customer,
        order: None,
        uuid_taken: false,
        rules: &world.rules,
    };
    let refused = world.invoices[0].decide(&event, context, world.now);
    assert!(matches!(refused, Err(InvoiceRefused::OrderMissing { .. })));
    context.customer = &stranger;
    let refused = world.invoices[0].decide(&event, context, world.now);
    assert!(matches!(refused, Err(InvoiceRefused::WrongCustomer { .. })));
}

#[test]
fn a_top_up_that_lapsed_is_told_in_its_own_message_once_and_is_still_credited() {
    let mut world = World::top_up();
    let invoice = world.invoices[0].id;
    let lapsed = |world: &World| {
        let told = world.notices.iter().filter(|owed| {
            matches!(&owed.message, Message::Customer(News::Lapsed { invoice: of, .. }) if *of == invoice)
        });
        told.count()
    };
    world.invoices[0].shown_in = Some(7);
    world.later(2_000);
    world.see_status(0, Cancel);
    world.see_status(0, Cancel);
    assert_eq!(lapsed(&world), 1);
    assert!(world.invoices[0].has_lapsed());
    world.see_paid(0, Paid, 165);
    assert_eq!(world.cents(), (165, 0, 0));
    assert!(!world.invoices[0].has_lapsed());
    // In no message: there is nothing to say it in.
    let mut world = World::top_up();
    world.later(2_000);
    world.see_status(0, Cancel);
    assert_eq!(lapsed(&world), 0);
}
