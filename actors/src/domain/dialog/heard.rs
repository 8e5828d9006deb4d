//! What comes in from a chat, and what a typed line means.

use crate::domain::catalog::{PersonName, Username};
use crate::domain::customer::Language;
use crate::domain::ids::{OrderId, OrderNumber, TelegramId, UpdateKey};

use super::action::{Action, Topic};
use super::deck::Go;
use super::words;

/// One update of a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inbound {
    /// Handled once.
    pub key: UpdateKey,
    /// Who.
    pub sender: Sender,
    /// In which chat; a private one has its person's id.
    pub chat: TelegramId,
    /// The message with the button that was tapped.
    pub message: Option<i64>,
    /// The person's own message, if this is one.
    pub own: Option<i64>,
    /// What.
    pub said: Said,
}

/// A person as Telegram shows them at the moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sender {
    /// Who.
    pub user: TelegramId,
    /// Their own public name, if they have one.
    pub username: Option<Username>,
    /// The name they go by.
    pub name: PersonName,
    /// The language of their Telegram.
    pub language: Language,
    /// Whether they have Telegram Premium.
    pub premium: bool,
}

/// What a person did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// Wrote a line, perhaps a command.
    Text(Box<str>),
    /// Tapped a button with this callback data.
    Tap(Box<str>),
    /// Picked a person from the list or forwarded a message of theirs.
    Picked {
        /// Their public name, if they have one.
        username: Option<Username>,
        /// The name they go by.
        name: PersonName,
        /// Telegram's number of them, where Telegram says it. Only to write to them.
        user: Option<TelegramId>,
    },
    /// Sent a sticker, a voice message or whatever else is not text.
    Thing,
    /// Spoke in a group.
    InGroup,
}

/// What a typed line means, before it is known where in the conversation it was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Utterance<'a> {
    /// `/start`, perhaps with a link to an order.
    Start {
        /// Which.
        order: Option<OrderId>,
    },
    /// A command that is a button as well.
    Do(Action),
    /// `/buy 50` for oneself, `/buy 50 @name` and `100 @name` for somebody.
    Buy {
        /// How many Stars.
        count: u64,
        /// For whom, as written; none for oneself.
        to: Option<&'a str>,
    },
    /// `/topup 10`.
    TopUp {
        /// How much, as written.
        amount: &'a str,
    },
    /// The number of an order, `SK-7F3K9`.
    Order(OrderNumber),
    /// `@name` or a link to a person.
    Name(&'a str),
    /// A number and nothing else.
    Number(u64),
    /// Anything else.
    Words(&'a str),
}

impl<'a> Utterance<'a> {
    /// Reads a line.
    #[must_use]
    pub fn of(line: &'a str) -> Self {
        let line = line.trim();
        if let Some(command) = line.strip_prefix('/') {
            return command_of(command).unwrap_or(Self::Words(line));
        }
        if let Some(count) = number(line) {
            return Self::Number(count);
        }
        if is_name(line) {
            return Self::Name(line);
        }
        if let Some(number) = order_number(line) {
            return Self::Order(number);
        }
        if let Some(action) = action_of(line) {
            return Self::Do(action);
        }
        let cut = |at: usize| line.split_at_checked(at);
        let ends = [
            line.rfind(char::is_whitespace),
            line.find(char::is_whitespace),
        ];
        for (one, two) in ends.into_iter().flatten().filter_map(cut) {
            for (count, to) in [(one, two.trim()), (two, one)] {
                match number(count) {
                    Some(count) if is_name(to) => {
                        return Self::Buy {
                            count,
                            to: Some(to),
                        };
                    }
                    Some(_) | None => {}
                }
            }
        }
        Self::Words(line)
    }
}

/// Longest line that is looked at as a wish.
const WISH_CHARS: usize = 24;

/// What people write instead of tapping: the buttons' own words, without their signs.
fn action_of(line: &str) -> Option<Action> {
    if line.chars().count() > WISH_CHARS {
        return None;
    }
    let lower = line.to_lowercase();
    let is_sign = |c: char| !c.is_alphanumeric();
    Some(match lower.trim_matches(is_sign) {
        "отмена" | "отменить" | "назад" | "cancel" | "back" => Action::Back,
        "меню" | "старт" | "menu" | "start" => Action::Menu,
        "звёзды" | "звезды" | "stars" => Action::Stars,
        "премиум" | "premium" => Action::Premium,
        "себе" | "мне" | "me" => Action::ForMe,
        "другу" | "a friend" | "friend" => Action::ForFriend,
        "баланс" | "balance" => Action::Balance,
        "пополнить" | "top up" | "topup" => Action::TopUp,
        "заказы" | "мои заказы" | "orders" | "my orders" => Action::Orders(0),
        "где мои звёзды" | "где мои звезды" | "where are my stars" => {
            Action::WhereAreMyStars
        }
        "помощь" | "help" => Action::Page(Topic::Help),
        "поддержка" | "support" => Action::Page(Topic::PaySupport),
        "условия" | "terms" => Action::Page(Topic::Terms),
        "язык" | "language" => Action::Page(Topic::Language),
        _ => return None,
    })
}

fn command_of(command: &str) -> Option<Utterance<'_>> {
    let (name, rest) = match command.split_once(char::is_whitespace) {
        Some((name, rest)) => (name, rest.trim()),
        None => (command, ""),
    };
    // In groups and lists Telegram appends the bot's own name.
    let name = name.split('@').next().unwrap_or_default();
    Some(match name {
        "start" => Utterance::Start {
            order: rest.strip_prefix("o_").and_then(order_of_link),
        },
        "menu" => Utterance::Do(Action::Menu),
        "buy" | "stars" if rest.is_empty() => Utterance::Do(Action::Stars),
        "buy" | "stars" => buy_of(rest)?,
        "premium" => Utterance::Do(Action::Premium),
        "topup" if rest.is_empty() => Utterance::Do(Action::TopUp),
        "topup" => Utterance::TopUp { amount: rest },
        "balance" => Utterance::Do(Action::Balance),
        "orders" => Utterance::Do(Action::Orders(0)),
        "where" => Utterance::Do(Action::WhereAreMyStars),
        "erase" => Utterance::Do(Action::Erase),
        "admin" => Utterance::Do(Action::Deck(Go::Home)),
        "back" | "cancel" => Utterance::Do(Action::Back),
        other => Utterance::Do(Action::Page(Topic::of_name(other)?)),
    })
}

