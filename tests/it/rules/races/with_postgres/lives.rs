//! Leases that go to somebody else, and lives that end, while a commit is on its way.

use super::pair::{Pair, answer, says};
use crate::rules::world::{LIFE, beliefs, claim};

const WALLET: &str = "'wallet/wallet-a'";
const TAKE_OVER: &str =
    "UPDATE leases SET holder = 11, epoch = epoch + 1 WHERE key = 'wallet/wallet-a'";
const EPOCH: &str = "SELECT epoch FROM leases WHERE key = 'wallet/wallet-a'";
const WRITTEN: &str = "SELECT count(*) FROM claims WHERE name = 'in-flight'";
const FENCED: &str = "fenced: the lease went to another epoch";
const OTHER_LIFE: &str = "life: the books live on under another incarnation";
const ADOPT: &str = "UPDATE books SET incarnation = 78";
const LIVES: &str = "SELECT incarnation FROM books";

fn write() -> String {
    claim("press", "in-flight").insert()
}

#[tokio::test]
async fn a_lease_is_not_taken_over_between_a_fenced_commits_belief_and_its_end() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(&beliefs(LIFE, WALLET, 3)).await;
    let taken_over = pair.second_waits(TAKE_OVER).await;
    pair.first.must(&write()).await;
    pair.first.must("COMMIT").await;
    assert_eq!(answer(taken_over).await, Ok(()));
    assert_eq!(
        (pair.ask(EPOCH).await, pair.ask(WRITTEN).await),
        ("4".into(), "1".into())
    );
    let late = pair.first.run(&beliefs(LIFE, WALLET, 3)).await;
    assert_eq!(late, says(FENCED), "the sleeper wakes up");
}

#[tokio::test]
async fn two_commits_under_one_lease_do_not_wait_for_each_other() {
    let pair = Pair::new().await;
    for side in [&pair.first, &pair.second] {
        side.must("BEGIN").await;
        side.must(&beliefs(LIFE, WALLET, 3)).await;
    }
    pair.second.must("COMMIT").await;
    pair.first.must("COMMIT").await;
}

#[tokio::test]
async fn a_fenced_commit_waits_for_a_take_over_in_flight_and_is_refused_by_it() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(TAKE_OVER).await;
    pair.second.must("BEGIN").await;
    let commit = pair.second_waits(&beliefs(LIFE, WALLET, 3)).await;
    pair.first.must("COMMIT").await;
    assert_eq!(answer(commit).await, says(FENCED));
}

#[tokio::test]
async fn a_fenced_commit_goes_on_when_the_take_over_in_flight_comes_to_nothing() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(TAKE_OVER).await;
    let commit = pair.second_waits(&beliefs(LIFE, WALLET, 3)).await;
    pair.first.must("ROLLBACK").await;
    assert_eq!(answer(commit).await, Ok(()));
}

/// What the lock is for: asked plainly, the old epoch is believed, the lease goes away at once, and
/// the commit lands under an epoch that somebody else has ended.
#[tokio::test]
async fn without_the_lock_on_the_lease_a_sleepers_commit_would_get_through() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    let plainly = "SELECT EXISTS (SELECT FROM leases \
                   WHERE key = 'wallet/wallet-a' AND epoch = 3)";
    assert_eq!(pair.first.ask(plainly).await, "true");
    pair.second.must(TAKE_OVER).await;
    pair.first.must(&write()).await;
    pair.first.must("COMMIT").await;
    assert_eq!(
        (pair.ask(EPOCH).await, pair.ask(WRITTEN).await),
        ("4".into(), "1".into())
    );
}

#[tokio::test]
async fn another_life_waits_for_the_commits_in_flight_and_refuses_those_after_it() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(&beliefs(LIFE, "NULL", "NULL")).await;
    let adoption = pair.second_waits(ADOPT).await;
    assert_eq!(pair.ask(WRITTEN).await, "0");
    pair.first.must(&write()).await;
    pair.first.must("COMMIT").await;
    assert_eq!(answer(adoption).await, Ok(()));
    assert_eq!(pair.ask(WRITTEN).await, "1");
    let late = pair.first.run(&beliefs(LIFE, "NULL", "NULL")).await;
    assert_eq!(late, says(OTHER_LIFE));
    pair.first.must(&beliefs(78, "NULL", "NULL")).await;
}

#[tokio::test]
async fn a_commit_waits_for_another_life_in_flight_and_is_refused_by_it() {
    // The second time the server has the plan of the check already, and may look another way.
    for plans in [0, 10] {
        let pair = Pair::new().await;
        for _ in 0..plans {
            pair.second.must(&beliefs(LIFE, WALLET, 3)).await;
        }
        pair.first.must("BEGIN").await;
        pair.first.must(ADOPT).await;
        pair.second.must("BEGIN").await;
        let commit = pair.second_waits(&beliefs(LIFE, WALLET, 3)).await;
        pair.first.must("COMMIT").await;
        assert_eq!(
            answer(commit).await,
            says(OTHER_LIFE),
            "after {plans} plans"
        );
    }
}

#[tokio::test]
async fn a_commit_goes_on_when_the_life_in_flight_comes_to_nothing() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(ADOPT).await;
    let commit = pair.second_waits(&beliefs(LIFE, WALLET, 3)).await;
    pair.first.must("ROLLBACK").await;
    assert_eq!(answer(commit).await, Ok(()));
}

#[tokio::test]
async fn of_two_lives_at_once_one_waits_and_is_the_last() {
    let pair = Pair::new().await;
    pair.first.must("BEGIN").await;
    pair.first.must(ADOPT).await;
    let another = pair.second_waits("UPDATE books SET incarnation = 79").await;
    pair.first.must("COMMIT").await;
    assert_eq!(answer(another).await, Ok(()));
    assert_eq!(pair.ask(LIVES).await, "79");
}

/// What the trigger `books_adopt` is for: without it the life ends under a commit that is told
/// nothing of it.
#[tokio::test]
async fn without_the_lock_on_the_books_a_commit_of_the_lost_life_would_get_through() {
    let pair = Pair::new().await;
    pair.second.must("DROP TRIGGER books_adopt ON books").await;
    pair.first.must("BEGIN").await;
    pair.first.must(&beliefs(LIFE, "NULL", "NULL")).await;
    pair.second.must(ADOPT).await;
    pair.first.must(&write()).await;
    pair.first.must("COMMIT").await;
    assert_eq!(
        (pair.ask(LIVES).await, pair.ask(WRITTEN).await),
        ("78".into(), "1".into())
    );
}
