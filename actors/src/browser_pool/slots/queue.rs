//! Borrowers who wait for one kind of slot: bounded, in order, each with an end of its patience.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::WaiterId;
use crate::{browser_pool::Purpose, ports::books::Fence};

/// One borrower who waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiter {
    pub(super) id: WaiterId,
    pub(super) purpose: Purpose,
    pub(super) for_at_most: Duration,
    pub(super) until: Instant,
    pub(super) fence: Option<Fence>,
}

/// The queue. Care stands behind everybody else, who come in order.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Waiter>,
    limit: usize,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            limit,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// False if there is no room.
    pub(super) fn push(&mut self, waiter: Waiter) -> bool {
        if self.waiting.len() >= self.limit {
            return false;
        }
        let place = match waiter.purpose {
            Purpose::Care => None,
            Purpose::Purchase | Purpose::LookUp => self
                .waiting
                .iter()
                .position(|other| other.purpose == Purpose::Care),
        };
        match place {
            Some(place) => self.waiting.insert(place, waiter),
            None => self.waiting.push_back(waiter),
        }
        true
    }

    pub(super) fn pop(&mut self) -> Option<Waiter> {
        self.waiting.pop_front()
    }

    /// Takes out everybody of whom this is true, in order.
    pub(super) fn take_if(&mut self, mut leaves: impl FnMut(&Waiter) -> bool) -> Vec<WaiterId> {
        let mut left = Vec::new();
        self.waiting.retain(|waiter| {
            let goes = leaves(waiter);
            if goes {
                left.push(waiter.id);
            }
            !goes
        });
        left
    }
}
