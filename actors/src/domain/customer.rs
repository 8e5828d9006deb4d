//! A customer as the books know one: an account of our own, the Telegram id it belongs to, and
//! what limits it.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::ids::{CustomerId, InvoiceId, TelegramId};
use super::money::{MicroUsd, MoneyError};

/// A language the shop speaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// The language for an IETF tag such as `ru` or `en-GB`: Russian for Russian, else English.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("ru") {
            Self::Ru
        } else {
            Self::En
        }
    }
}

/// A customer's row.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Customer {
    /// The account.
    pub id: CustomerId,
    /// Whose chat it is.
    pub telegram: TelegramId,
    /// The language of everything that is owed; chosen or taken from Telegram.
    pub language: Language,
    /// Invoices under an AML lock. While there is one, nothing of this customer's is signed.
    pub locks: Vec<InvoiceId>,
    /// The customer blocked the bot: what is owed is kept until the next `/start`.
    pub unreachable: bool,
    /// The customer asked to be told when the shop sells again.
    #[serde(default)]
    pub wants_opening: bool,
    /// When the account was opened.
    pub since: Timestamp,
}

impl Customer {
    /// A new account.
    #[must_use]
    pub const fn open(
        id: CustomerId,
        telegram: TelegramId,
        language: Language,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            telegram,
            language,
            locks: Vec::new(),
            unreachable: false,
            wants_opening: false,
            since: now,
        }
    }

    /// Whether nothing of this customer's may be signed (rule 17).
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        !self.locks.is_empty()
    }

    /// Adds a lock; twice is once.
    #[must_use]
    pub fn locked_by(mut self, invoice: InvoiceId) -> Self {
        if !self.locks.contains(&invoice) {
            self.locks.push(invoice);
        }
        self
    }

    /// Takes a lock away.
    #[must_use]
    pub fn unlocked_by(mut self, invoice: InvoiceId) -> Self {
        self.locks.retain(|lock| *lock != invoice);
        self
    }
}

/// A customer's three balances at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Purse {
    /// What may be spent.
    pub available: MicroUsd,
    /// What is set aside.
    pub held: MicroUsd,
    /// What is owed to the shop; blocks buying.
    pub debt: MicroUsd,
}

impl Purse {
    /// Everything that is the customer's, less what is owed.
    ///
    /// # Errors
    /// Overflow.
    pub fn net(self) -> Result<MicroUsd, MoneyError> {
        self.available
            .checked_add(self.held)?
            .checked_sub(self.debt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_counts_once_and_the_last_one_to_go_unfreezes() {
        let (one, two) = (InvoiceId::new(1), InvoiceId::new(2));
        let customer = Customer::open(
            CustomerId::new(1),
            TelegramId::new(5),
            Language::of_tag("ru-RU"),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(customer.language, Language::Ru);
        assert!(!customer.is_frozen());
        let locked = customer.locked_by(one).locked_by(one).locked_by(two);
        assert_eq!(locked.locks.len(), 2);
        let half = locked.unlocked_by(one);
        assert!(half.is_frozen());
        assert!(!half.unlocked_by(two).is_frozen());
    }
}
