//! What faults do to calls of the API, and that they repeat from their seed.

use serde_json::{Value, json};

use crate::ground::{Ground, settings};

#[actix_web::test]
async fn refuse_answers_a_refusal_in_the_shape_of_its_status() {
    let ground = Ground::new();
    let cases = [
        (
            json!({}),
            422,
            json!({"state": 1, "message": "Gateway error"}),
        ),
        (
            json!({"message": "Server error"}),
            422,
            json!({"state": 1, "message": "Server error"}),
        ),
        (
            json!({"status": 401}),
            401,
            json!({"state": 1, "message": "Invalid Sign."}),
        ),
        (
            json!({"status": 500}),
            500,
            json!({"message": "Server error, #1", "code": 500, "error": null}),
        ),
        (
            json!({"status": 429}),
            429,
            json!({"message": "Too Many Attempts.", "code": 429, "error": null}),
        ),
    ];
    for (more, status, body) in cases {
        let mut fault = json!({"method": "payment", "kind": "refuse"});
        for (name, value) in more.as_object().unwrap() {
            fault[name] = value.clone();
        }
        ground.fault(fault).await;
        let request = json!({"amount": "10", "currency": "USD", "order_id": "o"});
        let answer = ground.call("payment", request).await;
        assert_eq!((answer.status, answer.json()), (status, body));
    }
    assert_eq!(
        ground.control_get("invoices").await,
        json!([]),
        "none was opened"
    );
    ground.invoice("o", json!({})).await;
}

#[actix_web::test]
async fn down_cuts_the_line_before_and_lose_reply_after_the_work() {
    let ground = Ground::new();
    let request = json!({"amount": "10", "currency": "USD", "order_id": "o"});
    ground
        .fault(json!({"method": "payment", "kind": "down"}))
        .await;
    ground
        .try_call("payment", request.clone())
        .await
        .expect_err("no answer");
    assert_eq!(ground.control_get("invoices").await, json!([]));
    ground
        .fault(json!({"method": "payment", "kind": "lose-reply"}))
        .await;
    ground
        .try_call("payment", request.clone())
        .await
        .expect_err("no answer");
    let opened = ground.control_get("invoices").await;
    assert_eq!(opened[0]["order_id"], "o");
    let again = ground.call("payment", request).await.result();
    assert_eq!(
        again["uuid"], opened[0]["uuid"],
        "the repeated call finds it"
    );
}

#[actix_web::test]
async fn delay_does_the_work_at_once_and_tells_later_what_was_then() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground
        .fault(json!({"method": "info", "kind": "delay", "delay_ms": 60_000}))
        .await;
    let slow = ground.info("o");
    let meanwhile = async {
        ground.struck().await;
        ground.pay_and_confirm(&invoice, "exact").await;
        assert_eq!(ground.status("o").await, "paid");
        ground.advance(60).await;
    };
    let (slow, ()) = tokio::join!(slow, meanwhile);
    assert_eq!(slow["status"], "check", "what was when it was asked");
}

#[actix_web::test]
async fn duplicate_carries_a_call_out_twice() {
    let ground = Ground::new();
    let body = json!({"url_callback": "http://127.0.0.1:1/", "currency": "USDT", "network": "tron", "status": "paid"});
    ground
        .fault(json!({"method": "test-webhook/payment", "kind": "duplicate"}))
        .await;
    ground.call("test-webhook/payment", body).await.result();
    assert_eq!(
        ground
            .control_get("webhooks")
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let invoice = ground.invoice("o", json!({})).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    ground
        .fault(json!({"method": "refund", "kind": "duplicate"}))
        .await;
    ground
        .refund(json!({"order_id": "o", "address": "T", "is_subtract": true}))
        .await
        .result();
    let refunds = ground.control_get("invoices").await[0]["refunds"].clone();
    assert_eq!(
        refunds.as_array().unwrap().len(),
        1,
        "the second finds the status changed"
    );
}

#[actix_web::test]
async fn reorder_lets_the_next_answer_of_the_method_come_first() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground
        .fault(json!({"method": "info", "kind": "reorder"}))
        .await;
    let order = std::sync::Mutex::new(Vec::new());
    let first = async {
        let info = ground.info("o").await;
        order.lock().unwrap().push(info["status"].clone());
    };
    let second = async {
        ground.struck().await;
        ground.pay(&invoice, "exact").await;
        let info = ground.info("o").await;
        order.lock().unwrap().push(info["status"].clone());
    };
    tokio::join!(first, second);
    assert_eq!(
        *order.lock().unwrap(),
        [json!("confirm_check"), json!("check")]
    );
}

