//! Breaks: where the books, the chain and Fragment's history do not tell the same story.
//!
//! [`Witnesses::compare`] is the whole sweep as a pure function: what three witnesses say of one
//! till, and where they disagree. A witness that is silent, stale or odd proves nothing: no break,
//! and no all-clear either. A break is stored as a [`Break`] under a key of its own, told once,
//! and closes itself when a later comparison judges the same thing and finds that all agree.

use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::ids::{LoginId, OrderId, PaymentRef, TransferId, WalletAddress};
use super::money::NanoTon;
use super::notice::{OperatorNews, Owed};
use super::order::HistoryRow;
use super::transfer::TxPos;
use super::{Span, Timestamp};

mod chain;
mod rows;
#[cfg(any(test, feature = "testing"))]
pub mod samples;
mod settle;
mod witnesses;

pub use settle::NotSettled;
pub use witnesses::{Comparison, Purchased, Witnesses};

#[cfg(test)]
mod tests;

/// What a comparison depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BreakRules {
    /// For so long behind a payment, or a row of the history, the others may still be at it.
    pub patience: Span,
}

impl Default for BreakRules {
    fn default() -> Self {
        Self {
            patience: Span::minutes(15),
        }
    }
}

/// One disagreement, with what it concerns.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A payment to Fragment on the chain that no order of the books signed.
    PaymentUnexplained {
        /// From which wallet.
        wallet: WalletAddress,
        /// The transaction.
        tx: TxPos,
        /// How much left.
        amount: NanoTon,
        /// The order whose reference it carries.
        fits: Option<OrderId>,
    },
    /// TON that came back from Fragment, and nobody said for which order.
    MoneyBack {
        /// To which wallet.
        wallet: WalletAddress,
        /// The transaction.
        tx: TxPos,
        /// How much.
        amount: NanoTon,
    },
    /// The books say that a transfer was paid; the chain shows no such transaction.
    PaymentMissing {
        /// The order.
        order: OrderId,
        /// Its transfer.
        transfer: TransferId,
        /// Where the payment should stand.
        tx: TxPos,
    },
    /// The chain shows the payment of a transfer that the books do not count as paid.
    PaymentUnbooked {
        /// The order.
        order: OrderId,
        /// Its transfer.
        transfer: TransferId,
        /// The transaction.
        tx: TxPos,
    },
    /// A transfer was executed, but what left is not what was signed.
    PaymentDiffers {
        /// The order.
        order: OrderId,
        /// Its transfer.
        transfer: TransferId,
        /// The transaction.
        tx: TxPos,
    },
    /// Two payments on the chain carry the same reference of Fragment.
    ReferencePaidTwice {
        /// The reference.
        reference: PaymentRef,
        /// From which wallet.
        wallet: WalletAddress,
        /// The order that owns the reference.
        order: Option<OrderId>,
        /// The older payment.
        first: TxPos,
        /// The newer one.
        second: TxPos,
    },
    /// Two transfers of one order have paid.
    OrderPaidTwice {
        /// The order.
        order: OrderId,
        /// The older transfer.
        first: TransferId,
        /// The newer one.
        second: TransferId,
    },
    /// Paid on the chain, and Fragment's history shows nothing for it.
    DeliveryUnseen {
        /// The order.
        order: OrderId,
        /// The transfer that paid.
        transfer: TransferId,
    },
    /// Delivered by the books, and Fragment's history shows nothing for it.
    DeliveryUnproven {
        /// The order.
        order: OrderId,
        /// The transfer that paid.
        transfer: TransferId,
    },
    /// A row of Fragment's history that no order can have caused.
    RowUnclaimed {
        /// The row.
        row: HistoryRow,
    },
    /// A row that must be an order's, but says something else than was ordered.
    RowDiffers {
        /// The order.
        order: OrderId,
        /// The row.
        row: HistoryRow,
        /// Which of them: recipient, goods, price.
        fields: Vec<Field>,
    },
    /// Goods came after all for an order whose price was given back.
    LateDelivery {
        /// The order.
        order: OrderId,
        /// The row.
        row: HistoryRow,
    },
}

/// In what a row differs from its order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Somebody else got the goods.
    Recipient,
    /// Other goods, or another quantity.
    Goods,
    /// Another price.
    Price,
}

