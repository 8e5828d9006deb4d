//! Telegram.

use super::Outside;
use crate::domain::customer::Language;
use crate::domain::ids::TelegramId;
use crate::domain::notice::Message;
use crate::domain::order::Order;
use crate::ports::Failure;
use crate::ports::messenger::{About, OrderView, SendRefused, To};
use crate::testing::contract::{given, rows};

const CHAT: TelegramId = TelegramId::new(5_000_000_001);
const TO: To = To {
    chat: CHAT,
    language: Language::En,
};

fn view(order: Order) -> OrderView {
    let transfers = Vec::new();
    let invoice = None;
    OrderView {
        order,
        invoice,
        transfers,
    }
}

fn message() -> Message {
    rows::news(1, 10).message
}

/// An edit makes no sound.
pub async fn every_piece_of_news_is_a_new_message(outside: &dyn Outside) {
    let messenger = outside.messenger();
    let about = About {
        order: Some(view(rows::order(10, 1))),
        today: None,
    };
    for _ in 0..2 {
        let told = messenger.tell(TO, &message(), &about).await;
        given(told, "news");
    }
    assert_eq!(outside.messages(CHAT).await, 2);
}

/// And showing the same again is a success.
pub async fn a_live_message_is_edited_in_place(outside: &dyn Outside) {
    let messenger = outside.messenger();
    let order = rows::order(10, 1);
    let waits = view(order.clone());
    let id = given(messenger.show_order(TO, None, &waits).await, "a message");
    for order in [order.clone(), rows::cancelled(&order)] {
        let shown = messenger.show_order(TO, Some(id), &view(order)).await;
        assert_eq!(given(shown, "an edit"), id);
    }
    assert_eq!(outside.messages(CHAT).await, 1);
}

/// So that what is owed is kept until the person is back.
pub async fn a_blocked_bot_is_refused(outside: &dyn Outside) {
    outside.block(CHAT).await;
    let messenger = outside.messenger();
    let told = messenger.tell(TO, &message(), &About::default()).await;
    assert_eq!(told, Err(Failure::Refused(SendRefused::Blocked)));
    let waits = view(rows::order(10, 1));
    let shown = messenger.show_order(TO, None, &waits);
    assert_eq!(shown.await, Err(Failure::Refused(SendRefused::Blocked)));
    assert_eq!(outside.messages(CHAT).await, 0);
}
