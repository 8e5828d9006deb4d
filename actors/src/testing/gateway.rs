//! A payment gateway in memory, with the payer's side in the test's hands.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::ids::{CustomerId, GatewayOrderId, GatewayUuid};
use crate::domain::invoice::{CoinChoice, GatewayStatus, RefundCall, Report};
use crate::domain::money::{CoinAmount, MicroUsd};
use crate::ports::Clock;
use crate::ports::invoicing::{Coin, GatewayRefused};

mod port;

/// Units of a coin in a millionth: a payer pays one coin for a dollar.
const UNITS_PER_MICRO: u128 = 1_000_000_000_000;

/// The calls that may fail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GatewayCall {
    /// Opening an invoice.
    Open,
    /// Looking one up.
    Report,
    /// Listing.
    List,
    /// Repeating a webhook.
    Resend,
    /// Sending a payment back.
    Refund,
}

/// One call that does not go as the caller hopes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GatewayFault {
    /// The gateway says no.
    Refused(GatewayRefused),
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

/// The gateway.
pub struct FakeGateway {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// In the order they were opened.
    invoices: Vec<Kept>,
    faults: VecDeque<(GatewayCall, GatewayFault)>,
    calls: BTreeMap<GatewayCall, u64>,
    coins: Vec<Coin>,
    coins_down: bool,
    refunds: Vec<RefundCall>,
    resent: Vec<GatewayUuid>,
}

struct Kept {
    report: Report,
    /// Whom it was created for.
    reference: Option<CustomerId>,
    /// What look-ups show instead.
    frozen: Option<Report>,
}

