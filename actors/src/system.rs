//! The whole daemon's core: starts every actor in order, watches them, and ends them in reverse.
//! The only file that knows every address.
//!
//! Who is asked is started before who asks: notifier, browser pool, cookie refresh and pricing,
//! fulfilment, payment, and the directory of sessions last. The end goes the other way round:
//! the intake first, then each actor when its own work is at rest or its time is up. What is cut
//! off is not lost: it is due in the books.

use std::sync::Arc;

use actix_rt::ArbiterHandle;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::browser_pool::{self, BrowserPool, Lender};
use crate::cookie_refresh::{self, CookieRefresh, Logins};
use crate::domain::Timestamp;
use crate::domain::ids::{LoginId, ReplicaId, WalletAddress};
use crate::domain::pricing::ShopPrices;
use crate::fulfilment::{Fulfilment, FulfilmentDoors};
use crate::notifier::Notifier;
use crate::office::Office;
use crate::payment::{Neighbours, Payment};
use crate::ports::{Ports, Unreadable};
use crate::pricing::{self, PricesBoard, Pricing};
use crate::session::{Colleagues, Directory, SessionsSnapshot};
use crate::supervision::{self, Door, Fatal, Io, Limits, Roster, RosterSnapshot, WakeHandle};

mod drain;
mod payments;
mod settings;

pub use drain::{DrainReport, Left};
pub use payments::PaymentSide;
pub use settings::{DrainSettings, PaymentSideSettings, SystemSettings};

/// The actors of one daemon, running.
pub struct ActorSystem {
    /// Finds the session of a person: the Telegram driver's door.
    pub directory: Directory,
    /// Invoices and credits: the webhook driver's door.
    pub payment: Door<Payment>,
    /// Orders: the admin driver's door.
    pub fulfilment: Door<Fulfilment>,
    /// What people are owed; none in a daemon that has no chat: it waits in the books.
    pub notifier: Option<Door<Notifier>>,
    /// Logins, browsers and prices.
    pub till: Till,
    /// When the gateway's list was last swept; sales wait for the first time (rule 2).
    pub swept: watch::Receiver<Option<Timestamp>>,
    roster: Roster,
    office: Office,
    drain: DrainSettings,
}

/// What a purchase needs besides a wallet: a login that is cared for, browsers, prices.
pub struct Till {
    /// Fragment logins: the admin driver's door.
    pub cookie_refresh: Door<CookieRefresh>,
    /// Prices.
    pub pricing: Door<Pricing>,
    /// Browsers.
    pub browser_pool: Door<BrowserPool>,
    /// The way to borrow a browser.
    pub lender: Lender,
    /// The prices as published.
    pub prices: watch::Receiver<Arc<ShopPrices>>,
    /// The logins' health as published.
    pub logins: Logins,
}

/// Why the core did not start.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StartFailed {
    /// The books do not say which life they live.
    #[error("the books cannot be opened: {0}")]
    Books(#[from] Unreadable),
    /// Two tills share a wallet or a login (rule 7).
    #[error("{one} and {other} share a wallet or a login: every till needs its own")]
    SharedTill {
        /// One login.
        one: LoginId,
        /// The other.
        other: LoginId,
    },
}

/// Why a running core must end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MustEnd {
    /// An actor failed more often than its budget allows: a half-alive daemon is the worst state.
    GaveUp(Fatal),
    /// The books were restored or moved: this daemon's belief is void.
    BooksGone(String),
}

impl MustEnd {
    /// The code with which the daemon exits: 70 for its own failure (`EX_SOFTWARE`), 78 where
    /// only an operator helps (`EX_CONFIG`: the service manager must not restart it).
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::GaveUp(_) => 70,
            Self::BooksGone(_) => 78,
        }
    }
}

/// What the whole core shows of itself.
#[derive(Debug, Serialize)]
pub struct SystemSnapshot {
    /// Every actor's line.
    pub roster: RosterSnapshot,
    /// Sessions.
    pub sessions: SessionsSnapshot,
}

impl ActorSystem {
    /// Starts everything. Call it on an actix system's thread; sessions run on `arbiters`.
    ///
    /// # Errors
    /// The books cannot be read, or the configuration gives two tills one wallet.
    pub async fn start(
        ports: Ports,
        settings: SystemSettings,
        io: Io,
        arbiters: Vec<ArbiterHandle>,
    ) -> Result<Self, StartFailed> {
        no_shared_wallet(&settings.cookie_refresh.logins)?;
        let life = ports.books.incarnation().await?;
        let replica = ReplicaId::new(ports.clock.fresh_id());
        let office = Office::open(ports, replica, life, io);
        Ok(Self::start_in(office, settings, arbiters))
    }

