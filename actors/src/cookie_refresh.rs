//! Owns the health of the Fragment logins: looks at them, proves their wallets anew without a
//! person, takes new cookies, and tells the operators once when a person is needed.
//!
//! The books hold a row a login; a login is cared for under its lease, one step is one commit under
//! the lease's epoch, and care never breaks into a till that is in use. What the books say, here or
//! by another replica's hand, is published as one [`Logins`] value for everybody.
//!
//! Who sends: fulfilment wakes it after [`report`]; the admin API and the command line ask it to
//! import cookies. It borrows from `browser_pool`.

use std::sync::Arc;

use actix::Message;
use tokio::sync::watch;

use crate::{
    browser_pool::Lender,
    domain::{
        ids::LoginId,
        login::{Login, LoginEvent, LoginRules},
    },
    office::Office,
    ports::{
        books::{RowWrite, Write},
        vault::Jar,
    },
    supervision::{self, Door, Seat},
};

mod actor;
mod calls;
mod care;
mod import;
mod settings;

pub use actor::{CookieRefresh, CookieRefreshSnapshot, LoginLine};
pub use settings::CookieRefreshSettings;

/// Takes new cookies for a login: tries them in an anonymous browser, and only if a person is
/// logged in with them stores them as a new version. Orders that were linked with an older version
/// keep it (rule 8).
#[derive(Clone, PartialEq, Eq, Debug, Message)]
#[rtype(result = "Result<Imported, ImportRefused>")]
pub struct ImportCookies {
    /// Whose.
    pub login: LoginId,
    /// What the market's adapter made of the text that a person brought.
    pub jar: Jar,
}

/// New cookies are in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Imported {
    /// The version of the jar.
    pub version: i64,
    /// Whether the wallet is proven in it; if not, that follows without a person.
    pub wallet_proven: bool,
}

/// Why cookies were not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImportRefused {
    /// No login of this configuration.
    #[error("{0} is not configured")]
    NoSuchLogin(LoginId),
    /// Nobody is logged in to Telegram with them. The old ones stay.
    #[error("nobody is logged in with these cookies")]
    LoggedOut,
    /// Fragment asks for its identity check. The old ones stay.
    #[error("fragment asks for its identity check")]
    IdentityNeeded,
    /// Another replica holds the login: bring them there, or wait for its lease to end.
    #[error("another replica holds the login")]
    Elsewhere,
    /// They could not be tried or stored now. The old ones stay; try again.
    #[error("not now: {0}")]
    NotNow(String),
    /// They may be stored already. Trying again does no harm.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

/// The published health of all logins. Cheap to clone; reading waits for nobody.
#[derive(Clone, Debug)]
pub struct Logins(watch::Receiver<Arc<Vec<Login>>>);

/// The end of [`Logins`] that `cookie_refresh` writes.
#[derive(Debug)]
pub struct LoginsBoard(watch::Sender<Arc<Vec<Login>>>);

/// A board on which nothing is written yet: no login is usable.
#[must_use]
pub fn board() -> (LoginsBoard, Logins) {
    let (sender, receiver) = watch::channel(Arc::new(Vec::new()));
    (LoginsBoard(sender), Logins(receiver))
}

impl Logins {
    /// The logins as last published.
    #[must_use]
    pub fn all(&self) -> Arc<Vec<Login>> {
        Arc::clone(&self.0.borrow())
    }

    /// Whether a purchase may be started with this login.
    #[must_use]
    pub fn is_usable(&self, login: LoginId) -> bool {
        let logins = self.0.borrow();
        logins.iter().any(|row| row.id == login && row.is_usable())
    }

    /// Whether anything can be delivered now. If not, the shop is degraded: orders wait.
    #[must_use]
    pub fn can_deliver(&self) -> bool {
        self.0.borrow().iter().any(Login::is_usable)
    }

    /// The value itself, to watch.
    #[must_use]
    pub fn receiver(&self) -> watch::Receiver<Arc<Vec<Login>>> {
        self.0.clone()
    }
}

/// What a borrower met in a till.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Met {
    /// A logged-out page, or a refusal that smells of one.
    LoggedOut,
    /// Fragment asks for its identity check: only a person can do that.
    IdentityAsked,
}

/// Writes what a borrower met, so that the login is looked at before it is used again, or rests
/// until a person has helped. The borrower wakes `cookie_refresh` afterwards. If it cannot be
/// written, the next borrower meets the same.
pub async fn report(office: &Office, login: LoginId, met: Met) {
    if let Err(why) = write_report(office, login, met).await {
        tracing::warn!(%login, "what was met in {login} was not written: {why}");
    }
}

/// No fence: to doubt is safe whoever does it, and the version decides between two writers.
async fn write_report(office: &Office, login: LoginId, met: Met) -> Result<(), String> {
    let rows = office.ports.books.logins().await;
    let rows = rows.map_err(|why| why.to_string())?;
    let Some(seen) = rows.into_iter().find(|seen| seen.row.id == login) else {
        return Ok(());
    };
    let event = match met {
        Met::LoggedOut => LoginEvent::Doubted,
        Met::IdentityAsked => LoginEvent::IdentityAsked,
    };
    let mut commit = office.commit();
    // The pause before the next look is cookie refresh's own; the default will do until then.
    let decision = seen.row.decide(event, &LoginRules::default(), commit.at);
    if decision.next == seen.row {
        return Ok(());
    }
    let next = office.absorb(&mut commit, decision);
    commit.rows.push(RowWrite::Login(Write::over(&seen, next)));
    office.write(commit).await.map_err(|why| why.to_string())
}

/// Starts the actor on the current arbiter.
pub fn start(
    seat: Seat,
    office: Office,
    lender: Lender,
    board: LoginsBoard,
    settings: CookieRefreshSettings,
) -> Door<CookieRefresh> {
    supervision::start(seat, move |life| {
        CookieRefresh::new(life, office, lender, board, settings)
    })
}
