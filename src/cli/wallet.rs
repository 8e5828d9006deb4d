//! `starkeeper wallet`: draws the words of a new wallet, and shows what words open.

use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Failed, say};
use crate::config::{Settings, Surroundings};
use crate::daemon::wallets::{NETWORK, TillWallet, till_wallets};
use crate::ton::{WalletContract, WalletKey, draw_words, friendly, wallets_of};

/// The wallet that pays Fragment.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Draws 24 words and shows them once, with the addresses they open. Nothing is stored.
    New,
    /// Shows the wallets of `FRAGMENT_SEED_PHRASE`, and which of the two is used. Asks nobody.
    Address,
}

/// Does one of the two.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    match args.act {
        Act::New => draw(),
        Act::Address => show(&Settings::read(surroundings)?),
    }
}

fn draw() -> Result<(), Failed> {
    let words: SecretString = draw_words().map_err(Failed::here)?;
    let key = WalletKey::from_words(&words).map_err(Failed::here)?;
    let wallets = wallets_of(&key, NETWORK).map_err(Failed::here)?;
    say("Write these 24 words down and show them to nobody: whoever has them has the TON.");
    say("They are not stored anywhere and not shown again.\n");
    say(&format!(
        "FRAGMENT_SEED_PHRASE=\"{}\"\n",
        words.expose_secret()
    ));
    say("They open two wallets. Choose one, name it in TON_WALLET_VERSION, and send TON there:\n");
    for wallet in &wallets {
        say(&line(wallet, ""));
    }
    Ok(())
}

fn show(settings: &Settings) -> Result<(), Failed> {
    let wallets = till_wallets(settings).map_err(Failed::for_an_operator)?;
    if wallets.is_empty() {
        return Err(Failed::for_an_operator(
            "FRAGMENT_SEED_PHRASE is not set: expected the 24 words of a wallet; \
             `starkeeper wallet new` draws some",
        ));
    }
    for wallet in &wallets {
        say(&format!("till {} ({}):", wallet.till, wallet.var));
        for contract in &wallet.both {
            say(&line(contract, mark(wallet, contract)));
        }
        if wallet.named.is_none() {
            say("  the one that has TON is used; name it in TON_WALLET_VERSION to be sure");
        }
    }
    Ok(())
}

fn mark(wallet: &TillWallet, contract: &WalletContract) -> &'static str {
    let named = wallet.named.as_ref();
    if named.is_some_and(|named| named.address() == contract.address()) {
        "  <- used"
    } else {
        ""
    }
}

fn line(wallet: &WalletContract, mark: &str) -> String {
    let address = friendly(wallet.address(), wallet.network());
    format!(
        "  {}  {address}  {}{mark}",
        wallet.version().name(),
        wallet.address()
    )
}
