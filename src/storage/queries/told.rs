//! Reads of what people are told: notices that are owed, and the live messages of orders.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use starkeeper_actors::domain::ids::{CustomerId, OrderId};
use starkeeper_actors::ports::books::Page;

use super::Link;
use super::read::{LONGEST_PAGE, Listed, raw};
use crate::storage::columns::At;
use crate::storage::schema::{live_messages, notices};

diesel::alias!(notices as earlier: Earlier);

pub(in crate::storage) async fn notices_due(link: Link<'_>, now: At, limit: u32) -> Listed {
    let before = earlier
        .filter(earlier.field(notices::audience).eq(notices::audience))
        .filter(earlier.field(notices::waiting))
        .filter(earlier.field(notices::id).lt(notices::id));
    let due = notices::table
        .filter(notices::waiting)
        .filter(notices::due.le(now))
        .filter(not(exists(before)))
        .order(notices::id)
        .limit(i64::from(limit))
        .select(raw!(notices));
    load!(link, due)
}

pub(in crate::storage) async fn notices_kept(link: Link<'_>, customer: CustomerId) -> Listed {
    let kept = notices::table
        .filter(notices::audience.eq(customer.get()))
        .filter(notices::kept)
        .order(notices::id)
        .select(raw!(notices));
    load!(link, kept)
}

pub(in crate::storage) async fn notices_of(link: Link<'_>, audience: i64, page: Page) -> Listed {
    let owed = notices::table
        .filter(notices::audience.eq(audience))
        .order(notices::id.desc())
        .offset(i64::from(page.offset))
        .limit(i64::from(page.limit.min(LONGEST_PAGE)))
        .select(raw!(notices));
    load!(link, owed)
}

/// A live message's row: version, order, chat, message, the mark it shows, the one it should show,
/// not before.
pub(in crate::storage) type Live = (i64, i64, i64, Option<i64>, i64, i64, At);

const LIVE: (
    live_messages::version,
    live_messages::order_id,
    live_messages::chat,
    live_messages::message,
    live_messages::shows,
    live_messages::wanted,
    live_messages::not_before,
) = (
    live_messages::version,
    live_messages::order_id,
    live_messages::chat,
    live_messages::message,
    live_messages::shows,
    live_messages::wanted,
    live_messages::not_before,
);

pub(in crate::storage) async fn live_due(
    link: Link<'_>,
    now: At,
    limit: u32,
) -> QueryResult<Vec<Live>> {
    let due = live_messages::table
        .filter(live_messages::shows.lt(live_messages::wanted))
        .filter(live_messages::not_before.le(now))
        .order((live_messages::not_before, live_messages::order_id))
        .limit(i64::from(limit))
        .select(LIVE);
    load!(link, due)
}

/// The message that shows an order.
pub(in crate::storage) async fn live_of(
    link: Link<'_>,
    order: OrderId,
) -> QueryResult<Option<Live>> {
    first!(link, live_messages::table.find(order.get()).select(LIVE))
}
