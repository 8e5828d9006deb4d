//! What a payment is worth (rule 18): pure arithmetic, rounded down, integers only.

use super::{GatewayStatus, InvoiceRules, Report};
use crate::domain::money::{CoinAmount, MicroUsd, MoneyError};

/// What a reported success is worth in all, before anything credited earlier is taken off.
///
/// `paid` is worth the face amount: the shop bears the accuracy. `paid_over` and `wrong_amount`
/// are worth face × payment ÷ payer amount, rounded down, or the reported dollar value where the
/// payer amount is unknown. A payment first seen after expiry (`late`) is worth at most the
/// reported dollar value. None: not a success, or the value cannot be told (one that does not fit
/// included), or it is nothing.
#[must_use]
pub fn value_of(face: MicroUsd, report: &Report, late: bool) -> Option<MicroUsd> {
    let quoted = match &report.status {
        GatewayStatus::Paid => Some(face),
        GatewayStatus::PaidOver | GatewayStatus::WrongAmount => arrived(face, report),
        GatewayStatus::Check
        | GatewayStatus::Process
        | GatewayStatus::ConfirmCheck
        | GatewayStatus::WrongAmountWaiting
        | GatewayStatus::Cancel
        | GatewayStatus::Fail
        | GatewayStatus::SystemFail
        | GatewayStatus::RefundProcess
        | GatewayStatus::RefundPaid
        | GatewayStatus::RefundFail
        | GatewayStatus::Locked
        | GatewayStatus::Unknown(_) => None,
    };
    let worth = if late {
        quoted
            .zip(report.payment_amount_usd)
            .map(|(quoted, usd)| quoted.min(usd))
    } else {
        quoted
    };
    worth.filter(|worth| worth.is_positive())
}

/// The dollar value of the coins that arrived, at the invoice's own quote where it is known; none
/// if it cannot be told.
#[must_use]
pub fn arrived(face: MicroUsd, report: &Report) -> Option<MicroUsd> {
    match report.payer.amount {
        // Where the quote is known and the coins are not, the dollar value would dodge the quote.
        Some(asked) if asked > CoinAmount::ZERO => {
            face.portion_down(report.payment_amount?, asked).ok()
        }
        Some(_) | None => report.payment_amount_usd,
    }
}

/// What becomes of a value: the part for the customer and the part for suspense.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Split {
    /// For the customer.
    pub credit: MicroUsd,
    /// Surplus above the cap, or a whole payment that is dust.
    pub withheld: MicroUsd,
}

/// Splits the value of a payment. A surplus of dust is the customer's; dust means that the whole
/// payment is worth less than [`InvoiceRules::dust`].
///
/// # Errors
/// Overflow.
pub fn split(face: MicroUsd, value: MicroUsd, rules: &InvoiceRules) -> Result<Split, MoneyError> {
    let most = face.checked_add(rules.surplus_cap)?;
    let withheld = if value < rules.dust {
        value
    } else {
        value.minus_down_to_zero(most)
    };
    Ok(Split {
        credit: value.checked_sub(withheld)?,
        withheld,
    })
}

/// What to ask for when the balance does not reach.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Missing {
    /// The face amount of the next invoice: what is missing, raised to the coin's minimum.
    pub ask: MicroUsd,
    /// What of it stays on the balance after buying.
    pub surplus: MicroUsd,
}

/// The part of a price that the balance does not cover; none if it does (rule 18).
///
/// # Errors
/// Overflow.
pub fn missing_part(
    price: MicroUsd,
    available: MicroUsd,
    coin_minimum: MicroUsd,
) -> Result<Option<Missing>, MoneyError> {
    let missing = price.checked_sub(available)?;
    if !missing.is_positive() {
        return Ok(None);
    }
    let ask = missing.max(coin_minimum);
    Ok(Some(Missing {
        ask,
        surplus: ask.checked_sub(missing)?,
    }))
}
