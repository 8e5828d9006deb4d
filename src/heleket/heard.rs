//! How far a request got, as far as the HTTP client can tell.

use std::error::Error as _;
use std::io;

use super::verdict::Heard;

/// Why connections fail, in fixed words.
const REASONS: [(io::ErrorKind, &str); 7] = [
    (io::ErrorKind::ConnectionRefused, "connection refused"),
    (io::ErrorKind::ConnectionReset, "connection reset"),
    (io::ErrorKind::BrokenPipe, "connection reset"),
    (io::ErrorKind::UnexpectedEof, "connection closed"),
    (io::ErrorKind::HostUnreachable, "host unreachable"),
    (io::ErrorKind::NetworkUnreachable, "network unreachable"),
    (io::ErrorKind::TimedOut, "no answer in time"),
];

/// What an error of the HTTP client says about how far the request got. Only its kind is told: its
/// text may hold the URL.
pub(super) fn heard(why: &reqwest::Error) -> Heard<'static> {
    if why.is_builder() {
        Heard::NotBuilt("the request cannot be made")
    } else if why.is_connect() {
        Heard::NotConnected(reason(why))
    } else if why.is_timeout() {
        Heard::TimedOut
    } else {
        Heard::Broken(reason(why))
    }
}

/// The reason at the bottom of an error, in fixed words.
fn reason(why: &reqwest::Error) -> &'static str {
    let mut source = why.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let known = REASONS.iter().find(|(kind, _)| *kind == error.kind());
            if let Some((_, words)) = known {
                return words;
            }
        }
        if error.is::<rustls::Error>() {
            return "TLS failed";
        }
        source = error.source();
    }
    if why.is_timeout() {
        "no answer in time"
    } else if why.is_connect() {
        "it was not opened"
    } else if why.is_decode() {
        "it cannot be decoded"
    } else {
        "the exchange failed"
    }
}
