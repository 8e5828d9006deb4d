//! The main job from end to end: words in a chat in, Stars at Fragment out.

use std::time::Duration;

use crate::rig::{Core, MINUTE, Shop, line};
use starkeeper_actors::domain::catalog::{PersonName, Username};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{Inbound, Said, Sender};
use starkeeper_actors::domain::ids::{BotId, TelegramId, UpdateKey};
use starkeeper_actors::session::Reply;
use starkeeper_actors::testing;

#[actix::test]
async fn one_line_and_one_tap_buy_stars_for_a_friend_exactly_once() {
    let shop = Shop::open();
    let system = shop.start().await;
    // The gateway's list is swept and the login looked at before anything is sold.
    tokio::time::sleep(MINUTE).await;
    let mut chat = Chat::with(&shop, &system);
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

/// The customer's chat.
pub(crate) struct Chat<'a> {
    shop: &'a Shop,
    system: &'a Core,
    updates: i64,
}

impl<'a> Chat<'a> {
    pub(crate) const fn with(shop: &'a Shop, system: &'a Core) -> Self {
        Self {
            shop,
            system,
            updates: 0,
        }
    }

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
        let found = self.find(button);
        found.unwrap_or_else(|| panic!("no button {button}"))
    }

    /// The newest screen's button of this name, with its message.
    pub(crate) fn find(&self, button: &str) -> Option<(i64, String)> {
        let user = self.shop.customer.telegram;
        let messages = self.shop.world.telegram.messages(user);
        messages.iter().rev().find_map(|shown| {
            let testing::Said::Screen(screen) = &shown.said else {
                return None;
            };
            let action = screen.actions().find(|action| action.name() == button)?;
            Some((shown.id, action.encode()))
        })
    }

    /// Brings an update until it is taken, as Telegram does.
    pub(crate) async fn bring(&mut self, said: Said, message: Option<i64>) {
        let inbound = self.inbound(said, message);
        for _ in 0..5 {
            let reply = self.system.directory.handle(inbound.clone(), MINUTE).await;
            tokio::time::sleep(Duration::from_secs(5)).await;
            match reply {
                Reply::Done | Reply::Duplicate => return,
                Reply::Busy | Reply::Late | Reply::TryLater => {}
            }
        }
        panic!("nobody takes {inbound:?}");
    }

    fn key(&mut self) -> UpdateKey {
        self.updates += 1;
        UpdateKey {
            bot: BotId::new(1),
            update: self.updates,
        }
    }

    fn inbound(&mut self, said: Said, message: Option<i64>) -> Inbound {
        inbound(self.shop.customer.telegram, self.key(), said, message)
    }
}

/// An update of somebody's.
pub(crate) fn inbound(
    user: TelegramId,
    key: UpdateKey,
    said: Said,
    message: Option<i64>,
) -> Inbound {
    Inbound {
        key,
        sender: Sender {
            user,
            username: Some(Username::parse("anya").unwrap()),
            name: PersonName::new("Anya"),
            language: Language::En,
            premium: false,
        },
        chat: user,
        own: None,
        message,
        said,
    }
}
