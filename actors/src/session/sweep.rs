//! Retires idle sessions: one small actor for each arbiter, looking at one part of the directory
//! after the other. The first of them also tells those who wait for the shop to open.

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
        telling: false,
        looks: 0,
    })
}

/// The sweep of one arbiter.
pub(super) struct Sweep {
    life: Life<Self>,
    house: Weak<House>,
    nth: usize,
    next: usize,
    sweeping: bool,
    telling: bool,
    looks: usize,
}

/// Those who wait for the opening are looked for at one look in so many: no hurry, and a read of the
/// books each.
const OPENING_EVERY: usize = 5;

/// Pseudonyms that no longer count are dropped at the first look and then every hour.
const PSEUDONYMS_EVERY: usize = 1_800;

/// A round tells many, each in a commit.
const TELLING_STEPS: u32 = 12;

impl Sweep {
    fn tell(&mut self, house: &House, ctx: &mut Context<Self>) {
        self.looks = self.looks.wrapping_add(1);
        let lapsed = self.looks == 1 || self.looks.is_multiple_of(PSEUDONYMS_EVERY);
        let due = self.nth == 0 && (lapsed || self.looks.is_multiple_of(OPENING_EVERY));
        if !due || self.telling {
            return;
        }
        self.telling = true;
        let desk = house.desk();
        let limit = house.settings().step.saturating_mul(TELLING_STEPS);
        let telling = async move {
            desk.tell_opening().await;
            if lapsed {
                desk.drop_pseudonyms().await;
            }
        };
        let done =
            actix::ActorFutureExt::map(telling.into_actor(self), |(), sweep: &mut Self, _| {
                sweep.telling = false;
            });
        guard::spawn(ctx, limit, done);
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        let Some(house) = self.house.upgrade() else {
            actix::ActorContext::terminate(ctx);
            return;
        };
        self.tell(&house, ctx);
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
        self.telling = false;
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
