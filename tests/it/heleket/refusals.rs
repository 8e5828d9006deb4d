//! What the gateway refuses, and what the caller is told.

use starkeeper_actors::domain::invoice::LookUpBy;
use starkeeper_actors::ports::invoicing::GatewayRefused;
use starkeeper_actors::ports::{Failure, Invoicing};

use super::host::{Host, ok, status};
use super::{client, fixture, is_unknown, order_id, refund, request, uuid};

fn refused(text: &str) -> Failure<GatewayRefused> {
    Failure::Refused(GatewayRefused::Request { text: text.into() })
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_not_tried_again() {
    let host = Host::answering([status(401, fixture!("heleket_401.json"))]).await;
    let answer = client(&host).open(&request()).await;
    assert_eq!(answer, Err(Failure::Refused(GatewayRefused::Key)));
    host.only();
}

#[tokio::test]
async fn an_unknown_invoice_is_refused_by_name() {
    let missing = || status(422, fixture!("heleket_422_not_found.json"));
    let host = Host::answering([missing(), missing(), missing()]).await;
    let client = client(&host);
    let unknown = Failure::Refused(GatewayRefused::NoSuchInvoice);
    let by_uuid = LookUpBy::Uuid(uuid());
    assert_eq!(client.report(&by_uuid).await, Err(unknown.clone()));
    assert_eq!(client.resend(&uuid()).await, Err(unknown.clone()));
    assert_eq!(client.refund(&refund()).await, Err(unknown));
    assert_eq!(host.seen().len(), 3);
}

#[tokio::test]
async fn a_creation_is_refused_when_the_invoice_is_not_there_either() {
    for (body, text) in [
        (
            fixture!("heleket_422_minimum.json"),
            "Minimum amount 0.5 USDT",
        ),
        (
            fixture!("heleket_422_errors.json"),
            "amount: validation.required",
        ),
    ] {
        let missing = fixture!("heleket_422_not_found.json");
        let host = Host::answering([status(422, body), status(422, missing)]).await;
        assert_eq!(client(&host).open(&request()).await, Err(refused(text)));
        assert_eq!(host.seen()[1].text(), r#"{"order_id":"ord-1001"}"#);
    }
}

/// Heleket's documentation and its clients differ in what a known order id is answered with.
#[tokio::test]
async fn a_known_order_id_is_its_invoice_however_the_gateway_says_so() {
    let host = Host::answering([
        status(422, fixture!("heleket_422_order_id.json")),
        ok(fixture!("heleket_created.json")),
    ])
    .await;
    let report = client(&host).open(&request()).await.unwrap();
    assert_eq!((report.uuid, report.order_id), (uuid(), order_id()));
}

#[tokio::test]
async fn a_refused_creation_that_cannot_be_looked_up_is_unknown() {
    let down = || status(500, fixture!("heleket_500.json"));
    let host = Host::answering([
        status(422, fixture!("heleket_422_order_id.json")),
        down(),
        down(),
        down(),
    ])
    .await;
    let answer = client(&host).open(&request()).await;
    assert!(is_unknown(&answer), "{answer:?}");
}

#[tokio::test]
async fn a_refund_is_refused_once_and_in_the_gateways_words() {
    let host = Host::answering([status(422, fixture!("heleket_422_refund.json"))]).await;
    let answer = client(&host).refund(&refund()).await;
    assert_eq!(
        answer,
        Err(refused("Refunds are made only for completed payments"))
    );
    host.only();
}

#[tokio::test]
async fn an_answer_about_another_invoice_is_none() {
    let other = |from: &str, to: &str| {
        let body = String::from_utf8(fixture!("heleket_created.json").to_vec()).unwrap();
        assert!(body.contains(from));
        ok(body.replace(from, to).as_bytes())
    };
    let host = Host::answering([
        other("ord-1001", "ord-9999"),
        other("ord-1001", "ord-9999"),
        other("0b0c5a52-1111", "0b0c5a52-2222"),
    ])
    .await;
    let client = client(&host);
    assert!(is_unknown(&client.open(&request()).await));
    assert!(is_unknown(
        &client.report(&LookUpBy::OrderId(order_id())).await
    ));
    assert!(is_unknown(&client.report(&LookUpBy::Uuid(uuid())).await));
}
