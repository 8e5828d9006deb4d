//! The end in good order: intake first, then each actor from the highest rank asker down to the
//! sink, each until its work is at rest or its time is up.

use std::time::Duration;

use actix::{Actor, Context, Handler};
use tokio::time::Instant;

use super::{ActorSystem, DrainSettings, PaymentSide};
use crate::browser_pool::CloseAll;
use crate::cookie_refresh::CookieRefresh;
use crate::notifier::Notifier;
use crate::payment::Payment;
use crate::pricing::Pricing;
use crate::supervision::{Asked, Door, Drain, Roster};

/// What was left undone at the end; all of it is due in the books.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DrainReport {
    /// Sessions that did not end in time.
    pub sessions: usize,
    /// Actors that were not at rest in time.
    pub cut_off: Vec<Left>,
}

/// An actor that was not at rest in time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// Which.
    pub actor: &'static str,
    /// Asks that waited.
    pub waiting: usize,
    /// Steps and outside calls that ran.
    pub running: usize,
}

impl DrainReport {
    /// Whether nothing was cut off.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.sessions == 0 && self.cut_off.is_empty()
    }
}

impl ActorSystem {
    /// Ends every actor in order. Stop the intake (HTTP, polling) before, and the actix system
    /// afterwards.
    pub async fn drain(&self) -> DrainReport {
        let sessions = self.directory.drain(self.drain.sessions).await;
        let mut report = DrainReport {
            sessions,
            cut_off: Vec::new(),
        };
        let actor = self.drain.actor;
        report
            .cut_off
            .extend(self.end("payment", &self.payment, actor).await);
        report
            .cut_off
            .extend(self.end("fulfilment", &self.fulfilment, actor).await);
        report
            .cut_off
            .extend(self.end("pricing", &self.till.pricing, actor).await);
        report.cut_off.extend(
            self.end("cookie_refresh", &self.till.cookie_refresh, actor)
                .await,
        );
        report.cut_off.extend(self.close_browsers().await);
        if let Some(notifier) = &self.notifier {
            report
                .cut_off
                .extend(self.end("notifier", notifier, actor).await);
        }
        report
    }

    async fn end<A>(&self, name: &'static str, door: &Door<A>, limit: Duration) -> Option<Left>
    where
        A: Actor<Context = Context<A>> + Handler<Asked<Drain>>,
    {
        end(&self.roster, self.drain.look, name, door, limit).await
    }

    async fn close_browsers(&self) -> Option<Left> {
        let closed = self
            .till
            .browser_pool
            .ask(CloseAll, self.drain.browsers)
            .await;
        let cut_off = Left {
            actor: "browser_pool",
            waiting: 0,
            running: 1,
        };
        closed.is_err().then_some(cut_off)
    }
}

impl PaymentSide {
    /// Ends the payment actor. Stop the intake (HTTP) before, and the actix system afterwards.
    pub async fn drain(&self) -> DrainReport {
        let DrainSettings { actor, look, .. } = self.drain;
        let left = end(&self.roster, look, "payment", &self.payment, actor).await;
        DrainReport {
            sessions: 0,
            cut_off: left.into_iter().collect(),
        }
    }
}

/// Asks one actor to end, and waits until it is at rest or its time is up.
async fn end<A>(
    roster: &Roster,
    look: Duration,
    name: &'static str,
    door: &Door<A>,
    limit: Duration,
) -> Option<Left>
where
    A: Actor<Context = Context<A>> + Handler<Asked<Drain>>,
{
    let until = Instant::now() + limit;
    // Gone means that it has ended already.
    let _asked = door.ask(Drain, limit).await;
    loop {
        let snapshot = roster.snapshot(Instant::now());
        let line = snapshot.actor(name)?;
        if line.is_at_rest() {
            return None;
        }
        if Instant::now() >= until {
            let running = line.in_flight.saturating_add(line.effects);
            return Some(Left {
                actor: name,
                waiting: line.waiting,
                running,
            });
        }
        tokio::time::sleep(look).await;
    }
}

impl Handler<Asked<Drain>> for Payment {
    type Result = ();

    fn handle(&mut self, asked: Asked<Drain>, ctx: &mut Context<Self>) {
        asked.drain(self, ctx);
    }
}

impl Handler<Asked<Drain>> for Pricing {
    type Result = ();

    fn handle(&mut self, asked: Asked<Drain>, ctx: &mut Context<Self>) {
        asked.drain(self, ctx);
    }
}

impl Handler<Asked<Drain>> for CookieRefresh {
    type Result = ();

    fn handle(&mut self, asked: Asked<Drain>, ctx: &mut Context<Self>) {
        asked.drain(self, ctx);
    }
}

impl Handler<Asked<Drain>> for Notifier {
    type Result = ();

    fn handle(&mut self, asked: Asked<Drain>, ctx: &mut Context<Self>) {
        asked.drain(self, ctx);
    }
}
