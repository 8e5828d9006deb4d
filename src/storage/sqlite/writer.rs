//! The one writer: whatever waits is written in one transaction and answered when that is on the
//! disk. A piece that is refused costs the others nothing but a second try, in which each has its
//! own savepoint.

use std::sync::Arc;

use diesel::result::Error;
use starkeeper_actors::ports::books::CommitFailed;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::queries::accounts::resolve;
use super::queries::explain::{Verdict, explain};
use super::queries::write::write;
use super::{Connection, at_once};
use crate::storage::accounts::{Ids, KnownIds};
use crate::storage::errors::{Class, Trouble, classify};
use crate::storage::plan::Plan;

/// The most pieces of work in one transaction: beyond it, a batch takes longer than it saves.
const MOST_TOGETHER: usize = 64;

/// How many pieces may wait. Beyond it, callers are told at once.
const LONGEST_QUEUE: usize = 4_096;

/// How one piece went inside the transaction.
enum Went {
    /// As it should; counts once the transaction is durable.
    Well,
    /// It was refused and has left nothing; the others are not concerned.
    Refused,
    /// The engine failed: nothing of this transaction counts.
    Badly(String),
}

/// How a transaction of several pieces went.
enum Crowd {
    /// It is on the disk, all of it or all but what was refused.
    Durable { refused: bool },
    /// A piece was refused before the pieces were set apart: nothing was done.
    Mixed,
    /// Nothing was done.
    NotDone,
}

/// How the transaction ended.
#[derive(Clone)]
enum Ended {
    Durable,
    NotDone(String),
    Unknown(String),
}

/// A piece of work that writes.
trait Work: Send {
    fn run(&mut self, connection: &Connection) -> Went;
    fn answer(self: Box<Self>, ended: Ended);
}

/// The way to the writer.
#[derive(Clone)]
pub(in crate::storage) struct Writer(mpsc::Sender<Box<dyn Work>>);

impl Writer {
    /// Starts the writer on a blocking thread of the I/O runtime. It ends with its last sender,
    /// and `hold` ends with it.
    pub(in crate::storage) fn start(
        connection: Connection,
        hold: impl Send + 'static,
        io: &Handle,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(LONGEST_QUEUE);
        io.spawn_blocking(move || {
            work_off(&connection, receiver);
            drop(connection);
            drop(hold);
        });
        Self(sender)
    }

    /// Writes a commit.
    pub(in crate::storage) async fn commit(
        &self,
        plan: Plan,
        known: Arc<KnownIds>,
    ) -> Result<(), CommitFailed> {
        let (answer, answered) = oneshot::channel();
        let commit = CommitWork {
            plan,
            known,
            ids: Ids::default(),
            outcome: Err(CommitFailed::not_done("the commit did not begin")),
            answer,
        };
        if self.0.try_send(Box::new(commit)).is_err() {
            return Err(CommitFailed::not_done("too much waits for the books"));
        }
        match answered.await {
            Ok(outcome) => outcome,
            Err(_) => Err(CommitFailed::unknown("the writer stopped")),
        }
    }

    /// Runs another piece of work that writes.
    pub(in crate::storage) async fn run<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (answer, answered) = oneshot::channel();
        let other = Other {
            work,
            outcome: Err(not_done("the work did not begin")),
            answer,
        };
        if self.0.try_send(Box::new(other)).is_err() {
            return Err(not_done("too much waits for the books"));
        }
        answered
            .await
            .unwrap_or_else(|_| Err(not_done("the writer stopped")))
    }
}

fn not_done(why: &str) -> Trouble {
    let kind = diesel::result::DatabaseErrorKind::Unknown;
    Trouble::Sql(Error::DatabaseError(kind, Box::new(why.to_owned())))
}

fn work_off(connection: &Connection, mut waiting: mpsc::Receiver<Box<dyn Work>>) {
    // Savepoints copy every page that a piece changes, so only crowds with refusals have them.
    let mut apart = false;
    while let Some(first) = waiting.blocking_recv() {
        let mut together = vec![first];
        while together.len() < MOST_TOGETHER {
            match waiting.try_recv() {
                Ok(next) => together.push(next),
                Err(_) => break,
            }
        }
        if together.len() > 1 && write_crowd(connection, &mut together, &mut apart) {
            for work in together {
                work.answer(Ended::Durable);
            }
            continue;
        }
        // Alone, every failure belongs to the one that met it.
        for mut work in together {
            let ended = write_alone(connection, &mut *work);
            work.answer(ended);
        }
    }
}

/// Says whether the pieces are durable; if not, nothing of them was done.
fn write_crowd(connection: &Connection, together: &mut [Box<dyn Work>], apart: &mut bool) -> bool {
    let mut went = write_together(connection, together, *apart);
    if let Crowd::Mixed = went {
        went = write_together(connection, together, true);
    }
    match went {
        Crowd::Durable { refused } => {
            *apart = refused;
            true
        }
        Crowd::Mixed | Crowd::NotDone => false,
    }
}

/// One transaction for all; `apart` gives each piece a savepoint.
fn write_together(connection: &Connection, together: &mut [Box<dyn Work>], apart: bool) -> Crowd {
    if connection.run("BEGIN IMMEDIATE").is_err() {
        return Crowd::NotDone;
    }
    let mut crowd = Crowd::Durable { refused: false };
    for work in together {
        crowd = write_piece(connection, &mut **work, apart, crowd);
        match crowd {
            Crowd::Durable { .. } => {}
            Crowd::Mixed | Crowd::NotDone => break,
        }
    }
    if let Crowd::Durable { .. } = crowd {
        match connection.run("COMMIT") {
            Ok(()) => return crowd,
            Err(error) => {
                tracing::warn!("the books did not commit: {error}");
                crowd = Crowd::NotDone;
            }
        }
    }
    // There may be no transaction any more.
    let _gone = connection.run("ROLLBACK");
    crowd
}

