//! What the ledger shows: statements and the trial balance.

use std::collections::HashMap;

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use starkeeper_actors::domain::ledger::Account;

use super::super::lock_postings;
use super::Link;
use super::accounts::find;
use crate::storage::columns::At;
use crate::storage::decode::Lines;
use crate::storage::schema::{account_snapshots, accounts, entries, postings};

#[diesel::declare_sql_function]
extern "SQL" {
    /// The sum; of another type than its argument on PostgreSQL, so that it is cast before it is
    /// read.
    #[aggregate]
    fn sum(amount: BigInt) -> diesel::sql_types::Text;
}

/// An account's row: id, kind, owner, asset, side, whether its balance is stored, the balance.
pub(in crate::storage) type AccountRow = (i64, String, String, String, String, bool, i64);

/// All accounts, the sums of those that are not stored filled in.
pub(in crate::storage) struct Balances {
    pub(in crate::storage) accounts: Vec<AccountRow>,
    /// The newest entry that is in them.
    pub(in crate::storage) upto: i64,
    /// How many entries lie behind the newest snapshot.
    pub(in crate::storage) behind: i64,
}

pub(in crate::storage) async fn balances(link: Link<'_>) -> QueryResult<Balances> {
    let closed: Option<Option<i64>> = first!(
        link,
        account_snapshots::table.select(max(account_snapshots::upto))
    )?;
    let closed = closed.flatten().unwrap_or_default();
    let newest: Option<Option<i64>> = first!(link, entries::table.select(max(entries::id)))?;
    let upto = newest.flatten().unwrap_or_default();
    let all = accounts::table.order(accounts::id).select((
        accounts::id,
        accounts::kind,
        accounts::owner,
        accounts::asset,
        accounts::side,
        accounts::floored,
        accounts::balance,
    ));
    let mut all: Vec<AccountRow> = load!(
        link,
        all.filter(accounts::last_posting.gt(0).or(accounts::floored.eq(false)))
    )?;
    let moved = moved(link, closed).await?;
    let snapshots = snapshots(link, closed).await?;
    for (id, _, _, _, side, floored, balance) in &mut all {
        if !*floored {
            let moved = moved.get(id).copied().unwrap_or_default();
            let moved = if side == "debit" {
                moved
            } else {
                moved.saturating_neg()
            };
            let before = snapshots.get(id).copied().unwrap_or_default();
            *balance = before.saturating_add(moved);
        }
    }
    Ok(Balances {
        accounts: all,
        upto,
        behind: upto.saturating_sub(closed),
    })
}

/// Debits minus credits of each account since an entry.
async fn moved(link: Link<'_>, closed: i64) -> QueryResult<HashMap<i64, i64>> {
    // The places of an entry are its postings' ids, so that the primary key finds them.
    let since = postings::id.ge((closed + 1) * 64);
    let debits = postings::table
        .filter(since)
        .group_by(postings::debit)
        .select((
            postings::debit,
            sum(postings::amount).fallible_cast::<BigInt>(),
        ));
    let debits: Vec<(i64, i64)> = load!(link, debits)?;
    let credits = postings::table
        .filter(since)
        .group_by(postings::credit)
        .select((
            postings::credit,
            sum(postings::amount).fallible_cast::<BigInt>(),
        ));
    let credits: Vec<(i64, i64)> = load!(link, credits)?;
    let mut moved: HashMap<i64, i64> = HashMap::new();
    for (account, amount) in debits {
        let sum = moved.entry(account).or_default();
        *sum = sum.saturating_add(amount);
    }
    for (account, amount) in credits {
        let sum = moved.entry(account).or_default();
        *sum = sum.saturating_sub(amount);
    }
    Ok(moved)
}

async fn snapshots(link: Link<'_>, upto: i64) -> QueryResult<HashMap<i64, i64>> {
    let taken = account_snapshots::table
        .filter(account_snapshots::upto.eq(upto))
        .select((account_snapshots::account, account_snapshots::balance));
    let taken: Vec<(i64, i64)> = load!(link, taken)?;
    Ok(taken.into_iter().collect())
}

