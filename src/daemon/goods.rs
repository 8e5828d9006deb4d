//! What a shop needs to deliver: a market, a chain, keys, a vault, and the tills that they make.
//!
//! Owns the choice of each till's wallet: what the settings name, else the one of its two addresses
//! that has money; whatever is ambiguous ends the start and shows both.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::{LoginId, ReplicaId, WalletAddress};
use starkeeper_actors::ports::books::LeaseKey;
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::ports::{Books, Browsers, Chain, Clock, Market, RateSource, Signer, Vault};
use zeroize::Zeroizing;

use super::wallets::{NETWORK, till_wallets};
use super::watch::{Cookies, Memory};
use crate::cli::Failed;
use crate::config::{BrowserFlavour, Settings};
use crate::fragment::{
    BrowserSettings, Chrome, CookieText, Fragment, FragmentSettings, Proxy, WebDriverPlace,
};
use crate::http::ReadCookies;
use crate::record::{self, Record};
use crate::storage::Storage;
use crate::storage::vault::{SealedVault, VaultKey};
use crate::ton::{
    ChainSettings, FirewallRules, NoWallet, Outgoings, ProviderSettings, TonChain, TonSigner,
    WalletContract, WalletKey, choose_wallet, friendly, parse_address,
};

/// How long the lease is held under which a first jar is stored.
const FIRST_JAR: Span = Span::seconds(10);

/// Everything behind the tills.
#[derive(Clone)]
pub(super) struct Goods {
    /// Each login with the wallet that is proven in it.
    pub(super) tills: Vec<(LoginId, WalletAddress)>,
    /// Whom links may pay.
    pub(super) destinations: Vec<WalletAddress>,
    pub(super) market: Arc<dyn Market>,
    pub(super) browsers: Arc<dyn Browsers>,
    pub(super) vault: Arc<dyn Vault>,
    pub(super) chain: Arc<dyn Chain>,
    pub(super) signer: Arc<dyn Signer>,
    /// Sources of the TON rate besides Fragment.
    pub(super) rates: Vec<Arc<dyn RateSource>>,
    /// Turns what a person brings into a jar; the error never shows it.
    pub(super) read_cookies: Arc<ReadCookies>,
    /// Cookies of the settings, for a login that has lost its own.
    pub(super) spare_jars: Vec<(LoginId, Jar)>,
    /// What the browsers take of the memory.
    pub(super) memory: Memory,
    /// When a login's cookies were last stored.
    pub(super) cookies: Cookies,
    /// Where raw answers are noted while the shop is new.
    pub(super) record: Record,
}

impl Goods {
    /// The same with points around what it does for orders.
    #[cfg(feature = "crash-points")]
    pub(super) fn with(self, points: &Arc<super::points::Points>) -> Self {
        use super::points::{PointedChain, PointedMarket};
        Self {
            market: Arc::new(PointedMarket {
                market: self.market,
                points: Arc::clone(points),
            }),
            chain: Arc::new(PointedChain {
                chain: self.chain,
                points: Arc::clone(points),
            }),
            ..self
        }
    }
}

/// What the parts made before are needed for.
pub(super) struct Making<'a> {
    pub(super) settings: &'a Settings,
    pub(super) storage: &'a Storage,
    pub(super) clock: &'a Arc<dyn Clock>,
    pub(super) rates: Vec<Arc<dyn RateSource>>,
}

/// Makes everything behind the tills; none if no till has a seed. To be called where outside calls
/// run.
pub(super) async fn make(making: Making<'_>) -> Result<Option<Goods>, Failed> {
    let Making {
        settings,
        storage,
        clock,
        rates,
    } = making;
    if settings.ton.tills.is_empty() {
        tracing::warn!("nothing is delivered: FRAGMENT_SEED_PHRASE is not set");
        return Ok(None);
    }
    let destinations = destinations(settings)?;
    let providers = chain_settings(settings);
    let wallets = wallets_of(settings, &providers).await?;
    let tills: Vec<(LoginId, WalletAddress)> = wallets
        .iter()
        .map(|(login, _, contract)| (*login, contract.address()))
        .collect();
    for (login, wallet) in &tills {
        let shown = friendly(*wallet, NETWORK);
        tracing::info!("{login} pays from {shown}");
    }
    let addresses = tills.iter().map(|(_, wallet)| *wallet);
    let outgoings = Arc::new(Outgoings::new(addresses, destinations.clone()));
    let (record, providers) = recorded(settings, providers);
    let chain = TonChain::new(providers, Arc::clone(&outgoings)).map_err(bad_chain)?;
    let cap = settings.pricing.rules.get().max_order_cost;
    let firewall = FirewallRules::new(destinations.clone(), cap, settings.ton.day_cap);
    let keys = wallets
        .into_iter()
        .map(|(_, key, contract)| (key, contract));
    let signer = TonSigner::new(keys, firewall, outgoings, Arc::clone(clock));
    let signer = Arc::new(signer);
    let sealed = SealedVault::new(storage.clone(), vault_key(settings)?);
    let cookies = cookies_of(&sealed);
    let vault: Arc<dyn Vault> = Arc::new(sealed);
    let fragment = Arc::new(Fragment::new(
        FragmentSettings {
            call: settings.fragment.call_timeout,
            record: record.clone(),
            ..FragmentSettings::new(settings.fragment.url.clone(), tills.clone())
        },
        browsers(settings)?,
        Arc::clone(&vault),
        Arc::<TonSigner>::clone(&signer),
        Arc::clone(clock),
    ));
    let spare_jars = spare_jars(settings, &tills)?;
    first_jars(storage, vault.as_ref(), clock.as_ref(), &spare_jars).await?;
    Ok(Some(Goods {
        tills,
        destinations,
        market: Arc::<Fragment>::clone(&fragment),
        memory: memory_of(&fragment),
        cookies,
        browsers: fragment,
        vault,
        chain: Arc::new(chain),
        signer,
        rates,
        read_cookies: Arc::new(|text| {
            let cookies = CookieText::parse(text).map_err(|why| why.to_string())?;
            Ok(cookies.to_jar())
        }),
        spare_jars,
        record,
    }))
}

