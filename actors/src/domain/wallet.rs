//! A wallet as the books know it: who owns the next seqno, and up to where the chain is explained.
//!
//! The books own the seqno. It moves on only by proof that a message consumed it, and a signature
//! is made only when the chain shows exactly the books' number. At most one transfer of a wallet
//! is live. While a message that was thought dead on one provider's word might still execute, the
//! seqno belongs to its order and to no other.

use serde::{Deserialize, Serialize};

use super::ids::{Epoch, OrderId, TransferId, WalletAddress};
use super::money::NanoTon;
use super::notice::{OperatorNews, Owed};
use super::transfer::{AccountState, TxPos};
use super::{Span, Timestamp};

mod explain;
mod why;
pub use explain::{Explained, Explanation, Known, Strange};
pub use why::{Strangeness, WhyStopped};

#[cfg(test)]
mod tests;

/// Whether a wallet may sign.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It may, once its history is explained.
    Open,
    /// It may not until an operator opens it.
    Stopped {
        /// What happened, in one line.
        why: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<WhyStopped>,
    },
}

/// A wallet's row.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Wallet {
    /// Which account on the chain.
    pub address: WalletAddress,
    /// The seqno of the next message; the books' own number.
    pub next_seqno: u32,
    /// The newest transaction that is explained in the books; none for a new account.
    pub last: Option<TxPos>,
    /// The lease epoch in which the history was explained. Another epoch must explain it anew
    /// before the first signature, refund or settlement (rule 2).
    pub explained_in: Option<Epoch>,
    /// The transfer that may still execute.
    pub live: Option<TransferId>,
    /// The order whose older message is dead on one provider's word only: nobody else signs here.
    pub claimed_by: Option<OrderId>,
    /// Transfers that consumed their seqno without paying, one after the other.
    pub unpaid_in_row: u8,
    /// Whether it may sign.
    pub standing: Standing,
    /// How often it was stopped; numbers the operators' notices.
    #[serde(default)]
    pub stops: u32,
    /// States of the account from before this block time explain nothing: set when the books were
    /// restored, because a message of the life that was lost may still be on its way.
    #[serde(default)]
    pub trust_from: Option<Timestamp>,
}

/// What signing depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SigningRules {
    /// Left in the wallet on top of the amount: gas, and keeping the account alive.
    pub reserve: NanoTon,
    /// A message is valid for at most this long by block time.
    pub longest_validity: Span,
    /// And for at least this long, or a new link is asked for.
    pub shortest_validity: Span,
    /// The message must expire this much before Fragment's own deadline.
    pub before_deadline: Span,
    /// How far the account state's block time may lie from our clock.
    pub clock_skew: Span,
}

/// A signature that may be made now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature {
    /// The seqno to sign.
    pub seqno: u32,
    /// The expiry to sign.
    pub valid_until: Timestamp,
    /// The newest transaction at signing.
    pub lt_before: u64,
}

/// Why a wallet may not sign now.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotSign {
    /// An operator must open it.
    #[error("wallet {wallet} is stopped: {why}")]
    Stopped {
        /// Which.
        wallet: WalletAddress,
        /// Why.
        why: String,
    },
    /// The history was not explained under this lease.
    #[error("the history of wallet {0} is not explained yet")]
    NotExplained(WalletAddress),
    /// A transfer may still execute.
    #[error("wallet {wallet} has a live transfer {live}")]
    Busy {
        /// Which.
        wallet: WalletAddress,
        /// The transfer.
        live: TransferId,
    },
    /// The seqno belongs to another order.
    #[error("seqno of wallet {wallet} belongs to {order}")]
    Claimed {
        /// Which.
        wallet: WalletAddress,
        /// Whose.
        order: OrderId,
    },
    /// The provider shows less than the books know.
    #[error("wallet {wallet}: provider shows seqno {shown}, books say {books}: stale")]
    Stale {
        /// Which.
        wallet: WalletAddress,
        /// What was shown.
        shown: u32,
        /// What the books own.
        books: u32,
    },
    /// The chain is ahead of the books: somebody else signs with this key, or the books are old.
    #[error("wallet {wallet}: chain shows seqno {shown}, books say {books}: a break")]
    Ahead {
        /// Which.
        wallet: WalletAddress,
        /// What was shown.
        shown: u32,
        /// What the books own.
        books: u32,
    },
    /// Our clock and the chain's differ too much, or the state is too old.
    #[error("wallet {wallet}: state is {off_s} s away from our clock")]
    ClockSkew {
        /// Which.
        wallet: WalletAddress,
        /// By how much, in seconds.
        off_s: i64,
    },
    /// Not enough TON.
    #[error("wallet {wallet} holds {balance}, needed {needed}")]
    TooPoor {
        /// Which.
        wallet: WalletAddress,
        /// What it holds.
        balance: NanoTon,
        /// Amount and reserve.
        needed: NanoTon,
    },
    /// The link expires too soon; a new one is needed.
    #[error("link expires too soon to sign for wallet {0}")]
    LinkExpires(WalletAddress),
}

