//! Where sessions are found: a map in shards that starts a session where there is none.
//!
//! The idle clock is kept here, not in the session: an actor with a live timer never ends.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_rt::ArbiterHandle;
use futures_util::future::join_all;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::actor::{Session, SessionSnapshot};
use super::desk::{Colleagues, Desk};
use super::settings::SessionSettings;
use super::sweep::{self, Sweep};
use super::{Balance, Handle, Handled, Reply, Retire};
use crate::domain::customer::Purse;
use crate::domain::dialog::Inbound;
use crate::domain::ids::TelegramId;
use crate::domain::login::Login;
use crate::domain::pricing::ShopPrices;
use crate::office::Office;
use crate::supervision::{self, AskFailed, Crowd, Door, Limits, Observe, Roster};

/// Parts of the map for each arbiter: short locks, and short looks of the sweep.
pub(super) const PARTS: usize = 16;

/// Between two rounds of [`Directory::drain`].
const DRAIN_PAUSE: Duration = Duration::from_millis(20);

/// The way to every session. Cheap to clone; may be used from any thread.
#[derive(Clone, Debug)]
pub struct Directory {
    house: Arc<House>,
    /// They know the house weakly, so it ends with the last directory, and they with it.
    _sweeps: Arc<[Door<Sweep>]>,
}

/// One session among all that a person ever had here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key {
    pub(super) user: TelegramId,
    /// Which of them: a session that leaves must not take its successor along.
    pub(super) nth: u32,
}

#[derive(Debug)]
struct Place {
    door: Door<Session>,
    nth: u32,
    /// Seconds after the house was opened.
    heard_at: u32,
}

type Part = Mutex<HashMap<TelegramId, Place>>;

/// The directory's inside, which sessions and the sweep know too.
#[derive(Debug)]
pub(super) struct House {
    desk: Arc<Desk>,
    arbiters: Vec<ArbiterHandle>,
    parts: Vec<Part>,
    crowd: Crowd,
    opened: Instant,
    draining: AtomicBool,
    count: AtomicUsize,
    started: AtomicU64,
    retired: AtomicU64,
    gone_met: AtomicU64,
}

/// The directory at one moment: no personal data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SessionsSnapshot {
    /// Sessions now.
    pub sessions: usize,
    /// The same by arbiter.
    pub by_arbiter: Vec<usize>,
    /// Sessions started since the start.
    pub started: u64,
    /// Sessions retired because they were idle.
    pub retired: u64,
    /// Updates that met a session that had just ended.
    pub gone_met: u64,
    /// Whether no more updates are taken.
    pub draining: bool,
}

impl Directory {
    /// Opens the directory: sessions will run on these arbiters, at least one.
    #[must_use]
    pub fn open(
        office: Office,
        settings: SessionSettings,
        colleagues: Colleagues,
        prices: watch::Receiver<Arc<ShopPrices>>,
        logins: watch::Receiver<Arc<Vec<Login>>>,
        arbiters: Vec<ArbiterHandle>,
        roster: &Roster,
    ) -> Self {
        let crowd = roster.enlist_crowd("session", settings.limits());
        let desk = Arc::new(Desk::new(office, settings, colleagues, prices, logins));
        let parts = arbiters.len().max(1).saturating_mul(PARTS);
        let house = Arc::new(House {
            desk,
            parts: (0..parts).map(|_| Part::default()).collect(),
            crowd,
            opened: Instant::now(),
            draining: AtomicBool::new(false),
            count: AtomicUsize::new(0),
            started: AtomicU64::new(0),
            retired: AtomicU64::new(0),
            gone_met: AtomicU64::new(0),
            arbiters,
        });
        let arbiters = house.arbiters.iter().enumerate();
        let sweeps = arbiters.map(|(nth, arbiter)| {
            let seat = roster.enlist("session_sweep", Limits::default());
            sweep::start(arbiter, seat, &house, nth)
        });
        Self {
            _sweeps: sweeps.collect(),
            house,
        }
    }

    /// Has an update handled by its person's session. The update is queued by the call itself, so
    /// updates of one person are handled in the order of the calls.
    pub fn handle(
        &self,
        inbound: Inbound,
        deadline: Duration,
    ) -> impl Future<Output = Reply> + Send + use<> {
        let handled = self.handle_noting(inbound, deadline);
        async move { handled.await.reply }
    }

