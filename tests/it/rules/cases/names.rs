//! Names and numbers that are taken: once, whatever a statement says about conflicts.

use super::super::case::{Answer, Case};
use super::super::world::{
    CLAIMS, Row, account, accounts, answer, audited, claim, customer, dead_transfer, disagreement,
    entry, handled_update, invoice, jar, lease, live_message, login, notice, order, outside_event,
    posting, prices, shop, transfer, wallet,
};
use super::lawful;

pub fn cases() -> Vec<Case> {
    [taken(), claims(), silent(), later(), shadowed()].concat()
}

/// A name that a new row may not take.
struct Taken {
    what: &'static str,
    refused: Row,
    lawful: String,
    /// The index of PostgreSQL.
    index: &'static str,
    /// The trigger of SQLite, its sentence, and the index behind it, if it has a name.
    trigger: &'static str,
    sentence: &'static str,
    behind: Option<&'static str>,
}

impl Taken {
    /// The same name is free where nothing is alive: this row may have it.
    fn free(mut self, row: &Row) -> Self {
        self.lawful = row.insert();
        self
    }

    fn cases(self) -> Vec<Case> {
        let mut cases = Vec::new();
        let case = |refused: String| {
            Case::new(
                format!("{} is taken: {refused}", self.what),
                refused,
                self.lawful.clone(),
            )
        };
        let plain = case(self.refused.insert())
            .postgres_finds(self.index)
            .sqlite_says(self.trigger, self.sentence);
        cases.push(match self.behind {
            Some(index) => plain.sqlite_behind(index),
            None => plain,
        });
        for verb in ["INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"] {
            let case = case(self.refused.insert_as(verb));
            cases.push(case.sqlite_says(self.trigger, self.sentence));
        }
        let ignored = case(format!("{} ON CONFLICT DO NOTHING", self.refused.insert()));
        cases.push(
            ignored
                .on_postgres("", Answer::Nothing)
                .sqlite_says(self.trigger, self.sentence),
        );
        cases
    }
}

