//! The browser, the way to Fragment, and each login. "The path is blocked" and "the login is dead"
//! are told apart, because the one needs another address and the other new cookies.

use std::sync::Arc;
use std::time::{Duration, Instant};

use starkeeper_actors::domain::ids::{LoginId, WalletAddress};
use starkeeper_actors::domain::login::Look;
use starkeeper_actors::ports::market::{
    BrowserId, Browsers as _, Market as _, MarketFailure, MarketRefused, Slot, SlotKind,
};
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::ports::{Failure, Vault};

use super::super::absent::Absent;
use super::super::books;
use super::super::goods::{browsers, chain_settings, spare_jars, vault_key, wallets_of};
use super::super::wallets::NETWORK;
use super::{Preflight, Report};
use crate::cli::Failed;
use crate::cli::login::Daemon;
use crate::fragment::{BrowserSettings, Fragment, FragmentSettings, UNREACHED};
use crate::storage::vault::SealedVault;
use crate::ton::{FirewallRules, Outgoings, TonSigner, friendly};

/// The browser of this preflight; the daemon's have names of their own process.
const OURS: BrowserId = BrowserId(1);

/// For a browser to start and for one command of it. A shop's own browsers have less.
const PATIENT: Duration = Duration::from_secs(60);

/// What new cookies need.
const NEW_COOKIES: &str = "log in at fragment.com in a browser, and bring its cookies with `starkeeper login import FILE`";

/// What a browser needs that starts and reaches nothing.
const THE_NETWORK: &str =
    "look at the network, the name server, and FRAGMENT_PROXY_URL or PROXY_URL";

/// Why there is no page of Fragment to ask.
enum NotOpened {
    /// As it is set, none can be started.
    Settings(Failed),
    /// None starts.
    NoBrowser(String),
    /// One starts, and the network leads nowhere.
    Unreached(String),
}

impl Preflight<'_> {
    pub(super) async fn browser(&self, report: &mut Report) {
        let begun = Instant::now();
        match self.opened(Vec::new()).await {
            Ok(opened) => {
                let took = begun.elapsed().as_millis();
                opened.fragment.close(OURS).await;
                let place = match &self.settings.browser.webdriver_url {
                    Some(_) => "at WEBDRIVER_URL",
                    None => "with a driver of our own",
                };
                report.well(format!("a browser starts {place} in {took} ms"));
            }
            Err(NotOpened::Unreached(why)) => report.odd(
                format!("a browser starts, and cannot open fragment.com: {why}"),
                THE_NETWORK,
            ),
            Err(NotOpened::Settings(failed)) => report.failed(&failed),
            Err(NotOpened::NoBrowser(why)) => report.wrong(
                format!("no browser starts: {why}"),
                "install chromium and chromium-driver, or look at BROWSER_DRIVER, BROWSER_PATH, BROWSER_SANDBOX and WEBDRIVER_URL",
            ),
        }
    }

    pub(super) async fn fragment(&self, report: &mut Report) {
        let tills = match self.tills().await {
            Ok(tills) => tills,
            Err(failed) => return report.failed(&failed),
        };
        let opened = match self.opened(tills.clone()).await {
            Ok(opened) => opened,
            Err(NotOpened::Unreached(why)) => {
                return report.wrong(format!("fragment.com cannot be opened: {why}"), THE_NETWORK);
            }
            Err(NotOpened::Settings(failed)) => return report.failed(&failed),
            Err(NotOpened::NoBrowser(why)) => {
                let text = format!("no browser starts: {why}");
                return report.wrong(text, "look at `starkeeper check webdriver` first");
            }
        };
        if opened.path(report).await {
            self.logins(&opened, &tills, report).await;
        }
        opened.fragment.close(OURS).await;
    }

    /// Each login with the wallet that must be proven in it.
    async fn tills(&self) -> Result<Vec<(LoginId, WalletAddress)>, Failed> {
        let wallets = wallets_of(self.settings, &chain_settings(self.settings)).await?;
        let tills = wallets
            .iter()
            .map(|(login, _, contract)| (*login, contract.address()));
        Ok(tills.collect())
    }

    /// Fragment as the daemon reads it, with nobody's browser and no key to sign with.
    async fn opened(&self, tills: Vec<(LoginId, WalletAddress)>) -> Result<Opened, NotOpened> {
        let settings = self.settings;
        let none = Arc::new(Outgoings::new([], Vec::new()));
        let cap = settings.pricing.rules.get().max_order_cost;
        let nothing = FirewallRules::new(Vec::new(), cap, settings.ton.day_cap);
        let signer = TonSigner::new([], nothing, none, Arc::clone(&self.clock));
        let fragment = Fragment::new(
            FragmentSettings {
                call: settings.fragment.call_timeout,
                ..FragmentSettings::new(settings.fragment.url.clone(), tills)
            },
            BrowserSettings {
                // A busy machine is no broken one, and here a person waits for the answer.
                command: PATIENT,
                open: PATIENT,
                ..browsers(settings).map_err(NotOpened::Settings)?
            },
            Arc::new(Absent),
            Arc::new(signer),
            Arc::clone(&self.clock),
        );
        let opening = fragment.open(OURS, SlotKind::Anonymous).await;
        if let Err(why) = opening {
            fragment.close(OURS).await;
            let why = why.to_string();
            return Err(match why.contains(UNREACHED) {
                true => NotOpened::Unreached(why),
                false => NotOpened::NoBrowser(why),
            });
        }
        Ok(Opened { fragment })
    }

    /// How each login is: as the running daemon knows it, because only it may use their cookies;
    /// else as Fragment says of the cookies that a daemon would start with.
    async fn logins(
        &self,
        opened: &Opened,
        tills: &[(LoginId, WalletAddress)],
        report: &mut Report,
    ) {
        if tills.is_empty() {
            return report.wrong(
                "there is no till: FRAGMENT_SEED_PHRASE is not set",
                "`starkeeper wallet new` draws the words of a wallet",
            );
        }
        if let Ok(daemon) = Daemon::of(self.settings)
            && let Ok(known) = daemon.logins().await
        {
            for (till, health) in known {
                let text = format!("till_{till}, as the running daemon knows it: {health}");
                if health == "good" {
                    report.well(text);
                } else {
                    report.wrong(text, NEW_COOKIES);
                }
            }
            return;
        }
        let jars = match self.jars(tills).await {
            Ok(jars) => jars,
            Err(failed) => return report.failed(&failed),
        };
        for (login, wallet) in tills {
            let jar = jars.iter().find(|(of, _)| of == login);
            match jar {
                Some((_, jar)) => opened.login(*login, *wallet, jar, report).await,
                None => report.wrong(format!("{login} has no cookies"), NEW_COOKIES),
            }
        }
    }

    /// The newest stored cookies of each login, else those of the settings.
    async fn jars(
        &self,
        tills: &[(LoginId, WalletAddress)],
    ) -> Result<Vec<(LoginId, Jar)>, Failed> {
        let spare = spare_jars(self.settings, tills)?;
        let Some(vault) = self.vault().await? else {
            return Ok(spare);
        };
        let mut jars = Vec::new();
        for (login, _) in tills {
            let stored = vault.newest(*login).await.map_err(Failed::here)?;
            let stored = stored.map(|(_, jar)| jar);
            let of_settings = || spare.iter().find(|(of, _)| of == login);
            let jar = stored.or_else(|| of_settings().map(|(_, jar)| jar.clone()));
            jars.extend(jar.map(|jar| (*login, jar)));
        }
        Ok(jars)
    }

    /// The vault in the books; none where there are no books yet.
    async fn vault(&self) -> Result<Option<SealedVault>, Failed> {
        let Some(storage) = books::if_there(self.settings).await? else {
            return Ok(None);
        };
        Ok(Some(SealedVault::new(storage, vault_key(self.settings)?)))
    }
}

