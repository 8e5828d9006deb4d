//! People on Telegram: who they are, what they write, what they see.

mod acts;
mod chats;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};

use super::answered;
use super::asked::{Asked, Wrong};
use crate::fragment::people::is_username;
use crate::telegram::desk::{Desk, NotNow};
use crate::telegram::inbox::News;
use crate::telegram::people::{LARGEST_ID, MOST_PEOPLE, Person};
use crate::world::{World, hold};

/// Characters in a name at most.
const LONGEST_NAME: usize = 64;

/// People in one answer.
const PAGE: usize = 1_000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/users", web::get().to(list))
        .route("/control/users/{id}", web::get().to(show))
        .route("/control/users/{id}", web::post().to(set))
        .configure(acts::routes)
        .configure(chats::routes);
}

async fn list(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let after = whole_of(&request, "after", 0, LARGEST_ID)?.unwrap_or(0);
        let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let limit = whole_of(&request, "limit", 1, most)?.unwrap_or(most);
        let limit = usize::try_from(limit).unwrap_or(PAGE);
        let desk = hold(&world.telegram.desk);
        let page: Vec<Value> = desk
            .people
            .after(after)
            .take(limit)
            .map(Person::shown)
            .collect();
        Ok(json!({"count": desk.people.count(), "users": page}))
    })
}

async fn show(
    request: HttpRequest,
    id: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || {
        let id = number(&id)?;
        let mut desk = hold(&world.telegram.desk);
        shown(&mut desk, &world, id)
    })
}

/// Makes a person, or changes the fields that are named.
async fn set(
    request: HttpRequest,
    id: web::Path<String>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    let world = world.into_inner();
    answered(&request, || {
        let id = number(&id)?;
        let known = [
            "username",
            "first_name",
            "name",
            "last_name",
            "language",
            "premium",
            "blocked",
            "deactivated",
        ];
        let asked = Asked::read(&body, &known)?;
        let username = username(&asked)?;
        let first = name(&asked, "first_name")?.or(name(&asked, "name")?);
        let last = name(&asked, "last_name")?;
        let language = language(&asked)?;
        let (premium, deactivated) = (asked.boolean("premium")?, asked.boolean("deactivated")?);
        let blocked = asked.boolean("blocked")?;
        let mut desk = hold(&world.telegram.desk);
        if let Some(Some(username)) = username
            && let Some(other) = desk.people.by_name(username)
            && other != id
        {
            let text = format!("the username {username} belongs to {other}");
            return Err(Wrong::State(text));
        }
        let person = desk.people.meet(id).ok_or_else(too_many)?;
        if let Some(first) = first {
            first.clone_into(&mut person.first_name);
        }
        if last.is_some() || asked.is_null("last_name") {
            person.last_name = last.map(str::to_owned);
        }
        if let Some(language) = language {
            language.clone_into(&mut person.language);
        }
        person.premium = premium.unwrap_or(person.premium);
        person.deactivated = deactivated.unwrap_or(person.deactivated);
        if let Some(username) = username {
            desk.people.rename(id, username);
        }
        if let Some(blocked) = blocked {
            block(&mut desk, &world, id, blocked);
        }
        shown(&mut desk, &world, id)
    })
}

/// Blocks or lets in again the newest bot, which is told.
fn block(desk: &mut Desk, world: &std::sync::Arc<World>, id: i64, blocked: bool) {
    let bot = desk.newest_bot(&world.dice);
    let version = desk.change(id);
    let chat = desk.chat_mut(bot, id);
    if chat.blocked == blocked {
        return;
    }
    chat.blocked = blocked;
    chat.touch(version);
    if !chat.begun {
        return;
    }
    let member = |is_kicked: bool, user: &Value| {
        if is_kicked {
            json!({"user": user, "status": "kicked", "until_date": 0})
        } else {
            json!({"user": user, "status": "member"})
        }
    };
    let user = desk.bot(bot).map(crate::telegram::bot::Bot::as_user);
    let user = user.unwrap_or_default();
    let value = json!({
        "chat": desk.chat_told(id),
        "from": desk.people.get(id).map(Person::as_user),
        "date": world.clock.now().unix_s(),
        "old_chat_member": member(!blocked, &user),
        "new_chat_member": member(blocked, &user),
    });
    let news = News {
        kind: "my_chat_member",
        lane: id,
        value,
    };
    desk.tell(world, bot, news);
}

