//! One transaction from its beginning to its end, and what its failure means.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use diesel::result::Error;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::storage::errors::{Class, Trouble, classify};

/// One statement, or a few, of a transaction.
pub(in crate::storage) type Step<'a> =
    Pin<Box<dyn Future<Output = Result<(), Trouble>> + Send + 'a>>;

/// Sends the steps one after the other, without waiting for answers in between, and answers the
/// first failure. The server works them off in this order.
pub(in crate::storage) async fn in_order(mut steps: Vec<Step<'_>>) -> Result<(), Trouble> {
    let mut open: Vec<bool> = steps.iter().map(|_| true).collect();
    poll_fn(move |context| {
        let mut pending = false;
        for (step, open) in steps.iter_mut().zip(&mut open) {
            if !*open {
                continue;
            }
            match step.as_mut().poll(context) {
                Poll::Ready(Ok(())) => *open = false,
                Poll::Ready(Err(trouble)) => return Poll::Ready(Err(trouble)),
                Poll::Pending => pending = true,
            }
        }
        if pending {
            Poll::Pending
        } else {
            Poll::Ready(Ok(()))
        }
    })
    .await
}

/// Why a transaction did not commit.
#[derive(Debug)]
pub(in crate::storage) enum Ended {
    /// It was rolled back; the connection is good.
    RolledBack(Trouble),
    /// The connection is gone, and the commit was not sent.
    Lost(String),
    /// The connection went while the commit was on its way.
    Unknown(String),
}

/// How long PostgreSQL may work and wait in one transaction, in milliseconds. Set with every
/// transaction, so that nothing of it stays behind in a pooler's session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::storage) struct Limits {
    /// For one statement.
    pub(in crate::storage) statement: u32,
    /// For one lock.
    pub(in crate::storage) lock: u32,
}

impl Limits {
    /// Begins a transaction that writes, whatever level the server would begin by itself: the rules
    /// of the books must see what was committed before each statement.
    pub(in crate::storage) fn begin(self) -> String {
        let Self { statement, lock } = self;
        format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = {statement}; \
             SET LOCAL lock_timeout = {lock}"
        )
    }

    /// Begins one that reads, all at one moment.
    pub(in crate::storage) fn begin_reading(self) -> String {
        let Self { statement, lock } = self;
        format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
             SET LOCAL statement_timeout = {statement}; SET LOCAL lock_timeout = {lock}"
        )
    }
}

/// Ends a transaction as its work ended.
pub(in crate::storage) async fn end<T>(
    mut link: &AsyncPgConnection,
    work: Result<T, Trouble>,
) -> Result<T, Ended> {
    let trouble = match work {
        Ok(done) => {
            return match link.batch_execute("COMMIT").await {
                Ok(()) => Ok(done),
                Err(error) => Err(of_commit(error)),
            };
        }
        Err(trouble) => trouble,
    };
    if let Trouble::Sql(error) = &trouble
        && let Class::Lost(why) = classify(error)
    {
        return Err(Ended::Lost(why));
    }
    match link.batch_execute("ROLLBACK").await {
        Ok(()) => Err(Ended::RolledBack(trouble)),
        Err(error) => Err(Ended::Lost(error.to_string())),
    }
}

/// What the server refuses at the end was rolled back; an answer that did not come may have been
/// a yes.
fn of_commit(error: Error) -> Ended {
    match classify(&error) {
        Class::Lost(why) => Ended::Unknown(why),
        Class::Stale(_)
        | Class::Taken(_)
        | Class::Rule(_)
        | Class::Life
        | Class::Fenced
        | Class::Floor
        | Class::Handled
        | Class::Again(_)
        | Class::NotDone(_) => Ended::RolledBack(Trouble::Sql(error)),
    }
}
