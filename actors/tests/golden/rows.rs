//! Rows of every machine but the invoice.

use std::collections::BTreeSet;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::catalog::{PhotoMark, PremiumMonths, Product, ProductKind};
use starkeeper_actors::domain::customer::Customer;
use starkeeper_actors::domain::ids::{
    InvoiceId, LoginId, NoticeId, OrderId, QuoteId, TransferId, WalletAddress,
};
use starkeeper_actors::domain::login::{Health, Login, Needs};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::{
    CreditReason, Message, News, Notice, OperatorNews, Owed, RefundReason,
    Standing as NoticeStanding,
};
use starkeeper_actors::domain::order::{Order, OrderState, Proof, Stage};
use starkeeper_actors::domain::pricing::{Quote, ShopPrices, Stop, StopReason};
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::samples::{CUSTOMER, ORDER, SEQNO, WALLET, after, noon, ton, tx};
use starkeeper_actors::domain::transfer::{Purpose, Transfer, TransferState};
use starkeeper_actors::domain::wallet::{Standing, Wallet};

use crate::{check_machine, variants};

variants!(OrderStates of OrderState {
    OrderState::AwaitingPayment { .. } => "awaiting payment",
    OrderState::Held { .. } => "held",
    OrderState::Linked { .. } => "linked",
    OrderState::Paying { .. } => "paying",
    OrderState::Paid { .. } => "paid",
    OrderState::Delivered { proof: Proof::Page { .. }, .. } => "delivered by page",
    OrderState::Delivered { proof: Proof::History { .. }, .. } => "delivered by history",
    OrderState::Refunded { .. } => "refunded",
    OrderState::Cancelled { .. } => "cancelled",
    OrderState::Parked { stage: Stage::Unsigned, .. } => "parked unsigned",
    OrderState::Parked { stage: Stage::Signed { .. }, .. } => "parked signed",
    OrderState::Parked { stage: Stage::Paid { .. }, .. } => "parked paid",
    OrderState::Parked { stage: Stage::PaidOutside { .. }, .. } => "parked paid outside",
});

variants!(RefundReasons of RefundReason {
    RefundReason::RecipientGone => "recipient gone",
    RefundReason::RecipientChanged => "recipient changed",
    RefundReason::AlreadyPremium => "already premium",
    RefundReason::CostRose { .. } => "cost rose",
    RefundReason::CustomerAsked => "customer asked",
    RefundReason::TookTooLong => "took too long",
    RefundReason::ShopFailed => "shop failed",
    RefundReason::Operator => "operator",
});

variants!(TransferStates of TransferState {
    TransferState::Signed => "signed",
    TransferState::Paid { .. } => "paid",
    TransferState::ConsumedUnpaid { .. } => "consumed unpaid",
    TransferState::Dead { .. } => "dead",
    TransferState::Superseded { .. } => "superseded",
    TransferState::Foreign { .. } => "foreign",
    TransferState::Bounced { .. } => "bounced",
});

variants!(Purposes of Purpose {
    Purpose::Goods => "goods",
    Purpose::Burn { .. } => "burn",
});

variants!(WalletStandings of Standing {
    Standing::Open => "open",
    Standing::Stopped { .. } => "stopped",
});

variants!(Healths of Health {
    Health::Unknown => "unknown",
    Health::Good => "good",
    Health::ProofMissing { .. } => "proof missing",
    Health::PathBlocked { .. } => "path blocked",
    Health::Lost { needs: Needs::TelegramLogin, .. } => "lost: telegram login",
    Health::Lost { needs: Needs::Identity, .. } => "lost: identity",
    Health::Lost { needs: Needs::WalletProof, .. } => "lost: wallet proof",
});

variants!(NoticeStandings of NoticeStanding {
    NoticeStanding::Waiting { .. } => "waiting",
    NoticeStanding::Kept => "kept",
    NoticeStanding::Delivered { .. } => "delivered",
    NoticeStanding::Undeliverable { .. } => "undeliverable",
});

