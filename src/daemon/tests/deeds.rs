//! What an operator orders over HTTP: each deed done once, refused by name, and in the audit log.

use std::time::Duration;

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use starkeeper_actors::domain::breaks::{Break, Found, samples};
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::pricing;
use starkeeper_actors::ports::Books as _;
use starkeeper_actors::ports::books::{Commit, RowWrite, Write};

use super::shop::{Answer, Shop, admin};

fn keyed(path: &str, key: &str, body: &Value) -> TestRequest {
    let request = TestRequest::post().uri(&format!("/admin/v1{path}"));
    admin(
        request
            .insert_header(("Idempotency-Key", key))
            .set_json(body),
    )
}

async fn post(shop: &Shop, path: &str, body: Value) -> Answer {
    let request = TestRequest::post().uri(&format!("/admin/v1{path}"));
    shop.send(admin(request.set_json(body))).await
}

async fn write(shop: &Shop, row: RowWrite) {
    let books = &shop.world.books;
    let life = books.incarnation().await.unwrap();
    let commit = Commit {
        rows: vec![row],
        ..Commit::new(life, shop.doors.clock.now())
    };
    books.commit(commit).await.unwrap();
}

/// A shop where person 7 has 10 USD.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    let ten = MicroUsd::from_micros(10_000_000);
    let _known = shop.world.open_customer(TelegramId::new(7), ten);
    shop
}

