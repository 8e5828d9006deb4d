//! A panic in every handler of every actor, at its beginning and at its end: the actor restarts
//! once, what is queued behind is answered, nobody else notices, and the shop's business ends as
//! if nothing had been.
//!
//! One day of the shop goes through every message, timer and continuation there is. It is lived
//! once to learn the steps, and once more for each moment of each, with a panic planted there. A
//! message without a place in that day fails `a_day_meets_every_step_there_is`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use starkeeper_actors::cookie_refresh::ImportCookies;
use starkeeper_actors::domain::dialog::Said;
use starkeeper_actors::domain::ids::{
    AdminId, BotId, GatewayOrderId, InvoiceId, Nonce, TelegramId, UpdateKey, Version,
};
use starkeeper_actors::domain::invoice::{Invoice, Purpose, Standing, Wish};
use starkeeper_actors::domain::ledger::{Authority, EntryKey};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::order::OperatorAct;
use starkeeper_actors::fulfilment::{self, AssignTransaction, OpenWallet};
use starkeeper_actors::notifier::CameBack;
use starkeeper_actors::payment::{
    self, CancelInvoice, CustomerSaysSent, DepositReported, InvoiceAct, NewOrder, OpenInvoice,
};
use starkeeper_actors::ports::Clock;
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::session::{Directory, Reply};
use starkeeper_actors::supervision::{AskFailed, Door, Met, Moment, Observe, Observed};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::chat::{Chat, inbound};
use crate::rig::{Core, MINUTE, Shop, is_delivered};

/// Somebody who has nothing to do with the panic.
const BORIS: TelegramId = TelegramId::new(6);
const TOP_UP: MicroUsd = MicroUsd::from_micros(10_000_000);
/// An answer may come after a restart, and no later than this.
const SOON: Duration = Duration::from_secs(600);

#[actix::test]
async fn a_panic_at_any_moment_of_any_step_costs_one_restart_and_nothing_else() {
    let moments = lived(None).await;
    assert!(moments.len() > 100, "{moments:#?}");
    for met in moments {
        lived(Some(met)).await;
    }
}

#[actix::test]
async fn a_day_meets_every_step_there_is() {
    let met = lived(None).await;
    let mut missing = Vec::new();
    for step in written() {
        let here = |met: &&Met| met.actor == step.actor && met.step.contains(&step.name);
        for moment in [Moment::Begins, Moment::Ends] {
            if !met.iter().filter(here).any(|met| met.moment == moment) {
                missing.push(format!("{step:?} {moment:?}"));
            }
        }
    }
    assert!(missing.is_empty(), "no place in the day: {missing:#?}");
}

/// Lives the day. With a panic planted: checks what it cost; without one: answers what was met.
async fn lived(planted: Option<Met>) -> BTreeSet<Met> {
    let shop = Shop::open();
    shop.forget_the_login();
    let system = shop.start().await;
    let rehearsal = system.roster().rehearsal();
    let behind = Behind::default();
    match planted {
        None => rehearsal.record(),
        Some(met) => {
            let (doors, behind) = (Doors::of(&shop, &system), behind.clone());
            rehearsal.plant(met, move || behind.queue(&doors, met));
        }
    }
    day(&shop, &system).await;
    let Some(met) = planted else {
        shop.in_order();
        return rehearsal.recorded();
    };
    assert!(!rehearsal.is_armed(), "{met:?} never came");
    behind.all_answered(met).await;
    for line in system.observe().roster.actors {
        let one = u64::from(line.name == met.actor);
        assert_eq!(
            line.restarts, one,
            "restarts of {} after {met:?}",
            line.name
        );
        assert_eq!(line.panics, one, "panics of {} after {met:?}", line.name);
        assert_eq!(line.given_up, 0, "{} after {met:?}", line.name);
    }
    assert!(system.roster().given_up().is_none(), "{met:?}");
    shop.in_order();
    BTreeSet::new()
}

/// A purchase, a top-up, operators at work, an idle hour, and the end.
async fn day(shop: &Shop, system: &Core) {
    tokio::time::sleep(MINUTE).await;
    system.payment.bell().wake();
    system.till.pricing.bell().wake();
    system.till.cookie_refresh.bell().wake();
    let mut chat = Chat::with(shop, system);
    chat.bring(text("/start"), None).await;
    buys(shop, &mut chat).await;
    pays_in(shop, system).await;
    operators(shop, system).await;
    looked_at(system).await;
    assert_eq!(shop.paid(), 1, "bought once");
    assert_eq!(shop.purse().await.held, MicroUsd::ZERO);
    // Long enough for sessions to be retired, and for an offer to lapse.
    for _ in 0..4 {
        tokio::time::sleep(MINUTE * 15).await;
    }
    assert_eq!(system.directory.observe().sessions, 0);
    assert_eq!(unpaid(shop), 0, "the offer lapsed");
    let _left = system.drain().await;
}

