//! What tests may do to Fragment, and what they may ask it.

use super::{FakeFragment, Health, MarketCall, MarketFault, Session};
use crate::domain::Span;
use crate::domain::catalog::{PremiumMonths, Recipient, Username};
use crate::domain::ids::{LoginId, RequestId, WalletAddress};
use crate::domain::login::Look;
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::HistoryRow;
use crate::ports::market::{BrowserId, Fitness, MarketRefused};
use crate::ports::vault::Jar;

impl FakeFragment {
    /// Somebody has this name; whoever had it before has it no more.
    pub fn add_person(&self, person: Recipient) {
        let key = person.username.to_key();
        self.lock().people.insert(key, Ok(person));
    }

    /// From now on a look-up of this name is refused: nobody, a bot, Premium already …
    pub fn refuse_person(&self, username: &Username, why: MarketRefused) {
        self.lock().people.insert(username.to_key(), Err(why));
    }

    /// A login in which a wallet is proven.
    pub fn add_login(&self, login: LoginId, wallet: WalletAddress) {
        let session = Session {
            telegram: true,
            wallet,
            proven: Some(wallet),
            identity_needed: false,
            jar: 1,
            page: None,
            history: Vec::new(),
        };
        self.lock().sessions.insert(login, session);
    }

    /// Who is logged in with a jar that a person brings. Without this: nobody.
    pub fn add_jar(&self, jar: Jar, look: Look) {
        self.lock().jars.push((jar, look));
    }

    /// Logs a login out of Telegram, or in again.
    pub fn set_logged_in(&self, login: LoginId, logged_in: bool) {
        self.session(login, |session| session.telegram = logged_in);
    }

    /// Which wallet is proven in a login.
    pub fn set_proven(&self, login: LoginId, wallet: Option<WalletAddress>) {
        self.session(login, |session| session.proven = wallet);
    }

    /// Whether a login needs the identity check before it may buy.
    pub fn ask_identity(&self, login: LoginId, needed: bool) {
        self.session(login, |session| session.identity_needed = needed);
    }

    /// Whether the way to Fragment is blocked for everybody.
    pub fn block_path(&self, blocked: bool) {
        self.lock().path_blocked = blocked;
    }

    /// Fifty Stars cost this from now on.
    pub fn set_stars_price(&self, cost: NanoTon, usd: MicroUsd) {
        self.lock().stars = (cost, usd);
    }

    /// A gift of Premium costs this from now on.
    pub fn set_premium_price(&self, months: PremiumMonths, cost: NanoTon, usd: MicroUsd) {
        self.lock().premium.insert(months, (cost, usd));
    }

    /// Links ask for this much more than the prices say.
    pub fn set_surcharge(&self, surcharge: NanoTon) {
        self.lock().surcharge = surcharge;
    }

    /// How long links are valid from now on.
    pub fn set_link_lifetime(&self, lifetime: Span) {
        self.lock().link_lifetime = lifetime;
    }

    /// Whether paid and confirmed purchases wait before they are delivered.
    pub fn hold_deliveries(&self, hold: bool) {
        self.lock().holds_deliveries = hold;
    }

    /// Changes how a browser is.
    pub fn set_health(&self, browser: BrowserId, health: Health) {
        if let Some(browser) = self.lock().browsers.get_mut(&browser) {
            browser.health = health;
        }
    }

    /// A newer jar was stored since this browser was started: its probe says so.
    pub fn outdate(&self, browser: BrowserId) {
        if let Some(browser) = self.lock().browsers.get_mut(&browser) {
            browser.fitness = Fitness::OldJar;
        }
    }

    /// The next call of this kind meets this fault.
    pub fn fail_next(&self, call: MarketCall, fault: MarketFault) {
        self.lock().faults.push_back((call, fault));
    }

    /// How often a call was made.
    #[must_use]
    pub fn calls(&self, call: MarketCall) -> u64 {
        self.lock().calls.get(&call).copied().unwrap_or(0)
    }

    /// The browsers that are open, in the order they were started.
    #[must_use]
    pub fn browsers(&self) -> Vec<BrowserId> {
        self.lock().browsers.keys().copied().collect()
    }

    /// The purchases that were delivered, by their request ids.
    #[must_use]
    pub fn delivered(&self) -> Vec<RequestId> {
        self.settle();
        let inner = self.lock();
        let delivered = inner
            .purchases
            .iter()
            .filter(|one| one.delivered_at.is_some());
        delivered.map(|one| one.request.clone()).collect()
    }

    /// The purchases that links were made for, delivered or not.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestId> {
        let inner = self.lock();
        let purchases = inner.purchases.iter();
        purchases.map(|purchase| purchase.request.clone()).collect()
    }

    /// A row that Fragment's history shows besides its own deliveries.
    pub fn add_history(&self, row: HistoryRow) {
        self.session(row.login, |session| session.history.push(row));
    }

    /// Fragment's history of a login loses its newest row; answers it.
    pub fn lose_history(&self, login: LoginId) -> Option<HistoryRow> {
        let mut inner = self.lock();
        inner.sessions.get_mut(&login)?.history.pop()
    }

    /// What a shop must never do and this one did.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.settle();
        self.lock().violations.clone()
    }

    #[expect(clippy::panic, reason = "a test that names no login is wrong")]
    fn session(&self, login: LoginId, change: impl FnOnce(&mut Session)) {
        let mut inner = self.lock();
        let Some(session) = inner.sessions.get_mut(&login) else {
            drop(inner);
            panic!("Fragment has no login {login}");
        };
        change(session);
    }
}
