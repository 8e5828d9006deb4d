//! A history with something of everything, and who is in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use starkeeper_sandbox::{FloodLimits, Merchant, Place, Sandbox, Settings};
use tycho_types::prelude::Cell;

use crate::goods::Shop;
use crate::ground::{Ground, LATER, settings};
use crate::wallet::{NOBODY, Version, Wallet};

const BOT: &str = "4200:AAEsecret_of-nobody0123456789abcdef";

/// Nobody listens there.
pub const GONE: &str = "http://127.0.0.1:9/gone";

/// What is remembered of one step for the next.
#[derive(Default)]
pub struct Memory {
    pub cookies: String,
    hash: String,
    bought: Vec<(String, Cell)>,
    pub invoices: Vec<String>,
    message: Value,
}

/// A history, and who is in it.
pub struct History {
    pub ground: Ground,
    pub wallet: Wallet,
    pub memory: Memory,
}

impl History {
    pub fn begin() -> Self {
        Self {
            ground: Ground::with(unlimited()),
            wallet: Wallet::of_vectors(Version::V5),
            memory: Memory::default(),
        }
    }

    /// How many steps there are.
    pub const STEPS: usize = 15;

    pub async fn step(&mut self, number: usize) {
        match number {
            0 => self.people_come().await,
            1 => self.the_bot_writes().await,
            2 => self.anya_taps().await,
            3 => self.the_bot_edits().await,
            4 => self.invoices_are_opened().await,
            5 => self.invoices_are_paid().await,
            6 => self.faults_are_switched_on().await,
            7 => self.people_change().await,
            8 => self.stars_are_linked_and_paid().await,
            9 => self.ground.blocks(1).await,
            10 => self.ground.blocks(3).await,
            11 => self.premium_of_the_wallet_is_seen().await,
            12 => self.a_webhook_is_set().await,
            13 => self.things_end().await,
            _ => self.stars_are_paid_again().await,
        }
    }

    async fn people_come(&mut self) {
        let anya = json!({"username": "anya", "first_name": "Anya", "language": "ru"});
        self.drive("users/7", anya).await;
        self.drive("users/8", json!({"premium": true})).await;
        self.drive("users/7/say", json!({"text": "/start"})).await;
        let commands = json!({"commands": [{"command": "start", "description": "Begin"}]});
        self.bot("setMyCommands", commands).await;
        self.bot("setMyName", json!({"name": "Star shop"})).await;
    }

    async fn the_bot_writes(&mut self) {
        let row = json!([{"text": "Yes", "callback_data": "1:yes"},
            {"text": "Pay", "url": "https://example.com/pay"},
            {"text": "Copy", "copy_text": {"text": "UQabc"}}]);
        let sent = json!({"chat_id": 7, "text": "<b>Hello</b> <a href=\"https://t.me/x\">you</a>",
            "parse_mode": "HTML", "reply_markup": {"inline_keyboard": [row]}});
        self.memory.message = self.bot("sendMessage", sent).await["message_id"].clone();
        let photo = json!({"chat_id": 7, "photo": "https://example.com/a.png", "caption": "a QR"});
        self.bot("sendPhoto", photo).await;
        let picker = json!({"text": "A friend", "request_users": {"request_id": 3,
            "max_quantity": 1, "request_name": true, "request_username": true}});
        let keyboard =
            json!({"keyboard": [[picker, {"text": "Plain"}]], "one_time_keyboard": true});
        let sent = json!({"chat_id": 7, "text": "Who?", "reply_markup": keyboard});
        self.bot("sendMessage", sent).await;
        let url = format!("{}/bot{BOT}/sendPhoto", self.ground.sandbox.telegram_url());
        let mut body = b"--EDGE\r\ncontent-disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n\
            --EDGE\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\r\n"
            .to_vec();
        body.extend(b"\x89PNG\r\n\x1a\nrest\r\n--EDGE--\r\n");
        let request = self.ground.client.post(url).body(body);
        let request = request.header("content-type", "multipart/form-data; boundary=EDGE");
        assert!(request.send().await.unwrap().status().is_success());
    }

