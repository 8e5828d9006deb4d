//! What every update of a chat reads, for many people in one statement: purses and statements.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::BoxFuture;
use starkeeper_actors::domain::customer::Purse;
use starkeeper_actors::domain::ids::CustomerId;
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::ports::Unreadable;

use super::Link;
use super::call::{Work, error_of};
use super::picks::Picks;
use crate::storage::calls;
use crate::storage::columns::{At, Instant};
use crate::storage::decode::{self, Lines};
use crate::storage::errors::Trouble;
use crate::storage::gather::Gather;
use crate::storage::names;
use crate::storage::schema::accounts;

/// Purses of customers.
pub(in crate::storage) type Purses = Gather<CustomerId, Purse>;

/// Newest lines of accounts whose balances are stored; an account that was never opened has none.
pub(in crate::storage) type Statements = Gather<(Account, u32), Lines>;

/// Purses, read on these connections.
pub(in crate::storage) fn purses(picks: Picks) -> Purses {
    Gather::new(Box::new(move |customers| {
        picked(
            picks.clone(),
            Of(customers, |link, customers| {
                Box::pin(async move { Ok(purses_of(link, customers).await?) })
            }),
        )
    }))
}

/// Statements, read on these connections.
pub(in crate::storage) fn statements(picks: Picks) -> Statements {
    Gather::new(Box::new(move |asked| {
        picked(
            picks.clone(),
            Of(asked, |link, asked| {
                Box::pin(async move { Ok(statements_of(link, asked).await?) })
            }),
        )
    }))
}

/// A single statement about these keys.
struct Of<K, V>(Vec<K>, Statement<K, V>);

type Statement<K, V> =
    for<'a> fn(&'a AsyncPgConnection, &'a [K]) -> BoxFuture<'a, Result<Vec<V>, Trouble>>;

impl<K: Send + Sync, V> Work<Vec<V>> for Of<K, V> {
    fn run<'a>(&'a self, link: &'a AsyncPgConnection) -> BoxFuture<'a, Result<Vec<V>, Trouble>> {
        (self.1)(link, &self.0)
    }
}

fn picked<K, V>(picks: Picks, of: Of<K, V>) -> BoxFuture<'static, Result<Vec<V>, Unreadable>>
where
    K: Send + Sync + 'static,
    V: Send + 'static,
{
    Box::pin(async move {
        let picked = picks.pick(&of).await;
        picked.map_err(|ended| calls::failed(error_of(ended)))
    })
}

async fn purses_of(link: Link<'_>, customers: &[CustomerId]) -> QueryResult<Vec<Purse>> {
    let owners: Vec<String> = customers.iter().map(|id| id.get().to_string()).collect();
    let stored = accounts::table
        .filter(accounts::kind.eq_any([names::CUSTOMER, names::HELD, names::DEBT]))
        .filter(accounts::owner.eq_any(&owners))
        .select((accounts::owner, accounts::kind, accounts::balance));
    let stored: Vec<(String, String, i64)> = stored.load(&mut { link }).await?;
    let mut of: HashMap<String, Vec<(String, i64)>> = HashMap::new();
    for (owner, kind, balance) in stored {
        of.entry(owner).or_default().push((kind, balance));
    }
    let purse = |owner| {
        of.get(owner)
            .map_or_else(Purse::default, |of| decode::purse(of))
    };
    Ok(owners.iter().map(purse).collect())
}

async fn statements_of(link: Link<'_>, asked: &[(Account, u32)]) -> QueryResult<Vec<Lines>> {
    let mut newest = NewestLines::default();
    for (account, last) in asked {
        let name = names::account(*account);
        newest.kinds.push(name.kind);
        newest.owners.push(name.owner);
        newest.assets.push(name.asset);
        newest.lasts.push(i64::from(*last));
    }
    let rows: Vec<Row> = newest.load(&mut { link }).await?;
    let mut found: HashMap<i64, Lines> = HashMap::new();
    for (place, balance, at, key, change) in rows {
        let lines = found.entry(place).or_default();
        lines.balance = balance;
        if let (Some(at), Some(key), Some(change)) = (at, key, change) {
            lines.lines.push((at, key, change));
        }
    }
    // The server counts them from one.
    let lines = (1..).zip(asked).map(|(place, _)| found.remove(&place));
    Ok(lines.map(Option::unwrap_or_default).collect())
}

/// Which of those asked for, the balance, and of an entry: when, its key, what it added.
type Row = (i64, i64, Option<At>, Option<String>, Option<i64>);

/// The newest entries of so many accounts each, oldest first.
#[derive(Default, QueryId)]
struct NewestLines {
    kinds: Vec<&'static str>,
    owners: Vec<String>,
    assets: Vec<&'static str>,
    lasts: Vec<i64>,
}

impl Query for NewestLines {
    type SqlType = (
        BigInt,
        BigInt,
        Nullable<Instant>,
        Nullable<Text>,
        Nullable<BigInt>,
    );
}

impl QueryFragment<Pg> for NewestLines {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql("SELECT u.place, a.balance, e.at, e.key, moved.change FROM unnest(");
        pass.push_bind_param::<Array<Text>, _>(&self.kinds)?;
        pass.push_sql(", ");
        pass.push_bind_param::<Array<Text>, _>(&self.owners)?;
        pass.push_sql(", ");
        pass.push_bind_param::<Array<Text>, _>(&self.assets)?;
        pass.push_sql(", ");
        pass.push_bind_param::<Array<BigInt>, _>(&self.lasts)?;
        // An entry's postings are its id times 64 and the 63 after it, so that the primary key finds
        // them.
        pass.push_sql(
            ") WITH ORDINALITY AS u (kind, owner, asset, last, place) \
             JOIN accounts a ON a.kind = u.kind AND a.owner = u.owner AND a.asset = u.asset \
             LEFT JOIN LATERAL (\
                 SELECT entry FROM (\
                     (SELECT DISTINCT entry FROM postings WHERE debit = a.id \
                      ORDER BY entry DESC LIMIT u.last) \
                     UNION \
                     (SELECT DISTINCT entry FROM postings WHERE credit = a.id \
                      ORDER BY entry DESC LIMIT u.last)\
                 ) AS either ORDER BY entry DESC LIMIT u.last\
             ) AS newest ON TRUE \
             LEFT JOIN entries e ON e.id = newest.entry \
             LEFT JOIN LATERAL (\
                 SELECT CAST(SUM(CASE \
                     WHEN (p.debit = a.id) = (a.side = 'debit') THEN p.amount \
                     ELSE -p.amount END) AS BIGINT) AS change \
                 FROM postings p \
                 WHERE p.id BETWEEN e.id * 64 AND e.id * 64 + 63 \
                 AND (p.debit = a.id OR p.credit = a.id)\
             ) AS moved ON TRUE \
             ORDER BY u.place, e.id",
        );
        Ok(())
    }
}