variants!(Messages of Message {
    Message::Customer(News::Credited { .. }) => "credited",
    Message::Customer(News::Locked { .. }) => "locked",
    Message::Customer(News::Unlocked { .. }) => "unlocked",
    Message::Customer(News::PayingBack { .. }) => "paying back",
    Message::Customer(News::PayingBackFailed { .. }) => "paying back failed",
    Message::Customer(News::PaidBack { .. }) => "paid back",
    Message::Customer(News::Delivered { .. }) => "delivered",
    Message::Customer(News::Refunded { .. }) => "refunded",
    Message::Customer(News::TakesLonger { .. }) => "takes longer",
    Message::Customer(News::BeingChecked { .. }) => "being checked",
    Message::Customer(News::OpenAgain { .. }) => "open again",
    Message::Operators(OperatorNews::Parked { .. }) => "operators: parked",
    Message::Operators(OperatorNews::WalletStopped { .. }) => "operators: wallet stopped",
    Message::Operators(OperatorNews::TopUp { .. }) => "operators: top up",
    Message::Operators(OperatorNews::Unexplained { .. }) => "operators: unexplained",
    Message::Operators(OperatorNews::FloatLow { .. }) => "operators: float low",
    Message::Operators(OperatorNews::LoginLost { .. }) => "operators: login lost",
    Message::Operators(OperatorNews::LoginBack { .. }) => "operators: login back",
    Message::Operators(OperatorNews::InvoiceOdd { .. }) => "operators: invoice odd",
    Message::Operators(OperatorNews::Orphan { .. }) => "operators: orphan",
    Message::Operators(OperatorNews::Paused { .. }) => "operators: paused",
    Message::Operators(OperatorNews::OpenAgain { .. }) => "operators: open again",
    Message::Operators(OperatorNews::Unbalanced { .. }) => "operators: unbalanced",
    Message::Operators(OperatorNews::Undeliverable { .. }) => "operators: undeliverable",
});

variants!(CreditReasons of CreditReason {
    CreditReason::Exact => "exact",
    CreditReason::WithinAccuracy => "within accuracy",
    CreditReason::Less => "less",
    CreditReason::More => "more",
    CreditReason::Late => "late",
    CreditReason::SecondPayment => "second payment",
    CreditReason::AfterCancel => "after cancel",
    CreditReason::OrderClosed => "order closed",
});

type Rows<T> = Vec<(String, T)>;

