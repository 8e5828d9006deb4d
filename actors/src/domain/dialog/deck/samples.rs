//! Screens of the deck for tests: each kind at least once, and what a desk would answer.

pub mod reasons;

use super::face::{
    BreakCard, BreakLine, DeckFace, Health, HomeFace, OddLine, OrderCard, SalesFace, StoppedBy,
    StoppedFor, WaitingOrder, WalletFace,
};
use super::{Against, BreakMark, DeckAnswer, DeckNeed, Look, NotDone, WaitState, Want};
use crate::domain::Span;
use crate::domain::audit::Who;
use crate::domain::breaks::{Break, BreakStanding, Finding};
use crate::domain::catalog::{PremiumMonths, Product, ProductKind, StarsQuantity};
use crate::domain::ids::{InvoiceId, LoginId, TelegramId, TransferId, Version};
use crate::domain::invoice::Oddity;
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::{HistoryRow, Order, OrderState, WhyParked};
use crate::domain::pricing::{Bps, Contradiction, ShopPrices, Stop, StopReason};
use crate::domain::report::DayReport;
use crate::domain::samples::{self, noon};
use crate::domain::transfer::TransferState;
use crate::domain::wallet::WhyStopped;

/// The version that is shown of everything.
const VERSION: Version = Version::new(4);

/// A parked order with a payment behind it.
#[must_use]
pub fn parked() -> Order {
    let order = samples::parked(&[(1, 5, 0)], samples::paid_stage(false, false));
    because(order, WhyParked::DeliveryUnseen)
}

/// The order, parked for this reason if it is parked.
#[must_use]
pub fn because(mut order: Order, why: WhyParked) -> Order {
    if let OrderState::Parked {
        why: line, reason, ..
    } = &mut order.state
    {
        *line = why.to_string();
        *reason = Some(why);
    }
    order
}

/// A break about a row of Fragment's history that the parked order may have.
#[must_use]
pub fn row() -> Finding {
    let order = parked();
    Finding::RowUnclaimed {
        row: HistoryRow {
            login: LoginId::new(1),
            recipient: order.quote.recipient.username.clone(),
            goods: order.quote.product,
            price: NanoTon::from_nanos(326_000_000),
            at: noon(),
        },
    }
}

fn unseen() -> Finding {
    Finding::DeliveryUnseen {
        order: samples::ORDER,
        transfer: TransferId::new(1),
    }
}

fn line(finding: Finding) -> BreakLine {
    BreakLine {
        mark: BreakMark::of(&finding.key()),
        finding,
        since: noon() - Span::hours(2),
    }
}

/// An order with all that can hang on it.
#[must_use]
pub fn card(order: Order) -> OrderCard {
    let tx = samples::tx(1_040);
    let paid = samples::transfer(1, 5).now_is(TransferState::Paid { tx });
    OrderCard {
        order,
        version: VERSION,
        telegram: TelegramId::new(7),
        transfers: vec![paid, samples::transfer(2, 6)],
        invoice: Some(InvoiceId::new(3)),
        rows: vec![line(row())],
    }
}

fn health() -> Health {
    let since = noon() - Span::hours(3);
    Health {
        orders: WaitState::ALL.map(|state| (state, 2, since)).to_vec(),
        unpaid: 3,
        breaks: Some((2, since)),
        odd: 1,
    }
}

fn wallet(number: i64, well: bool) -> WalletFace {
    WalletFace {
        login: LoginId::new(number),
        address: "UQBvW8Z5huBkMJYdnfAEM5JqTNkuWX3diqYENkWsIL0XggGG".to_owned(),
        free: NanoTon::from_nanos(87_300_000_000),
        per_day: well.then_some(NanoTon::from_nanos(41_000_000_000)),
        stopped: (!well).then_some(StoppedFor::Reason(WhyStopped::Unpaid)),
        works: well,
    }
}

/// Wallets that are stopped for each reason, and for one of which an older version wrote a line.
fn stopped_wallets() -> Vec<WalletFace> {
    let mut why: Vec<StoppedFor> = reasons::halts().map(StoppedFor::Reason).to_vec();
    why.push(StoppedFor::Line("seqno 7 < 8 & more".to_owned()));
    let stopped = |(why, number)| WalletFace {
        stopped: Some(why),
        ..wallet(number, false)
    };
    why.into_iter().zip(1..).map(stopped).collect()
}

/// What rests: by hand and by all rules.
#[must_use]
pub fn stops() -> Vec<Stop> {
    let stop = |kind, why| Stop {
        kind,
        why,
        since: noon(),
    };
    vec![
        stop(None, StopReason::Operator),
        stop(Some(ProductKind::Stars), StopReason::BooksUnbalanced),
        stop(Some(ProductKind::Premium), StopReason::FragmentDown),
        stop(None, StopReason::LoginLost),
        stop(None, StopReason::FloatLow),
    ]
}

