//! What may be set about sessions.

use std::time::Duration;

use crate::domain::Span;
use crate::domain::dialog::DialogRules;
use crate::domain::money::NanoTon;
use crate::domain::order::OrderRules;
use crate::supervision::{Limits, RestartPolicy};

/// The settings of sessions and their directory.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// The settings of the conversation.
    pub dialog: DialogRules,
    /// The rules of orders: an order paid from the balance is held here.
    pub orders: OrderRules,
    /// Reserved of the float for the chain's fee on top of an order's highest cost. Default
    /// 0.05 TON; the same as payment's.
    pub chain_fee: NanoTon,
    /// Updates of one person that may wait. Default 16: a person taps a few times a second at
    /// most, and a hundred thousand mailboxes must stay small.
    pub mailbox: usize,
    /// For one step: a few reads, a commit, a save. Above the statement timeouts of books and
    /// dialogs, below the driver's deadline. Default 5 s.
    pub step: Duration,
    /// For a question to payment inside a step. Default 3 s: below `step`.
    pub colleague: Duration,
    /// For looking somebody up, the wait for a browser included. Default 25 s.
    pub look_up: Duration,
    /// How long a browser is borrowed for it. Default 40 s: above the market's own deadline.
    pub loan: Duration,
    /// For opening an invoice. Default 50 s: above payment's own step.
    pub open: Duration,
    /// For showing one screen. Default 15 s.
    pub show: Duration,
    /// "Being done" is shown where an answer takes longer. Default 1 s.
    pub courtesy: Duration,
    /// Screens of one person that wait to be shown; of more, the oldest are skipped. Default 8.
    pub screens: usize,
    /// Outside answers that one person may wait for at once. Default 2.
    pub errands: usize,
    /// How often a decision is made anew because somebody else wrote meanwhile. Default 4.
    pub rounds: u32,
    /// A session that heard nothing for so long is retired. Default 10 min.
    pub idle: Duration,
    /// Between two looks of the sweep at a part of the directory. Default 2 s.
    pub sweep_every: Duration,
    /// Sessions retired at one look at most. Default 2,000.
    pub sweep_most: usize,
    /// Sessions at most; further people are told to try later. Default 1,000,000.
    pub most: usize,
    /// How long somebody counts as new for the rate limits. Default 24 h.
    pub new_for: Span,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            dialog: DialogRules::default(),
            orders: OrderRules::default(),
            chain_fee: NanoTon::from_nanos(50_000_000),
            mailbox: 16,
            step: Duration::from_secs(5),
            colleague: Duration::from_secs(3),
            look_up: Duration::from_secs(25),
            loan: Duration::from_secs(40),
            open: Duration::from_secs(50),
            show: Duration::from_secs(15),
            courtesy: Duration::from_secs(1),
            screens: 8,
            errands: 2,
            rounds: 4,
            idle: Duration::from_secs(600),
            sweep_every: Duration::from_secs(2),
            sweep_most: 2_000,
            most: 1_000_000,
            new_for: Span::hours(24),
        }
    }
}

impl SessionSettings {
    /// The bounds that sessions are enlisted with.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            mailbox: self.mailbox,
            in_flight: 1,
            load: self.step,
            restarts: RestartPolicy::default(),
        }
    }
}
