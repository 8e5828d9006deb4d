//! A small shop: one row of everything the cases need, with documents as the domain stores them.

#![allow(
    clippy::needless_pass_by_value,
    reason = "a number, a name or a literal in a row reads best as it is"
)]

use serde_json::Value;

/// The incarnation of these books.
pub const LIFE: i64 = 77;

/// A row that can be inserted in every way there is.
#[derive(Clone, Debug)]
pub struct Row {
    table: &'static str,
    columns: Vec<(&'static str, String)>,
}

impl Row {
    fn of(table: &'static str, columns: &[(&'static str, &str)]) -> Self {
        let columns = columns
            .iter()
            .map(|(name, literal)| (*name, (*literal).to_owned()))
            .collect();
        Self { table, columns }
    }

    /// The row with another literal in a column.
    pub fn with(mut self, column: &str, literal: impl ToString) -> Self {
        let found = self.columns.iter_mut().find(|(name, _)| *name == column);
        let found = found.unwrap_or_else(|| panic!("a row of {} has {column}", self.table));
        found.1 = literal.to_string();
        self
    }

    /// A plain INSERT.
    pub fn insert(&self) -> String {
        self.insert_as("INSERT")
    }

    /// An INSERT with another verb, such as `INSERT OR REPLACE`.
    pub fn insert_as(&self, verb: &str) -> String {
        let Self { table, columns } = self;
        let (names, literals): (Vec<_>, Vec<_>) = columns
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .unzip();
        let (names, literals) = (names.join(", "), literals.join(", "));
        format!("{verb} INTO {table} ({names}) VALUES ({literals})")
    }
}

/// A text as a literal.
pub fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A document of the domain's golden ones.
pub fn golden(name: &str) -> Value {
    let folder = format!("{}/actors/tests/golden", env!("CARGO_MANIFEST_DIR"));
    let path = format!("{folder}/{name}.v1.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path}: {why}"));
    serde_json::from_str(&text).expect("a golden document is JSON")
}

/// A document as a literal.
pub fn document(value: &Value) -> String {
    text(&value.to_string())
}

/// The document with something else at `is.some.member`, where something must be.
pub fn otherwise(value: &Value, member: &str) -> Value {
    let mut value = value.clone();
    let pointer = format!("/{}", member.replace('.', "/"));
    let found = value.pointer_mut(&pointer);
    let found = found.unwrap_or_else(|| panic!("the domain stores no {member}"));
    *found = match found {
        Value::Number(number) => {
            Value::from(number.as_i64().expect("numbers in documents are whole") + 1)
        }
        Value::String(text) => Value::from(format!("{text}x")),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Value::from("something else")
        }
    };
    value
}

/// The document without `is.member`, where something must be.
pub fn without(value: &Value, member: &str) -> Value {
    let mut value = value.clone();
    let member = member.strip_prefix("is.").expect("a member of the state");
    let is = value["is"]
        .as_object_mut()
        .expect("a state in its envelope");
    assert!(is.remove(member).is_some(), "the domain stores no {member}");
    value
}

/// An instant of the past.
pub const THEN: &str = "'2026-01-02 03:04:05.000000+00:00'";
const NOW: &str = "CURRENT_TIMESTAMP";

pub fn account(id: i64, kind: &str, owner: &str, asset: &str, side: &str) -> Row {
    let floors = [
        "customer",
        "customer_held",
        "customer_debt",
        "float",
        "float_held",
    ];
    let floored = if floors.contains(&kind) {
        "TRUE"
    } else {
        "FALSE"
    };
    Row::of(
        "accounts",
        &[
            ("id", &id.to_string()),
            ("kind", &text(kind)),
            ("owner", &text(owner)),
            ("asset", &text(asset)),
            ("side", &text(side)),
            ("floored", floored),
            ("balance", "0"),
            ("last_posting", "0"),
        ],
    )
}

pub fn entry(id: i64, size: i64) -> Row {
    Row::of(
        "entries",
        &[
            ("id", &id.to_string()),
            ("key", &text(&format!("key/{id}"))),
            ("is_fact", "FALSE"),
            ("size", &size.to_string()),
            ("at", THEN),
        ],
    )
}

/// An entry that records what has happened outside.
pub fn fact(id: i64, size: i64) -> Row {
    entry(id, size).with("is_fact", "TRUE")
}

