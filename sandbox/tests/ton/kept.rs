//! A world that is written down goes on as if nothing had been: in a history with something of
//! everything, which goes through a file after every step, nobody who calls can tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use reqwest::Method;
use serde_json::{Value, json};
use starkeeper_sandbox::{FloodLimits, Merchant, Place, Sandbox, Settings, Unusable};
use tycho_types::prelude::Cell;

use crate::goods::Shop;
use crate::ground::{Ground, LATER, settings};
use crate::wallet::{NOBODY, SHOP, Send, Version, Wallet};

const BOT: &str = "4200:AAEsecret_of-nobody0123456789abcdef";

/// Nobody listens there.
const GONE: &str = "http://127.0.0.1:9/gone";

/// What its owner of a shop remembers of one step for the next.
#[derive(Default)]
struct Memory {
    cookies: String,
    hash: String,
    bought: Vec<(String, Cell)>,
    invoices: Vec<String>,
    message: Value,
}

/// A history, and who is in it.
struct History {
    ground: Ground,
    wallet: Wallet,
    memory: Memory,
}

impl History {
    fn begin() -> Self {
        Self {
            ground: Ground::with(unlimited()),
            wallet: Wallet::of_vectors(Version::V5),
            memory: Memory::default(),
        }
    }

    /// How many steps there are.
    const STEPS: usize = 15;

