//! What this daemon does not have: ports behind which there is nobody.
//!
//! The payment side uses books, clock and gateway. The other ports exist only because an office has
//! all of them; whoever knocks is told that nothing was done, and nothing pretends to deliver.

use std::convert::Infallible;

use async_trait::async_trait;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::catalog::{Product, Recipient, Username};
use starkeeper_actors::domain::dialog::Screen;
use starkeeper_actors::domain::ids::{GatewayUuid, LoginId, Pseudonym, TelegramId, WalletAddress};
use starkeeper_actors::domain::invoice::{CreateRequest, LookUpBy, RefundCall, Report};
use starkeeper_actors::domain::link::{Link, LinkOffer};
use starkeeper_actors::domain::login::Look;
use starkeeper_actors::domain::notice::Message;
use starkeeper_actors::domain::order::HistoryRow;
use starkeeper_actors::domain::pricing::GoodsPrice;
use starkeeper_actors::domain::transfer::{AccountState, Boc, Evidence, History, Transfer};
use starkeeper_actors::ports::books::Fence;
use starkeeper_actors::ports::invoicing::{Coin, GatewayRefused, ReportPage};
use starkeeper_actors::ports::market::{
    BrowserId, Delivery, Fitness, MarketFailure, Slot, SlotKind,
};
use starkeeper_actors::ports::messenger::{About, OrderView, SendRefused, To};
use starkeeper_actors::ports::vault::{Jar, JarMoved};
use starkeeper_actors::ports::wallet::{SendHint, SignRefused, SignedMessage, TransferIntent};
use starkeeper_actors::ports::{
    Browsers, Chain, Failure, Invoicing, Market, Messenger, Signer, Unreadable, Vault,
};

/// Nobody: answers to every port that this daemon does not have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Absent;

const NOBODY: &str = "not a part of this daemon";

fn undone<T, R>() -> Result<T, Failure<R>> {
    Err(Failure::not_done(NOBODY))
}

fn unread<T>() -> Result<T, Unreadable> {
    Err(Unreadable::new(NOBODY))
}

#[async_trait]
impl Market for Absent {
    async fn find_recipient(
        &self,
        _slot: Slot,
        _username: &Username,
        _product: &Product,
    ) -> Result<Recipient, MarketFailure> {
        undone()
    }

    async fn prices(&self, _slot: Slot) -> Result<Vec<(Product, GoodsPrice)>, MarketFailure> {
        undone()
    }

    async fn offer(
        &self,
        _slot: Slot,
        _product: &Product,
        _recipient: &Recipient,
    ) -> Result<LinkOffer, MarketFailure> {
        undone()
    }

    async fn confirm(&self, _slot: Slot, _link: &Link, _boc: &Boc) -> Result<(), MarketFailure> {
        undone()
    }

    async fn delivery(
        &self,
        _slot: Slot,
        _product: &Product,
        _link: &Link,
    ) -> Result<Delivery, MarketFailure> {
        undone()
    }

    async fn history(&self, _slot: Slot) -> Result<Vec<HistoryRow>, MarketFailure> {
        undone()
    }

    async fn reset(&self, _slot: Slot, _product: &Product) -> Result<(), MarketFailure> {
        undone()
    }

    async fn look(&self, _slot: Slot) -> Result<Look, MarketFailure> {
        undone()
    }

    async fn prove_wallet(&self, _slot: Slot) -> Result<(), MarketFailure> {
        undone()
    }

    async fn try_jar(&self, _slot: Slot, _jar: &Jar) -> Result<Look, MarketFailure> {
        undone()
    }
}

#[async_trait]
impl Browsers for Absent {
    async fn open(&self, _browser: BrowserId, _kind: SlotKind) -> Result<(), Unreadable> {
        unread()
    }

    async fn probe(&self, _browser: BrowserId) -> Result<Fitness, Unreadable> {
        unread()
    }

    async fn close(&self, _browser: BrowserId) {}

    async fn close_all(&self) {}
}

#[async_trait]
impl Messenger for Absent {
    async fn show(
        &self,
        _to: To,
        _instead_of: Option<i64>,
        _screen: &Screen,
    ) -> Result<i64, Failure<SendRefused>> {
        undone()
    }

    async fn tell(
        &self,
        _to: To,
        _message: &Message,
        _about: &About,
    ) -> Result<(), Failure<SendRefused>> {
        undone()
    }

    async fn show_order(
        &self,
        _to: To,
        _message: Option<i64>,
        _order: &OrderView,
    ) -> Result<i64, Failure<SendRefused>> {
        undone()
    }

    async fn seem_busy(&self, _chat: TelegramId) {}

    async fn retire(&self, _chat: TelegramId, _message: i64) -> Result<(), Failure<SendRefused>> {
        undone()
    }

    fn operators(&self) -> Vec<To> {
        Vec::new()
    }
}

#[async_trait]
impl Vault for Absent {
    async fn newest(&self, _login: LoginId) -> Result<Option<(i64, Jar)>, Unreadable> {
        unread()
    }

    async fn version(&self, _login: LoginId, _version: i64) -> Result<Option<Jar>, Unreadable> {
        unread()
    }

    async fn store(
        &self,
        _login: LoginId,
        _seen: i64,
        _fence: Fence,
        _jar: Jar,
    ) -> Result<i64, Failure<JarMoved>> {
        undone()
    }

    fn pseudonym(&self, _person: TelegramId) -> Option<Pseudonym> {
        None
    }
}

impl Signer for Absent {
    fn wallets(&self) -> Vec<WalletAddress> {
        Vec::new()
    }

    fn sign(&self, intent: &TransferIntent) -> Result<SignedMessage, SignRefused> {
        Err(SignRefused::NoKey(intent.wallet))
    }
}

#[async_trait]
impl Chain for Absent {
    async fn state(&self, _wallet: WalletAddress) -> Result<AccountState, Unreadable> {
        unread()
    }

    async fn history(
        &self,
        _state: &AccountState,
        _wallet: WalletAddress,
        _down_to: u64,
    ) -> Result<History, Unreadable> {
        unread()
    }

    async fn send(&self, _transfer: &Transfer) -> Result<SendHint, Failure<Infallible>> {
        undone()
    }

    async fn look(&self, _transfer: &Transfer) -> Result<Evidence, Unreadable> {
        unread()
    }
}

/// The gateway of a shop whose keys are not set: nothing is called, nothing is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoGateway;

const OFF: &str = "payments are off: MERCHANT_UUID and API_KEY are not set";

#[async_trait]
impl Invoicing for NoGateway {
    async fn open(&self, _request: &CreateRequest) -> Result<Report, Failure<GatewayRefused>> {
        Err(Failure::not_done(OFF))
    }

    async fn report(&self, _by: &LookUpBy) -> Result<Report, Failure<GatewayRefused>> {
        Err(Failure::not_done(OFF))
    }

    async fn list(
        &self,
        _since: Timestamp,
        _cursor: Option<&str>,
    ) -> Result<ReportPage, Failure<GatewayRefused>> {
        Err(Failure::not_done(OFF))
    }

    async fn resend(&self, _uuid: &GatewayUuid) -> Result<(), Failure<GatewayRefused>> {
        Err(Failure::not_done(OFF))
    }

    async fn refund(&self, _call: &RefundCall) -> Result<(), Failure<GatewayRefused>> {
        Err(Failure::not_done(OFF))
    }

    async fn coins(&self) -> Result<Vec<Coin>, Unreadable> {
        Err(Unreadable::new(OFF))
    }
}
