//! A login at the emulated site, its jar in embedded books, and browsers in a folder of their own.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;
use secrecy::SecretString;
use serde_json::{Value, json};
use starkeeper::fragment::{BrowserSettings, Chrome, CookieText, Fragment, FragmentSettings};
use starkeeper::storage::url::DatabaseUrl;
use starkeeper::storage::vault::{SealedVault, VaultKey};
use starkeeper::storage::{Storage, StorageSettings};
use starkeeper::ton::{
    ChainSettings, FirewallRules, Outgoings, ProviderSettings, TonChain, TonNetwork, TonSigner,
    WalletContract, WalletKey, WalletVersion, draw_words, parse_address,
};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::{LoginId, ReplicaId, WalletAddress};
use starkeeper_actors::domain::link::LinkOffer;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::books::{Fence, LeaseKey};
use starkeeper_actors::ports::market::{BrowserId, MarketFailure, Slot, SlotKind};
use starkeeper_actors::ports::{Books, Browsers, Market, Vault};
use starkeeper_actors::testing::TestClock;
use tempfile::TempDir;
use url::Url;

use crate::support::emulators::Emulators;
use crate::support::ports;

/// Whom the site wants to be paid.
const FRAGMENT: &str = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";

pub const LOGIN: LoginId = LoginId::new(1);
pub const TILL: SlotKind = SlotKind::Till(LOGIN);

/// One login with its wallet, and Fragment in browsers.
pub struct House {
    pub emulators: Emulators,
    pub fragment: Fragment,
    pub vault: Arc<dyn Vault>,
    pub fence: Fence,
    pub wallet: WalletAddress,
    pub keys: Keys,
    pub clock: Arc<TestClock>,
    next: AtomicU64,
    base: u16,
    folder: TempDir,
}

impl House {
    /// With the login's cookies stored, its wallet proven.
    pub async fn open() -> Self {
        let house = Self::empty().await;
        let cookies = house.log_in(Some(house.wallet)).await;
        house.store(0, &cookies).await;
        house
    }

    /// Without cookies.
    pub async fn empty() -> Self {
        let base = ports::block();
        let emulators = Emulators::start(base, 1);
        // A short name: sockets of Chrome lie below it.
        let folder = tempfile::Builder::new().prefix("sk").tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("books.db").display());
        let url = DatabaseUrl::parse(&url).unwrap();
        let books = Storage::open(StorageSettings::at(url)).await.unwrap();
        let key = VaultKey::derived_from(&[7; 32]).unwrap();
        let vault: Arc<dyn Vault> = Arc::new(SealedVault::new(books.clone(), key));
        let lease = LeaseKey::Login(LOGIN);
        let lease = books
            .lease(lease, ReplicaId::new(1), Span::minutes(30))
            .await;
        let fence = lease.unwrap().unwrap().fence();
        let clock = Arc::new(TestClock::with_tokio_from(Utc::now()));
        let keys = Keys::on(base, &clock);
        let wallet = keys.wallet;
        let house = Self {
            fragment: fragment(base, &keys, &folder, &vault, &clock, |_| {}),
            emulators,
            vault,
            fence,
            wallet,
            next: AtomicU64::new(1),
            base,
            keys,
            clock,
            folder,
        };
        house.fragment.close_all().await;
        house
    }

    /// Fragment once more, as the next life of the daemon or with other settings.
    pub fn another(&self, change: impl FnOnce(&mut BrowserSettings)) -> Fragment {
        fragment(
            self.base,
            &self.keys,
            &self.folder,
            &self.vault,
            &self.clock,
            change,
        )
    }

    /// The cookies of a new login at the site.
    pub async fn log_in(&self, wallet: Option<WalletAddress>) -> CookieText {
        let mut wish = json!({});
        if let Some(wallet) = wallet {
            wish["wallet"] = json!(wallet.to_string());
        }
        let shown = self.emulators.order("login", wish).await;
        CookieText::parse(shown["cookies"].as_str().unwrap()).unwrap()
    }

    /// Stores cookies over the version that was seen; answers the new one.
    pub async fn store(&self, seen: i64, cookies: &CookieText) -> i64 {
        let stored = self.vault.store(LOGIN, seen, self.fence, cookies.to_jar());
        stored.await.unwrap()
    }

    /// Opens a browser under a fresh name.
    pub async fn slot(&self, kind: SlotKind) -> Slot {
        let slot = self.name(kind);
        self.fragment.open(slot.browser, kind).await.unwrap();
        slot
    }

    /// A slot that is not open yet.
    pub fn name(&self, kind: SlotKind) -> Slot {
        let browser = BrowserId(self.next.fetch_add(1, Ordering::Relaxed));
        let fence = match kind {
            SlotKind::Till(_) => Some(self.fence),
            SlotKind::Anonymous => None,
        };
        Slot {
            browser,
            kind,
            loan: 1,
            fence,
        }
    }

    /// The folder of the browsers.
    pub fn browsers(&self) -> std::path::PathBuf {
        self.folder.path().join("browsers")
    }

    /// A link for 50 Stars to Masha.
    pub async fn offer(&self, slot: Slot) -> Result<LinkOffer, MarketFailure> {
        let (product, wanted) = (samples::stars(50), samples::masha());
        self.fragment.offer(slot, &product, &wanted).await
    }

    /// Switches a fault of the site on.
    pub async fn fault(&self, method: &str, kind: &str, more: Value) {
        let mut wish = json!({"system": "fragment", "method": method, "kind": kind});
        let more = more.as_object().expect("an object").clone();
        wish.as_object_mut().expect("an object").extend(more);
        self.emulators.order("faults", wish).await;
    }

    /// A trick of the site, this often.
    pub async fn trick(&self, name: &str, times: u64) {
        self.fault(name, "refuse", json!({ "count": times })).await;
    }
}

