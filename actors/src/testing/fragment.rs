//! A Fragment in memory, behind browsers: people, prices, logins with one page each, and
//! purchases that are delivered once the right payment is on the fake chain and confirm was
//! called with the very bytes.
//!
//! What a shop must never do is noted down as a violation: see [`FakeFragment::violations`].

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::catalog::{PremiumMonths, Product, Recipient, StarsQuantity};
use crate::domain::ids::{LoginId, RequestId, WalletAddress};
use crate::domain::login::Look;
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::HistoryRow;
use crate::domain::transfer::Boc;
use crate::domain::{Span, Timestamp};
use crate::ports::Clock;
use crate::ports::market::{BrowserId, Fitness, MarketRefused, SlotKind};
use crate::ports::vault::Jar;

mod browsers;
mod market;
mod purchases;
mod script;

use super::chain::FakeChain;

/// The calls that may fail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MarketCall {
    /// Looking a recipient up.
    FindRecipient,
    /// Reading prices.
    Prices,
    /// Getting a link.
    Offer,
    /// The confirm call.
    Confirm,
    /// Reading whether a purchase is done.
    Delivery,
    /// Reading the history.
    History,
    /// Bringing the page back to `new`.
    Reset,
    /// Reading who is logged in.
    Look,
    /// Proving the wallet.
    ProveWallet,
    /// Trying a jar.
    TryJar,
    /// Starting a browser.
    OpenBrowser,
    /// Asking whether a browser answers.
    Probe,
    /// Ending a browser.
    Close,
}

/// One call that does not go as the caller hopes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarketFault {
    /// Fragment says no.
    Refused(MarketRefused),
    /// Nothing happened, and the caller is told so.
    NotDone,
    /// The caller does not learn what happened.
    Unknown {
        /// Whether it was done.
        done: bool,
    },
    /// The answer never comes.
    Hangs {
        /// Whether it was done.
        done: bool,
    },
}

/// Fragment.
pub struct FakeFragment {
    clock: Arc<dyn Clock>,
    chain: Arc<FakeChain>,
    destination: WalletAddress,
    inner: Mutex<Inner>,
}

struct Inner {
    /// By the lower-case name.
    people: BTreeMap<String, Result<Recipient, MarketRefused>>,
    /// Of fifty Stars.
    stars: (NanoTon, MicroUsd),
    premium: BTreeMap<PremiumMonths, (NanoTon, MicroUsd)>,
    /// Asked on top of the price when a link is made: a price that moved.
    surcharge: NanoTon,
    link_lifetime: Span,
    sessions: BTreeMap<LoginId, Session>,
    purchases: Vec<Purchase>,
    browsers: BTreeMap<BrowserId, Browser>,
    /// Who is logged in with jars that were not stored.
    jars: Vec<(Jar, Look)>,
    path_blocked: bool,
    holds_deliveries: bool,
    faults: VecDeque<(MarketCall, MarketFault)>,
    calls: BTreeMap<MarketCall, u64>,
    violations: Vec<String>,
}

/// A login and the page that is open in it.
struct Session {
    telegram: bool,
    wallet: WalletAddress,
    proven: Option<WalletAddress>,
    identity_needed: bool,
    jar: i64,
    /// The purchase the page is about, by its place.
    page: Option<usize>,
    history: Vec<HistoryRow>,
}

/// Something a link was made for.
struct Purchase {
    request: RequestId,
    reference: String,
    login: LoginId,
    recipient: Recipient,
    product: Product,
    amount: NanoTon,
    confirmed: Option<Boc>,
    delivered_at: Option<Timestamp>,
}

/// How a browser is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Health {
    /// It answers.
    Alive,
    /// Calls through it never return.
    Hung,
    /// Calls through it fail at once.
    Dead,
}

struct Browser {
    kind: SlotKind,
    health: Health,
    fitness: Fitness,
}

impl FakeFragment {
    /// Where Fragment wants its TON.
    pub const DESTINATION_NUMBER: u32 = 1_000_000;

    /// A Fragment that sells 50 Stars for 0.326 TON or 0.75 USD and Premium from 5.21 TON.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, chain: Arc<FakeChain>) -> Self {
        let nano = |millis: i64| NanoTon::from_nanos(millis * 1_000_000);
        let cents = |cents: i64| MicroUsd::from_micros(cents * 10_000);
        let premium = [
            (PremiumMonths::Three, (nano(5_210), cents(1_199))),
            (PremiumMonths::Six, (nano(6_950), cents(1_599))),
            (PremiumMonths::Twelve, (nano(12_600), cents(2_899))),
        ];
        let inner = Inner {
            people: BTreeMap::new(),
            stars: (nano(326), cents(75)),
            premium: premium.into(),
            surcharge: NanoTon::ZERO,
            link_lifetime: Span::minutes(10),
            sessions: BTreeMap::new(),
            purchases: Vec::new(),
            browsers: BTreeMap::new(),
            jars: Vec::new(),
            path_blocked: false,
            holds_deliveries: false,
            faults: VecDeque::new(),
            calls: BTreeMap::new(),
            violations: Vec::new(),
        };
        Self {
            clock,
            chain,
            destination: super::wallet_numbered(Self::DESTINATION_NUMBER),
            inner: Mutex::new(inner),
        }
    }

    /// Where Fragment wants its TON.
    #[must_use]
    pub const fn destination(&self) -> WalletAddress {
        self.destination
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn fault(&mut self, call: MarketCall) -> Option<MarketFault> {
        *self.calls.entry(call).or_default() += 1;
        let place = self.faults.iter().position(|(meets, _)| *meets == call)?;
        self.faults.remove(place).map(|(_, fault)| fault)
    }

    /// What Fragment asks for a product now.
    fn price(&self, product: Product) -> (NanoTon, MicroUsd) {
        match product {
            Product::Stars(quantity) => {
                let (cost, usd) = self.stars;
                let times = |units: i64| {
                    let fifty = i64::from(StarsQuantity::MIN.get());
                    let all = units.saturating_mul(i64::from(quantity.get()));
                    all.saturating_add(fifty - 1) / fifty
                };
                let cost = NanoTon::from_nanos(times(cost.nanos()));
                (cost, MicroUsd::from_micros(times(usd.micros())))
            }
            Product::Premium(months) => self.premium.get(&months).copied().unwrap_or_default(),
        }
    }
}
