//! How everything is at one look at the books, and what changed from one look to the next.
//!
//! The books are the truth and keep no list of what happened, so that two looks are compared: whatever
//! replica did something, a reader at any of them sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{InvoiceId, OrderId, WalletAddress};
use starkeeper_actors::domain::ledger::{Account, EntryKey, Line as LedgerLine};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::shop::Opening;
use starkeeper_actors::ports::books::{Page, Seen};
use starkeeper_actors::ports::{Books, Unreadable};
use starkeeper_actors::supervision::RosterSnapshot;

use super::event::{BreakLine, Event, OrderLine, SalesLine, StopLine, TillLine};

/// What the books give at most in one answer.
const PAGE: u32 = 100;

/// So many pages of orders that nobody has seen yet are read in one look.
const PAGES: u32 = 5;

/// Old orders that are looked at by themselves in one look; the rest have their turn in the next ones.
const ALONE: usize = 50;

/// Breaks that are known: what the books give at most.
const BREAKS: u32 = 500;

/// How everything is.
#[derive(Default)]
pub(super) struct Picture {
    orders: BTreeMap<OrderId, OrderLine>,
    breaks: BTreeMap<String, BreakLine>,
    sales: SalesLine,
    tills: BTreeMap<WalletAddress, TillLine>,
    /// The newest lines of what the gateway holds, oldest first.
    money: Vec<LedgerLine>,
    restarts: BTreeMap<&'static str, u64>,
    turn: usize,
}

impl Picture {
    /// Looks: at the newest orders, at those in a till, and at whatever was unfinished at the look before,
    /// until it is finished.
    ///
    /// # Errors
    /// The books could not be read.
    pub(super) async fn of(
        books: &Arc<dyn Books>,
        before: Option<&Self>,
        roster: &RosterSnapshot,
        now: Timestamp,
    ) -> Result<Self, Unreadable> {
        let mut next = Self {
            turn: before.map_or(0, |before| before.turn.wrapping_add(1)),
            restarts: roster.actors.iter().map(|a| (a.name, a.restarts)).collect(),
            ..Self::default()
        };
        next.look_at_orders(books, before).await?;
        for seen in books.breaks_open(BREAKS).await? {
            let (key, finding) = (seen.row.key, seen.row.finding);
            let line = BreakLine {
                key: key.clone(),
                kind: finding.kind(),
                order: finding.order().map(|order| order.to_string()),
            };
            next.breaks.insert(key, line);
        }
        next.sales = sales(books, now).await?;
        next.money = books.statement(Account::GatewayClearing, PAGE).await?.lines;
        Ok(next)
    }

