//! The first state, and the small constants of the world: amounts, names, instants.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::catalog::{PersonName, Product, Recipient, StarsQuantity, Username};
use starkeeper_actors::domain::ids::{
    CustomerId, Epoch, Hash256, LoginId, OrderId, OrderNumber, PaymentRef, QuoteId, RecipientToken,
    RequestId, TransferId, WalletAddress,
};
use starkeeper_actors::domain::ledger::{Account, Asset, Entry, EntryKey};
use starkeeper_actors::domain::link::Link;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::order::{Desk, Funding, HistoryRow, Order, OrderEvent, OrderState};
use starkeeper_actors::domain::pricing::{Quote, UsdPerTon};
use starkeeper_actors::domain::transfer::{AccountState, Boc, Provider};
use starkeeper_actors::domain::wallet::Wallet;

use super::Shop;
use super::books;
use super::state::{Books, Chain, Ledger, Replica, State};
use crate::model::row::{Row, Shared};

/// Seconds of a tick.
pub const TICK: i64 = 60;
/// What a message costs.
pub const FEE: i64 = 1;
/// What Fragment asks for an order.
pub const COST: i64 = 100;
/// What is reserved for one.
pub const RESERVE: i64 = 110;
/// What the owner takes out by hand.
pub const BY_HAND: i64 = 7;
/// What a wallet holds at first.
pub const FLOAT: i64 = 1_000;
/// What a customer pays.
pub const PRICE: i64 = 5_000_000;
/// How long Fragment waits for a payment, in ticks.
pub const LINK_LIVES: u8 = 4;

pub fn at(tick: u8) -> Timestamp {
    Timestamp::from_timestamp(i64::from(tick) * TICK, 0).expect("a small instant")
}

pub fn tick_of(at: Timestamp) -> u8 {
    u8::try_from(at.timestamp() / TICK).unwrap_or(u8::MAX)
}

pub const fn hash(of: u8) -> Hash256 {
    Hash256::new([of; 32])
}

pub const fn wallet(n: u8) -> WalletAddress {
    WalletAddress::basic(hash(200 + n))
}

/// Where all payments for goods go.
pub const fn fragment() -> WalletAddress {
    WalletAddress::basic(hash(250))
}

pub fn order_id(n: u8) -> OrderId {
    OrderId::new(i64::from(n) + 1)
}

pub fn order_no(id: OrderId) -> u8 {
    u8::try_from(id.get() - 1).expect("a small id")
}

pub fn transfer_no(id: TransferId) -> u8 {
    u8::try_from(id.get()).expect("a small id")
}

pub fn wallet_no(address: WalletAddress) -> u8 {
    address.hash().bytes()[0] - 200
}

pub fn request_no(link: &Link) -> u8 {
    link.request.as_str()[1..].parse().expect("made by `link`")
}

/// What Fragment asks to be paid for its purchase number `request`.
pub fn link(request: u8, wallet: u8, deadline: u8) -> Link {
    Link {
        login: LoginId::new(i64::from(wallet) + 1),
        jar: 1,
        request: RequestId::parse(&format!("r{request}")).expect("visible"),
        reference: PaymentRef::parse(&format!("R{request}")).expect("visible"),
        destination: fragment(),
        amount: NanoTon::from_nanos(COST),
        payload: Boc::new([request]),
        payload_hash: hash(100 + request),
        valid_until: at(deadline),
        confirm_method: "c".into(),
        confirm_params: Vec::new(),
    }
}

/// The row of Fragment's history for a purchase that was delivered at a tick.
pub fn history_row(wallet: u8, order: &Order, delivered: u8) -> HistoryRow {
    HistoryRow {
        login: LoginId::new(i64::from(wallet) + 1),
        recipient: order.quote.recipient.username.clone(),
        goods: order.quote.product,
        price: NanoTon::from_nanos(COST),
        at: at(delivered),
    }
}