    fn start_in(office: Office, settings: SystemSettings, arbiters: Vec<ArbiterHandle>) -> Self {
        let roster = Roster::new(Instant::now());
        let of = |in_flight| Limits {
            in_flight,
            restarts: settings.restarts,
            ..Limits::default()
        };
        let (price_board, prices) = pricing::board(settings.pricing.rules.clone());
        let notifier = notifier(&roster, &office, &settings, of(16), &prices);
        let notifier_bell = match &notifier {
            Some(notifier) => notifier.bell(),
            None => WakeHandle::unheard("notifier"),
        };
        let till = Till::start(&roster, &office, &settings, (price_board, prices));
        let fulfilment = {
            let doors = FulfilmentDoors {
                lender: till.lender.clone(),
                cookie_refresh: till.cookie_refresh.bell(),
                notifier: notifier_bell.clone(),
                prices: till.prices.clone(),
            };
            let (office, settings) = (office.clone(), settings.fulfilment.clone());
            let seat = roster.enlist("fulfilment", of(16));
            supervision::start(seat, move |life| {
                Fulfilment::new(life, office, settings, doors)
            })
        };
        let (sweeps, swept) = watch::channel(None);
        let payment = {
            let neighbours = Neighbours {
                notifier: notifier_bell,
                fulfilment: fulfilment.bell(),
                swept: sweeps,
            };
            let (office, settings) = (office.clone(), settings.payment.clone());
            let seat = roster.enlist("payment", of(64));
            supervision::start(seat, move |life| {
                Payment::new(life, office, settings, neighbours)
            })
        };
        let colleagues = Colleagues {
            open_invoice: payment.asker(),
            says_sent: payment.asker(),
            cancel_invoice: payment.asker(),
            browsers: till.lender.clone(),
            came_back: notifier.as_ref().map(Door::asker),
            fulfilment: fulfilment.bell(),
            swept: swept.clone(),
            shutters: settings.shutters,
        };
        let (prices, logins) = (till.prices.clone(), till.logins.receiver());
        let session = settings.session;
        let sessions = office.clone();
        let directory = Directory::open(
            sessions, session, colleagues, prices, logins, arbiters, &roster,
        );
        Self {
            directory,
            payment,
            fulfilment,
            notifier,
            till,
            swept,
            roster,
            office,
            drain: settings.drain,
        }
    }

    /// Resolves when the daemon must end by itself.
    pub async fn must_end(&self) -> MustEnd {
        tokio::select! {
            fatal = self.roster.fatal() => MustEnd::GaveUp(fatal),
            why = self.office.must_end() => MustEnd::BooksGone(why),
        }
    }

    /// The register of all actors.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Every actor's line and the sessions.
    #[must_use]
    pub fn observe(&self) -> SystemSnapshot {
        SystemSnapshot {
            roster: self.roster.snapshot(Instant::now()),
            sessions: self.directory.observe(),
        }
    }
}

impl Till {
    fn start(
        roster: &Roster,
        office: &Office,
        settings: &SystemSettings,
        (price_board, prices): (PricesBoard, watch::Receiver<Arc<ShopPrices>>),
    ) -> Self {
        let single = Limits {
            restarts: settings.restarts,
            ..Limits::default()
        };
        let (login_board, logins) = cookie_refresh::board();
        let browser_pool = {
            let limits = Limits {
                restarts: settings.restarts,
                ..browser_pool::limits()
            };
            let seat = roster.enlist("browser_pool", limits);
            let watched = logins.receiver();
            browser_pool::start(seat, office.clone(), watched, settings.browser_pool.clone())
        };
        let lender = Lender::new(&browser_pool, &settings.browser_pool);
        let cookie_refresh = cookie_refresh::start(
            roster.enlist("cookie_refresh", single),
            office.clone(),
            lender.clone(),
            login_board,
            settings.cookie_refresh.clone(),
        );
        let pricing = pricing::start(
            roster.enlist("pricing", single),
            office.clone(),
            lender.clone(),
            logins.receiver(),
            price_board,
            settings.pricing.clone(),
        );
        Self {
            cookie_refresh,
            pricing,
            browser_pool,
            lender,
            prices,
            logins,
        }
    }
}

/// Whoever tells people, where there is a chat.
fn notifier(
    roster: &Roster,
    office: &Office,
    settings: &SystemSettings,
    limits: Limits,
    prices: &watch::Receiver<Arc<ShopPrices>>,
) -> Option<Door<Notifier>> {
    let settings = settings.notifier?;
    let (office, prices) = (office.clone(), Some(prices.clone()));
    let seat = roster.enlist("notifier", limits);
    Some(supervision::start(seat, move |life| {
        Notifier::new(life, office, settings, prices)
    }))
}

/// A wallet signs one message at a time and its page shows one purchase: a till has its own.
fn no_shared_wallet(logins: &[(LoginId, WalletAddress)]) -> Result<(), StartFailed> {
    for (nth, (one, wallet)) in logins.iter().enumerate() {
        let mut earlier = logins.iter().take(nth);
        if let Some((other, _)) = earlier.find(|(id, other)| other == wallet || id == one) {
            return Err(StartFailed::SharedTill {
                one: *other,
                other: *one,
            });
        }
    }
    Ok(())
}
