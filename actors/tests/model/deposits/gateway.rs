//! The gateway: how its statuses may wander (`spec/heleket.md`, section 3), and what it reports.

use starkeeper_actors::domain::ids::{GatewayOrderId, GatewayUuid};
use starkeeper_actors::domain::invoice::{GatewayStatus, Payer, Report};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};

use super::state::{FACE, at};

/// A status, small.
#[derive(Clone, Copy, Hash, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    Check,
    Confirming,
    Waiting,
    Paid,
    Over,
    Wrong,
    Cancel,
    Locked,
    Refunding,
    Refunded,
    RefundFailed,
}

/// An invoice at the gateway.
#[derive(Clone, Copy, Hash, PartialEq, Eq, Debug)]
pub struct Gate {
    pub status: Status,
    /// Coins that came, in tenths of what was asked for.
    pub tenths: u8,
    /// The payment was sent back once.
    pub sent_back: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            status: Status::Check,
            tenths: 0,
            sent_back: false,
        }
    }
}

impl Gate {
    /// Where it may go from here.
    pub fn moves(self) -> Vec<Self> {
        use Status::{
            Cancel, Check, Confirming, Locked, Over, Paid, RefundFailed, Refunded, Refunding,
            Waiting, Wrong,
        };
        let to = |status: Status, tenths: u8| Self {
            status,
            tenths,
            ..self
        };
        match self.status {
            Check => vec![to(Confirming, 10), to(Confirming, 6), to(Cancel, 0)],
            Cancel => vec![to(Confirming, 10)],
            Confirming if self.tenths >= 10 => vec![to(Paid, 10), to(Locked, 10)],
            Confirming => vec![to(Waiting, 6), to(Wrong, 6)],
            Waiting => vec![to(Confirming, 10), to(Wrong, 6)],
            // A recurring deposit to the same address.
            Wrong => vec![to(Paid, 10), to(Wrong, 8), to(Refunding, self.tenths)],
            Paid => vec![to(Over, 15), to(Locked, 10), to(Refunding, 10)],
            Over => vec![to(Locked, 15), to(Refunding, 15)],
            Locked if self.tenths > 10 => vec![to(Over, self.tenths)],
            Locked => vec![to(Paid, self.tenths), to(Refunding, self.tenths)],
            Refunding => {
                let back = Self {
                    sent_back: true,
                    ..to(Refunded, self.tenths)
                };
                vec![back, to(RefundFailed, self.tenths)]
            }
            RefundFailed if self.tenths > 10 => vec![to(Over, self.tenths)],
            RefundFailed if self.tenths < 10 => vec![to(Wrong, self.tenths)],
            RefundFailed => vec![to(Paid, self.tenths)],
            Refunded => Vec::new(),
        }
    }

    /// What the payment is worth now, by the shop's own rule: nothing once it was sent back.
    pub fn worth(self) -> Option<i64> {
        match self.status {
            Status::Refunded => Some(0),
            Status::Paid => Some(FACE),
            Status::Over | Status::Wrong => Some(FACE / 10 * i64::from(self.tenths)),
            Status::Check | Status::Cancel | Status::Confirming | Status::Waiting => None,
            Status::Locked | Status::Refunding | Status::RefundFailed => None,
        }
    }

    /// Whether a webhook is sent for a status (`locked` and `wrong_amount_waiting` have none).
    pub const fn has_hook(self) -> bool {
        !matches!(
            self.status,
            Status::Locked | Status::Waiting | Status::Check
        )
    }

    pub fn report(self, invoice: u8) -> Report {
        let units = |tenths: u8| CoinAmount::from_units(u128::from(tenths) * 100);
        let status = match self.status {
            Status::Check => GatewayStatus::Check,
            Status::Confirming => GatewayStatus::ConfirmCheck,
            Status::Waiting => GatewayStatus::WrongAmountWaiting,
            Status::Paid => GatewayStatus::Paid,
            Status::Over => GatewayStatus::PaidOver,
            Status::Wrong => GatewayStatus::WrongAmount,
            Status::Cancel => GatewayStatus::Cancel,
            Status::Locked => GatewayStatus::Locked,
            Status::Refunding => GatewayStatus::RefundProcess,
            Status::Refunded => GatewayStatus::RefundPaid,
            Status::RefundFailed => GatewayStatus::RefundFail,
        };
        let usd = MicroUsd::from_micros(FACE / 10 * i64::from(self.tenths));
        Report {
            uuid: GatewayUuid::parse(&format!("u{invoice}")).expect("visible"),
            order_id: GatewayOrderId::parse(&format!("sk_{invoice}")).expect("alphabet"),
            face: MicroUsd::from_micros(FACE),
            currency: "USD".into(),
            is_final: status.is_success(),
            status,
            payer: Payer {
                amount: Some(units(10)),
                ..Payer::default()
            },
            payment_amount: (self.tenths > 0).then(|| units(self.tenths)),
            payment_amount_usd: (self.tenths > 0).then_some(usd),
            txid: None,
            url: None,
            created_at: Some(at(0)),
            expires_at: None,
        }
    }
}
