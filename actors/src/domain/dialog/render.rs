//! From a place to its screen.

use super::action::{Action, Target, Topic};
use super::deck::{Asks, DeckFace, Go};
use super::screen::{Body, Button, Closed, Coins, Note, Offer, PayWays, Screen};
use super::step::{Need, Seller, Step, View};
use super::{Dialog, Place};
use crate::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use crate::domain::customer::{Language, StillOpen};
use crate::domain::ids::QuoteId;
use crate::domain::invoice::{Missing, missing_part};
use crate::domain::money::{MicroUsd, MoneyError};
use crate::domain::pricing::{NoPrice, Paused, PriceRefused, Quote};

impl Dialog {
    /// Shows the present place, or asks for what it shows.
    pub(super) fn show(self, note: Option<Note>, view: View<'_>) -> Step {
        if let Some(meanwhile) = self.meanwhile().filter(|_| view.fetching) {
            let screen = Box::new(Screen { note, ..meanwhile });
            let dialog = self;
            return Step::Show { dialog, screen };
        }
        let need = match &self.place {
            Place::Opening { target, .. } => match target {
                Target::Quote(quote) => Need::ShowOrder(super::order_of(*quote)),
                Target::Order(order) => Need::ShowOrder(*order),
                Target::Invoice(invoice) => Need::ShowInvoice(*invoice),
            },
            Place::Order { order } => Need::ShowOrder(*order),
            Place::Invoice { invoice } => Need::ShowInvoice(*invoice),
            Place::Balance => Need::Statement,
            Place::Orders { page } => Need::Orders { page: *page },
            Place::WhereAreMyStars => Need::WhereAreMyStars,
            Place::Erase => Need::MayErase,
            Place::Menu => return self.screen(note, menu(view)),
            Place::Stars { .. } => return self.show_stars(note, view),
            Place::Premium { .. } => return self.show_premium(note, view),
            Place::Recipient { product } => {
                let shown = recipient(*product, &self, view);
                return self.screen(note, shown);
            }
            Place::Friend { product } => {
                let shown = friend(*product, &self);
                return self.screen(note, shown);
            }
            Place::Looking { product, username } => {
                // Nobody is looking any more if the screen is drawn anew: ask again.
                let (product, username) = (*product, username.clone());
                return self.look_for(product, username, note);
            }
            Place::Card { .. } | Place::Pay { .. } => return self.show_offer(note, view),
            Place::OtherCoin { order } => {
                let shown = other_coin(*order, view);
                return self.screen(note, shown);
            }
            Place::TopUp => return self.screen(note, top_up(view)),
            Place::TopUpCoin { amount, invoice } => {
                let shown = top_up_coin(*amount, Target::Invoice(*invoice), view);
                return self.screen(note, shown);
            }
            Place::Page { topic } => {
                let shown = page(*topic);
                return self.screen(note, shown);
            }
        };
        let dialog = self;
        Step::Ask { dialog, need, note }
    }

    /// The screen until an outside answer comes.
    #[must_use]
    pub fn meanwhile(&self) -> Option<Screen> {
        if let Some(Asks::Trying(login)) = self.deck.as_ref().map(|draft| draft.asks) {
            let face = DeckFace::Trying(login);
            return Some(Screen {
                note: None,
                buttons: face.keys(0),
                body: Body::Deck(Box::new(face)),
            });
        }
        let body = match &self.place {
            Place::Looking { username, .. } => Body::Looking {
                username: username.clone(),
            },
            Place::Opening { .. } => Body::Opening,
            Place::Menu
            | Place::Stars { .. }
            | Place::Premium { .. }
            | Place::Recipient { .. }
            | Place::Friend { .. }
            | Place::Card { .. }
            | Place::Pay { .. }
            | Place::Order { .. }
            | Place::OtherCoin { .. }
            | Place::TopUp
            | Place::TopUpCoin { .. }
            | Place::Invoice { .. }
            | Place::Balance
            | Place::Orders { .. }
            | Place::WhereAreMyStars
            | Place::Page { .. }
            | Place::Erase => return None,
        };
        Some(Screen {
            note: None,
            body,
            buttons: vec![Button::Do(Action::Back)],
        })
    }

