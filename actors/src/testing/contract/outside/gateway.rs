//! The gateway.

use std::collections::BTreeSet;

use super::Outside;
use crate::domain::Span;
use crate::domain::ids::{GatewayUuid, InvoiceId};
use crate::domain::invoice::{
    CreateRequest, GatewayStatus, LookUpBy, RefundCall, RefundRequest, RefundSum,
};
use crate::domain::money::MicroUsd;
use crate::ports::Failure;
use crate::ports::invoicing::GatewayRefused;
use crate::testing::contract::{given, rows, there};

fn wish(outside: &dyn Outside, id: i64) -> CreateRequest {
    let mut invoice = rows::invoice(id, 1);
    invoice.id = InvoiceId::new(id);
    invoice.gateway_order_id = outside.clock().fresh_gateway_order_id();
    invoice.create_request()
}

/// Whatever it says this time (Heleket's documentation): the same uuid, the same face.
pub async fn opening_again_answers_the_same_invoice(outside: &dyn Outside) {
    let gateway = outside.gateway();
    let wish = wish(outside, 31);
    let first = given(gateway.open(&wish).await, "an invoice");
    let again = given(gateway.open(&wish).await, "the same invoice");
    assert_eq!(first.uuid, again.uuid);
    let other = CreateRequest {
        face: MicroUsd::from_micros(1_000_000),
        ..wish
    };
    let again = given(gateway.open(&other).await, "the same invoice");
    assert_eq!((first.uuid, first.face), (again.uuid, again.face));
}

/// Rule 14.
pub async fn a_new_invoice_is_unpaid_and_ours(outside: &dyn Outside) {
    let wish = wish(outside, 31);
    let report = given(outside.gateway().open(&wish).await, "an invoice");
    assert_eq!(report.order_id, wish.order_id);
    assert_eq!((report.face, report.currency.as_str()), (wish.face, "USD"));
    assert_eq!(report.status, GatewayStatus::Check);
    assert!(!report.is_final);
    assert_eq!(report.payment_amount.unwrap_or_default().units(), 0);
    assert!(report.url.is_some(), "there must be a page to pay on");
    let expires_at = there(report.expires_at, "an expiry");
    let lives = expires_at - outside.clock().now();
    let asked = Span::seconds(i64::from(wish.lifetime_seconds));
    assert!(
        (lives - asked).abs() < Span::minutes(2),
        "lives for {lives}"
    );
}

/// Ours and the gateway's.
pub async fn an_invoice_is_found_by_both_names(outside: &dyn Outside) {
    let gateway = outside.gateway();
    let wish = wish(outside, 31);
    let opened = given(gateway.open(&wish).await, "an invoice");
    let names = [
        LookUpBy::OrderId(wish.order_id.clone()),
        LookUpBy::Uuid(opened.uuid.clone()),
    ];
    for name in names {
        let found = given(gateway.report(&name).await, "a report");
        assert_eq!(found.uuid, opened.uuid);
        assert_eq!(found.order_id, wish.order_id);
    }
}

/// So that a lost creation can be told from a slow one.
pub async fn an_unknown_invoice_is_refused(outside: &dyn Outside) {
    let name = LookUpBy::OrderId(outside.clock().fresh_gateway_order_id());
    let answer = outside.gateway().report(&name).await;
    let unknown: Result<_, Failure<_>> = Err(Failure::Refused(GatewayRefused::NoSuchInvoice));
    assert_eq!(answer, unknown);
}

/// Page by page.
pub async fn the_list_shows_every_invoice_once(outside: &dyn Outside) {
    let gateway = outside.gateway();
    let since = outside.clock().now() - Span::minutes(1);
    let mut opened = BTreeSet::new();
    for id in 0..40 {
        let report = given(gateway.open(&wish(outside, 100 + id)).await, "an invoice");
        opened.insert(report.uuid);
    }
    let mut listed: Vec<GatewayUuid> = Vec::new();
    let mut cursor: Option<String> = None;
    for _page in 0..40 {
        let page = given(gateway.list(since, cursor.as_deref()).await, "a page");
        listed.extend(page.items.into_iter().map(|listed| listed.report.uuid));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(cursor, None, "the list does not end");
    let distinct: BTreeSet<GatewayUuid> = listed.iter().cloned().collect();
    assert_eq!(distinct, opened);
    assert_eq!(listed.len(), opened.len(), "an invoice is listed twice");
}

/// And nothing happens.
pub async fn an_unpaid_invoice_cannot_be_refunded(outside: &dyn Outside) {
    let gateway = outside.gateway();
    let opened = given(gateway.open(&wish(outside, 31)).await, "an invoice");
    let call = RefundCall {
        uuid: opened.uuid.clone(),
        request: RefundRequest {
            sum: RefundSum::All,
            address: "somewhere".into(),
            shop_pays_fee: false,
        },
    };
    let answer = gateway.refund(&call).await;
    let refused = matches!(answer, Err(Failure::Refused(_)));
    assert!(refused, "{answer:?}");
    let after = given(
        gateway.report(&LookUpBy::Uuid(opened.uuid)).await,
        "a report",
    );
    assert_eq!(after.status, GatewayStatus::Check);
}
