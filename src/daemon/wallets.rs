//! The tills' wallets as the settings name them, without asking the chain.

use thiserror::Error;

use crate::config::{Settings, TillSeed, WalletVersionName};
use crate::ton::{
    BadAddress, BadWords, NoWallet, TonNetwork, WalletContract, WalletKey, WalletVersion,
    WantedWallet, named_wallet, parse_address, wallets_of,
};

/// Why a wallet of the settings is none. Names the variable, and never a word of the phrase.
#[derive(Debug, Error)]
pub enum BadWallet {
    /// The words.
    #[error("{var}: {why} (read from {origin})")]
    Words {
        /// The variable.
        var: String,
        /// What is wrong.
        why: BadWords,
        /// Where it was read.
        origin: String,
    },
    /// The expected address.
    #[error("{var}: {why} (read from {origin})")]
    Address {
        /// The variable.
        var: String,
        /// What is wrong.
        why: BadAddress,
        /// Where it was read.
        origin: String,
    },
    /// The words open another wallet.
    #[error("{var}: {why}")]
    Chosen {
        /// The variable of the words.
        var: String,
        /// Why.
        why: NoWallet,
    },
    /// Two tills have one wallet.
    #[error("{one} and {other} open the same wallet: each till needs one of its own")]
    Shared {
        /// The variable of one.
        one: String,
        /// And of the other.
        other: String,
    },
}

/// One till's wallet, as far as the settings say which it is.
pub struct TillWallet {
    /// The till's number.
    pub till: i64,
    /// The variable of its words.
    pub var: String,
    /// The key.
    pub key: WalletKey,
    /// What the settings say about it.
    pub wanted: WantedWallet,
    /// Both wallets of the key.
    pub both: Vec<WalletContract>,
    /// The one that the settings name; none if the chain must say which has TON.
    pub named: Option<WalletContract>,
}

/// The network: the one where TON is money.
pub const NETWORK: TonNetwork = TonNetwork::Main;

/// The wallets of all tills that have words.
///
/// # Errors
/// Words that do not check, an address that they do not open, two tills with the same words.
pub fn till_wallets(settings: &Settings) -> Result<Vec<TillWallet>, BadWallet> {
    let mut wallets: Vec<TillWallet> = Vec::new();
    for given in &settings.ton.tills {
        let wallet = till_wallet(settings, given)?;
        let known = wallets.iter().find(|known| {
            let public = known.key.public();
            public == wallet.key.public()
        });
        if let Some(known) = known {
            return Err(BadWallet::Shared {
                one: known.var.clone(),
                other: wallet.var,
            });
        }
        wallets.push(wallet);
    }
    Ok(wallets)
}

fn till_wallet(settings: &Settings, given: &TillSeed) -> Result<TillWallet, BadWallet> {
    let var = match given.number {
        1 => "FRAGMENT_SEED_PHRASE".to_owned(),
        number => format!("FRAGMENT_SEED_PHRASE_{number}"),
    };
    let key = WalletKey::from_words(&given.words).map_err(|why| BadWallet::Words {
        var: var.clone(),
        why,
        origin: settings.origin_of(&var),
    })?;
    let address = given.address.as_deref().map(parse_address).transpose();
    let address = address.map_err(|why| {
        let var = var.replace("FRAGMENT_SEED_PHRASE", "TON_WALLET_ADDRESS");
        let origin = settings.origin_of(&var);
        BadWallet::Address { var, why, origin }
    })?;
    let version = settings.ton.version.map(|version| match version {
        WalletVersionName::V4R2 => WalletVersion::V4R2,
        WalletVersionName::V5R1 => WalletVersion::V5R1,
    });
    let wanted = WantedWallet { version, address };
    let chosen = |why| BadWallet::Chosen {
        var: var.clone(),
        why,
    };
    let both = wallets_of(&key, NETWORK).map_err(|why| chosen(why.into()))?;
    let named = named_wallet(&key, NETWORK, wanted).map_err(chosen)?;
    Ok(TillWallet {
        till: given.number,
        var,
        key,
        wanted,
        both,
        named,
    })
}
