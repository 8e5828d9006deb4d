//! The three witnesses of one till, and what a comparison of them has judged.

use super::chain::{self, Chain};
use super::rows::{self, Rows};
use super::{BreakRules, Finding, Found};
use crate::domain::Timestamp;
use crate::domain::ids::{LoginId, WalletAddress};
use crate::domain::order::{HistoryRow, Order};
use crate::domain::transfer::{History, Transfer};
use crate::domain::wallet::{Known, Wallet};

/// A transfer with the order it served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Purchased {
    /// The transfer.
    pub transfer: Transfer,
    /// Its order, as it stands now.
    pub order: Order,
}

/// Everything that is known of a till's purchases at one moment. The books were read *after* the
/// others were asked: a message is in the books before it leaves, so whatever the chain and the
/// history show is known to them.
#[derive(Clone, Debug)]
pub struct Witnesses {
    /// The wallet as the books know it.
    pub wallet: Wallet,
    /// The login that is proven with it.
    pub login: Option<LoginId>,
    /// Its purchases: the newest, those that a stored break names, those that are not finished,
    /// those given up that are still watched; each transfer once.
    pub purchases: Vec<Purchased>,
    /// Every row of the history from here on belongs to one of them, if to any of the wallet's.
    pub whole_from: Option<Timestamp>,
    /// Orders bound to the wallet that are not finished.
    pub unfinished: Vec<Order>,
    /// What may explain a transaction.
    pub known: Known,
    /// The chain's word; none if it could not be had.
    pub chain: Option<History>,
    /// Fragment's history; none if it could not be had.
    pub history: Option<Vec<HistoryRow>>,
    /// Rows that the books were asked about, and that no order has claimed.
    pub unclaimed: Vec<HistoryRow>,
    /// Rows that the books were asked about.
    pub asked: Vec<HistoryRow>,
    /// When.
    pub now: Timestamp,
}

/// What came of comparing.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Where the witnesses disagree; each key once.
    pub found: Vec<Found>,
    /// Of which wallet.
    pub wallet: WalletAddress,
    chain: Option<Chain>,
    rows: Rows,
}

impl Witnesses {
    /// Compares them.
    #[must_use]
    pub fn compare(&self, rules: &BreakRules) -> Comparison {
        let heard = chain::heard(self);
        let mut found = chain::twice(self);
        if let Some(chain) = &heard {
            found.extend(chain::compare(self, chain, rules));
        }
        let (rows, of_rows) = rows::compare(self, rules);
        found.extend(of_rows);
        found.sort_by_key(|one| one.finding.key());
        found.dedup_by_key(|one| one.finding.key());
        Comparison {
            found,
            wallet: self.wallet.address,
            chain: heard,
            rows,
        }
    }
}

impl Comparison {
    /// What was found under a key.
    #[must_use]
    pub fn at(&self, key: &str) -> Option<&Found> {
        self.found.iter().find(|found| found.finding.key() == key)
    }

    /// Whether the matter of a finding was judged this time, and nothing was found: only then may
    /// a stored break of it be closed.
    #[must_use]
    pub fn agrees(&self, finding: &Finding) -> bool {
        self.at(&finding.key()).is_none() && self.judged(finding)
    }

    fn judged(&self, finding: &Finding) -> bool {
        let covers = |lt: u64| self.chain.as_ref().is_some_and(|chain| chain.covers(lt));
        match finding {
            Finding::PaymentUnexplained { tx, .. } | Finding::MoneyBack { tx, .. } => covers(tx.lt),
            Finding::PaymentMissing { transfer, tx, .. }
            | Finding::PaymentUnbooked { transfer, tx, .. }
            | Finding::PaymentDiffers { transfer, tx, .. } => {
                covers(tx.lt) && self.rows.knows(*transfer)
            }
            Finding::ReferencePaidTwice { first, second, .. } => {
                covers(first.lt) && covers(second.lt)
            }
            Finding::OrderPaidTwice { first, second, .. } => {
                self.rows.knows(*first) && self.rows.knows(*second)
            }
            Finding::DeliveryUnseen { transfer, .. }
            | Finding::DeliveryUnproven { transfer, .. } => self.rows.is_settled(*transfer),
            Finding::RowUnclaimed { row }
            | Finding::RowDiffers { row, .. }
            | Finding::LateDelivery { row, .. } => self.rows.is_explained(row),
        }
    }
}
