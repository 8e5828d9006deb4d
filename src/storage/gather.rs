//! Reads that many ask for at once, answered by one question.
//!
//! Whoever asks alone is asked for at once. While a question is on its way, those who come wait for it
//! and then go together: a server that is busy gets fewer statements, each for more people, instead of
//! more of them. Owns who waits and who gets which answer. Never keeps an answer for later: a question
//! begins after everybody it answers has asked, so each hears of all that was committed before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use starkeeper_actors::ports::Unreadable;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// So many are answered by one question; when more wait, another goes beside it.
const MOST_TOGETHER: usize = 64;

/// Questions on their way at once.
const MOST_AT_ONCE: usize = 4;

/// Nobody waits for a question that has been on its way for longer: its connection may be dead.
const SLOW: Duration = Duration::from_millis(250);

/// How many may wait. Beyond it, callers are told at once.
const LONGEST_QUEUE: usize = 4_096;

/// Asks about all of these keys: an answer for each, in their order. Ends in time by itself.
pub(super) type Question<K, V> =
    Box<dyn Fn(Vec<K>) -> BoxFuture<'static, Result<Vec<V>, Unreadable>> + Send + Sync>;

/// Where those who ask for one kind of thing meet.
pub(super) struct Gather<K, V>(Arc<Shared<K, V>>);

struct Shared<K, V> {
    question: Question<K, V>,
    waiting: Mutex<Waiting<K, V>>,
}

struct Waiting<K, V> {
    queue: VecDeque<(K, Answer<V>)>,
    /// Since when, by the number of whoever asks.
    on_their_way: HashMap<u64, Instant>,
    next: u64,
}

type Answer<V> = oneshot::Sender<Result<V, Unreadable>>;

impl<K: Send + 'static, V: Send + 'static> Gather<K, V> {
    /// Asks this.
    pub(super) fn new(question: Question<K, V>) -> Self {
        Self(Arc::new(Shared {
            question,
            waiting: Mutex::new(Waiting {
                queue: VecDeque::new(),
                on_their_way: HashMap::new(),
                next: 0,
            }),
        }))
    }

    /// The answer for one key. Questions are asked on `io`, whoever waits wherever.
    ///
    /// # Errors
    /// The question failed, or too many wait.
    pub(super) async fn ask(&self, io: &Handle, key: K) -> Result<V, Unreadable> {
        let (answer, answered) = oneshot::channel();
        {
            let mut waiting = self.0.waiting();
            if waiting.queue.len() >= LONGEST_QUEUE {
                return Err(Unreadable::new("too much waits for the books"));
            }
            waiting.queue.push_back((key, answer));
            if waiting.needs_one_more() {
                let way = waiting.begin();
                io.spawn(Arc::clone(&self.0).work(way));
            }
        }
        answered
            .await
            .unwrap_or_else(|_| Err(Unreadable::new("the read was stopped")))
    }
}

impl<K, V> Waiting<K, V> {
    fn needs_one_more(&self) -> bool {
        let ways = &self.on_their_way;
        let full = || self.queue.len() >= MOST_TOGETHER;
        let slow = || ways.values().all(|since| since.elapsed() >= SLOW);
        ways.len() < MOST_AT_ONCE && (full() || slow())
    }

    fn begin(&mut self) -> u64 {
        self.next = self.next.wrapping_add(1);
        self.on_their_way.insert(self.next, Instant::now());
        self.next
    }

    /// Those who go together now; whoever has stopped waiting is left out.
    fn take(&mut self) -> (Vec<K>, Vec<Answer<V>>) {
        let (mut keys, mut answers) = (Vec::new(), Vec::new());
        while keys.len() < MOST_TOGETHER
            && let Some((key, answer)) = self.queue.pop_front()
        {
            if !answer.is_closed() {
                keys.push(key);
                answers.push(answer);
            }
        }
        (keys, answers)
    }
}

impl<K, V> Shared<K, V> {
    fn waiting(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks until nobody waits.
    async fn work(self: Arc<Self>, number: u64) {
        let _way = Way {
            shared: &self,
            number,
        };
        loop {
            let (keys, askers) = {
                let mut waiting = self.waiting();
                let together = waiting.take();
                if together.0.is_empty() {
                    // Under the same lock: whoever comes after it starts the next.
                    waiting.on_their_way.remove(&number);
                    return;
                }
                waiting.on_their_way.insert(number, Instant::now());
                together
            };
            answer(askers, (self.question)(keys).await);
        }
    }
}

fn answer<V>(askers: Vec<Answer<V>>, answers: Result<Vec<V>, Unreadable>) {
    let answers = match answers {
        Ok(answers) if answers.len() == askers.len() => answers,
        Ok(_) => return tell(askers, &Unreadable::new("not everybody was answered")),
        Err(why) => return tell(askers, &why),
    };
    for (asker, answer) in askers.into_iter().zip(answers) {
        // Whoever asked may not wait any more.
        let _heard = asker.send(Ok(answer));
    }
}

fn tell<V>(askers: Vec<Answer<V>>, why: &Unreadable) {
    for asker in askers {
        let _heard = asker.send(Err(why.clone()));
    }
}

/// Sees to it that nobody waits for a question that panicked or was stopped.
struct Way<'a, K, V> {
    shared: &'a Shared<K, V>,
    number: u64,
}

impl<K, V> Drop for Way<'_, K, V> {
    fn drop(&mut self) {
        let mut waiting = self.shared.waiting();
        let early = waiting.on_their_way.remove(&self.number).is_some();
        if early && waiting.on_their_way.is_empty() {
            waiting.queue.clear();
        }
    }
}

#[cfg(test)]
mod tests;
