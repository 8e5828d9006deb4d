//! What a typed line, a picked person or anything else makes of the conversation.

use super::action::Action;
use super::heard::{Said, Utterance};
use super::screen::{Body, Button, Note, Screen};
use super::step::{Need, Step, View};
use super::{Dialog, Place};
use crate::domain::catalog::{
    CatalogRefused, PersonName, PremiumMonths, Product, StarsQuantity, Username,
};
use crate::domain::ids::{OrderId, TelegramId};
use crate::domain::money::MicroUsd;

impl Dialog {
    /// Says what a person's doing makes of the conversation.
    pub fn heard(self, said: &Said, view: View<'_>) -> Step {
        match said {
            Said::Text(line) => self.typed(line, view),
            Said::Tap(data) => self.tapped(data, view),
            Said::Picked {
                username: Some(username),
                ..
            } => self.named(username.clone(), view),
            Said::Picked { name, user, .. } => self.nameless(name, *user, view),
            Said::Thing => self.at(Place::Menu).show(Some(Note::NotUnderstood), view),
            Said::InGroup => {
                let screen = Box::new(Screen {
                    note: None,
                    body: Body::OnlyInPrivate,
                    buttons: Vec::new(),
                });
                let dialog = self;
                Step::Show { dialog, screen }
            }
        }
    }

    fn typed(mut self, line: &str, view: View<'_>) -> Step {
        if let Some(step) = self.typed_on_deck(line, view) {
            return step;
        }
        self.deck = None;
        match Utterance::of(line) {
            // For everybody else it is a word like any other.
            Utterance::Do(Action::Deck(_)) if !view.operator => {
                self.show(Some(Note::NotUnderstood), view)
            }
            Utterance::Start { order } => self.start(order),
            Utterance::Do(action) => self.act(action, view),
            Utterance::Buy { count, to } => self.buy(count, to, view),
            Utterance::TopUp { amount } => self.type_amount(amount, view),
            Utterance::Order(number) => self.ask(Need::FindOrder(number), None),
            Utterance::Name(text) => self.name(text, view),
            Utterance::Number(count) => self.type_number(count, line, view),
            Utterance::Words(words) => self.words(words, view),
        }
    }

    /// What was kept for the person is owed again, and then the menu or the order is shown.
    fn start(self, order: Option<OrderId>) -> Step {
        let place = order.map_or(Place::Menu, |order| Place::Order { order });
        self.at(place).ask(Need::CameBack, None)
    }

    fn buy(self, count: u64, to: Option<&str>, view: View<'_>) -> Step {
        let quantity = match quantity(count) {
            Ok(quantity) => quantity,
            Err(why) => {
                let to = to.and_then(|to| Username::parse(to).ok());
                return self.at(Place::Stars { to }).not_sold(why, view);
            }
        };
        let product = Product::Stars(quantity);
        let Some(to) = to else {
            return match super::render::offer(product, view) {
                Ok(_) => self.product_for_me(product, view),
                Err(why) => self.at(Place::Stars { to: None }).unpriced(&why, view),
            };
        };
        match Username::parse(to) {
            Ok(name) => self
                .at(Place::Stars { to: Some(name) })
                .choose(product, view),
            Err(_) => {
                let dialog = self.at(Place::Recipient { product });
                dialog.show(Some(Note::BadName), view)
            }
        }
    }

    fn type_amount(self, text: &str, view: View<'_>) -> Step {
        match MicroUsd::typed(text) {
            Ok(amount) => self.top_up(amount, view),
            Err(why) => {
                let note = Note::BadAmount(why);
                self.at(Place::TopUp).show(Some(note), view)
            }
        }
    }

    fn name(self, text: &str, view: View<'_>) -> Step {
        match Username::parse(text) {
            Ok(name) => self.named(name, view),
            Err(_) => self.show(Some(Note::BadName), view),
        }
    }

    /// A person is named: what is bought for them may already be settled, or comes next.
    fn named(self, name: Username, view: View<'_>) -> Step {
        if let Some(product) = self.product() {
            return self.look_for(product, name, None);
        }
        let to = Some(name);
        let place = match &self.place {
            Place::Premium { .. } => Place::Premium { to },
            Place::Menu
            | Place::Stars { .. }
            | Place::Recipient { .. }
            | Place::Friend { .. }
            | Place::Looking { .. }
            | Place::Card { .. }
            | Place::Pay { .. }
            | Place::Opening { .. }
            | Place::Order { .. }
            | Place::OtherCoin { .. }
            | Place::TopUp
            | Place::TopUpCoin { .. }
            | Place::Invoice { .. }
            | Place::Balance
            | Place::Orders { .. }
            | Place::WhereAreMyStars
            | Place::Page { .. }
            | Place::Erase => Place::Stars { to },
        };
        self.go(place, view)
    }

