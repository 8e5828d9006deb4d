//! Rows for the cases: a small cast, the same on every implementation.

use super::given;
use crate::domain::Timestamp;
use crate::domain::breaks::{Break, BreakStanding, Finding};
use crate::domain::catalog::{PremiumMonths, Product};
use crate::domain::customer::{Customer, Language};
use crate::domain::ids::{
    CustomerId, GatewayOrderId, GatewayUuid, InvoiceId, Nonce, NoticeId, OrderId, OrderNumber,
    PaymentRef, QuoteId, RequestId, TelegramId, TransferId, WalletAddress,
};
use crate::domain::invoice::{Invoice, InvoiceRules, Page, Payer, Purpose, Standing, Wish};
use crate::domain::ledger::{Account, Amount, Asset, Entry, EntryKey};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::notice::{News, Owed};
use crate::domain::order::{Order, OrderState, Purchase, Retry};
use crate::domain::pricing::samples;
use crate::domain::shop::{Opening, Shop};
use crate::domain::transfer::{Purpose as For, Transfer, TransferState};
use crate::domain::wallet::{Standing as Open, Wallet};
use crate::testing::message::{WalletMessage, hash_of};

/// The instant of every case.
#[must_use]
pub fn noon() -> Timestamp {
    samples::noon()
}

/// A customer.
#[must_use]
pub fn customer(n: i64) -> Customer {
    let telegram = TelegramId::new(5_000_000_000 + n);
    Customer::open(CustomerId::new(n), telegram, Language::En, noon())
}

/// An order of 50 Stars that waits for its payment.
#[must_use]
pub fn order(n: i64, customer: i64) -> Order {
    order_of(n, customer, samples::stars(50))
}

/// An order of Premium that waits for its payment.
#[must_use]
pub fn premium_order(n: i64, customer: i64) -> Order {
    order_of(n, customer, Product::Premium(PremiumMonths::Three))
}

fn order_of(n: i64, customer: i64, product: Product) -> Order {
    let quote = samples::quote(QuoteId::new(n), CustomerId::new(customer), product, noon());
    let number = given(OrderNumber::parse(&format!("SK-{n:05}")), "an order number");
    Order::confirmed(OrderId::new(n), number, quote, 1, noon())
}

/// The order with its price held and bound to a wallet.
#[must_use]
pub fn held(order: &Order, wallet: WalletAddress) -> Order {
    let purchase = Purchase {
        wallet,
        reserved: NanoTon::from_nanos(400_000_000),
        held_at: noon(),
        signed: Vec::new(),
        told_sent: false,
    };
    let state = OrderState::Held {
        purchase,
        retry: Retry::default(),
        told: false,
        refund: None,
    };
    Order {
        state,
        ..order.clone()
    }
}

/// The order held, with its next step due at an instant.
#[must_use]
pub fn held_until(order: &Order, wallet: WalletAddress, due: Timestamp) -> Order {
    let mut held = held(order, wallet);
    if let OrderState::Held { retry, .. } = &mut held.state {
        retry.not_before = Some(due);
    }
    held
}

/// The order cancelled.
#[must_use]
pub fn cancelled(order: &Order) -> Order {
    let state = OrderState::Cancelled {
        at: noon(),
        by_customer: true,
    };
    Order {
        state,
        ..order.clone()
    }
}

/// An open wallet at seqno 7.
#[must_use]
pub const fn wallet(address: WalletAddress) -> Wallet {
    Wallet {
        address,
        next_seqno: 7,
        last: None,
        explained_in: None,
        live: None,
        claimed_by: None,
        unpaid_in_row: 0,
        stops: 0,
        standing: Open::Open,
        trust_from: None,
    }
}

/// A signed transfer.
#[must_use]
pub fn transfer(n: i64, order: i64, wallet: WalletAddress, seqno: u32) -> Transfer {
    let amount = NanoTon::from_nanos(326_000_000);
    let payload = format!("50 Telegram Stars\n\nRef#R{n}");
    let valid_until = noon() + crate::domain::Span::minutes(5);
    let message = WalletMessage {
        wallet,
        seqno,
        valid_until,
        destination: crate::testing::wallet_numbered(1_000_000),
        amount,
        payload: payload.as_bytes().into(),
    };
    let boc = message.encode();
    Transfer {
        id: TransferId::new(n),
        order: OrderId::new(order),
        purpose: For::Goods,
        wallet,
        seqno,
        valid_until,
        lt_before: 0,
        destination: message.destination,
        amount,
        body_hash: hash_of(payload.as_bytes()),
        message_hash: hash_of(boc.bytes()),
        link: None,
        boc,
        signed_at: noon(),
        state: TransferState::Signed,
    }
}

/// The transfer as expired on one provider's word.
#[must_use]
pub fn dead(transfer: &Transfer) -> Transfer {
    transfer.now_is(TransferState::Dead { providers: 1 })
}

