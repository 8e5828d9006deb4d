//! Weighs evidence about one signed transfer.
//!
//! Three principles. *Found* is judged by what the transaction did, not by its mere existence:
//! a seqno can be used up without a payment. *Not found* proves nothing by itself: only a state
//! of the account whose own block time lies behind the expiry excludes a later execution. *Stale*
//! answers decide nothing: a provider that shows less than was known at signing is ignored.

use serde::{Deserialize, Serialize};

use super::evidence::{AccountState, Evidence, FoundTx, TxPos};
use super::{Transfer, TransferState};
use crate::domain::Span;
use crate::domain::ids::{Hash256, TransferId, WalletAddress};
use crate::domain::money::NanoTon;

/// What the judgement depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JudgeRules {
    /// How far behind the expiry a state's block time must lie before absence counts: covers
    /// providers that pair a new time with old data.
    pub expiry_margin: Span,
}

/// Why nothing can be said yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Waiting {
    /// Found, but no masterchain block refers to it yet.
    NotFinal,
    /// Found and executed, but its messages are not shown yet.
    MessagesMissing,
    /// Found, refused without using up the seqno; the message is still valid.
    NotConsumed,
    /// Not found, and it may still execute.
    StillValid,
    /// The seqno is used up, and the history that would say by whom is not complete.
    HistoryIncomplete,
    /// Every answer is older than what was known at signing.
    Stale,
}

/// What the evidence says.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[must_use]
pub enum Verdict {
    /// Nothing yet. Look again.
    Wait(Waiting),
    /// Executed and paid.
    Paid {
        /// The transaction.
        tx: TxPos,
        /// What the chain charged.
        fees: NanoTon,
    },
    /// Executed without paying: positive proof that the one action was skipped.
    ConsumedUnpaid {
        /// The transaction.
        tx: TxPos,
        /// What the chain charged.
        fees: NanoTon,
    },
    /// Can never execute, on the word of so many independent providers.
    Dead {
        /// At least one.
        providers: u8,
    },
    /// An older message of the same order executed, though it was thought dead; ours never can.
    OlderExecuted {
        /// Which.
        transfer: TransferId,
        /// Its transaction.
        tx: TxPos,
        /// What the chain charged.
        fees: NanoTon,
        /// Whether it paid, or used up the seqno without paying.
        paid: bool,
    },
    /// Another message used up the seqno: two signers. Ours can never execute.
    Foreign {
        /// What the chain shows.
        why: ChainFault,
    },
    /// The seqno is used up by our message, which did something else than what was signed.
    Mismatch {
        /// What the chain shows.
        why: ChainFault,
    },
}

/// What the chain shows of a message that nobody but a person can put right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ChainFault {
    /// Our message did something else than was signed.
    #[error("transaction at lt {lt} sent something else than was signed")]
    SentOther {
        /// Where.
        lt: u64,
    },
    /// Our message failed and used up its seqno.
    #[error("transaction at lt {lt} failed after using up seqno {seqno}")]
    Failed {
        /// Where.
        lt: u64,
        /// Which seqno.
        seqno: u32,
    },
    /// Somebody else signs with the key.
    #[error("seqno {seqno} of wallet {wallet} was used up by a message that is not ours")]
    NotOurs {
        /// Which seqno.
        seqno: u32,
        /// Of which wallet.
        wallet: WalletAddress,
    },
}

impl Transfer {
    /// Weighs one look at the chain. `older` are the messages signed earlier for the same order
    /// at the same seqno.
    pub fn judge(&self, evidence: &Evidence, older: &[Transfer], rules: JudgeRules) -> Verdict {
        match &evidence.found {
            Some(found) => self.judge_found(found, evidence, rules),
            None => self.judge_absent(evidence, older, rules),
        }
    }

    fn judge_found(&self, found: &FoundTx, evidence: &Evidence, rules: JudgeRules) -> Verdict {
        if found.message != Some(self.message_hash) {
            return Verdict::Wait(Waiting::Stale);
        }
        if !found.committed {
            return Verdict::Wait(Waiting::NotFinal);
        }
        let tx = found.tx;
        let sent = found.out.iter().any(|out| {
            out.destination == self.destination
                && out.value == self.amount
                && out.body_hash == self.body_hash
        });
        let ran = found.exit_code == Some(0) && !found.aborted;
        if ran && sent && found.out.len() == 1 {
            return Verdict::Paid {
                tx,
                fees: found.fees,
            };
        }
        if !found.out.is_empty() {
            let why = ChainFault::SentOther { lt: tx.lt };
            return Verdict::Mismatch { why };
        }
        if ran && found.skipped_actions == 1 && found.msgs_created == 0 {
            return Verdict::ConsumedUnpaid {
                tx,
                fees: found.fees,
            };
        }
        if ran {
            // Created but not shown yet, or neither created nor skipped: never read as unpaid.
            return Verdict::Wait(Waiting::MessagesMissing);
        }
        self.judge_refused(tx, evidence, rules)
    }

    /// A transaction of our message that failed. W5 commits its seqno before its actions, so
    /// whether the seqno is used up is read from a state that includes the transaction.
    fn judge_refused(&self, tx: TxPos, evidence: &Evidence, rules: JudgeRules) -> Verdict {
        // The same bytes may have run once more, and not in vain: then that run decides.
        let ran_again = |tx: &&FoundTx| {
            let ours = tx.message == Some(self.message_hash);
            ours && (!tx.out.is_empty() || (tx.exit_code == Some(0) && !tx.aborted))
        };
        let mut history = evidence.history.iter().flat_map(|history| &history.txs);
        if let Some(again) = history.find(ran_again) {
            return self.judge_found(again, evidence, rules);
        }
        let after = || {
            evidence
                .states
                .iter()
                .filter(|state| state.last_lt() >= tx.lt)
        };
        if after().any(|state| state.seqno > self.seqno) {
            let (lt, seqno) = (tx.lt, self.seqno);
            let why = ChainFault::Failed { lt, seqno };
            return Verdict::Mismatch { why };
        }
        let providers = distinct(after().filter(|state| self.proves_dead(state, rules)));
        if providers > 0 {
            Verdict::Dead { providers }
        } else {
            Verdict::Wait(Waiting::NotConsumed)
        }
    }

