use proptest::prelude::*;
use serde_json::{Value, json};
use starkeeper_actors::domain::catalog::{PremiumMonths, Product, Username};
use starkeeper_actors::domain::ids::{LoginId, RequestId};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};

use super::head::Head;
use super::history::{Shelf, rows};
use super::link::{Mode, link, recipient, request, state};
use super::{plain_text, prices};

const OURS: &str = "0:71892d3faaabcbcc297c00d06607d10c19b1c86643a09b5fd2477ade7fc17748";
const LOGIN: LoginId = LoginId::new(1);

fn page(api: &str, wallet: &str) -> String {
    format!(
        "<html><script>ajInit({{\"version\":589,\"apiUrl\":\"{api}\",\"state\":{{\"tonRate\":1.33}}}});\
         </script><script id=\"aj_script\">Wallet.init({wallet});</script></html>"
    )
}

#[test]
fn the_head_is_read_with_either_slash_and_either_login() {
    let wallet = format!(
        "{{\"address\":\"{OURS}\",\"ton_proof\":\"5550ffd0\",\"logged_in\":true,\"version\":2}}"
    );
    for api in [
        "\\/api?hash=58401248c484690e80",
        "/api?hash=58401248c484690e80&x=1",
    ] {
        let head = Head::of(&page(api, &wallet)).unwrap();
        assert_eq!(head.hash, "58401248c484690e80");
        assert_eq!(head.challenge.as_deref(), Some("5550ffd0"));
        assert!(head.look.telegram);
        assert_eq!(head.look.proven.unwrap().to_string(), OURS);
    }
    let out = "{\"address\":false,\"ton_proof\":\"55\",\"logged_in\":false}";
    let head = Head::of(&page("/api?hash=ab", out)).unwrap();
    assert!(!head.look.telegram && head.look.proven.is_none());
}

#[test]
fn a_head_that_says_less_is_no_head() {
    let fine = "{\"address\":false,\"logged_in\":true}";
    for (api, wallet) in [
        ("/api?hash=", fine),
        ("/api", fine),
        ("/api?hash=../x", fine),
        ("/api?hash=ab", "{\"address\":false}"),
        ("/api?hash=ab", "{\"address\":true,\"logged_in\":true}"),
        ("/api?hash=ab", "{\"address\":\"EQ\",\"logged_in\":true}"),
        ("/api?hash=ab", "{"),
    ] {
        assert!(Head::of(&page(api, wallet)).is_err(), "{api} {wallet}");
    }
    assert!(Head::of("<html>Just a moment...</html>").is_err());
}

/// As the site wrote them when 5050 Stars were 75.75 dollars, and since August 2026.
#[test]
fn prices_of_stars_are_read_exactly() {
    for html in [
        "<div class=\"tm-value icon-before icon-ton\">44<span class=\"mini-frac\">.6172</span></div>\
         <div class=\"tm-radio-desc\">~&nbsp;&#036;75.75</div>",
        "<span class=\"tm-value icon-before icon-usd\">&#036;75.75</span>\
         <span class=\"tm-radio-desc icon-before icon-ton\">44<span class=\"mini-frac\">.6172</span></span>",
    ] {
        let (ton, usd) = prices::of_stars(html).unwrap();
        assert_eq!(ton, NanoTon::from_nanos(44_617_200_000), "{html}");
        assert_eq!(usd, MicroUsd::from_micros(75_750_000), "{html}");
    }
    let large = "<b class=\"icon-ton\">88,354<i>.8331</i></b><b>$150,000.00</b>";
    let (ton, usd) = prices::of_stars(large).unwrap();
    assert_eq!(ton.nanos(), 88_354_833_100_000);
    assert_eq!(usd.micros(), 150_000_000_000);
    for none in [
        "",
        "<b>$1</b>",
        "<b class=\"icon-ton\">1.5</b>",
        "<b class=\"icon-ton\">1,5</b><b>$1</b>",
    ] {
        assert!(prices::of_stars(none).is_err(), "{none}");
    }
}

