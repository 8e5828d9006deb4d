//! What a new row must be, and whom it relies on.

use super::super::case::Case;
use super::super::world::{
    audited, books, customer, erased_customer, invoice, jar, lease, live_message, order,
    outside_event, prices, shop, text, transfer, wallet,
};
use super::lawful;

pub fn cases() -> Vec<Case> {
    [limits(), lines(), relies(), live()].concat()
}

/// Each part of a line of the audit log has its own limit.
fn lines() -> Vec<Case> {
    let parts = [
        ("who", 80),
        ("act", 100),
        ("subject", 200),
        ("reason", 500),
        ("detail", 2000),
        ("outcome", 80),
    ];
    let of = |part: &str, letters: usize| {
        let line = audited(60, 60, "asked");
        line.with(part, text(&"ш".repeat(letters))).insert()
    };
    parts
        .into_iter()
        .map(|(part, most)| {
            let what = format!("a line of the audit log with too long a part: {part}");
            Case::new(what, of(part, most + 1), of(part, most))
                .says("audit_new", "rule: a line of the audit log is short")
        })
        .collect()
}

fn limits() -> Vec<Case> {
    vec![
        Case::new("second books", books(2).insert(), lawful("books"))
            .says("books_new", "rule: the books have one row"),
        Case::new("second prices", prices(2).insert(), lawful("prices"))
            .says("prices_new", "rule: the prices have one row"),
        Case::new("second shop", shop(2).insert(), lawful("shop"))
            .says("shop_new", "rule: the shop has one row"),
        Case::new(
            "a customer with the number of the operators",
            customer(0).insert(),
            customer(60).insert(),
        )
        .says("customers_new", "rule: customer 0 stands for the operators"),
        Case::new(
            "an event of 4,001 characters",
            outside_event("long")
                .with("body", text(&"ш".repeat(4001)))
                .insert(),
            outside_event("long")
                .with("body", text(&"ш".repeat(4000)))
                .insert(),
        )
        .says(
            "outside_events_new",
            "rule: an outside event has at most 4000 characters",
        ),
        Case::new(
            "a lease of an epoch before the first",
            lease("login/60", -1, "NULL").insert(),
            lease("login/60", 0, "NULL").insert(),
        )
        .says("leases_new", "rule: epochs count from 0"),
        Case::new(
            "a jar of 65,537 characters",
            jar(60, 1)
                .with("sealed", text(&"A".repeat(65_537)))
                .insert(),
            jar(60, 1)
                .with("sealed", text(&"A".repeat(65_536)))
                .insert(),
        )
        .says("jars_new", "rule: a jar has at most 65536 characters"),
        Case::new(
            "a jar over one that is not there",
            jar(60, 2).insert(),
            jar(60, 1).insert(),
        )
        .says("jars_next", "stale: jar"),
        Case::new(
            "a jar before the first",
            jar(60, 0).insert(),
            jar(60, 1).insert(),
        )
        .says("jars_next", "stale: jar"),
    ]
}

fn relies() -> Vec<Case> {
    let relies = |what: &str, refused: String, lawful: String, by, on_sqlite, sentence: &str| {
        Case::new(what, refused, lawful)
            .postgres_says(by, sentence)
            .sqlite_says(on_sqlite, sentence)
    };
    vec![
        relies(
            "an order of nobody",
            order(60, 99).insert(),
            order(60, 2).insert(),
            "orders_rely",
            "orders_rely_on_customer",
            "rule: an order belongs to a customer who must exist and is not erased",
        ),
        relies(
            "an order of somebody who was erased",
            order(60, 60).insert(),
            order(60, 61).insert(),
            "orders_rely",
            "orders_rely_on_customer",
            "rule: an order belongs to a customer who must exist and is not erased",
        )
        .given(both_people()),
        relies(
            "an invoice of somebody who was erased",
            invoice(60).with("customer", 60).insert(),
            invoice(60).with("customer", 61).insert(),
            "invoices_rely",
            "invoices_rely_on_customer",
            "rule: an invoice belongs to a customer who must exist and is not erased",
        )
        .given(both_people()),
        relies(
            "an order bound to no wallet of ours",
            order(60, 2).with("wallet", "'wallet-z'").insert(),
            order(60, 2).with("wallet", "'wallet-b'").insert(),
            "orders_rely",
            "orders_rely_on_wallet",
            "rule: an order is bound to a wallet that must exist",
        ),
        relies(
            "an order that is bound later to no wallet of ours",
            "UPDATE orders SET version = version + 1, wallet = 'wallet-z' WHERE id = 60".into(),
            "UPDATE orders SET version = version + 1, wallet = 'wallet-b' WHERE id = 60".into(),
            "orders_rely_later",
            "orders_rely_on_wallet_later",
            "rule: an order is bound to a wallet that must exist",
        )
        .given(order(60, 2).insert()),
        relies(
            "a transfer of no order",
            transfer(60, 99, "wallet-b", 9).insert(),
            transfer(60, 2, "wallet-b", 9).insert(),
            "transfers_rely",
            "transfers_rely_on_order_id",
            "rule: a transfer serves an order that must exist",
        ),
        relies(
            "a transfer of no wallet of ours",
            transfer(60, 2, "wallet-z", 9).insert(),
            transfer(60, 2, "wallet-z", 9).insert(),
            "transfers_rely",
            "transfers_rely_on_wallet",
            "rule: a transfer is signed by a wallet that must exist",
        )
        .lawful_after(wallet("wallet-z").insert()),
        relies(
            "an invoice of nobody",
            invoice(60).with("customer", 99).insert(),
            invoice(60).with("customer", 2).insert(),
            "invoices_rely",
            "invoices_rely_on_customer",
            "rule: an invoice belongs to a customer who must exist and is not erased",
        ),
        relies(
            "a live message of no order",
            live_message(99).insert(),
            live_message(3).insert(),
            "live_messages_rely",
            "live_messages_rely_on_order_id",
            "rule: a live message shows an order that must exist",
        ),
    ]
}

/// Customer 60 was erased, customer 61 was not.
fn both_people() -> String {
    format!(
        "{}; {}",
        erased_customer(60).insert(),
        customer(61).insert()
    )
}

fn live() -> Vec<Case> {
    let sentence = "rule: a live transfer takes its seqno";
    vec![
        Case::new(
            "a live transfer leaves its seqno to others",
            transfer(60, 2, "wallet-b", 3)
                .with("takes_seqno", "FALSE")
                .insert(),
            transfer(60, 2, "wallet-b", 4).insert(),
        )
        .says("transfers_live_takes", sentence),
        Case::new(
            "a live transfer gives its seqno back",
            "UPDATE transfers SET version = version + 1, takes_seqno = FALSE WHERE id = 1",
            "UPDATE transfers SET version = version + 1, takes_seqno = FALSE, live = FALSE \
             WHERE id = 1",
        )
        .says("transfers_live_takes_later", sentence),
    ]
}
