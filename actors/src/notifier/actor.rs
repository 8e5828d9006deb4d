//! When the notifier acts: on a wake, every two seconds, and when a delivery ends.

use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorFutureExt, Context, Handler, Supervised, WrapFuture};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::CameBack;
use super::counts::NotifierCounts;
use super::desk::{After, Desk, Due};
use super::pace::Pace;
use super::settings::NotifierSettings;
use crate::domain::Timestamp;
use crate::domain::ids::OrderId;
use crate::domain::notice::{Audience, Notice};
use crate::domain::pricing::ShopPrices;
use crate::office::Office;
use crate::ports::Unreadable;
use crate::ports::books::{Fence, Lease, LeaseKey, LiveMessage, Seen};
use crate::supervision::{
    self, Asked, Begin, Clerk, EffectFailed, End, InFlight, Life, Loading, Observe, Observed, Wake,
    effect, guard,
};

/// The actor.
pub struct Notifier {
    life: Life<Self>,
    desk: Arc<Desk>,
    memory: Memory,
}

/// What a restart forgets.
#[derive(Debug)]
struct Memory {
    lease: Option<Held>,
    looking: Looking,
    persons: InFlight<Audience>,
    drawing: InFlight<OrderId>,
    pace: Pace,
    came_back_at: Option<Timestamp>,
}

/// A lease as far as our own clock can tell; safety is its epoch.
#[derive(Clone, Copy, Debug)]
struct Held {
    fence: Fence,
    until: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Looking {
    Idle,
    Reading,
    /// And once more afterwards.
    ReadingAgain,
}

/// What the notifier shows of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NotifierSnapshot {
    /// The epoch under which this replica delivers; none if another one does.
    pub epoch: Option<i64>,
    /// People who are being told now.
    pub telling: usize,
    /// Live messages that are being drawn now.
    pub drawing: usize,
    /// Milliseconds that Telegram wants silence for.
    pub paused_ms: u64,
    /// When somebody last came back.
    pub came_back_at: Option<Timestamp>,
    /// What was done since the daemon started.
    pub counts: NotifierCounts,
}

/// Time left for the rest of a delivery beside its calls: places in the pace, reading, storing.
const AROUND: Duration = Duration::from_secs(30);

impl Notifier {
    /// Builds the actor; give it to [`supervision::start`] with its seat. `prices` are the prices as
    /// published: who paid too late is asked at the price of the moment.
    #[must_use]
    pub fn new(
        life: Life<Self>,
        office: Office,
        settings: NotifierSettings,
        prices: Option<watch::Receiver<Arc<ShopPrices>>>,
    ) -> Self {
        Self {
            life,
            desk: Arc::new(Desk::new(office, settings, prices)),
            memory: Memory::fresh(&settings),
        }
    }

    /// Takes or prolongs the lease and reads what is due, unless that is being done.
    fn look(&mut self, ctx: &mut Context<Self>) {
        match self.memory.looking {
            Looking::Idle => self.memory.looking = Looking::Reading,
            Looking::Reading | Looking::ReadingAgain => {
                self.memory.looking = Looking::ReadingAgain;
                return;
            }
        }
        let desk = Arc::clone(&self.desk);
        let held = self.memory.lease.filter(Held::is_fresh);
        let (persons, orders) = (wanted(&self.memory.persons), wanted(&self.memory.drawing));
        let asked_at = Instant::now();
        let now = desk.office.ports.clock.now();
        let ttl = self.desk.settings.lease.to_std().unwrap_or_default();
        let read = async move {
            let held = match held {
                Some(held) => Some(held),
                None => desk.lease().await?.map(|lease| Held {
                    fence: lease.fence(),
                    until: asked_at + ttl,
                }),
            };
            match held {
                Some(held) => Ok(Some((held, desk.due(now, persons, orders).await?))),
                None => Ok(None),
            }
        };
        self.outside(ctx, AROUND, read, |notifier, found, ctx| {
            let found = found.unwrap_or_else(|failed| Err(Unreadable::new(failed.to_string())));
            notifier.found(found, ctx);
        });
    }

    /// Takes up what is due; nothing is, while another replica holds the lease.
    fn found(&mut self, found: Result<Option<(Held, Due)>, Unreadable>, ctx: &mut Context<Self>) {
        let again = self.memory.looking == Looking::ReadingAgain;
        self.memory.looking = Looking::Idle;
        let found = match found {
            Ok(found) => found,
            Err(unreadable) => {
                tracing::warn!("the notifier cannot look at the books: {unreadable}");
                return;
            }
        };
        self.memory.lease = found.as_ref().map(|(held, _)| *held);
        if let Some((held, due)) = found {
            for notice in due.notices {
                self.deliver(notice, held.fence, ctx);
            }
            for live in due.live {
                self.draw(live, held.fence, ctx);
            }
        }
        if again {
            self.look(ctx);
        }
    }

    fn deliver(&mut self, notice: Seen<Notice>, fence: Fence, ctx: &mut Context<Self>) {
        let person = notice.row.owed.audience;
        match self.memory.persons.begin(person) {
            Begin::Start => {}
            Begin::Running | Begin::Full => return,
        }
        let (earliest, latest) = self.places();
        let Some(place) = self.memory.pace.place(person, earliest, latest) else {
            let _not_due_again = self.memory.persons.end(&person);
            return;
        };
        let desk = Arc::clone(&self.desk);
        let calls = match person {
            // The news, and the message of a top-up that ends with it.
            Audience::Customer(_) => 2,
            Audience::Operators => desk.office.ports.messenger.operators().len().max(1),
        };
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        let limit = AROUND + self.desk.settings.call.saturating_mul(calls);
        let telling = async move {
            tokio::time::sleep_until(place).await;
            desk.deliver(notice, fence).await
        };
        self.outside(ctx, limit, telling, move |notifier, after, ctx| {
            let again = notifier.memory.persons.end(&person);
            notifier.ended(after, again, ctx);
        });
    }

