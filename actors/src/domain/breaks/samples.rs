//! A break of every kind, for tests of whoever stores or words them.
#![expect(clippy::unwrap_used, reason = "constants that are known to be valid")]

use super::{Field, Finding};
use crate::domain::ids::{PaymentRef, TransferId};
use crate::domain::samples::{self, ORDER, WALLET, history_row, ton};

/// A break of every kind, by the kind's name.
#[must_use]
pub fn every_finding() -> Vec<(&'static str, Finding)> {
    let (order, transfer, wallet) = (ORDER, TransferId::new(1), WALLET);
    let (tx, row) = (samples::tx(1_010), history_row());
    let findings = vec![
        Finding::PaymentUnexplained {
            wallet,
            tx,
            amount: ton("0.326"),
            fits: Some(order),
        },
        Finding::MoneyBack {
            wallet,
            tx,
            amount: ton("0.32"),
        },
        Finding::PaymentMissing {
            order,
            transfer,
            tx,
        },
        Finding::PaymentUnbooked {
            order,
            transfer,
            tx,
        },
        Finding::PaymentDiffers {
            order,
            transfer,
            tx,
        },
        Finding::ReferencePaidTwice {
            reference: PaymentRef::parse("AbC1").unwrap(),
            wallet,
            order: Some(order),
            first: tx,
            second: samples::tx(1_030),
        },
        Finding::OrderPaidTwice {
            order,
            first: transfer,
            second: TransferId::new(2),
        },
        Finding::DeliveryUnseen { order, transfer },
        Finding::DeliveryUnproven { order, transfer },
        Finding::RowUnclaimed { row: row.clone() },
        Finding::RowDiffers {
            order,
            row: row.clone(),
            fields: vec![Field::Recipient, Field::Goods, Field::Price],
        },
        Finding::LateDelivery { order, row },
    ];
    let named = findings.into_iter();
    named.map(|finding| (finding.kind(), finding)).collect()
}
