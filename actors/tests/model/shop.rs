//! The world of the shop: two orders, their wallets, the chain with its providers, Fragment, two
//! replicas of the daemon, an operator. What is real in it are the rules: every decision is made
//! by the code of `starkeeper_actors::domain` on real rows. What is modelled is the world around
//! them, the books ([`books`], as `ports::books` promises), and the driver ([`driver`], the steps
//! of the fulfilment actor cut apart wherever it could crash, sleep or be overtaken).
//!
//! Time is a few ticks of a minute. Anything ever sent may be included at any moment until it
//! expires by block time; a message that is never included is dropped by nobody but the clock.

mod acts;
mod books;
mod chain;
mod check;
mod driver;
mod fair;
mod operator;
mod seed;
mod starts;
mod state;
mod steps;
mod words;

pub use acts::Act;
pub use books::post;
pub use seed::{order_id, quote, wallet};
pub use state::{Ledger, Left, State};

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::order::OrderRules;
use starkeeper_actors::domain::transfer::JudgeRules;
use starkeeper_actors::domain::wallet::SigningRules;

use super::plant::Plant;
use super::search::{Machine, Seen, Unfair};

/// One search: its bounds, its rules, and the bug that is planted in it, if one is.
pub struct Shop {
    pub plant: Option<Plant>,
    /// Whether every state's fair continuation is followed too.
    pub fair: bool,
    pub bounds: Bounds,
    pub order_rules: OrderRules,
    pub signing: SigningRules,
    pub judge: JudgeRules,
}

/// How far the search goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub orders: u8,
    pub wallets: u8,
    pub replicas: u8,
    /// No time passes after this tick while faults last; the fair schedule goes on.
    pub last_tick: u8,
    /// How often each fault may strike.
    pub left: Left,
    /// Both orders are for the same person, goods and price: their history rows look alike.
    pub equal: bool,
    /// The second order is paid for later, by a step of its own.
    pub fund_later: bool,
    /// Customers may take back what is unsigned.
    pub take_back: bool,
}

impl Shop {
    pub fn new(plant: Option<Plant>, bounds: Bounds) -> Self {
        let tick = |n: i64| Span::seconds(n * seed::TICK);
        Self {
            plant,
            fair: true,
            bounds,
            order_rules: OrderRules {
                slow_after: tick(0),
                max_held: tick(5),
                max_transfers: 3,
                first_pause: tick(1),
                longest_pause: tick(1),
                delivery_patience: tick(3),
                silent_history: tick(3),
                watch: tick(10),
            },
            signing: SigningRules {
                reserve: NanoTon::from_nanos(seed::FEE),
                longest_validity: tick(2),
                shortest_validity: tick(1),
                before_deadline: tick(1),
                clock_skew: tick(4),
            },
            judge: JudgeRules {
                expiry_margin: tick(1),
            },
        }
    }

    pub fn has(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }
}

impl Machine for Shop {
    type State = State;
    type Act = Act;

    fn start(&self) -> State {
        seed::start(self)
    }
    fn acts(&self, state: &State) -> Vec<Act> {
        acts::acts(self, state)
    }
    fn apply(&self, state: &State, act: &Act) -> State {
        steps::apply(self, state, act)
    }
    fn say(&self, state: &State, act: &Act) -> String {
        words::say(self, state, act)
    }
    fn key(&self, state: &State) -> u128 {
        super::row::Digest::of(state)
    }
    fn check(&self, state: &State) -> Result<(), String> {
        check::check(self, state).map_err(|what| words::plain(&what))
    }
    fn settle(&self, state: &State, good: &mut Seen) -> Result<(), Unfair> {
        if self.fair {
            fair::settle(self, state, good)
        } else {
            Ok(())
        }
    }
}
