//! Opening invoices: every rule of the request, and what comes back.

use serde_json::{Value, json};

use crate::ground::{Ground, START_S, text};

fn errors(answer: &crate::ground::Answer) -> Value {
    let json = answer.json();
    assert_eq!(
        (answer.status, &json["state"]),
        (422, &json!(1)),
        "{}",
        answer.text
    );
    json["errors"].clone()
}

#[actix_web::test]
async fn every_field_that_breaks_a_rule_is_named() {
    let ground = Ground::new();
    let long = "x".repeat(129);
    let cases = [
        ("amount", json!(null), "required"),
        ("amount", json!(12.5), "string"),
        ("amount", json!("-1"), "regex"),
        ("amount", json!("1,5"), "regex"),
        ("amount", json!("1e3"), "regex"),
        ("currency", json!(""), "required"),
        ("order_id", json!(null), "required"),
        ("order_id", json!("a/b"), "alpha_dash"),
        ("order_id", json!("заказ"), "alpha_dash"),
        ("order_id", json!(long), "max.string"),
        ("url_callback", json!("shop"), "min.string validation.url"),
        ("url_callback", json!("ftp://shop.example"), "url"),
        (
            "url_return",
            json!(format!("https://shop.example/{}", "x".repeat(240))),
            "max.string",
        ),
        ("url_success", json!(7), "string"),
        ("is_payment_multiple", json!("yes"), "boolean"),
        ("lifetime", json!(299), "min.numeric"),
        ("lifetime", json!(43_201), "max.numeric"),
        ("lifetime", json!(300.5), "integer"),
        ("subtract", json!(101), "max.numeric"),
        ("accuracy_payment_percent", json!(5.1), "max.numeric"),
        ("accuracy_payment_percent", json!("much"), "numeric"),
        ("additional_data", json!("x".repeat(256)), "max.string"),
        ("additional_data", json!({"a": 1}), "string"),
        ("currencies", json!("USDT"), "array"),
        ("currencies", json!([{"network": "tron"}]), "required"),
        ("except_currencies", json!(1), "array"),
        ("course_source", json!("Coinbase"), "in"),
        ("discount_percent", json!(-100), "min.numeric"),
        ("discount_percent", json!(101), "max.numeric"),
        ("is_refresh", json!(2), "boolean"),
    ];
    for (field, value, rule) in cases {
        let mut body = json!({"amount": "10", "currency": "USD", "order_id": "ord-1"});
        body[field] = value.clone();
        let found = errors(&ground.call("payment", body).await);
        let rules: Vec<String> = format!("validation.{rule}")
            .split(' ')
            .map(str::to_owned)
            .collect();
        assert_eq!(found, json!({field: rules}), "{field} = {value}");
    }
    let nothing = errors(&ground.call("payment", json!({})).await);
    for field in ["amount", "currency", "order_id"] {
        assert_eq!(nothing[field], json!(["validation.required"]));
    }
    let invoices = ground.control_get("invoices").await;
    assert_eq!(invoices, json!([]), "nothing was opened");
}

#[actix_web::test]
async fn what_the_gateway_will_not_do_is_said_in_a_message() {
    let ground = Ground::new();
    let cases = [
        (json!({"currency": "XYZ"}), "The currency was not found"),
        (json!({"network": "nowhere"}), "The network was not found"),
        (
            json!({"currency": "BTC", "network": "tron"}),
            "The network was not found",
        ),
        (
            json!({"to_currency": "EUR"}),
            "Not found service to_currency",
        ),
        (json!({"amount": "0.49"}), "Minimum amount 0.5 USDT"),
        (
            json!({"amount": "10000001"}),
            "Maximum amount 10000000 USDT",
        ),
        (
            json!({"amount": "99999999999999999999"}),
            "Maximum amount 10000000 USDT",
        ),
        (
            json!({"amount": "0.5", "to_currency": "TRX"}),
            "Minimum amount 1 TRX",
        ),
        (
            json!({"currencies": [{"currency": "NOPE"}]}),
            "The terminal was not found",
        ),
    ];
    ground.drive("prices", json!({"trx_usd": "0.6"})).await;
    for (more, message) in cases {
        let mut body = json!({"amount": "10", "currency": "USD", "order_id": "ord-1"});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = ground.call("payment", body).await;
        assert_eq!(answer.status, 422);
        assert_eq!(
            answer.json(),
            json!({"state": 1, "message": message}),
            "{more}"
        );
    }
    ground.drive("heleket", json!({"blocked": true})).await;
    let body = json!({"amount": "10", "currency": "USD", "order_id": "ord-1"});
    let blocked = ground.call("payment", body).await;
    assert_eq!(blocked.json()["message"], "You are forbidden");
}

