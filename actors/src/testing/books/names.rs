//! Names that are used once: updates, claims, and the log of outside events.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::ids::{OrderId, PaymentRef, UpdateKey, WalletAddress};
use crate::ports::books::{Claim, CommitRefused, OutsideEvent};

/// The longest body of an outside event.
const LONGEST_EVENT: usize = 4_000;

#[derive(Clone, Default)]
pub(super) struct Names {
    updates: HashSet<UpdateKey>,
    claims: HashMap<Claim, Option<OrderId>>,
    references: Vec<(PaymentRef, OrderId)>,
    assigned: BTreeMap<WalletAddress, Vec<(u64, Option<OrderId>)>>,
    events: HashMap<String, String>,
}

impl Names {
    pub(super) fn references(&self) -> Vec<(PaymentRef, OrderId)> {
        self.references.clone()
    }

    pub(super) fn assigned(&self, wallet: WalletAddress) -> Vec<(u64, Option<OrderId>)> {
        self.assigned.get(&wallet).cloned().unwrap_or_default()
    }

    pub(super) fn owner(&self, claim: &Claim) -> Option<Option<OrderId>> {
        self.claims.get(claim).copied()
    }

    pub(super) fn event(&self, key: &str) -> Option<&str> {
        self.events.get(key).map(String::as_str)
    }

    /// Orders that own a name that Fragment gave.
    pub(super) fn owners_of(&self, name: &str) -> Vec<OrderId> {
        let is_it = |claim: &Claim| match claim {
            Claim::Request(request) => request.as_str() == name,
            Claim::Reference(reference) => reference.as_str() == name,
            Claim::History(_) | Claim::Press(_) | Claim::Assigned { .. } => false,
        };
        let owned = self.claims.iter().filter(|(claim, _)| is_it(claim));
        owned.filter_map(|(_, order)| *order).collect()
    }

    pub(super) fn handle(&mut self, update: UpdateKey) -> Result<(), CommitRefused> {
        if self.updates.insert(update) {
            Ok(())
        } else {
            Err(CommitRefused::Handled(update))
        }
    }

    pub(super) fn unhandle(&mut self, update: UpdateKey) {
        self.updates.remove(&update);
    }

    pub(super) fn claim(
        &mut self,
        claim: &Claim,
        order: Option<OrderId>,
    ) -> Result<(), CommitRefused> {
        if self.claims.contains_key(claim) {
            let what = format!("{claim:?}");
            return Err(CommitRefused::Taken { what });
        }
        self.claims.insert(claim.clone(), order);
        match (claim, order) {
            (Claim::Reference(reference), Some(order)) => {
                self.references.push((reference.clone(), order));
            }
            (Claim::Assigned { wallet, lt }, _) => {
                self.assigned.entry(*wallet).or_default().push((*lt, order));
            }
            (Claim::Reference(_) | Claim::Request(_) | Claim::History(_) | Claim::Press(_), _) => {}
        }
        Ok(())
    }

    pub(super) fn unclaim(&mut self, claim: &Claim) {
        self.claims.remove(claim);
        match claim {
            Claim::Reference(reference) => self.references.retain(|(known, _)| known != reference),
            Claim::Assigned { wallet, lt } => {
                if let Some(assigned) = self.assigned.get_mut(wallet) {
                    assigned.retain(|(known, _)| known != lt);
                }
            }
            Claim::Request(_) | Claim::History(_) | Claim::Press(_) => {}
        }
    }

    /// Logs an event; says whether it is new.
    pub(super) fn log(&mut self, event: OutsideEvent) -> Result<bool, CommitRefused> {
        if event.body.chars().count() > LONGEST_EVENT {
            let rule = format!("an outside event has at most {LONGEST_EVENT} characters");
            return Err(CommitRefused::Rule { rule });
        }
        if self.events.contains_key(&event.key) {
            return Ok(false);
        }
        self.events.insert(event.key, event.body);
        Ok(true)
    }

    pub(super) fn unlog(&mut self, key: &str) {
        self.events.remove(key);
    }
}
