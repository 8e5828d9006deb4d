//! Notices: what a person, or the operators, were or are owed to hear.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Query, ServiceConfig};
use serde::Serialize;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::notice::{Audience, Message, Notice, Standing};
use utoipa::ToSchema;

use super::Listed;
use super::users::customer_at;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/notices`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/notices").route(web::get().to(notices)));
}

/// A notice as it is answered. Amounts inside `message` are millionths of a dollar, as they are
/// stored: its words are the messenger's.
#[derive(Serialize, ToSchema)]
#[schema(as = Notice)]
pub(super) struct NoticeView {
    notice: String,
    key: String,
    about: Option<String>,
    #[schema(value_type = serde_json::Value)]
    message: Message,
    state: &'static str,
    attempts: u32,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl NoticeView {
    fn of(notice: &Notice) -> Self {
        let (state, attempts) = match &notice.standing {
            Standing::Waiting { attempts, .. } => ("waiting", *attempts),
            Standing::Kept => ("kept", 0),
            Standing::Delivered { .. } => ("delivered", 0),
            Standing::Undeliverable { .. } => ("undeliverable", 0),
        };
        Self {
            notice: notice.id.to_string(),
            key: notice.owed.key.clone(),
            about: about(&notice.owed.message),
            message: notice.owed.message.clone(),
            state,
            attempts,
            since: notice.since,
        }
    }
}

/// The kind of news, as it is stored: `credited`, `locked` …
fn about(message: &Message) -> Option<String> {
    let stored = match message {
        Message::Customer(news) => serde_json::to_value(news),
        Message::Operators(news) => serde_json::to_value(news),
    };
    match stored.ok()? {
        serde_json::Value::Object(fields) => fields.keys().next().cloned(),
        serde_json::Value::String(name) => Some(name),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Array(_) => None,
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Notices)]
pub(super) struct Notices {
    notices: Vec<NoticeView>,
}

/// Those of one person with `?user=`, otherwise those of the operators; newest first.
async fn notices(doors: Data<Doors>, listed: Query<Listed>) -> Result<HttpResponse, ApiError> {
    let page = listed.page()?;
    let audience = match listed.user {
        Some(user) => {
            let customer = customer_at(&doors, TelegramId::new(user)).await?;
            Audience::Customer(customer.row.id)
        }
        None => Audience::Operators,
    };
    let books = doors.books.clone();
    let look = async move { books.notices_of(audience, page).await };
    let found = doors.read(look).await?;
    let notices = found.iter().map(|seen| NoticeView::of(&seen.row));
    Ok(HttpResponse::Ok().json(Notices {
        notices: notices.collect(),
    }))
}
