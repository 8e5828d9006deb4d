//! Explains a wallet's history: which transactions are ours, which were made by hand, and which
//! stop the shop (rule 2).

use super::{Standing, Strangeness, Wallet};
use crate::domain::ids::{Epoch, Hash256, OrderId, PaymentRef, TransferId, WalletAddress};
use crate::domain::ledger::{Account, Asset, Entry, EntryKey, LedgerError};
use crate::domain::money::{MoneyError, NanoTon};
use crate::domain::notice::Owed;
use crate::domain::transfer::{AccountState, FoundTx, History, TxPos};

/// What the books know that may explain a transaction.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Normalised hashes of every message ever signed with this wallet.
    pub messages: Vec<(Hash256, TransferId)>,
    /// Every reference ever received from Fragment.
    pub references: Vec<(PaymentRef, OrderId)>,
    /// Fragment's own addresses.
    pub destinations: Vec<WalletAddress>,
    /// Transactions that an operator assigned, by logical time: to an order, or to nobody.
    pub assigned: Vec<(u64, Option<OrderId>)>,
}

/// How one transaction is explained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Explained {
    /// A message of ours; its transfer's judgement posts what it did.
    Ours {
        /// Which.
        transfer: TransferId,
        /// Where.
        tx: TxPos,
    },
    /// The owner sent TON by hand: no Fragment address, no reference. Posted and alarmed.
    ByHand {
        /// Where.
        tx: TxPos,
    },
    /// A person assigned it. Posted as a cost.
    Assigned {
        /// Where.
        tx: TxPos,
        /// The order it paid for, if any.
        order: Option<OrderId>,
    },
    /// TON came in from elsewhere. Posted.
    Deposit {
        /// Where.
        tx: TxPos,
    },
}

/// A transaction that nothing explains: all wallets stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Strange {
    /// Where; none if it is about the whole stretch.
    pub tx: Option<TxPos>,
    /// What is strange about it.
    pub what: Strangeness,
}

/// What became of an attempt to explain a wallet's history.
#[expect(
    clippy::large_enum_variant,
    reason = "one lives at a time, for one decision"
)]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Explanation {
    /// The answers are incomplete or stale: try again; nothing may be signed meanwhile.
    Incomplete,
    /// Everything is explained.
    Complete {
        /// The wallet, explained under this lease.
        wallet: Wallet,
        /// Each transaction, oldest first.
        explained: Vec<Explained>,
        /// Postings for what is not posted by a transfer.
        entries: Vec<Entry>,
        /// Alarms.
        notices: Vec<Owed>,
    },
    /// A break. All wallets stop; orders older than the break are parked.
    Break {
        /// What nothing explains, oldest first; at least one.
        strange: Vec<Strange>,
    },
}

