//! What a shop needs to deliver: a market, a chain, keys, a vault, and the tills that they make.

use std::sync::Arc;

use starkeeper_actors::domain::ids::{LoginId, WalletAddress};
use starkeeper_actors::ports::{Browsers, Chain, Market, RateSource, Signer, Vault};

use crate::http::ReadCookies;

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
}
