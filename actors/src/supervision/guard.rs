//! Runs one step of an actor so that a panic in it ends the step, not the actor's address.
//!
//! What was asked is answered through [`Asked`](super::Asked), which uses the same guard; here are
//! the forms for what an actor does by itself.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::atomic::Ordering,
    task::{Context as Task, Poll, Waker},
    time::Duration,
};

use actix::{ActorContext, ActorFuture, ActorFutureExt, AsyncContext, Context, SpawnHandle};
use tokio::time::{Instant, Sleep};

use super::{life::Clerk, rehearsal::What};

/// Why a step did not come to its end.
///
/// What the step had already committed stays committed: look before doing it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepFailed {
    /// The step panicked. The actor restarts with fresh memory.
    #[error("the step panicked")]
    Panicked,
    /// The step ran past its deadline and was dropped. The actor carries on with its memory.
    #[error("the step took longer than {after:?}")]
    TimedOut {
        /// The deadline of the step.
        after: Duration,
    },
    /// Another step of the same actor panicked while this one was running.
    #[error("the step was cut short by a restart")]
    Interrupted,
}

/// Runs a synchronous step.
///
/// # Errors
///
/// [`StepFailed::Panicked`]; the actor has then been told to restart.
pub fn now<A: Clerk, T>(
    actor: &mut A,
    ctx: &mut Context<A>,
    step: impl FnOnce(&mut A, &mut Context<A>) -> T,
) -> Result<T, StepFailed> {
    named(actor, ctx, What::of_value(&step), step)
}

/// The same under the name of its message.
pub(super) fn named<A: Clerk, T>(
    actor: &mut A,
    ctx: &mut Context<A>,
    what: What,
    step: impl FnOnce(&mut A, &mut Context<A>) -> T,
) -> Result<T, StepFailed> {
    let done = caught(actor, ctx, what, |actor, ctx| {
        let done = step(actor, ctx);
        what.ends(&actor.life().entry);
        done
    })?;
    actor.life().entry.progressed(Instant::now());
    Ok(done)
}

/// Starts an asynchronous step that nobody asked for. It runs beside the others.
pub fn spawn<A: Clerk>(
    ctx: &mut Context<A>,
    limit: Duration,
    step: impl ActorFuture<A, Output = ()> + 'static,
) -> SpawnHandle {
    // A failure has been logged and counted by then; there is nobody to tell.
    let what = What::of_value(&step);
    let step = beginning(what, step);
    ctx.spawn(Guarded::new(step, what, Some(limit)).map(|_end, _, _| ()))
}

/// Starts an asynchronous step that nobody asked for and during which the mailbox is closed, as in
/// [`Asked::answer_in_order`](super::Asked::answer_in_order).
pub fn in_order<A: Clerk>(
    ctx: &mut Context<A>,
    limit: Duration,
    step: impl ActorFuture<A, Output = ()> + 'static,
) {
    let what = What::of_value(&step);
    let step = beginning(what, step);
    ctx.wait(Guarded::new(step, what, Some(limit)).map(|_end, _, _| ()));
}

/// A step whose beginning is its first poll.
fn beginning<A: Clerk>(
    what: What,
    step: impl ActorFuture<A, Output = ()> + 'static,
) -> impl ActorFuture<A, Output = ()> + 'static {
    let begins = actix::fut::ready(()).map(move |(), actor: &mut A, _: &mut Context<A>| {
        what.begins(&actor.life().entry);
    });
    begins.then(|(), _, _| step)
}

/// Runs a step once after `delay`, unless the actor restarts before.
pub fn later<A: Clerk>(
    ctx: &mut Context<A>,
    delay: Duration,
    step: impl FnOnce(&mut A, &mut Context<A>) + 'static,
) -> SpawnHandle {
    ctx.run_later(delay, move |actor, ctx| {
        let _logged = now(actor, ctx, step);
    })
}

/// Runs a step again and again until the actor restarts, each `period` after the one before.
///
/// Ticks that fall into a long step are not made up for. To be armed in [`Clerk::reload`].
pub fn every<A: Clerk>(
    ctx: &mut Context<A>,
    period: Duration,
    mut step: impl FnMut(&mut A, &mut Context<A>) + 'static,
) {
    ctx.run_later(period, move |actor, ctx| {
        if now(actor, ctx, &mut step).is_ok() {
            every(ctx, period, step);
        }
    });
}

