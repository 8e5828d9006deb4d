//! Rows and facts of an ordinary shop, for tests of the machines and of whoever drives them: one
//! customer, one order for 50 Stars, one wallet at seqno 5 whose history is explained.
#![expect(clippy::unwrap_used, reason = "constants that are known to be valid")]

use super::catalog::Product;
use super::customer::{Customer, Language};
use super::ids::{
    CustomerId, Epoch, Hash256, InvoiceId, LoginId, OrderId, OrderNumber, PaymentRef, QuoteId,
    RequestId, TelegramId, TransferId, WalletAddress,
};
use super::link::{Link, LinkOffer, LinkRules};
use super::money::NanoTon;
use super::notice::RefundReason;
use super::order::{
    Candidate, Desk, HistoryRow, Order, OrderRules, OrderState, Proof, Purchase, Retry, Stage,
};
pub use super::pricing::samples::{masha, noon, prices, stars};
use super::transfer::{
    AccountState, Boc, FoundTx, OutMessage, Provider, Purpose, Transfer, TransferState, TxPos,
};
use super::wallet::{SigningRules, Wallet};
use super::{Span, Timestamp};

/// The customer.
pub const CUSTOMER: CustomerId = CustomerId::new(7);
/// The order.
pub const ORDER: OrderId = OrderId::new(70);
/// The lease under which everything is explained.
pub const EPOCH: Epoch = Epoch::new(3);
/// The wallet.
pub const WALLET: WalletAddress = address(0xA1);
/// Fragment's address.
pub const FRAGMENT: WalletAddress = address(0xF1);
/// The wallet's own seqno.
pub const SEQNO: u32 = 5;
/// The newest transaction of the wallet that is explained.
pub const LT: u64 = 1_000;

/// The account whose hash repeats one byte.
#[must_use]
pub const fn address(byte: u8) -> WalletAddress {
    WalletAddress::basic(hash(byte))
}

/// The hash that repeats one byte.
#[must_use]
pub const fn hash(byte: u8) -> Hash256 {
    Hash256::new([byte; 32])
}

/// The transaction at a logical time.
#[must_use]
pub fn tx(lt: u64) -> TxPos {
    let mut bytes = [0x77; 32];
    for (place, byte) in bytes.iter_mut().zip(lt.to_be_bytes()) {
        *place = byte;
    }
    TxPos {
        lt,
        hash: Hash256::new(bytes),
    }
}

/// So many TON.
#[must_use]
pub fn ton(text: &str) -> NanoTon {
    NanoTon::parse(text).unwrap()
}

/// So many seconds after noon.
#[must_use]
pub fn after(seconds: i64) -> Timestamp {
    noon() + Span::seconds(seconds)
}

/// The customer's row.
#[must_use]
pub fn customer() -> Customer {
    Customer::open(CUSTOMER, TelegramId::new(4_242), Language::Ru, noon())
        .locked_by(InvoiceId::new(9))
}

/// The order as it was confirmed at noon.
#[must_use]
pub fn order() -> Order {
    order_for(stars(50))
}

/// An order for any product.
#[must_use]
pub fn order_for(product: Product) -> Order {
    let quote = super::pricing::samples::quote(QuoteId::new(50), CUSTOMER, product, noon());
    let number = OrderNumber::parse("SK-7F3K9").unwrap();
    Order::confirmed(ORDER, number, quote, 2, noon())
}

/// The order in another state.
#[must_use]
pub fn order_in(state: OrderState) -> Order {
    Order { state, ..order() }
}

/// What is tied up from noon on, with messages signed as (transfer, seqno, dead by so many).
#[must_use]
pub fn purchase(signed: &[(i64, u32, u8)]) -> Purchase {
    let candidate = |(transfer, seqno, dead_by)| Candidate {
        transfer: TransferId::new(transfer),
        seqno,
        dead_by,
    };
    Purchase {
        wallet: WALLET,
        reserved: ton("0.35"),
        held_at: noon(),
        signed: signed.iter().copied().map(candidate).collect(),
        told_sent: false,
    }
}

/// The order waiting for a link.
#[must_use]
pub fn held(signed: &[(i64, u32, u8)], refund: Option<RefundReason>) -> Order {
    order_in(OrderState::Held {
        purchase: purchase(signed),
        retry: Retry::default(),
        told: false,
        refund,
    })
}

/// The order waiting for a person.
#[must_use]
pub fn parked(signed: &[(i64, u32, u8)], stage: Stage) -> Order {
    let state = OrderState::Parked {
        purchase: purchase(signed),
        at: after(60),
        why: "a person must look".into(),
        // As an older version wrote it.
        reason: None,
        stage,
    };
    Order {
        parked: 1,
        ..order_in(state)
    }
}

/// The stage of an order that was parked behind a payment.
#[must_use]
pub fn paid_stage(bounced: bool, till_reset: bool) -> Stage {
    Stage::Paid {
        transfer: TransferId::new(1),
        paid_at: after(30),
        confirmed: true,
        bounced,
        till_reset,
    }
}

