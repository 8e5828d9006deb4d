//! Invoices with everything by which the books find them.

use std::collections::{BTreeSet, HashMap};

use super::rows::{due_of, free, next_version, rule};
use crate::domain::Timestamp;
use crate::domain::ids::{CustomerId, GatewayOrderId, GatewayUuid, InvoiceId, OrderId};
use crate::domain::invoice::{Invoice, Purpose};
use crate::ports::books::{CommitRefused, Due, Seen, Write};

#[derive(Clone, Default)]
pub(super) struct Invoices {
    rows: HashMap<InvoiceId, Seen<Invoice>>,
    names: HashMap<GatewayOrderId, InvoiceId>,
    uuids: HashMap<GatewayUuid, InvoiceId>,
    payable: BTreeSet<(CustomerId, InvoiceId)>,
    of_orders: BTreeSet<(OrderId, InvoiceId)>,
    due: BTreeSet<(Timestamp, InvoiceId)>,
}

impl Invoices {
    pub(super) fn get(&self, id: InvoiceId) -> Option<&Seen<Invoice>> {
        self.rows.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Seen<Invoice>> {
        self.rows.values()
    }

    pub(super) fn named(&self, name: &GatewayOrderId) -> Option<&Seen<Invoice>> {
        self.names.get(name).and_then(|id| self.get(*id))
    }

    pub(super) fn due(&self, now: Timestamp, limit: u32) -> Vec<InvoiceId> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let due = self.due.iter().take_while(|(due, _)| *due <= now);
        due.take(limit).map(|(_, id)| *id).collect()
    }

    pub(super) fn payable_by(&self, customer: CustomerId) -> Vec<Seen<Invoice>> {
        let (least, most) = (InvoiceId::new(i64::MIN), InvoiceId::new(i64::MAX));
        let newest_first = self
            .payable
            .range((customer, least)..=(customer, most))
            .rev();
        newest_first
            .filter_map(|(_, id)| self.get(*id).cloned())
            .collect()
    }

    /// All that were opened for an order, newest first.
    pub(super) fn of_order(&self, order: OrderId) -> Vec<Seen<Invoice>> {
        let (least, most) = (InvoiceId::new(i64::MIN), InvoiceId::new(i64::MAX));
        let oldest_first = self.of_orders.range((order, least)..=(order, most));
        let newest_first = oldest_first.rev();
        newest_first
            .filter_map(|(_, id)| self.get(*id).cloned())
            .collect()
    }

    pub(super) fn payable(&self) -> u64 {
        u64::try_from(self.payable.len()).unwrap_or(u64::MAX)
    }

    /// How much is due.
    pub(super) fn due_at(&self, now: Timestamp) -> Due {
        due_of(self.due.iter().map(|(due, _)| *due), now)
    }

    pub(super) fn check(&self, write: &Write<Invoice>) -> Result<Seen<Invoice>, CommitRefused> {
        let row = &write.row;
        let there = self.get(row.id);
        let version = next_version(there, write.seen, || format!("invoice {}", row.id))?;
        if let Some(Seen { row: there, .. }) = there {
            let same = there.gateway_order_id == row.gateway_order_id
                && there.customer == row.customer
                && there.purpose == row.purpose
                && there.face == row.face;
            rule(same, || {
                format!("what {} was asked for never changes", row.id)
            })?;
        }
        free(self.names.get(&row.gateway_order_id), &row.id, || {
            format!("gateway order id {}", row.gateway_order_id)
        })?;
        if let Some(uuid) = row.gateway_uuid() {
            free(self.uuids.get(uuid), &row.id, || {
                format!("gateway uuid {uuid}")
            })?;
        }
        let row = row.clone();
        Ok(Seen { row, version })
    }

    /// Puts a row in place of another, or takes it away; answers what was there.
    pub(super) fn replace(
        &mut self,
        id: InvoiceId,
        row: Option<Seen<Invoice>>,
    ) -> Option<Seen<Invoice>> {
        let old = self.rows.remove(&id);
        if let Some(Seen { row: old, .. }) = &old {
            self.forget(old);
        }
        if let Some(seen) = row {
            self.learn(&seen.row);
            self.rows.insert(id, seen);
        }
        old
    }

    fn learn(&mut self, row: &Invoice) {
        self.names.insert(row.gateway_order_id.clone(), row.id);
        if let Some(uuid) = row.gateway_uuid() {
            self.uuids.insert(uuid.clone(), row.id);
        }
        if row.may_be_paid() {
            self.payable.insert((row.customer, row.id));
        }
        if let Purpose::Order(order) = row.purpose {
            self.of_orders.insert((order, row.id));
        }
        if let Some(due) = row.next_due() {
            self.due.insert((due, row.id));
        }
    }

    fn forget(&mut self, row: &Invoice) {
        self.names.remove(&row.gateway_order_id);
        if let Some(uuid) = row.gateway_uuid() {
            self.uuids.remove(uuid);
        }
        self.payable.remove(&(row.customer, row.id));
        if let Purpose::Order(order) = row.purpose {
            self.of_orders.remove(&(order, row.id));
        }
        if let Some(due) = row.next_due() {
            self.due.remove(&(due, row.id));
        }
    }
}
