//! What the deck shows.

use super::{BreakMark, Draft, PriceOf, WaitState, Want};
use crate::domain::Timestamp;
use crate::domain::audit::Who;
use crate::domain::breaks::{Break, Finding};
use crate::domain::catalog::Product;
use crate::domain::dialog::ListedOrder;
use crate::domain::ids::{InvoiceId, LoginId, TelegramId, Version};
use crate::domain::invoice::{Invoice, Oddity};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::{Order, WhyParked};
use crate::domain::pricing::{PriceRules, Stop, Unavailable};
use crate::domain::report::DayReport;
use crate::domain::transfer::Transfer;
use crate::domain::wallet::{Wallet, WhyStopped};

/// A screen of the deck.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeckFace {
    /// Today, and how the shop is.
    Home(Box<HomeFace>),
    /// What waits and why.
    Waits(Box<Health>),
    /// Orders in a state.
    State {
        /// Which.
        state: WaitState,
        /// Oldest first.
        orders: Vec<WaitingOrder>,
        /// From 0.
        page: u16,
        /// Whether there are others.
        more: bool,
    },
    /// Orders that were looked for.
    Found(Vec<WaitingOrder>),
    /// Open breaks.
    Breaks {
        /// Oldest first.
        breaks: Vec<BreakLine>,
        /// From 0.
        page: u16,
        /// Whether there are others.
        more: bool,
    },
    /// Invoices that are odd.
    Odd {
        /// Newest first.
        lines: Vec<OddLine>,
        /// From 0.
        page: u16,
        /// Whether there are others.
        more: bool,
    },
    /// An order.
    Order(Box<OrderCard>),
    /// A break.
    Break(Box<BreakCard>),
    /// Which order gets the row of this break?
    Taker(BreakMark),
    /// Orders that were looked for, one of which gets the row of a break.
    Takers {
        /// The break.
        mark: BreakMark,
        /// What a person who closes it must name.
        version: Version,
        /// The orders.
        orders: Vec<WaitingOrder>,
    },
    /// An invoice.
    Invoice(Box<Invoice>),
    /// What rests.
    Sales(Box<SalesFace>),
    /// What makes prices.
    Prices {
        /// The rules that hold.
        rules: Box<PriceRules>,
        /// When an operator last set them.
        by_hand: Option<Timestamp>,
    },
    /// The tills.
    Wallets(Vec<WalletFace>),
    /// One of them.
    Till(Box<WalletFace>),
    /// Which order?
    Find,
    /// What gets a fixed price?
    Goods(Vec<Product>),
    /// How much?
    Value {
        /// Of what.
        of: PriceOf,
        /// What it is now.
        now: Option<i64>,
    },
    /// Why?
    Why {
        /// Is this done.
        want: Want,
        /// With this number.
        value: Option<i64>,
    },
    /// Really?
    Sure(Box<Sure>),
    /// Which cookies?
    Cookies(LoginId),
    /// The cookies are being tried.
    Trying(LoginId),
    /// There is no such thing.
    NotThere,
    /// The books cannot be read now.
    Unread,
}

/// Today, and how the shop is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HomeFace {
    /// The figures of today, as the daily digest makes them.
    pub report: DayReport,
    /// What rests.
    pub stops: Vec<Stop>,
    /// Whether something can be bought now.
    pub open: bool,
    /// What waits.
    pub health: Health,
}

/// What waits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Health {
    /// Orders that are paid for: how many in each state, and since when the oldest.
    pub orders: Vec<(WaitState, u64, Timestamp)>,
    /// Orders that wait for their payment.
    pub unpaid: u64,
    /// Open breaks, and since when the oldest.
    pub breaks: Option<(u64, Timestamp)>,
    /// Invoices that the operators were told of lately.
    pub odd: u64,
}

/// An order in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitingOrder {
    /// The order.
    pub order: ListedOrder,
    /// Why it is parked.
    pub why: Option<ParkedFor>,
}

/// Why an order is parked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ParkedFor {
    /// To be said in any language.
    Reason(WhyParked),
    /// A line that an older version wrote.
    Line(String),
}

impl ParkedFor {
    /// Why an order is parked, if it is.
    #[must_use]
    pub fn of(order: &Order) -> Option<Self> {
        let (line, reason) = order.why_parked()?;
        Some(match reason {
            Some(reason) => Self::Reason(reason.clone()),
            None => Self::Line(line.to_owned()),
        })
    }
}

impl WaitingOrder {
    /// What a list shows of an order.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        Self {
            order: ListedOrder::of(order),
            why: ParkedFor::of(order),
        }
    }
}

/// A break in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BreakLine {
    /// Its mark.
    pub mark: BreakMark,
    /// What.
    pub finding: Finding,
    /// Since when.
    pub since: Timestamp,
}

/// An invoice that is odd.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OddLine {
    /// Which.
    pub invoice: InvoiceId,
    /// What is odd about it, in one line.
    pub what: String,
    /// The same, to be said in any language; none if an older version wrote the line.
    pub oddity: Option<Oddity>,
    /// When the operators were told.
    pub since: Timestamp,
}

/// An order with what belongs to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderCard {
    /// The order.
    pub order: Order,
    /// What a person who acts on it must name.
    pub version: Version,
    /// The customer.
    pub telegram: TelegramId,
    /// Its transfers, oldest first.
    pub transfers: Vec<Transfer>,
    /// Its newest invoice.
    pub invoice: Option<InvoiceId>,
    /// Breaks with a row of Fragment's history that may be this order's.
    pub rows: Vec<BreakLine>,
}

/// A break with what can be done about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BreakCard {
    /// The break.
    pub row: Break,
    /// What a person who closes it must name.
    pub version: Version,
    /// Orders that wait and may have its row of Fragment's history.
    pub orders: Vec<WaitingOrder>,
}

/// What rests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SalesFace {
    /// Whether something can be bought now.
    pub open: bool,
    /// The stops.
    pub stops: Vec<Stop>,
    /// What cannot be bought, and why.
    pub unavailable: Vec<Unavailable>,
    /// Who stopped sales last, where an operator did.
    pub by: Option<StoppedBy>,
}

/// Who stopped sales, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoppedBy {
    /// Who.
    pub who: Who,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A till.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalletFace {
    /// The login that pays from it.
    pub login: LoginId,
    /// Its address, to send TON to.
    pub address: String,
    /// What is free for new orders.
    pub free: NanoTon,
    /// What leaves in a day; none while too little is known.
    pub per_day: Option<NanoTon>,
    /// Why it signs nothing more until a person helps, if it does not.
    pub stopped: Option<StoppedFor>,
    /// Whether its login works.
    pub works: bool,
}

/// Why a wallet is stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoppedFor {
    /// To be said in any language.
    Reason(WhyStopped),
    /// A line that an older version wrote.
    Line(String),
}

impl StoppedFor {
    /// Why a wallet is stopped, if it is.
    #[must_use]
    pub fn of(wallet: &Wallet) -> Option<Self> {
        let (line, reason) = wallet.why_stopped()?;
        Some(match reason {
            Some(reason) => Self::Reason(reason),
            None => Self::Line(line.to_owned()),
        })
    }
}

/// Asked once more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sure {
    /// What is asked for.
    pub draft: Draft,
    /// What.
    pub want: Want,
    /// What would cost what, before and after, where a price is set.
    pub changes: Vec<Change>,
}

/// A price before and after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Of what.
    pub product: Product,
    /// Before; none if it cannot be bought now.
    pub before: Option<MicroUsd>,
    /// After.
    pub after: Option<MicroUsd>,
}
