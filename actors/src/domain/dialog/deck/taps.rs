//! What a tap or a typed line makes of the deck.

use super::face::{Change, DeckFace, Sure};
use super::{
    Act, Against, Asks, DeckAnswer, DeckNeed, DeckNote, Draft, Go, Look, NotDone, PriceOf,
    REASON_CHARS, Secret, Want,
};
use crate::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use crate::domain::dialog::heard::Utterance;
use crate::domain::dialog::{Action, Body, Dialog, Need, Note, Screen, Step, View};

/// Quantities of Stars whose prices are shown before a markup is set.
const SHOWN: [u32; 3] = [50, 500, 5_000];

/// Quantities of Stars that can be chosen without typing to have a price of their own.
const READY: [u32; 5] = [50, 100, 250, 500, 1_000];

impl Dialog {
    /// A button of the deck. For whoever is no operator it is one that is there no more.
    pub(in crate::domain::dialog) fn deck(mut self, go: Go, view: View<'_>) -> Step {
        if !view.operator {
            return self.show(Some(Note::OldButton), view);
        }
        let draft = self.deck.take();
        match go {
            Go::Find => self.drafted(Draft::new(Asks::Name, None, view.fresh), None, view),
            Go::Fix => self.drafted(Draft::new(Asks::Goods, None, view.fresh), None, view),
            Go::Give(mark) => {
                let draft = Draft::new(Asks::Taker(mark), None, view.fresh);
                self.drafted(draft, None, view)
            }
            Go::Cookies(login) => {
                let draft = Draft::new(Asks::Cookies(login), None, view.fresh);
                self.drafted(draft, None, view)
            }
            Go::Want(want) => {
                let draft = Draft::new(Asks::Yes, Some(want), view.fresh);
                self.next(draft, view)
            }
            Go::Why(reason, nonce) => match draft.filter(|draft| draft.nonce == nonce) {
                Some(draft) => {
                    let reason = Some(reason.said().to_owned());
                    self.next(Draft { reason, ..*draft }, view)
                }
                None => self.look(Look::Home, Some(Note::OldButton)),
            },
            Go::Yes(nonce) => match draft.filter(|draft| draft.nonce == nonce) {
                Some(draft) => self.really(*draft, view),
                None => self.look(Look::Home, Some(Note::OldButton)),
            },
            Go::Home => self.look(Look::Home, None),
            Go::Waits => self.look(Look::Waits, None),
            Go::State(state, page) => self.look(Look::State(state, page), None),
            Go::Breaks(page) => self.look(Look::Breaks(page), None),
            Go::Odd(page) => self.look(Look::Odd(page), None),
            Go::Sales => self.look(Look::Sales, None),
            Go::Prices => self.look(Look::Prices, None),
            Go::Wallets => self.look(Look::Wallets, None),
            Go::Till(login) => self.look(Look::Till(login), None),
            Go::Order(order) => self.look(Look::Order(order), None),
            Go::Break(mark) => self.look(Look::Break(mark), None),
            Go::Invoice(invoice) => self.look(Look::Invoice(invoice), None),
        }
    }

    /// A line that an operator types where the deck waits for one; none if it means something else.
    pub(in crate::domain::dialog) fn typed_on_deck(
        &mut self,
        line: &str,
        view: View<'_>,
    ) -> Option<Step> {
        let draft = *self.deck.clone().filter(|_| view.operator)?;
        if line.trim_start().starts_with('/') {
            return None;
        }
        if Utterance::of(line) == Utterance::Do(Action::Back) {
            let back = draft.face(view).back().unwrap_or(Go::Home);
            return Some(std::mem::take(self).deck(back, view));
        }
        let mut dialog = std::mem::take(self);
        Some(match draft.asks {
            Asks::Name => {
                dialog.deck = None;
                dialog.look(Look::Find(name_of_order(line)), None)
            }
            Asks::Taker(mark) => {
                dialog.deck = None;
                dialog.look(Look::Takers(mark, name_of_order(line)), None)
            }
            Asks::Goods => match goods(line) {
                Some(product) => {
                    let want = Some(Want::Price(PriceOf::Fixed(product)));
                    dialog.next(Draft { want, ..draft }, view)
                }
                None => dialog.drafted(draft, Some(DeckNote::BadGoods), view),
            },
            Asks::Value => {
                let read = draft.want.map(|want| want.read(line));
                match read.unwrap_or(Err(DeckNote::BadNumber)) {
                    Ok(value) => {
                        let value = Some(value);
                        dialog.next(Draft { value, ..draft }, view)
                    }
                    Err(why) => dialog.drafted(draft, Some(why), view),
                }
            }
            Asks::Reason => {
                let reason = line.trim();
                if REASON_CHARS.contains(&reason.chars().count()) {
                    let reason = Some(reason.to_owned());
                    dialog.next(Draft { reason, ..draft }, view)
                } else {
                    dialog.drafted(draft, Some(DeckNote::BadReason), view)
                }
            }
            Asks::Yes | Asks::Trying(_) => dialog.drafted(draft, None, view),
            Asks::Cookies(login) => {
                let trying = Draft::new(Asks::Trying(login), None, draft.nonce);
                dialog.deck = Some(Box::new(trying));
                let text = Secret(line.to_owned());
                dialog.ask(Need::Deck(DeckNeed::Cookies { login, text }), None)
            }
        })
    }