async fn buys(shop: &Shop, chat: &mut Chat<'_>) {
    for _ in 0..5 {
        if chat.find("pay_balance").is_some() {
            break;
        }
        chat.bring(text("100 @masha"), None).await;
        if let Some((message, data)) = chat.find("confirm") {
            chat.bring(Said::Tap(data.into()), Some(message)).await;
        }
    }
    let (message, data) = chat.find("pay_balance").unwrap();
    chat.bring(Said::Tap(data.into()), Some(message)).await;
    let orders = shop.world.books.view(|view| {
        let orders = view.orders().map(|seen| seen.row.id);
        orders.collect::<Vec<_>>()
    });
    let [order] = orders[..] else {
        panic!("one tap, {orders:?}");
    };
    shop.until(order, MINUTE * 20, is_delivered).await;
}

/// Opens two invoices; one is paid, the other cancelled.
async fn pays_in(shop: &Shop, system: &Core) {
    let payment = &system.payment;
    let (paid, cancelled) = (wish(shop), wish(shop));
    for wish in [&paid, &cancelled] {
        insist(payment, || OpenInvoice {
            wish: wish.clone(),
            order: None,
            update: None,
        })
        .await;
        let is_open = || matches!(invoice(shop, wish.id).standing, Standing::Open(_));
        eventually("it is open", is_open).await;
    }
    let invoice_id = paid.id;
    insist(payment, || CustomerSaysSent {
        invoice: invoice_id,
    })
    .await;
    shop.world.gateway.pay(&paid.gateway_order_id);
    let told = webhook(&invoice(shop, paid.id));
    insist(payment, || told.clone()).await;
    eventually("it is credited", || credits(shop) == 1).await;
    insist(payment, || CancelInvoice {
        invoice: cancelled.id,
    })
    .await;
    let act = payment::OperatorActs {
        invoice: paid.id,
        shown: Version::new(0),
        press: Nonce::parse("press-1").unwrap(),
        by: Authority {
            admin: AdminId::new(1),
            reason: "looked at the wrong page".into(),
        },
        act: InvoiceAct::LiftLock,
    };
    insist(payment, || act.clone()).await;
    assert_eq!(credits(shop), 1, "credited once");
    forgets_to_pay(shop, payment).await;
}

/// An order whose invoice nobody pays.
async fn forgets_to_pay(shop: &Shop, payment: &Door<payment::Payment>) {
    let order = shop.offered(50);
    let wish = Wish {
        purpose: Purpose::Order(order.id),
        face: order.price(),
        ..wish(shop)
    };
    insist(payment, || OpenInvoice {
        wish: wish.clone(),
        order: Some(Box::new(NewOrder {
            order: order.clone(),
            live: None,
        })),
        update: None,
    })
    .await;
    assert_eq!(unpaid(shop), 1);
}

/// Orders that wait to be paid.
fn unpaid(shop: &Shop) -> usize {
    shop.world.books.view(|view| {
        let orders = view.orders().map(|seen| seen.row.state_name());
        orders.filter(|state| *state == "awaiting_payment").count()
    })
}

async fn operators(shop: &Shop, system: &Core) {
    let (till, by) = (shop.till, AdminId::new(1));
    let order = shop
        .world
        .books
        .view(|view| view.orders().next().unwrap().row.id);
    let (shown, nonce) = (Version::new(0), Nonce::parse("press-2").unwrap());
    let act = fulfilment::OperatorActs {
        order,
        shown,
        act: OperatorAct::Resume,
        nonce: nonce.clone(),
        by,
    };
    insist(&system.fulfilment, || act.clone()).await;
    let wallet = till.wallet;
    let open = OpenWallet {
        wallet,
        shown,
        nonce,
        by,
    };
    insist(&system.fulfilment, || open.clone()).await;
    let assign = AssignTransaction {
        wallet,
        lt: 1,
        order: None,
        by,
    };
    insist(&system.fulfilment, || assign.clone()).await;
    let import = ImportCookies {
        login: till.login,
        jar: Jar::new(*b"brought by a person"),
    };
    insist(&system.till.cookie_refresh, || import.clone()).await;
    let customer = shop.customer.id;
    insist(system.notifier.as_ref().unwrap(), || CameBack { customer }).await;
    // Whatever the cookies brought about is over.
    tokio::time::sleep(MINUTE * 5).await;
}

