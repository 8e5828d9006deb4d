//! The words of the chat, made of the settings, and what of them Telegram itself must know.

use starkeeper_actors::domain::catalog::{Product, StarsQuantity};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{Body, Button, DialogRules, Screen};
use starkeeper_actors::domain::{Span, Timestamp};

use crate::cli::Failed;
use crate::config::Settings;
use crate::telegram::Introduction;
use crate::telegram::face::Keys;
use crate::telegram::words::{Profile, Words, WordsSettings};

/// The words of this shop.
pub(super) fn words(settings: &Settings, bot: Option<String>) -> Result<Words, Failed> {
    let given = &settings.telegram;
    let orders = &settings.fulfilment.orders;
    let defaults = WordsSettings::default();
    let words = WordsSettings {
        rules: DialogRules {
            slow_after: orders.slow_after,
            ..DialogRules::default()
        },
        support: given.support.clone(),
        bot,
        timezone: given.timezone,
        explorer: given.explorer.clone(),
        pictures: settings.fragment.url.to_string(),
        answer_within: Span::from_std(given.answer_within).unwrap_or(defaults.answer_within),
        max_held: orders.max_held,
    };
    Words::new(words).map_err(Failed::by_itself)
}

/// Every language there are words in.
const LANGUAGES: [Language; 2] = [Language::En, Language::Ru];

/// The labels that give the list of people up.
pub(super) fn gives_up(words: &Words) -> Vec<String> {
    let each = LANGUAGES.into_iter();
    each.filter_map(|language| gives_up_in(words, language))
        .collect()
}

/// What the bot says of itself: in each language, and in English to everybody else.
pub(super) fn introductions(words: &Words) -> Vec<Introduction> {
    let codes = [None, Some(Language::En), Some(Language::Ru)];
    let each = codes.into_iter().map(|language| {
        let Profile {
            about,
            description,
            commands,
        } = words.profile(language.unwrap_or_default());
        let commands = commands.into_iter();
        Introduction {
            language,
            commands: commands
                .map(|command| (command.name.to_owned(), command.about))
                .collect(),
            description,
            short: about,
        }
    });
    each.collect()
}

/// The one of a language.
fn gives_up_in(words: &Words, language: Language) -> Option<String> {
    let product = Product::Stars(StarsQuantity::MIN);
    let screen = Screen {
        note: None,
        body: Body::Friend { product },
        buttons: vec![Button::PickFriend],
    };
    match words.screen(language, &screen, Timestamp::UNIX_EPOCH).keys {
        Keys::Pick { cancel, .. } => Some(cancel),
        Keys::None | Keys::Inline(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::new(WordsSettings::default()).unwrap()
    }

    #[test]
    fn each_language_has_a_label_that_gives_the_list_up() {
        assert_eq!(gives_up(&words()), ["Cancel", "Отмена"]);
    }

    #[test]
    fn everybody_is_introduced_to_and_russians_in_russian() {
        let all = introductions(&words());
        let languages: Vec<_> = all.iter().map(|words| words.language).collect();
        assert_eq!(languages, [None, Some(Language::En), Some(Language::Ru)]);
        for words in &all {
            assert!(words.description.chars().count() <= 512, "{words:?}");
            assert!(words.short.chars().count() <= 120, "{words:?}");
            for (command, does) in &words.commands {
                assert!(!command.starts_with('/'), "{command}");
                assert!((1..=256).contains(&does.chars().count()), "{does}");
            }
        }
        assert_ne!(all[0].description, all[2].description);
    }
}
