//! The planted bugs. Each lives here in the test only: doctored evidence, doctored commits or a
//! changed driver, with those of the books' own backstops off that would hide it.

/// A way to get it wrong that the search must find.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plant {
    FreshSeqno,
    SeqnoFromChain,
    SendBeforeCommit,
    NoLane,
    ReleaseOnTimeout,
    RefundAfterOneDead,
    ReplanAnyTill,
    ConsumedUnpaidFromAbsence,
    ConfirmOnlyAfterPaid,
    HistoryRowTwice,
    EventAsGate,
    CreditOncePerInvoice,
    NoEpoch,
    ResumeToHeldAfterPaid,
}

impl Plant {
    pub const ALL: [Self; 14] = [
        Self::FreshSeqno,
        Self::SeqnoFromChain,
        Self::SendBeforeCommit,
        Self::NoLane,
        Self::ReleaseOnTimeout,
        Self::RefundAfterOneDead,
        Self::ReplanAnyTill,
        Self::ConsumedUnpaidFromAbsence,
        Self::ConfirmOnlyAfterPaid,
        Self::HistoryRowTwice,
        Self::EventAsGate,
        Self::CreditOncePerInvoice,
        Self::NoEpoch,
        Self::ResumeToHeldAfterPaid,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::FreshSeqno => "fresh-seqno",
            Self::SeqnoFromChain => "seqno-from-chain",
            Self::SendBeforeCommit => "send-before-commit",
            Self::NoLane => "no-lane",
            Self::ReleaseOnTimeout => "release-on-timeout",
            Self::RefundAfterOneDead => "refund-after-one-dead",
            Self::ReplanAnyTill => "replan-any-till",
            Self::ConsumedUnpaidFromAbsence => "consumed-unpaid-from-absence",
            Self::ConfirmOnlyAfterPaid => "confirm-only-after-paid",
            Self::HistoryRowTwice => "history-row-twice",
            Self::EventAsGate => "event-as-gate",
            Self::CreditOncePerInvoice => "credit-once-per-invoice",
            Self::NoEpoch => "no-epoch",
            Self::ResumeToHeldAfterPaid => "resume-to-held-after-paid",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plant| plant.name() == name)
    }

    /// What is planted, and which backstop had to go with it.
    pub const fn what(self) -> &'static str {
        match self {
            Self::FreshSeqno => {
                "a look that finds nothing counts as proof of death, and the next message takes \
                 the seqno that the chain shows"
            }
            Self::SeqnoFromChain => "a message is signed with the seqno that the chain shows",
            Self::SendBeforeCommit => "bytes leave before the commit that stores them",
            Self::NoLane => {
                "two orders are signed at once in one till (off: the wallet's version in the \
                 commit, one live transfer a wallet, a seqno used once)"
            }
            Self::ReleaseOnTimeout => "money goes back when the message has expired by our clock",
            Self::RefundAfterOneDead => {
                "one provider's word that a message is dead frees the money"
            }
            Self::ReplanAnyTill => "an order whose message is thought dead moves to another wallet",
            Self::ConsumedUnpaidFromAbsence => {
                "a transaction whose out-messages are not shown counts as unpaid"
            }
            Self::ConfirmOnlyAfterPaid => "Fragment is told only after the payment was found",
            Self::HistoryRowTwice => {
                "any fitting row of Fragment's history proves a delivery (off: a row is claimed \
                 once, and must outnumber the equal orders that wait)"
            }
            Self::EventAsGate => {
                "a status seen before, by webhook or look-up, is not applied again"
            }
            Self::CreditOncePerInvoice => {
                "the entry key of a credit names the invoice alone, and a taken key is skipped"
            }
            Self::NoEpoch => {
                "commits name no lease (off: the wallet's version in the commit, one live \
                 transfer a wallet, a seqno used once)"
            }
            Self::ResumeToHeldAfterPaid => "an operator's resume behind a payment buys again",
        }
    }
}
