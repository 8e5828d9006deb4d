//! What is kept besides commits: leases, accounts of chats, the books' life.

use diesel::prelude::*;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::{Epoch, IncarnationId, ReplicaId, TelegramId};
use starkeeper_actors::ports::books::Lease;

use super::super::{lease_for_update, now};
use super::Link;
use super::read::{self, Raw};
use crate::storage::columns::At;
use crate::storage::names;
use crate::storage::rows;
use crate::storage::schema::{books, customers, leases};

/// Takes a lease that is free or ours already.
pub(in crate::storage) async fn lease(
    link: Link<'_>,
    key: starkeeper_actors::ports::books::LeaseKey,
    replica: ReplicaId,
    ttl: Span,
) -> QueryResult<Option<Lease>> {
    let name = names::lease(key);
    let held = lease_for_update(link, &name).await?;
    let At(now) = now(link).await?;
    let until = now + ttl;
    let holder = Some(replica.get());
    let epoch = match held {
        None => {
            let row = (
                leases::key.eq(name),
                leases::epoch.eq(1),
                leases::holder.eq(holder),
                leases::until.eq(At(until)),
            );
            execute!(link, diesel::insert_into(leases::table).values(row))?;
            Epoch::new(1)
        }
        // Nobody held it in between, even if it ran out: the same right goes on.
        Some((epoch, there, _)) if there == holder => {
            let row = leases::table.find(name);
            execute!(link, diesel::update(row).set(leases::until.eq(At(until))))?;
            Epoch::new(epoch)
        }
        Some((epoch, there, At(ends))) if there.is_none() || ends <= now => {
            let next = Epoch::new(epoch).next();
            let set = (
                leases::epoch.eq(next.get()),
                leases::holder.eq(holder),
                leases::until.eq(At(until)),
            );
            execute!(link, diesel::update(leases::table.find(name)).set(set))?;
            next
        }
        Some(_) => return Ok(None),
    };
    Ok(Some(Lease { key, epoch, until }))
}

/// Gives back a lease that is still the replica's under this epoch.
pub(in crate::storage) async fn release(
    link: Link<'_>,
    lease: Lease,
    replica: ReplicaId,
) -> QueryResult<()> {
    let ours = leases::table
        .filter(leases::key.eq(names::lease(lease.key)))
        .filter(leases::epoch.eq(lease.epoch.get()))
        .filter(leases::holder.eq(replica.get()));
    execute!(
        link,
        diesel::update(ours).set(leases::holder.eq(None::<i64>))
    )?;
    Ok(())
}

/// The account of a chat, opened with this row if there is none. Two who open it at once: one
/// meets the other's and tries again.
pub(in crate::storage) async fn customer_of(
    link: Link<'_>,
    telegram: TelegramId,
    fresh: &rows::customers::Row,
) -> QueryResult<Raw> {
    if let Some(there) = read::customer_at(link, telegram).await? {
        return Ok(there);
    }
    execute!(link, diesel::insert_into(customers::table).values(fresh))?;
    Ok((fresh.version, fresh.document.clone()))
}

/// Lets the books live on under another incarnation; 0 retires them. Waits for every commit in
/// flight.
pub(in crate::storage) async fn adopt(link: Link<'_>, life: IncarnationId) -> QueryResult<()> {
    let since = now(link).await?;
    let set = (books::incarnation.eq(life.get()), books::since.eq(since));
    execute!(link, diesel::update(books::table).set(set))?;
    Ok(())
}
