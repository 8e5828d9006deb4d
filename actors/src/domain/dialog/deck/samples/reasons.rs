//! Each reason that operators read, once.
#![expect(clippy::unwrap_used, reason = "constants that are known to be valid")]

use crate::domain::Span;
use crate::domain::catalog::{PremiumMonths, Product, ProductKind};
use crate::domain::ids::{GatewayOrderId, PaymentRef};
use crate::domain::invoice::{GatewayStatus, Oddity, Orphan};
use crate::domain::link::LinkRefused;
use crate::domain::login::Needs;
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::notice::{Resting, Rests};
use crate::domain::order::WhyParked;
use crate::domain::pricing::{
    Bps, NoPrice, Paused, PriceRefused, SourceName, Stop, StopReason, Subject, Unavailable,
};
use crate::domain::samples::{self, noon};
use crate::domain::transfer::ChainFault;
use crate::domain::wallet::{Strangeness, WhyStopped};

const SOME: NanoTon = NanoTon::from_nanos(326_000_000);

/// Why an order can be parked.
#[must_use]
pub fn whys() -> Vec<WhyParked> {
    let wallet = samples::WALLET;
    let words = || "something <b> & else".to_owned();
    let links = [
        LinkRefused::WrongPayer {
            got: wallet,
            expected: wallet,
        },
        LinkRefused::Messages(2),
        LinkRefused::StateInit,
        LinkRefused::Destination(wallet),
        LinkRefused::AmountDiffers {
            link: SOME,
            init: SOME,
        },
        LinkRefused::AmountNotPositive(NanoTon::ZERO),
        LinkRefused::AboveCap {
            amount: SOME,
            cap: SOME,
        },
        LinkRefused::Comment {
            text: words(),
            expected: words(),
        },
        LinkRefused::NoReference(words()),
        LinkRefused::TooLate {
            valid_until: noon(),
            needed_s: 60,
        },
        LinkRefused::Recipient,
    ];
    let lt = 1_040;
    let mut whys = vec![
        WhyParked::FragmentSays(words()),
        WhyParked::NoKey(wallet),
        WhyParked::SignerRule(words()),
        WhyParked::HistoryUnexplained,
        WhyParked::AssignedByHand { lt },
        WhyParked::DeliveryUnseen,
        WhyParked::SentBack { lt },
    ];
    whys.extend(links.map(WhyParked::Link));
    whys.extend(faults().map(WhyParked::Chain));
    whys
}

fn faults() -> [ChainFault; 3] {
    let (lt, seqno, wallet) = (1_040, 7, samples::WALLET);
    [
        ChainFault::SentOther { lt },
        ChainFault::Failed { lt, seqno },
        ChainFault::NotOurs { seqno, wallet },
    ]
}

/// Why a wallet can be stopped.
#[must_use]
pub fn halts() -> [WhyStopped; 6] {
    let wallet = samples::WALLET;
    let [other, failed, foreign] = faults().map(WhyStopped::Chain);
    let (shown, books) = (9, 7);
    [
        WhyStopped::Unpaid,
        WhyStopped::Ahead { shown, books },
        WhyStopped::Unexplained { wallet },
        other,
        failed,
        foreign,
    ]
}

/// What can be strange in a wallet's history.
#[must_use]
pub fn strange() -> [Strangeness; 7] {
    let reference = PaymentRef::parse("m9JhZwApQ").unwrap();
    let (shown, explained) = (9, 7);
    let with = |fits| Strangeness::UnsignedReference {
        reference: reference.clone(),
        fits,
    };
    [
        Strangeness::ByHand { messages: 2 },
        Strangeness::HandWhilePaying,
        Strangeness::SeqnoOff { shown, explained },
        Strangeness::UnsignedPayment,
        with(None),
        with(Some(samples::ORDER)),
        Strangeness::CameBack { amount: SOME },
    ]
}

/// What can be known of money that belongs to no invoice: in dollars or not, and whose.
#[must_use]
pub fn orphans() -> [Orphan; 3] {
    let dollars = Orphan {
        status: GatewayStatus::PaidOver,
        face: MicroUsd::from_micros(1_650_000),
        currency: "USD".to_owned(),
        order_id: GatewayOrderId::parse("prod-1").unwrap(),
        customer: Some(samples::CUSTOMER),
    };
    let nobodys = Orphan {
        customer: None,
        ..dollars.clone()
    };
    let foreign = Orphan {
        status: GatewayStatus::Unknown("new <one>".to_owned()),
        currency: "<EUR> & more".to_owned(),
        ..dollars.clone()
    };
    [dollars, nobodys, foreign]
}

