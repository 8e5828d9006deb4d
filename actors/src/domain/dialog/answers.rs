//! What an answer makes of the conversation.

use super::action::Action;
use super::deck::{Asks, DeckAnswer};
use super::paying;
use super::render::{self, offer};
use super::screen::{Body, Button, Closed, ListedOrder, Note, OrderFace, Screen};
use super::step::{Answer, BuyRefused, LookUpFailed, OpenRefused, Step, View};
use super::taps::kind_of;
use super::{Dialog, Place};
use crate::domain::catalog::{Product, Recipient, StarsQuantity, Username};
use crate::domain::ids::QuoteId;
use crate::domain::ledger::Statement;
use crate::domain::order::Order;
use crate::domain::pricing::Quote;

impl Dialog {
    /// Whether an outside answer is still waited for. The customer may have gone elsewhere.
    #[must_use]
    pub fn awaits(&self, answer: &Answer) -> bool {
        match (&self.place, answer) {
            (Place::Looking { username, .. }, Answer::Found(recipient)) => {
                recipient.username == *username
            }
            (
                Place::Looking { username, .. },
                Answer::NotFound {
                    username: asked, ..
                },
            ) => username == asked,
            (
                Place::Opening { target, .. },
                Answer::Opened { target: asked, .. } | Answer::NotOpened { target: asked, .. },
            ) => target == asked,
            (_, Answer::Deck(DeckAnswer::Cookies { login, .. })) => {
                let asks = self.deck.as_ref().map(|draft| draft.asks);
                asks == Some(Asks::Trying(*login))
            }
            (_, Answer::Found(_) | Answer::NotFound { .. })
            | (_, Answer::Opened { .. } | Answer::NotOpened { .. }) => false,
            (
                _,
                Answer::Slow { .. }
                | Answer::CannotCount
                | Answer::Bought(_)
                | Answer::NotBought(_)
                | Answer::Order { .. }
                | Answer::Invoice { .. }
                | Answer::NoSuchOrder
                | Answer::Statement(_)
                | Answer::Orders { .. }
                | Answer::AsBefore { .. }
                | Answer::Noted(_)
                | Answer::MayErase(_)
                | Answer::Erased
                | Answer::Deck(DeckAnswer::Shown(_) | DeckAnswer::Acted { .. }),
            ) => true,
        }
    }

    /// Says what an answer makes of the conversation. `note` is what the question came with.
    pub fn answered(self, answer: Answer, note: Option<Note>, view: View<'_>) -> Step {
        match answer {
            Answer::Found(recipient) => self.found(*recipient, note, view),
            Answer::NotFound { username, why } => self.not_found(username, why, view),
            Answer::Slow { wait } => {
                let body = Body::SlowDown { wait: Some(wait) };
                self.gone_back().screen(None, (body, Vec::new()))
            }
            Answer::CannotCount => {
                let shown = (Body::TryAgainSoon, Vec::new());
                self.gone_back().screen(None, shown)
            }
            Answer::Bought(face) => self.ordered(face, note, view),
            Answer::NotBought(why) => self.not_bought(why, view),
            Answer::Opened {
                invoice,
                order: Some(order),
                ..
            } => {
                let face = OrderFace {
                    order: *order,
                    invoice: Some(*invoice),
                    transfers: Vec::new(),
                };
                self.ordered(Box::new(face), note, view)
            }
            Answer::Opened {
                invoice,
                order: None,
                ..
            } => self.invoice(invoice, note),
            Answer::NotOpened { why, .. } => self.not_opened(why, view),
            Answer::Order { face, note: new } => {
                let order = face.order.id;
                let dialog = self.at(Place::Order { order });
                dialog.screen(new.or(note), paying::order(face, view))
            }
            Answer::Invoice { invoice, note: new } => self.invoice(invoice, new.or(note)),
            Answer::NoSuchOrder if matches!(self.place, Place::Opening { .. }) => {
                // The intent was never stored: nothing happened.
                self.gone_back().show(Some(Note::TryAgain), view)
            }
            Answer::NoSuchOrder => self.at(Place::Menu).show(Some(Note::NoSuchOrder), view),
            Answer::Statement(statement) => self.balance(statement, note, view),
            Answer::Orders { orders, more } => self.orders(&orders, more, note, view),
            Answer::AsBefore {
                product,
                username,
                fewer,
            } => {
                let product = if fewer {
                    within_balance(product, view)
                } else {
                    product
                };
                match offer(product, view) {
                    Ok(_) => self.look_for(product, username, note),
                    Err(why) => self.at(kind_of(product)).unpriced(&why, view),
                }
            }
            Answer::Noted(new) => self.show(new.or(note), view),
            Answer::MayErase(open) => {
                let shown = render::erase(open, view);
                self.at(Place::Erase).screen(note, shown)
            }
            Answer::Deck(answer) => self.answered_on_deck(answer, note, view),
            Answer::Erased => gone(),
        }
    }

