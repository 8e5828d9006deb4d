//! What people see: chats, and bots as they show themselves.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::answered;
use super::super::asked::{Wrong, refuse_strangers};
use super::{nobody, number, whole_of};
use crate::telegram::api::updates::info;
use crate::telegram::bot::Bot;
use crate::telegram::chat::Message;
use crate::telegram::people::LARGEST_ID;
use crate::world::{World, hold};

/// The longest a look waits for a change, in real time.
const LONGEST_WAIT_MS: i64 = 60_000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/users/{id}/chat", web::get().to(chat))
        .route("/control/chats", web::get().to(changed))
        .route("/control/telegram", web::get().to(bots))
        .route("/control/telegram/redeliver", web::post().to(redeliver))
        .route("/control/telegram/photos/{file_id}", web::get().to(photo));
}

/// The whole chat as a list; with `after`, what changed since then, once something has.
async fn chat(
    request: HttpRequest,
    id: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    let look = refuse_strangers(&request).and_then(|()| Look::read(&request, &id));
    let look = match look {
        Ok(look) => look,
        Err(wrong) => return wrong.answer(),
    };
    match look.see(&world).await {
        Ok(seen) => HttpResponse::Ok().json(seen),
        Err(wrong) => wrong.answer(),
    }
}

struct Look {
    person: i64,
    chat: i64,
    after: Option<u64>,
    wait: Duration,
}

impl Look {
    fn read(request: &HttpRequest, id: &str) -> Result<Self, Wrong> {
        let person = number(id)?;
        let after = whole_of(request, "after", 0, i64::MAX)?;
        let wait = whole_of(request, "wait_ms", 0, LONGEST_WAIT_MS)?.unwrap_or(0);
        let group = whole_of(request, "group", -LARGEST_ID, -1)?;
        Ok(Self {
            person,
            chat: group.unwrap_or(person),
            after: after.map(i64::unsigned_abs),
            wait: Duration::from_millis(wait.unsigned_abs()),
        })
    }

    async fn see(&self, world: &World) -> Result<Value, Wrong> {
        let until = Instant::now() + self.wait;
        loop {
            let mut changes = {
                let mut desk = hold(&world.telegram.desk);
                let bot = desk.newest_bot(&world.dice);
                desk.people
                    .get(self.person)
                    .ok_or_else(|| nobody(self.person))?;
                let Some(after) = self.after else {
                    let chat = desk.chat(bot, self.chat);
                    let messages = chat.map(|chat| chat.messages().map(Message::shown).collect());
                    return Ok(messages.unwrap_or_else(|| json!([])));
                };
                let chat = desk.chat_mut(bot, self.chat);
                let mut changes = chat.changed.subscribe();
                let is_news = *changes.borrow_and_update() > after;
                if is_news || Instant::now() >= until {
                    return Ok(chat.shown_after(after, world.clock.now()));
                }
                changes
            };
            // Late or woken: the next look says which.
            let _woken = tokio::time::timeout_at(until, changes.changed()).await;
        }
    }
}

/// The chats with a change after `after`: one look for many people.
async fn changed(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    let asked = refuse_strangers(&request).and_then(|()| {
        let after = whole_of(&request, "after", 0, i64::MAX)?.unwrap_or(0);
        let wait = whole_of(&request, "wait_ms", 0, LONGEST_WAIT_MS)?.unwrap_or(0);
        let wait = Duration::from_millis(wait.unsigned_abs());
        Ok((after.unsigned_abs(), wait))
    });
    let (after, wait) = match asked {
        Ok(asked) => asked,
        Err(wrong) => return wrong.answer(),
    };
    let until = Instant::now() + wait;
    loop {
        let mut changes = {
            let desk = hold(&world.telegram.desk);
            let feed = desk.feed();
            let mut changes = feed.subscribe();
            let version = *changes.borrow_and_update();
            if version > after || Instant::now() >= until {
                let (chats, is_whole) = feed.after(after);
                return HttpResponse::Ok()
                    .json(json!({"version": version, "chats": chats, "whole": is_whole}));
            }
            changes
        };
        let _woken = tokio::time::timeout_at(until, changes.changed()).await;
    }
}

async fn bots(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let desk = hold(&world.telegram.desk);
        Ok(desk.bots().iter().map(shown).collect())
    })
}

/// Tries every delivery to a webhook that waits for its pause again, now.
async fn redeliver(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    let world = world.into_inner();
    answered(&request, || {
        let mut desk = hold(&world.telegram.desk);
        Ok(json!({"tried": crate::telegram::webhook::hurry(&world, &mut desk)}))
    })
}

async fn photo(file_id: web::Path<String>, world: web::Data<World>) -> HttpResponse {
    let desk = hold(&world.telegram.desk);
    match desk.photos.uploaded(&file_id) {
        Some(upload) => HttpResponse::Ok()
            .content_type(upload.media_type)
            .insert_header(("cache-control", "max-age=3600"))
            .body(upload.bytes.clone()),
        None => Wrong::Missing("there is no such picture, or it is too old".to_owned()).answer(),
    }
}

fn shown(bot: &Bot) -> Value {
    let commands: Vec<Value> = bot
        .profile
        .commands
        .iter()
        .map(|((scope, language), commands)| {
            json!({"scope": scope, "language": language, "commands": commands})
        })
        .collect();
    json!({
        "id": bot.id,
        "username": bot.username(),
        "name": bot.name(),
        "descriptions": bot.profile.descriptions,
        "short_descriptions": bot.profile.short_descriptions,
        "commands": commands,
        "webhook": info(&bot.inbox),
    })
}
