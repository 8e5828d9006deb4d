//! Why a commit that was rolled back was refused, in the words of the port.

use diesel::prelude::*;
use starkeeper_actors::domain::ids::{Epoch, IncarnationId};
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::ports::books::{CommitFailed, CommitRefused, Fence};

use super::{Link, accounts, read};
use crate::storage::errors::{Class, Trouble, classify};
use crate::storage::plan::Plan;
use crate::storage::schema::accounts as stored;

/// What is to be done about a commit that was rolled back.
#[derive(Debug)]
pub(in crate::storage) enum Verdict {
    /// Say so.
    Failed(CommitFailed),
    /// Try the same again.
    Again(String),
}

/// Looks at the books as they are now where the refusal names what they say.
pub(in crate::storage) async fn explain(
    link: Link<'_>,
    plan: &Plan,
    trouble: Trouble,
) -> QueryResult<Verdict> {
    let class = match trouble {
        Trouble::Refused(why) => return Ok(refused(why)),
        Trouble::Sql(error) => classify(&error),
    };
    Ok(match class {
        Class::Stale(row) => refused(CommitRefused::Stale { row }),
        Class::Taken(what) => refused(CommitRefused::Taken { what }),
        Class::Rule(rule) => refused(CommitRefused::Rule { rule }),
        Class::Handled => match plan.update {
            Some(update) => refused(CommitRefused::Handled(update)),
            None => Verdict::Again("an update was handled that this commit does not name".into()),
        },
        Class::Life => {
            let books = read::incarnation(link).await?.unwrap_or_default();
            let books = IncarnationId::new(books);
            let believed = plan.believed;
            if books == believed && books != RETIRED {
                Verdict::Again("the books' life was changed and changed back".into())
            } else {
                refused(CommitRefused::OtherLife { books, believed })
            }
        }
        Class::Fenced => match fenced(link, &plan.fences).await? {
            Some(why) => refused(why),
            None => Verdict::Again("a lease was taken just now".into()),
        },
        Class::Floor => match floor(link, plan).await? {
            Some(account) => refused(CommitRefused::Floor { account }),
            None => Verdict::Again("a balance has risen meanwhile".into()),
        },
        Class::Again(why) => Verdict::Again(why),
        Class::NotDone(cause) | Class::Lost(cause) => {
            Verdict::Failed(CommitFailed::NotDone { cause })
        }
    })
}

/// What retired books answer instead of an incarnation.
const RETIRED: IncarnationId = IncarnationId::new(0);

const fn refused(why: CommitRefused) -> Verdict {
    Verdict::Failed(CommitFailed::Refused(why))
}

async fn fenced(link: Link<'_>, fences: &[Fence]) -> QueryResult<Option<CommitRefused>> {
    for fence in fences {
        let current = read::epoch(link, fence.key).await?.unwrap_or_default();
        let current = Epoch::new(current);
        if current != fence.epoch || current == Epoch::new(0) {
            return Ok(Some(CommitRefused::Fenced {
                key: fence.key,
                current,
                named: fence.epoch,
            }));
        }
    }
    Ok(None)
}

/// The first account that the postings, in their order, take below its floor.
async fn floor(link: Link<'_>, plan: &Plan) -> QueryResult<Option<Account>> {
    let mut balances: Vec<(Account, i64)> = Vec::new();
    for entered in &plan.entries {
        let guarded = !entered.entry.key.is_fact();
        for posting in &entered.entry.postings {
            for account in [posting.debit(), posting.credit()] {
                if !account.has_floor() {
                    continue;
                }
                let known = balances.iter().position(|(known, _)| *known == account);
                let before = match known.and_then(|place| balances.get(place)) {
                    Some((_, balance)) => *balance,
                    None => balance(link, account).await?,
                };
                let change = posting.effect_on(account);
                let after = before.saturating_add(change);
                if guarded && change < 0 && after < 0 {
                    return Ok(Some(account));
                }
                match known.and_then(|place| balances.get_mut(place)) {
                    Some((_, balance)) => *balance = after,
                    None => balances.push((account, after)),
                }
            }
        }
    }
    Ok(None)
}

async fn balance(link: Link<'_>, account: Account) -> QueryResult<i64> {
    let Some(id) = accounts::find(link, account).await? else {
        return Ok(0);
    };
    let balance: Option<i64> = first!(link, stored::table.find(id).select(stored::balance))?;
    Ok(balance.unwrap_or_default())
}
