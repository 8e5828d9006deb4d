//! What will happen later, in order of time; of two at one moment, the first to be put in is first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Mutex;

use tokio::sync::Notify;

use super::clock::Moment;
use super::hold;

/// Something that is due at a moment. One variant an emulated system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Due {
    /// Something in Heleket.
    Heleket(crate::heleket::Due),
    /// Something on TON.
    Ton(crate::ton::Due),
    /// Something in Telegram.
    Telegram(crate::telegram::Due),
}

#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: Mutex<Heap>,
    added: Notify,
}

#[derive(Debug, Default)]
struct Heap {
    entries: BinaryHeap<Reverse<Entry>>,
    count: u64,
}

#[derive(Debug)]
struct Entry {
    at: Moment,
    number: u64,
    due: Due,
}

impl Timers {
    /// Lets `due` happen at `at`.
    pub(crate) fn put(&self, at: Moment, due: Due) {
        let mut heap = hold(&self.heap);
        heap.count += 1;
        let number = heap.count;
        heap.entries.push(Reverse(Entry { at, number, due }));
        drop(heap);
        self.added.notify_one();
    }

    /// When the next thing is due.
    pub(crate) fn next(&self) -> Option<Moment> {
        hold(&self.heap).entries.peek().map(|entry| entry.0.at)
    }

    /// Takes the next thing that is due at `now` or before.
    pub(crate) fn take(&self, now: Moment) -> Option<Due> {
        let mut heap = hold(&self.heap);
        if heap.entries.peek().is_some_and(|entry| entry.0.at <= now) {
            heap.entries.pop().map(|entry| entry.0.due)
        } else {
            None
        }
    }

    /// Waits until something has been put in.
    pub(crate) async fn added(&self) {
        self.added.notified().await;
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        hold(&self.heap).entries.clear();
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
