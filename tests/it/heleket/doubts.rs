//! Answers that do not come, come late, come broken or come from somebody else. What may have
//! happened is unknown; what certainly did not is not done; and nothing that acts twice is
//! repeated.

use std::time::Duration;

use starkeeper::heleket::{HeleketClient, HeleketSettings};
use starkeeper_actors::domain::invoice::LookUpBy;
use starkeeper_actors::ports::{Failure, Invoicing};
use tokio::time::Instant;

use super::host::{Host, Reply, cut, ok, status};
use super::{client, fixture, is_not_done, is_unknown, refund, request, settings, uuid};
use crate::support::eventually;
use crate::support::services::free_port;

fn by_uuid() -> LookUpBy {
    LookUpBy::Uuid(uuid())
}

fn quick(host: &Host, change: impl FnOnce(&mut HeleketSettings)) -> HeleketClient {
    let mut settings = settings(host);
    settings.deadline = Duration::from_millis(300);
    change(&mut settings);
    HeleketClient::new(settings).unwrap()
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_done() {
    let host = Host::answering([]).await;
    let mut settings = settings(&host);
    settings.url = format!("http://127.0.0.1:{}/", free_port())
        .parse()
        .unwrap();
    let client = HeleketClient::new(settings).unwrap();
    let answer = client.refund(&refund()).await;
    let not_done = Failure::not_done("no connection to heleket: connection refused");
    assert_eq!(answer, Err(not_done));
    assert!(is_not_done(&client.open(&request()).await));
    assert!(is_not_done(&client.report(&by_uuid()).await));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_not_done() {
    let host = Host::answering([]).await;
    let client = quick(&host, |settings| {
        settings.url = "http://no-such-host.invalid/".parse().unwrap();
        settings.deadline = Duration::from_secs(9);
    });
    let answer = client.refund(&refund()).await;
    assert!(is_not_done(&answer), "{answer:?}");
}

#[tokio::test]
async fn a_lost_answer_makes_a_creation_again_with_the_same_bytes() {
    let host = Host::answering([
        Reply::Close,
        cut(b"{\"state\":0,"),
        ok(fixture!("heleket_created.json")),
    ])
    .await;
    client(&host).open(&request()).await.unwrap();
    let seen = host.seen();
    assert_eq!(seen.len(), 3);
    for again in &seen[1..] {
        assert_eq!(again.body, seen[0].body);
        assert_eq!(again.header("sign"), seen[0].header("sign"));
    }
}

#[tokio::test]
async fn a_server_error_is_asked_again_only_so_often() {
    let down = || status(500, fixture!("heleket_500.json"));
    let host = Host::answering([down(), down(), down(), down()]).await;
    let answer = client(&host).report(&by_uuid()).await;
    assert_eq!(answer, Err(Failure::unknown("heleket answered 500")));
    assert_eq!(host.seen().len(), 3);
}

/// The first refund may have been done: a second would pay the customer twice.
#[tokio::test]
async fn neither_a_refund_nor_a_resend_is_ever_made_twice() {
    for reply in [
        Reply::Close,
        cut(b"{\"state\":0,\"result\":["),
        status(500, fixture!("heleket_500.json")),
        status(502, b"<html>"),
        status(429, b""),
        ok(b""),
        ok(b"not json"),
        ok(fixture!("heleket_500.json")),
    ] {
        let host = Host::answering([reply.clone()]).await;
        let answer = client(&host).refund(&refund()).await;
        assert!(is_unknown(&answer), "{answer:?}");
        host.only();
        let host = Host::answering([reply]).await;
        let answer = client(&host).resend(&uuid()).await;
        assert!(is_unknown(&answer), "{answer:?}");
        host.only();
    }
}

#[tokio::test]
async fn silence_ends_with_the_deadline_and_is_unknown() {
    let host = Host::answering([Reply::Hang, Reply::Hang]).await;
    let client = quick(&host, |_| {});
    let begun = Instant::now();
    let answer = client.open(&request()).await;
    assert_eq!(
        answer,
        Err(Failure::unknown("heleket did not answer in time"))
    );
    assert!(begun.elapsed() >= Duration::from_millis(300));
    host.only();
    let answer = client.refund(&refund()).await;
    assert!(is_unknown(&answer), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_unknown_too() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"state\":0,";
    // The body stops and the connection stays: half an answer, then silence.
    let host = Host::answering([Reply::RawAndHang(head.to_vec())]).await;
    let answer = quick(&host, |_| {}).report(&by_uuid()).await;
    assert_eq!(
        answer,
        Err(Failure::unknown("heleket did not answer in time"))
    );
}

/// One attempt was heard, perhaps; that a later one was certainly not made changes nothing of it.
#[tokio::test]
async fn a_doubt_stays_when_the_next_attempt_does_not_connect() {
    let host = Host::answering([Reply::Vanish]).await;
    let answer = client(&host).open(&request()).await;
    assert!(is_unknown(&answer), "{answer:?}");
    host.only();
    let later = client(&host).open(&request()).await;
    assert!(is_not_done(&later), "{later:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Host::answering([ok(fixture!("heleket_info_paid.json"))]).await;
    let answer = |code: u16| {
        let target = elsewhere.url();
        let head = format!("HTTP/1.1 {code} X\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
        Reply::Raw(head.into_bytes())
    };
    let host = Host::answering([answer(302), answer(307), answer(308)]).await;
    let client = client(&host);
    for _ in 0..3 {
        let answer = client.report(&by_uuid()).await;
        assert!(is_unknown(&answer), "{answer:?}");
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read_to_its_end() {
    let long = vec![b' '; 100_000];
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n186a0\r\n";
    let endless = [chunked.as_slice(), &long].concat();
    let host = Host::answering([ok(&long), Reply::RawAndHang(endless)]).await;
    let client = quick(&host, |settings| {
        settings.largest_answer = 10_000;
        settings.deadline = Duration::from_secs(9);
    });
    for _ in 0..2 {
        let answer = client.report(&by_uuid()).await;
        assert_eq!(
            answer,
            Err(Failure::unknown("heleket's answer is too large"))
        );
    }
}

#[tokio::test]
async fn what_speaks_no_http_is_unknown() {
    let host = Host::answering(vec![Reply::Raw(b"hello\r\n\r\n".to_vec()); 3]).await;
    let answer = client(&host).report(&by_uuid()).await;
    assert!(is_unknown(&answer), "{answer:?}");
}

#[tokio::test]
async fn a_host_that_fails_is_left_alone_for_a_while() {
    let down = || status(503, b"");
    let script = (0..4)
        .map(|_| down())
        .chain((0..9).map(|_| ok(fixture!("heleket_info_paid.json"))));
    let host = Host::answering(script).await;
    let client = quick(&host, |settings| {
        settings.attempts = 1;
        settings.breaker_calls = 3;
        settings.breaker_pause = Duration::from_millis(200);
        settings.deadline = Duration::from_secs(9);
    });
    for _ in 0..4 {
        assert!(is_unknown(&client.report(&by_uuid()).await));
    }
    let left_alone = client.refund(&refund()).await;
    let why = Failure::not_done("heleket is left alone after many failures");
    assert_eq!(left_alone, Err(why));
    assert_eq!(host.seen().len(), 4, "nothing was sent");
    eventually("the host is asked again", async || {
        client.report(&by_uuid()).await.map(|_| ())
    })
    .await;
}

#[tokio::test]
async fn refusals_do_not_count_as_failures_of_the_host() {
    let refused = || status(422, fixture!("heleket_422_not_found.json"));
    let host = Host::answering((0..20).map(|_| refused())).await;
    let client = quick(&host, |settings| {
        settings.breaker_calls = 3;
        settings.deadline = Duration::from_secs(9);
    });
    for _ in 0..20 {
        assert!(matches!(
            client.report(&by_uuid()).await,
            Err(Failure::Refused(_))
        ));
    }
}

#[tokio::test]
async fn no_cause_and_no_debug_shows_a_key_or_a_signature() {
    let down = || status(500, fixture!("heleket_500.json"));
    let host = Host::answering([down(), down(), down()]).await;
    let client = client(&host);
    let answer = client.report(&by_uuid()).await;
    let shown = format!("{client:?} {answer:?}");
    for seen in host.seen() {
        assert!(!shown.contains(seen.header("sign").unwrap()));
    }
    assert!(!shown.contains(super::PAYMENT_KEY) && !shown.contains(super::PAYOUT_KEY));
}
