//! What a button does, and its form in at most 64 bytes of callback data: `1:<action>[:…]`.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::deck::Go;
use crate::domain::catalog::{PremiumMonths, StarsQuantity, Username};
use crate::domain::customer::Language;
use crate::domain::ids::{CustomerId, InvoiceId, OrderId, QuoteId};
use crate::domain::invoice::CoinChoice;
use crate::domain::money::MicroUsd;

/// What is paid for, cancelled or shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An offer.
    Quote(QuoteId),
    /// An order.
    Order(OrderId),
    /// A top-up's invoice.
    Invoice(InvoiceId),
}

/// Something to read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// How it works.
    Help,
    /// The terms.
    Terms,
    /// What is stored.
    Privacy,
    /// Where to go with a payment that went wrong.
    PaySupport,
    /// Choose a language.
    Language,
}

/// What a button does, or a command means.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// To the main menu.
    Menu,
    /// Buy Stars.
    Stars,
    /// Buy Stars for this person.
    StarsFor(Username),
    /// So many.
    Quantity(StarsQuantity),
    /// Buy Premium.
    Premium,
    /// For so long.
    Months(PremiumMonths),
    /// For oneself; also "check again" once a username is set.
    ForMe,
    /// For somebody else.
    ForFriend,
    /// For this person.
    To(Username),
    /// Accept the card.
    Confirm(QuoteId),
    /// Pay an offer from the balance.
    PayBalance(QuoteId),
    /// Pay by invoice, in this coin; without one the first that the shop offers.
    PayInvoice {
        /// What is paid for.
        target: Target,
        /// In which coin.
        coin: Option<CoinChoice>,
    },
    /// Show the less usual coins.
    MoreCoins,
    /// Choose another coin for an unpaid order.
    OtherCoin(OrderId),
    /// Cancel what is not paid.
    Cancel(Target),
    /// "I have sent it."
    SaysSent(Target),
    /// Take the money back to the balance (rule 21).
    TakeBack(OrderId),
    /// Wait on (rule 21).
    Wait(OrderId),
    /// The same once more, perhaps another quantity.
    Again {
        /// As this order.
        order: OrderId,
        /// So many instead.
        quantity: Option<StarsQuantity>,
    },
    /// Show an order.
    ShowOrder(OrderId),
    /// The balance.
    Balance,
    /// Put money on it.
    TopUp,
    /// So much.
    Amount(MicroUsd),
    /// The orders, from page 0.
    Orders(u16),
    /// Where are my Stars?
    WhereAreMyStars,
    /// Read something.
    Page(Topic),
    /// Speak this language.
    Speak(Language),
    /// Tell me when the shop sells again.
    TellMe,
    /// What of this person can be erased, and what stays?
    Erase,
    /// Erase this account. A button of an account that is gone erases no other one.
    EraseNow(CustomerId),
    /// Something on the operators' deck.
    Deck(Go),
    /// One screen back.
    Back,
}

/// The version of the form.
const VERSION: &str = "1";

/// Ends the callback data of a button whose message stays.
const APART: &str = ":~";

