//! One thing that the databases refuse, with its harmless twin.

use super::engine::{Kind, Said};

/// What an engine must answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Exactly this sentence, from one of our own triggers.
    Says(String),
    /// This unique index is violated.
    Unique(&'static str),
    /// The engine's own complaint, which contains these words.
    Complains(&'static str),
    /// The statement is taken and changes nothing.
    Nothing,
}

impl Answer {
    /// Whether that is what the engine did.
    pub fn is(&self, answer: &Result<(), Said>) -> bool {
        match (self, answer) {
            (Self::Says(sentence), Err(said)) => said.sentence == *sentence,
            (Self::Unique(index), Err(said)) => said.unique.as_deref() == Some(index),
            (Self::Complains(words), Err(said)) => said.sentence.contains(words),
            (Self::Nothing, Ok(())) => true,
            (Self::Nothing, Err(_))
            | (Self::Says(_) | Self::Unique(_) | Self::Complains(_), Ok(())) => false,
        }
    }
}

/// How one engine meets a case.
#[derive(Clone, Debug)]
pub struct Guard {
    /// What it answers.
    pub answer: Answer,
    /// The trigger or unique index that answers so; empty if it is the engine itself.
    pub by: &'static str,
    /// The unique index that would refuse it too, once the trigger is taken away.
    pub behind: Option<&'static str>,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// A sentence for whoever reads the failure.
    pub what: String,
    /// How its transaction is begun, such as `ISOLATION LEVEL SERIALIZABLE`.
    pub isolation: &'static str,
    /// Triggers that are taken away before it, because they would refuse it first.
    pub without: &'static [&'static str],
    /// Lawful statements before it.
    pub given: String,
    /// What must be refused.
    pub refused: String,
    /// The same made lawful.
    pub lawful: String,
    /// Whether the twin leaves something in the tables.
    pub stores: bool,
    /// The column, or the member of a document, that it changes against a rule.
    pub touches: Option<String>,
    postgres: Option<Guard>,
    sqlite: Option<Guard>,
}

impl Case {
    /// A case that nothing refuses yet.
    pub fn new(
        what: impl Into<String>,
        refused: impl Into<String>,
        lawful: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            isolation: "",
            without: &[],
            given: String::new(),
            refused: refused.into(),
            lawful: lawful.into(),
            stores: true,
            touches: None,
            postgres: None,
            sqlite: None,
        }
    }

    /// After these statements.
    pub fn given(mut self, given: impl Into<String>) -> Self {
        self.given = given.into();
        self
    }

    /// The twin is lawful after this statement.
    pub fn lawful_after(mut self, before: impl AsRef<str>) -> Self {
        self.lawful = format!("{}; {}", before.as_ref(), self.lawful);
        self
    }

    /// The twin is another.
    pub fn lawful_is(mut self, lawful: String) -> Self {
        self.lawful = lawful;
        self
    }

    /// The statement is another.
    pub fn refused_is(mut self, refused: String) -> Self {
        self.refused = refused;
        self
    }

    /// Begun so.
    pub fn begun(mut self, isolation: &'static str) -> Self {
        self.isolation = isolation;
        self
    }

    /// Where these triggers do not refuse it first.
    pub fn without(mut self, triggers: &'static [&'static str]) -> Self {
        self.without = triggers;
        self
    }

    /// The twin stores nothing.
    pub fn stores_nothing(mut self) -> Self {
        self.stores = false;
        self
    }

    /// Breaks the rule for this column or member.
    pub fn touches(mut self, what: &str) -> Self {
        self.touches = Some(what.to_owned());
        self
    }

    /// Both engines say so, by a trigger of the same name.
    pub fn says(self, by: &'static str, sentence: &str) -> Self {
        self.on_postgres(by, Answer::Says(sentence.to_owned()))
            .on_sqlite(by, Answer::Says(sentence.to_owned()))
    }

    /// PostgreSQL answers so.
    pub fn on_postgres(mut self, by: &'static str, answer: Answer) -> Self {
        let behind = None;
        self.postgres = Some(Guard { answer, by, behind });
        self
    }

    /// PostgreSQL says so.
    pub fn postgres_says(self, by: &'static str, sentence: &str) -> Self {
        self.on_postgres(by, Answer::Says(sentence.to_owned()))
    }

    /// PostgreSQL finds the name in this index.
    pub fn postgres_finds(self, index: &'static str) -> Self {
        self.on_postgres(index, Answer::Unique(index))
    }

    /// SQLite answers so.
    pub fn on_sqlite(mut self, by: &'static str, answer: Answer) -> Self {
        let behind = None;
        self.sqlite = Some(Guard { answer, by, behind });
        self
    }

    /// SQLite says so.
    pub fn sqlite_says(self, by: &'static str, sentence: &str) -> Self {
        self.on_sqlite(by, Answer::Says(sentence.to_owned()))
    }

    /// Without PostgreSQL's trigger this index of it would refuse it.
    pub fn postgres_behind(mut self, index: &'static str) -> Self {
        let guard = self.postgres.as_mut().expect("PostgreSQL has a guard");
        guard.behind = Some(index);
        self
    }

    /// Without SQLite's trigger this index of it would refuse it.
    pub fn sqlite_behind(mut self, index: &'static str) -> Self {
        let guard = self.sqlite.as_mut().expect("SQLite has a guard");
        guard.behind = Some(index);
        self
    }

    /// How an engine meets it; none if the case is not for this engine.
    pub fn guard(&self, kind: Kind) -> Option<&Guard> {
        match kind {
            Kind::Postgres => self.postgres.as_ref(),
            Kind::Sqlite => self.sqlite.as_ref(),
        }
    }
}
