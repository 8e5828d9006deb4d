//! One call over HTTP: signed over exactly the bytes that are sent, within its deadline, repeated
//! only where a repetition is the same call.
//!
//! Never follows a redirect (it would carry the signature elsewhere) and never logs a key, a
//! signature or a body.

use std::sync::atomic::{AtomicBool, Ordering};

use backon::{ExponentialBuilder, Retryable as _};
use recloser::{AsyncRecloser, Recloser};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use starkeeper_actors::ports::Failure;
use tokio::time::Instant;
use url::Url;

use super::endpoint::{Endpoint, Signed};
use super::heard::heard;
use super::settings::{BadSetting, HeleketSettings};
use super::sign::ApiKey;
use super::verdict::{Fault, Heard, Trouble, judge};
use crate::outside;

/// The way to the host.
pub(super) struct Transport {
    http: reqwest::Client,
    breaker: AsyncRecloser,
    settings: HeleketSettings,
    base: Url,
    merchant: HeaderValue,
}

/// One call, ready to be made any number of times with the same bytes.
struct Prepared {
    endpoint: Endpoint,
    request: reqwest::Request,
}

impl Transport {
    pub(super) fn new(settings: HeleketSettings) -> Result<Self, BadSetting> {
        settings.check()?;
        if let Some(proxy) = &settings.proxy {
            reqwest::Proxy::all(proxy.clone()).map_err(|_| BadSetting::Proxy)?;
        }
        let http = outside::client(settings.connect, settings.proxy.as_ref());
        let http = http.map_err(BadSetting::Client)?;
        let breaker = Recloser::custom()
            .error_rate(0.5)
            .closed_len(settings.breaker_calls)
            .half_open_len(2)
            .open_wait(settings.breaker_pause)
            .build();
        let mut base = settings.url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let merchant = HeaderValue::from_str(&settings.merchant);
        Ok(Self {
            http,
            breaker: breaker.into(),
            base,
            merchant: merchant.map_err(|_| BadSetting::Merchant)?,
            settings,
        })
    }

    pub(super) const fn settings(&self) -> &HeleketSettings {
        &self.settings
    }