/// The record of raw answers, and the chain's settings with it.
fn recorded(settings: &Settings, chain: ChainSettings) -> (Record, ChainSettings) {
    let file = settings.state_dir.join(record::FILE);
    let record = Record::at(file, &tokio::runtime::Handle::current());
    let chain = ChainSettings {
        record: record.clone(),
        ..chain
    };
    (record, chain)
}

fn cookies_of(vault: &SealedVault) -> Cookies {
    let vault = vault.clone();
    Arc::new(move |login| {
        let vault = vault.clone();
        Box::pin(async move { vault.stored_at(login).await })
    })
}

fn memory_of(fragment: &Arc<Fragment>) -> Memory {
    let fragment = Arc::clone(fragment);
    Arc::new(move || {
        let fragment = Arc::clone(&fragment);
        Box::pin(async move { fragment.memory().await })
    })
}

/// How an operator is told of a variable that is wrong.
fn wrong(settings: &Settings, var: &str, what: impl std::fmt::Display) -> Failed {
    let origin = settings.origin_of(var);
    Failed::for_an_operator(format!("{var}: {what} (read from {origin})"))
}

pub(super) fn bad_chain(why: impl std::fmt::Display) -> Failed {
    Failed::for_an_operator(format!("TON_API_URL or TON_API_KEY: {why}"))
}

fn destinations(settings: &Settings) -> Result<Vec<WalletAddress>, Failed> {
    let given = settings.ton.destinations.iter();
    let parsed = given
        .map(|text| parse_address(text).map_err(|why| wrong(settings, "TON_DESTINATIONS", why)));
    parsed.collect()
}

pub(super) fn chain_settings(settings: &Settings) -> ChainSettings {
    let given = &settings.ton;
    let providers = given.providers.iter();
    let providers = providers.map(|(url, key)| ProviderSettings {
        url: url.clone(),
        key: key.clone(),
    });
    let defaults = ChainSettings::new(providers.collect());
    let rate = given.rate.and_then(std::num::NonZeroU32::new);
    ChainSettings {
        rate: rate.unwrap_or(defaults.rate),
        deadline: given.call_timeout,
        connect: defaults.connect.min(given.call_timeout),
        ..defaults
    }
}

/// The variable of a till: the first has no number.
fn var_of(stem: &str, till: i64) -> String {
    match till {
        1 => stem.to_owned(),
        more => format!("{stem}_{more}"),
    }
}

/// Each till's wallet: the one that the settings name, else the one of the two that has money.
pub(super) async fn wallets_of(
    settings: &Settings,
    providers: &ChainSettings,
) -> Result<Vec<(LoginId, WalletKey, WalletContract)>, Failed> {
    let nobody = Arc::new(Outgoings::new([], Vec::new()));
    let chain = TonChain::new(providers.clone(), nobody).map_err(bad_chain)?;
    let mut wallets = Vec::new();
    for till in till_wallets(settings).map_err(Failed::for_an_operator)? {
        let contract = match till.named {
            Some(named) => named,
            None => {
                let chosen = choose_wallet(&chain, &till.key, NETWORK, till.wanted).await;
                chosen.map_err(|why| {
                    let text = format!("{}: {why}", till.var);
                    match why {
                        NoWallet::Unreadable(_) => Failed::by_itself(text),
                        NoWallet::Mismatch { .. }
                        | NoWallet::NoneFunded { .. }
                        | NoWallet::BothFunded { .. }
                        | NoWallet::Cells(_) => Failed::for_an_operator(text),
                    }
                })?
            }
        };
        wallets.push((LoginId::new(till.till), till.key, contract));
    }
    Ok(wallets)
}

