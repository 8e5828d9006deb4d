//! Balances of another shop, carried over into these books: each person's once, whatever is repeated.
//!
//! Never takes anything from anybody, and never looks at the other shop: somebody brings a list.

use std::collections::HashMap;

use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::ids::{CustomerId, TelegramId};
use starkeeper_actors::domain::ledger::Entry;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::ports::books::{Commit, CommitFailed, CommitRefused};
use starkeeper_actors::ports::{Books, Clock};

use super::books;
use super::clock::SystemClock;
use crate::cli::Failed;
use crate::config::Settings;

/// The head that a list may have.
const HEAD: &str = "telegram_id,amount";

/// More people than any shop has; a longer list is something else.
const MOST: usize = 1_000_000;

/// What people have at the other shop.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Balances {
    /// By the line each stands in; nobody twice, and no amount of zero.
    people: Vec<(usize, TelegramId, MicroUsd)>,
    /// How many have nothing.
    pub(crate) empty: usize,
    /// What they have together.
    pub(crate) sum: MicroUsd,
}

/// What became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Carried {
    /// So many people got their balance now.
    pub(crate) people: usize,
    /// This much together.
    pub(crate) sum: MicroUsd,
    /// So many had got theirs before: nothing moved.
    pub(crate) before: usize,
}

impl Balances {
    /// Reads a list: in each line a Telegram id, a comma, and dollars with a point. A head is passed
    /// over, and empty lines.
    ///
    /// # Errors
    /// Every line that cannot be read, at most ten of them.
    pub(crate) fn read(list: &str) -> Result<Self, Failed> {
        let mut read = Self::default();
        let mut seen = HashMap::new();
        let mut wrong = Vec::new();
        for (at, line) in (1..).zip(list.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            let is_head = at == 1 && line.replace(' ', "") == HEAD;
            if line.is_empty() || is_head {
                continue;
            }
            match read.take(at, line, &mut seen) {
                Ok(()) => {}
                Err(why) if wrong.len() < 10 => wrong.push(format!("line {at}: {why}")),
                Err(_) => {
                    wrong.push("and more".into());
                    break;
                }
            }
        }
        if read.people.len() > MOST {
            wrong.push(format!("more than {MOST} people: is this the right file?"));
        }
        if read.people.is_empty() && read.empty == 0 && wrong.is_empty() {
            wrong.push(format!(
                "nobody is in it; expected lines such as 5000000001,12.50 below {HEAD}"
            ));
        }
        if wrong.is_empty() {
            return Ok(read);
        }
        wrong.push("nothing was carried over".into());
        Err(Failed::here(wrong.join("\n")))
    }

    /// How many people have something.
    pub(crate) const fn people(&self) -> usize {
        self.people.len()
    }

    fn take(
        &mut self,
        at: usize,
        line: &str,
        seen: &mut HashMap<i64, usize>,
    ) -> Result<(), String> {
        let (person, amount) = line
            .split_once(',')
            .ok_or("expected a Telegram id, a comma and dollars, such as 5000000001,12.50")?;
        let person: i64 = person
            .trim()
            .parse()
            .ok()
            .filter(|person| *person > 0)
            .ok_or("the first is no Telegram id of a person, which is a whole number above zero")?;
        let amount =
            MicroUsd::parse_plain(amount.trim()).map_err(|why| format!("the amount: {why}"))?;
        if let Some(before) = seen.insert(person, at) {
            return Err(format!("this person stands in line {before} as well"));
        }
        if !amount.is_positive() {
            self.empty += 1;
            return Ok(());
        }
        self.sum = self
            .sum
            .checked_add(amount)
            .map_err(|_| "together this is more than books can hold")?;
        self.people.push((at, TelegramId::new(person), amount));
        Ok(())
    }
}

/// Gives everybody in the list what they have, one person a commit; accounts that are not there are
/// opened, in this language. Tells `progress` how many are done, now and then.
///
/// # Errors
/// The books are not there, are in use, or end the work on the way: what was carried over until then
/// stays, and the same list carries over the rest.
pub(crate) async fn carry_over(
    settings: &Settings,
    balances: &Balances,
    language: Language,
    progress: impl Fn(usize),
) -> Result<Carried, Failed> {
    let storage = books::to_write(settings).await?;
    let life = storage.incarnation().await.map_err(Failed::here)?;
    let clock = SystemClock::of_books(life).map_err(Failed::here)?;
    let mut carried = Carried::default();
    for (done, (line, person, amount)) in balances.people.iter().enumerate() {
        if done > 0 && done % 1_000 == 0 {
            progress(done);
        }
        let stopped = |why: &dyn std::fmt::Display| {
            Failed::here(format!(
                "stopped at line {line}: {why}\nThe lines above it are carried over. Run the same again: \
                 nobody gets anything twice"
            ))
        };
        let fresh = CustomerId::new(clock.fresh_id());
        let opened = storage.customer_of(*person, language, fresh, clock.now());
        let customer = opened.await.map_err(|why| stopped(&why))?.row.id;
        let mut commit = Commit::new(life, clock.now());
        let entry = Entry::carried_over(customer, *amount).map_err(|why| stopped(&why))?;
        commit.entries.push(entry);
        match storage.commit(commit).await {
            Ok(()) => {
                carried.people += 1;
                carried.sum = carried
                    .sum
                    .checked_add(*amount)
                    .map_err(|why| stopped(&why))?;
            }
            Err(CommitFailed::Refused(CommitRefused::Taken { .. })) => carried.before += 1,
            Err(why) => return Err(stopped(&why)),
        }
    }
    Ok(carried)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_and_without_its_head() {
        for head in [
            "",
            "telegram_id,amount\n",
            "\u{feff}telegram_id, amount\r\n\n",
        ] {
            let read =
                Balances::read(&format!("{head}5000000001,12.50\n7 , 0\n8,0.000001\r\n")).unwrap();
            assert_eq!((read.people(), read.empty), (2, 1), "{head:?}");
            assert_eq!(read.sum, MicroUsd::from_micros(12_500_001));
        }
    }

    #[test]
    fn every_line_that_is_wrong_is_named_and_the_list_is_refused() {
        let list = "1,1\nanna,2\n3\n4,-5\n-6,1\n1,2\n8,1,500\n9,1.0000001\n";
        let refused = Balances::read(list).unwrap_err().text;
        for line in 2..=8 {
            assert!(
                refused.contains(&format!("line {line}: ")),
                "{line}: {refused}"
            );
        }
        assert!(!refused.contains("line 1: "), "{refused}");
        assert!(refused.contains("stands in line 1 as well"), "{refused}");
        assert!(refused.ends_with("nothing was carried over"), "{refused}");
        // Whom it names is not told: it may be printed anywhere.
        assert!(!refused.contains("anna"), "{refused}");
    }

    #[test]
    fn an_empty_list_and_a_long_row_of_mistakes_say_so() {
        assert!(
            Balances::read("telegram_id,amount\n")
                .unwrap_err()
                .text
                .contains("nobody is in it")
        );
        let refused = Balances::read(&"x\n".repeat(5_000)).unwrap_err().text;
        assert_eq!(refused.lines().count(), 12, "{refused}");
    }
}
