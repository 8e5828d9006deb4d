//! The vault beside the books, on each engine.

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper::storage::vault::{SealedVault, VaultKey};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::{LoginId, ReplicaId};
use starkeeper_actors::ports::books::LeaseKey;
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::ports::{Books, Vault};
use starkeeper_actors::testing::contract::books::EmptyBooks as _;
use starkeeper_actors::testing::contract::vault::EmptyVault;

use super::fixture::{self, Sql};

const LOGIN: LoginId = LoginId::new(1);

/// A vault without jars.
pub struct Jars(Sql);

pub async fn sqlite() -> Jars {
    Jars(fixture::sqlite().await)
}

pub async fn postgres() -> Jars {
    Jars(fixture::postgres().await)
}

fn key(byte: u8) -> VaultKey {
    VaultKey::derived_from(&[byte; 32]).unwrap()
}

#[async_trait]
impl EmptyVault for Jars {
    fn client(&self) -> Arc<dyn Vault> {
        Arc::new(SealedVault::new(self.0.next_storage(), key(1)))
    }

    fn books(&self) -> Arc<dyn Books> {
        self.0.client()
    }
}

/// And the row says nothing about the cookies.
pub async fn a_jar_of_another_key_is_named_and_stays(jars: Jars) {
    let (books, vault) = (jars.books(), jars.client());
    let replica = ReplicaId::new(1);
    let lease = books
        .lease(LeaseKey::Login(LOGIN), replica, Span::minutes(5))
        .await;
    let fence = lease.unwrap().unwrap().fence();
    let jar = Jar::new(b"stel_ssid=secret".as_slice());
    let version = vault.store(LOGIN, 0, fence, jar.clone()).await.unwrap();
    let stranger = SealedVault::new(jars.0.next_storage(), key(2));
    let why = stranger.newest(LOGIN).await.unwrap_err().to_string();
    assert!(
        why.contains("till_1") && why.contains("VAULT_KEY") && !why.contains("secret"),
        "{why}"
    );
    let kept = vault.newest(LOGIN).await.unwrap();
    assert_eq!(kept, Some((version, jar)));
}

/// A claim to another lease says nothing about this login's.
pub async fn a_claim_to_another_lease_stores_nothing(jars: Jars) {
    let (books, vault) = (jars.books(), jars.client());
    let replica = ReplicaId::new(1);
    for key in [LeaseKey::Login(LoginId::new(2)), LeaseKey::Pricing] {
        let lease = books.lease(key, replica, Span::minutes(5)).await;
        let fence = lease.unwrap().unwrap().fence();
        let stored = vault
            .store(LOGIN, 0, fence, Jar::new(b"a".as_slice()))
            .await;
        stored.unwrap_err();
    }
    assert_eq!(vault.newest(LOGIN).await.unwrap(), None);
}

/// The jar that linked an order is among the newest 200 for as long as it is needed; what is older
/// goes, login by login.
pub async fn old_jars_go_and_the_newest_stay(jars: Jars) {
    let (books, vault) = (jars.books(), jars.client());
    let replica = ReplicaId::new(1);
    let other = LoginId::new(2);
    let mut fences = Vec::new();
    for login in [LOGIN, other] {
        let lease = books.lease(LeaseKey::Login(login), replica, Span::minutes(5));
        fences.push(lease.await.unwrap().unwrap().fence());
    }
    let jar = |version: i64| Jar::new(version.to_string().into_bytes());
    vault.store(other, 0, fences[1], jar(1)).await.unwrap();
    for seen in 0..203 {
        let stored = vault.store(LOGIN, seen, fences[0], jar(seen + 1)).await;
        assert_eq!(stored.unwrap(), seen + 1);
    }
    for gone in 1..=3 {
        assert_eq!(vault.version(LOGIN, gone).await.unwrap(), None, "{gone}");
    }
    for kept in [4, 5, 100, 203] {
        let there = vault.version(LOGIN, kept).await.unwrap();
        assert_eq!(there, Some(jar(kept)), "{kept}");
    }
    assert_eq!(vault.newest(LOGIN).await.unwrap(), Some((203, jar(203))));
    assert_eq!(vault.newest(other).await.unwrap(), Some((1, jar(1))));
}
