//! Who has which name on Telegram, and what they own.
//!
//! Every valid name belongs to somebody, until a driver says otherwise. A name may pass to another
//! person; what was delivered stays with whom it was delivered to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::world::dice::{Dice, Letters};
use crate::world::kept::{Torn, must};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    User,
    Bot,
    Channel,
    Group,
}

impl Kind {
    /// Each with its name on the control API.
    pub(crate) const NAMES: [(&'static str, Self); 4] = [
        ("user", Self::User),
        ("bot", Self::Bot),
        ("channel", Self::Channel),
        ("group", Self::Group),
    ];

    /// Its name on the control API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Bot => "bot",
            Self::Channel => "channel",
            Self::Group => "group",
        }
    }
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    /// The name they were known by, as it was first written.
    pub(crate) username: String,
    /// What the site calls them: opaque, the same in every answer.
    pub(crate) token: String,
    /// What they call themselves.
    pub(crate) name: String,
    /// The number of their picture; none: no picture.
    pub(crate) photo: Option<u32>,
    /// What they are.
    pub(crate) kind: Kind,
    /// Whether they pay for Premium already.
    pub(crate) premium: bool,
    /// Stars that were delivered to them.
    pub(crate) stars: u64,
    /// Months of Premium that were delivered to them.
    pub(crate) months: u64,
}

/// Everybody.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct People {
    persons: Vec<Person>,
    /// Names in small letters; a name that is nobody's has no number.
    names: BTreeMap<String, Option<usize>>,
    tokens: BTreeMap<String, usize>,
    /// Who had a name before it passed on, newest last.
    former: Vec<(String, usize)>,
}

impl People {
    /// The number of who has this name now.
    pub(crate) fn by_name(&mut self, username: &str, dice: &Dice) -> Option<usize> {
        if !is_username(username) {
            return None;
        }
        let key = username.to_ascii_lowercase();
        match self.names.get(&key) {
            Some(number) => *number,
            None => Some(self.settle_in(username, dice)),
        }
    }

    /// The number of who had this name before it passed on.
    pub(super) fn former(&self, username: &str) -> Option<usize> {
        let key = username.to_ascii_lowercase();
        let found = self.former.iter().rev().find(|(name, _)| *name == key);
        found.map(|(_, number)| *number)
    }

    /// The number of who has this token.
    pub(super) fn by_token(&self, token: &str) -> Option<usize> {
        self.tokens.get(token).copied()
    }

    /// Somebody.
    pub(crate) fn get(&self, number: usize) -> Option<&Person> {
        self.persons.get(number)
    }

    /// Somebody, to be changed.
    pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut Person> {
        self.persons.get_mut(number)
    }

    /// Everybody, by number.
    pub(super) fn all(&self) -> impl Iterator<Item = &Person> {
        self.persons.iter()
    }

    /// Whether every name and token is somebody's who is there.
    pub(super) fn check(&self) -> Result<(), Torn> {
        let names = self.names.values().flatten();
        let former = self.former.iter().map(|(_, number)| number);
        let mut numbers = names.chain(self.tokens.values()).chain(former);
        let nobody = numbers.find(|number| **number >= self.persons.len());
        must(nobody.is_none(), || {
            format!("a name of fragment.com is nobody's: {nobody:?}")
        })
    }

    /// Somebody new takes a name, whoever had it.
    pub(crate) fn settle_in(&mut self, username: &str, dice: &Dice) -> usize {
        let key = username.to_ascii_lowercase();
        let number = self.persons.len();
        let former = self.names.insert(key.clone(), Some(number)).flatten();
        let mut name = plausible_name(username);
        if let Some(former) = former {
            self.former.push((key, former));
            name = format!("{name} {}", dice.text(Letters::Base58, 4));
        }
        let person = Person {
            username: username.to_owned(),
            token: dice.text(Letters::UrlSafe, 64),
            name,
            photo: Some(dice.between(0, 999_999)),
            kind: Kind::User,
            premium: false,
            stars: 0,
            months: 0,
        };
        self.tokens.insert(person.token.clone(), number);
        self.persons.push(person);
        number
    }

    /// From now on nobody has this name.
    pub(crate) fn vacate(&mut self, username: &str) {
        let key = username.to_ascii_lowercase();
        if let Some(former) = self.names.insert(key.clone(), None).flatten() {
            self.former.push((key, former));
        }
    }

    /// Calls somebody by another token.
    pub(crate) fn set_token(&mut self, number: usize, token: &str) {
        if let Some(person) = self.persons.get_mut(number) {
            self.tokens.remove(&person.token);
            token.clone_into(&mut person.token);
            self.tokens.insert(token.to_owned(), number);
        }
    }
}

/// The name in what people type: `name`, `@name`, `t.me/name`, with or without `https://`.
pub(super) fn bare_name(query: &str) -> &str {
    let query = query.trim();
    let query = query
        .strip_prefix("https://")
        .or_else(|| query.strip_prefix("http://"))
        .unwrap_or(query);
    let query = query.strip_prefix("t.me/").unwrap_or(query);
    query.strip_prefix('@').unwrap_or(query)
}

/// Whether Telegram could give out this name.
pub(crate) fn is_username(name: &str) -> bool {
    let is_word = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let begins = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic());
    (4..=32).contains(&name.len())
        && is_word
        && begins
        && !name.ends_with('_')
        && !name.contains("__")
}

/// `masha_k` is called Masha K.
fn plausible_name(username: &str) -> String {
    let words: Vec<String> = username
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect()
        })
        .collect();
    words.join(" ")
}
