//! The clerk of the pool: does outside what the slots ask for.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix::{Actor, ActorFutureExt, Context, Handler, Supervised, WrapFuture};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{
    BrowserPoolSettings, CloseAll, Lend, LendRefused, PoolSnapshot, Return, Verdict,
    slots::{Slots, Step, WaiterId},
};
use crate::{
    domain::login::Login,
    office::Office,
    ports::{
        Browsers,
        market::{BrowserId, Slot, SlotKind},
    },
    supervision::{self, Asked, Clerk, Life, Loading, Observe, Observed, effect, guard},
};

/// The pool.
pub struct BrowserPool {
    life: Life<Self>,
    office: Office,
    logins: watch::Receiver<Arc<Vec<Login>>>,
    settings: BrowserPoolSettings,
    slots: Slots,
    waiting: BTreeMap<WaiterId, oneshot::Sender<Result<Slot, LendRefused>>>,
    next_waiter: u64,
    /// Who waits for the last browser to be closed.
    closing: Vec<oneshot::Sender<()>>,
}

impl BrowserPool {
    pub(super) fn new(
        life: Life<Self>,
        office: Office,
        logins: watch::Receiver<Arc<Vec<Login>>>,
        settings: BrowserPoolSettings,
    ) -> Self {
        let slots = no_slots(&office, &settings);
        Self {
            life,
            office,
            logins,
            settings,
            slots,
            waiting: BTreeMap::new(),
            next_waiter: 0,
            closing: Vec::new(),
        }
    }

    fn lend(&mut self, lend: Lend, ctx: &mut Context<Self>) -> Granted {
        let (grant, granted) = oneshot::channel();
        self.next_waiter = self.next_waiter.wrapping_add(1);
        let waiter = WaiterId(self.next_waiter);
        self.waiting.insert(waiter, grant);
        self.see_logins();
        self.slots.lend(waiter, lend, Instant::now());
        self.perform(ctx);
        granted
    }

    fn take_back(&mut self, back: Return, ctx: &mut Context<Self>) {
        match back.verdict {
            Verdict::Good | Verdict::LoggedOut | Verdict::PathBlocked => {}
            Verdict::Broken => {
                tracing::warn!(slot = ?back.slot, "a borrower says its browser is broken");
            }
        }
        self.slots.returned(back, Instant::now());
        self.perform(ctx);
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        self.see_logins();
        self.slots.tick(Instant::now());
        self.perform(ctx);
    }

    fn shut(&mut self, ctx: &mut Context<Self>) -> oneshot::Receiver<()> {
        let (done, closed) = oneshot::channel();
        self.closing.push(done);
        self.slots.shut(Instant::now());
        self.perform(ctx);
        closed
    }

    fn see_logins(&mut self) {
        let logins = Arc::clone(&self.logins.borrow());
        self.slots.see_logins(&logins);
    }

    /// Does what the slots ask for, until they ask for nothing more.
    fn perform(&mut self, ctx: &mut Context<Self>) {
        loop {
            let steps = self.slots.take_steps();
            if steps.is_empty() {
                break;
            }
            for step in steps {
                self.step(step, ctx);
            }
        }
        if !self.closing.is_empty() && self.slots.is_empty() {
            for done in self.closing.drain(..) {
                // Whoever asked may have stopped waiting.
                let _unheard = done.send(());
            }
        }
    }

    fn step(&mut self, step: Step, ctx: &mut Context<Self>) {
        match step {
            Step::Open { browser, kind } => self.open(browser, kind, ctx),
            Step::Probe { browser } => self.probe(browser, ctx),
            Step::Close { browser } => self.close(browser, ctx),
            Step::Grant { waiter, slot } => {
                let heard = self.answer(waiter, Ok(slot));
                if !heard {
                    // Nobody waits any more: as if it had come back at once.
                    let verdict = Verdict::Good;
                    self.slots
                        .returned(Return { slot, verdict }, Instant::now());
                }
            }
            Step::Refuse { waiter, why } => {
                self.answer(waiter, Err(why));
            }
        }
    }

    /// False if nobody waits any more.
    fn answer(&mut self, waiter: WaiterId, answer: Result<Slot, LendRefused>) -> bool {
        self.waiting
            .remove(&waiter)
            .is_some_and(|waits| waits.send(answer).is_ok())
    }

    fn open(&mut self, browser: BrowserId, kind: SlotKind, ctx: &mut Context<Self>) {
        let browsers = self.browsers();
        let call = async move { browsers.open(browser, kind).await };
        self.start(
            ctx,
            self.settings.open_deadline,
            call,
            move |pool, opened| {
                let worked = match opened {
                    Some(Ok(())) => true,
                    Some(Err(why)) => {
                        tracing::warn!(?kind, "a browser did not come up: {why}");
                        false
                    }
                    None => false,
                };
                pool.slots.opened(browser, worked, Instant::now());
            },
        );
    }

