//! What every messenger must keep, on the adapter with the emulator behind it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use starkeeper::telegram::words::{Words, WordsSettings};
use starkeeper::telegram::{BotApi, BotToken, TelegramMessenger, TelegramSettings};
use starkeeper_actors::domain::ids::{LoginId, TelegramId, WalletAddress};
use starkeeper_actors::ports::{Browsers, Chain, Clock, Invoicing, Market, Messenger, Signer};
use starkeeper_actors::testing::TestClock;
use starkeeper_actors::testing::contract::outside::Outside;
use url::Url;

use super::*;

/// The person of the suite.
const PERSON: i64 = 5_000_000_001;

struct Telegram {
    emulators: Emulators,
    clock: Arc<TestClock>,
}

/// A bot that a person has begun to talk to.
async fn telegram() -> Telegram {
    let emulators = Emulators::start(ports::block(), 1);
    let it = Telegram {
        emulators,
        clock: Arc::new(TestClock::with_tokio_from(Utc::now())),
    };
    // The emulator knows a bot once it has called.
    it.api().me().await.expect("the bot is known");
    let phone = Phone::of(&it.emulators, PERSON, None, "en").await;
    phone.say("/start").await;
    it
}

impl Telegram {
    fn settings(&self) -> TelegramSettings {
        let url = Url::parse(&self.emulators.telegram()).expect("an address");
        TelegramSettings::new(url, BotToken::parse(TOKEN).expect("a token"))
    }

    fn api(&self) -> BotApi {
        BotApi::new(&self.settings()).expect("good settings")
    }
}

/// Only Telegram is there.
#[async_trait]
impl Outside for Telegram {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::<TestClock>::clone(&self.clock)
    }

    fn gateway(&self) -> Arc<dyn Invoicing> {
        panic!("only telegram is there")
    }

    fn market(&self) -> Arc<dyn Market> {
        panic!("only telegram is there")
    }

    fn browsers(&self) -> Arc<dyn Browsers> {
        panic!("only telegram is there")
    }

    fn chain(&self) -> Arc<dyn Chain> {
        panic!("only telegram is there")
    }

    fn signer(&self) -> Arc<dyn Signer> {
        panic!("only telegram is there")
    }

    fn messenger(&self) -> Arc<dyn Messenger> {
        let words = Words::new(WordsSettings::default()).expect("the texts are whole");
        Arc::new(TelegramMessenger::new(
            self.api(),
            &self.settings(),
            Arc::new(words),
            self.clock(),
            Vec::new(),
        ))
    }

    fn login(&self) -> LoginId {
        panic!("only telegram is there")
    }

    fn wallet(&self) -> WalletAddress {
        panic!("only telegram is there")
    }

    async fn mine(&self) {}

    async fn payments(&self) -> usize {
        0
    }

    async fn block(&self, chat: TelegramId) {
        let path = format!("users/{}", chat.get());
        self.emulators.order(&path, json!({"blocked": true})).await;
    }

    async fn messages(&self, chat: TelegramId) -> usize {
        assert_eq!(chat.get(), PERSON, "the suite's person");
        let phone = Phone::of(&self.emulators, PERSON, None, "en").await;
        phone.heard().await.len()
    }
}

starkeeper_actors::contract_cases!(telegram, outside,
    messenger: [
        every_piece_of_news_is_a_new_message,
        a_live_message_is_edited_in_place,
        a_blocked_bot_is_refused,
    ],
);
