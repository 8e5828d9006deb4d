//! What Fragment's answers mean for a login and for the browser that brought them.

use std::time::Duration;

use crate::{
    browser_pool::Verdict,
    domain::login::{LoginEvent, Look},
    ports::{
        Failure,
        market::{MarketFailure, MarketRefused},
    },
    supervision::effect,
};

/// What shows that nobody is logged in.
const NOBODY: LoginEvent = LoginEvent::Looked(Look {
    telegram: false,
    proven: None,
});

/// One answer, read twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Found {
    /// For the login.
    pub(super) event: LoginEvent,
    /// For the browser.
    pub(super) verdict: Verdict,
}

/// How a call ended.
pub(super) enum Ended<T> {
    /// With an answer, good or bad.
    Answered(Result<T, MarketFailure>),
    /// It hung or panicked: its outcome is unknown and the browser not to be trusted.
    Lost,
}

/// Runs one call under its deadline; a panic in it is an unknown outcome.
pub(super) async fn call<T>(
    deadline: Duration,
    call: impl Future<Output = Result<T, MarketFailure>>,
) -> Ended<T> {
    match effect::part(deadline, call).await {
        Ok(answer) => Ended::Answered(answer),
        Err(why) => {
            tracing::warn!("a call to fragment for a login: {why}");
            Ended::Lost
        }
    }
}

/// Reads the answer to a look.
pub(super) fn of_look(ended: Ended<Look>) -> Found {
    match ended {
        Ended::Answered(Ok(look)) => {
            let verdict = match look.telegram {
                true => Verdict::Good,
                false => Verdict::LoggedOut,
            };
            let event = LoginEvent::Looked(look);
            Found { event, verdict }
        }
        Ended::Answered(Err(failure)) => of_failure(failure, NOBODY),
        Ended::Lost => LOST,
    }
}

/// Reads the answer to a proof. None: look again before anything is concluded.
pub(super) fn of_proof(ended: Ended<()>) -> Option<Found> {
    match ended {
        Ended::Answered(Ok(())) => Some(Found {
            event: LoginEvent::ProofRenewed,
            verdict: Verdict::Good,
        }),
        // Of Telegram or of the wallet? Only the page knows.
        Ended::Answered(Err(Failure::Refused(MarketRefused::LoggedOut)))
        // It may have been proven.
        | Ended::Answered(Err(Failure::Unknown { .. })) => None,
        Ended::Answered(Err(failure)) => Some(of_failure(failure, LoginEvent::ProofRefused)),
        Ended::Lost => Some(LOST),
    }
}

const LOST: Found = Found {
    event: LoginEvent::NotDone,
    verdict: Verdict::Broken,
};

fn of_failure(failure: MarketFailure, refused: LoginEvent) -> Found {
    let (event, verdict) = match failure {
        Failure::Refused(MarketRefused::LoggedOut) => (refused, Verdict::LoggedOut),
        Failure::Refused(MarketRefused::IdentityNeeded) => {
            (LoginEvent::IdentityAsked, Verdict::Good)
        }
        Failure::Refused(MarketRefused::PathBlocked) => {
            (LoginEvent::PathBlocked, Verdict::PathBlocked)
        }
        Failure::Refused(
            why @ (MarketRefused::NoSuchUser
            | MarketRefused::NotAPerson
            | MarketRefused::AlreadyPremium
            | MarketRefused::Other { .. }),
        ) => {
            tracing::warn!("fragment refused the care of a login: {why}");
            let event = match refused == NOBODY {
                // An answer to a look that is no look says nothing about who is logged in.
                true => LoginEvent::NotDone,
                false => refused,
            };
            (event, Verdict::Good)
        }
        Failure::NotDone { cause } | Failure::Unknown { cause } => {
            tracing::warn!("fragment was not reached for the care of a login: {cause}");
            (LoginEvent::NotDone, Verdict::Good)
        }
    };
    Found { event, verdict }
}
