//! What a tap makes of the conversation.

use super::action::{Action, Target, Topic};
use super::render::{Unpriced, ask_for, offer};
use super::screen::{Closed, Note};
use super::step::{Coin, Need, Step, View};
use super::{Dialog, Place};
use crate::domain::catalog::{Product, StarsQuantity, Username};
use crate::domain::ids::{InvoiceId, OrderId, QuoteId};
use crate::domain::invoice::CoinChoice;
use crate::domain::money::MicroUsd;
use crate::domain::pricing::Quote;

impl Dialog {
    pub(super) fn tapped(self, data: &str, view: View<'_>) -> Step {
        match Action::decode(data) {
            Some(action) => self.act(action, view),
            None => self.show(Some(Note::OldButton), view),
        }
    }

    /// Every action has a meaning from every place: where it does not fit, the present screen.
    pub(super) fn act(mut self, action: Action, view: View<'_>) -> Step {
        // Whoever does something else does not go on with what was begun by hand.
        if !matches!(action, Action::Deck(_)) {
            self.deck = None;
        }
        match action {
            Action::Deck(go) => self.deck(go, view),
            Action::Menu => self.go(Place::Menu, view),
            Action::Stars => self.go(Place::Stars { to: None }, view),
            Action::StarsFor(username) => {
                let to = Some(username);
                self.go(Place::Stars { to }, view)
            }
            Action::Premium => self.go(Place::Premium { to: None }, view),
            Action::Quantity(quantity) => self.choose(Product::Stars(quantity), view),
            Action::Months(months) => self.choose(Product::Premium(months), view),
            Action::ForMe => self.for_me(view),
            Action::ForFriend => self.for_friend(view),
            Action::To(username) => self.for_name(username, view),
            Action::Confirm(quote) => self.confirm(quote, view),
            Action::PayBalance(quote) => self.pay_balance(quote, view),
            Action::PayInvoice { target, coin } => self.pay_invoice(target, coin.as_ref(), view),
            Action::MoreCoins => self.more_coins(view),
            Action::OtherCoin(order) => self.go(Place::OtherCoin { order }, view),
            Action::Cancel(target) => self.cancel(target, view),
            Action::SaysSent(target) => self.ask(Need::SaysSent(target), None),
            Action::TakeBack(order) => self.ask(Need::TakeBack(order), None),
            Action::Wait(order) => {
                let dialog = self.at(Place::Order { order });
                dialog.ask(Need::ShowOrder(order), Some(Note::WaitOn))
            }
            Action::Again { order, quantity } => self.again(order, quantity),
            Action::ShowOrder(order) => self.go(Place::Order { order }, view),
            Action::Balance => self.go(Place::Balance, view),
            Action::TopUp => self.go(Place::TopUp, view),
            Action::Amount(amount) => self.top_up(amount, view),
            Action::Orders(page) => self.go(Place::Orders { page }, view),
            Action::WhereAreMyStars => self.go(Place::WhereAreMyStars, view),
            Action::Page(topic) => self.go(Place::Page { topic }, view),
            Action::Speak(language) => self.ask(Need::Speak(language), Some(Note::LanguageSet)),
            Action::TellMe => self.ask(Need::TellMe, Some(Note::WillTell)),
            Action::Erase => self.go(Place::Erase, view),
            // Only from the screen that says what it means.
            Action::EraseNow(customer)
                if self.place == Place::Erase && customer == view.customer =>
            {
                self.ask(Need::Erase, None)
            }
            Action::EraseNow(_) => self.go(Place::Erase, view),
            Action::Back => self.back(view),
        }
    }

    pub(super) fn go(self, place: Place, view: View<'_>) -> Step {
        self.at(place).show(None, view)
    }

    pub(super) fn ask(self, need: Need, note: Option<Note>) -> Step {
        let dialog = self;
        Step::Ask { dialog, need, note }
    }

    fn back(self, view: View<'_>) -> Step {
        let place = match &self.place {
            Place::Recipient { product } => kind_of(*product),
            Place::Friend { product } | Place::Looking { product, .. } => {
                Place::Recipient { product: *product }
            }
            Place::Card { quote } => Place::Recipient {
                product: quote.product,
            },
            Place::Pay { quote, more: true } => Place::Pay {
                quote: quote.clone(),
                more: false,
            },
            Place::Pay { quote, more: false } => Place::Card {
                quote: quote.clone(),
            },
            Place::Opening { from, .. } => (**from).clone(),
            Place::OtherCoin { order } => Place::Order { order: *order },
            Place::TopUpCoin { .. } => Place::TopUp,
            Place::TopUp | Place::Invoice { .. } => Place::Balance,
            Place::Erase => Place::Page {
                topic: Topic::Privacy,
            },
            Place::Menu
            | Place::Stars { .. }
            | Place::Premium { .. }
            | Place::Order { .. }
            | Place::Balance
            | Place::Orders { .. }
            | Place::WhereAreMyStars
            | Place::Page { .. } => Place::Menu,
        };
        self.go(place, view)
    }

