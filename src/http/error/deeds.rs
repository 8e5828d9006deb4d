//! What became of an operator's deed that was not done.

use starkeeper_actors::domain::breaks::NotSettled;
use starkeeper_actors::domain::dialog::{Against, NotDone};
use starkeeper_actors::domain::pricing::BadRules;
use starkeeper_actors::fulfilment::OperatorRefused;
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::books::{CommitFailed, CommitRefused};

use super::{ApiError, Kind};

const CHANGED: &str = "look at it again, and decide by what it is now";

impl From<CommitFailed> for ApiError {
    fn from(why: CommitFailed) -> Self {
        match why {
            Failure::Refused(why) => why.into(),
            Failure::NotDone { cause } => {
                tracing::warn!("a deed was not done: {cause}");
                Self::unready(
                    "not_done",
                    "the books could not be written; nothing was done",
                    "ask again in a moment",
                )
            }
            Failure::Unknown { cause } => {
                tracing::warn!("the outcome of a deed is unknown: {cause}");
                Self::unsure(
                    "it is not known whether it was done",
                    "look before you ask again, or repeat with the same Idempotency-Key",
                )
            }
        }
    }
}

impl From<CommitRefused> for ApiError {
    fn from(why: CommitRefused) -> Self {
        let message = format!("nothing was done: {why}");
        let against = why.against();
        match why {
            CommitRefused::Stale { .. } => Self::conflict("changed", message, CHANGED),
            CommitRefused::Taken { .. } | CommitRefused::Handled(_) => Self::conflict(
                "taken",
                message,
                "it was done before, or somebody else was faster",
            ),
            CommitRefused::Floor { .. } => Self::refused(
                "not_enough",
                "nothing was done: there is not so much on the account",
                "take at most what is there",
            )
            .against(against),
            CommitRefused::Guard(_) | CommitRefused::Rule { .. } => {
                Self::refused("rule", message, "the books keep this rule whoever asks")
                    .against(against)
            }
            CommitRefused::OtherLife { .. } | CommitRefused::Fenced { .. } => Self::unready(
                "not_done",
                "the books went on without this daemon; nothing was done",
                "ask again in a moment",
            ),
        }
    }
}

impl From<OperatorRefused> for ApiError {
    fn from(why: OperatorRefused) -> Self {
        let message = format!("nothing was done: {why}");
        match why {
            OperatorRefused::NotFound => Self::missing(message, "name it as it was answered"),
            OperatorRefused::Changed => Self::conflict("changed", message, CHANGED),
            OperatorRefused::Pressed => {
                Self::conflict("pressed", message, "look at it: the first press counted")
            }
            OperatorRefused::Elsewhere => Self::conflict(
                "elsewhere",
                message,
                "ask the replica that holds the till, or wait a minute",
            ),
            OperatorRefused::Rule { against, why: _ } => Self::refused(
                "rule",
                message,
                "`may` of the order says what is possible in its state",
            )
            .against(against),
            OperatorRefused::TryAgain(_) => {
                Self::unready("not_done", message, "ask again in a moment")
            }
        }
    }
}

impl From<NotSettled> for ApiError {
    fn from(why: NotSettled) -> Self {
        let message = format!("nothing was done: {why}");
        match why {
            NotSettled::NotOpen => Self::conflict("changed", message, CHANGED),
            NotSettled::NoRow => {
                Self::refused("no_row", message, "leave `order` out").against(Against::NoRow)
            }
        }
    }
}

impl From<BadRules> for ApiError {
    fn from(why: BadRules) -> Self {
        Self::refused(
            "bad_prices",
            format!("nothing was done: {why}"),
            "GET /admin/v1/prices shows what holds now",
        )
        .against(Against::Prices(why.0))
    }
}

/// What an operator in the chat is told.
impl From<ApiError> for NotDone {
    fn from(why: ApiError) -> Self {
        match why.kind {
            Kind::Unsure | Kind::Late => Self::Unsure,
            Kind::Unready | Kind::TooMany => Self::NotNow,
            Kind::Conflict => match why.code {
                "changed" => Self::Changed,
                "elsewhere" => Self::Elsewhere,
                _ => Self::Before,
            },
            Kind::Missing => Self::Rule(why.against.unwrap_or(Against::Gone)),
            Kind::Malformed
            | Kind::Unauthorised
            | Kind::Forbidden
            | Kind::WrongMethod
            | Kind::TooLarge
            | Kind::Refused => Self::Rule(why.against.unwrap_or(Against::Books)),
        }
    }
}
