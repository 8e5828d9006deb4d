//! What every call sends, and what comes of the recorded answer.

use std::sync::Arc;

use starkeeper::heleket::{AmlLink, Balances, Holding, TestWebhook};
use starkeeper_actors::domain::ids::{CustomerId, OrderId};
use starkeeper_actors::domain::invoice::{CoinChoice, GatewayStatus, LookUpBy, RefundSum};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};
use starkeeper_actors::domain::pricing::{SourceName, UsdPerTon};
use starkeeper_actors::ports::invoicing::GatewayRefused;
use starkeeper_actors::ports::{Clock, Failure, Invoicing, RateSource};
use starkeeper_actors::testing::TestClock;
use url::Url;

use super::host::{Host, Reply, ok};
use super::{
    MERCHANT, PAYMENT_KEY, PAYOUT_KEY, UUID, at, client, fixture, order_id, refund, request,
    settings, uuid,
};

#[tokio::test]
async fn creating_an_invoice_signs_exactly_the_bytes_it_sends() {
    let host = Host::answering([ok(fixture!("heleket_created.json"))]).await;
    let report = client(&host).open(&request()).await.unwrap();
    assert_eq!((report.uuid, report.order_id), (uuid(), order_id()));
    assert_eq!(report.face, MicroUsd::from_micros(12_340_000));
    assert_eq!(report.status, GatewayStatus::Check);
    assert_eq!(
        report.url,
        Some(format!("https://pay.heleket.com/pay/{UUID}"))
    );
    assert_eq!(report.expires_at, Some(at("2027-01-15T08:00:00Z")));

    let seen = host.only();
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("POST", "/v1/payment")
    );
    assert_eq!(
        seen.text(),
        r#"{"amount":"12.34","currency":"USD","order_id":"ord-1001","lifetime":3600,"accuracy_payment_percent":1,"is_payment_multiple":true,"additional_data":"cus_7","url_callback":"https://shop.example/webhook/heleket"}"#
    );
    assert!(seen.is_signed_with(PAYMENT_KEY));
    assert_eq!(seen.header("merchant"), Some(MERCHANT));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert!(
        seen.header("user-agent")
            .unwrap()
            .starts_with("starkeeper/")
    );
}

#[tokio::test]
async fn a_chosen_coin_and_the_way_back_are_sent_along() {
    let host = Host::answering([ok(fixture!("heleket_created.json"))]).await;
    let mut settings = settings(&host);
    settings.return_to = Some(Url::parse("https://t.me/shop_bot").unwrap());
    settings.callback = None;
    let client = starkeeper::heleket::HeleketClient::new(settings).unwrap();
    let mut request = request();
    request.coin = Some(CoinChoice {
        currency: "USDT".into(),
        network: "tron".into(),
    });
    request.order = Some(OrderId::new(17));
    client.open(&request).await.unwrap();
    let seen = host.only();
    assert_eq!(
        seen.text(),
        r#"{"amount":"12.34","currency":"USD","order_id":"ord-1001","to_currency":"USDT","network":"tron","lifetime":3600,"accuracy_payment_percent":1,"is_payment_multiple":true,"additional_data":"cus_7","url_return":"https://t.me/shop_bot?start=o_17","url_success":"https://t.me/shop_bot?start=o_17"}"#
    );
    assert!(seen.is_signed_with(PAYMENT_KEY));
}