#[test]
fn prices_of_premium_are_read_by_their_months() {
    let option = |months: u32, usd: &str, ton: &str| {
        format!(
            "<label class=\"tm-form-radio-item\"><input type=\"radio\" class=\"radio\" name=\"months\" \
             value=\"{months}\"><span class=\"tm-radio-label\">{months} months</span>\
             <span class=\"tm-value icon-before icon-usd\">&#036;{usd}</span>\
             <span class=\"tm-radio-desc icon-before icon-ton\">{ton}</span></label>"
        )
    };
    let all = [
        option(3, "11.99", "7<span>.0626</span>"),
        option(6, "15.99", "9.42"),
        option(12, "28.99", "17"),
    ];
    let found = prices::of_premium(&all.concat()).unwrap();
    let nanos: Vec<_> = found
        .iter()
        .map(|(months, (ton, _))| (months.get(), ton.nanos()))
        .collect();
    assert_eq!(
        nanos,
        [(3, 7_062_600_000), (6, 9_420_000_000), (12, 17_000_000_000)]
    );
    assert!(
        prices::of_premium(&all[..2].concat()).is_err(),
        "a year is missing"
    );
}

fn row(recipient: &str, goods: &str, price: &str, at: &str) -> String {
    format!(
        "<tr><td><div class=\"table-cell\"><a class=\"tm-inline-nowrap\">{recipient}</a></div></td>\
         <td><div class=\"table-cell\"><div class=\"table-cell-value tm-value tm-nowrap\">{goods}</div></div></td>\
         <td><div class=\"table-cell-value tm-value icon-before icon-ton\">{price}</div></td>\
         <td><time datetime=\"{at}\">then</time></td></tr>"
    )
}

#[test]
fn rows_of_a_history_are_read_and_strangers_left_out() {
    let head = "<table><thead><tr><th>Recipient</th></tr></thead><tbody>";
    let at = "2026-11-22T10:00:00+00:00";
    let html = [
        head,
        &row(
            "@masha",
            "1,000",
            "8<span class=\"mini-frac\">.835</span>",
            at,
        ),
        &row("Somebody Without A Name", "50", "0.4", at),
        &row("@masha", "10,000,000", "88,354.8331", at),
    ];
    let found = rows(&html.concat(), Shelf::Stars, LOGIN).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].recipient, Username::parse("masha").unwrap());
    assert!(matches!(found[0].goods, Product::Stars(stars) if stars.get() == 1000));
    assert_eq!(found[0].price.nanos(), 8_835_000_000);
    let year = row("@masha", "1 year", "17", at);
    let found = rows(&year, Shelf::Premium, LOGIN).unwrap();
    assert_eq!(found[0].goods, Product::Premium(PremiumMonths::Twelve));
    let months = row("@masha", "3 months", "7", at);
    let found = rows(&months, Shelf::Premium, LOGIN).unwrap();
    assert_eq!(found[0].goods, Product::Premium(PremiumMonths::Three));
    for broken in [
        row("@masha", "many", "7", at),
        row("@masha", "50", "seven", at),
        row("@masha", "50", "7", "yesterday"),
        "<tr><td class=\"tm-inline-nowrap\">@masha</td></tr>".to_owned(),
    ] {
        assert!(rows(&broken, Shelf::Stars, LOGIN).is_err(), "{broken}");
    }
}

#[test]
fn a_person_is_read_as_a_customer_sees_them() {
    let masha = Username::parse("masha").unwrap();
    let answer = json!({"ok": true, "found": {"myself": false, "recipient": "tok-1",
        "photo": "<img src=\"/file/photo/7.svg\" />", "name": "Masha &amp; &#039;Co&#039; <b>x</b>"}});
    let found = recipient(&answer, &masha).unwrap();
    assert_eq!(found.name.as_str(), "Masha & 'Co' x");
    assert_eq!(found.photo.unwrap().as_str(), "/file/photo/7.svg");
    let bare = json!({"found": {"recipient": "tok-1", "photo": "", "name": ""}});
    assert!(recipient(&bare, &masha).unwrap().photo.is_none());
    assert!(recipient(&json!({"ok": true}), &masha).is_err());
}

#[test]
fn a_request_is_read_to_the_last_nano() {
    let read = |amount: Value| request(&json!({"req_id": "r1", "amount": amount}));
    assert_eq!(
        read(json!("1,234.567890123")).unwrap().amount.nanos(),
        1_234_567_890_123
    );
    assert_eq!(read(json!("0.2774")).unwrap().amount.nanos(), 277_400_000);
    assert_eq!(read(json!(2)).unwrap().amount.nanos(), 2_000_000_000);
    for bad in [
        json!("1,2"),
        json!("0.0000000001"),
        json!("-1"),
        json!(null),
        json!("1e3"),
    ] {
        assert!(read(bad).is_err());
    }
    assert!(request(&json!({"amount": "1"})).is_err());
}

