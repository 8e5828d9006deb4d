//! Questions with a deadline, and the bounded door through which they come.
//!
//! actix alone gives no way to ask without waiting when the mailbox is full, and its limit is a
//! soft one: every clone of an address has room for one message more, so a clone for each request
//! is never refused. It also drops a queued message when its sender stops listening. Here the
//! bound is exact, counted by a ticket in each message, and a message that was taken is handled.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix::{Actor, Addr, Context, Handler, Message, Recipient, dev::SendError};
use tokio::{sync::oneshot, time::Instant};

use super::{guard::StepFailed, roster::entry::Entry, wake::WakeHandle};

mod asked;

pub use asked::Asked;
use asked::Reply;

/// Why an ask brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskFailed {
    /// The mailbox is full. Certainly not done; nothing was queued.
    #[error("the actor is busy")]
    Busy,
    /// The actor has ended, is draining or was given up. Certainly not done.
    #[error("the actor is gone")]
    Gone,
    /// No answer in time. **Unknown**: the message stays in the mailbox and is handled to its end.
    #[error("the actor did not answer within {after:?}")]
    TimedOut {
        /// The deadline of the asker.
        after: Duration,
    },
    /// The step failed on its way. **Unknown**: what it had committed stays committed.
    #[error(transparent)]
    Failed(#[from] StepFailed),
}

impl AskFailed {
    /// True when the message was certainly not handled, so that asking again repeats nothing.
    #[must_use]
    pub fn is_certainly_not_done(&self) -> bool {
        match self {
            Self::Busy | Self::Gone => true,
            Self::TimedOut { .. } | Self::Failed(_) => false,
        }
    }
}

/// The way to one actor: its address with the bound of its mailbox.
///
/// A supervised actor ends when its last door, asker and bell is dropped and it has no timer and no
/// running step; so an actor that keeps one to itself never ends.
pub struct Door<A: Actor> {
    addr: Addr<A>,
    queue: Arc<Queue>,
}

impl<A: Actor<Context = Context<A>>> Door<A> {
    pub(super) fn new(addr: Addr<A>, queue: Arc<Queue>) -> Self {
        Self { addr, queue }
    }

    /// Asks and waits for the answer, `deadline` at most. The message is queued by the call itself,
    /// so calls are handled in the order in which they are made, whenever they are awaited.
    ///
    /// A message that was taken is handled even when nobody waits any longer.
    ///
    /// # Errors
    ///
    /// See [`AskFailed`], above all for what is unknown after a time-out.
    pub fn ask<M>(
        &self,
        message: M,
        deadline: Duration,
    ) -> impl Future<Output = Result<M::Result, AskFailed>> + Send + use<A, M>
    where
        A: Handler<Asked<M>>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        let asked = self.queue.put(message, |asked| self.addr.try_send(asked));
        answer(asked, deadline)
    }

    /// The way for one kind of message only; its holder need not know the actor.
    #[must_use]
    pub fn asker<M>(&self) -> Asker<M>
    where
        A: Handler<Asked<M>>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        Asker {
            to: self.addr.clone().recipient(),
            queue: Arc::clone(&self.queue),
        }
    }

    /// The bell of the actor. All bells of one actor ring as one.
    #[must_use]
    pub fn bell(&self) -> WakeHandle
    where
        A: Handler<super::Wake>,
    {
        WakeHandle::new(self.addr.clone().recipient(), Arc::clone(&self.queue))
    }

    /// Asks that are waiting in the mailbox or for a free step.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.waiting.load(Ordering::Relaxed)
    }

    /// False when the actor has ended for good.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.addr.connected()
    }
}

impl<A: Actor> Clone for Door<A> {
    fn clone(&self) -> Self {
        Self {
            addr: self.addr.clone(),
            queue: Arc::clone(&self.queue),
        }
    }
}

impl<A: Actor> fmt::Debug for Door<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("name", &self.queue.entry.name)
            .finish_non_exhaustive()
    }
}

