//! A loan of one tab: calls with their hash, what is tried again, and the jar after every answer.

use std::sync::Arc;

use serde_json::Value;
use starkeeper_actors::domain::ids::LoginId;
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::market::{MarketFailure, MarketRefused, Slot, SlotKind};
use starkeeper_actors::ports::vault::{JarMoved, Vault};
use tokio::sync::OwnedMutexGuard;

use super::cookies::CookieJar;
use super::tab::{Fetched, Lost, State, Tab};
use super::verdict::{Answer, Effect, Heard, failure, of_call, of_page};
use super::wire::Unread;
use super::wire::head::Head;
use crate::record::Record;

/// Why a call brought nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// The site said so.
    Heard(Heard),
    /// Nobody answered, or the browser is lost.
    Failed(MarketFailure),
}

impl Trouble {
    /// What the caller may do.
    pub(super) fn failure(self, effect: Effect) -> MarketFailure {
        match self {
            Self::Heard(heard) => failure(heard, effect),
            Self::Failed(failure) => failure,
        }
    }
}

impl From<Trouble> for MarketFailure {
    fn from(trouble: Trouble) -> Self {
        trouble.failure(Effect::Harmless)
    }
}

/// What the browser was doing may have been done, and it is not to be trusted.
pub(super) fn of_lost(lost: &Lost) -> MarketFailure {
    Failure::unknown(lost.to_string())
}

/// Nothing was paid, and the same may be readable the next time.
pub(super) fn of_unread(unread: &Unread) -> MarketFailure {
    Failure::not_done(unread.to_string())
}

/// A tab while it is used. Others who use it wait.
pub(super) struct Session {
    pub(super) tab: Arc<Tab>,
    pub(super) slot: Slot,
    pub(super) state: OwnedMutexGuard<State>,
    vault: Arc<dyn Vault>,
    record: Record,
    /// Why the newest cookies were not stored, if they were not.
    unstored: Option<String>,
}

impl Session {
    pub(super) async fn of(
        tab: Arc<Tab>,
        slot: Slot,
        vault: Arc<dyn Vault>,
        record: Record,
    ) -> Self {
        let state = Arc::clone(&tab.state).lock_owned().await;
        Self {
            tab,
            slot,
            state,
            vault,
            record,
            unstored: None,
        }
    }

    /// Reads a page of the site, as it is now.
    pub(super) async fn page(&mut self, path: &str) -> Result<String, MarketFailure> {
        let fetched = self.tab.get(path).await.map_err(|lost| of_lost(&lost))?;
        let answer = self.answered(fetched, Effect::Harmless).await;
        let answer = answer?;
        self.note(path, &answer);
        match of_page(&answer) {
            Ok(page) => Ok(page.to_owned()),
            Err(heard) => Err(failure(heard, Effect::Harmless)),
        }
    }

    /// Reads a page's head, and the hash of the API with it.
    pub(super) async fn head(&mut self, path: &str) -> Result<Head, MarketFailure> {
        let page = self.page(path).await?;
        let head = Head::of(&page).map_err(|unread| of_unread(&unread))?;
        self.state.hash = Some(head.hash.clone());
        Ok(head)
    }

    /// Calls the API as a page does. A stale hash is read anew once; words that are not known are
    /// tried once more where that costs nothing.
    pub(super) async fn call(
        &mut self,
        page: &str,
        method: &str,
        fields: &[(&str, &str)],
        effect: Effect,
    ) -> Result<Value, Trouble> {
        let mut all = vec![("method", method)];
        all.extend_from_slice(fields);
        let (mut reread, mut retried) = (false, effect == Effect::MayBeDone);
        loop {
            let heard = match self.once(page, &all, effect).await? {
                Ok(value) => return Ok(value),
                Err(heard) => heard,
            };
            if heard == Heard::BadRequest {
                self.state.hash = None;
            }
            let again = match &heard {
                Heard::BadRequest => !std::mem::replace(&mut reread, true),
                Heard::Unknown(_) => !std::mem::replace(&mut retried, true),
                Heard::PathBlocked
                | Heard::TooFast
                | Heard::Down(_)
                | Heard::Unlike(_)
                | Heard::PriceChanged
                | Heard::Refused(_) => false,
            };
            if !again {
                return Err(Trouble::Heard(heard));
            }
        }
    }

