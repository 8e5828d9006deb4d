//! What can happen in a walk.

use proptest::prelude::*;

/// One thing that happens in the world.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Wait(i64),
    Fund,
    Cancel,
    WaitUntil(i64),
    TakeBack,
    Tick,
    Linked,
    LinkRefused,
    LinkNotDone,
    NeedsOperator,
    LinkExpired,
    Sign,
    /// The chain executes one of the messages that it may execute, if it can be afforded.
    Execute {
        pick: usize,
        afford: bool,
    },
    /// Somebody else uses up the seqno.
    ByHand,
    /// Evidence about the live message, or an older one, is judged.
    Judge {
        pick: usize,
        witnesses: u8,
    },
    /// A new lease: nothing is explained any more.
    NewLease,
    Explain,
    Confirmed,
    ReturnMoney,
    Seen {
        by_page: bool,
    },
    NotSeen,
    Bounced,
    TillReset,
    Break,
    PaidOutside,
    Open,
    Resume,
    Refund {
        second: bool,
        silent_hours: i64,
    },
    MarkDelivered,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let waits = prop_oneof![1_i64..30, 100_i64..700, 3_000_i64..90_000];
    let refund = (any::<bool>(), 0_i64..30);
    let judge = (0_usize..4, 1_u8..3);
    prop_oneof![
        4 => waits.prop_map(Step::Wait),
        3 => Just(Step::Fund),
        1 => (0_i64..9_000).prop_map(Step::WaitUntil),
        1 => prop_oneof![Just(Step::Cancel), Just(Step::NeedsOperator), Just(Step::Break)],
        2 => prop_oneof![Just(Step::TakeBack), Just(Step::LinkRefused), Just(Step::LinkNotDone)],
        2 => prop_oneof![Just(Step::Tick), Just(Step::Tick), Just(Step::LinkExpired)],
        8 => Just(Step::Linked),
        10 => Just(Step::Sign),
        5 => (0_usize..4, any::<bool>()).prop_map(|(pick, afford)| Step::Execute { pick, afford }),
        1 => Just(Step::ByHand),
        10 => judge.prop_map(|(pick, witnesses)| Step::Judge { pick, witnesses }),
        1 => Just(Step::NewLease),
        4 => Just(Step::Explain),
        2 => Just(Step::Confirmed),
        3 => Just(Step::ReturnMoney),
        2 => any::<bool>().prop_map(|by_page| Step::Seen { by_page }),
        2 => Just(Step::NotSeen),
        1 => prop_oneof![Just(Step::Bounced), Just(Step::TillReset), Just(Step::PaidOutside)],
        2 => Just(Step::Open),
        3 => Just(Step::Resume),
        2 => refund.prop_map(|(second, silent_hours)| Step::Refund { second, silent_hours }),
        1 => Just(Step::MarkDelivered),
    ]
}
