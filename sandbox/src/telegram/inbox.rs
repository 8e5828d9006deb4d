//! Updates for a bot: those that wait, in which order, and who fetches or is sent them.
//!
//! An update waits until a later offset confirms it or a webhook answers 2xx, for a day at most.
//! Polling sees one queue. A webhook sees a lane for every chat: within a lane the order is kept and
//! one update is on the wire at a time; lanes go side by side.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use crate::world::World;
use crate::world::clock::Moment;
use crate::world::faults::{Strike, System};
use crate::world::kept::forms::{self, Word, one_of};
use crate::world::kept::{Torn, must};
use crate::world::timers::Due;

/// What faults call an update on its way to a bot.
pub(crate) const UPDATE: &str = "update";

/// Updates that wait at most; the oldest give way.
const MOST: usize = 100_000;

/// How long an update waits for its bot.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// Updates in one answer.
pub(crate) const PAGE: usize = 100;

/// An update that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// The update as JSON.
    #[serde(with = "forms::bytes")]
    pub(crate) body: Bytes,
    /// The chat it comes from.
    pub(crate) lane: i64,
    /// It is given out twice.
    pub(crate) twice: bool,
    /// The first answer of a webhook to it is not believed.
    pub(crate) doubted: bool,
    /// The first try of a webhook fails.
    pub(crate) cut: bool,
    at: Moment,
}

/// An update that a fault keeps back.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    news: News,
    /// Its number, where it had one before it was kept back.
    id: Option<i64>,
    strike: Strike,
}

/// What happened, before it has a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct News {
    /// Its name in the update, like `message`.
    #[serde(deserialize_with = "kind")]
    pub(crate) kind: Word,
    /// The chat it comes from.
    pub(crate) lane: i64,
    /// What the bot is told.
    pub(crate) value: Value,
}

/// The kinds of updates there are here.
const KINDS: [Word; 3] = ["message", "callback_query", "my_chat_member"];

fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<Word, D::Error> {
    one_of(from, &KINDS)
}

/// Why a poll that waits ends without updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndedBy {
    /// Another one came.
    GetUpdates,
    /// A webhook was set.
    SetWebhook,
}

/// A webhook.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hook {
    #[serde(with = "forms::shared")]
    pub(crate) url: Arc<str>,
    #[serde(with = "forms::perhaps_shared")]
    pub(crate) secret: Option<Arc<str>>,
    pub(crate) most: usize,
    pub(crate) in_flight: usize,
    /// Tells its own deliveries from those of a webhook before it.
    pub(crate) era: u64,
    pub(crate) lanes: HashMap<i64, Lane>,
    /// Lanes that have an update to send now, in the order they came to have it.
    pub(crate) ready: VecDeque<i64>,
}

/// The updates of one chat.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Lane {
    pub(crate) ids: VecDeque<i64>,
    /// Tries of the first of them that failed.
    pub(crate) failures: u32,
    /// It waits until it may be tried again.
    pub(crate) paused: bool,
}

/// The updates of a bot.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Inbox {
    waiting: BTreeMap<i64, Waiting>,
    next_id: i64,
    /// Which kinds the bot wants; none: all there are here.
    allowed: Option<Vec<String>>,
    held: HashMap<u64, Held>,
    held_count: u64,
    overtakable: Vec<u64>,
    /// The newest poll, and what ended the one before.
    #[serde(skip, default = "no_poll")]
    poll: (u64, EndedBy),
    /// Changes when an update comes, or a poll has to end.
    #[serde(skip)]
    pub(crate) arrived: watch::Sender<()>,
    pub(crate) hook: Option<Hook>,
    eras: u64,
    /// The last failure of a webhook.
    pub(crate) last_error: Option<(Moment, String)>,
}

impl Inbox {
    /// An empty one, whose first update has this number.
    pub(crate) fn new(first: i64) -> Self {
        Self {
            waiting: BTreeMap::new(),
            next_id: first,
            allowed: None,
            held: HashMap::new(),
            held_count: 0,
            overtakable: Vec::new(),
            poll: no_poll(),
            arrived: watch::Sender::new(()),
            hook: None,
            eras: 0,
            last_error: None,
        }
    }