/// Why an explanation cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExplainError {
    /// A sum does not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A posting cannot exist.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Wallet {
    /// Explains everything between the last explained transaction and the state's newest.
    ///
    /// # Errors
    /// An amount that does not fit the ledger.
    pub fn explain(
        &self,
        state: &AccountState,
        history: &History,
        known: &Known,
        epoch: Epoch,
    ) -> Result<Explanation, ExplainError> {
        let known_lt = self.last.map_or(0, |tx| tx.lt);
        let covers = history.head == state.last;
        let reaches = history.gapless_down_to.is_some_and(|lt| lt <= known_lt);
        let trusted = self.trust_from.is_none_or(|from| state.time >= from);
        let fresh = trusted && state.last_lt() >= known_lt && state.seqno >= self.next_seqno;
        let mut txs: Vec<&FoundTx> = history
            .txs
            .iter()
            .filter(|tx| tx.tx.lt > known_lt)
            .collect();
        if !covers || !reaches || !fresh || txs.iter().any(|tx| !tx.committed) {
            return Ok(Explanation::Incomplete);
        }
        txs.sort_by_key(|tx| tx.tx.lt);
        let mut explained = Vec::new();
        let mut strange = Vec::new();
        for tx in &txs {
            match classify(tx, known) {
                Ok(how) => explained.push(how),
                Err(odd) => strange.push(odd),
            }
        }
        // What is strange explains an odd seqno: one break is told once.
        if strange.is_empty() {
            strange.extend(self.odd_seqno(state, &explained, &txs));
        }
        if !strange.is_empty() {
            return Ok(Explanation::Break { strange });
        }
        self.complete(state, &txs, explained, epoch)
    }

    /// Every seqno that the chain consumed must have a transaction that explains it.
    fn odd_seqno(
        &self,
        state: &AccountState,
        explained: &[Explained],
        txs: &[&FoundTx],
    ) -> Option<Strange> {
        let by_hand = consumed_by_hand(explained, txs);
        let unsettled = self.live.is_some() || self.claimed_by.is_some();
        // Named with its place, so that a person can assign it, and the shop goes on.
        let hand = explained.iter().find_map(|how| match how {
            Explained::ByHand { tx } => Some(*tx),
            Explained::Ours { .. } | Explained::Assigned { .. } | Explained::Deposit { .. } => None,
        });
        if unsettled && hand.is_some() {
            return Some(Strange {
                tx: hand,
                what: Strangeness::HandWhilePaying,
            });
        }
        let expected = self.next_seqno.saturating_add(by_hand);
        // Ours executed too and is not judged yet. A message that was thought dead must be judged
        // before the seqno moves on: until then its order's money may not be released.
        let settled_later = unsettled && state.seqno == expected.saturating_add(1);
        let judged_first = self.claimed_by.is_some() && self.live.is_none() && by_hand > 0;
        if state.seqno == expected || (settled_later && !judged_first) {
            return None;
        }
        let what = Strangeness::SeqnoOff {
            shown: state.seqno,
            explained: expected,
        };
        Some(Strange {
            tx: state.last,
            what,
        })
    }

    fn complete(
        &self,
        state: &AccountState,
        txs: &[&FoundTx],
        explained: Vec<Explained>,
        epoch: Epoch,
    ) -> Result<Explanation, ExplainError> {
        let mut entries = Vec::new();
        let mut notices = Vec::new();
        for (how, tx) in explained.iter().zip(txs) {
            match how {
                Explained::Ours { .. } => {}
                Explained::Deposit { .. } => entries.push(self.deposit_entry(tx)?),
                Explained::Assigned { .. } => entries.push(self.assigned_entry(tx)?),
                Explained::ByHand { .. } => {
                    entries.push(self.sent_entry(tx, Account::Owner(Asset::Ton))?);
                    let messages = tx.out.len();
                    let news = Strangeness::ByHand { messages }.news(self.address, tx.tx.lt);
                    notices.push(Owed::operators(news));
                }
            }
        }
        entries.retain(|entry| !entry.is_empty());
        let by_hand = consumed_by_hand(&explained, txs);
        // The seqno that an order kept for itself is used up by hand: nobody needs it any more.
        let used_up = by_hand > 0 && self.live.is_none();
        let wallet = Self {
            next_seqno: self.next_seqno.saturating_add(by_hand),
            last: state.last,
            explained_in: Some(epoch),
            claimed_by: self.claimed_by.filter(|_| !used_up),
            trust_from: None,
            ..self.clone()
        };
        Ok(Explanation::Complete {
            wallet,
            explained,
            entries,
            notices,
        })
    }

    fn deposit_entry(&self, tx: &FoundTx) -> Result<Entry, ExplainError> {
        let float = Account::Float(self.address);
        let entry =
            self.explained_entry(tx)
                .post(float, Account::Owner(Asset::Ton), tx.value_in)?;
        Ok(entry.post(Account::NetworkFees, float, tx.fees)?)
    }

    /// What a person assigned is a cost of goods; TON that came back makes the goods cheaper.
    fn assigned_entry(&self, tx: &FoundTx) -> Result<Entry, ExplainError> {
        if tx.message.is_some() {
            return self.sent_entry(tx, Account::CostOfGoods);
        }
        let float = Account::Float(self.address);
        let entry = self.explained_entry(tx);
        let entry = entry.post(float, Account::CostOfGoods, tx.value_in)?;
        Ok(entry.post(Account::NetworkFees, float, tx.fees)?)
    }

    fn sent_entry(&self, tx: &FoundTx, for_what: Account) -> Result<Entry, ExplainError> {
        let float = Account::Float(self.address);
        let sent = tx.out.iter().map(|out| out.value);
        let sent = sent
            .into_iter()
            .try_fold(NanoTon::ZERO, NanoTon::checked_add)?;
        let entry = self.explained_entry(tx).post(for_what, float, sent)?;
        Ok(entry.post(Account::NetworkFees, float, tx.fees)?)
    }

    const fn explained_entry(&self, tx: &FoundTx) -> Entry {
        Entry::new(EntryKey::Explained {
            wallet: self.address,
            lt: tx.tx.lt,
        })
    }

    /// Whether an operator has stopped it or a break has.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        match self.standing {
            Standing::Stopped { .. } => true,
            Standing::Open => false,
        }
    }
}