pub fn quote(n: u8, equal: bool) -> Quote {
    let name = if equal {
        "same"
    } else {
        ["anna", "boris"][usize::from(n)]
    };
    let recipient = Recipient {
        username: Username::parse(name).expect("a username"),
        token: RecipientToken::parse(name).expect("visible"),
        name: PersonName::new(name),
        photo: None,
    };
    Quote {
        id: QuoteId::new(i64::from(n)),
        customer: CustomerId::new(i64::from(n) + 1),
        product: Product::Stars(StarsQuantity::MIN),
        recipient,
        price: MicroUsd::from_micros(PRICE),
        goods: MicroUsd::from_micros(PRICE - 1),
        cost: NanoTon::from_nanos(COST),
        max_cost: NanoTon::from_nanos(COST),
        rate: UsdPerTon::new(1).expect("positive"),
        rate_sources: Vec::new(),
        made_at: at(0),
        expires_at: at(200),
    }
}

/// The price held and the float reserved, and the customer told that it takes longer (so that
/// telling is not one more dimension of the search).
pub fn funded(shop: &Shop, order: &Order, wallet: &Wallet, now: u8) -> (Order, Vec<Entry>) {
    let desk = Desk {
        rules: &shop.order_rules,
        wallet: Some(wallet),
        epoch: Epoch::new(0),
        now: at(now),
    };
    let funding = Funding {
        wallet: wallet.address,
        reserve: NanoTon::from_nanos(RESERVE),
    };
    let held = order
        .decide(OrderEvent::Fund(funding), desk)
        .expect("awaiting payment");
    let mut next = held.next;
    // What people are told is no step of a search.
    if let OrderState::Held { told, purchase, .. } = &mut next.state {
        *told = true;
        purchase.told_sent = true;
    }
    (next, held.entries)
}

pub fn start(shop: &Shop) -> State {
    let bounds = &shop.bounds;
    let mut ledger = Ledger::default();
    let wallets: Vec<Wallet> = (0..bounds.wallets)
        .map(|n| adopted(&mut ledger, n))
        .collect();
    let orders = (0..bounds.orders).map(|n| ordered(shop, &mut ledger, &wallets[0], n));
    let orders = orders.map(Row::new).collect();
    let count = usize::from(bounds.wallets);
    let replica = Replica {
        life: 1,
        epochs: vec![0; count],
        doing: None,
    };
    State {
        now: 0,
        books: Shared::new(Books {
            life: 1,
            orders,
            transfers: Vec::new(),
            wallets: wallets.into_iter().map(Row::new).collect(),
            ledger: Row::new(ledger),
            linked: Vec::new(),
            rows: Vec::new(),
            assigned: Vec::new(),
            epochs: vec![0; count],
        }),
        copy: None,
        replicas: vec![replica; usize::from(bounds.replicas)],
        chains: Shared::new(vec![Chain::default(); count]),
        net: Vec::new(),
        requests: Shared::new(Vec::new()),
        page: vec![None; count],
        left: bounds.left,
    }
}

/// A wallet that the books take on with what it holds.
fn adopted(ledger: &mut Ledger, n: u8) -> Wallet {
    let address = wallet(n);
    let float = NanoTon::from_nanos(FLOAT);
    let entry = Entry::new(EntryKey::Adopted { wallet: address });
    let entry = entry.post(Account::Float(address), Account::Opening(Asset::Ton), float);
    books::post(ledger, &entry.expect("positive"));
    let state = AccountState {
        provider: Provider(0),
        seqno: 0,
        balance: float,
        last: None,
        time: at(0),
    };
    Wallet::adopt(address, &state)
}

/// An order whose price is on its customer's balance, and held unless that comes later.
fn ordered(shop: &Shop, ledger: &mut Ledger, first: &Wallet, n: u8) -> Order {
    let bounds = &shop.bounds;
    let customer = CustomerId::new(i64::from(n) + 1);
    let price = MicroUsd::from_micros(PRICE);
    // Any key that nothing else uses.
    let key = EntryKey::Adopted {
        wallet: wallet(40 + n),
    };
    let opening = Account::Opening(Asset::Usd);
    let entry = Entry::new(key).post(opening, Account::Customer(customer), price);
    books::post(ledger, &entry.expect("positive"));
    let number = OrderNumber::parse(["A", "B"][usize::from(n)]).expect("visible");
    let awaiting = Order::confirmed(order_id(n), number, quote(n, bounds.equal), 1, at(0));
    if bounds.fund_later && n > 0 {
        return awaiting;
    }
    let (held, entries) = funded(shop, &awaiting, first, 0);
    entries.iter().for_each(|entry| books::post(ledger, entry));
    held
}
