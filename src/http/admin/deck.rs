//! The operators' deck in the chat, served by the admin API's own hands: what an operator does there is
//! announced in the same audit log, under the person's name, and done by the same functions.
//!
//! The chat lets nobody on the deck who is no operator; here every deed names who it was.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use starkeeper_actors::domain::audit::{Deed, Who};
use starkeeper_actors::domain::dialog::{
    Act, BreakMark, DeckFace, Look, NotDone, Secret, WalletFace, Want,
};
use starkeeper_actors::domain::ids::{LoginId, OrderId, TelegramId};
use starkeeper_actors::domain::order::OperatorAct;
use starkeeper_actors::domain::report::DayReport;
use starkeeper_actors::ports::books::{Answer, Keyed};
use starkeeper_actors::ports::{Deck, Unreadable};
use tokio::task::JoinError;

use super::deeds::{self, Announced};
use super::{acts, breaks, keys, logins, prices, sales};
use crate::http::Doors;
use crate::http::error::ApiError;

mod looks;

/// Something that is read elsewhere.
pub type Reading<T> = Arc<dyn Fn() -> BoxFuture<'static, Result<T, Unreadable>> + Send + Sync>;

/// What the daemon reads for the deck besides the books.
pub struct DeckTools {
    /// Today, as the daily digest counts a day.
    pub today: Reading<DayReport>,
    /// The tills.
    pub tills: Reading<Vec<WalletFace>>,
}

/// Serves operators in the chat, once the actors run.
pub struct OperatorsDesk {
    doors: Mutex<Option<Doors>>,
    tools: DeckTools,
}

/// Letters of the name under which a wish is kept.
const NAME: usize = 32;

/// How often prices are set anew because somebody wrote them meanwhile.
const TRIES: usize = 5;

impl OperatorsDesk {
    /// Without doors: nothing can be looked at or done yet.
    #[must_use]
    pub fn new(tools: DeckTools) -> Self {
        Self {
            doors: Mutex::default(),
            tools,
        }
    }

    /// From now on it serves through these doors; without any it serves nobody. To be closed at the end:
    /// doors lead to actors that hold this very desk.
    pub fn through(&self, doors: Option<Doors>) {
        *self.doors.lock().unwrap_or_else(PoisonError::into_inner) = doors;
    }

    fn doors(&self) -> Option<Doors> {
        let doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        doors.clone()
    }
}

#[async_trait]
impl Deck for OperatorsDesk {
    async fn look(&self, look: &Look) -> Result<DeckFace, Unreadable> {
        let doors = self.doors();
        let doors = doors.ok_or_else(|| Unreadable::new("the daemon is starting or ending"))?;
        looks::look(&doors, &self.tools, look).await
    }

    async fn act(&self, by: TelegramId, act: &Act) -> Result<(), NotDone> {
        let doors = self.doors().ok_or(NotDone::NotNow)?;
        let (io, act) = (doors.io.clone(), act.clone());
        // It goes on to its end, and to its line in the log, when nobody waits for it any more.
        let deed = io.spawn(async move { once(&doors, by, &act).await });
        Ok(ended(deed.await)?)
    }

    async fn cookies(&self, by: TelegramId, login: LoginId, text: &Secret) -> Result<(), NotDone> {
        let doors = self.doors().ok_or(NotDone::NotNow)?;
        let (io, text) = (doors.io.clone(), text.clone());
        let deed = io.spawn(async move { brought(&doors, by, login, &text).await });
        Ok(ended(deed.await)?)
    }
}

fn ended(deed: Result<Result<(), ApiError>, JoinError>) -> Result<(), ApiError> {
    let outcome = deed.unwrap_or_else(|why| {
        tracing::error!("a deed of an operator ended early: {why}");
        let hint = "look before you ask again";
        Err(ApiError::unsure(
            "it is not known whether it was done",
            hint,
        ))
    });
    outcome.inspect_err(|why| tracing::info!("a deed of an operator was not done: {why}"))
}

/// Tries cookies. They stand in no log.
async fn brought(
    doors: &Doors,
    by: TelegramId,
    login: LoginId,
    text: &Secret,
) -> Result<(), ApiError> {
    let deed = Deed {
        act: "POST /logins/{till}/cookies".to_owned(),
        subject: login.to_string(),
        ..Deed::default()
    };
    let announced = deeds::announce(doors, Who::Person(by), deed, None).await?;
    let imported = logins::imported(doors, login, &text.0).await.map(drop);
    end(doors, &announced, &imported).await;
    imported
}

