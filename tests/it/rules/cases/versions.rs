//! A write names the version it has seen: the next one is taken, and no other.

use super::super::case::{Answer, Case};
use super::super::world::{
    customer, disagreement, invoice, live_message, login, notice, order, prices, shop, transfer,
    wallet,
};

/// A table, a column that may change, the trigger of versions, and what is stale.
const TABLES: [(&str, &str, &str, &str); 11] = [
    (
        "customers",
        "unreachable = TRUE",
        "customers_version",
        "stale: customer",
    ),
    (
        "wallets",
        "stopped = TRUE",
        "wallets_version",
        "stale: wallet",
    ),
    ("orders", "due = NULL", "orders_version", "stale: order"),
    (
        "transfers",
        "state = 'bounced'",
        "transfers_version",
        "stale: transfer",
    ),
    (
        "invoices",
        "payable = FALSE",
        "invoices_version",
        "stale: invoice",
    ),
    (
        "logins",
        "wallet = 'wallet-b'",
        "logins_version",
        "stale: login",
    ),
    ("notices", "due = NULL", "notices_version", "stale: notice"),
    ("breaks", "open = FALSE", "breaks_version", "stale: break"),
    (
        "live_messages",
        "shows = shows + 1",
        "live_messages_version",
        "stale: live message",
    ),
    (
        "prices",
        "document = '{}'",
        "prices_version",
        "stale: prices",
    ),
    ("shop", "document = '{}'", "shop_version", "stale: shop"),
];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (table, set, by, sentence) in TABLES {
        let write = |version: &str| format!("UPDATE {table} SET version = {version}, {set}");
        let lawful = write("version + 1");
        let mut refuse = |what: &str, refused: String| {
            cases.push(
                Case::new(format!("{what} in {table}"), refused, lawful.clone()).says(by, sentence),
            );
        };
        refuse(
            "a write names no version",
            format!("UPDATE {table} SET {set}"),
        );
        refuse("a write keeps the version", write("version"));
        refuse("a write goes back a version", write("version - 1"));
        refuse("a write skips a version", write("version + 2"));
        cases.push(
            Case::new(
                format!("a version is lost in {table}"),
                write("NULL"),
                lawful.clone(),
            )
            .on_postgres("", Answer::Complains("violates not-null constraint"))
            .on_sqlite("", Answer::Complains("NOT NULL constraint failed")),
        );
    }
    cases.push(
        Case::new(
            "a stale live message changes more than what it should show",
            "UPDATE live_messages SET wanted = 9, not_before = CURRENT_TIMESTAMP",
            "UPDATE live_messages SET wanted = 9",
        )
        .says("live_messages_version", "stale: live message"),
    );
    cases.push(
        Case::new(
            "a live message moves to another message without a version",
            "UPDATE live_messages SET message = NULL",
            "UPDATE live_messages SET message = NULL, version = version + 1",
        )
        .says("live_messages_version", "stale: live message"),
    );
    cases.push(
        Case::new(
            "a live message moves to another chat without a version",
            "UPDATE live_messages SET chat = 1",
            "UPDATE live_messages SET chat = 1, version = version + 1",
        )
        .says("live_messages_version", "stale: live message"),
    );
    cases.extend(first_versions());
    cases
}

fn first_versions() -> Vec<Case> {
    let rows = [
        ("customers_new_version", customer(60), customer(60)),
        (
            "wallets_new_version",
            wallet("wallet-60"),
            wallet("wallet-60"),
        ),
        ("orders_new_version", order(60, 1), order(60, 1)),
        (
            "transfers_new_version",
            transfer(60, 2, "wallet-b", 9),
            transfer(60, 2, "wallet-b", 9),
        ),
        ("invoices_new_version", invoice(60), invoice(60)),
        ("logins_new_version", login(60), login(60)),
        ("notices_new_version", notice(60), notice(60)),
        ("breaks_new_version", disagreement(60), disagreement(60)),
        (
            "live_messages_new_version",
            live_message(2),
            live_message(2),
        ),
    ];
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(by, refused, lawful)| {
            Case::new(
                format!("a first version of 0 ({by})"),
                refused.with("version", 0).insert(),
                lawful.with("version", 1).insert(),
            )
            .says(by, "rule: versions count from 1")
        })
        .collect();
    // Prices are never deleted, so that there are some already: where the row is new is seen only
    // without the trigger that says so first.
    cases.push(
        Case::new(
            "a first version of 0 (prices)",
            prices(1).with("version", 0).insert(),
            "UPDATE prices SET version = version + 1",
        )
        .postgres_says("prices_new_version", "rule: versions count from 1"),
    );
    cases.push(
        Case::new(
            "a first version of 0 (prices), were there none",
            prices(1).with("version", 0).insert(),
            "UPDATE prices SET version = version + 1",
        )
        .without(&["prices_exist_once"])
        .sqlite_says("prices_new_version", "rule: versions count from 1"),
    );
    // The same of the shop.
    let first = |name: &str| {
        Case::new(
            name,
            shop(1).with("version", 0).insert(),
            "UPDATE shop SET version = version + 1",
        )
    };
    cases.push(
        first("a first version of 0 (shop)")
            .postgres_says("shop_new_version", "rule: versions count from 1"),
    );
    cases.push(
        first("a first version of 0 (shop), were there none")
            .without(&["shop_exist_once"])
            .sqlite_says("shop_new_version", "rule: versions count from 1"),
    );
    cases
}