    async fn anya_taps(&mut self) {
        let tap = json!({"button": "Yes", "wait_ms": 0});
        self.drive("users/7/tap", tap).await;
        self.drive("users/7/pick", json!({"users": [8]})).await;
        self.drive("users/7/send", json!({"kind": "sticker"})).await;
        let forward = json!({"from": 8, "text": "look"});
        self.drive("users/7/forward", forward).await;
        let group = json!({"text": "/start here", "group": -100});
        self.drive("users/8/say", group).await;
    }

    async fn the_bot_edits(&mut self) {
        let updates = self.bot("getUpdates", json!({"limit": 3})).await;
        let tapped = updates.as_array().unwrap().iter();
        let tapped = tapped.filter_map(|update| update["callback_query"]["id"].as_str());
        for id in tapped {
            self.bot("answerCallbackQuery", json!({"callback_query_id": id}))
                .await;
        }
        let message = self.memory.message.clone();
        let edit = json!({"chat_id": 7, "message_id": message, "text": "Paid"});
        self.bot("editMessageText", edit).await;
        self.bot("sendChatAction", json!({"chat_id": 7, "action": "typing"}))
            .await;
        let sent = json!({"chat_id": 7, "text": "gone soon"});
        let gone = self.bot("sendMessage", sent).await["message_id"].clone();
        self.bot("deleteMessage", json!({"chat_id": 7, "message_id": gone}))
            .await;
        // Still to be answered when the world is written down.
        let tap = json!({"button": "Yes", "wait_ms": 0});
        let sent = json!({"chat_id": 7, "text": "again", "reply_markup": {"inline_keyboard": [[
            {"text": "Yes", "callback_data": "2:yes"}]]}});
        self.bot("sendMessage", sent).await;
        self.drive("users/7/tap", tap).await;
    }

    async fn invoices_are_opened(&mut self) {
        self.drive("heleket", json!({"push_everything": true, "convert": true}))
            .await;
        for (order, more) in [
            (
                "one",
                json!({"to_currency": "USDT", "network": "tron", "url_callback": GONE}),
            ),
            (
                "two",
                json!({"is_payment_multiple": true, "discount_percent": 5}),
            ),
            (
                "three",
                json!({"to_currency": "TON", "network": "ton", "url_callback": GONE}),
            ),
            ("four", json!({"to_currency": "BTC", "lifetime": 300})),
        ] {
            let mut body = json!({"amount": "10", "currency": "USD", "order_id": order});
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            let uuid = self.gateway("payment", &body).await["uuid"].clone();
            self.memory.invoices.push(uuid.as_str().unwrap().to_owned());
        }
        let test = json!({"currency": "USDT", "network": "tron", "status": "paid",
            "url_callback": GONE});
        self.gateway("test-webhook/payment", &test).await;
    }

    async fn invoices_are_paid(&mut self) {
        let pay = json!({"amount": "exact"});
        self.invoice(0, "pay", pay.clone()).await;
        let ton = json!({"amount": "1", "currency": "TON", "network": "ton"});
        self.invoice(1, "pay", ton).await;
        self.invoice(2, "pay", pay).await;
        self.invoice(2, "confirm", json!({})).await;
        self.ground.advance(4).await;
        self.invoice(2, "lock", json!({})).await;
    }

    async fn faults_are_switched_on(&mut self) {
        for fault in [
            json!({"system": "telegram", "method": "update", "kind": "delay", "delay_ms": 30_000}),
            json!({"system": "heleket", "method": "webhook", "kind": "reorder", "count": 2}),
            json!({"system": "ton", "method": "block", "kind": "delay", "delay_ms": 20_000}),
            json!({"system": "ton-second", "method": "*", "kind": "delay", "delay_ms": 0,
                "probability": 0.5, "seed": 3}),
        ] {
            self.drive("faults", fault).await;
        }
        self.drive("users/7/say", json!({"text": "kept back"}))
            .await;
        self.invoice(0, "confirm", json!({})).await;
        self.invoice(0, "refund", json!({"outcome": "paid"})).await;
        self.drive("prices", json!({"ton_usd": "4.5", "star_usd": "0.016"}))
            .await;
    }

    async fn people_change(&mut self) {
        self.drive("fragment/users/masha_k", json!({"name": "Masha"}))
            .await;
        self.drive("fragment/users/petya_k", json!({"exists": false}))
            .await;
        self.drive(
            "fragment/users/olga_k",
            json!({"other": true, "premium": true}),
        )
        .await;
        self.drive("login", json!({"username": "olga_k"})).await;
        let shop = Shop::open(&self.ground, &self.wallet).await;
        (self.memory.cookies, self.memory.hash) = (shop.cookies, shop.hash);
    }

