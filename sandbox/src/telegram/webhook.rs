//! Deliveries to a bot's webhook: lanes side by side, tries again, and calls inside an answer.

use std::sync::Arc;
use std::time::Duration;

use super::Due as TelegramDue;
use super::api;
use super::desk::Desk;
use super::inbox::Inbox;
use super::params::Params;
use crate::world::clock::Moment;
use crate::world::post::{Letter, Quiet, Reply};
use crate::world::timers::Due;
use crate::world::{World, hold};

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// One delivery.
#[derive(Debug, Clone, Copy)]
struct Delivery {
    bot: usize,
    era: u64,
    lane: i64,
    id: i64,
}

/// Sends what may be sent now.
pub(crate) fn pump(world: &Arc<World>, desk: &mut Desk, bot: usize) {
    while let Some((delivery, letter, twice)) = next(desk, bot, world.clock.now()) {
        let Some(letter) = letter else {
            let cut = Err(Quiet::Broken);
            finish(world, desk, delivery, &cut);
            continue;
        };
        if twice {
            let then = Arc::clone(world);
            world.post.exchange(letter.clone(), move |reply| {
                obey(&then, delivery.bot, reply);
            });
        }
        let then = Arc::clone(world);
        world.post.exchange(letter, move |reply| {
            let doubted = {
                let mut desk = hold(&then.telegram.desk);
                finish(&then, &mut desk, delivery, &reply)
            };
            if !doubted {
                obey(&then, delivery.bot, reply);
            }
        });
    }
}

/// The pause of a lane is over.
pub(crate) fn again(world: &Arc<World>, desk: &mut Desk, bot: usize, era: u64, lane: i64) {
    let hook = desk.inbox(bot).and_then(|inbox| inbox.hook.as_mut());
    let Some(hook) = hook.filter(|hook| hook.era == era) else {
        return;
    };
    let line = hook.lanes.get_mut(&lane).filter(|line| line.paused);
    if let Some(line) = line {
        line.paused = false;
        hook.ready.push_back(lane);
        pump(world, desk, bot);
    }
}

/// Tries everything that waits for its pause again, now. Says how much that is.
pub(crate) fn hurry(world: &Arc<World>, desk: &mut Desk) -> usize {
    let mut tried = 0;
    for bot in 0..desk.bots().len() {
        let Some(hook) = desk.inbox(bot).and_then(|inbox| inbox.hook.as_mut()) else {
            continue;
        };
        let paused = hook.lanes.iter_mut().filter(|(_, line)| line.paused);
        for (lane, line) in paused {
            line.paused = false;
            hook.ready.push_back(*lane);
            tried += 1;
        }
        pump(world, desk, bot);
    }
    tried
}

/// Takes the next update from the lanes. Without a letter the try has failed already.
fn next(desk: &mut Desk, bot: usize, now: Moment) -> Option<(Delivery, Option<Letter>, bool)> {
    let inbox = desk.inbox(bot)?;
    inbox.expire(now);
    loop {
        let hook = inbox.hook.as_mut()?;
        if hook.in_flight >= hook.most {
            return None;
        }
        let lane = hook.ready.pop_front()?;
        let Some(id) = hook
            .lanes
            .get(&lane)
            .and_then(|line| line.ids.front().copied())
        else {
            hook.lanes.remove(&lane);
            continue;
        };
        let (url, secret, era) = (Arc::clone(&hook.url), hook.secret.clone(), hook.era);
        let Some(waiting) = inbox.waiting_mut(id) else {
            // Too old, or dropped.
            advance(inbox, lane);
            continue;
        };
        let letter = Letter {
            url,
            body: waiting.body.clone(),
            secret,
        };
        let twice = std::mem::take(&mut waiting.twice);
        let cut = std::mem::take(&mut waiting.cut);
        if let Some(hook) = inbox.hook.as_mut() {
            hook.in_flight += 1;
        }
        let delivery = Delivery { bot, era, lane, id };
        return Some((delivery, (!cut).then_some(letter), twice));
    }
}