/// Runs a closure; a panic is logged, counted, and stops the actor, which the supervisor restarts.
pub(super) fn caught<A: Clerk, T>(
    actor: &mut A,
    ctx: &mut Context<A>,
    what: What,
    step: impl FnOnce(&mut A, &mut Context<A>) -> T,
) -> Result<T, StepFailed> {
    let guarded = || {
        what.begins(&actor.life().entry);
        step(actor, ctx)
    };
    match catch_unwind(AssertUnwindSafe(guarded)) {
        Ok(done) => Ok(done),
        Err(panic) => Err(panicked(actor, ctx, panic)),
    }
}

fn panicked<A: Clerk>(
    actor: &mut A,
    ctx: &mut Context<A>,
    panic: Box<dyn Any + Send>,
) -> StepFailed {
    actor.life().failed(&panic_text(panic), Instant::now());
    ctx.stop();
    StepFailed::Panicked
}

/// The text of a panic.
pub(super) fn panic_text(panic: Box<dyn Any + Send>) -> String {
    let panic = match panic.downcast::<String>() {
        Ok(text) => return *text,
        Err(panic) => panic,
    };
    match panic.downcast::<&'static str>() {
        Ok(text) => (*text).to_owned(),
        Err(other) => {
            #[expect(
                clippy::mem_forget,
                reason = "dropping a value of an unknown type might panic again"
            )]
            std::mem::forget(other);
            "a panic without a text".to_owned()
        }
    }
}

/// An asynchronous step under guard: each poll, the deadline and the drop.
pub(super) struct Guarded<F> {
    step: Option<Pin<Box<F>>>,
    what: What,
    limit: Option<Duration>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<F> Guarded<F> {
    pub(super) fn new(step: F, what: What, limit: Option<Duration>) -> Self {
        Self {
            step: Some(Box::pin(step)),
            what,
            limit,
            alarm: None,
        }
    }

    /// Takes the step as far as it goes without waiting; its end, if it came. A step that waits for
    /// nothing costs no turn of the actor's loop and no place in its list.
    pub(super) fn at_once<A: Clerk>(
        &mut self,
        actor: &mut A,
        ctx: &mut Context<A>,
    ) -> Option<Result<F::Output, StepFailed>>
    where
        F: ActorFuture<A>,
    {
        // Nobody is woken by this look: a step that waits is looked at again by the loop, at once.
        let mut task = Task::from_waker(Waker::noop());
        match Pin::new(self).poll(actor, ctx, &mut task) {
            Poll::Ready(end) => Some(end),
            Poll::Pending => None,
        }
    }

    /// Drops the step; a panic in its drop has nowhere to go and must not end the actor.
    fn drop_step(&mut self) {
        let Some(step) = self.step.take() else { return };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(step))) {
            let text = panic_text(panic);
            tracing::error!("a step panicked while it was dropped: {text}");
        }
    }

    fn overdue(&mut self, task: &mut Task<'_>) -> Option<Duration> {
        let limit = self.limit?;
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        match alarm.as_mut().poll(task) {
            Poll::Ready(()) => Some(limit),
            Poll::Pending => None,
        }
    }
}

impl<A: Clerk, F: ActorFuture<A>> ActorFuture<A> for Guarded<F> {
    type Output = Result<F::Output, StepFailed>;

    fn poll(
        self: Pin<&mut Self>,
        actor: &mut A,
        ctx: &mut Context<A>,
        task: &mut Task<'_>,
    ) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(step) = this.step.as_mut() else {
            return Poll::Ready(Err(StepFailed::Interrupted));
        };
        let what = this.what;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let polled = step.as_mut().poll(actor, ctx, task);
            if polled.is_ready() {
                what.ends(&actor.life().entry);
            }
            polled
        }));
        match polled {
            Ok(Poll::Ready(done)) => {
                this.drop_step();
                actor.life().entry.progressed(Instant::now());
                Poll::Ready(Ok(done))
            }
            Ok(Poll::Pending) => {
                let Some(after) = this.overdue(task) else {
                    return Poll::Pending;
                };
                this.drop_step();
                let life = actor.life();
                life.entry.timed_out.fetch_add(1, Ordering::Relaxed);
                let name = life.name();
                tracing::warn!(actor = name, "a step of {name} took longer than {after:?}");
                Poll::Ready(Err(StepFailed::TimedOut { after }))
            }
            Err(panic) => {
                this.drop_step();
                Poll::Ready(Err(panicked(actor, ctx, panic)))
            }
        }
    }
}

impl<F> Drop for Guarded<F> {
    fn drop(&mut self) {
        self.drop_step();
    }
}
