//! The life of an invoice, from the outside.

use serde_json::json;

use crate::ground::{BLOCK_S, Ground, text};

#[actix_web::test]
async fn an_exact_payment_is_seen_then_confirmed_then_paid() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let seen = ground.pay(&invoice, "exact").await;
    assert_eq!(seen["status"], "confirm_check");
    ground.advance(3 * BLOCK_S - 1).await;
    assert_eq!(
        ground.status("o").await,
        "confirm_check",
        "two of three blocks"
    );
    ground.advance(1).await;
    let paid = ground.info("o").await;
    let expected = json!({
        "status": "paid", "payment_status": "paid", "is_final": true,
        "payment_amount": "10.00000000", "payment_amount_usd": "10.00",
        "merchant_amount": "9.80000000", "commission": "0.20000000",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&paid[name], value, "{name}");
    }
    assert_eq!(text(&paid["txid"]).len(), 64);
    assert!(text(&paid["from"]).starts_with('T'));
    assert_ne!(paid["updated_at"], paid["created_at"]);
}

#[actix_web::test]
async fn more_than_enough_is_paid_over() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay_and_confirm(&invoice, "10.5").await;
    let info = ground.info("o").await;
    assert_eq!(
        (&info["status"], &info["payment_amount"]),
        (&json!("paid_over"), &json!("10.50000000"))
    );
}

#[actix_web::test]
async fn a_part_waits_for_the_rest_until_the_time_is_over() {
    let ground = Ground::new();
    let topped = ground.invoice("topped", json!({})).await;
    ground.pay_and_confirm(&topped, "4").await;
    let info = ground.info("topped").await;
    assert_eq!(
        (&info["status"], &info["is_final"]),
        (&json!("wrong_amount_waiting"), &json!(false))
    );
    let rest = ground.pay(&topped, "exact").await;
    assert_eq!(
        (&rest["status"], &rest["payment_amount"]),
        (&json!("confirm_check"), &json!("10.00000000"))
    );
    ground.advance(10).await;
    assert_eq!(ground.status("topped").await, "paid");

    let short = ground.invoice("short", json!({})).await;
    ground.pay_and_confirm(&short, "9.99").await;
    ground.advance(3600).await;
    let info = ground.info("short").await;
    assert_eq!(
        (&info["status"], &info["is_final"]),
        (&json!("wrong_amount"), &json!(true))
    );
    assert_eq!(info["payment_amount"], "9.99000000");
    ground.pay_and_confirm(&short, "exact").await;
    assert_eq!(
        ground.status("short").await,
        "paid",
        "the rest came late and counts"
    );
}

#[actix_web::test]
async fn without_multiple_payments_the_first_one_ends_it() {
    let ground = Ground::new();
    let invoice = ground
        .invoice("o", json!({"is_payment_multiple": false}))
        .await;
    ground.pay_and_confirm(&invoice, "9").await;
    assert_eq!(ground.status("o").await, "wrong_amount");
}

#[actix_web::test]
async fn a_shortfall_within_the_accuracy_is_paid_and_the_real_sum_is_told() {
    let ground = Ground::new();
    let invoice = ground
        .invoice("o", json!({"accuracy_payment_percent": "1.5"}))
        .await;
    ground.pay_and_confirm(&invoice, "9.85").await;
    let info = ground.info("o").await;
    assert_eq!(
        (&info["status"], &info["payment_amount"]),
        (&json!("paid"), &json!("9.85000000"))
    );
    let other = ground
        .invoice("p", json!({"accuracy_payment_percent": 1.5}))
        .await;
    ground.pay_and_confirm(&other, "9.849999").await;
    assert_eq!(ground.status("p").await, "wrong_amount_waiting");
}

#[actix_web::test]
async fn unpaid_it_is_cancelled_at_its_end_and_a_late_payment_still_counts() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({"lifetime": 300})).await;
    ground.advance(299).await;
    assert_eq!(ground.status("o").await, "check");
    ground.advance(1).await;
    let info = ground.info("o").await;
    assert_eq!(
        (&info["status"], &info["is_final"]),
        (&json!("cancel"), &json!(true))
    );
    let late = ground.pay(&invoice, "exact").await;
    assert_eq!(late["status"], "confirm_check");
    ground.advance(10).await;
    assert_eq!(ground.status("o").await, "paid");
}

