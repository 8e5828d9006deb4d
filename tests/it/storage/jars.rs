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
