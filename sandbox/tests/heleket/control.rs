//! The control API: what a driver can rely on, and how it hears what it did wrong.

use serde_json::{Value, json};

use crate::ground::{Ground, START_S, text};
use crate::receiver::Receiver;

#[actix_web::test]
async fn invoices_are_listed_with_what_the_contract_names() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let open = json!({"amount": "10", "currency": "USD", "order_id": "open"});
    ground.call("payment", open).await.result();
    let listed = ground.control_get("invoices").await;
    let expected = json!({
        "uuid": invoice["uuid"], "order_id": "o", "status": "check", "amount": "10.00",
        "currency": "USD", "payer_amount": "10.00000000", "payer_currency": "USDT",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&listed[0][name], value, "{name}");
    }
    assert_eq!(
        (&listed[1]["payer_amount"], &listed[1]["payer_currency"]),
        (&Value::Null, &Value::Null)
    );
    let one = ground
        .control_get(&format!("invoices/{}", text(&invoice["uuid"])))
        .await;
    assert_eq!(one, listed[0]);
}

#[actix_web::test]
async fn wrong_requests_name_the_field_and_what_was_expected() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let pay = format!("invoices/{}/pay", text(&invoice["uuid"]));
    let status = format!("invoices/{}/status", text(&invoice["uuid"]));
    let copies = format!("invoices/{}/webhook", text(&invoice["uuid"]));
    let refund = format!("invoices/{}/refund", text(&invoice["uuid"]));
    let fault = |more: Value| {
        let mut fault = json!({"system": "heleket", "method": "payment", "kind": "delay"});
        for (name, value) in more.as_object().unwrap() {
            fault[name] = value.clone();
        }
        ("faults", fault)
    };
    let cases = [
        (
            (pay.as_str(), json!({})),
            "amount",
            "expected \"exact\" or a decimal",
        ),
        ((&pay, json!({"amount": "lots"})), "amount", "got \"lots\""),
        ((&pay, json!({"amount": "-5"})), "amount", "got \"-5\""),
        (
            (&pay, json!({"amount": "0"})),
            "amount",
            "expected more than 0",
        ),
        (
            (&pay, json!({"amount": "1.1234567"})),
            "amount",
            "at most 6 decimals",
        ),
        (
            (&pay, json!({"amount": true})),
            "amount",
            "expected a decimal",
        ),
        (
            (&pay, json!({"amount": "1", "currency": "TON"})),
            "network",
            "expected a network",
        ),
        (
            (&pay, json!({"sum": "1"})),
            "sum",
            "one of the fields amount, currency, network",
        ),
        (
            (&pay, json!([1])),
            "body",
            "expected a JSON object, got a list",
        ),
        (
            (&status, json!({"status": "Paid!"})),
            "status",
            "small letters and underscores",
        ),
        ((&copies, json!({"copies": 0})), "copies", "from 1 to 1000"),
        (
            (&refund, json!({"outcome": "maybe"})),
            "outcome",
            "one of \"paid\", \"fail\"",
        ),
        (("prices", json!({"gold_usd": "1"})), "gold_usd", "ton_usd"),
        (
            ("prices", json!({"ton_usd": "0"})),
            "ton_usd",
            "a price from 0.000000001 to 1000000000",
        ),
        (
            ("prices", json!({"ton_usd": "much"})),
            "ton_usd",
            "got \"much\"",
        ),
        (("clock", json!({})), "advance_s", "expected seconds"),
        (("clock", json!({"advance_s": -1})), "advance_s", "got -1"),
        (
            ("heleket", json!({"webhook_form": "xml"})),
            "webhook_form",
            "\"php-ascii\"",
        ),
        (("reset", json!({"hard": true})), "hard", "no fields here"),
        (
            fault(json!({"system": "moon"})),
            "system",
            "one of \"heleket\", \"fragment\"",
        ),
        (
            fault(json!({"method": "teleport"})),
            "method",
            "payment/info",
        ),
        (fault(json!({"method": null})), "method", "got nothing"),
        (fault(json!({"kind": "explode"})), "kind", "\"lose-reply\""),
        (fault(json!({"count": 0})), "count", "from 1 to"),
        (
            fault(json!({"probability": 1.5})),
            "probability",
            "from 0 to 1",
        ),
        (
            fault(json!({"probability": 0.5, "count": 1})),
            "probability",
            "either count or probability",
        ),
        (
            fault(json!({"delay_ms": "soon"})),
            "delay_ms",
            "a whole number",
        ),
        (fault(json!({"status": 200})), "status", "from 400 to 599"),
    ];
    for ((path, body), field, words) in cases {
        let answer = ground.control(path, body.clone()).await;
        let error = answer.json()["error"].clone();
        assert_eq!(
            (answer.status, &error["field"]),
            (400, &json!(field)),
            "{path} {body}: {error}"
        );
        assert!(
            text(&error["message"]).contains(words),
            "{path} {body}: {error}"
        );
    }
    assert_eq!(ground.status("o").await, "check");
    assert_eq!(ground.control_get("faults").await, json!([]));
}