impl Wallet {
    /// A wallet that the books adopt at the chain's present state: everything before is explained
    /// by the opening entry.
    #[must_use]
    pub const fn adopt(address: WalletAddress, state: &AccountState) -> Self {
        Self {
            address,
            next_seqno: state.seqno,
            last: state.last,
            explained_in: None,
            live: None,
            claimed_by: None,
            unpaid_in_row: 0,
            standing: Standing::Open,
            stops: 0,
            trust_from: None,
        }
    }

    /// The wallet in books that were restored or moved. Messages that the old life signed are not
    /// in them and may still execute until the longest validity (with the clocks' difference) is
    /// over; only then does a silent history mean that there was none.
    #[must_use]
    pub fn restored(&self, now: Timestamp, longest_validity: Span) -> Self {
        Self {
            explained_in: None,
            trust_from: Some(now + longest_validity),
            ..self.clone()
        }
    }

    /// Whether refunds, settlements and signatures may be made under this lease (rule 2).
    #[must_use]
    pub fn is_explained(&self, epoch: Epoch) -> bool {
        self.explained_in == Some(epoch)
    }

    /// Says with what an order's message may be signed.
    ///
    /// # Errors
    /// The first reason why not. [`CannotSign::Ahead`] must stop the wallet durably unless an
    /// older message of the claiming order explains it.
    pub fn plan(
        &self,
        order: OrderId,
        amount: NanoTon,
        deadline: Option<Timestamp>,
        state: &AccountState,
        desk: SigningDesk,
    ) -> Result<Signature, CannotSign> {
        self.may_sign(order, desk.epoch)?;
        self.agrees_with(state, desk)?;
        let wallet = self.address;
        let needed = amount.checked_add(desk.rules.reserve);
        let needed = needed.map_err(|_| CannotSign::LinkExpires(wallet))?;
        if state.balance < needed {
            return Err(CannotSign::TooPoor {
                wallet,
                balance: state.balance,
                needed,
            });
        }
        let longest = state.time + desk.rules.longest_validity;
        let valid_until = match deadline {
            Some(deadline) => longest.min(deadline - desk.rules.before_deadline),
            None => longest,
        };
        if valid_until < state.time + desk.rules.shortest_validity {
            return Err(CannotSign::LinkExpires(wallet));
        }
        Ok(Signature {
            seqno: self.next_seqno,
            valid_until,
            lt_before: state.last_lt(),
        })
    }

    fn may_sign(&self, order: OrderId, epoch: Epoch) -> Result<(), CannotSign> {
        let wallet = self.address;
        match &self.standing {
            Standing::Open => {}
            Standing::Stopped { why, .. } => {
                return Err(CannotSign::Stopped {
                    wallet,
                    why: why.clone(),
                });
            }
        }
        if !self.is_explained(epoch) {
            return Err(CannotSign::NotExplained(wallet));
        }
        if let Some(live) = self.live {
            return Err(CannotSign::Busy { wallet, live });
        }
        match self.claimed_by {
            Some(claim) if claim != order => Err(CannotSign::Claimed {
                wallet,
                order: claim,
            }),
            Some(_) | None => Ok(()),
        }
    }

