//! What an invoice is worth by what the emulated gateway says was paid: worked out here once more,
//! apart from the daemon's own rules.

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// Surplus above this is withheld, in millionths of a dollar: the daemon's default.
const SURPLUS_CAP: i64 = 100_000_000;

/// What must have become of an invoice, in millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// On the customer's balance.
    pub credited: i64,
    /// In suspense.
    pub withheld: i64,
}

/// What is due for an invoice as the control API shows it. Not for one that is locked or refunded.
pub fn due(invoice: &Value) -> Due {
    let decimal = |name: &str| -> Decimal {
        let text = invoice[name].as_str().unwrap_or("0");
        text.parse().expect("a decimal")
    };
    let face = decimal("amount");
    let value = match invoice["status"].as_str().expect("a status") {
        "paid" => face,
        "paid_over" | "wrong_amount" => face * decimal("payment_amount") / decimal("payer_amount"),
        "check"
        | "process"
        | "confirm_check"
        | "wrong_amount_waiting"
        | "cancel"
        | "fail"
        | "system_fail" => Decimal::ZERO,
        other => panic!("nothing is known to be due for {other}"),
    };
    let micros = |dollars: Decimal| {
        let whole = (dollars * Decimal::from(1_000_000))
            .round_dp_with_strategy(0, RoundingStrategy::ToZero);
        whole.to_i64().expect("it fits")
    };
    let (face, value) = (micros(face), micros(value));
    let withheld = (value - face - SURPLUS_CAP).max(0);
    Due {
        credited: value - withheld,
        withheld,
    }
}