    /// The same, with what may be said of it at once.
    pub fn handle_noting(
        &self,
        inbound: Inbound,
        deadline: Duration,
    ) -> impl Future<Output = Handled> + Send + use<> {
        let inbound = Arc::new(inbound);
        let house = Arc::clone(&self.house);
        let first = house.ask(&inbound, deadline);
        async move {
            let Some((asked, key)) = first else {
                return Reply::TryLater.into();
            };
            match asked.await {
                Err(AskFailed::Gone) => {}
                answered => return handled(answered),
            }
            // It has just ended: once more, to its successor.
            house.gone_met.fetch_add(1, Ordering::Relaxed);
            house.remove(key);
            match house.ask(&inbound, deadline) {
                Some((asked, _)) => handled(asked.await),
                None => Reply::TryLater.into(),
            }
        }
    }

    /// The desk that all sessions share.
    pub(super) fn desk(&self) -> &Desk {
        &self.house.desk
    }

    /// Looks at one person's session, if there is one.
    pub async fn look_at(&self, user: TelegramId, deadline: Duration) -> Option<SessionSnapshot> {
        let door = {
            let part = self.house.part_of(user)?;
            part.get(&user)?.door.clone()
        };
        door.ask(Observe::<Session>::new(), deadline).await.ok()
    }

    /// What a person has, after every update of theirs that came before. Queued by the call itself.
    /// None if the person has no session, or it cannot say.
    pub fn purse_of(
        &self,
        user: TelegramId,
        deadline: Duration,
    ) -> impl Future<Output = Option<Purse>> + Send + use<> {
        let asked = self.house.part_of(user).and_then(|part| {
            let place = part.get(&user)?;
            Some(place.door.ask(Balance, deadline))
        });
        async move { asked?.await.ok().flatten() }
    }

    /// The directory at this moment.
    #[must_use]
    pub fn observe(&self) -> SessionsSnapshot {
        let house = &self.house;
        let parts = house.parts.iter().map(|part| lock(part).len());
        let parts: Vec<usize> = parts.collect();
        let mut by_arbiter = vec![0_usize; house.arbiters.len().max(1)];
        let each = by_arbiter.len();
        for (nth, count) in by_arbiter.iter_mut().enumerate() {
            *count = parts.iter().skip(nth).step_by(each).sum();
        }
        SessionsSnapshot {
            sessions: parts.iter().sum(),
            by_arbiter,
            started: house.started.load(Ordering::Relaxed),
            retired: house.retired.load(Ordering::Relaxed),
            gone_met: house.gone_met.load(Ordering::Relaxed),
            draining: house.draining.load(Ordering::Acquire),
        }
    }

    /// Takes no more updates and ends every session when nothing of it is in flight; answers how
    /// many are left at the deadline.
    pub async fn drain(&self, deadline: Duration) -> usize {
        self.house.draining.store(true, Ordering::Release);
        let until = Instant::now().checked_add(deadline);
        loop {
            for nth in 0..self.house.parts.len() {
                let most = usize::MAX;
                let doors = self.house.doors(nth, None, most);
                self.house.retire(doors, deadline).await;
            }
            let left = self.house.count.load(Ordering::Acquire);
            if left == 0 || until.is_none_or(|until| Instant::now() >= until) {
                return left;
            }
            tokio::time::sleep(DRAIN_PAUSE).await;
        }
    }
}

fn handled(answered: Result<Handled, AskFailed>) -> Handled {
    match answered {
        Ok(handled) => handled,
        Err(AskFailed::Busy) => Reply::Busy.into(),
        Err(AskFailed::TimedOut { .. }) => Reply::Late.into(),
        Err(AskFailed::Gone | AskFailed::Failed(_)) => Reply::TryLater.into(),
    }
}

