//! Verified reports that become durable credits.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use starkeeper::storage::url::DatabaseUrl;
use starkeeper::storage::{Storage, StorageSettings, migrate};
use starkeeper_actors::domain::ids::{CustomerId, IncarnationId, InvoiceId, Version};
use starkeeper_actors::domain::invoice::{GatewayStatus, Invoice, Money};
use starkeeper_actors::domain::ledger::{Account, Asset, Entry, EntryKey};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::{CreditReason, News, Owed};
use starkeeper_actors::ports::Books;
use starkeeper_actors::ports::books::{Commit, OutsideEvent, RowWrite, Write};
use starkeeper_actors::testing::contract::rows;

use super::{Asked, TASKS, beside, show};

/// Customers among whom the credits are spread.
pub const CUSTOMERS: i64 = 1_000;

const FACE: MicroUsd = MicroUsd::from_micros(20_000_000);
const FEE: MicroUsd = MicroUsd::from_micros(80_000);

pub async fn on_sqlite(asked: &Asked) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/books.db", folder.path().display());
    let url = DatabaseUrl::parse(&url).unwrap();
    let storage = Storage::open(StorageSettings::at(url)).await.unwrap();
    fill(&storage, asked, asked.many).await;
    measure("sqlite, synchronous=FULL", storage, asked).await;
}

pub async fn on_postgres(asked: &Asked, server: &str) {
    let database = beside::Fresh::on(server);
    let url = DatabaseUrl::parse(&database.url).unwrap();
    migrate::up(&url).await.unwrap();
    let mut settings = StorageSettings::at(url);
    if let Ok(committers) = std::env::var("COMMITTERS") {
        settings.committers = committers.parse().unwrap();
    }
    let storage = Storage::open(settings).await.unwrap();
    // The second half is for pgbench.
    fill(&storage, asked, asked.many * 2).await;
    database.settle();
    let life = storage.incarnation().await.unwrap();
    measure("postgres", storage, asked).await;
    database.settle();
    beside::pgbench(&database, asked, life, &paid(987_654_321));
}

/// Customers with accounts, invoices that wait for their payment, and an older ledger.
async fn fill(storage: &Storage, asked: &Asked, invoices: i64) {
    let life = storage.incarnation().await.unwrap();
    let customers = (1..=CUSTOMERS).map(|n| RowWrite::Customer(Write::new(rows::customer(n))));
    let opening = (1..=CUSTOMERS).map(|n| rows::gift(n, n, 1));
    let commit = Commit {
        rows: customers.collect(),
        entries: opening.collect(),
        ..Commit::new(life, rows::noon())
    };
    storage.commit(commit).await.unwrap();
    let ids: Vec<i64> = (1..=invoices).collect();
    for some in ids.chunks(500) {
        let new = some.iter().map(|n| RowWrite::Invoice(Write::new(open(*n))));
        let commit = Commit {
            rows: new.collect(),
            ..Commit::new(life, rows::noon())
        };
        storage.commit(commit).await.unwrap();
    }
    let mut posted = 0;
    let mut nonce = 1_000_000;
    while posted < asked.ledger {
        let entries = (0..20).map(|_| {
            nonce += 1;
            older(nonce)
        });
        let entries: Vec<Entry> = entries.collect();
        posted += entries
            .iter()
            .map(|entry| entry.postings.len() as i64)
            .sum::<i64>();
        let commit = Commit {
            entries,
            ..Commit::new(life, rows::noon())
        };
        storage.commit(commit).await.unwrap();
    }
    // As the daemon does it now and then: sums are stored.
    storage.trial_balance().await.unwrap();
}

/// An entry of old times, as large as one may be.
fn older(nonce: i64) -> Entry {
    let key = EntryKey::Adjustment {
        nonce: rows::nonce(nonce),
    };
    let one = MicroUsd::from_micros(1);
    (0..64).fold(Entry::new(key), |entry, n| {
        let customer = CustomerId::new((nonce * 64 + n) % CUSTOMERS + 1);
        entry
            .post(Account::Owner(Asset::Usd), Account::Customer(customer), one)
            .unwrap()
    })
}

fn customer_of(n: i64) -> i64 {
    n % CUSTOMERS + 1
}

fn open(n: i64) -> Invoice {
    rows::opened(&rows::invoice(n, customer_of(n)), &format!("uuid-{n}"))
}

/// The invoice after the report was applied.
pub fn paid(n: i64) -> Invoice {
    let mut invoice = open(n);
    invoice.status = Some(GatewayStatus::Paid);
    invoice.payment_seen_at = Some(rows::noon());
    invoice.money = Money {
        credited: FACE,
        credits: 1,
        ..Money::default()
    };
    invoice
}

/// The event that is logged with it.
pub fn event(n: i64) -> OutsideEvent {
    OutsideEvent {
        key: format!("inv_{n}/ticket/1"),
        body: format!("{{\"uuid\":\"uuid-{n}\",\"status\":\"paid\",\"payment_amount\":\"20.00\"}}"),
    }
}

/// The news that the customer is owed.
pub fn news(n: i64) -> Owed {
    let news = News::Credited {
        invoice: InvoiceId::new(n),
        n: 1,
        asked: FACE,
        received: FACE,
        credited: FACE,
        withheld: MicroUsd::ZERO,
        debt_paid: MicroUsd::ZERO,
        reason: CreditReason::Exact,
        order: None,
        bought: false,
    };
    Owed::customer(CustomerId::new(customer_of(n)), news)
}

fn credit(life: IncarnationId, n: i64) -> Commit {
    let invoice = InvoiceId::new(n);
    let customer = Account::Customer(CustomerId::new(customer_of(n)));
    let entry = Entry::new(EntryKey::Credit { invoice, n: 1 })
        .post(Account::GatewayClearing, customer, FACE)
        .unwrap()
        .post(Account::GatewayFees, Account::GatewayClearing, FEE)
        .unwrap();
    Commit {
        rows: vec![RowWrite::Invoice(Write {
            seen: Some(Version::FIRST),
            row: paid(n),
        })],
        entries: vec![entry],
        notices: vec![(rows::notice(n), news(n))],
        events: vec![event(n)],
        ..Commit::new(life, rows::noon())
    }
}

async fn measure(figure: &str, storage: Storage, asked: &Asked) {
    let life = storage.incarnation().await.unwrap();
    let storage = Arc::new(storage);
    let next = Arc::new(AtomicI64::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (storage, next, many) = (Arc::clone(&storage), Arc::clone(&next), asked.many);
            tokio::spawn(async move {
                let mut spans: Vec<Duration> = Vec::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed) + 1;
                    if n > many {
                        return spans;
                    }
                    let commit = credit(life, n);
                    let begun = Instant::now();
                    storage.commit(commit).await.unwrap();
                    spans.push(begun.elapsed());
                }
            })
        })
        .collect();
    let mut spans = Vec::new();
    for task in tasks {
        spans.extend(task.await.unwrap());
    }
    let took = begun.elapsed();
    let balances = storage.trial_balance().await.unwrap();
    assert!(balances.balances(), "the books balance");
    let clearing = balances.of(Account::GatewayClearing);
    let due = asked.many * (FACE.micros() - FEE.micros());
    assert_eq!(clearing, due, "every credit is in the books");
    let ledger = asked.ledger;
    show(
        &format!("{figure}, {TASKS} tasks, ledger {ledger}"),
        spans.len(),
        took,
        spans,
    );
}
