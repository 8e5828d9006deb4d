//! What customers and operators do to an invoice.

use super::desk::{Desk, Done, Step, Trouble};
use super::{ActRefused, InvoiceAct, OperatorActs, Unready};
use crate::domain::ids::{InvoiceId, Version};
use crate::domain::invoice::InvoiceEvent;

impl Desk {
    /// Handles [`super::CustomerSaysSent`].
    pub(super) async fn says_sent(&self, id: InvoiceId) -> Result<(), Unready> {
        self.wished(id, &Step::of(InvoiceEvent::CustomerSaysSent))
            .await
    }

    /// Handles [`super::CancelInvoice`].
    pub(super) async fn cancel(&self, id: InvoiceId) -> Result<(), Unready> {
        let step = Step {
            ends_order: true,
            ..Step::of(InvoiceEvent::CustomerCancelled)
        };
        self.wished(id, &step).await
    }

    async fn wished(&self, id: InvoiceId, step: &Step<'_>) -> Result<(), Unready> {
        match self.settle(id, step).await {
            Ok(_) => Ok(()),
            Err(Trouble::NotFound) => Err(Unready::NotFound),
            Err(
                trouble @ (Trouble::Moved
                | Trouble::Pressed
                | Trouble::Refused(_)
                | Trouble::NotDone(_)
                | Trouble::Unknown(_)),
            ) => {
                self.counts.failed.one();
                tracing::warn!(invoice.id = %id, "a wish about {id} was not stored: {trouble}");
                Err(Unready::TryAgain)
            }
        }
    }

    /// Handles [`OperatorActs`].
    pub(super) async fn operate(&self, message: OperatorActs) -> Result<Version, ActRefused> {
        let OperatorActs {
            invoice,
            shown,
            press,
            by,
            act,
        } = message;
        let event = match act {
            InvoiceAct::Refund(request) => InvoiceEvent::RefundRequested { request, by },
            InvoiceAct::GiveUpRefund => InvoiceEvent::RefundGivenUp { by },
            InvoiceAct::LiftLock => InvoiceEvent::LockLifted { by },
        };
        let step = Step {
            press: Some((shown, &press)),
            ..Step::of(event)
        };
        match self.settle(invoice, &step).await {
            Ok(Done::Changed(changed)) => Ok(changed.version),
            Ok(Done::Nothing) => Ok(shown),
            Ok(Done::Overtaken) => Err(ActRefused::Moved),
            Err(Trouble::NotFound) => Err(ActRefused::NotFound),
            Err(Trouble::Moved) => Err(ActRefused::Moved),
            Err(Trouble::Pressed) => Err(ActRefused::Pressed),
            Err(Trouble::Refused(why)) => Err(ActRefused::Refused(why.to_string())),
            Err(Trouble::NotDone(_)) => Err(ActRefused::TryAgain),
            Err(Trouble::Unknown(_)) => Err(ActRefused::Unknown),
        }
    }
}