    fn draw(&mut self, live: Seen<LiveMessage>, fence: Fence, ctx: &mut Context<Self>) {
        let order = live.row.order;
        match self.memory.drawing.begin(order) {
            Begin::Start => {}
            Begin::Running | Begin::Full => return,
        }
        // Edits share the whole bot's rate only: each order has a pace of its own.
        let (earliest, latest) = self.places();
        let Some(place) = self.memory.pace.place_for_edit(earliest, latest) else {
            let _not_due_again = self.memory.drawing.end(&order);
            return;
        };
        let desk = Arc::clone(&self.desk);
        // A message that is gone is sent anew.
        let limit = AROUND + self.desk.settings.call.saturating_mul(2);
        let drawing = async move {
            tokio::time::sleep_until(place).await;
            desk.draw(live, fence).await
        };
        self.outside(ctx, limit, drawing, move |notifier, after, ctx| {
            let again = notifier.memory.drawing.end(&order);
            notifier.ended(after, again, ctx);
        });
    }

    /// Between which instants a message may be sent.
    fn places(&self) -> (Instant, Instant) {
        let now = Instant::now();
        let latest = now + self.desk.settings.longest_wait;
        (self.desk.silence.over_at(now), latest)
    }

    fn ended(&mut self, after: Result<After, EffectFailed>, again: End, ctx: &mut Context<Self>) {
        let after = after.unwrap_or_else(|failed| {
            self.desk.counts.unstored.one();
            tracing::warn!("a delivery did not end, it will be made again: {failed}");
            After::NotStored
        });
        match (after, again) {
            // The person's next notice may be due.
            (After::Stored, End::LookAgain | End::Quiet) => self.look(ctx),
            // Found again at the next look, not at once: the books are in trouble.
            (After::NotSent | After::NotStored, End::LookAgain | End::Quiet) => {}
            (After::LeaseLost, End::LookAgain | End::Quiet) => self.memory.lease = None,
        }
    }

    fn outside<T: Send + 'static>(
        &mut self,
        ctx: &mut Context<Self>,
        limit: Duration,
        call: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, Result<T, EffectFailed>, &mut Context<Self>) + 'static,
    ) {
        let io = self.desk.office.io.clone();
        effect::start(self, ctx, &io, limit, call, then);
    }
}

impl Held {
    /// Whether it need not be prolonged yet: while half of it is left.
    fn is_fresh(&self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        left > AROUND / 2
    }
}

/// As many rows as there is room for, and those in work, which are listed too.
fn wanted<K: Ord>(work: &InFlight<K>) -> u32 {
    u32::try_from(work.room().saturating_add(work.len())).unwrap_or(u32::MAX)
}

impl Desk {
    async fn lease(&self) -> Result<Option<Lease>, Unreadable> {
        let books = &self.office.ports.books;
        let (replica, ttl) = (self.office.replica, self.settings.lease);
        books.lease(LeaseKey::Notifier, replica, ttl).await
    }
}

impl Memory {
    fn fresh(settings: &NotifierSettings) -> Self {
        Self {
            lease: None,
            looking: Looking::Idle,
            persons: InFlight::new(settings.in_flight),
            drawing: InFlight::new(settings.drawing),
            pace: Pace::new(settings.everybody, settings.chat, Instant::now()),
            came_back_at: None,
        }
    }
}

impl Clerk for Notifier {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.memory = Memory::fresh(&self.desk.settings);
    }

    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        guard::every(ctx, self.desk.settings.look_every, Self::look);
        Loading::done()
    }
}

impl Actor for Notifier {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for Notifier {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Observed for Notifier {
    type Snapshot = NotifierSnapshot;

    fn snapshot(&self) -> NotifierSnapshot {
        let now = Instant::now();
        let paused = self
            .desk
            .silence
            .over_at(now)
            .saturating_duration_since(now);
        NotifierSnapshot {
            epoch: self.memory.lease.map(|held| held.fence.epoch.get()),
            telling: self.memory.persons.len(),
            drawing: self.memory.drawing.len(),
            paused_ms: u64::try_from(paused.as_millis()).unwrap_or(u64::MAX),
            came_back_at: self.memory.came_back_at,
            counts: self.desk.counts.now(),
        }
    }
}

impl Handler<Asked<Observe<Self>>> for Notifier {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}

impl Handler<Wake> for Notifier {
    type Result = ();

    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, Self::look);
    }
}

impl Handler<Asked<CameBack>> for Notifier {
    type Result = ();

    fn handle(&mut self, asked: Asked<CameBack>, ctx: &mut Context<Self>) {
        asked.answer_concurrently(self, ctx, AROUND * 2, |notifier, message, _| {
            notifier.memory.came_back_at = Some(notifier.desk.office.ports.clock.now());
            let desk = Arc::clone(&notifier.desk);
            let reviving = async move { desk.came_back(message.customer).await };
            let io = notifier.desk.office.io.clone();
            let outcome = io.call(&notifier.life, AROUND, reviving);
            // What failed has been logged; the next `/start` does it again.
            outcome
                .into_actor(notifier)
                .map(|_logged, notifier: &mut Self, ctx| {
                    notifier.look(ctx);
                })
        });
    }
}
