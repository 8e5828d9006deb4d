//! What each button says and does. A button that has nothing to do is left out: no address to copy,
//! no page to open, nobody to write to.

use std::cmp::Ordering;

use starkeeper_actors::domain::catalog::{PersonName, Product, StarsQuantity, Username};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{
    Action, Body, Button, Closed, ListedOrder, Note, Screen, Topic,
};
use starkeeper_actors::domain::ids::OrderId;
use starkeeper_actors::domain::invoice::{CoinChoice, Invoice, Page, Standing};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::domain::pricing::Quote;

use super::rows::{Placed, fitting};
use super::{Voice, deck, names, numbers};
use crate::telegram::face::{Does, Key};

impl Voice<'_> {
    pub(super) fn key(&self, screen: &Screen, button: &Button) -> Option<Placed> {
        let (label, does) = match button {
            Button::Do(action) | Button::Apart(action) => {
                return Some(self.tapped(screen, action, button.data()?));
            }
            Button::CopyAddress => {
                let address = match deck::to_top_up(&screen.body) {
                    Some(address) => address.to_owned(),
                    None => page(screen)?.payer.address.clone()?,
                };
                (self.tongue.plain("key-address"), Does::Copy(address))
            }
            Button::CopyAmount => {
                let amount = page(screen)?.payer.amount?.to_string();
                (self.tongue.plain("key-amount"), Does::Copy(amount))
            }
            Button::PayPage => return self.pay_page(page(screen)?),
            // Has a keyboard of its own.
            Button::PickFriend => return None,
            Button::WriteTo(to) => {
                let link = format!("https://t.me/{}", to.as_str());
                (self.write_to(to, named(screen)), Does::Open(link))
            }
            Button::Support => (
                self.tongue.plain("key-support"),
                Does::Open(self.support()?),
            ),
        };
        let key = Key { label, does };
        Some(Placed { key, wide: false })
    }

    fn tapped(&self, screen: &Screen, action: &Action, data: String) -> Placed {
        let label = self.label(screen, action);
        let does = Does::Tap(data);
        let key = Key { label, does };
        let back = *action == Action::Back
            || is_choice_of_coin(&screen.body, action)
            || deck::is_back(&screen.body, action);
        let wide = is_wide(action) || (back && !shares(&screen.body));
        Placed { key, wide }
    }

    fn pay_page(&self, page: &Page) -> Option<Placed> {
        let key = Key {
            label: self.tongue.plain("key-pay-page"),
            does: Does::Open(page.url.clone()?),
        };
        Some(Placed { key, wide: true })
    }

    /// By the name on the card, where it says something.
    pub(super) fn write_to(&self, to: &Username, name: Option<&PersonName>) -> String {
        let named = match name.and_then(names::plain_short) {
            Some(name) => self
                .tongue
                .say("key-write-to-named", [("name", name.into())]),
            None => self.to("key-write-to", to),
        };
        fitting(&[named, self.tongue.plain("key-write")])
    }

    /// Where the shop's people are found, as an address that a button may open.
    pub(super) fn support(&self) -> Option<String> {
        let contact = self.settings.support.as_deref()?.trim();
        if let Some(name) = contact.strip_prefix('@') {
            return Some(format!("https://t.me/{name}"));
        }
        if contact.starts_with("t.me/") {
            return Some(format!("https://{contact}"));
        }
        let is_address = contact.starts_with("https://") && !contact.contains(char::is_whitespace);
        is_address.then(|| contact.to_owned())
    }

    fn label(&self, screen: &Screen, action: &Action) -> String {
        let say = |key: &str| self.tongue.plain(key);
        match action {
            Action::Menu => say("key-menu"),
            Action::Stars | Action::StarsFor(_) if matches!(screen.body, Body::TooFew) => {
                say("key-other-number")
            }
            Action::Stars | Action::StarsFor(_) => say("key-stars"),
            Action::Quantity(quantity) => self.quantity(screen, *quantity),
            Action::Premium => say("key-premium"),
            Action::Months(months) => {
                let count = months.get();
                let product = Product::Premium(*months);
                let months = self
                    .tongue
                    .counted("months", i64::from(count), count.to_string());
                self.priced_label(screen, product, "key-months", ("months", months))
            }
            Action::ForMe => self.for_me(screen),
            Action::ForFriend if matches!(screen.body, Body::Card { .. }) => say("key-friend-else"),
            Action::ForFriend => say("key-friend"),
            Action::To(name) => match &screen.note {
                Some(Note::CannotLookUp(asked)) if asked == name => say("key-try-again"),
                Some(_) | None => names::handle(name),
            },
            Action::Confirm(_) => self.confirm(screen),
            Action::PayBalance(_) => self.balance_key(screen),
            Action::PayInvoice { coin, .. } => self.coin(coin.as_ref()),
            Action::MoreCoins | Action::OtherCoin(_) => say("key-other-coin"),
            Action::Cancel(_) => say("key-cancel"),
            Action::SaysSent(_) => say("key-sent"),
            Action::TakeBack(_) => say("key-take-back"),
            Action::Wait(_) => say("key-wait"),
            Action::Again { .. } => self.again(screen),
            Action::ShowOrder(_) if is_choice_of_coin(&screen.body, action) => say("key-back"),
            Action::ShowOrder(order) => {
                listed(&screen.body, *order).unwrap_or_else(|| say("key-refresh"))
            }
            Action::Balance => self.balance_label(screen),
            Action::TopUp => say("key-top-up"),
            Action::Amount(amount) => self.tongue.usd_to_pay(*amount),
            Action::Orders(page) => self.orders_label(screen, *page),
            Action::WhereAreMyStars => say("key-where"),
            Action::Page(topic) => say(match topic {
                Topic::Help => "key-help",
                Topic::Terms => "key-terms",
                Topic::Privacy => "key-privacy",
                Topic::PaySupport => "key-pay-support",
                Topic::Language => "key-language",
            }),
            Action::Speak(language) => say(match language {
                Language::En => "key-english",
                Language::Ru => "key-russian",
            }),
            Action::TellMe if is_without_invoices(&screen.body) => say("key-tell-me-works"),
            Action::TellMe => say("key-tell-me"),
            Action::Erase => say("key-erase"),
            Action::EraseNow(_) => say("key-erase-now"),
            Action::Deck(go) => self.deck_label(screen, *go),
            Action::Back => say("key-back"),
        }
    }

    fn quantity(&self, screen: &Screen, quantity: StarsQuantity) -> String {
        let product = Product::Stars(quantity);
        let count = u64::from(quantity.get());
        if matches!(screen.body, Body::Orders { .. }) {
            let count = self.tongue.count(count);
            return self
                .tongue
                .say("key-buy-quantity", [("count", count.into())]);
        }
        let count = self.tongue.count(count);
        self.priced_label(screen, product, "key-quantity", ("count", count))
    }

    /// A product with its price on this screen.
    fn priced_label(
        &self,
        screen: &Screen,
        product: Product,
        key: &str,
        (name, what): (&'static str, String),
    ) -> String {
        let (Body::Stars { offers, .. } | Body::Premium { offers, .. }) = &screen.body else {
            return what;
        };
        let Some(offer) = offers.iter().find(|offer| offer.product == product) else {
            return what;
        };
        let price = self.tongue.usd_to_pay(offer.price);
        self.tongue
            .say(key, [(name, what.into()), ("price", price.into())])
    }

    fn for_me(&self, screen: &Screen) -> String {
        if let Body::Recipient { own: Some(own), .. } = &screen.body {
            let named = self.to("key-me-named", own);
            return fitting(&[named, self.tongue.plain("key-me")]);
        }
        let again = matches!(screen.body, Body::NoUsername { .. });
        self.tongue
            .plain(if again { "key-check-again" } else { "key-me" })
    }

    fn confirm(&self, screen: &Screen) -> String {
        let Body::Card {
            quote,
            for_me,
            balance,
        } = &screen.body
        else {
            return self.tongue.plain("key-pay");
        };
        if quote.price <= *balance {
            return self.tongue.plain("key-confirm-otherwise");
        }
        let plain = self.of_price("key-confirm", quote);
        match names::plain_short(&quote.recipient.name).filter(|_| !for_me) {
            Some(name) => {
                let price = self.tongue.usd_to_pay(quote.price);
                let args = [("name", name.into()), ("price", price.into())];
                fitting(&[self.tongue.say("key-confirm-named", args), plain])
            }
            None => plain,
        }
    }

    fn balance_key(&self, screen: &Screen) -> String {
        let of_balance = |balance: MicroUsd| {
            let balance = self.tongue.usd(balance);
            self.tongue
                .say("key-from-balance", [("balance", balance.into())])
        };
        if let Body::Card { quote, .. } = &screen.body {
            return self.of_price("key-buy-from-balance", quote);
        }
        if let Body::Pay(ways) = &screen.body {
            return of_balance(ways.balance);
        }
        if let Body::Closed { balance, .. } = &screen.body {
            return of_balance(*balance);
        }
        self.tongue.plain("key-pay")
    }

    fn of_price(&self, key: &str, quote: &Quote) -> String {
        let price = self.tongue.usd_to_pay(quote.price);
        self.tongue.say(key, [("price", price.into())])
    }

    pub(super) fn coin(&self, coin: Option<&CoinChoice>) -> String {
        let Some(coin) = coin else {
            return self.tongue.plain("key-pay");
        };
        if numbers::is_native(coin) {
            return coin.currency.clone();
        }
        let args = [
            ("currency", coin.currency.clone().into()),
            ("network", numbers::network(&coin.network).into()),
        ];
        self.tongue.say("key-coin", args)
    }

    fn again(&self, screen: &Screen) -> String {
        let failed = |state: &OrderState| {
            matches!(
                state,
                OrderState::Refunded { .. } | OrderState::Cancelled { .. }
            )
        };
        let failed = matches!(&screen.body, Body::Order(view) if failed(&view.order.state));
        self.tongue
            .plain(if failed { "key-try-again" } else { "key-again" })
    }

    fn balance_label(&self, screen: &Screen) -> String {
        let Body::Menu { balance, .. } = &screen.body else {
            return self.tongue.plain("key-balance-plain");
        };
        let balance = self.tongue.usd(*balance);
        self.tongue
            .say("key-balance", [("balance", balance.into())])
    }

    fn orders_label(&self, screen: &Screen, to: u16) -> String {
        let Body::Orders { page, .. } = &screen.body else {
            return self.tongue.plain("key-orders");
        };
        self.tongue.plain(match to.cmp(page) {
            Ordering::Less => "key-newer",
            Ordering::Greater => "key-older",
            Ordering::Equal => "key-orders",
        })
    }
}