/// What a desk answers, with everything there that can be.
#[must_use]
pub fn shown(look: &Look, prices: &ShopPrices) -> DeckFace {
    let order = WaitingOrder::of(&parked());
    match look {
        Look::Home => DeckFace::Home(Box::new(HomeFace {
            report: DayReport::sample(noon().date_naive()),
            stops: Vec::new(),
            open: true,
            health: health(),
        })),
        Look::Waits => DeckFace::Waits(Box::new(health())),
        Look::State(state, page) => DeckFace::State {
            state: *state,
            orders: vec![order],
            page: *page,
            more: *page == 0,
        },
        Look::Breaks(page) => DeckFace::Breaks {
            breaks: vec![line(unseen()), line(row())],
            page: *page,
            more: *page == 0,
        },
        Look::Odd(page) => DeckFace::Odd {
            lines: vec![OddLine {
                invoice: InvoiceId::new(3),
                what: Oddity::Vanished.to_string(),
                oddity: Some(Oddity::Vanished),
                since: noon() - Span::minutes(5),
            }],
            page: *page,
            more: *page == 0,
        },
        Look::Sales => DeckFace::Sales(Box::new(SalesFace {
            open: true,
            stops: Vec::new(),
            unavailable: Vec::new(),
            by: None,
        })),
        Look::Prices => DeckFace::Prices {
            rules: Box::new(prices.rules.get().clone()),
            by_hand: None,
        },
        Look::Wallets => DeckFace::Wallets(vec![wallet(1, true), wallet(2, false)]),
        Look::Till(login) => DeckFace::Till(Box::new(wallet(login.get(), true))),
        Look::Order(_) => DeckFace::Order(Box::new(card(parked()))),
        Look::Find(text) if text == "7" => DeckFace::Found(vec![order.clone(), order]),
        Look::Find(text) if text == "nobody" => DeckFace::Found(Vec::new()),
        Look::Find(_) => DeckFace::Order(Box::new(card(parked()))),
        Look::Takers(mark, name) => DeckFace::Takers {
            mark: *mark,
            version: VERSION,
            orders: match name.as_str() {
                "nobody" => Vec::new(),
                _ => vec![order],
            },
        },
        Look::Break(mark) => DeckFace::Break(Box::new(break_card(*mark, order))),
        Look::Invoice(_) => DeckFace::NotThere,
    }
}

fn break_card(mark: BreakMark, order: WaitingOrder) -> BreakCard {
    let with_row = mark == BreakMark::of(&row().key());
    let finding = if with_row { row() } else { unseen() };
    BreakCard {
        row: Break {
            key: finding.key(),
            wallet: samples::purchase(&[]).wallet,
            finding,
            since: noon() - Span::hours(2),
            seen: noon(),
            n: 1,
            standing: BreakStanding::Open,
        },
        version: VERSION,
        orders: with_row.then_some(order).into_iter().collect(),
    }
}

/// What a desk answers to anything.
#[must_use]
pub fn answer(need: &DeckNeed, prices: &ShopPrices) -> DeckAnswer {
    match need {
        DeckNeed::Look(look) => DeckAnswer::Shown(Box::new(shown(look, prices))),
        DeckNeed::Act(act) => DeckAnswer::Acted {
            want: act.want,
            outcome: Ok(()),
        },
        DeckNeed::Cookies { login, .. } => DeckAnswer::Cookies {
            login: *login,
            outcome: Ok(()),
        },
    }
}

/// Screens that no desk above shows: empty, stopped, in every state.
#[must_use]
pub fn others() -> Vec<DeckFace> {
    let by = |who| {
        Some(StoppedBy {
            who,
            reason: Some("checked by hand".to_owned()),
            at: noon(),
        })
    };
    let sales = |who| {
        DeckFace::Sales(Box::new(SalesFace {
            open: false,
            stops: stops(),
            unavailable: reasons::unavailable(),
            by: by(who),
        }))
    };
    let mut faces = vec![
        sales(Who::Person(TelegramId::new(7))),
        sales(Who::Token("desk".to_owned())),
        DeckFace::Waits(Box::default()),
        DeckFace::State {
            state: WaitState::Held,
            orders: Vec::new(),
            page: 0,
            more: false,
        },
        DeckFace::Home(Box::new(HomeFace {
            report: DayReport {
                worth: None,
                ..DayReport::sample(noon().date_naive())
            },
            stops: stops(),
            open: false,
            health: Health::default(),
        })),
        DeckFace::Wallets(Vec::new()),
        DeckFace::Till(Box::new(wallet(1, false))),
        DeckFace::Wallets(stopped_wallets()),
        DeckFace::Trying(LoginId::new(1)),
        DeckFace::NotThere,
        DeckFace::Unread,
    ];
    faces.extend(giving());
    let orders = samples::every_order().into_iter();
    let known = |order| because(order, WhyParked::DeliveryUnseen);
    faces.extend(orders.map(|(_, order)| DeckFace::Order(Box::new(card(known(order))))));
    let parked = |why| WaitingOrder::of(&because(parked(), why));
    faces.push(DeckFace::Found(
        reasons::whys().into_iter().map(parked).collect(),
    ));
    let lines = reasons::oddities().into_iter().map(|odd| OddLine {
        invoice: InvoiceId::new(3),
        what: odd.to_string(),
        oddity: Some(odd),
        since: noon(),
    });
    faces.push(DeckFace::Odd {
        lines: lines.collect(),
        page: 0,
        more: false,
    });
    faces
}

