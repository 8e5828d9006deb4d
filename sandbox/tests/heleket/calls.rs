//! Looking things up: info, list, services, rates, balance, pictures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::ground::{Ground, text};

#[actix_web::test]
async fn info_finds_by_either_name_and_order_id_wins() {
    let ground = Ground::new();
    let one = ground.invoice("one", json!({})).await;
    let two = ground.invoice("two", json!({})).await;
    let by = |body| ground.call("payment/info", body);
    assert_eq!(by(json!({"uuid": one["uuid"]})).await.result(), one);
    assert_eq!(
        by(json!({"uuid": one["uuid"], "order_id": "two"}))
            .await
            .result(),
        two
    );
    let neither = by(json!({})).await;
    assert_eq!(neither.status, 422);
    let rule = json!(["validation.required_without"]);
    assert_eq!(
        neither.json()["errors"],
        json!({"uuid": rule, "order_id": rule})
    );
    let unknown = by(json!({"order_id": "three"})).await;
    assert_eq!(unknown.text, r#"{"state":1,"message":"Payment not found"}"#);
}

async fn page(ground: &Ground, cursor: Option<&str>, body: Value) -> Value {
    let path = match cursor {
        Some(cursor) => format!("payment/list?cursor={cursor}"),
        None => "payment/list".to_owned(),
    };
    ground.call(&path, body).await.result()
}

fn orders(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| text(&item["order_id"]))
        .collect()
}

#[actix_web::test]
async fn the_list_is_walked_by_cursor_newest_first_and_back() {
    let ground = Ground::new();
    for number in 0..32 {
        ground.invoice(&format!("o{number}"), json!({})).await;
    }
    let mut seen = Vec::new();
    let mut pages = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = page(&ground, cursor.as_deref(), json!({})).await;
        seen.extend(orders(&page).into_iter().map(str::to_owned));
        cursor = page["paginate"]["nextCursor"].as_str().map(str::to_owned);
        pages.push(page["paginate"].clone());
        if cursor.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..32).rev().map(|number| format!("o{number}")).collect();
    assert_eq!(seen, expected);
    let counts: Vec<i64> = pages
        .iter()
        .map(|page| page["count"].as_i64().unwrap())
        .collect();
    assert_eq!(counts, [15, 15, 2]);
    assert!(
        pages
            .iter()
            .all(|page| page["hasPages"] == json!(true) && page["perPage"] == json!(15))
    );
    assert_eq!(pages[0]["previousCursor"], Value::Null);
    assert!(
        text(&pages[0]["nextCursor"]).starts_with("eyJ"),
        "a token, not a number"
    );
    let back = text(&pages[2]["previousCursor"]);
    let back = page(&ground, Some(back), json!({})).await;
    assert_eq!(orders(&back)[..2], ["o16", "o15"]);
    let forth = page(&ground, Some("nonsense"), json!({})).await;
    assert_eq!(
        orders(&forth)[0],
        "o31",
        "a cursor nobody gave is the first page"
    );
}

#[actix_web::test]
async fn a_new_invoice_does_not_shift_the_pages_behind_a_cursor() {
    let ground = Ground::new();
    for number in 0..20 {
        ground.invoice(&format!("o{number}"), json!({})).await;
    }
    let first = page(&ground, None, json!({})).await;
    ground.invoice("new", json!({})).await;
    let second = page(&ground, first["paginate"]["nextCursor"].as_str(), json!({})).await;
    assert_eq!(orders(&second), ["o4", "o3", "o2", "o1", "o0"]);
}

#[actix_web::test]
async fn dates_are_those_of_creation_three_hours_before_utc() {
    let ground = Ground::new();
    // 11:00:00, 11:00:40 and 11:01:20 on the gateway's clocks.
    for order in ["a", "b", "c"] {
        ground.invoice(order, json!({})).await;
        ground.advance(40).await;
    }
    let between = |from: &str, to: &str| {
        let mut body = json!({});
        for (name, time) in [("date_from", from), ("date_to", to)] {
            if !time.is_empty() {
                body[name] = json!(format!("2027-01-15 {time}"));
            }
        }
        page(&ground, None, body)
    };
    assert_eq!(orders(&between("11:00:40", "").await), ["c", "b"]);
    assert_eq!(orders(&between("", "11:00:40").await), ["b", "a"]);
    assert_eq!(
        orders(&between("11:00:01", "11:00:39").await),
        Vec::<&str>::new()
    );
    assert_eq!(
        orders(&between("08:00:00", "09:00:00").await),
        Vec::<&str>::new(),
        "not UTC"
    );
    for wrong in [
        "2027-01-15",
        "15.01.2027 11:00:00",
        "2027-02-30 00:00:00",
        "2027-1-5 1:2:3",
    ] {
        let answer = ground
            .call("payment/list", json!({"date_from": wrong}))
            .await;
        assert_eq!(
            answer.json()["errors"],
            json!({"date_from": ["validation.regex"]}),
            "{wrong}"
        );
    }
}

