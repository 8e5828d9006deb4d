//! What takes more than one query.

use std::sync::Arc;

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::ledger::TrialBalance;
use starkeeper_actors::ports::books::{
    Books, Commit, CommitFailed, CommitRefused, EraseRefused, Erasure,
};
use starkeeper_actors::ports::{Failure, Unreadable};

use crate::storage::errors::{Class, Trouble, classify, unreadable};
#[cfg(feature = "crash-points")]
use crate::storage::open::When;
use crate::storage::open::{Engine, Storage};
use crate::storage::plan::Plan;
use crate::storage::postgres::call::error_of;
use crate::storage::postgres::transaction::Ended;
use crate::storage::{calls, decode};

impl Storage {
    pub(super) async fn watched(&self, commit: Commit) -> Result<(), CommitFailed> {
        #[cfg(feature = "crash-points")]
        if let Some(watch) = &self.watch {
            watch.tell(When::Before, &commit).await;
            let told = watch.tell(When::After, &commit);
            let outcome = self.write(commit).await;
            if outcome.is_ok() {
                told.await;
            }
            return outcome;
        }
        self.write(commit).await
    }

    async fn write(&self, commit: Commit) -> Result<(), CommitFailed> {
        let plan = Plan::of(commit, &self.rules).map_err(Failure::Refused)?;
        match &self.engine {
            Engine::Postgres(postgres) => postgres.committers.commit(plan).await,
            Engine::Sqlite(sqlite) => {
                let known = Arc::clone(&sqlite.known);
                sqlite.writer.commit(plan, known).await
            }
        }
    }

    /// All balances; now and then the sums are stored, so that the next ones are short.
    pub(super) async fn balances(&self) -> Result<TrialBalance, Unreadable> {
        let (accounts, behind) = read!(self, [], q, |link| {
            let all = q::ledger::balances(link).await?;
            (all.accounts, all.behind)
        })?;
        if behind > SNAPSHOT_EVERY {
            let taken = write!(self, [], q, |link| q::ledger::take_snapshot(link).await?);
            if let Err(why) = taken {
                // Only the next sum is longer for it.
                tracing::warn!("no snapshot of the balances: {}", calls::failed(why));
            }
        }
        let balances = accounts.into_iter();
        decode::trial_balance(
            balances
                .map(|(_, kind, owner, asset, _, _, balance)| (kind, owner, asset, balance))
                .collect(),
        )
    }

    pub(super) async fn erase_person(&self, erasure: Erasure) -> Result<(), Failure<EraseRefused>> {
        let outcome = match &self.engine {
            Engine::Postgres(postgres) => {
                calls::write_postgres(&self.io, postgres, move |link| {
                    use crate::storage::postgres::queries::erase::erase;
                    Box::pin(async move { erase(link, &erasure).await })
                })
                .await
            }
            Engine::Sqlite(sqlite) => sqlite
                .writer
                .run(move |link| {
                    use crate::storage::sqlite::{at_once, queries::erase::erase};
                    at_once(async { erase(link, &erasure).await })
                })
                .await
                .map_err(Ended::RolledBack),
        };
        let trouble = match outcome {
            Ok(erased) => return erased.map_err(Failure::Refused),
            Err(Ended::RolledBack(trouble)) => trouble,
            Err(Ended::Lost(cause)) => return Err(Failure::NotDone { cause }),
            Err(Ended::Unknown(cause)) => return Err(Failure::Unknown { cause }),
        };
        let error = match trouble {
            Trouble::Refused(why) => return Err(Failure::Refused(EraseRefused::Books(why))),
            Trouble::Sql(error) => error,
        };
        let refused = |why| Failure::Refused(EraseRefused::Books(why));
        Err(match classify(&error) {
            Class::Life => {
                let books = self.incarnation().await;
                match books {
                    Ok(books) => refused(CommitRefused::OtherLife {
                        books,
                        believed: erasure.incarnation,
                    }),
                    Err(why) => Failure::not_done(why.cause),
                }
            }
            Class::Stale(row) => refused(CommitRefused::Stale { row }),
            Class::Rule(rule) => refused(CommitRefused::Rule { rule }),
            Class::Taken(_)
            | Class::Fenced
            | Class::Floor
            | Class::Handled
            | Class::Again(_)
            | Class::NotDone(_)
            | Class::Lost(_) => Failure::not_done(unreadable(&error).cause),
        })
    }

    pub(in crate::storage) async fn live_on(&self, life: IncarnationId) -> Result<(), Unreadable> {
        write!(self, [], q, |link| q::keep::adopt(link, life).await?).map_err(calls::failed)
    }
}

/// Entries between two snapshots of the shop's own balances: their sums take milliseconds.
const SNAPSHOT_EVERY: i64 = 10_000;
