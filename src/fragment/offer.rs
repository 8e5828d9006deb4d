//! From a clean page to a link, and what follows a payment.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use starkeeper_actors::domain::catalog::{Product, Recipient, Username};
use starkeeper_actors::domain::ids::LoginId;
use starkeeper_actors::domain::link::{Link, LinkOffer};
use starkeeper_actors::domain::transfer::Boc;
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::market::{Delivery, MarketFailure, MarketRefused};
use starkeeper_actors::ports::wallet::{WalletAccount, WalletProof};

use super::session::{Session, Trouble, of_unread};
use super::verdict::{Effect, Heard};
use super::wire::link::{self, Mode, PageState, Request};

/// How often a request is made while prices move.
const REQUESTS: u32 = 3;
/// Any number will do for what the page calls `dh`, from 100,000,000 on.
const DH: &str = "1300000000";

/// The calls about a kind of goods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Calls {
    /// The page they are made from.
    pub(super) page: &'static str,
    state: &'static str,
    search: &'static str,
    init: &'static str,
    link: &'static str,
    repeat: &'static str,
    /// The field of the quantity.
    quantity: &'static str,
}

const STARS: Calls = Calls {
    page: "/stars/buy",
    state: "updateStarsBuyState",
    search: "searchStarsRecipient",
    init: "initBuyStarsRequest",
    link: "getBuyStarsLink",
    repeat: "repeatStars",
    quantity: "quantity",
};

const PREMIUM: Calls = Calls {
    page: "/premium/gift",
    state: "updatePremiumState",
    search: "searchPremiumGiftRecipient",
    init: "initGiftPremiumRequest",
    link: "getGiftPremiumLink",
    repeat: "repeatPremium",
    quantity: "months",
};

/// The calls of a product, and how many of it.
pub(super) fn calls_of(product: &Product) -> (Calls, String) {
    match product {
        Product::Stars(quantity) => (STARS, quantity.get().to_string()),
        Product::Premium(months) => (PREMIUM, months.get().to_string()),
    }
}

/// What the site is told about the payer.
pub(super) struct Payer {
    account: String,
    device: String,
}

impl Payer {
    pub(super) fn new(account: &WalletAccount) -> Self {
        let shown = json!({
            "address": account.address.to_string(),
            "chain": account.network.to_string(),
            "publicKey": hex(&account.public_key),
            "walletStateInit": STANDARD.encode(account.state_init.bytes()),
        });
        let device = json!({
            "platform": "browser",
            "appName": env!("CARGO_PKG_NAME"),
            "appVersion": env!("CARGO_PKG_VERSION"),
            "maxProtocolVersion": 2,
            "features": [
                "SendTransaction",
                {"name": "SendTransaction", "maxMessages": account.max_messages},
            ],
        });
        Self {
            account: shown.to_string(),
            device: device.to_string(),
        }
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 2] {
        [("account", &self.account), ("device", &self.device)]
    }
}