fn consumed_by_hand(explained: &[Explained], txs: &[&FoundTx]) -> u32 {
    let hands = explained.iter().zip(txs).filter(|(how, tx)| match how {
        // TON that came back used no seqno up, whoever explains it.
        Explained::ByHand { .. } | Explained::Assigned { .. } => {
            tx.message.is_some() && !tx.aborted
        }
        Explained::Ours { .. } | Explained::Deposit { .. } => false,
    });
    u32::try_from(hands.count()).unwrap_or(u32::MAX)
}

fn classify(tx: &FoundTx, known: &Known) -> Result<Explained, Strange> {
    let Some(message) = tx.message else {
        return classify_incoming(tx, known);
    };
    // A person's word comes first: a message of ours that did something else than was signed is
    // judged by nobody else.
    if let Some((_, order)) = known.assigned.iter().find(|(lt, _)| *lt == tx.tx.lt) {
        return Ok(Explained::Assigned {
            tx: tx.tx,
            order: *order,
        });
    }
    if let Some((_, transfer)) = known.messages.iter().find(|(hash, _)| *hash == message) {
        return Ok(Explained::Ours {
            transfer: *transfer,
            tx: tx.tx,
        });
    }
    let to_fragment = tx
        .out
        .iter()
        .any(|out| known.destinations.contains(&out.destination));
    let reference = tx.out.iter().find_map(|out| out.reference.as_ref());
    if !to_fragment && reference.is_none() {
        return Ok(Explained::ByHand { tx: tx.tx });
    }
    let what = match reference {
        Some(reference) => {
            let owner = known.references.iter().find(|(ours, _)| ours == reference);
            Strangeness::UnsignedReference {
                reference: reference.clone(),
                fits: owner.map(|(_, order)| *order),
            }
        }
        None => Strangeness::UnsignedPayment,
    };
    Err(Strange {
        tx: Some(tx.tx),
        what,
    })
}

fn classify_incoming(tx: &FoundTx, known: &Known) -> Result<Explained, Strange> {
    if let Some((_, order)) = known.assigned.iter().find(|(lt, _)| *lt == tx.tx.lt) {
        return Ok(Explained::Assigned {
            tx: tx.tx,
            order: *order,
        });
    }
    let from_fragment = tx
        .from
        .is_some_and(|from| known.destinations.contains(&from));
    if tx.bounced || from_fragment {
        return Err(Strange {
            tx: Some(tx.tx),
            what: Strangeness::CameBack {
                amount: tx.value_in,
            },
        });
    }
    Ok(Explained::Deposit { tx: tx.tx })
}
