//! The gateway's books out of a file: found again by their names, or refused.

use super::Desk;
use crate::heleket::Due;
use crate::heleket::deliveries::{Content, Progress};
use crate::world::kept::{Torn, must};

impl Desk {
    /// The desk with its indexes, unless it contradicts itself.
    pub(crate) fn found_again(mut self) -> Result<Self, Torn> {
        for (number, invoice) in self.invoices.iter().enumerate() {
            let (uuid, order) = (&invoice.uuid, &invoice.order.order_id);
            let twice = self.by_uuid.insert(uuid.clone(), number);
            must(twice.is_none(), || format!("two invoices are {uuid}"))?;
            let twice = self.by_order.insert(order.clone(), number);
            must(twice.is_none(), || format!("two invoices are for {order}"))?;
        }
        self.deliveries.check()?;
        for delivery in self.deliveries.iter() {
            let id = delivery.id;
            must(delivery.progress != Progress::UnderWay, || {
                format!("the webhook {id} is on a wire that there is no more")
            })?;
            if let Content::Invoice { number, facts } = delivery.content {
                let newest = self.invoice(number).map(|invoice| {
                    let same = invoice.uuid == delivery.uuid;
                    (same, invoice.facts_number())
                });
                let is_known = newest.is_some_and(|(same, newest)| same && facts <= newest);
                must(is_known, || format!("the webhook {id} tells of nothing"))?;
            }
        }
        Ok(self)
    }

    /// Whether something that is due is about something that is here.
    pub(crate) fn has(&self, due: Due) -> bool {
        match due {
            Due::Confirmed { number, payment } => self
                .invoice(number)
                .is_some_and(|invoice| payment < invoice.payments.len()),
            Due::Expired { number } => self.invoice(number).is_some(),
            Due::Refunded { number, refund } => self
                .invoice(number)
                .is_some_and(|invoice| refund < invoice.refunds.len()),
            // One that is over may have been forgotten.
            Due::Webhook { .. } => true,
        }
    }

    /// The webhooks that wait for their moment, each with the turn that its timer has.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = Due> {
        let waiting = self
            .deliveries
            .iter()
            .filter(|delivery| delivery.progress == Progress::Waiting);
        waiting.map(|delivery| Due::Webhook {
            id: delivery.id,
            turn: delivery.turn,
        })
    }
}