/// A posting in the first place of an entry.
pub fn posting(entry: i64, debit: i64, credit: i64, amount: i64) -> Row {
    posting_at(entry, 0, debit, credit, amount)
}

/// A posting in a place of an entry.
pub fn posting_at(entry: i64, place: i64, debit: i64, credit: i64, amount: i64) -> Row {
    Row::of(
        "postings",
        &[
            ("id", &(entry * 64 + place).to_string()),
            ("entry", &entry.to_string()),
            ("debit", &debit.to_string()),
            ("credit", &credit.to_string()),
            ("amount", &amount.to_string()),
        ],
    )
}

pub fn snapshot(upto: i64, account: i64, balance: i64) -> Row {
    Row::of(
        "account_snapshots",
        &[
            ("upto", &upto.to_string()),
            ("account", &account.to_string()),
            ("balance", &balance.to_string()),
        ],
    )
}

pub fn customer(id: i64) -> Row {
    Row::of(
        "customers",
        &[
            ("id", &id.to_string()),
            ("version", "1"),
            ("telegram", &(4000 + id).to_string()),
            ("frozen", "FALSE"),
            ("unreachable", "FALSE"),
            ("wants_opening", "FALSE"),
            ("since", THEN),
            ("erased_at", "NULL"),
            ("pseudonym", "NULL"),
            ("document", &document(&golden("customer-unreachable"))),
        ],
    )
}

/// A customer who was erased; a pseudonym still stands for the person.
pub fn erased_customer(id: i64) -> Row {
    customer(id)
        .with("erased_at", THEN)
        .with("pseudonym", "'nobody'")
}

pub fn wallet(address: &str) -> Row {
    Row::of(
        "wallets",
        &[
            ("address", &text(address)),
            ("version", "1"),
            ("next_seqno", "5"),
            ("stopped", "FALSE"),
            ("document", &document(&golden("wallet-open"))),
        ],
    )
}

pub fn order(id: i64, customer: i64) -> Row {
    Row::of(
        "orders",
        &[
            ("id", &id.to_string()),
            ("version", "1"),
            ("number", &text(&format!("SK-{id}"))),
            ("customer", &customer.to_string()),
            ("quote", &(500 + id).to_string()),
            ("price", "830000"),
            ("terms", "2"),
            ("since", THEN),
            ("state", "'held'"),
            ("finished", "FALSE"),
            ("due", THEN),
            ("wallet", "NULL"),
            ("premium", "NULL"),
            ("document", &document(&golden("order-held"))),
        ],
    )
}

pub fn transfer(id: i64, order: i64, wallet: &str, seqno: i64) -> Row {
    Row::of(
        "transfers",
        &[
            ("id", &id.to_string()),
            ("version", "1"),
            ("order_id", &order.to_string()),
            ("wallet", &text(wallet)),
            ("seqno", &seqno.to_string()),
            ("state", "'signed'"),
            ("live", "TRUE"),
            ("takes_seqno", "TRUE"),
            ("message_hash", &text(&format!("hash-{id}"))),
            ("document", &document(&golden("transfer-signed"))),
        ],
    )
}

/// A transfer that will never execute.
pub fn dead_transfer(id: i64, order: i64, wallet: &str, seqno: i64) -> Row {
    transfer(id, order, wallet, seqno)
        .with("state", "'dead'")
        .with("live", "FALSE")
        .with("takes_seqno", "FALSE")
}

pub fn invoice(id: i64) -> Row {
    Row::of(
        "invoices",
        &[
            ("id", &id.to_string()),
            ("version", "1"),
            ("gateway_name", &text(&format!("sk_{id}"))),
            ("gateway_uuid", &text(&format!("uuid-{id}"))),
            ("customer", "1"),
            ("order_id", "1"),
            ("face", "1650000"),
            ("payable", "TRUE"),
            ("due", THEN),
            ("document", &document(&golden("invoice-open"))),
        ],
    )
}

pub fn login(id: i64) -> Row {
    Row::of(
        "logins",
        &[
            ("id", &id.to_string()),
            ("version", "1"),
            ("wallet", "'wallet-a'"),
            ("document", &document(&golden("login-good"))),
        ],
    )
}