fn shown(desk: &mut Desk, world: &World, id: i64) -> Result<Value, Wrong> {
    let bot = desk.newest_bot(&world.dice);
    let blocked = desk.chat(bot, id).is_some_and(|chat| chat.blocked);
    let person = desk.people.get(id).ok_or_else(|| nobody(id))?;
    let mut shown = person.shown();
    if let Some(members) = shown.as_object_mut() {
        members.insert("blocked".to_owned(), json!(blocked));
    }
    Ok(shown)
}

fn nobody(id: i64) -> Wrong {
    Wrong::Missing(format!(
        "there is no person {id}: POST /control/users/{id} makes one"
    ))
}

fn too_many() -> Wrong {
    Wrong::State(format!(
        "there are {MOST_PEOPLE} people already: POST /control/reset makes room"
    ))
}

impl From<NotNow> for Wrong {
    fn from(why: NotNow) -> Self {
        Self::State(why.0)
    }
}

/// A person's number in a path.
fn number(text: &str) -> Result<i64, Wrong> {
    let number = text.parse().ok();
    number
        .filter(|number| (1..=LARGEST_ID).contains(number))
        .ok_or_else(|| {
            let expected = format!("a person's number from 1 to {LARGEST_ID}");
            Wrong::field("id", &expected, format!("\"{text}\""))
        })
}

/// A whole number in the address.
fn whole_of(
    request: &HttpRequest,
    name: &str,
    least: i64,
    most: i64,
) -> Result<Option<i64>, Wrong> {
    let query = request.query_string().as_bytes();
    let found = url::form_urlencoded::parse(query).find(|(given, _)| given == name);
    let Some((_, text)) = found else {
        return Ok(None);
    };
    let number = text.parse().ok();
    let number = number.filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| {
        let expected = format!("a whole number from {least} to {most}");
        Wrong::field(name, &expected, format!("\"{text}\""))
    })
}

/// A username to take, or none to give up; nothing where the field is not there.
fn username(asked: &Asked) -> Result<Option<Option<&str>>, Wrong> {
    if asked.is_null("username") {
        return Ok(Some(None));
    }
    let Some(text) = asked.text("username")? else {
        return Ok(None);
    };
    let bare = text.strip_prefix('@').unwrap_or(text);
    if bare.is_empty() {
        return Ok(Some(None));
    }
    if is_username(bare) {
        return Ok(Some(Some(bare)));
    }
    let expected =
        "a username of 4 to 32 letters, digits and single underscores, a letter first, or null";
    Err(Wrong::field("username", expected, format!("\"{text}\"")))
}

fn name<'a>(asked: &'a Asked, field: &str) -> Result<Option<&'a str>, Wrong> {
    let text = asked.text(field)?;
    if text.is_some_and(|text| text.trim().is_empty() || text.chars().count() > LONGEST_NAME) {
        let expected = format!("a name of 1 to {LONGEST_NAME} characters");
        return Err(Wrong::field(field, &expected, "another length"));
    }
    Ok(text)
}

fn language(asked: &Asked) -> Result<Option<&str>, Wrong> {
    let text = asked.text("language")?;
    let is_tag = |text: &str| {
        (2..=35).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match text {
        Some(text) if !is_tag(text) => {
            let expected = "a language like \"en\" or \"pt-br\"";
            Err(Wrong::field("language", expected, format!("\"{text}\"")))
        }
        Some(_) | None => Ok(text),
    }
}
