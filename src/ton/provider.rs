//! One provider: its calls, in their turn, within their deadline, repeated while that helps.
//!
//! Never logs its key or a body. A repetition is always the same call: the same bytes of a message
//! execute once, however often they are brought.

use backon::{ExponentialBuilder, Retryable as _};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use recloser::{AsyncRecloser, Recloser};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use starkeeper_actors::domain::transfer::Provider as Number;
use tokio::time::Instant;
use url::Url;

use super::settings::{BadChain, ChainSettings, ProviderSettings, shown};
use super::verdict::{Call, Fault, Heard, Outcome, Trouble, judge};
use crate::outside;

/// One provider.
pub(super) struct Provider {
    number: Number,
    base: Url,
    key: Option<HeaderValue>,
    http: reqwest::Client,
    turns: DefaultDirectRateLimiter,
    breaker: AsyncRecloser,
}

impl Provider {
    pub(super) fn new(
        number: Number,
        settings: &ProviderSettings,
        all: &ChainSettings,
    ) -> Result<Self, BadChain> {
        let mut base = settings.url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let key = settings.key.as_ref().map(|key| {
            let header = HeaderValue::from_str(key.expose_secret());
            let mut header = header.map_err(|_| BadChain::Key(shown(&settings.url)))?;
            header.set_sensitive(true);
            Ok(header)
        });
        let breaker = Recloser::custom()
            .error_rate(0.5)
            .closed_len(all.breaker_calls)
            .half_open_len(2)
            .open_wait(all.breaker_pause)
            .build();
        Ok(Self {
            number,
            base,
            key: key.transpose()?,
            http: outside::client(all.connect, None).map_err(BadChain::Client)?,
            turns: RateLimiter::direct(Quota::per_second(all.rate)),
            breaker: breaker.into(),
        })
    }

    pub(super) const fn number(&self) -> Number {
        self.number
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        all: &ChainSettings,
        call: Call,
        query: &[(&str, String)],
    ) -> Result<T, Trouble> {
        let url = self.url(call).map(|mut url| {
            url.query_pairs_mut().extend_pairs(query);
            url
        });
        self.call(all, call, url.map(|url| Request::new(Method::GET, url)))
            .await
    }

    /// Brings something.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        all: &ChainSettings,
        call: Call,
        body: &impl serde::Serialize,
    ) -> Result<T, Trouble> {
        let request = self.url(call).and_then(|url| {
            let mut request = Request::new(Method::POST, url);
            *request.body_mut() = Some(serde_json::to_vec(body).ok()?.into());
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
            Some(request)
        });
        self.call(all, call, request).await
    }

    fn url(&self, call: Call) -> Option<Url> {
        self.base.join(call.path()).ok()
    }

    async fn call<T: DeserializeOwned>(
        &self,
        all: &ChainSettings,
        call: Call,
        request: Option<Request>,
    ) -> Result<T, Trouble> {
        let begun = Instant::now();
        let until = begun + all.deadline;
        let request = request.map(|request| self.dressed(request));
        let pauses = ExponentialBuilder::new()
            .with_min_delay(all.pause)
            .with_max_times(all.attempts.saturating_sub(1))
            .with_jitter();
        let attempt = || Box::pin(self.attempt::<T>(all, call, request.as_ref(), until));
        let outcome = attempt
            .retry(pauses)
            .when(|trouble| trouble.fault == Fault::Passing && Instant::now() + all.pause < until)
            .await;
        self.observe(call, begun, outcome.as_ref().err());
        outcome
    }

    fn dressed(&self, mut request: Request) -> Request {
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key {
            headers.insert("X-API-Key", key.clone());
        }
        request
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        all: &ChainSettings,
        call: Call,
        request: Option<&Request>,
        until: Instant,
    ) -> Result<T, Trouble> {
        let counted = self.breaker.call_with(
            |trouble: &Trouble| match trouble.fault {
                Fault::Host | Fault::Passing => true,
                Fault::Request => false,
            },
            Box::pin(self.exchange(all, call, request, until)),
        );
        match counted.await {
            Ok(answer) => Ok(answer),
            Err(recloser::Error::Inner(trouble)) => Err(trouble),
            Err(recloser::Error::Rejected) => Err(judge(call, &Heard::BreakerOpen)
                .err()
                .unwrap_or_else(|| malformed("no failure"))),
        }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        all: &ChainSettings,
        call: Call,
        request: Option<&Request>,
        until: Instant,
    ) -> Result<T, Trouble> {
        let turn = tokio::time::timeout_at(until, self.turns.until_ready()).await;
        let left = until.saturating_duration_since(Instant::now());
        let request = request.and_then(Request::try_clone);
        let request = request.filter(|_| turn.is_ok() && !left.is_zero());
        let answer = match request {
            None => None,
            Some(mut request) => {
                *request.timeout_mut() = Some(left);
                Some(outside::exchange(&self.http, request, all.largest_answer).await)
            }
        };
        if let Some(Ok((status, body))) = &answer {
            let key = self.key.as_ref().and_then(|key| key.to_str().ok());
            let from = format!("ton {}", self.number.0);
            all.record.note(&from, call.name(), *status, body, key);
        }
        let heard = match &answer {
            None => Heard::NoTime,
            Some(Ok((status, body))) => Heard::Answer {
                status: *status,
                body,
            },
            Some(Err(lost)) => Heard::Lost(*lost),
        };
        let json = judge(call, &heard)?;
        serde_json::from_slice(json).map_err(|bad| {
            malformed(&format!(
                "an unexpected shape at {}:{}",
                bad.line(),
                bad.column()
            ))
        })
    }

    /// One count, one duration and one quiet line a call.
    fn observe(&self, call: Call, begun: Instant, trouble: Option<&Trouble>) {
        let provider = self.number.0;
        let outcome = match trouble.map(|trouble| trouble.outcome) {
            None => "ok",
            Some(Outcome::Refused) => "refused",
            Some(Outcome::NotDone) => "not_done",
            Some(Outcome::Unknown) => "unknown",
        };
        let (took, name) = (begun.elapsed(), call.name());
        ::metrics::counter!("starkeeper_ton_calls_total", "call" => name, "outcome" => outcome, "provider" => provider.to_string())
            .increment(1);
        ::metrics::histogram!("starkeeper_ton_call_seconds", "call" => name).record(took);
        tracing::debug!(
            call = name,
            provider,
            outcome,
            ?took,
            "ton {name}: {outcome}"
        );
    }
}

/// The provider answered, and what it answered is not what was asked for.
pub(super) fn malformed(what: &str) -> Trouble {
    Trouble {
        outcome: Outcome::Unknown,
        fault: Fault::Host,
        cause: format!("the answer has {what}"),
    }
}
