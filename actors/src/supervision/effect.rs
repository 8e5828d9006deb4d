//! Outside calls: the browser, Heleket, TON, Telegram. They run on the I/O runtime with a
//! deadline, outlive a restart of the actor that started them, and always have an outcome.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use futures_util::FutureExt;
use tokio::{runtime::Handle, sync::oneshot};

use super::{
    guard::{self, Guarded},
    life::{Clerk, Life},
    rehearsal::What,
    roster::entry::{Counted, Entry},
};

/// Why an outside call brought nothing back. In all three cases it **may have happened**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EffectFailed {
    /// It ran past its deadline and was dropped.
    #[error("the call took longer than {after:?}")]
    TimedOut {
        /// The deadline of the call.
        after: Duration,
    },
    /// It panicked.
    #[error("the call panicked")]
    Panicked,
    /// The I/O runtime ended before the call did.
    #[error("the call was cut short: the i/o runtime has ended")]
    CutShort,
}

/// Where outside calls run.
///
/// Connections belong to the runtime that opened them, so in the daemon all calls go to one.
#[derive(Clone, Debug)]
pub struct Io {
    runtime: Option<Handle>,
}

impl Io {
    /// On this runtime.
    #[must_use]
    pub fn runtime(handle: Handle) -> Self {
        Self {
            runtime: Some(handle),
        }
    }

    /// On the arbiter of the caller, for tests that pause the clock.
    #[must_use]
    pub fn inline() -> Self {
        Self { runtime: None }
    }

    /// Starts a call at once; the future waits for its outcome and belongs into a step, whose own
    /// deadline should be the longer one.
    ///
    /// Dropping the future does not stop the call; its answer is then counted as stale.
    ///
    /// # Errors
    ///
    /// See [`EffectFailed`].
    pub fn call<A, T, C>(
        &self,
        life: &Life<A>,
        deadline: Duration,
        call: C,
    ) -> impl Future<Output = Result<T, EffectFailed>> + Send + use<A, T, C>
    where
        A: Clerk,
        T: Send + 'static,
        C: Future<Output = T> + Send + 'static,
    {
        let entry = Arc::clone(&life.entry);
        let (to, outcome) = oneshot::channel();
        // Boxed at once: it would be moved as a whole at every step from here to its task.
        let task = run(entry, deadline, Box::pin(call), to);
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(task)),
            None => drop(actix_rt::spawn(task)),
        }
        outcome.map(|outcome| outcome.unwrap_or(Err(EffectFailed::CutShort)))
    }
}

/// Starts a call and, when it ends, continues on the actor, under guard.
///
/// `then` runs exactly once with every outcome, unless the actor has restarted meanwhile: then it
/// is gone with the memory for which it was made, the late answer is dropped and counted, and the
/// actor finds out by looking at the books.
pub fn start<A: Clerk, T: Send + 'static>(
    actor: &mut A,
    ctx: &mut Context<A>,
    io: &Io,
    deadline: Duration,
    call: impl Future<Output = T> + Send + 'static,
    then: impl FnOnce(&mut A, Result<T, EffectFailed>, &mut Context<A>) + 'static,
) {
    let outcome = io.call(actor.life(), deadline, call);
    let what = What::of_value(&then);
    let step = outcome.into_actor(actor).map(then_on(what, then));
    ctx.spawn(Guarded::new(step, what, None).map(|_logged, _, _| ()));
}

/// Runs one part of an outside call under a deadline of its own, so that the rest of the call can
/// still tidy up after it. A panic in it is one of its outcomes and is logged here.
///
/// # Errors
///
/// See [`EffectFailed`]: it may have happened.
pub async fn part<T>(deadline: Duration, call: impl Future<Output = T>) -> Result<T, EffectFailed> {
    let guarded = AssertUnwindSafe(tokio::time::timeout(deadline, call)).catch_unwind();
    match guarded.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_elapsed)) => Err(EffectFailed::TimedOut { after: deadline }),
        Err(panic) => {
            let text = guard::panic_text(panic);
            tracing::error!("a part of an outside call panicked: {text}");
            Err(EffectFailed::Panicked)
        }
    }
}

/// Turns the continuation's arguments into the order in which it reads best.
fn then_on<A: Clerk, T>(
    what: What,
    then: impl FnOnce(&mut A, Result<T, EffectFailed>, &mut Context<A>),
) -> impl FnOnce(Result<T, EffectFailed>, &mut A, &mut Context<A>) {
    move |outcome, actor, ctx| {
        what.begins(&actor.life().entry);
        then(actor, outcome, ctx);
    }
}

async fn run<T>(
    entry: Arc<Entry>,
    deadline: Duration,
    call: impl Future<Output = T>,
    to: oneshot::Sender<Result<T, EffectFailed>>,
) {
    let counted = Counted::new(&entry, |entry| &entry.effects);
    // The deadline sits inside, so that the drop of a late call is under guard as well.
    let guarded = AssertUnwindSafe(tokio::time::timeout(deadline, call)).catch_unwind();
    let outcome = match guarded.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_elapsed)) => Err(EffectFailed::TimedOut { after: deadline }),
        Err(panic) => {
            let (name, text) = (entry.name, guard::panic_text(panic));
            entry.panicked(&text);
            tracing::error!(actor = name, "an outside call of {name} panicked: {text}");
            Err(EffectFailed::Panicked)
        }
    };
    drop(counted);
    let counter = match &outcome {
        Ok(_) => &entry.effects_ended,
        Err(_) => &entry.effects_failed,
    };
    counter.fetch_add(1, Ordering::Relaxed);
    if to.send(outcome).is_err() {
        entry.stale_answers.fetch_add(1, Ordering::Relaxed);
    }
}
