//! Webhooks: bytes, signature, tries, and what faults do to them.

use serde_json::{Value, json};

use crate::ground::{Ground, sign, text};
use crate::receiver::Receiver;

/// Splits a body into the text that is signed and the signature, by text alone.
fn split(body: &str) -> (String, String) {
    let (head, tail) = body
        .rsplit_once(",\"sign\":\"")
        .expect("the signature is last");
    (
        format!("{head}}}"),
        tail.strip_suffix("\"}")
            .expect("and ends the body")
            .to_owned(),
    )
}

async fn told(ground: &Ground, receiver: &Receiver, order_id: &str) -> Value {
    ground
        .invoice(order_id, json!({"url_callback": receiver.url}))
        .await
}

#[actix_web::test]
async fn bodies_hold_the_documented_fields_in_order_and_a_signature_over_the_raw_text() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let more = json!({
        "url_callback": receiver.url, "to_currency": "TON", "network": "ton",
        "additional_data": "https://shop.example/o/1 Заказ ☕",
    });
    let invoice = ground.invoice("o", more).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    assert_eq!(receiver.statuses(), ["confirm_check", "paid"]);
    let order = [
        "type",
        "uuid",
        "order_id",
        "amount",
        "payment_amount",
        "payment_amount_usd",
        "merchant_amount",
        "commission",
        "is_final",
        "status",
        "from",
        "wallet_address_uuid",
        "network",
        "currency",
        "payer_currency",
        "additional_data",
        "txid",
        "sign",
    ];
    for body in receiver.bodies() {
        let (signed, signature) = split(&body);
        assert_eq!(
            sign(signed.as_bytes(), &ground.merchant.payment_key),
            signature
        );
        assert!(
            body.contains(r"https:\/\/shop.example\/o\/1 Заказ ☕"),
            "{body}"
        );
        let mut place = 0;
        for name in order {
            let found = body[place..].find(&format!("\"{name}\":"));
            place += found.unwrap_or_else(|| panic!("{name} is missing or out of order: {body}"));
        }
        assert!(
            !body.contains("payer_amount"),
            "not among the documented fields"
        );
    }
    let paid: Value = serde_json::from_str(&receiver.bodies()[1]).unwrap();
    let info = ground.info("o").await;
    for name in [
        "uuid",
        "payment_amount",
        "merchant_amount",
        "commission",
        "txid",
        "from",
        "is_final",
    ] {
        assert_eq!(paid[name], info[name], "{name}");
    }
    assert_eq!(
        (&paid["type"], &paid["wallet_address_uuid"]),
        (&json!("payment"), &Value::Null)
    );
}

#[actix_web::test]
async fn an_unpaid_end_is_told_without_txid() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = told(&ground, &receiver, "o").await;
    ground.act(&invoice, "expire", json!({})).await;
    ground.advance(0).await;
    let body = receiver.bodies().remove(0);
    let (signed, signature) = split(&body);
    assert_eq!(
        sign(signed.as_bytes(), &ground.merchant.payment_key),
        signature
    );
    let json: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&json["status"], &json["payment_amount"]),
        (&json!("cancel"), &json!("0.00"))
    );
    assert!(
        !body.contains("\"txid\"") && !body.contains("\"convert\""),
        "{body}"
    );
}

#[actix_web::test]
async fn only_documented_statuses_are_pushed_unless_a_driver_wants_all() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = told(&ground, &receiver, "o").await;
    ground.pay_and_confirm(&invoice, "4").await;
    ground.act(&invoice, "lock", json!({})).await;
    ground.act(&invoice, "unlock", json!({})).await;
    ground.advance(0).await;
    assert_eq!(receiver.statuses(), ["confirm_check"]);
    ground
        .drive("heleket", json!({"push_everything": true}))
        .await;
    ground.act(&invoice, "lock", json!({})).await;
    ground.advance(0).await;
    assert_eq!(receiver.statuses(), ["confirm_check", "locked"]);
}

#[actix_web::test]
async fn without_url_callback_nothing_is_owed() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    assert_eq!(ground.control_get("webhooks").await, json!([]));
}

