//! Heleket's callback: raw bytes in, one `payment` message out.
//!
//! The money decision never comes from the body: it only says which invoice to look up. Answers
//! 200 after the commit and 503 when unsure, so that Heleket tries again.
//!
//! What is refused costs one line of the log, without the body: whence it came, and why. Whoever
//! sends it learns no more than the status and its code.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use starkeeper_actors::domain::ids::{GatewayOrderId, GatewayUuid};
use starkeeper_actors::payment::{Deposit, DepositReported, DepositUnsure};
use starkeeper_actors::supervision::{AskFailed, Asker};

use super::error::ApiError;
use crate::metrics;

mod source;

pub use source::{Among, Sources};

/// Where Heleket calls.
pub const PATH: &str = "/webhook/heleket";

/// The largest body that is read, in bytes. Real ones have about one KiB.
pub const LARGEST: usize = 64 * 1024;

/// For a body to come in whole: it has about one KiB, and fits into one packet.
const SLOWEST_BODY: Duration = Duration::from_secs(10);

/// Checks who wrote a body. Made by the wiring, of the gateway's own check: a driver knows no
/// adapter.
pub type Check = Arc<dyn Fn(&[u8]) -> Result<Checked, Refused> + Send + Sync>;

/// A body that the gateway wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// What it is about.
    pub about: About,
    /// In which form its signature matched; for the log.
    pub form: &'static str,
}

/// What a webhook is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum About {
    /// An invoice that may be ours.
    Invoice {
        /// Our name of it.
        order_id: GatewayOrderId,
        /// The gateway's.
        uuid: GatewayUuid,
    },
    /// Something that this shop does not do.
    NothingOfOurs(&'static str),
}

/// Why a body is not believed. Says nothing of what is in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// It is no webhook, signed or not.
    #[error("{0}")]
    Malformed(String),
    /// The gateway did not sign it.
    #[error("{0}")]
    Forged(String),
}

/// What the callback needs. Cheap to clone.
#[derive(Clone)]
pub struct HeleketWebhook {
    /// The check of signatures; none while there is no key, and then nothing is believed.
    pub check: Option<Check>,
    /// Payment, for this one message.
    pub payment: Asker<DepositReported>,
    /// Whence webhooks may come, besides their signature.
    pub sources: Sources,
    /// For payment's answer. Longer than its call to the gateway, or a slow gateway would get 503
    /// for what is stored a moment later; that costs a repetition, no money.
    pub deadline: Duration,
}

/// Adds the callback to a server.
pub fn routes(config: &mut web::ServiceConfig, webhook: HeleketWebhook) {
    let callback = super::resource(PATH).app_data(web::Data::new(webhook));
    config.service(callback.route(web::post().to(handle)));
}

/// What became of a webhook; its name is a label of the metrics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Stored,
    Duplicate,
    UnknownInvoice,
    Irrelevant,
    WrongSource,
    NoKey,
    TooLarge,
    Malformed,
    Forged,
    Unsure,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::UnknownInvoice => "unknown_invoice",
            Self::Irrelevant => "irrelevant",
            Self::WrongSource => "wrong_source",
            Self::NoKey => "no_key",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::Forged => "forged",
            Self::Unsure => "unsure",
        }
    }

    /// The answer to what was not taken.
    fn refusal(self) -> Option<ApiError> {
        match self {
            Self::Stored | Self::Duplicate | Self::UnknownInvoice | Self::Irrelevant => None,
            Self::WrongSource => Some(ApiError::forbidden(
                "wrong_source",
                "webhooks are not taken from this address",
                "the operator's settings say whence they are",
            )),
            Self::NoKey => Some(ApiError::unready(
                "no_key",
                "no webhook can be checked",
                "the operator has not set the key yet",
            )),
            Self::TooLarge => Some(ApiError::too_large(
                "the body is larger than 64 KiB",
                "a webhook has about one KiB",
            )),
            Self::Malformed => Some(ApiError::malformed(
                "the body is no webhook",
                "send what Heleket sends, byte by byte",
            )),
            Self::Forged => Some(ApiError::unauthorised(
                "the signature does not fit",
                "only what Heleket signed for this shop is taken",
            )),
            Self::Unsure => Some(ApiError::unsure(
                "not stored yet",
                "send it again: nothing is credited twice",
            )),
        }
    }
}

