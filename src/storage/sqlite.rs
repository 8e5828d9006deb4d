//! What SQLite says differently: one writer, so nothing needs a lock; statements one by one.
//!
//! A connection lives on one thread at a time and answers in place, so the shared queries never
//! wait here. What waits is the caller, for its turn: see [`writer`] and [`readers`].

use std::cell::RefCell;
use std::future::{Ready, ready};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use futures_util::FutureExt;

use super::accounts::Ids;
use super::columns::{At, Instant};
use super::errors::Trouble;
use super::names::HeldLease;
use super::plan::{Entered, Plan};
use super::schema::{entries, leases, postings};

pub(super) mod file;
pub(super) mod one;
pub(super) mod readers;
pub(super) mod writer;

/// A connection that is used by one thread at a time.
pub(super) struct Connection(RefCell<SqliteConnection>);

/// A connection as the queries see it.
pub(super) type Link<'a> = &'a Connection;

impl Connection {
    pub(super) const fn new(connection: SqliteConnection) -> Self {
        Self(RefCell::new(connection))
    }

    /// Runs plain statements.
    pub(super) fn run(&self, sql: &str) -> QueryResult<()> {
        self.0.borrow_mut().batch_execute(sql)
    }
}

/// The outcome of queries that answer in place.
pub(super) fn at_once<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let never = || {
        let why = "an embedded query waited for something".to_owned();
        let kind = diesel::result::DatabaseErrorKind::Unknown;
        Trouble::Sql(diesel::result::Error::DatabaseError(kind, Box::new(why)))
    };
    work.now_or_never().unwrap_or_else(|| Err(never()))
}

macro_rules! execute {
    ($link:expr, $query:expr) => {{
        let done = diesel::RunQueryDsl::execute($query, &mut *$link.0.borrow_mut());
        std::future::ready(done).await
    }};
}

macro_rules! load {
    ($link:expr, $query:expr) => {{
        let found = diesel::RunQueryDsl::load($query, &mut *$link.0.borrow_mut());
        std::future::ready(found).await
    }};
}

/// Without a LIMIT, of which only the first row is fetched all the same: SQLite makes its plan anew
/// whenever a limit is bound.
macro_rules! first {
    ($link:expr, $query:expr) => {{
        let found = diesel::RunQueryDsl::get_result($query, &mut *$link.0.borrow_mut());
        diesel::OptionalExtension::optional(std::future::ready(found).await)
    }};
}

macro_rules! insert {
    ($link:expr, $table:ident, $rows:expr) => {
        std::future::ready($crate::storage::sqlite::one::insert($link, &$rows)).await
    };
}

macro_rules! update {
    ($link:expr, $table:ident, $key:ident, $rows:expr) => {
        std::future::ready($crate::storage::sqlite::one::update($link, &$rows)).await
    };
}

macro_rules! in_order {
    ($($step:expr),* $(,)?) => {{
        $($step.await?;)*
        Ok(())
    }};
}

/// Whoever opens an account is alone.
macro_rules! opened {
    ($insert:expr) => {
        $insert
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
    /// The machine's clock in a form of one's own.
    #[sql_name = "strftime"]
    fn clock(form: diesel::sql_types::Text, at: diesel::sql_types::Text) -> Instant;
}

/// The machine's clock is the database's.
pub(super) fn now(link: Link<'_>) -> Ready<QueryResult<At>> {
    let now = diesel::select(clock("%Y-%m-%d %H:%M:%f+00:00", "now"));
    ready(now.get_result(&mut *link.0.borrow_mut()))
}

/// Epoch, holder and end of a lease.
pub(super) fn lease_for_update(
    link: Link<'_>,
    name: &str,
) -> Ready<QueryResult<Option<HeldLease>>> {
    let row = leases::table
        .find(name)
        .select((leases::epoch, leases::holder, leases::until));
    ready(row.get_result(&mut *link.0.borrow_mut()).optional())
}

/// The immediate transaction is the lock.
pub(super) fn lock_customers(_: Link<'_>, _: Vec<i64>) -> Ready<Result<(), Trouble>> {
    ready(Ok(()))
}

/// The immediate transaction is the lock.
pub(super) fn lock_accounts(_: Link<'_>, _: Vec<i64>) -> Ready<Result<(), Trouble>> {
    ready(Ok(()))
}

/// The immediate transaction is the lock.
pub(super) fn lock_postings(_: Link<'_>) -> Ready<QueryResult<()>> {
    ready(Ok(()))
}

pub(super) fn post(link: Link<'_>, plans: &[&Plan], ids: &Ids) -> Ready<Result<(), Trouble>> {
    let mut entries = plans.iter().flat_map(|plan| &plan.entries);
    ready(entries.try_for_each(|entered| post_one(link, entered, ids)))
}

fn post_one(link: Link<'_>, entered: &Entered, ids: &Ids) -> Result<(), Trouble> {
    let connection = &mut *link.0.borrow_mut();
    let entry = entries::table
        .filter(entries::key.eq(&entered.row.key))
        .select(entries::id);
    let entry: i64 = entry.get_result(connection)?;
    for (place, posting) in (0_i64..).zip(&entered.entry.postings) {
        let id = |account| ids.of(account).ok_or(diesel::result::Error::NotFound);
        let row = (
            postings::id.eq(entry * 64 + place),
            postings::entry.eq(entry),
            postings::debit.eq(id(posting.debit())?),
            postings::credit.eq(id(posting.credit())?),
            postings::amount.eq(posting.amount().units()),
        );
        diesel::insert_into(postings::table)
            .values(row)
            .execute(connection)?;
    }
    Ok(())
}
