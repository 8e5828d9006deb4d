//! The ports, method by method.

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper_actors::domain::catalog::{Product, Recipient, StarsQuantity, Username};
use starkeeper_actors::domain::ids::LoginId;
use starkeeper_actors::domain::link::{Link, LinkOffer};
use starkeeper_actors::domain::login::Look;
use starkeeper_actors::domain::order::HistoryRow;
use starkeeper_actors::domain::pricing::GoodsPrice;
use starkeeper_actors::domain::transfer::Boc;
use starkeeper_actors::ports::market::{
    BrowserId, Browsers, Delivery, Fitness, Market, MarketFailure, MarketRefused, Slot, SlotKind,
};
use starkeeper_actors::ports::vault::{Jar, Vault};
use starkeeper_actors::ports::wallet::WalletProver;
use starkeeper_actors::ports::{Clock, Failure, Unreadable};

use super::browsers::Fleet;
use super::browsers::memory::BrowserMemory;
use super::cookies::CookieJar;
use super::offer::{self, Payer, calls_of};
use super::session::{Session, of_anonymous, of_unread};
use super::settings::{BrowserSettings, FragmentSettings};
use super::tab::Lost;
use super::verdict::Effect;
use super::wire::history::{self, Shelf};
use super::wire::prices;

/// Where the head is read.
const HEAD: &str = "/stars/buy";
/// Whose challenges a wallet answers.
const DOMAIN: &str = "fragment.com";
/// For asking a browser whether it is still there.
const PROBE: std::time::Duration = std::time::Duration::from_secs(5);

/// Fragment, in browsers. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Fragment(Arc<Inner>);

struct Inner {
    settings: FragmentSettings,
    fleet: Fleet,
    vault: Arc<dyn Vault>,
    prover: Arc<dyn WalletProver>,
    clock: Arc<dyn Clock>,
}

impl Fragment {
    /// Fragment for these logins. Nothing is started yet.
    #[must_use]
    pub fn new(
        settings: FragmentSettings,
        browsers: BrowserSettings,
        vault: Arc<dyn Vault>,
        prover: Arc<dyn WalletProver>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let fleet = Fleet::new(browsers, settings.origin.clone(), settings.call);
        Self(Arc::new(Inner {
            settings,
            fleet,
            vault,
            prover,
            clock,
        }))
    }

    /// What each open browser takes of the memory. Empty for browsers of a remote server.
    pub async fn memory(&self) -> Vec<BrowserMemory> {
        self.0.fleet.memory().await
    }

    /// The tab of a slot, for one call of the port.
    async fn session(&self, slot: Slot) -> Result<Session, MarketFailure> {
        let tab = self.0.fleet.tab(slot.browser);
        // A browser that is gone: whoever holds its slot must bring it back.
        let tab = tab.ok_or_else(|| Failure::unknown("the browser is closed"))?;
        let vault = Arc::clone(&self.0.vault);
        let record = self.0.settings.record.clone();
        Ok(Session::of(tab, slot, vault, record).await)
    }

    async fn anonymous(&self, slot: Slot) -> Result<Session, MarketFailure> {
        match slot.kind {
            SlotKind::Anonymous => self.session(slot).await,
            SlotKind::Till(_) => Err(Failure::not_done(
                "a look-up wants an anonymous browser and was given a till's",
            )),
        }
    }

    async fn till(&self, slot: Slot) -> Result<(Session, LoginId), MarketFailure> {
        match slot.kind {
            SlotKind::Till(login) => Ok((self.session(slot).await?, login)),
            SlotKind::Anonymous => Err(Failure::not_done(
                "a purchase wants a till's browser and was given an anonymous one",
            )),
        }
    }

    fn payer(&self, login: LoginId) -> Result<Payer, MarketFailure> {
        let wallet = self.0.settings.wallet_of(login);
        let wallet = wallet.ok_or_else(|| unconfigured(login))?;
        let account = self.0.prover.account(wallet);
        let account = account.map_err(|why| other(why.to_string()))?;
        Ok(Payer::new(&account))
    }

    /// Puts the session that linked an order into the browser, if that is another than today's;
    /// answers today's then. Imported cookies do not replace it before its confirm call is done
    /// (rule 8).
    async fn as_linked(
        &self,
        session: &mut Session,
        login: LoginId,
        link: &Link,
    ) -> Result<Option<CookieJar>, MarketFailure> {
        let Some(linking) = self.linking(session, login, link).await? else {
            return Ok(None);
        };
        tracing::debug!("a purchase of {login} goes on in the session that linked it");
        // Whatever comes of it, the browser is opened anew: nothing of this is stored as today's.
        session.state.is_spoilt = true;
        session.put(&linking).await?;
        Ok(Some(session.state.jar.clone()))
    }

