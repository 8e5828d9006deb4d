//! What all sessions share: ports, settings, colleagues, and what is published for them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::memory::Memory;
use super::settings::SessionSettings;
use crate::browser_pool::Lender;
use crate::domain::Timestamp;
use crate::domain::customer::Purse;
use crate::domain::dialog::{Seller, Sender, View};
use crate::domain::ids::TelegramId;
use crate::domain::login::{Health, Login};
use crate::domain::pricing::ShopPrices;
use crate::domain::shop::Shutters;
use crate::notifier::CameBack;
use crate::office::Office;
use crate::payment::{CancelInvoice, CustomerSaysSent, OpenInvoice};
use crate::supervision::{Asker, WakeHandle};

/// Whom sessions ask and ring.
#[derive(Clone, Debug)]
pub struct Colleagues {
    /// Payment: a new invoice.
    pub open_invoice: Asker<OpenInvoice>,
    /// Payment: "I have sent it".
    pub says_sent: Asker<CustomerSaysSent>,
    /// Payment: the customer does not want it any more.
    pub cancel_invoice: Asker<CancelInvoice>,
    /// The browser pool.
    pub browsers: Lender,
    /// The notifier: somebody is back. None where it does not run.
    pub came_back: Option<Asker<CameBack>>,
    /// Fulfilment: an order was held.
    pub fulfilment: WakeHandle,
    /// Payment: when the gateway's whole list was last compared with the books. Nothing is sold
    /// before the first time after a start (rule 2).
    pub swept: watch::Receiver<Option<Timestamp>>,
    /// Whether this machine begins orders at all; nothing is begun before that is known.
    pub shutters: watch::Receiver<Option<Shutters>>,
}

/// The common desk.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) office: Office,
    pub(super) settings: SessionSettings,
    pub(super) colleagues: Colleagues,
    prices: watch::Receiver<Arc<ShopPrices>>,
    logins: watch::Receiver<Arc<Vec<Login>>>,
    turn: AtomicU64,
    /// When the gateway last failed a customer here; none since it answered one.
    gateway_failed: Mutex<Option<Timestamp>>,
}

/// What a view borrows.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) sender: &'a Sender,
    pub(super) prices: Arc<ShopPrices>,
    pub(super) seller: Seller,
    pub(super) purse: Purse,
    pub(super) now: Timestamp,
    pub(super) fresh: i64,
    pub(super) fetching: bool,
    pub(super) operator: bool,
}

impl Desk {
    pub(super) fn new(
        office: Office,
        settings: SessionSettings,
        colleagues: Colleagues,
        prices: watch::Receiver<Arc<ShopPrices>>,
        logins: watch::Receiver<Arc<Vec<Login>>>,
    ) -> Self {
        Self {
            office,
            settings,
            colleagues,
            prices,
            logins,
            turn: AtomicU64::new(0),
            gateway_failed: Mutex::default(),
        }
    }

    /// Whether anything can be sold to a person now; without one, to anybody who comes.
    pub(super) fn seller(&self, person: Option<TelegramId>) -> Seller {
        let shutters = *self.colleagues.shutters.borrow();
        let Some(shutters) = shutters.filter(|_| self.colleagues.swept.borrow().is_some()) else {
            return Seller::Starting;
        };
        if shutters.let_in(person.is_some_and(|person| self.is_operator(person))) {
            seller(&self.logins.borrow())
        } else {
            Seller::Closed
        }
    }

    /// Whether a person may put money on a balance: nobody may in a shop that is still new, but
    /// those who try it out.
    pub(super) fn takes_money_of(&self, person: TelegramId) -> bool {
        let shutters = *self.colleagues.shutters.borrow();
        let is_new = shutters.is_none_or(|shutters| shutters.new_shop);
        !is_new || self.is_operator(person)
    }

    pub(super) fn is_operator(&self, person: TelegramId) -> bool {
        let operators = self.office.ports.messenger.operators();
        operators.iter().any(|operator| operator.chat == person)
    }

    /// The prices as published.
    pub(super) fn prices(&self) -> Arc<ShopPrices> {
        Arc::clone(&self.prices.borrow())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.office.ports.clock.now()
    }

    /// Remembers how the gateway took the last invoice of a customer.
    pub(super) fn note_gateway(&self, answered: bool) {
        let failed = (!answered).then(|| self.now());
        let kept = self.gateway_failed.lock();
        *kept.unwrap_or_else(PoisonError::into_inner) = failed;
    }

    /// Whether new invoices can be had, as far as this replica knows: the gateway failed nobody, or
    /// has shown its whole list since.
    pub(super) fn gateway_answers(&self) -> bool {
        let kept = self.gateway_failed.lock();
        let failed = *kept.unwrap_or_else(PoisonError::into_inner);
        let swept = *self.colleagues.swept.borrow();
        failed.is_none_or(|failed| swept.is_some_and(|swept| swept > failed))
    }

    /// Goes round among the wallets.
    pub(super) fn next_turn(&self) -> u64 {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn scene<'a>(&self, sender: &'a Sender, purse: Purse) -> Scene<'a> {
        Scene {
            sender,
            prices: self.prices(),
            seller: self.seller(Some(sender.user)),
            purse,
            now: self.now(),
            fresh: self.office.ports.clock.fresh_id(),
            fetching: false,
            operator: false,
        }
    }

    pub(super) fn view<'a>(&'a self, scene: &'a Scene<'a>, memory: &Memory) -> View<'a> {
        View {
            sender: scene.sender,
            customer: memory.customer,
            language: memory.language,
            purse: scene.purse,
            prices: &scene.prices,
            seller: scene.seller,
            rules: &self.settings.dialog,
            fetching: scene.fetching,
            operator: scene.operator,
            fresh: scene.fresh,
            now: scene.now,
        }
    }
}

/// Whether anything can be delivered: a login that works, or will again without a person.
fn seller(logins: &[Login]) -> Seller {
    let works = |login: &Login| match &login.health {
        Health::Good | Health::ProofMissing { .. } => true,
        Health::Unknown | Health::PathBlocked { .. } | Health::Lost { .. } => false,
    };
    let unknown = |login: &Login| match &login.health {
        Health::Unknown => true,
        Health::Good
        | Health::ProofMissing { .. }
        | Health::PathBlocked { .. }
        | Health::Lost { .. } => false,
    };
    if logins.iter().any(works) {
        Seller::Open
    } else if logins.iter().all(unknown) {
        Seller::Starting
    } else {
        Seller::Closed
    }
}
