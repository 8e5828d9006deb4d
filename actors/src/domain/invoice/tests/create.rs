use super::*;

fn wanted() -> World {
    let mut world = World::with(&[]);
    let invoice = Invoice::want(wish(1, Purpose::Order(ORDER)), &world.rules, at(0)).unwrap();
    world.invoices.push(invoice);
    world
}

fn created(report: Report) -> InvoiceEvent {
    InvoiceEvent::Created(Box::new(report))
}

#[test]
fn the_intent_asks_for_the_same_call_until_it_is_answered() {
    let mut world = wanted();
    let request = world.invoices[0].create_request();
    for _ in 0..3 {
        assert_eq!(
            world.invoices[0].due(world.now),
            Some(InvoiceEffect::Create(request.clone()))
        );
        let why = "connection refused".into();
        world.on(0, &InvoiceEvent::CreationNotDone { why });
        assert_eq!(world.invoices[0].due(world.now), None);
        world.later(60);
    }
    world.later(1_800);
    assert_eq!(world.invoices[0].due(world.now), None, "expired");
}

#[test]
fn an_unknown_creation_is_looked_up_by_order_id_and_repeated_only_as_itself() {
    let mut world = wanted();
    let request = world.invoices[0].create_request();
    world.on(0, &InvoiceEvent::CreationUnknown);
    let order_id = world.invoices[0].gateway_order_id.clone();
    let look_up = InvoiceEffect::LookUp(LookUpBy::OrderId(order_id));
    assert_eq!(world.invoices[0].due(world.now), Some(look_up));
    let ticket = world.ticket(0);
    let failure = LookUpFailure::NotFound;
    world.on(0, &InvoiceEvent::LookUpFailed { ticket, failure });
    world.later(60);
    let again = world.invoices[0].due(world.now);
    assert_eq!(again, Some(InvoiceEffect::Create(request)));

    world.on(0, &InvoiceEvent::CreationUnknown);
    let found = report(&world.invoices[0], GatewayStatus::Check);
    world.see(0, found);
    assert!(matches!(world.invoices[0].standing, Standing::Open(_)));
    // The first answer comes after all.
    let late = created(report(&world.invoices[0], GatewayStatus::Check));
    let answer = world.on(0, &late);
    assert_eq!(answer, Some(DropReason::AlreadySo));
}

#[test]
fn what_comes_back_must_be_new_and_ours() {
    let spoil: [fn(&mut Report); 7] = [
        |report| report.status = GatewayStatus::Paid,
        |report| report.status = GatewayStatus::ConfirmCheck,
        |report| report.payment_amount = Some(coins(1)),
        |report| report.created_at = Some(at(-3_600)),
        |report| report.created_at = Some(at(3_600)),
        |report| report.face = usd(1),
        |report| report.order_id = GatewayOrderId::parse("older").unwrap(),
    ];
    for spoil in spoil {
        let mut world = wanted();
        let mut wrong = report(&world.invoices[0], GatewayStatus::Check);
        spoil(&mut wrong);
        world.on(0, &created(wrong));
        assert_eq!(world.invoices[0].standing, Standing::NotOurs);
        assert!(world.invoices[0].is_finished());
        assert_eq!(world.notices.len(), 1);
        let dropped = world.on(0, &InvoiceEvent::Claimed);
        assert_eq!(dropped, Some(DropReason::Settled));
    }
}

#[test]
fn a_uuid_that_another_invoice_has_is_not_ours() {
    let world = wanted();
    let event = created(report(&world.invoices[0], GatewayStatus::Check));
    let context = Context {
        purse: Purse::default(),
        customer: &world.customer,
        order: None,
        uuid_taken: true,
        rules: &world.rules,
    };
    let settled = world.invoices[0]
        .decide(&event, context, world.now)
        .unwrap();
    let Settled::Changed(decision) = settled else {
        panic!("{settled:?}");
    };
    assert_eq!(decision.next.invoice.standing, Standing::NotOurs);
}

#[test]
fn the_gateways_expiry_counts_but_not_beyond_what_was_asked() {
    for (given, kept) in [(900, 900), (86_400, 1_800 + 600)] {
        let mut world = wanted();
        let mut new = report(&world.invoices[0], GatewayStatus::Check);
        new.expires_at = Some(at(given));
        new.created_at = Some(at(-5));
        world.on(0, &created(new));
        assert_eq!(world.invoices[0].expires_at, at(kept));
    }
}

#[test]
fn a_refused_creation_ends_it_unless_it_exists() {
    let mut world = wanted();
    let why = || InvoiceEvent::CreationRefused { why: "no".into() };
    world.on(0, &why());
    assert!(world.invoices[0].is_finished());
    let mut open = World::top_up();
    let dropped = open.on(0, &why());
    assert_eq!(dropped, Some(DropReason::Settled));
}

#[test]
fn an_invoice_asks_for_something_and_lives_as_long_as_the_gateway_lets_it() {
    let rules = InvoiceRules::default();
    let mut nothing = wish(1, Purpose::TopUp);
    nothing.face = MicroUsd::ZERO;
    let refused = Invoice::want(nothing, &rules, at(0));
    assert!(matches!(refused, Err(InvoiceRefused::BadFace { .. })));
    for (seconds, sound) in [(299, false), (300, true), (43_200, true), (43_201, false)] {
        let rules = InvoiceRules {
            lifetime: Span::seconds(seconds),
            ..InvoiceRules::default()
        };
        assert_eq!(rules.check().is_ok(), sound);
        let made = Invoice::want(wish(1, Purpose::TopUp), &rules, at(0));
        assert_eq!(made.is_ok(), sound);
    }
}

#[test]
fn one_open_order_invoice_a_customer() {
    let mut world = World::for_order();
    let order = Purpose::Order(OrderId::new(71));
    let may = |world: &World, purpose| {
        let open = world.rules.may_open(purpose, &world.invoices, world.now);
        open.is_ok()
    };
    assert!(!may(&world, order));
    assert!(may(&world, Purpose::TopUp));
    world.on(0, &InvoiceEvent::CustomerCancelled);
    assert!(may(&world, order));

    let mut paid = World::for_order();
    paid.see_paid(0, GatewayStatus::WrongAmount, 100);
    assert!(may(&paid, order), "paid in part: the rest is asked for");

    let mut expired = World::for_order();
    expired.later(1_800);
    assert!(may(&expired, order));

    let mut confirming = World::for_order();
    confirming.see_status(0, GatewayStatus::ConfirmCheck);
    confirming.later(1_800);
    assert!(!may(&confirming, order), "a payment is on its way");
    confirming.see_status(0, GatewayStatus::Fail);
    assert!(may(&confirming, order));
}