    /// The jar that linked an order, if its session is not today's.
    async fn linking(
        &self,
        session: &Session,
        login: LoginId,
        link: &Link,
    ) -> Result<Option<CookieJar>, MarketFailure> {
        if link.login != login || link.jar == session.state.version {
            return Ok(None);
        }
        let jar = self.0.vault.version(login, link.jar).await;
        let Some(jar) = jar.map_err(|why| Failure::not_done(why.to_string()))? else {
            return Ok(None);
        };
        let jar = CookieJar::of(&jar).map_err(|why| Failure::not_done(why.to_string()))?;
        let is_other = jar.session() != session.state.jar.session();
        Ok(is_other.then_some(jar))
    }
}

/// Whether a session that linked an order cannot speak for it any more. Today's is of the same wallet,
/// and asking again with the same bytes does no harm.
const fn has_ended<T>(answer: &Result<T, MarketFailure>) -> bool {
    matches!(answer, Err(Failure::Refused(_)))
}

fn unconfigured(login: LoginId) -> MarketFailure {
    other(format!("no wallet is configured for {login}"))
}

fn other(text: String) -> MarketFailure {
    Failure::Refused(MarketRefused::Other { text })
}

fn unreadable(lost: &Lost) -> Unreadable {
    Unreadable::new(lost.to_string())
}

#[async_trait]
impl Browsers for Fragment {
    async fn open(&self, browser: BrowserId, kind: SlotKind) -> Result<(), Unreadable> {
        let opened = self.0.fleet.open(browser).await;
        let tab = opened.map_err(|lost| unreadable(&lost))?;
        let (version, jar) = match kind {
            SlotKind::Anonymous => (0, CookieJar::default()),
            SlotKind::Till(login) => match self.0.vault.newest(login).await? {
                Some((version, jar)) => {
                    let jar = CookieJar::of(&jar);
                    (
                        version,
                        jar.map_err(|why| Unreadable::new(why.to_string()))?,
                    )
                }
                None => (0, CookieJar::default()),
            },
        };
        tab.put(&jar).await.map_err(|lost| unreadable(&lost))?;
        let mut state = tab.state.lock().await;
        // As the browser has them: only what answers change is a change.
        state.jar = tab.cookies().await.map_err(|lost| unreadable(&lost))?;
        state.version = version;
        state.login = match kind {
            SlotKind::Till(login) => Some(login),
            SlotKind::Anonymous => None,
        };
        Ok(())
    }

    async fn probe(&self, browser: BrowserId) -> Result<Fitness, Unreadable> {
        let tab = self.0.fleet.tab(browser);
        let tab = tab.ok_or_else(|| Unreadable::new("the browser is closed"))?;
        match tokio::time::timeout(PROBE, tab.probe()).await {
            Ok(probed) => probed.map_err(|lost| unreadable(&lost))?,
            Err(_) => return Err(Unreadable::new("the browser does not answer")),
        }
        let (login, version, is_spoilt) = {
            let state = tab.state.lock().await;
            (state.login, state.version, state.is_spoilt)
        };
        if is_spoilt {
            return Ok(Fitness::OldJar);
        }
        let Some(login) = login else {
            return Ok(Fitness::Fit);
        };
        let newest = self.0.vault.newest(login).await?;
        let newest = newest.map_or(0, |(version, _)| version);
        Ok(match newest == version {
            true => Fitness::Fit,
            false => Fitness::OldJar,
        })
    }

    async fn close(&self, browser: BrowserId) {
        self.0.fleet.close(browser).await;
    }

    async fn close_all(&self) {
        self.0.fleet.close_all().await;
    }
}

#[async_trait]
impl Market for Fragment {
    async fn find_recipient(
        &self,
        slot: Slot,
        username: &Username,
        product: &Product,
    ) -> Result<Recipient, MarketFailure> {
        let mut session = self.anonymous(slot).await?;
        let found = session.find(username, product).await;
        found.map_err(of_anonymous)
    }

    async fn prices(&self, slot: Slot) -> Result<Vec<(Product, GoodsPrice)>, MarketFailure> {
        let mut session = self.anonymous(slot).await?;
        let bad = |why: String| Failure::not_done(why);
        let quantity = StarsQuantity::new(self.0.settings.priced_stars);
        let quantity = quantity.map_err(|why| bad(why.to_string()))?;
        let asked = quantity.get().to_string();
        let fields = [("stars", ""), ("quantity", asked.as_str())];
        let answer = session.call(HEAD, "updateStarsPrices", &fields, Effect::Harmless);
        let answer = answer
            .await
            .map_err(|trouble| of_anonymous(trouble.into()))?;
        let shown = answer.get("cur_price").and_then(serde_json::Value::as_str);
        let stars = prices::of_stars(shown.unwrap_or_default());
        let (cost, usd) = stars.map_err(|unread| of_unread(&unread))?;
        let price = GoodsPrice::of_stars(quantity, cost, usd);
        let price = price.map_err(|why| bad(why.to_string()))?;
        let mut priced = vec![(Product::Stars(quantity), price)];
        let page = session.page("/premium/gift").await;
        let premium = prices::of_premium(&page.map_err(of_anonymous)?);
        for (months, (cost, usd)) in premium.map_err(|unread| of_unread(&unread))? {
            let price = GoodsPrice::of_premium(cost, usd);
            let price = price.map_err(|why| bad(why.to_string()))?;
            priced.push((Product::Premium(months), price));
        }
        Ok(priced)
    }