fn fragment(
    base: u16,
    keys: &Keys,
    folder: &TempDir,
    vault: &Arc<dyn Vault>,
    clock: &Arc<TestClock>,
    change: impl FnOnce(&mut BrowserSettings),
) -> Fragment {
    let origin = Url::parse(&format!("http://127.0.0.1:{}/", base + 3)).unwrap();
    let settings = FragmentSettings::new(origin, vec![(LOGIN, keys.wallet)]);
    let mut browsers = BrowserSettings::new(folder.path().join("browsers"));
    // Chrome has no sandbox where it runs as root, or without user namespaces.
    browsers.sandbox = false;
    browsers.open = Duration::from_secs(60);
    if let Some(program) = std::env::var_os("STARKEEPER_TEST_BROWSER") {
        browsers.chrome = Chrome::At(program.into());
    }
    change(&mut browsers);
    let (vault, clock) = (Arc::clone(vault), Arc::<TestClock>::clone(clock));
    let prover = Arc::<TonSigner>::clone(&keys.signer);
    Fragment::new(settings, browsers, vault, prover, clock)
}

/// A wallet of its own, its keys, and the chain they are for.
pub struct Keys {
    pub wallet: WalletAddress,
    pub signer: Arc<TonSigner>,
    pub chain: TonChain,
}

impl Keys {
    fn on(base: u16, clock: &Arc<TestClock>) -> Self {
        let key = WalletKey::from_words(&draw_words().unwrap()).unwrap();
        let contract = WalletContract::new(WalletVersion::V5R1, TonNetwork::Main, &key.public());
        let contract = contract.unwrap();
        let wallet = contract.address();
        let provider = ProviderSettings {
            url: Url::parse(&format!("http://127.0.0.1:{}", base + 4)).unwrap(),
            key: Some(SecretString::from("a-key")),
        };
        let mut settings = ChainSettings::new(vec![provider.clone(), provider]);
        settings.rate = NonZeroU32::new(10_000).unwrap();
        settings.pause = Duration::from_millis(5);
        let fragment = parse_address(FRAGMENT).unwrap();
        let outgoings = Arc::new(Outgoings::new([wallet], vec![fragment]));
        let chain = TonChain::new(settings, Arc::clone(&outgoings)).unwrap();
        let all = NanoTon::from_nanos(i64::MAX);
        let mut rules = FirewallRules::new(vec![fragment], all, all);
        // The emulator's clock runs ahead of ours as blocks are mined.
        rules.longest_validity = Span::minutes(60);
        let clock = Arc::<TestClock>::clone(clock);
        let signer = TonSigner::new([(key, contract)], rules, outgoings, clock);
        Self {
            wallet,
            signer: Arc::new(signer),
            chain,
        }
    }
}

/// Processes that were started with this folder in an argument: number, and the arguments.
pub fn processes_of(folder: &Path) -> Vec<(i32, String)> {
    let folder = folder.display().to_string();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let found = pids.filter_map(|pid: i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let is_over = stat.rsplit_once(") ")?.1.starts_with(['Z', 'X']);
        (line.contains(&folder) && !is_over).then_some((pid, line))
    });
    found.collect()
}

/// The browser's own process, the parent of all its others.
pub fn chrome_of(folder: &Path) -> i32 {
    let all = processes_of(folder);
    let main = all.iter().find(|(_, line)| {
        !line.contains("--type=") && line.contains("--user-data-dir") && !line.contains("crashpad")
    });
    main.unwrap_or_else(|| panic!("no browser in {all:?}")).0
}

/// The driver that has started a browser.
pub fn driver_of(chrome: i32) -> i32 {
    let stat = std::fs::read_to_string(format!("/proc/{chrome}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    rest.split(' ').nth(1).unwrap().parse().unwrap()
}

/// The group of a process, and every process in that group.
pub fn group_of(pid: i32) -> (i32, Vec<i32>) {
    let group = |pid: i32| -> Option<i32> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, rest) = stat.rsplit_once(") ")?;
        if rest.starts_with(['Z', 'X']) {
            return None;
        }
        rest.split(' ').nth(2)?.parse().ok()
    };
    let ours = group(pid).expect("the process is there");
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let all = pids.filter(|pid| group(*pid) == Some(ours)).collect();
    (ours, all)
}

/// Sends a signal to one process.
pub fn signal(name: &str, pid: i32) {
    let sent = std::process::Command::new("kill")
        .args([&format!("-{name}"), "--", &pid.to_string()])
        .status();
    assert!(sent.expect("kill runs").success(), "{name} to {pid}");
}