impl Action {
    /// Telegram's limit of callback data, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Menu => "menu",
            Self::Stars | Self::StarsFor(_) => "stars",
            Self::Quantity(_) => "quantity",
            Self::Premium => "premium",
            Self::Months(_) => "months",
            Self::ForMe => "me",
            Self::ForFriend => "friend",
            Self::To(_) => "to",
            Self::Confirm(_) => "confirm",
            Self::PayBalance(_) => "pay_balance",
            Self::PayInvoice { .. } => "pay_invoice",
            Self::MoreCoins => "more_coins",
            Self::OtherCoin(_) => "other_coin",
            Self::Cancel(_) => "cancel",
            Self::SaysSent(_) => "sent",
            Self::TakeBack(_) => "take_back",
            Self::Wait(_) => "wait",
            Self::Again { .. } => "again",
            Self::ShowOrder(_) => "order",
            Self::Balance => "balance",
            Self::TopUp => "top_up",
            Self::Amount(_) => "amount",
            Self::Orders(_) => "orders",
            Self::WhereAreMyStars => "where",
            Self::Page(_) => "page",
            Self::Speak(_) => "speak",
            Self::TellMe => "tell_me",
            Self::Erase => "erase",
            Self::EraseNow(_) => "erase_now",
            Self::Deck(_) => "op",
            Self::Back => "back",
        }
    }

    /// The callback data.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut data = format!("{VERSION}:{}", self.name());
        // Writing to a string cannot fail.
        let _infallible = self.encode_details(&mut data);
        data
    }

    /// The callback data of a button whose message stays: the answer is a message of its own.
    #[must_use]
    pub fn encode_apart(&self) -> String {
        let mut data = self.encode();
        data.push_str(APART);
        data
    }

    /// Whether the answer to a tap with these data is a message of its own.
    #[must_use]
    pub fn is_apart(data: &str) -> bool {
        data.ends_with(APART)
    }

    fn encode_details(&self, data: &mut String) -> std::fmt::Result {
        match self {
            Self::Menu
            | Self::Stars
            | Self::Premium
            | Self::ForMe
            | Self::ForFriend
            | Self::MoreCoins
            | Self::Balance
            | Self::TopUp
            | Self::WhereAreMyStars
            | Self::TellMe
            | Self::Erase
            | Self::Back => Ok(()),
            Self::EraseNow(customer) => write!(data, ":{}", customer.get()),
            Self::Deck(go) => write!(data, ":{}", go.encode()),
            Self::Quantity(quantity) => write!(data, ":{}", quantity.get()),
            Self::Months(months) => write!(data, ":{}", months.get()),
            Self::To(username) | Self::StarsFor(username) => {
                write!(data, ":{}", username.as_str())
            }
            Self::Confirm(quote) | Self::PayBalance(quote) => write!(data, ":{}", quote.get()),
            Self::PayInvoice { target, coin } => {
                target.encode(data)?;
                match coin {
                    Some(coin) => write!(data, ":{}:{}", coin.currency, coin.network),
                    None => Ok(()),
                }
            }
            Self::Cancel(target) | Self::SaysSent(target) => target.encode(data),
            Self::OtherCoin(order)
            | Self::TakeBack(order)
            | Self::Wait(order)
            | Self::ShowOrder(order) => write!(data, ":{}", order.get()),
            Self::Again { order, quantity } => {
                write!(data, ":{}", order.get())?;
                match quantity {
                    Some(quantity) => write!(data, ":{}", quantity.get()),
                    None => Ok(()),
                }
            }
            Self::Amount(amount) => write!(data, ":{}", amount.micros()),
            Self::Orders(page) => write!(data, ":{page}"),
            Self::Page(topic) => write!(data, ":{}", topic.name()),
            Self::Speak(language) => write!(data, ":{}", language_tag(*language)),
        }
    }

    /// Reads callback data. None for what this version does not know: the caller shows the
    /// current screen.
    #[must_use]
    pub fn decode(data: &str) -> Option<Self> {
        if data.len() > Self::MAX_BYTES {
            return None;
        }
        let data = data.strip_suffix(APART).unwrap_or(data);
        let mut parts = data.split(':');
        if parts.next() != Some(VERSION) {
            return None;
        }
        let name = parts.next()?;
        let details = [parts.next(), parts.next(), parts.next()];
        if parts.next().is_some() {
            return None;
        }
        match details {
            [None, None, None] => Self::plain(name),
            [Some(one), None, None] => Self::of_one(name, one),
            [Some(one), Some(two), None] => Self::of_two(name, one, two),
            [Some(target), Some(currency), Some(network)] => {
                let coin = coin(currency, network)?;
                let target = Target::decode(target)?;
                let coin = Some(coin);
                (name == "pay_invoice").then_some(Self::PayInvoice { target, coin })
            }
            _ => None,
        }
    }

    fn plain(name: &str) -> Option<Self> {
        Some(match name {
            "menu" => Self::Menu,
            "stars" => Self::Stars,
            "premium" => Self::Premium,
            "me" => Self::ForMe,
            "friend" => Self::ForFriend,
            "more_coins" => Self::MoreCoins,
            "balance" => Self::Balance,
            "top_up" => Self::TopUp,
            "where" => Self::WhereAreMyStars,
            "tell_me" => Self::TellMe,
            "erase" => Self::Erase,
            "back" => Self::Back,
            _ => return None,
        })
    }

    fn of_one(name: &str, detail: &str) -> Option<Self> {
        let number = || detail.parse::<i64>().ok();
        Some(match name {
            "quantity" => Self::Quantity(quantity(detail)?),
            "months" => Self::Months(PremiumMonths::new(detail.parse().ok()?).ok()?),
            "to" => Self::To(Username::parse(detail).ok()?),
            "stars" => Self::StarsFor(Username::parse(detail).ok()?),
            "confirm" => Self::Confirm(QuoteId::new(number()?)),
            "pay_balance" => Self::PayBalance(QuoteId::new(number()?)),
            "pay_invoice" => Self::PayInvoice {
                target: Target::decode(detail)?,
                coin: None,
            },
            "other_coin" => Self::OtherCoin(OrderId::new(number()?)),
            "cancel" => Self::Cancel(Target::decode(detail)?),
            "sent" => Self::SaysSent(Target::decode(detail)?),
            "take_back" => Self::TakeBack(OrderId::new(number()?)),
            "wait" => Self::Wait(OrderId::new(number()?)),
            "again" => Self::Again {
                order: OrderId::new(number()?),
                quantity: None,
            },
            "order" => Self::ShowOrder(OrderId::new(number()?)),
            "op" => Self::Deck(Go::decode(detail)?),
            "erase_now" => Self::EraseNow(CustomerId::new(number()?)),
            "amount" => Self::Amount(MicroUsd::from_micros(number()?)),
            "orders" => Self::Orders(detail.parse().ok()?),
            "page" => Self::Page(Topic::of_name(detail)?),
            "speak" => Self::Speak(language_of(detail)?),
            _ => return None,
        })
    }

    fn of_two(name: &str, order: &str, count: &str) -> Option<Self> {
        let order = OrderId::new(order.parse().ok()?);
        let quantity = Some(quantity(count)?);
        (name == "again").then_some(Self::Again { order, quantity })
    }
}

