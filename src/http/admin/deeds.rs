//! Every order that comes in is a deed: announced in the audit log before anything is done, and its
//! outcome after.
//!
//! What could not be announced is not done. A deed that the daemon commits itself carries its outcome
//! in the same commit ([`Announced::done_in`]); of others the outcome follows the actor's answer. If it
//! cannot be written, the deed stands there without one, and whoever reads the log looks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage as _};
use serde_json::Value;
use starkeeper_actors::domain::audit::{Audited, Deed, Outcome, Who};
use starkeeper_actors::domain::decision::Decision;
use starkeeper_actors::domain::dialog::Against;
use starkeeper_actors::domain::ids::{AuditId, Nonce, NoticeId, TelegramId};
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::books::{Commit, CommitFailed};

use super::keys::{self, Begun, Key};
use super::table;
use super::tokens::Caller;
use crate::http::Doors;
use crate::http::error::{self, ApiError};

/// What stands for a path's customer without an account: the log names nobody by a Telegram id, so
/// that a person can be erased.
const NOBODY: &str = "a person without an account";

/// The parameter that is a person.
const PERSON: &str = "{telegram_id}";

/// A deed that stands in the log.
#[derive(Clone, Debug)]
pub(super) struct Announced {
    line: Audited,
    /// Names it, so that doing it twice does it once.
    nonce: Nonce,
    /// Whether the name follows from a key, so that it may have been done before.
    keyed: bool,
    /// Whether its outcome was put into a commit.
    ended: Arc<AtomicBool>,
}

impl Announced {
    /// Puts the outcome into the commit that does the deed.
    pub(super) fn done_in(&self, doors: &Doors, commit: &mut Commit) {
        let id = AuditId::new(doors.clock.fresh_id());
        commit
            .audit
            .push(self.line.ended(id, commit.at, Outcome::Done));
        self.ended.store(true, Ordering::Release);
    }

    /// The name of the deed, so that doing it twice does it once.
    pub(super) fn nonce(&self) -> Nonce {
        self.nonce.clone()
    }

    /// Whether it came under an Idempotency-Key: if its name is taken, it was done before.
    pub(super) fn is_keyed(&self) -> bool {
        self.keyed
    }

    /// Commits it, with its outcome.
    pub(super) async fn commit(&self, doors: &Doors, mut commit: Commit) -> Result<(), ApiError> {
        self.done_in(doors, &mut commit);
        Ok(doors.write(commit).await?)
    }

    /// Why: it must be said.
    pub(super) fn needs_reason(&self) -> Result<String, ApiError> {
        let said = self.line.reason.as_deref().map(str::trim);
        let said = said.filter(|said| !said.is_empty());
        said.map(str::to_owned).ok_or_else(|| {
            let hint = "send the field `reason` with why you do it: it stands in the audit log";
            ApiError::refused("no_reason", "nobody said why", hint).against(Against::NoReason)
        })
    }

    /// What it is, as the log says it.
    pub(super) fn act(&self) -> &str {
        &self.line.act
    }

    /// Who does it.
    pub(super) fn who(&self) -> &Who {
        &self.line.who
    }
}

/// Puts a decision's news into a commit; answers the next state.
pub(super) fn absorb<T>(doors: &Doors, commit: &mut Commit, decision: Decision<T>) -> T {
    commit.entries.extend(decision.entries);
    for owed in decision.notices {
        let id = NoticeId::new(doors.clock.fresh_id());
        commit.notices.push((id, owed));
    }
    commit.stale.extend(decision.stale);
    decision.next
}

/// Announces what changes something, and notes what came of it.
pub(super) async fn recorded(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let route = request.match_pattern();
    let route = route.and_then(|path| table::route(request.method().as_str(), &path));
    let Some(route) = route.filter(|_| *request.method() == Method::POST) else {
        return next.call(request).await;
    };
    let (Some(doors), Some(caller)) = (
        request.app_data::<Data<Doors>>().cloned(),
        request.extensions().get::<Caller>().cloned(),
    ) else {
        return Err(ApiError::forbidden("admin_closed", "nobody is there", "").into());
    };
    let body = request
        .extract::<Bytes>()
        .await
        .map_err(|why: Error| super::unreadable_bytes(&why))?;
    let key = match keys::begin(&doors, &caller, &request, &body).await? {
        Begun::Go(key) => key,
        Begun::Answered(answer) => return Ok(request.into_response(answer)),
    };
    let said = Said::of(&body);
    // What is no text is left to the reading of the body, which names it.
    let must_say_why = route.why && said.rest.is_object() && said.rest.get("reason").is_none();
    request.set_payload(Payload::from(said.rest_of(body)));
    let deed = deed(&doors, route, request.path(), said).await?;
    let nonce = key.as_ref().map(Key::nonce);
    let who = Who::Token(caller.name.to_string());
    let announced = announce(&doors, who, deed, nonce).await?;
    if must_say_why && let Err(why) = announced.needs_reason() {
        end(&doors, &announced, why.outcome()).await;
        return Err(why.into());
    }
    request.extensions_mut().insert(announced.clone());
    let answer = next.call(request).await;
    let outcome = match &answer {
        Ok(answer) => error::outcome_of(answer.response()),
        Err(why) => error::outcome_of_error(why),
    };
    end(&doors, &announced, outcome).await;
    match (key, answer) {
        (Some(key), Ok(answer)) => Ok(key.keep(&doors, answer).await),
        (_, answer) => answer,
    }
}

