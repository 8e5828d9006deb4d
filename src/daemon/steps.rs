//! One line of the log and one count for each step of an order, and how long each took from payment to
//! delivery.
//!
//! Owns the memory of where each unfinished order stood, so that an order that is written again in
//! the same state (an attempt that did not work) says nothing. Never decides anything.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use starkeeper_actors::domain::ids::{LoginId, OrderId, WalletAddress};
use starkeeper_actors::domain::trace::TraceId;
use tokio::time::Instant;

use crate::metrics::goods;
use crate::storage::OrderStep;

/// Orders that are remembered. Others may finish what this daemon began, and then nothing takes it
/// out: at that many everything is forgotten, which costs a line each.
const REMEMBERED: usize = 10_000;

/// Where an order stood.
#[derive(Clone, Copy)]
struct Stood {
    state: &'static str,
    till: Option<LoginId>,
    /// When it was seen to be paid for.
    paid: Option<Instant>,
}

/// Says the steps.
pub(super) struct Steps {
    tills: Vec<(LoginId, WalletAddress)>,
    stood: Mutex<HashMap<OrderId, Stood>>,
}

impl Steps {
    pub(super) fn new(tills: Vec<(LoginId, WalletAddress)>) -> Self {
        Self {
            tills,
            stood: Mutex::new(HashMap::new()),
        }
    }

    /// Logs and counts a step, if it is one.
    pub(super) fn say(&self, step: &OrderStep) {
        if let Some((line, took)) = self.line(step) {
            let trace = TraceId::of_order(step.order);
            tracing::info!(%trace, "{line}");
            goods::order_step(step.state);
            if let Some(took) = took {
                goods::order_delivered(took);
            }
        }
    }

    /// The line of a step, and how long the order took if it is its delivery; none where the order
    /// stays in its state.
    fn line(&self, step: &OrderStep) -> Option<(String, Option<Duration>)> {
        let bound = step.wallet.and_then(|wallet| {
            let till = self.tills.iter().find(|(_, known)| *known == wallet);
            till.map(|(login, _)| *login)
        });
        let before = self.remember(step, bound);
        let (from, till) = match before {
            Some(stood) if stood.state == step.state => return None,
            Some(stood) => (format!("{} → ", stood.state), bound.or(stood.till)),
            None => (String::new(), bound),
        };
        let till = till.map(|till| format!(", {till}")).unwrap_or_default();
        let paid = before.and_then(|stood| stood.paid);
        let took = paid.filter(|_| step.state == "delivered");
        let line = format!("{}: {from}{}{till}", step.number, step.state);
        Some((line, took.map(|paid| paid.elapsed())))
    }

    fn remember(&self, step: &OrderStep, bound: Option<LoginId>) -> Option<Stood> {
        let mut stood = self.stood.lock().unwrap_or_else(PoisonError::into_inner);
        if step.finished {
            return stood.remove(&step.order);
        }
        if stood.len() >= REMEMBERED && !stood.contains_key(&step.order) {
            stood.clear();
        }
        let before = stood.get(&step.order).and_then(|stood| stood.paid);
        // Whoever sees it held first saw its payment: a daemon that comes later does not know.
        let paid = before.or_else(|| (step.state == "held").then(Instant::now));
        let now = Stood {
            state: step.state,
            till: bound,
            paid,
        };
        stood.insert(step.order, now)
    }
}

#[cfg(test)]
mod tests {
    use starkeeper_actors::domain::ids::{Hash256, OrderNumber};

    use super::*;

    fn step(order: i64, state: &'static str, wallet: Option<u8>) -> OrderStep {
        OrderStep {
            order: OrderId::new(order),
            number: OrderNumber::parse("SK-7F3K9").unwrap(),
            state,
            wallet: wallet.map(|byte| WalletAddress::basic(Hash256::new([byte; 32]))),
            finished: state == "delivered",
        }
    }

    #[test]
    fn each_step_is_said_once_with_where_it_comes_from() {
        let till = (LoginId::new(2), WalletAddress::basic(Hash256::new([5; 32])));
        let steps = Steps::new(vec![till]);
        let number = step(1, "held", None).number;
        let said = |state, wallet| {
            let said = steps.line(&step(1, state, wallet));
            said.map(|(line, _took)| line)
        };
        let line = |rest: &str| Some(format!("{number}: {rest}"));
        assert_eq!(said("awaiting_payment", None), line("awaiting_payment"));
        assert_eq!(
            said("held", Some(5)),
            line("awaiting_payment → held, till_2")
        );
        assert_eq!(said("held", Some(5)), None, "an attempt that did not work");
        assert_eq!(said("linked", Some(5)), line("held → linked, till_2"));
        assert_eq!(said("delivered", None), line("linked → delivered, till_2"));
        assert_eq!(
            said("held", Some(9)),
            line("held"),
            "forgotten, and no till of ours"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_from_payment_to_delivery_is_that_of_an_order_seen_through() {
        let steps = Steps::new(Vec::new());
        let second = Duration::from_secs(1);
        let took = async |state| {
            tokio::time::advance(second).await;
            steps.line(&step(1, state, None)).and_then(|(_, took)| took)
        };
        for state in [
            "awaiting_payment",
            "held",
            "linked",
            "held",
            "paying",
            "paid",
        ] {
            assert_eq!(took(state).await, None);
        }
        assert_eq!(took("delivered").await, Some(second * 5));
        assert_eq!(took("paid").await, None);
        assert_eq!(took("delivered").await, None, "its payment was not seen");
    }

    #[test]
    fn memory_is_bounded() {
        let steps = Steps::new(Vec::new());
        for order in 0..25_000 {
            assert!(steps.line(&step(order, "held", None)).is_some());
        }
        assert!(steps.stood.lock().unwrap().len() <= REMEMBERED);
    }
}