    /// A product is chosen: for whom?
    pub(super) fn choose(self, product: Product, view: View<'_>) -> Step {
        let to = match &self.place {
            Place::Stars { to } | Place::Premium { to } => to.clone(),
            Place::Menu
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
            | Place::Erase => None,
        };
        match (offer(product, view), to) {
            (Err(why), _) => self.at(kind_of(product)).unpriced(&why, view),
            (Ok(_), Some(username)) => self.look_for(product, username, None),
            (Ok(_), None) => self.go(Place::Recipient { product }, view),
        }
    }

    /// What is being bought, where that is settled.
    pub(super) const fn product(&self) -> Option<Product> {
        match &self.place {
            Place::Recipient { product }
            | Place::Friend { product }
            | Place::Looking { product, .. } => Some(*product),
            Place::Card { quote } | Place::Pay { quote, .. } => Some(quote.product),
            Place::Menu
            | Place::Stars { .. }
            | Place::Premium { .. }
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
            | Place::Erase => None,
        }
    }

    fn for_me(self, view: View<'_>) -> Step {
        match self.product() {
            Some(product) => self.product_for_me(product, view),
            None => self.show(Some(Note::OldButton), view),
        }
    }

    pub(super) fn product_for_me(self, product: Product, view: View<'_>) -> Step {
        match view.sender.username.clone() {
            Some(username) => self.look_for(product, username, None),
            None => {
                let dialog = self.at(Place::Recipient { product });
                dialog.no_username(product)
            }
        }
    }

    fn for_friend(self, view: View<'_>) -> Step {
        match self.product() {
            Some(product) => self.go(Place::Friend { product }, view),
            None => self.show(Some(Note::OldButton), view),
        }
    }

    fn for_name(self, username: Username, view: View<'_>) -> Step {
        match self.product() {
            Some(product) => self.look_for(product, username, None),
            None => self.show(Some(Note::OldButton), view),
        }
    }

    pub(super) fn look_for(self, product: Product, username: Username, note: Option<Note>) -> Step {
        let place = Place::Looking {
            product,
            username: username.clone(),
        };
        self.at(place)
            .ask(Need::FindRecipient { product, username }, note)
    }

    fn confirm(self, quote: QuoteId, view: View<'_>) -> Step {
        match self.offer_named(quote).cloned() {
            Some(quote) => {
                let quote = Box::new(quote);
                self.go(Place::Pay { quote, more: false }, view)
            }
            None => self.show(Some(Note::OldButton), view),
        }
    }

    fn more_coins(self, view: View<'_>) -> Step {
        if let Place::Pay { quote, .. } = &self.place {
            let (quote, more) = (quote.clone(), true);
            return self.go(Place::Pay { quote, more }, view);
        }
        self.show(Some(Note::OldButton), view)
    }

    fn pay_balance(self, quote: QuoteId, view: View<'_>) -> Step {
        let Some(quote) = self.offer_named(quote).cloned() else {
            return self.show(Some(Note::OldButton), view);
        };
        if let Some(why) = cannot_pay(&quote, view) {
            return self.cannot(why, view);
        }
        if quote.price > view.purse.available {
            let missing = quote.price.minus_down_to_zero(view.purse.available);
            let quote = Box::new(quote);
            let dialog = self.at(Place::Pay { quote, more: false });
            return dialog.show(Some(Note::NotEnough { missing }), view);
        }
        let quote = Box::new(quote);
        self.ask(Need::BuyFromBalance { quote }, None)
    }

    fn pay_invoice(self, target: Target, coin: Option<&CoinChoice>, view: View<'_>) -> Step {
        let mut coins = view.rules.coins.iter();
        let coin = match coin {
            Some(choice) => coins.find(|coin| coin.choice == *choice),
            None => coins.next(),
        };
        let Some(coin) = coin.cloned() else {
            return self.show(Some(Note::OldButton), view);
        };
        match target {
            Target::Quote(quote) => self.order_by_invoice(quote, coin, view),
            Target::Order(order) => {
                let dialog = self.opening(target);
                dialog.ask(Need::ChangeCoin { order, coin }, None)
            }
            Target::Invoice(invoice) => self.open_top_up(invoice, coin, view),
        }
    }