    /// What the deck was answered.
    pub(in crate::domain::dialog) fn answered_on_deck(
        self,
        answer: DeckAnswer,
        note: Option<Note>,
        view: View<'_>,
    ) -> Step {
        match answer {
            DeckAnswer::Shown(face) => self.on_deck(*face, note, view.fresh),
            DeckAnswer::Acted { want, outcome } => {
                let done = outcome.is_ok();
                let note = Note::Deck(of_outcome(outcome, DeckNote::Done));
                match want.home() {
                    Go::Order(order) => self.look(Look::Order(order), Some(note)),
                    // It is closed: there is nothing to look at any more.
                    Go::Break(_) if done => self.look(Look::Breaks(0), Some(note)),
                    Go::Break(mark) => self.look(Look::Break(mark), Some(note)),
                    Go::Prices => self.look(Look::Prices, Some(note)),
                    Go::Sales => self.look(Look::Sales, Some(note)),
                    Go::Home
                    | Go::Waits
                    | Go::State(..)
                    | Go::Breaks(_)
                    | Go::Odd(_)
                    | Go::Wallets
                    | Go::Till(_)
                    | Go::Invoice(_)
                    | Go::Find
                    | Go::Fix
                    | Go::Give(_)
                    | Go::Want(_)
                    | Go::Why(..)
                    | Go::Yes(_)
                    | Go::Cookies(_) => self.look(Look::Home, Some(note)),
                }
            }
            DeckAnswer::Cookies { login, outcome } => {
                let mut dialog = self;
                dialog.deck = None;
                let note = Note::Deck(of_outcome(outcome, DeckNote::CookiesTaken));
                dialog.look(Look::Till(login), Some(note))
            }
        }
    }

    fn look(self, look: Look, note: Option<Note>) -> Step {
        self.ask(Need::Deck(DeckNeed::Look(look)), note)
    }

    /// What is missing of a wish is asked for; then whether really.
    fn next(self, draft: Draft, view: View<'_>) -> Step {
        let Some(want) = draft.want else {
            return self.look(Look::Home, None);
        };
        let asks = if want.needs_value() && draft.value.is_none() {
            Asks::Value
        } else if want.needs_reason() && draft.reason.is_none() {
            // A price that cannot be is refused before anybody says why.
            if let Some(why) = draft.refused(view) {
                let draft = Draft {
                    asks: Asks::Value,
                    value: None,
                    ..draft
                };
                return self.drafted(draft, Some(DeckNote::NotDone(NotDone::Rule(why))), view);
            }
            Asks::Reason
        } else {
            Asks::Yes
        };
        self.drafted(Draft { asks, ..draft }, None, view)
    }

    fn drafted(mut self, draft: Draft, note: Option<DeckNote>, view: View<'_>) -> Step {
        let (face, nonce) = (draft.face(view), draft.nonce);
        self.deck = Some(Box::new(draft));
        self.on_deck(face, note.map(Note::Deck), nonce)
    }

    fn really(self, draft: Draft, view: View<'_>) -> Step {
        let Some(want) = draft.want else {
            return self.look(Look::Home, Some(Note::OldButton));
        };
        let ready = (draft.reason.is_some() || !want.needs_reason())
            && (draft.value.is_some() || !want.needs_value());
        if !ready {
            return self.next(draft, view);
        }
        let act = Act {
            want,
            value: draft.value,
            reason: draft.reason,
            nonce: draft.nonce,
        };
        self.ask(Need::Deck(DeckNeed::Act(Box::new(act))), None)
    }

    fn on_deck(self, face: DeckFace, note: Option<Note>, nonce: i64) -> Step {
        let buttons = face.keys(nonce);
        let body = Body::Deck(Box::new(face));
        let screen = Box::new(Screen {
            note,
            body,
            buttons,
        });
        let dialog = self;
        Step::Show { dialog, screen }
    }
}

/// What names an order, as it is looked for: its number in one form, anything else as it was typed.
fn name_of_order(line: &str) -> String {
    match Utterance::of(line) {
        Utterance::Order(number) => number.to_string(),
        Utterance::Start { .. }
        | Utterance::Do(_)
        | Utterance::Buy { .. }
        | Utterance::TopUp { .. }
        | Utterance::Name(_)
        | Utterance::Number(_)
        | Utterance::Words(_) => line.trim().to_owned(),
    }
}

