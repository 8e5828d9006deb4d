//! Commits that wait are written together: one transaction, sets of rows, one answer from the disk.
//!
//! A commit that is alone goes at once. Commits that write the same row are never together, and if
//! anything is refused, each is written by itself, so that a refusal is exact.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use starkeeper_actors::ports::books::CommitFailed;
use tokio::sync::{Notify, oneshot};

use super::pool::{Borrowed, Pool, give_up};
use super::queries::accounts::resolve;
use super::queries::explain::{Verdict, explain};
use super::queries::write::write;
use super::transaction::{Ended, Limits, Step, end, in_order};
use crate::storage::accounts::KnownIds;
use crate::storage::errors::{Class, Trouble, classify};
use crate::storage::plan::Plan;

/// The most commits in one transaction.
const MOST_TOGETHER: usize = 64;

/// How many commits may wait. Beyond it, callers are told at once.
const LONGEST_QUEUE: usize = 4_096;

/// How long everything of one transaction may take, beyond what the server allows a statement.
const PATIENCE: Duration = Duration::from_secs(8);

/// How often the same is tried again after others were faster.
const TRIES: usize = 6;

type Answer = oneshot::Sender<Result<(), CommitFailed>>;

struct Waiting {
    plan: Plan,
    answer: Answer,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Rows of the transactions that run.
    busy: HashSet<(&'static str, String)>,
    closed: bool,
}

/// What the committers share.
struct Shared {
    queue: Mutex<Queue>,
    ring: Notify,
    pool: Pool,
    known: Arc<KnownIds>,
    limits: Limits,
}

/// The way to the committers. They end with it.
pub(in crate::storage) struct Committers(Arc<Shared>);

impl Drop for Committers {
    fn drop(&mut self) {
        self.0.queue().closed = true;
        self.0.ring.notify_waiters();
    }
}

impl Committers {
    /// Starts so many committers on the runtime that polls this.
    pub(in crate::storage) fn start(
        pool: Pool,
        many: usize,
        known: Arc<KnownIds>,
        limits: Limits,
        io: &tokio::runtime::Handle,
    ) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::default()),
            ring: Notify::new(),
            pool,
            known,
            limits,
        });
        for _ in 0..many.max(1) {
            io.spawn(Arc::clone(&shared).work());
        }
        Self(shared)
    }

    /// Writes a commit.
    pub(in crate::storage) async fn commit(&self, plan: Plan) -> Result<(), CommitFailed> {
        let (answer, answered) = oneshot::channel();
        {
            let mut queue = self.0.queue();
            if queue.waiting.len() >= LONGEST_QUEUE {
                return Err(CommitFailed::not_done("too much waits for the books"));
            }
            queue.waiting.push_back(Waiting { plan, answer });
        }
        self.0.ring.notify_one();
        answered
            .await
            .unwrap_or_else(|_| Err(CommitFailed::unknown("the committer stopped")))
    }
}

impl Queue {
    /// What may go now, in the order in which it came.
    fn take(&mut self) -> Vec<Waiting> {
        let mut together = Vec::new();
        let mut rest = VecDeque::new();
        while let Some(next) = self.waiting.pop_front() {
            let free = together.len() < MOST_TOGETHER && next.plan.touched.is_disjoint(&self.busy);
            if free {
                self.busy.extend(next.plan.touched.iter().cloned());
                together.push(next);
            } else {
                rest.push_back(next);
            }
            if together.len() == MOST_TOGETHER {
                break;
            }
        }
        rest.append(&mut self.waiting);
        self.waiting = rest;
        together
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn work(self: Arc<Self>) {
        loop {
            let ring = self.ring.notified();
            let (together, more) = {
                let mut queue = self.queue();
                let together = queue.take();
                if together.is_empty() && queue.closed {
                    return;
                }
                (together, !queue.waiting.is_empty())
            };
            if together.is_empty() {
                ring.await;
                continue;
            }
            if more {
                self.ring.notify_one();
            }
            let touched: Vec<_> = together
                .iter()
                .flat_map(|waiting| waiting.plan.touched.iter().cloned())
                .collect();
            self.write(together).await;
            let mut queue = self.queue();
            for row in touched {
                queue.busy.remove(&row);
            }
            if !queue.waiting.is_empty() {
                self.ring.notify_one();
            }
        }
    }

    async fn write(&self, together: Vec<Waiting>) {
        let plans: Vec<&Plan> = together.iter().map(|waiting| &waiting.plan).collect();
        if plans.len() > 1 {
            let outcome = self.write_together(&plans).await;
            match outcome {
                Ok(()) => return answer_all(together, &Ok(())),
                Err(Ended::Unknown(cause)) => {
                    return answer_all(together, &Err(CommitFailed::Unknown { cause }));
                }
                // Alone, each refusal finds its own commit.
                Err(Ended::RolledBack(_) | Ended::Lost(_)) => {}
            }
        }
        for waiting in together {
            let outcome = self.write_alone(&waiting.plan).await;
            // Whoever asked may not wait any more; the books do not care.
            let _heard = waiting.answer.send(outcome);
        }
    }

    async fn write_together(&self, plans: &[&Plan]) -> Result<(), Ended> {
        let connection = self.borrow().await.map_err(Ended::Lost)?;
        let written = self.attempt(&connection, plans).await;
        self.bring_back(connection, &written);
        written
    }

    /// Until it is done, refused, or others were faster too often.
    async fn write_alone(&self, plan: &Plan) -> Result<(), CommitFailed> {
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(2))
            .with_max_delay(Duration::from_millis(200))
            .with_max_times(TRIES)
            .with_jitter()
            .build();
        loop {
            let cause = match self.try_alone(plan).await {
                Ok(()) => return Ok(()),
                Err(Verdict::Failed(failed)) => return Err(failed),
                Err(Verdict::Again(cause)) => cause,
            };
            let Some(pause) = pauses.next() else {
                return Err(CommitFailed::NotDone { cause });
            };
            tokio::time::sleep(pause).await;
        }
    }

