//! An operator's evening: an order stands still, its price goes back, sales rest and go on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;

use super::*;
use crate::telegram::delivered::knock;

const OLGA: i64 = 9;

/// Taps the newest button whose data begin so, once it is there.
async fn taps(phone: &Phone<'_>, data: &str) -> String {
    let message = phone.sees_button(data).await;
    let found = button(&message, data).expect("it was seen");
    phone.tap(&found).await;
    found
}

/// What stands in the audit log about a subject, oldest first: act, who, why, outcome.
async fn audited(shop: &Shop, subject: &str) -> Vec<[String; 4]> {
    let path = format!("/admin/v1/audit?subject={subject}");
    let shown = shop.door().look(&path).await;
    let lines = shown["audit"].as_array().expect("a list").iter().rev();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    lines
        .map(|line| ["act", "who", "reason", "outcome"].map(|name| text(&line[name])))
        .collect()
}

/// A tap on a button that nobody was shown.
async fn forged(shop: &Shop, person: i64, data: &str) {
    let tap = json!({"update_id": 900_000_001, "callback_query": {"id": "77", "chat_instance": "1",
        "from": {"id": person, "is_bot": false, "first_name": "Anya", "language_code": "en"},
        "data": data,
        "message": {"message_id": 1, "date": 0, "chat": {"id": person, "type": "private"}}}});
    let (status, answer) = knock(shop, Some(SECRET), tap.to_string()).await;
    assert_eq!(status, 200, "{answer}");
}

async fn is_paused(shop: &Shop, expected: bool) {
    eventually("sales rest or go on", async || {
        let shown = shop.door().glance("/admin/v1/sales").await?;
        let stops = shown["stops"].as_array().expect("a list").iter();
        let paused = stops.clone().any(|stop| stop["code"] == "operator");
        match paused == expected {
            true => Ok(()),
            false => Err(shown.to_string()),
        }
    })
    .await;
}

#[tokio::test]
async fn an_operator_refunds_a_parked_order_and_pauses_sales_and_nobody_else_does() {
    let operators = ("ADMIN_IDS", OLGA.to_string());
    let shop = selling_with(By::Webhook, vec![operators]).await;
    let olga = Phone::of(&shop.emulators, OLGA, Some("olga"), "en").await;
    let anya = anya(&shop).await;
    for phone in [&olga, &anya] {
        phone.say("/start").await;
        phone.sees_button("1:stars").await;
    }
    tops_up(&shop, &anya).await;
    let always = json!({"probability": "1"});
    let lie = shop
        .emulators
        .fault_of("fragment", "link_destination", "refuse", always);
    lie.await;
    let pay = offered(&anya).await;
    anya.tap(&pay).await;
    if pay.starts_with("1:confirm") {
        taps(&anya, "1:pay_balance").await;
    }

    // The notice leads to the order, and the order to its money.
    let to_order = "1:op:order.";
    let notice = olga
        .sees_within("an order needs a person", ENDING, |message| {
            text(message).contains("needs a person") && button(message, to_order).is_some()
        })
        .await;
    let order = button(&notice, to_order).expect("it was seen");
    let order = order.trim_start_matches(to_order).trim_end_matches(":~");
    let order = format!("ord_{order}");
    let path = format!("/admin/v1/orders/{order}");
    assert_eq!(shop.door().look(&path).await["state"], "parked");
    taps(&olga, to_order).await;
    taps(&olga, "1:op:refund.").await;
    let ready = taps(&olga, "1:op:why.customer").await;
    let sure = olga.sees_button("1:op:yes.").await;
    let yes = button(&sure, "1:op:yes.").expect("it was seen");
    assert_eq!(yes.rsplit('.').next(), ready.rsplit('.').next());
    // Twice, as an impatient thumb does.
    olga.tap(&yes).await;
    olga.tap(&yes).await;
    eventually("the price is back", async || {
        let shown = shop.door().glance(&path).await?;
        match (&shown["state"], shop.door().balance(ANYA).await?) {
            (state, 10_000_000) if state == "refunded" => Ok(()),
            _ => Err(shown.to_string()),
        }
    })
    .await;
    let refund = "POST /orders/{id}/refund";
    let line = |outcome: &str| {
        let why = "the customer asked for it";
        [refund, "tg/9", why, outcome].map(str::to_owned)
    };
    let lines = audited(&shop, &order).await;
    assert_eq!(lines, [line("asked"), line("done")]);

    nobody_else(&shop, &anya).await;
    pauses_and_goes_on(&shop, &olga).await;
    // New cookies: the message goes, and so do the words in every log.
    cookies(&shop, &olga).await;
}

