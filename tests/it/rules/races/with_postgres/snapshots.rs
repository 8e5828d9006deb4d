//! A snapshot, and a posting on its way to an entry behind it.

use super::pair::{Pair, answer, says};
use crate::rules::world::accounts::{CLEARING, REVENUE};
use crate::rules::world::{entry, posting, posting_at, snapshot};

/// Entry 60 is being posted to; entry 61 is there, so that a snapshot may reach up to it.
async fn posting_in_flight() -> Pair {
    let pair = Pair::new().await;
    pair.second.must(&entry(61, 1).insert()).await;
    pair.first.must("BEGIN").await;
    pair.first.must(&entry(60, 1).insert()).await;
    pair.first
        .must(&posting(60, CLEARING, REVENUE, 300).insert())
        .await;
    pair
}

#[tokio::test]
async fn a_snapshot_waits_for_postings_in_flight_and_counts_them() {
    let pair = posting_in_flight().await;
    let right = pair
        .second_waits(&snapshot(61, CLEARING, 1300).insert())
        .await;
    pair.first.must("COMMIT").await;
    assert_eq!(answer(right).await, Ok(()));
}

#[tokio::test]
async fn a_snapshot_that_misses_a_posting_in_flight_waits_and_is_refused() {
    let pair = posting_in_flight().await;
    let wrong = pair
        .second_waits(&snapshot(61, CLEARING, 1000).insert())
        .await;
    pair.first.must("COMMIT").await;
    let sentence = "rule: a snapshot is the one before it and what was posted since";
    assert_eq!(answer(wrong).await, says(sentence));
}

#[tokio::test]
async fn a_snapshot_does_not_count_a_posting_that_came_to_nothing() {
    let pair = posting_in_flight().await;
    let right = pair
        .second_waits(&snapshot(61, CLEARING, 1000).insert())
        .await;
    pair.first.must("ROLLBACK").await;
    assert_eq!(answer(right).await, Ok(()));
}

#[tokio::test]
async fn a_posting_waits_for_a_snapshot_in_flight_and_comes_too_late() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(&snapshot(3, CLEARING, 1000).insert()).await;
    let behind = posting_at(3, 1, CLEARING, REVENUE, 7).insert();
    let late = pair.second_waits(&behind).await;
    pair.first.must("COMMIT").await;
    let sentence = "again: a snapshot was taken behind this entry";
    assert_eq!(answer(late).await, says(sentence));
    let next = [
        entry(60, 1).insert(),
        posting(60, CLEARING, REVENUE, 7).insert(),
    ];
    pair.second.must(&next.join("; ")).await;
}

#[tokio::test]
async fn a_posting_goes_on_when_the_snapshot_in_flight_comes_to_nothing() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(&snapshot(3, CLEARING, 1000).insert()).await;
    let behind = posting_at(3, 1, CLEARING, REVENUE, 7).insert();
    let late = pair.second_waits(&behind).await;
    pair.first.must("ROLLBACK").await;
    assert_eq!(answer(late).await, Ok(()));
}

/// What the lock is for: without it the snapshot is taken at once, and the posting lands behind it
/// where no sum will ever find it.
#[tokio::test]
async fn without_the_lock_on_the_postings_a_snapshot_would_miss_one() {
    let pair = Pair::new().await;
    let unlocked = "SELECT replace(pg_get_functiondef('account_snapshots_add_up'::regproc), \
                    'LOCK TABLE postings IN SHARE MODE;', '')";
    let locked = pair
        .ask("SELECT pg_get_functiondef('account_snapshots_add_up'::regproc)")
        .await;
    let unlocked = pair.ask(unlocked).await;
    assert_ne!(locked, unlocked, "the lock is found");
    pair.second.must(&unlocked).await;
    pair.second.must(&entry(61, 1).insert()).await;
    pair.first.must("BEGIN").await;
    pair.first.must(&entry(60, 1).insert()).await;
    pair.first
        .must(&posting(60, CLEARING, REVENUE, 300).insert())
        .await;
    pair.second
        .must(&snapshot(61, CLEARING, 1000).insert())
        .await;
    pair.first.must("COMMIT").await;
    let posted = format!("SELECT sum(amount) FROM postings WHERE debit = {CLEARING}");
    let summed =
        format!("SELECT balance FROM account_snapshots WHERE upto = 61 AND account = {CLEARING}");
    assert_eq!(
        (pair.ask(&posted).await, pair.ask(&summed).await),
        ("1300".into(), "1000".into())
    );
}