/// The order in each of its states, by the name under which `tests/golden` stores it.
#[must_use]
pub fn every_order() -> Vec<(&'static str, Order)> {
    let mut orders = Vec::from(before_payment());
    orders.extend(behind_signature());
    orders.extend(finished());
    orders.extend(every_parked());
    orders
}

fn before_payment() -> [(&'static str, Order); 5] {
    let later = OrderState::Held {
        purchase: purchase(&[(1, SEQNO, 1)]),
        retry: third_attempt(),
        told: true,
        refund: None,
    };
    let for_refund = held(&[(1, SEQNO, 1)], Some(RefundReason::TookTooLong));
    let linked = OrderState::Linked {
        purchase: purchase(&[]),
        link: link(),
        told: false,
    };
    [
        ("awaiting_payment", order()),
        ("held", held(&[], None)),
        ("held_after_dead", order_in(later)),
        ("held_for_refund", for_refund),
        ("linked", order_in(linked)),
    ]
}

fn behind_signature() -> [(&'static str, Order); 3] {
    let transfer = TransferId::new(1);
    let purchase = purchase(&[(1, SEQNO, 0)]);
    let paying = |refund| OrderState::Paying {
        purchase: purchase.clone(),
        transfer,
        confirmed: false,
        refund,
    };
    let paid = OrderState::Paid {
        purchase: purchase.clone(),
        transfer,
        confirmed: false,
        paid_at: after(30),
        retry: third_attempt(),
    };
    [
        ("paying", order_in(paying(None))),
        (
            "paying_burn",
            order_in(paying(Some(RefundReason::ShopFailed))),
        ),
        ("paid", order_in(paid)),
    ]
}

fn finished() -> Vec<(&'static str, Order)> {
    let at = after(90);
    let delivered = |proof| order_in(OrderState::Delivered { at, proof });
    let by_customer = true;
    let refunded = |why, watch_until| {
        order_in(OrderState::Refunded {
            at,
            why,
            watch_until,
        })
    };
    let watched = refunded(RefundReason::Operator, Some(at + Span::days(7)));
    let mut orders = vec![
        ("delivered_by_page", delivered(page_proof())),
        ("delivered_by_history", delivered(history_proof())),
        (
            "cancelled",
            order_in(OrderState::Cancelled { at, by_customer }),
        ),
        ("refunded_given_up", watched),
    ];
    orders.extend(every_refund_reason().map(|(name, why)| (name, refunded(why, None))));
    orders
}

fn every_parked() -> [(&'static str, Order); 5] {
    let live = [(1, SEQNO, 0)];
    let transfer = TransferId::new(1);
    let outside = Stage::PaidOutside { tx: tx(1_040) };
    [
        ("parked_unsigned", parked(&[], Stage::Unsigned)),
        ("parked_signed", parked(&live, Stage::Signed { transfer })),
        ("parked_paid", parked(&live, paid_stage(false, false))),
        ("parked_bounced", parked(&live, paid_stage(true, true))),
        ("parked_paid_outside", parked(&[], outside)),
    ]
}

fn third_attempt() -> Retry {
    Retry {
        attempts: 3,
        not_before: Some(after(16)),
    }
}

/// Every reason for a refund, by the name under which `tests/golden` stores it.
fn every_refund_reason() -> impl Iterator<Item = (&'static str, RefundReason)> {
    let rose = RefundReason::CostRose {
        quoted: ton("0.326"),
        real: ton("0.4"),
    };
    [
        ("refunded_recipient_gone", RefundReason::RecipientGone),
        ("refunded_recipient_changed", RefundReason::RecipientChanged),
        ("refunded_already_premium", RefundReason::AlreadyPremium),
        ("refunded_cost_rose", rose),
        ("refunded_customer_asked", RefundReason::CustomerAsked),
        ("refunded_took_too_long", RefundReason::TookTooLong),
        ("refunded_shop_failed", RefundReason::ShopFailed),
        ("refunded_operator", RefundReason::Operator),
    ]
    .into_iter()
}

/// Fragment's page says `done` for our request.
#[must_use]
pub fn page_proof() -> Proof {
    Proof::Page {
        request: RequestId::parse("req-1").unwrap(),
    }
}

/// A row of Fragment's history shows the goods.
#[must_use]
pub fn history_proof() -> Proof {
    Proof::History { row: history_row() }
}

/// A row of Fragment's history that fits the order.
#[must_use]
pub fn history_row() -> HistoryRow {
    HistoryRow {
        login: LoginId::new(1),
        recipient: masha().username,
        goods: stars(50),
        price: ton("0.326"),
        at: after(40),
    }
}

/// A purchase at Fragment that passed every check at noon.
#[must_use]
pub fn link() -> Link {
    Link {
        login: LoginId::new(1),
        jar: 4,
        request: RequestId::parse("req-1").unwrap(),
        reference: PaymentRef::parse("m9JhZwApQ").unwrap(),
        destination: FRAGMENT,
        amount: ton("0.326"),
        payload: Boc::new(*b"payload"),
        payload_hash: hash(0xBB),
        valid_until: after(600),
        confirm_method: "confirmReq".into(),
        confirm_params: vec![("id".into(), "req-1".into())],
    }
}

/// The answer from which [`link`] was made.
#[must_use]
pub fn offer() -> LinkOffer {
    let link = link();
    LinkOffer {
        login: link.login,
        jar: link.jar,
        recipient: masha(),
        request: link.request,
        init_amount: link.amount,
        from: Some(WALLET),
        messages: 1,
        has_state_init: false,
        destination: link.destination,
        amount: link.amount,
        payload: link.payload,
        payload_hash: link.payload_hash,
        payload_text: "50 Telegram Stars \n\nRef#m9JhZwApQ".into(),
        valid_until: link.valid_until,
        confirm_method: link.confirm_method,
        confirm_params: link.confirm_params,
    }
}

/// What links are checked by.
#[must_use]
pub fn link_rules() -> LinkRules {
    LinkRules {
        destinations: vec![address(0xF0), FRAGMENT],
        cap: ton("100"),
        min_validity: Span::seconds(90),
    }
}

/// A message for the order's goods, signed at noon and valid for three minutes.
#[must_use]
pub fn transfer(id: i64, seqno: u32) -> Transfer {
    let link = link();
    let mut message = [0x4D; 32];
    for (place, byte) in message.iter_mut().zip(id.to_be_bytes()) {
        *place = byte;
    }
    Transfer {
        id: TransferId::new(id),
        order: ORDER,
        purpose: Purpose::Goods,
        wallet: WALLET,
        seqno,
        valid_until: after(180),
        lt_before: LT,
        destination: link.destination,
        amount: link.amount,
        body_hash: link.payload_hash,
        message_hash: Hash256::new(message),
        link: Some(link),
        boc: Boc::new(id.to_be_bytes()),
        signed_at: noon(),
        state: TransferState::Signed,
    }
}

/// A message to the wallet itself that uses up a seqno.
#[must_use]
pub fn burn(id: i64, seqno: u32, refund: RefundReason) -> Transfer {
    Transfer {
        purpose: Purpose::Burn { refund },
        destination: WALLET,
        amount: NanoTon::ZERO,
        body_hash: hash(0x00),
        link: None,
        ..transfer(id, seqno)
    }
}

/// The wallet, explained under [`EPOCH`].
#[must_use]
pub fn wallet() -> Wallet {
    let state = account(1, SEQNO, LT, noon());
    Wallet {
        explained_in: Some(EPOCH),
        ..Wallet::adopt(WALLET, &state)
    }
}

/// The wallet's account as a provider shows it, with ten TON.
#[must_use]
pub fn account(provider: u8, seqno: u32, lt: u64, time: Timestamp) -> AccountState {
    AccountState {
        provider: Provider(provider),
        seqno,
        balance: ton("10"),
        last: Some(tx(lt)),
        time,
    }
}

/// What signing depends on.
#[must_use]
pub fn signing_rules() -> SigningRules {
    SigningRules {
        reserve: ton("0.05"),
        longest_validity: Span::seconds(180),
        shortest_validity: Span::seconds(60),
        before_deadline: Span::seconds(30),
        clock_skew: Span::seconds(30),
    }
}

/// The desk at an instant.
#[must_use]
pub const fn desk<'a>(rules: &'a OrderRules, wallet: &'a Wallet, now: Timestamp) -> Desk<'a> {
    Desk {
        rules,
        wallet: Some(wallet),
        epoch: EPOCH,
        now,
    }
}

/// The transaction in which a transfer paid as signed.
#[must_use]
pub fn paying_tx(transfer: &Transfer, lt: u64) -> FoundTx {
    let out = OutMessage {
        destination: transfer.destination,
        value: transfer.amount,
        body_hash: transfer.body_hash,
        reference: transfer.link.as_ref().map(|link| link.reference.clone()),
    };
    FoundTx {
        message: Some(transfer.message_hash),
        msgs_created: 1,
        out: vec![out],
        ..bare_tx(lt)
    }
}

/// The transaction in which a transfer used up its seqno without paying.
#[must_use]
pub fn unpaid_tx(transfer: &Transfer, lt: u64) -> FoundTx {
    FoundTx {
        message: Some(transfer.message_hash),
        skipped_actions: 1,
        ..bare_tx(lt)
    }
}

/// TON that came in from elsewhere.
#[must_use]
pub fn deposit_tx(from: WalletAddress, value: NanoTon, lt: u64) -> FoundTx {
    FoundTx {
        from: Some(from),
        value_in: value,
        ..bare_tx(lt)
    }
}

/// A committed transaction that did nothing but cost a fee.
#[must_use]
pub fn bare_tx(lt: u64) -> FoundTx {
    FoundTx {
        tx: tx(lt),
        at: after(10),
        message: None,
        committed: true,
        exit_code: Some(0),
        aborted: false,
        skipped_actions: 0,
        msgs_created: 0,
        out: Vec::new(),
        from: None,
        value_in: NanoTon::ZERO,
        bounced: false,
        fees: ton("0.003"),
    }
}
