//! Lists of orders.

use starkeeper_actors::domain::dialog::{ListedOrder, Offer};
use starkeeper_actors::domain::order::OrderState;

use super::{Voice, names};

impl Voice<'_> {
    pub(super) fn orders(
        &self,
        orders: &[ListedOrder],
        page: u16,
        first: Option<&Offer>,
    ) -> String {
        if orders.is_empty() {
            return self.no_orders(page, first);
        }
        let title = match page.checked_add(1).filter(|page| *page > 1) {
            Some(page) => self
                .tongue
                .say("orders-page", [("page", i64::from(page).into())]),
            None => self.tongue.plain("orders"),
        };
        let lines = orders.iter().map(|listed| self.listed(listed));
        let all: Vec<_> = std::iter::once(title).chain(lines).collect();
        all.join("\n")
    }

    fn no_orders(&self, page: u16, first: Option<&Offer>) -> String {
        if page > 0 {
            return self.tongue.plain("orders-end");
        }
        let Some(first) = first else {
            return self.tongue.plain("orders-empty-unpriced");
        };
        let args = [
            ("goods", self.tongue.goods(first.product).into()),
            ("price", self.tongue.usd_to_pay(first.price).into()),
        ];
        self.tongue.say("orders-empty", args)
    }

    pub(super) fn where_are_my_stars(
        &self,
        open: &[ListedOrder],
        last: Option<&ListedOrder>,
    ) -> String {
        if !open.is_empty() {
            let title = self.tongue.plain("where-open");
            let lines = open.iter().map(|listed| self.listed(listed));
            let mut all: Vec<_> = std::iter::once(title).chain(lines).collect();
            if let Some(last) = last {
                all.push(self.tongue.plain("where-last"));
                all.push(self.listed(last));
            }
            return all.join("\n");
        }
        let Some(last) = last else {
            return self.tongue.plain("where-never");
        };
        let none = self.tongue.plain("where-none");
        let title = self.tongue.plain("where-last");
        format!("{none} {title}\n{}", self.listed(last))
    }

    fn listed(&self, listed: &ListedOrder) -> String {
        let (at, state) = self.state(listed);
        let args = [
            ("number", listed.number.to_string().into()),
            ("goods", self.tongue.goods(listed.product).into()),
            ("to", names::handle(&listed.to).into()),
            ("price", self.tongue.usd_to_pay(listed.price).into()),
            ("at", at.into()),
            ("state", state.into()),
        ];
        self.tongue.say("orders-line", args)
    }

    /// Where an order stands, and since when as far as its state says.
    fn state(&self, listed: &ListedOrder) -> (String, String) {
        let (at, key) = match &listed.state {
            OrderState::AwaitingPayment { .. } => (listed.since, "state-awaiting-payment"),
            OrderState::Held {
                purchase,
                refund: Some(_),
                ..
            }
            | OrderState::Paying {
                purchase,
                refund: Some(_),
                ..
            } => (purchase.held_at, "state-returning"),
            OrderState::Held { purchase, .. } | OrderState::Linked { purchase, .. } => {
                (purchase.held_at, "state-held")
            }
            OrderState::Paying { purchase, .. } => (purchase.held_at, "state-paying"),
            OrderState::Paid { paid_at, .. } => (*paid_at, "state-paid"),
            OrderState::Delivered { at, .. } => (*at, "state-delivered"),
            OrderState::Refunded { at, .. } => (*at, "state-refunded"),
            OrderState::Cancelled { at, .. } => (*at, "state-cancelled"),
            OrderState::Parked { at, .. } => (*at, "state-parked"),
        };
        (self.at(at), self.tongue.plain(key))
    }
}
