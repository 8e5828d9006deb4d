//! The clock of the sandbox: it runs with the machine's, may be moved forward, and may be held.
//!
//! It never goes back, except at a reset. Whoever waits here wakes when the clock is moved.

use std::ops::{Add, Sub};
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use super::hold;

/// An instant of the sandbox's clock, in milliseconds since 1970 (UTC).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct Moment(i64);

impl Moment {
    /// So many milliseconds after 1970-01-01 00:00 UTC.
    pub(crate) fn from_unix_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970.
    pub(crate) fn unix_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    pub(crate) fn unix_s(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long before `self` the moment `earlier` was; nothing when it was not.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(as_ms(span)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(as_ms(span)))
    }
}

fn as_ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// The clock.
#[derive(Debug)]
pub(crate) struct Clock {
    face: Mutex<Face>,
    /// Changes whenever somebody moves, holds or releases the clock.
    touched: watch::Sender<()>,
    start: Start,
}

/// What the clock shows when the sandbox starts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Start {
    /// The machine's time, running.
    Machine,
    /// This moment, standing still until it is moved.
    Held(Moment),
}

/// The clock of a world that is written down.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Stopped {
    shown: Moment,
    held: bool,
    start: Start,
    /// What time it was on the machine.
    machine: Moment,
}

impl Stopped {
    /// What time it was on the machine.
    pub(crate) fn machine(&self) -> Moment {
        self.machine
    }

    /// How much time has passed since then: none for one that is held, and none where the machine's
    /// clock was put back.
    pub(crate) fn missed(&self) -> Duration {
        if self.held {
            Duration::ZERO
        } else {
            machine_time().since(self.machine)
        }
    }
}

#[derive(Debug)]
struct Face {
    shown: Moment,
    at: Instant,
    held: bool,
    /// Counts resets: whoever waited for a moment before one waits no longer.
    resets: u64,
}

impl Face {
    fn new(start: Start, resets: u64) -> Self {
        let (shown, held) = match start {
            Start::Machine => (machine_time(), false),
            Start::Held(moment) => (moment, true),
        };
        Self {
            shown,
            at: Instant::now(),
            held,
            resets,
        }
    }

    fn now(&self) -> Moment {
        if self.held {
            self.shown
        } else {
            self.shown + self.at.elapsed()
        }
    }

    fn show(&mut self, moment: Moment) {
        self.shown = moment;
        self.at = Instant::now();
    }
}

impl Clock {
    /// A clock that shows `start`.
    pub(crate) fn new(start: Start) -> Self {
        Self {
            face: Mutex::new(Face::new(start, 0)),
            touched: watch::Sender::new(()),
            start,
        }
    }

    /// As it is written down.
    pub(crate) fn stopped(&self) -> Stopped {
        let face = hold(&self.face);
        Stopped {
            shown: face.now(),
            held: face.held,
            start: self.start,
            machine: machine_time(),
        }
    }

    /// A clock that goes on from the moment at which another one stopped.
    pub(crate) fn again(stopped: Stopped) -> Self {
        let clock = Self::new(stopped.start);
        let mut face = hold(&clock.face);
        face.show(stopped.shown);
        face.held = stopped.held;
        drop(face);
        clock
    }

    /// What it shows.
    pub(crate) fn now(&self) -> Moment {
        hold(&self.face).now()
    }

    /// True while it stands still.
    pub(crate) fn is_held(&self) -> bool {
        hold(&self.face).held
    }

    /// Moves it forward to `moment`; a moment in the past changes nothing.
    pub(crate) fn forward_to(&self, moment: Moment) {
        let mut face = hold(&self.face);
        if moment > face.now() {
            face.show(moment);
        }
        drop(face);
        self.touched.send_replace(());
    }

    /// Holds it where it is, or lets it run on from there.
    pub(crate) fn set_held(&self, held: bool) {
        let mut face = hold(&self.face);
        let now = face.now();
        face.show(now);
        face.held = held;
        drop(face);
        self.touched.send_replace(());
    }

    /// Shows what it showed at the start, or the machine's time again. Nobody waits any longer.
    pub(crate) fn reset(&self) {
        let mut face = hold(&self.face);
        *face = Face::new(self.start, face.resets + 1);
        drop(face);
        self.touched.send_replace(());
    }

    /// Waits until it shows `moment` or later, or is reset.
    pub(crate) async fn until(&self, moment: Moment) {
        let mut touched = self.touched.subscribe();
        let before = hold(&self.face).resets;
        loop {
            let (left, held, resets) = {
                let face = hold(&self.face);
                (moment.since(face.now()), face.held, face.resets)
            };
            if left.is_zero() || resets != before {
                return;
            }
            let again = touched.changed();
            if held {
                // The sender lives as long as the clock does.
                let _changed = again.await;
            } else {
                let _first = tokio::time::timeout(left, again).await;
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the sandbox reads the machine's clock"
)]
pub(crate) fn machine_time() -> Moment {
    let since_1970 = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Moment(as_ms(since_1970))
}
