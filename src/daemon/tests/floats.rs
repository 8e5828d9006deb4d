//! What operators see of goods out on the page of metrics, with every actor at work.

use std::sync::Arc;
use std::time::Duration;

use actix_web::test::TestRequest;
use futures_util::FutureExt as _;
use serde_json::json;
use starkeeper_actors::domain::ids::{LoginId, TelegramId, WalletAddress};
use starkeeper_actors::domain::ledger::{Account, Asset, Entry, EntryKey};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::notice::{Message, Notice, OperatorNews};
use starkeeper_actors::ports::books::Seen;
use starkeeper_actors::ports::market::BrowserId;
use starkeeper_actors::ports::{Books, Clock};
use starkeeper_actors::testing::{BooksView, MemoryBooks, TestClock};
use tokio::runtime::Handle;

use super::shop::{Shop, admin};
use crate::config::Health;
use crate::daemon::watch::{Tills, Watch};
use crate::fragment::BrowserMemory;
use crate::metrics::Page;

fn wallet(shop: &Shop) -> WalletAddress {
    let first = |books: &BooksView<'_>| books.wallets().next().unwrap().row.address;
    shop.world.books.view(first)
}

fn watch(shop: &Shop, page: Page) -> Watch {
    let books: Arc<dyn Books> = Arc::<MemoryBooks>::clone(&shop.world.books);
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&shop.world.clock);
    let browser = |number, proportional| BrowserMemory {
        browser: BrowserId(number),
        processes: 4,
        proportional,
        resident: 9,
    };
    let browsers = vec![browser(1, 5_000_000_000), browser(2, 24)];
    Watch {
        books: Arc::clone(&books),
        clock: Arc::clone(&clock),
        io: Handle::current(),
        side: Arc::clone(&shop.side),
        page,
        settings: Health {
            every: Duration::from_secs(1),
            stalled_after: Duration::from_secs(600),
            metrics_every: Duration::from_secs(2),
            due_after: Duration::from_secs(600),
        },
        logs: crate::telemetry::LogHealth::default(),
        connections: Arc::new(|| ()),
        to: shop.health.clone(),
        tills: Some(Tills {
            books,
            clock,
            tills: vec![(LoginId::new(1), wallet(shop))],
            cookies: Arc::new(|_| std::future::ready(Ok(None)).boxed()),
        }),
        memory: Some(Arc::new(move || {
            std::future::ready(browsers.clone()).boxed()
        })),
    }
}

/// The value behind a name with these labels.
async fn shown(shop: &Shop, name: &str, labels: &[&str]) -> Option<f64> {
    let page = shop.send(TestRequest::get().uri("/metrics")).await;
    let text = page.body.as_str().unwrap().to_owned();
    let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    let found = lines.find(|(key, _)| {
        let (of, rest) = key.split_once('{').unwrap_or((key, ""));
        of == name && labels.iter().all(|label| rest.contains(label))
    });
    found.map(|(_, value)| value.parse().unwrap())
}