/// Somebody who is no operator taps what only operators have.
async fn nobody_else(shop: &Shop, anya: &Phone<'_>) {
    anya.say("/admin").await;
    anya.sees("a word like any other", |message| {
        text(message).contains("100 @masha")
    })
    .await;
    forged(shop, ANYA, "1:op:pause.all").await;
    anya.sees("it is an old button", |message| {
        text(message).contains("button is out of date")
    })
    .await;
    is_paused(shop, false).await;
}

/// Sales rest, with a reason of one's own words, and go on.
async fn pauses_and_goes_on(shop: &Shop, olga: &Phone<'_>) {
    olga.say("/admin").await;
    for data in ["1:op:sales", "1:op:pause.all"] {
        taps(olga, data).await;
    }
    olga.sees_button("1:op:why.").await;
    olga.say("the till is being counted").await;
    taps(olga, "1:op:yes.").await;
    is_paused(shop, true).await;
    taps(olga, "1:op:open").await;
    taps(olga, "1:op:yes.").await;
    is_paused(shop, false).await;
    let paused = audited(shop, "sales/pause").await;
    let line = |outcome: &str| {
        let why = "the till is being counted";
        ["POST /sales/pause", "tg/9", why, outcome].map(str::to_owned)
    };
    assert_eq!(paused, [line("asked"), line("done")]);
    let resumed = audited(shop, "sales/resume").await;
    assert_eq!(resumed.len(), 2, "{resumed:?}");
}

/// A till is shown with a picture that another telephone reads.
async fn code(shop: &Shop, olga: &Phone<'_>) {
    let till = olga.sees_button("1:op:cookies.1").await;
    let copies = till["buttons"]
        .as_array()
        .expect("rows")
        .iter()
        .flat_map(|row| row.as_array());
    let address = copies
        .flatten()
        .find_map(|key| key["copy"].as_str())
        .expect("an address to copy");
    assert!(text(&till).contains(address), "{till}");
    let wallets = shop.door().look("/admin/v1/wallets").await;
    // The API names it by its hash, which stands behind the flags and the workchain.
    let bytes = URL_SAFE_NO_PAD.decode(address).expect("an address");
    let hash: String = bytes[2..34]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(wallets.to_string().contains(&hash), "{wallets}");
    let picture = shop
        .emulators
        .picture(till["photo"].as_str().expect("a picture"))
        .await;
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture))
        .read_info()
        .expect("a PNG");
    let mut bits = vec![0; reader.output_buffer_size().expect("a size")];
    let shape = reader.next_frame(&mut bits).expect("a picture");
    let (side, line) = (
        usize::try_from(shape.width).expect("a width"),
        shape.line_size,
    );
    let mut seen = rqrr::PreparedImage::prepare_from_bitmap(side, side, |x, y| {
        bits[y * line + x / 8] & (0x80 >> (x % 8)) == 0
    });
    let codes = seen.detect_grids();
    let read: Vec<String> = codes
        .iter()
        .map(|code| code.decode().expect("a code").1)
        .collect();
    assert_eq!(read, [format!("ton://transfer/{address}")]);
}

/// Sends new cookies that nobody is logged in with.
async fn cookies(shop: &Shop, olga: &Phone<'_>) {
    olga.say("/admin").await;
    for data in ["1:op:wallets", "1:op:till.1"] {
        taps(olga, data).await;
    }
    code(shop, olga).await;
    taps(olga, "1:op:cookies.1").await;
    let marker = "stel_ssid=marker-in-a-cookie; stel_dt=-60; stel_token=marker-in-a-token";
    olga.sees("they are asked for", |message| {
        text(message).contains("in one message")
    })
    .await;
    olga.say(marker).await;
    olga.sees_within("they are refused", ENDING, |message| {
        text(message).contains("Not done")
    })
    .await;
    let chat = olga.chat().await;
    let left = chat.iter().any(|message| text(message).contains("marker"));
    assert!(!left, "{chat:?}");
    assert!(!shop.daemon.log().contains("marker-in-a"));
    let (status, shown) = shop
        .door()
        .ask(Method::GET, "/admin/v1/audit?subject=till_1", None, None)
        .await
        .expect("the log");
    assert_eq!(status, 200);
    assert!(!shown.to_string().contains("marker-in-a"), "{shown}");
    assert_eq!(shown["audit"][0]["who"], "tg/9", "{shown}");
}
