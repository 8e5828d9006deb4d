//! What PostgreSQL says differently: row locks, sets of rows in one statement, its own clock.
//!
//! Statements of one transaction are sent one after the other without waiting for the answers in
//! between. The statements that diesel's language has no words for are in [`many`].

use diesel::dsl::sql_query;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::accounts::Ids;
use super::columns::{At, Instant};
use super::errors::Trouble;
use super::names::HeldLease;
use super::plan::Plan;
use super::schema::{accounts, customers, leases};

pub(super) mod call;
pub(super) mod gathered;
pub(super) mod group;
pub(super) mod many;
pub(super) mod picks;
pub(super) mod pool;
pub(super) mod transaction;

/// A connection as the queries see it.
pub(super) type Link<'a> = &'a AsyncPgConnection;

macro_rules! execute {
    ($link:expr, $query:expr) => {
        diesel_async::RunQueryDsl::execute($query, &mut { $link }).await
    };
}

macro_rules! load {
    ($link:expr, $query:expr) => {
        diesel_async::RunQueryDsl::load($query, &mut { $link }).await
    };
}

macro_rules! first {
    ($link:expr, $query:expr) => {
        diesel::OptionalExtension::optional(
            diesel_async::RunQueryDsl::first($query, &mut { $link }).await,
        )
    };
}

macro_rules! insert {
    ($link:expr, $table:ident, $rows:expr) => {
        $crate::storage::postgres::many::insert($link, &$rows).await
    };
}

macro_rules! update {
    ($link:expr, $table:ident, $key:ident, $rows:expr) => {
        $crate::storage::postgres::many::update($link, &$rows).await
    };
}

macro_rules! in_order {
    ($($step:expr),* $(,)?) => {
        $crate::storage::postgres::transaction::in_order(vec![$(Box::pin($step)),*]).await
    };
}

/// Two who open an account at once open one.
macro_rules! opened {
    ($insert:expr) => {
        $insert.on_conflict_do_nothing()
    };
}

#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine: a query's types name the engine"
)]
#[path = "queries/all.rs"]
pub(super) mod queries;

#[diesel::declare_sql_function]
extern "SQL" {
    /// The server's clock.
    fn clock_timestamp() -> Instant;
}

pub(super) async fn now(link: Link<'_>) -> QueryResult<At> {
    diesel::select(clock_timestamp()).first(&mut { link }).await
}

/// Epoch, holder and end of a lease, which nobody else changes until the transaction ends.
pub(super) async fn lease_for_update(link: Link<'_>, name: &str) -> QueryResult<Option<HeldLease>> {
    let row = leases::table
        .find(name)
        .select((leases::epoch, leases::holder, leases::until))
        .for_no_key_update();
    row.first(&mut { link }).await.optional()
}

pub(super) async fn lock_customers(link: Link<'_>, ids: Vec<i64>) -> Result<(), Trouble> {
    if !ids.is_empty() {
        let rows = customers::table
            .filter(customers::id.eq_any(ids))
            .order(customers::id)
            .select(customers::id)
            .for_no_key_update();
        let _locked: Vec<i64> = rows.load(&mut { link }).await?;
    }
    Ok(())
}

pub(super) async fn lock_accounts(link: Link<'_>, ids: Vec<i64>) -> Result<(), Trouble> {
    if !ids.is_empty() {
        let rows = accounts::table
            .filter(accounts::id.eq_any(ids))
            .order(accounts::id)
            .select(accounts::id)
            .for_no_key_update();
        let _locked: Vec<i64> = rows.load(&mut { link }).await?;
    }
    Ok(())
}

/// Waits for everything that is on its way into the ledger, and keeps the rest out.
pub(super) async fn lock_postings(link: Link<'_>) -> QueryResult<()> {
    sql_query("LOCK TABLE postings IN SHARE MODE")
        .execute(&mut { link })
        .await?;
    Ok(())
}

pub(super) async fn post(link: Link<'_>, plans: &[&Plan], ids: &Ids) -> Result<(), Trouble> {
    many::post(link, plans, ids).await
}
