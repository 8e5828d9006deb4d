//! Who is believed about where a request comes from.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use actix_web::test::TestRequest;

use super::Sources;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Our proxies are 10.0.0.x, and only Heleket may send.
fn sources() -> Sources {
    Sources {
        allowed: Some(Arc::new(|it| it == ip("31.133.220.8"))),
        proxies: Arc::new(|it| it.to_string().starts_with("10.0.0.")),
    }
}

fn from(peer: &str, forwarded: &[&str]) -> Result<IpAddr, &'static str> {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut request = TestRequest::default().peer_addr(peer);
    for header in forwarded {
        request = request.append_header(("X-Forwarded-For", *header));
    }
    sources().of(&request.to_http_request())
}

#[test]
fn the_peer_is_the_source_unless_it_is_a_proxy_of_ours() {
    assert_eq!(from("31.133.220.8:40000", &[]), Ok(ip("31.133.220.8")));
    // A stranger says that Heleket sends through them.
    let stranger = from("203.0.113.9:40000", &["31.133.220.8"]);
    assert_eq!(stranger, Ok(ip("203.0.113.9")));
    // A proxy of ours with no word about its caller is the source itself.
    assert_eq!(from("10.0.0.1:40000", &[]), Ok(ip("10.0.0.1")));
}

#[test]
fn behind_our_proxies_the_rightmost_stranger_is_the_source() {
    let cases: &[(&[&str], &str)] = &[
        (&["31.133.220.8"], "31.133.220.8"),
        // What stands left of it was written by that stranger.
        (&["31.133.220.8, 203.0.113.9"], "203.0.113.9"),
        (&["203.0.113.9, 31.133.220.8"], "31.133.220.8"),
        (&["1.1.1.1,203.0.113.9 , 10.0.0.2,10.0.0.3"], "203.0.113.9"),
        // Several headers are one list.
        (&["31.133.220.8", "203.0.113.9"], "203.0.113.9"),
        (&["31.133.220.8", "10.0.0.2"], "31.133.220.8"),
        // Proxies all the way: the first of them called.
        (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        (&["31.133.220.8:1234"], "31.133.220.8"),
        (&["::ffff:31.133.220.8"], "31.133.220.8"),
        (&["[2001:db8::1]:1234"], "2001:db8::1"),
        (&["[2001:db8::1]"], "2001:db8::1"),
        (&["junk, 31.133.220.8"], "31.133.220.8"),
    ];
    for (forwarded, source) in cases {
        assert_eq!(
            from("10.0.0.1:443", forwarded),
            Ok(ip(source)),
            "{forwarded:?}"
        );
        let mapped = from("[::ffff:10.0.0.1]:443", forwarded);
        assert_eq!(mapped, Ok(ip(source)), "{forwarded:?}");
    }
}

#[test]
fn a_proxy_that_names_no_address_is_not_believed() {
    for forwarded in [
        "",
        "unknown",
        "31.133.220.8, junk",
        "31.133.220.8,",
        "a.example",
    ] {
        assert!(from("10.0.0.1:443", &[forwarded]).is_err(), "{forwarded:?}");
    }
    // Nobody asked the stranger.
    assert_eq!(from("203.0.113.9:1", &["junk"]), Ok(ip("203.0.113.9")));
}

#[test]
fn a_connection_without_an_address_is_refused() {
    let request = TestRequest::default().to_http_request();
    assert!(sources().of(&request).is_err());
}

#[test]
fn without_a_list_anybody_may_send() {
    assert!(Sources::anybody().allow(ip("203.0.113.9")));
    assert!(!sources().allow(ip("203.0.113.9")));
    assert!(sources().allow(ip("31.133.220.8")));
}