/// Every actor is observed, and a session too.
async fn looked_at(system: &Core) {
    insist(&system.payment, Observe::new).await;
    insist(&system.fulfilment, Observe::new).await;
    insist(system.notifier.as_ref().unwrap(), Observe::new).await;
    insist(&system.till.cookie_refresh, Observe::new).await;
    insist(&system.till.pricing, Observe::new).await;
    insist(&system.till.browser_pool, Observe::new).await;
    let (user, directory) = (TelegramId::new(77), &system.directory);
    for _ in 0..3 {
        let seen = directory.look_at(user, SOON).await.is_some();
        // A session that was restarted does not know its person before the next update.
        let asked = directory.purse_of(user, SOON).await;
        if seen {
            assert!(asked.is_none_or(|purse| purse.debt == MicroUsd::ZERO));
            return;
        }
    }
    panic!("the session does not show itself");
}

/// Asks until there is an answer: whoever hears of a failure asks again. Nothing here may happen
/// twice by being asked twice.
async fn insist<A, M>(door: &Door<A>, message: impl Fn() -> M)
where
    A: actix::Actor<Context = actix::Context<A>>
        + actix::Handler<starkeeper_actors::supervision::Asked<M>>,
    M: actix::Message + Send + 'static,
    M::Result: Send,
{
    for _ in 0..3 {
        match door.ask(message(), SOON).await {
            Ok(_) => return,
            Err(AskFailed::Failed(_)) => {}
            Err(why) => panic!("{door:?}: {why}"),
        }
    }
    panic!("{door:?} fails again and again");
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let ends = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < ends, "never: {what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn text(line: &str) -> Said {
    Said::Text(line.into())
}

fn wish(shop: &Shop) -> Wish {
    let clock = &shop.world.clock;
    let gateway_order_id: GatewayOrderId = clock.fresh_gateway_order_id();
    Wish {
        id: InvoiceId::new(clock.fresh_id()),
        gateway_order_id,
        customer: shop.customer.id,
        purpose: Purpose::TopUp,
        face: TOP_UP,
        coin: None,
    }
}

fn invoice(shop: &Shop, id: InvoiceId) -> Invoice {
    let books = &shop.world.books;
    books.view(|view| view.invoice(id).unwrap().clone())
}

fn webhook(invoice: &Invoice) -> DepositReported {
    let Standing::Open(page) = &invoice.standing else {
        panic!("the invoice is not open")
    };
    DepositReported {
        order_id: invoice.gateway_order_id.clone(),
        uuid: page.uuid.clone(),
    }
}

fn credits(shop: &Shop) -> usize {
    shop.world.books.view(|view| {
        let keys = view.entries().iter().map(|(_, entry)| &entry.key);
        let credits = keys.filter(|key| matches!(key, EntryKey::Credit { .. }));
        credits.count()
    })
}

/// The ways to everybody.
struct Doors {
    payment: Door<payment::Payment>,
    fulfilment: Door<fulfilment::Fulfilment>,
    notifier: Door<starkeeper_actors::notifier::Notifier>,
    cookie_refresh: Door<starkeeper_actors::cookie_refresh::CookieRefresh>,
    pricing: Door<starkeeper_actors::pricing::Pricing>,
    browser_pool: Door<starkeeper_actors::browser_pool::BrowserPool>,
    directory: Directory,
    customer: TelegramId,
}

impl Doors {
    fn of(shop: &Shop, system: &Core) -> Self {
        Self {
            payment: system.payment.clone(),
            fulfilment: system.fulfilment.clone(),
            notifier: system.notifier.clone().unwrap(),
            cookie_refresh: system.till.cookie_refresh.clone(),
            pricing: system.till.pricing.clone(),
            browser_pool: system.till.browser_pool.clone(),
            directory: system.directory.clone(),
            customer: shop.customer.telegram,
        }
    }
}

/// What was queued at the moment of the panic: behind the step that panicked, and with everybody
/// else.
#[derive(Clone, Default)]
struct Behind(Arc<Mutex<Vec<Queued>>>);