fn named<T>(rows: impl IntoIterator<Item = (&'static str, T)>) -> Rows<T> {
    rows.into_iter()
        .map(|(name, row)| (name.to_owned(), row))
        .collect()
}

/// What a row's file is called after its variant.
fn file_name(variant: &str) -> String {
    variant.replace(": ", "_").replace(' ', "_")
}

pub(crate) fn names() -> BTreeSet<String> {
    fn of<T>(machine: &str, rows: Rows<T>) -> impl Iterator<Item = String> {
        let machine = machine.to_owned();
        rows.into_iter()
            .map(move |(name, _)| format!("{machine}-{name}"))
    }
    of("order", orders())
        .chain(of("transfer", transfers()))
        .chain(of("wallet", wallets()))
        .chain(of("login", logins()))
        .chain(of("notice", notices()))
        .chain(of("customer", customers()))
        .chain(of("quote", quotes()))
        .collect()
}

fn orders() -> Rows<Order> {
    named(samples::every_order())
}

fn refund_reason(order: &Order) -> Option<&RefundReason> {
    match &order.state {
        OrderState::Refunded { why, .. } => Some(why),
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Parked { .. } => None,
    }
}

#[test]
fn orders_stay_readable() {
    let all = [OrderStates::ALL, RefundReasons::ALL].concat();
    check_machine("order", &orders(), &all, |order| {
        let reason = refund_reason(order).map(RefundReasons::of);
        [Some(OrderStates::of(&order.state)), reason]
            .into_iter()
            .flatten()
            .collect()
    });
}

fn transfers() -> Rows<Transfer> {
    let goods = || samples::transfer(1, SEQNO);
    let (paid, back) = (tx(1_010), tx(1_020));
    let why = "seqno 5 was used up by a message that is not ours".to_owned();
    let by = TransferId::new(2);
    named([
        ("signed", goods()),
        (
            "signed_burn",
            samples::burn(1, SEQNO, RefundReason::TookTooLong),
        ),
        ("paid", goods().now_is(TransferState::Paid { tx: paid })),
        (
            "consumed_unpaid",
            goods().now_is(TransferState::ConsumedUnpaid { tx: paid }),
        ),
        ("dead", goods().now_is(TransferState::Dead { providers: 2 })),
        (
            "superseded",
            goods().now_is(TransferState::Superseded { by }),
        ),
        ("foreign", goods().now_is(TransferState::Foreign { why })),
        (
            "bounced",
            goods().now_is(TransferState::Bounced { tx: paid, back }),
        ),
    ])
}

#[test]
fn transfers_stay_readable() {
    let all = [TransferStates::ALL, Purposes::ALL].concat();
    check_machine("transfer", &transfers(), &all, |transfer| {
        vec![
            TransferStates::of(&transfer.state),
            Purposes::of(&transfer.purpose),
        ]
    });
}

fn wallets() -> Rows<Wallet> {
    let new = Wallet {
        last: None,
        explained_in: None,
        next_seqno: 0,
        ..samples::wallet()
    };
    let live = TransferId::new(1);
    named([
        ("open", samples::wallet()),
        ("new", new),
        (
            "restored",
            samples::wallet().restored(noon(), Span::seconds(240)),
        ),
        ("busy", samples::wallet().signed(live)),
        ("claimed", samples::wallet().signed(live).dead(ORDER, 1)),
        (
            "stopped",
            samples::wallet()
                .consumed_unpaid()
                .stopped("top the wallet up"),
        ),
    ])
}

#[test]
fn wallets_stay_readable() {
    check_machine("wallet", &wallets(), WalletStandings::ALL, |wallet| {
        vec![WalletStandings::of(&wallet.standing)]
    });
}

fn logins() -> Rows<Login> {
    let login = |health| Login {
        health,
        checked_at: Some(noon()),
        losses: 2,
        ..Login::new(LoginId::new(1), WALLET)
    };
    let lost = |needs| {
        login(Health::Lost {
            since: noon(),
            needs,
            look_at: after(900),
        })
    };
    let missing = Health::ProofMissing {
        attempts: 2,
        not_before: Some(after(20)),
    };
    let blocked = Health::PathBlocked {
        attempts: 1,
        not_before: after(5),
    };
    named([
        ("unknown", Login::new(LoginId::new(1), WALLET)),
        ("good", login(Health::Good)),
        ("proof_missing", login(missing)),
        ("path_blocked", login(blocked)),
        ("lost_telegram_login", lost(Needs::TelegramLogin)),
        ("lost_identity", lost(Needs::Identity)),
        ("lost_wallet_proof", lost(Needs::WalletProof)),
    ])
}

#[test]
fn logins_stay_readable() {
    check_machine("login", &logins(), Healths::ALL, |login| {
        vec![Healths::of(&login.health)]
    });
}

const INVOICE: InvoiceId = InvoiceId::new(9);

fn credit_reasons() -> [CreditReason; 8] {
    [
        CreditReason::Exact,
        CreditReason::WithinAccuracy,
        CreditReason::Less,
        CreditReason::More,
        CreditReason::Late,
        CreditReason::SecondPayment,
        CreditReason::AfterCancel,
        CreditReason::OrderClosed,
    ]
}

fn credited(reason: CreditReason) -> News {
    let usd = |cents: i64| MicroUsd::from_micros(cents * 10_000);
    News::Credited {
        invoice: INVOICE,
        n: 1,
        asked: usd(165),
        received: usd(170),
        credited: usd(165),
        withheld: usd(5),
        debt_paid: usd(0),
        reason,
        order: Some(ORDER),
        bought: reason == CreditReason::Exact,
    }
}

fn customer_news() -> Vec<News> {
    let (invoice, order, amount) = (INVOICE, ORDER, MicroUsd::from_micros(1_650_000));
    let debt_paid = MicroUsd::ZERO;
    vec![
        News::Locked { invoice, n: 1 },
        News::Unlocked {
            invoice,
            n: 1,
            debt_paid,
        },
        News::PayingBack { invoice, amount },
        News::PayingBackFailed {
            invoice,
            amount,
            debt_paid,
        },
        News::PaidBack {
            invoice,
            n: 1,
            amount,
            debt: amount,
        },
        News::Delivered { order, seconds: 42 },
        News::Refunded {
            order,
            amount,
            why: RefundReason::CustomerAsked,
        },
        News::TakesLonger { order },
        News::BeingChecked { order },
        News::OpenAgain { at: noon() },
    ]
}

fn operator_news() -> Vec<OperatorNews> {
    let (wallet, login): (WalletAddress, _) = (WALLET, LoginId::new(1));
    let (order, transfer): (OrderId, _) = (ORDER, TransferId::new(1));
    let why = || "in one line".to_owned();
    let at = noon();
    vec![
        OperatorNews::Parked {
            order,
            n: 1,
            why: why(),
        },
        OperatorNews::WalletStopped {
            wallet,
            n: 1,
            why: why(),
        },
        OperatorNews::TopUp {
            transfer,
            wallet,
            amount: ton("0.326"),
        },
        OperatorNews::Unexplained {
            wallet,
            lt: 1_010,
            what: why(),
        },
        OperatorNews::FloatLow {
            wallet,
            free: ton("0.1"),
            hour: 495_588,
        },
        OperatorNews::LoginLost {
            login,
            n: 1,
            why: why(),
        },
        OperatorNews::LoginBack { login, n: 1 },
        OperatorNews::InvoiceOdd {
            invoice: INVOICE,
            n: 1,
            what: why(),
        },
        OperatorNews::Orphan {
            uuid: "uuid-1".into(),
            what: why(),
        },
        OperatorNews::Paused { at, why: why() },
        OperatorNews::OpenAgain { at, what: why() },
        OperatorNews::Unbalanced {
            at,
            usd: -1,
            ton: 0,
        },
        OperatorNews::Undeliverable {
            key: "cus_7/ord_70/delivered".into(),
            why: why(),
        },
    ]
}

fn notices() -> Rows<Notice> {
    let notice = |owed| Notice::new(NoticeId::new(11), owed, noon());
    let customers = customer_news()
        .into_iter()
        .map(|news| Owed::customer(CUSTOMER, news));
    let operators = operator_news().into_iter().map(Owed::operators);
    let told = customers.chain(operators).map(|owed| {
        let name = format!("news_{}", file_name(Messages::of(&owed.message)));
        (name, notice(owed))
    });
    let credits = credit_reasons().into_iter().map(|reason| {
        let name = format!("news_credited_{}", file_name(CreditReasons::of(&reason)));
        (name, notice(Owed::customer(CUSTOMER, credited(reason))))
    });
    let standing = |standing| Notice {
        standing,
        ..notice(Owed::customer(CUSTOMER, News::TakesLonger { order: ORDER }))
    };
    let waiting = NoticeStanding::Waiting {
        attempts: 3,
        not_before: after(30),
    };
    let why = "chat not found".to_owned();
    let standings = named([
        ("waiting", standing(waiting)),
        ("kept", standing(NoticeStanding::Kept)),
        (
            "delivered",
            standing(NoticeStanding::Delivered { at: after(1) }),
        ),
        (
            "undeliverable",
            standing(NoticeStanding::Undeliverable { why }),
        ),
    ]);
    told.chain(credits).chain(standings).collect()
}

#[test]
fn notices_stay_readable() {
    let all = [NoticeStandings::ALL, Messages::ALL].concat();
    check_machine("notice", &notices(), &all, |notice| {
        vec![
            NoticeStandings::of(&notice.standing),
            Messages::of(&notice.owed.message),
        ]
    });
    let reasons = credit_reasons().map(|reason| CreditReasons::of(&reason));
    assert_eq!(reasons, CreditReasons::ALL);
}

fn customers() -> Rows<Customer> {
    let frozen = samples::customer();
    let blocked = Customer {
        unreachable: true,
        locks: Vec::new(),
        language: starkeeper_actors::domain::customer::Language::En,
        ..samples::customer()
    };
    named([("frozen", frozen), ("unreachable", blocked)])
}

#[test]
fn customers_stay_readable() {
    check_machine("customer", &customers(), &[], |_| Vec::new());
}

fn quotes() -> Rows<Quote> {
    let quote = |product| samples::order_for(product).quote;
    let mut pictured = Quote {
        id: QuoteId::new(51),
        ..quote(samples::stars(1_000_000))
    };
    pictured.recipient.photo = Some(PhotoMark::parse("sha256:0badcafe").unwrap());
    named([
        ("stars", quote(samples::stars(50))),
        ("stars_with_photo", pictured),
        ("premium_3", quote(Product::Premium(PremiumMonths::Three))),
        ("premium_6", quote(Product::Premium(PremiumMonths::Six))),
        ("premium_12", quote(Product::Premium(PremiumMonths::Twelve))),
    ])
}

#[test]
fn quotes_stay_readable() {
    check_machine("quote", &quotes(), &[], |_| Vec::new());
}

pub(crate) fn prices() -> ShopPrices {
    samples::prices(noon())
}

variants!(StopReasons of StopReason {
    StopReason::Operator => "operator",
    StopReason::BooksUnbalanced => "books unbalanced",
    StopReason::FragmentDown => "fragment down",
    StopReason::LoginLost => "login lost",
    StopReason::FloatLow => "float low",
});

pub(crate) fn stopped_prices() -> ShopPrices {
    let reasons = [
        StopReason::Operator,
        StopReason::BooksUnbalanced,
        StopReason::FragmentDown,
        StopReason::LoginLost,
        StopReason::FloatLow,
    ];
    assert_eq!(reasons.map(|why| StopReasons::of(&why)), StopReasons::ALL);
    let kinds = [None, Some(ProductKind::Stars), Some(ProductKind::Premium)];
    let stops = reasons.into_iter().zip(kinds.into_iter().cycle());
    let mut prices = prices();
    prices.stops = stops
        .map(|(why, kind)| Stop {
            kind,
            why,
            since: noon(),
        })
        .collect();
    prices
}