/// Stores the sums as they are now, so that the next ones begin here. Nothing is posted meanwhile.
pub(in crate::storage) async fn take_snapshot(link: Link<'_>) -> QueryResult<()> {
    lock_postings(link).await?;
    let Balances {
        accounts,
        upto,
        behind,
    } = balances(link).await?;
    if behind == 0 {
        return Ok(());
    }
    for (id, .., floored, balance) in accounts {
        if !floored {
            let row = (
                account_snapshots::upto.eq(upto),
                account_snapshots::account.eq(id),
                account_snapshots::balance.eq(balance),
            );
            execute!(
                link,
                diesel::insert_into(account_snapshots::table).values(row)
            )?;
        }
    }
    Ok(())
}

/// A posting of an entry, seen from one account: entry, debit, amount.
type Moved = (i64, i64, i64);

/// The account's row: whether it grows on the debit side, whether its balance is stored, balance.
type Stored = (String, bool, i64);

/// Those of an account; none of one that was never opened.
pub(in crate::storage) async fn statement(
    link: Link<'_>,
    account: Account,
    last: u32,
) -> QueryResult<Lines> {
    match find(link, account).await? {
        Some(id) => newest_lines(link, id, last).await,
        None => Ok(Lines::default()),
    }
}

async fn newest_lines(link: Link<'_>, account: i64, last: u32) -> QueryResult<Lines> {
    let row = accounts::table.find(account);
    let row = row.select((accounts::side, accounts::floored, accounts::balance));
    let row: Option<Stored> = first!(link, row)?;
    let Some((side, floored, stored)) = row else {
        return Err(diesel::result::Error::NotFound);
    };
    let on_debit = side == "debit";
    let balance = if floored {
        stored
    } else {
        let all = balances(link).await?;
        let found = all.accounts.iter().find(|(id, ..)| *id == account);
        found.map_or(0, |(.., balance)| *balance)
    };
    let newest = newest_entries(link, account, last).await?;
    let Some(oldest) = newest.last().copied() else {
        return Ok(Lines {
            balance,
            lines: Vec::new(),
        });
    };
    let shown = postings::table
        .filter(postings::debit.eq(account).or(postings::credit.eq(account)))
        .filter(postings::entry.ge(oldest))
        .order(postings::id)
        .select((postings::entry, postings::debit, postings::amount));
    let shown: Vec<Moved> = load!(link, shown)?;
    let keys = entries::table
        .filter(entries::id.eq_any(newest))
        .order(entries::id)
        .select((entries::id, entries::at, entries::key));
    let keys: Vec<(i64, At, String)> = load!(link, keys)?;
    let lines = keys.into_iter().map(|(entry, at, key)| {
        let of_entry = shown.iter().filter(|(of, ..)| *of == entry);
        let change = of_entry.fold(0_i64, |sum, (_, debit, amount)| {
            if (*debit == account) == on_debit {
                sum.saturating_add(*amount)
            } else {
                sum.saturating_sub(*amount)
            }
        });
        (at, key, change)
    });
    Ok(Lines {
        balance,
        lines: lines.collect(),
    })
}

/// The newest entries that touch an account, newest first.
async fn newest_entries(link: Link<'_>, account: i64, last: u32) -> QueryResult<Vec<i64>> {
    let debits = postings::table
        .filter(postings::debit.eq(account))
        .order(postings::entry.desc())
        .limit(i64::from(last))
        .select(postings::entry)
        .distinct();
    let mut newest: Vec<i64> = load!(link, debits)?;
    let credits = postings::table
        .filter(postings::credit.eq(account))
        .order(postings::entry.desc())
        .limit(i64::from(last))
        .select(postings::entry)
        .distinct();
    let credits: Vec<i64> = load!(link, credits)?;
    newest.extend(credits);
    newest.sort_unstable_by(|one, other| other.cmp(one));
    newest.dedup();
    newest.truncate(usize::try_from(last).unwrap_or(usize::MAX));
    Ok(newest)
}