type Queued = (&'static str, JoinHandle<bool>);

impl Behind {
    fn queue(&self, doors: &Doors, met: Met) {
        self.observe("payment", &doors.payment);
        self.observe("fulfilment", &doors.fulfilment);
        self.observe("notifier", &doors.notifier);
        self.observe("cookie_refresh", &doors.cookie_refresh);
        self.observe("pricing", &doors.pricing);
        self.observe("browser_pool", &doors.browser_pool);
        if doors.directory.observe().draining {
            return;
        }
        let people: &[_] = match met.actor {
            "session" => &[(doors.customer, "the same session"), (BORIS, "another")],
            _ => &[(BORIS, "a session")],
        };
        for (user, who) in people {
            let key = UpdateKey {
                bot: BotId::new(9),
                update: user.get(),
            };
            let menu = inbound(*user, key, text("/menu"), None);
            let handled = doors.directory.handle(menu, SOON);
            self.push(who, async { handled.await == Reply::Done });
        }
    }

    fn observe<A>(&self, name: &'static str, door: &Door<A>)
    where
        A: Observed + actix::Handler<starkeeper_actors::supervision::Asked<Observe<A>>>,
    {
        let asked = door.ask(Observe::<A>::new(), SOON);
        self.push(name, async { asked.await.is_ok() });
    }

    fn push(&self, who: &'static str, answered: impl Future<Output = bool> + Send + 'static) {
        // Listened to at once: whoever meets `Gone` must be able to look for the successor.
        let answered = actix::spawn(answered);
        self.0.lock().unwrap().push((who, answered));
    }

    async fn all_answered(&self, met: Met) {
        let queued = std::mem::take(&mut *self.0.lock().unwrap());
        assert!(queued.len() >= 6, "{met:?} queued nothing");
        for (who, answered) in queued {
            assert!(
                answered.await.unwrap(),
                "{who} did not answer behind {met:?}"
            );
        }
    }
}

/// A step as the source has it.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Step {
    actor: String,
    name: String,
}

/// Every handler and every function that starts steps by itself, found in the source.
fn written() -> BTreeSet<Step> {
    let mut steps = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    read(&source, &mut |text| steps.extend(steps_of(text)));
    assert!(steps.len() > 40, "{steps:#?}");
    steps
}

fn read(folder: &Path, each: &mut dyn FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if name != "supervision" {
                read(&path, each);
            }
        } else if name != "supervision.rs" {
            each(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn steps_of(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    if !text.contains("impl Clerk for ") && !text.contains("impl Handler<") {
        return steps;
    }
    let (mut actor, mut function) = (String::new(), String::new());
    for line in text.lines().map(str::trim) {
        if let Some(handler) = line.strip_prefix("impl Handler<") {
            let (message, of) = handler.split_once("> for ").unwrap();
            actor = registered(of.trim_end_matches([' ', '{']));
            let message = message.trim_start_matches("Asked<").trim_end_matches('>');
            let name = match message {
                "Observe<Self" => format!("Observe<starkeeper_actors::{actor}::"),
                other => format!("::{other}"),
            };
            let actor = actor.clone();
            steps.push(Step { actor, name });
        } else if let Some(of) = line.strip_prefix("impl Clerk for ") {
            actor = registered(of.trim_end_matches([' ', '{']));
            let (actor, name) = (actor.clone(), "reload".to_owned());
            steps.push(Step { actor, name });
        } else if let Some(of) = line.strip_prefix("impl ") {
            actor = registered(of.trim_end_matches([' ', '{']));
        }
        if let Some((_, named)) = line.split_once("fn ") {
            function = named.split(['(', '<']).next().unwrap().to_owned();
        }
        let starts = ["effect::start(", "guard::in_order(", "guard::spawn("];
        let wrappers = ["self.outside(ctx", "self.start("];
        let passes_on = ["outside", "start", "then_on"].contains(&function.as_str());
        let calls = starts
            .iter()
            .chain(&wrappers)
            .any(|call| line.contains(call));
        if let Some((_, step)) = line.split_once("guard::every(") {
            let step = step.rsplit("Self::").next().unwrap();
            let name = format!("::{}", step.trim_end_matches([')', ';']));
            let actor = actor.clone();
            steps.push(Step { actor, name });
        } else if calls && !passes_on {
            let (actor, name) = (actor.clone(), format!("::{function}"));
            steps.push(Step { actor, name });
        }
    }
    steps
}

/// The name in the register of an actor's type.
fn registered(of: &str) -> String {
    if of == "Sweep" {
        return "session_sweep".to_owned();
    }
    let mut name = String::new();
    for letter in of.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