impl House {
    /// Queues an update; none if no session may be started.
    fn ask(
        self: &Arc<Self>,
        inbound: &Arc<Inbound>,
        deadline: Duration,
    ) -> Option<(
        impl Future<Output = Result<Handled, AskFailed>> + Send + use<>,
        Key,
    )> {
        if self.draining.load(Ordering::Acquire) {
            return None;
        }
        let user = inbound.sender.user;
        let heard_at = self.seconds();
        let message = Handle(Arc::clone(inbound));
        let mut part = self.part_of(user)?;
        if let Some(place) = part.get_mut(&user) {
            place.heard_at = heard_at;
            let nth = place.nth;
            return Some((place.door.ask(message, deadline), Key { user, nth }));
        }
        if self.count.load(Ordering::Acquire) >= self.desk.settings.most {
            tracing::warn!("no room for one more session");
            return None;
        }
        let place = self.start(user, heard_at)?;
        let nth = place.nth;
        let asked = place.door.ask(message, deadline);
        part.insert(user, place);
        self.count.fetch_add(1, Ordering::AcqRel);
        Some((asked, Key { user, nth }))
    }

    fn start(self: &Arc<Self>, user: TelegramId, heard_at: u32) -> Option<Place> {
        let started = self.started.fetch_add(1, Ordering::AcqRel);
        // Wraps after four thousand million sessions; a person's own never meet.
        let nth = u32::try_from(started & u64::from(u32::MAX)).unwrap_or_default();
        let key = Key { user, nth };
        let arbiter = self.arbiters.get(index(user, self.arbiters.len())?)?;
        let (desk, house) = (Arc::clone(&self.desk), Arc::downgrade(self));
        let seat = self.crowd.member();
        let door = supervision::start_in(arbiter, seat, move |life| {
            Session::new(life, desk, house, key)
        });
        Some(Place {
            door,
            nth,
            heard_at,
        })
    }

    /// Forgets a session, but not its successor.
    pub(super) fn remove(&self, key: Key) {
        let removed = self.part_of(key.user).and_then(|mut part| {
            let same = part
                .get(&key.user)
                .is_some_and(|place| place.nth == key.nth);
            same.then(|| part.remove(&key.user)).flatten()
        });
        // Its last door is dropped here, outside the lock.
        if removed.is_some() {
            self.count.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Sessions of a part that heard nothing for the idle time; all of them without one.
    pub(super) fn doors(
        &self,
        part: usize,
        idle: Option<Duration>,
        most: usize,
    ) -> Vec<(Key, Door<Session>)> {
        let Some(part) = self.parts.get(part) else {
            return Vec::new();
        };
        let now = self.seconds();
        let idle = idle.map_or(0, |idle| u32::try_from(idle.as_secs()).unwrap_or(u32::MAX));
        let part = lock(part);
        let old = part
            .iter()
            .filter(|(_, place)| now.saturating_sub(place.heard_at) >= idle);
        let keyed = old.map(|(user, place)| {
            let (user, nth) = (*user, place.nth);
            (Key { user, nth }, place.door.clone())
        });
        keyed.take(most).collect()
    }

    /// Asks sessions to end and forgets those that say yes, or have ended.
    pub(super) async fn retire(&self, doors: Vec<(Key, Door<Session>)>, deadline: Duration) {
        let asked = doors.into_iter().map(|(key, door)| async move {
            let answer = door.ask(Retire, deadline).await;
            (key, answer)
        });
        for (key, answer) in join_all(asked).await {
            match answer {
                Ok(true) => {
                    self.retired.fetch_add(1, Ordering::Relaxed);
                    self.remove(key);
                }
                Err(AskFailed::Gone) => self.remove(key),
                Ok(false)
                | Err(AskFailed::Busy | AskFailed::TimedOut { .. } | AskFailed::Failed(_)) => {}
            }
        }
    }

    pub(super) fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }

    pub(super) fn settings(&self) -> &SessionSettings {
        &self.desk.settings
    }

    pub(super) fn arbiters(&self) -> usize {
        self.arbiters.len()
    }

    fn part_of(&self, user: TelegramId) -> Option<MutexGuard<'_, HashMap<TelegramId, Place>>> {
        let part = self.parts.get(index(user, self.parts.len())?)?;
        Some(lock(part))
    }

    fn seconds(&self) -> u32 {
        let since = Instant::now().saturating_duration_since(self.opened);
        u32::try_from(since.as_secs()).unwrap_or(u32::MAX)
    }
}

/// A person's place among so many: the parts are a multiple of the arbiters, so a part belongs to
/// one arbiter.
fn index(user: TelegramId, of: usize) -> Option<usize> {
    let of = i64::try_from(of).ok()?;
    usize::try_from(user.get().checked_rem_euclid(of)?).ok()
}

fn lock(part: &Part) -> MutexGuard<'_, HashMap<TelegramId, Place>> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
