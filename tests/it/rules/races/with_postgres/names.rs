//! One name, and two who take it.

use super::pair::{Pair, answer};
use crate::rules::world::{
    CLAIMS, Row, claim, customer, dead_transfer, entry, handled_update, invoice, notice, order,
    outside_event, transfer, wallet,
};

/// Orders and wallets for transfers that meet nobody else.
fn given() -> String {
    let mut given: Vec<_> = (70..76).map(|id| order(id, 1).insert()).collect();
    given.extend(["wallet-d", "wallet-e"].map(|address| wallet(address).insert()));
    given.join("; ")
}

/// What the first and the second insert, and the index in which they meet.
fn rivals() -> Vec<(Row, Row, &'static str)> {
    let judged =
        |id: i64, order: i64| dead_transfer(id, order, "wallet-b", 9).with("takes_seqno", "TRUE");
    let mut rivals = vec![
        (
            entry(60, 1).with("key", "'credit/9/1'"),
            entry(61, 1).with("key", "'credit/9/1'"),
            "entries_key_key",
        ),
        (
            order(60, 1).with("quote", 900),
            order(61, 2).with("quote", 900),
            "orders_quote_key",
        ),
        (
            order(62, 1).with("number", "'SK-900'"),
            order(63, 2).with("number", "'SK-900'"),
            "orders_number_key",
        ),
        (
            order(64, 1).with("premium", "'dasha'"),
            order(65, 2).with("premium", "'dasha'"),
            "orders_premium_key",
        ),
        (
            transfer(60, 70, "wallet-b", 7),
            transfer(61, 70, "wallet-c", 7),
            "transfers_live_order_key",
        ),
        (
            transfer(62, 71, "wallet-d", 7),
            transfer(63, 72, "wallet-d", 8),
            "transfers_live_wallet_key",
        ),
        (judged(64, 73), judged(65, 74), "transfers_seqno_key"),
        (
            invoice(60).with("gateway_uuid", "'uuid-900'"),
            invoice(61).with("gateway_uuid", "'uuid-900'"),
            "invoices_gateway_uuid_key",
        ),
        (
            invoice(62).with("gateway_name", "'sk_900'"),
            invoice(63).with("gateway_name", "'sk_900'"),
            "invoices_gateway_name_key",
        ),
        (
            customer(60).with("telegram", 900),
            customer(61).with("telegram", 900),
            "customers_telegram_key",
        ),
        (
            handled_update(1, 900),
            handled_update(1, 900),
            "handled_updates_pkey",
        ),
        (
            notice(60).with("key", "'news/900'"),
            notice(61).with("key", "'news/900'"),
            "notices_key_key",
        ),
        (
            outside_event("heleket/900"),
            outside_event("heleket/900"),
            "outside_events_pkey",
        ),
    ];
    rivals.extend(CLAIMS.map(|kind| {
        let claim = |order: i64| claim(kind, "900").with("order_id", order);
        (claim(1), claim(2), "claims_pkey")
    }));
    rivals
}

#[tokio::test]
async fn of_two_who_take_one_name_the_second_waits_and_finds_it_taken() {
    let pair = Pair::new().await;
    pair.first.must(&given()).await;
    for (first, second, index) in rivals() {
        pair.first.must("BEGIN").await;
        pair.first.must(&first.insert()).await;
        let late = pair.second_waits(&second.insert()).await;
        pair.first.must("COMMIT").await;
        let said = answer(late).await.expect_err("it is taken");
        assert_eq!(said.unique.as_deref(), Some(index));
    }
}

#[tokio::test]
async fn of_two_who_take_one_name_the_second_has_it_if_the_first_gives_up() {
    let pair = Pair::new().await;
    pair.first.must(&given()).await;
    for (first, second, index) in rivals() {
        pair.first.must("BEGIN").await;
        pair.first.must(&first.insert()).await;
        let late = pair.second_waits(&second.insert()).await;
        pair.first.must("ROLLBACK").await;
        assert_eq!(answer(late).await, Ok(()), "{index}");
    }
}

/// "Adds nothing" is decided only when the first has committed.
#[tokio::test]
async fn of_two_who_hear_one_event_the_second_waits_and_adds_nothing() {
    let hear = |body: &str| {
        let event = outside_event("heleket/900").with("body", format!("'{body}'"));
        format!("{} ON CONFLICT DO NOTHING", event.insert())
    };
    for (end, body) in [("COMMIT", "first"), ("ROLLBACK", "second")] {
        let pair = Pair::new().await;
        pair.first.must("BEGIN").await;
        pair.first.must(&hear("first")).await;
        let late = pair.second_waits(&hear("second")).await;
        pair.first.must(end).await;
        assert_eq!(answer(late).await, Ok(()));
        let heard = "SELECT body FROM outside_events WHERE key = 'heleket/900'";
        assert_eq!(pair.ask(heard).await, body);
    }
}
