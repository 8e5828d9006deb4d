//! Transfers: bytes that never change, and one live at a time.

use std::collections::{BTreeSet, HashMap};

use super::rows::{next_version, rule};
use crate::domain::ids::{Hash256, OrderId, TransferId, WalletAddress};
use crate::domain::transfer::{Transfer, TransferState};
use crate::ports::books::{CommitRefused, Seen, Write};

const LEAST: TransferId = TransferId::new(i64::MIN);
const MOST: TransferId = TransferId::new(i64::MAX);

#[derive(Clone, Default)]
pub(super) struct Transfers {
    rows: HashMap<TransferId, Seen<Transfer>>,
    of_order: BTreeSet<(OrderId, TransferId)>,
    of_wallet: BTreeSet<(WalletAddress, TransferId)>,
    live_of_order: BTreeSet<(OrderId, TransferId)>,
    live_of_wallet: BTreeSet<(WalletAddress, TransferId)>,
    /// Of transfers that used up their seqno or still may.
    seqnos: BTreeSet<(WalletAddress, u32, TransferId)>,
}

impl Transfers {
    pub(super) fn get(&self, id: TransferId) -> Option<&Seen<Transfer>> {
        self.rows.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Seen<Transfer>> {
        self.rows.values()
    }

    pub(super) fn of_order(&self, order: OrderId) -> Vec<Seen<Transfer>> {
        let whole = self.of_order.range((order, LEAST)..=(order, MOST));
        whole.filter_map(|(_, id)| self.get(*id).cloned()).collect()
    }

    /// Orders of transfers whose message or transaction has this hash.
    pub(super) fn with_hash(&self, text: &str) -> Vec<OrderId> {
        let Ok(hash) = Hash256::parse(text) else {
            return Vec::new();
        };
        let has = |transfer: &Transfer| {
            let executed = match &transfer.state {
                TransferState::Paid { tx } | TransferState::ConsumedUnpaid { tx } => vec![tx],
                TransferState::Bounced { tx, back } => vec![tx, back],
                TransferState::Signed
                | TransferState::Dead { .. }
                | TransferState::Superseded { .. }
                | TransferState::Foreign { .. } => Vec::new(),
            };
            transfer.message_hash == hash || executed.iter().any(|tx| tx.hash == hash)
        };
        let found = self.rows.values().filter(|seen| has(&seen.row));
        found.map(|seen| seen.row.order).collect()
    }

    pub(super) fn messages_of(&self, wallet: WalletAddress) -> Vec<(Hash256, TransferId)> {
        let whole = self.of_wallet.range((wallet, LEAST)..=(wallet, MOST));
        whole
            .filter_map(|(_, id)| self.get(*id).map(|seen| (seen.row.message_hash, *id)))
            .collect()
    }

    /// A wallet's transfers, newest first.
    pub(super) fn newest_of(&self, wallet: WalletAddress) -> impl Iterator<Item = &Seen<Transfer>> {
        let whole = self.of_wallet.range((wallet, LEAST)..=(wallet, MOST));
        whole.rev().filter_map(|(_, id)| self.get(*id))
    }

    pub(super) fn check(&self, write: &Write<Transfer>) -> Result<Seen<Transfer>, CommitRefused> {
        let row = &write.row;
        let there = self.get(row.id);
        let version = next_version(there, write.seen, || format!("transfer {}", row.id))?;
        if let Some(there) = there {
            let same = row.now_is(there.row.state.clone()) == there.row;
            rule(same, || {
                format!("the bytes and names of {} never change", row.id)
            })?;
            rule(there.row.is_live() || !row.is_live(), || {
                format!("{} was judged and cannot be live again", row.id)
            })?;
        }
        let row = row.clone();
        Ok(Seen { row, version })
    }

    /// What must hold of a transfer once everything of a commit is written.
    pub(super) fn check_alone(&self, id: TransferId) -> Result<(), CommitRefused> {
        let Some(Seen { row, .. }) = self.get(id) else {
            return Ok(());
        };
        let (order, wallet, seqno) = (row.order, row.wallet, row.seqno);
        let of_order = self.live_of_order.range((order, LEAST)..=(order, MOST));
        rule(of_order.count() < 2, || {
            format!("a second live transfer of {order}")
        })?;
        let of_wallet = self.live_of_wallet.range((wallet, LEAST)..=(wallet, MOST));
        rule(of_wallet.count() < 2, || {
            format!("a second live transfer of wallet {wallet}")
        })?;
        let whole = (wallet, seqno, LEAST)..=(wallet, seqno, MOST);
        if self.seqnos.range(whole).count() < 2 {
            return Ok(());
        }
        Err(CommitRefused::Taken {
            what: format!("seqno {seqno} of wallet {wallet}"),
        })
    }

    /// Puts a row in place of another, or takes it away; answers what was there.
    pub(super) fn replace(
        &mut self,
        id: TransferId,
        row: Option<Seen<Transfer>>,
    ) -> Option<Seen<Transfer>> {
        let old = self.rows.remove(&id);
        if let Some(Seen { row: old, .. }) = &old {
            self.of_order.remove(&(old.order, id));
            self.of_wallet.remove(&(old.wallet, id));
            self.live_of_order.remove(&(old.order, id));
            self.live_of_wallet.remove(&(old.wallet, id));
            self.seqnos.remove(&(old.wallet, old.seqno, id));
        }
        if let Some(seen) = row {
            self.learn(&seen.row);
            self.rows.insert(id, seen);
        }
        old
    }

    fn learn(&mut self, row: &Transfer) {
        self.of_order.insert((row.order, row.id));
        self.of_wallet.insert((row.wallet, row.id));
        if row.is_live() {
            self.live_of_order.insert((row.order, row.id));
            self.live_of_wallet.insert((row.wallet, row.id));
        }
        if row.state.takes_seqno() {
            self.seqnos.insert((row.wallet, row.seqno, row.id));
        }
    }
}