    async fn offer(
        &self,
        slot: Slot,
        product: &Product,
        recipient: &Recipient,
    ) -> Result<LinkOffer, MarketFailure> {
        let (mut session, login) = self.till(slot).await?;
        let payer = self.payer(login)?;
        session.offer(login, &payer, product, recipient).await
    }

    async fn confirm(&self, slot: Slot, link: &Link, boc: &Boc) -> Result<(), MarketFailure> {
        let (mut session, login) = self.till(slot).await?;
        let payer = self.payer(login)?;
        if let Some(today) = self.as_linked(&mut session, login, link).await? {
            let confirmed = session.confirm(&payer, link, boc).await;
            session.put(&today).await?;
            if !has_ended(&confirmed) {
                return confirmed;
            }
            tracing::info!(
                "the session that linked a purchase of {login} has ended: asking today's"
            );
        }
        session.confirm(&payer, link, boc).await
    }

    async fn delivery(
        &self,
        slot: Slot,
        product: &Product,
        link: &Link,
    ) -> Result<Delivery, MarketFailure> {
        let (mut session, login) = self.till(slot).await?;
        if let Some(today) = self.as_linked(&mut session, login, link).await? {
            let delivery = session.delivery(product, link).await;
            session.put(&today).await?;
            if !has_ended(&delivery) {
                return delivery;
            }
        }
        session.delivery(product, link).await
    }

    async fn history(&self, slot: Slot) -> Result<Vec<HistoryRow>, MarketFailure> {
        let (mut session, login) = self.till(slot).await?;
        let mut rows = Vec::new();
        for (path, shelf) in [
            ("/stars/history", Shelf::Stars),
            ("/premium/history", Shelf::Premium),
        ] {
            let page = session.page(path).await?;
            let read = history::rows(&page, shelf, login);
            rows.extend(read.map_err(|unread| of_unread(&unread))?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        Ok(rows)
    }

    async fn reset(&self, slot: Slot, product: &Product) -> Result<(), MarketFailure> {
        let (mut session, _) = self.till(slot).await?;
        let (calls, _) = calls_of(product);
        session.fresh_page(calls).await
    }

    async fn look(&self, slot: Slot) -> Result<Look, MarketFailure> {
        let mut session = self.session(slot).await?;
        Ok(session.head(HEAD).await?.look)
    }

    async fn prove_wallet(&self, slot: Slot) -> Result<(), MarketFailure> {
        let (mut session, login) = self.till(slot).await?;
        let wallet = self.0.settings.wallet_of(login);
        let wallet = wallet.ok_or_else(|| unconfigured(login))?;
        let payer = self.payer(login)?;
        let head = session.head(HEAD).await?;
        if !head.look.telegram {
            return Err(Failure::Refused(MarketRefused::LoggedOut));
        }
        let challenge = head
            .challenge
            .ok_or_else(|| Failure::not_done("fragment's page has no challenge for the wallet"))?;
        let now = self.0.clock.now();
        let proof = self.0.prover.prove(wallet, DOMAIN, &challenge, now);
        let proof = offer::proof(&proof.map_err(|why| other(why.to_string()))?);
        let [account, device] = payer.fields();
        let fields = [account, device, ("proof", proof.as_str())];
        let answer = session
            .call(HEAD, "checkTonProofAuth", &fields, Effect::Harmless)
            .await?;
        if answer.get("verified").and_then(serde_json::Value::as_bool) != Some(true) {
            return Err(other("the wallet's proof was not accepted".into()));
        }
        session.stored_version()?;
        match session.head(HEAD).await?.look.proven {
            Some(proven) if proven == wallet => Ok(()),
            Some(_) | None => Err(other(
                "the page does not show the wallet it accepted".into(),
            )),
        }
    }

    async fn try_jar(&self, slot: Slot, jar: &Jar) -> Result<Look, MarketFailure> {
        let mut session = self.anonymous(slot).await?;
        session.state.is_spoilt = true;
        let jar = CookieJar::of(jar).map_err(|why| Failure::not_done(why.to_string()))?;
        session.put(&jar).await?;
        Ok(session.head(HEAD).await?.look)
    }
}
