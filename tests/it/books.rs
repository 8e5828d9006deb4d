//! Copies, backups and restores of whole books, as an operator makes them, on both engines.

use std::path::{Path, PathBuf};
use std::process::Output;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;
use serde_json::Value;
use starkeeper_actors::domain::customer::Customer;
use starkeeper_actors::domain::ids::TransferId;
use starkeeper_actors::domain::invoice::Invoice;
use starkeeper_actors::domain::login::Login;
use starkeeper_actors::domain::notice::Notice;
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::pricing::StoredShopPrices;
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::stored::Stored;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::domain::wallet::Wallet;

use crate::rules::world;
use crate::support::starkeeper;

mod backups;
mod carried;
mod moves;
mod with_s3;

/// The life of the filled books.
const LIFE: &str = "77";

/// An instant with all its digits.
const PRECISE: &str = "'2026-01-02 03:04:05.678901+00:00'";

/// Embedded books in a folder of their own.
struct Books {
    folder: tempfile::TempDir,
}

impl Books {
    /// A place where nothing is yet.
    fn none() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Books with a schema and nothing in them.
    fn empty() -> Self {
        let books = Self::none();
        well(&books.url(), &["migrate", "up"]);
        books
    }

    /// Books with a row of everything, and thousands of some.
    fn filled() -> Self {
        let books = Self::empty();
        books.run(&shop());
        books
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("books.db")
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }

    fn run(&self, sql: &str) {
        try_on(&self.path(), sql).unwrap();
    }

    fn refused(&self, sql: &str) -> String {
        try_on(&self.path(), sql).expect_err("it was taken")
    }

    fn dump(&self) -> Vec<(String, Vec<String>)> {
        dump(&self.path())
    }
}

fn try_on(path: &Path, sql: &str) -> Result<(), String> {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection.batch_execute(sql).map_err(|why| why.to_string())
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
}

fn lines(path: &Path, sql: &str) -> Vec<String> {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let lines: Vec<Line> = diesel::sql_query(sql).load(&mut connection).unwrap();
    lines.into_iter().filter_map(|line| line.line).collect()
}

/// Every row of every table, but the life.
fn dump(path: &Path) -> Vec<(String, Vec<String>)> {
    let tables = lines(
        path,
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
         AND name NOT IN ('books', '__diesel_schema_migrations') ORDER BY name",
    );
    assert!(tables.len() >= 17, "{tables:?}");
    let rows = tables.into_iter().map(|table| {
        let columns = format!("SELECT name AS line FROM pragma_table_info('{table}') ORDER BY cid");
        let columns = lines(path, &columns).join(", ");
        let all = format!("SELECT json_array({columns}) AS line FROM {table} ORDER BY 1");
        let rows = lines(path, &all);
        (table, rows)
    });
    rows.collect()
}

/// What a new life leaves as it was.
fn but_for_the_life(dump: &[(String, Vec<String>)]) -> Vec<(String, Vec<String>)> {
    let kept = dump
        .iter()
        .filter(|(table, _)| table != "wallets" && table != "leases");
    kept.cloned().collect()
}

fn life(path: &Path) -> String {
    lines(path, "SELECT CAST(incarnation AS TEXT) AS line FROM books").concat()
}

fn wallet_of(document: &str) -> Wallet {
    serde_json::from_str::<Stored<Wallet>>(document)
        .unwrap()
        .into_today()
}

fn wallet_in(path: &Path) -> Wallet {
    wallet_of(&lines(path, "SELECT document AS line FROM wallets").concat())
}

/// Says which row differs, and not all that are the same.
fn assert_same(one: &[(String, Vec<String>)], other: &[(String, Vec<String>)]) {
    for ((table, one), (twin, other)) in one.iter().zip(other) {
        assert_eq!(table, twin);
        for (one, other) in one.iter().zip(other) {
            assert_eq!(one, other, "in {table}");
        }
        assert_eq!(one.len(), other.len(), "rows of {table}");
    }
    assert_eq!(one.len(), other.len(), "tables");
}

/// A document of the domain's golden ones, as the daemon writes it.
fn golden<T: serde::Serialize + serde::de::DeserializeOwned>(name: &str) -> String {
    let read: Stored<T> = serde_json::from_value(world::golden(name)).unwrap();
    told(&Stored::today(read.into_today()))
}

/// A document as the daemon writes it.
fn told(row: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(row).unwrap();
    assert!(serde_json::from_str::<Value>(&text).is_ok());
    world::text(&text)
}

