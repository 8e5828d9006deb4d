//! A customer as the books know one: an account of our own, the Telegram id it belongs to, and
//! what limits it.

use serde::{Deserialize, Serialize};

use super::ids::{CustomerId, InvoiceId, Pseudonym, TelegramId};
use super::money::{MicroUsd, MoneyError};
use super::{Span, Timestamp};

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
    /// The person was erased (rule 23); the account stays, because the ledger names it.
    #[serde(default)]
    pub erased: Option<Erased>,
}

/// What is left of a person who was erased.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// By what the person is found again while a late payment may still arrive
    /// ([`PSEUDONYM_KEPT`]); none afterwards.
    pub pseudonym: Option<Pseudonym>,
}

/// For so long after an erasure a late payment still finds its owner (rule 23): longer than any
/// invoice can be paid.
pub const PSEUDONYM_KEPT: Span = Span::days(30);

/// Why a person cannot be erased yet (rule 23).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, thiserror::Error)]
pub enum StillOpen {
    /// An order is not finished.
    #[error("an order is not finished")]
    Order,
    /// An invoice may still be paid.
    #[error("an invoice may still be paid")]
    Invoice,
    /// A payment is locked.
    #[error("a payment is locked")]
    Lock,
    /// Money is on the balance.
    #[error("there is money on the balance")]
    Balance,
    /// Money is set aside.
    #[error("there is money set aside")]
    Hold,
    /// Something is owed to the shop.
    #[error("there is a debt")]
    Debt,
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
            erased: None,
        }
    }

    /// What stands in the books for this person after erasing (rule 23): the account under a chat
    /// that nobody has. Whether it may be done, the books say: [`Customer::keeps_open`] and the
    /// rows of orders and invoices.
    #[must_use]
    pub fn erased_as(&self, pseudonym: Pseudonym, now: Timestamp) -> Self {
        Self {
            id: self.id,
            // No person's id is negative, and no two accounts share this one.
            telegram: TelegramId::new(self.id.get().saturating_neg()),
            language: Language::default(),
            locks: self.locks.clone(),
            unreachable: true,
            wants_opening: false,
            since: self.since,
            erased: Some(Erased {
                at: now,
                pseudonym: Some(pseudonym),
            }),
        }
    }

    /// Whether the person was erased.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.erased.is_some()
    }

    /// The pseudonym, while it counts.
    #[must_use]
    pub fn pseudonym(&self, now: Timestamp) -> Option<Pseudonym> {
        let erased = self.erased.as_ref()?;
        erased.pseudonym.filter(|_| !erased.is_over(now))
    }

    /// What of the customer's own row and purse keeps the person from being erased; none if
    /// nothing does. Orders and invoices are rows of their own.
    #[must_use]
    pub fn keeps_open(&self, purse: Purse) -> Option<StillOpen> {
        let matters = [
            (self.is_frozen(), StillOpen::Lock),
            (purse.available != MicroUsd::ZERO, StillOpen::Balance),
            (purse.held != MicroUsd::ZERO, StillOpen::Hold),
            (purse.debt != MicroUsd::ZERO, StillOpen::Debt),
        ];
        let open = matters.into_iter().find(|(open, _)| *open);
        open.map(|(_, what)| what)
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

impl Erased {
    /// Whether no late payment can arrive any more, so that the pseudonym must go.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now.signed_duration_since(self.at) >= PSEUDONYM_KEPT
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

    #[test]
    fn what_is_left_of_an_erased_person_names_nobody_and_lapses() {
        let now = Timestamp::UNIX_EPOCH;
        let (id, telegram) = (CustomerId::new(7), TelegramId::new(5));
        let mut person = Customer::open(id, telegram, Language::Ru, now);
        person.wants_opening = true;
        let hash = super::super::ids::Hash256::new([9; 32]);
        let left = person.erased_as(Pseudonym::new(hash), now);
        assert_eq!((left.id, left.telegram), (id, TelegramId::new(-7)));
        assert!(left.is_erased() && left.unreachable && !left.wants_opening);
        let almost = now + PSEUDONYM_KEPT - Span::microseconds(1);
        assert_eq!(left.pseudonym(almost), Some(Pseudonym::new(hash)));
        assert_eq!(left.pseudonym(now + PSEUDONYM_KEPT), None);
        assert!(!format!("{left:?}").contains("0909"), "it is never printed");
    }

    #[test]
    fn money_and_locks_keep_a_person_in_the_books() {
        let now = Timestamp::UNIX_EPOCH;
        let person = Customer::open(CustomerId::new(7), TelegramId::new(5), Language::En, now);
        let one = MicroUsd::from_micros(1);
        let empty = Purse::default();
        let (available, held, debt) = (one, one, one);
        assert_eq!(person.keeps_open(empty), None);
        let rich = Purse { available, ..empty };
        assert_eq!(person.keeps_open(rich), Some(StillOpen::Balance));
        let holding = Purse { held, ..empty };
        assert_eq!(person.keeps_open(holding), Some(StillOpen::Hold));
        let owing = Purse { debt, ..empty };
        assert_eq!(person.keeps_open(owing), Some(StillOpen::Debt));
        let frozen = person.locked_by(InvoiceId::new(1));
        assert_eq!(frozen.keeps_open(empty), Some(StillOpen::Lock));
    }
}