#[actix_web::test]
async fn stale_and_mixed_answers_lag_behind() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay(&invoice, "4").await;
    ground.advance(10).await;
    ground.pay(&invoice, "exact").await;
    ground.advance(10).await;
    ground
        .fault(json!({"method": "payment/info", "kind": "stale"}))
        .await;
    let stale = ground.info("o").await;
    assert_eq!(
        (&stale["status"], &stale["is_final"]),
        (&json!("confirm_check"), &json!(false))
    );
    // Fifteen seconds ago the first payment alone was there.
    ground
        .fault(json!({"method": "payment/info", "kind": "stale", "delay_ms": 15_000}))
        .await;
    let lagging = ground.info("o").await;
    assert_eq!(
        (&lagging["status"], &lagging["payment_amount"]),
        (&json!("wrong_amount_waiting"), &json!("4.00000000"))
    );
    assert_eq!(ground.status("o").await, "paid");

    let over = ground.invoice("over", json!({})).await;
    ground.pay_and_confirm(&over, "exact").await;
    ground.pay(&over, "5").await;
    ground.act(&over, "refund", json!({})).await;
    let now = ground.info("over").await;
    ground.fault(json!({"method": "*", "kind": "mixed"})).await;
    let mixed = ground.info("over").await;
    assert_eq!(mixed["status"], now["status"]);
    let list = ground.call("payment/list", json!({})).await.result();
    assert_eq!(list["items"][0], now, "the fault is used up");
}

#[actix_web::test]
async fn an_answer_can_be_put_together_from_two_moments() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay(&invoice, "exact").await;
    ground
        .fault(json!({"method": "info", "kind": "mixed"}))
        .await;
    let mixed = ground.info("o").await;
    assert_eq!(
        (&mixed["status"], &mixed["payment_amount"], &mixed["txid"]),
        (&json!("confirm_check"), &Value::Null, &Value::Null)
    );
}

/// Which of fifty calls a fault of this seed strikes.
async fn struck(seed: u64) -> Vec<bool> {
    let ground = Ground::new();
    let fault = json!({"method": "balance", "kind": "refuse", "probability": 0.3, "seed": seed});
    ground.fault(fault).await;
    let mut struck = Vec::new();
    for _ in 0..50 {
        struck.push(ground.call("balance", json!({})).await.status != 200);
    }
    let fault = ground.control_get("faults").await[0].clone();
    let count = struck.iter().filter(|struck| **struck).count();
    assert_eq!(
        (&fault["met"], &fault["struck"]),
        (&json!(50), &json!(count))
    );
    struck
}

#[actix_web::test]
async fn a_fault_by_probability_repeats_from_its_seed() {
    let first = struck(42).await;
    assert_eq!(first, struck(42).await);
    assert_ne!(first, struck(43).await);
    let count = first.iter().filter(|struck| **struck).count();
    assert!((5..=25).contains(&count), "about 15 of 50: {count}");
}

#[actix_web::test]
async fn a_count_is_used_up_and_all_faults_can_be_taken_away() {
    let ground = Ground::new();
    ground
        .fault(json!({"method": "balance", "kind": "refuse", "count": 2}))
        .await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ground.call("balance", json!({})).await.status);
    }
    assert_eq!(statuses, [422, 422, 200]);
    ground
        .fault(json!({"method": "*", "kind": "refuse", "probability": 1}))
        .await;
    assert_eq!(ground.call("payment/services", json!({})).await.status, 422);
    let url = format!("{}/control/faults", ground.sandbox.control_url());
    let cleared: Value = ground
        .client
        .delete(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(cleared, json!({"cleared": 2}));
    assert_eq!(ground.call("payment/services", json!({})).await.status, 200);
}

#[actix_web::test]
async fn the_same_seed_makes_the_same_world() {
    let run = async |seed| {
        let mut settings = settings();
        settings.seed = Some(seed);
        let ground = Ground::with(settings);
        let prices = ground.control_get("prices").await;
        let invoice = ground
            .invoice("o", json!({"to_currency": "TON", "network": "ton"}))
            .await;
        (
            prices,
            invoice["uuid"].clone(),
            invoice["address"].clone(),
            invoice["payer_amount"].clone(),
        )
    };
    let first = run(1).await;
    assert_eq!(first, run(1).await);
    let other = run(2).await;
    assert_ne!(first.0, other.0);
    assert_ne!(first.1, other.1);
    assert_ne!(first.2, other.2);
}
