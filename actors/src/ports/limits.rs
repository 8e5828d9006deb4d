//! Rate limits of people: counted atomically, over all replicas where a server is there.

use async_trait::async_trait;

use crate::domain::Span;
use crate::domain::ids::TelegramId;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Metered {
    /// A message or a tap.
    Message,
    /// Something that costs work outside: a look-up.
    Operation,
    /// A new invoice or purchase.
    Payment,
}

/// Who is counted: some people have higher limits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Person {
    /// Whose chat.
    pub user: TelegramId,
    /// Less than a day old here.
    pub new: bool,
    /// Has Telegram Premium.
    pub premium: bool,
}

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Allowance {
    /// Go on; it was counted.
    Granted,
    /// Too fast.
    Wait {
        /// How long until the next.
        for_: Span,
    },
    /// The counter cannot be reached. For [`Metered::Payment`] the answer is "try again soon".
    CannotCount,
}

/// So many in a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// How many, at least 1.
    pub most: u32,
    /// In which span.
    pub per: Span,
}

impl Rate {
    /// So many a minute.
    #[must_use]
    pub const fn a_minute(most: u32) -> Self {
        Self {
            most,
            per: Span::minutes(1),
        }
    }

    /// A share of it, rounded up, at least 1.
    #[must_use]
    pub fn percent(self, percent: u32) -> Self {
        let share = u64::from(self.most).saturating_mul(u64::from(percent));
        let share = u32::try_from(share.div_ceil(100)).unwrap_or(u32::MAX);
        Self {
            most: share.max(1),
            ..self
        }
    }
}

/// What is allowed: to whom, and to all together. Whoever counts takes it as its settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
    /// Messages and taps of one person.
    pub messages: Rate,
    /// Look-ups of one person.
    pub operations: Rate,
    /// New invoices and purchases of one person.
    pub payments: Rate,
    /// Messages and taps of one person in quick succession, besides `messages`.
    pub burst: Rate,
    /// Messages and taps of all people together; those that were refused before do not count.
    pub everybody: Rate,
    /// What somebody new may, in percent.
    pub new_percent: u32,
    /// What somebody with Telegram Premium may, in percent.
    pub premium_percent: u32,
}

impl Default for Rates {
    /// A minute each: 30 messages, 10 look-ups, 2 payments, 1,000 messages of all; 8 messages in 5
    /// seconds; 70 % for new people, 150 % with Premium.
    fn default() -> Self {
        Self {
            messages: Rate::a_minute(30),
            operations: Rate::a_minute(10),
            payments: Rate::a_minute(2),
            burst: Rate {
                most: 8,
                per: Span::seconds(5),
            },
            everybody: Rate::a_minute(1_000),
            new_percent: 70,
            premium_percent: 150,
        }
    }
}

impl Rates {
    /// What this person may of this kind.
    #[must_use]
    pub fn of(&self, person: Person, what: Metered) -> Rate {
        let rate = match what {
            Metered::Message => self.messages,
            Metered::Operation => self.operations,
            Metered::Payment => self.payments,
        };
        let new = if person.new { self.new_percent } else { 100 };
        let premium = if person.premium {
            self.premium_percent
        } else {
            100
        };
        rate.percent(new).percent(premium)
    }

    /// What may follow each other quickly.
    #[must_use]
    pub const fn burst_of(&self, what: Metered) -> Option<Rate> {
        match what {
            Metered::Message => Some(self.burst),
            Metered::Operation | Metered::Payment => None,
        }
    }

    /// What all people together may.
    #[must_use]
    pub const fn everybody_of(&self, what: Metered) -> Option<Rate> {
        match what {
            Metered::Message => Some(self.everybody),
            Metered::Operation | Metered::Payment => None,
        }
    }

    /// A quarter of each rate, for a replica that has lost the common counter: how many others
    /// there are it cannot know. Bursts stay: they are short.
    #[must_use]
    pub fn quartered(self) -> Self {
        Self {
            messages: self.messages.percent(25),
            operations: self.operations.percent(25),
            payments: self.payments.percent(25),
            everybody: self.everybody.percent(25),
            ..self
        }
    }
}

/// The limits.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Counts one and says whether it may be.
    async fn take(&self, person: Person, what: Metered) -> Allowance;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(new: bool, premium: bool, what: Metered) -> u32 {
        let person = Person {
            user: TelegramId::new(1),
            new,
            premium,
        };
        Rates::default().of(person, what).most
    }

    #[test]
    fn new_people_may_less_and_premium_ones_more_and_nobody_nothing() {
        use Metered::{Message, Operation, Payment};
        for (new, premium, messages, operations, payments) in [
            (false, false, 30, 10, 2),
            (true, false, 21, 7, 2),
            (false, true, 45, 15, 3),
            (true, true, 32, 11, 3),
        ] {
            let found = [Message, Operation, Payment].map(|what| most(new, premium, what));
            assert_eq!(found, [messages, operations, payments], "{new} {premium}");
        }
        assert_eq!(Rate::a_minute(1).percent(1).most, 1);
        assert_eq!(Rate::a_minute(u32::MAX).percent(200).most, u32::MAX);
    }

    #[test]
    fn a_quarter_is_rounded_up() {
        let quarter = Rates::default().quartered();
        assert_eq!(quarter.messages, Rate::a_minute(8));
        assert_eq!(quarter.operations, Rate::a_minute(3));
        assert_eq!(quarter.payments, Rate::a_minute(1));
        assert_eq!(quarter.everybody, Rate::a_minute(250));
        assert_eq!(quarter.burst, Rates::default().burst);
    }
}
