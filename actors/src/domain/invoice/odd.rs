//! What the operators must know about an invoice.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::GatewayStatus;
use crate::domain::money::MicroUsd;

/// Something about an invoice that needs eyes. Each is told once for an invoice.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// A report carried another uuid.
    OtherUuid(String),
    /// A report carried another order id.
    OtherOrderId(String),
    /// A report was not in dollars.
    OtherCurrency(String),
    /// A report had another face amount.
    OtherFace(MicroUsd),
    /// The creating call returned something that is not a new invoice of ours (rule 14).
    NotNew(String),
    /// The gateway does not know an invoice that it had created.
    Vanished,
    /// A success that the gateway itself does not call final: not credited yet.
    NotFinal(GatewayStatus),
    /// A payment whose value cannot be told: not credited.
    Unvalued(GatewayStatus),
    /// Less is due than was credited: nothing is taken back by itself.
    LessDue {
        /// What the newest report makes due.
        due: MicroUsd,
        /// What was credited and withheld.
        recorded: MicroUsd,
    },
    /// A status that says nobody paid, after a credit.
    WentBack(GatewayStatus),
    /// The payment failed.
    Failed(GatewayStatus),
    /// Money went to suspense.
    Withheld(MicroUsd),
    /// An AML lock.
    Locked {
        /// Which lock.
        n: u32,
    },
    /// A refund runs that was not ordered here.
    ForeignRefund,
    /// The gateway sent back a payment, and this could not be taken from the balance.
    LeftDebt(MicroUsd),
    /// The gateway sent back a payment that was never credited.
    RefundUncredited,
    /// A success after the payment had been sent back: not credited.
    PaidAfterRefund(GatewayStatus),
    /// The payment was reported as sent back once more, after our own refund of it.
    RefundedAgain,
    /// A refund failed; the money is still at the gateway.
    RefundFailed(String),
    /// The refunding call was not answered: the hold stays until a look-up or a person tells.
    RefundInDoubt,
    /// A status this version does not know.
    UnknownStatus(String),
    /// More things than are kept.
    More,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherUuid(uuid) => write!(f, "report of another invoice, uuid {uuid}"),
            Self::OtherOrderId(id) => write!(f, "report with another order id, {id}"),
            Self::OtherCurrency(currency) => write!(f, "report in {currency} instead of USD"),
            Self::OtherFace(face) => write!(f, "report with another face amount, {face}"),
            Self::NotNew(why) => write!(f, "creation returned no new invoice: {why}"),
            Self::Vanished => f.write_str("the gateway does not know the invoice any more"),
            Self::NotFinal(status) => write!(f, "{status:?} is not final, not credited yet"),
            Self::Unvalued(status) => {
                write!(
                    f,
                    "{status:?} without a value that can be told, not credited"
                )
            }
            Self::LessDue { due, recorded } => {
                write!(f, "{due} is due and {recorded} was credited, nothing taken")
            }
            Self::WentBack(status) => write!(f, "{status:?} after a credit, nothing taken"),
            Self::Failed(status) => write!(f, "payment ended with {status:?}"),
            Self::Withheld(amount) => write!(f, "{amount} went to suspense"),
            Self::Locked { n } => write!(f, "locked for an AML check, lock {n}"),
            Self::ForeignRefund => f.write_str("a refund runs that was not ordered here"),
            Self::LeftDebt(amount) => write!(f, "payment sent back, {amount} became debt"),
            Self::RefundUncredited => f.write_str("payment sent back that was never credited"),
            Self::PaidAfterRefund(status) => {
                write!(
                    f,
                    "{status:?} after the payment was sent back, not credited"
                )
            }
            Self::RefundedAgain => f.write_str("sent back again after our own refund"),
            Self::RefundFailed(why) => write!(f, "refund failed: {why}"),
            Self::RefundInDoubt => f.write_str("refund was not answered, the hold stays"),
            Self::UnknownStatus(status) => write!(f, "unknown status {status:?}"),
            Self::More => f.write_str("too many oddities, no more are told"),
        }
    }
}