#[actix_web::test]
async fn services_name_networks_in_upper_case_with_limits_and_commission() {
    let ground = Ground::new();
    let services = ground.call("payment/services", json!({})).await.result();
    let usdt = json!({
        "network": "TRON", "currency": "USDT", "is_available": true,
        "limit": {"min_amount": "0.50000000", "max_amount": "10000000.00000000"},
        "commission": {"fee_amount": "0.00", "percent": "2.00"},
    });
    assert!(services.as_array().unwrap().contains(&usdt), "{services}");
    for service in services.as_array().unwrap() {
        let body = json!({
            "amount": "20", "currency": "USD", "to_currency": service["currency"],
            "network": service["network"],
            "order_id": format!("{}-{}", text(&service["currency"]), text(&service["network"])),
        });
        assert!(
            ground.call("payment", body).await.result()["address"].is_string(),
            "{service}"
        );
    }
}

#[actix_web::test]
async fn rates_are_what_quotes_use() {
    let ground = Ground::new();
    ground.drive("prices", json!({"eth_usd": "1228.45"})).await;
    let url = format!("{}/v1/exchange-rate/ETH/list", ground.sandbox.heleket_url());
    let rates = ground.get(&url).await.result();
    let usd = json!({"from": "ETH", "to": "USD", "course": "1228.45000000"});
    assert!(rates.as_array().unwrap().contains(&usd), "{rates}");
    assert!(
        !rates.to_string().contains("STAR"),
        "what the gateway does not know is not in it"
    );
    let unknown = format!(
        "{}/v1/exchange-rate/STAR/list",
        ground.sandbox.heleket_url()
    );
    assert_eq!(
        ground.get(&unknown).await.json()["message"],
        "The currency was not found"
    );
}

#[actix_web::test]
async fn the_balance_is_what_was_paid_less_commission_and_refunds() {
    let ground = Ground::new();
    let empty = ground.call("balance", json!({})).await;
    assert_eq!(
        empty.text,
        r#"{"state":0,"result":[{"balance":{"merchant":[],"user":[]}}]}"#
    );
    for order in ["a", "b", "c"] {
        let invoice = ground.invoice(order, json!({})).await;
        ground.pay_and_confirm(&invoice, "exact").await;
    }
    ground
        .refund(json!({"order_id": "b", "address": "T", "is_subtract": true, "amount": "5"}))
        .await
        .result();
    let locked = ground
        .call("payment/info", json!({"order_id": "c"}))
        .await
        .result();
    ground.act(&locked, "lock", json!({})).await;
    let result = ground.call("balance", json!({})).await.result();
    let usdt = &result[0]["balance"]["merchant"][0];
    assert_eq!(
        (
            &usdt["currency_code"],
            &usdt["balance"],
            &usdt["balance_usd"]
        ),
        (&json!("USDT"), &json!("14.60000000"), &json!("14.60"))
    );
}

#[actix_web::test]
async fn pictures_are_real_png_files() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let answer = ground
        .call(
            "payment/qr",
            json!({"merchant_payment_uuid": invoice["uuid"]}),
        )
        .await;
    let image = answer.result()["image"].clone();
    assert_eq!(image, invoice["address_qr_code"]);
    let data = text(&image).strip_prefix("data:image/png;base64,").unwrap();
    let file = STANDARD.decode(data).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(frame.width, frame.height);
    assert!(
        frame.width >= 150,
        "large enough to be scanned: {}",
        frame.width
    );
    let missing = ground.call("payment/qr", json!({})).await;
    assert_eq!(
        missing.json()["errors"],
        json!({"merchant_payment_uuid": ["validation.required"]})
    );
    let unknown = ground
        .call("payment/qr", json!({"merchant_payment_uuid": "none"}))
        .await;
    assert_eq!(unknown.json()["message"], "Payment not found");
}
