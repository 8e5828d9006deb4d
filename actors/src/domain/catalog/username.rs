//! Telegram's public names.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Characters of a refused text that an error repeats.
const SHOWN_CHARS: usize = 40;

/// Why a text is no username.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("username {text:?} is not valid: {fault}")]
pub struct BadUsername {
    /// The text as given, shortened to 40 characters.
    pub text: String,
    /// Which of Telegram's rules it breaks.
    pub fault: UsernameFault,
}

/// Which rule a username breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameFault {
    /// Fewer than 4 characters.
    #[error("expected at least {} characters", Username::MIN_CHARS)]
    TooShort,
    /// More than 32 characters.
    #[error("expected at most {} characters", Username::MAX_CHARS)]
    TooLong,
    /// Anything but `A-Z a-z 0-9 _`.
    #[error("expected only latin letters, digits and underscores")]
    Alphabet,
    /// Does not start with a letter.
    #[error("expected a letter first")]
    FirstCharacter,
    /// Ends with an underscore, or has two side by side.
    #[error("expected single underscores between other characters")]
    Underscores,
}

/// A Telegram username without its `@`, as typed; two that differ only in case are equal.
///
/// Latin letters, digits and underscores; a letter first, no underscore last, no two underscores
/// side by side, at most 32 characters: what `TDLib`'s `is_valid_username` accepts
/// (`td/telegram/misc.cpp`). People choose at least five characters; collectible names sold on
/// fragment.com may have four.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(Box<str>);

impl Username {
    /// The shortest collectible name.
    pub const MIN_CHARS: usize = 4;

    /// Telegram's limit.
    pub const MAX_CHARS: usize = 32;

    /// Reads `name`, `@name`, `t.me/name` or `https://t.me/name`, with blanks around it.
    ///
    /// # Errors
    /// [`BadUsername`] says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, BadUsername> {
        let name = bare_name(text.trim());
        match fault_of(name) {
            None => Ok(Self(name.into())),
            Some(fault) => Err(BadUsername {
                text: text.chars().take(SHOWN_CHARS).collect(),
                fault,
            }),
        }
    }

    /// The name as typed, without `@`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in lower case: the form for unique keys.
    #[must_use]
    pub fn to_key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

/// Takes off what people put in front of a name: `@`, or a link's beginning and last slash.
fn bare_name(text: &str) -> &str {
    if let Some(name) = text.strip_prefix('@') {
        return name;
    }
    let rest = strip_prefix_any_case(text, "https://")
        .or_else(|| strip_prefix_any_case(text, "http://"))
        .unwrap_or(text);
    match strip_prefix_any_case(rest, "t.me/") {
        Some(name) => name.strip_suffix('/').unwrap_or(name),
        None => text,
    }
}

fn strip_prefix_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn fault_of(name: &str) -> Option<UsernameFault> {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if !name.bytes().all(alphabet) {
        Some(UsernameFault::Alphabet)
    } else if name.len() < Username::MIN_CHARS {
        Some(UsernameFault::TooShort)
    } else if name.len() > Username::MAX_CHARS {
        Some(UsernameFault::TooLong)
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Some(UsernameFault::FirstCharacter)
    } else if name.ends_with('_') || name.contains("__") {
        Some(UsernameFault::Underscores)
    } else {
        None
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Username {}

impl PartialOrd for Username {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Username {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for Username {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|byte| state.write_u8(byte));
        state.write_u8(0xff);
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.0)
    }
}

/// People stay out of logs: only the length is shown.
impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "username of {} characters", self.0.len())
    }
}

impl FromStr for Username {
    type Err = BadUsername;
    fn from_str(text: &str) -> Result<Self, BadUsername> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Username {
    type Error = BadUsername;
    fn try_from(text: String) -> Result<Self, BadUsername> {
        Self::parse(&text)
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0.into()
    }
}