/// The answer to a challenge, as TON Connect writes it.
pub(super) fn proof(proof: &WalletProof) -> String {
    json!({
        "timestamp": proof.at.timestamp(),
        "domain": {"lengthBytes": proof.domain.len(), "value": proof.domain},
        "payload": proof.challenge,
        "signature": STANDARD.encode(proof.signature),
    })
    .to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Session {
    /// Who has a name.
    pub(super) async fn find(
        &mut self,
        username: &Username,
        product: &Product,
    ) -> Result<Recipient, MarketFailure> {
        let (calls, quantity) = calls_of(product);
        let query = format!("@{}", username.as_str());
        let fields = [("query", query.as_str()), (calls.quantity, &quantity)];
        let answer = self
            .call(calls.page, calls.search, &fields, Effect::Harmless)
            .await?;
        link::recipient(&answer, username).map_err(|unread| of_unread(&unread))
    }

    /// Brings the page back to its form: what the purchase before it left is gone (rule 9).
    pub(super) async fn fresh_page(&mut self, calls: Calls) -> Result<(), MarketFailure> {
        self.call(calls.page, calls.repeat, &[], Effect::Harmless)
            .await?;
        let shown = self.page_state(calls, "new").await?;
        match (shown.mode, &shown.request) {
            (Mode::New, None) => Ok(()),
            (Mode::New | Mode::Processing | Mode::Done, _) => Err(Failure::not_done(
                "fragment's page still shows the purchase before",
            )),
        }
    }

    async fn page_state(&mut self, calls: Calls, mode: &str) -> Result<PageState, MarketFailure> {
        let fields = [("mode", mode), ("lv", "false"), ("dh", DH)];
        let answer = self
            .call(calls.page, calls.state, &fields, Effect::Harmless)
            .await?;
        link::state(&answer).map_err(|unread| of_unread(&unread))
    }

    /// A request for the goods, at the price of now.
    async fn request(
        &mut self,
        calls: Calls,
        recipient: &Recipient,
        quantity: &str,
    ) -> Result<Request, MarketFailure> {
        let fields = [
            ("recipient", recipient.token.as_str()),
            (calls.quantity, quantity),
            ("payment_method", "ton"),
        ];
        let mut tries = 1;
        let answer = loop {
            let answer = self.call(calls.page, calls.init, &fields, Effect::Harmless);
            match answer.await {
                Ok(answer) => break answer,
                Err(Trouble::Heard(Heard::PriceChanged)) if tries < REQUESTS => {
                    tries += 1;
                    self.page_state(calls, "new").await?;
                }
                Err(trouble) => return Err(trouble.into()),
            }
        };
        let request = link::request(&answer).map_err(|unread| of_unread(&unread))?;
        if request.to_bot {
            return Err(Failure::Refused(MarketRefused::NotAPerson));
        }
        Ok(request)
    }

    /// A link for the goods, unchecked, its jar stored.
    pub(super) async fn offer(
        &mut self,
        login: LoginId,
        payer: &Payer,
        product: &Product,
        wanted: &Recipient,
    ) -> Result<LinkOffer, MarketFailure> {
        let (calls, quantity) = calls_of(product);
        self.fresh_page(calls).await?;
        let recipient = self.find(&wanted.username, product).await?;
        let request = self.request(calls, &recipient, &quantity).await?;
        let [account, device] = payer.fields();
        let fields = [
            ("id", request.id.as_str()),
            ("show_sender", "0"),
            ("transaction", "1"),
            account,
            device,
        ];
        let answer = self
            .call(calls.page, calls.link, &fields, Effect::Harmless)
            .await?;
        let asked = link::link(&answer, &request.id).map_err(|unread| of_unread(&unread))?;
        Ok(LinkOffer {
            login,
            jar: self.stored_version()?,
            recipient,
            request: request.id,
            init_amount: request.amount,
            from: asked.from,
            messages: asked.messages,
            has_state_init: asked.has_state_init,
            destination: asked.destination,
            amount: asked.amount,
            payload: asked.payload.boc,
            payload_hash: asked.payload.hash,
            payload_text: asked.payload.text,
            valid_until: asked.valid_until,
            confirm_method: asked.confirm_method,
            confirm_params: asked.confirm_params,
        })
    }

    /// Tells the site about the signed message.
    pub(super) async fn confirm(
        &mut self,
        payer: &Payer,
        link: &Link,
        boc: &Boc,
    ) -> Result<(), MarketFailure> {
        let boc = STANDARD.encode(boc.bytes());
        let [account, device] = payer.fields();
        let mut fields = vec![account, device, ("boc", boc.as_str())];
        let taken = ["method", "account", "device", "boc"];
        let more = link.confirm_params.iter();
        let more = more.map(|(name, value)| (name.as_str(), value.as_str()));
        fields.extend(more.filter(|(name, _)| !taken.contains(name)));
        let told = self.call(STARS.page, &link.confirm_method, &fields, Effect::MayBeDone);
        let answer = told
            .await
            .map_err(|trouble| trouble.failure(Effect::MayBeDone))?;
        match answer.get("ok") {
            Some(Value::Bool(true)) => Ok(()),
            Some(_) | None => Err(Failure::unknown("fragment does not say that it took it")),
        }
    }

    /// What the page says about a purchase.
    pub(super) async fn delivery(
        &mut self,
        product: &Product,
        link: &Link,
    ) -> Result<Delivery, MarketFailure> {
        let (calls, _) = calls_of(product);
        let fields = [
            ("mode", "processing"),
            ("lv", "false"),
            ("dh", DH),
            ("id", link.request.as_str()),
        ];
        let answer = self
            .call(calls.page, calls.state, &fields, Effect::Harmless)
            .await?;
        let shown = link::state(&answer).map_err(|unread| of_unread(&unread))?;
        Ok(match shown.mode {
            Mode::New | Mode::Processing => Delivery::Pending,
            Mode::Done => Delivery::Done {
                request: shown.request,
            },
        })
    }
}