/// A body, and the reason that was taken out of it: handlers read it from the log's line.
#[derive(Default)]
struct Said {
    reason: Option<String>,
    rest: Value,
}

impl Said {
    fn of(body: &[u8]) -> Self {
        let mut rest: Value = serde_json::from_slice(body).unwrap_or_default();
        let reason = rest
            .get("reason")
            .and_then(Value::as_str)
            .map(str::to_owned);
        if let (Some(_), Some(fields)) = (&reason, rest.as_object_mut()) {
            fields.remove("reason");
        }
        Self { reason, rest }
    }

    /// What the handler reads.
    fn rest_of(&self, body: Bytes) -> Bytes {
        match self.reason {
            Some(_) => self.rest.to_string().into(),
            None => body,
        }
    }
}

/// What is asked for, in words that name no person.
async fn deed(
    doors: &Doors,
    route: &table::Route,
    path: &str,
    said: Said,
) -> Result<Deed, ApiError> {
    let mut subject = Vec::new();
    for (pattern, part) in route.path.split('/').zip(path.split('/')) {
        if pattern == PERSON {
            subject.push(person(doors, part).await?);
        } else if pattern.starts_with('{') {
            subject.push(part.to_owned());
        }
    }
    let detail = match route.secret || said.rest.is_null() {
        true => String::new(),
        false => said.rest.to_string(),
    };
    let path = route.path.trim_start_matches(table::PREFIX);
    Ok(Deed {
        act: format!("{} {path}", route.method),
        subject: match subject.is_empty() {
            true => path.trim_start_matches('/').to_owned(),
            false => subject.join(" "),
        },
        reason: said.reason,
        detail,
    })
}

/// A person's account.
async fn person(doors: &Doors, part: &str) -> Result<String, ApiError> {
    let Ok(id) = part.parse().map(TelegramId::new) else {
        return Ok(NOBODY.into());
    };
    let books = doors.books.clone();
    let found = doors.read(async move { books.customer_at(id).await });
    let found = found.await?.map(|seen| seen.row.id.to_string());
    Ok(found.unwrap_or_else(|| NOBODY.into()))
}

/// Puts a deed into the log, before anything of it is done.
pub(super) async fn announce(
    doors: &Doors,
    who: Who,
    deed: Deed,
    nonce: Option<String>,
) -> Result<Announced, ApiError> {
    let id = AuditId::new(doors.clock.fresh_id());
    let keyed = nonce.is_some();
    let nonce = nonce.unwrap_or_else(|| format!("deed-{}", id.get()));
    let nonce = Nonce::parse(&nonce)
        .map_err(|why| ApiError::malformed(why.to_string(), "take another Idempotency-Key"))?;
    let line = Audited::announced(id, doors.clock.now(), who, deed);
    let mut commit = doors.commit();
    commit.audit.push(line.clone());
    doors.write(commit).await.map_err(|why| {
        tracing::warn!("a deed could not be announced in the audit log, and was not done: {why}");
        let hint = "ask again in a moment; /health/ready says when the books are back";
        let message = "the books cannot be written now; nothing was done";
        ApiError::unready("books_unwritable", message, hint)
    })?;
    Ok(Announced {
        line,
        nonce,
        keyed,
        ended: Arc::default(),
    })
}

/// Notes the outcome, unless the deed's own commit has.
pub(super) async fn end(doors: &Doors, announced: &Announced, outcome: Outcome) {
    if announced.ended.load(Ordering::Acquire) && outcome == Outcome::Done {
        return;
    }
    let id = AuditId::new(doors.clock.fresh_id());
    let mut commit = doors.commit();
    let line = announced.line.ended(id, commit.at, outcome);
    commit.audit.push(line);
    match doors.write(commit).await {
        // It stands in the deed's own commit, whose answer was lost.
        Ok(()) | Err(CommitFailed::Refused(_)) => {}
        Err(why @ (Failure::NotDone { .. } | Failure::Unknown { .. })) => {
            let deed = announced.line.id;
            tracing::error!("the outcome of {deed} is missing in the audit log: {why}");
        }
    }
}
