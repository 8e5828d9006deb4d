//! An order has one message in the chat, however it is paid, looked at and interrupted, and what
//! can be tapped below it is what can be done.

use super::*;

/// Of messages that show an order: its number, its text, and what can be tapped.
fn shown(heard: &[Value]) -> Vec<(String, String, Vec<String>)> {
    let orders = heard.iter().filter_map(|message| {
        let words = text(message);
        let number = words.strip_prefix("Order ")?.split(' ').next()?.to_owned();
        let rows = message["buttons"].as_array()?.iter();
        let buttons = rows.filter_map(Value::as_array).flatten();
        let taps = buttons.filter_map(|button| button["data"].as_str());
        let names = taps.filter_map(|data| data.split(':').nth(1));
        Some((number, words.to_owned(), names.map(str::to_owned).collect()))
    });
    orders.collect()
}

/// The one message that shows the order, once it says so.
async fn one(anya: &Phone<'_>, says: &str) -> (String, Vec<String>) {
    eventually_within(says, ENDING, async || {
        let heard = anya.heard().await;
        match shown(&heard).as_slice() {
            [(_, words, names)] if words.contains(says) => Ok((words.clone(), names.clone())),
            _ => Err(heard),
        }
    })
    .await
}

/// Buys in the chat by an invoice in the first coin; answers the gateway's name of it.
async fn by_invoice(shop: &Shop, anya: &Phone<'_>, line: &str) -> String {
    let confirm = offered_for(anya, line, &["1:confirm"]).await;
    anya.tap(&confirm).await;
    let ways = anya.sees_button("1:pay_invoice").await;
    let before = shop.emulators.invoices().await.len();
    anya.tap(&button(&ways, "1:pay_invoice").unwrap()).await;
    eventually("the invoice is open", async || {
        let invoices = shop.emulators.invoices().await;
        let newest = invoices
            .get(before)
            .and_then(|invoice| invoice["uuid"].as_str());
        newest.map(str::to_owned).ok_or(invoices.len())
    })
    .await
}

/// Delivered, told once with a sound, shown in one message, and nothing of the way there can be
/// tapped any more.
async fn ends_well(anya: &Phone<'_>) {
    let (words, names) = one(anya, "✓ Delivered").await;
    assert!(words.contains("✓ Paid $"), "{words}");
    assert_eq!(names, ["again", "menu"], "{words}");
    anya.sees("it is told", |message| text(message).starts_with("Done!"))
        .await;
    let heard = anya.heard().await;
    let told = heard
        .iter()
        .filter(|message| text(message).starts_with("Done!"));
    assert_eq!(told.count(), 1, "{heard:?}");
    for stale in ["1:cancel:o", "1:sent:o", "1:other_coin", "1:pay_"] {
        let has_it = heard.iter().any(|message| button(message, stale).is_some());
        assert!(!has_it, "{stale} is left over: {heard:?}");
    }
    assert_eq!(shown(&heard).len(), 1, "{heard:?}");
}

#[tokio::test]
async fn an_order_paid_from_the_balance_has_one_message() {
    let shop = selling(By::Polling).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    tops_up(&shop, &anya).await;
    let pay = offered_for(&anya, "/buy 50", &["1:pay_balance"]).await;
    anya.tap(&pay).await;
    ends_well(&anya).await;
}

#[tokio::test]
async fn an_order_paid_by_invoice_has_one_message_wherever_it_is_looked_at() {
    let shop = selling(By::Webhook).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    let uuid = by_invoice(&shop, &anya, "/buy 50").await;
    let (_, names) = one(&anya, "○ Waiting for payment").await;
    assert_eq!(names, ["sent", "other_coin", "cancel", "menu"]);
    // The menu comes in a message of its own.
    let order = anya.sees_button("1:cancel").await;
    let menus = async || {
        let heard = anya.heard().await;
        heard
            .iter()
            .filter(|message| button(message, "1:stars").is_some())
            .count()
    };
    let before = menus().await;
    anya.tap(&button(&order, "1:menu").unwrap()).await;
    eventually("the menu", async || match menus().await {
        found if found == before + 1 => Ok(()),
        found => Err(found),
    })
    .await;
    one(&anya, "○ Waiting for payment").await;
    // From the list it moves to where it is looked at, and so by the link of the pay page.
    anya.say("/orders").await;
    let list = anya.sees_button("1:order:").await;
    let open = button(&list, "1:order:").unwrap();
    anya.tap(&open).await;
    let moved = list["message_id"].clone();
    anya.sees("the order in the list's message", |message| {
        message["message_id"] == moved && button(message, "1:cancel").is_some()
    })
    .await;
    one(&anya, "○ Waiting for payment").await;
    let id = open.split(':').nth(2).unwrap();
    anya.say(&format!("/start o_{id}")).await;
    anya.sees("the order in a new message", |message| {
        message["message_id"].as_i64() > moved.as_i64() && button(message, "1:cancel").is_some()
    })
    .await;
    one(&anya, "○ Waiting for payment").await;
    shop.emulators.pay(&uuid, "exact").await;
    ends_well(&anya).await;
}

#[tokio::test]
async fn a_missing_part_paid_by_invoice_is_shown_once_through_a_restart() {
    let mut shop = selling(By::Polling).await;
    let uuid = {
        let anya = anya(&shop).await;
        anya.say("/start").await;
        tops_up(&shop, &anya).await;
        let uuid = by_invoice(&shop, &anya, "/buy 1000").await;
        let (words, _) = one(&anya, "○ Waiting for payment").await;
        assert!(words.contains("comes from your balance"), "{words}");
        uuid
    };
    shop.daemon.kill();
    shop.emulators.pay(&uuid, "exact").await;
    // What was being told when the daemon died is told again: nothing is, while it waits there.
    shop.daemon.set("PAUSE_AT", "offer:before");
    shop.daemon.resume().await;
    {
        let anya = anya(&shop).await;
        one(&anya, "✓ Paid $").await;
        anya.sees("the payment is told", |message| {
            text(message).starts_with("Payment of $")
        })
        .await;
    }
    shop.daemon.kill();
    shop.daemon.take_back("PAUSE_AT");
    shop.daemon.resume().await;
    let anya = anya(&shop).await;
    ends_well(&anya).await;
}

#[tokio::test]
async fn an_order_placed_for_somebody_is_shown_to_them() {
    let shop = selling(By::Polling).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    offered_for(&anya, "/buy 50", &["1:confirm"]).await;
    let wish = json!({"product": "stars", "quantity": 50, "recipient": "boris", "pay": "invoice"});
    let path = format!("/admin/v1/users/{ANYA}/orders");
    let (status, placed) = shop
        .door()
        .ask(reqwest::Method::POST, &path, Some(&wish), Some("for-anya"))
        .await
        .unwrap();
    assert_eq!(status, 201, "{placed}");
    one(&anya, "to pay").await;
    let invoices = shop.emulators.invoices().await;
    let uuid = invoices.last().and_then(|invoice| invoice["uuid"].as_str());
    shop.emulators.pay(uuid.unwrap(), "exact").await;
    let (_, names) = one(&anya, "✓ Delivered").await;
    assert_eq!(names, ["again", "menu"]);
}
