//! Which actors a daemon runs: all of them, or the payment side alone.

use starkeeper_actors::payment::Payment;
use starkeeper_actors::supervision::{Door, RosterSnapshot};
use starkeeper_actors::system::{ActorSystem, DrainReport, MustEnd, PaymentSide};

/// The actors of this daemon, running.
pub(super) enum Side {
    /// Payments alone: the role `webhook`, and a shop without tills.
    Payments(Box<PaymentSide>),
    /// Everything.
    Whole(Box<ActorSystem>),
}

impl Side {
    /// The webhook driver's door.
    pub(super) fn payment(&self) -> &Door<Payment> {
        match self {
            Self::Payments(side) => &side.payment,
            Self::Whole(system) => &system.payment,
        }
    }

    /// Everything, where everything runs.
    pub(super) fn whole(&self) -> Option<&ActorSystem> {
        match self {
            Self::Payments(_) => None,
            Self::Whole(system) => Some(system),
        }
    }

    /// Resolves when the daemon must end by itself.
    pub(super) async fn must_end(&self) -> MustEnd {
        match self {
            Self::Payments(side) => side.must_end().await,
            Self::Whole(system) => system.must_end().await,
        }
    }

    /// Every actor's line.
    pub(super) fn observe(&self) -> RosterSnapshot {
        match self {
            Self::Payments(side) => side.observe(),
            Self::Whole(system) => system.observe().roster,
        }
    }

    /// Ends every actor in order.
    pub(super) async fn drain(&self) -> DrainReport {
        match self {
            Self::Payments(side) => side.drain().await,
            Self::Whole(system) => system.drain().await,
        }
    }
}
