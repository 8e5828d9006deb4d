//! Which buttons each screen of the deck has. Every one has a way back.

use super::face::{BreakCard, DeckFace, Health, OrderCard, SalesFace, WaitingOrder};
use super::{BreakLine, BreakMark, Go, PriceOf, ReadyReason, Want};
use crate::domain::catalog::ProductKind;
use crate::domain::dialog::{Action, Button};
use crate::domain::ids::Version;
use crate::domain::invoice::Purpose;
use crate::domain::pricing::{PriceRules, StopReason};

impl DeckFace {
    /// What can be tapped, without the way back.
    #[must_use]
    pub fn buttons(&self) -> Vec<Go> {
        match self {
            Self::Home(_) => vec![
                Go::Waits,
                Go::Find,
                Go::Sales,
                Go::Prices,
                Go::Wallets,
                Go::Home,
            ],
            Self::Waits(health) => of_health(health),
            Self::State {
                state,
                orders,
                page,
                more,
            } => {
                let orders = orders.iter().map(|it| Go::Order(it.order.id));
                let state = *state;
                let pages = pages(*page, *more, |page| Go::State(state, page));
                orders.chain(pages).collect()
            }
            Self::Found(orders) => {
                let orders = orders.iter().map(|it| Go::Order(it.order.id));
                orders.chain([Go::Find]).collect()
            }
            Self::Breaks { breaks, page, more } => {
                let breaks = breaks.iter().map(|line| Go::Break(line.mark));
                breaks.chain(pages(*page, *more, Go::Breaks)).collect()
            }
            Self::Odd { lines, page, more } => {
                let invoices = lines.iter().map(|line| Go::Invoice(line.invoice));
                invoices.chain(pages(*page, *more, Go::Odd)).collect()
            }
            Self::Order(card) => of_order(card),
            Self::Break(card) => of_break(card),
            Self::Takers {
                mark,
                version,
                orders,
            } => {
                let gives = orders.iter().map(|it| give(*mark, *version, it));
                gives.chain([Go::Give(*mark)]).collect()
            }
            Self::Invoice(invoice) => match invoice.purpose {
                Purpose::Order(order) => vec![Go::Order(order)],
                Purpose::TopUp => Vec::new(),
            },
            Self::Sales(sales) => of_sales(sales),
            Self::Prices { rules, .. } => of_prices(rules),
            Self::Wallets(wallets) => wallets.iter().map(|it| Go::Till(it.login)).collect(),
            Self::Till(wallet) => vec![Go::Cookies(wallet.login), Go::Till(wallet.login)],
            Self::Goods(goods) => {
                let goods = goods.iter().map(|it| PriceOf::Fixed(*it));
                goods.map(|of| Go::Want(Want::Price(of))).collect()
            }
            Self::Sure(sure) => vec![Go::Yes(sure.draft.nonce)],
            Self::Find
            | Self::Taker(_)
            | Self::Value { .. }
            | Self::Why { .. }
            | Self::Cookies(_)
            | Self::Trying(_)
            | Self::NotThere
            | Self::Unread => Vec::new(),
        }
    }

    /// Where its way back leads; the first screen's leads out of the deck.
    #[must_use]
    pub fn back(&self) -> Option<Go> {
        match self {
            Self::Home(_) => None,
            Self::State { .. } | Self::Breaks { .. } | Self::Odd { .. } | Self::Order(_) => {
                Some(Go::Waits)
            }
            Self::Break(_) => Some(Go::Breaks(0)),
            Self::Taker(mark) | Self::Takers { mark, .. } => Some(Go::Break(*mark)),
            Self::Invoice(_) => Some(Go::Odd(0)),
            Self::Value { .. } | Self::Goods(_) => Some(Go::Prices),
            Self::Why { want, .. } => Some(want.home()),
            Self::Sure(sure) => Some(sure.want.home()),
            Self::Till(_) => Some(Go::Wallets),
            Self::Cookies(login) | Self::Trying(login) => Some(Go::Till(*login)),
            Self::Waits(_)
            | Self::Found(_)
            | Self::Sales(_)
            | Self::Prices { .. }
            | Self::Wallets(_)
            | Self::Find
            | Self::NotThere
            | Self::Unread => Some(Go::Home),
        }
    }

