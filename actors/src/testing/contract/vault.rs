//! The contract of the vault: versions, fences, and old jars that stay.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ports::books::Fence;
use crate::ports::{Books, Vault};

/// A vault without jars, with the books whose leases it obeys.
#[async_trait]
pub trait EmptyVault: Send + Sync {
    /// A client; each call another one, as another replica would have.
    fn client(&self) -> Arc<dyn Vault>;

    /// The books.
    fn books(&self) -> Arc<dyn Books>;
}

/// One test for each case of the contract of the vault.
#[macro_export]
macro_rules! contract_of_vault {
    ($make:expr) => {
        $crate::contract_cases!($make, vault,
            cases: [
                a_login_starts_without_a_jar,
                the_newest_jar_is_read_and_older_ones_stay,
                a_store_over_another_version_is_refused,
                a_store_without_the_lease_is_refused,
                logins_are_apart,
                many_replicas_store_one_jar,
            ],
        );
    };
}

/// The holder's fence for a login.
async fn fence(vault: &dyn EmptyVault, replica: i64) -> Fence {
    use crate::domain::ids::{LoginId, ReplicaId};
    use crate::ports::books::LeaseKey;
    let (key, replica) = (LeaseKey::Login(LoginId::new(1)), ReplicaId::new(replica));
    let ttl = crate::domain::Span::minutes(5);
    let lease = super::given(vault.books().lease(key, replica, ttl).await, "a lease");
    super::there(lease, "the lease").fence()
}

/// The cases.
pub mod cases {
    use super::{EmptyVault, fence};
    use crate::domain::ids::{LoginId, ReplicaId};
    use crate::ports::Failure;
    use crate::ports::books::{Fence, Lease};
    use crate::ports::vault::{Jar, JarMoved};
    use crate::testing::contract::given;

    const LOGIN: LoginId = LoginId::new(1);
    const MOVED: Result<i64, Failure<JarMoved>> = Err(Failure::Refused(JarMoved));

    fn jar(text: &str) -> Jar {
        Jar::new(text.as_bytes())
    }

    /// The first store names version 0.
    pub async fn a_login_starts_without_a_jar(empty: &dyn EmptyVault) {
        let vault = empty.client();
        assert_eq!(given(vault.newest(LOGIN).await, "a read"), None);
        assert_eq!(given(vault.version(LOGIN, 1).await, "a read"), None);
        let fence = fence(empty, 1).await;
        given(vault.store(LOGIN, 0, fence, jar("a")).await, "the first");
    }

    /// The jar that linked an order is kept until its confirm call is done (rule 8).
    pub async fn the_newest_jar_is_read_and_older_ones_stay(empty: &dyn EmptyVault) {
        let (vault, other) = (empty.client(), empty.client());
        let fence = fence(empty, 1).await;
        let one = given(vault.store(LOGIN, 0, fence, jar("a")).await, "one");
        let two = given(vault.store(LOGIN, one, fence, jar("b")).await, "two");
        assert!(0 < one && one < two);
        let newest = given(other.newest(LOGIN).await, "a read");
        assert_eq!(newest, Some((two, jar("b"))));
        assert_eq!(
            given(other.version(LOGIN, one).await, "a read"),
            Some(jar("a"))
        );
    }

    /// Somebody was faster.
    pub async fn a_store_over_another_version_is_refused(empty: &dyn EmptyVault) {
        let vault = empty.client();
        let fence = fence(empty, 1).await;
        let one = given(vault.store(LOGIN, 0, fence, jar("a")).await, "one");
        for seen in [0, one + 1] {
            assert_eq!(vault.store(LOGIN, seen, fence, jar("b")).await, MOVED);
        }
        let newest = given(vault.newest(LOGIN).await, "a read");
        assert_eq!(newest, Some((one, jar("a"))));
    }

    /// It went on, or was never granted.
    pub async fn a_store_without_the_lease_is_refused(empty: &dyn EmptyVault) {
        let vault = empty.client();
        let old = fence(empty, 1).await;
        let lease = Lease {
            key: old.key,
            epoch: old.epoch,
            until: crate::testing::contract::rows::noon(),
        };
        let back = empty.books().release(lease, ReplicaId::new(1)).await;
        given(back, "given back");
        let new = fence(empty, 2).await;
        assert_eq!(vault.store(LOGIN, 0, old, jar("a")).await, MOVED);
        let guessed = Fence {
            key: new.key,
            epoch: new.epoch.next(),
        };
        assert_eq!(vault.store(LOGIN, 0, guessed, jar("a")).await, MOVED);
        given(vault.store(LOGIN, 0, new, jar("a")).await, "the holder");
    }

    /// Each has its own jars.
    pub async fn logins_are_apart(empty: &dyn EmptyVault) {
        let vault = empty.client();
        let fence = fence(empty, 1).await;
        given(vault.store(LOGIN, 0, fence, jar("a")).await, "one");
        let other = given(vault.newest(LoginId::new(2)).await, "a read");
        assert_eq!(other, None);
    }

    /// Of all that have seen the same version.
    pub async fn many_replicas_store_one_jar(empty: &dyn EmptyVault) {
        let fence = fence(empty, 1).await;
        let stores: Vec<_> = (0..64)
            .map(|_| {
                let client = empty.client();
                tokio::spawn(async move { client.store(LOGIN, 0, fence, jar("a")).await })
            })
            .collect();
        let mut won = 0;
        for store in stores {
            match given(store.await, "a replica") {
                Ok(_) => won += 1,
                refused => assert_eq!(refused, MOVED),
            }
        }
        assert_eq!(won, 1);
    }
}
