//! Rows of every machine but the invoice.

use std::collections::BTreeSet;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::breaks::{self, Break, BreakStanding, Finding};
use starkeeper_actors::domain::catalog::{PhotoMark, PremiumMonths, Product, ProductKind};
use starkeeper_actors::domain::customer::{Customer, Erased};
use starkeeper_actors::domain::dialog::deck_samples;
use starkeeper_actors::domain::ids::{Hash256, LoginId, Pseudonym, QuoteId, TransferId};
use starkeeper_actors::domain::login::{Health, Login, Needs};
use starkeeper_actors::domain::notice::RefundReason;
use starkeeper_actors::domain::order::{Order, OrderState, Proof, Stage};
use starkeeper_actors::domain::pricing::{Quote, ShopPrices, Stop, StopReason};
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::samples::{ORDER, SEQNO, WALLET, after, noon, tx};
use starkeeper_actors::domain::shop::{Opening, Shop};
use starkeeper_actors::domain::transfer::{Purpose, Transfer, TransferState};
use starkeeper_actors::domain::wallet::{Standing, Wallet, WhyStopped};

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

variants!(BreakStandings of BreakStanding {
    BreakStanding::Open => "open",
    BreakStanding::Agreed { .. } => "agreed",
    BreakStanding::Settled { .. } => "settled",
});

variants!(Findings of Finding {
    Finding::PaymentUnexplained { .. } => "payment unexplained",
    Finding::MoneyBack { .. } => "money back",
    Finding::PaymentMissing { .. } => "payment missing",
    Finding::PaymentUnbooked { .. } => "payment unbooked",
    Finding::PaymentDiffers { .. } => "payment differs",
    Finding::ReferencePaidTwice { .. } => "reference paid twice",
    Finding::OrderPaidTwice { .. } => "order paid twice",
    Finding::DeliveryUnseen { .. } => "delivery unseen",
    Finding::DeliveryUnproven { .. } => "delivery unproven",
    Finding::RowUnclaimed { .. } => "row unclaimed",
    Finding::RowDiffers { .. } => "row differs",
    Finding::LateDelivery { .. } => "late delivery",
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

pub(crate) type Rows<T> = Vec<(String, T)>;

pub(crate) fn named<T>(rows: impl IntoIterator<Item = (&'static str, T)>) -> Rows<T> {
    rows.into_iter()
        .map(|(name, row)| (name.to_owned(), row))
        .collect()
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
        .chain(of("break", breaks()))
        .chain(of("customer", customers()))
        .chain(of("quote", quotes()))
        .collect()
}

fn orders() -> Rows<Order> {
    let mut orders = named(samples::every_order());
    orders.extend(named([("parked_with_reason", deck_samples::parked())]));
    orders
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
    let mut by_an_older_version = samples::wallet().consumed_unpaid();
    by_an_older_version.stops = 1;
    by_an_older_version.standing = Standing::Stopped {
        why: "top the wallet up".into(),
        reason: None,
    };
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
            "stopped_with_reason",
            samples::wallet()
                .consumed_unpaid()
                .stopped(WhyStopped::Unpaid),
        ),
        ("stopped", by_an_older_version),
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

fn breaks() -> Rows<Break> {
    let of = |finding: Finding, standing| Break {
        key: finding.key(),
        wallet: WALLET,
        finding,
        since: noon(),
        seen: after(900),
        n: 1,
        standing,
    };
    let open = breaks::samples::every_finding().into_iter();
    let mut rows = named(open.map(|(kind, finding)| (kind, of(finding, BreakStanding::Open))));
    let (_, finding) = breaks::samples::every_finding().swap_remove(0);
    let agreed = BreakStanding::Agreed { at: after(1_800) };
    rows.push(("agreed".to_owned(), of(finding, agreed)));
    let (_, row) = breaks::samples::every_finding().swap_remove(9);
    let settled = BreakStanding::Settled {
        at: after(3_600),
        order: Some(samples::ORDER),
    };
    rows.push(("settled".to_owned(), of(row, settled)));
    rows
}

#[test]
fn breaks_stay_readable() {
    let all = [Findings::ALL, BreakStandings::ALL].concat();
    check_machine("break", &breaks(), &all, |row| {
        vec![
            Findings::of(&row.finding),
            BreakStandings::of(&row.standing),
        ]
    });
}

fn customers() -> Rows<Customer> {
    let frozen = samples::customer();
    let blocked = Customer {
        unreachable: true,
        locks: Vec::new(),
        language: starkeeper_actors::domain::customer::Language::En,
        ..samples::customer()
    };
    let gone = Pseudonym::new(Hash256::new([0xAB; 32]));
    let erased = blocked.erased_as(gone, after(60));
    let mut forgotten = erased.clone();
    forgotten.erased = Some(Erased {
        at: after(60),
        pseudonym: None,
    });
    named([
        ("frozen", frozen),
        ("unreachable", blocked),
        ("erased", erased),
        ("forgotten", forgotten),
    ])
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

variants!(Openings of Opening {
    Opening::New { checked_at: None, .. } => "new",
    Opening::New { checked_at: Some(_), .. } => "checked",
    Opening::Open { proof: Some(_), .. } => "proven",
    Opening::Open { proof: None, .. } => "open",
});

pub(crate) fn shops() -> Rows<Shop> {
    let shop = |opening| Shop {
        opening,
        alive_at: after(60),
        told_day: noon().date_naive(),
    };
    let open = |proof| Opening::Open { at: noon(), proof };
    let checked_at = Some(after(30));
    named([
        (
            "new",
            shop(Opening::New {
                checked_at: None,
                told: false,
            }),
        ),
        (
            "checked",
            shop(Opening::New {
                checked_at,
                told: true,
            }),
        ),
        ("proven", shop(open(Some(ORDER)))),
        ("open", shop(open(None))),
    ])
}

#[test]
fn shops_stay_readable() {
    check_machine("shop", &shops(), Openings::ALL, |shop| {
        vec![Openings::of(&shop.opening)]
    });
}
