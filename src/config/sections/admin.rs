//! The section `admin`: whose tokens open the admin API, and how often each may ask.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::config::reader::Reader;

/// A shorter token could be guessed.
const SHORTEST_TOKEN: usize = 16;

/// The longest name of a token, in letters.
const LONGEST_NAME: usize = 32;

/// What `ADMIN_TOKEN` is called in the log of what was done.
pub const FIRST_TOKEN: &str = "admin";

/// The admin API.
#[derive(Debug)]
pub struct Admin {
    /// A token that may do everything.
    pub token: Option<SecretString>,
    /// Tokens with a name and scopes, known by their hashes alone. With none of either kind the API
    /// is closed.
    pub tokens: Vec<AdminToken>,
    /// Requests of one token in a minute, at most.
    pub rate: u32,
    /// Wrong tokens from one address in a minute, at most.
    pub tries: u32,
}

/// A token that is known by its hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdminToken {
    /// Who shows it, for the log of what was done.
    pub name: String,
    /// What it opens; at least one, each once.
    pub scopes: Vec<AdminScope>,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
}

/// A part of the admin API.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AdminScope {
    /// Looks.
    Read,
    /// Acts that move no money.
    Operate,
    /// Acts that move money or make prices.
    Money,
}

impl AdminScope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Operate, Self::Money];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Money => "money",
        }
    }

    /// The scope of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl fmt::Display for AdminScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl AdminToken {
    /// Whether a text may be a token's name: lower-case letters, digits, `-` and `_`.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        let mut letters = text.bytes();
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
        (1..=LONGEST_NAME).contains(&text.len()) && letters.all(sound) && text != FIRST_TOKEN
    }

    /// Scopes as they are written: `read+operate`.
    #[must_use]
    pub fn scopes(text: &str) -> Option<Vec<AdminScope>> {
        let named: Option<Vec<AdminScope>> = text.split('+').map(AdminScope::named).collect();
        let mut scopes = named?;
        scopes.sort_unstable();
        scopes.dedup();
        Some(scopes)
    }

    /// Reads `NAME:SCOPES:HASH`.
    fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once(':')?;
        let (scopes, hash) = rest.split_once(':')?;
        Some(Self {
            name: Some(name).filter(|name| Self::is_name(name))?.to_owned(),
            scopes: Self::scopes(scopes)?,
            hash: hash_of(hash)?,
        })
    }
}

/// 64 hexadecimal digits.
fn hash_of(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut hash = [0_u8; 32];
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Reads the section `admin`.
pub(in crate::config) fn admin(reader: &mut Reader<'_>) -> Option<Admin> {
    let token = first_token(reader);
    let tokens = named_tokens(reader);
    let rate = reader.number("admin.rate", 1..=1_000_000);
    let tries = reader.number("admin.tries", 1..=1_000);
    Some(Admin {
        token: token?,
        tokens: tokens?,
        rate: rate?,
        tries: tries?,
    })
}

fn first_token(reader: &mut Reader<'_>) -> Option<Option<SecretString>> {
    let token = reader.secret("admin.token")?;
    let strict = reader.environment().is_strict();
    let length = token
        .as_ref()
        .map(|token| token.expose_secret().chars().count());
    if strict && length.is_some_and(|length| length < SHORTEST_TOKEN) {
        let expected = format!(
            "at least {SHORTEST_TOKEN} characters in {}, for example from `openssl rand -hex 32`",
            reader.environment()
        );
        return reader.wrong("admin.token", &expected);
    }
    Some(token)
}

/// One a line or with commas.
fn named_tokens(reader: &mut Reader<'_>) -> Option<Vec<AdminToken>> {
    let text = reader.secret("admin.tokens")?;
    let text = text.as_ref().map_or("", |text| text.expose_secret());
    let items = text.split([',', '\n']).map(str::trim);
    let items = items.filter(|item| !item.is_empty());
    let tokens: Option<Vec<AdminToken>> = items.map(AdminToken::parse).collect();
    let Some(tokens) = tokens else {
        let expected = "NAME:SCOPES:HASH with commas, as `starkeeper token NAME SCOPES` prints it";
        return reader.wrong("admin.tokens", expected);
    };
    for (place, one) in tokens.iter().enumerate() {
        let mut before = tokens.iter().take(place);
        if before.any(|other| other.name == one.name || other.hash == one.hash) {
            let what = format!("{} stands there twice, by its name or its hash", one.name);
            return reader.refuse("admin.tokens", what);
        }
    }
    Some(tokens)
}
