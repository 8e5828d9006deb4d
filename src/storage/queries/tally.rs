//! How much is going on: counts for people who watch, each over an index of what is not finished.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, exists, min, not};
use diesel::prelude::*;
use starkeeper_actors::ports::books::{Due, LeasesOf, OrdersIn, Tally};

use super::super::now as clock;
use super::Link;
use crate::storage::columns::At;
use crate::storage::names;
use crate::storage::schema::{invoices, leases, live_messages, notices, orders};

diesel::alias!(notices as earlier: Earlier);

/// How many, and the first instant.
type Counted = (i64, Option<At>);

/// Everything at one moment.
pub(in crate::storage) async fn tally(link: Link<'_>, now: At) -> QueryResult<Tally> {
    let open = invoices::table.filter(invoices::payable);
    let open: Option<i64> = first!(link, open.select(count_star()))?;
    let waiting = notices::table.filter(notices::waiting);
    let waiting = waiting.select((count_star(), min(notices::since)));
    let waiting: Option<Counted> = first!(link, waiting)?;
    let (waiting, oldest_notice) = waiting.unwrap_or_default();
    Ok(Tally {
        open_invoices: count(open.unwrap_or_default()),
        orders: unfinished(link).await?,
        waiting_notices: count(waiting),
        oldest_notice: oldest_notice.map(|At(since)| since),
        due_orders: due_orders(link, now).await?,
        due_invoices: due_invoices(link, now).await?,
        due_notices: due_notices(link, now).await?,
        due_messages: due_messages(link, now).await?,
        leases: counted_leases(link).await?,
    })
}

async fn unfinished(link: Link<'_>) -> QueryResult<Vec<OrdersIn>> {
    let states = orders::table
        .filter(not(orders::finished))
        .group_by(orders::state)
        .order(orders::state)
        .select((orders::state, count_star(), min(orders::since)));
    let states: Vec<(String, i64, Option<At>)> = load!(link, states)?;
    let states = states.into_iter();
    Ok(states
        .filter_map(|(state, orders, oldest)| {
            Some(OrdersIn {
                state,
                count: count(orders),
                oldest: oldest?.0,
            })
        })
        .collect())
}

async fn due_orders(link: Link<'_>, now: At) -> QueryResult<Due> {
    let due = orders::table.filter(orders::due.le(now));
    let due: Option<Counted> = first!(link, due.select((count_star(), min(orders::due))))?;
    Ok(due_of(due))
}

async fn due_invoices(link: Link<'_>, now: At) -> QueryResult<Due> {
    let due = invoices::table.filter(invoices::due.le(now));
    let due: Option<Counted> = first!(link, due.select((count_star(), min(invoices::due))))?;
    Ok(due_of(due))
}

/// The first of each person counts: the others wait for it.
async fn due_notices(link: Link<'_>, now: At) -> QueryResult<Due> {
    let before = earlier
        .filter(earlier.field(notices::audience).eq(notices::audience))
        .filter(earlier.field(notices::waiting))
        .filter(earlier.field(notices::id).lt(notices::id));
    let due = notices::table
        .filter(notices::waiting)
        .filter(notices::due.le(now))
        .filter(not(exists(before)));
    let due: Option<Counted> = first!(link, due.select((count_star(), min(notices::due))))?;
    Ok(due_of(due))
}

async fn due_messages(link: Link<'_>, now: At) -> QueryResult<Due> {
    let due = live_messages::table
        .filter(live_messages::shows.lt(live_messages::wanted))
        .filter(live_messages::not_before.le(now))
        .select((count_star(), min(live_messages::not_before)));
    let due: Option<Counted> = first!(link, due)?;
    Ok(due_of(due))
}

/// There are a few in all: one a wallet, a login, a bot, and two.
async fn counted_leases(link: Link<'_>) -> QueryResult<Vec<LeasesOf>> {
    let now = clock(link).await?;
    let all = leases::table
        .order(leases::key)
        .select((leases::key, leases::holder, leases::until));
    let all: Vec<(String, Option<i64>, At)> = load!(link, all)?;
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (key, holder, until) in &all {
        let (held, free) = kinds.entry(names::kind_of_lease(key)).or_default();
        let counted = if holder.is_some() && *until > now {
            held
        } else {
            free
        };
        *counted = counted.saturating_add(1);
    }
    let kinds = kinds.into_iter();
    Ok(kinds
        .map(|(kind, (held, free))| LeasesOf {
            kind: kind.to_owned(),
            held,
            free,
        })
        .collect())
}

fn due_of(counted: Option<Counted>) -> Due {
    let (due, oldest) = counted.unwrap_or_default();
    Due {
        count: count(due),
        oldest: oldest.map(|At(instant)| instant),
    }
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}