    /// A screen of the present place; every place but the menu gets its way back here.
    pub(super) fn screen(self, note: Option<Note>, (body, actions): Shown) -> Step {
        let mut buttons = actions;
        match &body {
            Body::Menu { .. } => {}
            // Its way back is one of its own.
            Body::Deck(_) => {}
            // There is nothing to go back to.
            Body::Erased => buttons.push(Button::Do(Action::Menu)),
            // As its live message has it, wherever the conversation is.
            Body::Order(_) => buttons.push(Button::Apart(Action::Menu)),
            // It stands in the order's own message, wherever the conversation is.
            Body::OtherCoin { order } => buttons.push(Button::Do(Action::ShowOrder(*order))),
            Body::Closed { .. } | Body::SlowDown { .. } | Body::TryAgainSoon | Body::Sorry => {
                buttons.push(Button::Do(Action::Back));
                buttons.push(Button::Do(Action::Menu));
            }
            Body::Stars { .. }
            | Body::TooFew
            | Body::Premium { .. }
            | Body::HasPremium { .. }
            | Body::Recipient { .. }
            | Body::Friend { .. }
            | Body::NoUsername { .. }
            | Body::Looking { .. }
            | Body::Card { .. }
            | Body::Pay(_)
            | Body::Opening
            | Body::TopUp { .. }
            | Body::TopUpCoin { .. }
            | Body::Invoice(_)
            | Body::Balance { .. }
            | Body::Orders { .. }
            | Body::WhereAreMyStars { .. }
            | Body::Page { .. }
            | Body::Erase { .. }
            | Body::OnlyInPrivate => buttons.push(Button::Do(Action::Back)),
        }
        let screen = Box::new(Screen {
            note,
            body,
            buttons,
        });
        let dialog = self;
        Step::Show { dialog, screen }
    }

    /// The shop cannot sell: says so, where the customer is.
    pub(super) fn closed(self, why: Closed, note: Option<Note>, view: View<'_>) -> Step {
        let balance = view.purse.available;
        let offer = self.place.quote();
        let payable = offer.filter(|quote| quote.is_open(view.now) && quote.price <= balance);
        let mut buttons = Vec::new();
        if let (Closed::NoInvoices, Some(quote)) = (why, payable) {
            buttons.push(Button::Do(Action::PayBalance(quote.id)));
        }
        let asked = note == Some(Note::WillTell);
        match why {
            Closed::NoInvoices | Closed::NotSelling if !asked => {
                buttons.push(Button::Do(Action::TellMe));
            }
            Closed::NoInvoices | Closed::NotSelling | Closed::Starting => {}
        }
        self.screen(note, (Body::Closed { why, balance }, buttons))
    }

    fn show_stars(self, note: Option<Note>, view: View<'_>) -> Step {
        let Place::Stars { to } = &self.place else {
            return self.show(note, view);
        };
        let presets = view.rules.presets.iter().copied().map(Product::Stars);
        match offers(presets, view) {
            Ok(offers) => {
                let buttons = offers.iter().filter_map(|offer| match offer.product {
                    Product::Stars(quantity) => Some(Button::Do(Action::Quantity(quantity))),
                    Product::Premium(_) => None,
                });
                let buttons = buttons.collect();
                let to = to.clone();
                self.screen(note, (Body::Stars { to, offers }, buttons))
            }
            Err(why) => self.closed(why, note, view),
        }
    }

    fn show_premium(self, note: Option<Note>, view: View<'_>) -> Step {
        let Place::Premium { to } = &self.place else {
            return self.show(note, view);
        };
        match offers(PremiumMonths::ALL.into_iter().map(Product::Premium), view) {
            Ok(offers) => {
                let buttons = offers.iter().filter_map(|offer| match offer.product {
                    Product::Premium(months) => Some(Button::Do(Action::Months(months))),
                    Product::Stars(_) => None,
                });
                let buttons = buttons.collect();
                let to = to.clone();
                self.screen(note, (Body::Premium { to, offers }, buttons))
            }
            Err(why) => self.closed(why, note, view),
        }
    }

    /// Shows the card or the ways to pay; an offer that has lapsed is made anew first, and then
    /// the card is shown, because the price may be another.
    fn show_offer(self, note: Option<Note>, view: View<'_>) -> Step {
        let Some(quote) = self.place.quote() else {
            return self.show(note, view);
        };
        if !quote.is_open(view.now) {
            let (product, recipient) = (quote.product, quote.recipient.clone());
            return match offer(product, view) {
                Ok(priced) => {
                    let id = QuoteId::new(view.fresh);
                    let rules = view.prices.rules.get();
                    let quote = Quote::offer(id, view.customer, recipient, priced, rules, view.now);
                    let shown = card(&quote, view);
                    let quote = Box::new(quote);
                    let dialog = self.at(Place::Card { quote });
                    dialog.screen(note.or(Some(Note::NewPrice)), shown)
                }
                Err(why) => self.at(Place::Recipient { product }).unpriced(&why, view),
            };
        }
        let shown = if let Place::Pay { more, .. } = &self.place {
            pay(quote, *more, view)
        } else {
            card(quote, view)
        };
        self.screen(note, shown)
    }