#[actix_web::test]
async fn a_webhook_is_repeated_with_growing_pauses_until_200() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    receiver.answers(&[500, 204, 302, 503]);
    let invoice = told(&ground, &receiver, "o").await;
    ground.act(&invoice, "expire", json!({})).await;
    ground.advance(0).await;
    assert_eq!(receiver.count(), 1);
    // 10, 20, 40, 80 seconds.
    for (second, count) in [
        (9, 1),
        (1, 2),
        (19, 2),
        (1, 3),
        (39, 3),
        (1, 4),
        (79, 4),
        (1, 5),
    ] {
        ground.advance(second).await;
        assert_eq!(receiver.count(), count, "after {second} more seconds");
    }
    ground.advance(24 * 3600).await;
    assert_eq!(receiver.count(), 5, "200 ends it");
    let bodies = receiver.bodies();
    assert!(
        bodies.iter().all(|body| *body == bodies[0]),
        "each try has the same bytes"
    );
    let row = ground.control_get("webhooks").await[0].clone();
    assert_eq!(
        (&row["progress"], &row["attempts"], &row["last"]),
        (&json!("delivered"), &json!(5), &json!("200"))
    );
}

#[actix_web::test]
async fn nobody_listening_is_a_failed_try_and_the_tries_end_some_day() {
    let ground = Ground::new();
    let invoice = ground
        .invoice("o", json!({"url_callback": "http://127.0.0.1:1/"}))
        .await;
    ground.act(&invoice, "expire", json!({})).await;
    ground.advance(0).await;
    let row = ground.control_get("webhooks").await[0].clone();
    assert_eq!(
        (&row["progress"], &row["last"]),
        (&json!("waiting"), &json!("no connection"))
    );
    ground.advance(7 * 24 * 3600).await;
    let row = ground.control_get("webhooks").await[0].clone();
    assert_eq!(
        (&row["progress"], &row["attempts"]),
        (&json!("given_up"), &json!(54))
    );
}

#[actix_web::test]
async fn a_fault_can_send_it_twice_late_or_never() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let fault =
        |kind: &str| ground.fault(json!({"method": "webhook", "kind": kind, "delay_ms": 30_000}));
    let twice = told(&ground, &receiver, "twice").await;
    fault("duplicate").await;
    ground.act(&twice, "expire", json!({})).await;
    ground.advance(0).await;
    assert_eq!(receiver.count(), 2);
    let bodies = receiver.bodies();
    assert_eq!(bodies[0], bodies[1]);

    let late = told(&ground, &receiver, "late").await;
    fault("delay").await;
    ground.act(&late, "expire", json!({})).await;
    ground.advance(29).await;
    assert_eq!(receiver.count(), 2);
    ground.advance(1).await;
    assert_eq!(receiver.count(), 3);

    let never = told(&ground, &receiver, "never").await;
    fault("refuse").await;
    ground.act(&never, "expire", json!({})).await;
    ground.advance(7 * 24 * 3600).await;
    assert_eq!(receiver.count(), 3);
    assert_eq!(ground.status("never").await, "cancel", "who asks is told");
}

#[actix_web::test]
async fn reorder_lets_the_next_one_of_the_invoice_go_first() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    ground
        .fault(json!({"method": "webhook", "kind": "reorder"}))
        .await;
    let invoice = told(&ground, &receiver, "o").await;
    ground.pay(&invoice, "exact").await;
    ground.advance(0).await;
    assert_eq!(receiver.count(), 0, "it waits to be overtaken");
    let other = told(&ground, &receiver, "other").await;
    ground.act(&other, "expire", json!({})).await;
    ground.advance(0).await;
    assert_eq!(
        receiver.statuses(),
        ["cancel"],
        "another invoice does not count"
    );
    ground.advance(10).await;
    assert_eq!(receiver.statuses(), ["cancel", "paid", "confirm_check"]);
}

#[actix_web::test]
async fn reorder_gives_up_waiting_when_nothing_follows() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    ground
        .fault(json!({"method": "webhook", "kind": "reorder", "delay_ms": 5000}))
        .await;
    let invoice = told(&ground, &receiver, "o").await;
    ground.act(&invoice, "expire", json!({})).await;
    ground.advance(4).await;
    assert_eq!(receiver.count(), 0);
    ground.advance(1).await;
    assert_eq!(receiver.count(), 1);
    ground.advance(1000).await;
    assert_eq!(receiver.count(), 1);
}