#[actix_web::test]
async fn an_invoice_in_one_coin_comes_back_with_everything_the_documents_show() {
    let ground = Ground::new();
    let body = json!({
        "amount": "12.34", "currency": "USD", "to_currency": "USDT", "network": "TRON",
        "order_id": "ord-1001", "lifetime": 1800,
    });
    let answer = ground.call("payment", body).await;
    let names = [
        "uuid",
        "order_id",
        "amount",
        "payment_amount",
        "payment_amount_usd",
        "payer_amount",
        "payer_amount_exchange_rate",
        "discount_percent",
        "discount",
        "payer_currency",
        "currency",
        "comments",
        "merchant_amount",
        "network",
        "address",
        "from",
        "txid",
        "payment_status",
        "status",
        "url",
        "expired_at",
        "is_final",
        "additional_data",
        "created_at",
        "updated_at",
        "commission",
        "address_qr_code",
    ];
    let mut place = 0;
    for name in names {
        let found = answer.text[place..].find(&format!("\"{name}\":"));
        place += found.unwrap_or_else(|| panic!("{name} is missing or out of order"));
    }
    let invoice = answer.result();
    let expected = json!({
        "order_id": "ord-1001", "amount": "12.34", "payment_amount": null,
        "payment_amount_usd": null, "payer_amount": "12.34000000",
        "payer_amount_exchange_rate": "1.00000000", "discount_percent": null,
        "discount": "0.00000000", "payer_currency": "USDT", "currency": "USD", "comments": null,
        "merchant_amount": "12.09320000", "network": "tron", "from": null, "txid": null,
        "payment_status": "check", "status": "check", "expired_at": START_S + 1800,
        "is_final": false, "additional_data": null, "commission": "0.24680000",
        "created_at": "2027-01-15T11:00:00+03:00", "updated_at": "2027-01-15T11:00:00+03:00",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&invoice[name], value, "{name}");
    }
    assert!(text(&invoice["address"]).starts_with('T'));
    let picture = text(&invoice["address_qr_code"]);
    assert!(
        picture.starts_with("data:image/png;base64,iVBORw0KGgo"),
        "{picture}"
    );
    assert!(
        answer.text.contains(r"data:image\/png"),
        "PHP escapes slashes: {}",
        answer.text
    );
    let url = text(&invoice["url"]);
    assert_eq!(ground.get(url).await.status, 200, "the page is there");
}

#[actix_web::test]
async fn without_one_coin_on_one_network_the_payer_chooses() {
    let ground = Ground::new();
    let open = [
        json!({"amount": "10", "currency": "USD", "order_id": "fiat"}),
        json!({"amount": "10", "currency": "USD", "network": "tron", "order_id": "network-only"}),
        json!({"amount": "10", "currency": "USDT", "order_id": "many-networks"}),
    ];
    for body in open {
        let invoice = ground.call("payment", body.clone()).await.result();
        for name in [
            "payer_currency",
            "payer_amount",
            "network",
            "address",
            "merchant_amount",
        ] {
            assert_eq!(invoice[name], Value::Null, "{name} of {body}");
        }
    }
    let settled = [
        json!({"amount": "10", "currency": "TRX", "order_id": "one-network"}),
        json!({"amount": "10", "currency": "USDT", "network": "bsc", "order_id": "both"}),
        json!({"amount": "10", "currency": "USD", "to_currency": "BTC", "order_id": "converted"}),
    ];
    for body in settled {
        let invoice = ground.call("payment", body.clone()).await.result();
        assert!(invoice["address"].is_string(), "{body}: {invoice}");
    }
}