    /// Says why something has no price.
    pub(super) fn unpriced(self, why: &Unpriced, view: View<'_>) -> Step {
        match why {
            Unpriced::Closed(why) => self.closed(*why, None, view),
            Unpriced::AboveCap => {
                let dialog = self.at(Place::Stars { to: None });
                dialog.show(Some(Note::AboveCap), view)
            }
        }
    }
}

/// A body with its own buttons.
pub(super) type Shown = (Body, Vec<Button>);

/// Why something cannot be offered.
pub(super) enum Unpriced {
    /// The shop does not sell it now.
    Closed(Closed),
    /// It costs more than one order may.
    AboveCap,
}

/// What a product costs now, if it can be delivered at all.
pub(super) fn offer(
    product: Product,
    view: View<'_>,
) -> Result<crate::domain::pricing::PricedProduct, Unpriced> {
    match view.seller {
        Seller::Open => {}
        Seller::Starting => return Err(Unpriced::Closed(Closed::Starting)),
        Seller::Closed => return Err(Unpriced::Closed(Closed::NotSelling)),
    }
    view.prices
        .price(product, view.now)
        .map_err(|why| match why {
            NoPrice::Paused(Paused::NeverSeen { .. }) => Unpriced::Closed(Closed::Starting),
            NoPrice::Refused(PriceRefused::AboveCap { .. }) => Unpriced::AboveCap,
            NoPrice::Paused(
                Paused::TooOld { .. }
                | Paused::TooFewSources { .. }
                | Paused::InFuture { .. }
                | Paused::SourcesApart { .. }
                | Paused::Stopped { .. },
            )
            | NoPrice::Refused(PriceRefused::BelowFloor { .. } | PriceRefused::Arithmetic { .. }) => {
                Unpriced::Closed(Closed::NotSelling)
            }
        })
}

/// The products that have a price; if none has, why.
fn offers(products: impl Iterator<Item = Product>, view: View<'_>) -> Result<Vec<Offer>, Closed> {
    let mut offers = Vec::new();
    let mut closed = Closed::NotSelling;
    for product in products {
        match offer(product, view) {
            Ok(priced) => offers.push(Offer {
                product,
                price: priced.price,
            }),
            Err(Unpriced::Closed(why)) => closed = why,
            Err(Unpriced::AboveCap) => {}
        }
    }
    if offers.is_empty() {
        return Err(closed);
    }
    Ok(offers)
}

/// What an invoice asks for: the part that is missing, or all of it where nothing is.
pub(super) fn ask_for(
    price: MicroUsd,
    available: MicroUsd,
    least: MicroUsd,
) -> Result<Missing, MoneyError> {
    if let Some(missing) = missing_part(price, available, least)? {
        return Ok(missing);
    }
    let ask = price.max(least);
    let surplus = ask.checked_sub(price)?;
    Ok(Missing { ask, surplus })
}

fn menu(view: View<'_>) -> Shown {
    let body = Body::Menu {
        name: view.sender.name.clone(),
        balance: view.purse.available,
        other_language: other(view.language),
    };
    let actions = [
        Action::Stars,
        Action::Premium,
        Action::Balance,
        Action::Orders(0),
        Action::Page(Topic::Help),
        Action::Speak(other(view.language)),
    ];
    let deck = view.operator.then_some(Action::Deck(Go::Home));
    let buttons = actions.into_iter().chain(deck).map(Button::Do);
    (body, buttons.collect())
}

const fn other(language: Language) -> Language {
    match language {
        Language::En => Language::Ru,
        Language::Ru => Language::En,
    }
}

fn recipient(product: Product, dialog: &Dialog, view: View<'_>) -> Shown {
    let own = view.sender.username.clone();
    let mut buttons = vec![Button::Do(Action::ForMe), Button::Do(Action::ForFriend)];
    buttons.extend(saved(dialog));
    (Body::Recipient { product, own }, buttons)
}

fn friend(product: Product, dialog: &Dialog) -> Shown {
    let mut buttons = vec![Button::PickFriend];
    buttons.extend(saved(dialog));
    (Body::Friend { product }, buttons)
}

fn saved(dialog: &Dialog) -> impl Iterator<Item = Button> + '_ {
    let names = dialog.saved.iter().cloned();
    names.map(|name| Button::Do(Action::To(name)))
}

pub(super) fn card(quote: &Quote, view: View<'_>) -> Shown {
    let balance = view.purse.available;
    let mut actions = Vec::new();
    if quote.price <= balance {
        actions.push(Action::PayBalance(quote.id));
    }
    actions.extend([Action::Confirm(quote.id), Action::ForFriend]);
    let own = view.sender.username.as_ref();
    let body = Body::Card {
        quote: Box::new(quote.clone()),
        for_me: own == Some(&quote.recipient.username),
        balance,
    };
    (body, actions.into_iter().map(Button::Do).collect())
}

