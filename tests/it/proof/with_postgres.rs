//! The same proofs on PostgreSQL, and those that only a server can be put through.

use super::throws::Books;
use super::{copies, gone, replicas, storm, ways};
use crate::support::Database;

fn shared() -> Books {
    Books::Shared(Database::migrated())
}

#[tokio::test]
async fn a_hundred_copies_of_a_webhook_credit_once_on_postgres() {
    copies::credit_once(&shared()).await;
}

#[tokio::test]
async fn every_payment_of_a_storm_is_credited_once_on_postgres() {
    storm::mixed(
        "every_payment_of_a_storm_is_credited_once_on_postgres",
        shared(),
    )
    .await;
}

#[tokio::test]
async fn a_daemon_killed_at_any_moment_loses_and_repeats_nothing_on_postgres() {
    storm::killed(
        "a_daemon_killed_at_any_moment_loses_and_repeats_nothing_on_postgres",
        shared(),
    )
    .await;
}

#[tokio::test]
async fn two_daemons_on_one_database_credit_once() {
    replicas::credit_once(&shared()).await;
}

#[tokio::test]
async fn a_server_that_goes_away_never_makes_a_200_wrong() {
    gone::never_a_wrong_200().await;
}

#[tokio::test]
async fn polling_alone_credits_a_payment_on_postgres() {
    ways::polling_alone(&shared()).await;
}

#[tokio::test]
async fn webhooks_alone_credit_a_payment_on_postgres() {
    ways::webhooks_alone(&shared()).await;
}
