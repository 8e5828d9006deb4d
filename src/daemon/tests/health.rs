//! Health, metrics, and what a stranger meets.

use actix_web::test::TestRequest;

use super::shop::Shop;
use crate::http::health::{Report, Status};

fn well() -> Report {
    Report {
        status: Status::Ok,
        ..Report::starting()
    }
}

async fn statuses(shop: &Shop) -> [u16; 3] {
    let mut all = [0; 3];
    let paths = ["/health", "/health/live", "/health/ready"];
    for (status, path) in all.iter_mut().zip(paths) {
        *status = shop.send(TestRequest::get().uri(path)).await.status;
    }
    all
}

#[actix_web::test]
async fn health_follows_the_report_and_says_what_is_wrong() {
    let shop = Shop::open().await;
    assert_eq!(statuses(&shop).await, [503, 200, 503], "starting");
    shop.health.send_replace(well());
    assert_eq!(statuses(&shop).await, [200, 200, 200], "well");
    shop.health.send_replace(Report {
        status: Status::Unwell,
        stalled: vec!["payment"],
        ..well()
    });
    assert_eq!(statuses(&shop).await, [503, 200, 200], "an actor is stuck");
    shop.health.send_replace(Report {
        status: Status::Unwell,
        books: Some("no answer in time".into()),
        ..well()
    });
    assert_eq!(statuses(&shop).await, [503, 200, 503], "the books are away");
    let told = shop.send(TestRequest::get().uri("/health")).await;
    assert_eq!(told.body["status"], "unwell");
    assert_eq!(told.body["books"], "no answer in time");
    shop.health.send_replace(Report {
        status: Status::Ending,
        ..well()
    });
    assert_eq!(statuses(&shop).await, [503, 200, 503], "ending");
    shop.health.send_replace(Report {
        status: Status::Unwell,
        fatal: Some("actor payment failed too often".into()),
        ..well()
    });
    assert_eq!(statuses(&shop).await, [503, 503, 503], "beyond repair");
}

#[actix_web::test]
async fn the_metrics_page_is_text_for_prometheus() {
    let shop = Shop::open().await;
    let page = shop.send(TestRequest::get().uri("/metrics")).await;
    assert_eq!(page.status, 200);
    let kind = (
        "content-type".to_owned(),
        "text/plain; version=0.0.4; charset=utf-8".to_owned(),
    );
    assert!(page.headers.contains(&kind), "{:?}", page.headers);
}

#[actix_web::test]
async fn a_stranger_is_told_in_json_what_was_wrong() {
    let shop = Shop::open().await;
    let nothing = shop.send(TestRequest::get().uri("/nothing")).await;
    assert_eq!((nothing.status, nothing.code()), (404, "not_found"));
    let method = shop.send(TestRequest::post().uri("/health")).await;
    assert_eq!((method.status, method.code()), (405, "method_not_allowed"));
    let long = format!("/health?{}", "x".repeat(3_000));
    let long = shop.send(TestRequest::get().uri(&long)).await;
    assert_eq!((long.status, long.code()), (400, "malformed"));
    for answer in [nothing, method, long] {
        for field in ["message", "hint"] {
            let text = answer.body["error"][field].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{}", answer.body);
        }
    }
}