/// The number of an order, on a screen that lists orders.
fn listed(body: &Body, order: OrderId) -> Option<String> {
    let number = |listed: &ListedOrder| listed.number.to_string();
    let is_it = |listed: &&ListedOrder| listed.id == order;
    if let Body::Orders { orders, .. } = body {
        return orders.iter().find(is_it).map(number);
    }
    if let Body::WhereAreMyStars { open, last } = body {
        return open.iter().chain(last.as_deref()).find(is_it).map(number);
    }
    None
}

/// How the recipient of the order on a screen is called.
fn named(screen: &Screen) -> Option<&PersonName> {
    let order = screen.order().map(|view| &view.order);
    order.map(|order| &order.quote.recipient.name)
}

/// Whether a button leads from the choice of another coin back to its order.
const fn is_choice_of_coin(body: &Body, action: &Action) -> bool {
    matches!(
        (body, action),
        (Body::OtherCoin { .. }, Action::ShowOrder(_))
    )
}

const fn is_without_invoices(body: &Body) -> bool {
    matches!(
        body,
        Body::Closed {
            why: Closed::NoInvoices,
            ..
        }
    )
}

/// The open invoice's page on a screen.
fn page(screen: &Screen) -> Option<&Page> {
    if let Body::Order(view) = &screen.body {
        return view.invoice.as_ref().and_then(page_of);
    }
    if let Body::Invoice(invoice) = &screen.body {
        return page_of(invoice);
    }
    None
}

