//! What will happen later, in order of time; of two at one moment, the first to be put in is first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::clock::Moment;
use super::hold;
use super::kept::{Torn, must};

/// Something that is due at a moment. One variant an emulated system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
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

    /// Everything that is due, to be written down, with how many there were in all.
    pub(crate) fn kept(&self) -> (u64, Vec<Entry>) {
        let heap = hold(&self.heap);
        let mut entries: Vec<Entry> = heap.entries.iter().map(|entry| entry.0.clone()).collect();
        entries.sort_unstable();
        (heap.count, entries)
    }

    /// What was written down.
    pub(crate) fn again((count, entries): (u64, Vec<Entry>)) -> Result<Self, Torn> {
        let mut numbers = std::collections::BTreeSet::new();
        for entry in &entries {
            let number = entry.number;
            must(number <= count && numbers.insert(number), || {
                format!("what is due as {number} was never put in, or twice")
            })?;
        }
        let entries = entries.into_iter().map(Reverse).collect();
        Ok(Self {
            heap: Mutex::new(Heap { entries, count }),
            added: Notify::new(),
        })
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

impl Entry {
    /// What it is that is due.
    pub(crate) fn due(&self) -> &Due {
        &self.due
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