/// Fragment, with one browser that is nobody's.
struct Opened {
    fragment: Fragment,
}

impl Opened {
    const SLOT: Slot = Slot {
        browser: OURS,
        kind: SlotKind::Anonymous,
        loan: 1,
        fence: None,
    };

    /// Whether Fragment can be read from here.
    async fn path(&self, report: &mut Report) -> bool {
        match self.fragment.prices(Self::SLOT).await {
            Ok(prices) => {
                let count = prices.len();
                report.well(format!(
                    "the way to Fragment is free; {count} prices were read"
                ));
                true
            }
            Err(Failure::Refused(MarketRefused::PathBlocked)) => {
                report.wrong(
                    "the way to Fragment is blocked for this address; the login may be fine",
                    "set FRAGMENT_PROXY_URL to a proxy of yours elsewhere",
                );
                false
            }
            Err(why) => {
                report.wrong(
                    format!("Fragment cannot be read: {why}"),
                    "look at the network, and whether fragment.com opens in your own browser",
                );
                false
            }
        }
    }

    async fn login(&self, login: LoginId, wallet: WalletAddress, jar: &Jar, report: &mut Report) {
        let looked: Result<Look, MarketFailure> = self.fragment.try_jar(Self::SLOT, jar).await;
        match looked {
            Ok(Look {
                telegram: false, ..
            }) => report.wrong(format!("{login} is logged out of Telegram"), NEW_COOKIES),
            Ok(Look {
                proven: Some(proven),
                ..
            }) if proven == wallet => {
                report.well(format!("{login} is logged in, with its wallet proven"));
            }
            Ok(Look {
                proven: Some(other),
                ..
            }) => report.odd(
                format!(
                    "{login} is logged in with another wallet, {}",
                    friendly(other, NETWORK)
                ),
                "nothing to do: the daemon proves its own at the start",
            ),
            Ok(Look { proven: None, .. }) => report.odd(
                format!("{login} is logged in, without a wallet"),
                "nothing to do: the daemon proves it at the start",
            ),
            Err(why) => report.wrong(format!("{login} cannot be looked at: {why}"), "try again"),
        }
    }
}