fn taken() -> Vec<Case> {
    let of = |what, table, refused, index, (trigger, sentence, behind)| Taken {
        what,
        refused,
        lawful: lawful(table),
        index,
        trigger,
        sentence,
        behind,
    };
    let all = vec![
        of(
            "the row of the books",
            "books",
            books(),
            "books_pkey",
            ("books_exist_once", "rule: the books have one row", None),
        ),
        of(
            "the number of an account",
            "accounts",
            account(1, "customer", "60", "usd", "credit"),
            "accounts_pkey",
            ("accounts_exist_once", "taken: account", None),
        ),
        of(
            "the name of an account",
            "accounts",
            account(60, "customer", "1", "usd", "credit"),
            "accounts_name_key",
            (
                "accounts_name_once",
                "taken: account",
                Some("accounts_name_key"),
            ),
        ),
        of(
            "the number of an entry",
            "entries",
            entry(1, 2).with("key", "'key/60'"),
            "entries_pkey",
            ("entries_exist_once", "taken: entry", None),
        ),
        of(
            "the key of an entry",
            "entries",
            entry(60, 2).with("key", "'key/1'"),
            "entries_key_key",
            ("entries_once_once", "taken: entry", Some("entries_key_key")),
        ),
        of(
            "the number of a posting",
            "postings",
            posting(2, accounts::FLOAT, accounts::OWNER_TON, 1),
            "postings_pkey",
            ("postings_exist_once", "taken: posting", None),
        ),
        of(
            "the number of a customer",
            "customers",
            customer(1).with("telegram", 4060),
            "customers_pkey",
            ("customers_exist_once", "stale: customer", None),
        ),
        of(
            "a chat",
            "customers",
            customer(60).with("telegram", 4001),
            "customers_telegram_key",
            (
                "customers_telegram_once",
                "taken: the account of this telegram id",
                Some("customers_telegram_key"),
            ),
        ),
        of(
            "the address of a wallet",
            "wallets",
            wallet("wallet-a"),
            "wallets_pkey",
            ("wallets_exist_once", "stale: wallet", None),
        ),
        of(
            "the number of an order",
            "orders",
            order(1, 1).with("number", "'SK-60'").with("quote", 560),
            "orders_pkey",
            ("orders_exist_once", "stale: order", None),
        ),
        of(
            "the number people say",
            "orders",
            order(60, 1).with("number", "'SK-1'"),
            "orders_number_key",
            (
                "orders_number_once",
                "taken: order number",
                Some("orders_number_key"),
            ),
        ),
        of(
            "a quote",
            "orders",
            order(60, 1).with("quote", 501),
            "orders_quote_key",
            (
                "orders_quote_once",
                "taken: quote",
                Some("orders_quote_key"),
            ),
        ),
        of(
            "the recipient of a live Premium order",
            "orders",
            order(60, 2)
                .with("wallet", "'wallet-b'")
                .with("premium", "'masha'"),
            "orders_premium_key",
            (
                "orders_premium_once",
                "taken: live Premium order for this recipient",
                Some("orders_premium_key"),
            ),
        )
        .free(&order(60, 2).with("wallet", "'wallet-b'")),
        of(
            "the number of a transfer",
            "transfers",
            dead_transfer(1, 2, "wallet-b", 9),
            "transfers_pkey",
            ("transfers_exist_once", "stale: transfer", None),
        ),
        of(
            "the live transfer of an order",
            "transfers",
            transfer(60, 1, "wallet-c", 5),
            "transfers_live_order_key",
            (
                "transfers_live_order_once",
                "rule: a second live transfer of an order",
                Some("transfers_live_order_key"),
            ),
        )
        .free(&dead_transfer(60, 1, "wallet-c", 5)),
        of(
            "the live transfer of a wallet",
            "transfers",
            transfer(60, 2, "wallet-a", 6),
            "transfers_live_wallet_key",
            (
                "transfers_live_wallet_once",
                "rule: a second live transfer of a wallet",
                Some("transfers_live_wallet_key"),
            ),
        )
        .free(&dead_transfer(60, 2, "wallet-a", 6)),
        of(
            "the seqno of a wallet",
            "transfers",
            transfer(60, 2, "wallet-b", 3),
            "transfers_seqno_key",
            (
                "transfers_seqno_once",
                "taken: seqno of this wallet",
                Some("transfers_seqno_key"),
            ),
        )
        .free(&dead_transfer(60, 2, "wallet-b", 3)),
        of(
            "the number of an invoice",
            "invoices",
            invoice(1)
                .with("gateway_name", "'sk_60'")
                .with("gateway_uuid", "NULL"),
            "invoices_pkey",
            ("invoices_exist_once", "stale: invoice", None),
        ),
        of(
            "the name of an invoice at the gateway",
            "invoices",
            invoice(60).with("gateway_name", "'sk_1'"),
            "invoices_gateway_name_key",
            (
                "invoices_gateway_name_once",
                "taken: gateway order id",
                Some("invoices_gateway_name_key"),
            ),
        ),
        of(
            "the gateway's uuid",
            "invoices",
            invoice(60).with("gateway_uuid", "'uuid-1'"),
            "invoices_gateway_uuid_key",
            (
                "invoices_gateway_uuid_once",
                "taken: gateway uuid",
                Some("invoices_gateway_uuid_key"),
            ),
        ),
        of(
            "the number of a login",
            "logins",
            login(1),
            "logins_pkey",
            ("logins_exist_once", "stale: login", None),
        ),
        of(
            "the key of a break",
            "breaks",
            disagreement(1),
            "breaks_pkey",
            ("breaks_exist_once", "stale: break", None),
        ),
        of(
            "the number of a notice",
            "notices",
            notice(1).with("key", "'news/60'"),
            "notices_pkey",
            ("notices_exist_once", "taken: notice", None),
        ),
        of(
            "the live message of an order",
            "live_messages",
            live_message(1),
            "live_messages_pkey",
            ("live_messages_exist_once", "stale: live message", None),
        ),
        of(
            "the row of the prices",
            "prices",
            prices(1),
            "prices_pkey",
            ("prices_exist_once", "stale: prices", None),
        ),
        of(
            "the row of the shop",
            "shop",
            shop(1),
            "shop_pkey",
            ("shop_exist_once", "stale: shop", None),
        ),
        of(
            "a lease",
            "leases",
            lease("notifier", 0, "NULL"),
            "leases_pkey",
            ("leases_exist_once", "taken: lease", None),
        ),
        of(
            "the version of a jar",
            "jars",
            jar(1, 1),
            "jars_pkey",
            ("jars_exist_once", "stale: jar", None),
        ),
        of(
            "the number of a line of the audit log",
            "audit",
            audited(1, 60, "asked"),
            "audit_pkey",
            ("audit_exist_once", "stale: line of the audit log", None),
        ),
        of(
            "the outcome of a deed",
            "audit",
            audited(60, 1, "refused/stale"),
            "audit_outcome_key",
            (
                "audit_outcome_once",
                "taken: outcome of this deed",
                Some("audit_outcome_key"),
            ),
        )
        .free(&audited(60, 3, "refused/stale")),
        of(
            "an update",
            "handled_updates",
            handled_update(1, 100),
            "handled_updates_pkey",
            (
                "handled_updates_exist_once",
                "handled: the update was handled before",
                None,
            ),
        ),
    ];
    all.into_iter().flat_map(Taken::cases).collect()
}

fn books() -> Row {
    super::super::world::books(1)
}

