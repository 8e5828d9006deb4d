//! What a stretch of time brought and cost: sums over its entries, found by their times.
//!
//! Entries are numbered as they come, and their times follow, but for the clocks of several
//! replicas. So the numbers of a stretch are found by halving, with room on both sides for clocks
//! that differ, and the times themselves decide within them.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::report::Turnover;

use super::Link;
use super::accounts::find;
use crate::storage::columns::At;
use crate::storage::schema::{entries, postings};

#[diesel::declare_sql_function]
extern "SQL" {
    /// The sum; of another type than its argument on PostgreSQL, so that it is cast before it is
    /// read.
    #[aggregate]
    fn sum(amount: BigInt) -> diesel::sql_types::Text;
}

/// How far the times of entries may be out of order.
const APART: Span = Span::hours(1);

/// The places of an entry are its postings' ids, so that the primary key finds them.
const PLACES: i64 = 64;

/// From which posting on, before which posting, from when on, before when.
#[derive(Clone, Copy)]
struct Stretch {
    first: i64,
    end: i64,
    from: At,
    to: At,
}

/// One side of an account: what it sums to, and how many postings that are.
type Side = (i64, i64);

pub(in crate::storage) async fn turnover(
    link: Link<'_>,
    from: At,
    to: At,
) -> QueryResult<Turnover> {
    let stretch = Stretch {
        first: entry_since(link, At(from.0 - APART))
            .await?
            .saturating_mul(PLACES),
        end: entry_since(link, At(to.0 + APART))
            .await?
            .saturating_mul(PLACES),
        from,
        to,
    };
    let (sales, orders) = moved(link, Account::Revenue, stretch).await?;
    let (cost, _) = moved(link, Account::CostOfGoods, stretch).await?;
    let (network, _) = moved(link, Account::NetworkFees, stretch).await?;
    Ok(Turnover {
        orders: u64::try_from(orders).unwrap_or_default(),
        // It grows on the credit side, the two others on the debit side.
        sales: MicroUsd::from_micros(sales.saturating_neg()),
        cost: NanoTon::from_nanos(cost),
        network: NanoTon::from_nanos(network),
    })
}

/// The number of the first entry that is no older; one more than the newest if all are older.
async fn entry_since(link: Link<'_>, since: At) -> QueryResult<i64> {
    let newest: Option<Option<i64>> = first!(link, entries::table.select(max(entries::id)))?;
    let (mut low, mut high) = (1, newest.flatten().unwrap_or_default().saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        // Numbers are not without gaps.
        let there = entries::table
            .filter(entries::id.ge(middle))
            .order(entries::id)
            .limit(1)
            .select(entries::at);
        let there: Option<At> = first!(link, there)?;
        match there {
            Some(at) if at.0 < since.0 => low = middle + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

/// What an account's debits are above its credits, and how many credits there are.
async fn moved(link: Link<'_>, account: Account, stretch: Stretch) -> QueryResult<Side> {
    let Some(account) = find(link, account).await? else {
        return Ok((0, 0));
    };
    let Stretch {
        first,
        end,
        from,
        to,
    } = stretch;
    let within = || {
        postings::table
            .inner_join(entries::table.on(entries::id.eq(postings::entry)))
            .filter(postings::id.ge(first))
            .filter(postings::id.lt(end))
            .filter(entries::at.ge(from))
            .filter(entries::at.lt(to))
    };
    let debits = within()
        .filter(postings::debit.eq(account))
        .group_by(postings::debit)
        .select((
            sum(postings::amount).fallible_cast::<BigInt>(),
            count_star(),
        ));
    let debits: Vec<Side> = load!(link, debits)?;
    let credits = within()
        .filter(postings::credit.eq(account))
        .group_by(postings::credit)
        .select((
            sum(postings::amount).fallible_cast::<BigInt>(),
            count_star(),
        ));
    let credits: Vec<Side> = load!(link, credits)?;
    let (debit, _) = debits.first().copied().unwrap_or_default();
    let (credit, count) = credits.first().copied().unwrap_or_default();
    Ok((debit.saturating_sub(credit), count))
}
