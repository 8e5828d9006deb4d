//! What the buttons of the deck say.

use starkeeper_actors::domain::catalog::ProductKind;
use starkeeper_actors::domain::dialog::{
    Action, Body, BreakLine, BreakMark, DeckFace, Go, PriceOf, Screen, WaitingOrder, Want,
};
use starkeeper_actors::domain::ids::{InvoiceId, OrderId};
use starkeeper_actors::domain::notice::OperatorNews;

use super::{ordinal, state_key};
use crate::telegram::face::{Does, Key, Keys};
use crate::telegram::words::Voice;
use crate::telegram::words::reasons::ready_key;
use crate::telegram::words::rows::fitting;

impl Voice<'_> {
    /// The button below a piece of news, to the thing it is about. The news stays.
    pub(in crate::telegram::words) fn leading_to(&self, news: &OperatorNews) -> Keys {
        let Some(go) = Go::of_news(news) else {
            return Keys::None;
        };
        let key = Key {
            label: self.tongue.plain("deck-key-look"),
            does: Does::Tap(Action::Deck(go).encode_apart()),
        };
        Keys::Inline(vec![vec![key]])
    }

    pub(in crate::telegram::words) fn deck_label(&self, screen: &Screen, go: Go) -> String {
        let say = |key: &str| self.tongue.plain(key);
        let Body::Deck(face) = &screen.body else {
            return say("deck-key-home");
        };
        if face.back() == Some(go) {
            return say("key-back");
        }
        match go {
            Go::Home | Go::Till(_) if is_again(face, go) => say("key-refresh"),
            Go::Home => say("deck-key-home"),
            Go::Waits => say("deck-key-waits"),
            Go::Find => say("deck-key-find"),
            Go::Fix => say("deck-key-fix"),
            Go::Give(_) if matches!(**face, DeckFace::Takers { .. }) => say("deck-key-find"),
            Go::Give(_) => say("deck-key-give-to"),
            Go::Sales => say("deck-key-sales"),
            Go::Prices => say("deck-key-prices"),
            Go::Wallets => say("deck-key-wallets"),
            Go::Till(login) => login.to_string(),
            Go::State(state, page) => match page_shown(face) {
                Some(shown) => self.turn(page, shown),
                None => say(state_key(state)),
            },
            Go::Breaks(page) => match page_shown(face) {
                Some(shown) => self.turn(page, shown),
                None => say("deck-breaks"),
            },
            Go::Odd(page) => match page_shown(face) {
                Some(shown) => self.turn(page, shown),
                None => say("deck-odd"),
            },
            Go::Order(order) => match listed(face, order) {
                Some(number) => number,
                None if matches!(**face, DeckFace::Order(_)) => say("key-refresh"),
                None => say("deck-key-order"),
            },
            Go::Break(mark) => match nth_break(face, mark) {
                Some(nth) => self.nth(nth),
                None => say("key-refresh"),
            },
            Go::Invoice(invoice) => match nth_odd(face, invoice) {
                Some(nth) => self.nth(nth),
                None => say("deck-key-invoice"),
            },
            Go::Want(want) => self.want_label(face, want),
            Go::Why(reason, _) => say(ready_key(reason)),
            Go::Yes(_) => say("deck-key-yes"),
            Go::Cookies(_) => say("deck-key-cookies"),
        }
    }

    fn want_label(&self, face: &DeckFace, want: Want) -> String {
        let say = |key: &str| self.tongue.plain(key);
        match want {
            Want::Resume { .. } => say("deck-key-resume"),
            Want::Refund { .. } => say("deck-key-refund"),
            Want::Deliver { row, .. } => {
                let nth = nth_row(face, row).unwrap_or_default();
                let n = ordinal(nth);
                self.tongue.say("deck-key-deliver", [("n", n.into())])
            }
            Want::Settle { .. } => say("deck-key-settle"),
            Want::Give { order, .. } => match taker(face, order) {
                Some(number) => self
                    .tongue
                    .say("deck-key-give", [("number", number.into())]),
                None => say("deck-key-give-to"),
            },
            Want::Pause(None) => say("deck-key-pause-all"),
            Want::Pause(Some(ProductKind::Stars)) => say("deck-key-pause-stars"),
            Want::Pause(Some(ProductKind::Premium)) => say("deck-key-pause-premium"),
            Want::Open => say("deck-key-open"),
            Want::Price(PriceOf::Fixed(product)) if matches!(face, DeckFace::Goods(_)) => {
                self.tongue.goods(product)
            }
            Want::Price(of) => {
                let mut now = None;
                if let DeckFace::Prices { rules, .. } = face {
                    now = of.now(rules);
                }
                fitting(&[self.price_line(of, now), self.price_name(of)])
            }
        }
    }

    fn nth(&self, nth: usize) -> String {
        let n = ordinal(nth);
        self.tongue.say("deck-key-nth", [("n", n.into())])
    }

    fn turn(&self, to: u16, shown: u16) -> String {
        self.tongue.plain(match to < shown {
            true => "key-newer",
            false => "key-older",
        })
    }
}