    /// The end of somebody who was erased: nothing of the conversation is left either.
    #[must_use]
    pub fn erased() -> (Self, Screen) {
        (Self::default(), Screen::short(Body::Erased))
    }

    /// The customer needs a username first; "check again" asks anew.
    pub(super) fn no_username(self, product: Product) -> Step {
        let buttons = [Action::ForMe, Action::ForFriend].map(Button::Do).to_vec();
        self.screen(None, (Body::NoUsername { product }, buttons))
    }

    fn found(self, recipient: Recipient, note: Option<Note>, view: View<'_>) -> Step {
        let Some(product) = self.product() else {
            return self.show(note, view);
        };
        let priced = match offer(product, view) {
            Ok(priced) => priced,
            Err(why) => return self.at(Place::Recipient { product }).unpriced(&why, view),
        };
        let id = QuoteId::new(view.fresh);
        let rules = view.prices.rules.get();
        let quote = Quote::offer(id, view.customer, recipient, priced, rules, view.now);
        let quote = Box::new(quote);
        self.at(Place::Card { quote }).show(note, view)
    }

    fn not_found(self, username: Username, why: LookUpFailed, view: View<'_>) -> Step {
        let Some(product) = self.product() else {
            return self.show(None, view);
        };
        let (place, note, extra) = match why {
            LookUpFailed::NoSuchUser => {
                let note = Note::NotFound(username);
                (Place::Friend { product }, note, None)
            }
            LookUpFailed::NotAPerson => {
                let note = Note::NotAPerson(username);
                (Place::Friend { product }, note, None)
            }
            LookUpFailed::AlreadyPremium => return self.has_premium(username),
            LookUpFailed::Unavailable => {
                let again = Action::To(username.clone());
                let note = Note::CannotLookUp(username);
                (Place::Recipient { product }, note, Some(again))
            }
        };
        let mut step = self.at(place).show(Some(note), view);
        if let (Step::Show { screen, .. }, Some(extra)) = (&mut step, extra) {
            let extra = Button::Do(extra);
            screen.buttons.retain(|button| *button != extra);
            screen.buttons.insert(0, extra);
        }
        step
    }

    /// Stars for the same person instead? A number that is typed now is one of Stars for them.
    fn has_premium(self, username: Username) -> Step {
        let to = Some(username.clone());
        let buttons = vec![Button::Do(Action::StarsFor(username.clone()))];
        self.at(Place::Stars { to })
            .screen(None, (Body::HasPremium { username }, buttons))
    }

    fn ordered(mut self, face: Box<OrderFace>, note: Option<Note>, view: View<'_>) -> Step {
        let recipient = &face.order.quote.recipient.username;
        if view.sender.username.as_ref() != Some(recipient) {
            self.save_recipient(recipient.clone());
        }
        let order = face.order.id;
        self.at(Place::Order { order })
            .screen(note, paying::order(face, view))
    }

    fn invoice(self, invoice: Box<crate::domain::invoice::Invoice>, note: Option<Note>) -> Step {
        let id = invoice.id;
        self.at(Place::Invoice { invoice: id })
            .screen(note, paying::invoice(invoice))
    }

    fn not_bought(self, why: BuyRefused, view: View<'_>) -> Step {
        match why {
            BuyRefused::NotEnough => {
                let price = self.place.quote().map(|quote| quote.price);
                let missing = price.unwrap_or_default();
                let missing = missing.minus_down_to_zero(view.purse.available);
                self.show(Some(Note::NotEnough { missing }), view)
            }
            BuyRefused::Frozen => self.show(Some(Note::Frozen), view),
            BuyRefused::Debt => {
                let owed = view.purse.debt;
                self.show(Some(Note::Debt { owed }), view)
            }
            BuyRefused::PremiumUnderWay => self.show(Some(Note::PremiumUnderWay), view),
            BuyRefused::TooMuch => self.show(Some(Note::AboveCap), view),
            BuyRefused::NoFloat => self.closed(Closed::NotSelling, None, view),
        }
    }

