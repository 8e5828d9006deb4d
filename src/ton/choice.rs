//! Which of the two wallets of a key is the shop's: what was configured, else the one with money.

use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::ports::{Chain, Unreadable};

use super::address::friendly;
use super::cells::BadCells;
use super::contract::{TonNetwork, WalletContract, WalletVersion};
use super::key::WalletKey;

/// What the settings say about a wallet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WantedWallet {
    /// Its version.
    pub version: Option<WalletVersion>,
    /// Its address.
    pub address: Option<WalletAddress>,
}

/// Why no wallet can be chosen. Each names both addresses, so that the right one can be set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoWallet {
    /// The address that was set is neither, or not of the version that was set.
    #[error(
        "TON_WALLET_ADDRESS {expected} is not a wallet of this seed phrase{of}: its wallets are {wallets}"
    )]
    Mismatch {
        /// The address that was set.
        expected: WalletAddress,
        /// "with version …", if one was set.
        of: String,
        /// Both.
        wallets: String,
    },
    /// Neither has money.
    #[error(
        "no wallet of this seed phrase has TON: send some to one of them, or set TON_WALLET_VERSION: {wallets}"
    )]
    NoneFunded {
        /// Both.
        wallets: String,
    },
    /// Both have.
    #[error("both wallets of this seed phrase have TON: set TON_WALLET_VERSION: {wallets}")]
    BothFunded {
        /// Both, with their balances.
        wallets: String,
    },
    /// Nobody could say which has money.
    #[error("which wallet of this seed phrase has TON is not known; set TON_WALLET_VERSION: {0}")]
    Unreadable(#[from] Unreadable),
    /// The program's own cells are broken.
    #[error(transparent)]
    Cells(#[from] BadCells),
}

/// Both wallets of a key, the newer version first.
///
/// # Errors
/// Never with the code that is part of the program.
pub fn wallets_of(key: &WalletKey, network: TonNetwork) -> Result<Vec<WalletContract>, BadCells> {
    let public = key.public();
    let versions = WalletVersion::ALL.into_iter();
    versions
        .map(|version| WalletContract::new(version, network, &public))
        .collect()
}

/// The wallet that the settings name; none if they name neither version nor address.
///
/// # Errors
/// [`NoWallet::Mismatch`]: the start must stop there.
pub fn named_wallet(
    key: &WalletKey,
    network: TonNetwork,
    wanted: WantedWallet,
) -> Result<Option<WalletContract>, NoWallet> {
    let wallets = wallets_of(key, network)?;
    let fits = |wallet: &&WalletContract| {
        let version = wanted.version.is_none_or(|it| it == wallet.version());
        let address = wanted.address.is_none_or(|it| it == wallet.address());
        version && address
    };
    if wanted == WantedWallet::default() {
        return Ok(None);
    }
    match (wallets.iter().find(fits), wanted.address) {
        (Some(wallet), _) => Ok(Some(wallet.clone())),
        // A version alone is always there.
        (None, None) => Ok(None),
        (None, Some(expected)) => {
            let of = wanted
                .version
                .map(|it| format!(" with version {}", it.name()));
            Err(NoWallet::Mismatch {
                expected,
                of: of.unwrap_or_default(),
                wallets: shown(wallets.iter().map(|wallet| (wallet, None))),
            })
        }
    }
}

/// The wallet that the settings name, or else the only one of the two that has money.
///
/// # Errors
/// [`NoWallet`] says what to set.
pub async fn choose_wallet(
    chain: &dyn Chain,
    key: &WalletKey,
    network: TonNetwork,
    wanted: WantedWallet,
) -> Result<WalletContract, NoWallet> {
    if let Some(named) = named_wallet(key, network, wanted)? {
        return Ok(named);
    }
    let mut funded = Vec::new();
    let wallets = wallets_of(key, network)?;
    for wallet in &wallets {
        let balance = chain.state(wallet.address()).await?.balance;
        if balance.is_positive() {
            funded.push((wallet, Some(balance)));
        }
    }
    match funded.as_slice() {
        [(only, _)] => Ok((*only).clone()),
        [] => Err(NoWallet::NoneFunded {
            wallets: shown(wallets.iter().map(|wallet| (wallet, None))),
        }),
        _ => Err(NoWallet::BothFunded {
            wallets: shown(funded.into_iter()),
        }),
    }
}

/// Wallets in one line.
fn shown<'a>(wallets: impl Iterator<Item = (&'a WalletContract, Option<NanoTon>)>) -> String {
    let lines = wallets.map(|(wallet, balance)| {
        let address = friendly(wallet.address(), wallet.network());
        let name = wallet.version().name();
        match balance {
            Some(balance) => format!("{name} {address} with {balance}"),
            None => format!("{name} {address}"),
        }
    });
    lines.collect::<Vec<_>>().join(", ")
}
