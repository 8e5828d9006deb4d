//! What people do: write, tap, choose, forward.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot::Receiver;

use super::super::answered;
use super::super::asked::{Asked, Wrong, refuse_strangers};
use super::{nobody, number, too_many};
use crate::telegram::chat::{Chat, Content, Message};
use crate::telegram::desk::{Desk, MOST_GROUPS};
use crate::telegram::inbox::News;
use crate::telegram::markup::{Act, Picker};
use crate::telegram::people::{LARGEST_ID, Person};
use crate::telegram::queries::Said;
use crate::telegram::styled::{Styled, units};
use crate::world::{World, hold};

/// UTF-16 units a person may write in one message.
const LONGEST_TEXT: usize = 4096;

/// How long a tap waits for its answer, in real time, unless it says otherwise.
const USUAL_WAIT_MS: u64 = 3_000;

/// The longest it may wait.
const LONGEST_WAIT_MS: u64 = 60_000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/users/{id}/say", web::post().to(say))
        .route("/control/users/{id}/send", web::post().to(send))
        .route("/control/users/{id}/forward", web::post().to(forward))
        .route("/control/users/{id}/pick", web::post().to(pick))
        .route("/control/users/{id}/tap", web::post().to(tap));
}

/// What a call about one person brings.
type Call = (HttpRequest, web::Path<String>, Bytes, web::Data<World>);

/// A call that was read: what somebody does, and the desk they do it at.
struct Doing<'c> {
    person: i64,
    asked: &'c Asked,
    desk: &'c mut Desk,
    world: &'c Arc<World>,
}

/// Reads a call whose body may have the `known` members, and answers what came of it.
fn done(
    (request, id, body, world): Call,
    known: &[&str],
    act: impl FnOnce(Doing<'_>) -> Result<Value, Wrong>,
) -> HttpResponse {
    let world = world.into_inner();
    answered(&request, || {
        let person = number(&id)?;
        let asked = Asked::read(&body, known)?;
        let mut desk = hold(&world.telegram.desk);
        act(Doing {
            person,
            asked: &asked,
            desk: &mut desk,
            world: &world,
        })
    })
}

impl Doing<'_> {
    /// Writes to the bot, or into the group that was named.
    fn write(self, content: Content) -> Result<Value, Wrong> {
        let group = group(self.asked)?;
        let Self {
            person,
            desk,
            world,
            ..
        } = self;
        written(desk, world, person, group, content, Map::new())
    }
}

async fn say(call: Call) -> HttpResponse {
    done(call, &["text", "group"], |doing| {
        let text = typed(doing.asked)?;
        doing.write(Content::Text(text))
    })
}

/// Sends what is no text.
async fn send(call: Call) -> HttpResponse {
    done(call, &["kind", "group"], |doing| {
        let kinds = ["sticker", "voice", "photo"].map(|kind| (kind, kind));
        let kind = doing.asked.word("kind", &kinds)?;
        let kind = kind.ok_or_else(|| Wrong::absent("kind", "like \"sticker\""))?;
        doing.write(Content::Other {
            member: kind,
            value: sample(kind),
            label: format!("({kind})"),
        })
    })
}

/// Forwards what another person, or a channel, has written.
async fn forward(call: Call) -> HttpResponse {
    done(call, &["from", "channel", "text", "hidden"], |doing| {
        let text = typed(doing.asked)?;
        let mut more = Map::new();
        more.insert("forward_origin".to_owned(), origin(&doing)?);
        let Doing {
            person,
            desk,
            world,
            ..
        } = doing;
        written(desk, world, person, None, Content::Text(text), more)
    })
}

