//! The client at the wire: what it asks, and what it makes of answers that are odd, half or none.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde_json::{Value, json};
use starkeeper::ton::{
    BadChain, ChainSettings, Outgoings, ProviderSettings, TonChain, WalletVersion,
};
use starkeeper_actors::ports::wallet::SendHint;
use starkeeper_actors::ports::{Chain as _, Failure};
use starkeeper_actors::testing::contract::rows;
use tycho_types::cell::CellBuilder;
use tycho_types::prelude::Boc;
use url::Url;

use super::{WORDS, at, contract, nanos};
use crate::heleket::host::{Host, Reply, cut};

const TIME: i64 = 1_800_000_000;

fn settings(hosts: &[&Host]) -> ChainSettings {
    let provider = |host: &&Host| ProviderSettings {
        url: host.url(),
        key: None,
    };
    let mut settings = ChainSettings::new(hosts.iter().map(provider).collect());
    settings.rate = settings.rate.saturating_add(10_000);
    settings.pause = Duration::from_millis(1);
    settings.attempts = 1;
    settings
}

fn chain(settings: ChainSettings) -> TonChain {
    TonChain::new(settings, Arc::new(Outgoings::new([], vec![]))).unwrap()
}

/// The state of the vectors' wallet at this seqno.
fn active(version: WalletVersion, seqno: u32) -> Value {
    let init = contract(WORDS, version);
    let init = init.state_init().refs();
    let code = ton_core_boc(&init[0]);
    let old = Boc::decode(ton_core_boc(&init[1])).unwrap();
    let mut from = old.as_slice().unwrap();
    let mut data = CellBuilder::new();
    if version == WalletVersion::V5R1 {
        data.store_bit(from.load_bit().unwrap()).unwrap();
    }
    from.load_u32().unwrap();
    data.store_u32(seqno).unwrap();
    data.store_slice(from).unwrap();
    let data = Boc::encode(data.build().unwrap());
    json!({
        "@type": "raw.fullAccountState",
        "balance": "1500000000",
        "state": "active",
        "code": STANDARD.encode(code),
        "data": STANDARD.encode(data),
        "last_transaction_id": {"lt": "47000001", "hash": STANDARD.encode([5; 32])},
        "sync_utime": TIME,
    })
}

fn ton_core_boc(cell: &ton_core::cell::TonCell) -> Vec<u8> {
    ton_core::cell::BoC::new(cell.clone())
        .to_bytes(false)
        .unwrap()
}

fn empty() -> Value {
    json!({
        "balance": "0",
        "state": "uninitialized",
        "code": "",
        "data": "",
        "last_transaction_id": {"lt": "0", "hash": STANDARD.encode([0; 32])},
        "sync_utime": TIME,
    })
}

fn ok(result: &Value) -> Reply {
    Reply::Json(
        200,
        json!({"ok": true, "result": result})
            .to_string()
            .into_bytes(),
    )
}

fn with(mut state: Value, key: &str, value: Value) -> Value {
    state[key] = value;
    state
}

fn without(mut state: Value, key: &str) -> Value {
    state.as_object_mut().unwrap().remove(key);
    state
}

#[tokio::test]
async fn seqno_balance_and_time_come_from_one_answer() {
    for (version, seqno) in [
        (WalletVersion::V4R2, 7),
        (WalletVersion::V5R1, 4_000_000_000),
    ] {
        let host = Host::answering([ok(&active(version, seqno))]).await;
        let wallet = contract(WORDS, version).address();
        let mut settings = settings(&[&host]);
        settings.providers[0].key = Some(SecretString::from("key-of-a-test"));
        assert!(!format!("{settings:?}").contains("key-of-a-test"));
        let state = chain(settings).state(wallet).await.unwrap();
        assert_eq!((state.seqno, state.balance), (seqno, nanos(1_500_000_000)));
        assert_eq!((state.time, state.last_lt()), (at(TIME), 47_000_001));
        let seen = host.only();
        assert_eq!(seen.header("x-api-key"), Some("key-of-a-test"));
        let hash = wallet.hash();
        assert_eq!(
            seen.target,
            format!("/api/v2/getAddressInformation?address=0%3A{hash}")
        );
    }
}

#[tokio::test]
async fn an_account_that_was_never_used_is_one_only_if_all_says_so() {
    let wallet = contract(WORDS, WalletVersion::V5R1).address();
    let bare = with(empty(), "balance", json!(-1));
    for account in [empty(), bare] {
        let host = Host::answering([ok(&account)]).await;
        let state = chain(settings(&[&host])).state(wallet).await.unwrap();
        assert_eq!(
            (state.seqno, state.balance, state.last),
            (0, nanos(0), None)
        );
    }
    let active = || active(WalletVersion::V5R1, 3);
    let odd = [
        with(empty(), "code", active()["code"].clone()),
        without(empty(), "sync_utime"),
        with(empty(), "sync_utime", json!(0)),
        without(empty(), "last_transaction_id"),
        without(empty(), "balance"),
        with(empty(), "balance", json!("much")),
        with(empty(), "balance", json!(-2)),
        with(empty(), "state", json!("nonexist")),
        with(active(), "state", json!("frozen")),
        with(active(), "code", json!("")),
        with(active(), "data", json!("")),
        with(active(), "data", active()["code"].clone()),
        with(active(), "code", active()["data"].clone()),
        with(active(), "balance", json!("-1")),
        with(
            active(),
            "last_transaction_id",
            json!({"lt": "5", "hash": "?"}),
        ),
        json!(null),
        json!([]),
    ];
    for account in odd {
        let host = Host::answering([ok(&account)]).await;
        let answer = chain(settings(&[&host])).state(wallet).await;
        // The code's cells are data with a seqno to whoever does not look at the code.
        if let Ok(state) = &answer {
            assert_ne!(state.seqno, 0, "{account}");
            assert_eq!(account["code"], active()["code"]);
        }
    }
}

