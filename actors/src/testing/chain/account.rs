//! One wallet on the fake chain: what its contract accepts and what it does then.

use crate::domain::Timestamp;
use crate::domain::ids::{Hash256, WalletAddress};
use crate::domain::money::NanoTon;
use crate::domain::transfer::{FoundTx, History, OutMessage, TxPos};
use crate::testing::message::{WalletMessage, hash_of};

/// A wallet as one provider may show it.
#[derive(Clone, Debug, Default)]
pub(super) struct OnChain {
    pub(super) seqno: u32,
    pub(super) balance: NanoTon,
    /// Oldest first.
    pub(super) txs: Vec<FoundTx>,
}

impl OnChain {
    pub(super) fn last(&self) -> Option<TxPos> {
        self.txs.last().map(|tx| tx.tx)
    }

    pub(super) fn caused_by(&self, message: Hash256) -> Option<&FoundTx> {
        self.txs.iter().find(|tx| tx.message == Some(message))
    }

    /// Everything above `down_to` up to `head`.
    pub(super) fn history(&self, head: Option<TxPos>, down_to: u64, gap: bool) -> History {
        let newest = head.map_or(0, |head| head.lt);
        let newest_first = self.txs.iter().rev();
        let stretch = newest_first.filter(|tx| tx.tx.lt > down_to && tx.tx.lt <= newest);
        let skipped = usize::from(gap);
        History {
            head,
            gapless_down_to: (!gap).then_some(down_to),
            txs: stretch.skip(skipped).cloned().collect(),
        }
    }

    /// Whether the contract accepts a message at this block time.
    pub(super) fn accepts(&self, message: &WalletMessage, time: Timestamp) -> bool {
        message.seqno == self.seqno && time < message.valid_until
    }

    /// Executes an accepted message. The seqno is used up even if the action must be skipped.
    pub(super) fn execute(
        &mut self,
        message: &WalletMessage,
        (lt, at): (u64, Timestamp),
        fee: NanoTon,
        committed: bool,
    ) {
        self.seqno = self.seqno.saturating_add(1);
        self.balance = self.balance.minus_down_to_zero(fee);
        let skipped = message.amount > self.balance;
        let sent = OutMessage {
            destination: message.destination,
            value: message.amount,
            body_hash: hash_of(&message.payload),
            reference: message.reference(),
        };
        if !skipped {
            self.balance = self.balance.minus_down_to_zero(message.amount);
        }
        let hash = hash_of(message.encode().bytes());
        self.txs.push(FoundTx {
            message: Some(hash),
            committed,
            skipped_actions: u32::from(skipped),
            msgs_created: u32::from(!skipped),
            out: if skipped { Vec::new() } else { vec![sent] },
            fees: fee,
            ..quiet_tx(lt, at)
        });
    }

    /// TON comes in with an internal message.
    pub(super) fn receive(
        &mut self,
        from: WalletAddress,
        value: NanoTon,
        bounced: bool,
        (lt, at): (u64, Timestamp),
    ) -> TxPos {
        let sum = self.balance.checked_add(value);
        self.balance = sum.unwrap_or(self.balance);
        let tx = FoundTx {
            from: Some(from),
            value_in: value,
            bounced,
            ..quiet_tx(lt, at)
        };
        let place = tx.tx;
        self.txs.push(tx);
        place
    }
}

/// A committed transaction that succeeded and moved nothing.
fn quiet_tx(lt: u64, at: Timestamp) -> FoundTx {
    FoundTx {
        tx: TxPos {
            lt,
            hash: hash_of(format!("transaction {lt}").as_bytes()),
        },
        at,
        message: None,
        committed: true,
        exit_code: Some(0),
        aborted: false,
        skipped_actions: 0,
        msgs_created: 0,
        out: Vec::new(),
        from: None,
        value_in: NanoTon::ZERO,
        bounced: false,
        fees: NanoTon::ZERO,
    }
}