    fn judge_absent(&self, evidence: &Evidence, older: &[Transfer], rules: JudgeRules) -> Verdict {
        if let Some(verdict) = self.shown_by_history(evidence, older, rules) {
            return verdict;
        }
        let fresh: Vec<&AccountState> = evidence
            .states
            .iter()
            .filter(|state| self.is_fresh(state))
            .collect();
        if fresh.is_empty() {
            return Verdict::Wait(Waiting::Stale);
        }
        // Any fresh state that shows the seqno used up outweighs those that do not show it yet.
        if let Some(ahead) = fresh.iter().find(|state| state.seqno > self.seqno) {
            return self.judge_overtaken(ahead, evidence);
        }
        let providers = distinct(fresh.iter().copied().filter(|s| self.proves_dead(s, rules)));
        if providers > 0 {
            Verdict::Dead { providers }
        } else {
            Verdict::Wait(Waiting::StillValid)
        }
    }

    /// A history that shows our message, or an older one at this seqno, outweighs every state that
    /// does not: providers pair new times with old data.
    fn shown_by_history(
        &self,
        evidence: &Evidence,
        older: &[Transfer],
        rules: JudgeRules,
    ) -> Option<Verdict> {
        let txs = &evidence.history.as_ref()?.txs;
        let caused_by = |hash: Hash256| txs.iter().find(|tx| tx.message == Some(hash));
        if caused_by(self.message_hash).is_some() {
            // Ours is there after all: the next look finds it and judges what it did.
            return Some(Verdict::Wait(Waiting::NotFinal));
        }
        // A message at another seqno says nothing about this one, whatever the history shows of it.
        let older = older
            .iter()
            .filter(|one| one.id != self.id && one.seqno == self.seqno);
        let mut verdicts = older.filter_map(|one| {
            let found = caused_by(one.message_hash)?;
            Some(one.as_older(one.judge_found(found, evidence, rules)))
        });
        // One that failed without using up the seqno says nothing about ours.
        verdicts.find(|verdict| {
            !matches!(
                verdict,
                Verdict::Wait(Waiting::Stale | Waiting::NotConsumed)
            )
        })
    }

    fn judge_overtaken(&self, ahead: &AccountState, evidence: &Evidence) -> Verdict {
        let complete = evidence.history.as_ref().filter(|history| {
            let covers = history.head.is_some_and(|head| head.lt >= ahead.last_lt());
            let reaches = history
                .gapless_down_to
                .is_some_and(|lt| lt <= self.lt_before);
            covers && reaches
        });
        if complete.is_none() {
            return Verdict::Wait(Waiting::HistoryIncomplete);
        }
        let (seqno, wallet) = (self.seqno, self.wallet);
        let why = ChainFault::NotOurs { seqno, wallet };
        Verdict::Foreign { why }
    }

    /// What a verdict about this older message means for the one signed after it.
    fn as_older(&self, verdict: Verdict) -> Verdict {
        let transfer = self.id;
        match verdict {
            Verdict::Paid { tx, fees } => Verdict::OlderExecuted {
                transfer,
                tx,
                fees,
                paid: true,
            },
            Verdict::ConsumedUnpaid { tx, fees } => Verdict::OlderExecuted {
                transfer,
                tx,
                fees,
                paid: false,
            },
            Verdict::Mismatch { .. } | Verdict::Wait(_) => verdict,
            Verdict::Dead { .. } | Verdict::OlderExecuted { .. } | Verdict::Foreign { .. } => {
                Verdict::Wait(Waiting::Stale)
            }
        }
    }

    /// A state that shows less than was known at signing is stale, whatever time it carries.
    fn is_fresh(&self, state: &AccountState) -> bool {
        state.last_lt() >= self.lt_before && state.seqno >= self.seqno
    }

    fn proves_dead(&self, state: &AccountState, rules: JudgeRules) -> bool {
        self.is_fresh(state)
            && state.seqno == self.seqno
            && state.time >= self.valid_until + rules.expiry_margin
    }
}

/// How many different providers the states come from.
fn distinct<'a>(states: impl Iterator<Item = &'a AccountState>) -> u8 {
    let mut providers: Vec<u8> = states.map(|state| state.provider.0).collect();
    providers.sort_unstable();
    providers.dedup();
    u8::try_from(providers.len()).unwrap_or(u8::MAX)
}

impl Verdict {
    /// The state a transfer gets by this verdict; none while nothing is known.
    #[must_use]
    pub fn state(&self) -> Option<TransferState> {
        match self {
            Self::Wait(_) => None,
            Self::Paid { tx, .. } => Some(TransferState::Paid { tx: *tx }),
            Self::ConsumedUnpaid { tx, .. } => Some(TransferState::ConsumedUnpaid { tx: *tx }),
            Self::Dead { providers } => Some(TransferState::Dead {
                providers: *providers,
            }),
            Self::OlderExecuted { transfer, .. } => {
                Some(TransferState::Superseded { by: *transfer })
            }
            Self::Foreign { why } | Self::Mismatch { why } => Some(TransferState::Foreign {
                why: why.to_string(),
            }),
        }
    }
}