    fn order_by_invoice(self, quote: QuoteId, coin: Coin, view: View<'_>) -> Step {
        let Some(offer) = self.offer_named(quote).cloned() else {
            return self.show(Some(Note::OldButton), view);
        };
        if let Some(why) = cannot_pay(&offer, view) {
            return self.cannot(why, view);
        }
        let Ok(ask) = ask_for(offer.price, view.purse.available, coin.least) else {
            return self.closed(Closed::NotSelling, None, view);
        };
        let need = Need::BuyByInvoice {
            quote: Box::new(offer),
            coin: coin.choice,
            face: ask.ask,
        };
        self.opening(Target::Quote(quote)).ask(need, None)
    }

    fn open_top_up(self, invoice: InvoiceId, coin: Coin, view: View<'_>) -> Step {
        let named = match &self.place {
            Place::TopUpCoin { amount, invoice: i } => (*i == invoice).then_some(*amount),
            Place::Menu
            | Place::Stars { .. }
            | Place::Premium { .. }
            | Place::Recipient { .. }
            | Place::Friend { .. }
            | Place::Looking { .. }
            | Place::Card { .. }
            | Place::Pay { .. }
            | Place::Opening { .. }
            | Place::Order { .. }
            | Place::OtherCoin { .. }
            | Place::TopUp
            | Place::Invoice { .. }
            | Place::Balance
            | Place::Orders { .. }
            | Place::WhereAreMyStars
            | Place::Page { .. }
            | Place::Erase => None,
        };
        let Some(amount) = named else {
            return self.show(Some(Note::OldButton), view);
        };
        let amount = amount.max(coin.least);
        let need = Need::TopUp {
            invoice,
            amount,
            coin: coin.choice,
        };
        self.opening(Target::Invoice(invoice)).ask(need, None)
    }

    fn opening(mut self, target: Target) -> Self {
        let from = if let Place::Opening { from, .. } = &self.place {
            from.clone()
        } else {
            Box::new(std::mem::take(&mut self.place))
        };
        self.at(Place::Opening { target, from })
    }

    fn cancel(self, target: Target, view: View<'_>) -> Step {
        match target {
            Target::Quote(_) => self.go(Place::Menu, view),
            Target::Order(_) | Target::Invoice(_) => self.ask(Need::Cancel(target), None),
        }
    }

    fn again(self, order: OrderId, quantity: Option<StarsQuantity>) -> Step {
        self.ask(Need::AsBefore { order, quantity }, None)
    }

    pub(super) fn top_up(self, amount: MicroUsd, view: View<'_>) -> Step {
        let rules = view.rules;
        let (least, most) = (rules.least_top_up, rules.most_top_up);
        let outside = match amount {
            amount if amount < least => Some(Note::AmountTooSmall { least }),
            amount if amount > most => Some(Note::AmountTooLarge { most }),
            _ => None,
        };
        if outside.is_some() {
            return self.at(Place::TopUp).show(outside, view);
        }
        let invoice = InvoiceId::new(view.fresh);
        self.go(Place::TopUpCoin { amount, invoice }, view)
    }

    fn offer_named(&self, id: QuoteId) -> Option<&Quote> {
        self.place.quote().filter(|quote| quote.id == id)
    }

    fn cannot(self, why: CannotPay, view: View<'_>) -> Step {
        match why {
            CannotPay::Lapsed => self.show(None, view),
            CannotPay::Unpriced(why) => self.unpriced(&why, view),
            CannotPay::Debt => {
                let owed = view.purse.debt;
                self.show(Some(Note::Debt { owed }), view)
            }
        }
    }
}

enum CannotPay {
    Lapsed,
    Unpriced(Unpriced),
    Debt,
}

/// A quote that is open is honoured at its price, but only while the shop can deliver.
fn cannot_pay(quote: &Quote, view: View<'_>) -> Option<CannotPay> {
    if !quote.is_open(view.now) {
        return Some(CannotPay::Lapsed);
    }
    if view.purse.debt.is_positive() {
        return Some(CannotPay::Debt);
    }
    match offer(quote.product, view) {
        Ok(_) => None,
        Err(why) => Some(CannotPay::Unpriced(why)),
    }
}

/// Where a product's kind is chosen.
pub(super) const fn kind_of(product: Product) -> Place {
    match product {
        Product::Stars(_) => Place::Stars { to: None },
        Product::Premium(_) => Place::Premium { to: None },
    }
}