    async fn stars_are_linked_and_paid(&mut self) {
        let (id, send) = self.shop().link("masha_k").await;
        let message = self.wallet.sign(0, LATER, true, &[send]);
        self.ground.accepted(&message).await;
        self.shop().confirm(&id, &message).await;
        self.memory.bought.push((id, message));
    }

    async fn premium_of_the_wallet_is_seen(&mut self) {
        assert_eq!(self.shop().mode().await, "done");
        let rich = json!({"nano": 5_000_000_000_000_u64});
        self.drive(&format!("wallets/{NOBODY}"), rich).await;
        let (id, send) = self.shop().link("olga_k").await;
        let message = self.wallet.sign(1, LATER, false, &[send]);
        self.memory.bought.push((id, message));
    }

    async fn a_webhook_is_set(&mut self) {
        let hook = json!({"url": GONE, "secret_token": "hush", "max_connections": 2});
        self.bot("setWebhook", hook).await;
        self.drive("users/7/say", json!({"text": "anybody?"})).await;
        self.ground.advance(3).await;
    }

    async fn things_end(&mut self) {
        self.drive("users/8/say", json!({"text": "hello"})).await;
        self.drive("users/8", json!({"blocked": true})).await;
        let end = json!({"part": "telegram", "account": 1});
        self.drive("login/expire", end).await;
        self.ground.advance(20).await;
    }

    async fn stars_are_paid_again(&mut self) {
        let (id, message) = self.memory.bought.last().unwrap().clone();
        self.ground.accepted(&message).await;
        self.shop().confirm(&id, &message).await;
        self.ground.blocks(5).await;
        self.bot("deleteWebhook", json!({})).await;
        self.ground.advance(300).await;
    }

    fn shop(&self) -> Shop<'_> {
        Shop {
            ground: &self.ground,
            cookies: self.memory.cookies.clone(),
            hash: self.memory.hash.clone(),
        }
    }

    pub async fn drive(&self, path: &str, body: Value) -> Value {
        self.ground.drive(path, body).await
    }

    async fn invoice(&self, number: usize, act: &str, body: Value) {
        let uuid = &self.memory.invoices[number];
        self.drive(&format!("invoices/{uuid}/{act}"), body).await;
    }

    async fn bot(&self, method: &str, params: Value) -> Value {
        let answer = self.ask_bot(method, params).await;
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer["result"].clone()
    }

    pub async fn ask_bot(&self, method: &str, params: Value) -> Value {
        let url = format!("{}/bot{BOT}/{method}", self.ground.sandbox.telegram_url());
        let answer = self.ground.client.post(url).json(&params).send().await;
        answer.unwrap().json().await.unwrap()
    }

    pub async fn gateway(&self, path: &str, body: &Value) -> Value {
        let merchant = Merchant::demo();
        let body = body.to_string();
        let mut hash = Md5::new();
        hash.update(STANDARD.encode(&body).as_bytes());
        hash.update(merchant.payment_key.as_bytes());
        let sign = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let url = format!("{}/v1/{path}", self.ground.sandbox.heleket_url());
        let request = self
            .ground
            .client
            .post(url)
            .header("merchant", merchant.uuid);
        let request = request
            .header("sign", sign)
            .header("content-type", "application/json");
        let answer: Value = request
            .body(body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer["state"], 0, "{path}: {answer}");
        answer["result"].clone()
    }

    /// Through a file, into another start.
    pub async fn go_on(self, place: &Place) -> Self {
        let Self {
            ground,
            wallet,
            memory,
        } = self;
        let closed = ground.sandbox.close().await;
        closed.write(place, Some("a history")).await.unwrap();
        let kept = place.read().unwrap().expect("it was written");
        assert_eq!(kept.companion(), Some("a history"));
        place.take().unwrap();
        let sandbox = Sandbox::go_on(unlimited(), kept).await.unwrap();
        let client = ground.client;
        Self {
            ground: Ground { sandbox, client },
            wallet,
            memory,
        }
    }
}

pub fn unlimited() -> Settings {
    let flood = FloodLimits {
        everywhere: None,
        chat: None,
        chat_burst: 1,
    };
    Settings {
        flood,
        ..settings()
    }
}
