//! The payment side alone: what the daemon's role `webhook` runs, beside replicas that run the rest.
//!
//! Nobody here delivers news or fulfils an order, and nothing pretends to: what is owed is in the
//! books, where the replicas that run the notifier and fulfilment look every two seconds.

use tokio::sync::watch;
use tokio::time::Instant;

use super::{DrainSettings, MustEnd, PaymentSideSettings, StartFailed};
use crate::domain::Timestamp;
use crate::domain::ids::ReplicaId;
use crate::office::Office;
use crate::payment::{Neighbours, Payment};
use crate::ports::Ports;
use crate::supervision::{self, Door, Io, Limits, Roster, RosterSnapshot, WakeHandle};

/// The payment actor, running without the rest of the core.
pub struct PaymentSide {
    /// Invoices and credits: the door of the webhook driver and of the admin driver.
    pub payment: Door<Payment>,
    /// When the gateway's list was last swept; sales wait for the first time (rule 2).
    pub swept: watch::Receiver<Option<Timestamp>>,
    pub(super) roster: Roster,
    office: Office,
    pub(super) drain: DrainSettings,
}

impl PaymentSide {
    /// Starts it on the present actix system's thread. Of the ports it uses the books, the clock
    /// and the gateway.
    ///
    /// # Errors
    /// The books cannot be read.
    pub async fn start(
        ports: Ports,
        settings: PaymentSideSettings,
        io: Io,
    ) -> Result<Self, StartFailed> {
        let life = ports.books.incarnation().await?;
        let replica = ReplicaId::new(ports.clock.fresh_id());
        let office = Office::open(ports, replica, life, io);
        let roster = Roster::new(Instant::now());
        let (sweeps, swept) = watch::channel(None);
        let neighbours = Neighbours {
            notifier: WakeHandle::unheard("notifier"),
            fulfilment: WakeHandle::unheard("fulfilment"),
            swept: sweeps,
        };
        let limits = Limits {
            in_flight: 64,
            restarts: settings.restarts,
            ..Limits::default()
        };
        let seat = roster.enlist("payment", limits);
        let payment = {
            let (office, settings) = (office.clone(), settings.payment);
            supervision::start(seat, move |life| {
                Payment::new(life, office, settings, neighbours)
            })
        };
        Ok(Self {
            payment,
            swept,
            roster,
            office,
            drain: settings.drain,
        })
    }

    /// Resolves when the daemon must end by itself.
    pub async fn must_end(&self) -> MustEnd {
        tokio::select! {
            fatal = self.roster.fatal() => MustEnd::GaveUp(fatal),
            why = self.office.must_end() => MustEnd::BooksGone(why),
        }
    }

    /// The actor's line.
    #[must_use]
    pub fn observe(&self) -> RosterSnapshot {
        self.roster.snapshot(Instant::now())
    }
}
