//! fragment.com and the chain together: goods for the payment that a real wallet contract made.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tycho_types::models::StdAddr;
use tycho_types::prelude::{Boc, Cell};

use crate::ground::{BLOCK_S, Ground, LATER};
use crate::wallet::{Send, Version, Wallet, boc};

/// A shop's browser, logged in, its wallet proven.
pub struct Shop<'a> {
    pub ground: &'a Ground,
    pub cookies: String,
    pub hash: String,
}

impl<'a> Shop<'a> {
    pub async fn open(ground: &'a Ground, wallet: &Wallet) -> Self {
        let login = ground.drive("login", json!({"wallet": wallet.raw()})).await;
        let cookies = text(&login["cookies"]).to_owned();
        let url = format!("{}/stars/buy", ground.sandbox.fragment_url());
        let request = ground.client.get(url).header("cookie", &cookies);
        let page = request.send().await.unwrap().text().await.unwrap();
        let (_, rest) = page.split_once("\\/api?hash=").unwrap();
        let hash = rest.split_once('"').unwrap().0.to_owned();
        Self {
            ground,
            cookies,
            hash,
        }
    }

    async fn call(&self, method: &str, fields: &[(&str, &str)]) -> Value {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("method", method).extend_pairs(fields);
        let url = format!(
            "{}/api?hash={}",
            self.ground.sandbox.fragment_url(),
            self.hash
        );
        let request = self.ground.client.post(url).header("cookie", &self.cookies);
        let answer = request.body(body.finish()).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer
    }

    /// The id of a request for 50 Stars, and the payment its link asks for.
    pub async fn link(&self, username: &str) -> (String, Send) {
        self.call("repeatStars", &[]).await;
        let state = [("mode", "new"), ("lv", "false"), ("dh", "1")];
        self.call("updateStarsBuyState", &state).await;
        let query = [("query", username), ("quantity", "")];
        let found = self.call("searchStarsRecipient", &query).await;
        let wish = [
            ("recipient", text(&found["found"]["recipient"])),
            ("quantity", "50"),
            ("payment_method", "ton"),
        ];
        let id = self.call("initBuyStarsRequest", &wish).await["req_id"].clone();
        let id = text(&id).to_owned();
        let link = [("id", &*id), ("transaction", "1")];
        let link = self.call("getBuyStarsLink", &link).await;
        let message = &link["transaction"]["messages"][0];
        let payload = URL_SAFE_NO_PAD.decode(text(&message["payload"])).unwrap();
        let mut send = Send::new(text(&message["address"]), 0, "");
        send.nano = text(&message["amount"]).parse().unwrap();
        send.body = Boc::decode(payload).unwrap();
        (id, send)
    }

    pub async fn confirm(&self, id: &str, message: &Cell) {
        let boc = boc(message);
        let fields = [
            ("id", id),
            ("account", "{}"),
            ("device", "{}"),
            ("boc", &boc),
        ];
        let answer = self.call("confirmReq", &fields).await;
        assert_eq!(answer, json!({"ok": true}));
    }

    pub async fn mode(&self) -> String {
        let fields = [("mode", "processing"), ("lv", "false"), ("dh", "1")];
        let state = self.call("updateStarsBuyState", &fields).await;
        text(&state["mode"]).to_owned()
    }
}

