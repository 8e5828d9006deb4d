//! The vault in SQL: cookie jars beside the books, a row for each version, sealed.
//!
//! Owns the key and the form of what is stored; the database only ever holds ciphertext. A jar is
//! stored in one transaction with the check that its writer still holds the login's lease, over
//! the version that the writer has seen. The newest 200 versions of a login stay: the jar that
//! linked an order is needed until its confirm call is done (rule 8).

mod key;
mod seal;

use async_trait::async_trait;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{LoginId, Pseudonym, TelegramId};
use starkeeper_actors::ports::books::{Fence, LeaseKey};
use starkeeper_actors::ports::vault::{Jar, JarMoved, Vault};
use starkeeper_actors::ports::{Failure, Unreadable};

pub use key::{BadVaultKey, VaultKey};

use super::calls;
use super::columns::At;
use super::errors::{Class, Trouble, classify};
use super::open::{Engine, Storage};
use super::postgres::transaction::Ended;

/// Jars in the database of the books. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct SealedVault {
    storage: Storage,
    key: VaultKey,
}

impl SealedVault {
    /// The vault beside these books, whose jars are sealed with this key.
    #[must_use]
    pub const fn new(storage: Storage, key: VaultKey) -> Self {
        Self { storage, key }
    }

    /// When the newest jar of a login was stored, by the database's clock; none if there is none.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn stored_at(&self, login: LoginId) -> Result<Option<Timestamp>, Unreadable> {
        let stored = match &self.storage.engine {
            Engine::Postgres(postgres) => {
                calls::read_postgres(&self.storage.io, postgres, move |link| {
                    use super::postgres::queries as q;
                    Box::pin(async move { Ok(q::jars::newest_at(link, login).await?) })
                })
                .await
            }
            Engine::Sqlite(sqlite) => {
                let read = sqlite.readers.read(move |link| {
                    use super::sqlite::{at_once, queries as q};
                    at_once(async { Ok(q::jars::newest_at(link, login).await?) })
                });
                read.await
            }
        };
        let stored = stored.map_err(calls::failed)?;
        Ok(stored.map(|At(at)| at))
    }

    fn open(&self, login: LoginId, version: i64, sealed: &str) -> Result<Jar, Unreadable> {
        let opened = seal::open(&self.key, login, version, sealed);
        opened.map(Jar::new).map_err(|why| {
            Unreadable::new(format!("the jar of {login} in version {version}: {why}"))
        })
    }
}

#[async_trait]
impl Vault for SealedVault {
    async fn newest(&self, login: LoginId) -> Result<Option<(i64, Jar)>, Unreadable> {
        let newest = match &self.storage.engine {
            Engine::Postgres(postgres) => {
                calls::read_postgres(&self.storage.io, postgres, move |link| {
                    use super::postgres::queries as q;
                    Box::pin(async move { Ok(q::jars::newest(link, login).await?) })
                })
                .await
            }
            Engine::Sqlite(sqlite) => {
                let read = sqlite.readers.read(move |link| {
                    use super::sqlite::{at_once, queries as q};
                    at_once(async { Ok(q::jars::newest(link, login).await?) })
                });
                read.await
            }
        };
        match newest.map_err(calls::failed)? {
            Some((version, sealed)) => {
                let jar = self.open(login, version, &sealed)?;
                Ok(Some((version, jar)))
            }
            None => Ok(None),
        }
    }

    async fn version(&self, login: LoginId, version: i64) -> Result<Option<Jar>, Unreadable> {
        let there = match &self.storage.engine {
            Engine::Postgres(postgres) => {
                calls::read_postgres(&self.storage.io, postgres, move |link| {
                    use super::postgres::queries as q;
                    Box::pin(async move { Ok(q::jars::version(link, login, version).await?) })
                })
                .await
            }
            Engine::Sqlite(sqlite) => {
                let read = sqlite.readers.read(move |link| {
                    use super::sqlite::{at_once, queries as q};
                    at_once(async { Ok(q::jars::version(link, login, version).await?) })
                });
                read.await
            }
        };
        let there = there.map_err(calls::failed)?;
        there
            .map(|sealed| self.open(login, version, &sealed))
            .transpose()
    }

    async fn store(
        &self,
        login: LoginId,
        seen: i64,
        fence: Fence,
        jar: Jar,
    ) -> Result<i64, Failure<JarMoved>> {
        // The claim must be to this login's lease: another one says nothing about it.
        let next = seen.checked_add(1).filter(|next| *next > 0);
        let (LeaseKey::Login(held), Some(next)) = (fence.key, next) else {
            return Err(Failure::Refused(JarMoved));
        };
        if held != login {
            return Err(Failure::Refused(JarMoved));
        }
        let sealed = seal::seal(&self.key, login, next, jar.expose())
            .map_err(|why| Failure::not_done(format!("the jar of {login}: {why}")))?;
        match &self.storage.engine {
            Engine::Postgres(postgres) => {
                let written = calls::write_postgres(&self.storage.io, postgres, move |link| {
                    use super::postgres::queries as q;
                    let sealed = sealed.clone();
                    Box::pin(async move { q::jars::store(link, login, next, fence, &sealed).await })
                });
                written.await.map_err(|ended| match ended {
                    Ended::RolledBack(trouble) => not_stored(trouble),
                    Ended::Lost(cause) => Failure::NotDone { cause },
                    Ended::Unknown(cause) => Failure::Unknown { cause },
                })?;
            }
            Engine::Sqlite(sqlite) => {
                let written = sqlite.writer.run(move |link| {
                    use super::sqlite::{at_once, queries as q};
                    at_once(q::jars::store(link, login, next, fence, &sealed))
                });
                written.await.map_err(not_stored)?;
            }
        }
        Ok(next)
    }

    fn pseudonym(&self, person: TelegramId) -> Option<Pseudonym> {
        self.key.pseudonym(person)
    }
}

/// What a store that did not get through means.
fn not_stored(trouble: Trouble) -> Failure<JarMoved> {
    let class = match trouble {
        Trouble::Sql(error) => classify(&error),
        Trouble::Refused(why) => return Failure::not_done(why.to_string()),
    };
    match class {
        Class::Stale(_) | Class::Taken(_) | Class::Fenced | Class::Life => {
            Failure::Refused(JarMoved)
        }
        Class::Rule(cause) | Class::Again(cause) | Class::NotDone(cause) => {
            Failure::NotDone { cause }
        }
        Class::Floor | Class::Handled => Failure::not_done("the books refused a jar"),
        Class::Lost(cause) => Failure::Unknown { cause },
    }
}