    fn probe(&mut self, browser: BrowserId, ctx: &mut Context<Self>) {
        let browsers = self.browsers();
        let call = async move { browsers.probe(browser).await };
        self.start(
            ctx,
            self.settings.probe_deadline,
            call,
            move |pool, found| {
                let found = match found {
                    Some(Ok(fitness)) => Some(fitness),
                    Some(Err(why)) => {
                        tracing::warn!("a browser failed its probe: {why}");
                        None
                    }
                    None => None,
                };
                pool.slots.probed(browser, found, Instant::now());
            },
        );
    }

    fn close(&mut self, browser: BrowserId, ctx: &mut Context<Self>) {
        let browsers = self.browsers();
        let call = async move { browsers.close(browser).await };
        self.start(
            ctx,
            self.settings.close_deadline,
            call,
            move |pool, closed| {
                pool.slots.closed(browser, closed.is_some(), Instant::now());
            },
        );
    }

    /// Runs a call outside; `then` hears what it said, or none when that is unknown.
    fn start<T: Send + 'static>(
        &mut self,
        ctx: &mut Context<Self>,
        deadline: Duration,
        call: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, Option<T>) + 'static,
    ) {
        let io = self.office.io.clone();
        effect::start(self, ctx, &io, deadline, call, move |pool, outcome, ctx| {
            let outcome = match outcome {
                Ok(said) => Some(said),
                Err(why) => {
                    tracing::warn!("a call about a browser: {why}");
                    None
                }
            };
            then(pool, outcome);
            pool.perform(ctx);
        });
    }

    fn browsers(&self) -> Arc<dyn Browsers> {
        Arc::clone(&self.office.ports.browsers)
    }
}

type Granted = oneshot::Receiver<Result<Slot, LendRefused>>;

/// Slots without a browser, which draw their names from the clock's ids.
fn no_slots(office: &Office, settings: &BrowserPoolSettings) -> Slots {
    let clock = Arc::clone(&office.ports.clock);
    Slots::new(settings, move || BrowserId(clock.fresh_id().unsigned_abs()))
}

impl Clerk for BrowserPool {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        let totals = self.slots.totals();
        self.slots = no_slots(&self.office, &self.settings).counting_on(totals);
        self.waiting.clear();
        self.closing.clear();
    }

    /// Browsers of an earlier life are nobody's: they are closed before anything is lent.
    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        guard::every(ctx, self.settings.tick, Self::tick);
        let browsers = self.browsers();
        let call = async move { browsers.close_all().await };
        let io = self.office.io.clone();
        let closed = io.call(&self.life, self.settings.close_deadline, call);
        Loading::after(closed.into_actor(self).map(|closed, pool: &mut Self, ctx| {
            if let Err(why) = closed {
                tracing::error!("browsers of an earlier life may still run: {why}");
            }
            if pool.life.is_draining() {
                pool.slots.shut(Instant::now());
            }
            pool.tick(ctx);
        }))
    }
}

impl Actor for BrowserPool {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for BrowserPool {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Handler<Asked<Lend>> for BrowserPool {
    type Result = ();

    fn handle(&mut self, asked: Asked<Lend>, ctx: &mut Context<Self>) {
        let deadline = self.settings.step_deadline();
        asked.answer_concurrently(self, ctx, deadline, |pool, lend, ctx| {
            let granted = pool.lend(lend, ctx);
            // A sender that is dropped belongs to a pool that has forgotten everything.
            let granted = async { granted.await.unwrap_or(Err(LendRefused::PoolDown)) };
            granted.into_actor(pool)
        });
    }
}

impl Handler<Asked<Return>> for BrowserPool {
    type Result = ();

    fn handle(&mut self, asked: Asked<Return>, ctx: &mut Context<Self>) {
        asked.answer_now(self, ctx, Self::take_back);
    }
}

impl Handler<Asked<CloseAll>> for BrowserPool {
    type Result = ();

    fn handle(&mut self, asked: Asked<CloseAll>, ctx: &mut Context<Self>) {
        let deadline = self.settings.close_deadline * 2;
        asked.answer_concurrently(self, ctx, deadline, |pool, CloseAll, ctx| {
            pool.life.drain();
            let closed = pool.shut(ctx);
            async { closed.await.unwrap_or(()) }.into_actor(pool)
        });
    }
}

impl Observed for BrowserPool {
    type Snapshot = PoolSnapshot;

    fn snapshot(&self) -> PoolSnapshot {
        self.slots.snapshot(Instant::now())
    }
}

impl Handler<Asked<Observe<Self>>> for BrowserPool {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}
