//! The machine that all actors share: careful clerks who may lose their memory at any time.
//!
//! # What it guarantees
//!
//! - A panic in a step, a timer, a continuation or in loading is caught. It is logged once, counted
//!   in the [`Roster`], and the actor restarts: its running steps and timers are gone,
//!   [`Clerk::forget`] drops its memory, [`Clerk::reload`] loads it from the books. The mailbox
//!   stays: what was queued is handled afterwards, in order.
//! - The asker of a failed step hears [`AskFailed::Failed`], never nothing.
//! - Restarts wait longer and longer; after too many the actor is dead, [`Roster::fatal`] resolves,
//!   and the daemon is to end. Members of a [`Crowd`] (sessions) never end the daemon.
//! - A mailbox takes exactly [`Limits::mailbox`] asks; one more is answered [`AskFailed::Busy`].
//!   What was taken is handled, even when the asker no longer waits.
//! - An outside call always has an outcome, and its late answer never reaches a memory for which it
//!   was not made.
//!
//! A step past its deadline is dropped without a restart. It may have committed; the stored
//! version refuses what the memory does not know. Marks that a step leaves in memory (a key in
//! work) belong to an [`effect`], whose continuation always runs.
//!
//! # An actor
//!
//! ```
//! use std::time::Duration;
//! use actix::prelude::*;
//! use starkeeper_actors::supervision::{self, *};
//!
//! #[derive(Message)]
//! #[rtype(result = "u64")]
//! struct Deposit(u64);
//!
//! struct Till { life: Life<Self>, io: Io, sum: u64, looks: u64 }
//!
//! impl Clerk for Till {
//!     fn life(&mut self) -> &mut Life<Self> { &mut self.life }
//!     fn forget(&mut self) { (self.sum, self.looks) = (0, 0) }
//!     fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
//!         guard::every(ctx, Duration::from_secs(2), Self::look);
//!         Loading::after(async { 100 }.into_actor(self).map(|sum, till: &mut Self, _| till.sum = sum))
//!     }
//! }
//! impl Actor for Till {
//!     type Context = Context<Self>;
//!     fn started(&mut self, ctx: &mut Context<Self>) { supervision::started(self, ctx) }
//! }
//! impl Supervised for Till {
//!     fn restarting(&mut self, ctx: &mut Context<Self>) { supervision::restarting(self, ctx) }
//! }
//! impl Handler<Asked<Deposit>> for Till {
//!     type Result = ();
//!     fn handle(&mut self, asked: Asked<Deposit>, ctx: &mut Context<Self>) {
//!         asked.answer_concurrently(self, ctx, Duration::from_secs(5), |till, deposit, _| {
//!             let stored = async move { deposit.0 }; // a port: commit it to the books
//!             stored.into_actor(till).map(|amount, till: &mut Self, _| { till.sum += amount; till.sum })
//!         });
//!     }
//! }
//! impl Handler<Wake> for Till {
//!     type Result = ();
//!     fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) { wake.look(self, ctx, Self::look) }
//! }
//! impl Till {
//!     fn look(&mut self, ctx: &mut Context<Self>) {
//!         let call = async { "an outside call" };
//!         effect::start(self, ctx, &self.io.clone(), Duration::from_secs(9), call, |till, outcome, _| {
//!             if outcome.is_ok() { till.looks += 1 }
//!         });
//!     }
//! }
//!
//! # actix::System::new().block_on(async {
//! let roster = Roster::new(tokio::time::Instant::now());
//! let seat = roster.enlist("till", Limits::default());
//! let till = supervision::start(seat, |life| Till { life, io: Io::inline(), sum: 0, looks: 0 });
//! till.bell().wake();
//! assert_eq!(till.ask(Deposit(5), Duration::from_secs(6)).await, Ok(105));
//! # });
//! ```

pub mod ask;
pub mod drain;
pub mod effect;
pub mod guard;
pub mod in_flight;
pub mod life;
pub mod observe;
mod rehearsal;
pub mod restart_budget;
pub mod roster;
pub mod wake;

pub use ask::{AskFailed, Asked, Asker, Door};
pub use drain::Drain;
pub use effect::{EffectFailed, Io};
pub use guard::StepFailed;
pub use in_flight::{Begin, End, InFlight};
pub use life::{Clerk, Life, Loading, Seat, restarting, start, start_in, started};
pub use observe::{Observe, Observed};
#[cfg(feature = "testing")]
pub use rehearsal::{Met, Moment, Rehearsal};
pub use restart_budget::RestartPolicy;
pub use roster::{ActorSnapshot, Crowd, Fatal, Limits, Phase, Roster, RosterSnapshot};
pub use wake::{Wake, WakeHandle};