/// How an invoice is paid, once it exists.
pub(super) fn page_of(invoice: &Invoice) -> Option<&Page> {
    match &invoice.standing {
        Standing::Open(page) => Some(page),
        Standing::Wanted { .. }
        | Standing::Asked
        | Standing::Refused { .. }
        | Standing::NotOurs => None,
    }
}

/// Whether the way back shares its row.
const fn shares(body: &Body) -> bool {
    matches!(
        body,
        Body::Card { .. }
            | Body::HasPremium { .. }
            | Body::Closed { .. }
            | Body::SlowDown { .. }
            | Body::TryAgainSoon
            | Body::Sorry
    )
}

/// The step of a screen that most people take has a row to itself.
const fn is_wide(action: &Action) -> bool {
    match action {
        Action::Confirm(_)
        | Action::PayBalance(_)
        | Action::SaysSent(_)
        | Action::TellMe
        | Action::EraseNow(_) => true,
        Action::Deck(go) => deck::is_wide(*go),
        Action::Menu
        | Action::Stars
        | Action::StarsFor(_)
        | Action::MoreCoins
        | Action::Quantity(_)
        | Action::Premium
        | Action::Months(_)
        | Action::ForMe
        | Action::ForFriend
        | Action::To(_)
        | Action::PayInvoice { .. }
        | Action::OtherCoin(_)
        | Action::Cancel(_)
        | Action::TakeBack(_)
        | Action::Wait(_)
        | Action::Again { .. }
        | Action::ShowOrder(_)
        | Action::Balance
        | Action::TopUp
        | Action::Amount(_)
        | Action::Orders(_)
        | Action::WhereAreMyStars
        | Action::Page(_)
        | Action::Speak(_)
        | Action::Erase
        | Action::Back => false,
    }
}