const PAYLOAD: &str =
    "te6ccgEBAgEANgABTgAAAABUZWxlZ3JhbSBQcmVtaXVtIGZvciAzIG1vbnRocyAKClJlZgEAFCMzcFdKdGJkYnU";

fn linked(messages: &Value) -> Value {
    json!({"ok": true, "transaction": {"validUntil": 1_800_000_000, "from": OURS, "messages": messages}})
}

fn message() -> Value {
    json!({"address": "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB", "amount": "7062600000",
        "payload": PAYLOAD})
}

#[test]
fn a_link_is_decoded_and_judged_by_nobody_here() {
    let id = RequestId::parse("r1").unwrap();
    let asked = link(&linked(&json!([message()])), &id).unwrap();
    assert_eq!(asked.amount.nanos(), 7_062_600_000);
    assert_eq!(asked.from.unwrap().to_string(), OURS);
    assert_eq!(
        asked.payload.text,
        "Telegram Premium for 3 months \n\nRef#3pWJtbdbu"
    );
    assert_eq!((asked.messages, asked.has_state_init), (1, false));
    assert_eq!(asked.confirm_method, "confirmReq");
    assert_eq!(asked.confirm_params, [("id".to_owned(), "r1".to_owned())]);
    let mut with_init = message();
    with_init["stateInit"] = json!("te6c");
    let two = link(&linked(&json!([message(), with_init])), &id).unwrap();
    assert_eq!((two.messages, two.has_state_init), (2, true));
    let mut named = linked(&json!([message()]));
    named["confirm_method"] = json!("confirmReq2");
    named["confirm_params"] = json!({"id": 7, "x": "y"});
    let named = link(&named, &id).unwrap();
    assert_eq!(named.confirm_method, "confirmReq2");
    assert_eq!(
        named.confirm_params,
        [("id".into(), "7".into()), ("x".into(), "y".into())]
    );
}

#[test]
fn half_a_link_is_none() {
    let id = RequestId::parse("r1").unwrap();
    assert!(link(&linked(&json!([])), &id).is_err());
    for member in ["address", "amount", "payload"] {
        let mut message = message();
        message[member] = json!("?");
        assert!(link(&linked(&json!([message])), &id).is_err(), "{member}");
    }
    let mut strange = linked(&json!([message()]));
    strange["confirm_method"] = json!("../tonLogOut");
    assert!(link(&strange, &id).is_err());
}

#[test]
fn a_page_is_done_only_when_it_says_so_for_good() {
    let read = |answer: Value| state(&answer).unwrap();
    assert_eq!(
        read(json!({"mode": "new", "need_update": false})).mode,
        Mode::New
    );
    assert_eq!(
        read(json!({"mode": "processing", "need_update": true})).mode,
        Mode::Processing
    );
    assert_eq!(
        read(json!({"mode": "done", "need_update": true})).mode,
        Mode::Processing
    );
    let done = read(json!({"mode": "done", "need_update": false, "req_id": "r1"}));
    assert_eq!(
        (done.mode, done.request.unwrap().as_str()),
        (Mode::Done, "r1")
    );
    assert!(state(&json!({"ok": true})).is_err());
}

proptest! {
    #[test]
    fn no_page_panics(text: String) {
        let _either = Head::of(&text);
        let _either = prices::of_stars(&text);
        let _either = prices::of_premium(&text);
        let _either = rows(&text, Shelf::Stars, LOGIN);
        let _text = plain_text(&text);
    }

    #[test]
    fn no_page_of_tags_panics(parts in prop::collection::vec(
        prop::sample::select(vec!["<tr>", "</tr>", "<a class=\"tm-inline-nowrap\">", "@masha", "<time datetime=\"",
            "2026-11-22T10:00:00Z\">", "<b class=\"icon-ton\">", "1,0", "0.5", "</b>", "$", "ajInit({", "Wallet.init(",
            "<label class=\"tm-form-radio-item\">", "<input name=months value=3>", "<", "&#", "&amp;", "\""]), 0..40)) {
        let html = parts.concat();
        let _either = Head::of(&html);
        let _either = prices::of_premium(&html);
        let _either = rows(&html, Shelf::Premium, LOGIN);
        let _text = plain_text(&html);
    }

    #[test]
    fn every_amount_is_read_as_it_is_written(nanos in 0_i64..4_000_000_000_000_000_000) {
        let amount = NanoTon::from_nanos(nanos);
        let read = request(&json!({"req_id": "r", "amount": amount.to_decimal()})).unwrap();
        prop_assert_eq!(read.amount, amount);
    }
}
