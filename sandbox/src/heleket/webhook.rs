//! Webhooks: their bytes, their tries, their pauses, and what faults do to them.
//!
//! A try that is not answered with 200 is repeated after a pause that doubles from the first one up
//! to an hour, [`TRIES`] times in all. The real schedule is not documented: this one is a guess.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Due as HeleketDue;
use super::deliveries::{Content, Progress, Reason};
use super::desk::Desk;
use super::invoice::View;
use super::php::{Flags, Json};
use super::sign::sign;
use crate::world::clock::Moment;
use crate::world::faults::{Strike, System};
use crate::world::post::Answer;
use crate::world::timers::Due;
use crate::world::{World, hold};

/// Tries of one webhook: with the usual pauses about two days.
const TRIES: u32 = 54;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// How the bytes on the wire differ from the text that is signed. What the real gateway does with
/// letters beyond ASCII is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Form {
    /// Wire and signed text are the same: `\/`, letters as they are.
    #[default]
    Php,
    /// The wire has `\uXXXX`, the signed text letters: two flags of PHP in one program.
    PhpAscii,
    /// The wire has `/`, the signed text `\/`: a proxy has written the JSON anew.
    Rewritten,
    /// Wire and signed text have `/`.
    Plain,
}

impl Form {
    /// Every form there is.
    pub(crate) const ALL: [Self; 4] = [Self::Php, Self::PhpAscii, Self::Rewritten, Self::Plain];

    /// Its name on the control API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Php => "php",
            Self::PhpAscii => "php-ascii",
            Self::Rewritten => "rewritten",
            Self::Plain => "plain",
        }
    }

    fn flags(self) -> (Flags, Flags) {
        let bare = Flags {
            slashes: false,
            ascii: false,
        };
        match self {
            Self::Php => (Flags::SIGNED, Flags::SIGNED),
            Self::PhpAscii => (Flags::SIGNED, Flags::PLAIN),
            Self::Rewritten => (Flags::SIGNED, bare),
            Self::Plain => (bare, bare),
        }
    }
}

