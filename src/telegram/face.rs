//! A message as it is to look, before Telegram's words for it: the seam between the wording and
//! the sending.

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Face {
    /// The text in Telegram's HTML; names of people are escaped in it.
    pub text: String,
    /// The picture that stands above the text.
    pub photo: Option<Picture>,
    /// What can be tapped.
    pub keys: Keys,
}

/// A picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Picture {
    /// Telegram fetches it from this address.
    At(String),
    /// A QR code of this text: drawn when the message is sent, and uploaded with it.
    Code(String),
}

/// What can be tapped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Keys {
    /// Nothing.
    None,
    /// Buttons below the message, by rows.
    Inline(Vec<Vec<Key>>),
    /// A keyboard in place of the letters, which opens Telegram's list of people. Telegram cannot
    /// edit it into a message: it always comes with a new one.
    Pick {
        /// The label that opens the list.
        pick: String,
        /// People who were bought for lately; each comes back as this text.
        names: Vec<String>,
        /// The label that gives up; comes back as this text.
        cancel: String,
    },
}

/// A button.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// What it says.
    pub label: String,
    /// What it does.
    pub does: Does,
}

/// What a button does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Does {
    /// Comes back as a tap with these callback data, at most 64 bytes.
    Tap(String),
    /// Opens this address.
    Open(String),
    /// Copies this text, 1 to 256 characters.
    Copy(String),
}
