//! One call of the Bot API over HTTP.
//!
//! The methods, their types and their refusals are the library's; the exchange is our own, because
//! the library's waits ten seconds behind each 5xx, reads answers of any size, and keeps URLs with
//! the token, and bodies, in its errors. Never repeats a call, and tells nobody the token.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::multipart::{Form, Part};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use starkeeper_actors::domain::ids::BotId;
use starkeeper_actors::ports::Failure;
use teloxide_core::Bot;
use teloxide_core::requests::Payload;
use tokio::time::Instant;
use url::Url;

use super::settings::{BadSetting, TelegramSettings};
use super::verdict::{ApiRefused, Heard, judge};
use crate::outside::{self, Lost};

/// The largest answer that is read, in bytes: a hundred updates of the longest messages with all
/// that can be around them.
const LARGEST: usize = 8 * 1024 * 1024;

/// Calls by method and outcome.
pub const CALLS: &str = "starkeeper_telegram_calls_total";
/// How long they took, by method.
pub const CALL_SECONDS: &str = "starkeeper_telegram_call_seconds";

/// The Bot API for one bot. Cheap to clone; all clones share connections. Its calls belong on the
/// I/O runtime.
#[derive(Clone)]
pub struct BotApi {
    inner: Arc<Inner>,
}

/// A file that goes with a call.
pub(super) struct Upload {
    /// What it is called where it arrives.
    pub(super) name: &'static str,
    /// Such as `image/png`.
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

impl Upload {
    const PART: &'static str = "file";

    /// How a payload names it, in place of a file's id or address.
    pub(super) const NAME: &'static str = "attach://file";
}

struct Inner {
    bot: Bot,
    id: BotId,
    deadline: Duration,
}

impl fmt::Debug for BotApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotApi")
            .field("bot", &self.inner.id)
            .finish_non_exhaustive()
    }
}

impl BotApi {
    /// Makes the client. Connects to nothing yet.
    ///
    /// # Errors
    /// [`BadSetting`] names the setting that cannot be.
    pub fn new(settings: &TelegramSettings) -> Result<Self, BadSetting> {
        settings.check()?;
        let http = outside::client(settings.connect, settings.proxy.as_ref());
        let http = http.map_err(BadSetting::Client)?;
        let bot = Bot::with_client(settings.token.expose(), http);
        let inner = Inner {
            bot: bot.set_api_url(settings.url.clone()),
            id: settings.token.bot(),
            deadline: settings.deadline,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Which bot.
    #[must_use]
    pub fn bot(&self) -> BotId {
        self.inner.id
    }

    /// Makes a call as the library writes it.
    pub(super) async fn send<P: Payload + Serialize, T: DeserializeOwned>(
        &self,
        payload: &P,
    ) -> Result<T, Failure<ApiRefused>> {
        self.call(P::NAME, payload, self.inner.deadline).await
    }

    /// Makes a call that carries a file. Its payload names the file as [`Upload::NAME`] says.
    pub(super) async fn upload<P: Payload + Serialize, T: DeserializeOwned>(
        &self,
        payload: &P,
        file: Upload,
    ) -> Result<T, Failure<ApiRefused>> {
        let request = self.form(P::NAME, payload, file);
        self.exchange(P::NAME, request).await
    }

    /// Makes any call.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        body: &impl Serialize,
        within: Duration,
    ) -> Result<T, Failure<ApiRefused>> {
        let request = self.request(method, body, within);
        self.exchange(method, request).await
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        method: &'static str,
        request: Option<reqwest::Request>,
    ) -> Result<T, Failure<ApiRefused>> {
        let begun = Instant::now();
        let answer = match request {
            Some(request) => {
                let http = self.inner.bot.client();
                outside::exchange(http, request, LARGEST).await
            }
            None => Err(Lost::NotBuilt),
        };
        let outcome = match &answer {
            Ok((status, body)) => judge(&Heard::Answer {
                status: *status,
                body,
            }),
            Err(lost) => judge(&Heard::Lost(*lost)),
        };
        observe(method, begun, outcome.as_ref().err());
        outcome
    }

    fn request(
        &self,
        method: &str,
        body: &impl Serialize,
        within: Duration,
    ) -> Option<reqwest::Request> {
        let mut request = reqwest::Request::new(reqwest::Method::POST, self.address(method)?);
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        *request.timeout_mut() = Some(within);
        *request.body_mut() = Some(serde_json::to_vec(body).ok()?.into());
        Some(request)
    }

    /// The members of the payload, each a part, and the file behind them.
    fn form(&self, method: &str, body: &impl Serialize, file: Upload) -> Option<reqwest::Request> {
        let Ok(Value::Object(members)) = serde_json::to_value(body) else {
            return None;
        };
        let mut form = Form::new();
        for (name, value) in members {
            form = match value {
                Value::Null => form,
                Value::String(text) => form.text(name, text),
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    form.text(name, value.to_string())
                }
            };
        }
        let part = Part::bytes(file.bytes).file_name(file.name);
        let part = part.mime_str(file.media_type).ok()?;
        let http = self.inner.bot.client();
        let request = http
            .post(self.address(method)?)
            .timeout(self.inner.deadline)
            .multipart(form.part(Upload::PART, part));
        request.build().ok()
    }

    fn address(&self, method: &str) -> Option<Url> {
        let bot = &self.inner.bot;
        let mut url: Url = bot.api_url();
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .push(&format!("bot{}", bot.token()))
            .push(method);
        Some(url)
    }
}

/// One count, one duration and one quiet line a call; whoever made the call says what follows.
fn observe(method: &'static str, begun: Instant, failure: Option<&Failure<ApiRefused>>) {
    let outcome = match failure {
        None => "ok",
        Some(Failure::NotDone { .. }) => "not_done",
        Some(Failure::Unknown { .. }) => "unknown",
        Some(Failure::Refused(why)) => match why {
            ApiRefused::Closed => "closed",
            ApiRefused::TooFast { .. } => "too_fast",
            ApiRefused::Held { .. } => "held",
            ApiRefused::NotModified => "not_modified",
            ApiRefused::Gone => "gone",
            ApiRefused::OtherKind => "other_kind",
            ApiRefused::Picture => "picture",
            ApiRefused::TooOld => "too_old",
            ApiRefused::Token => "token",
            ApiRefused::Conflict { .. } => "conflict",
            ApiRefused::Never { .. } => "refused",
        },
    };
    let took = begun.elapsed();
    ::metrics::counter!(CALLS, "method" => method, "outcome" => outcome).increment(1);
    ::metrics::histogram!(CALL_SECONDS, "method" => method).record(took);
    tracing::debug!(method, outcome, ?took, "telegram {method}: {outcome}");
}
