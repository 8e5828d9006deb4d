//! The whole way of a purchase through both emulators: link, payment, confirmation, Stars.

use serde_json::{Value, json};
use tycho_types::models::StdAddr;
use tycho_types::prelude::Boc;

use crate::ground::{Ground, LATER};
use crate::wallet::{SHOP, Send, Version, Wallet, boc};

const STARS: &str = "stars/anna";

/// A browser at fragment.com that is logged in with the wallet.
struct Browser<'a> {
    ground: &'a Ground,
    wallet: &'a Wallet,
    cookies: String,
    hash: String,
}

impl<'a> Browser<'a> {
    async fn open(ground: &'a Ground, wallet: &'a Wallet) -> Self {
        let login = ground.drive("login", json!({"wallet": wallet.raw()})).await;
        let cookies = login["cookies"].as_str().unwrap().to_owned();
        let url = format!("{}/stars/buy", ground.sandbox.fragment_url());
        let page = ground.client.get(url).header("cookie", &cookies);
        let page = page.send().await.unwrap().text().await.unwrap();
        let hash = page.split("api?hash=").nth(1).unwrap();
        let hash = hash.split('"').next().unwrap().to_owned();
        Self {
            ground,
            wallet,
            cookies,
            hash,
        }
    }

    async fn call(&self, method: &str, fields: &[(&str, &str)]) -> Value {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("method", method);
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        let url = format!(
            "{}/api?hash={}",
            self.ground.sandbox.fragment_url(),
            self.hash
        );
        let request = self
            .ground
            .client
            .post(url)
            .header("cookie", &self.cookies)
            .header("x-requested-with", "XMLHttpRequest")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish());
        let answer = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|why| panic!("{method}: {why}: {answer}"))
    }

    /// Asks for 50 Stars; the answer is the id of the request and the payment it wants.
    async fn link(&self) -> (String, Send, u32) {
        let state = [("mode", "new"), ("lv", "false"), ("dh", "1")];
        self.call("repeatStars", &[]).await;
        self.call("updateStarsBuyState", &state).await;
        let found = self
            .call(
                "searchStarsRecipient",
                &[("query", "anna"), ("quantity", "50")],
            )
            .await;
        let recipient = found["found"]["recipient"].as_str().unwrap();
        let fields = [
            ("recipient", recipient),
            ("quantity", "50"),
            ("payment_method", "ton"),
        ];
        let request = self.call("initBuyStarsRequest", &fields).await;
        let id = request["req_id"].as_str().unwrap().to_owned();
        let account = json!({"address": self.wallet.raw(), "chain": "-239"}).to_string();
        let fields = [
            ("id", id.as_str()),
            ("show_sender", "0"),
            ("transaction", "1"),
            ("account", &account),
            ("device", "{}"),
        ];
        let link = self.call("getBuyStarsLink", &fields).await;
        let message = &link["transaction"]["messages"][0];
        let payload = message["payload"].as_str().unwrap();
        let payload =
            base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload);
        let format = tycho_types::models::StdAddrFormat::any();
        let to = StdAddr::from_str_ext(message["address"].as_str().unwrap(), format);
        let send = Send {
            to: to.unwrap().0,
            nano: message["amount"].as_str().unwrap().parse().unwrap(),
            bounce: false,
            mode: 3,
            body: Boc::decode(payload.unwrap()).unwrap(),
        };
        let valid_until = link["transaction"]["validUntil"].as_u64().unwrap();
        (id, send, u32::try_from(valid_until).unwrap())
    }

    async fn confirm(&self, id: &str, message: &tycho_types::prelude::Cell) {
        let boc = boc(message);
        let answer = self.call("confirmReq", &[("id", id), ("boc", &boc)]).await;
        assert_eq!(answer["ok"], json!(true), "{answer}");
    }
}

async fn stars(ground: &Ground) -> Value {
    ground.control_get(STARS).await["stars"].clone()
}

#[actix_web::test]
async fn stars_come_for_the_payment_on_the_chain_and_its_confirmation() {
    for (seqno, version) in Version::BOTH.into_iter().enumerate() {
        let ground = Ground::new();
        let wallet = Wallet::new(version, u8::try_from(seqno).unwrap() + 1);
        let browser = Browser::open(&ground, &wallet).await;
        let (id, send, valid_until) = browser.link().await;
        let (shop, _) =
            StdAddr::from_str_ext(SHOP, tycho_types::models::StdAddrFormat::any()).unwrap();
        assert_eq!(send.to, shop);
        let message = wallet.sign(0, valid_until - 30, true, std::slice::from_ref(&send));
        ground.accepted(&message).await;
        browser.confirm(&id, &message).await;
        ground.blocks(1).await;
        assert_eq!(stars(&ground).await, json!(0), "on its way");
        ground.blocks(1).await;
        assert_eq!(stars(&ground).await, json!(50), "{version:?}");
        browser.confirm(&id, &message).await;
        ground.blocks(3).await;
        assert_eq!(stars(&ground).await, json!(50), "once");
        let rows = ground.control_get("chain").await;
        assert_eq!(rows.as_array().unwrap().len(), 1);
        assert_eq!(
            [&rows[0]["ok"], &rows[0]["received"], &rows[0]["nano"]],
            [&json!(true), &json!(true), &json!(send.nano.to_string())]
        );
    }
}

#[actix_web::test]
async fn a_payment_that_was_skipped_buys_nothing() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 3);
    ground.deploy(&wallet).await;
    let browser = Browser::open(&ground, &wallet).await;
    let (id, send, valid_until) = browser.link().await;
    let path = format!("wallets/{}", wallet.raw());
    ground.drive(&path, json!({"nano": "100000000"})).await;
    let message = wallet.sign(1, valid_until, false, std::slice::from_ref(&send));
    ground.accepted(&message).await;
    browser.confirm(&id, &message).await;
    ground.blocks(4).await;
    assert_eq!(
        (stars(&ground).await, ground.seqno(&wallet).await),
        (json!(0), 2)
    );
    // With money again, and a number of its own, it is paid.
    ground.drive(&path, json!({"nano": "100000000000"})).await;
    let again = wallet.sign(2, LATER, false, &[send]);
    ground.accepted(&again).await;
    browser.confirm(&id, &again).await;
    ground.blocks(2).await;
    assert_eq!(stars(&ground).await, json!(50));
}
