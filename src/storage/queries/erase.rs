//! The end of a person in the books (rule 23).

use diesel::prelude::*;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::customer::{Customer, Erased, PSEUDONYM_KEPT, Purse, StillOpen};
use starkeeper_actors::domain::ids::CustomerId;
use starkeeper_actors::ports::books::{CommitRefused, EraseRefused, Erasure};

use super::super::lock_customers;
use super::{Link, read};
use crate::storage::columns::At;
use crate::storage::decode;
use crate::storage::errors::Trouble;
use crate::storage::plan::encode;
use crate::storage::rows;
use crate::storage::schema::{beliefs, customers, invoices, live_messages, orders};

/// What stands against it, if anything does; else it is done.
pub(in crate::storage) async fn erase(
    link: Link<'_>,
    erasure: &Erasure,
) -> Result<Result<(), EraseRefused>, Trouble> {
    let believed = beliefs::incarnation.eq(erasure.incarnation.get());
    execute!(link, diesel::insert_into(beliefs::table).values(believed))?;
    let id = erasure.customer;
    lock_customers(link, vec![id.get()]).await?;
    let row = format!("customer {id}");
    let stale = EraseRefused::Books(CommitRefused::Stale { row });
    let Some(raw) = read::customer(link, id).await? else {
        return Ok(Err(stale));
    };
    let seen = decode::seen::<Customer>(raw).map_err(decode::trouble)?;
    if seen.version != erasure.seen || seen.row.is_erased() {
        return Ok(Err(stale));
    }
    if let Some(what) = still_open(link, &seen.row).await? {
        return Ok(Err(EraseRefused::StillOpen(what)));
    }
    forget_chat(link, id).await?;
    let erased = seen.row.erased_as(erasure.pseudonym, erasure.at);
    replace(link, &erased, seen.version.next().get()).await?;
    Ok(Ok(()))
}

async fn still_open(link: Link<'_>, customer: &Customer) -> Result<Option<StillOpen>, Trouble> {
    let id = customer.id;
    let unfinished = orders::table
        .filter(orders::customer.eq(id.get()))
        .filter(diesel::dsl::not(orders::finished))
        .select(orders::id);
    let unfinished: Option<i64> = first!(link, unfinished)?;
    if unfinished.is_some() {
        return Ok(Some(StillOpen::Order));
    }
    let payable = invoices::table
        .filter(invoices::customer.eq(id.get()))
        .filter(invoices::payable)
        .select(invoices::id);
    let payable: Option<i64> = first!(link, payable)?;
    if payable.is_some() {
        return Ok(Some(StillOpen::Invoice));
    }
    let balances = read::balances(link, id.get().to_string()).await?;
    let purse: Purse = decode::purse(&balances);
    Ok(customer.keeps_open(purse))
}

/// Live messages name the chat.
async fn forget_chat(link: Link<'_>, id: CustomerId) -> QueryResult<()> {
    let theirs = orders::table
        .filter(orders::customer.eq(id.get()))
        .select(orders::id);
    let theirs = live_messages::table.filter(live_messages::order_id.eq_any(theirs));
    execute!(link, diesel::delete(theirs))?;
    Ok(())
}

async fn replace(link: Link<'_>, row: &Customer, version: i64) -> Result<(), Trouble> {
    let row: rows::customers::Row = encode::customer(row, version).map_err(Trouble::Refused)?;
    let there = customers::table.find(row.id);
    execute!(link, diesel::update(there).set(&row))?;
    Ok(())
}

/// Takes pseudonyms away that no longer count; answers how many.
pub(in crate::storage) async fn drop_pseudonyms(
    link: Link<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<u32, Trouble> {
    let lapsed = read::lapsed(link, At(now - PSEUDONYM_KEPT), limit).await?;
    let mut dropped = 0_u32;
    for raw in lapsed {
        let seen = decode::seen::<Customer>(raw).map_err(decode::trouble)?;
        lock_customers(link, vec![seen.row.id.get()]).await?;
        let erased = seen.row.erased.as_ref().map(|erased| Erased {
            at: erased.at,
            pseudonym: None,
        });
        let row = Customer { erased, ..seen.row };
        replace(link, &row, seen.version.next().get()).await?;
        dropped = dropped.saturating_add(1);
    }
    Ok(dropped)
}