#[actix_web::test]
async fn what_is_not_there_is_said_with_where_to_look() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let gone = ground
        .control("invoices/none/pay", json!({"amount": "exact"}))
        .await;
    assert_eq!(gone.status, 404);
    assert!(
        gone.text
            .contains("there is no invoice none: GET /control/invoices lists them")
    );
    let act = ground.act(&invoice, "burn", json!({})).await;
    assert_eq!(act.status, 404);
    assert!(act.text.contains("pay, expire, lock"), "{}", act.text);
    let call = ground.control("teleport", json!({})).await;
    assert!(
        call.text
            .contains("there is no call POST /control/teleport"),
        "{}",
        call.text
    );
    let base = ground.sandbox.control_url();
    let index = ground.get(&format!("{base}/control")).await;
    assert!(index.text.contains("/control/faults"), "{}", index.text);
    let broken = ground
        .client
        .post(format!("{base}/control/clock"))
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(broken.status(), 400);
}

#[actix_web::test]
async fn the_clock_is_held_moved_and_let_go() {
    let ground = Ground::new();
    let clock = ground.control_get("clock").await;
    assert_eq!(
        (&clock["unix_s"], &clock["held"]),
        (&json!(START_S), &json!(true))
    );
    let moved = ground.drive("clock", json!({"advance_s": 90.5})).await;
    assert_eq!(
        (&moved["now"], &moved["held"]),
        (&json!("2027-01-15T08:01:30.500000Z"), &json!(true))
    );
    let running = ground.drive("clock", json!({"hold": false})).await;
    assert_eq!(running["held"], json!(false));
    let later = ground.control_get("clock").await;
    assert!(text(&later["now"]) >= text(&running["now"]));
    let held = ground
        .drive("clock", json!({"hold": true, "advance_s": 0}))
        .await;
    assert_eq!(held["held"], json!(true));
    assert_eq!(ground.control_get("clock").await["now"], held["now"]);
}

#[actix_web::test]
async fn a_running_clock_lets_things_happen_by_itself() {
    let mut settings = crate::ground::settings();
    settings.held_at = None;
    settings.block_time = std::time::Duration::from_millis(1);
    let (ground, receiver) = (Ground::with(settings), Receiver::new());
    let invoice = ground
        .invoice("o", json!({"url_callback": receiver.url}))
        .await;
    ground.pay(&invoice, "exact").await;
    receiver.reached(2).await;
    let mut told = receiver.statuses();
    told.sort_unstable();
    assert_eq!(
        told,
        ["confirm_check", "paid"],
        "in either order: they are two connections"
    );
}

#[actix_web::test]
async fn advancing_stops_wherever_something_is_due() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    receiver.answers(&[500, 500]);
    let more = json!({"lifetime": 300, "url_callback": receiver.url});
    ground.invoice("o", more).await;
    ground.advance(2 * 3600).await;
    assert_eq!(
        receiver.count(),
        3,
        "expiry, and a retry after 10 s, and one after 20 s"
    );
    let row = ground.control_get("webhooks").await[0].clone();
    assert_eq!(row["progress"], "delivered");
}