    fn not_opened(self, why: OpenRefused, view: View<'_>) -> Step {
        let note = match why {
            OpenRefused::GatewayDown => {
                return self.gone_back().closed(Closed::NoInvoices, None, view);
            }
            OpenRefused::Unknown => {
                // The place stays: drawn anew it shows the order or the invoice itself.
                return self.show(Some(Note::InvoiceComing), view);
            }
            OpenRefused::Refused => Note::InvoiceRefused,
            OpenRefused::OtherOrderOpen => Note::OtherOrderOpen,
            OpenRefused::Frozen => Note::Frozen,
            OpenRefused::Debt => Note::Debt {
                owed: view.purse.debt,
            },
        };
        self.gone_back().show(Some(note), view)
    }

    fn balance(self, statement: Statement, note: Option<Note>, view: View<'_>) -> Step {
        let purse = view.purse;
        let buttons = [Action::TopUp, Action::Orders(0)].map(Button::Do).to_vec();
        let dialog = self.at(Place::Balance);
        dialog.screen(note, (Body::Balance { purse, statement }, buttons))
    }

    fn orders(self, orders: &[Order], more: bool, note: Option<Note>, view: View<'_>) -> Step {
        let listed = orders.iter().map(ListedOrder::of);
        let buttons = orders.iter().map(|order| Action::ShowOrder(order.id));
        let mut buttons: Vec<Button> = buttons.map(Button::Do).collect();
        if let Place::WhereAreMyStars = &self.place {
            let (done, open): (Vec<_>, Vec<_>) = listed.partition(|listed| is_done(&listed.state));
            let last = done.into_iter().next().map(Box::new);
            let shown = open.iter().chain(last.as_deref()).map(|listed| listed.id);
            let shown: Vec<_> = shown.collect();
            buttons = shown
                .into_iter()
                .map(|order| Button::Do(Action::ShowOrder(order)))
                .collect();
            buttons.push(Button::Support);
            let body = Body::WhereAreMyStars { open, last };
            return self.screen(note, (body, buttons));
        }
        let mut page = 0;
        if let Place::Orders { page: shown } = &self.place {
            page = *shown;
        }
        if let Some(before) = page.checked_sub(1) {
            buttons.push(Button::Do(Action::Orders(before)));
        }
        if let Some(next) = page.checked_add(1).filter(|_| more) {
            buttons.push(Button::Do(Action::Orders(next)));
        }
        let first = orders
            .is_empty()
            .then(|| render::first_offer(view))
            .flatten();
        if let Some(Product::Stars(quantity)) = first.map(|offer| offer.product) {
            buttons.push(Button::Do(Action::Quantity(quantity)));
        }
        let body = Body::Orders {
            orders: listed.collect(),
            page,
            first,
        };
        self.at(Place::Orders { page })
            .screen(note, (body, buttons))
    }

    /// Out of the waiting for an outside answer.
    fn gone_back(self) -> Self {
        if let Place::Looking { product, .. } = &self.place {
            let product = *product;
            return self.at(Place::Recipient { product });
        }
        if let Place::Opening { from, .. } = &self.place {
            let before = (**from).clone();
            return self.at(before);
        }
        self
    }
}

/// Nothing is left of the conversation.
fn gone() -> Step {
    let (dialog, screen) = Dialog::erased();
    let screen = Box::new(screen);
    Step::Show { dialog, screen }
}

/// So many, or as many of them as the balance buys at the prices of today; the same where it buys
/// none.
fn within_balance(product: Product, view: View<'_>) -> Product {
    let Product::Stars(wanted) = product else {
        return product;
    };
    let stars = |count: u32| StarsQuantity::new(count).ok().map(Product::Stars);
    let is_affordable = |count: u32| {
        let priced = stars(count).map(|product| offer(product, view));
        matches!(priced, Some(Ok(priced)) if priced.price <= view.purse.available)
    };
    // A price never falls as the quantity grows.
    let (mut buys, mut too_many) = (0_u32, wanted.get().saturating_add(1));
    while buys.saturating_add(1) < too_many {
        let middle = buys.saturating_add(too_many) / 2;
        if middle < StarsQuantity::MIN.get() || is_affordable(middle) {
            buys = middle;
        } else {
            too_many = middle;
        }
    }
    stars(buys).unwrap_or(product)
}

const fn is_done(state: &crate::domain::order::OrderState) -> bool {
    use crate::domain::order::OrderState;
    match state {
        OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. } => true,
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Parked { .. } => false,
    }
}