/// The key of stored jars.
pub(super) fn vault_key(settings: &Settings) -> Result<VaultKey, Failed> {
    if let Some(text) = &settings.fragment.vault_key {
        let key = VaultKey::parse(text.expose_secret());
        return key.map_err(|why| wrong(settings, "VAULT_KEY", why));
    }
    let first = settings.ton.tills.first();
    let words = first.map(|till| normal(&till.words)).unwrap_or_default();
    VaultKey::derived_from(words.as_bytes()).map_err(|why| wrong(settings, "VAULT_KEY", why))
}

/// The words as they are signed with, so that a blank more makes no other key.
fn normal(words: &SecretString) -> Zeroizing<String> {
    let words = words.expose_secret().split_whitespace();
    let words: Vec<_> = words
        .map(|word| Zeroizing::new(word.to_lowercase()))
        .collect();
    let words: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
    Zeroizing::new(words.join(" "))
}

pub(super) fn browsers(settings: &Settings) -> Result<BrowserSettings, Failed> {
    let given = &settings.browser;
    let folder = std::path::absolute(settings.state_dir.join("browsers")).map_err(|why| {
        let folder = settings.state_dir.display();
        Failed::for_an_operator(format!("STATE_DIR {folder} is no folder: {why}"))
    })?;
    let proxy = match &settings.fragment.proxy {
        Some(text) => Some(Proxy::parse(text.expose_secret()).map_err(|why| {
            Failed::for_an_operator(format!("FRAGMENT_PROXY_URL or PROXY_URL: {why}"))
        })?),
        None => None,
    };
    let driver = match &given.webdriver_url {
        Some(text) => {
            let url = text.expose_secret().parse();
            let expected = "expected an address such as http://chrome:4444";
            WebDriverPlace::Remote(url.map_err(|_| wrong(settings, "WEBDRIVER_URL", expected))?)
        }
        None => WebDriverPlace::Local(given.driver.clone()),
    };
    let chrome = match (&given.path, given.flavour) {
        (Some(path), _) => Chrome::At(path.clone()),
        (None, BrowserFlavour::Chromium) => Chrome::Chromium,
        (None, BrowserFlavour::HeadlessShell) => Chrome::HeadlessShell,
    };
    let defaults = BrowserSettings::new(folder);
    Ok(BrowserSettings {
        driver,
        chrome,
        proxy,
        open: given.open_timeout,
        sandbox: given.sandbox.unwrap_or(defaults.sandbox),
        ..defaults
    })
}

/// The cookies of the settings, for the logins that have a wallet.
pub(super) fn spare_jars(
    settings: &Settings,
    tills: &[(LoginId, WalletAddress)],
) -> Result<Vec<(LoginId, Jar)>, Failed> {
    let mut jars = Vec::new();
    for (number, text) in &settings.fragment.cookies {
        let var = var_of("FRAGMENT_COOKIES", *number);
        let login = LoginId::new(*number);
        let cookies = CookieText::parse(text.expose_secret());
        let cookies = cookies.map_err(|why| wrong(settings, &var, why))?;
        if !tills.iter().any(|(known, _)| *known == login) {
            let seed = var_of("FRAGMENT_SEED_PHRASE", *number);
            return Err(wrong(
                settings,
                &var,
                format!("its wallet is missing: set {seed} too"),
            ));
        }
        jars.push((login, cookies.to_jar()));
    }
    Ok(jars)
}

/// A login without any jar gets that of the settings: there is nothing that it could replace. What
/// is wrong with it, the first look at the login finds out.
async fn first_jars(
    books: &Storage,
    vault: &dyn Vault,
    clock: &dyn Clock,
    jars: &[(LoginId, Jar)],
) -> Result<(), Failed> {
    let replica = ReplicaId::new(clock.fresh_id());
    for (login, jar) in jars {
        let newest = vault.newest(*login).await.map_err(Failed::by_itself)?;
        if newest.is_some() {
            continue;
        }
        let key = LeaseKey::Login(*login);
        let lease = books.lease(key, replica, FIRST_JAR).await;
        // Another replica is at it.
        let Some(lease) = lease.map_err(Failed::by_itself)? else {
            continue;
        };
        let stored = vault.store(*login, 0, lease.fence(), jar.clone()).await;
        let released = books.release(lease, replica).await;
        let version = stored.map_err(|why| Failed::by_itself(format!("{login}: {why}")))?;
        released.map_err(Failed::by_itself)?;
        tracing::info!("{login} begins with the cookies of the settings, as version {version}");
    }
    Ok(())
}
