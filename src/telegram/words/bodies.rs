//! Screens: a note, a body and the buttons below.

use starkeeper_actors::domain::catalog::{Product, StarsQuantity, Username};
use starkeeper_actors::domain::customer::{PSEUDONYM_KEPT, StillOpen};
use starkeeper_actors::domain::dialog::{
    Action, Body, Button, Closed, Note, PayWays, Screen, Topic,
};
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::domain::pricing::Quote;

use super::rows::rows;
use super::{Voice, deck, names};
use crate::telegram::face::{Face, Keys, Picture};

impl Voice<'_> {
    pub(super) fn screen(&self, screen: &Screen) -> Face {
        let body = self.body(&screen.body);
        let said = screen.note.as_ref();
        let text = match said.filter(|note| !says_it(&screen.body, note)) {
            Some(note) if says_all(&screen.body, note) => self.note_at(note, &screen.body),
            Some(note) => format!("{}\n\n{body}", self.note_at(note, &screen.body)),
            None => body,
        };
        Face {
            text,
            photo: self.photo(&screen.body),
            keys: self.below(screen),
        }
    }

    /// The keyboard: the list of people has one of its own, which cannot hold other buttons.
    fn below(&self, screen: &Screen) -> Keys {
        let picks = |button: &Button| matches!(button, Button::PickFriend);
        if screen.buttons.iter().any(picks) {
            let known = screen.actions().filter_map(|action| {
                let Action::To(name) = action else {
                    return None;
                };
                Some(format!("@{}", name.as_str()))
            });
            return Keys::Pick {
                pick: self.tongue.plain(match screen.note {
                    Some(Note::FriendHasNoName { .. }) => "key-check-again",
                    Some(_) | None => "key-pick",
                }),
                names: known.collect(),
                cancel: self.tongue.plain(match screen.note {
                    None => "key-cancel-pick",
                    // Something did not work out: back to the choice, not out of the purchase.
                    Some(_) => "key-back",
                }),
            };
        }
        let keys: Vec<_> = screen
            .buttons
            .iter()
            .filter_map(|button| self.key(screen, button))
            .collect();
        if keys.is_empty() {
            Keys::None
        } else {
            Keys::Inline(rows(keys))
        }
    }

    fn body(&self, body: &Body) -> String {
        match body {
            Body::Menu { name, .. } => match names::full(name) {
                name if name.is_empty() => self.tongue.plain("menu-nameless"),
                name => self.tongue.say("menu", [("name", name.into())]),
            },
            Body::Stars { to, .. } => self.how_many(to.as_ref()),
            Body::TooFew => self.goods_in("too-few", Product::Stars(StarsQuantity::MIN)),
            Body::Premium { to, .. } => match to {
                Some(to) => self.to("how-long-for", to),
                None => self.tongue.plain("how-long"),
            },
            Body::HasPremium { username } => self.to("has-premium", username),
            Body::Recipient { product, .. } => self.goods_in("who-for", *product),
            Body::Friend { .. } => self.tongue.plain("friend"),
            Body::NoUsername { .. } => self.tongue.plain("no-username"),
            Body::Looking { username } => self.to("looking", username),
            Body::Card { quote, for_me, .. } => self.card(quote, *for_me),
            Body::Pay(ways) => self.pay(ways),
            Body::Opening => self.tongue.plain("opening"),
            Body::Order(view) => self.order(view),
            Body::OtherCoin { .. } => self.tongue.plain("other-coin"),
            Body::TopUp {
                balance,
                least,
                most,
            } => self.top_up(*balance, *least, *most),
            Body::TopUpCoin { amount } => {
                let amount = self.tongue.usd_to_pay(*amount);
                self.tongue.say("top-up-coin", [("amount", amount.into())])
            }
            Body::Invoice(invoice) => self.invoice(invoice),
            Body::Balance { purse, statement } => self.balance(purse, statement),
            Body::Orders {
                orders,
                page,
                first,
            } => self.orders(orders, *page, first.as_ref()),
            Body::WhereAreMyStars { open, last } => self.where_are_my_stars(open, last.as_deref()),
            Body::Page { topic } => self.page(*topic),
            Body::Erase { open } => self.erase(*open),
            Body::Erased => self.tongue.plain("erased"),
            Body::Deck(face) => self.deck(face),
            Body::Closed { why, .. } => self.tongue.plain(match why {
                Closed::NoInvoices => "closed-no-invoices",
                Closed::NotSelling => "closed-not-selling",
                Closed::Starting => "closed-starting",
            }),
            Body::SlowDown { wait: Some(wait) } => {
                let wait = self.span(*wait);
                self.tongue.say("slow-down", [("for", wait.into())])
            }
            Body::SlowDown { wait: None } => self.tongue.plain("slow-down-little"),
            Body::TryAgainSoon => self.tongue.plain("try-again-soon"),
            Body::OnlyInPrivate => self.only_in_private(),
            Body::Sorry => self.tongue.plain("sorry"),
        }
    }

    fn how_many(&self, to: Option<&Username>) -> String {
        let limit = |quantity: StarsQuantity| self.tongue.count(u64::from(quantity.get()));
        let least = ("least", limit(StarsQuantity::MIN).into());
        let most = ("most", limit(StarsQuantity::MAX).into());
        match to {
            Some(to) => {
                let to = ("to", names::handle(to).into());
                self.tongue.say("how-many-for", [least, most, to])
            }
            None => self.tongue.say("how-many", [least, most]),
        }
    }

    /// A text about goods only.
    fn goods_in(&self, key: &str, product: Product) -> String {
        let goods = self.tongue.goods(product);
        self.tongue.say(key, [("goods", goods.into())])
    }

    /// A text about somebody only.
    pub(super) fn to(&self, key: &str, to: &Username) -> String {
        self.tongue.say(key, [("to", names::handle(to).into())])
    }

    fn pay(&self, ways: &PayWays) -> String {
        let price = self.tongue.usd_to_pay(ways.quote.price);
        let mut lines = vec![self.tongue.say("pay", [("price", price.into())])];
        if let Some(missing) = ways.missing {
            if ways.balance.is_positive() {
                let lacks = missing.ask.minus_down_to_zero(missing.surplus);
                let balance = self.tongue.usd(ways.balance);
                let lacks = self.tongue.usd_to_pay(lacks);
                let args = [("balance", balance.into()), ("missing", lacks.into())];
                lines.push(self.tongue.say("pay-missing", args));
            }
            if missing.surplus.is_positive() {
                let least = self.tongue.usd_to_pay(missing.ask);
                let surplus = self.tongue.usd(missing.surplus);
                let args = [("least", least.into()), ("surplus", surplus.into())];
                lines.push(self.tongue.say("pay-least", args));
            }
        }
        lines.join("\n")
    }

    /// What goes, what stays, and what must end first.
    fn erase(&self, open: Option<StillOpen>) -> String {
        let kept = self.long(PSEUDONYM_KEPT);
        let list = self.tongue.say("erase", [("kept", kept.into())]);
        let first = self.tongue.plain(match open {
            None => "erase-for-good",
            Some(StillOpen::Order) => "erase-open-order",
            Some(StillOpen::Invoice) => "erase-open-invoice",
            Some(StillOpen::Lock) => "erase-open-lock",
            Some(StillOpen::Balance) => "erase-open-balance",
            Some(StillOpen::Hold) => "erase-open-hold",
            Some(StillOpen::Debt) => "erase-open-debt",
        });
        format!("{list}\n\n{first}")
    }

    fn only_in_private(&self) -> String {
        match &self.settings.bot {
            Some(bot) => {
                let link = format!("t.me/{}", names::html(bot));
                self.tongue.say("only-in-private", [("link", link.into())])
            }
            None => self.tongue.plain("only-in-private-nameless"),
        }
    }

    fn page(&self, topic: Topic) -> String {
        let support = self.support_line();
        match topic {
            Topic::Help => self.tongue.plain("help"),
            Topic::Terms => {
                let args = [
                    ("version", i64::from(self.settings.rules.terms).into()),
                    ("slow", self.long(self.settings.rules.slow_after).into()),
                    ("held", self.long(self.settings.max_held).into()),
                    ("support", support.into()),
                ];
                self.tongue.say("terms", args)
            }
            Topic::Privacy => self.tongue.say("privacy", [("support", support.into())]),
            Topic::PaySupport => self
                .tongue
                .say("pay-support", [("support", support.into())]),
            Topic::Language => self.tongue.plain("language"),
        }
    }

    fn support_line(&self) -> String {
        match &self.settings.support {
            Some(contact) => {
                let contact = names::line(contact, 100);
                self.tongue
                    .say("support-line", [("contact", contact.into())])
            }
            None => self.tongue.plain("support-none"),
        }
    }

    fn photo(&self, body: &Body) -> Option<Picture> {
        if let Some(address) = deck::to_top_up(body) {
            return Some(Picture::Code(format!("ton://transfer/{address}")));
        }
        let Body::Card { quote, .. } = body else {
            return None;
        };
        self.likeness(quote).map(Picture::At)
    }

    /// The recipient's picture, where Fragment gave its address: whole, or below its own.
    fn likeness(&self, quote: &Quote) -> Option<String> {
        let mark = quote.recipient.photo.as_ref()?.as_str();
        if mark.starts_with("https://") || mark.starts_with("http://") {
            return Some(mark.to_owned());
        }
        let is_path = mark.starts_with('/') && !mark.starts_with("//");
        let base = self.settings.pictures.trim_end_matches('/');
        is_path.then(|| format!("{base}{mark}"))
    }
}

/// Whether a note says all that the body below it would: how to name somebody else.
const fn says_all(body: &Body, note: &Note) -> bool {
    matches!(body, Body::Friend { .. })
        && matches!(note, Note::NotFound(_) | Note::FriendHasNoName { .. })
}

/// Whether a body says already what the note above it would say.
fn says_it(body: &Body, note: &Note) -> bool {
    if !matches!(note, Note::Cancelled) {
        return false;
    }
    if let Body::Order(view) = body {
        return matches!(view.order.state, OrderState::Cancelled { .. });
    }
    matches!(body, Body::Invoice(invoice) if invoice.closing.is_some())
}