    /// Forgets what waits. Numbers go on, and a webhook stays where it is.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.held.clear();
        self.overtakable.clear();
        self.last_error = None;
        if let Some(hook) = &mut self.hook {
            self.eras += 1;
            hook.era = self.eras;
            hook.in_flight = 0;
            hook.lanes.clear();
            hook.ready.clear();
        }
    }

    /// How many wait.
    pub(crate) fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Which kinds the bot asked for.
    pub(crate) fn allowed(&self) -> Option<&[String]> {
        self.allowed.as_deref()
    }

    /// Says which kinds the bot wants from now on; an empty list is all.
    pub(crate) fn allow(&mut self, kinds: Vec<String>) {
        self.allowed = (!kinds.is_empty()).then_some(kinds);
    }

    /// Something happened. Says whether the bot will hear of it.
    pub(crate) fn push(&mut self, world: &World, bot: usize, news: News) -> bool {
        let wanted = self
            .allowed
            .as_ref()
            .is_none_or(|kinds| kinds.iter().any(|kind| kind == news.kind));
        if !wanted {
            return false;
        }
        let strike = world.faults.strike(System::Telegram, UPDATE, true);
        if strike.refuse.is_some() {
            return false;
        }
        let now = world.clock.now();
        let Some(span) = strike.delay.max(strike.reorder) else {
            self.admit(&news, None, &strike, now);
            self.let_go(now);
            return true;
        };
        // A webhook can meet updates out of their order; whoever polls would lose the older one.
        let id = self.hook.is_some().then(|| self.number());
        self.held_count += 1;
        let number = self.held_count;
        if strike.reorder.is_some() {
            self.overtakable.push(number);
        }
        self.held.insert(number, Held { news, id, strike });
        let due = super::Due::Released { bot, number };
        world.timers.put(now + span, Due::Telegram(due));
        true
    }

    /// What was kept back may go.
    pub(crate) fn release(&mut self, number: u64, now: Moment) {
        self.overtakable.retain(|other| *other != number);
        if let Some(held) = self.held.remove(&number) {
            let id = held.id.filter(|_| self.hook.is_some());
            self.admit(&held.news, id, &held.strike, now);
        }
    }

    /// Updates from `offset` on, `limit` at most, as the members of a JSON list. What is before
    /// `offset` is confirmed and gone; below zero it counts from the end.
    pub(crate) fn fetch(&mut self, offset: i64, limit: usize, now: Moment) -> Vec<Bytes> {
        self.expire(now);
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            while self.waiting.len() > keep {
                self.waiting.pop_first();
            }
        } else {
            while self
                .waiting
                .first_key_value()
                .is_some_and(|(id, _)| *id < offset)
            {
                self.waiting.pop_first();
            }
        }
        let mut page = Vec::new();
        for waiting in self.waiting.values_mut().take(limit) {
            page.push(waiting.body.clone());
            if std::mem::take(&mut waiting.twice) || std::mem::take(&mut waiting.doubted) {
                page.push(waiting.body.clone());
            }
        }
        page
    }

    /// An update that waits.
    pub(crate) fn waiting_mut(&mut self, id: i64) -> Option<&mut Waiting> {
        self.waiting.get_mut(&id)
    }

    /// An update has been taken.
    pub(crate) fn confirm(&mut self, id: i64) {
        self.waiting.remove(&id);
    }

    /// Forgets every update that waits.
    pub(crate) fn drop_waiting(&mut self) {
        self.waiting.clear();
    }

    /// A poll begins, and ends the one that waits. Answers its number.
    pub(crate) fn begin_poll(&mut self) -> u64 {
        self.end_poll(EndedBy::GetUpdates)
    }

    /// Why the poll of this number has to end, if it has to.
    pub(crate) fn is_ended(&self, poll: u64) -> Option<EndedBy> {
        (self.poll.0 != poll).then_some(self.poll.1)
    }

    /// Updates go to a webhook from now on, those that wait too.
    pub(crate) fn set_hook(&mut self, url: &str, secret: Option<&str>, most: usize) {
        self.end_poll(EndedBy::SetWebhook);
        self.eras += 1;
        let mut hook = Hook {
            url: url.into(),
            secret: secret.map(Into::into),
            most,
            in_flight: 0,
            era: self.eras,
            lanes: HashMap::new(),
            ready: VecDeque::new(),
        };
        for (id, waiting) in &self.waiting {
            hook.line_up(waiting.lane, *id);
        }
        self.hook = Some(hook);
    }

    /// Updates that are too old are forgotten.
    pub(crate) fn expire(&mut self, now: Moment) {
        while self
            .waiting
            .first_key_value()
            .is_some_and(|(_, waiting)| waiting.at + LIFE < now)
        {
            self.waiting.pop_first();
        }
    }

    /// Whether updates have numbers that were given out, and nothing is on a wire.
    pub(super) fn check(&self) -> Result<(), Torn> {
        let newest = self.waiting.keys().next_back().copied();
        must(newest < Some(self.next_id), || {
            format!("the update {newest:?} has no number yet")
        })?;
        let held = self.held.keys().max().copied().unwrap_or(0);
        must(held <= self.held_count, || {
            format!("the update kept back as {held} was never counted")
        })?;
        let in_flight = self.hook.as_ref().map_or(0, |hook| hook.in_flight);
        must(in_flight == 0, || {
            format!("{in_flight} updates are on a wire that there is no more")
        })
    }

    fn end_poll(&mut self, by: EndedBy) -> u64 {
        self.poll = (self.poll.0 + 1, by);
        self.arrived.send_replace(());
        self.poll.0
    }

    fn number(&mut self) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    fn admit(&mut self, news: &News, id: Option<i64>, strike: &Strike, now: Moment) {
        let id = id.unwrap_or_else(|| self.number());
        // The number comes first, as in the original: some clients read no further before they act.
        let body = format!("{{\"update_id\":{id},\"{}\":{}}}", news.kind, news.value);
        let waiting = Waiting {
            body: body.into(),
            lane: news.lane,
            twice: strike.duplicate,
            doubted: strike.lose_reply,
            cut: strike.down,
            at: now,
        };
        self.waiting.insert(id, waiting);
        if self.waiting.len() > MOST {
            self.waiting.pop_first();
        }
        if let Some(hook) = &mut self.hook {
            hook.line_up(news.lane, id);
        }
        self.arrived.send_replace(());
    }

    /// Those that waited to be overtaken have been.
    fn let_go(&mut self, now: Moment) {
        for number in std::mem::take(&mut self.overtakable) {
            self.release(number, now);
        }
    }
}

/// Nobody has polled.
fn no_poll() -> (u64, EndedBy) {
    (0, EndedBy::GetUpdates)
}

impl Hook {
    /// Puts an update into its lane.
    pub(crate) fn line_up(&mut self, lane: i64, id: i64) {
        let line = self.lanes.entry(lane).or_default();
        line.ids.push_back(id);
        if line.ids.len() == 1 {
            self.ready.push_back(lane);
        }
    }
}