#[actix_web::test]
async fn a_used_order_id_answers_the_old_invoice_whatever_is_asked() {
    let ground = Ground::new();
    let old = ground.invoice("ord-1", json!({})).await;
    let again = json!({
        "amount": "99", "currency": "EUR", "order_id": "ord-1", "lifetime": 300,
        "additional_data": "other",
    });
    assert_eq!(ground.call("payment", again.clone()).await.result(), old);
    ground.pay_and_confirm(&old, "exact").await;
    let paid = ground.call("payment", again).await.result();
    assert_eq!(
        (&paid["uuid"], &paid["status"]),
        (&old["uuid"], &json!("paid"))
    );
    let invalid = json!({"amount": "99", "order_id": "ord-1"});
    assert_eq!(
        ground.call("payment", invalid).await.status,
        422,
        "fields are read first"
    );
    let invoices = ground.control_get("invoices").await;
    assert_eq!(invoices.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn refresh_opens_an_expired_invoice_under_a_new_address_and_no_other() {
    let ground = Ground::new();
    let old = ground.invoice("ord-1", json!({"lifetime": 300})).await;
    let again = json!({"amount": "77", "currency": "USD", "order_id": "ord-1", "is_refresh": true});
    assert_eq!(
        ground.call("payment", again.clone()).await.result(),
        old,
        "it is still open"
    );
    ground.advance(301).await;
    assert_eq!(ground.status("ord-1").await, "cancel");
    let without = json!({"amount": "77", "currency": "USD", "order_id": "ord-1"});
    assert_eq!(
        ground.call("payment", without).await.result()["status"],
        "cancel"
    );
    let fresh = ground.call("payment", again).await.result();
    assert_eq!(
        (&fresh["status"], &fresh["uuid"]),
        (&json!("check"), &old["uuid"])
    );
    assert_ne!(fresh["address"], old["address"]);
    assert_eq!(fresh["expired_at"], json!(START_S + 301 + 300));
    for same in ["amount", "payer_amount", "created_at", "payer_currency"] {
        assert_eq!(fresh[same], old[same], "{same}");
    }
    ground.pay_and_confirm(&fresh, "exact").await;
    assert_eq!(ground.status("ord-1").await, "paid");
}

#[actix_web::test]
async fn quotes_follow_prices_and_round_up_in_the_payers_coin() {
    let ground = Ground::new();
    ground
        .drive(
            "prices",
            json!({"ton_usd": "3", "trx_usd": 0.3, "btc_usd": "96000"}),
        )
        .await;
    let quote = |coin: &str| {
        let more = json!({"to_currency": coin, "network": null, "order_id": coin});
        ground.invoice("x", more)
    };
    assert_eq!(quote("TON").await["payer_amount"], "3.33333334");
    let tron = quote("TRX").await;
    assert_eq!(tron["payer_amount"], "33.33333400", "TRX has six decimals");
    assert_eq!(tron["payer_amount_exchange_rate"], "0.30000000");
    assert_eq!(quote("BTC").await["payer_amount"], "0.00010417");
    let prices = ground.control_get("prices").await;
    assert_eq!(
        (&prices["ton_usd"], &prices["star_usd"]),
        (&json!("3"), &json!("0.015"))
    );
}

#[actix_web::test]
async fn discount_and_subtract_change_what_the_payer_sends() {
    let ground = Ground::new();
    let cheaper = ground.invoice("a", json!({"discount_percent": 10})).await;
    assert_eq!(
        (&cheaper["payer_amount"], &cheaper["discount"]),
        (&json!("9.00000000"), &json!("1.00000000"))
    );
    let dearer = ground.invoice("b", json!({"discount_percent": -5})).await;
    assert_eq!(
        (&dearer["payer_amount"], &dearer["discount"]),
        (&json!("10.50000000"), &json!("-0.50000000"))
    );
    let borne = ground.invoice("c", json!({"subtract": 100})).await;
    assert_eq!(borne["payer_amount"], "10.20000000", "two percent on top");
    assert_eq!(
        (&borne["commission"], &borne["merchant_amount"]),
        (&json!("0.20000000"), &json!("10.00000000"))
    );
    let free = json!({"amount": "10", "currency": "USD", "order_id": "d", "discount_percent": 10});
    let free = ground.call("payment", free).await.result();
    assert_eq!(
        free["discount_percent"],
        Value::Null,
        "only a specific coin has a discount"
    );
}

#[actix_web::test]
async fn currencies_and_except_currencies_limit_what_may_be_chosen() {
    let ground = Ground::new();
    let only = json!({
        "amount": "10", "currency": "USD", "order_id": "only",
        "currencies": [{"currency": "TON"}, {"currency": "USDT", "network": "bsc"}],
        "except_currencies": [{"currency": "TON", "network": "ton"}],
    });
    let invoice = ground.call("payment", only).await.result();
    let ton = ground
        .act(
            &invoice,
            "pay",
            json!({"amount": "exact", "currency": "TON", "network": "ton"}),
        )
        .await;
    assert_eq!(ton.status, 409, "{}", ton.text);
    let paid = ground.pay(&invoice, "exact").await;
    assert_eq!(
        (&paid["payer_currency"], &paid["network"]),
        (&json!("USDT"), &json!("bsc"))
    );
}
