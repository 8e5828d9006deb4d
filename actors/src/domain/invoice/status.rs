//! What the gateway says about an invoice, by meaning.

use serde::{Deserialize, Serialize};

/// Every status of Heleket's documentation, and room for one that comes later
/// (Heleket's documentation of statuses).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayStatus {
    /// Waits for a transaction.
    Check,
    /// Is being processed.
    Process,
    /// Seen on the chain, waits for confirmations.
    ConfirmCheck,
    /// Underpaid; the payer may add the rest until the invoice expires.
    WrongAmountWaiting,
    /// Paid exactly, or short by no more than the accuracy.
    Paid,
    /// Paid more than asked for.
    PaidOver,
    /// Underpaid and closed; the money is on the merchant's balance.
    WrongAmount,
    /// Expired, nobody paid. A success may still follow.
    Cancel,
    /// The payment failed.
    Fail,
    /// The gateway failed.
    SystemFail,
    /// A refund runs.
    RefundProcess,
    /// The payment was sent back.
    RefundPaid,
    /// The refund failed; the money is still there.
    RefundFail,
    /// Held for an AML check. Not the end: a completed check unlocks it.
    Locked,
    /// A status this version does not know; neither success nor failure.
    Unknown(String),
}

impl GatewayStatus {
    /// A status that is not in the documentation; the text is cut to 40 characters.
    #[must_use]
    pub fn unknown(text: &str) -> Self {
        Self::Unknown(text.chars().take(40).collect())
    }

    /// As the gateway writes it.
    #[must_use]
    pub const fn code(&self) -> &str {
        match self {
            Self::Check => "check",
            Self::Process => "process",
            Self::ConfirmCheck => "confirm_check",
            Self::WrongAmountWaiting => "wrong_amount_waiting",
            Self::Paid => "paid",
            Self::PaidOver => "paid_over",
            Self::WrongAmount => "wrong_amount",
            Self::Cancel => "cancel",
            Self::Fail => "fail",
            Self::SystemFail => "system_fail",
            Self::RefundProcess => "refund_process",
            Self::RefundPaid => "refund_paid",
            Self::RefundFail => "refund_fail",
            Self::Locked => "locked",
            Self::Unknown(text) => text.as_str(),
        }
    }

    /// Whether the payer is still expected to pay.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        match self {
            Self::Check
            | Self::Process
            | Self::ConfirmCheck
            | Self::WrongAmountWaiting
            | Self::Unknown(_) => true,
            Self::Paid
            | Self::PaidOver
            | Self::WrongAmount
            | Self::Cancel
            | Self::Fail
            | Self::SystemFail
            | Self::RefundProcess
            | Self::RefundPaid
            | Self::RefundFail
            | Self::Locked => false,
        }
    }

    /// Whether money arrived that may be credited.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        match self {
            Self::Paid | Self::PaidOver | Self::WrongAmount => true,
            Self::Check
            | Self::Process
            | Self::ConfirmCheck
            | Self::WrongAmountWaiting
            | Self::Cancel
            | Self::Fail
            | Self::SystemFail
            | Self::RefundProcess
            | Self::RefundPaid
            | Self::RefundFail
            | Self::Locked
            | Self::Unknown(_) => false,
        }
    }

    /// Whether a payment can be seen, confirmed or not. This is what keeps the quote of a payment
    /// that confirms late (rule 18).
    #[must_use]
    pub const fn shows_payment(&self) -> bool {
        match self {
            Self::Process
            | Self::ConfirmCheck
            | Self::WrongAmountWaiting
            | Self::Paid
            | Self::PaidOver
            | Self::WrongAmount
            | Self::RefundProcess
            | Self::RefundPaid
            | Self::RefundFail
            | Self::Locked => true,
            Self::Check | Self::Cancel | Self::Fail | Self::SystemFail | Self::Unknown(_) => false,
        }
    }

    /// Whether the gateway is likely done with the invoice, so that looking may become rare and
    /// then stop. `check` counts: an unpaid invoice needs no watch after it expired.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        match self {
            Self::Check
            | Self::Paid
            | Self::PaidOver
            | Self::WrongAmount
            | Self::Cancel
            | Self::Fail
            | Self::SystemFail
            | Self::RefundPaid
            | Self::RefundFail => true,
            Self::Process
            | Self::ConfirmCheck
            | Self::WrongAmountWaiting
            | Self::RefundProcess
            | Self::Locked
            | Self::Unknown(_) => false,
        }
    }
}
