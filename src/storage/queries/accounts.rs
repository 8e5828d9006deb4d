//! Accounts are found by their names, and opened when something is posted to one for the first
//! time.

use diesel::prelude::*;
use starkeeper_actors::domain::ledger::Account;

use super::Link;
use crate::storage::accounts::Ids;
use crate::storage::names;
use crate::storage::schema::accounts;

/// Finds or opens each of these accounts.
pub(in crate::storage) async fn resolve(
    link: Link<'_>,
    missing: Vec<Account>,
    ids: &mut Ids,
) -> QueryResult<()> {
    for account in missing {
        let id = match find(link, account).await? {
            Some(id) => id,
            None => open(link, account).await?,
        };
        ids.insert(account, id);
    }
    Ok(())
}

/// The account's id, if it was ever opened.
pub(in crate::storage) async fn find(link: Link<'_>, account: Account) -> QueryResult<Option<i64>> {
    let name = names::account(account);
    let id = accounts::table
        .filter(accounts::kind.eq(name.kind))
        .filter(accounts::owner.eq(name.owner))
        .filter(accounts::asset.eq(name.asset))
        .select(accounts::id);
    first!(link, id)
}

async fn open(link: Link<'_>, account: Account) -> QueryResult<i64> {
    let name = names::account(account);
    let row = (
        accounts::kind.eq(name.kind),
        accounts::owner.eq(name.owner),
        accounts::asset.eq(name.asset),
        accounts::side.eq(names::side(account)),
        accounts::floored.eq(account.has_floor()),
        accounts::balance.eq(0),
        accounts::last_posting.eq(0),
    );
    let new = diesel::insert_into(accounts::table).values(row);
    execute!(link, opened!(new))?;
    find(link, account)
        .await?
        .ok_or(diesel::result::Error::NotFound)
}