/// Who has written what is forwarded, as the bot is told.
fn origin(doing: &Doing<'_>) -> Result<Value, Wrong> {
    let asked = doing.asked;
    let hidden = asked.boolean("hidden")?.unwrap_or(false);
    let channel = asked.text("channel")?;
    let from = asked.whole("from", 1, LARGEST_ID.unsigned_abs())?;
    let date = doing.world.clock.now().unix_s();
    match (from.and_then(|from| i64::try_from(from).ok()), channel) {
        (Some(from), None) => {
            let person = doing.desk.people.get(from).ok_or_else(|| nobody(from))?;
            Ok(if hidden {
                json!({"type": "hidden_user", "sender_user_name": person.first_name, "date": date})
            } else {
                json!({"type": "user", "sender_user": person.as_user(), "date": date})
            })
        }
        (None, Some(name)) => Ok(json!({
            "type": "channel",
            "chat": {"id": -1_001_000_000_001_i64, "title": name, "username": name, "type": "channel"},
            "message_id": 1,
            "date": date,
        })),
        (Some(_), Some(_)) | (None, None) => {
            let expected = "a person's number, or else a channel's name";
            Err(Wrong::absent("from", expected))
        }
    }
}

/// Chooses people with the key that offers them, whatever it is called.
async fn pick(call: Call) -> HttpResponse {
    done(call, &["users"], |doing| {
        let users = doing.asked.wholes("users", 1, LARGEST_ID)?;
        let Doing {
            person,
            desk,
            world,
            ..
        } = doing;
        let bot = desk.newest_bot(&world.dice);
        let key = desk.chat(bot, person).and_then(picker_of);
        let (picker, one_time) = key.ok_or_else(|| {
            Wrong::State(format!("{person} sees no key that offers people to choose"))
        })?;
        let content = chosen(desk, users.as_deref(), picker)?;
        pressed(desk, world, (person, None), content, one_time)
    })
}

/// The key that offers people, and whether the keyboard goes away with it.
fn picker_of(chat: &Chat) -> Option<(Picker, bool)> {
    let (_, keyboard) = chat.keyboard()?;
    let mut keys = keyboard.rows.iter().flatten();
    let picker = keys.find_map(|key| key.picker)?;
    Some((picker, keyboard.one_time))
}

/// What a tap did.
enum Tapped {
    /// It is over.
    Done(Value),
    /// The bot was told, and may say something.
    Asks(Value, Receiver<Said>),
}

async fn tap(
    request: HttpRequest,
    id: web::Path<String>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    let world = world.into_inner();
    let tapped = refuse_strangers(&request)
        .and_then(|()| Tap::read(&id, &body))
        .and_then(|tap| Ok((tapped(&world, &tap)?, tap.wait)));
    match tapped {
        Err(wrong) => wrong.answer(),
        Ok((Tapped::Done(shown), _)) => HttpResponse::Ok().json(shown),
        Ok((Tapped::Asks(mut shown, listener), wait)) => {
            let said = match tokio::time::timeout(wait, listener).await {
                Ok(Ok(said)) => Some(said),
                // Nobody has answered in time, or the world was reset.
                Ok(Err(_)) | Err(_) => None,
            };
            if let Some(members) = shown.as_object_mut() {
                members.insert("answered".to_owned(), json!(said.is_some()));
                members.insert(
                    "text".to_owned(),
                    json!(said.as_ref().and_then(|said| said.text.clone())),
                );
                members.insert(
                    "alert".to_owned(),
                    json!(said.as_ref().is_some_and(|said| said.alert)),
                );
                members.insert("url".to_owned(), json!(said.and_then(|said| said.url)));
            }
            HttpResponse::Ok().json(shown)
        }
    }
}

/// A tap as it was asked for.
struct Tap {
    person: i64,
    button: String,
    message: Option<i64>,
    users: Option<Vec<i64>>,
    group: Option<i64>,
    wait: Duration,
}

impl Tap {
    fn read(id: &str, body: &[u8]) -> Result<Self, Wrong> {
        let person = number(id)?;
        let asked = Asked::read(body, &["button", "message_id", "users", "group", "wait_ms"])?;
        let button = asked.text("button")?;
        let button = button
            .ok_or_else(|| Wrong::absent("button", "the text or the callback data of a button"))?;
        let message = asked.whole("message_id", 1, LARGEST_ID.unsigned_abs())?;
        let wait = asked.whole("wait_ms", 0, LONGEST_WAIT_MS)?;
        Ok(Self {
            person,
            button: button.to_owned(),
            message: message.and_then(|message| i64::try_from(message).ok()),
            users: asked.wholes("users", 1, LARGEST_ID)?,
            group: group(&asked)?,
            wait: Duration::from_millis(wait.unwrap_or(USUAL_WAIT_MS)),
        })
    }
}