/// A disagreement with its age.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What.
    pub finding: Finding,
    /// When the thing happened that the witnesses disagree about.
    pub since: Timestamp,
}

/// Where a break stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakStanding {
    /// The witnesses disagree.
    Open,
    /// They agree again.
    Agreed {
        /// When that was seen.
        at: Timestamp,
    },
    /// A person has closed it: whatever the witnesses say, it is accounted for.
    Settled {
        /// When.
        at: Timestamp,
        /// The order that the row of Fragment's history was given to.
        order: Option<OrderId>,
    },
}

/// A break's row.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Break {
    /// Names the disagreement for good: its kind and what it concerns.
    pub key: String,
    /// The wallet of the till.
    pub wallet: WalletAddress,
    /// What.
    pub finding: Finding,
    /// When the thing happened that the witnesses disagree about: its age counts from here.
    pub since: Timestamp,
    /// When the sweep saw it, the last time that it began.
    pub seen: Timestamp,
    /// How often it began; numbers the notices.
    pub n: u32,
    /// Where it stands.
    pub standing: BreakStanding,
}

impl Break {
    /// What becomes of a break when a comparison was made; none if nothing changes. `stored` is
    /// the row under the finding's key, `found` what the comparison has found under it, and
    /// `agrees` whether it judged the matter and found nothing.
    #[must_use]
    pub fn after(
        stored: Option<&Self>,
        found: Option<&Found>,
        agrees: bool,
        wallet: WalletAddress,
        now: Timestamp,
    ) -> Option<Decision<Self>> {
        match (stored, found) {
            (None, None) => None,
            (None, Some(found)) => Some(Self::begin(found, wallet, 1, now)),
            (Some(stored), Some(found)) => match stored.standing {
                // What a person has closed stays closed: it is the same disagreement for good.
                BreakStanding::Open | BreakStanding::Settled { .. } => None,
                BreakStanding::Agreed { .. } => {
                    Some(Self::begin(found, wallet, stored.n.saturating_add(1), now))
                }
            },
            (Some(stored), None) => (stored.is_open() && agrees).then(|| stored.end(now)),
        }
    }

    /// Whether the witnesses disagree as far as is known.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self.standing {
            BreakStanding::Open => true,
            BreakStanding::Agreed { .. } | BreakStanding::Settled { .. } => false,
        }
    }

    fn begin(found: &Found, wallet: WalletAddress, n: u32, now: Timestamp) -> Decision<Self> {
        let next = Self {
            key: found.finding.key(),
            wallet,
            finding: found.finding.clone(),
            since: found.since.min(now),
            seen: now,
            n,
            standing: BreakStanding::Open,
        };
        let owed = next.news();
        Decision::quiet(next).tell(owed)
    }

    fn end(&self, now: Timestamp) -> Decision<Self> {
        let next = Self {
            standing: BreakStanding::Agreed { at: now },
            ..self.clone()
        };
        let news = OperatorNews::BreakOver {
            n: self.n,
            finding: self.finding.clone(),
        };
        Decision::quiet(next).tell(Owed::operators(news))
    }

    fn news(&self) -> Owed {
        Owed::operators(OperatorNews::Break {
            n: self.n,
            since: self.since,
            finding: self.finding.clone(),
        })
    }
}