#[tokio::test]
async fn an_outage_is_never_a_state() {
    let wallet = contract(WORDS, WalletVersion::V5R1).address();
    let body = json!({"ok": true, "result": empty()}).to_string();
    let outages = [
        Reply::Json(
            500,
            br#"{"ok":false,"error":"LITE_SERVER_NETWORK","code":500}"#.to_vec(),
        ),
        Reply::Json(429, br#"{"ok":false,"result":"Ratelimit exceed"}"#.to_vec()),
        Reply::Json(200, br#"{"ok":false,"result":{}}"#.to_vec()),
        Reply::Json(200, b"<html>".to_vec()),
        Reply::Json(502, body.clone().into_bytes()),
        Reply::Json(302, body.clone().into_bytes()),
        cut(body.as_bytes()),
        Reply::Close,
        Reply::Vanish,
    ];
    for outage in outages {
        let host = Host::answering([outage]).await;
        let answer = chain(settings(&[&host])).state(wallet).await;
        let why = answer.unwrap_err().to_string();
        assert!(why.contains(&wallet.to_string()), "{why}");
        // The next provider is asked instead.
        let host = Host::answering([Reply::Close]).await;
        let other = Host::answering([ok(&active(WalletVersion::V5R1, 9))]).await;
        let state = chain(settings(&[&host, &other]))
            .state(wallet)
            .await
            .unwrap();
        assert_eq!((state.provider.0, state.seqno), (1, 9));
    }
}

#[tokio::test]
async fn a_hint_is_never_better_than_the_truth() {
    let taken = || ok(&json!({"@type": "ok"}));
    let refused = || {
        let said = br#"{"ok":false,"error":"cannot apply external message to current state : exitcode=33","code":500}"#;
        Reply::Json(500, said.to_vec())
    };
    let lost = || Reply::Close;
    let away = || Reply::Json(429, b"{}".to_vec());
    let transfer = rows::transfer(21, 10, contract(WORDS, WalletVersion::V5R1).address(), 3);
    let send = async |replies: [Reply; 2]| {
        let [one, other] = replies;
        let (one, other) = (Host::answering([one]).await, Host::answering([other]).await);
        let answer = chain(settings(&[&one, &other])).send(&transfer).await;
        // Every provider gets the very bytes.
        let boc = json!({"boc": STANDARD.encode(transfer.boc.bytes())}).to_string();
        assert_eq!(
            (one.only().text(), other.only().text()),
            (boc.as_str(), boc.as_str())
        );
        answer
    };
    assert_eq!(send([taken(), lost()]).await, Ok(SendHint::Taken));
    assert_eq!(send([refused(), taken()]).await, Ok(SendHint::Taken));
    let both = send([refused(), refused()]).await;
    assert!(matches!(both, Ok(SendHint::Refused { .. })), "{both:?}");
    let doubt = send([refused(), lost()]).await;
    assert!(matches!(doubt, Err(Failure::Unknown { .. })), "{doubt:?}");
    let one = send([refused(), away()]).await;
    assert!(matches!(one, Ok(SendHint::Refused { .. })), "{one:?}");
    let none = send([away(), away()]).await;
    assert!(matches!(none, Err(Failure::NotDone { .. })), "{none:?}");
}

#[tokio::test]
async fn the_same_bytes_are_brought_again_while_the_trouble_passes() {
    let wallet = contract(WORDS, WalletVersion::V5R1).address();
    let host = Host::answering([
        Reply::Json(503, Vec::new()),
        Reply::Close,
        ok(&active(WalletVersion::V5R1, 2)),
    ])
    .await;
    let mut settings = settings(&[&host]);
    settings.attempts = 3;
    assert_eq!(chain(settings).state(wallet).await.unwrap().seqno, 2);
    assert_eq!(host.seen().len(), 3);
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up_in_time() {
    let wallet = contract(WORDS, WalletVersion::V5R1).address();
    let host = Host::answering([Reply::Hang]).await;
    let mut settings = settings(&[&host]);
    settings.deadline = Duration::from_millis(200);
    let begun = tokio::time::Instant::now();
    let why = chain(settings).state(wallet).await.unwrap_err();
    assert!(why.to_string().contains("in time"), "{why}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn settings_that_cannot_be_are_named() {
    let url = |text: &str| ProviderSettings {
        url: Url::parse(text).unwrap(),
        key: None,
    };
    let made = |settings| TonChain::new(settings, Arc::new(Outgoings::new([], vec![])));
    let refused = |settings| made(settings).unwrap_err();
    assert_eq!(refused(ChainSettings::new(vec![])), BadChain::Providers(0));
    for odd in [
        "ftp://a.example",
        "https://a.example/?x=1",
        "https://u:secret@a.example",
    ] {
        let why = refused(ChainSettings::new(vec![url(odd)])).to_string();
        assert!(
            why.contains("a.example") && !why.contains("secret"),
            "{why}"
        );
    }
    let mut none = ChainSettings::new(vec![url("https://a.example")]);
    none.page = 0;
    assert_eq!(refused(none), BadChain::Nothing("page"));
    let mut odd = ChainSettings::new(vec![url("https://a.example")]);
    odd.providers[0].key = Some(SecretString::from("two\nlines"));
    assert!(matches!(refused(odd), BadChain::Key(_)));
}
