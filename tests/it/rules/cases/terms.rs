//! What never changes, column by column and member by member of the stored documents.

use serde_json::Value;

use super::super::case::Case;
use super::super::world::{document, golden, otherwise, without};

/// A table whose rows have terms.
struct Terms {
    table: &'static str,
    /// Which row.
    row: &'static str,
    by: &'static str,
    sentence: &'static str,
    /// Columns with another value for each.
    columns: &'static [(&'static str, &'static str)],
    /// The document the row holds, and members of it that stay.
    golden: &'static str,
    members: &'static [&'static str],
    /// A member that may change.
    free: &'static str,
}

const ALL: [Terms; 8] = [
    Terms {
        table: "customers",
        row: "id = 1",
        by: "customers_terms",
        sentence: "rule: who a customer is never changes",
        columns: &[("id", "60"), ("since", "CURRENT_TIMESTAMP")],
        golden: "customer-unreachable",
        members: &["is.id"],
        free: "is.language",
    },
    Terms {
        table: "wallets",
        row: "address = 'wallet-a'",
        by: "wallets_terms",
        sentence: "rule: the address of a wallet never changes",
        columns: &[("address", "'wallet-60'")],
        golden: "wallet-open",
        members: &["is.address"],
        free: "is.next_seqno",
    },
    Terms {
        table: "orders",
        row: "id = 2",
        by: "orders_terms",
        sentence: "rule: what was agreed in an order never changes",
        columns: &[
            ("id", "60"),
            ("number", "'SK-60'"),
            ("customer", "1"),
            ("quote", "560"),
            ("price", "price - 1"),
            ("terms", "terms + 1"),
            ("since", "CURRENT_TIMESTAMP"),
        ],
        golden: "order-held",
        members: &[
            "is.id",
            "is.number",
            "is.customer",
            "is.terms",
            "is.since",
            "is.quote.id",
            "is.quote.price",
            "is.quote.product",
            "is.quote.recipient.username",
        ],
        free: "is.state",
    },
    Terms {
        table: "transfers",
        row: "id = 1",
        by: "transfers_bytes",
        sentence: "rule: the bytes and names of a transfer never change",
        columns: &[
            ("id", "60"),
            ("order_id", "2"),
            ("wallet", "'wallet-c'"),
            ("seqno", "seqno + 1"),
            ("message_hash", "'hash-60'"),
        ],
        golden: "transfer-signed",
        members: &[
            "is.id",
            "is.order",
            "is.purpose",
            "is.wallet",
            "is.seqno",
            "is.valid_until",
            "is.lt_before",
            "is.destination",
            "is.amount",
            "is.body_hash",
            "is.message_hash",
            "is.boc",
            "is.signed_at",
        ],
        free: "is.state",
    },
    Terms {
        table: "invoices",
        row: "id = 1",
        by: "invoices_terms",
        sentence: "rule: what an invoice was asked for never changes",
        columns: &[
            ("id", "60"),
            ("gateway_name", "'sk_60'"),
            ("customer", "2"),
            ("order_id", "NULL"),
            ("face", "face + 1"),
        ],
        golden: "invoice-open",
        members: &[
            "is.id",
            "is.gateway_order_id",
            "is.customer",
            "is.purpose",
            "is.face",
        ],
        free: "is.standing",
    },
    Terms {
        table: "logins",
        row: "id = 1",
        by: "logins_terms",
        sentence: "rule: the number of a login never changes",
        columns: &[("id", "60")],
        golden: "login-good",
        members: &["is.id"],
        free: "is.health",
    },
    Terms {
        table: "breaks",
        row: "key = 'payment_missing/trf_1'",
        by: "breaks_terms",
        sentence: "rule: what a break concerns never changes",
        columns: &[
            ("key", "'payment_missing/trf_60'"),
            ("wallet", "'wallet-b'"),
        ],
        golden: "break-payment_missing",
        members: &["is.key", "is.wallet"],
        free: "is.standing",
    },
    Terms {
        table: "notices",
        row: "id = 1",
        by: "notices_terms",
        sentence: "rule: what a notice says never changes",
        columns: &[
            ("id", "60"),
            ("key", "'news/60'"),
            ("audience", "0"),
            ("since", "CURRENT_TIMESTAMP"),
        ],
        golden: "notice-waiting",
        members: &[
            "is.id",
            "is.owed.key",
            "is.owed.audience",
            "is.owed.message",
            "is.since",
        ],
        free: "is.standing",
    },
];

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = ALL.iter().flat_map(of_terms).collect();
    cases.extend(others());
    cases
}

fn of_terms(terms: &Terms) -> Vec<Case> {
    let Terms { table, row, .. } = terms;
    let stored = golden(terms.golden);
    let write = |set: &str| format!("UPDATE {table} SET version = version + 1, {set} WHERE {row}");
    let stores = |value: &Value| write(&format!("document = {}", document(value)));
    let lawful = stores(&otherwise(&stored, terms.free));
    let case = |what: &str, refused: String| {
        Case::new(
            format!("{what} of a row of {table} changes"),
            refused,
            lawful.clone(),
        )
        .touches(what)
        .says(terms.by, terms.sentence)
    };
    let mut cases = Vec::new();
    for (column, literal) in terms.columns {
        cases.push(case(column, write(&format!("{column} = {literal}"))));
    }
    for member in terms.members {
        cases.push(case(member, stores(&otherwise(&stored, member))));
    }
    // What is not there any more has changed as well.
    let first = terms.members.first().expect("a document has a name");
    let lost = stores(&without(&stored, first));
    cases.push(case("something", lost).touches("something"));
    cases
}

fn others() -> Vec<Case> {
    let live = |what: &str, set: &str, column: &str| {
        Case::new(
            what,
            format!("UPDATE live_messages SET version = version + 1, {set}"),
            "UPDATE live_messages SET version = version + 1, wanted = wanted + 1",
        )
        .touches(column)
        .says(
            "live_messages_terms",
            "rule: a live message belongs to one order, and what it should show never goes back",
        )
    };
    vec![
        live(
            "a live message shows another order",
            "order_id = 2",
            "order_id",
        ),
        live(
            "a live message should show less",
            "wanted = wanted - 1",
            "wanted",
        ),
        Case::new(
            "the prices become other prices",
            "UPDATE prices SET version = version + 1, id = 2",
            "UPDATE prices SET version = version + 1, document = '{}'",
        )
        .touches("id")
        .says("prices_terms", "rule: the prices have one row"),
        Case::new(
            "the shop becomes another shop",
            "UPDATE shop SET version = version + 1, id = 2",
            "UPDATE shop SET version = version + 1, document = '{}'",
        )
        .touches("id")
        .says("shop_terms", "rule: the shop has one row"),
    ]
}
