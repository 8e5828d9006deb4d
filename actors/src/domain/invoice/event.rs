//! What can happen to an invoice, what a decision needs besides, and what it may answer.

use serde::{Deserialize, Serialize};

use super::{CoinChoice, Invoice, InvoiceRules, Report, Ticket};
use crate::domain::customer::{Customer, Purse};
use crate::domain::decision::Decision;
use crate::domain::ids::{CustomerId, GatewayOrderId, GatewayUuid, InvoiceId, OrderId};
use crate::domain::ledger::{Authority, LedgerError};
use crate::domain::money::{CoinAmount, MicroUsd, MoneyError};

/// Something that happened to one invoice.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceEvent {
    /// The creating call was answered with an invoice.
    Created(Box<Report>),
    /// The creating call will never work.
    CreationRefused {
        /// What the gateway said.
        why: String,
    },
    /// The creating call certainly did nothing.
    CreationNotDone {
        /// What failed.
        why: String,
    },
    /// The creating call may have worked.
    CreationUnknown,
    /// A webhook says that something changed. Only makes a look-up due.
    Claimed,
    /// The sweep of the gateway's list shows another status than ours. Only makes a look-up due.
    SweepFound,
    /// A look-up begins; committed before the call. The answer names the ticket it took.
    LookUpStarted,
    /// A look-up was answered.
    Reported {
        /// The ticket that was taken before the call.
        ticket: Ticket,
        /// The answer.
        report: Box<Report>,
    },
    /// A look-up was not answered with an invoice.
    LookUpFailed {
        /// The ticket that was taken before the call.
        ticket: Ticket,
        /// In which way.
        failure: LookUpFailure,
    },
    /// The customer tapped "I have sent it".
    CustomerSaysSent,
    /// The customer does not want it any more. Closes our side only.
    CustomerCancelled,
    /// Another invoice took its place (another coin).
    Replaced,
    /// An operator orders the payment sent back.
    RefundRequested {
        /// What to send, and where.
        request: RefundRequest,
        /// Who, and why.
        by: Authority,
    },
    /// The refunding call begins; committed before the call.
    RefundStarted,
    /// The refunding call was answered.
    RefundAnswered(RefundAnswer),
    /// An operator is sure that a refund whose call was never answered did not happen.
    RefundGivenUp {
        /// Who, and why.
        by: Authority,
    },
    /// An operator ends a lock that the gateway's statuses do not end.
    LockLifted {
        /// Who, and why.
        by: Authority,
    },
}

/// Why a look-up brought no report.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookUpFailure {
    /// The gateway does not know the invoice.
    NotFound,
    /// No answer, or one that says nothing.
    NoAnswer,
}

/// What the gateway is to send back.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct RefundRequest {
    /// How much.
    pub sum: RefundSum,
    /// Where to, on the payment's own network.
    pub address: String,
    /// Whether the network's fee is taken from the shop instead of from what is sent.
    pub shop_pays_fee: bool,
}

/// How much of a payment is sent back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundSum {
    /// Everything; all that is left of its credits is held.
    All,
    /// A part.
    Part {
        /// What is held of the customer's money; above zero.
        hold: MicroUsd,
        /// The coins to send.
        coins: CoinAmount,
    },
}

/// How the refunding call was answered.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundAnswer {
    /// Taken on; the status will tell when it is done.
    Accepted,
    /// Will never work.
    Refused {
        /// What the gateway said.
        why: String,
    },
    /// Certainly nothing happened.
    NotDone {
        /// What failed.
        why: String,
    },
    /// May have happened. The hold stays.
    Unknown,
}

/// What a decision needs besides the invoice. The commit that follows names the versions of all
/// of it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The customer's balances.
    pub purse: Purse,
    /// The customer's row.
    pub customer: &'a Customer,
    /// The order the invoice is for, if it is for one.
    pub order: Option<OrderSide>,
    /// Whether another invoice of the books has the uuid that the event's report carries. Judged
    /// only while this invoice has none: a new invoice must come with an unknown uuid (rule 14).
    pub uuid_taken: bool,
    /// The settings.
    pub rules: &'a InvoiceRules,
}

/// An order as its invoice sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderSide {
    /// Which order.
    pub order: OrderId,
    /// Where it stands.
    pub state: OrderSideState,
    /// Whether the order itself could be held now: its quote is still honoured and a wallet with
    /// enough float is found. Locks, debt and the balance are judged by the invoice, because its
    /// decision changes them.
    pub may_hold: bool,
}

/// What an invoice must know of its order's state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderSideState {
    /// It waits for its money.
    Awaiting {
        /// The price to hold.
        price: MicroUsd,
    },
    /// It has its money.
    AlreadyBought,
    /// The customer cancelled it.
    Cancelled,
    /// It is gone for another reason: refunded, the price expired.
    Closed,
}

/// The answer to an event.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "a decision that is not committed never happened"]
pub enum Settled {
    /// Commit this.
    Changed(Box<Decision<After>>),
    /// Nothing changes and nothing is committed.
    Dropped(DropReason),
}

