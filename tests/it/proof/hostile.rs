//! What nobody honest sends, through the real port: a clear answer, one line of the log without the
//! body, and no change of anything.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use serde_json::{Value, json};

use crate::support::emulators::{MERCHANT, PAYMENT_KEY, PAYOUT_KEY, members, signed};
use crate::support::eventually;
use crate::support::shop::Shop;

/// A body and the status it is answered with.
struct Attack {
    name: &'static str,
    body: Vec<u8>,
    status: u16,
}

fn attack(name: &'static str, status: u16, body: impl Into<Vec<u8>>) -> Attack {
    let body = body.into();
    Attack { name, body, status }
}

/// A shop in which one invoice is paid and the daemon does not know it yet.
async fn shop_with_a_secret() -> (Shop, Value) {
    let shop = Shop::open_untold(Vec::new()).await;
    let never = json!({"probability": "1"});
    shop.emulators.fault("webhook", "refuse", never).await;
    let opened = shop.door().open(7, "10").await;
    let uuid = opened["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    shop.emulators.act(uuid, "confirm", json!({})).await;
    (shop, opened)
}

/// Everything the daemon shows of its books.
async fn shown(shop: &Shop, opened: &Value) -> Vec<Value> {
    let door = shop.door();
    let name = opened["order_id"].as_str().expect("a name");
    let mut all = Vec::new();
    for path in [
        "/admin/v1/users/7",
        &format!("/admin/v1/invoices/{name}"),
        "/admin/v1/notices?user=7",
        "/admin/v1/notices",
        "/admin/v1/books",
    ] {
        all.push(door.look(path).await);
    }
    all
}

fn lines(shop: &Shop) -> Vec<String> {
    let log = shop.daemon.log();
    let about = |line: &&str| line.contains("webhook of heleket");
    log.lines().filter(about).map(str::to_owned).collect()
}

/// The lines behind so many; at least one, because the log is written beside the answer.
async fn lines_after(shop: &Shop, before: usize) -> Vec<String> {
    eventually("the log has a line about it", async || {
        let new = lines(shop).split_off(before);
        if new.is_empty() { Err("none") } else { Ok(new) }
    })
    .await
}

/// Exactly one more line than before, which tells nothing of the body.
async fn one_more_line(shop: &Shop, before: usize, attack: &Attack) -> String {
    let name = attack.name;
    let new = lines_after(shop, before).await;
    assert_eq!(new.len(), 1, "{name}: {new:?}");
    let line = new[0].clone();
    assert!(line.len() < 400, "{name}: {line}");
    let text = String::from_utf8_lossy(&attack.body);
    for word in text.split(|letter: char| !letter.is_alphanumeric()) {
        // Long words of a body are names, addresses and sums of somebody.
        assert!(
            word.len() < 12 || !line.contains(word),
            "{name}: {word} in {line}"
        );
    }
    line
}

fn attacks(opened: &Value) -> Vec<Attack> {
    let members = members(opened, "paid");
    let mut all = forged(&members);
    all.extend(malformed(&members));
    all.extend(requests(opened["order_id"].as_str().expect("a name")));
    all
}

fn forged(members: &str) -> Vec<Attack> {
    let good = signed(members, PAYMENT_KEY);
    let by = |key| signed(members, key);
    vec![
        attack("forged: another key", 401, by("another-merchants-key")),
        attack("wrong merchant: the key of payouts", 401, by(PAYOUT_KEY)),
        attack("forged: a name as the key", 401, by(MERCHANT)),
        attack(
            "forged: changed afterwards",
            401,
            good.replace("10.00", "99.00"),
        ),
        attack("forged: no signature", 401, members),
    ]
}

fn malformed(members: &str) -> Vec<Attack> {
    let good = signed(members, PAYMENT_KEY);
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let nested = signed(&members.replacen("null", &deep, 1), PAYMENT_KEY);
    let pad = format!(r#"{{"pad":"{}","#, "x".repeat(66_000));
    let huge = signed(&members.replacen('{', &pad, 1), PAYMENT_KEY);
    let odd: Vec<u8> = good.bytes().map(|byte| byte | 0x80).collect();
    let twice = good.replacen('{', r#"{"status":"paid","#, 1);
    vec![
        attack("truncated", 400, &good.as_bytes()[..good.len() / 2]),
        attack("empty", 400, ""),
        attack("two of them", 400, format!("{good}{good}")),
        attack("no JSON", 400, "<html>500 Internal Server Error</html>"),
        attack("a list", 400, format!("[{good}]")),
        attack("huge and signed", 413, huge),
        attack("huge: ten megabytes", 413, vec![b' '; 10_000_000]),
        attack("deeply nested", 400, deep),
        attack("deeply nested and signed", 400, nested),
        attack("not UTF-8", 400, [good.as_bytes(), b"\xff\xfe"].concat()),
        attack("not UTF-8 at all", 400, odd),
        attack("the same name twice", 400, twice),
    ]
}

/// Our own requests are signed with the same key.
fn requests(order: &str) -> Vec<Attack> {
    [
        format!(r#"{{"order_id":"{order}"}}"#),
        format!(r#"{{"amount":"10.00","currency":"USD","order_id":"{order}","lifetime":3600}}"#),
        format!(
            r#"{{"url_callback":"https://shop.example/","currency":"USDT","network":"ton","status":"paid","order_id":"{order}"}}"#
        ),
    ]
    .map(|request| attack("a signed request", 400, signed(&request, PAYMENT_KEY)))
    .into()
}

#[tokio::test]
async fn hostile_bodies_change_nothing_and_are_told_in_one_line() {
    let (shop, opened) = shop_with_a_secret().await;
    let before = shown(&shop, &opened).await;
    for attack in attacks(&opened) {
        let there = lines(&shop).len();
        let status = shop.door().tell(attack.body.clone()).await;
        assert_eq!(status, Ok(attack.status), "{}", attack.name);
        let line = one_more_line(&shop, there, &attack).await;
        assert!(line.contains("WARN"), "{}: {line}", attack.name);
        assert_eq!(shown(&shop, &opened).await, before, "{}", attack.name);
    }
    // What was refused all along is taken when the gateway itself says it.
    let body = signed(&members(&opened, "paid"), PAYMENT_KEY);
    assert_eq!(shop.door().tell(body).await, Ok(200));
    assert_eq!(shop.door().balance(7).await, Ok(10_000_000));
}

#[tokio::test]
async fn a_replayed_webhook_is_a_duplicate() {
    let (shop, opened) = shop_with_a_secret().await;
    let body = signed(&members(&opened, "paid"), PAYMENT_KEY);
    assert_eq!(shop.door().tell(body.clone()).await, Ok(200));
    let mut told = lines_after(&shop, 0).await.len();
    let mut before = shown(&shop, &opened).await;
    for _ in 0..5 {
        assert_eq!(shop.door().tell(body.clone()).await, Ok(200));
        let new = lines_after(&shop, told).await;
        assert_eq!(new.len(), 1, "{new:?}");
        assert!(new[0].contains("duplicate"), "{new:?}");
        told += 1;
        let after = shown(&shop, &opened).await;
        assert_eq!(after, before);
        before = after;
    }
}

/// Signed with our key, about an invoice that is not in the books, nor at the gateway.
#[tokio::test]
async fn a_webhook_about_a_strangers_invoice_is_taken_and_means_nothing() {
    let (shop, opened) = shop_with_a_secret().await;
    let before = shown(&shop, &opened).await;
    let mut stranger = opened.clone();
    stranger["uuid"] = json!("00000000-0000-4000-8000-000000000000");
    for order in [
        "another-shops-order",
        opened["order_id"].as_str().expect("a name"),
    ] {
        stranger["order_id"] = json!(order);
        let body = signed(&members(&stranger, "paid"), PAYMENT_KEY);
        assert_eq!(shop.door().tell(body).await, Ok(200), "{order}");
        assert_eq!(shown(&shop, &opened).await, before, "{order}");
    }
}

#[tokio::test]
async fn a_request_that_breaks_off_changes_nothing() {
    let (shop, opened) = shop_with_a_secret().await;
    let before = shown(&shop, &opened).await;
    let body = signed(&members(&opened, "paid"), PAYMENT_KEY);
    let mut line = TcpStream::connect(("127.0.0.1", shop.door().port)).expect("it listens");
    let head = format!(
        "POST /webhook/heleket HTTP/1.1\r\nhost: shop\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).expect("the head goes out");
    let half = &body.as_bytes()[..body.len() / 2];
    line.write_all(half).expect("half of the body goes out");
    line.shutdown(Shutdown::Write).expect("and no more");
    let mut answer = String::new();
    // Whether a line that is half closed is answered is not our affair.
    let _maybe = line.read_to_string(&mut answer);
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(shown(&shop, &opened).await, before);
}

#[tokio::test]
async fn without_a_key_the_callback_is_closed() {
    let off = ["MERCHANT_UUID", "API_KEY", "PAYOUT_API_KEY"];
    let shop = Shop::open(off.map(|name| (name, String::new())).into()).await;
    let opened = json!({"uuid": "0b0c5a52-1111-4222-8333-944455566677", "order_id": "ord-1001", "amount": "10.00"});
    for body in [
        signed(&members(&opened, "paid"), PAYMENT_KEY),
        signed(&members(&opened, "paid"), ""),
        members(&opened, "paid"),
    ] {
        let there = lines(&shop).len();
        let attack = attack("no key", 503, body);
        assert_eq!(shop.door().tell(attack.body.clone()).await, Ok(503));
        one_more_line(&shop, there, &attack).await;
    }
    let books = shop.door().look("/admin/v1/books").await;
    assert_eq!(books["usd"], json!({}), "{books}");
}