    fn agrees_with(&self, state: &AccountState, desk: SigningDesk) -> Result<(), CannotSign> {
        let (wallet, shown, books) = (self.address, state.seqno, self.next_seqno);
        if shown > books {
            return Err(CannotSign::Ahead {
                wallet,
                shown,
                books,
            });
        }
        let known_lt = self.last.map_or(0, |tx| tx.lt);
        if shown < books || state.last_lt() < known_lt {
            return Err(CannotSign::Stale {
                wallet,
                shown,
                books,
            });
        }
        let off = (desk.now - state.time).abs();
        if off > desk.rules.clock_skew {
            return Err(CannotSign::ClockSkew {
                wallet,
                off_s: off.num_seconds(),
            });
        }
        Ok(())
    }

    /// The wallet with a transfer that may have left.
    #[must_use]
    pub fn signed(&self, transfer: TransferId) -> Self {
        Self {
            live: Some(transfer),
            ..self.clone()
        }
    }

    /// The wallet after its seqno was consumed with a payment.
    #[must_use]
    pub fn paid(&self) -> Self {
        Self {
            unpaid_in_row: 0,
            ..self.consumed()
        }
    }

    /// The wallet after its seqno was consumed without one. Two in a row stop it.
    #[must_use]
    pub fn consumed_unpaid(&self) -> Self {
        let next = Self {
            unpaid_in_row: self.unpaid_in_row.saturating_add(1),
            ..self.consumed()
        };
        if next.unpaid_in_row >= 2 {
            next.stopped(WhyStopped::Unpaid)
        } else {
            next
        }
    }

    /// The wallet after its live transfer expired unexecuted. On one provider's word the seqno
    /// stays reserved for its order; another order's claim is not touched.
    #[must_use]
    pub fn dead(&self, order: OrderId, providers: u8) -> Self {
        let free = self.unclaimed(order);
        let mine = (providers < 2).then_some(order);
        Self {
            live: None,
            claimed_by: mine.or(free.claimed_by),
            ..free
        }
    }

    /// The wallet without this order's claim on its seqno.
    #[must_use]
    pub fn unclaimed(&self, order: OrderId) -> Self {
        Self {
            claimed_by: self.claimed_by.filter(|claim| *claim != order),
            ..self.clone()
        }
    }

    /// The wallet that signs nothing more. A live transfer keeps its place.
    #[must_use]
    pub fn stopped(&self, why: WhyStopped) -> Self {
        Self {
            stops: self.stops.saturating_add(1),
            standing: Standing::Stopped {
                why: why.to_string(),
                reason: Some(why),
            },
            ..self.clone()
        }
    }

    /// The wallet after an operator opened it: the history must be explained once more.
    #[must_use]
    pub fn opened(&self) -> Self {
        Self {
            standing: Standing::Open,
            explained_in: None,
            unpaid_in_row: 0,
            ..self.clone()
        }
    }

    /// What the operators hear about a wallet that is stopped.
    #[must_use]
    pub fn stop_notice(&self) -> Option<Owed> {
        match &self.standing {
            Standing::Open => None,
            Standing::Stopped { why, reason } => {
                Some(Owed::operators(OperatorNews::WalletStopped {
                    wallet: self.address,
                    n: self.stops,
                    why: why.clone(),
                    reason: *reason,
                }))
            }
        }
    }

    /// Why it is stopped, if it is: in a line, and what an older version did not write.
    #[must_use]
    pub fn why_stopped(&self) -> Option<(&str, Option<WhyStopped>)> {
        match &self.standing {
            Standing::Open => None,
            Standing::Stopped { why, reason } => Some((why, *reason)),
        }
    }

    fn consumed(&self) -> Self {
        Self {
            next_seqno: self.next_seqno.saturating_add(1),
            live: None,
            claimed_by: None,
            ..self.clone()
        }
    }
}

/// Where and when a signature is planned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SigningDesk {
    /// The lease under which the commit will be made.
    pub epoch: Epoch,
    /// The settings.
    pub rules: SigningRules,
    /// Our clock, for comparison only.
    pub now: Timestamp,
}