/// Waits until it is shown as that, for ten minutes at most.
async fn until(shop: &Shop, name: &str, labels: &[&str], wanted: f64) {
    let mut last = None;
    for _ in 0..600 {
        last = shown(shop, name, labels).await;
        if last == Some(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("{name}{labels:?} is {last:?}, not {wanted}");
}

/// How often the operators were told that the till will be empty soon.
fn ends_soon(shop: &Shop) -> usize {
    let of_it = |notice: &&Seen<Notice>| {
        let message = &notice.row.owed.message;
        matches!(message, Message::Operators(OperatorNews::FloatEnds { seconds, .. })
            if *seconds < 86_400)
    };
    shop.world
        .books
        .view(|books| books.notices().filter(of_it).count())
}

/// The owner takes everything but that much.
fn take_out(shop: &Shop, left: NanoTon) {
    let float = Account::Float(wallet(shop));
    let balance = shop.world.books.view(|books| books.balance(float));
    let wallet = wallet(shop);
    let entry = Entry::new(EntryKey::Explained { wallet, lt: 1 });
    let amount = NanoTon::from_nanos(balance - left.nanos());
    let entry = entry.post(Account::Owner(Asset::Ton), float, amount);
    shop.world.books.seed(Vec::new(), vec![entry.unwrap()]);
}

const TILL: &str = r#"till="1""#;

#[expect(clippy::float_arithmetic, reason = "a gauge is a float")]
#[actix_web::test]
async fn the_page_shows_floats_orders_breaks_logins_and_browsers() {
    let mut shop = Shop::selling().await;
    let page = Page::install("all").expect("no other test of this binary sets up a recorder");
    shop.doors.metrics = page.clone();
    let watching = actix_rt::spawn(watch(&shop, page).keep());
    let _anya = shop
        .world
        .open_customer(TelegramId::new(7), MicroUsd::from_micros(10_000_000));

    until(
        &shop,
        "starkeeper_login_state",
        &[TILL, r#"state="good""#],
        1.0,
    )
    .await;
    until(&shop, "starkeeper_float_free_ton", &[TILL], 1_000.0).await;
    until(&shop, "starkeeper_float_run_rate_ton_per_day", &[TILL], 0.0).await;
    until(
        &shop,
        "starkeeper_float_empty_seconds",
        &[TILL],
        f64::INFINITY,
    )
    .await;
    until(
        &shop,
        "starkeeper_browser_memory_bytes",
        &[],
        5_000_000_024.0,
    )
    .await;
    until(&shop, "starkeeper_browser_processes", &[], 8.0).await;

    tokio::time::sleep(Duration::from_secs(60)).await;
    let order = json!({"product": "stars", "quantity": 50, "recipient": "@masha",
        "pay": "balance"});
    let request = TestRequest::post()
        .uri("/admin/v1/users/7/orders")
        .insert_header(("Idempotency-Key", "one"))
        .set_json(order);
    let placed = shop.send(admin(request)).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    tokio::time::sleep(Duration::from_secs(120)).await;
    until(&shop, "starkeeper_float_held_ton", &[TILL], 0.0).await;
    let free = shown(&shop, "starkeeper_float_free_ton", &[TILL]).await;
    let rate = shown(&shop, "starkeeper_float_run_rate_ton_per_day", &[TILL]).await;
    let empty = shown(&shop, "starkeeper_float_empty_seconds", &[TILL]).await;
    let (free, rate, empty) = (free.unwrap(), rate.unwrap(), empty.unwrap());
    // The till is minutes old, which counts as an hour.
    assert!(free < 1_000.0 && rate > 0.0, "{free} {rate}");
    assert!(
        (rate - 24.0 * (1_000.0 - free)).abs() < 0.001,
        "{free} {rate}"
    );
    assert!(
        (empty - free / rate * 86_400.0).abs() < 2.0,
        "{free} {rate} {empty}"
    );
    assert!(shown(&shop, "starkeeper_fulfilment_runs_total", &[]).await >= Some(1.0));
    let lent = [r#"event="lent""#];
    assert!(shown(&shop, "starkeeper_browser_events_total", &lent).await >= Some(1.0));
    assert!(
        shown(&shop, "starkeeper_browsers", &[TILL, r#"state="free""#])
            .await
            .is_some()
    );

    assert_eq!(ends_soon(&shop), 0, "it lasts for weeks");
    let left = NanoTon::from_nanos(1_000_000_000);
    take_out(&shop, left);
    until(&shop, "starkeeper_float_free_ton", &[TILL], 1.0).await;
    assert!(shown(&shop, "starkeeper_float_empty_seconds", &[TILL]).await < Some(86_400.0));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(ends_soon(&shop), 1, "told once, however often it is seen");

    let (odd, aged) = ("starkeeper_breaks", "starkeeper_break_oldest_seconds");
    let kind = [TILL, r#"kind="unexplained""#];
    assert_eq!(shown(&shop, odd, &kind).await, Some(0.0));
    assert_eq!(
        shown(&shop, "starkeeper_wallet_stopped", &[TILL]).await,
        Some(0.0)
    );
    let destination = shop.world.fragment.destination();
    let amount = NanoTon::from_nanos(1_000_000_000);
    shop.world
        .chain
        .sign_outside(wallet(&shop), destination, amount, "by somebody else");
    until(&shop, "starkeeper_wallet_stopped", &[TILL], 1.0).await;
    until(&shop, odd, &kind, 1.0).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(shown(&shop, aged, &kind).await >= Some(28.0));

    // The next sweep finds it too, and whoever looks sees what it is and how old.
    let swept = [TILL, r#"kind="payment_unexplained""#];
    assert_eq!(shown(&shop, odd, &swept).await, Some(0.0));
    tokio::time::sleep(Duration::from_secs(700)).await;
    until(&shop, odd, &swept, 1.0).await;
    assert!(shown(&shop, aged, &swept).await >= Some(600.0));
    let listed = shop
        .send(admin(TestRequest::get().uri("/admin/v1/breaks")))
        .await;
    let only = &listed.body["breaks"][0];
    assert_eq!(only["kind"], "payment_unexplained", "{}", listed.body);
    assert!(only["age_s"].as_i64() >= Some(600), "{only}");
    watching.abort();
}
