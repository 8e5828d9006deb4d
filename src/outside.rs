//! One exchange over HTTP with somebody outside, and how far a lost one got: what every adapter that
//! calls an API needs and none may learn from another.
//!
//! Never follows a redirect, never repeats by itself, takes no proxy from the process's environment,
//! and tells of an error only its kind: its text may hold the URL.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use reqwest::redirect;
use url::Url;

/// Who calls, so that the people there can tell us apart.
const USER_AGENT: &str = concat!("starkeeper/", env!("CARGO_PKG_VERSION"));

/// Why there is no whole answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lost {
    /// The request could not be made.
    NotBuilt,
    /// No connection was opened, so nothing was sent.
    NotConnected(&'static str),
    /// The time ran out behind the connection.
    TimedOut,
    /// The connection broke before the answer was whole.
    Broken(&'static str),
    /// The answer is larger than anything that is expected.
    TooLarge,
}

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

/// Makes the client for one host.
///
/// # Errors
/// The proxy is not one, or TLS cannot be set up; in one line without the URL.
pub(crate) fn client(connect: Duration, proxy: Option<&Url>) -> Result<reqwest::Client, String> {
    let line = |why: reqwest::Error| why.without_url().to_string();
    let mut http = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        // What may be repeated is decided by who calls.
        .retry(reqwest::retry::never())
        .connect_timeout(connect)
        .no_proxy();
    if let Some(proxy) = proxy {
        http = http.proxy(reqwest::Proxy::all(proxy.clone()).map_err(line)?);
    }
    http.build().map_err(line)
}

/// Makes one request and reads its answer: the status and the body, up to `largest` bytes.
///
/// # Errors
/// How far it got.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    request: reqwest::Request,
    largest: usize,
) -> Result<(u16, Vec<u8>), Lost> {
    let mut response = http.execute(request).await.map_err(|why| lost(&why))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|why| lost(&why))? {
        if body.len().saturating_add(chunk.len()) > largest {
            return Err(Lost::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}

fn lost(why: &reqwest::Error) -> Lost {
    if why.is_builder() {
        Lost::NotBuilt
    } else if why.is_connect() {
        Lost::NotConnected(reason(why))
    } else if why.is_timeout() {
        Lost::TimedOut
    } else {
        Lost::Broken(reason(why))
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
