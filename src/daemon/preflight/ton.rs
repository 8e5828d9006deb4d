//! The chain: each provider by itself, its clock, and what each till's wallet has.

use std::sync::Arc;

use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::transfer::AccountState;
use starkeeper_actors::ports::Chain as _;
use url::Url;

use super::super::goods::{bad_chain, chain_settings, wallets_of};
use super::super::wallets::NETWORK;
use super::{Preflight, Report};
use crate::cli::Failed;
use crate::ton::{ChainSettings, Outgoings, TonChain, friendly};

/// A provider whose newest block is older shows the past.
const OLDEST_BLOCK_S: i64 = 60;

impl Preflight<'_> {
    pub(super) async fn ton(&self, report: &mut Report) {
        if self.settings.ton.tills.is_empty() {
            return report.wrong(
                "FRAGMENT_SEED_PHRASE is not set: nothing can be delivered",
                "`starkeeper wallet new` draws the words of a wallet",
            );
        }
        let all = chain_settings(self.settings);
        let wallets = match wallets_of(self.settings, &all).await {
            Ok(wallets) => wallets,
            Err(failed) => return report.failed(&failed),
        };
        for provider in &all.providers {
            let alone = ChainSettings {
                providers: vec![provider.clone()],
                ..all.clone()
            };
            let Some((_, _, contract)) = wallets.first() else {
                return;
            };
            let host = host(&provider.url);
            let keyed = match provider.key {
                Some(_) => "with a key",
                None => "without a key: a call a second",
            };
            match state(alone, contract.address()).await {
                Ok(state) => {
                    let age = (self.clock.now() - state.time).num_seconds();
                    if age.abs() > OLDEST_BLOCK_S {
                        report.wrong(
                            format!("{host} shows the chain as of {age} s ago by this clock"),
                            "let the clock follow NTP; else put another provider first in TON_API_URL",
                        );
                    } else {
                        report.well(format!("{host} answers, {keyed}"));
                    }
                }
                Err(failed) => report.wrong(
                    format!("{host} does not answer as it should: {}", failed.text),
                    "look at TON_API_URL and TON_API_KEY",
                ),
            }
        }
        for (login, _, contract) in &wallets {
            let shown = friendly(contract.address(), NETWORK);
            let version = contract.version().name();
            match state(all.clone(), contract.address()).await {
                Ok(state) if state.balance <= self.settings.fulfilment.reserve => report.wrong(
                    format!(
                        "{login} pays from {shown} ({version}), which has {}",
                        state.balance
                    ),
                    "send TON there: nothing is sold without it",
                ),
                Ok(state) => report.well(format!(
                    "{login} pays from {shown} ({version}), which has {}",
                    state.balance
                )),
                Err(failed) => report.wrong(
                    format!("{login} pays from {shown} ({version}): {}", failed.text),
                    "try again",
                ),
            }
        }
    }
}

/// A provider as people know it: without the path, in which some carry their key.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("a provider");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

async fn state(settings: ChainSettings, wallet: WalletAddress) -> Result<AccountState, Failed> {
    let nobody = Arc::new(Outgoings::new([], Vec::new()));
    let chain = TonChain::new(settings, nobody).map_err(bad_chain)?;
    chain.state(wallet).await.map_err(Failed::here)
}
