//! Everything that the databases refuse.

#![allow(clippy::too_many_lines, reason = "lists of cases")]

mod append_only;
mod beliefs;
mod erased;
mod ledger;
mod names;
mod new_rows;
mod states;
mod terms;
mod versions;

use super::case::Case;
use super::world::{
    account, accounts, answer, audited, claim, customer, disagreement, entry, handled_update,
    invoice, jar, lease, live_message, login, notice, order, outside_event, posting_at, snapshot,
    transfer, wallet,
};

/// All cases.
pub fn all() -> Vec<Case> {
    [
        append_only::cases(),
        ledger::cases(),
        versions::cases(),
        terms::cases(),
        names::cases(),
        new_rows::cases(),
        states::cases(),
        beliefs::cases(),
        erased::cases(),
    ]
    .concat()
}

/// A lawful statement that leaves something in this table.
fn lawful(table: &str) -> String {
    match table {
        "books" => "UPDATE books SET incarnation = 78".into(),
        "accounts" => account(50, "customer", "50", "usd", "credit").insert(),
        "entries" => entry(50, 1).insert(),
        "postings" => posting_at(2, 1, accounts::FLOAT, accounts::OWNER_TON, 1).insert(),
        "account_snapshots" => snapshot(2, accounts::CLEARING, 1000).insert(),
        "customers" => customer(50).insert(),
        "wallets" => wallet("wallet-50").insert(),
        "orders" => order(50, 1).insert(),
        "transfers" => transfer(50, 2, "wallet-b", 4).insert(),
        "invoices" => invoice(50).insert(),
        "logins" => login(50).insert(),
        "notices" => notice(50).insert(),
        "live_messages" => live_message(2).insert(),
        "prices" => "UPDATE prices SET version = version + 1".into(),
        "shop" => "UPDATE shop SET version = version + 1".into(),
        "leases" => lease("login/50", 0, "NULL").insert(),
        "claims" => claim("press", "free").insert(),
        "outside_events" => outside_event("heleket/50").insert(),
        "handled_updates" => handled_update(1, 150).insert(),
        "jars" => jar(50, 1).insert(),
        "answers" => answer("desk/50").insert(),
        "audit" => audited(50, 50, "asked").insert(),
        "breaks" => disagreement(50).insert(),
        other => panic!("{other} is new: say here what is lawful in it"),
    }
}

/// All tables but the view of beliefs.
const TABLES: [&str; 23] = [
    "books",
    "accounts",
    "entries",
    "postings",
    "account_snapshots",
    "customers",
    "wallets",
    "orders",
    "transfers",
    "invoices",
    "logins",
    "notices",
    "live_messages",
    "prices",
    "shop",
    "leases",
    "claims",
    "outside_events",
    "handled_updates",
    "jars",
    "breaks",
    "audit",
    "answers",
];
