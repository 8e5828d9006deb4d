//! The world column and the counters: computed from Fragment's side, the chain, the gateway and the
//! books, each time anew.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::stage::{Books, State};
use crate::fragment::goods::{Goods, Rates, nano};
use crate::ton::text::{address, friendly};
use crate::ton::transfers::rows;
use crate::world::{World, hold};

/// Money that the gateway has for longer than this without the books knowing of it counts as lost:
/// far above any retry of a webhook and any poll of the demo.
const LOST_AFTER: Duration = Duration::from_secs(90);

/// A payment to Fragment that the chain has executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payment {
    pub(super) hash: String,
    pub(super) nano: u128,
    /// What it is for: the reference in its comment.
    pub(super) reference: String,
    pub(super) seqno: u64,
}

/// Something that came at Fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) username: String,
    pub(super) goods: Goods,
    pub(super) reference: String,
}

/// What the world outside has seen so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Seen {
    pub(super) payments: Vec<Payment>,
    pub(super) delivered: Vec<Delivered>,
    /// Names of invoices that were paid so long ago that the books must know of it.
    pub(super) owed: Vec<String>,
}

/// The counters.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub(super) struct Counters {
    pub(super) delivered: usize,
    pub(super) refunded: usize,
    pub(super) paid_twice: usize,
    pub(super) lost: usize,
}

impl Seen {
    /// Looks at every emulator.
    pub(super) fn of(world: &World) -> Self {
        let delivered = {
            let mut desk = hold(&world.fragment.desk);
            desk.settle(world);
            let deliveries = desk.deliveries().filter_map(|purchase| {
                let person = desk.people.get(purchase.person)?;
                Some(Delivered {
                    username: person.username.clone(),
                    goods: purchase.goods,
                    reference: purchase.reference.clone(),
                })
            });
            deliveries.collect()
        };
        Self {
            payments: payments(world),
            delivered,
            owed: owed(world),
        }
    }

    /// Counts, with what the books say.
    pub(super) fn count(&self, books: Option<&Books>) -> Counters {
        let orders = books.map_or(&[][..], |books| &books.orders);
        let refunded = orders.iter().filter(|order| order.state == "refunded");
        Counters {
            delivered: self.delivered.len(),
            refunded: refunded.count(),
            paid_twice: self.paid_twice(books),
            lost: self.lost(books),
        }
    }

    /// Payments beyond the first of one reference, or beyond the orders that can have made one.
    fn paid_twice(&self, books: Option<&Books>) -> usize {
        let mut by_reference: BTreeMap<&str, usize> = BTreeMap::new();
        for payment in &self.payments {
            *by_reference.entry(&payment.reference).or_default() += 1;
        }
        let beyond = by_reference.values().map(|times| times.saturating_sub(1));
        let same: usize = beyond.sum();
        let Some(books) = books else {
            return same;
        };
        // What the books were read as may be a second old, so orders that have just begun stand too.
        let never = ["awaiting_payment", "cancelled", "refunded"];
        let orders = books.orders.iter();
        let stand = orders.filter(|order| !never.contains(&order.state.as_str()));
        same.max(self.payments.len().saturating_sub(stand.count()))
    }

    /// Payments of customers that the books never saw, and payments of the shop that no order
    /// stands for any more.
    fn lost(&self, books: Option<&Books>) -> usize {
        let Some(books) = books else {
            return 0;
        };
        let uncredited = self
            .owed
            .iter()
            .filter(|name| !books.credited.contains(name));
        let is_open = books.orders.iter().any(|order| !order.finished);
        let came = |payment: &&Payment| {
            let mut delivered = self.delivered.iter();
            delivered.any(|delivered| delivered.reference == payment.reference)
        };
        let vanished = if is_open {
            0
        } else {
            self.payments
                .iter()
                .filter(|payment| !came(payment))
                .count()
        };
        uncredited.count() + vanished
    }
}

/// What the wallets have paid to Fragment.
fn payments(world: &World) -> Vec<Payment> {
    let mut chain = hold(&world.ton.chain);
    chain.catch_up(world);
    let told = rows(&chain);
    drop(chain);
    told.iter()
        .filter(|row| row["received"] == true)
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default();
            let comment = text("comment");
            let reference = comment
                .rsplit_once("Ref#")
                .map_or(comment, |(_, mark)| mark);
            Payment {
                hash: text("hash").to_owned(),
                nano: text("nano").parse().unwrap_or(0),
                reference: reference.trim().to_owned(),
                seqno: row["seqno"].as_u64().unwrap_or(0),
            }
        })
        .collect()
}

/// Invoices that the gateway calls paid, and has for so long.
fn owed(world: &World) -> Vec<String> {
    let now = world.clock.now();
    let desk = hold(&world.heleket.desk);
    let paid = desk.invoices.iter().filter(|invoice| {
        let facts = invoice.facts();
        matches!(
            invoice.status().name(),
            "paid" | "paid_over" | "wrong_amount"
        ) && now.since(facts.since) > LOST_AFTER
    });
    paid.map(|invoice| invoice.order.order_id.clone()).collect()
}

