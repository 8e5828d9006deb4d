//! A person who is being erased, and something that begins for the same person.

use super::pair::{Pair, answer, says};
use crate::rules::world::{customer, invoice, order};

const ERASE: &str = "UPDATE customers SET version = version + 1, telegram = -60, \
                     erased_at = CURRENT_TIMESTAMP WHERE id = 60";

/// What may begin for customer 60, and what is said to it when the person is gone.
fn beginnings() -> [(String, &'static str); 2] {
    [
        (
            order(60, 60).insert(),
            "rule: an order belongs to a customer who must exist and is not erased",
        ),
        (
            invoice(60).with("customer", 60).insert(),
            "rule: an invoice belongs to a customer who must exist and is not erased",
        ),
    ]
}

#[tokio::test]
async fn nobody_is_erased_while_something_begins_for_them() {
    for (begins, _) in beginnings() {
        for (end, erased) in [
            (
                "COMMIT",
                says("rule: a person with something open is not erased"),
            ),
            ("ROLLBACK", Ok(())),
        ] {
            let pair = Pair::new().await;
            pair.first.must(&customer(60).insert()).await;
            pair.first.must("BEGIN").await;
            pair.first.must(&begins).await;
            let erasing = pair.second_waits(ERASE).await;
            pair.first.must(end).await;
            assert_eq!(answer(erasing).await, erased, "{end}: {begins}");
        }
    }
}

#[tokio::test]
async fn nothing_begins_for_somebody_who_is_being_erased() {
    for (begins, gone) in beginnings() {
        for (end, begun) in [("COMMIT", says(gone)), ("ROLLBACK", Ok(()))] {
            let pair = Pair::new().await;
            pair.first.must(&customer(60).insert()).await;
            pair.first.must("BEGIN").await;
            pair.first.must(ERASE).await;
            let beginning = pair.second_waits(&begins).await;
            pair.first.must(end).await;
            assert_eq!(answer(beginning).await, begun, "{end}: {begins}");
        }
    }
}