    async fn try_alone(&self, plan: &Plan) -> Result<(), Verdict> {
        let not_done = |cause| Verdict::Failed(CommitFailed::NotDone { cause });
        let connection = self.borrow().await.map_err(not_done)?;
        let written = self.attempt(&connection, &[plan]).await;
        let trouble = match written {
            Ok(()) => {
                drop(connection);
                return Ok(());
            }
            Err(Ended::RolledBack(trouble)) => trouble,
            Err(Ended::Lost(cause)) => {
                give_up(&self.pool, connection);
                return Err(Verdict::Again(cause));
            }
            Err(Ended::Unknown(cause)) => {
                give_up(&self.pool, connection);
                return Err(Verdict::Failed(CommitFailed::Unknown { cause }));
            }
        };
        let explained = explain(&connection, plan, trouble);
        match tokio::time::timeout(PATIENCE, explained).await {
            Ok(Ok(verdict)) => Err(verdict),
            Ok(Err(error)) => Err(Verdict::Again(error.to_string())),
            Err(_) => {
                give_up(&self.pool, connection);
                Err(not_done("the server does not answer".into()))
            }
        }
    }

    async fn attempt(&self, connection: &AsyncPgConnection, plans: &[&Plan]) -> Result<(), Ended> {
        let work = self.work_of(connection, plans);
        let Ok(work) = tokio::time::timeout(PATIENCE, work).await else {
            // The commit was not sent; the server rolls back when the connection goes.
            return Err(Ended::Lost("the server does not answer".into()));
        };
        match tokio::time::timeout(PATIENCE, end(connection, work)).await {
            Ok(ended) => ended,
            Err(_) => Err(Ended::Unknown("the server does not answer".into())),
        }
    }

    async fn work_of(
        &self,
        connection: &AsyncPgConnection,
        plans: &[&Plan],
    ) -> Result<(), Trouble> {
        let accounts = plans.iter().flat_map(|plan| plan.accounts.iter().copied());
        let (mut ids, missing) = self.known.among(accounts);
        if !missing.is_empty() {
            // Each by itself and for good, before the transaction.
            resolve(connection, missing, &mut ids).await?;
            self.known.learn(&ids);
        }
        let begin: Step<'_> = Box::pin(async {
            let begin = self.limits.begin();
            Ok((&mut &*connection).batch_execute(&begin).await?)
        });
        in_order(vec![begin, Box::pin(write(connection, plans, &ids))]).await
    }

    async fn borrow(&self) -> Result<Borrowed, String> {
        self.pool.get().await.map_err(|why| why.to_string())
    }

    fn bring_back(&self, connection: Borrowed, written: &Result<(), Ended>) {
        match written {
            Ok(()) | Err(Ended::RolledBack(_)) => drop(connection),
            Err(Ended::Lost(_) | Ended::Unknown(_)) => give_up(&self.pool, connection),
        }
    }
}

fn answer_all(together: Vec<Waiting>, outcome: &Result<(), CommitFailed>) {
    for waiting in together {
        // Whoever asked may not wait any more.
        let _heard = waiting.answer.send(outcome.clone());
    }
}

/// Whether a transaction that only the server ended may be tried again.
pub(in crate::storage) fn is_for_again(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Sql(error) => match classify(error) {
            // Somebody was there first: looking again finds what they left.
            Class::Again(_) | Class::Stale(_) | Class::Taken(_) => true,
            Class::Rule(_)
            | Class::Life
            | Class::Fenced
            | Class::Floor
            | Class::Handled
            | Class::NotDone(_)
            | Class::Lost(_) => false,
        },
        Trouble::Refused(_) => false,
    }
}