    async fn step(&mut self, number: usize) {
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

    async fn drive(&self, path: &str, body: Value) -> Value {
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

    async fn ask_bot(&self, method: &str, params: Value) -> Value {
        let url = format!("{}/bot{BOT}/{method}", self.ground.sandbox.telegram_url());
        let answer = self.ground.client.post(url).json(&params).send().await;
        answer.unwrap().json().await.unwrap()
    }

    async fn gateway(&self, path: &str, body: &Value) -> Value {
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

    /// Everything that a caller can ask, by the question.
    async fn told(&self) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        let wallet = self.wallet.raw();
        for path in [
            "users",
            "users/7/chat",
            "users/8/chat",
            "users/8/chat?group=-100",
            "chats?after=0",
            "telegram",
            "invoices",
            "webhooks",
            "heleket",
            "prices",
            "faults",
            "clock",
            "stars/masha_k",
            "stars/olga_k",
            "deliveries",
            "fragment",
            "fragment/users/masha_k",
            "fragment/users/petya_k",
            "fragment/users/olga_k",
            "chain",
            &format!("wallets/{wallet}"),
            &format!("wallets/{NOBODY}"),
        ] {
            let url = format!("{}/control/{path}", self.ground.sandbox.control_url());
            told.insert(format!("control {path}"), self.get(&url, "").await);
        }
        for path in [
            "v2/getMasterchainInfo",
            &format!("v2/getAddressInformation?address={wallet}"),
            &format!("v2/getWalletInformation?address={wallet}"),
            &format!("v2/getTransactions?address={wallet}&limit=20"),
            &format!("v2/getTransactions?address={SHOP}&limit=20"),
            &format!("v3/transactions?account={wallet}"),
            &format!("v3/transactions?account={SHOP}"),
            &format!("v3/accountStates?address={wallet}"),
            &format!("v3/accountStates?address={NOBODY}"),
            &format!("v3/pendingTransactions?account={wallet}"),
        ] {
            let url = format!("{}/api/{path}", self.ground.sandbox.ton_url());
            told.insert(format!("ton {path}"), self.get(&url, "").await);
        }
        if !self.memory.cookies.is_empty() {
            for path in [
                "stars/buy",
                "premium/gift",
                "my/transactions",
                "stars/history",
            ] {
                let url = format!("{}/{path}", self.ground.sandbox.fragment_url());
                let page = self.get(&url, &self.memory.cookies).await;
                told.insert(format!("fragment {path}"), page);
            }
        }
        for method in [
            "getWebhookInfo",
            "getUpdates",
            "getMyCommands",
            "getMyName",
            "getMe",
        ] {
            let answer = self.ask_bot(method, json!({})).await;
            told.insert(format!("telegram {method}"), answer.to_string());
        }
        let list = self.gateway("payment/list", &json!({})).await;
        told.insert("heleket payment/list".to_owned(), list.to_string());
        for uuid in &self.memory.invoices {
            let info = self.gateway("payment/info", &json!({"uuid": uuid})).await;
            told.insert(format!("heleket payment/info {uuid}"), info.to_string());
        }
        // Each start has ports of its own.
        let sandbox = &self.ground.sandbox;
        let urls = [
            sandbox.control_url(),
            sandbox.telegram_url(),
            sandbox.heleket_url(),
            sandbox.fragment_url(),
            sandbox.ton_url(),
        ];
        for answer in told.values_mut() {
            for (number, url) in urls.iter().enumerate() {
                let (_, host) = url.split_once("//").unwrap();
                *answer = answer.replace(host, &format!("port-{number}"));
            }
        }
        told
    }

    async fn get(&self, url: &str, cookies: &str) -> String {
        let request = self.ground.client.request(Method::GET, url);
        let answer = request.header("cookie", cookies).send().await.unwrap();
        let status = answer.status().as_u16();
        format!("{status} {}", answer.text().await.unwrap())
    }

    /// Through a file, into another start.
    async fn go_on(self, place: &Place) -> Self {
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

fn unlimited() -> Settings {
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

/// A folder that ends with its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("starkeeper-sandbox-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn place(&self) -> Place {
        Place::at(&self.0.join("world"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>, when: &str) {
    for (question, answer) in before {
        assert_eq!(Some(answer), after.get(question), "{when}: {question}");
    }
    assert_eq!(before.len(), after.len(), "{when}");
}

#[actix_web::test]
async fn nobody_can_tell_that_a_world_went_through_a_file() {
    let folder = Folder::new("history");
    let mut whole = History::begin();
    let mut cut = History::begin();
    for number in 0..History::STEPS {
        let when = format!("after step {number}");
        whole.step(number).await;
        cut.step(number).await;
        // Asking changes the world a little: who has a name is drawn when somebody asks for it.
        let before = whole.told().await;
        same(&before, &cut.told().await, &when);
        cut = cut.go_on(&folder.place()).await;
        same(&whole.told().await, &cut.told().await, &when);
    }
    let told = whole.told().await;
    for (question, expected) in [
        ("control stars/masha_k", "\"stars\":50"),
        ("control stars/olga_k", "\"stars\":50"),
        ("control chain", "\"seqno\":1"),
        ("control webhooks", "given_up"),
    ] {
        let answer = &told[question];
        assert!(answer.contains(expected), "{question}: {answer}");
    }
}

#[actix_web::test]
async fn a_run_that_did_not_end_leaves_nothing_to_begin_from() {
    let folder = Folder::new("killed");
    let place = folder.place();
    assert!(place.read().unwrap().is_none(), "nobody has been here");
    place.take().unwrap();
    assert!(matches!(place.read(), Err(Unusable::NotEnded)));
    let sandbox = Sandbox::start(settings()).unwrap();
    sandbox.close().await.write(&place, None).await.unwrap();
    assert!(place.read().unwrap().is_some(), "it has ended");
    place.take().unwrap();
    assert!(matches!(place.read(), Err(Unusable::NotEnded)), "killed");
    let aside = place.set_aside().unwrap();
    assert!(aside.exists());
    assert!(place.read().unwrap().is_none(), "anew");
}

#[actix_web::test]
async fn a_file_that_is_damaged_or_of_another_version_is_refused() {
    let folder = Folder::new("damaged");
    let (place, path) = (folder.place(), folder.0.join("world"));
    let sandbox = Sandbox::start(settings()).unwrap();
    sandbox.close().await.write(&place, None).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    for (damaged, expected) in [
        (
            text.replace(" 1 ", " 2 "),
            "another version of this program (format 2, here 1)",
        ),
        (
            text.replace("\"seed\":7", "\"seed\":8"),
            "its sum is not that of its text",
        ),
        (
            text[..text.len() / 2].to_owned(),
            "its sum is not that of its text",
        ),
        ("{}".to_owned(), "no first line"),
        ("anything\n{}".to_owned(), "it is no world"),
    ] {
        std::fs::write(&path, damaged).unwrap();
        let why = place.read().unwrap_err().to_string();
        assert!(why.contains(expected), "{why}");
    }
}

/// Changes what a file says, in its own form.
fn rewrite(path: &Path, change: impl FnOnce(&mut Value)) {
    let text = std::fs::read_to_string(path).unwrap();
    let (first, body) = text.split_once('\n').unwrap();
    let mut body: Value = serde_json::from_str(body).unwrap();
    change(&mut body);
    let body = body.to_string();
    let sum = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
    let sum: String = sum
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (name, _) = first.rsplit_once(' ').unwrap();
    std::fs::write(path, format!("{name} {sum}\n{body}")).unwrap();
}

#[actix_web::test]
async fn a_file_that_contradicts_itself_is_refused_with_the_contradiction() {
    let folder = Folder::new("torn");
    let (place, path) = (folder.place(), folder.0.join("world"));
    let mut history = History::begin();
    for number in 0..=11 {
        history.step(number).await;
    }
    let closed = history.ground.sandbox.close().await;
    closed.write(&place, None).await.unwrap();
    let whole = std::fs::read(&path).unwrap();
    let cases: [(fn(&mut Value), &str); 10] = [
        (
            |world| {
                world["heleket"]["invoices"][1]["uuid"] =
                    world["heleket"]["invoices"][0]["uuid"].clone()
            },
            "two invoices are ",
        ),
        (
            |world| world["timers"][1] = json!([]),
            "waits and is never due",
        ),
        (|world| world["timers"][0] = json!(0), "was never put in"),
        (
            |world| world["prices"]["USDT"] = Value::Null,
            "invalid type: null",
        ),
        (
            |world| drop(world["prices"].as_object_mut().unwrap().remove("USDT")),
            "there are 14 prices and not 15",
        ),
        (
            |world| world["settled"] = json!([]),
            "is paid by money that never came",
        ),
        (
            |world| {
                world["ton"]["records"][0]["after"] = world["ton"]["records"][0]["before"].clone()
            },
            "is not what it is said to be",
        ),
        (
            |world| world["ton"]["records"] = json!([]),
            "that no transaction sent",
        ),
        (
            |world| world["fragment"]["people"]["persons"][0]["stars"] = json!(51),
            "owns what was never delivered",
        ),
        (
            |world| world["telegram"]["bots"][0]["next_message"] = json!(0),
            "has another's number",
        ),
    ];
    for (change, expected) in cases {
        rewrite(&path, change);
        let why = place.read().map(drop).expect_err(expected).to_string();
        assert!(why.contains(expected), "{expected}: {why}");
        std::fs::write(&path, &whole).unwrap();
    }
    assert!(place.read().unwrap().is_some());
}

#[actix_web::test]
async fn time_goes_on_while_nobody_is_there_and_things_happen_at_their_own_time() {
    let folder = Folder::new("missed");
    let (place, path) = (folder.place(), folder.0.join("world"));
    let running = || Settings {
        held_at: None,
        ..unlimited()
    };
    let history = |ground| History {
        ground,
        wallet: Wallet::of_vectors(Version::V5),
        memory: Memory::default(),
    };
    let before = history(Ground::with(running()));
    let wish = json!({"amount": "10", "currency": "USD", "order_id": "one", "to_currency": "USDT",
        "network": "tron", "lifetime": 300, "url_callback": GONE});
    before.gateway("payment", &wish).await;
    let client = before.ground.client.clone();
    let closed = before.ground.sandbox.close().await;
    closed.write(&place, None).await.unwrap();
    // An hour ago, as far as the file knows.
    let hour_ms = 3_600_000;
    rewrite(&path, |world| {
        let then = world["clock"]["machine"].as_i64().unwrap() - hour_ms;
        world["clock"]["machine"] = json!(then);
    });
    let sandbox = Sandbox::go_on(running(), place.read().unwrap().unwrap())
        .await
        .unwrap();
    let after = history(Ground { sandbox, client });
    let info = after
        .gateway("payment/info", &json!({"order_id": "one"}))
        .await;
    assert_eq!(info["status"], "cancel");
    let webhooks = after.ground.control_get("webhooks").await;
    // At once, then after 10, 30, 70 … seconds: as often as fits into the rest of that hour.
    assert_eq!(webhooks[0]["attempts"], 9, "{webhooks}");
}