/// What the crowd comes to with this piece.
fn write_piece(connection: &Connection, work: &mut dyn Work, apart: bool, before: Crowd) -> Crowd {
    if apart && connection.run("SAVEPOINT piece").is_err() {
        return Crowd::NotDone;
    }
    let (end, crowd) = match work.run(connection) {
        Went::Well => ("RELEASE piece", before),
        Went::Refused if !apart => return Crowd::Mixed,
        Went::Refused => (
            "ROLLBACK TO piece; RELEASE piece",
            Crowd::Durable { refused: true },
        ),
        // The engine may have rolled back everything by itself.
        Went::Badly(_) => return Crowd::NotDone,
    };
    if apart && connection.run(end).is_err() {
        return Crowd::NotDone;
    }
    crowd
}

fn write_alone(connection: &Connection, work: &mut dyn Work) -> Ended {
    if let Err(error) = connection.run("BEGIN IMMEDIATE") {
        return Ended::NotDone(said(&error));
    }
    let ended = match work.run(connection) {
        Went::Well => match connection.run("COMMIT") {
            Ok(()) => return Ended::Durable,
            Err(error) => of_commit(&error),
        },
        Went::Refused => Ended::Durable,
        Went::Badly(why) => Ended::NotDone(why),
    };
    // There may be no transaction any more.
    let _gone = connection.run("ROLLBACK");
    ended
}

/// A disk that fails while it writes may have kept what it said it did not.
fn of_commit(error: &Error) -> Ended {
    let said = said(error);
    if said.contains("I/O error") {
        Ended::Unknown(said)
    } else {
        Ended::NotDone(said)
    }
}

fn said(error: &Error) -> String {
    match classify(error) {
        Class::Again(why) | Class::NotDone(why) | Class::Lost(why) | Class::Rule(why) => why,
        Class::Stale(_)
        | Class::Taken(_)
        | Class::Life
        | Class::Fenced
        | Class::Floor
        | Class::Handled => error.to_string(),
    }
}

struct CommitWork {
    plan: Plan,
    known: Arc<KnownIds>,
    ids: Ids,
    outcome: Result<(), CommitFailed>,
    answer: oneshot::Sender<Result<(), CommitFailed>>,
}

impl CommitWork {
    fn write(&mut self, connection: &Connection) -> Result<(), Trouble> {
        let (mut ids, missing) = self.known.among(self.plan.accounts.iter().copied());
        let written = at_once(async {
            resolve(connection, missing, &mut ids).await?;
            write(connection, &[&self.plan], &ids).await
        });
        self.ids = ids;
        written
    }
}

impl Work for CommitWork {
    fn run(&mut self, connection: &Connection) -> Went {
        let trouble = match self.write(connection) {
            Ok(()) => {
                self.outcome = Ok(());
                return Went::Well;
            }
            Err(trouble) => trouble,
        };
        let verdict = at_once(async { Ok(explain(connection, &self.plan, trouble).await?) });
        match verdict {
            Ok(Verdict::Failed(CommitFailed::Refused(why))) => {
                self.outcome = Err(CommitFailed::Refused(why));
                Went::Refused
            }
            Ok(Verdict::Failed(
                CommitFailed::NotDone { cause } | CommitFailed::Unknown { cause },
            ))
            | Ok(Verdict::Again(cause)) => Went::Badly(cause),
            Err(Trouble::Sql(error)) => Went::Badly(said(&error)),
            Err(Trouble::Refused(why)) => Went::Badly(why.to_string()),
        }
    }

    fn answer(self: Box<Self>, ended: Ended) {
        let outcome = match ended {
            Ended::Durable => {
                if self.outcome.is_ok() {
                    self.known.learn(&self.ids);
                }
                self.outcome
            }
            Ended::NotDone(cause) => Err(CommitFailed::NotDone { cause }),
            Ended::Unknown(cause) => Err(CommitFailed::Unknown { cause }),
        };
        // Whoever asked may not wait any more; the books do not care.
        let _heard = self.answer.send(outcome);
    }
}

struct Other<W, T> {
    work: W,
    outcome: Result<T, Trouble>,
    answer: oneshot::Sender<Result<T, Trouble>>,
}

impl<T: Send, W: Fn(&Connection) -> Result<T, Trouble> + Send> Work for Other<W, T> {
    fn run(&mut self, connection: &Connection) -> Went {
        match (self.work)(connection) {
            Ok(done) => {
                self.outcome = Ok(done);
                Went::Well
            }
            Err(Trouble::Refused(why)) => {
                self.outcome = Err(Trouble::Refused(why));
                Went::Refused
            }
            Err(Trouble::Sql(error)) => match classify(&error) {
                Class::Again(why) | Class::NotDone(why) | Class::Lost(why) => Went::Badly(why),
                Class::Stale(_)
                | Class::Taken(_)
                | Class::Rule(_)
                | Class::Life
                | Class::Fenced
                | Class::Floor
                | Class::Handled => {
                    self.outcome = Err(Trouble::Sql(error));
                    Went::Refused
                }
            },
        }
    }

    fn answer(self: Box<Self>, ended: Ended) {
        let outcome = match ended {
            Ended::Durable => self.outcome,
            Ended::NotDone(why) | Ended::Unknown(why) => Err(not_done(&why)),
        };
        // Whoever asked may not wait any more.
        let _heard = self.answer.send(outcome);
    }
}