#[actix_web::test]
async fn a_payment_seen_before_the_end_is_not_cancelled_while_it_confirms() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({"lifetime": 300})).await;
    ground.advance(299).await;
    ground.pay(&invoice, "exact").await;
    ground.advance(2).await;
    assert_eq!(ground.status("o").await, "confirm_check");
    ground.advance(10).await;
    assert_eq!(ground.status("o").await, "paid");

    let short = ground.invoice("short", json!({})).await;
    ground.pay(&short, "1").await;
    let expired = ground.act(&short, "expire", json!({})).await;
    assert_eq!(expired.json()["status"], "confirm_check");
    ground.advance(10).await;
    assert_eq!(ground.status("short").await, "wrong_amount");
}

#[actix_web::test]
async fn a_driver_may_end_an_invoice_at_once_but_only_an_open_one() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    assert_eq!(
        ground.act(&invoice, "expire", json!({})).await.json()["status"],
        "cancel"
    );
    let again = ground.act(&invoice, "expire", json!({})).await;
    assert_eq!(again.status, 409);
    let message = again.json()["error"]["message"].clone();
    assert!(
        text(&message).ends_with("is cancel: only an open invoice expires"),
        "{message}"
    );
}

#[actix_web::test]
async fn a_payment_on_top_of_a_whole_one_makes_it_paid_over_when_it_counts() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    let nothing_left = ground
        .act(&invoice, "pay", json!({"amount": "exact"}))
        .await;
    assert_eq!(nothing_left.status, 409, "{}", nothing_left.text);
    assert_eq!(ground.pay(&invoice, "1").await["status"], "paid");
    ground.advance(10).await;
    assert_eq!(ground.status("o").await, "paid_over");
}

#[actix_web::test]
async fn locked_money_is_held_and_told_again_when_it_is_free() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let early = ground.act(&invoice, "lock", json!({})).await;
    assert_eq!(early.status, 409, "only a payment is locked");
    ground.pay(&invoice, "exact").await;
    assert_eq!(
        ground.act(&invoice, "lock", json!({})).await.json()["status"],
        "locked"
    );
    ground.advance(10).await;
    assert_eq!(
        ground.status("o").await,
        "locked",
        "its confirmations change nothing"
    );
    assert_eq!(
        ground
            .act(&invoice, "pay", json!({"amount": "1"}))
            .await
            .status,
        409
    );
    let links = ground
        .call("payment/aml-links", json!({"order_id": "o"}))
        .await
        .result();
    assert_eq!(
        (&links[0]["status"], &links[0]["expired_at"]),
        (&json!("init"), &json!("2027-01-22T08:00:00.000000Z"))
    );
    assert_eq!(ground.get(text(&links[0]["link"])).await.status, 200);
    assert_eq!(
        ground.act(&invoice, "unlock", json!({})).await.json()["status"],
        "paid"
    );
    let links = ground
        .call("payment/aml-links", json!({"order_id": "o"}))
        .await
        .result();
    assert_eq!(links, json!([]));
    assert_eq!(
        ground.act(&invoice, "lock", json!({})).await.json()["status"],
        "locked"
    );
    assert_eq!(
        ground.act(&invoice, "unlock", json!({})).await.json()["status"],
        "paid"
    );
    assert_eq!(ground.act(&invoice, "unlock", json!({})).await.status, 409);
}

#[actix_web::test]
async fn a_refund_runs_for_two_blocks_and_is_through() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    let body =
        json!({"uuid": invoice["uuid"], "address": "TBack", "is_subtract": true, "amount": "4"});
    assert_eq!(
        ground.refund(body.clone()).await.text,
        r#"{"state":0,"result":[]}"#
    );
    assert_eq!(ground.status("o").await, "refund_process");
    let second = ground.refund(body).await;
    assert_eq!(
        second.json()["message"],
        "Refunds are made only for completed payments"
    );
    ground.advance(2 * BLOCK_S).await;
    assert_eq!(ground.status("o").await, "refund_paid");
    let seen = ground.control_get("invoices").await;
    assert_eq!(
        (
            &seen[0]["refunds"][0]["address"],
            &seen[0]["refunds"][0]["amount"],
            &seen[0]["refunds"][0]["state"]
        ),
        (&json!("TBack"), &json!("4.00000000"), &json!("paid"))
    );
    assert_eq!(
        ground
            .act(&invoice, "pay", json!({"amount": "1"}))
            .await
            .status,
        409
    );
}

