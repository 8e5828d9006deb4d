//! Retires idle sessions: one small actor for each arbiter, looking at one part of the directory
//! after the other.

use std::sync::{Arc, Weak};

use actix::{Actor, Context, Supervised, WrapFuture};
use actix_rt::ArbiterHandle;

use super::directory::{House, PARTS};
use crate::supervision::{self, Clerk, Door, Life, Loading, Seat, guard};

/// Starts the sweep of one arbiter's sessions. Its door must be kept: an actor that nobody can
/// reach does not come back after a panic.
pub(super) fn start(
    arbiter: &ArbiterHandle,
    seat: Seat,
    house: &Arc<House>,
    nth: usize,
) -> Door<Sweep> {
    let house = Arc::downgrade(house);
    supervision::start_in(arbiter, seat, move |life| Sweep {
        life,
        house,
        nth,
        next: 0,
        sweeping: false,
    })
}

/// The sweep of one arbiter.
pub(super) struct Sweep {
    life: Life<Self>,
    house: Weak<House>,
    nth: usize,
    next: usize,
    sweeping: bool,
}

impl Sweep {
    fn look(&mut self, ctx: &mut Context<Self>) {
        let Some(house) = self.house.upgrade() else {
            actix::ActorContext::terminate(ctx);
            return;
        };
        if self.sweeping {
            return;
        }
        let part = self
            .next
            .saturating_mul(house.arbiters())
            .saturating_add(self.nth);
        self.next = self.next.saturating_add(1).checked_rem(PARTS).unwrap_or(0);
        let settings = house.settings();
        let doors = house.doors(part, Some(settings.idle), settings.sweep_most);
        if doors.is_empty() {
            return;
        }
        self.sweeping = true;
        let deadline = settings.step;
        let limit = deadline.saturating_mul(2);
        let retire = async move { house.retire(doors, deadline).await };
        let done =
            actix::ActorFutureExt::map(retire.into_actor(self), |(), sweep: &mut Self, _| {
                sweep.sweeping = false;
            });
        guard::spawn(ctx, limit, done);
    }
}

impl Clerk for Sweep {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.sweeping = false;
    }

    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        if let Some(house) = self.house.upgrade() {
            guard::every(ctx, house.settings().sweep_every, Self::look);
        }
        Loading::done()
    }
}

impl Actor for Sweep {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for Sweep {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}