#[actix_web::test]
async fn a_lost_answer_and_a_cut_line_are_tried_again() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = told(&ground, &receiver, "o").await;
    ground
        .fault(json!({"method": "webhook", "kind": "lose-reply"}))
        .await;
    ground
        .fault(json!({"method": "webhook", "kind": "down", "count": 2}))
        .await;
    ground.act(&invoice, "expire", json!({})).await;
    ground.advance(0).await;
    assert_eq!(receiver.count(), 0, "down and lose-reply struck together");
    ground.advance(10).await;
    assert_eq!(receiver.count(), 0, "down once more");
    ground.advance(20).await;
    assert_eq!(receiver.count(), 1);

    let other = told(&ground, &receiver, "p").await;
    ground
        .drive(
            "faults",
            json!({"system": "heleket", "method": "webhook", "kind": "lose-reply"}),
        )
        .await;
    ground.act(&other, "expire", json!({})).await;
    ground.advance(0).await;
    assert_eq!(receiver.count(), 2, "it arrived");
    ground.advance(10).await;
    assert_eq!(
        receiver.count(),
        3,
        "and came again, since its answer was lost"
    );
}

#[actix_web::test]
async fn stale_and_mixed_webhooks_tell_from_before_and_are_signed_all_the_same() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = told(&ground, &receiver, "o").await;
    ground.pay(&invoice, "4").await;
    ground.advance(0).await;
    ground
        .fault(json!({"method": "webhook", "kind": "mixed"}))
        .await;
    ground.pay(&invoice, "6").await;
    ground.act(&invoice, "confirm", json!({})).await;
    ground.advance(0).await;
    let mixed: Value = serde_json::from_str(receiver.bodies().last().unwrap()).unwrap();
    assert_eq!(
        (&mixed["status"], &mixed["payment_amount"]),
        (&json!("paid"), &json!("10.00000000"))
    );
    ground
        .fault(json!({"method": "webhook", "kind": "stale"}))
        .await;
    ground.act(&invoice, "refund", json!({})).await;
    ground.advance(0).await;
    let body = receiver.bodies().last().unwrap().clone();
    let stale: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(stale["status"], "paid", "while it is refund_process");
    let (signed, signature) = split(&body);
    assert_eq!(
        sign(signed.as_bytes(), &ground.merchant.payment_key),
        signature
    );
}

#[actix_web::test]
async fn many_copies_of_one_webhook_go_out_together() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = told(&ground, &receiver, "o").await;
    receiver.answers(&[503, 503, 401]);
    let sent = ground
        .act(&invoice, "webhook", json!({"copies": 100}))
        .await;
    assert_eq!(
        sent.json(),
        json!({"answers": {"200": 97, "401": 1, "503": 2}})
    );
    assert_eq!(receiver.count(), 100);
    let bodies = receiver.bodies();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    ground.advance(24 * 3600).await;
    assert_eq!(
        receiver
            .statuses()
            .iter()
            .filter(|status| *status == "check")
            .count(),
        100,
        "copies are not repeated"
    );
}

