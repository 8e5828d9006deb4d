//! The admin API: who gets in, what is opened, what is shown.

use actix_web::App;
use actix_web::dev::Service as _;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::test::{TestRequest, init_service};
use futures_util::future::join_all;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::payment::Deposit;
use starkeeper_actors::testing::{GatewayCall, GatewayFault};

use super::shop::{Shop, admin, invoice_request};

#[actix_web::test]
async fn without_a_token_in_the_settings_the_api_is_closed() {
    let shop = Shop::with(None).await;
    for path in ["/admin/v1/books", "/health/detailed", "/admin/v1/nothing"] {
        let answer = shop.get(path).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "admin_closed"),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn only_the_right_token_gets_in() {
    let shop = Shop::open().await;
    for shown in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic a token of the tests",
    ] {
        let request = TestRequest::get()
            .uri("/admin/v1/books")
            .insert_header((AUTHORIZATION, shown));
        let answer = shop.send(request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "unauthorised"),
            "{shown:?}"
        );
        let challenge = ("www-authenticate".to_owned(), "Bearer".to_owned());
        assert!(answer.headers.contains(&challenge));
    }
    let nobody = TestRequest::get().uri("/admin/v1/books");
    assert_eq!(shop.send(nobody).await.status, 401);
    assert_eq!(shop.get("/admin/v1/books").await.status, 200);
    assert_eq!(shop.get("/health/detailed").await.status, 200);
}

#[actix_web::test]
async fn a_token_without_the_scope_is_told_which_one_is_needed() {
    let shop = Shop::open().await;
    let with = |request: TestRequest, token: &str| {
        request.insert_header((AUTHORIZATION, format!("Bearer {token}")))
    };
    let books = || TestRequest::get().uri("/admin/v1/books");
    let invoice = || {
        TestRequest::post()
            .uri("/admin/v1/users/7/invoices")
            .set_json(serde_json::json!({ "amount": "10" }))
    };
    let order = || {
        TestRequest::post()
            .uri("/admin/v1/users/7/orders")
            .set_json(serde_json::json!({}))
    };
    let cases = [
        (books(), "read", "operate"),
        (books(), "read", "money"),
        (invoice(), "operate", "read"),
        (invoice(), "operate", "money"),
        (order(), "money", "read"),
        (order(), "money", "operate"),
    ];
    for (request, needed, shown) in cases {
        let answer = shop.send(with(request, shown)).await;
        assert_eq!((answer.status, answer.code()), (403, "wrong_scope"));
        let message = answer.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(&format!("scope `{needed}`")), "{message}");
        assert!(message.contains(&format!("only-{shown}")), "{message}");
    }
    assert_eq!(shop.send(with(books(), "read")).await.status, 200);
    assert_eq!(shop.send(with(invoice(), "operate")).await.status, 201);
    // The body is nonsense, so it got in.
    assert_eq!(shop.send(with(order(), "money")).await.status, 400);
}

#[actix_web::test]
async fn an_invoice_is_opened_paid_credited_and_told_once() {
    let shop = Shop::open().await;
    let opened = shop.ask("10", None).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert_eq!(opened.text("amount"), "10.00");
    assert_eq!(opened.text("state"), "open");
    for field in ["uuid", "url", "order_id", "expires_at", "invoice"] {
        assert!(!opened.text(field).is_empty(), "{field}: {}", opened.body);
    }
    let user = shop.get("/admin/v1/users/7").await;
    assert_eq!((user.status, user.text("balance")), (200, "0.00"));
    assert_eq!(user.body["open_invoices"][0]["uuid"], opened.body["uuid"]);
    shop.pay(&opened);
    assert_eq!(shop.report(&opened).await, Deposit::Stored);
    assert_eq!(shop.report(&opened).await, Deposit::Duplicate);
    let user = shop.get("/admin/v1/users/7").await;
    assert_eq!(user.text("balance"), "10.00");
    let told = shop.get("/admin/v1/notices?user=7").await;
    assert_eq!(told.body["notices"].as_array().unwrap().len(), 1);
    assert_eq!(told.body["notices"][0]["about"], "credited");
    assert_eq!(told.body["notices"][0]["state"], "waiting");
    let books = shop.get("/admin/v1/books").await;
    assert_eq!(books.body["balanced"], true);
    assert_eq!(books.body["usd"]["customers"], "10.00");
    for id in ["invoice", "order_id"] {
        let path = format!("/admin/v1/invoices/{}", opened.text(id));
        let shown = shop.get(&path).await;
        assert_eq!(
            (shown.status, shown.text("credited")),
            (200, "10.00"),
            "{path}"
        );
        assert_eq!(shown.text("gateway_status"), "paid");
    }
}