fn buy_of(rest: &str) -> Option<Utterance<'_>> {
    if let Some(count) = number(rest) {
        return Some(Utterance::Buy { count, to: None });
    }
    match Utterance::of(rest) {
        Utterance::Buy { count, to } => Some(Utterance::Buy { count, to }),
        // Behind the command a second word can only be the name, with its sign or without.
        Utterance::Words(_) => {
            let (count, to) = rest.split_once(char::is_whitespace)?;
            let (count, to) = (number(count)?, Some(to.trim()));
            Some(Utterance::Buy { count, to })
        }
        Utterance::Start { .. }
        | Utterance::Do(_)
        | Utterance::TopUp { .. }
        | Utterance::Order(_)
        | Utterance::Name(_)
        | Utterance::Number(_) => None,
    }
}

fn order_of_link(text: &str) -> Option<OrderId> {
    text.parse().ok().map(OrderId::new)
}

/// How an order's number begins.
const ORDER: &str = "SK";

/// Letters and digits of an order's number: more is something else.
const ORDER_CHARS: std::ops::RangeInclusive<usize> = 5..=13;

/// The number of an order as people copy or type it: in any case, with any dash or none.
fn order_number(text: &str) -> Option<OrderNumber> {
    let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | ' ');
    let upper = text.trim_start_matches(['#', '№', ' ']).to_uppercase();
    let rest = upper.strip_prefix(ORDER)?;
    let letters = rest.trim_start_matches(is_dash);
    let is_number = letters.bytes().all(|b| b.is_ascii_alphanumeric())
        && ORDER_CHARS.contains(&letters.len())
        && letters.len() < rest.len();
    let number = format!("{ORDER}-{letters}");
    is_number
        .then(|| OrderNumber::parse(&number).ok())
        .flatten()
}

fn is_name(text: &str) -> bool {
    let linked = ["@", "t.me/", "https://t.me/", "http://t.me/"];
    linked.iter().any(|start| text.starts_with(start)) && !text.contains(char::is_whitespace)
}

/// Longest text that is looked at as a number.
const NUMBER_CHARS: usize = 40;

/// Words and signs that may follow a number of Stars.
const UNITS: [&str; 12] = [
    "stars",
    "star",
    "звёзды",
    "звезды",
    "звёзд",
    "звезд",
    "звезда",
    "звезду",
    "⭐\u{fe0f}",
    "⭐",
    "★",
    "шт",
];

/// Reads a whole number as people write it: `100`, `1 000`, `1,000`, `1k`, `2 тыс`, `50 stars`.
pub(super) fn number(text: &str) -> Option<u64> {
    if text.chars().count() > NUMBER_CHARS {
        return None;
    }
    let lower = text.trim().to_lowercase();
    let bare = UNITS.iter().find_map(|unit| lower.strip_suffix(unit));
    let bare = bare.unwrap_or(&lower).trim_end();
    let thousands = ["тыс.", "тыс", "k", "к"];
    let (digits, times) = match thousands.iter().find_map(|unit| bare.strip_suffix(unit)) {
        Some(digits) => (digits, 1_000),
        None => (bare, 1),
    };
    let digits = digits.trim_end();
    grouped(digits)
        .or_else(|| words::number(digits))?
        .checked_mul(times)
}

/// Digits, or groups of three behind a first one of one to three, with one kind of separator.
fn grouped(text: &str) -> Option<u64> {
    let is_separator = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | ',' | '.');
    let separator = text.chars().find(|c| is_separator(*c));
    let Some(separator) = separator else {
        return digits(text);
    };
    let mut groups = text.split(separator);
    let first = groups.next().filter(|first| first.len() <= 3)?;
    let mut all = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        all.push_str(group);
    }
    digits(&all)
}

fn digits(text: &str) -> Option<u64> {
    let only_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    only_digits.then(|| text.parse().ok()).flatten()
}
