//! What an actor shows of itself, for admin pages and tests.

use std::{fmt, marker::PhantomData};

use actix::{Context, Message};
use serde::Serialize;

use super::{ask::Asked, life::Clerk};

/// An actor that can be looked at.
pub trait Observed: Clerk {
    /// What is shown: serialisable, without secrets and without personal data.
    type Snapshot: Serialize + Send + 'static;

    /// The actor's memory at this moment.
    fn snapshot(&self) -> Self::Snapshot;
}

/// Asks an actor for its snapshot; answered between two steps.
pub struct Observe<A> {
    actor: PhantomData<fn() -> A>,
}

impl<A> Observe<A> {
    /// The question.
    #[must_use]
    pub fn new() -> Self {
        Self { actor: PhantomData }
    }
}

impl<A: Observed> Message for Observe<A> {
    type Result = A::Snapshot;
}

impl<A: Observed> Asked<Observe<A>> {
    /// Answers with the snapshot, also while the actor is draining or dead.
    pub fn show(self, actor: &mut A, ctx: &mut Context<A>) {
        self.answer_anyway(actor, ctx, |actor, _, _| actor.snapshot());
    }
}

impl<A> Default for Observe<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A> fmt::Debug for Observe<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observe")
    }
}
