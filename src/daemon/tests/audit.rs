//! The log of what people did: nothing is done without a line, and the line says what came of it.

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use starkeeper_actors::testing::Fault;

use super::shop::{Answer, Shop, admin, invoice_request};

async fn lines(shop: &Shop) -> Vec<Value> {
    let answer = shop.get("/admin/v1/audit").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["audit"].as_array().unwrap().clone()
}

fn post(path: &str, body: &Value) -> TestRequest {
    admin(TestRequest::post().uri(path)).set_json(body)
}

#[actix_web::test]
async fn a_deed_is_announced_and_its_outcome_noted_without_naming_the_person() {
    let shop = Shop::open().await;
    assert_eq!(shop.ask("10", None).await.status, 201);
    let person = shop.get("/admin/v1/users/7").await;
    let [done, asked] = <[Value; 2]>::try_from(lines(&shop).await).unwrap();
    assert_eq!(asked["outcome"], "asked");
    assert_eq!(asked["who"], "token/admin");
    assert_eq!(asked["act"], "POST /users/{telegram_id}/invoices");
    assert_eq!(asked["detail"], "{\"amount\":\"10\"}");
    assert_eq!(asked["subject"], "a person without an account");
    assert_eq!(
        (&done["deed"], &done["outcome"]),
        (&asked["id"], &json!("done"))
    );
    assert_eq!(shop.ask("10", None).await.status, 201);
    let known = lines(&shop).await;
    assert_eq!(known[0]["subject"], person.body["customer"]);
    let of_person = format!("/admin/v1/audit?subject={}", person.text("customer"));
    let of_person = shop.get(&of_person).await;
    assert_eq!(of_person.body["audit"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn what_was_refused_stands_there_with_its_code_and_what_only_looks_does_not() {
    let shop = Shop::open().await;
    let _looked = shop.get("/admin/v1/books").await;
    assert_eq!(shop.ask("-1", None).await.status, 422);
    let nonsense = post("/admin/v1/users/7/invoices", &json!({"reason": "why not"}));
    assert_eq!(shop.send(nonsense).await.status, 400);
    let nothing = post("/admin/v1/nothing", &json!({}));
    assert_eq!(shop.send(nothing).await.status, 404);
    let lines = lines(&shop).await;
    let outcomes: Vec<&str> = lines
        .iter()
        .map(|it| it["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        ["refused/malformed", "asked", "refused/bad_amount", "asked"]
    );
    assert_eq!(lines[0]["reason"], "why not");
}

#[actix_web::test]
async fn what_cannot_be_announced_is_not_done() {
    let shop = Shop::open().await;
    let fault = Fault::NotDone;
    shop.world.books.fail_next(fault);
    let answer: Answer = shop.send(invoice_request("10", None)).await;
    assert_eq!((answer.status, answer.code()), (503, "books_unwritable"));
    assert!(lines(&shop).await.is_empty());
    assert_eq!(shop.world.gateway.names().len(), 0);
}

#[actix_web::test]
async fn cookies_stand_in_no_log() {
    let shop = Shop::selling().await;
    let secret = "stel_ssid=planted-in-a-cookie";
    let cookies = post(
        "/admin/v1/logins/till_1/cookies",
        &json!({ "cookies": secret }),
    );
    let _whatever = shop.send(cookies).await;
    let lines = lines(&shop).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0]["subject"], "till_1");
    assert!(!format!("{lines:?}").contains("planted"), "{lines:?}");
}
