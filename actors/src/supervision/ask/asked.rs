//! A message together with its way back.

use std::{fmt, time::Duration};

use actix::{ActorFuture, ActorFutureExt, AsyncContext, Context, Message};
use tokio::sync::oneshot;

use super::{Answer, AskFailed, Ticket};
use crate::supervision::{
    guard::{self, Guarded, StepFailed},
    life::{self, Clerk},
    rehearsal::What,
    roster::entry::Counted,
};

/// A message with its asker. It is handled by answering, which runs under guard: a panic in the step restarts the actor, answers this asker and leaves everybody else alone.
///
/// Dropping it unanswered tells the asker `Gone`.
pub struct Asked<M: Message> {
    message: M,
    reply: Reply<M::Result>,
    ticket: Ticket,
}

impl<M: Message> Message for Asked<M> {
    type Result = ();
}

impl<M: Message> Asked<M> {
    pub(super) fn new(message: M, reply: Reply<M::Result>, ticket: Ticket) -> Self {
        Self {
            message,
            reply,
            ticket,
        }
    }

    /// The message, to choose how to answer it.
    #[must_use]
    pub fn message(&self) -> &M {
        &self.message
    }

    /// Answers at once, without waiting for anything.
    pub fn answer_now<A: Clerk>(
        self,
        actor: &mut A,
        ctx: &mut Context<A>,
        step: impl FnOnce(&mut A, M, &mut Context<A>) -> M::Result,
    ) {
        if actor.life().refuses() {
            return self.gone();
        }
        self.answer_anyway(actor, ctx, step);
    }

    /// Answers after an asynchronous step during which the mailbox is closed, so messages are
    /// handled strictly in order. The step has `deadline` to end.
    ///
    /// Concurrent steps and timers of the actor stand still meanwhile, so nothing in the step may
    /// wait for one of them. For sessions: one step in the database or in Redis.
    pub fn answer_in_order<A: Clerk, F>(
        self,
        actor: &mut A,
        ctx: &mut Context<A>,
        deadline: Duration,
        step: impl FnOnce(&mut A, M, &mut Context<A>) -> F,
    ) where
        F: ActorFuture<A, Output = M::Result> + 'static,
    {
        if actor.life().refuses() {
            return self.gone();
        }
        let (message, reply) = self.open();
        let what = What::of::<M>();
        match guard::caught(actor, ctx, what, |actor, ctx| step(actor, message, ctx)) {
            Ok(step) => {
                let mut step = Guarded::new(step, what, Some(deadline));
                match step.at_once(actor, ctx) {
                    Some(end) => reply.send(end),
                    None => ctx.wait(step.map(|end, _, _| reply.send(end))),
                }
            }
            Err(failed) => reply.send(Err(failed)),
        }
    }

    /// Answers after an asynchronous step beside which the actor goes on. At most
    /// [`Limits::in_flight`](crate::supervision::Limits) of them run at once; further ones wait in
    /// order, keep their place in the mailbox, and survive a restart. The step has `deadline` to
    /// end, counted from its own beginning.
    pub fn answer_concurrently<A: Clerk, F>(
        self,
        actor: &mut A,
        ctx: &mut Context<A>,
        deadline: Duration,
        step: impl FnOnce(&mut A, M, &mut Context<A>) -> F + 'static,
    ) where
        F: ActorFuture<A, Output = M::Result> + 'static,
        M: 'static,
    {
        if actor.life().refuses() {
            return self.gone();
        }
        if actor.life().must_wait() {
            actor.life().put_back(Box::new(move |actor, ctx| {
                self.begin(actor, ctx, deadline, step);
            }));
            return;
        }
        self.begin(actor, ctx, deadline, step);
    }

    /// Tells the asker that nobody is there any more. The message was not handled.
    pub fn gone(self) {
        self.reply.finish(Err(AskFailed::Gone));
    }

    /// Tells the asker that the actor has no room for this now. The message was not handled.
    pub fn busy(self) {
        self.reply.finish(Err(AskFailed::Busy));
    }

    /// As [`Asked::answer_now`], also while the actor is draining or dead.
    pub(in crate::supervision) fn answer_anyway<A: Clerk>(
        self,
        actor: &mut A,
        ctx: &mut Context<A>,
        step: impl FnOnce(&mut A, M, &mut Context<A>) -> M::Result,
    ) {
        let (message, reply) = self.open();
        let what = What::of::<M>();
        reply.send(guard::named(actor, ctx, what, |actor, ctx| {
            step(actor, message, ctx)
        }));
    }

    fn begin<A: Clerk, F>(
        self,
        actor: &mut A,
        ctx: &mut Context<A>,
        deadline: Duration,
        step: impl FnOnce(&mut A, M, &mut Context<A>) -> F,
    ) where
        F: ActorFuture<A, Output = M::Result> + 'static,
    {
        let (message, reply) = self.open();
        let what = What::of::<M>();
        let step = match guard::caught(actor, ctx, what, |actor, ctx| step(actor, message, ctx)) {
            Ok(step) => step,
            Err(failed) => return reply.send(Err(failed)),
        };
        actor.life().step_began();
        let counted = Counted::new(&actor.life().entry, |entry| &entry.in_flight);
        let step = Guarded::new(step, what, Some(deadline));
        ctx.spawn(step.map(move |end, actor: &mut A, ctx| {
            drop(counted);
            reply.send(end);
            actor.life().step_ended();
            life::run_waiting(actor, ctx);
        }));
    }

    /// From here on the step has begun: the place in the mailbox is free, and silence means that
    /// the step was cut short.
    fn open(self) -> (M, Reply<M::Result>) {
        let Self {
            message,
            mut reply,
            ticket,
        } = self;
        drop(ticket);
        reply.begun = true;
        (message, reply)
    }
}

impl<M: Message> fmt::Debug for Asked<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

/// The way back to an asker. Dropped without an answer it still says what happened.
pub(super) struct Reply<R> {
    to: Option<oneshot::Sender<Result<R, AskFailed>>>,
    begun: bool,
}

impl<R> Reply<R> {
    pub(super) fn pair() -> (Self, Answer<R>) {
        let (to, answer) = oneshot::channel();
        let reply = Self {
            to: Some(to),
            begun: false,
        };
        (reply, answer)
    }

    fn send(self, end: Result<R, StepFailed>) {
        self.finish(end.map_err(AskFailed::Failed));
    }

    fn finish(mut self, answer: Result<R, AskFailed>) {
        if let Some(to) = self.to.take() {
            // The asker may have stopped waiting; that is its right.
            let _unheard = to.send(answer);
        }
    }
}

impl<R> Drop for Reply<R> {
    fn drop(&mut self) {
        let Some(to) = self.to.take() else { return };
        let why = match self.begun {
            true => AskFailed::Failed(StepFailed::Interrupted),
            false => AskFailed::Gone,
        };
        let _unheard = to.send(Err(why));
    }
}
