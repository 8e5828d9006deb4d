//! Whence webhooks are taken, besides their signature.

use actix_web::test::TestRequest;
use starkeeper::http::heleket_webhook::PATH;

use super::shop::{HELEKET, Shop};

fn from(peer: &str, forwarded: Option<&str>, body: &str) -> TestRequest {
    let mut request = TestRequest::post()
        .uri(PATH)
        .peer_addr(peer.parse().unwrap());
    if let Some(forwarded) = forwarded {
        request = request.insert_header(("X-Forwarded-For", forwarded));
    }
    request.set_payload(body.to_owned())
}

#[actix_web::test]
async fn a_signed_webhook_from_elsewhere_is_forbidden() {
    let shop = Shop::open().await;
    shop.pay();
    let callback = shop.callback().await;
    let body = shop.paid();
    for (peer, forwarded, source) in [
        ("203.0.113.9:1000", None, "203.0.113.9"),
        ("203.0.113.9:1000", Some("31.133.220.8"), "203.0.113.9"),
        ("10.0.0.1:1000", None, "10.0.0.1"),
        (
            "10.0.0.1:1000",
            Some("31.133.220.8, 203.0.113.9"),
            "203.0.113.9",
        ),
        ("10.0.0.1:1000", Some("nobody"), "somewhere"),
    ] {
        let answer = callback.ask(from(peer, forwarded, &body)).await;
        assert_eq!(answer.status, 403, "{peer} {forwarded:?}");
        let line = shop.nothing_happened(body.as_bytes());
        assert!(line.contains(&format!("from {source} refused")), "{line}");
    }
}

#[actix_web::test]
async fn a_webhook_through_our_own_proxy_is_taken() {
    let shop = Shop::open().await;
    shop.pay();
    let callback = shop.callback().await;
    let body = shop.paid();
    for (peer, forwarded) in [
        (HELEKET, None),
        ("10.0.0.1:1000", Some("31.133.220.8")),
        ("10.0.0.1:1000", Some("1.2.3.4, 31.133.220.8, 10.0.0.1")),
    ] {
        let answer = callback.ask(from(peer, forwarded, &body)).await;
        assert_eq!(answer.status, 200, "{peer} {forwarded:?}");
    }
    assert!(shop.purse().available.is_positive());
}