    /// All its buttons, with ready reasons for the wish of this name.
    #[must_use]
    pub fn keys(&self, nonce: i64) -> Vec<Button> {
        let mut all = self.buttons();
        if let Self::Why { .. } = self {
            all.extend(ReadyReason::ALL.map(|reason| Go::Why(reason, nonce)));
        }
        let mut keys: Vec<Button> = all
            .into_iter()
            .map(|go| Button::Do(Action::Deck(go)))
            .collect();
        if let Self::Till(_) = self {
            keys.insert(0, Button::CopyAddress);
        }
        keys.push(Button::Do(self.back().map_or(Action::Menu, Action::Deck)));
        keys
    }
}

fn pages(page: u16, more: bool, of: impl Fn(u16) -> Go) -> impl Iterator<Item = Go> {
    let newer = page.checked_sub(1).map(&of);
    let older = page.checked_add(1).filter(|_| more).map(&of);
    newer.into_iter().chain(older)
}

/// What its state allows (rule 20).
fn of_order(card: &OrderCard) -> Vec<Go> {
    let (order, version) = (card.order.id, card.version);
    let mut buttons = Vec::new();
    for may in card.order.operator_may() {
        match *may {
            "resume" => buttons.push(Go::Want(Want::Resume { order, version })),
            "refund" => buttons.push(Go::Want(Want::Refund { order, version })),
            "mark delivered" => {
                let deliver = |line: &BreakLine| Want::Deliver {
                    order,
                    version,
                    row: line.mark,
                };
                buttons.extend(card.rows.iter().map(|line| Go::Want(deliver(line))));
            }
            _ => {}
        }
    }
    buttons.extend(card.invoice.map(Go::Invoice));
    buttons.push(Go::Order(order));
    buttons
}

fn of_health(health: &Health) -> Vec<Go> {
    let orders = health.orders.iter();
    let mut buttons: Vec<Go> = orders.map(|(state, _, _)| Go::State(*state, 0)).collect();
    buttons.extend(health.breaks.map(|_| Go::Breaks(0)));
    buttons.extend((health.odd > 0).then_some(Go::Odd(0)));
    buttons
}

fn of_break(card: &BreakCard) -> Vec<Go> {
    let order = card.row.finding.order().map(Go::Order);
    let (mark, version) = (BreakMark::of(&card.row.key), card.version);
    let mut buttons: Vec<Go> = order.into_iter().collect();
    if card.row.is_open() {
        if card.row.finding.row().is_some() {
            buttons.extend(card.orders.iter().map(|it| give(mark, version, it)));
            buttons.push(Go::Give(mark));
        }
        buttons.push(Go::Want(Want::Settle { mark, version }));
    }
    buttons
}

fn give(mark: BreakMark, version: Version, to: &WaitingOrder) -> Go {
    Go::Want(Want::Give {
        mark,
        version,
        order: to.order.id,
    })
}

/// What rests by hand goes on by hand, and nothing rests twice.
fn of_sales(sales: &SalesFace) -> Vec<Go> {
    let by_hand = || {
        let stops = sales.stops.iter();
        stops.filter(|stop| stop.why == StopReason::Operator)
    };
    let open = by_hand().next().map(|_| Go::Want(Want::Open));
    let kinds = [None, Some(ProductKind::Stars), Some(ProductKind::Premium)];
    let rests = |kind| by_hand().any(|stop| stop.kind.is_none() || stop.kind == kind);
    let pauses = kinds.into_iter().filter(|kind| !rests(*kind));
    let pauses = pauses.map(|kind| Go::Want(Want::Pause(kind)));
    open.into_iter().chain(pauses).collect()
}

fn of_prices(rules: &PriceRules) -> Vec<Go> {
    let tiers = rules
        .tiers
        .iter()
        .map(|tier| PriceOf::Tier(tier.from_quantity));
    let fixed = rules
        .fixed
        .iter()
        .map(|fixed| PriceOf::Fixed(fixed.product));
    let all = tiers.chain([PriceOf::Premium, PriceOf::Floor]).chain(fixed);
    let all = all.map(|of| Go::Want(Want::Price(of)));
    all.chain([Go::Fix]).collect()
}