impl FakeGateway {
    /// A gateway that takes USDT on TON and TRON.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let coin = |network: &str| Coin {
            choice: CoinChoice {
                currency: "USDT".into(),
                network: network.into(),
            },
            least: MicroUsd::from_micros(1_000_000),
        };
        let inner = Inner {
            coins: vec![coin("ton"), coin("tron")],
            ..Inner::default()
        };
        let inner = Mutex::new(inner);
        Self { clock, inner }
    }

    /// The names of all invoices, in the order they were opened.
    #[must_use]
    pub fn names(&self) -> Vec<GatewayOrderId> {
        let inner = self.lock();
        let kept = inner.invoices.iter();
        kept.map(|kept| kept.report.order_id.clone()).collect()
    }

    /// The invoice that was opened last.
    #[must_use]
    pub fn newest(&self) -> Option<GatewayOrderId> {
        self.names().pop()
    }

    /// An invoice as it really is, whatever look-ups show.
    #[must_use]
    pub fn truth(&self, name: &GatewayOrderId) -> Option<Report> {
        let mut inner = self.lock();
        inner.kept(name).map(|kept| kept.report.clone())
    }

    /// Exactly what is asked for arrives and is final.
    pub fn pay(&self, name: &GatewayOrderId) {
        let face = self
            .truth(name)
            .map_or(MicroUsd::ZERO, |report| report.face);
        self.pay_usd(name, face);
    }

    /// Coins of this value arrive, on top of what came before: paid, paid over, or waiting for
    /// the rest.
    pub fn pay_usd(&self, name: &GatewayOrderId, value: MicroUsd) {
        self.change(name, |report| {
            let before = report.payment_amount_usd.unwrap_or_default();
            let sum = before.checked_add(value).unwrap_or(before);
            choose_coin(report);
            report.payment_amount = Some(coins(sum));
            report.payment_amount_usd = Some(sum);
            report.txid = Some(format!("tx-of-{}", report.order_id));
            (report.status, report.is_final) = match sum.cmp(&report.face) {
                std::cmp::Ordering::Less => (GatewayStatus::WrongAmountWaiting, false),
                std::cmp::Ordering::Equal => (GatewayStatus::Paid, true),
                std::cmp::Ordering::Greater => (GatewayStatus::PaidOver, true),
            };
        });
    }

    /// What is asked for is seen on the chain, unconfirmed.
    pub fn show_unconfirmed(&self, name: &GatewayOrderId) {
        self.change(name, |report| {
            choose_coin(report);
            report.payment_amount = Some(coins(report.face));
            report.payment_amount_usd = Some(report.face);
            report.status = GatewayStatus::ConfirmCheck;
            report.is_final = false;
        });
    }

    /// The invoice's time is up: cancelled, or closed with too little.
    pub fn expire(&self, name: &GatewayOrderId) {
        self.change(name, |report| {
            let paid = report.payment_amount_usd.unwrap_or_default();
            report.status = if paid.is_positive() {
                GatewayStatus::WrongAmount
            } else {
                GatewayStatus::Cancel
            };
            report.is_final = true;
        });
    }

    /// The payment is held for a check.
    pub fn lock_payment(&self, name: &GatewayOrderId) {
        self.set_status(name, GatewayStatus::Locked, false);
    }

    /// The payment goes back to the payer, as an operator of the gateway may decide.
    pub fn refund_outside(&self, name: &GatewayOrderId) {
        self.set_status(name, GatewayStatus::RefundPaid, true);
    }

    /// Any status.
    pub fn set_status(&self, name: &GatewayOrderId, status: GatewayStatus, is_final: bool) {
        self.change(name, |report| {
            report.status = status;
            report.is_final = is_final;
        });
    }

    /// Any change.
    #[expect(clippy::panic, reason = "a test that names no invoice is wrong")]
    pub fn change(&self, name: &GatewayOrderId, change: impl FnOnce(&mut Report)) {
        let mut inner = self.lock();
        let Some(kept) = inner.kept(name) else {
            drop(inner);
            panic!("the gateway has no invoice {name}");
        };
        change(&mut kept.report);
    }

    /// Look-ups and lists go on showing an invoice as it is now, whatever happens to it.
    pub fn freeze(&self, name: &GatewayOrderId) {
        if let Some(kept) = self.lock().kept(name) {
            kept.frozen = Some(kept.report.clone());
        }
    }

    /// Look-ups show the truth again.
    pub fn thaw(&self, name: &GatewayOrderId) {
        if let Some(kept) = self.lock().kept(name) {
            kept.frozen = None;
        }
    }

    /// An invoice that none of our books opened.
    pub fn plant(&self, report: Report) {
        self.plant_for(report, None);
    }

    /// The same with a customer's reference: the books have lost it.
    pub fn plant_for(&self, report: Report, reference: Option<CustomerId>) {
        self.lock().invoices.push(Kept {
            report,
            reference,
            frozen: None,
        });
    }

    /// The next call of this kind meets this fault.
    pub fn fail_next(&self, call: GatewayCall, fault: GatewayFault) {
        self.lock().faults.push_back((call, fault));
    }

    /// The coins that can be paid with from now on; none at all means no answer.
    pub fn set_coins(&self, coins: Option<Vec<Coin>>) {
        let mut inner = self.lock();
        inner.coins_down = coins.is_none();
        inner.coins = coins.unwrap_or_default();
    }

    /// How often a call was made.
    #[must_use]
    pub fn calls(&self, call: GatewayCall) -> u64 {
        self.lock().calls.get(&call).copied().unwrap_or(0)
    }

    /// The refunds that were ordered, each time they were.
    #[must_use]
    pub fn refunds(&self) -> Vec<RefundCall> {
        self.lock().refunds.clone()
    }

    /// The webhooks whose repetition was asked for.
    #[must_use]
    pub fn resent(&self) -> Vec<GatewayUuid> {
        self.lock().resent.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn kept(&mut self, name: &GatewayOrderId) -> Option<&mut Kept> {
        let mut kept = self.invoices.iter_mut();
        kept.find(|kept| kept.report.order_id == *name)
    }
}

/// One coin a dollar.
fn coins(value: MicroUsd) -> CoinAmount {
    let micros = u128::try_from(value.micros()).unwrap_or(0);
    CoinAmount::from_units(micros.saturating_mul(UNITS_PER_MICRO))
}

/// The payer chooses a coin on the page, if none was chosen before.
fn choose_coin(report: &mut Report) {
    let payer = &mut report.payer;
    payer.currency.get_or_insert_with(|| "USDT".into());
    payer.network.get_or_insert_with(|| "ton".into());
    payer
        .address
        .get_or_insert_with(|| format!("pay-{}", report.order_id));
    payer.amount.get_or_insert_with(|| coins(report.face));
}