#[tokio::test]
async fn an_invoice_is_looked_up_by_one_name_only() {
    let paid = || ok(fixture!("heleket_info_paid.json"));
    let host = Host::answering([paid(), paid()]).await;
    let client = client(&host);
    let by_uuid = client.report(&LookUpBy::Uuid(uuid())).await.unwrap();
    let by_name = client.report(&LookUpBy::OrderId(order_id())).await.unwrap();
    assert_eq!(by_uuid, by_name);
    assert_eq!(
        (by_uuid.status.clone(), by_uuid.is_final),
        (GatewayStatus::Paid, true)
    );
    assert_eq!(
        by_uuid.payment_amount,
        Some(CoinAmount::parse("12.34").unwrap())
    );
    let seen = host.seen();
    assert_eq!(seen[0].text(), format!(r#"{{"uuid":"{UUID}"}}"#));
    assert_eq!(seen[1].text(), r#"{"order_id":"ord-1001"}"#);
    for seen in seen {
        assert_eq!(seen.target, "/v1/payment/info");
        assert!(seen.is_signed_with(PAYMENT_KEY));
    }
}

#[tokio::test]
async fn a_compressed_answer_is_read_too() {
    let body = fixture!("heleket_info_paid.json.gz");
    let length = body.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n");
    let host = Host::answering([Reply::Raw([head.as_bytes(), body].concat())]).await;
    let report = client(&host).report(&LookUpBy::Uuid(uuid())).await.unwrap();
    assert_eq!(report.status, GatewayStatus::Paid);
    assert!(
        host.only()
            .header("accept-encoding")
            .unwrap()
            .contains("gzip")
    );
}

#[tokio::test]
async fn the_list_is_read_page_by_page_and_hides_nothing_behind_a_bad_item() {
    let pages = [
        ok(fixture!("heleket_list_1.json")),
        ok(fixture!("heleket_list_2.json")),
    ];
    let host = Host::answering(pages).await;
    let client = client(&host);
    let since = at("2026-11-21T07:00:00.5Z");
    let first = client.list(since, None).await.unwrap();
    // The third is another shop's, the fourth is a second too old.
    let names: Vec<_> = first
        .items
        .iter()
        .map(|it| it.report.order_id.to_string())
        .collect();
    assert_eq!(names, ["ord-1", "ord-2"]);
    assert_eq!(first.items[0].reference, Some(CustomerId::new(1)));
    assert_eq!(first.items[1].report.currency, "BTC");
    let cursor = first.next.unwrap();
    let second = client.list(since, Some(&cursor)).await.unwrap();
    assert_eq!(second.items[0].report.status, GatewayStatus::Locked);
    assert_eq!(second.next, None);

    let seen = host.seen();
    assert_eq!(seen[0].target, "/v1/payment/list");
    assert_eq!(
        seen[1].target,
        "/v1/payment/list?cursor=eyJpZCI6MTV9%2B%2F%3D%26x"
    );
    for seen in seen {
        assert_eq!(seen.text(), r#"{"date_from":"2026-11-21 07:00:00"}"#);
        assert!(seen.is_signed_with(PAYMENT_KEY));
    }
}

#[tokio::test]
async fn a_list_that_goes_round_in_circles_is_an_error() {
    let host = Host::answering([ok(fixture!("heleket_list_1.json"))]).await;
    let answer = client(&host)
        .list(at("2026-11-01T00:00:00Z"), Some("eyJpZCI6MTV9+/=&x"))
        .await;
    assert!(matches!(answer, Err(Failure::Unknown { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_webhook_is_asked_for_again() {
    let host = Host::answering([ok(fixture!("heleket_nothing.json"))]).await;
    client(&host).resend(&uuid()).await.unwrap();
    let seen = host.only();
    assert_eq!(seen.target, "/v1/payment/resend");
    assert_eq!(seen.text(), format!(r#"{{"uuid":"{UUID}"}}"#));
    assert!(seen.is_signed_with(PAYMENT_KEY));
}

#[tokio::test]
async fn a_refund_is_signed_with_the_payout_key() {
    let nothing = || ok(fixture!("heleket_nothing.json"));
    let host = Host::answering([nothing(), nothing()]).await;
    let client = client(&host);
    client.refund(&refund()).await.unwrap();
    let mut part = refund();
    part.request.shop_pays_fee = false;
    part.request.sum = RefundSum::Part {
        hold: MicroUsd::from_micros(1_000_000),
        coins: CoinAmount::parse("0.50000000").unwrap(),
    };
    client.refund(&part).await.unwrap();
    let seen = host.seen();
    let head = format!(r#"{{"uuid":"{UUID}","address":"TExampleAddr1111111111111111111111","#);
    assert_eq!(seen[0].text(), format!(r#"{head}"is_subtract":true}}"#));
    assert_eq!(
        seen[1].text(),
        format!(r#"{head}"is_subtract":false,"amount":"0.5"}}"#)
    );
    for seen in seen {
        assert_eq!(seen.target, "/v1/payment/refund");
        assert!(seen.is_signed_with(PAYOUT_KEY));
    }
}

#[tokio::test]
async fn without_the_payout_key_refunds_are_off_and_nothing_is_sent() {
    let host = Host::answering([]).await;
    let mut settings = settings(&host);
    settings.payout_key = None;
    let client = starkeeper::heleket::HeleketClient::new(settings).unwrap();
    let refused = client.refund(&refund()).await.unwrap_err();
    let Failure::Refused(GatewayRefused::Request { text }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(text, "refunds are off: PAYOUT_API_KEY is not set");
    assert!(host.seen().is_empty());
}

#[tokio::test]
async fn the_rate_of_a_ton_is_public_and_dated_by_our_clock() {
    let host = Host::answering([ok(fixture!("heleket_rate_ton.json"))]).await;
    let clock = Arc::new(TestClock::with_tokio());
    let source = starkeeper::heleket::HeleketRate::new(
        client(&host),
        Arc::<TestClock>::clone(&clock),
        SourceName::parse("heleket").unwrap(),
    );
    let before = clock.now();
    let seen = source.rate().await.unwrap();
    assert_eq!(source.name(), "heleket");
    assert_eq!(seen.source.as_str(), "heleket");
    // 2.34567890 rounded up to the millionth.
    assert_eq!(seen.value, UsdPerTon::new(2_345_679).unwrap());
    assert!(seen.at >= before && seen.at <= clock.now());
    let request = host.only();
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("GET", "/v1/exchange-rate/TON/list")
    );
    assert_eq!(
        (request.header("sign"), request.header("merchant")),
        (None, None)
    );
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn balances_are_read() {
    let host = Host::answering([ok(fixture!("heleket_balance.json"))]).await;
    let holding = |currency: &str, amount: &str, micros| Holding {
        currency: currency.into(),
        amount: CoinAmount::parse(amount).unwrap(),
        worth: Some(MicroUsd::from_micros(micros)),
    };
    let expected = Balances {
        merchant: vec![
            holding("USDT", "12.0932", 12_090_000),
            holding("TON", "0", 0),
        ],
        user: vec![],
    };
    assert_eq!(client(&host).balance().await, Ok(expected));
    let seen = host.only();
    assert_eq!((seen.target.as_str(), seen.text()), ("/v1/balance", "{}"));
    assert!(seen.is_signed_with(PAYMENT_KEY));
}

#[tokio::test]
async fn pictures_questionnaires_and_test_webhooks_are_asked_for() {
    let host = Host::answering([
        ok(fixture!("heleket_qr.json")),
        ok(fixture!("heleket_aml_links.json")),
        ok(fixture!("heleket_nothing.json")),
    ])
    .await;
    let client = client(&host);
    let png = client.qr(&uuid()).await.unwrap();
    assert_eq!(png, b"\x89PNG\r\n\x1a\n");
    let link = AmlLink {
        link: Url::parse("https://aml.heleket.com/q/1").unwrap(),
        expires_at: Some(at("2026-05-13T11:32:38Z")),
        status: "init".into(),
    };
    assert_eq!(client.aml_links(&uuid()).await, Ok(vec![link]));
    let probe = TestWebhook {
        callback: Url::parse("https://shop.example/webhook/heleket").unwrap(),
        currency: "USDT".into(),
        network: "tron".into(),
        status: "paid".into(),
        order_id: Some(order_id()),
    };
    client.test_webhook(&probe).await.unwrap();
    let seen = host.seen();
    assert_eq!(seen[0].target, "/v1/payment/qr");
    assert_eq!(
        seen[0].text(),
        format!(r#"{{"merchant_payment_uuid":"{UUID}"}}"#)
    );
    assert_eq!(seen[1].target, "/v1/payment/aml-links");
    assert_eq!(seen[2].target, "/v1/test-webhook/payment");
    assert_eq!(
        seen[2].text(),
        r#"{"url_callback":"https://shop.example/webhook/heleket","currency":"USDT","network":"tron","status":"paid","order_id":"ord-1001"}"#
    );
    assert!(seen.iter().all(|seen| seen.is_signed_with(PAYMENT_KEY)));
}

#[tokio::test]
async fn the_path_of_a_base_url_is_kept() {
    let host = Host::answering([ok(fixture!("heleket_balance.json"))]).await;
    let mut settings = settings(&host);
    settings.url = host.url().join("gateway/heleket").unwrap();
    let client = starkeeper::heleket::HeleketClient::new(settings).unwrap();
    client.balance().await.unwrap();
    assert_eq!(host.only().target, "/gateway/heleket/v1/balance");
}
