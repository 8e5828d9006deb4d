//! Orders with everything by which the books find them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::due_orders::DueOrders;
use super::rows::{cut, due_of, free, next_version, rule};
use crate::domain::Timestamp;
use crate::domain::ids::{CustomerId, OrderId, OrderNumber, QuoteId, WalletAddress};
use crate::domain::order::{Order, OrderState};
use crate::ports::books::{CommitRefused, Due, OrdersIn, Page, Seen, Write};

/// An order with the instant at which its next step is due.
#[derive(Clone)]
pub(super) struct OrderRow {
    pub(super) seen: Seen<Order>,
    pub(super) due: Option<Timestamp>,
}

#[derive(Clone, Default)]
pub(super) struct Orders {
    rows: HashMap<OrderId, OrderRow>,
    numbers: HashMap<OrderNumber, OrderId>,
    quotes: HashMap<QuoteId, OrderId>,
    of_customer: BTreeSet<(CustomerId, OrderId)>,
    awaiting: BTreeSet<(CustomerId, OrderId)>,
    bound: BTreeSet<(WalletAddress, OrderId)>,
    premium: BTreeSet<(String, OrderId)>,
    due: DueOrders,
}

impl Orders {
    pub(super) fn get(&self, id: OrderId) -> Option<&Seen<Order>> {
        self.rows.get(&id).map(|row| &row.seen)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Seen<Order>> {
        self.rows.values().map(|row| &row.seen)
    }

    pub(super) fn numbered(&self, number: &OrderNumber) -> Option<&Seen<Order>> {
        self.numbers.get(number).and_then(|id| self.get(*id))
    }

    pub(super) fn due(&self, now: Timestamp, limit: u32) -> Vec<OrderId> {
        let all = self.due.first(now, u32::MAX);
        let (held, under_way): (Vec<_>, Vec<_>) = all.into_iter().partition(|id| {
            let seen = self.get(*id);
            seen.is_some_and(|seen| seen.row.state_name() == Order::WAITS_FOR_A_TILL)
        });
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        under_way.into_iter().chain(held).take(most).collect()
    }

    pub(super) fn of_customer(&self, customer: CustomerId, page: Page) -> Vec<Seen<Order>> {
        let whole = (customer, OrderId::new(i64::MIN))..=(customer, OrderId::new(i64::MAX));
        let newest_first = self.of_customer.range(whole).rev();
        cut(newest_first, page)
            .filter_map(|(_, id)| self.get(*id).cloned())
            .collect()
    }

    pub(super) fn latest(&self, page: Page) -> Vec<Seen<Order>> {
        let mut all: Vec<&OrderId> = self.rows.keys().collect();
        all.sort_unstable_by(|one, other| other.cmp(one));
        cut(all.into_iter(), page)
            .filter_map(|id| self.get(*id).cloned())
            .collect()
    }

    /// Those that are not finished, by state.
    pub(super) fn unfinished(&self) -> Vec<OrdersIn> {
        let mut states: BTreeMap<&str, (u64, Timestamp)> = BTreeMap::new();
        for Seen { row, .. } in self.all().filter(|seen| !seen.row.is_finished()) {
            let (count, oldest) = states.entry(row.state_name()).or_insert((0, row.since));
            *count += 1;
            *oldest = row.since.min(*oldest);
        }
        let states = states.into_iter();
        states
            .map(|(state, (count, oldest))| OrdersIn {
                state: state.to_owned(),
                count,
                oldest,
            })
            .collect()
    }

    /// How much is due.
    pub(super) fn due_at(&self, now: Timestamp) -> Due {
        due_of(self.rows.values().filter_map(|row| row.due), now)
    }

    pub(super) fn ids_of(&self, customer: CustomerId) -> Vec<OrderId> {
        let whole = (customer, OrderId::new(i64::MIN))..=(customer, OrderId::new(i64::MAX));
        self.of_customer.range(whole).map(|(_, id)| *id).collect()
    }

    pub(super) fn has_unfinished(&self, customer: CustomerId) -> bool {
        let own = self.ids_of(customer);
        let mut own = own.into_iter().filter_map(|id| self.get(id));
        own.any(|seen| !seen.row.is_finished())
    }

    pub(super) fn bound_to(&self, wallet: WalletAddress) -> Vec<Seen<Order>> {
        let whole = (wallet, OrderId::new(i64::MIN))..=(wallet, OrderId::new(i64::MAX));
        let bound = self.bound.range(whole);
        bound.filter_map(|(_, id)| self.get(*id).cloned()).collect()
    }

    /// Whether the customer has an order waiting for payment besides `except`.
    pub(super) fn waits_for_payment(&self, customer: CustomerId, except: OrderId) -> bool {
        let whole = (customer, OrderId::new(i64::MIN))..=(customer, OrderId::new(i64::MAX));
        self.awaiting.range(whole).any(|(_, id)| *id != except)
    }

    /// Whether another live order gives Premium to the same recipient.
    pub(super) fn is_second_premium(&self, order: &Order) -> bool {
        let Some(key) = order.premium_key() else {
            return false;
        };
        let whole = (key.clone(), OrderId::new(i64::MIN))..=(key, OrderId::new(i64::MAX));
        self.premium.range(whole).any(|(_, id)| *id != order.id)
    }

    pub(super) fn check(&self, write: &Write<Order>) -> Result<Seen<Order>, CommitRefused> {
        let row = &write.row;
        let there = self.get(row.id);
        let version = next_version(there, write.seen, || format!("order {}", row.id))?;
        if let Some(there) = there {
            may_become(&there.row, row)?;
        }
        free(self.numbers.get(&row.number), &row.id, || {
            format!("order number {}", row.number)
        })?;
        free(self.quotes.get(&row.quote.id), &row.id, || {
            format!("quote {}", row.quote.id)
        })?;
        let row = row.clone();
        Ok(Seen { row, version })
    }

    /// Puts a row in place of another, or takes it away; answers what was there.
    pub(super) fn replace(&mut self, id: OrderId, row: Option<OrderRow>) -> Option<OrderRow> {
        let old = self.rows.remove(&id);
        if let Some(old) = &old {
            self.forget(old);
        }
        if let Some(row) = row {
            self.learn(&row);
            self.rows.insert(id, row);
        }
        old
    }

    fn learn(&mut self, row: &OrderRow) {
        let order = &row.seen.row;
        let (id, customer) = (order.id, order.customer);
        self.numbers.insert(order.number.clone(), id);
        self.quotes.insert(order.quote.id, id);
        self.of_customer.insert((customer, id));
        if waits(order) {
            self.awaiting.insert((customer, id));
        }
        if let Some(purchase) = order.purchase() {
            self.bound.insert((purchase.wallet, id));
        }
        if let Some(key) = order.premium_key() {
            self.premium.insert((key, id));
        }
        if let Some(due) = row.due {
            self.due.add(customer, due, id);
        }
    }

    fn forget(&mut self, row: &OrderRow) {
        let order = &row.seen.row;
        let (id, customer) = (order.id, order.customer);
        self.numbers.remove(&order.number);
        self.quotes.remove(&order.quote.id);
        self.of_customer.remove(&(customer, id));
        self.awaiting.remove(&(customer, id));
        if let Some(purchase) = order.purchase() {
            self.bound.remove(&(purchase.wallet, id));
        }
        if let Some(key) = order.premium_key() {
            self.premium.remove(&(key, id));
        }
        if let Some(due) = row.due {
            self.due.remove(customer, due, id);
        }
    }
}

/// What was agreed never changes, and a finished order does not come back.
fn may_become(old: &Order, new: &Order) -> Result<(), CommitRefused> {
    let same = old.number == new.number
        && old.customer == new.customer
        && old.quote == new.quote
        && old.terms == new.terms
        && old.since == new.since;
    rule(same, || {
        format!("what was agreed in {} never changes", new.id)
    })?;
    let comes_back = old.is_finished() && old.state_name() != new.state_name();
    rule(!comes_back, || {
        format!("{} is {} for good", new.id, old.state_name())
    })?;
    let bound = (old.purchase(), new.purchase());
    let moved = matches!(bound, (Some(old), Some(new)) if old.wallet != new.wallet);
    rule(!moved, || {
        format!("{} is bound to its wallet for good", new.id)
    })
}

const fn waits(order: &Order) -> bool {
    match &order.state {
        OrderState::AwaitingPayment { .. } => true,
        OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Parked { .. } => false,
    }
}