/// A button that was found.
enum Found {
    Button(Box<Message>, Act),
    Key {
        text: String,
        picker: Option<Picker>,
        one_time: bool,
    },
}

fn tapped(world: &Arc<World>, tap: &Tap) -> Result<Tapped, Wrong> {
    let mut desk = hold(&world.telegram.desk);
    desk.people
        .get(tap.person)
        .ok_or_else(|| nobody(tap.person))?;
    let bot = desk.newest_bot(&world.dice);
    let chat_id = tap.group.unwrap_or(tap.person);
    let missing = || {
        Wrong::Missing(format!(
            "no message that is there has a button \"{}\"",
            tap.button
        ))
    };
    let chat = desk.chat(bot, chat_id).ok_or_else(missing)?;
    match find(chat, tap).ok_or_else(missing)? {
        Found::Button(message, Act::Data(data)) => {
            let told = desk.told(bot, chat_id, &message);
            let from = desk.people.get(tap.person).map(Person::as_user);
            let (query, listener) = desk.queries.open(bot, tap.person, world.clock.now());
            let value = json!({
                "id": query,
                "from": from,
                "message": told,
                "chat_instance": chat_instance(bot, chat_id),
                "data": data,
            });
            let news = News {
                kind: "callback_query",
                lane: chat_id,
                value,
            };
            let heard = desk.tell(world, bot, news);
            let shown = json!({"message_id": message.id, "query": query, "heard": heard});
            Ok(Tapped::Asks(shown, listener))
        }
        Found::Button(message, Act::Url(url)) => Ok(Tapped::Done(
            json!({"message_id": message.id, "answered": false, "opens": url}),
        )),
        Found::Button(message, Act::Copy(text)) => Ok(Tapped::Done(
            json!({"message_id": message.id, "answered": false, "copies": text}),
        )),
        Found::Key {
            text,
            picker,
            one_time,
        } => {
            let content = match picker {
                Some(picker) => chosen(&desk, tap.users.as_deref(), picker)?,
                None => Content::Text(Styled::typed(&text)),
            };
            let who = (tap.person, tap.group);
            let shown = pressed(&mut desk, world, who, content, one_time)?;
            Ok(Tapped::Done(shown))
        }
    }
}

/// A key sends something, and may take its keyboard away.
fn pressed(
    desk: &mut Desk,
    world: &Arc<World>,
    (person, group): (i64, Option<i64>),
    content: Content,
    one_time: bool,
) -> Result<Value, Wrong> {
    let shown = written(desk, world, person, group, content, Map::new())?;
    if one_time {
        let bot = desk.newest_bot(&world.dice);
        let chat_id = group.unwrap_or(person);
        let version = desk.change(chat_id);
        let chat = desk.chat_mut(bot, chat_id);
        chat.remove_keyboard();
        chat.touch(version);
    }
    Ok(shown)
}

/// The button in the newest message that has it.
fn find(chat: &Chat, tap: &Tap) -> Option<Found> {
    let keyboard = chat.keyboard();
    for message in chat.messages().rev() {
        if tap.message.is_some_and(|id| id != message.id) {
            continue;
        }
        let mut buttons = message.buttons.iter().flatten();
        let found = buttons.find(|button| {
            button.text == tap.button
                || matches!(&button.act, Act::Data(data) if *data == tap.button)
        });
        if let Some(button) = found {
            return Some(Found::Button(Box::new(message.clone()), button.act.clone()));
        }
        if let Some((_, keyboard)) = keyboard.filter(|(id, _)| *id == message.id) {
            let mut keys = keyboard.rows.iter().flatten();
            if let Some(key) = keys.find(|key| key.text == tap.button) {
                return Some(Found::Key {
                    text: key.text.clone(),
                    picker: key.picker,
                    one_time: keyboard.one_time,
                });
            }
        }
    }
    None
}