#[actix_web::test]
async fn an_adjustment_moves_a_balance_once_and_stands_in_statement_and_log() {
    let shop = shop().await;
    let path = "/users/7/adjustments";
    let gift = json!({"amount": "2.50", "reason": "a late delivery"});
    let first = shop.send(keyed(path, "a-1", &gift)).await;
    assert_eq!(
        (first.status, first.text("balance")),
        (200, "12.50"),
        "{}",
        first.body
    );
    let again = shop.send(keyed(path, "a-1", &gift)).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let more = json!({"amount": "3", "reason": "a late delivery"});
    let other = shop.send(keyed(path, "a-1", &more)).await;
    assert_eq!((other.status, other.code()), (409, "idempotency_key_used"));
    let taken = json!({"amount": "-1", "reason": "a slip of mine"});
    let taken = shop.send(keyed(path, "a-2", &taken)).await;
    assert_eq!((taken.status, taken.text("balance")), (200, "11.50"));
    let statement = shop.get("/admin/v1/users/7/statement?last=2").await;
    let lines = statement.body["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{}", statement.body);
    assert_eq!(
        (&lines[0]["change"], &lines[1]["change"]),
        (&json!("2.50"), &json!("-1.00"))
    );
    assert_eq!(statement.text("balance"), "11.50");
    let books = shop.get("/admin/v1/books").await;
    assert_eq!(books.body["balanced"], true);
    let log = shop.get("/admin/v1/audit").await;
    let log = log.body["audit"].as_array().unwrap();
    // The repeated request did nothing, and the refused one never began.
    let outcomes: Vec<&str> = log
        .iter()
        .map(|line| line["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["done", "asked", "done", "asked"]);
    assert_eq!(log[3]["reason"], "a late delivery");
    assert_eq!(log[3]["subject"], statement.body["customer"]);
}

#[actix_web::test]
async fn an_adjustment_that_may_not_be_is_refused_by_name() {
    let shop = shop().await;
    let why = "because";
    let cases = [
        (json!({"amount": "1"}), 422, "no_reason"),
        (json!({"amount": "1", "reason": " "}), 422, "no_reason"),
        (json!({"amount": "0", "reason": why}), 422, "bad_amount"),
        (json!({"amount": "ten", "reason": why}), 422, "bad_amount"),
        (
            json!({"amount": "100000.01", "reason": why}),
            422,
            "bad_amount",
        ),
        (
            json!({"amount": "-10.01", "reason": why}),
            422,
            "not_enough",
        ),
        (json!({"amount": 1, "reason": why}), 400, "malformed"),
        (json!({"amount": "1", "reason": 1}), 400, "malformed"),
    ];
    for (nth, (body, status, code)) in cases.into_iter().enumerate() {
        let refused = shop
            .send(keyed("/users/7/adjustments", &format!("k-{nth}"), &body))
            .await;
        assert_eq!((refused.status, refused.code()), (status, code), "{body}");
    }
    let unnamed = post(
        &shop,
        "/users/7/adjustments",
        json!({"amount": "1", "reason": why}),
    )
    .await;
    assert_eq!((unnamed.status, unnamed.code()), (400, "malformed"));
    let nobody = json!({"amount": "1", "reason": why});
    let nobody = shop.send(keyed("/users/8/adjustments", "k", &nobody)).await;
    assert_eq!(nobody.status, 404);
    assert_eq!(shop.get("/admin/v1/users/7").await.text("balance"), "10.00");
}

#[actix_web::test]
async fn an_adjustment_whose_answer_was_lost_is_done_once_under_its_key() {
    let shop = shop().await;
    let gift = json!({"amount": "2", "reason": "a gift"});
    shop.world.books.fail_when({
        let mut left = 1;
        move |commit| {
            let hit = !commit.entries.is_empty() && left > 0;
            left -= i32::from(hit);
            hit.then_some(starkeeper_actors::testing::Fault::Unknown { done: true })
        }
    });
    let path = "/users/7/adjustments";
    let unsure = shop.send(keyed(path, "a-1", &gift)).await;
    assert_eq!((unsure.status, unsure.code()), (503, "unsure"));
    let again = shop.send(keyed(path, "a-1", &gift)).await;
    assert_eq!(
        (again.status, again.text("balance")),
        (200, "12.00"),
        "{}",
        again.body
    );
    let third = shop.send(keyed(path, "a-1", &gift)).await;
    assert_eq!((third.status, third.text("balance")), (200, "12.00"));
}

#[actix_web::test]
async fn sales_rest_until_they_are_resumed() {
    let shop = shop().await;
    let none = shop.get("/admin/v1/sales").await;
    assert_eq!((none.status, none.code()), (503, "no_prices"));
    let prices = pricing::samples::prices(shop.doors.clock.now());
    write(&shop, RowWrite::Prices(Write::new(prices))).await;
    let open = shop.get("/admin/v1/sales").await;
    assert_eq!(open.body["open"], true, "{}", open.body);
    let unsaid = post(&shop, "/sales/pause", json!({})).await;
    assert_eq!((unsaid.status, unsaid.code()), (422, "no_reason"));
    let paused = post(&shop, "/sales/pause", json!({"reason": "stock-taking"})).await;
    assert_eq!(
        (paused.status, &paused.body["open"]),
        (200, &json!(false)),
        "{}",
        paused.body
    );
    assert_eq!(paused.body["stops"][0]["code"], "operator");
    let twice = post(&shop, "/sales/pause", json!({"reason": "again"})).await;
    assert_eq!(twice.body["stops"].as_array().unwrap().len(), 1);
    let told = shop.get("/admin/v1/notices").await;
    assert_eq!(told.body["notices"][0]["about"], "paused", "{}", told.body);
    let resumed = post(&shop, "/sales/resume", json!({})).await;
    assert_eq!((resumed.status, &resumed.body["open"]), (200, &json!(true)));
    let odd = post(
        &shop,
        "/sales/pause",
        json!({"product": "cars", "reason": "x"}),
    )
    .await;
    assert_eq!(odd.status, 400);
}

#[actix_web::test]
async fn prices_are_set_without_a_restart_and_losing_ones_are_refused() {
    let shop = shop().await;
    let seeded = pricing::samples::prices(shop.doors.clock.now());
    write(&shop, RowWrite::Prices(Write::new(seeded))).await;
    let shown = shop.get("/admin/v1/prices").await;
    assert_eq!(shown.body["premium_markup_bps"], 1_200, "{}", shown.body);
    assert_eq!(shown.body["by_hand"], Value::Null);
    let set = |bps: u32| json!({"version": 1, "premium_markup_bps": bps, "reason": "a sale"});
    let losing = post(&shop, "/prices", set(100)).await;
    assert_eq!((losing.status, losing.code()), (422, "bad_prices"));
    let fixed = |price: &str| {
        let fixed = json!([{"product": {"stars": 500}, "price": price}]);
        json!({"version": 1, "fixed": fixed, "reason": "a sale"})
    };
    let behind = post(&shop, "/prices", fixed("7.77")).await;
    assert_eq!((behind.status, behind.code()), (422, "bad_prices"));
    let why = behind.body.to_string();
    assert!(why.contains("cost 7.50 USD now"), "{why}");
    for unclear in ["7,777", "9,50"] {
        let refused = post(&shop, "/prices", fixed(unclear)).await;
        assert_eq!((refused.status, refused.code()), (422, "bad_amount"));
    }
    let done = post(&shop, "/prices", set(900)).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let shown = shop.get("/admin/v1/prices").await;
    assert_eq!(shown.body, done.body);
    assert_eq!(shown.body["premium_markup_bps"], 900);
    assert_eq!(
        shown.body["markup"][0],
        json!({"from_quantity": 50, "markup_bps": 1000})
    );
    assert_ne!(shown.body["by_hand"], Value::Null);
}

#[actix_web::test]
async fn a_break_is_closed_by_hand_once_and_its_row_has_one_owner() {
    let shop = shop().await;
    let now = shop.doors.clock.now();
    let (_, finding) = samples::every_finding().swap_remove(9);
    let found = Found {
        finding,
        since: now,
    };
    let wallet = starkeeper_actors::testing::wallet_numbered(1);
    let open = Break::after(None, Some(&found), false, wallet, now).unwrap();
    let key = open.next.key.clone();
    write(&shop, RowWrite::Break(Write::new(open.next))).await;
    let shown = shop.get("/admin/v1/breaks").await;
    let shown = &shown.body["breaks"][0];
    assert_eq!(
        (&shown["key"], &shown["standing"]),
        (&json!(key), &json!("open"))
    );
    let settle =
        |version: i64, reason: &str| json!({"key": key, "version": version, "reason": reason});
    let unsaid = post(&shop, "/breaks/settle", settle(1, "")).await;
    assert_eq!((unsaid.status, unsaid.code()), (422, "no_reason"));
    let old = post(&shop, "/breaks/settle", settle(9, "a gift of mine")).await;
    assert_eq!((old.status, old.code()), (409, "changed"));
    let nobody = json!({"key": key, "version": 1, "order": "ord_9", "reason": "theirs"});
    let nobody = post(&shop, "/breaks/settle", nobody).await;
    assert_eq!(nobody.status, 404);
    let done = post(&shop, "/breaks/settle", settle(1, "a gift of mine")).await;
    assert_eq!(
        (done.status, done.text("standing")),
        (200, "settled"),
        "{}",
        done.body
    );
    let left = shop.get("/admin/v1/breaks").await;
    assert_eq!(left.body["breaks"], json!([]));
    let twice = post(&shop, "/breaks/settle", settle(2, "again")).await;
    assert_eq!((twice.status, twice.code()), (409, "changed"));
    let unknown = json!({"key": "row_unclaimed/nothing", "version": 1, "reason": "x"});
    assert_eq!(post(&shop, "/breaks/settle", unknown).await.status, 404);
}

#[actix_web::test]
async fn an_order_is_found_by_anything_that_names_it_and_shows_what_belongs_to_it() {
    let shop = Shop::selling().await;
    let ten = MicroUsd::from_micros(10_000_000);
    let _anya = shop.world.open_customer(TelegramId::new(7), ten);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let wanted =
        json!({"product": "stars", "quantity": 50, "recipient": "@masha", "pay": "balance"});
    let placed = shop.send(keyed("/users/7/orders", "one", &wanted)).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    tokio::time::sleep(Duration::from_secs(120)).await;
    let id = placed.text("order").to_owned();
    let shown = shop.get(&format!("/admin/v1/orders/{id}")).await;
    assert_eq!(shown.text("state"), "delivered", "{}", shown.body);
    let transfer = &shown.body["transfers"][0];
    let tx = transfer["state"]["paid"]["tx"]["hash"].as_str().unwrap();
    let message = transfer["message_hash"].as_str().unwrap();
    let number = shown.text("number").to_owned();
    let customer = shown.text("customer").to_owned();
    let digits = id.trim_start_matches("ord_").to_owned();
    for name in [
        &id,
        &digits,
        &number,
        &customer,
        &"7".to_owned(),
        &tx.to_owned(),
        &message.to_owned(),
    ] {
        let found = shop.get(&format!("/admin/v1/orders?find={name}")).await;
        let orders = found.body["orders"].as_array().unwrap();
        assert_eq!(orders.len(), 1, "{name}: {}", found.body);
        assert_eq!(orders[0]["order"], json!(id));
    }
    for (name, status) in [("nothing", 200), ("", 400), ("7&user=7", 400)] {
        let found = shop.get(&format!("/admin/v1/orders?find={name}")).await;
        assert_eq!(found.status, status, "{name}");
    }
    // Nobody's wish counts once the goods are there, and only for the version that was shown.
    let version = shown.body["version"].as_i64().unwrap();
    let refund = |version: i64| json!({"version": version, "reason": "please"});
    let path = format!("/orders/{id}/refund");
    let late = post(&shop, &path, refund(version)).await;
    assert_eq!((late.status, late.code()), (422, "rule"), "{}", late.body);
    let old = post(&shop, &path, refund(version - 1)).await;
    assert_eq!((old.status, old.code()), (409, "changed"), "{}", old.body);
    let wallets = shop.get("/admin/v1/wallets").await;
    let wallet = wallets.body["wallets"][0]["address"].as_str().unwrap();
    assert_eq!(wallets.body["wallets"][0]["stopped"], false);
    let assign = json!({"lt": "5", "reason": "mine"});
    let assigned = post(&shop, &format!("/wallets/{wallet}/assign"), assign).await;
    assert_eq!(
        (assigned.status, assigned.code()),
        (422, "rule"),
        "{}",
        assigned.body
    );
    let leases = shop.get("/admin/v1/leases").await;
    assert!(
        leases.body["leases"].as_array().unwrap().len() >= 2,
        "{}",
        leases.body
    );
    let actors = shop.get("/admin/v1/actors").await;
    assert!(
        actors.body.to_string().contains("fulfilment"),
        "{}",
        actors.body
    );
}
