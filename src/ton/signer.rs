//! The ports `Signer` and `WalletProver`: signs what passed the firewall, and proofs.

use std::collections::BTreeMap;
use std::sync::Arc;

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::ports::wallet::{
    SignRefused, SignedMessage, TransferIntent, WalletAccount, WalletProof,
};
use starkeeper_actors::ports::{Clock, Signer, WalletProver};

use super::cells::{BadCells, hash, write_boc};
use super::contract::WalletContract;
use super::firewall::{Clocks, FirewallRules, Passed, check, refused};
use super::key::WalletKey;
use super::message::{external, internal, normalised};
use super::outgoings::{DaySum, Outgoings};
use super::proof::digest;

/// The domains whose challenges are answered.
const PROVEN_TO: [&str; 1] = ["fragment.com"];

/// The wallets and their keys.
pub struct TonSigner {
    wallets: BTreeMap<WalletAddress, (WalletKey, WalletContract)>,
    rules: FirewallRules,
    outgoings: Arc<Outgoings>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for TonSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TonSigner")
            .field("wallets", &self.wallets.keys())
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl TonSigner {
    /// A signer for these wallets. `outgoings` must be the one that the chain's client brings its
    /// readings to; without them nothing is paid.
    #[must_use]
    pub fn new(
        wallets: impl IntoIterator<Item = (WalletKey, WalletContract)>,
        rules: FirewallRules,
        outgoings: Arc<Outgoings>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let wallets = wallets
            .into_iter()
            .map(|(key, contract)| (contract.address(), (key, contract)));
        Self {
            wallets: wallets.collect(),
            rules,
            outgoings,
            clock,
        }
    }

    fn wallet(&self, address: WalletAddress) -> Result<&(WalletKey, WalletContract), SignRefused> {
        let wallet = self.wallets.get(&address);
        wallet.ok_or(SignRefused::NoKey(address))
    }

    /// The day's sum, the last check: what is counted is what is signed.
    fn check_day(&self, intent: &TransferIntent, amount: NanoTon) -> Result<(), SignRefused> {
        if !amount.is_positive() {
            return Ok(());
        }
        let too_large = |why| refused("day cap", why);
        let sum = self.outgoings.sum(intent.wallet, intent.seqno);
        let sum = match sum.map_err(too_large)? {
            DaySum::Known(sum) => sum,
            DaySum::Unknown => {
                let why = "what the wallet paid within the last 24 hours is not known yet";
                return Err(refused("day cap", why));
            }
        };
        let after = sum.checked_add(amount).map_err(too_large)?;
        if after > self.rules.day_cap {
            let why = format!(
                "{amount} on top of {sum} within 24 hours is above the cap of a day {}",
                self.rules.day_cap
            );
            return Err(refused("day cap", why));
        }
        Ok(())
    }
}

impl Signer for TonSigner {
    fn wallets(&self) -> Vec<WalletAddress> {
        self.wallets.keys().copied().collect()
    }

    fn sign(&self, intent: &TransferIntent) -> Result<SignedMessage, SignRefused> {
        let (key, contract) = self.wallet(intent.wallet)?;
        let clocks = Clocks {
            ours: self.clock.now(),
            chain: self.outgoings.time(intent.wallet),
        };
        let passed = check(intent, &self.rules, clocks)?;
        self.check_day(intent, passed.amount)?;
        let message = write(key, contract, intent, &passed);
        let message = message.map_err(|why| refused("cells", why))?;
        if passed.amount.is_positive() {
            self.outgoings
                .signed(intent.wallet, intent.seqno, passed.amount);
        }
        Ok(message)
    }
}

fn write(
    key: &WalletKey,
    contract: &WalletContract,
    intent: &TransferIntent,
    passed: &Passed,
) -> Result<SignedMessage, BadCells> {
    let payment = internal(passed.destination, passed.amount, &passed.body)?;
    let order = contract.order(intent.seqno, intent.valid_until, payment)?;
    let signature = key.sign(&hash(&order)?);
    let body = contract.signed(&order, &signature)?;
    // The contract's first message brings the contract along.
    let init = (intent.seqno == 0).then(|| contract.state_init());
    let message = external(contract.address(), init, &body)?;
    Ok(SignedMessage {
        boc: write_boc(&message)?,
        message_hash: normalised(contract.address(), &body)?,
        body_hash: hash(&passed.body)?,
    })
}

impl WalletProver for TonSigner {
    fn account(&self, wallet: WalletAddress) -> Result<WalletAccount, SignRefused> {
        let (key, contract) = self.wallet(wallet)?;
        let state_init = write_boc(contract.state_init());
        Ok(WalletAccount {
            address: wallet,
            network: contract.network().global_id(),
            public_key: key.public(),
            state_init: state_init.map_err(|why| refused("cells", why))?,
            max_messages: contract.version().max_messages(),
        })
    }

    fn prove(
        &self,
        wallet: WalletAddress,
        domain: &str,
        challenge: &str,
        now: Timestamp,
    ) -> Result<WalletProof, SignRefused> {
        let (key, _) = self.wallet(wallet)?;
        if !PROVEN_TO.contains(&domain) {
            let shown: String = domain.chars().take(80).collect();
            let why = format!("wallets are proven to fragment.com only, not to {shown:?}");
            return Err(refused("proof", why));
        }
        let at = Timestamp::from_timestamp(now.timestamp(), 0).unwrap_or(now);
        let signature = key.sign(&digest(wallet, domain, challenge, at)?);
        Ok(WalletProof {
            at,
            domain: domain.to_owned(),
            challenge: challenge.to_owned(),
            signature,
        })
    }
}