/// A shop in the middle of its work: customer 1 has paid twice, holds an order that is being paid
/// and fell below zero by a reversal; snapshots lie in the middle of the ledger.
fn shop() -> String {
    use world::{claim, customer, dead_transfer, invoice, order};
    let wallet = Wallet {
        live: Some(TransferId::new(7)),
        ..samples::wallet()
    };
    let address = wallet.address.to_string();
    let person = golden::<Customer>("customer-unreachable");
    let purchase = golden::<Order>("order-held");
    let bill = golden::<Invoice>("invoice-open");
    let mut all = vec![
        format!("UPDATE books SET incarnation = {LIFE}"),
        customer(1).with("document", &person).insert(),
        customer(2)
            .with("telegram", "-9007199254740993")
            .with("document", &person)
            .insert(),
        world::wallet(&address)
            .with("document", told(&Stored::today(wallet)))
            .insert(),
        world::login(1)
            .with("document", golden::<Login>("login-good"))
            .insert(),
        order(1, 1)
            .with("document", &purchase)
            .with("state", "'paying'")
            .with("wallet", world::text(&address))
            .with("premium", "'masha'")
            .with("since", PRECISE)
            .insert(),
        order(2, 2)
            .with("document", &purchase)
            .with("due", "NULL")
            .with("state", "'delivered'")
            .insert(),
        world::transfer(7, 1, &address, 5)
            .with("document", told(&Stored::today(samples::transfer(7, 5))))
            .insert(),
        dead_transfer(6, 1, &address, 5)
            .with("document", golden::<Transfer>("transfer-signed"))
            .insert(),
        invoice(1).with("document", &bill).insert(),
        invoice(2)
            .with("document", &bill)
            .with("gateway_uuid", "NULL")
            .with("order_id", "NULL")
            .with("due", "NULL")
            .insert(),
    ];
    all.extend(around());
    all.extend(world::CLAIMS.map(|kind| claim(kind, "taken").insert()));
    all.extend(ledger(&address));
    format!("BEGIN; {}; COMMIT", all.join(";\n"))
}

/// What is told, and what the daemon remembers besides.
fn around() -> Vec<String> {
    use world::lease;
    let news = golden::<Notice>("notice-waiting");
    let prices: StoredShopPrices = serde_json::from_value(world::golden("prices-usual")).unwrap();
    vec![
        world::notice(1).with("document", &news).insert(),
        world::notice(2)
            .with("document", &news)
            .with("due", PRECISE)
            .insert(),
        world::live_message(1).insert(),
        world::prices(1).with("document", told(&prices)).insert(),
        world::shop(1)
            .with(
                "document",
                golden::<starkeeper_actors::domain::shop::Shop>("shop-checked"),
            )
            .insert(),
        lease("notifier", 3, "10").insert(),
        lease("login/1", 4, "NULL").insert(),
        world::jar(1, 1).insert(),
        world::jar(1, 2).with("at", PRECISE).insert(),
        world::jar(2, 1).insert(),
        world::handled_update(1, 99).with("at", PRECISE).insert(),
        world::outside_event("A big letter").insert(),
        world::outside_event("a small one")
            .with("body", world::text("{\"тело\": \"\\u0007 € 😀\"}"))
            .insert(),
    ]
}

/// Two facts behind snapshots, an order that is paid for, a reversal of more than there is, and
/// thousands of payments.
fn ledger(wallet: &str) -> Vec<String> {
    use world::{account, entry, fact, posting_at, snapshot};
    let money = |number: i64, place: i64, debit: i64, credit: i64, amount: i64| {
        posting_at(number, place, debit, credit, amount).insert()
    };
    let mut all = vec![
        account(1, "customer", "1", "usd", "credit").insert(),
        account(2, "customer_held", "1", "usd", "credit").insert(),
        account(3, "gateway_clearing", "", "usd", "debit").insert(),
        account(4, "revenue", "", "usd", "credit").insert(),
        account(5, "float", wallet, "ton", "debit").insert(),
        account(6, "float_held", wallet, "ton", "debit").insert(),
        account(8, "owner", "", "ton", "credit").insert(),
        fact(1, 1).insert(),
        money(1, 0, 3, 1, 9_007_199_254_740_993),
        format!(
            "INSERT INTO entries (id, key, is_fact, size, at, admin, reason) \
             VALUES (2, 'key/2', TRUE, 1, {PRECISE}, 42, {})",
            world::text("it's \"opening\" — \\ ü €\n")
        ),
        money(2, 0, 5, 8, 5_000),
        snapshot(2, 3, 9_007_199_254_740_993).insert(),
        snapshot(2, 8, 5_000).insert(),
        entry(5, 2).insert(),
        money(5, 0, 1, 2, 830_000),
        money(5, 1, 6, 5, 350),
        fact(9, 1).insert(),
        // More than there is: what has happened outside is never refused.
        money(9, 0, 1, 3, 9_007_199_254_740_000),
    ];
    for number in 10..1_500 {
        all.push(fact(number, 1).insert());
        all.push(money(number, 0, 3, 1, number));
        all.push(
            world::outside_event(&format!("heleket/{number}"))
                .with("at", PRECISE)
                .insert(),
        );
    }
    all
}

fn command(url: Option<&str>, words: &[&str]) -> Output {
    let mut command = starkeeper();
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    command.args(words).output().expect("it starts")
}

/// What `starkeeper WORDS` printed, when all went well.
fn well(url: &str, words: &[&str]) -> String {
    let answer = command(Some(url), words);
    let complaint = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{words:?}: {complaint}");
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

/// The exit code and what it complained of.
fn fails(url: &str, words: &[&str]) -> (i32, String) {
    let answer = command(Some(url), words);
    let complaint = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(!answer.status.success(), "{words:?} worked");
    (answer.status.code().expect("it was not killed"), complaint)
}

fn moves(from: &str, to: &str) -> String {
    well(
        "sqlite:unused.db",
        &["copy-books", "--from", from, "--to", to],
    )
}

/// What a daemon's commit says first.
fn belief(life: &str) -> String {
    world::beliefs(life, "NULL", "NULL")
}
