//! One language: its texts, with plural rules.

use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use starkeeper_actors::domain::customer::Language;
use unic_langid::LanguageIdentifier;

/// What goes into a text, by the name of its variable.
pub(super) type Arg = (&'static str, FluentValue<'static>);

/// A text file of the shop cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the texts in {language:?} cannot be read: {why}")]
pub struct BrokenTexts {
    /// Which.
    pub language: Language,
    /// What is wrong with it.
    pub why: String,
}

/// The texts of one language.
pub(super) struct Tongue {
    pub(super) language: Language,
    bundle: FluentBundle<FluentResource>,
    /// The texts that were said: none may be left over.
    #[cfg(test)]
    pub(super) said: std::sync::Mutex<std::collections::BTreeSet<String>>,
}

impl Tongue {
    /// The source of a language's texts.
    pub(super) const fn source(language: Language) -> &'static str {
        match language {
            Language::En => include_str!("../../../config/texts/en.ftl"),
            Language::Ru => include_str!("../../../config/texts/ru.ftl"),
        }
    }

    pub(super) fn load(language: Language) -> Result<Self, BrokenTexts> {
        let broken = |why: String| BrokenTexts { language, why };
        let tag = match language {
            Language::En => "en",
            Language::Ru => "ru",
        };
        let locale: LanguageIdentifier = tag
            .parse()
            .map_err(|why: unic_langid::LanguageIdentifierError| broken(why.to_string()))?;
        let resource = FluentResource::try_new(Self::source(language).to_owned())
            .map_err(|(_, faults)| broken(format!("{faults:?}")))?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Names that turn the direction isolate themselves; numbers and links need no marks.
        bundle.set_use_isolating(false);
        bundle
            .add_resource(resource)
            .map_err(|faults| broken(format!("{faults:?}")))?;
        Ok(Self {
            language,
            bundle,
            #[cfg(test)]
            said: std::sync::Mutex::default(),
        })
    }

    /// A text without variables.
    pub(super) fn plain(&self, key: &str) -> String {
        self.say(key, [])
    }

    /// A text. One that is missing is said by its name, and logged.
    pub(super) fn say(&self, key: &str, args: impl IntoIterator<Item = Arg>) -> String {
        #[cfg(test)]
        self.said.lock().unwrap().insert(key.to_owned());
        let message = self.bundle.get_message(key);
        let Some(pattern) = message.and_then(|message| message.value()) else {
            tracing::error!(text.key = %key, "the text {key} is missing");
            return format!("⟦{key}⟧");
        };
        let args: FluentArgs<'static> = args.into_iter().collect();
        let mut faults = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&args), &mut faults);
        if !faults.is_empty() {
            tracing::error!(text.key = %key, "the text {key} lacks something: {faults:?}");
        }
        text.into_owned()
    }

    /// A text about a number of things: `count` chooses the form, `shown` is how it looks.
    pub(super) fn counted(&self, key: &str, count: i64, shown: String) -> String {
        self.say(key, [("count", count.into()), ("shown", shown.into())])
    }
}

impl fmt::Debug for Tongue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the texts in {:?}", self.language)
    }
}
