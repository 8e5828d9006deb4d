//! What every market must keep, on the adapter in a real browser, with the emulated site and chain
//! behind it: goods for the right payment and its confirmation, once.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::json;
use starkeeper::ton::TonSigner;
use starkeeper_actors::domain::ids::{LoginId, TelegramId, WalletAddress};
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::books::Fence;
use starkeeper_actors::ports::{Browsers, Chain, Clock, Invoicing, Market, Messenger, Signer};
use starkeeper_actors::testing::TestClock;
use starkeeper_actors::testing::contract::outside::Outside;

use super::house::{House, LOGIN};

async fn house() -> House {
    let house = House::open().await;
    let masha = samples::masha();
    let person = json!({"token": masha.token.as_str(), "name": masha.name.as_str()});
    let path = format!("fragment/users/{}", masha.username.as_str());
    house.emulators.order(&path, person).await;
    let nobody = json!({"exists": false});
    house
        .emulators
        .order("fragment/users/nobody_at_all", nobody)
        .await;
    let path = format!("wallets/{}", house.wallet);
    let fund = json!({"nano": 10_000_000_000_u64});
    house.emulators.order(&path, fund).await;
    house
}

#[async_trait]
impl Outside for House {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::<TestClock>::clone(&self.clock)
    }

    fn gateway(&self) -> Arc<dyn Invoicing> {
        panic!("only fragment and the chain are there")
    }

    fn market(&self) -> Arc<dyn Market> {
        Arc::new(self.fragment.clone())
    }

    fn browsers(&self) -> Arc<dyn Browsers> {
        Arc::new(self.fragment.clone())
    }

    fn chain(&self) -> Arc<dyn Chain> {
        Arc::new(self.keys.chain.clone())
    }

    fn signer(&self) -> Arc<dyn Signer> {
        Arc::<TonSigner>::clone(&self.keys.signer)
    }

    fn messenger(&self) -> Arc<dyn Messenger> {
        panic!("only fragment and the chain are there")
    }

    fn login(&self) -> LoginId {
        LOGIN
    }

    fn wallet(&self) -> WalletAddress {
        self.wallet
    }

    fn fence(&self) -> Option<Fence> {
        Some(self.fence)
    }

    async fn mine(&self) {
        self.emulators.order("clock", json!({"advance_s": 2})).await;
    }

    async fn payments(&self) -> usize {
        let empty = json!({});
        let (_, rows) = self.emulators.control(Method::GET, "chain", &empty).await;
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|row| row["ok"] == json!(true)).count()
    }

    async fn block(&self, _chat: TelegramId) {}

    async fn messages(&self, _chat: TelegramId) -> usize {
        0
    }
}

starkeeper_actors::contract_cases!(house, outside,
    market: [
        an_unknown_name_is_refused,
        prices_cover_everything_that_is_sold,
        an_offer_pays_nothing,
        an_offer_passes_the_checks,
        every_offer_has_names_of_its_own,
        a_confirm_may_be_repeated,
        a_paid_and_confirmed_purchase_is_delivered_once,
        an_unpaid_purchase_stays_pending,
        a_login_shows_its_wallet,
    ],
);
