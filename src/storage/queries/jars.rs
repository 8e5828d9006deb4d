//! Jars of Fragment logins, as they are kept: sealed.

use diesel::prelude::*;
use starkeeper_actors::domain::ids::LoginId;
use starkeeper_actors::ports::books::Fence;

use super::super::now;
use super::{Link, read};
use crate::storage::columns::At;
use crate::storage::errors::Trouble;
use crate::storage::names;
use crate::storage::schema::{beliefs, jars};

/// The newest jar of a login with its version.
pub(in crate::storage) async fn newest(
    link: Link<'_>,
    login: LoginId,
) -> QueryResult<Option<(i64, String)>> {
    let newest = jars::table
        .filter(jars::login.eq(login.get()))
        .order(jars::version.desc())
        .select((jars::version, jars::sealed));
    first!(link, newest)
}

/// When the newest jar of a login was stored.
pub(in crate::storage) async fn newest_at(
    link: Link<'_>,
    login: LoginId,
) -> QueryResult<Option<At>> {
    let newest = jars::table
        .filter(jars::login.eq(login.get()))
        .order(jars::version.desc())
        .select(jars::at);
    first!(link, newest)
}

/// A certain version of a login's jar.
pub(in crate::storage) async fn version(
    link: Link<'_>,
    login: LoginId,
    version: i64,
) -> QueryResult<Option<String>> {
    let row = jars::table
        .filter(jars::login.eq(login.get()))
        .filter(jars::version.eq(version))
        .select(jars::sealed);
    first!(link, row)
}

/// So many of the newest jars of a login stay: the one that linked an order is needed until its
/// confirm call is done (rule 8), and a till links the next order only then. The databases refuse
/// to lose one of these.
const KEPT: i64 = 200;

/// Stores a jar as this version, while the lease is still under the epoch of the fence.
pub(in crate::storage) async fn store(
    link: Link<'_>,
    login: LoginId,
    version: i64,
    fence: Fence,
    sealed: &str,
) -> Result<(), Trouble> {
    let life = read::incarnation(link).await?.unwrap_or_default();
    let believed = (
        beliefs::incarnation.eq(life),
        beliefs::lease.eq(names::lease(fence.key)),
        beliefs::epoch.eq(fence.epoch.get()),
    );
    execute!(link, diesel::insert_into(beliefs::table).values(believed))?;
    let row = (
        jars::login.eq(login.get()),
        jars::version.eq(version),
        jars::sealed.eq(sealed),
        jars::at.eq(now(link).await?),
    );
    execute!(link, diesel::insert_into(jars::table).values(row))?;
    let old = jars::table
        .filter(jars::login.eq(login.get()))
        .filter(jars::version.le(version.saturating_sub(KEPT)));
    execute!(link, diesel::delete(old))?;
    Ok(())
}
