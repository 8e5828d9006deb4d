//! Cookie jars: versioned, encrypted at rest by the adapter, shared by all replicas.

use std::fmt;

use async_trait::async_trait;

use super::Failure;
use super::books::Fence;
use crate::domain::ids::{LoginId, Pseudonym, TelegramId};

/// A cookie jar. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Jar(Box<[u8]>);

impl Jar {
    /// Wraps what the market's adapter keeps.
    #[must_use]
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// For the market's adapter.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jar(***)")
    }
}

/// A newer jar was stored meanwhile, or the lease went to somebody else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the jar of this login is newer, or its lease is elsewhere")]
pub struct JarMoved;

/// The vault: what is kept under a key that is not in the books.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The newest jar of a login with its version.
    async fn newest(&self, login: LoginId) -> Result<Option<(i64, Jar)>, super::Unreadable>;

    /// A certain version: the jar that linked an order is kept until its confirm call is done.
    async fn version(&self, login: LoginId, version: i64)
    -> Result<Option<Jar>, super::Unreadable>;

    /// Stores a jar over the version that was seen; answers the new version.
    async fn store(
        &self,
        login: LoginId,
        seen: i64,
        fence: Fence,
        jar: Jar,
    ) -> Result<i64, Failure<JarMoved>>;

    /// What stands for a person who was erased: the same for the same person under the same key,
    /// and nobody finds the person by it without the key. None where there is no key.
    fn pseudonym(&self, person: TelegramId) -> Option<Pseudonym>;
}