/// The people who were chosen, as the bot is told of them.
fn chosen(desk: &Desk, users: Option<&[i64]>, picker: Picker) -> Result<Content, Wrong> {
    let expected = format!("the numbers of 1 to {} people to choose", picker.most);
    let users = users.ok_or_else(|| Wrong::absent("users", &expected))?;
    if !(1..=picker.most).contains(&users.len()) {
        return Err(Wrong::field("users", &expected, users.len()));
    }
    if picker.is_bot == Some(true) {
        return Err(Wrong::field("users", "bots", "people"));
    }
    let mut shared = Vec::new();
    let mut names = Vec::new();
    for id in users {
        let person = desk.people.get(*id).ok_or_else(|| nobody(*id))?;
        if picker
            .is_premium
            .is_some_and(|wanted| wanted != person.premium)
        {
            let text = format!("{id} is not offered: the key asks for another premium");
            return Err(Wrong::State(text));
        }
        let mut user = Map::new();
        user.insert("user_id".to_owned(), json!(id));
        if picker.name {
            user.insert("first_name".to_owned(), json!(person.first_name));
            if let Some(last) = &person.last_name {
                user.insert("last_name".to_owned(), json!(last));
            }
        }
        if let Some(username) = person.username.as_ref().filter(|_| picker.username) {
            user.insert("username".to_owned(), json!(username));
        }
        names.push(person.first_name.clone());
        shared.push(Value::Object(user));
    }
    Ok(Content::Other {
        member: "users_shared",
        value: json!({"request_id": picker.request_id, "user_ids": users, "users": shared}),
        label: format!("({})", names.join(", ")),
    })
}

fn written(
    desk: &mut Desk,
    world: &Arc<World>,
    person: i64,
    group: Option<i64>,
    content: Content,
    more: Map<String, Value>,
) -> Result<Value, Wrong> {
    desk.people.meet(person).ok_or_else(too_many)?;
    if let Some(group) = group.filter(|group| !desk.found_group(*group)) {
        let text = format!("there are {MOST_GROUPS} groups already: {group} is one too many");
        return Err(Wrong::State(text));
    }
    let (id, heard) = desk.write(world, person, group, content, more)?;
    Ok(json!({"message_id": id, "heard": heard}))
}

fn typed(asked: &Asked) -> Result<Styled, Wrong> {
    let text = asked.text("text")?.unwrap_or_default().trim();
    if text.is_empty() || units(text) > LONGEST_TEXT {
        let expected = format!("a text of 1 to {LONGEST_TEXT} characters");
        return Err(Wrong::field("text", &expected, units(text)));
    }
    Ok(Styled::typed(text))
}

/// A group's number, which is below zero.
fn group(asked: &Asked) -> Result<Option<i64>, Wrong> {
    let Some(number) = asked.integer("group")? else {
        return Ok(None);
    };
    if (-LARGEST_ID..0).contains(&number) {
        return Ok(Some(number));
    }
    let expected = "a group's number, like -1001234567890";
    Err(Wrong::field("group", expected, number))
}

/// A number that stays the same for a chat, and says nothing.
fn chat_instance(bot: usize, chat: i64) -> String {
    let bot = i64::try_from(bot).unwrap_or(0);
    (chat ^ 0x5e5e_1357_9bdf_2468).wrapping_add(bot).to_string()
}

fn sample(kind: &str) -> Value {
    match kind {
        "sticker" => json!({
            "file_id": "CAACAgIAAxkBAAEsandbox",
            "file_unique_id": "AgADsandbox",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": false,
            "is_video": false,
            "emoji": "🙂",
            "file_size": 20_000,
        }),
        "voice" => json!({
            "file_id": "AwACAgIAAxkBAAEsandbox",
            "file_unique_id": "AgADvoice",
            "duration": 3,
            "mime_type": "audio/ogg",
            "file_size": 8_000,
        }),
        _ => json!([{
            "file_id": "AgACAgIAAxkBAAEsandbox",
            "file_unique_id": "AQADphoto",
            "width": 320,
            "height": 320,
            "file_size": 12_000,
        }]),
    }
}
