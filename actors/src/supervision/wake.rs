//! A wake: "look at the books". It carries nothing, and many at once are one.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use actix::{Context, Message, Recipient};
use tokio::time::Instant;

use super::{
    ask::Queue,
    guard,
    life::Clerk,
    rehearsal::What,
    roster::{
        Limits,
        entry::{Entry, Kind},
    },
};

/// The message. An actor handles it with [`Wake::look`].
///
/// Losing one costs only time: every actor that takes wakes also looks by a timer every 2 s.
pub struct Wake {
    queue: Arc<Queue>,
}

impl Message for Wake {
    type Result = ();
}

impl Wake {
    /// Looks, under guard. A wake that comes during or after the look leads to another look.
    pub fn look<A: Clerk>(
        self,
        actor: &mut A,
        ctx: &mut Context<A>,
        step: impl FnOnce(&mut A, &mut Context<A>),
    ) {
        // Before the look, so that no wake for something newer is merged into this one.
        drop(self);
        if actor.life().is_dead() {
            return;
        }
        let _logged = guard::named(actor, ctx, What::of::<Wake>(), step);
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        // A swap, not a store: whoever found the flag set has committed before this look begins.
        self.queue.bell.swap(false, Ordering::AcqRel);
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake")
    }
}

/// Wakes one actor.
#[derive(Clone)]
pub struct WakeHandle {
    /// None for [`WakeHandle::unheard`].
    to: Option<Recipient<Wake>>,
    queue: Arc<Queue>,
}

impl WakeHandle {
    /// A bell that nobody hears, for a neighbour that does not run in this daemon. What it would
    /// have been woken for is due in the books, where the replica that runs it finds it.
    #[must_use]
    pub fn unheard(name: &'static str) -> Self {
        let entry = Entry::new(name, Kind::Single, Limits::default(), Instant::now());
        Self {
            to: None,
            queue: Arc::new(Queue::new(Arc::new(entry))),
        }
    }

    pub(super) fn new(to: Recipient<Wake>, queue: Arc<Queue>) -> Self {
        let to = Some(to);
        Self { to, queue }
    }

    /// Never waits and never fails. At most one wake is pending for an actor, whoever sent it.
    pub fn wake(&self) {
        let Some(to) = &self.to else {
            return;
        };
        if self.queue.bell.swap(true, Ordering::AcqRel) {
            return;
        }
        let wake = Wake {
            queue: Arc::clone(&self.queue),
        };
        // A refused wake is dropped, which clears the flag: the next one tries again.
        if to.try_send(wake).is_ok() {
            self.queue.entry.wakes.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for WakeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WakeHandle")
            .field("to", &self.queue.entry.name)
            .finish_non_exhaustive()
    }
}
