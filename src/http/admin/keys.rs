//! Idempotency keys: the same key gets the same answer, and with another body none.
//!
//! A key is begun in the books before anything is done, under the name of the token that brings it. What
//! was answered is kept for two days, if asking again would be answered the same. While the first
//! request is being done, another one waits its turn: whoever sends it is told to. A deed whose answer
//! was lost is done again under the same name, which the books take once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, to_bytes_limited};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use sha2::{Digest as _, Sha256};
use starkeeper_actors::ports::books::{Answer, Keyed};

use super::tokens::Caller;
use crate::http::Doors;
use crate::http::error::{self, ApiError};

/// The header under which an order is given once, however often it is sent.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The longest such key, in characters.
const LONGEST_KEY: usize = 200;

/// The longest answer that is kept, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Keys whose requests are being done by this daemon.
#[derive(Clone, Default)]
pub struct Running(Arc<Mutex<HashSet<String>>>);

/// A key with what is asked under it.
pub(super) struct Key {
    name: String,
    digest: String,
    _running: Guard,
}

/// A request that is being done; its end lets the next one in.
struct Guard {
    running: Running,
    name: String,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut running = self
            .running
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.name);
    }
}

impl Running {
    fn enter(&self, name: &str) -> Option<Guard> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(name.to_owned()).then(|| Guard {
            running: self.clone(),
            name: name.to_owned(),
        })
    }
}

/// How a request with a key goes on.
pub(super) enum Begun {
    /// It is done; with its key if it brings one.
    Go(Option<Key>),
    /// It was done before.
    Answered(HttpResponse),
}

/// Begins a request.
pub(super) async fn begin(
    doors: &Doors,
    caller: &Caller,
    request: &ServiceRequest,
    body: &[u8],
) -> Result<Begun, ApiError> {
    let (Some(key), Some(entrance)) = (key_in(request.headers())?, &doors.admin) else {
        return Ok(Begun::Go(None));
    };
    let name = format!("{}/{key}", caller.name);
    let running = entrance.running.enter(&name).ok_or_else(|| {
        let hint = "ask again in a moment: the answer to the first one is the answer to all";
        ApiError::unready("in_progress", "the same is being done under this key", hint)
    })?;
    let (method, path) = (request.method().as_str(), request.path());
    let digest = digest(&[method.as_bytes(), path.as_bytes(), body]);
    let books = doors.books.clone();
    let (begun, asked, now) = (name.clone(), digest.clone(), doors.clock.now());
    let known = doors.read(async move { books.answer_begun(begun, asked, now).await });
    match known.await? {
        Keyed::Fresh | Keyed::Same(None) => Ok(Begun::Go(Some(Key {
            name,
            digest,
            _running: running,
        }))),
        Keyed::Same(Some(answer)) => Ok(Begun::Answered(error::again(answer.status, answer.body))),
        Keyed::Other => Err(ApiError::conflict(
            "idempotency_key_used",
            "this Idempotency-Key was used for something else",
            "take another key for another request",
        )),
    }
}

impl Key {
    /// What a deed under the key is called, always the same.
    pub(super) fn nonce(&self) -> String {
        let whole = digest(&[self.name.as_bytes(), self.digest.as_bytes()]);
        format!("key-{}", whole.get(..32).unwrap_or_default())
    }

    /// Keeps an answer that asking again would get as well.
    pub(super) async fn keep(
        self,
        doors: &Doors,
        answer: ServiceResponse<BoxBody>,
    ) -> ServiceResponse<BoxBody> {
        if !error::is_for_good(answer.status()) {
            return answer;
        }
        let status = answer.status().as_u16();
        let (request, answer) = answer.into_parts();
        let (head, body) = answer.into_parts();
        let Ok(Ok(bytes)) = to_bytes_limited(body, LONGEST_ANSWER).await else {
            let why = ApiError::unsure(
                "it was done, and its answer is too long",
                "look at what became of it",
            );
            return ServiceResponse::from_err(why, request);
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (books, name) = (doors.books.clone(), self.name.clone());
        let kept = Answer { status, body: text };
        let kept = doors.read(async move { books.answer_given(name, kept).await });
        if let Err(why) = kept.await {
            // Asking again does the same deed under the same name, which is taken once.
            tracing::warn!("an answer is not kept under its key: {why}");
        }
        ServiceResponse::new(request, head.set_body(BoxBody::new(bytes)))
    }
}

/// What the caller names the request by, so that sending it again does it once.
pub(super) fn key_in(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text.is_empty() || text.len() > LONGEST_KEY {
        let message = format!("the Idempotency-Key is not 1 to {LONGEST_KEY} ASCII characters");
        let hint = "take a fresh UUID for everything that is wanted once";
        return Err(ApiError::malformed(message, hint));
    }
    Ok(Some(text.to_owned()))
}

/// SHA-256 of parts, each with its length before it, in hex.
pub(super) fn digest(parts: &[&[u8]]) -> String {
    let mut whole = Sha256::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        whole.update(length.to_be_bytes());
        whole.update(part);
    }
    let whole = whole.finalize();
    whole.iter().map(|byte| format!("{byte:02x}")).collect()
}