/// What can be odd about an invoice.
#[must_use]
pub fn oddities() -> Vec<Oddity> {
    let words = || "something <b> & else".to_owned();
    let (amount, status) = (MicroUsd::from_micros(1_650_000), GatewayStatus::PaidOver);
    vec![
        Oddity::OtherUuid("u-1".to_owned()),
        Oddity::OtherOrderId("prod-1".to_owned()),
        Oddity::OtherCurrency("EUR".to_owned()),
        Oddity::OtherFace(amount),
        Oddity::NotNew(words()),
        Oddity::Vanished,
        Oddity::NotFinal(status.clone()),
        Oddity::Unvalued(status.clone()),
        Oddity::LessDue {
            due: amount,
            recorded: amount,
        },
        Oddity::WentBack(status.clone()),
        Oddity::Failed(GatewayStatus::Unknown("new_one".to_owned())),
        Oddity::Withheld(amount),
        Oddity::Locked { n: 2 },
        Oddity::ForeignRefund,
        Oddity::LeftDebt(amount),
        Oddity::RefundUncredited,
        Oddity::PaidAfterRefund(status),
        Oddity::RefundedAgain,
        Oddity::RefundFailed(words()),
        Oddity::RefundInDoubt,
        Oddity::UnknownStatus("new_one".to_owned()),
        Oddity::More,
    ]
}

/// Why something can have no price.
#[must_use]
pub fn unavailable() -> Vec<Unavailable> {
    let source = |name: &str| SourceName::parse(name).unwrap();
    let what = Subject::TonRate;
    let (stars, three) = (samples::stars(50), Product::Premium(PremiumMonths::Three));
    let why = StopReason::FragmentDown;
    let stop = Stop {
        kind: None,
        why,
        since: noon(),
    };
    let paused = [
        Paused::NeverSeen {
            what: Subject::Stars,
        },
        Paused::NeverSeen {
            what: Subject::Premium(PremiumMonths::Three),
        },
        Paused::TooOld {
            what,
            by: source("heleket"),
            age_s: 700,
            limit_s: 600,
            fresh: 0,
            needed: 1,
        },
        Paused::TooFewSources {
            what,
            fresh: 1,
            needed: 2,
        },
        Paused::InFuture {
            what,
            by: source("heleket"),
            ahead_s: Span::minutes(2).num_seconds(),
            tolerance_s: 30,
        },
        Paused::SourcesApart {
            what,
            low: "5.00 USD for a TON".to_owned(),
            low_source: source("heleket"),
            high: "6.00 USD for a TON".to_owned(),
            high_source: source("fragment"),
            apart: Bps::new(2_000),
            limit: Bps::new(300),
        },
        Paused::Stopped { stop },
    ];
    let refused = [
        PriceRefused::BelowFloor {
            product: three,
            fixed: MicroUsd::from_micros(7_770_000),
            floor: MicroUsd::from_micros(12_720_000),
        },
        PriceRefused::AboveCap {
            product: three,
            max_cost: SOME,
            cap: SOME,
        },
        PriceRefused::Arithmetic {
            why: "overflow in a sum".to_owned(),
        },
    ];
    let paused = paused.map(|why| (stars, NoPrice::Paused(why)));
    let refused = refused.map(|why| (three, NoPrice::Refused(why)));
    let all = paused.into_iter().chain(refused);
    all.map(|(product, why)| Unavailable { product, why })
        .collect()
}

/// What can rest, and what can go on.
#[must_use]
pub fn rests() -> (Vec<Rests>, Vec<Resting>) {
    let kinds = [None, Some(ProductKind::Stars), Some(ProductKind::Premium)];
    let mut rests: Vec<Rests> = unavailable().into_iter().map(Rests::Unpriced).collect();
    rests.extend(kinds.map(Rests::ByHand));
    let mut goods: Vec<Resting> = kinds.map(Resting::Kind).to_vec();
    goods.push(Resting::Product(samples::stars(50)));
    (rests, goods)
}

/// What a login can need.
pub const NEEDS: [Needs; 3] = [Needs::TelegramLogin, Needs::Identity, Needs::WalletProof];