    async fn look_at_orders(
        &mut self,
        books: &Arc<dyn Books>,
        before: Option<&Self>,
    ) -> Result<(), Unreadable> {
        let known = |id: &OrderId| before.is_some_and(|before| before.orders.contains_key(id));
        for page in 0..PAGES {
            let offset = page.saturating_mul(PAGE);
            let found = books
                .latest_orders(Page {
                    offset,
                    limit: PAGE,
                })
                .await?;
            let more = found.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX)
                && !found.iter().any(|seen| known(&seen.row.id));
            self.add(found);
            if !more {
                break;
            }
        }
        for seen in books.wallets().await? {
            let address = seen.row.address;
            let free = books.float(address).await?.to_decimal();
            let till = TillLine {
                wallet: address.to_string(),
                free,
                stopped: seen.row.is_stopped(),
            };
            self.tills.insert(address, till);
            let missing = before.is_none_or(|before| self.lacks(before).next().is_some());
            if missing {
                self.add(books.orders_of_wallet(address).await?);
            }
        }
        // What is in no till: orders that wait for their money, and those that were finished just now.
        let Some(before) = before else { return Ok(()) };
        let lacking: Vec<(OrderId, OrderLine)> = self
            .lacks(before)
            .map(|(id, line)| (*id, line.clone()))
            .collect();
        let first = self.turn.wrapping_mul(ALONE) % lacking.len().max(1);
        for (nth, (id, line)) in lacking
            .iter()
            .cycle()
            .skip(first)
            .take(lacking.len())
            .enumerate()
        {
            if nth < ALONE {
                self.add(books.order(*id).await?);
            } else {
                self.orders.insert(*id, line.clone());
            }
        }
        Ok(())
    }

    /// Orders that were unfinished at the look before and are not found yet in this one.
    fn lacks<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (&'a OrderId, &'a OrderLine)> {
        let known = before.orders.iter();
        known.filter(|(id, line)| !line.finished && !self.orders.contains_key(id))
    }

    fn add(&mut self, found: impl IntoIterator<Item = Seen<Order>>) {
        for seen in found {
            self.orders.insert(seen.row.id, order_line(&seen.row));
        }
    }

    /// The first line of a connection.
    pub(super) fn now(&self) -> Event {
        let mut orders = BTreeMap::new();
        for order in self.orders.values().filter(|order| !order.finished) {
            let count: &mut u64 = orders.entry(order.state).or_default();
            *count = count.saturating_add(1);
        }
        Event::Now {
            orders,
            breaks: self.breaks.len(),
            sales: self.sales.clone(),
            tills: self.tills.values().cloned().collect(),
        }
    }

    /// What happened since the look before, causes before what follows from them.
    pub(super) fn since(&self, before: &Self) -> Vec<Event> {
        let mut events = self.new_money(before);
        for (id, order) in &self.orders {
            let from = before.orders.get(id).map(|order| order.state);
            if from != Some(order.state) {
                let order = order.clone();
                events.push(Event::Order { from, order });
            }
        }
        for (address, till) in &self.tills {
            if before.tills.get(address) != Some(till) {
                events.push(Event::Till(till.clone()));
            }
        }
        let of = |found: &BreakLine, open| Event::Break {
            found: found.clone(),
            open,
        };
        let found = self.breaks.iter();
        let found = found.filter(|(key, _)| !before.breaks.contains_key(*key));
        events.extend(found.map(|(_, found)| of(found, true)));
        let over = before.breaks.iter();
        let over = over.filter(|(key, _)| !self.breaks.contains_key(*key));
        events.extend(over.map(|(_, over)| of(over, false)));
        if self.sales != before.sales {
            events.push(Event::Sales(self.sales.clone()));
        }
        for (actor, restarts) in &self.restarts {
            if before.restarts.get(actor).is_some_and(|old| old < restarts) {
                events.push(Event::Actor {
                    actor,
                    restarts: *restarts,
                });
            }
        }
        events
    }

    fn new_money(&self, before: &Self) -> Vec<Event> {
        let last = before.money.last().map(|line| &line.key);
        let known = self.money.iter().rposition(|line| Some(&line.key) == last);
        let new = self
            .money
            .iter()
            .skip(known.map_or(0, |at| at.saturating_add(1)));
        let dollars = |micros| MicroUsd::from_micros(micros).to_decimal();
        new.map(|line| {
            let (what, invoice) = named(&line.key);
            Event::Money {
                amount: dollars(line.change),
                balance: dollars(line.balance),
                currency: "USD",
                what,
                invoice: invoice.map(|invoice| invoice.to_string()),
            }
        })
        .collect()
    }
}

/// What an entry is called, and whose invoice it is about.
const fn named(key: &EntryKey) -> (&'static str, Option<InvoiceId>) {
    match key {
        EntryKey::Credit { invoice, .. } => ("credit", Some(*invoice)),
        EntryKey::Reversal { invoice, .. } => ("reversal", Some(*invoice)),
        EntryKey::Lock { invoice, .. } => ("lock", Some(*invoice)),
        EntryKey::Unlock { invoice, .. } => ("unlock", Some(*invoice)),
        EntryKey::RefundHold { invoice } => ("refund_hold", Some(*invoice)),
        EntryKey::RefundEnd { invoice } => ("refund_end", Some(*invoice)),
        EntryKey::Hold { .. } => ("hold", None),
        EntryKey::Release { .. } => ("release", None),
        EntryKey::Spent { .. } => ("spent", None),
        EntryKey::NetworkFee { .. } => ("network_fee", None),
        EntryKey::Settle { .. } => ("settle", None),
        EntryKey::Bounce { .. } => ("bounce", None),
        EntryKey::Explained { .. } => ("explained", None),
        EntryKey::Adopted { .. } => ("adopted", None),
        EntryKey::Orphan { .. } => ("orphan", None),
        EntryKey::OrphanBack { .. } => ("orphan_back", None),
        EntryKey::CarriedOver { .. } => ("carried_over", None),
        EntryKey::Adjustment { .. } => ("adjustment", None),
    }
}

fn order_line(order: &Order) -> OrderLine {
    OrderLine {
        order: order.id.to_string(),
        number: order.number.to_string(),
        product: order.quote.product.to_string(),
        price: order.price().to_decimal(),
        currency: "USD",
        state: order.state_name(),
        finished: order.is_finished(),
    }
}

async fn sales(books: &Arc<dyn Books>, now: Timestamp) -> Result<SalesLine, Unreadable> {
    let is_new = books
        .shop()
        .await?
        .is_some_and(|shop| matches!(shop.row.opening, Opening::New { .. }));
    let Some(prices) = books.prices().await? else {
        return Ok(SalesLine::default());
    };
    let stops = prices.row.stops.iter();
    let gone = prices.row.unavailable(now).into_iter();
    Ok(SalesLine {
        open: !is_new,
        stops: stops
            .map(|stop| StopLine {
                product: stop.kind,
                code: stop.why,
            })
            .collect(),
        unavailable: gone
            .map(|gone| (gone.product.to_string(), gone.why.code()))
            .collect(),
    })
}

#[cfg(test)]
mod tests;