    /// The jar's version, if every cookie up to now is stored.
    pub(super) fn stored_version(&self) -> Result<i64, MarketFailure> {
        match &self.unstored {
            None if self.state.is_spoilt => Err(Failure::not_done(
                "the session is not the stored one any more",
            )),
            None => Ok(self.state.version),
            Some(why) => Err(Failure::not_done(format!(
                "the session's new cookies are not stored: {why}"
            ))),
        }
    }

    /// Gives the tab another jar's cookies; what follows is of that session.
    pub(super) async fn put(&mut self, jar: &CookieJar) -> Result<(), MarketFailure> {
        self.state.hash = None;
        let put = self.tab.put(jar).await;
        put.map_err(|lost| of_lost(&lost))
    }

    async fn once(
        &mut self,
        page: &str,
        fields: &[(&str, &str)],
        effect: Effect,
    ) -> Result<Result<Value, Heard>, Trouble> {
        let hash = match &self.state.hash {
            Some(hash) => hash.clone(),
            // Before the call: whatever fails here, nothing was done.
            None => self.head(page).await.map_err(Trouble::Failed)?.hash,
        };
        let fetched = self.tab.post(&hash, fields, page).await;
        let fetched = fetched.map_err(|lost| Trouble::Failed(of_lost(&lost)))?;
        let answer = self.answered(fetched, effect).await;
        let answer = answer.map_err(Trouble::Failed)?;
        let method = fields.iter().find(|(name, _)| *name == "method");
        self.note(method.map_or(page, |(_, method)| method), &answer);
        Ok(of_call(&answer))
    }

    /// Notes an answer where a new shop's are: without the cookies, the hash and the challenge.
    fn note(&self, to: &str, answer: &Answer) {
        if !self.record.is_kept() {
            return;
        }
        let head = Head::of(&answer.body).ok();
        let fresh = head.iter().flat_map(|head| {
            let challenge = head.challenge.as_deref();
            [Some(head.hash.as_str()), challenge].into_iter().flatten()
        });
        let cookies = self.state.jar.0.values().map(String::as_str);
        let secrets = cookies.chain(self.state.hash.as_deref()).chain(fresh);
        let body = answer.body.as_bytes();
        self.record
            .note("fragment", to, answer.status, body, secrets);
    }

    /// Keeps the cookies that came with an answer.
    async fn answered(
        &mut self,
        fetched: Fetched,
        effect: Effect,
    ) -> Result<Answer, MarketFailure> {
        match fetched {
            Fetched::Answer(answer) => {
                self.keep().await.map_err(|lost| of_lost(&lost))?;
                Ok(answer)
            }
            Fetched::Unreached(cause) => {
                let cause = format!("fragment was not reached: {cause}");
                Err(match effect {
                    Effect::Harmless => Failure::NotDone { cause },
                    Effect::MayBeDone => Failure::Unknown { cause },
                })
            }
        }
    }

    /// Stores the jar of a till if an answer has changed it. What was answered stays true when
    /// that fails; the browser then carries cookies that nobody else has, and is opened anew.
    async fn keep(&mut self) -> Result<(), Lost> {
        let SlotKind::Till(login) = self.slot.kind else {
            return Ok(());
        };
        let now = self.tab.cookies().await?;
        if now == self.state.jar || self.state.is_spoilt {
            return Ok(());
        }
        match self.store(login, &now).await {
            Ok(version) => {
                self.state.version = version;
                self.state.jar = now;
            }
            Err(why) => {
                tracing::warn!("the cookies of {login} were not stored: {why}");
                self.state.is_spoilt = true;
                self.unstored = Some(why);
            }
        }
        Ok(())
    }

    async fn store(&self, login: LoginId, jar: &CookieJar) -> Result<i64, String> {
        // A tab of a login that was never logged in has nothing worth keeping.
        let Some(fence) = self.slot.fence else {
            return Err("its borrower has no claim to the login's lease".into());
        };
        let stored = self
            .vault
            .store(login, self.state.version, fence, jar.to_jar());
        match stored.await {
            Ok(version) => Ok(version),
            Err(Failure::Refused(JarMoved)) => Err(JarMoved.to_string()),
            Err(Failure::NotDone { cause } | Failure::Unknown { cause }) => Err(cause),
        }
    }
}

/// A look-up that the site did not take says nothing about a login.
pub(super) fn of_anonymous(failure: MarketFailure) -> MarketFailure {
    if failure == Failure::Refused(MarketRefused::LoggedOut) {
        return Failure::not_done("fragment did not take a look-up without a login");
    }
    failure
}