/// The row of a break and who may get it.
fn giving() -> Vec<DeckFace> {
    let finding = row();
    let mark = BreakMark::of(&finding.key());
    let order = WaitingOrder::of(&parked());
    let takers = |orders| DeckFace::Takers {
        mark,
        version: VERSION,
        orders,
    };
    let give = Want::Give {
        mark,
        version: VERSION,
        order: order.order.id,
    };
    vec![
        DeckFace::Break(Box::new(break_card(mark, order.clone()))),
        DeckFace::Taker(mark),
        takers(Vec::new()),
        takers(vec![order]),
        DeckFace::Why {
            want: give,
            value: None,
        },
    ]
}

/// Every contradiction between prices.
fn contradictions() -> Vec<Contradiction> {
    let (markup, floor) = (Bps::new(100), Bps::new(800));
    let zero = Span::zero();
    let mut all = fixed_wrongly();
    all.extend([
        Contradiction::NoTiers,
        Contradiction::TooManyRows {
            list: "fixed prices",
            rows: 65,
        },
        Contradiction::FirstTierTooHigh { from: 100 },
        Contradiction::TiersNotAscending {
            from: 500,
            previous: 1_000,
        },
        Contradiction::MarkupOutOfRange {
            tier: Some(500),
            markup,
            floor,
        },
        Contradiction::MarkupOutOfRange {
            tier: None,
            markup,
            floor,
        },
        Contradiction::FloorTooLow {
            floor: markup,
            least: Some(floor),
            slippage: markup,
            source_limit: markup,
            gateway_fee: markup,
            accepted_underpayment: markup,
        },
        Contradiction::InvoiceOutlivesQuote {
            invoice: Span::minutes(31),
            quote: Span::minutes(30),
        },
        Contradiction::SpanNotPositive {
            what: "quote lifetime",
            span: zero,
        },
        Contradiction::SpanNegative {
            what: "tolerance for the future",
            span: -Span::minutes(1),
        },
        Contradiction::NoSources {
            what: "number of rate sources",
        },
        Contradiction::CapNotPositive { cap: NanoTon::ZERO },
        Contradiction::NetworkFeeNegative {
            fee: NanoTon::from_nanos(-1),
        },
    ]);
    all
}

fn fixed_wrongly() -> Vec<Contradiction> {
    let (hundred, three) = (
        Product::Stars(StarsQuantity::MIN),
        Product::Premium(PremiumMonths::Three),
    );
    vec![
        Contradiction::FixedBehindCost {
            product: three,
            price: MicroUsd::from_micros(7_770_000),
            cost: MicroUsd::from_micros(12_000_000),
            least: MicroUsd::from_micros(12_720_000),
        },
        Contradiction::FixedNotCents {
            product: hundred,
            price: MicroUsd::from_micros(1_234_567),
        },
        Contradiction::FixedTwice { product: three },
        Contradiction::FixedFalls {
            more: three,
            less: hundred,
        },
    ]
}

/// Every rule that can stand against a deed; of contradictions between prices each.
#[must_use]
pub fn rules() -> Vec<Against> {
    let found = contradictions().into_iter();
    let each = found.map(|why| Against::Prices(vec![why]));
    let others = [
        Against::State,
        Against::Signed,
        Against::NotExplained,
        Against::SecondPerson,
        Against::SilentHistory,
        Against::RowTaken,
        Against::NoRow,
        Against::NoReason,
        Against::TooLittle,
        Against::Frozen,
        Against::Debt,
        Against::OtherOrder,
        Against::WalletWorks,
        Against::NoCookies,
        Against::LoggedOut,
        Against::Identity,
        Against::Gone,
        Against::Books,
    ];
    each.chain(others).collect()
}

/// Every way in which something is not done.
#[must_use]
pub fn refusals() -> Vec<NotDone> {
    let ruled = rules().into_iter().map(NotDone::Rule);
    let others = [
        NotDone::Changed,
        NotDone::Before,
        NotDone::Elsewhere,
        NotDone::NotNow,
        NotDone::Unsure,
    ];
    others.into_iter().chain(ruled).collect()
}