/// Coins beside which "another coin" fits, two in a row.
const USUAL_COINS: usize = 3;

/// The usual coins first; one that would be alone behind "another coin" stands there itself.
fn pay(quote: &Quote, more: bool, view: View<'_>) -> Shown {
    let balance = view.purse.available;
    let mut actions = Vec::new();
    if quote.price <= balance && !more {
        actions.push(Action::PayBalance(quote.id));
    }
    let target = Target::Quote(quote.id);
    let asks = view.rules.coins.iter().filter_map(|coin| {
        let ask = ask_for(quote.price, balance, coin.least).ok()?;
        Some((coin.choice.clone(), ask))
    });
    let coins: Coins = asks.collect();
    let is_long = coins.len() > USUAL_COINS + 1;
    let (skipped, shown) = match (is_long, more) {
        (false, _) => (0, coins.len()),
        (true, false) => (0, USUAL_COINS),
        (true, true) => (USUAL_COINS, coins.len()),
    };
    let named = coins.iter().skip(skipped).take(shown);
    actions.extend(named.map(|(coin, _)| Action::PayInvoice {
        target,
        coin: Some(coin.clone()),
    }));
    if is_long && !more {
        actions.push(Action::MoreCoins);
    }
    let missing = coins.first().map(|(_, ask)| *ask);
    let ways = PayWays {
        quote: quote.clone(),
        balance,
        missing: missing.filter(|_| quote.price > balance),
        coins,
    };
    let buttons = actions.into_iter().map(Button::Do).collect();
    (Body::Pay(Box::new(ways)), buttons)
}

fn coin_buttons(target: Target, view: View<'_>) -> Vec<Button> {
    let coins = view.rules.coins.iter();
    let actions = coins.map(|coin| Action::PayInvoice {
        target,
        coin: Some(coin.choice.clone()),
    });
    actions.map(Button::Do).collect()
}

fn other_coin(order: crate::domain::ids::OrderId, view: View<'_>) -> Shown {
    let buttons = coin_buttons(Target::Order(order), view);
    (Body::OtherCoin { order }, buttons)
}

fn top_up(view: View<'_>) -> Shown {
    let body = Body::TopUp {
        balance: view.purse.available,
        least: view.rules.least_top_up,
        most: view.rules.most_top_up,
    };
    let presets = view.rules.top_ups.iter().copied();
    let buttons = presets.map(|amount| Button::Do(Action::Amount(amount)));
    (body, buttons.collect())
}

fn top_up_coin(amount: MicroUsd, target: Target, view: View<'_>) -> Shown {
    (Body::TopUpCoin { amount }, coin_buttons(target, view))
}

fn page(topic: Topic) -> Shown {
    let buttons = match topic {
        Topic::Help => vec![
            Button::Do(Action::WhereAreMyStars),
            Button::Do(Action::Page(Topic::PaySupport)),
            Button::Do(Action::Page(Topic::Terms)),
            Button::Do(Action::Page(Topic::Privacy)),
            Button::Do(Action::Page(Topic::Language)),
            Button::Support,
        ],
        Topic::PaySupport => vec![Button::Do(Action::WhereAreMyStars), Button::Support],
        Topic::Terms => vec![Button::Support],
        Topic::Privacy => vec![Button::Do(Action::Erase), Button::Support],
        Topic::Language => vec![
            Button::Do(Action::Speak(Language::Ru)),
            Button::Do(Action::Speak(Language::En)),
        ],
    };
    (Body::Page { topic }, buttons)
}

/// What goes and what stays; the way to end what is open, where a customer can end it.
pub(super) fn erase(open: Option<StillOpen>, view: View<'_>) -> Shown {
    let buttons = match open {
        None => vec![Button::Do(Action::EraseNow(view.customer))],
        Some(StillOpen::Order | StillOpen::Invoice | StillOpen::Hold) => {
            vec![Button::Do(Action::Orders(0)), Button::Support]
        }
        Some(StillOpen::Balance) => vec![Button::Do(Action::Balance), Button::Support],
        Some(StillOpen::Debt) => vec![Button::Do(Action::TopUp), Button::Support],
        Some(StillOpen::Lock) => vec![Button::Support],
    };
    (Body::Erase { open }, buttons)
}

/// What a first order might be.
pub(super) fn first_offer(view: View<'_>) -> Option<Offer> {
    let product = Product::Stars(StarsQuantity::MIN);
    let price = offer(product, view).ok()?.price;
    Some(Offer { product, price })
}
