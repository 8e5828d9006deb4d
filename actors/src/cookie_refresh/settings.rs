//! The settings.

use std::time::Duration;

use crate::domain::{
    ids::{LoginId, WalletAddress},
    login::LoginRules,
};

/// Which logins there are, and how long things may take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CookieRefreshSettings {
    /// The logins of this shop, each with the wallet that must be proven in it.
    pub logins: Vec<(LoginId, WalletAddress)>,
    /// When to look and how to fail.
    pub rules: LoginRules,
    /// How often the books are looked at without a wake: another replica's decisions, and what has
    /// become due. One small query.
    pub look: Duration,
    /// How long a login's lease lasts: longer than a call, and no shorter than fulfilment's, which
    /// prolongs the same one.
    pub lease: Duration,
    /// Deadline of one call to Fragment: a page and an answer through a real browser.
    pub call: Duration,
    /// Deadline of one read of or commit to the books.
    pub books: Duration,
}

impl CookieRefreshSettings {
    /// The defaults for these logins.
    #[must_use]
    pub fn new(logins: Vec<(LoginId, WalletAddress)>) -> Self {
        Self {
            logins,
            rules: LoginRules::default(),
            look: Duration::from_secs(2),
            lease: Duration::from_secs(60),
            call: Duration::from_secs(30),
            books: Duration::from_secs(10),
        }
    }

    /// How long the care of one login or an import may take in all: a net above the deadlines of
    /// its parts, with the wait for a browser.
    pub(super) fn whole(&self) -> Duration {
        self.loan() * 2 + self.books * 4
    }

    /// How long a browser is borrowed: a look, a proof, and a look after a proof that failed.
    pub(super) fn loan(&self) -> Duration {
        (self.call + self.books * 3) * 3
    }

    /// The deadline an asker of [`ImportCookies`](super::ImportCookies) should have.
    #[must_use]
    pub fn import_deadline(&self) -> Duration {
        self.whole() + self.books
    }
}
