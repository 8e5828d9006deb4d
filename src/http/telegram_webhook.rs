//! Telegram's callback: checks the secret in constant time, parses the update through
//! [`telegram::inbound`](crate::telegram::inbound) and asks the session of that person.
//!
//! Answers 200 when the update is handled, refused, or at work to its end; a full mailbox is
//! answered so too, and the person is told to slow down. 503 (Telegram redelivers) only when the
//! books or the dialogs cannot be reached. The reply to the customer is not waited for; that a tap
//! was heard rides in the answer itself, which saves a call.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use subtle::ConstantTimeEq as _;

use super::error::ApiError;
use crate::metrics;
use crate::telegram::inbound::{Intake, Taken, TapAnswer, read};

/// Where Telegram calls.
pub const PATH: &str = "/webhook/telegram";

/// The header of the secret (Bot API, setWebhook).
const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// The largest body that is read, in bytes: one update, of a message of 4,096 characters with what
/// can be around it.
pub const LARGEST: usize = 256 * 1024;

/// For a body to come in whole.
const SLOWEST_BODY: Duration = Duration::from_secs(10);

/// What the callback needs. Cheap to clone.
#[derive(Clone)]
pub struct TelegramWebhook {
    /// What Telegram shows; none while there is no token, and then nothing is believed.
    pub secret: Option<Arc<SecretString>>,
    /// Where updates go; none in a daemon without a chat.
    pub intake: Option<Intake>,
}

/// Adds the callback to a server.
pub fn routes(config: &mut web::ServiceConfig, webhook: TelegramWebhook) {
    let callback = super::resource(PATH).app_data(web::Data::new(webhook));
    config.service(callback.route(web::post().to(handle)));
}

/// The answer that answers a tap (Bot API, "making requests when getting updates").
#[derive(Serialize)]
struct Answered<'a> {
    method: &'static str,
    callback_query_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

async fn handle(
    request: HttpRequest,
    body: web::Payload,
    webhook: web::Data<TelegramWebhook>,
) -> Result<HttpResponse, ApiError> {
    let taken = webhook.take(&request, body).await;
    let outcome = match &taken {
        Ok(_) => "taken",
        Err(refused) => refused.code(),
    };
    metrics::webhook("telegram", outcome);
    match taken {
        Ok(None) => Ok(HttpResponse::Ok().finish()),
        Ok(Some(tap)) => Ok(HttpResponse::Ok().json(Answered {
            method: "answerCallbackQuery",
            callback_query_id: &tap.query,
            text: tap.toast.as_deref(),
        })),
        Err(refused) => {
            tracing::warn!(outcome, "webhook of telegram refused: {refused}");
            Err(refused)
        }
    }
}

impl TelegramWebhook {
    /// Answers the tap that is to be answered, if it was one.
    async fn take(
        &self,
        request: &HttpRequest,
        body: web::Payload,
    ) -> Result<Option<TapAnswer>, ApiError> {
        let Some(secret) = &self.secret else {
            let hint = "the operator has not set TELEGRAM_TOKEN yet";
            return Err(ApiError::unready("no_token", "there is no chat here", hint));
        };
        if !shows(request, secret) {
            return Err(ApiError::unauthorised(
                "the secret does not fit",
                "only what Telegram delivers for this bot is taken",
            ));
        }
        let Some(intake) = &self.intake else {
            return Err(ApiError::unready(
                "no_chat",
                "this daemon has no chat: it runs payments alone",
                "deliver updates to the daemon of the role `bot`",
            ));
        };
        let body = whole(body).await?;
        let heard = read(intake.bot(), &body).map_err(|why| {
            let hint = "send what Telegram sends, byte by byte";
            ApiError::malformed(why.to_string(), hint)
        })?;
        match intake.take(heard).await {
            Taken::Confirmed { answer } => Ok(answer),
            Taken::TryLater => Err(ApiError::unsure(
                "not handled yet",
                "send it again: nothing is done twice",
            )),
        }
    }
}

/// Compares in a time that depends on the lengths alone.
fn shows(request: &HttpRequest, secret: &SecretString) -> bool {
    let shown = request.headers().get(SECRET_HEADER);
    let shown = shown.map_or(&b""[..], |shown| shown.as_bytes());
    bool::from(shown.ct_eq(secret.expose_secret().as_bytes()))
}

/// The whole body, if it is of moderate size and comes in time.
async fn whole(mut body: web::Payload) -> Result<Vec<u8>, ApiError> {
    let all = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_broken| broken("the body broke off"))?;
            if bytes.len().saturating_add(chunk.len()) > LARGEST {
                let hint = "an update has a few KiB";
                return Err(ApiError::too_large("the body is larger than 256 KiB", hint));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    match tokio::time::timeout(SLOWEST_BODY, all).await {
        Ok(read) => read,
        Err(_elapsed) => Err(broken("the body did not come in time")),
    }
}

fn broken(what: &str) -> ApiError {
    ApiError::malformed(what, "send it again, whole")
}
