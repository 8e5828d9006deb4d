//! The log of what people did: a line when something is asked for, one with what came of it.
//!
//! The first line is committed before anything is done, so nothing is done without one. The second is
//! in the deed's own commit where the daemon commits it itself, else it follows. A deed whose second
//! line is missing may have been done: whoever reads the log looks.

use std::fmt;

use super::Timestamp;
use super::ids::{AdminId, AuditId, TelegramId};

/// Characters that each part may have; what is longer is cut.
const LONGEST_WHO: usize = 80;
const LONGEST_ACT: usize = 100;
const LONGEST_SUBJECT: usize = 200;
const LONGEST_REASON: usize = 500;
const LONGEST_DETAIL: usize = 2_000;
const LONGEST_OUTCOME: usize = 80;

/// Who did something.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Who {
    /// Whoever showed the token of this name.
    Token(String),
    /// An operator in Telegram.
    Person(TelegramId),
}

impl Who {
    /// Reads what [`fmt::Display`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            ("token", name) => Some(Self::Token(name.to_owned())),
            ("tg", id) => Some(Self::Person(TelegramId::new(id.parse().ok()?))),
            _ => None,
        }
    }
}

impl Who {
    /// The number under which the ledger knows this person: the Telegram id, or one below zero that
    /// follows from the token's name.
    #[must_use]
    pub fn admin(&self) -> AdminId {
        match self {
            Self::Person(id) => AdminId::new(id.get()),
            Self::Token(name) => {
                // FNV-1a: the same name has the same number for good.
                let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
                });
                AdminId::new(
                    i64::try_from(hash >> 1)
                        .unwrap_or(i64::MAX)
                        .saturating_neg(),
                )
            }
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(name) => write!(f, "token/{name}"),
            Self::Person(id) => write!(f, "tg/{}", id.get()),
        }
    }
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// It was asked for; the line before anything is done.
    Asked,
    /// It was done.
    Done,
    /// Nobody knows whether it was done.
    Unsure,
    /// It was not done; with the code of the refusal.
    Refused(String),
}

impl Outcome {
    /// Reads what [`fmt::Display`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "asked" => Some(Self::Asked),
            "done" => Some(Self::Done),
            "unsure" => Some(Self::Unsure),
            other => {
                let code = other.strip_prefix("refused/")?;
                Some(Self::Refused(code.to_owned()))
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("asked"),
            Self::Done => f.write_str("done"),
            Self::Unsure => f.write_str("unsure"),
            Self::Refused(code) => write!(f, "refused/{code}"),
        }
    }
}

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Audited {
    /// Its own id.
    pub id: AuditId,
    /// The line that announced the deed; itself for that line.
    pub deed: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Who,
    /// What was asked for.
    pub act: String,
    /// What it was done to.
    pub subject: String,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
    /// What else was asked for, without secrets.
    pub detail: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl Audited {
    /// The line before anything is done.
    #[must_use]
    pub fn announced(id: AuditId, at: Timestamp, who: Who, deed: Deed) -> Self {
        let who = match who {
            Who::Token(name) => Who::Token(cut(&name, LONGEST_WHO - "token/".len())),
            Who::Person(id) => Who::Person(id),
        };
        Self {
            id,
            deed: id,
            at,
            who,
            act: cut(&deed.act, LONGEST_ACT),
            subject: cut(&deed.subject, LONGEST_SUBJECT),
            reason: deed.reason.map(|reason| cut(&reason, LONGEST_REASON)),
            detail: cut(&deed.detail, LONGEST_DETAIL),
            outcome: Outcome::Asked,
        }
    }

    /// The line with what came of it.
    #[must_use]
    pub fn ended(&self, id: AuditId, at: Timestamp, outcome: Outcome) -> Self {
        let outcome = match outcome {
            Outcome::Refused(code) => {
                Outcome::Refused(cut(&code, LONGEST_OUTCOME - "refused/".len()))
            }
            Outcome::Asked | Outcome::Done | Outcome::Unsure => outcome,
        };
        Self {
            id,
            at,
            outcome,
            ..self.clone()
        }
    }
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Deed {
    /// What is asked for.
    pub act: String,
    /// What it is done to.
    pub subject: String,
    /// Why.
    pub reason: Option<String>,
    /// What else is asked for, without secrets.
    pub detail: String,
}

fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for who in [Who::Token("desk".into()), Who::Person(TelegramId::new(-7))] {
            assert_eq!(Who::parse(&who.to_string()), Some(who));
        }
        assert_eq!(Who::parse("somebody"), None);
        for outcome in [
            Outcome::Asked,
            Outcome::Done,
            Outcome::Unsure,
            Outcome::Refused("wrong_scope".into()),
        ] {
            assert_eq!(Outcome::parse(&outcome.to_string()), Some(outcome));
        }
        assert_eq!(Outcome::parse("maybe"), None);
    }

    #[test]
    fn a_token_has_the_same_number_for_good_and_no_persons() {
        let desk = Who::Token("desk".into()).admin();
        assert_eq!(desk, Who::Token("desk".into()).admin());
        assert!(desk.get() < 0);
        assert_ne!(desk, Who::Token("disk".into()).admin());
        assert_eq!(Who::Person(TelegramId::new(7)).admin(), AdminId::new(7));
    }

    #[test]
    fn a_line_fits_whatever_is_asked_for() {
        let long = "ш".repeat(3_000);
        let deed = Deed {
            act: long.clone(),
            subject: long.clone(),
            reason: Some(long.clone()),
            detail: long.clone(),
        };
        let at = Timestamp::UNIX_EPOCH;
        let line = Audited::announced(AuditId::new(1), at, Who::Token(long.clone()), deed);
        let letters = |text: &str| text.chars().count();
        assert_eq!(letters(&line.who.to_string()), LONGEST_WHO);
        assert_eq!(letters(&line.detail), LONGEST_DETAIL);
        let ended = line.ended(AuditId::new(2), at, Outcome::Refused(long));
        assert_eq!(letters(&ended.outcome.to_string()), LONGEST_OUTCOME);
        assert_eq!((ended.id, ended.deed), (AuditId::new(2), AuditId::new(1)));
    }
}
