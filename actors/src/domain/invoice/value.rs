//! What a payment is worth (rule 18): pure arithmetic, rounded down, integers only.

use super::{CoinUnits, GatewayStatus, InvoiceRules, Report};
use crate::domain::money::{MicroUsd, MoneyError};

/// What a reported success is worth in all, before anything credited earlier is taken off.
///
/// `paid` is worth the face amount: the shop bears the accuracy. `paid_over` and `wrong_amount`
/// are worth face × payment ÷ payer amount, rounded down, or the reported dollar value where the
/// payer amount is unknown. A payment first seen after expiry (`late`) is worth at most the
/// reported dollar value. None: not a success, or the value cannot be told, or it is nothing.
///
/// # Errors
/// A value that does not fit.
pub fn value_of(
    face: MicroUsd,
    report: &Report,
    late: bool,
) -> Result<Option<MicroUsd>, MoneyError> {
    let quoted = match &report.status {
        GatewayStatus::Paid => Some(face),
        GatewayStatus::PaidOver | GatewayStatus::WrongAmount => arrived(face, report)?,
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
    Ok(worth.filter(|worth| worth.is_positive()))
}

/// The dollar value of the coins that arrived, at the invoice's own quote where it is known.
///
/// # Errors
/// A value that does not fit.
pub fn arrived(face: MicroUsd, report: &Report) -> Result<Option<MicroUsd>, MoneyError> {
    match report.payer.amount {
        Some(asked) if asked.units_1e18() > 0 => match report.payment_amount {
            Some(paid) => share_of(face, paid, asked).map(Some),
            // The quote is known and the coins are not: the dollar value would dodge the quote.
            None => Ok(None),
        },
        Some(_) | None => Ok(report.payment_amount_usd),
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

/// face × part ÷ whole, rounded down, exact for every coin amount: a coin of 18 places times
/// dollars in millionths does not fit 128 bits, so the product is never formed.
fn share_of(face: MicroUsd, part: CoinUnits, whole: CoinUnits) -> Result<MicroUsd, MoneyError> {
    const WHAT: &str = "value of a payment";
    let overflow = || MoneyError::Overflow(WHAT);
    let face = u64::try_from(face.micros()).map_err(|_| overflow())?;
    let (part, whole) = (part.units_1e18(), whole.units_1e18());
    let (each, rest) = match (part.checked_div(whole), part.checked_rem(whole)) {
        (Some(each), Some(rest)) => (each, rest),
        (None, _) | (_, None) => {
            return Err(MoneyError::BadDivisor {
                operation: WHAT,
                divisor: 0,
            });
        }
    };
    let carry = |quotient: u128, left: u128| -> Option<(u128, u128)> {
        if left >= whole {
            Some((quotient.checked_add(1)?, left.checked_sub(whole)?))
        } else {
            Some((quotient, left))
        }
    };
    // Long multiplication, bit by bit: `left` stays below `whole`, which is below 2^127.
    let mut quotient = 0_u128;
    let mut left = 0_u128;
    for bit in (0..u64::BITS).rev() {
        let doubled = (quotient.checked_mul(2), left.checked_mul(2));
        let (Some(twice), Some(left_twice)) = doubled else {
            return Err(overflow());
        };
        (quotient, left) = carry(twice, left_twice).ok_or_else(overflow)?;
        if face >> bit & 1 == 1 {
            let more = quotient.checked_add(each).ok_or_else(overflow)?;
            let left_more = left.checked_add(rest).ok_or_else(overflow)?;
            (quotient, left) = carry(more, left_more).ok_or_else(overflow)?;
        }
    }
    i64::try_from(quotient)
        .map(MicroUsd::from_micros)
        .map_err(|_| overflow())
}
