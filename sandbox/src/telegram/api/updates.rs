//! How a bot gets its updates: polls and webhooks, one at a time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::desk::Desk;
use super::super::inbox::{EndedBy, Inbox, PAGE};
use super::super::params::Params;
use super::super::refusal::Refusal;
use super::super::webhook::pump;
use super::{Call, Done};
use crate::world::{World, hold};

/// The longest a poll waits, in seconds, whatever it asks for.
const LONGEST_POLL_S: i64 = 50;

/// Connections of a webhook.
const CONNECTIONS: std::ops::RangeInclusive<i64> = 1..=100;
const USUAL_CONNECTIONS: usize = 40;

/// Ports a webhook may be on, but for this machine.
const PORTS: [u16; 4] = [80, 88, 443, 8443];

/// The kinds of updates a bot may ask for.
const KINDS: [&str; 23] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
];

/// Waits for updates, until there are some, the time is up, or another poll comes.
pub(super) async fn poll(world: &Arc<World>, bot: usize, params: &Params) -> Result<Done, Refusal> {
    let offset = params.whole("offset").unwrap_or(0);
    let limit = usize::try_from(params.whole("limit").unwrap_or(0)).unwrap_or(0);
    let limit = if (1..=PAGE).contains(&limit) {
        limit
    } else {
        PAGE
    };
    let timeout = params
        .whole("timeout")
        .unwrap_or(0)
        .clamp(0, LONGEST_POLL_S);
    let kinds = kinds(params)?;
    // A connection waits in real time, wherever the clock of the sandbox stands.
    let until = Instant::now() + Duration::from_secs(timeout.unsigned_abs());
    let (poll, mut arrived) = {
        let mut desk = hold(&world.telegram.desk);
        let inbox = inbox(&mut desk, bot)?;
        refuse_beside_webhook(inbox)?;
        if let Some(kinds) = kinds {
            inbox.allow(kinds);
        }
        (inbox.begin_poll(), inbox.arrived.subscribe())
    };
    loop {
        {
            let mut desk = hold(&world.telegram.desk);
            let inbox = inbox(&mut desk, bot)?;
            match inbox.is_ended(poll) {
                Some(EndedBy::GetUpdates) => {
                    return Err(Refusal::conflict(
                        "terminated by other getUpdates request; make sure that only one bot instance is running",
                    ));
                }
                Some(EndedBy::SetWebhook) => {
                    return Err(Refusal::conflict("terminated by setWebhook request"));
                }
                None => {}
            }
            arrived.mark_unchanged();
            let page = inbox.fetch(offset, limit, world.clock.now());
            if !page.is_empty() || Instant::now() >= until {
                return Ok(listed(&page));
            }
        }
        // Late or woken: the next look says which. The sender lives as long as the bot.
        let _woken = tokio::time::timeout_at(until, arrived.changed()).await;
    }
}

pub(super) fn set_webhook(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let Some(url) = call.params.text("url") else {
        return delete_webhook(desk, call);
    };
    let kinds = kinds(call.params)?;
    let url = checked(url)?;
    let secret = call.params.text("secret_token");
    if let Some(secret) = secret {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if secret.len() > 256 {
            return Err(Refusal::bad("secret token is too long"));
        }
        if !secret.bytes().all(allowed) {
            return Err(Refusal::bad("secret token contains unallowed characters"));
        }
    }
    let most = call.params.whole("max_connections");
    let most = most.filter(|most| CONNECTIONS.contains(most));
    let most = most
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(USUAL_CONNECTIONS);
    let drops = call.params.flag("drop_pending_updates");
    let inbox = inbox(desk, call.bot)?;
    let is_same = inbox.hook.as_ref().is_some_and(|hook| {
        *hook.url == *url && hook.secret.as_deref() == secret && hook.most == most
    });
    if let Some(kinds) = kinds {
        inbox.allow(kinds);
    }
    if drops {
        inbox.drop_waiting();
    }
    if is_same && !drops {
        return Ok(Done::yes("Webhook is already set"));
    }
    inbox.last_error = None;
    inbox.set_hook(&url, secret, most);
    pump(call.world, desk, call.bot);
    Ok(Done::yes("Webhook was set"))
}

pub(super) fn delete_webhook(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let inbox = inbox(desk, call.bot)?;
    if call.params.flag("drop_pending_updates") {
        inbox.drop_waiting();
    }
    inbox.last_error = None;
    match inbox.hook.take() {
        Some(_) => Ok(Done::yes("Webhook was deleted")),
        None => Ok(Done::yes("Webhook is already deleted")),
    }
}

pub(super) fn webhook_info(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let inbox = inbox(desk, call.bot)?;
    inbox.expire(call.now);
    Ok(info(inbox).into())
}

/// What `getWebhookInfo` says.
pub(crate) fn info(inbox: &Inbox) -> Value {
    let hook = inbox.hook.as_ref();
    let mut info = json!({
        "url": hook.map_or("", |hook| &*hook.url),
        "has_custom_certificate": false,
        "pending_update_count": inbox.count(),
    });
    if let Some(members) = info.as_object_mut() {
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        if let Some(hook) = hook {
            put("max_connections", json!(hook.most));
        }
        if let Some((at, text)) = &inbox.last_error {
            put("last_error_date", json!(at.unix_s()));
            put("last_error_message", json!(text));
        }
        if let Some(kinds) = inbox.allowed() {
            put("allowed_updates", json!(kinds));
        }
    }
    info
}

fn inbox(desk: &mut Desk, bot: usize) -> Result<&mut Inbox, Refusal> {
    desk.inbox(bot)
        .ok_or_else(|| Refusal::new(401, "Unauthorized".to_owned()))
}

fn refuse_beside_webhook(inbox: &Inbox) -> Result<(), Refusal> {
    match inbox.hook {
        Some(_) => Err(Refusal::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        )),
        None => Ok(()),
    }
}

/// `allowed_updates`; kinds nobody knows are left out, as in the original.
fn kinds(params: &Params) -> Result<Option<Vec<String>>, Refusal> {
    let wrong = || Refusal::bad("can't parse allowed_updates: expected an Array of String");
    let Some(value) = params.json("allowed_updates").map_err(|_| wrong())? else {
        return Ok(None);
    };
    let list = value.as_array().ok_or_else(wrong)?;
    let mut kinds = Vec::new();
    for kind in list {
        let kind = kind.as_str().ok_or_else(wrong)?;
        if KINDS.contains(&kind) {
            kinds.push(kind.to_owned());
        }
    }
    Ok(Some(kinds))
}

/// The address of a webhook. On this machine it may be plain HTTP, on any port.
fn checked(text: &str) -> Result<String, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("bad webhook: {text}"));
    let url = url::Url::parse(text).map_err(|_| wrong("Bad URL"))?;
    let is_here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong("URL host is empty")),
    };
    let is_http = url.scheme() == "http";
    if url.scheme() != "https" && !(is_http && is_here) {
        return Err(wrong("An HTTPS URL must be provided for webhook"));
    }
    let port = url.port_or_known_default().unwrap_or(443);
    if !is_here && !PORTS.contains(&port) {
        return Err(wrong(
            "Webhook can be set up only on ports 80, 88, 443 or 8443",
        ));
    }
    Ok(text.to_owned())
}

fn listed(page: &[Bytes]) -> Done {
    let mut result = String::from("[");
    for (place, body) in page.iter().enumerate() {
        if place > 0 {
            result.push(',');
        }
        // Made by this program, so it is text.
        result.push_str(&String::from_utf8_lossy(body));
    }
    result.push(']');
    Done {
        result,
        description: None,
    }
}
