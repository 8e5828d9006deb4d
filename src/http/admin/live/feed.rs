//! Looks at the books while somebody listens, and hands what changed to all who do.
//!
//! One look a second whoever listens, and none if nobody does. Each listener has the last lines and no
//! more: who falls behind them is cut off, and never slows down the others.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::ports::Unreadable;
use tokio::sync::{broadcast, watch};
use tokio::time::MissedTickBehavior;

use super::event::{Event, Line};
use super::picture::Picture;
use crate::http::error::ApiError;
use crate::http::health::Status;
use crate::http::{Doors, READ};
use crate::metrics;

/// Connections at once, of all tokens: operators and their screens, not the public.
pub(super) const MOST: usize = 32;

/// Lines that a listener may be behind.
pub(super) const BEHIND: usize = 256;

/// How quick things go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Between two looks at the books.
    pub(super) look: Duration,
    /// Between two pings.
    pub(super) ping: Duration,
    /// Who says nothing for so long, not even to a ping, is gone.
    pub(super) silent: Duration,
    /// For one line to be taken by a listener's connection.
    pub(super) send: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            ping: Duration::from_secs(20),
            silent: Duration::from_secs(50),
            send: Duration::from_secs(10),
        }
    }
}

/// One line, as text.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) n: u64,
    pub(super) text: Arc<str>,
}

/// The feed of one daemon.
pub struct Live {
    pub(super) pace: Pace,
    lines: broadcast::Sender<Told>,
    now: watch::Sender<Option<Told>>,
    told: AtomicU64,
    desk: Mutex<Desk>,
}

/// Who is there.
#[derive(Default)]
struct Desk {
    listeners: usize,
    /// The number of the reading that is on.
    reading: Option<u64>,
    readings: u64,
}

/// One who listens; leaves when dropped.
pub(super) struct Listener {
    live: Arc<Live>,
    pub(super) lines: broadcast::Receiver<Told>,
    pub(super) now: watch::Receiver<Option<Told>>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut desk = self.live.desk();
        desk.listeners = desk.listeners.saturating_sub(1);
        metrics::live::listeners(desk.listeners);
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::at(Pace::default())
    }
}

impl Live {
    pub(super) fn at(pace: Pace) -> Self {
        Self {
            pace,
            lines: broadcast::Sender::new(BEHIND),
            now: watch::Sender::new(None),
            told: AtomicU64::new(0),
            desk: Mutex::default(),
        }
    }

    /// Somebody listens from now on; the books are looked at if they were not.
    ///
    /// # Errors
    /// Too many listen already.
    pub(super) fn listen(self: &Arc<Self>, doors: &Doors) -> Result<Listener, ApiError> {
        // Before a reading starts: it ends where nobody listens.
        let listener = self.enter()?;
        let mut desk = self.desk();
        if desk.reading.is_none() {
            let number = desk.readings.saturating_add(1);
            (desk.readings, desk.reading) = (number, Some(number));
            let reading = Reading {
                live: Arc::clone(self),
                number,
            };
            let doors = doors.clone();
            let io = doors.io.clone();
            io.spawn(async move { reading.go_on(&doors).await });
        }
        Ok(listener)
    }

    pub(super) fn enter(self: &Arc<Self>) -> Result<Listener, ApiError> {
        let mut desk = self.desk();
        if desk.listeners >= MOST {
            metrics::live::ended("full");
            let message = format!("{MOST} listen to this daemon already");
            return Err(ApiError::too_many(message, "close one of them first"));
        }
        desk.listeners = desk.listeners.saturating_add(1);
        metrics::live::listeners(desk.listeners);
        Ok(Listener {
            live: Arc::clone(self),
            lines: self.lines.subscribe(),
            now: self.now.subscribe(),
        })
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, at: Timestamp, event: Event) {
        let n = self.told.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if let Some(told) = line(n, at, event) {
            // Nobody may listen any more; that is seen before the next look.
            let _listeners = self.lines.send(told).unwrap_or(0);
        }
    }
}

/// One reading of the books; when it ends, however that comes, the next listener starts another.
struct Reading {
    live: Arc<Live>,
    number: u64,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.end(&mut self.live.desk());
    }
}

impl Reading {
    fn end(&self, desk: &mut Desk) {
        if desk.reading == Some(self.number) {
            desk.reading = None;
            self.live.now.send_replace(None);
        }
    }

    /// Whether to go on. If not, it has ended in the eyes of whoever comes next.
    fn is_wanted(&self, doors: &Doors) -> bool {
        let mut desk = self.live.desk();
        let is_wanted = desk.listeners > 0 && doors.health.borrow().status != Status::Ending;
        if !is_wanted {
            self.end(&mut desk);
        }
        is_wanted
    }

    async fn go_on(self, doors: &Doors) {
        let live = &self.live;
        let mut before = None;
        let mut reachable = true;
        let mut ticks = tokio::time::interval(live.pace.look);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if !self.is_wanted(doors) {
                return;
            }
            let (at, roster) = (doors.clock.now(), (doors.roster)());
            let tell = |event| live.tell(at, event);
            match in_time(Picture::of(&doors.books, before.as_ref(), &roster, at)).await {
                Ok(next) => {
                    let mut events = Vec::new();
                    if !std::mem::replace(&mut reachable, true) {
                        events.push(Event::Books { reachable });
                    }
                    if let Some(before) = &before {
                        events.extend(next.since(before));
                    }
                    // Before the lines: who comes between finds them in it, and else in no line.
                    let count = u64::try_from(events.len()).unwrap_or(u64::MAX);
                    let n = live.told.load(Ordering::Relaxed).saturating_add(count);
                    live.now.send_replace(line(n, at, next.now()));
                    events.into_iter().for_each(tell);
                    before = Some(next);
                }
                Err(why) => {
                    tracing::debug!("the books could not be looked at for the live feed: {why}");
                    if std::mem::replace(&mut reachable, false) {
                        tell(Event::Books { reachable });
                    }
                }
            }
        }
    }
}

fn line(n: u64, at: Timestamp, event: Event) -> Option<Told> {
    match serde_json::to_string(&Line { n, at, event }) {
        Ok(text) => Some(Told {
            n,
            text: text.into(),
        }),
        Err(why) => {
            tracing::error!("a line of the live feed cannot be written: {why}");
            None
        }
    }
}

async fn in_time<T>(look: impl Future<Output = Result<T, Unreadable>>) -> Result<T, Unreadable> {
    match tokio::time::timeout(READ, look).await {
        Ok(found) => found,
        Err(_elapsed) => Err(Unreadable::new("no answer in time")),
    }
}

#[cfg(test)]
impl Live {
    /// As a look at the books greets.
    pub(super) fn greet(&self) {
        let now = Picture::default().now();
        let at = starkeeper_actors::domain::pricing::samples::noon();
        self.now.send_replace(line(0, at, now));
    }

    /// Tells something.
    pub(super) fn say(&self) {
        let at = starkeeper_actors::domain::pricing::samples::noon();
        self.tell(at, Event::Books { reachable: true });
    }

    pub(super) fn listeners(&self) -> usize {
        self.desk().listeners
    }
}
