//! What the shop's owner hears of a break between books, chain and Fragment's history.

use std::fmt::Display;

use starkeeper_actors::domain::breaks::{Field, Finding};
use starkeeper_actors::domain::order::HistoryRow;

use super::tongue::Arg;
use super::{Voice, names};

impl Voice<'_> {
    /// A break in one line.
    pub(super) fn finding(&self, finding: &Finding) -> String {
        self.tongue.say(key(finding), self.finding_args(finding))
    }

    fn finding_args(&self, finding: &Finding) -> Vec<Arg> {
        match finding {
            Finding::PaymentUnexplained {
                wallet,
                tx,
                amount,
                fits,
            } => {
                let mut args = vec![
                    shown("wallet", wallet),
                    shown("lt", &tx.lt),
                    ("amount", self.tongue.ton(*amount).into()),
                ];
                args.extend(fits.map(|order| shown("order", &order)));
                args
            }
            Finding::MoneyBack { wallet, tx, amount } => vec![
                shown("wallet", wallet),
                shown("lt", &tx.lt),
                ("amount", self.tongue.ton(*amount).into()),
            ],
            Finding::PaymentMissing { order, tx, .. }
            | Finding::PaymentUnbooked { order, tx, .. }
            | Finding::PaymentDiffers { order, tx, .. } => {
                vec![shown("order", order), shown("lt", &tx.lt)]
            }
            Finding::ReferencePaidTwice {
                reference,
                first,
                second,
                ..
            } => vec![
                shown("reference", reference),
                shown("first", &first.lt),
                shown("second", &second.lt),
            ],
            Finding::OrderPaidTwice {
                order,
                first,
                second,
            } => vec![
                shown("order", order),
                shown("first", first),
                shown("second", second),
            ],
            Finding::DeliveryUnseen { order, .. } | Finding::DeliveryUnproven { order, .. } => {
                vec![shown("order", order)]
            }
            Finding::RowUnclaimed { row } => vec![self.row(row), shown("login", &row.login)],
            Finding::RowDiffers { order, row, fields } => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|field| self.tongue.plain(field_key(*field)))
                    .collect();
                vec![
                    shown("order", order),
                    self.row(row),
                    ("fields", fields.join(", ").into()),
                ]
            }
            Finding::LateDelivery { order, row } => vec![shown("order", order), self.row(row)],
        }
    }

    /// A row of the history: who got what, for how much, and when.
    fn row(&self, row: &HistoryRow) -> Arg {
        let args = [
            ("who", names::handle(&row.recipient).into()),
            ("what", self.tongue.goods(row.goods).into()),
            ("price", self.tongue.ton(row.price).into()),
            ("time", self.at(row.at).into()),
        ];
        ("row", self.tongue.say("operator-break-row", args).into())
    }
}

const fn key(finding: &Finding) -> &'static str {
    match finding {
        Finding::PaymentUnexplained { fits: None, .. } => "operator-break-payment-unexplained",
        Finding::PaymentUnexplained { fits: Some(_), .. } => {
            "operator-break-payment-unexplained-fits"
        }
        Finding::MoneyBack { .. } => "operator-break-money-back",
        Finding::PaymentMissing { .. } => "operator-break-payment-missing",
        Finding::PaymentUnbooked { .. } => "operator-break-payment-unbooked",
        Finding::PaymentDiffers { .. } => "operator-break-payment-differs",
        Finding::ReferencePaidTwice { .. } => "operator-break-reference-paid-twice",
        Finding::OrderPaidTwice { .. } => "operator-break-order-paid-twice",
        Finding::DeliveryUnseen { .. } => "operator-break-delivery-unseen",
        Finding::DeliveryUnproven { .. } => "operator-break-delivery-unproven",
        Finding::RowUnclaimed { .. } => "operator-break-row-unclaimed",
        Finding::RowDiffers { .. } => "operator-break-row-differs",
        Finding::LateDelivery { .. } => "operator-break-late-delivery",
    }
}

const fn field_key(field: Field) -> &'static str {
    match field {
        Field::Recipient => "operator-break-field-recipient",
        Field::Goods => "operator-break-field-goods",
        Field::Price => "operator-break-field-price",
    }
}

fn shown(name: &'static str, value: &dyn Display) -> Arg {
    (name, value.to_string().into())
}
