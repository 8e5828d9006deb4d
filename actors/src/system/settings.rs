//! The settings of all actors in one place.

use std::time::Duration;

use tokio::sync::watch;

use crate::browser_pool::BrowserPoolSettings;
use crate::cookie_refresh::CookieRefreshSettings;
use crate::domain::ids::{LoginId, WalletAddress};
use crate::domain::pricing::CheckedRules;
use crate::domain::shop::Shutters;
use crate::fulfilment::FulfilmentSettings;
use crate::notifier::NotifierSettings;
use crate::payment::PaymentSettings;
use crate::pricing::PricingSettings;
use crate::session::SessionSettings;
use crate::supervision::RestartPolicy;

/// What every actor is set to.
#[derive(Clone, Debug)]
pub struct SystemSettings {
    /// Sessions and their directory.
    pub session: SessionSettings,
    /// Payment.
    pub payment: PaymentSettings,
    /// Fulfilment.
    pub fulfilment: FulfilmentSettings,
    /// Fragment logins; names every till.
    pub cookie_refresh: CookieRefreshSettings,
    /// Prices.
    pub pricing: PricingSettings,
    /// Browsers.
    pub browser_pool: BrowserPoolSettings,
    /// The notifier; none for a daemon that has no chat to speak in.
    pub notifier: Option<NotifierSettings>,
    /// How often a single actor may fail before the daemon ends.
    pub restarts: RestartPolicy,
    /// How long each may take to end.
    pub drain: DrainSettings,
    /// What is published of whether this machine begins orders.
    pub shutters: watch::Receiver<Option<Shutters>>,
}

/// What the payment side alone is set to.
#[derive(Clone, Debug, Default)]
pub struct PaymentSideSettings {
    /// Payment.
    pub payment: PaymentSettings,
    /// How often the actor may fail before the daemon ends.
    pub restarts: RestartPolicy,
    /// How long it may take to end.
    pub drain: DrainSettings,
}

/// How long the end may take. What is cut off is due in the books.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DrainSettings {
    /// The sessions: what was taken is answered. Default 5 s.
    pub sessions: Duration,
    /// Each single actor. Default 5 s: a commit and a call; a run that waits for the chain is cut
    /// off and goes on after the start.
    pub actor: Duration,
    /// The browsers: all are closed. Default 15 s.
    pub browsers: Duration,
    /// Between two looks whether an actor is at rest. Default 20 ms.
    pub look: Duration,
}

impl Default for DrainSettings {
    fn default() -> Self {
        Self {
            sessions: Duration::from_secs(5),
            actor: Duration::from_secs(5),
            browsers: Duration::from_secs(15),
            look: Duration::from_millis(20),
        }
    }
}

impl DrainSettings {
    /// The longest the end can take: the service manager must wait longer than this.
    #[must_use]
    pub fn longest(&self) -> Duration {
        // Payment, fulfilment, pricing, cookie refresh, notifier.
        self.sessions + self.actor * 5 + self.browsers
    }
}

impl SystemSettings {
    /// The defaults for these tills and these price rules. Fragment's own addresses, which links
    /// may pay, must be given: nothing else is ever paid.
    #[must_use]
    pub fn new(
        tills: Vec<(LoginId, WalletAddress)>,
        destinations: Vec<WalletAddress>,
        rules: CheckedRules,
    ) -> Self {
        let logins = tills.iter().map(|(login, _)| *login).collect();
        let mut fulfilment = FulfilmentSettings::default();
        fulfilment.link.destinations = destinations;
        Self {
            session: SessionSettings::default(),
            payment: PaymentSettings::default(),
            fulfilment,
            cookie_refresh: CookieRefreshSettings::new(tills),
            pricing: PricingSettings::new(rules),
            browser_pool: BrowserPoolSettings::new(logins),
            notifier: Some(NotifierSettings::default()),
            restarts: RestartPolicy::default(),
            drain: DrainSettings::default(),
            // Nobody shuts anything.
            shutters: watch::channel(Some(Shutters::default())).1,
        }
    }
}
