//! The world of deposits: one customer, one order, one or two invoices for it, a gateway whose
//! statuses wander, webhooks that come twice, late or in the wrong order, slow look-ups, two
//! replicas that decide at once. Real are `Invoice::decide`, `Invoice::due` and `Order::decide`.

mod acts;
mod check;
mod fair;
mod gateway;
mod state;
mod tickets;

pub use acts::Act;
pub use state::{Left, State};

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::invoice::InvoiceRules;
use starkeeper_actors::domain::order::OrderRules;

use super::plant::Plant;
use super::search::{Machine, Seen, Unfair};

/// One search.
pub struct Deposits {
    pub plant: Option<Plant>,
    /// Faults stop; does it come to a good end?
    pub fair: bool,
    pub invoices: u8,
    pub replicas: u8,
    pub last_tick: u8,
    pub left: Left,
    pub rules: InvoiceRules,
    pub order_rules: OrderRules,
}

impl Deposits {
    pub fn new(
        plant: Option<Plant>,
        invoices: u8,
        replicas: u8,
        last_tick: u8,
        left: Left,
    ) -> Self {
        let tick = |n: i64| Span::seconds(n * state::TICK);
        let rules = InvoiceRules {
            lifetime: tick(5),
            poll_every: tick(1),
            poll_fast: tick(1),
            poll_slowest: tick(1),
            watch_for: tick(3),
            patience: tick(2),
            ..InvoiceRules::default()
        };
        let order_rules = OrderRules::default();
        Self {
            plant,
            fair: true,
            invoices,
            replicas,
            last_tick,
            left,
            rules,
            order_rules,
        }
    }

    pub fn has(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }
}

impl Machine for Deposits {
    type State = State;
    type Act = Act;

    fn start(&self) -> State {
        state::start(self)
    }
    fn acts(&self, state: &State) -> Vec<Act> {
        acts::acts(self, state)
    }
    fn apply(&self, state: &State, act: &Act) -> State {
        acts::apply(self, state, act)
    }
    fn say(&self, state: &State, act: &Act) -> String {
        acts::say(state, act)
    }
    fn key(&self, state: &State) -> u128 {
        super::row::Digest::of(state)
    }
    fn check(&self, state: &State) -> Result<(), String> {
        check::check(state)
    }
    fn settle(&self, state: &State, good: &mut Seen) -> Result<(), Unfair> {
        if self.fair {
            fair::settle(self, state, good)
        } else {
            Ok(())
        }
    }
}