impl Target {
    fn encode(self, data: &mut String) -> std::fmt::Result {
        match self {
            Self::Quote(quote) => write!(data, ":q{}", quote.get()),
            Self::Order(order) => write!(data, ":o{}", order.get()),
            Self::Invoice(invoice) => write!(data, ":i{}", invoice.get()),
        }
    }

    fn decode(text: &str) -> Option<Self> {
        let (kind, number) = text.split_at_checked(1)?;
        let number = number.parse().ok()?;
        match kind {
            "q" => Some(Self::Quote(QuoteId::new(number))),
            "o" => Some(Self::Order(OrderId::new(number))),
            "i" => Some(Self::Invoice(InvoiceId::new(number))),
            _ => None,
        }
    }
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Help,
        Self::Terms,
        Self::Privacy,
        Self::PaySupport,
        Self::Language,
    ];

    /// Its name, which is also its command.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Help => "help",
            Self::Terms => "terms",
            Self::Privacy => "privacy",
            Self::PaySupport => "paysupport",
            Self::Language => "language",
        }
    }

    /// The topic of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

fn quantity(digits: &str) -> Option<StarsQuantity> {
    StarsQuantity::new(digits.parse().ok()?).ok()
}

/// Longest name of a currency or a network that fits beside a target.
const COIN_CHARS: usize = 12;

fn coin(currency: &str, network: &str) -> Option<CoinChoice> {
    let plain = |text: &str| {
        let letters = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        letters && !text.is_empty() && text.len() <= COIN_CHARS
    };
    (plain(currency) && plain(network)).then(|| CoinChoice {
        currency: currency.to_owned(),
        network: network.to_owned(),
    })
}

const fn language_tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Ru => "ru",
    }
}

fn language_of(tag: &str) -> Option<Language> {
    match tag {
        "en" => Some(Language::En),
        "ru" => Some(Language::Ru),
        _ => None,
    }
}
