//! Everything that a caller can ask of a world, with the answers.

use std::collections::BTreeMap;

use serde_json::json;

use super::history::History;
use crate::wallet::{NOBODY, SHOP};

/// What was answered, by the question.
pub type Told = BTreeMap<String, String>;

const CONTROL: [&str; 20] = [
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
];

const PAGES: [&str; 4] = [
    "stars/buy",
    "premium/gift",
    "my/transactions",
    "stars/history",
];

const METHODS: [&str; 5] = [
    "getWebhookInfo",
    "getUpdates",
    "getMyCommands",
    "getMyName",
    "getMe",
];

impl History {
    /// Asks everything.
    pub async fn told(&self) -> Told {
        let mut told = Told::new();
        self.ask_control(&mut told).await;
        self.ask_the_chain(&mut told).await;
        self.ask_the_others(&mut told).await;
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

    async fn ask_control(&self, told: &mut Told) {
        let wallets = [self.wallet.raw(), NOBODY.to_owned()];
        let wallets = wallets.map(|wallet| format!("wallets/{wallet}"));
        for path in CONTROL
            .into_iter()
            .chain(wallets.iter().map(String::as_str))
        {
            let url = format!("{}/control/{path}", self.ground.sandbox.control_url());
            told.insert(format!("control {path}"), self.get(&url, "").await);
        }
    }

    async fn ask_the_chain(&self, told: &mut Told) {
        let wallet = self.wallet.raw();
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
    }

    async fn ask_the_others(&self, told: &mut Told) {
        if !self.memory.cookies.is_empty() {
            for path in PAGES {
                let url = format!("{}/{path}", self.ground.sandbox.fragment_url());
                let page = self.get(&url, &self.memory.cookies).await;
                told.insert(format!("fragment {path}"), page);
            }
        }
        for method in METHODS {
            let answer = self.ask_bot(method, json!({})).await;
            told.insert(format!("telegram {method}"), answer.to_string());
        }
        let list = self.gateway("payment/list", &json!({})).await;
        told.insert("heleket payment/list".to_owned(), list.to_string());
        for uuid in &self.memory.invoices {
            let info = self.gateway("payment/info", &json!({"uuid": uuid})).await;
            told.insert(format!("heleket payment/info {uuid}"), info.to_string());
        }
    }

    async fn get(&self, url: &str, cookies: &str) -> String {
        let request = self.ground.client.get(url);
        let answer = request.header("cookie", cookies).send().await.unwrap();
        let status = answer.status().as_u16();
        format!("{status} {}", answer.text().await.unwrap())
    }
}
