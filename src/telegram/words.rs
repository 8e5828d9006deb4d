//! What the shop says: turns screens, news and orders of the core into messages in Russian and
//! English.
//!
//! Owns every word that a person reads in the chat, the numbers' and times' looks, the labels of
//! buttons and their rows. The texts are Fluent files in `config/texts`, compiled in. Whatever people
//! named themselves is made harmless here, and nowhere else.
//!
//! Never decides anything: what can be tapped is the screen's. Never speaks to Telegram.

use chrono_tz::Tz;
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{DialogRules, Note, Screen};
use starkeeper_actors::domain::notice::Message;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::messenger::{About, OrderView};

use super::face::Face;

mod balance;
mod bodies;
mod breaks;
mod card;
mod deck;
mod keys;
mod lists;
mod names;
mod news;
mod notes;
mod numbers;
mod operators;
mod order;
mod profile;
mod reasons;
mod rows;
mod shop;
mod times;
mod tongue;

pub use profile::{Command, Profile};
pub use tongue::BrokenTexts;

use tongue::Tongue;

#[cfg(test)]
mod tests;

/// What the texts say that the shop's owner chose.
#[derive(Clone, Debug)]
pub struct WordsSettings {
    /// The rules of the conversation, as the sessions have them: limits, coins, the terms' version.
    pub rules: DialogRules,
    /// Where people find the shop's owner: `@name`, an `https://` address, or anything to be read.
    pub support: Option<String>,
    /// The bot's own name, without `@`; known once Telegram has told it.
    pub bot: Option<String>,
    /// In which zone times are shown. The books keep UTC.
    pub timezone: Tz,
    /// What a transaction's hash is appended to for its page, such as
    /// `https://tonviewer.com/transaction/`.
    pub explorer: String,
    /// Where pictures of recipients are that have no whole address: Fragment's own.
    pub pictures: String,
    /// Within which time a person answers who is asked to look at an order.
    pub answer_within: Span,
    /// After which an unsigned order returns its money by itself (rule 21).
    pub max_held: Span,
}

impl Default for WordsSettings {
    fn default() -> Self {
        Self {
            rules: DialogRules::default(),
            support: None,
            bot: None,
            timezone: Tz::UTC,
            explorer: "https://tonviewer.com/transaction/".to_owned(),
            pictures: "https://fragment.com".to_owned(),
            answer_within: Span::hours(12),
            max_held: Span::hours(6),
        }
    }
}

/// The words of the shop in every language it speaks.
#[derive(Debug)]
pub struct Words {
    settings: WordsSettings,
    en: Tongue,
    ru: Tongue,
}

/// One language, with what the owner chose: what the wording of a message works with.
#[derive(Clone, Copy)]
struct Voice<'a> {
    tongue: &'a Tongue,
    settings: &'a WordsSettings,
    now: Timestamp,
}

impl Words {
    /// Reads the texts.
    ///
    /// # Errors
    /// [`BrokenTexts`] if a text that was compiled in cannot be read: never in a release that passed
    /// its tests.
    pub fn new(settings: WordsSettings) -> Result<Self, BrokenTexts> {
        Ok(Self {
            en: Tongue::load(Language::En)?,
            ru: Tongue::load(Language::Ru)?,
            settings,
        })
    }

    /// A screen of the conversation.
    #[must_use]
    pub fn screen(&self, language: Language, screen: &Screen, now: Timestamp) -> Face {
        self.voice(language, now).screen(screen)
    }

    /// A piece of news, with what it is about.
    #[must_use]
    pub fn news(
        &self,
        language: Language,
        message: &Message,
        about: &About,
        now: Timestamp,
    ) -> Face {
        let voice = self.voice(language, now);
        match message {
            Message::Customer(news) => voice.news(news, about),
            Message::Operators(news) => voice.operators(news),
        }
    }

    /// An order's live message: the same as the order's screen.
    #[must_use]
    pub fn order(&self, language: Language, order: &OrderView, now: Timestamp) -> Face {
        let slow_after = self.settings.rules.slow_after;
        let screen = Screen::of_order(order.clone(), slow_after, now);
        self.screen(language, &screen, now)
    }

    /// What a note says in the small window over the chat, at most 200 characters without markup;
    /// none for a note that belongs into the message.
    #[must_use]
    pub fn toast(&self, language: Language, note: &Note) -> Option<String> {
        // A toast shows no time.
        let now = Timestamp::UNIX_EPOCH;
        self.voice(language, now).toast(note)
    }

    /// How the bot calls itself: commands and descriptions.
    #[must_use]
    pub fn profile(&self, language: Language) -> Profile {
        self.voice(language, Timestamp::UNIX_EPOCH).profile()
    }

    /// The same words of a bot whose name is known.
    #[must_use]
    pub fn of_bot(mut self, name: &str) -> Self {
        self.settings.bot = Some(name.to_owned());
        self
    }

    const fn voice(&self, language: Language, now: Timestamp) -> Voice<'_> {
        let tongue = match language {
            Language::En => &self.en,
            Language::Ru => &self.ru,
        };
        Voice {
            tongue,
            settings: &self.settings,
            now,
        }
    }
}