#[actix_web::test]
async fn reset_makes_everything_as_it_was() {
    let ground = Ground::new();
    let prices = ground.control_get("prices").await;
    let first = ground.invoice("o", json!({})).await;
    ground.drive("prices", json!({"ton_usd": "1"})).await;
    ground.drive("heleket", json!({"blocked": true})).await;
    ground
        .fault(json!({"method": "*", "kind": "refuse", "probability": 1}))
        .await;
    ground.advance(1000).await;
    ground.drive("reset", json!({})).await;
    assert_eq!(ground.control_get("invoices").await, json!([]));
    assert_eq!(ground.control_get("webhooks").await, json!([]));
    assert_eq!(ground.control_get("faults").await, json!([]));
    assert_eq!(ground.control_get("prices").await, prices);
    assert_eq!(ground.control_get("clock").await["unix_s"], json!(START_S));
    assert_eq!(
        ground.invoice("o", json!({})).await,
        first,
        "the dice fall as they fell"
    );
}

#[actix_web::test]
async fn reset_lets_go_of_calls_that_are_held_back() {
    let ground = Ground::new();
    ground
        .fault(json!({"method": "balance", "kind": "delay", "delay_ms": 60_000}))
        .await;
    let held = ground.call("balance", json!({}));
    let reset = async {
        ground.struck().await;
        ground.drive("reset", json!({})).await
    };
    let (held, _reset) = tokio::join!(held, reset);
    assert_eq!(held.status, 200, "nobody has to move the clock for it");
}

#[actix_web::test]
async fn webhooks_that_wait_for_a_receiver_can_be_tried_at_once() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    receiver.answers(&[503, 503, 503]);
    for order in ["a", "b", "c"] {
        let invoice = ground
            .invoice(order, json!({"url_callback": receiver.url}))
            .await;
        ground.act(&invoice, "expire", json!({})).await;
    }
    ground.advance(0).await;
    assert_eq!(
        ground.drive("webhooks/now", json!({})).await,
        json!({"webhooks": 3})
    );
    ground.advance(0).await;
    assert_eq!(receiver.count(), 6);
    ground.advance(100).await;
    assert_eq!(receiver.count(), 6, "their old timers are void");
    assert_eq!(
        ground.drive("webhooks/now", json!({})).await,
        json!({"webhooks": 0})
    );
}

#[actix_web::test]
async fn a_page_of_another_site_may_not_drive() {
    let ground = Ground::new();
    let url = format!("{}/control/reset", ground.sandbox.control_url());
    let foreign = ground
        .client
        .post(&url)
        .header("origin", "https://elsewhere.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 403);
    let own = ground
        .client
        .post(&url)
        .header("origin", ground.sandbox.control_url())
        .send()
        .await
        .unwrap();
    assert_eq!(own.status(), 200);
}

#[actix_web::test]
async fn a_payer_who_was_not_asked_takes_dollars_on_tron_or_what_the_driver_names() {
    let ground = Ground::new();
    let open = |order: &str| {
        ground.call(
            "payment",
            json!({"amount": "10", "currency": "USD", "order_id": order}),
        )
    };
    let usual = open("usual").await.result();
    let paid = ground.pay(&usual, "exact").await;
    assert_eq!(
        (&paid["payer_currency"], &paid["network"]),
        (&json!("USDT"), &json!("tron"))
    );
    let named = open("named").await.result();
    let body = json!({"amount": "exact", "currency": "ton", "network": "TON"});
    let paid = ground.act(&named, "pay", body).await.json();
    assert_eq!(
        (&paid["payer_currency"], &paid["status"]),
        (&json!("TON"), &json!("confirm_check"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_runs_on_any_runtime_and_stopped_it_listens_no_more() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    let invoice = ground
        .invoice("o", json!({"url_callback": receiver.url}))
        .await;
    ground.pay_and_confirm(&invoice, "exact").await;
    assert_eq!(receiver.statuses(), ["confirm_check", "paid"]);
    let urls = [ground.sandbox.control_url(), ground.sandbox.heleket_url()];
    ground.sandbox.stop().await;
    // One without old connections, which may not have noticed yet that they are cut.
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for url in urls {
        let refused = client.get(&url).send().await.expect_err("nobody is there");
        assert!(refused.is_connect(), "{url}: {refused}");
    }
}
