//! Fragment and its browsers, as a test scripts them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use starkeeper_actors::{
    domain::{
        catalog::{Product, Recipient, Username},
        ids::{LoginId, WalletAddress},
        link::{Link, LinkOffer},
        login::Look,
        order::HistoryRow,
        pricing::GoodsPrice,
        transfer::Boc,
    },
    ports::{
        Browsers, Failure, Market, Unreadable, Vault,
        market::{BrowserId, Delivery, Fitness, MarketFailure, MarketRefused, Slot, SlotKind},
        vault::Jar,
    },
};

/// What the next call to the market does instead of answering.
#[derive(Clone, Debug)]
pub(crate) enum Instead {
    Hang,
    Panic,
    Fail(MarketFailure),
}

pub(crate) struct Fragment {
    vault: Arc<dyn Vault>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
pub(crate) struct Inner {
    /// Living browsers with the version of their jar.
    pub(crate) alive: BTreeMap<BrowserId, (SlotKind, i64)>,
    pub(crate) opened: u64,
    pub(crate) closed: BTreeMap<BrowserId, u32>,
    pub(crate) close_alls: u32,
    pub(crate) opens_fail: u32,
    pub(crate) opens_hang: u32,
    pub(crate) closes_hang: u32,
    pub(crate) dead: BTreeSet<BrowserId>,
    /// Who is logged in, by the bytes of the jar.
    pub(crate) sessions: BTreeMap<Vec<u8>, Look>,
    pub(crate) wallet: Option<WalletAddress>,
    pub(crate) instead: VecDeque<Instead>,
    pub(crate) looks: u32,
    pub(crate) proofs: u32,
    pub(crate) proofs_refused: u32,
    pub(crate) trials: u32,
    pub(crate) price_reads: u32,
    pub(crate) prices: Vec<(Product, GoodsPrice)>,
    pub(crate) goods_down: bool,
}

impl Fragment {
    pub(crate) fn new(vault: Arc<dyn Vault>) -> Self {
        Self {
            vault,
            inner: Mutex::default(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub(crate) fn session(&self, jar: &[u8], telegram: bool, proven: Option<WalletAddress>) {
        let look = Look { telegram, proven };
        self.lock().sessions.insert(jar.to_vec(), look);
    }

    pub(crate) fn alive(&self, kind: SlotKind) -> Vec<BrowserId> {
        let inner = self.lock();
        let alive = inner.alive.iter().filter(|(_, (of, _))| *of == kind);
        alive.map(|(browser, _)| *browser).collect()
    }

    async fn newest(&self, kind: SlotKind) -> i64 {
        match kind {
            SlotKind::Anonymous => 0,
            SlotKind::Till(login) => self
                .vault
                .newest(login)
                .await
                .unwrap()
                .map_or(0, |jar| jar.0),
        }
    }

    async fn jar(&self, slot: Slot) -> Vec<u8> {
        let version = self.lock().alive[&slot.browser].1;
        let SlotKind::Till(login) = slot.kind else {
            panic!("an anonymous slot has no jar");
        };
        let jar = self.vault.version(login, version).await.unwrap();
        jar.map_or_else(Vec::new, |jar| jar.expose().to_vec())
    }

    async fn scripted(&self, slot: Slot) -> Result<(), MarketFailure> {
        let instead = {
            let mut inner = self.lock();
            if inner.dead.contains(&slot.browser) || !inner.alive.contains_key(&slot.browser) {
                return Err(Failure::unknown("the browser is dead"));
            }
            inner.instead.pop_front()
        };
        match instead {
            None => Ok(()),
            Some(Instead::Hang) => std::future::pending().await,
            Some(Instead::Panic) => panic!("the market failed"),
            Some(Instead::Fail(why)) => Err(why),
        }
    }
}

pub(crate) fn till(login: i64) -> SlotKind {
    SlotKind::Till(LoginId::new(login))
}

fn due(counter: &mut u32) -> bool {
    let left = counter.checked_sub(1);
    *counter = left.unwrap_or(0);
    left.is_some()
}

#[async_trait]
impl Browsers for Fragment {
    async fn open(&self, browser: BrowserId, kind: SlotKind) -> Result<(), Unreadable> {
        let version = self.newest(kind).await;
        let hangs = {
            let mut inner = self.lock();
            if due(&mut inner.opens_fail) {
                return Err(Unreadable::new("no memory"));
            }
            assert!(inner.alive.insert(browser, (kind, version)).is_none());
            inner.opened += 1;
            due(&mut inner.opens_hang)
        };
        if hangs {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn probe(&self, browser: BrowserId) -> Result<Fitness, Unreadable> {
        let (kind, version) = {
            let inner = self.lock();
            if inner.dead.contains(&browser) {
                return Err(Unreadable::new("it is dead"));
            }
            inner.alive[&browser]
        };
        match self.newest(kind).await == version {
            true => Ok(Fitness::Fit),
            false => Ok(Fitness::OldJar),
        }
    }

    async fn close(&self, browser: BrowserId) {
        if due(&mut self.lock().closes_hang) {
            std::future::pending::<()>().await;
        }
        let mut inner = self.lock();
        inner.alive.remove(&browser);
        *inner.closed.entry(browser).or_default() += 1;
    }

    async fn close_all(&self) {
        let mut inner = self.lock();
        inner.close_alls += 1;
        inner.alive.clear();
    }
}

#[async_trait]
impl Market for Fragment {
    async fn find_recipient(
        &self,
        _slot: Slot,
        _username: &Username,
        _product: &Product,
    ) -> Result<Recipient, MarketFailure> {
        panic!("browsers, care and pricing never call `find_recipient`")
    }

    async fn prices(&self, slot: Slot) -> Result<Vec<(Product, GoodsPrice)>, MarketFailure> {
        assert_eq!(slot.kind, SlotKind::Anonymous);
        self.scripted(slot).await?;
        let mut inner = self.lock();
        inner.price_reads += 1;
        match inner.goods_down {
            true => Err(Failure::not_done("fragment is down")),
            false => Ok(inner.prices.clone()),
        }
    }

    async fn offer(
        &self,
        _slot: Slot,
        _product: &Product,
        _recipient: &Recipient,
    ) -> Result<LinkOffer, MarketFailure> {
        panic!("browsers, care and pricing never call `offer`")
    }

    async fn confirm(&self, _slot: Slot, _link: &Link, _boc: &Boc) -> Result<(), MarketFailure> {
        panic!("browsers, care and pricing never call `confirm`")
    }

    async fn delivery(
        &self,
        _slot: Slot,
        _product: &Product,
        _link: &Link,
    ) -> Result<Delivery, MarketFailure> {
        panic!("browsers, care and pricing never call `delivery`")
    }

    async fn history(&self, _slot: Slot) -> Result<Vec<HistoryRow>, MarketFailure> {
        panic!("browsers, care and pricing never call `history`")
    }

    async fn reset(&self, _slot: Slot, _product: &Product) -> Result<(), MarketFailure> {
        panic!("browsers, care and pricing never call `reset`")
    }

    async fn look(&self, slot: Slot) -> Result<Look, MarketFailure> {
        self.lock().looks += 1;
        self.scripted(slot).await?;
        let jar = self.jar(slot).await;
        let known = self.lock().sessions.get(&jar).copied();
        known.ok_or(Failure::Refused(MarketRefused::LoggedOut))
    }

    async fn prove_wallet(&self, slot: Slot) -> Result<(), MarketFailure> {
        self.lock().proofs += 1;
        self.scripted(slot).await?;
        if slot.fence.is_none() {
            return Err(Failure::not_done("the new jar cannot be stored"));
        }
        let jar = self.jar(slot).await;
        let mut inner = self.lock();
        if due(&mut inner.proofs_refused) {
            let text = "proof".into();
            return Err(Failure::Refused(MarketRefused::Other { text }));
        }
        let wallet = inner.wallet;
        match inner.sessions.get_mut(&jar) {
            Some(look) if look.telegram => {
                look.proven = wallet;
                Ok(())
            }
            Some(_) | None => Err(Failure::Refused(MarketRefused::LoggedOut)),
        }
    }

    async fn try_jar(&self, slot: Slot, jar: &Jar) -> Result<Look, MarketFailure> {
        assert_eq!(slot.kind, SlotKind::Anonymous);
        self.lock().trials += 1;
        self.scripted(slot).await?;
        let known = self.lock().sessions.get(jar.expose()).copied();
        Ok(known.unwrap_or(Look {
            telegram: false,
            proven: None,
        }))
    }
}