pub fn disagreement(transfer: i64) -> Row {
    Row::of(
        "breaks",
        &[
            ("key", &text(&format!("payment_missing/trf_{transfer}"))),
            ("version", "1"),
            ("wallet", "'wallet-a'"),
            ("open", "TRUE"),
            ("document", &document(&golden("break-payment_missing"))),
        ],
    )
}

pub fn notice(id: i64) -> Row {
    Row::of(
        "notices",
        &[
            ("id", &id.to_string()),
            ("version", "1"),
            ("key", &text(&format!("news/{id}"))),
            ("audience", "1"),
            ("since", THEN),
            ("standing", "'waiting'"),
            ("waiting", "TRUE"),
            ("kept", "FALSE"),
            ("due", THEN),
            ("document", &document(&golden("notice-waiting"))),
        ],
    )
}

pub fn live_message(order: i64) -> Row {
    Row::of(
        "live_messages",
        &[
            ("order_id", &order.to_string()),
            ("version", "4"),
            ("chat", "4001"),
            ("message", "12"),
            ("shows", "1"),
            ("wanted", "3"),
            ("not_before", THEN),
        ],
    )
}

pub fn jar(login: i64, version: i64) -> Row {
    Row::of(
        "jars",
        &[
            ("login", &login.to_string()),
            ("version", &version.to_string()),
            ("sealed", "'1.AAAA'"),
            ("at", THEN),
        ],
    )
}

pub fn prices(id: i64) -> Row {
    Row::of(
        "prices",
        &[
            ("id", &id.to_string()),
            ("version", "7"),
            ("document", &document(&golden("prices-usual"))),
        ],
    )
}

pub fn shop(id: i64) -> Row {
    Row::of(
        "shop",
        &[
            ("id", &id.to_string()),
            ("version", "7"),
            ("document", &document(&golden("shop-new"))),
        ],
    )
}

pub fn lease(key: &str, epoch: i64, holder: &str) -> Row {
    Row::of(
        "leases",
        &[
            ("key", &text(key)),
            ("epoch", &epoch.to_string()),
            ("holder", holder),
            ("until", THEN),
        ],
    )
}

pub fn claim(kind: &str, name: &str) -> Row {
    Row::of(
        "claims",
        &[
            ("kind", &text(kind)),
            ("name", &text(name)),
            ("order_id", "1"),
            ("wallet", "NULL"),
            ("at", THEN),
        ],
    )
}

/// Every kind of claim.
pub const CLAIMS: [&str; 5] = ["request", "reference", "history", "press", "assigned"];

pub fn outside_event(key: &str) -> Row {
    Row::of(
        "outside_events",
        &[("key", &text(key)), ("body", "'{}'"), ("at", THEN)],
    )
}

pub fn audited(id: i64, deed: i64, outcome: &str) -> Row {
    Row::of(
        "audit",
        &[
            ("id", &id.to_string()),
            ("deed", &deed.to_string()),
            ("at", THEN),
            ("who", "'token/desk'"),
            ("act", "'POST /sales/pause'"),
            ("subject", "'sales'"),
            ("reason", "'because'"),
            ("detail", "''"),
            ("outcome", &text(outcome)),
        ],
    )
}

pub fn answer(key: &str) -> Row {
    Row::of(
        "answers",
        &[
            ("key", &text(key)),
            ("digest", "'0a'"),
            ("at", NOW),
            ("status", "NULL"),
            ("body", "NULL"),
        ],
    )
}

pub fn handled_update(bot: i64, update: i64) -> Row {
    Row::of(
        "handled_updates",
        &[
            ("bot", &bot.to_string()),
            ("update_id", &update.to_string()),
            ("at", NOW),
        ],
    )
}

/// What a commit believes.
pub fn beliefs(life: impl ToString, lease: &str, epoch: impl ToString) -> String {
    Row::of(
        "beliefs",
        &[
            ("incarnation", &life.to_string()),
            ("lease", lease),
            ("epoch", &epoch.to_string()),
        ],
    )
    .insert()
}

