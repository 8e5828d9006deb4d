//! The invoice: the machine that turns what the gateway reports into credits (rules 14–18).
//!
//! An invoice never ends at a status: reports come late, twice, in any order, and a "final" one
//! may be followed by another. So nothing is gated by an event. What decides is the newest look-up
//! (by [`Ticket`]) and what the invoice has credited so far ([`Money`]): a credit is what is due
//! now minus what was credited. A webhook only makes a look-up due.
//!
//! - [`Invoice::decide`] says what one [`InvoiceEvent`] makes of an invoice.
//! - [`Invoice::due`] says which [`InvoiceEffect`] the stored state asks for.
//! - [`value_of`], [`split`] and [`missing_part`] are the arithmetic of rule 18.
//!
//! An invoice that pays an order credits the balance first; the outcome says whether the order
//! can be held now ([`After::hold`]), and the caller joins the order's own decision to the same
//! commit. The invoice never looks into an order.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::ids::{CustomerId, GatewayOrderId, InvoiceId, OrderId};
use super::money::MicroUsd;

mod apply;
mod credit;
mod decide;
mod draft;
mod event;
mod gateway;
mod lock;
mod odd;
mod orphan;
mod refund;
mod report;
mod reversal;
mod rules;
mod schedule;
mod state;
mod status;
mod value;

pub use event::{
    After, Context, CreateRequest, DropReason, InvoiceEffect, InvoiceEvent, InvoiceRefused,
    LookUpBy, LookUpFailure, OrderSide, OrderSideState, RefundAnswer, RefundCall, RefundRequest,
    RefundSum, Settled,
};
pub use odd::Oddity;
pub use orphan::{Orphan, OrphanMoney};
pub use report::{Payer, Report};
pub use rules::{BadRule, InvoiceRules};
pub use state::{
    Closing, CoinChoice, LiveLock, LockReason, LookUps, Money, Page, Refund, RefundEnd, RefundRun,
    RefundStage, Standing, Ticket,
};
pub use status::GatewayStatus;
pub use value::{Missing, Split, arrived, missing_part, split, value_of};

#[cfg(test)]
mod tests;

/// What an invoice is paid for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The balance.
    TopUp,
    /// One order. Its price may exceed the face amount: the rest comes from the balance, which is
    /// not reserved before the invoice is paid.
    Order(OrderId),
}

/// What is known of an invoice before it exists.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Wish {
    /// Our own id.
    pub id: InvoiceId,
    /// Drawn for this invoice only: the books' prefix and at least 80 random bits (rule 14).
    pub gateway_order_id: GatewayOrderId,
    /// Who pays.
    pub customer: CustomerId,
    /// What for.
    pub purpose: Purpose,
    /// What to ask for; above zero.
    pub face: MicroUsd,
    /// The coin, if it is chosen.
    pub coin: Option<CoinChoice>,
}

/// An invoice as the books store it, and all that the next decision needs of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Invoice {
    /// Our own id.
    pub id: InvoiceId,
    /// The gateway's `order_id`, drawn once and never used for another invoice (rule 14).
    pub gateway_order_id: GatewayOrderId,
    /// Who pays, and whose balance is credited.
    pub customer: CustomerId,
    /// What for.
    pub purpose: Purpose,
    /// What is asked for; above zero. Invoices are in dollars only.
    pub face: MicroUsd,
    /// The coin that was chosen before creation; without one the payer chooses on the page.
    pub coin: Option<CoinChoice>,
    /// What the creating call says besides, stored so that a repeated call is identical: how long
    /// the invoice lives, in seconds.
    pub lifetime_seconds: u32,
    /// The accuracy the creating call asks for, in percent.
    pub accuracy_percent: u8,
    /// When the intent was committed.
    pub created_at: Timestamp,
    /// Until when the payment counts as in time: the gateway's word once there is one.
    pub expires_at: Timestamp,
    /// Where the invoice stands at the gateway.
    pub standing: Standing,
    /// Whether we have closed our side. The page stays payable: Heleket has no cancel call.
    pub closing: Option<Closing>,
    /// The status of the newest applied report.
    pub status: Option<GatewayStatus>,
    /// When that status was first applied.
    pub status_since: Timestamp,
    /// When a payment was first seen. Compared with `expires_at` it says whether the quote holds
    /// (rule 18). Forgotten when the gateway says that nobody paid.
    pub payment_seen_at: Option<Timestamp>,
    /// What has been credited and taken back.
    pub money: Money,
    /// Whether this invoice's payment bought its order.
    pub bought: bool,
    /// Whether the gateway has ever sent the payment back. From then on nothing is credited
    /// without a person.
    pub refunded: bool,
    /// How many locks there have been.
    pub locks: u32,
    /// The lock that is on now.
    pub lock: Option<LiveLock>,
    /// Our own refund; at most one in the life of an invoice.
    pub refund: Refund,
    /// Tickets and the look-up that is due.
    pub look_ups: LookUps,
    /// What the operators were told about; each thing once.
    pub oddities: Vec<Oddity>,
    /// The message in the customer's own chat that shows a top-up, so that it can end with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_in: Option<i64>,
}