/// Does something once for its nonce, as a request with an idempotency key is done once.
async fn once(doors: &Doors, by: TelegramId, act: &Act) -> Result<(), ApiError> {
    let (person, wish) = (by.get().to_be_bytes(), act.nonce.to_be_bytes());
    let name = keys::digest(&[b"deck", &person, &wish]);
    let name = name.get(..NAME).unwrap_or_default().to_owned();
    let whole = deed(doors, act).await?;
    let asked = keys::digest(&[
        whole.act.as_bytes(),
        whole.subject.as_bytes(),
        whole.detail.as_bytes(),
    ]);
    let (books, key, now) = (doors.books.clone(), format!("tg/{name}"), doors.clock.now());
    let begun = key.clone();
    let known = doors.read(async move { books.answer_begun(begun, asked, now).await });
    match known.await? {
        Keyed::Fresh | Keyed::Same(None) => {}
        Keyed::Same(Some(_done)) => return Ok(()),
        Keyed::Other => {
            let hint = "look at it again";
            return Err(ApiError::conflict("taken", "it was another wish", hint));
        }
    }
    let nonce = Some(format!("key-{name}"));
    let announced = deeds::announce(doors, Who::Person(by), whole, nonce).await?;
    let outcome = perform(doors, &announced, act).await;
    end(doors, &announced, &outcome).await;
    if outcome.is_ok() {
        let (books, body) = (doors.books.clone(), String::new());
        let kept = Answer { status: 200, body };
        let kept = doors.read(async move { books.answer_given(key, kept).await });
        if let Err(why) = kept.await {
            // Doing it again is the same deed under the same name, which is taken once.
            tracing::warn!("that a deed was done is not kept under its key: {why}");
        }
    }
    outcome
}

async fn end(doors: &Doors, announced: &Announced, outcome: &Result<(), ApiError>) {
    use starkeeper_actors::domain::audit::Outcome;
    let outcome = match outcome {
        Ok(()) => Outcome::Done,
        Err(why) => why.outcome(),
    };
    deeds::end(doors, announced, outcome).await;
}

/// What is asked for, as the admin API's own log says it.
async fn deed(doors: &Doors, act: &Act) -> Result<Deed, ApiError> {
    let of_order = |what: &str, order: OrderId, detail: Value| {
        let act = format!("POST /orders/{{id}}/{what}");
        (act, order.to_string(), detail)
    };
    let path = |path: &str, detail: Value| (format!("POST /{path}"), path.to_owned(), detail);
    let (name, subject, detail) = match act.want {
        Want::Resume { order, version } => {
            of_order("resume", order, json!({"version": version.get()}))
        }
        Want::Refund { order, version } => {
            of_order("refund", order, json!({"version": version.get()}))
        }
        Want::Deliver {
            order,
            version,
            row,
        } => {
            let row = looks::marked(doors, row).await?;
            let detail = json!({"version": version.get(), "row": row.row.finding.row()});
            of_order("deliver", order, detail)
        }
        Want::Settle { mark, version } => {
            let row = looks::marked(doors, mark).await?;
            let detail = json!({"key": row.row.key, "version": version.get()});
            path("breaks/settle", detail)
        }
        Want::Give {
            mark,
            version,
            order,
        } => {
            let row = looks::marked(doors, mark).await?;
            let detail = json!({
                "key": row.row.key,
                "version": version.get(),
                "order": order.to_string(),
            });
            path("breaks/settle", detail)
        }
        Want::Pause(kind) => path("sales/pause", json!({"product": kind})),
        Want::Open => path("sales/resume", Value::Null),
        Want::Price(of) => path("prices", json!({"of": of, "value": act.value})),
    };
    Ok(Deed {
        act: name,
        subject,
        reason: act.reason.clone(),
        detail: match detail.is_null() {
            true => String::new(),
            false => detail.to_string(),
        },
    })
}

async fn perform(doors: &Doors, announced: &Announced, act: &Act) -> Result<(), ApiError> {
    match act.want {
        Want::Resume { order, version } => {
            acts::act(doors, announced, order, version.get(), OperatorAct::Resume).await
        }
        Want::Refund { order, version } => {
            let seen = looks::order(doors, order).await?;
            acts::refunded(doors, announced, &seen, version.get()).await
        }
        Want::Deliver {
            order,
            version,
            row,
        } => {
            let seen = looks::marked(doors, row).await?;
            let row = seen.row.finding.row().cloned().ok_or_else(gone)?;
            acts::delivered(doors, announced, order, version.get(), row).await
        }
        Want::Settle { mark, version } => {
            let seen = looks::marked(doors, mark).await?;
            breaks::closed(doors, announced, &seen, version.get(), None).await
        }
        Want::Give {
            mark,
            version,
            order,
        } => {
            let seen = looks::marked(doors, mark).await?;
            let order = looks::order(doors, order).await?.row.id;
            breaks::closed(doors, announced, &seen, version.get(), Some(order)).await
        }
        Want::Pause(kind) => sales::paused(doors, announced, kind).await.map(drop),
        Want::Open => sales::resumed(doors, announced).await.map(drop),
        Want::Price(of) => {
            for _ in 0..TRIES {
                let seen = sales::stored(doors).await?;
                let set = act
                    .value
                    .and_then(|value| of.set(value, seen.row.rules.get()));
                let set = set.ok_or_else(gone)?;
                match prices::set_over(doors, announced, &seen, set).await {
                    // Observations are written every few seconds.
                    Err(why) if why.code() == "changed" => {}
                    outcome => return outcome.map(drop),
                }
            }
            let hint = "ask again in a moment";
            Err(ApiError::unready(
                "not_done",
                "the prices changed each time",
                hint,
            ))
        }
    }
}

fn gone() -> ApiError {
    let message = "what was shown is not there any more";
    ApiError::conflict("changed", message, "look at it again")
}

/// An open break by its mark.
fn is_marked(mark: BreakMark, key: &str) -> bool {
    BreakMark::of(key) == mark
}
