//! Notices: standings, and every piece of news there is.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use starkeeper_actors::domain::breaks::Finding;
use starkeeper_actors::domain::dialog::deck_samples::reasons;
use starkeeper_actors::domain::ids::{GatewayUuid, InvoiceId, LoginId, NoticeId, TransferId};
use starkeeper_actors::domain::invoice::Oddity;
use starkeeper_actors::domain::login::Needs;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::{
    CreditReason, Message, News, Notice, OperatorNews, Owed, RefundReason, ShopNews,
    Standing as NoticeStanding,
};
use starkeeper_actors::domain::order::WhyParked;
use starkeeper_actors::domain::report::DayReport;
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::samples::{CUSTOMER, ORDER, WALLET, after, noon, ton};
use starkeeper_actors::domain::wallet::WhyStopped;

use crate::rows::{Rows, named};
use crate::{check_machine, variants};

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
    Message::Customer(News::OnItsWay { .. }) => "on its way",
    Message::Customer(News::Lapsed { .. }) => "lapsed",
    Message::Customer(News::BeingChecked { .. }) => "being checked",
    Message::Customer(News::OpenAgain { .. }) => "open again",
    Message::Operators(OperatorNews::Parked { .. }) => "operators: parked",
    Message::Operators(OperatorNews::WalletStopped { .. }) => "operators: wallet stopped",
    Message::Operators(OperatorNews::TopUp { .. }) => "operators: top up",
    Message::Operators(OperatorNews::Unexplained { .. }) => "operators: unexplained",
    Message::Operators(OperatorNews::FloatLow { .. }) => "operators: float low",
    Message::Operators(OperatorNews::FloatEnds { .. }) => "operators: float ends",
    Message::Operators(OperatorNews::Break { .. }) => "operators: break",
    Message::Operators(OperatorNews::BreakOver { .. }) => "operators: break over",
    Message::Operators(OperatorNews::OrderWaits { .. }) => "operators: order waits",
    Message::Operators(OperatorNews::LoginLost { .. }) => "operators: login lost",
    Message::Operators(OperatorNews::LoginBack { .. }) => "operators: login back",
    Message::Operators(OperatorNews::InvoiceOdd { .. }) => "operators: invoice odd",
    Message::Operators(OperatorNews::Orphan { .. }) => "operators: orphan",
    Message::Operators(OperatorNews::Paused { .. }) => "operators: paused",
    Message::Operators(OperatorNews::OpenAgain { .. }) => "operators: open again",
    Message::Operators(OperatorNews::Unbalanced { .. }) => "operators: unbalanced",
    Message::Operators(OperatorNews::Shop(ShopNews::New { .. })) => "operators: shop new",
    Message::Operators(OperatorNews::Shop(ShopNews::Opened { .. })) => "operators: shop opened",
    Message::Operators(OperatorNews::Shop(ShopNews::Away { .. })) => "operators: shop away",
    Message::Operators(OperatorNews::Shop(ShopNews::DiskLow { .. })) => "operators: disk low",
    Message::Operators(OperatorNews::Shop(ShopNews::DiskFine { .. })) => "operators: disk fine",
    Message::Operators(OperatorNews::Shop(ShopNews::LogLost { .. })) => "operators: log lost",
    Message::Operators(OperatorNews::Shop(ShopNews::Day { .. })) => "operators: day",
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

/// What a row's file is called after its variant.
fn file_name(variant: &str) -> String {
    variant.replace(": ", "_").replace(' ', "_")
}

pub(crate) fn names() -> BTreeSet<String> {
    let rows = notices().into_iter();
    rows.map(|(name, _)| format!("notice-{name}")).collect()
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
        News::Locked {
            invoice,
            n: 1,
            page: None,
        },
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
        News::OnItsWay { order },
        News::Lapsed {
            invoice,
            at: noon(),
        },
        News::BeingChecked { order },
        News::OpenAgain { at: noon() },
    ]
}

fn break_news() -> [OperatorNews; 2] {
    let finding = Finding::PaymentMissing {
        order: ORDER,
        transfer: TransferId::new(1),
        tx: samples::tx(1_010),
    };
    let begun = OperatorNews::Break {
        n: 1,
        since: noon(),
        finding: finding.clone(),
    };
    [begun, OperatorNews::BreakOver { n: 1, finding }]
}