/// The world column.
pub(super) fn shown(world: &World, state: &State) -> Value {
    let seen = Seen::of(world);
    let counters = seen.count(state.books.as_ref());
    let mut people: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for delivered in &seen.delivered {
        let (stars, months) = people.entry(&delivered.username).or_default();
        match delivered.goods {
            Goods::Stars(number) => *stars += u64::from(number),
            Goods::Premium(number) => *months += u64::from(number),
        }
    }
    let fragment: Vec<Value> = people
        .iter()
        .map(|(username, (stars, months))| {
            json!({"username": username, "stars": stars, "premium_months": months})
        })
        .collect();
    let chain: Vec<Value> = seen
        .payments
        .iter()
        .rev()
        .take(5)
        .map(|payment| {
            json!({"hash": payment.hash, "ton": ton(payment.nano), "reference": payment.reference,
                "seqno": payment.seqno})
        })
        .collect();
    json!({
        "fragment": fragment,
        "payments": seen.payments.len(),
        "chain": chain,
        "wallet": state.wallet.as_deref().and_then(|wallet| purse(world, wallet)),
        "counters": counters,
        "survived": state.survived,
    })
}

/// What the wallet has, and for about how many Stars that is enough.
fn purse(world: &World, wallet: &str) -> Option<Value> {
    let wallet = address(wallet)?;
    let balance = {
        let mut chain = hold(&world.ton.chain);
        chain.catch_up(world);
        let height = chain.calendar().height_at(world.clock.now());
        let state = chain.account(&wallet, height).ok()?;
        let account = state.load_account().ok()?;
        account.map_or(0, |account| account.balance.tokens.into_inner())
    };
    let hundred = nano(Goods::Stars(100).ton(Rates::of(world)));
    let stars = balance.saturating_mul(100).checked_div(u128::from(hundred));
    Some(json!({
        "address": friendly(&wallet, false),
        "ton": ton(balance),
        "stars": stars.map(|stars| stars.to_string()),
    }))
}

/// Nano-TON as TON with two decimals, rounded down.
fn ton(nano: u128) -> String {
    let cents = nano / 10_000_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::stage::OrderRow;

    fn payment(reference: &str) -> Payment {
        Payment {
            hash: "h".to_owned(),
            nano: 1,
            reference: reference.to_owned(),
            seqno: 1,
        }
    }

    fn delivered(reference: &str) -> Delivered {
        Delivered {
            username: "boris".to_owned(),
            goods: Goods::Stars(50),
            reference: reference.to_owned(),
        }
    }

    fn books(state: &str) -> Books {
        Books {
            orders: vec![OrderRow {
                number: "SK-1".to_owned(),
                product: "50 Stars".to_owned(),
                recipient: "boris".to_owned(),
                price: "0.83".to_owned(),
                state: state.to_owned(),
                finished: ["delivered", "refunded", "parked"].contains(&state),
            }],
            ..Books::default()
        }
    }

    #[test]
    fn a_second_payment_of_one_reference_is_counted() {
        let seen = Seen {
            payments: vec![payment("a"), payment("a"), payment("b")],
            delivered: vec![delivered("a"), delivered("b")],
            owed: Vec::new(),
        };
        let counters = seen.count(None);
        assert_eq!((counters.delivered, counters.paid_twice), (2, 1));
    }

    #[test]
    fn a_second_payment_of_one_order_is_counted_whatever_its_reference() {
        let seen = Seen {
            payments: vec![payment("a"), payment("b")],
            delivered: vec![delivered("a")],
            owed: Vec::new(),
        };
        assert_eq!(seen.count(Some(&books("delivered"))).paid_twice, 1);
        assert_eq!(seen.count(Some(&books("refunded"))).paid_twice, 2);
    }

    #[test]
    fn money_is_lost_when_no_order_stands_for_it_any_more() {
        let seen = Seen {
            payments: vec![payment("a")],
            delivered: Vec::new(),
            owed: Vec::new(),
        };
        assert_eq!(seen.count(Some(&books("paying"))).lost, 0);
        assert_eq!(seen.count(Some(&books("refunded"))).lost, 1);
    }

    #[test]
    fn a_payment_that_the_books_never_saw_is_lost() {
        let seen = Seen {
            owed: vec!["inv-1".to_owned()],
            ..Seen::default()
        };
        assert_eq!(seen.count(Some(&Books::default())).lost, 1);
        let known = Books {
            credited: vec!["inv-1".to_owned()],
            ..Books::default()
        };
        assert_eq!(seen.count(Some(&known)).lost, 0);
        assert_eq!(seen.count(None).lost, 0, "nobody has read the books yet");
    }

    #[test]
    fn ton_is_rounded_down() {
        assert_eq!(ton(999_679_999_999), "999.67");
        assert_eq!(ton(9_999_999), "0.00");
    }
}
