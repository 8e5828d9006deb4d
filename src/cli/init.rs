//! `starkeeper init`: asks what a shop needs, checks each answer as `serve` will, and writes `.env`
//! for its owner alone, or what is missing into a file that is there (`ENV_FILE`).
//!
//! Never shows an answer that is a secret, never changes what a file sets already, and writes either
//! all of the answers or nothing.

mod ask;
mod questions;
pub(super) mod write;

use std::collections::BTreeMap;

use secrecy::ExposeSecret as _;

use self::ask::Talk;
use self::questions::{QUESTIONS, Question};
use self::write::Place;
use super::{Failed, say};
use crate::config::{Settings, Surroundings};
use crate::daemon::wallets::NETWORK;
use crate::ton::{WalletKey, draw_words, friendly, wallets_of};

/// So often one question is asked before it is given up.
const TRIES: usize = 5;

/// Asks what a shop needs and writes `.env`, or the file that `ENV_FILE` names; what it sets already
/// is not asked. Nothing of it is sent anywhere.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// What was answered, by the variable.
type Answers = BTreeMap<&'static str, String>;

/// Asks, and writes.
pub(super) fn run(_args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let place = Place::of(surroundings)?;
    say(
        "A few questions, and your shop has its settings. Enter alone skips one: it can come later.",
    );
    let mut talk = Talk::with_terminal();
    let mut asked = Asked {
        place: &place,
        answers: Answers::new(),
    };
    if !place.sets("ENVIRONMENT") {
        asked.answers.insert("ENVIRONMENT", "production".to_owned());
    }
    let open = QUESTIONS
        .iter()
        .filter(|question| !place.sets(setting(question.var)));
    for question in open {
        asked.answer(question, &mut talk)?;
    }
    if !place.sets("ADMIN_TOKEN") {
        asked.answers.insert("ADMIN_TOKEN", write::drawn_token()?);
    }
    // With words and no key, what is stored may be sealed by one that the words gave.
    if !place.sets("VAULT_KEY") && !place.sets("FRAGMENT_SEED_PHRASE") {
        asked.answers.insert("VAULT_KEY", write::drawn_key()?);
    }
    asked.mend_the_rest(&mut talk)?;
    place.write(&asked.answers)?;
    say(&format!(
        "\n{} is written{}. Next: `starkeeper check`, then `starkeeper serve`.",
        place.file.display(),
        place.readers(),
    ));
    Ok(())
}

/// What was answered so far, beside what the file sets.
struct Asked<'p> {
    place: &'p Place,
    answers: Answers,
}

impl Asked<'_> {
    /// Asks until the answer is one that the daemon takes.
    fn answer(&mut self, question: &Question, talk: &mut Talk) -> Result<(), Failed> {
        let is_set = |var: &str| self.answers.contains_key(var) || self.place.sets(setting(var));
        if question.only_with.is_some_and(|other| !is_set(other)) {
            return Ok(());
        }
        for _ in 0..TRIES {
            let given = talk.ask(question)?;
            let given = match (given.as_str(), question.usual) {
                ("", None) => return Ok(()),
                ("", Some(usual)) => usual.to_owned(),
                ("new", _) if question.var == "FRAGMENT_SEED_PHRASE" => new_wallet()?,
                (some, _) => some.to_owned(),
            };
            self.answers.insert(question.var, given);
            let wrong: Vec<String> = self
                .problems()
                .into_iter()
                .filter(|(name, _)| name == setting(question.var))
                .map(|(_, what)| what)
                .collect();
            if wrong.is_empty() {
                return Ok(());
            }
            self.answers.remove(question.var);
            for what in wrong {
                say(&format!("  {what}"));
            }
        }
        let var = question.var;
        Err(Failed::here(format!(
            "{var} was not answered in {TRIES} tries; nothing was written"
        )))
    }

    /// What does not fit together is asked again.
    fn mend_the_rest(&mut self, talk: &mut Talk) -> Result<(), Failed> {
        for _ in 0..TRIES {
            let left = self.problems();
            let Some((name, what)) = left.first() else {
                return Ok(());
            };
            say(&format!("\n{name}: {what}"));
            let Some(question) = QUESTIONS
                .iter()
                .find(|question| setting(question.var) == name)
            else {
                break;
            };
            self.answer(question, talk)?;
        }
        match self.problems().first() {
            None => Ok(()),
            Some((name, what)) => Err(Failed::here(format!("{name}: {what}; nothing was written"))),
        }
    }

    /// What the daemon would say of these settings: the variable, and what is wrong with it.
    fn problems(&self) -> Vec<(String, String)> {
        let mut surroundings = self.place.surroundings();
        let given = self.answers.iter();
        surroundings
            .environment
            .extend(given.map(|(var, value)| ((*var).to_owned(), value.clone())));
        let Err(refused) = Settings::read(&surroundings) else {
            return Vec::new();
        };
        let named = refused.problems.into_iter().map(|problem| {
            let var = problem.name.split_whitespace().next().unwrap_or_default();
            (setting(var).to_owned(), problem.what)
        });
        named.collect()
    }
}

/// The setting of a variable: a secret may come from a file, and is the same one.
fn setting(var: &str) -> &str {
    var.trim_end_matches("_FILE")
}

/// Draws the words of a wallet, and shows them with their addresses: this is the only time.
fn new_wallet() -> Result<String, Failed> {
    let words = draw_words().map_err(Failed::here)?;
    let key = WalletKey::from_words(&words).map_err(Failed::here)?;
    say(
        "\n  Write these 24 words on paper. Whoever has them has the TON, and without them it is lost:\n",
    );
    say(&format!("  {}\n", words.expose_secret()));
    for wallet in wallets_of(&key, NETWORK).map_err(Failed::here)? {
        let address = friendly(wallet.address(), wallet.network());
        say(&format!("  {}  {address}", wallet.version().name()));
    }
    Ok(words.expose_secret().to_owned())
}
