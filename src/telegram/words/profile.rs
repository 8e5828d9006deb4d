//! How the bot calls itself in Telegram's lists.

use super::Voice;

/// What Telegram shows of the bot outside the chat, in one language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// On the bot's page; at most 120 characters.
    pub about: String,
    /// In the empty chat; at most 512 characters.
    pub description: String,
    /// The commands, in the order of the list.
    pub commands: Vec<Command>,
}

/// A command in the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command {
    /// Without its slash: 1 to 32 small letters.
    pub name: &'static str,
    /// What it does; 1 to 256 characters.
    pub about: String,
}

/// In the order of the list, and the text of each.
const COMMANDS: [(&str, &str); 12] = [
    ("start", "command-start"),
    ("buy", "command-buy"),
    ("premium", "command-premium"),
    ("balance", "command-balance"),
    ("topup", "command-topup"),
    ("orders", "command-orders"),
    ("where", "command-where"),
    ("help", "command-help"),
    ("paysupport", "command-paysupport"),
    ("terms", "command-terms"),
    ("privacy", "command-privacy"),
    ("language", "command-language"),
];

impl Voice<'_> {
    pub(super) fn profile(&self) -> Profile {
        let commands = COMMANDS.iter().map(|(name, text)| Command {
            name,
            about: self.tongue.plain(text),
        });
        Profile {
            about: self.tongue.plain("bot-about"),
            description: self.tongue.plain("bot-description"),
            commands: commands.collect(),
        }
    }
}
