//! One state of the deposits' world, and the first one.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::customer::{Customer, Language, Purse};
use starkeeper_actors::domain::ids::{
    CustomerId, GatewayOrderId, InvoiceId, OrderNumber, TelegramId,
};
use starkeeper_actors::domain::invoice::{Invoice, InvoiceEvent, Purpose, Settled, Ticket, Wish};
use starkeeper_actors::domain::ledger::{Account, Entry};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::order::Order;

use super::Deposits;
use super::acts;
use super::gateway::{Gate, Status};
use crate::model::row::{Row, Shared};
use crate::model::shop;

/// Seconds of a tick.
pub const TICK: i64 = 60;
/// What an invoice asks for, and what the order costs: 10 USD.
pub const FACE: i64 = 10_000_000;

/// Everything there is.
#[derive(Clone, Hash)]
pub struct State {
    pub now: u8,
    pub books: Shared<Books>,
    pub gates: Vec<Gate>,
    /// Webhooks that were sent and not delivered, by invoice and status; in no order.
    pub hooks: Vec<(u8, Status)>,
    /// Look-ups on their way.
    pub calls: Vec<Call>,
    /// What each replica has decided and not committed.
    pub doing: Vec<Option<Pending>>,
    pub left: Left,
}

#[derive(Clone, Hash)]
pub struct Books {
    pub invoices: Vec<Row<Invoice>>,
    pub customer: Row<Customer>,
    pub order: Row<Order>,
    pub ledger: Row<shop::Ledger>,
    /// The entries that credited, for the sums.
    pub credits: Vec<Row<Entry>>,
    /// Planted (event-as-gate): statuses seen before, by invoice.
    pub seen: Vec<(u8, Status)>,
}

/// A look-up: the gateway has read it or not.
#[derive(Clone, Hash, PartialEq, Eq)]
pub struct Call {
    pub invoice: u8,
    pub ticket: Ticket,
    pub read: Option<Gate>,
}

/// A decision in memory, on the rows it was made on.
#[derive(Clone, Hash)]
pub struct Pending {
    pub call: Call,
    pub at: u8,
    pub invoice: Row<Invoice>,
    pub customer: Row<Customer>,
    pub order: Row<Order>,
}

/// What may still happen.
#[derive(Clone, Copy, Hash, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Statuses change.
    pub moves: u8,
    /// A webhook is delivered once more.
    pub doubles: u8,
    /// An answer is lost.
    pub lost: u8,
    /// Look-ups out of turn (a customer's tap, a sweep).
    pub taps: u8,
    /// The customer spends the balance, or cancels the order.
    pub spends: u8,
    pub cancels: u8,
}

pub fn at(tick: u8) -> Timestamp {
    Timestamp::from_timestamp(i64::from(tick) * TICK, 0).expect("a small instant")
}

pub fn purse(books: &Books) -> Purse {
    let customer = books.customer.id;
    let of = |account: Account| {
        MicroUsd::from_micros(books.ledger.balances.get(&account).copied().unwrap_or(0))
    };
    Purse {
        available: of(Account::Customer(customer)),
        held: of(Account::CustomerHeld(customer)),
        debt: of(Account::CustomerDebt(customer)),
    }
}

pub fn start(world: &Deposits) -> State {
    let customer_id = CustomerId::new(1);
    let customer = Customer::open(customer_id, TelegramId::new(1), Language::En, at(0));
    let mut quote = shop::quote(0, false);
    quote.price = MicroUsd::from_micros(FACE);
    let number = OrderNumber::parse("A").expect("visible");
    let order = Order::confirmed(shop::order_id(0), number, quote, 1, at(0));
    let mut state = State {
        now: 0,
        books: Shared::new(Books {
            invoices: Vec::new(),
            customer: Row::new(customer),
            order: Row::new(order),
            ledger: Row::new(shop::Ledger::default()),
            credits: Vec::new(),
            seen: Vec::new(),
        }),
        gates: Vec::new(),
        hooks: Vec::new(),
        calls: Vec::new(),
        doing: vec![None; usize::from(world.replicas)],
        left: world.left,
    };
    for n in 0..world.invoices {
        let wish = Wish {
            id: InvoiceId::new(i64::from(n) + 1),
            gateway_order_id: GatewayOrderId::parse(&format!("sk_{n}")).expect("alphabet"),
            customer: customer_id,
            purpose: Purpose::Order(shop::order_id(0)),
            face: MicroUsd::from_micros(FACE),
            coin: None,
        };
        let invoice = Invoice::want(wish, &world.rules, at(0)).expect("a sound wish");
        let gate = Gate::default();
        state.books.invoices.push(Row::new(invoice));
        let created = InvoiceEvent::Created(Box::new(gate.report(n)));
        let opened = acts::settled(world, &state, n, &created, 0).expect("sound");
        let Settled::Changed(decision) = opened else {
            unreachable!("a new invoice opens")
        };
        let mut invoice = decision.next.invoice;
        if n + 1 < world.invoices {
            // Another invoice takes its place; its page stays payable.
            invoice.closing = Some(starkeeper_actors::domain::invoice::Closing::Replaced);
        }
        state.books.invoices[usize::from(n)] = Row::new(invoice);
        state.gates.push(gate);
    }
    state
}