fn claims() -> Vec<Case> {
    CLAIMS
        .into_iter()
        .flat_map(|kind| {
            Taken {
                what: "a claim",
                refused: claim(kind, "taken").with("order_id", 2),
                lawful: claim(kind, "free").insert(),
                index: "claims_pkey",
                trigger: "claims_exist_once",
                sentence: "taken: claim",
                behind: None,
            }
            .cases()
        })
        .collect()
}

/// News that are owed already, and events that were heard before: nothing is added, nobody complains.
fn silent() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, row, index, trigger, behind, lawful) in [
        (
            "news are owed twice",
            notice(60).with("key", "'news/1'"),
            "notices_key_key",
            "notices_once",
            Some("notices_key_key"),
            notice(60).insert(),
        ),
        (
            "an event is heard twice",
            outside_event("heleket/1").with("body", "'something else'"),
            "outside_events_pkey",
            "outside_events_once",
            None,
            outside_event("heleket/60").insert(),
        ),
        (
            "a key is begun twice",
            answer("desk/1").with("digest", "'0b'"),
            "answers_pkey",
            "answers_once",
            None,
            answer("desk/60").insert(),
        ),
    ] {
        let plain = Case::new(what, row.insert(), lawful.clone())
            .postgres_finds(index)
            .on_sqlite(trigger, Answer::Nothing);
        cases.push(match behind {
            Some(index) => plain.sqlite_behind(index),
            None => plain,
        });
        cases.push(
            Case::new(
                format!("{what} and nobody minds"),
                format!("{} ON CONFLICT DO NOTHING", row.insert()),
                lawful.clone(),
            )
            .on_postgres("", Answer::Nothing)
            .on_sqlite("", Answer::Nothing),
        );
        cases.push(
            Case::new(
                format!("{what} with INSERT OR REPLACE"),
                row.insert_as("INSERT OR REPLACE"),
                lawful,
            )
            .on_sqlite(trigger, Answer::Nothing),
        );
    }
    cases
}

/// Names that a row takes when it is changed.
fn later() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, set, lawful, index, trigger, sentence) in [
        (
            "a second live Premium order for a recipient",
            "orders SET version = version + 1, premium = 'masha' WHERE id = 2",
            "orders SET version = version + 1, premium = 'dasha' WHERE id = 2",
            "orders_premium_key",
            "orders_premium_once_later",
            "taken: live Premium order for this recipient",
        ),
        (
            "a second invoice with a uuid of the gateway",
            "invoices SET version = version + 1, gateway_uuid = 'uuid-1' WHERE id = 2",
            "invoices SET version = version + 1, gateway_uuid = 'uuid-2' WHERE id = 2",
            "invoices_gateway_uuid_key",
            "invoices_gateway_uuid_once_later",
            "taken: gateway uuid",
        ),
        (
            "a dead transfer takes a seqno that was used after it",
            "transfers SET version = version + 1, takes_seqno = TRUE WHERE id = 2",
            "transfers SET version = version + 1, state = 'superseded' WHERE id = 2",
            "transfers_seqno_key",
            "transfers_seqno_once_later",
            "taken: seqno of this wallet",
        ),
    ] {
        for verb in ["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"] {
            let case = Case::new(
                format!("{what} by {verb}"),
                format!("{verb} {set}"),
                format!("{verb} {lawful}"),
            );
            let case = case.sqlite_says(trigger, sentence);
            cases.push(if verb == "UPDATE" {
                case.postgres_finds(index).sqlite_behind(index)
            } else {
                case
            });
        }
    }
    cases
}

/// What another trigger refuses first: a judged transfer cannot be live again. Behind it SQLite has
/// one more that keeps REPLACE from taking the living one away.
fn shadowed() -> Vec<Case> {
    let mut cases = Vec::new();
    for (given, trigger, sentence, index) in [
        (
            dead_transfer(60, 1, "wallet-c", 7).insert(),
            "transfers_live_order_once_later",
            "rule: a second live transfer of an order",
            "transfers_live_order_key",
        ),
        (
            dead_transfer(60, 2, "wallet-a", 7).insert(),
            "transfers_live_wallet_once_later",
            "rule: a second live transfer of a wallet",
            "transfers_live_wallet_key",
        ),
    ] {
        let set =
            "transfers SET version = version + 1, live = TRUE, takes_seqno = TRUE WHERE id = 60";
        let lawful = "UPDATE transfers SET version = version + 1 WHERE id = 60";
        cases.push(
            Case::new(
                format!("{sentence}, by an update"),
                format!("UPDATE {set}"),
                lawful,
            )
            .without(&["transfers_judged"])
            .given(given.clone())
            .postgres_finds(index)
            .sqlite_says(trigger, sentence)
            .sqlite_behind(index),
        );
        cases.push(
            Case::new(
                format!("{sentence}, by an update that replaces"),
                format!("UPDATE OR REPLACE {set}"),
                lawful,
            )
            .without(&["transfers_judged"])
            .given(given)
            .sqlite_says(trigger, sentence),
        );
    }
    cases
}