/// A top-up of 20 USD whose intent is stored.
#[must_use]
pub fn invoice(n: i64, customer: i64) -> Invoice {
    let wish = Wish {
        id: InvoiceId::new(n),
        gateway_order_id: gateway_name(n),
        customer: CustomerId::new(customer),
        purpose: Purpose::TopUp,
        face: MicroUsd::from_micros(20_000_000),
        coin: None,
    };
    given(
        Invoice::want(wish, &InvoiceRules::default(), noon()),
        "an invoice",
    )
}

/// The invoice with the uuid that the gateway gave it.
#[must_use]
pub fn opened(invoice: &Invoice, uuid: &str) -> Invoice {
    let page = Page {
        uuid: given(GatewayUuid::parse(uuid), "a uuid"),
        url: None,
        payer: Payer::default(),
        payment_amount: None,
        txid: None,
    };
    Invoice {
        standing: Standing::Open(Box::new(page)),
        ..invoice.clone()
    }
}

/// The name of an invoice at the gateway.
#[must_use]
pub fn gateway_name(n: i64) -> GatewayOrderId {
    given(GatewayOrderId::parse(&format!("case-{n}")), "a name")
}

/// The shop on the day before noon's, told of the day before that.
#[must_use]
pub fn shop() -> Shop {
    Shop {
        opening: Opening::New {
            checked_at: None,
            told: false,
        },
        alive_at: noon(),
        told_day: noon().date_naive(),
    }
}

/// An open break of a wallet: the payment of a transfer is not on the chain.
#[must_use]
pub fn broken(transfer: i64, wallet: WalletAddress) -> Break {
    let finding = Finding::PaymentMissing {
        order: OrderId::new(10),
        transfer: TransferId::new(transfer),
        tx: crate::domain::samples::tx(1_010),
    };
    Break {
        key: finding.key(),
        wallet,
        finding,
        since: noon(),
        seen: noon(),
        n: 1,
        standing: BreakStanding::Open,
    }
}

/// The break after the witnesses agreed again.
#[must_use]
pub fn agreed(open: &Break) -> Break {
    Break {
        standing: BreakStanding::Agreed { at: noon() },
        ..open.clone()
    }
}

/// The transfer as one that paid.
#[must_use]
pub fn paid(transfer: &Transfer) -> Transfer {
    let tx = crate::domain::samples::tx(1_010);
    transfer.now_is(TransferState::Paid { tx })
}

/// The order with its price given back behind the payment, and watched.
#[must_use]
pub fn given_up(order: &Order, watch_until: Timestamp) -> Order {
    let state = OrderState::Refunded {
        at: noon(),
        why: crate::domain::notice::RefundReason::Operator,
        watch_until: Some(watch_until),
    };
    Order {
        state,
        ..order.clone()
    }
}

/// News for a customer; the same number is the same news.
#[must_use]
pub fn news(customer: i64, order: i64) -> Owed {
    let order = OrderId::new(order);
    Owed::customer(CustomerId::new(customer), News::TakesLonger { order })
}

/// A notice's id.
#[must_use]
pub const fn notice(n: i64) -> NoticeId {
    NoticeId::new(n)
}

/// An entry of one posting.
#[must_use]
pub fn entry(key: EntryKey, debit: Account, credit: Account, amount: impl Into<Amount>) -> Entry {
    given(Entry::new(key).post(debit, credit, amount), "an entry")
}

/// Money for a customer, from the owner.
#[must_use]
pub fn gift(n: i64, customer: i64, micros: i64) -> Entry {
    let key = EntryKey::Adjustment { nonce: nonce(n) };
    let (owner, customer) = (
        Account::Owner(Asset::Usd),
        Account::Customer(CustomerId::new(customer)),
    );
    entry(key, owner, customer, MicroUsd::from_micros(micros))
}

/// Money of a customer's set aside for an order.
#[must_use]
pub fn hold(order: i64, customer: i64, micros: i64) -> Entry {
    let customer = CustomerId::new(customer);
    let key = EntryKey::Hold {
        order: OrderId::new(order),
    };
    entry(
        key,
        Account::Customer(customer),
        Account::CustomerHeld(customer),
        MicroUsd::from_micros(micros),
    )
}

/// One press of a button.
#[must_use]
pub fn nonce(n: i64) -> Nonce {
    given(Nonce::parse(&format!("press-{n}")), "a nonce")
}

/// A purchase's id at Fragment.
#[must_use]
pub fn request(n: i64) -> RequestId {
    given(RequestId::parse(&format!("req-{n}")), "a request id")
}

/// A payment's reference.
#[must_use]
pub fn reference(n: i64) -> PaymentRef {
    given(PaymentRef::parse(&format!("R{n}")), "a reference")
}
