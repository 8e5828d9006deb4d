//! One balance, or one row, and two who write it.

use super::pair::{Pair, answer, says};
use crate::rules::world::accounts::{CUSTOMER, FLOAT, FLOAT_HELD, HELD, REVENUE};
use crate::rules::world::{entry, posting};

const FLOOR: &str = "floor: a balance would fall below zero";

fn commit(number: i64, debit: i64, credit: i64, amount: i64) -> String {
    let (entry, posting) = (entry(number, 1), posting(number, debit, credit, amount));
    format!("BEGIN; {}; {}", entry.insert(), posting.insert())
}

async fn balance(pair: &Pair, account: i64) -> String {
    pair.ask(&format!(
        "SELECT balance FROM accounts WHERE id = {account}"
    ))
    .await
}

/// What is there, and who takes it: a customer has 1,000, a wallet's float 5,000.
const PURSES: [(i64, i64, i64, &str); 2] = [
    (CUSTOMER, CUSTOMER, HELD, "1000"),
    (FLOAT, FLOAT_HELD, FLOAT, "5000"),
];

#[tokio::test]
async fn of_two_commits_that_together_overdraw_a_balance_the_second_waits_and_is_refused() {
    for (purse, debit, credit, there) in PURSES {
        let part = there.parse::<i64>().expect("a number") * 7 / 10;
        let pair = Pair::new().await;
        pair.first.must(&commit(60, debit, credit, part)).await;
        let second = pair.second_waits(&commit(61, debit, credit, part)).await;
        pair.first.must("COMMIT").await;
        assert_eq!(answer(second).await, says(FLOOR));
        pair.second.must("ROLLBACK").await;
        assert_eq!(balance(&pair, purse).await, (part * 3 / 7).to_string());
    }
}

#[tokio::test]
async fn of_two_commits_that_together_overdraw_a_balance_the_second_passes_if_the_first_fails() {
    for (purse, debit, credit, there) in PURSES {
        let part = there.parse::<i64>().expect("a number") * 7 / 10;
        let pair = Pair::new().await;
        pair.first.must(&commit(60, debit, credit, part)).await;
        let second = pair.second_waits(&commit(61, debit, credit, part)).await;
        pair.first.must("ROLLBACK").await;
        assert_eq!(answer(second).await, Ok(()));
        pair.second.must("COMMIT").await;
        assert_eq!(balance(&pair, purse).await, (part * 3 / 7).to_string());
    }
}

/// Whoever waited for a balance with an older entry is refused: its entry would be counted twice or
/// never by those who read up to the newest posting.
#[tokio::test]
async fn an_entry_that_is_older_than_the_one_it_waited_for_is_refused() {
    let pair = Pair::new().await;
    pair.first.must(&commit(61, CUSTOMER, REVENUE, 1)).await;
    let second = pair.second_waits(&commit(60, CUSTOMER, REVENUE, 1)).await;
    pair.first.must("COMMIT").await;
    let follows = "rule: a balance changes only as its newest posting says";
    assert_eq!(answer(second).await, says(follows));
}

#[tokio::test]
async fn of_two_writes_over_one_version_the_second_waits_and_is_stale() {
    let pair = Pair::new().await;
    for (table, row, sentence) in [
        ("customers", "id = 1", "stale: customer"),
        ("wallets", "address = 'wallet-a'", "stale: wallet"),
        ("orders", "id = 1", "stale: order"),
        ("transfers", "id = 1", "stale: transfer"),
        ("invoices", "id = 1", "stale: invoice"),
        ("logins", "id = 1", "stale: login"),
        ("notices", "id = 1", "stale: notice"),
        ("breaks", "key = 'payment_missing/trf_1'", "stale: break"),
    ] {
        let write =
            |version: i64| format!("BEGIN; UPDATE {table} SET version = {version} WHERE {row}");
        pair.first.must(&write(2)).await;
        let second = pair.second_waits(&write(2)).await;
        pair.first.must("COMMIT").await;
        assert_eq!(answer(second).await, says(sentence));
        pair.second.must("ROLLBACK").await;

        pair.first.must(&write(3)).await;
        let second = pair.second_waits(&write(3)).await;
        pair.first.must("ROLLBACK").await;
        assert_eq!(answer(second).await, Ok(()), "{table}");
        pair.second.must("COMMIT").await;
        let version = format!("SELECT version FROM {table} WHERE {row}");
        assert_eq!(pair.ask(&version).await, "3");
    }
}
