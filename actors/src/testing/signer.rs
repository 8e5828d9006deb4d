//! A signer whose messages the fake chain can read.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::message::{WalletMessage, hash_of};
use crate::domain::Timestamp;
use crate::domain::ids::WalletAddress;
use crate::domain::transfer::Boc;
use crate::ports::wallet::{
    Pays, SignRefused, SignedMessage, TransferIntent, WalletAccount, WalletProof,
};
use crate::ports::{Signer, WalletProver};

/// Signs for some wallets and proves that it can. The same question always gets the same bytes.
#[derive(Default)]
pub struct FakeSigner(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    wallets: Vec<WalletAddress>,
    refusal: Option<String>,
    signed: Vec<TransferIntent>,
}

impl FakeSigner {
    /// Holds the keys of these wallets.
    #[must_use]
    pub fn of(wallets: Vec<WalletAddress>) -> Self {
        let inner = Inner {
            wallets,
            ..Inner::default()
        };
        Self(Mutex::new(inner))
    }

    /// Gets one more key.
    pub fn add(&self, wallet: WalletAddress) {
        self.lock().wallets.push(wallet);
    }

    /// From now on refuses by this rule of its own; none signs again.
    pub fn refuse(&self, rule: Option<&str>) {
        self.lock().refusal = rule.map(str::to_owned);
    }

    /// Everything that was signed, oldest first.
    #[must_use]
    pub fn signed(&self) -> Vec<TransferIntent> {
        self.lock().signed.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signer for FakeSigner {
    fn wallets(&self) -> Vec<WalletAddress> {
        self.lock().wallets.clone()
    }

    fn sign(&self, intent: &TransferIntent) -> Result<SignedMessage, SignRefused> {
        let mut inner = self.lock();
        if !inner.wallets.contains(&intent.wallet) {
            return Err(SignRefused::NoKey(intent.wallet));
        }
        if let Some(rule) = inner.refusal.clone() {
            return Err(SignRefused::Rule { rule });
        }
        inner.signed.push(intent.clone());
        let body_hash = match &intent.pays {
            Pays::Link(link) => link.payload_hash,
            Pays::Nothing => hash_of(b""),
        };
        let boc = WalletMessage::of(intent).encode();
        Ok(SignedMessage {
            message_hash: hash_of(boc.bytes()),
            boc,
            body_hash,
        })
    }
}

impl WalletProver for FakeSigner {
    fn account(&self, wallet: WalletAddress) -> Result<WalletAccount, SignRefused> {
        if !self.lock().wallets.contains(&wallet) {
            return Err(SignRefused::NoKey(wallet));
        }
        Ok(WalletAccount {
            address: wallet,
            network: -239,
            public_key: *hash_of(format!("key of {wallet}").as_bytes()).bytes(),
            state_init: Boc::new(format!("state init of {wallet}").into_bytes()),
            max_messages: 255,
        })
    }

    fn prove(
        &self,
        wallet: WalletAddress,
        domain: &str,
        challenge: &str,
        now: Timestamp,
    ) -> Result<WalletProof, SignRefused> {
        self.account(wallet)?;
        let second = now.timestamp();
        let said = format!("{wallet}\n{domain}\n{challenge}\n{second}");
        let mut signature = [0_u8; 64];
        for (half, name) in signature.chunks_exact_mut(32).zip(["first", "second"]) {
            half.copy_from_slice(hash_of(format!("{name}\n{said}").as_bytes()).bytes());
        }
        Ok(WalletProof {
            at: Timestamp::from_timestamp(second, 0).unwrap_or(now),
            domain: domain.to_owned(),
            challenge: challenge.to_owned(),
            signature,
        })
    }
}