/// The bytes of a webhook: the members, and their signature as the last one.
pub(crate) fn bytes(
    members: Vec<(impl Into<Cow<'static, str>>, Json)>,
    key: &str,
    form: Form,
) -> Bytes {
    let (signed, wire) = form.flags();
    let mut members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect();
    let text = Json::Object(members.clone()).encode(signed);
    members.push(("sign".into(), Json::Text(sign(text.as_bytes(), key))));
    Bytes::from(Json::Object(members).encode(wire))
}

/// Writes down that the invoice of this number has news for the merchant, if it wants to hear them.
pub(crate) fn announce(world: &World, desk: &mut Desk, number: usize) {
    let everything = desk.settings.push_everything;
    let Some(invoice) = desk.invoice(number) else {
        return;
    };
    if everything || invoice.status().is_pushed() {
        enqueue(world, desk, number, Reason::Change);
    }
}

/// Owes a webhook about the invoice as it is now. Says whether there is somebody to tell.
pub(crate) fn enqueue(world: &World, desk: &mut Desk, number: usize, reason: Reason) -> bool {
    let Some(invoice) = desk.invoices.get(number) else {
        return false;
    };
    let Some(url) = &invoice.order.url_callback else {
        return false;
    };
    let content = Content::Invoice {
        number,
        facts: invoice.facts_number(),
    };
    let status = invoice.status().clone();
    let id = desk
        .deliveries
        .add(&invoice.uuid, status, content, reason, url);
    put(world, desk, id, world.clock.now());
    true
}

/// Lets the delivery be tried at `at`.
pub(crate) fn put(world: &World, desk: &mut Desk, id: u64, at: Moment) {
    if let Some(delivery) = desk.deliveries.get_mut(id) {
        delivery.progress = Progress::Waiting;
        delivery.next_at = Some(at);
        let turn = delivery.turn;
        world
            .timers
            .put(at, Due::Heleket(HeleketDue::Webhook { id, turn }));
    }
}

/// The moment of a delivery has come.
pub(crate) fn attempt(world: &Arc<World>, id: u64, turn: u32) {
    let mut desk = hold(&world.heleket.desk);
    let now = world.clock.now();
    let Some(delivery) = desk.deliveries.get_mut(id) else {
        return;
    };
    if delivery.turn != turn || delivery.progress != Progress::Waiting {
        return;
    }
    delivery.turn += 1;
    delivery.next_at = None;
    let held_back = delivery.struck.take();
    let mut strike =
        held_back.unwrap_or_else(|| world.faults.strike(System::Heleket, "webhook", true));
    if strike.refuse.is_some() {
        delivery.progress = Progress::Never;
        delivery.last = Some("a fault keeps it from being sent".to_owned());
        return;
    }
    let later = strike.delay.take();
    let overtaken = strike.reorder.take();
    if let Some(span) = later.max(overtaken) {
        delivery.struck = Some(strike);
        if overtaken.is_some() {
            desk.deliveries.overtakable.push(id);
        }
        put(world, &mut desk, id, now + span);
        return;
    }
    send(world, &mut desk, id, &strike);
}

fn send(world: &Arc<World>, desk: &mut Desk, id: u64, strike: &Strike) {
    let view = view_of(strike, world.clock.now());
    desk.deliveries.overtakable.retain(|other| *other != id);
    let Some(bytes) = desk.webhook_bytes(world, id, view) else {
        return;
    };
    let era = desk.era;
    let Some(delivery) = desk.deliveries.get_mut(id) else {
        return;
    };
    delivery.attempts += 1;
    delivery.progress = Progress::UnderWay;
    let url = Arc::clone(&delivery.url);
    if strike.down {
        let answer = Answer::Silence("a fault cut the line".to_owned());
        finish(world, desk, id, &answer, false);
        return;
    }
    if strike.duplicate {
        delivery.attempts += 1;
        world
            .post
            .send(Arc::clone(&url), bytes.clone(), |_second| {});
    }
    let (world_then, lost) = (Arc::clone(world), strike.lose_reply);
    world.post.send(url, bytes, move |answer| {
        let mut desk = hold(&world_then.heleket.desk);
        if desk.era == era {
            finish(&world_then, &mut desk, id, &answer, lost);
        }
    });
}

/// From when a call, or a webhook, that is struck tells.
pub(crate) fn view_of(strike: &Strike, now: Moment) -> View {
    match strike.stale {
        _ if strike.mixed => View::Mixed,
        Some(Some(lag)) => View::At(now - lag),
        Some(None) => View::Before,
        None => View::Now,
    }
}

/// A try is over: done, or another one later.
fn finish(world: &World, desk: &mut Desk, id: u64, answer: &Answer, lost: bool) {
    let now = world.clock.now();
    let Some(delivery) = desk.deliveries.get_mut(id) else {
        return;
    };
    delivery.last = Some(match answer {
        Answer::Status(status) if lost => format!("{status}, and a fault lost it"),
        Answer::Status(status) => status.to_string(),
        Answer::Silence(why) => why.clone(),
    });
    let is_done = *answer == Answer::Status(200) && !lost;
    let may_repeat = delivery.reason != Reason::Test && delivery.attempts < TRIES;
    let (attempts, invoice) = (delivery.attempts, delivery.invoice());
    if is_done {
        delivery.progress = Progress::Delivered;
    } else if may_repeat {
        put(
            world,
            desk,
            id,
            now + pause(world.heleket.first_retry, attempts),
        );
    } else {
        delivery.progress = Progress::GivenUp;
        tracing::warn!(delivery = id, attempts, "a webhook was given up");
    }
    let_go(world, desk, id, invoice);
}

/// Those that waited to be overtaken by a webhook of their invoice may go now.
fn let_go(world: &World, desk: &mut Desk, id: u64, invoice: Option<usize>) {
    if desk.deliveries.overtakable.is_empty() {
        return;
    }
    let waiting = std::mem::take(&mut desk.deliveries.overtakable);
    let (go, stay): (Vec<u64>, Vec<u64>) = waiting.into_iter().partition(|other| {
        let same = desk
            .deliveries
            .get_mut(*other)
            .is_some_and(|other| other.invoice() == invoice);
        same && *other != id
    });
    desk.deliveries.overtakable = stay;
    for other in go {
        put(world, desk, other, world.clock.now());
    }
}

/// The pause after the try of this number (from 1).
fn pause(first: Duration, attempt: u32) -> Duration {
    let doubled = 1_u32
        .checked_shl(attempt.saturating_sub(1))
        .unwrap_or(u32::MAX);
    first.saturating_mul(doubled).min(LONGEST_PAUSE.max(first))
}
