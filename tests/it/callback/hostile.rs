//! What nobody honest sends: a clear refusal, one line of the log without the body, and no change.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use starkeeper::http::heleket_webhook::{LARGEST, PATH};

use super::shop::{Callback, HELEKET, PAYMENT_KEY, PAYOUT_KEY, Shop, signed};

/// The status and the code in the body.
async fn refused(shop: &Shop, body: &[u8], status: u16, code: &str) {
    let answer = shop.tell(body).await;
    assert_eq!(answer.status, status, "{answer:?}");
    let shown: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(shown["error"]["code"], code, "{answer:?}");
    let line = shop.nothing_happened(body);
    assert!(
        line.contains("WARN") && line.contains("31.133.220.8"),
        "{line}"
    );
}

#[actix_web::test]
async fn forged_bodies_are_unauthorised() {
    let shop = Shop::open().await;
    shop.pay();
    let good = shop.paid();
    let sign = good.split(r#""sign":""#).nth(1).unwrap().replace("\"}", "");
    let of_sign = |sign: &str| {
        format!(
            r#"{},"sign":{sign}}}"#,
            shop.members("paid").trim_end_matches('}')
        )
    };
    let upper = of_sign(&format!("\"{}\"", sign.to_uppercase()));
    for body in [
        // Another key: another merchant, or the key of payouts.
        signed(&shop.members("paid"), "some-other-merchants-key"),
        signed(&shop.members("paid"), PAYOUT_KEY),
        // Changed after it was signed.
        good.replace("10.00000000", "99.00000000"),
        good.replace("confirm", "paid")
            .replace(r#""is_final":true"#, r#""is_final":false"#),
        // No signature, or one that is none.
        shop.members("paid"),
        of_sign("null"),
        of_sign("\"\""),
        of_sign("0"),
        of_sign(&format!("[\"{sign}\"]")),
        upper,
        // Of another kind than its key.
        signed(
            &shop.members("paid").replace("\"payment\"", "\"payout\""),
            PAYMENT_KEY,
        ),
    ] {
        refused(&shop, body.as_bytes(), 401, "unauthorised").await;
    }
}

#[actix_web::test]
async fn bodies_that_are_no_webhook_are_malformed() {
    let shop = Shop::open().await;
    shop.pay();
    let good = shop.paid();
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let twice = good.replacen('{', r#"{"status":"paid","#, 1);
    let nested = signed(
        &shop.members("paid").replacen("null", &deep, 1),
        PAYMENT_KEY,
    );
    for body in [
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"<html>".to_vec(),
        b"uuid=1&order_id=2&status=paid".to_vec(),
        good.as_bytes()[..good.len() / 2].to_vec(),
        format!("{good}{good}").into_bytes(),
        format!("[{good}]").into_bytes(),
        [good.as_bytes(), b"\xff"].concat(),
        good.as_bytes().iter().map(|byte| byte | 0x80).collect(),
        deep.into_bytes(),
        nested.into_bytes(),
        twice.into_bytes(),
        b"\x1f\x8b\x08\x00".to_vec(),
    ] {
        refused(&shop, &body, 400, "malformed").await;
    }
}

/// Our own requests are signed with the same key, and are no secret to whoever sees the line.
#[actix_web::test]
async fn a_signed_request_is_no_webhook() {
    let shop = Shop::open().await;
    shop.pay();
    let name = &shop.invoice.gateway_order_id;
    for request in [
        format!(r#"{{"order_id":"{name}"}}"#),
        format!(r#"{{"amount":"10.00","currency":"USD","order_id":"{name}","lifetime":3600}}"#),
        format!(
            r#"{{"url_callback":"https://shop.example/","currency":"USDT","network":"ton","status":"paid","order_id":"{name}"}}"#
        ),
    ] {
        let body = signed(&request, PAYMENT_KEY);
        refused(&shop, body.as_bytes(), 400, "malformed").await;
    }
}

#[actix_web::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let shop = Shop::open().await;
    shop.pay();
    let padded = |size: usize| {
        let empty = signed(
            &shop.members("paid").replacen('{', r#"{"pad":"","#, 1),
            PAYMENT_KEY,
        );
        let pad = format!(r#"{{"pad":"{}","#, "x".repeat(size - empty.len()));
        signed(&shop.members("paid").replacen('{', &pad, 1), PAYMENT_KEY)
    };
    refused(&shop, padded(LARGEST + 1).as_bytes(), 413, "too_large").await;
    refused(&shop, &vec![b' '; 1_000_000], 413, "too_large").await;
    let largest = padded(LARGEST);
    assert_eq!(largest.len(), LARGEST);
    assert_eq!(shop.tell(largest).await.status, 200);
}

#[actix_web::test]
async fn without_a_key_nothing_is_believed() {
    let shop = Shop::open().await;
    shop.pay();
    let mut webhook = shop.webhook();
    webhook.check = None;
    let callback = Callback::of(webhook).await;
    let request = TestRequest::post()
        .uri(PATH)
        .peer_addr(HELEKET.parse().unwrap());
    let answer = callback.ask(request.set_payload(shop.paid())).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    let line = shop.nothing_happened(shop.paid().as_bytes());
    assert!(line.contains("API_KEY is not set"), "{line}");
}

#[actix_web::test]
async fn only_post_is_taken() {
    let shop = Shop::open().await;
    let callback = shop.callback().await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let peer = HELEKET.parse().unwrap();
        let request = TestRequest::with_uri(PATH).method(method).peer_addr(peer);
        let answer = callback.ask(request.set_payload(shop.paid())).await;
        assert_eq!(answer.status, 405);
    }
    assert_eq!(shop.looks(), 0);
}
