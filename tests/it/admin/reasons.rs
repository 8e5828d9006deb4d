//! Why something is done by hand: the document says where it must be said, and the API holds to it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::shop::Shop;

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "7" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether the schema of an operation's body demands a `reason`; none where it takes no body.
fn demands(document: &Value, operation: &Value) -> Option<bool> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let place = schema.as_str()?.trim_start_matches('#');
    let schema = document.pointer(place).expect("a schema of that name");
    assert!(
        schema["properties"]["reason"].is_object(),
        "{place} {schema}"
    );
    let required = schema["required"].as_array();
    Some(required.is_some_and(|all| all.contains(&json!("reason"))))
}

#[tokio::test]
async fn a_reason_is_demanded_exactly_where_the_document_demands_it() {
    let shop = Shop::open(Vec::new()).await;
    let document = shop.door().look("/admin/openapi.json").await;
    let paths = document["paths"].as_object().expect("paths");
    let mut demanded = Vec::new();
    for (path, operations) in paths {
        let Some(must) = demands(&document, &operations["post"]) else {
            continue;
        };
        for body in [json!({}), json!({"reason": "  "})] {
            let (door, place) = (shop.door(), filled(path));
            let asked = door.ask(Method::POST, &place, Some(&body), None).await;
            let (status, shown) = asked.expect("an answer");
            let refused = shown["error"]["code"] == "no_reason";
            assert_eq!(refused, must, "{path} {body}: {status} {shown}");
            assert!(!must || status == 422, "{path} {body}: {status}");
        }
        if must {
            demanded.push(path.trim_start_matches("/admin/v1"));
        }
    }
    demanded.sort_unstable();
    let expected = [
        "/breaks/settle",
        "/orders/{id}/deliver",
        "/orders/{id}/refund",
        "/prices",
        "/sales/pause",
        "/users/{telegram_id}/adjustments",
        "/wallets/{address}/assign",
        "/wallets/{address}/open",
    ];
    assert_eq!(demanded, expected);
}
