//! The person who receives the goods, as the customer saw and confirmed them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::username::Username;
use crate::domain::ids::{BadId, RecipientToken};

/// What Fragment showed about a person and the customer confirmed. Goods go to this person or
/// to nobody: before anything is linked the person is looked up again and compared with
/// [`Recipient::is_same_person`].
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Recipient {
    /// The name they were searched by.
    pub username: Username,
    /// Fragment's token for them; it may differ from one look-up to the next.
    pub token: RecipientToken,
    /// The name shown beside the picture.
    pub name: PersonName,
    /// A mark of the picture; none if there was no picture.
    pub photo: Option<PhotoMark>,
}

impl Recipient {
    /// Whether `found` is the confirmed person: the same token, or else the same name and
    /// picture. A username can change hands between two look-ups, so it proves nothing; an empty
    /// name does not either.
    #[must_use]
    pub fn is_same_person(&self, found: &Self) -> bool {
        if self.token == found.token {
            return true;
        }
        !self.name.is_empty() && self.name == found.name && self.photo == found.photo
    }
}

/// The name a person gave themselves, fit to be shown inside a message: at most
/// [`PersonName::MAX_CHARS`] characters, cut there, without control characters, without marks
/// that change the direction of the text around it, and without blanks at the ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct PersonName(Box<str>);

impl PersonName {
    /// Enough for names as Telegram shows them (first and last name, 64 characters each).
    pub const MAX_CHARS: usize = 128;

    /// Cleans and cuts a name. Every text makes some name, perhaps an empty one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let clean: String = text
            .chars()
            .filter(|c| !c.is_control() && !turns_direction(*c))
            .collect();
        let cut: String = clean.trim().chars().take(Self::MAX_CHARS).collect();
        Self(cut.trim_end().into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The embedding, override and isolate controls of Unicode's bidirectional algorithm.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl From<String> for PersonName {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0.into()
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// People stay out of logs: only the length is shown.
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "name of {} characters", self.0.chars().count())
    }
}

/// A text that is equal exactly when the picture is: an address or a digest of it, chosen by
/// whoever looked the person up. 1 to 512 visible ASCII characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhotoMark(Box<str>);

impl PhotoMark {
    /// The longest mark.
    pub const MAX_CHARS: usize = 512;

    /// Checks the alphabet and the length.
    ///
    /// # Errors
    /// [`BadId`] names the text and what was expected.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::MAX_CHARS || !visible {
            let expected = "1 to 512 visible ASCII characters";
            return Err(BadId::new("photo mark", text, expected));
        }
        Ok(Self(text.into()))
    }

    /// The mark.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PhotoMark {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<PhotoMark> for String {
    fn from(mark: PhotoMark) -> Self {
        mark.0.into()
    }
}

impl fmt::Debug for PhotoMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "photo mark of {} characters", self.0.len())
    }
}