/// The way to an actor for one kind of message.
pub struct Asker<M: Message + Send + 'static>
where
    M::Result: Send,
{
    to: Recipient<Asked<M>>,
    queue: Arc<Queue>,
}

impl<M: Message + Send + 'static> Asker<M>
where
    M::Result: Send,
{
    /// As [`Door::ask`].
    ///
    /// # Errors
    ///
    /// See [`AskFailed`].
    pub fn ask(
        &self,
        message: M,
        deadline: Duration,
    ) -> impl Future<Output = Result<M::Result, AskFailed>> + Send + use<M> {
        let asked = self.queue.put(message, |asked| self.to.try_send(asked));
        answer(asked, deadline)
    }
}

impl<M: Message + Send + 'static> Clone for Asker<M>
where
    M::Result: Send,
{
    fn clone(&self) -> Self {
        Self {
            to: self.to.clone(),
            queue: Arc::clone(&self.queue),
        }
    }
}

impl<M: Message + Send + 'static> fmt::Debug for Asker<M>
where
    M::Result: Send,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asker")
            .field("name", &self.queue.entry.name)
            .finish_non_exhaustive()
    }
}

type Answer<R> = oneshot::Receiver<Result<R, AskFailed>>;

/// Not an `async fn`: its future must not start before the deadline does.
fn answer<R: Send + 'static>(
    asked: Result<Answer<R>, AskFailed>,
    deadline: Duration,
) -> impl Future<Output = Result<R, AskFailed>> + Send + use<R> {
    let until = Instant::now().checked_add(deadline);
    async move {
        let answer = asked?;
        let late = AskFailed::TimedOut { after: deadline };
        let answered = match until {
            Some(until) => tokio::time::timeout_at(until, answer)
                .await
                .map_err(|_elapsed| late)?,
            None => answer.await,
        };
        // Whoever drops a reply says why, so an unexplained silence means the actor has ended.
        answered.unwrap_or(Err(AskFailed::Gone))
    }
}

/// The exact bound of one mailbox, and the bell beside it: all that senders share.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: AtomicUsize,
    pub(super) bell: AtomicBool,
    pub(super) entry: Arc<Entry>,
}

impl Queue {
    pub(super) fn new(entry: Arc<Entry>) -> Self {
        Self {
            waiting: AtomicUsize::new(0),
            bell: AtomicBool::new(false),
            entry,
        }
    }

    fn put<M>(
        self: &Arc<Self>,
        message: M,
        send: impl FnOnce(Asked<M>) -> Result<(), SendError<Asked<M>>>,
    ) -> Result<Answer<M::Result>, AskFailed>
    where
        M: Message + Send + 'static,
        M::Result: Send,
    {
        let ticket = self.enter()?;
        let (reply, answer) = Reply::pair();
        match send(Asked::new(message, reply, ticket)) {
            Ok(()) => {
                self.entry.asks.fetch_add(1, Ordering::Relaxed);
                Ok(answer)
            }
            Err(SendError::Full(_)) => Err(self.refuse()),
            Err(SendError::Closed(_)) => Err(AskFailed::Gone),
        }
    }

    fn enter(self: &Arc<Self>) -> Result<Ticket, AskFailed> {
        let limit = self.entry.limits.mailbox;
        let entered = self
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |waiting| {
                (waiting < limit).then(|| waiting.saturating_add(1))
            });
        match entered {
            Ok(_) => {
                self.entry.waiting.fetch_add(1, Ordering::Relaxed);
                Ok(Ticket {
                    queue: Arc::clone(self),
                })
            }
            Err(_) => Err(self.refuse()),
        }
    }

    fn refuse(&self) -> AskFailed {
        self.entry.refused.fetch_add(1, Ordering::Relaxed);
        AskFailed::Busy
    }
}

/// A place in a mailbox, given back when the step begins or the message is dropped.
#[derive(Debug)]
struct Ticket {
    queue: Arc<Queue>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.queue.waiting.fetch_sub(1, Ordering::AcqRel);
        self.queue.entry.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
