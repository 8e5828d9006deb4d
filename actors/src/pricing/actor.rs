//! The clerk of the prices: runs one round after the other and publishes what is stored.

use std::{sync::Arc, time::Duration};

use actix::{Actor, Context, Handler, Supervised};
use serde::Serialize;
use tokio::{sync::watch, time::Instant};

use super::{
    PricesBoard, PricingSettings,
    gather::{Due, FRAGMENT, Gathered},
    round::{Round, Rounds},
};
use crate::{
    browser_pool::Lender,
    domain::{Timestamp, catalog::Product, ids::Version, login::Login, pricing::ShopPrices},
    office::Office,
    supervision::{
        self, Asked, Begin, Clerk, EffectFailed, End, InFlight, Life, Loading, Observe, Observed,
        Wake, effect, guard,
    },
};

/// The actor.
pub struct Pricing {
    life: Life<Self>,
    rounds: Rounds,
    board: PricesBoard,
    /// At most one round at a time, so that older prices never overtake newer ones.
    running: InFlight<()>,
    memory: Memory,
}

/// All that may be forgotten.
#[derive(Default)]
struct Memory {
    role: Option<Role>,
    version: Option<Version>,
    next_rates: Option<Instant>,
    next_goods: Option<Instant>,
    silent: Vec<String>,
    /// What is not stored yet.
    kept: Gathered,
    rounds: u64,
    failed: u64,
}

/// Who asks the sources.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// This replica.
    Holder,
    /// Another one; this one reads.
    Reader,
}

/// What the actor shows of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PricingSnapshot {
    /// Who asks; none before the first round.
    pub role: Option<Role>,
    /// The stored version that is published.
    pub version: Option<Version>,
    /// What cannot be sold now.
    pub unavailable: Vec<UnavailableLine>,
    /// When each source of the rate last spoke.
    pub rates: Vec<(String, Timestamp)>,
    /// Who said nothing in the last round in which anybody was asked.
    pub silent: Vec<String>,
    /// Rounds since the last start.
    pub rounds: u64,
    /// Rounds whose commit was refused, not done or of unknown outcome, or that did not reach the
    /// books at all.
    pub failed: u64,
}

/// A product that cannot be sold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UnavailableLine {
    /// Which; Stars stand for all quantities.
    pub product: Product,
    /// A short name of the reason.
    pub code: &'static str,
    /// The reason.
    pub why: String,
}

impl Pricing {
    pub(super) fn new(
        life: Life<Self>,
        office: Office,
        lender: Lender,
        logins: watch::Receiver<Arc<Vec<Login>>>,
        board: PricesBoard,
        settings: PricingSettings,
    ) -> Self {
        let rounds = Rounds {
            office,
            lender,
            logins,
            settings: Arc::new(settings),
        };
        Self {
            life,
            rounds,
            board,
            running: InFlight::new(1),
            memory: Memory::default(),
        }
    }

    /// Runs a round, with the questions that are due.
    fn look(&mut self, ctx: &mut Context<Self>) {
        match self.running.begin(()) {
            Begin::Start => {}
            Begin::Running | Begin::Full => return,
        }
        let now = Instant::now();
        let is_due = |at: Option<Instant>| at.is_none_or(|at| at <= now);
        let due = Due {
            rates: is_due(self.memory.next_rates),
            goods: is_due(self.memory.next_goods),
        };
        let rounds = self.rounds.clone();
        let (io, deadline) = (rounds.office.io.clone(), rounds.settings.whole());
        let kept = std::mem::take(&mut self.memory.kept);
        let call = async move { rounds.run(due, kept).await };
        effect::start(self, ctx, &io, deadline, call, |actor, round, _| {
            // The timer looks again soon enough.
            let (End::Quiet | End::LookAgain) = actor.running.end(&());
            actor.have_run(round);
        });
    }

    fn have_run(&mut self, round: Result<Round, EffectFailed>) {
        self.memory.rounds += 1;
        let round = round.unwrap_or_else(|why| Round {
            failed: Some(why.to_string()),
            ..Round::default()
        });
        if let Some(why) = round.failed {
            self.memory.failed += 1;
            tracing::warn!("a round of prices did not reach the books: {why}");
        }
        self.memory.role = round.role.or(self.memory.role);
        self.memory.kept = round.kept;
        if let Some(asked) = round.asked {
            self.have_asked(asked, round.silent);
        }
        if let Some(stored) = round.stored {
            self.memory.version = Some(stored.version);
            self.publish(stored.row);
        }
    }

    fn have_asked(&mut self, asked: Due, silent: Vec<String>) {
        let settings = &self.rounds.settings;
        let after = |pause: Duration| Some(Instant::now() + pause);
        if asked.rates {
            self.memory.next_rates = after(settings.rates_every);
        }
        if asked.goods {
            let pause = match silent.iter().any(|source| source == FRAGMENT) {
                true => settings.goods_again,
                false => settings.goods_every,
            };
            self.memory.next_goods = after(pause);
        }
        if asked.rates || asked.goods {
            self.memory.silent = silent;
        }
    }

    fn publish(&self, prices: ShopPrices) {
        self.board.0.send_if_modified(|published| {
            let changed = **published != prices;
            if changed {
                *published = Arc::new(prices);
            }
            changed
        });
    }
}

impl Clerk for Pricing {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.running.clear();
        self.memory = Memory::default();
    }

    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        guard::every(ctx, self.rounds.settings.look, Self::look);
        self.look(ctx);
        Loading::done()
    }
}

impl Actor for Pricing {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for Pricing {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Handler<Wake> for Pricing {
    type Result = ();

    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, Self::look);
    }
}

impl Observed for Pricing {
    type Snapshot = PricingSnapshot;

    fn snapshot(&self) -> PricingSnapshot {
        let prices = Arc::clone(&self.board.0.borrow());
        let now = self.rounds.office.ports.clock.now();
        let unavailable = prices.unavailable(now).into_iter();
        let rates = prices.rates.all().iter();
        PricingSnapshot {
            role: self.memory.role,
            version: self.memory.version,
            unavailable: unavailable
                .map(|gone| UnavailableLine {
                    product: gone.product,
                    code: gone.why.code(),
                    why: gone.why.to_string(),
                })
                .collect(),
            rates: rates
                .map(|seen| (seen.source.to_string(), seen.at))
                .collect(),
            silent: self.memory.silent.clone(),
            rounds: self.memory.rounds,
            failed: self.memory.failed,
        }
    }
}

impl Handler<Asked<Observe<Self>>> for Pricing {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}
