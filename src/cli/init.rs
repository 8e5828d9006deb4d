//! `starkeeper init`: asks what a shop needs, checks each answer as `serve` will, and writes `.env`
//! for its owner alone.
//!
//! Never shows an answer that is a secret, never writes over settings that are there, and writes
//! either all of them or nothing.

mod ask;
mod questions;
pub(super) mod write;

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::ExposeSecret as _;

use self::ask::Talk;
use self::questions::{QUESTIONS, Question};
use super::{Failed, say};
use crate::config::{Settings, Surroundings};
use crate::daemon::wallets::NETWORK;
use crate::ton::{WalletKey, draw_words, friendly, wallets_of};

/// Where the settings go.
const FILE: &str = ".env";

/// So often one question is asked before it is given up.
const TRIES: usize = 5;

/// Asks what a shop needs and writes `.env`. Nothing of it is sent anywhere.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// What was answered, by the variable.
type Answers = BTreeMap<&'static str, String>;

/// Asks, and writes.
pub(super) fn run(_args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let file = surroundings.directory.join(FILE);
    refuse_over(&file)?;
    say(
        "A few questions, and your shop has its settings. Enter alone skips one: it can come later.",
    );
    let mut talk = Talk::with_terminal();
    let mut answers = Answers::from([("ENVIRONMENT", "production".to_owned())]);
    for question in QUESTIONS {
        answer(question, &mut answers, &mut talk)?;
    }
    answers.insert("ADMIN_TOKEN", write::drawn_token()?);
    answers.insert("VAULT_KEY", write::drawn_key()?);
    mend_the_rest(&mut answers, &mut talk)?;
    write::all(&file, &answers)?;
    say(&format!(
        "\n{} is written, for you alone. Next: `starkeeper check`, then `starkeeper serve`.",
        file.display()
    ));
    Ok(())
}

fn refuse_over(file: &Path) -> Result<(), Failed> {
    if file.exists() {
        let file = file.display();
        return Err(Failed::here(format!(
            "{file} is there already and was not touched: edit it, or move it away and start again"
        )));
    }
    Ok(())
}

/// Asks until the answer is one that the daemon takes.
fn answer(question: &Question, answers: &mut Answers, talk: &mut Talk) -> Result<(), Failed> {
    if question
        .only_with
        .is_some_and(|other| !answers.contains_key(other))
    {
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
        answers.insert(question.var, given);
        let wrong: Vec<String> = problems(answers)
            .into_iter()
            .filter(|(name, _)| name == setting(question.var))
            .map(|(_, what)| what)
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        answers.remove(question.var);
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
fn mend_the_rest(answers: &mut Answers, talk: &mut Talk) -> Result<(), Failed> {
    for _ in 0..TRIES {
        let left = problems(answers);
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
        answer(question, answers, talk)?;
    }
    match problems(answers).first() {
        None => Ok(()),
        Some((name, what)) => Err(Failed::here(format!("{name}: {what}; nothing was written"))),
    }
}

/// What the daemon would say of these settings: the variable, and what is wrong with it.
fn problems(answers: &Answers) -> Vec<(String, String)> {
    let surroundings = Surroundings {
        environment: answers
            .iter()
            .map(|(var, value)| ((*var).to_owned(), value.clone()))
            .collect(),
        // A folder without files: only the answers count.
        directory: Path::new("/nonexistent").to_owned(),
    };
    let Err(refused) = Settings::read(&surroundings) else {
        return Vec::new();
    };
    let named = refused.problems.into_iter().map(|problem| {
        let var = problem.name.split_whitespace().next().unwrap_or_default();
        (setting(var).to_owned(), problem.what)
    });
    named.collect()
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
