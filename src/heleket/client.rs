//! The client, and the calls that no port of the core asks for: for operators, and for
//! `starkeeper check`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{GatewayOrderId, GatewayUuid};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::invoicing::GatewayRefused;
use tokio::time::Instant;
use url::Url;

use super::endpoint::Endpoint;
use super::settings::{BadSetting, HeleketSettings};
use super::transport::Transport;
use super::verdict::{Trouble, malformed};
use super::wire;

/// The gateway's account of one merchant. Cheap to clone; all clones share connections, breaker
/// and known rates. Its calls belong on the I/O runtime.
#[derive(Clone)]
pub struct HeleketClient {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) transport: Transport,
    /// Dollars for one coin, and since when.
    pub(super) rates: Mutex<HashMap<String, (MicroUsd, Instant)>>,
}

impl std::fmt::Debug for HeleketClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HeleketClient")
            .field(self.inner.transport.settings())
            .finish()
    }
}

/// What is on the account, as far as it is above zero or Heleket lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Balances {
    /// Where payments arrive.
    pub merchant: Vec<Holding>,
    /// The personal wallet of the account's owner.
    pub user: Vec<Holding>,
}

/// One coin of a balance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holding {
    /// The coin's code.
    pub currency: String,
    /// How much of it.
    pub amount: CoinAmount,
    /// What Heleket says it is worth, rounded down to the millionth of a dollar.
    pub worth: Option<MicroUsd>,
}

/// A webhook with a valid signature and an invented status, as Heleket sends it on request. With
/// an existing `order_id` it looks like that invoice's payment: money is decided by a look-up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestWebhook {
    /// Where to; at most 150 characters.
    pub callback: Url,
    /// The coin.
    pub currency: String,
    /// Its network.
    pub network: String,
    /// The status to pretend.
    pub status: String,
    /// The invoice to pretend it of; without one, any.
    pub order_id: Option<GatewayOrderId>,
}

/// A questionnaire for a payer whose payment is held for a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AmlLink {
    /// The page to fill in.
    pub link: Url,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// `init`, `pending`, `completed`, `expired`, or something newer.
    pub status: String,
}

impl HeleketClient {
    /// Makes the client. Connects to nothing yet.
    ///
    /// # Errors
    /// [`BadSetting`] names the setting that cannot be.
    pub fn new(settings: HeleketSettings) -> Result<Self, BadSetting> {
        let inner = Inner {
            transport: Transport::new(settings)?,
            rates: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// What is on the account. Also the cheapest proof that merchant and key are right.
    ///
    /// # Errors
    /// As of every read: refused with a wrong key, otherwise it may be repeated.
    pub async fn balance(&self) -> Result<Balances, Failure<GatewayRefused>> {
        let transport = &self.inner.transport;
        let answer: Result<Vec<wire::Wallets>, _> = transport
            .post(Endpoint::Balance, None, &wire::Nothing {})
            .await;
        let mut wallets = answer.map_err(|trouble| trouble.failure)?.into_iter();
        let sides = wallets.next().ok_or_else(|| bad("no balance"))?.balance;
        Ok(Balances {
            merchant: holdings(sides.merchant)?,
            user: holdings(sides.user)?,
        })
    }

    /// Asks for a webhook with an invented status. Nothing is stored at Heleket.
    ///
    /// # Errors
    /// Refused with a bad status or an unknown invoice. After `Unknown` it may have been sent.
    pub async fn test_webhook(&self, probe: &TestWebhook) -> Result<(), Failure<GatewayRefused>> {
        let body = wire::Probe {
            url_callback: probe.callback.as_str(),
            currency: &probe.currency,
            network: &probe.network,
            status: &probe.status,
            order_id: probe.order_id.as_ref().map(GatewayOrderId::as_str),
        };
        self.tell(Endpoint::TestWebhook, &body).await
    }

    /// The QR code of an invoice's address, as a PNG.
    ///
    /// # Errors
    /// Refused for an unknown invoice; otherwise it may be repeated.
    pub async fn qr(&self, uuid: &GatewayUuid) -> Result<Vec<u8>, Failure<GatewayRefused>> {
        let body = wire::Named::MerchantPaymentUuid(uuid.as_str());
        let answer = self.inner.transport.post(Endpoint::Qr, None, &body).await;
        let picture: wire::Picture = answer.map_err(|trouble: Trouble| trouble.failure)?;
        let image = picture.image.get();
        let text = image.and_then(|image| image.strip_prefix("data:image/png;base64,"));
        let png = text.and_then(|text| STANDARD.decode(text).ok());
        png.ok_or_else(|| bad("no PNG"))
    }

    /// The questionnaires that unlock a payment held for a check.
    ///
    /// # Errors
    /// Refused for an unknown invoice; otherwise it may be repeated.
    pub async fn aml_links(
        &self,
        uuid: &GatewayUuid,
    ) -> Result<Vec<AmlLink>, Failure<GatewayRefused>> {
        let body = wire::Named::Uuid(uuid.as_str());
        let transport = &self.inner.transport;
        let answer: Result<Vec<wire::Link>, _> =
            transport.post(Endpoint::AmlLinks, None, &body).await;
        let links = answer.map_err(|trouble| trouble.failure)?;
        let links = links.into_iter().map(|link| {
            let url = link.link.get().and_then(|text| Url::parse(text).ok());
            Ok(AmlLink {
                link: url.ok_or_else(|| bad("no link"))?,
                expires_at: link.expired_at.get().and_then(wire::instant),
                status: link.status.owned().unwrap_or_default(),
            })
        });
        links.collect()
    }

    /// A call that is answered with nothing of interest.
    pub(super) async fn tell(
        &self,
        endpoint: Endpoint,
        body: &impl serde::Serialize,
    ) -> Result<(), Failure<GatewayRefused>> {
        // A refund is answered with `[]`; whatever it is, the envelope has said that it was done.
        let answer = self.inner.transport.post(endpoint, None, body).await;
        let _done: serde::de::IgnoredAny = answer.map_err(|trouble: Trouble| trouble.failure)?;
        Ok(())
    }
}

fn holdings(wallets: Option<Vec<wire::Wallet>>) -> Result<Vec<Holding>, Failure<GatewayRefused>> {
    let wallets = wallets.unwrap_or_default().into_iter();
    let holdings = wallets.map(|wallet| {
        let amount = wallet.balance.get().map(CoinAmount::parse);
        let amount = amount.and_then(Result::ok);
        Ok(Holding {
            currency: wallet.currency_code.owned().unwrap_or_default(),
            amount: amount.ok_or_else(|| bad("a bad balance"))?,
            worth: wallet.balance_usd.get().and_then(wire::usd_down),
        })
    });
    holdings.collect()
}

pub(super) fn bad(what: &str) -> Failure<GatewayRefused> {
    malformed(what).failure
}