/// What became of a webhook, and what the log says of it.
struct Handled {
    outcome: Outcome,
    why: String,
}

async fn handle(
    request: HttpRequest,
    body: web::Payload,
    webhook: web::Data<HeleketWebhook>,
) -> Result<HttpResponse, ApiError> {
    let source = webhook.sources.of(&request);
    let from = match &source {
        Ok(address) => address.to_string(),
        Err(_) => "somewhere".into(),
    };
    let handled = match source {
        Ok(address) if webhook.sources.allow(address) => webhook.take(body).await,
        Ok(_) => refused(Outcome::WrongSource, "it is not in HELEKET_WEBHOOK_IPS"),
        Err(why) => refused(Outcome::WrongSource, why),
    };
    let (outcome, why) = (handled.outcome.name(), &handled.why);
    metrics::webhook("heleket", outcome);
    match handled.outcome.refusal() {
        Some(refusal) => {
            metrics::payment_webhook_refused();
            tracing::warn!(outcome, "webhook of heleket from {from} refused: {why}");
            Err(refusal)
        }
        None => {
            tracing::info!(outcome, "webhook of heleket: {why}");
            Ok(HttpResponse::Ok().finish())
        }
    }
}

fn refused(outcome: Outcome, why: impl Into<String>) -> Handled {
    let why = why.into();
    Handled { outcome, why }
}

impl HeleketWebhook {
    /// From an allowed source.
    async fn take(&self, body: web::Payload) -> Handled {
        let Some(check) = &self.check else {
            return refused(Outcome::NoKey, "API_KEY is not set");
        };
        let body = match read(body).await {
            Ok(body) => body,
            Err(refused) => return refused,
        };
        match check(&body) {
            Ok(checked) => self.report(checked).await,
            Err(Refused::Malformed(why)) => refused(Outcome::Malformed, why),
            Err(Refused::Forged(why)) => refused(Outcome::Forged, why),
        }
    }

    /// Of a body that the gateway wrote.
    async fn report(&self, checked: Checked) -> Handled {
        let form = checked.form;
        let (order_id, uuid) = match checked.about {
            About::Invoice { order_id, uuid } => (order_id, uuid),
            About::NothingOfOurs(what) => {
                return refused(Outcome::Irrelevant, format!("{what}, signed {form}"));
            }
        };
        let named = format!("invoice {order_id}, signed {form}");
        let told = DepositReported { order_id, uuid };
        let (outcome, why) = match self.payment.ask(told, self.deadline).await {
            Ok(Ok(Deposit::Stored)) => (Outcome::Stored, named),
            Ok(Ok(Deposit::Duplicate)) => (Outcome::Duplicate, named),
            Ok(Ok(Deposit::Unknown)) => (Outcome::UnknownInvoice, named),
            Ok(Err(DepositUnsure { cause })) => (Outcome::Unsure, format!("{named}: {cause}")),
            Err(why) => (Outcome::Unsure, format!("{named}: {}", of_payment(&why))),
        };
        Handled { outcome, why }
    }
}

/// The whole body, as it came, if it is of moderate size and comes in time.
async fn read(mut body: web::Payload) -> Result<Vec<u8>, Handled> {
    let whole = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            let Ok(chunk) = chunk else {
                return Err(refused(Outcome::Malformed, "the body broke off"));
            };
            if bytes.len().saturating_add(chunk.len()) > LARGEST {
                return Err(refused(Outcome::TooLarge, "the body is larger than 64 KiB"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    match tokio::time::timeout(SLOWEST_BODY, whole).await {
        Ok(read) => read,
        Err(_elapsed) => Err(refused(Outcome::Malformed, "the body did not come in time")),
    }
}

fn of_payment(why: &AskFailed) -> String {
    format!("payment: {why}")
}
