//! The section `http`: where the daemon listens, and how the world finds it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use super::gateway::base_url;
use super::{MOMENT, SECOND};
use crate::config::reader::Reader;
use crate::config::values::Network;

/// The HTTP server.
#[derive(Debug)]
pub struct Http {
    /// The address it listens on.
    pub bind: IpAddr,
    /// The port; none for the role's own, 8000 or 8001.
    pub port: Option<u16>,
    /// Threads that serve requests.
    pub workers: usize,
    /// How long a request may take, from its first byte to its answer.
    pub request_timeout: Duration,
    /// Proxies whose word about the caller's address is believed.
    pub trusted_proxies: Vec<Network>,
    /// Where the gateway reaches the daemon; none means that payments are found by polling alone.
    pub public_url: Option<PublicUrl>,
}

/// Where the world reaches the daemon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// The address of one path below it.
    #[must_use]
    pub fn of(&self, path: &str) -> String {
        let base = self.0.as_str().trim_end_matches('/');
        format!("{base}/{}", path.trim_start_matches('/'))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Reads the section `http`.
pub(in crate::config) fn http(reader: &mut Reader<'_>) -> Option<Http> {
    let bind = reader.parsed("http.bind", |text| {
        text.parse::<IpAddr>()
            .map_err(|_| "an IP address such as 127.0.0.1, or 0.0.0.0 for all")
    });
    let port = reader.number_if_set("http.port", 1..=65_535);
    let workers = reader.number("http.workers", 1..=64);
    let request_timeout = reader.span("http.request_timeout", MOMENT, 10 * SECOND);
    let block = "addresses or blocks such as 127.0.0.1 or 172.16.0.0/12, with commas";
    let trusted_proxies = reader.list("http.trusted_proxies", block, Network::parse);
    let public_url = public_url(reader);
    Some(Http {
        bind: bind?,
        port: port?.and_then(|port| u16::try_from(port).ok()),
        workers: usize::try_from(workers?).ok()?,
        request_timeout: request_timeout?,
        trusted_proxies: trusted_proxies?,
        public_url: public_url?,
    })
}

/// The public address: as it is set, else of the domain, else of the webhook's host if that is a
/// real domain.
fn public_url(reader: &mut Reader<'_>) -> Option<Option<PublicUrl>> {
    let given = reader.text("http.public_url")?;
    let domain = reader.text("http.domain")?;
    let host = reader.text("http.public_host")?;
    let port = reader.number_if_set("http.public_port", 1..=65_535)?;
    if given.is_some() {
        let url = reader.parsed("http.public_url", base_url)?;
        if url.scheme() != "https" && reader.environment().is_strict() {
            let place = reader.environment();
            let what = format!("must begin with https:// in {place}");
            return reader.refuse("http.public_url", what);
        }
        return Some(Some(PublicUrl(url)));
    }
    let (key, text) = match (domain, host.filter(|host| is_public(host))) {
        (Some(domain), _) => ("http.domain", format!("https://{domain}")),
        (None, Some(host)) => match port {
            None | Some(443) => ("http.public_host", format!("https://{host}")),
            Some(port) => ("http.public_host", format!("https://{host}:{port}")),
        },
        (None, None) => return Some(None),
    };
    match base_url(&text) {
        Ok(url) if url.path() == "/" => Some(Some(PublicUrl(url))),
        Ok(_) | Err(_) => reader.wrong(key, "a domain such as shop.example"),
    }
}

/// Whether a host can be reached from outside: a domain, not an address and not this machine.
fn is_public(host: &str) -> bool {
    let local = ["localhost", "local", "internal", "lan", "test"];
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && host.parse::<IpAddr>().is_err() && !local.contains(&last)
}