/// The first update of a lane is over: the one behind it may go.
fn advance(inbox: &mut Inbox, lane: i64) {
    let Some(hook) = &mut inbox.hook else {
        return;
    };
    let Some(line) = hook.lanes.get_mut(&lane) else {
        return;
    };
    line.ids.pop_front();
    line.failures = 0;
    if line.ids.is_empty() {
        hook.lanes.remove(&lane);
    } else {
        hook.ready.push_back(lane);
    }
}

/// A try is over: taken, or another one later. Says whether a fault doubts the answer.
fn finish(
    world: &Arc<World>,
    desk: &mut Desk,
    delivery: Delivery,
    reply: &Result<Reply, Quiet>,
) -> bool {
    let now = world.clock.now();
    let first_pause = world.telegram.first_retry;
    let Some(inbox) = desk.inbox(delivery.bot) else {
        return false;
    };
    let Some(hook) = inbox.hook.as_mut().filter(|hook| hook.era == delivery.era) else {
        return false;
    };
    hook.in_flight = hook.in_flight.saturating_sub(1);
    let trouble = trouble(reply);
    let doubted = trouble.is_none()
        && inbox
            .waiting_mut(delivery.id)
            .is_some_and(|waiting| std::mem::take(&mut waiting.doubted));
    if trouble.is_none() && !doubted {
        inbox.confirm(delivery.id);
        advance(inbox, delivery.lane);
    } else {
        if let Some(text) = trouble {
            inbox.last_error = Some((now, text));
        }
        let hook = inbox.hook.as_mut();
        let line = hook.and_then(|hook| hook.lanes.get_mut(&delivery.lane));
        if let Some(line) = line {
            line.failures += 1;
            line.paused = true;
            let at = now + pause(first_pause, line.failures);
            let due = TelegramDue::Again {
                bot: delivery.bot,
                era: delivery.era,
                lane: delivery.lane,
            };
            world.timers.put(at, Due::Telegram(due));
        }
    }
    pump(world, desk, delivery.bot);
    doubted
}

/// What `last_error_message` says, in the original's words.
fn trouble(reply: &Result<Reply, Quiet>) -> Option<String> {
    match reply {
        Ok(reply) if (200..300).contains(&reply.status) => None,
        Ok(reply) => {
            let reason = actix_web::http::StatusCode::from_u16(reply.status)
                .ok()
                .and_then(|status| status.canonical_reason())
                .unwrap_or_default();
            Some(format!(
                "Wrong response from the webhook: {} {reason}",
                reply.status
            ))
        }
        Err(Quiet::Late) => Some("Read timeout expired".to_owned()),
        Err(Quiet::Unreachable) => Some("Connection refused".to_owned()),
        Err(Quiet::Broken) => Some("Connection reset by peer".to_owned()),
    }
}

/// Carries out the call that stands in an answer, if one does. Its result is told to nobody.
fn obey(world: &Arc<World>, bot: usize, reply: Result<Reply, Quiet>) {
    let Ok(reply) = reply else {
        return;
    };
    if !(200..300).contains(&reply.status) || reply.body.is_empty() {
        return;
    }
    // A body that is no call is nobody's business: most bots answer "ok".
    let Ok(params) = Params::read("", reply.content_type.as_deref(), reply.body) else {
        return;
    };
    let Some(name) = params.text("method") else {
        return;
    };
    let Some(method) = api::Method::of(name) else {
        tracing::warn!("a webhook's answer asks for a method that does not exist");
        return;
    };
    if let Err(refusal) = api::carry_out(world, bot, method, &params) {
        tracing::debug!(method = method.name(), "{}", refusal.description);
    }
}

/// The pause after so many failures in a row: doubling, up to a minute.
fn pause(first: Duration, failures: u32) -> Duration {
    let doubled = 1_u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    first.saturating_mul(doubled).min(LONGEST_PAUSE.max(first))
}
