//! The main job from end to end: words in a chat in, Stars at Fragment out.

use std::time::Duration;

use crate::rig::{Core, MINUTE, Shop, line};
use starkeeper_actors::domain::catalog::{PersonName, Username};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{Inbound, Said, Sender};
use starkeeper_actors::domain::ids::{BotId, UpdateKey};
use starkeeper_actors::session::Reply;
use starkeeper_actors::testing;

#[actix::test]
async fn one_line_and_one_tap_buy_stars_for_a_friend_exactly_once() {
    let shop = Shop::open();
    let system = shop.start().await;
    // The gateway's list is swept and the login looked at before anything is sold.
    tokio::time::sleep(MINUTE).await;
    let mut chat = Chat {
        shop: &shop,
        system: &system,
        updates: 0,
    };
    chat.say("100 @masha").await;
    chat.tap("confirm").await;
    let asks = line(&system, "payment").asks;
    let wakes = line(&system, "fulfilment").wakes;
    let again = chat.tap("pay_balance").await;
    // A double tap is another update, and buys nothing more.
    let double = chat
        .system
        .directory
        .handle(
            Inbound {
                key: chat.key(),
                ..again
            },
            MINUTE,
        )
        .await;
    assert!(
        matches!(double, Reply::Done | Reply::Duplicate),
        "{double:?}"
    );
    tokio::time::sleep(MINUTE * 3).await;
    assert_eq!(shop.paid(), 1);
    assert_eq!(shop.world.fragment.delivered().len(), 1);
    assert_eq!(
        line(&system, "payment").asks,
        asks,
        "the balance needs no payment actor"
    );
    assert_eq!(line(&system, "fulfilment").wakes - wakes, 1);
    shop.in_order();
}

struct Chat<'a> {
    shop: &'a Shop,
    system: &'a Core,
    updates: i64,
}

impl Chat<'_> {
    async fn say(&mut self, text: &str) {
        let inbound = self.inbound(Said::Text(text.into()), None);
        self.handle(inbound).await;
    }

    /// Taps a button of the newest screen that has it; answers the update.
    async fn tap(&mut self, button: &str) -> Inbound {
        let (message, data) = self.button(button);
        let inbound = self.inbound(Said::Tap(data.into()), Some(message));
        self.handle(inbound.clone()).await;
        inbound
    }

    async fn handle(&self, inbound: Inbound) {
        assert_eq!(
            self.system.directory.handle(inbound, MINUTE).await,
            Reply::Done
        );
        tokio::time::sleep(Duration::from_secs(5)).await;
    }

    fn button(&self, button: &str) -> (i64, String) {
        let messages = self
            .shop
            .world
            .telegram
            .messages(self.shop.customer.telegram);
        let found = messages.iter().rev().find_map(|shown| {
            let testing::Said::Screen(screen) = &shown.said else {
                return None;
            };
            let action = screen.actions().find(|action| action.name() == button)?;
            Some((shown.id, action.encode()))
        });
        found.unwrap_or_else(|| panic!("no button {button} in {messages:#?}"))
    }

    fn key(&mut self) -> UpdateKey {
        self.updates += 1;
        UpdateKey {
            bot: BotId::new(1),
            update: self.updates,
        }
    }

    fn inbound(&mut self, said: Said, message: Option<i64>) -> Inbound {
        let user = self.shop.customer.telegram;
        Inbound {
            key: self.key(),
            sender: Sender {
                user,
                username: Some(Username::parse("anya").unwrap()),
                name: PersonName::new("Anya"),
                language: Language::En,
                premium: false,
            },
            chat: user,
            message,
            said,
        }
    }
}