    fn type_number(self, count: u64, line: &str, view: View<'_>) -> Step {
        match &self.place {
            Place::TopUp | Place::TopUpCoin { .. } => self.type_amount(line, view),
            Place::Premium { .. } => {
                let months = u8::try_from(count).ok();
                let months = months.and_then(|months| PremiumMonths::new(months).ok());
                match months {
                    Some(months) => self.choose(Product::Premium(months), view),
                    None => self.show(Some(Note::NotANumber), view),
                }
            }
            Place::Menu
            | Place::Stars { .. }
            | Place::Recipient { .. }
            | Place::Friend { .. }
            | Place::Looking { .. }
            | Place::Card { .. }
            | Place::Pay { .. }
            | Place::Opening { .. }
            | Place::Order { .. }
            | Place::OtherCoin { .. }
            | Place::Invoice { .. }
            | Place::Balance
            | Place::Orders { .. }
            | Place::WhereAreMyStars
            | Place::Page { .. }
            | Place::Erase => match quantity(count) {
                Ok(quantity) => self.choose(Product::Stars(quantity), view),
                Err(why) => self.in_stars().not_sold(why, view),
            },
        }
    }

    /// Says what is sold instead of a number that is not.
    fn not_sold(self, why: NotSold, view: View<'_>) -> Step {
        let note = match why {
            NotSold::TooFew => {
                let mut other = Action::Stars;
                if let Place::Stars { to: Some(to) } = &self.place {
                    other = Action::StarsFor(to.clone());
                }
                let buttons = [Action::Quantity(StarsQuantity::MIN), other];
                return self.screen(None, (Body::TooFew, buttons.map(Button::Do).to_vec()));
            }
            NotSold::TooMany { most } => Note::TooMany { most },
        };
        self.show(Some(note), view)
    }

    fn words(self, words: &str, view: View<'_>) -> Step {
        match &self.place {
            Place::TopUp | Place::TopUpCoin { .. } => self.type_amount(words, view),
            Place::Recipient { .. } | Place::Friend { .. } | Place::Looking { .. } => {
                self.name(words, view)
            }
            Place::Stars { .. } | Place::Premium { .. } => self.show(Some(Note::NotANumber), view),
            Place::Menu
            | Place::Card { .. }
            | Place::Pay { .. }
            | Place::Opening { .. }
            | Place::Order { .. }
            | Place::OtherCoin { .. }
            | Place::Invoice { .. }
            | Place::Balance
            | Place::Orders { .. }
            | Place::WhereAreMyStars
            | Place::Page { .. }
            | Place::Erase => self.show(Some(Note::NotUnderstood), view),
        }
    }

    /// Fragment finds nobody without a public name: whoever picked them may write to them, and picks
    /// them again.
    fn nameless(self, name: &PersonName, user: Option<TelegramId>, view: View<'_>) -> Step {
        let name = name.clone();
        let note = Some(Note::FriendHasNoName { name, user });
        match self.product() {
            Some(product) => self.at(Place::Friend { product }).show(note, view),
            None => self.show(note, view),
        }
    }

    /// The choice of a quantity, with the person that was named before, if any.
    fn in_stars(self) -> Self {
        if matches!(self.place, Place::Stars { .. }) {
            return self;
        }
        self.at(Place::Stars { to: None })
    }
}

/// Why so many Stars are not sold.
#[derive(Clone, Copy)]
enum NotSold {
    TooFew,
    TooMany { most: u32 },
}

fn quantity(count: u64) -> Result<StarsQuantity, NotSold> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    StarsQuantity::new(count).map_err(|why| match why {
        // Months are no Stars: none of them is one that is sold.
        CatalogRefused::TooFewStars { .. } | CatalogRefused::MonthsNotSold { .. } => {
            NotSold::TooFew
        }
        CatalogRefused::TooManyStars { max, .. } => NotSold::TooMany { most: max },
    })
}