#[actix_web::test]
async fn resend_repeats_the_last_word_ten_times_at_most() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = told(&ground, &receiver, "o").await;
    let resend = || ground.call("payment/resend", json!({"order_id": "o"}));
    assert_eq!(
        resend().await.json()["message"],
        "Notification not found",
        "nothing is completed"
    );
    ground.pay_and_confirm(&invoice, "exact").await;
    assert_eq!(receiver.count(), 2);
    for _ in 0..10 {
        assert_eq!(resend().await.text, r#"{"state":0,"result":[]}"#);
    }
    let eleventh = resend().await;
    assert_eq!(eleventh.text, r#"{"state":1,"message":"Too much resend"}"#);
    ground.advance(0).await;
    assert_eq!(receiver.count(), 12);
    assert!(
        receiver.statuses()[1..]
            .iter()
            .all(|status| status == "paid")
    );
    let quiet = ground.invoice("quiet", json!({})).await;
    ground.pay_and_confirm(&quiet, "exact").await;
    let nobody = ground
        .call("payment/resend", json!({"uuid": quiet["uuid"]}))
        .await;
    assert_eq!(
        nobody.json()["message"],
        "Notification not found",
        "no url_callback"
    );
    let unknown = ground
        .call("payment/resend", json!({"order_id": "none"}))
        .await;
    assert_eq!(unknown.json()["message"], "Payment not found");
}

#[actix_web::test]
async fn a_test_webhook_is_signed_like_a_real_one_and_changes_nothing() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = ground.invoice("o", json!({})).await;
    let body = json!({
        "url_callback": receiver.url, "currency": "USDT", "network": "tron", "status": "paid",
    });
    ground
        .call("test-webhook/payment", body.clone())
        .await
        .result();
    let mut existing = body.clone();
    existing["uuid"] = invoice["uuid"].clone();
    existing["order_id"] = json!("none");
    ground
        .call("test-webhook/payment", existing.clone())
        .await
        .result();
    ground.advance(0).await;
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 2);
    for body in &bodies {
        let (signed, signature) = split(body);
        assert_eq!(
            sign(signed.as_bytes(), &ground.merchant.payment_key),
            signature
        );
        assert!(body.contains("\"status\":\"paid\""), "{body}");
    }
    let about: Value = serde_json::from_str(&bodies[1]).unwrap();
    assert_eq!(
        (&about["uuid"], &about["order_id"]),
        (&invoice["uuid"], &json!("o"))
    );
    assert_eq!(ground.status("o").await, "check", "info tells the truth");

    existing["uuid"] = json!("none");
    let unknown = ground.call("test-webhook/payment", existing).await;
    assert_eq!(unknown.json()["message"], "Not found payment");
    let cases = [
        ("url_callback", json!(null), "required"),
        ("status", json!("locked"), "in"),
        ("order_id", json!("x".repeat(33)), "max.string"),
    ];
    for (name, value, rule) in cases {
        let mut wrong = body.clone();
        wrong[name] = value;
        let errors = ground.call("test-webhook/payment", wrong).await.json()["errors"].clone();
        assert_eq!(errors, json!({name: [format!("validation.{rule}")]}));
    }
    let mut nowhere = body;
    nowhere["network"] = json!("moon");
    let nowhere = ground.call("test-webhook/payment", nowhere).await;
    assert_eq!(nowhere.json()["message"], "Payment service not found");
}

#[actix_web::test]
async fn the_wire_may_differ_from_the_signed_text_in_every_form_met_in_the_wild() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let data = "a/b Ж";
    let signed_of = |body: &str, form: &str| {
        let (text, signature) = split(body);
        let text = match form {
            "php-ascii" => text.replace(r"\u0416", "Ж"),
            "rewritten" => text.replace('/', r"\/"),
            _ => text,
        };
        (
            sign(text.as_bytes(), &ground.merchant.payment_key),
            signature,
        )
    };
    let forms = [
        ("php", r"a\/b Ж"),
        ("php-ascii", r"a\/b \u0416"),
        ("rewritten", "a/b Ж"),
        ("plain", "a/b Ж"),
    ];
    for (form, wire) in forms {
        ground.drive("heleket", json!({"webhook_form": form})).await;
        let more = json!({"url_callback": receiver.url, "additional_data": data});
        let invoice = ground.invoice(form, more).await;
        ground.act(&invoice, "expire", json!({})).await;
        ground.advance(0).await;
        let body = receiver.bodies().pop().unwrap();
        assert!(
            body.contains(&format!("\"additional_data\":\"{wire}\"")),
            "{form}: {body}"
        );
        let (computed, carried) = signed_of(&body, form);
        assert_eq!(computed, carried, "{form}");
    }
}

#[actix_web::test]
async fn converted_payments_say_what_they_became() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    ground.drive("prices", json!({"trx_usd": "0.3"})).await;
    ground.drive("heleket", json!({"convert": true})).await;
    let body = json!({
        "amount": "3", "currency": "TRX", "order_id": "o", "url_callback": receiver.url,
    });
    let invoice = ground.call("payment", body).await.result();
    assert!(
        invoice.get("convert").is_none(),
        "nothing is converted before it is paid"
    );
    ground.pay_and_confirm(&invoice, "exact").await;
    let body = receiver.bodies().pop().unwrap();
    let convert = r#""convert":{"to_currency":"USDT","commission":null,"rate":"0.30000000","amount":"0.88200000"},"txid""#;
    assert!(body.contains(convert), "{body}");
    assert!(text(&ground.info("o").await["convert"]["amount"]) == "0.88200000");
}