    /// Posts a signed call.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        cursor: Option<&str>,
        body: &impl Serialize,
    ) -> Result<T, Trouble> {
        let prepared = match self.prepare(endpoint, cursor, body) {
            Ok(prepared) => prepared,
            Err(why) => return judge(endpoint, &Heard::NotBuilt(why)),
        };
        self.call(prepared).await
    }

    /// Reads what is public.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        tail: &[&str],
    ) -> Result<T, Trouble> {
        let url = self.url(endpoint, tail);
        let request = url.map(|url| reqwest::Request::new(reqwest::Method::GET, url));
        match request {
            Ok(request) => self.call(Prepared { endpoint, request }).await,
            Err(why) => judge(endpoint, &Heard::NotBuilt(why)),
        }
    }

    fn url(&self, endpoint: Endpoint, tail: &[&str]) -> Result<Url, &'static str> {
        let mut url = self
            .base
            .join(&format!("v1/{}", endpoint.path()))
            .map_err(|_| "the url cannot be made")?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(tail);
        }
        Ok(url)
    }

    /// Serialises once: what is signed is what is sent.
    fn prepare(
        &self,
        endpoint: Endpoint,
        cursor: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Prepared, &'static str> {
        let mut url = self.url(endpoint, &[])?;
        if let Some(cursor) = cursor {
            url.query_pairs_mut().append_pair("cursor", cursor);
        }
        let bytes = serde_json::to_vec(body).map_err(|_| "the request cannot be written")?;
        let mut request = reqwest::Request::new(reqwest::Method::POST, url);
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = self.key(endpoint)? {
            let sign = key.sign(&bytes);
            let sign = HeaderValue::from_str(sign.expose());
            let mut sign = sign.map_err(|_| "the signature is no header")?;
            sign.set_sensitive(true);
            headers.insert("merchant", self.merchant.clone());
            headers.insert("sign", sign);
        }
        *request.body_mut() = Some(bytes.into());
        Ok(Prepared { endpoint, request })
    }

    fn key(&self, endpoint: Endpoint) -> Result<Option<&ApiKey>, &'static str> {
        match endpoint.signed() {
            Signed::Payment => Ok(Some(&self.settings.payment_key)),
            Signed::Payout => match &self.settings.payout_key {
                Some(key) => Ok(Some(key)),
                None => Err("there is no payout key"),
            },
            Signed::Not => Ok(None),
        }
    }

    /// Makes a call, and again while that helps and the time lasts.
    ///
    /// A doubt stays: when one attempt may have been heard, a later one that was certainly not
    /// made does not turn the call into one that was not.
    async fn call<T: DeserializeOwned>(&self, prepared: Prepared) -> Result<T, Trouble> {
        let endpoint = prepared.endpoint;
        let begun = Instant::now();
        let until = begun + self.settings.deadline;
        let doubt = AtomicBool::new(false);
        let attempt = || async {
            let outcome = self.attempt::<T>(&prepared, until).await;
            if let Err(trouble) = &outcome
                && is_unknown(trouble)
            {
                doubt.store(true, Ordering::Relaxed);
            }
            outcome
        };
        let pauses = ExponentialBuilder::new()
            .with_min_delay(self.settings.pause)
            .with_max_times(self.settings.attempts.saturating_sub(1))
            .with_jitter();
        let outcome = attempt
            .retry(pauses)
            .when(|trouble| {
                endpoint.is_repeatable()
                    && trouble.fault == Fault::Passing
                    && Instant::now() + self.settings.pause < until
            })
            .await
            .map_err(|trouble| keep_doubt(trouble, doubt.load(Ordering::Relaxed)));
        observe(endpoint, begun, outcome.as_ref().err());
        outcome
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        prepared: &Prepared,
        until: Instant,
    ) -> Result<T, Trouble> {
        let endpoint = prepared.endpoint;
        let made = Box::pin(self.exchange(prepared, until));
        let counted = self.breaker.call_with(
            |trouble: &Trouble| match trouble.fault {
                Fault::Host | Fault::Passing => true,
                Fault::Request => false,
            },
            made,
        );
        match counted.await {
            Ok(answer) => Ok(answer),
            Err(recloser::Error::Inner(trouble)) => Err(trouble),
            Err(recloser::Error::Rejected) => judge(endpoint, &Heard::BreakerOpen),
        }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        prepared: &Prepared,
        until: Instant,
    ) -> Result<T, Trouble> {
        let endpoint = prepared.endpoint;
        let left = until.saturating_duration_since(Instant::now());
        let request = prepared.request.try_clone().filter(|_| !left.is_zero());
        let Some(mut request) = request else {
            return judge(endpoint, &Heard::NotBuilt("no time is left for the call"));
        };
        let accept = HeaderValue::from_static("application/json");
        request.headers_mut().insert(ACCEPT, accept);
        *request.timeout_mut() = Some(left);
        let answer = outside::exchange(&self.http, request, self.settings.largest_answer);
        match answer.await {
            Ok((status, body)) => {
                let body = body.as_slice();
                judge(endpoint, &Heard::Answer { status, body })
            }
            Err(lost) => judge(endpoint, &heard(lost)),
        }
    }
}

const fn is_unknown(trouble: &Trouble) -> bool {
    match &trouble.failure {
        Failure::Unknown { .. } => true,
        Failure::Refused(_) | Failure::NotDone { .. } => false,
    }
}

fn keep_doubt(trouble: Trouble, doubt: bool) -> Trouble {
    match trouble.failure {
        Failure::NotDone { cause } if doubt => Trouble {
            failure: Failure::unknown(format!("an attempt before may have been heard; {cause}")),
            fault: trouble.fault,
        },
        failure @ (Failure::NotDone { .. } | Failure::Refused(_) | Failure::Unknown { .. }) => {
            Trouble {
                failure,
                fault: trouble.fault,
            }
        }
    }
}

/// One count, one duration and one quiet line a call; whoever made the call says what follows.
fn observe(endpoint: Endpoint, begun: Instant, trouble: Option<&Trouble>) {
    let call = endpoint.path();
    let outcome = match trouble.map(|trouble| &trouble.failure) {
        None => "ok",
        Some(Failure::Refused(_)) => "refused",
        Some(Failure::NotDone { .. }) => "not_done",
        Some(Failure::Unknown { .. }) => "unknown",
    };
    let took = begun.elapsed();
    ::metrics::counter!("starkeeper_heleket_calls_total", "call" => call, "outcome" => outcome)
        .increment(1);
    ::metrics::histogram!("starkeeper_heleket_call_seconds", "call" => call).record(took);
    tracing::debug!(call, outcome, ?took, "heleket {call}: {outcome}");
}
