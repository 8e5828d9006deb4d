//! Which orders are due, taking turns between customers (rule 12).

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Timestamp;
use crate::domain::ids::{CustomerId, OrderId};

#[derive(Clone, Default)]
pub(super) struct DueOrders {
    queues: BTreeMap<CustomerId, BTreeSet<(Timestamp, OrderId)>>,
    /// The first of each queue.
    heads: BTreeSet<(Timestamp, OrderId, CustomerId)>,
}

impl DueOrders {
    pub(super) fn add(&mut self, customer: CustomerId, due: Timestamp, order: OrderId) {
        self.change(customer, |queue| {
            queue.insert((due, order));
        });
    }

    pub(super) fn remove(&mut self, customer: CustomerId, due: Timestamp, order: OrderId) {
        self.change(customer, |queue| {
            queue.remove(&(due, order));
        });
    }

    /// The first order of every customer, oldest due first, then the second of every customer.
    pub(super) fn first(&self, now: Timestamp, limit: u32) -> Vec<OrderId> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let heads = self.heads.iter().take_while(|(due, ..)| *due <= now);
        let mut turns: Vec<_> = heads
            .take(limit)
            .filter_map(|(.., customer)| self.queues.get(customer))
            .map(|queue| queue.iter().take_while(|(due, _)| *due <= now))
            .collect();
        let mut chosen = Vec::new();
        loop {
            let before = chosen.len();
            for turn in &mut turns {
                if chosen.len() == limit {
                    return chosen;
                }
                chosen.extend(turn.next().map(|(_, order)| *order));
            }
            if chosen.len() == before {
                return chosen;
            }
        }
    }

    fn change(
        &mut self,
        customer: CustomerId,
        change: impl FnOnce(&mut BTreeSet<(Timestamp, OrderId)>),
    ) {
        let queue = self.queues.entry(customer).or_default();
        if let Some((due, order)) = queue.first() {
            self.heads.remove(&(*due, *order, customer));
        }
        change(queue);
        match queue.first() {
            Some((due, order)) => {
                self.heads.insert((*due, *order, customer));
            }
            None => {
                self.queues.remove(&customer);
            }
        }
    }
}