/// What is stored after an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct After {
    /// The invoice.
    pub invoice: Invoice,
    /// The customer's row, where locks changed.
    pub customer: Option<Customer>,
    /// This order can be held for its price after the entries of this decision. Join the order's
    /// own decision to the commit; if it refuses, decide again with `may_hold: false`, so that
    /// the customer is told the truth.
    pub hold: Option<OrderId>,
    /// The ticket that a look-up took.
    pub ticket: Option<Ticket>,
}

/// Why an event changed nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DropReason {
    /// A newer look-up, or this very one, was applied already (rule 15).
    Stale {
        /// The newest applied ticket.
        applied: Ticket,
    },
    /// The answer comes after the question was settled in another way.
    Settled,
    /// It was so already.
    AlreadySo,
}

/// Why an event cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvoiceRefused {
    /// A face amount of nothing or less.
    #[error("an invoice cannot ask for {face}")]
    BadFace {
        /// The amount.
        face: MicroUsd,
    },
    /// A lifetime the gateway does not take.
    #[error("an invoice cannot live {seconds} s: 300 to 43200")]
    BadLifetime {
        /// The lifetime.
        seconds: i64,
    },
    /// The customer has an open order invoice.
    #[error("invoice {open} still waits for a payment")]
    OneAtATime {
        /// Which.
        open: InvoiceId,
    },
    /// The context belongs to another customer.
    #[error("invoice {invoice} belongs to {owner}, not to {given}")]
    WrongCustomer {
        /// Which invoice.
        invoice: InvoiceId,
        /// Whose it is.
        owner: CustomerId,
        /// Whose row was given.
        given: CustomerId,
    },
    /// The context lacks the order, or has another one.
    #[error("invoice {invoice} cannot be credited without order {order}")]
    OrderMissing {
        /// Which invoice.
        invoice: InvoiceId,
        /// The order it pays.
        order: OrderId,
    },
    /// The invoice was never created.
    #[error("invoice {invoice} does not exist at the gateway")]
    NeverCreated {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// A ticket that no look-up took.
    #[error("{ticket} of invoice {invoice} was never taken")]
    TicketNeverTaken {
        /// Which invoice.
        invoice: InvoiceId,
        /// The ticket.
        ticket: Ticket,
    },
    /// Only a settled payment can be sent back, and only while nothing else happens to it.
    #[error("invoice {invoice} cannot be refunded now: {why}")]
    NotRefundable {
        /// Which invoice.
        invoice: InvoiceId,
        /// Why not.
        why: &'static str,
    },
    /// A refund is made once.
    #[error("invoice {invoice} had its refund already")]
    RefundedBefore {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// The money was spent.
    #[error("refund of invoice {invoice} needs {wanted}, and {there} can be held")]
    NotEnough {
        /// Which invoice.
        invoice: InvoiceId,
        /// What has to be held.
        wanted: MicroUsd,
        /// What can be.
        there: MicroUsd,
    },
    /// The refund's outcome is not in doubt, or not for long enough.
    #[error("refund of invoice {invoice} cannot be given up: {why}")]
    NotInDoubt {
        /// Which invoice.
        invoice: InvoiceId,
        /// Why not.
        why: &'static str,
    },
    /// There is no lock to lift.
    #[error("invoice {invoice} is not locked")]
    NotLocked {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// An amount does not fit.
    #[error("invoice: {0}")]
    Money(#[from] MoneyError),
    /// A posting cannot be.
    #[error("invoice: {0}")]
    Ledger(#[from] LedgerError),
}

/// What the stored state of an invoice asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InvoiceEffect {
    /// Create it. Repeating the call is the same call.
    Create(CreateRequest),
    /// Commit [`InvoiceEvent::LookUpStarted`], then ask the gateway.
    LookUp(LookUpBy),
    /// Commit [`InvoiceEvent::RefundStarted`], then order the refund once.
    Refund(RefundCall),
}

/// How an invoice is found at the gateway.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LookUpBy {
    /// It is not known whether it exists.
    OrderId(GatewayOrderId),
    /// It exists.
    Uuid(GatewayUuid),
}

/// The creating call, in meaning. Made of stored values only, so every repetition is identical.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateRequest {
    /// Unique for good.
    pub order_id: GatewayOrderId,
    /// The face amount, in dollars.
    pub face: MicroUsd,
    /// The coin, if it is chosen.
    pub coin: Option<CoinChoice>,
    /// How long it can be paid, in seconds.
    pub lifetime_seconds: u32,
    /// A shortfall that still counts as paid, in percent.
    pub accuracy_percent: u8,
    /// The customer, as an opaque reference for the list sweep (rule 14).
    pub reference: CustomerId,
    /// The order it pays, for the way back from the gateway's page into the chat.
    pub order: Option<OrderId>,
}

/// The refunding call, in meaning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundCall {
    /// Which invoice.
    pub uuid: GatewayUuid,
    /// What and where to.
    pub request: RefundRequest,
}