#[actix_web::test]
async fn amounts_that_cannot_be_are_refused_by_name() {
    let shop = Shop::open().await;
    let cases = [
        (
            "",
            "amount: USD amount \"\" is not valid: expected digits, found nothing",
        ),
        ("0", "amount: nothing is not an amount to pay"),
        (
            "-1",
            "amount: USD amount \"-1\" is not valid: expected an amount that is not negative",
        ),
        ("1.005", "amount: 1.005 USD is not whole cents"),
        (
            "100000.01",
            "amount: 100000.01 USD is more than 100000.00 USD at once",
        ),
        (
            "ten",
            "amount: USD amount \"ten\" is not valid: expected plain digits with at most one point between them, as in 1234.5",
        ),
    ];
    for (amount, message) in cases {
        let answer = shop.ask(amount, None).await;
        assert_eq!(
            (answer.status, answer.code()),
            (422, "bad_amount"),
            "{amount}"
        );
        assert_eq!(answer.body["error"]["message"], message);
    }
    assert_eq!(shop.world.gateway.calls(GatewayCall::Open), 0);
    assert_eq!(
        shop.get("/admin/v1/users/7").await.status,
        404,
        "no account"
    );
}

#[actix_web::test]
async fn bodies_that_cannot_be_read_are_refused_by_name() {
    let shop = Shop::open().await;
    let post = || admin(TestRequest::post().uri("/admin/v1/users/7/invoices"));
    let json = || post().insert_header((CONTENT_TYPE, "application/json"));
    let large = format!("{{\"amount\":\"{}\"}}", "1".repeat(5_000));
    let cases = [
        (post().set_payload("amount=10"), 400, "malformed"),
        (json().set_payload("{"), 400, "malformed"),
        (json().set_payload("{\"amount\":10}"), 400, "malformed"),
        (json().set_payload("{\"sum\":\"10\"}"), 400, "malformed"),
        (json().set_payload(large), 413, "too_large"),
        (
            json()
                .insert_header(("Idempotency-Key", "k".repeat(201)))
                .set_payload("{\"amount\":\"10\"}"),
            400,
            "malformed",
        ),
    ];
    for (request, status, code) in cases {
        let answer = shop.send(request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code),
            "{}",
            answer.body
        );
    }
    let nobody = admin(TestRequest::post().uri("/admin/v1/users/-5/invoices"))
        .set_json(serde_json::json!({ "amount": "1" }));
    assert_eq!(shop.send(nobody).await.status, 400);
}

#[actix_web::test]
async fn one_key_opens_one_invoice_however_often_it_comes() {
    let shop = Shop::open().await;
    let first = shop.ask("10", Some("k-1")).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = shop.ask("10", Some("k-1")).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other_amount = shop.ask("11", Some("k-1")).await;
    assert_eq!(
        (other_amount.status, other_amount.code()),
        (409, "idempotency_key_used")
    );
    let other_key = shop.ask("10", Some("k-2")).await;
    assert_ne!(other_key.text("uuid"), first.text("uuid"));
    let without = shop.ask("10", None).await;
    assert_eq!(without.status, 201);
    assert_eq!(shop.world.gateway.names().len(), 3);
}

#[actix_web::test]
async fn many_requests_with_one_key_at_once_open_one_invoice() {
    let shop = Shop::open().await;
    let app = init_service(App::new().configure(shop.routes())).await;
    let requests = (0..16).map(|_| app.call(invoice_request("10", Some("k-1")).to_request()));
    let mut opened = 0;
    for answer in join_all(requests).await {
        let status = match answer {
            Ok(answer) => answer.status().as_u16(),
            Err(why) => why.error_response().status().as_u16(),
        };
        assert!([200, 201, 503].contains(&status), "{status}");
        opened += i32::from(status == 201);
    }
    assert_eq!(opened, 1);
    assert_eq!(shop.world.gateway.names().len(), 1);
    assert_eq!(shop.ask("10", Some("k-1")).await.status, 201);
}