fn operator_news() -> Vec<OperatorNews> {
    let (wallet, login) = (WALLET, LoginId::new(1));
    let (order, transfer) = (ORDER, TransferId::new(1));
    let why = || "in one line".to_owned();
    let at = noon();
    vec![
        OperatorNews::Parked {
            order,
            n: 1,
            why: why(),
            reason: None,
        },
        OperatorNews::WalletStopped {
            wallet,
            n: 1,
            why: why(),
            reason: None,
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
            strange: None,
        },
        OperatorNews::LoginLost {
            login,
            n: 1,
            why: why(),
            needs: None,
        },
        OperatorNews::LoginBack { login, n: 1 },
        OperatorNews::InvoiceOdd {
            invoice: INVOICE,
            n: 1,
            what: why(),
            oddity: None,
        },
        OperatorNews::Orphan {
            uuid: "uuid-1".into(),
            what: why(),
            orphan: None,
        },
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

/// News of a float, and of an order that waits for it.
fn float_news() -> [OperatorNews; 3] {
    let (wallet, order) = (WALLET, ORDER);
    [
        OperatorNews::FloatLow {
            wallet,
            free: ton("0.1"),
            hour: 495_588,
        },
        OperatorNews::OrderWaits {
            order,
            hour: 495_588,
        },
        OperatorNews::FloatEnds {
            wallet,
            free: ton("12.5"),
            per_day: ton("50"),
            seconds: 21_600,
            day: 20_649,
        },
    ]
}

/// Pauses without their reasons.
fn pauses() -> [OperatorNews; 2] {
    let (at, why) = (noon(), || "in one line".to_owned());
    [
        OperatorNews::Paused {
            at,
            why: why(),
            rests: Vec::new(),
        },
        OperatorNews::OpenAgain {
            at,
            what: why(),
            goods: Vec::new(),
        },
    ]
}

/// What carries its reason beside the line; without it, above, it is of an older version.
fn reasoned_news() -> [OperatorNews; 5] {
    let (n, at) = (1, noon());
    let why = WhyParked::SentBack { lt: 1_040 };
    let (oddity, needs) = (Oddity::Vanished, Needs::Identity);
    let (rests, goods) = reasons::rests();
    [
        OperatorNews::Parked {
            order: ORDER,
            n,
            why: why.to_string(),
            reason: Some(why),
        },
        OperatorNews::LoginLost {
            login: LoginId::new(1),
            n,
            why: needs.what_to_do().into(),
            needs: Some(needs),
        },
        OperatorNews::InvoiceOdd {
            invoice: INVOICE,
            n,
            what: oddity.to_string(),
            oddity: Some(oddity),
        },
        OperatorNews::Paused {
            at,
            why: "in one line".into(),
            rests,
        },
        OperatorNews::OpenAgain {
            at,
            what: "in one line".into(),
            goods,
        },
    ]
}

/// The same of wallets, and of money without an invoice.
fn reasoned_of_wallets() -> [OperatorNews; 3] {
    let why = WhyStopped::Ahead { shown: 9, books: 7 };
    let [.., fitting, _] = reasons::strange();
    let [orphan, ..] = reasons::orphans();
    let stopped = samples::wallet().stopped(why).stop_notice().unwrap();
    let Message::Operators(stopped) = stopped.message else {
        panic!("{stopped:?}");
    };
    [
        stopped,
        fitting.news(WALLET, 1_010),
        orphan.news(&GatewayUuid::parse("uuid-1").unwrap()),
    ]
}

fn shop_news() -> [ShopNews; 7] {
    let day = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
    [
        ShopNews::New { at: noon() },
        ShopNews::Opened { order: ORDER },
        ShopNews::Away {
            from: noon(),
            to: after(1_680),
            going_on: 2,
        },
        ShopNews::DiskLow {
            at: noon(),
            folder: "state".into(),
            free: 812,
            least: 1_024,
        },
        ShopNews::DiskFine { at: noon() },
        ShopNews::LogLost {
            file: "logs/app.log".into(),
            why: "No space left on device".into(),
            day: 20_649,
        },
        ShopNews::Day {
            report: Box::new(DayReport::sample(day)),
            late: true,
        },
    ]
}

fn notices() -> Rows<Notice> {
    let notice = |owed| Notice::new(NoticeId::new(11), owed, noon());
    let customers = customer_news()
        .into_iter()
        .map(|news| Owed::customer(CUSTOMER, news));
    let operators = operator_news()
        .into_iter()
        .chain(float_news())
        .chain(pauses())
        .chain(break_news());
    let operators = operators.chain(shop_news().map(OperatorNews::Shop));
    let operators = operators.map(Owed::operators);
    let told = customers.chain(operators).map(|owed| {
        let name = format!("news_{}", file_name(Messages::of(&owed.message)));
        (name, notice(owed))
    });
    let reasoned = reasoned_news().into_iter().chain(reasoned_of_wallets());
    let reasoned = reasoned.map(|news| {
        let owed = Owed::operators(news);
        let name = file_name(Messages::of(&owed.message));
        (format!("news_{name}_with_reason"), notice(owed))
    });
    let told = told.chain(reasoned);
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
