//! The end of a person in the books (rule 23).

use super::CommitRefused;
use crate::domain::Timestamp;
use crate::domain::customer::StillOpen;
use crate::domain::ids::{CustomerId, IncarnationId, Pseudonym, Version};

/// A wish to erase a person (rule 23).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Erasure {
    /// The life of the books the caller believes in.
    pub incarnation: IncarnationId,
    /// When, by the caller's clock.
    pub at: Timestamp,
    /// Whose account.
    pub customer: CustomerId,
    /// The version of the customer's row that was seen.
    pub seen: Version,
    /// What stands for the person while late payments may arrive.
    pub pseudonym: Pseudonym,
}

/// Why a person was not erased. Nothing was written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EraseRefused {
    /// As a commit would be refused: another life, a row written meanwhile or erased already.
    #[error(transparent)]
    Books(CommitRefused),
    /// Something between the person and the shop is not finished.
    #[error("not erased: {0}")]
    StillOpen(StillOpen),
}
