//! One line of the log for each step of an order.
//!
//! Owns the memory of where each unfinished order stood, so that an order that is written again in
//! the same state (an attempt that did not work) says nothing. Never decides anything.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use starkeeper_actors::domain::ids::{LoginId, OrderId, WalletAddress};

use crate::storage::OrderStep;

/// Orders that are remembered. Others may finish what this daemon began, and then nothing takes it
/// out: at that many everything is forgotten, which costs a line each.
const REMEMBERED: usize = 10_000;

/// Where an order stood, and at which till.
type Stood = (&'static str, Option<LoginId>);

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

    /// Logs a step, if it is one.
    pub(super) fn say(&self, step: &OrderStep) {
        if let Some(line) = self.line(step) {
            tracing::info!("{line}");
        }
    }

    /// The line of a step; none where the order stays in its state.
    fn line(&self, step: &OrderStep) -> Option<String> {
        let bound = step.wallet.and_then(|wallet| {
            let till = self.tills.iter().find(|(_, known)| *known == wallet);
            till.map(|(login, _)| *login)
        });
        let before = self.remember(step, bound);
        let (from, till) = match before {
            Some((from, _)) if from == step.state => return None,
            Some((from, till)) => (format!("{from} → "), bound.or(till)),
            None => (String::new(), bound),
        };
        let till = till.map(|till| format!(", {till}")).unwrap_or_default();
        Some(format!("{}: {from}{}{till}", step.number, step.state))
    }

    fn remember(&self, step: &OrderStep, bound: Option<LoginId>) -> Option<Stood> {
        let mut stood = self.stood.lock().unwrap_or_else(PoisonError::into_inner);
        if step.finished {
            return stood.remove(&step.order);
        }
        if stood.len() >= REMEMBERED && !stood.contains_key(&step.order) {
            stood.clear();
        }
        stood.insert(step.order, (step.state, bound))
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
        let said = |state, wallet| steps.line(&step(1, state, wallet));
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

    #[test]
    fn memory_is_bounded() {
        let steps = Steps::new(Vec::new());
        for order in 0..25_000 {
            assert!(steps.line(&step(order, "held", None)).is_some());
        }
        assert!(steps.stood.lock().unwrap().len() <= REMEMBERED);
    }
}
