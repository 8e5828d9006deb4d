//! The end of an actor in good order: no new work, what was taken is finished.

use actix::{Context, Message};

use super::{ask::Asked, life::Clerk};

/// Ends an actor's intake. Answered at once; when its work is finished shows in the roster
/// ([`ActorSnapshot::is_at_rest`](super::ActorSnapshot::is_at_rest)).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Message)]
#[rtype(result = "()")]
pub struct Drain;

impl Asked<Drain> {
    /// From now on asks are answered `Gone`.
    pub fn drain<A: Clerk>(self, actor: &mut A, ctx: &mut Context<A>) {
        self.answer_now(actor, ctx, |actor, _, _| actor.life().drain());
    }
}