/// What a line names that can have a price of its own: `500`, `premium 6`, or as customers write it.
fn goods(line: &str) -> Option<Product> {
    let lower = line.trim().to_lowercase();
    let months = ["premium", "премиум"]
        .iter()
        .find_map(|word| lower.strip_prefix(word));
    if let Some(months) = months {
        let number: String = months.chars().filter(char::is_ascii_digit).collect();
        let months = PremiumMonths::new(number.parse().ok()?).ok()?;
        return Some(Product::Premium(months));
    }
    match Utterance::of(line) {
        Utterance::Number(count) => {
            let count = u32::try_from(count).ok()?;
            StarsQuantity::new(count).ok().map(Product::Stars)
        }
        Utterance::Start { .. }
        | Utterance::Do(_)
        | Utterance::Buy { .. }
        | Utterance::TopUp { .. }
        | Utterance::Order(_)
        | Utterance::Name(_)
        | Utterance::Words(_) => None,
    }
}

/// Quantities and lengths that have no price of their own yet.
fn ready_to_fix(view: View<'_>) -> Vec<Product> {
    let fixed = &view.prices.rules.get().fixed;
    let stars = READY
        .into_iter()
        .filter_map(|count| StarsQuantity::new(count).ok());
    let all = stars.map(Product::Stars);
    let all = all.chain(PremiumMonths::ALL.map(Product::Premium));
    all.filter(|product| fixed.iter().all(|it| it.product != *product))
        .collect()
}

fn of_outcome(outcome: Result<(), NotDone>, done: DeckNote) -> DeckNote {
    match outcome {
        Ok(()) => done,
        Err(why) => DeckNote::NotDone(why),
    }
}

impl Want {
    fn read(self, line: &str) -> Result<i64, DeckNote> {
        match self {
            Self::Price(of) => of.read(line),
            Self::Resume { .. }
            | Self::Refund { .. }
            | Self::Deliver { .. }
            | Self::Settle { .. }
            | Self::Give { .. }
            | Self::Pause(_)
            | Self::Open => Err(DeckNote::BadNumber),
        }
    }
}

impl Draft {
    const fn new(asks: Asks, want: Option<Want>, nonce: i64) -> Self {
        Self {
            asks,
            want,
            value: None,
            reason: None,
            nonce,
        }
    }

    fn face(&self, view: View<'_>) -> DeckFace {
        match (self.asks, self.want) {
            (Asks::Name, _) => DeckFace::Find,
            (Asks::Taker(mark), _) => DeckFace::Taker(mark),
            (Asks::Goods, _) => DeckFace::Goods(ready_to_fix(view)),
            (Asks::Cookies(login), _) => DeckFace::Cookies(login),
            (Asks::Trying(login), _) => DeckFace::Trying(login),
            (Asks::Value, Some(Want::Price(of))) => DeckFace::Value {
                of,
                now: of.now(view.prices.rules.get()),
            },
            (Asks::Reason, Some(want)) => DeckFace::Why {
                want,
                value: self.value,
            },
            (Asks::Yes | Asks::Value, Some(want)) => DeckFace::Sure(Box::new(Sure {
                draft: self.clone(),
                want,
                changes: self.changes(view),
            })),
            (Asks::Yes | Asks::Value | Asks::Reason, None) => DeckFace::NotThere,
        }
    }

    /// Why the price cannot be set so.
    fn refused(&self, view: View<'_>) -> Option<Against> {
        let Some(Want::Price(of)) = self.want else {
            return None;
        };
        let set = of.set(self.value?, view.prices.rules.get())?;
        let next = view.prices.set_by_hand(set, view.now);
        next.err().map(|why| Against::Prices(why.0))
    }

    /// What a few goods would cost.
    fn changes(&self, view: View<'_>) -> Vec<Change> {
        let (Some(Want::Price(of)), Some(value)) = (self.want, self.value) else {
            return Vec::new();
        };
        let set = of.set(value, view.prices.rules.get());
        let next = set.and_then(|set| view.prices.set_by_hand(set, view.now).ok());
        let Some(next) = next else {
            return Vec::new();
        };
        let stars = SHOWN
            .into_iter()
            .filter_map(|count| StarsQuantity::new(count).ok());
        let fixed = match of {
            PriceOf::Fixed(product) => Some(product),
            PriceOf::Tier(_) | PriceOf::Premium | PriceOf::Floor => None,
        };
        let others = stars
            .map(Product::Stars)
            .chain(PremiumMonths::ALL.map(Product::Premium))
            .filter(|product| Some(*product) != fixed);
        let goods = fixed.into_iter().chain(others);
        let price = |prices: &crate::domain::pricing::ShopPrices, product| {
            prices.price(product, view.now).ok().map(|it| it.price)
        };
        let change = |product| Change {
            product,
            before: price(view.prices, product),
            after: price(&next, product),
        };
        goods
            .map(change)
            .filter(|change| change.before != change.after)
            .collect()
    }
}