impl Finding {
    /// The kind's name, as logs, metrics and the admin API know it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PaymentUnexplained { .. } => "payment_unexplained",
            Self::MoneyBack { .. } => "money_back",
            Self::PaymentMissing { .. } => "payment_missing",
            Self::PaymentUnbooked { .. } => "payment_unbooked",
            Self::PaymentDiffers { .. } => "payment_differs",
            Self::ReferencePaidTwice { .. } => "reference_paid_twice",
            Self::OrderPaidTwice { .. } => "order_paid_twice",
            Self::DeliveryUnseen { .. } => "delivery_unseen",
            Self::DeliveryUnproven { .. } => "delivery_unproven",
            Self::RowUnclaimed { .. } => "row_unclaimed",
            Self::RowDiffers { .. } => "row_differs",
            Self::LateDelivery { .. } => "late_delivery",
        }
    }

    /// Every kind there is.
    pub const KINDS: [&'static str; 12] = [
        "payment_unexplained",
        "money_back",
        "payment_missing",
        "payment_unbooked",
        "payment_differs",
        "reference_paid_twice",
        "order_paid_twice",
        "delivery_unseen",
        "delivery_unproven",
        "row_unclaimed",
        "row_differs",
        "late_delivery",
    ];

    /// Names this very disagreement: the same one is found under the same key at every sweep.
    #[must_use]
    pub fn key(&self) -> String {
        let kind = self.kind();
        match self {
            Self::PaymentUnexplained { wallet, tx, .. } | Self::MoneyBack { wallet, tx, .. } => {
                format!("{kind}/{wallet}/{}", tx.lt)
            }
            Self::PaymentMissing { transfer, .. }
            | Self::PaymentUnbooked { transfer, .. }
            | Self::PaymentDiffers { transfer, .. }
            | Self::DeliveryUnseen { transfer, .. }
            | Self::DeliveryUnproven { transfer, .. } => format!("{kind}/{transfer}"),
            Self::ReferencePaidTwice { reference, .. } => format!("{kind}/{reference}"),
            Self::OrderPaidTwice { order, .. } => format!("{kind}/{order}"),
            Self::RowUnclaimed { row } => format!("{kind}/{}", name_of(row)),
            Self::RowDiffers { order, row, .. } | Self::LateDelivery { order, row } => {
                format!("{kind}/{order}/{}", name_of(row))
            }
        }
    }

    /// The order it concerns, or seems to.
    #[must_use]
    pub const fn order(&self) -> Option<OrderId> {
        match self {
            Self::PaymentUnexplained { fits: order, .. }
            | Self::ReferencePaidTwice { order, .. } => *order,
            Self::PaymentMissing { order, .. }
            | Self::PaymentUnbooked { order, .. }
            | Self::PaymentDiffers { order, .. }
            | Self::OrderPaidTwice { order, .. }
            | Self::DeliveryUnseen { order, .. }
            | Self::DeliveryUnproven { order, .. }
            | Self::RowDiffers { order, .. }
            | Self::LateDelivery { order, .. } => Some(*order),
            Self::MoneyBack { .. } | Self::RowUnclaimed { .. } => None,
        }
    }

    /// The oldest transaction it concerns.
    #[must_use]
    pub const fn tx(&self) -> Option<TxPos> {
        match self {
            Self::PaymentUnexplained { tx, .. }
            | Self::MoneyBack { tx, .. }
            | Self::PaymentMissing { tx, .. }
            | Self::PaymentUnbooked { tx, .. }
            | Self::PaymentDiffers { tx, .. }
            | Self::ReferencePaidTwice { first: tx, .. } => Some(*tx),
            Self::OrderPaidTwice { .. }
            | Self::DeliveryUnseen { .. }
            | Self::DeliveryUnproven { .. }
            | Self::RowUnclaimed { .. }
            | Self::RowDiffers { .. }
            | Self::LateDelivery { .. } => None,
        }
    }

    /// The row of Fragment's history it concerns.
    #[must_use]
    pub const fn row(&self) -> Option<&HistoryRow> {
        match self {
            Self::RowUnclaimed { row }
            | Self::RowDiffers { row, .. }
            | Self::LateDelivery { row, .. } => Some(row),
            Self::PaymentUnexplained { .. }
            | Self::MoneyBack { .. }
            | Self::PaymentMissing { .. }
            | Self::PaymentUnbooked { .. }
            | Self::PaymentDiffers { .. }
            | Self::ReferencePaidTwice { .. }
            | Self::OrderPaidTwice { .. }
            | Self::DeliveryUnseen { .. }
            | Self::DeliveryUnproven { .. } => None,
        }
    }

    /// The login in whose history the row stands.
    #[must_use]
    pub fn login(&self) -> Option<LoginId> {
        self.row().map(|row| row.login)
    }
}

impl Field {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Goods => "goods",
            Self::Price => "price",
        }
    }
}

/// What names a row of the history; rows that look alike have the same name, as claims do.
fn name_of(row: &HistoryRow) -> String {
    let (login, at) = (row.login, row.at.timestamp());
    let (recipient, goods) = (row.recipient.to_key(), row.goods);
    format!("{login}/{at}/{recipient}/{goods}/{}", row.price.nanos())
}
