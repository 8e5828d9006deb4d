use super::*;

fn looks(invoice: &Invoice, now: Timestamp) -> bool {
    matches!(
        invoice.due(now),
        Some(InvoiceEffect::LookUp(LookUpBy::Uuid(_)))
    )
}

#[test]
fn an_open_invoice_is_polled_every_minute_and_once_more_just_before_expiry() {
    let mut world = World::top_up();
    let mut seen = Vec::new();
    while world.now < at(1_800) {
        world.later(1);
        if looks(&world.invoices[0], world.now) {
            seen.push((world.now - at(0)).num_seconds());
            world.see_status(0, GatewayStatus::Check);
        }
    }
    assert_eq!(seen.first(), Some(&60));
    assert_eq!(seen.last(), Some(&1_790));
    assert_eq!(seen.len(), 30);
}

#[test]
fn look_ups_become_rare_and_stop_a_day_after_the_last_change() {
    let mut world = World::top_up();
    world.see_paid(0, GatewayStatus::Paid, 165);
    let mut count = 0;
    while let Some(next) = world.invoices[0].next_due() {
        world.now = next;
        world.see_paid(0, GatewayStatus::Paid, 165);
        count += 1;
        assert!(count < 100);
    }
    let after = world.now - at(0);
    assert!(
        after >= Span::hours(24) && after < Span::hours(26),
        "{after}"
    );
    assert!(world.invoices[0].is_finished());
    // The sweep wakes it again.
    world.on(0, &InvoiceEvent::SweepFound);
    assert!(looks(&world.invoices[0], world.now));
}

#[test]
fn what_is_not_settled_is_watched_for_good() {
    for status in [
        GatewayStatus::Locked,
        GatewayStatus::ConfirmCheck,
        GatewayStatus::unknown("new"),
    ] {
        let mut world = World::top_up();
        world.see_status(0, status.clone());
        world.later(86_400 * 30);
        world.see_status(0, status);
        let next = world.invoices[0].next_due().unwrap();
        assert_eq!(next - world.now, Span::hours(1));
    }
    let mut unvalued = World::top_up();
    unvalued.see_status(0, GatewayStatus::PaidOver);
    unvalued.later(86_400 * 30);
    unvalued.see_status(0, GatewayStatus::PaidOver);
    assert!(unvalued.invoices[0].next_due().is_some());
}

#[test]
fn i_have_sent_it_looks_at_once_and_every_half_minute_for_ten() {
    let mut world = World::top_up();
    world.on(0, &InvoiceEvent::CustomerSaysSent);
    assert!(looks(&world.invoices[0], world.now));
    world.see_status(0, GatewayStatus::Check);
    assert_eq!(
        world.invoices[0].next_due(),
        Some(world.now + Span::seconds(30))
    );
    // Tapping again within ten seconds does not look again.
    world.later(3);
    world.on(0, &InvoiceEvent::CustomerSaysSent);
    assert_eq!(
        world.invoices[0].next_due(),
        Some(world.now + Span::seconds(7))
    );
    world.later(601);
    world.see_status(0, GatewayStatus::Check);
    assert_eq!(
        world.invoices[0].next_due(),
        Some(world.now + Span::seconds(60))
    );
}

#[test]
fn a_claim_only_makes_a_look_up_due_and_one_on_its_way_does_not_count() {
    let mut world = World::top_up();
    let on_its_way = world.ticket(0);
    let Settled::Changed(decision) = world.decide(0, &InvoiceEvent::Claimed).unwrap() else {
        panic!("dropped");
    };
    assert!(decision.entries.is_empty() && decision.notices.is_empty());
    world.commit(0, &decision);
    let again = world.on(0, &InvoiceEvent::Claimed);
    assert_eq!(again, Some(DropReason::AlreadySo));
    // The webhook says paid while the look-up still says confirm_check.
    let early = report(&world.invoices[0], GatewayStatus::ConfirmCheck);
    world.answer(0, on_its_way, early);
    assert!(looks(&world.invoices[0], world.now));
    world.see_paid(0, GatewayStatus::Paid, 165);
    assert_eq!(world.cents(), (165, 0, 0));
    assert!(!looks(&world.invoices[0], world.now));
}

#[test]
fn a_look_up_without_an_answer_is_started_again_after_a_while() {
    let mut world = World::top_up();
    world.later(60);
    world.ticket(0);
    assert!(!looks(&world.invoices[0], world.now));
    world.later(90);
    assert!(looks(&world.invoices[0], world.now));
    let ticket = world.ticket(0);
    let failure = LookUpFailure::NoAnswer;
    world.on(0, &InvoiceEvent::LookUpFailed { ticket, failure });
    assert_eq!(
        world.invoices[0].next_due(),
        Some(world.now + Span::seconds(60))
    );
}

#[test]
fn an_invoice_that_vanished_is_told_once() {
    let mut world = World::top_up();
    for _ in 0..2 {
        let ticket = world.ticket(0);
        let failure = LookUpFailure::NotFound;
        world.on(0, &InvoiceEvent::LookUpFailed { ticket, failure });
    }
    assert_eq!(world.invoices[0].oddities, [Oddity::Vanished]);
}

#[test]
fn a_settings_mistake_is_named() {
    type Spoil = fn(&mut InvoiceRules);
    let spoil: [(&str, Spoil); 4] = [
        ("accuracy_percent", |rules| rules.accuracy_percent = 6),
        ("surplus_cap", |rules| rules.surplus_cap = usd(-1)),
        ("poll_fast", |rules| rules.poll_fast = Span::seconds(61)),
        ("poll_every", |rules| rules.poll_every = Span::hours(2)),
    ];
    assert_eq!(InvoiceRules::default().check(), Ok(()));
    for (name, spoil) in spoil {
        let mut rules = InvoiceRules::default();
        spoil(&mut rules);
        assert_eq!(rules.check().map_err(|bad| bad.name), Err(name));
    }
}
