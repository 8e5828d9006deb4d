//! The database goes away in the middle of the work: 503 or success, never a 200 without a credit.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::task::{LocalSet, spawn_blocking, spawn_local};

use super::throws::so_many;
use crate::support::OwnPostgres;
use crate::support::emulators::{PAYMENT_KEY, members, signed};
use crate::support::shop::{Door, Shop, books_at, sum_of};
use crate::support::wait::eventually_within;

/// Senders at the same time.
const SENDERS: usize = 12;

/// Longer than a server needs to come back on a busy machine, a few times over.
const BACK: Duration = Duration::from_secs(120);

/// How the server goes away.
#[derive(Debug, Clone, Copy)]
enum Gone {
    Restarted,
    Killed,
    /// Only the connections, several times.
    CutOff,
}

/// An invoice that is paid, and that nobody has told the daemon about.
#[derive(Clone)]
struct Paid {
    person: i64,
    body: String,
}

pub async fn never_a_wrong_200() {
    LocalSet::new().run_until(throw()).await;
}

async fn throw() {
    let invoices = so_many(90, 300);
    let mut server = OwnPostgres::start();
    let mut settings = books_at(&server.url());
    settings.push(("DATABASE_MIGRATE", "auto".to_owned()));
    let mut shop = Shop::open_untold(settings).await;
    let paid = Rc::new(pay_all(&shop, invoices).await);
    let (tell, taken) = watch::channel(0);
    let (next, unsure) = (Rc::new(AtomicUsize::new(0)), Rc::new(AtomicUsize::new(0)));
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (paid, next, unsure) = (Rc::clone(&paid), Rc::clone(&next), Rc::clone(&unsure));
            let (door, tell) = (shop.door(), tell.clone());
            spawn_local(async move {
                while let Some(invoice) = paid.get(next.fetch_add(1, Ordering::Relaxed)) {
                    tell_until_taken(&door, invoice, &unsure).await;
                    tell.send_modify(|taken| *taken += 1);
                }
            })
        })
        .collect();
    let rounds = [
        Gone::CutOff,
        Gone::Restarted,
        Gone::Killed,
        Gone::CutOff,
        Gone::Killed,
    ];
    let mut ended = 0;
    for (round, gone) in rounds.into_iter().enumerate() {
        let at = invoices * (round + 1) / (rounds.len() + 1);
        let mut taken = taken.clone();
        taken
            .wait_for(|taken| *taken >= at)
            .await
            .expect("senders are there");
        server = spawn_blocking(move || {
            go(&mut server, gone);
            server
        })
        .await
        .expect("the server comes back");
        if shop.daemon.has_ended() {
            ended += 1;
            shop.daemon.resume().await;
        }
        shop.daemon.ready().await;
    }
    for sender in senders {
        sender.await.expect("a sender comes to an end");
    }
    // What was said stays true, also of what was said right before the server was killed.
    for invoice in paid.iter() {
        assert_eq!(shop.door().balance(invoice.person).await, Ok(10_000_000));
        let told = shop.door().told(invoice.person).await;
        assert_eq!(told.len(), 1, "{told:?}");
    }
    let all = i64::try_from(invoices).expect("so many") * 10_000_000;
    let shown = shop.door().look("/admin/v1/books").await;
    assert_eq!(shown["balanced"], true, "{shown}");
    assert_eq!(sum_of(&shown, "customers"), all, "{shown}");
    eprintln!(
        "{invoices} invoices, {} answers 503 or none, the daemon ended {ended} times",
        unsure.load(Ordering::Relaxed)
    );
}

fn go(server: &mut OwnPostgres, gone: Gone) {
    match gone {
        Gone::Restarted => server.restart(),
        Gone::Killed => {
            server.kill();
            server.resume();
        }
        Gone::CutOff => {
            let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                          WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
            for _ in 0..5 {
                server.sql(others);
            }
        }
    }
}

async fn pay_all(shop: &Shop, invoices: usize) -> Vec<Paid> {
    let never = json!({"probability": "1"});
    shop.emulators.fault("webhook", "refuse", never).await;
    let mut paid = Vec::new();
    for person in (1..).take(invoices) {
        let opened = shop.door().open(person, "10").await;
        let uuid = opened["uuid"].as_str().expect("a uuid");
        shop.emulators.pay(uuid, "exact").await;
        shop.emulators.act(uuid, "confirm", json!({})).await;
        let body = signed(&members(&opened, "paid"), PAYMENT_KEY);
        paid.push(Paid { person, body });
    }
    paid
}

/// Tells it until the answer is 200; then the credit must be there, as soon as it can be read.
async fn tell_until_taken(door: &Door, invoice: &Paid, unsure: &AtomicUsize) {
    eventually_within("the webhook is taken", BACK, async || {
        match door.tell(invoice.body.clone()).await {
            Ok(200) => Ok(()),
            Ok(status) => {
                assert_eq!(status, 503, "neither taken nor unsure");
                unsure.fetch_add(1, Ordering::Relaxed);
                Err("503".to_owned())
            }
            Err(why) => {
                unsure.fetch_add(1, Ordering::Relaxed);
                Err(why)
            }
        }
    })
    .await;
    let has = eventually_within("the balance can be read", BACK, async || {
        door.balance(invoice.person).await
    })
    .await;
    assert_eq!(
        has, 10_000_000,
        "200 without a credit for {}",
        invoice.person
    );
}
