//! Payment: owns invoices and the credits that come of them (rank 2).
//!
//! Opens invoices at the gateway, learns what became of them by webhook, by polling and by a daily
//! sweep of the gateway's list, and turns it into credits and held orders: each in one commit.
//! Any replica may run it; credits need no lease, because every commit names the version it saw.
//!
//! # Who sends what
//!
//! | message | from | commits |
//! |---|---|---|
//! | [`OpenInvoice`] | session | 2: the intent (with its order), the gateway's answer |
//! | [`CustomerSaysSent`], [`CancelInvoice`] | session | 1 |
//! | [`DepositReported`] | the webhook driver | 1: look-up, credit, notice, order held |
//! | [`OperatorActs`] | the admin driver | 1 |
//! | [`Wake`](crate::supervision::Wake) | whoever committed something that is due | – |
//!
//! Rings the notifier when news or a live message is owed, and fulfilment when an order was held.
//!
//! # Tickets (rule 15)
//!
//! A poll commits its ticket before it calls, so that other replicas leave the invoice alone. A
//! webhook's look-up names the invoice's look-ups as read before the call, and its ticket and its
//! answer become one commit: it is refused when anybody took a ticket or applied a report in
//! between, and then the gateway is asked anew. So an answer is never applied over a newer one.
//!
//! # What a crash leaves
//!
//! Between the intent and the answer of [`OpenInvoice`] the stored intent is due and is pursued
//! under the same gateway order id. Everything else is due in the books until it is committed.

use crate::domain::ids::{GatewayOrderId, GatewayUuid, InvoiceId, Nonce, UpdateKey, Version};
use crate::domain::invoice::{Invoice, RefundRequest, Wish};
use crate::domain::ledger::Authority;
use crate::domain::order::Order;
use crate::ports::books::LiveMessage;

mod actor;
mod acts;
mod counts;
mod decide;
mod deposit;
mod desk;
mod lanes;
mod opening;
mod pursue;
mod settings;
mod sweep;

pub use actor::{Neighbours, Payment, PaymentSnapshot};
pub use counts::PaymentCounts;
pub use settings::PaymentSettings;

/// Opens an invoice, for the balance or for an order.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Opened, OpenRefused>")]
pub struct OpenInvoice {
    /// Ids drawn by the sender, what for and how much.
    pub wish: Wish,
    /// The order that comes into being with the invoice. None for the balance, and for an order
    /// that exists: then its older invoices are replaced.
    pub order: Option<Box<NewOrder>>,
    /// The update that asked for it; handled once.
    pub update: Option<UpdateKey>,
}

/// An order that is committed with the intent of its invoice.
#[derive(Debug)]
pub struct NewOrder {
    /// In `AwaitingPayment`.
    pub order: Order,
    /// The message that shows it from now on; none for an order without a conversation.
    pub live: Option<LiveMessage>,
}

/// The invoice exists at the gateway and is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// As it is stored.
    pub invoice: Invoice,
}

/// Why there is no page to pay on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenRefused {
    /// The books could not be reached. Nothing was stored.
    #[error("the books are busy")]
    Busy,
    /// The gateway certainly did nothing. The intent and its new order are cancelled.
    #[error("the gateway cannot be reached")]
    GatewayDown,
    /// It will never work as asked; said by the gateway or by our rules.
    #[error("not possible: {0}")]
    Refused(String),
    /// Another order of the customer waits for its payment.
    #[error("another order waits for its payment")]
    AlreadyOpen,
    /// The update was handled before.
    #[error("handled before")]
    Handled,
    /// An AML lock is on the customer.
    #[error("the customer is frozen")]
    Frozen,
    /// The customer owes the shop.
    #[error("the customer has a debt")]
    Debt,
    /// It may exist: the stored intent is looked up, and the live message will show it.
    #[error("not known yet")]
    Unknown,
}

/// The customer tapped "I have sent it": look more often for a while.
#[derive(Clone, Copy, Debug, actix::Message)]
#[rtype(result = "Result<(), Unready>")]
pub struct CustomerSaysSent {
    /// Which.
    pub invoice: InvoiceId,
}

/// The customer does not want it any more. Closes our side and cancels the order that waits for
/// it; the page stays payable, and a late payment lands on the balance.
#[derive(Clone, Copy, Debug, actix::Message)]
#[rtype(result = "Result<(), Unready>")]
pub struct CancelInvoice {
    /// Which.
    pub invoice: InvoiceId,
}

/// Why a customer's wish was not stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unready {
    /// There is no such invoice.
    #[error("no such invoice")]
    NotFound,
    /// The books could not be reached in time; asking again repeats nothing.
    #[error("try again")]
    TryAgain,
}

/// A webhook says that something changed (its signature was checked). Answered after the commit:
/// the driver says 200 only then, and 503 when it is [`DepositUnsure`].
#[derive(Clone, Debug, actix::Message)]
#[rtype(result = "Result<Deposit, DepositUnsure>")]
pub struct DepositReported {
    /// Our name of the invoice, as the webhook says.
    pub order_id: GatewayOrderId,
    /// The gateway's name of it.
    pub uuid: GatewayUuid,
}

/// What a webhook came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deposit {
    /// The books hold something new.
    Stored,
    /// Everything was known.
    Duplicate,
    /// Valid, but of no invoice of ours. If money arrived, the operators are told.
    Unknown,
}

/// The gateway or the books could not be asked: the gateway must repeat the webhook.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("deposit not stored yet: {cause}")]
pub struct DepositUnsure {
    /// In one line.
    pub cause: String,
}

/// An operator acts on an invoice.
#[derive(Clone, Debug, actix::Message)]
#[rtype(result = "Result<Version, ActRefused>")]
pub struct OperatorActs {
    /// On which.
    pub invoice: InvoiceId,
    /// The version the operator was shown.
    pub shown: Version,
    /// This press of the button; acts once.
    pub press: Nonce,
    /// Who, and why.
    pub by: Authority,
    /// What.
    pub act: InvoiceAct,
}

/// What an operator may do to an invoice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InvoiceAct {
    /// Send the payment back; once per invoice.
    Refund(RefundRequest),
    /// A refund whose call was never answered did not happen.
    GiveUpRefund,
    /// End a lock that the gateway's statuses do not end.
    LiftLock,
}

/// Why an operator's act was not done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ActRefused {
    /// There is no such invoice.
    #[error("no such invoice")]
    NotFound,
    /// It is not what the operator was shown.
    #[error("the invoice has changed meanwhile")]
    Moved,
    /// This press was handled before.
    #[error("this press was handled before")]
    Pressed,
    /// The rules say no.
    #[error("{0}")]
    Refused(String),
    /// Nothing happened; the books could not be reached.
    #[error("the books are busy")]
    TryAgain,
    /// It may have happened: look before pressing again.
    #[error("not known whether it was stored")]
    Unknown,
}