#[actix_web::test]
async fn a_gateway_that_is_away_opens_nothing_and_a_new_key_tries_again() {
    let shop = Shop::open().await;
    let fault = || GatewayFault::NotDone;
    shop.world.gateway.fail_next(GatewayCall::Open, fault());
    let away = shop.ask("10", Some("k-1")).await;
    assert_eq!((away.status, away.code()), (503, "gateway_down"));
    let same = shop.ask("10", Some("k-1")).await;
    assert_eq!((same.status, same.code()), (503, "gateway_down"));
    assert_eq!(shop.ask("10", Some("k-2")).await.status, 201);
    assert_eq!(shop.world.gateway.names().len(), 1);
}

#[actix_web::test]
async fn an_opening_of_unknown_outcome_is_found_under_its_key() {
    let shop = Shop::open().await;
    let lost = GatewayFault::Unknown { done: true };
    shop.world.gateway.fail_next(GatewayCall::Open, lost);
    let unsure = shop.ask("10", Some("k-1")).await;
    assert_eq!((unsure.status, unsure.code()), (503, "unsure"));
    shop.side.payment().bell().wake();
    let found = loop {
        let again = shop.ask("10", Some("k-1")).await;
        match again.status {
            201 => break again,
            503 => tokio::task::yield_now().await,
            other => panic!("{other}: {}", again.body),
        }
    };
    assert_eq!(found.text("state"), "open");
    assert_eq!(shop.world.gateway.names().len(), 1);
}

#[actix_web::test]
async fn without_keys_of_the_gateway_no_invoice_is_opened_and_the_rest_works() {
    let shop = Shop::with(Some(false)).await;
    let answer = shop.ask("10", None).await;
    assert_eq!((answer.status, answer.code()), (503, "payments_off"));
    assert_eq!(shop.get("/admin/v1/books").await.status, 200);
}

#[actix_web::test]
async fn lists_are_paged_and_unknown_things_are_named() {
    let shop = Shop::open().await;
    let _known = shop
        .world
        .open_customer(TelegramId::new(7), MicroUsd::from_micros(2_500_000));
    let user = shop.get("/admin/v1/users/7").await;
    assert_eq!(user.text("balance"), "2.50");
    let orders = shop.get("/admin/v1/orders?user=7&limit=1").await;
    assert_eq!(orders.body, serde_json::json!({ "orders": [] }));
    let all = shop.get("/admin/v1/orders").await;
    assert_eq!(all.body, serde_json::json!({ "orders": [] }));
    let cases = [
        ("/admin/v1/users/8", 404),
        ("/admin/v1/users/seven", 400),
        ("/admin/v1/orders?user=8", 404),
        ("/admin/v1/orders?limit=0", 400),
        ("/admin/v1/orders?limit=101", 400),
        ("/admin/v1/orders?page=2", 400),
        ("/admin/v1/orders/ord_9", 404),
        ("/admin/v1/orders/SK-00000", 404),
        ("/admin/v1/invoices/inv_9", 404),
        ("/admin/v1/invoices/%20", 404),
        ("/admin/v1/notices?user=8", 404),
        ("/admin/v1/nothing", 404),
    ];
    for (path, status) in cases {
        assert_eq!(shop.get(path).await.status, status, "{path}");
    }
    assert_eq!(shop.get("/admin/v1/notices").await.status, 200);
}

#[actix_web::test]
async fn books_that_cannot_be_read_are_503_without_their_cause() {
    let shop = Shop::open().await;
    shop.world.books.unreadable_for(1);
    let answer = shop.get("/admin/v1/books").await;
    assert_eq!((answer.status, answer.code()), (503, "books_unreadable"));
    assert!(!answer.body.to_string().contains("test"), "{}", answer.body);
    assert_eq!(shop.get("/admin/v1/books").await.status, 200);
}