async fn stars(ground: &Ground, username: &str) -> Value {
    ground.control_get(&format!("stars/{username}")).await["stars"].clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[actix_web::test]
async fn a_wallet_of_either_version_pays_and_the_goods_come_once() {
    for version in Version::BOTH {
        let ground = Ground::new();
        let wallet = Wallet::of_vectors(version);
        let shop = Shop::open(&ground, &wallet).await;
        let (id, send) = shop.link("masha_k").await;
        let message = wallet.sign(0, LATER, true, &[send]);
        ground.accepted(&message).await;
        shop.confirm(&id, &message).await;
        assert_eq!(shop.mode().await, "processing", "no block was made");
        ground.blocks(3).await;
        assert_eq!(shop.mode().await, "done", "{version:?}");
        shop.confirm(&id, &message).await;
        assert_eq!(stars(&ground, "masha_k").await, 50);
        assert_eq!(ground.send(&message).await.json["ok"], false, "a replay");
        ground.blocks(3).await;
        assert_eq!(stars(&ground, "masha_k").await, 50);
        let deliveries = ground.control_get("deliveries").await;
        assert_eq!(deliveries.as_array().map(Vec::len), Some(1));
        assert_eq!(deliveries[0]["req_id"], json!(id));
    }
}

#[actix_web::test]
async fn a_payment_that_the_contract_skipped_buys_nothing() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 3);
    let shop = Shop::open(&ground, &wallet).await;
    let (id, send) = shop.link("masha_k").await;
    let left = (send.nano / 2).to_string();
    ground
        .drive(&format!("wallets/{}", wallet.raw()), json!({"nano": left}))
        .await;
    let message = wallet.sign(0, LATER, true, std::slice::from_ref(&send));
    ground.accepted(&message).await;
    shop.confirm(&id, &message).await;
    ground.blocks(5).await;
    assert_eq!(ground.seqno(&wallet).await, 1, "the message was executed");
    assert_eq!(shop.mode().await, "processing");
    assert_eq!(stars(&ground, "masha_k").await, 0);
    // With money again and under the next number it is paid.
    let enough = (send.nano * 2).to_string();
    ground
        .drive(
            &format!("wallets/{}", wallet.raw()),
            json!({"nano": enough}),
        )
        .await;
    let message = wallet.sign(1, LATER, false, &[send]);
    ground.accepted(&message).await;
    shop.confirm(&id, &message).await;
    ground.blocks(2).await;
    assert_eq!(stars(&ground, "masha_k").await, 50);
}

#[actix_web::test]
async fn of_two_payments_of_one_link_one_buys() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V4, 4);
    ground.deploy(&wallet).await;
    let shop = Shop::open(&ground, &wallet).await;
    let (id, send) = shop.link("masha_k").await;
    for seqno in 1..3 {
        let message = wallet.sign(seqno, LATER, false, std::slice::from_ref(&send));
        ground.accepted(&message).await;
        ground.advance(u64::from(3 * BLOCK_S)).await;
        shop.confirm(&id, &message).await;
        assert_eq!(stars(&ground, "masha_k").await, 50);
    }
    let taken = ground
        .v2(&format!(
            "getAddressBalance?address={}",
            crate::wallet::SHOP
        ))
        .await;
    assert_ne!(taken, json!(send.nano.to_string()), "both were paid");
}

#[actix_web::test]
async fn money_to_somebody_else_or_from_somebody_else_buys_nothing() {
    let ground = Ground::new();
    let (mine, other) = (Wallet::new(Version::V5, 5), Wallet::new(Version::V5, 6));
    let shop = Shop::open(&ground, &mine).await;
    let (id, send) = shop.link("masha_k").await;
    let message = other.sign(0, LATER, true, std::slice::from_ref(&send));
    ground.accepted(&message).await;
    shop.confirm(&id, &message).await;
    let mut elsewhere = send.clone();
    elsewhere.to = StdAddr::new(0, [0x11; 32].into());
    let message = mine.sign(0, LATER, true, &[elsewhere]);
    ground.accepted(&message).await;
    shop.confirm(&id, &message).await;
    ground.blocks(4).await;
    assert_eq!(stars(&ground, "masha_k").await, 0);
    // The very payment still buys.
    let message = mine.sign(1, LATER, false, &[send]);
    ground.accepted(&message).await;
    shop.confirm(&id, &message).await;
    ground.blocks(4).await;
    assert_eq!(stars(&ground, "masha_k").await, 50);
}
