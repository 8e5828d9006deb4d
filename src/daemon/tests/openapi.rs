//! The document of the admin API: whole, and true.

use actix_web::test::TestRequest;
use serde_json::Value;

use super::shop::{Shop, admin};

async fn document(shop: &Shop) -> Value {
    let answer = shop
        .send(TestRequest::get().uri("/admin/openapi.json"))
        .await;
    assert_eq!(answer.status, 200);
    let again = shop
        .send(TestRequest::get().uri("/admin/v1/openapi.json"))
        .await;
    assert_eq!(again.body, answer.body);
    answer.body
}

/// Every place in the document that names a schema.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.get("$ref") {
                found.push(name.rsplit('/').next().unwrap().to_owned());
            }
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[actix_web::test]
async fn every_route_that_is_documented_is_there_and_no_other_is_served() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 25, "{paths:?}");
    for (pattern, item) in paths {
        let path = pattern
            .replace("{telegram_id}", "7")
            .replace(['{', '}'], "");
        for method in ["get", "post"] {
            let request = match method {
                "get" => TestRequest::get(),
                _ => TestRequest::post(),
            };
            let answer = shop.send(admin(request.uri(&path))).await;
            let served = answer.status != 405 && !answer.body.to_string().contains("nothing at");
            let documented = item.get(method).is_some();
            assert_eq!(
                served, documented,
                "{method} {pattern}: {} {}",
                answer.status, answer.body
            );
        }
    }
    // Each route of the code is configured by a file of its own: what they name is what is documented.
    let sources = [
        include_str!("../../http/admin.rs"),
        include_str!("../../http/admin/acts.rs"),
        include_str!("../../http/admin/audit.rs"),
        include_str!("../../http/admin/books.rs"),
        include_str!("../../http/admin/breaks.rs"),
        include_str!("../../http/admin/buying.rs"),
        include_str!("../../http/admin/invoices.rs"),
        include_str!("../../http/admin/live.rs"),
        include_str!("../../http/admin/logins.rs"),
        include_str!("../../http/admin/machine.rs"),
        include_str!("../../http/admin/money.rs"),
        include_str!("../../http/admin/notices.rs"),
        include_str!("../../http/admin/orders.rs"),
        include_str!("../../http/admin/prices.rs"),
        include_str!("../../http/admin/sales.rs"),
        include_str!("../../http/admin/users.rs"),
        include_str!("../../http/admin/wallets.rs"),
    ];
    let named = sources
        .iter()
        .flat_map(|source| source.split("resource(\"").skip(1));
    let mut named: Vec<String> = named
        .map(|rest| rest.split('"').next().unwrap())
        .map(|path| match path.starts_with("/health") {
            true => path.to_owned(),
            false => format!("/admin/v1{path}"),
        })
        .collect();
    named.sort();
    let documented: Vec<String> = paths.keys().cloned().collect();
    assert_eq!(named, documented);
}

#[actix_web::test]
async fn every_schema_that_is_named_is_there_and_every_operation_says_its_scope() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut named = Vec::new();
    references(&document, &mut named);
    for name in &named {
        assert!(schemas.contains_key(name), "{name} is named and not there");
    }
    for name in schemas.keys() {
        assert!(named.contains(name), "{name} is there and not named");
    }
    let paths = document["paths"].as_object().unwrap();
    let mut ids = Vec::new();
    for operation in paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
    {
        let says = operation["description"].as_str().unwrap();
        assert!(says.starts_with("Scope: `"), "{says}");
        ids.push(operation["operationId"].as_str().unwrap().to_owned());
        for status in ["401", "403", "429", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{operation}");
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "{ids:?}");
}

#[actix_web::test]
async fn the_page_loads_nothing_from_elsewhere_and_is_closed_with_the_api() {
    let shop = Shop::open().await;
    let page = shop.send(TestRequest::get().uri("/admin/docs")).await;
    assert_eq!(page.status, 200);
    let text = page.body.as_str().unwrap();
    assert!(
        !text.contains("http://") && !text.contains("https://"),
        "{text}"
    );
    assert!(!text.contains(" src="), "{text}");
    let policy = page
        .headers
        .iter()
        .find(|(name, _)| name == "content-security-policy");
    assert!(policy.unwrap().1.contains("default-src 'none'"));
    let closed = Shop::with(None).await;
    for path in [
        "/admin/docs",
        "/admin/openapi.json",
        "/admin/v1/openapi.json",
    ] {
        let answer = closed.send(TestRequest::get().uri(path)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "admin_closed"),
            "{path}"
        );
    }
}