#[actix_web::test]
async fn a_refund_may_fail_and_be_tried_again() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    let body = json!({"order_id": "o", "address": "TBack", "is_subtract": false});
    ground.refund(body.clone()).await.result();
    let failed = ground
        .act(&invoice, "refund", json!({"outcome": "fail"}))
        .await;
    assert_eq!(failed.json()["status"], "refund_fail");
    ground.advance(10).await;
    assert_eq!(
        ground.status("o").await,
        "refund_fail",
        "the timer of the ended refund is void"
    );
    ground.refund(body).await.result();
    ground.advance(10).await;
    assert_eq!(ground.status("o").await, "refund_paid");
}

#[actix_web::test]
async fn the_gateway_may_take_a_payment_back_by_itself() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    assert_eq!(
        ground.act(&invoice, "refund", json!({})).await.status,
        409,
        "nothing was paid"
    );
    ground.pay_and_confirm(&invoice, "exact").await;
    let begun = ground
        .act(&invoice, "refund", json!({"outcome": "fail"}))
        .await;
    assert_eq!(begun.json()["status"], "refund_process");
    ground.advance(10).await;
    assert_eq!(ground.status("o").await, "refund_fail");
}

#[actix_web::test]
async fn what_a_refund_must_hold_is_checked() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let refuse = |more: serde_json::Value| {
        let mut body = json!({"order_id": "o", "address": "TBack", "is_subtract": true});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        ground.refund(body)
    };
    let not_completed = "Refunds are made only for completed payments";
    assert_eq!(refuse(json!({})).await.json()["message"], not_completed);
    ground.pay_and_confirm(&invoice, "exact").await;
    let fields = [
        ("address", json!(null), "required"),
        ("is_subtract", json!(null), "required"),
        ("is_subtract", json!("maybe"), "boolean"),
        ("amount", json!("4,5"), "regex"),
        ("amount", json!(4), "string"),
    ];
    for (name, value, rule) in fields {
        let errors = refuse(json!({name: value})).await.json()["errors"].clone();
        assert_eq!(errors, json!({name: [format!("validation.{rule}")]}));
    }
    let unnamed = refuse(json!({"order_id": null})).await.json();
    assert_eq!(
        unnamed["errors"]["uuid"],
        json!(["validation.required_without"])
    );
    let too_much = "The refund amount should not be more than the amount paid";
    assert_eq!(
        refuse(json!({"amount": "10.01"})).await.json()["message"],
        too_much
    );
    assert_eq!(
        refuse(json!({"order_id": "none"})).await.json()["message"],
        "Payment was not found"
    );
    let uuid_wins = refuse(json!({"uuid": "none"})).await;
    assert_eq!(
        uuid_wins.json()["message"],
        "Payment was not found",
        "uuid wins over order_id"
    );
    assert_eq!(ground.status("o").await, "paid", "none of it has begun");
}

#[actix_web::test]
async fn an_open_invoice_without_a_coin_has_no_wallet_to_refund_from() {
    let ground = Ground::new();
    let body = json!({"amount": "10", "currency": "USD", "order_id": "o"});
    ground.call("payment", body).await.result();
    let answer = ground
        .refund(json!({"order_id": "o", "address": "T", "is_subtract": true}))
        .await;
    assert_eq!(answer.json()["message"], "Undefined merchant wallet");
}

#[actix_web::test]
async fn any_status_can_be_set_and_the_next_event_takes_it_away() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    for status in ["process", "fail", "system_fail", "something_new"] {
        let set = ground
            .act(&invoice, "status", json!({"status": status}))
            .await;
        assert_eq!(set.json()["status"], status);
        assert_eq!(ground.status("o").await, status);
    }
    ground.pay_and_confirm(&invoice, "exact").await;
    assert_eq!(ground.status("o").await, "paid");
}

#[actix_web::test]
async fn a_driver_may_confirm_at_once() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay(&invoice, "exact").await;
    assert_eq!(
        ground.act(&invoice, "confirm", json!({})).await.json()["status"],
        "paid"
    );
}

#[actix_web::test]
async fn a_payment_is_worth_what_the_coin_costs_when_it_is_seen() {
    let ground = Ground::new();
    ground.drive("prices", json!({"ton_usd": "5"})).await;
    let invoice = ground
        .invoice("o", json!({"to_currency": "TON", "network": "ton"}))
        .await;
    assert_eq!(invoice["payer_amount"], "2.00000000");
    ground.drive("prices", json!({"ton_usd": "4"})).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    let info = ground.info("o").await;
    assert_eq!(
        (&info["status"], &info["payment_amount_usd"]),
        (&json!("paid"), &json!("8.00"))
    );
}
