//! `ton_proof` of TON Connect: a signed answer to somebody's challenge.

use sha2::{Digest as _, Sha256};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{Hash256, WalletAddress};
use starkeeper_actors::ports::wallet::SignRefused;

use super::firewall::refused;

/// The longest challenge that is answered, in bytes: Fragment's has about twenty.
const LONGEST_CHALLENGE: usize = 512;
/// The longest domain, in bytes.
const LONGEST_DOMAIN: usize = 253;

/// What is signed: never the hash of a cell, because it is a hash of words of its own.
pub(super) fn digest(
    wallet: WalletAddress,
    domain: &str,
    challenge: &str,
    at: Timestamp,
) -> Result<Hash256, SignRefused> {
    if domain.is_empty() || domain.len() > LONGEST_DOMAIN {
        return Err(refused("proof", "a domain of 1 to 253 bytes was expected"));
    }
    if challenge.is_empty() || challenge.len() > LONGEST_CHALLENGE {
        return Err(refused(
            "proof",
            "a challenge of 1 to 512 bytes was expected",
        ));
    }
    let seconds = u64::try_from(at.timestamp());
    let seconds = seconds.map_err(|_| refused("proof", "a time after 1970 was expected"))?;
    let length = u32::try_from(domain.len()).unwrap_or_default();
    let message = Sha256::new()
        .chain_update(b"ton-proof-item-v2/")
        .chain_update(i32::from(wallet.workchain()).to_be_bytes())
        .chain_update(wallet.hash().bytes())
        .chain_update(length.to_le_bytes())
        .chain_update(domain.as_bytes())
        .chain_update(seconds.to_le_bytes())
        .chain_update(challenge.as_bytes())
        .finalize();
    let digest = Sha256::new()
        .chain_update([0xff, 0xff])
        .chain_update(b"ton-connect")
        .chain_update(message)
        .finalize();
    Ok(Hash256::new(digest.into()))
}
