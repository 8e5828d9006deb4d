//! Fragment, through a browser that was lent.
//!
//! The pool owns the browsers and lends a [`Slot`]; the borrower calls the market with it and
//! returns it with a verdict. A till's slot carries a login; an anonymous one does not, and
//! look-ups and prices use only anonymous ones.

use async_trait::async_trait;

use super::books::Fence;
use super::vault::Jar;
use super::{Failure, Unreadable};
use crate::domain::catalog::{Product, Recipient, Username};
use crate::domain::ids::{LoginId, RequestId};
use crate::domain::link::{Link, LinkOffer};
use crate::domain::login::Look;
use crate::domain::order::HistoryRow;
use crate::domain::pricing::GoodsPrice;
use crate::domain::transfer::Boc;

/// Whose session a slot carries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SlotKind {
    /// A Fragment login: one order at a time.
    Till(LoginId),
    /// Nobody's: look-ups and prices.
    Anonymous,
}

/// One browser. The pool draws the number before it opens one and never uses it again, so that a
/// browser can be closed by name even when the outcome of opening it is unknown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BrowserId(pub u64);

/// A browser that was lent, with the session it carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Slot {
    /// Which browser.
    pub browser: BrowserId,
    /// Whose session.
    pub kind: SlotKind,
    /// Which of the browser's loans this is: a slot that is returned twice frees nobody else's.
    pub loan: u32,
    /// The borrower's claim to the lease of a till's login: under it the market stores the jar
    /// after every answer that changed it. None for anonymous slots; a till's slot without one
    /// stores nothing, so a call that changes the jar fails.
    pub fence: Option<Fence>,
}

/// Whether a browser that answers may be lent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fitness {
    /// It may.
    Fit,
    /// The vault holds a newer jar of its login than the one it carries: reopen it.
    OldJar,
}

/// Opens, probes and closes browsers. Only the pool calls it.
#[async_trait]
pub trait Browsers: Send + Sync {
    /// Starts a browser under this name with a session and the newest jar. After a failure, or
    /// when the call is dropped, the caller closes the name.
    async fn open(&self, browser: BrowserId, kind: SlotKind) -> Result<(), Unreadable>;

    /// Asks whether it still answers and carries the newest jar.
    async fn probe(&self, browser: BrowserId) -> Result<Fitness, Unreadable>;

    /// Ends it and everything it left behind, also while it is still being opened. Never fails:
    /// what cannot be ended is killed, and a name that is not known is closed already.
    async fn close(&self, browser: BrowserId);

    /// Ends every browser this daemon ever opened, known to it or left over by an earlier life,
    /// also those still being opened.
    async fn close_all(&self);
}

/// Why Fragment says no. Every one of these comes before any payment.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MarketRefused {
    /// Nobody has this name.
    #[error("no such user")]
    NoSuchUser,
    /// A channel, a group or a bot.
    #[error("not a person")]
    NotAPerson,
    /// Has Premium already.
    #[error("already subscribed to premium")]
    AlreadyPremium,
    /// The session is logged out, of Telegram or of the wallet.
    #[error("logged out")]
    LoggedOut,
    /// Fragment asks for its identity check.
    #[error("identity check needed")]
    IdentityNeeded,
    /// The way to Fragment is blocked for this address.
    #[error("network path blocked")]
    PathBlocked,
    /// Anything else, after one retry: a person must look.
    #[error("fragment says {text:?}")]
    Other {
        /// What Fragment said, shortened, without personal data.
        text: String,
    },
}

/// A call that did not work.
pub type MarketFailure = Failure<MarketRefused>;

/// What Fragment's page says about the purchase of this session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// Not done yet.
    Pending,
    /// Done, for this request.
    Done {
        /// The request the page names; only our own counts (rule 9).
        request: Option<RequestId>,
    },
}

/// Fragment.
#[async_trait]
pub trait Market: Send + Sync {
    /// Looks a recipient up. Anonymous slots only.
    async fn find_recipient(
        &self,
        slot: Slot,
        username: &Username,
        product: &Product,
    ) -> Result<Recipient, MarketFailure>;

    /// Reads Fragment's present prices: Stars for some quantity, each length of Premium.
    /// Anonymous slots only.
    async fn prices(&self, slot: Slot) -> Result<Vec<(Product, GoodsPrice)>, MarketFailure>;

    /// Resets the page, looks the recipient up again, inits and gets the link, unchecked. Till
    /// slots only. Nothing is paid.
    async fn offer(
        &self,
        slot: Slot,
        product: &Product,
        recipient: &Recipient,
    ) -> Result<LinkOffer, MarketFailure>;

    /// Tells Fragment about the signed message, with the very bytes. May be repeated.
    async fn confirm(&self, slot: Slot, link: &Link, boc: &Boc) -> Result<(), MarketFailure>;

    /// Reads what the page says about this purchase.
    async fn delivery(
        &self,
        slot: Slot,
        product: &Product,
        link: &Link,
    ) -> Result<Delivery, MarketFailure>;

    /// Reads the newest rows of the login's order history.
    async fn history(&self, slot: Slot) -> Result<Vec<HistoryRow>, MarketFailure>;

    /// Brings the page back to `new`, after an order that was parked behind its payment.
    async fn reset(&self, slot: Slot, product: &Product) -> Result<(), MarketFailure>;

    /// Reads who is logged in.
    async fn look(&self, slot: Slot) -> Result<Look, MarketFailure>;

    /// Proves the wallet and stores the new jar.
    async fn prove_wallet(&self, slot: Slot) -> Result<(), MarketFailure>;

    /// Reads who would be logged in with a jar, without storing it. Anonymous slots only; the
    /// slot's session is spoilt by it and must be returned as logged out.
    async fn try_jar(&self, slot: Slot, jar: &Jar) -> Result<Look, MarketFailure>;
}