/// Whether a button is the way back of a screen of the deck.
pub(in crate::telegram::words) fn is_back(body: &Body, action: &Action) -> bool {
    let Body::Deck(face) = body else {
        return false;
    };
    face.back().map_or(Action::Menu, Action::Deck) == *action
}

/// Whether a step of the deck has a row to itself.
pub(in crate::telegram::words) const fn is_wide(go: Go) -> bool {
    match go {
        Go::Yes(_) => true,
        Go::Home
        | Go::Waits
        | Go::State(..)
        | Go::Breaks(_)
        | Go::Odd(_)
        | Go::Sales
        | Go::Prices
        | Go::Wallets
        | Go::Till(_)
        | Go::Order(_)
        | Go::Break(_)
        | Go::Invoice(_)
        | Go::Find
        | Go::Fix
        | Go::Give(_)
        | Go::Want(_)
        | Go::Why(..)
        | Go::Cookies(_) => false,
    }
}

fn is_again(face: &DeckFace, go: Go) -> bool {
    let home = matches!((face, go), (DeckFace::Home(_), Go::Home));
    home || matches!((face, go), (DeckFace::Till(till), Go::Till(login)) if till.login == login)
}

fn page_shown(face: &DeckFace) -> Option<u16> {
    if let DeckFace::State { page, .. }
    | DeckFace::Breaks { page, .. }
    | DeckFace::Odd { page, .. } = face
    {
        return Some(*page);
    }
    None
}

fn place_of(lines: &[BreakLine], mark: BreakMark) -> Option<usize> {
    lines.iter().position(|line| line.mark == mark)
}

fn nth_break(face: &DeckFace, mark: BreakMark) -> Option<usize> {
    if let DeckFace::Breaks { breaks, .. } = face {
        return place_of(breaks, mark);
    }
    None
}

fn nth_row(face: &DeckFace, mark: BreakMark) -> Option<usize> {
    if let DeckFace::Order(card) = face {
        return place_of(&card.rows, mark);
    }
    None
}

fn nth_odd(face: &DeckFace, invoice: InvoiceId) -> Option<usize> {
    if let DeckFace::Odd { lines, .. } = face {
        return lines.iter().position(|line| line.invoice == invoice);
    }
    None
}

/// The number of an order that may get a row.
fn taker(face: &DeckFace, order: OrderId) -> Option<String> {
    let mut may: &[WaitingOrder] = &[];
    if let DeckFace::Break(card) = face {
        may = &card.orders;
    } else if let DeckFace::Takers { orders, .. } = face {
        may = orders;
    }
    let found = may.iter().find(|it| it.order.id == order);
    found.map(|it| it.order.number.to_string())
}

/// The number of an order, on a screen that lists orders.
fn listed(face: &DeckFace, order: OrderId) -> Option<String> {
    if let DeckFace::State { orders, .. } | DeckFace::Found(orders) = face {
        let found = orders.iter().find(|it| it.order.id == order);
        return found.map(|it| it.order.number.to_string());
    }
    None
}
