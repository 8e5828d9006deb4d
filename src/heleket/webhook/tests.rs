//! What is believed, in which form, and what is not.

use starkeeper_actors::domain::invoice::GatewayStatus;

use super::{Form, Keys, Kind, Rejected, verify};
use crate::heleket::ApiKey;

mod fuzz;
mod hostile;
mod reference;
mod vectors;

const PAYMENT: &str = "hk-test-payment-key-7f3a91c0";
const PAYOUT: &str = "hk-test-payout-key-51be20dd";

fn keys() -> Keys {
    Keys {
        payment: ApiKey::new(PAYMENT).unwrap(),
        payout: Some(ApiKey::new(PAYOUT).unwrap()),
    }
}

/// The wire body of `members` with the signature over `text` as its last member.
fn signed_over(members: &str, text: &str, key: &str) -> String {
    let sign = ApiKey::new(key).unwrap().sign(text.as_bytes());
    let open = members.strip_suffix('}').unwrap();
    format!(r#"{open},"sign":"{}"}}"#, sign.expose())
}

/// The same, signed exactly as it is sent.
fn signed(members: &str) -> String {
    signed_over(members, members, PAYMENT)
}

/// A payment whose `additional_data` and other members are as given.
fn payment(rest: &str) -> String {
    format!(r#"{{"type":"payment","uuid":"u-1","order_id":"o-1","status":"paid",{rest}}}"#)
}

/// The form in which a body signed over `text` is accepted.
fn form(wire: &str, text: &str) -> Result<Form, Rejected> {
    let body = signed_over(wire, text, PAYMENT);
    verify(body.as_bytes(), &keys()).map(|verified| verified.form)
}

#[test]
fn a_verified_body_says_what_it_is_about() {
    let verified = verify(signed(&payment(r#""n":null"#)).as_bytes(), &keys()).unwrap();
    assert_eq!(verified.kind, Kind::Payment);
    assert_eq!(verified.status, GatewayStatus::Paid);
    let (order_id, uuid) = verified.invoice().unwrap();
    assert_eq!((order_id.as_str(), uuid.as_str()), ("o-1", "u-1"));
}

#[test]
fn a_status_that_is_not_known_is_kept_as_its_text() {
    let body = signed(r#"{"type":"payment","uuid":"u","order_id":"o","status":"paid_maybe"}"#);
    let verified = verify(body.as_bytes(), &keys()).unwrap();
    assert_eq!(verified.status, GatewayStatus::unknown("paid_maybe"));
}

#[test]
fn a_static_wallet_is_no_invoice_of_ours() {
    let body = signed(r#"{"type":"wallet","uuid":"u","order_id":"o","status":"paid"}"#);
    let verified = verify(body.as_bytes(), &keys()).unwrap();
    assert_eq!(verified.kind, Kind::Wallet);
    assert_eq!(verified.invoice(), None);
}

#[test]
fn an_order_id_that_we_cannot_have_drawn_is_no_invoice_of_ours() {
    let name = "o".repeat(33);
    let members = format!(r#"{{"type":"payment","uuid":"u","order_id":"{name}","status":"paid"}}"#);
    let verified = verify(signed(&members).as_bytes(), &keys()).unwrap();
    assert_eq!(verified.invoice(), None);
}

#[test]
fn each_key_signs_its_own_kinds_only() {
    let of = |kind: &str, key: &str| {
        let members = format!(r#"{{"type":"{kind}","uuid":"u","order_id":"o","status":"paid"}}"#);
        let body = signed_over(&members, &members, key);
        verify(body.as_bytes(), &keys()).map(|verified| verified.kind)
    };
    assert_eq!(of("payment", PAYMENT), Ok(Kind::Payment));
    assert_eq!(of("wallet", PAYMENT), Ok(Kind::Wallet));
    assert_eq!(of("payout", PAYOUT), Ok(Kind::Payout));
    assert_eq!(of("payment", PAYOUT), Err(Rejected::WrongKind));
    assert_eq!(of("wallet", PAYOUT), Err(Rejected::WrongKind));
    assert_eq!(of("payout", PAYMENT), Err(Rejected::WrongKind));
    assert_eq!(of("refund", PAYMENT), Err(Rejected::WrongKind));
}

#[test]
fn without_a_payout_key_nothing_is_believed_of_payouts() {
    let members = r#"{"type":"payout","uuid":"u","order_id":"o","status":"paid"}"#;
    let body = signed_over(members, members, PAYOUT);
    let keys = Keys {
        payout: None,
        ..keys()
    };
    assert_eq!(verify(body.as_bytes(), &keys), Err(Rejected::Forged));
}

#[test]
fn every_form_is_found_and_named() {
    let data = |text: &str| payment(&format!(r#""additional_data":"{text}""#));
    let raw_escaped = data(r"Заказ 1\/2");
    let raw_plain = data("Заказ 1/2");
    let ascii_escaped = data(r"\u0417\u0430\u043a\u0430\u0437 1\/2");
    let ascii_plain = data(r"\u0417\u0430\u043a\u0430\u0437 1/2");
    let upper = data(r"\u0417\u0430\u043A\u0430\u0437 1/2");
    for sent in [&raw_escaped, &raw_plain, &ascii_escaped, &ascii_plain] {
        assert_eq!(form(sent, sent), Ok(Form::AsSent));
    }
    for sent in [&raw_plain, &ascii_escaped, &ascii_plain, &upper] {
        assert_eq!(form(sent, &raw_escaped), Ok(Form::Php));
    }
    for sent in [&raw_escaped, &ascii_escaped, &ascii_plain, &upper] {
        assert_eq!(form(sent, &raw_plain), Ok(Form::PlainSlash));
    }
    for sent in [&raw_escaped, &raw_plain, &ascii_plain, &upper] {
        assert_eq!(form(sent, &ascii_escaped), Ok(Form::PhpAscii));
    }
    for sent in [&raw_escaped, &raw_plain, &ascii_escaped, &upper] {
        assert_eq!(form(sent, &ascii_plain), Ok(Form::PlainSlashAscii));
    }
}

/// PHP 8.2: `json_encode(json_decode($text, true), JSON_UNESCAPED_UNICODE)`.
#[test]
fn values_are_printed_as_php_prints_them() {
    let cases = [
        (r#""quote \" slash \\ ""#, r#""quote \" slash \\ ""#),
        (r#""\b\f\n\r\t\u0001\u001F""#, r#""\b\f\n\r\t\u0001\u001f""#),
        ("\"\u{7f}<>&'\"", "\"\u{7f}<>&'\""),
        ("\"\u{2028}\u{2029}\"", r#""\u2028\u2029""#),
        (r#""\ud83d\ude00 \u2615""#, "\"😀 ☕\""),
        (r#""a/b\/c""#, r#""a\/b\/c""#),
        ("10.0", "10"),
        ("1.10", "1.1"),
        ("-2.50", "-2.5"),
        ("100", "100"),
        ("0.00", "0"),
        ("{ }", "[]"),
        ("[ ]", "[]"),
        (r#"{"0":"a","1":"b"}"#, r#"["a","b"]"#),
        (r#"{"1":"a","0":"b"}"#, r#"{"1":"a","0":"b"}"#),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#"[ 1 , "x" , null , true ]"#, r#"[1,"x",null,true]"#),
        (r#"{"to/b":null}"#, r#"{"to\/b":null}"#),
    ];
    for (sent, printed) in cases {
        let sent = payment(&format!(r#""a":{sent}"#));
        let printed = payment(&format!(r#""a":{printed}"#));
        let expected = if sent == printed {
            Form::AsSent
        } else {
            Form::Php
        };
        assert_eq!(form(&sent, &printed), Ok(expected), "{sent}");
    }
}

#[test]
fn space_between_the_members_does_not_count() {
    let sent =
        "\n { \"type\" : \"payment\" ,\t\"uuid\":\"u\", \"order_id\":\"o\", \"status\":\"paid\" }";
    let text = r#"{"type":"payment","uuid":"u","order_id":"o","status":"paid"}"#;
    assert_eq!(form(sent, text), Ok(Form::AsSent));
}