/// Accounts of the world by their ids.
pub mod accounts {
    pub const CUSTOMER: i64 = 1;
    pub const HELD: i64 = 2;
    pub const DEBT: i64 = 3;
    pub const FLOAT: i64 = 4;
    pub const FLOAT_HELD: i64 = 5;
    pub const CLEARING: i64 = 6;
    pub const REVENUE: i64 = 7;
    pub const OWNER_TON: i64 = 8;
    pub const OTHER_CUSTOMER: i64 = 9;
    pub const NOBODY: i64 = 99;
}

/// The statements that make the world.
///
/// Customer 1 has 1,000, order 1 is being paid by the live transfer 1 of wallet a at seqno 5, order
/// 2 is held at wallet b, where transfer 2 died at seqno 3 and transfer 3 paid there; order 3 is
/// over. Entry 1 lies behind a snapshot; entry 2 has a free place before it, entry 3 two.
pub fn world() -> String {
    use accounts::*;
    let mut all = vec![
        format!("UPDATE books SET incarnation = {LIFE}"),
        account(CUSTOMER, "customer", "1", "usd", "credit").insert(),
        account(HELD, "customer_held", "1", "usd", "credit").insert(),
        account(DEBT, "customer_debt", "1", "usd", "debit").insert(),
        account(FLOAT, "float", "wallet-a", "ton", "debit").insert(),
        account(FLOAT_HELD, "float_held", "wallet-a", "ton", "debit").insert(),
        account(CLEARING, "gateway_clearing", "", "usd", "debit").insert(),
        account(REVENUE, "revenue", "", "usd", "credit").insert(),
        account(OWNER_TON, "owner", "", "ton", "credit").insert(),
        account(OTHER_CUSTOMER, "customer", "2", "usd", "credit").insert(),
        fact(1, 2).insert(),
        posting(1, CLEARING, CUSTOMER, 1000).insert(),
        snapshot(1, CLEARING, 1000).insert(),
        snapshot(1, REVENUE, 0).insert(),
        fact(2, 2).insert(),
        posting(2, FLOAT, OWNER_TON, 5000).insert(),
        entry(3, 2).insert(),
        customer(1).insert(),
        customer(2).insert(),
        wallet("wallet-a").insert(),
        wallet("wallet-b").insert(),
        wallet("wallet-c").insert(),
        order(1, 1)
            .with("state", "'paying'")
            .with("wallet", "'wallet-a'")
            .with("premium", "'masha'")
            .insert(),
        order(2, 2).with("wallet", "'wallet-b'").insert(),
        order(3, 1)
            .with("state", "'delivered'")
            .with("finished", "TRUE")
            .with("due", "NULL")
            .insert(),
        transfer(1, 1, "wallet-a", 5).insert(),
        dead_transfer(2, 2, "wallet-b", 3).insert(),
        transfer(3, 2, "wallet-b", 3)
            .with("state", "'paid'")
            .with("live", "FALSE")
            .insert(),
        invoice(1).insert(),
        invoice(2)
            .with("gateway_uuid", "NULL")
            .with("order_id", "NULL")
            .insert(),
    ];
    all.extend(around());
    all.extend(CLAIMS.map(|kind| claim(kind, "taken").insert()));
    all.join(";\n")
}

/// What stands around accounts and orders.
fn around() -> Vec<String> {
    let mut all = vec![
        login(1).insert(),
        disagreement(1).insert(),
        notice(1).insert(),
        live_message(1).insert(),
        prices(1).insert(),
        shop(1).insert(),
        outside_event("heleket/1").insert(),
        answer("desk/1")
            .with("status", 201)
            .with("body", "'{}'")
            .insert(),
        answer("desk/2").insert(),
        answer("desk/3").with("at", THEN).insert(),
        audited(1, 1, "asked").insert(),
        audited(2, 1, "done").insert(),
        audited(3, 3, "asked").insert(),
        handled_update(1, 100).insert(),
        jar(1, 1).insert(),
        handled_update(1, 99).with("at", THEN).insert(),
    ];
    let leases = [
        lease("wallet/wallet-a", 3, "10"),
        lease("login/1", 4, "NULL"),
        lease("notifier", 0, "NULL"),
    ];
    all.extend(leases.map(|lease| lease.insert()));
    all
}

/// A row of the books themselves.
pub fn books(id: i64) -> Row {
    Row::of(
        "books",
        &[
            ("id", &id.to_string()),
            ("incarnation", "78"),
            ("since", THEN),
        ],
    )
}
