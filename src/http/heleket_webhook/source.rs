//! Whence a request really comes, through proxies that are trusted and no others.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use actix_web::HttpRequest;

#[cfg(test)]
mod tests;

/// A set of addresses, made by the wiring of its settings.
pub type Among = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// The header in which each proxy adds the address it was called from, at the end.
const FORWARDED: &str = "x-forwarded-for";

/// Whence requests may come. An extra filter: the signature decides.
#[derive(Clone)]
pub struct Sources {
    /// The senders; none means anybody.
    pub allowed: Option<Among>,
    /// Our own proxies, whose word about their caller counts.
    pub proxies: Among,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("filters", &self.allowed.is_some())
            .finish_non_exhaustive()
    }
}

impl Sources {
    /// Anybody, with no proxy in between.
    #[must_use]
    pub fn anybody() -> Self {
        Self {
            allowed: None,
            proxies: Arc::new(|_| false),
        }
    }

    /// Whether a source may send.
    pub(super) fn allow(&self, source: IpAddr) -> bool {
        let allowed = self.allowed.as_ref();
        allowed.is_none_or(|allowed| allowed(source))
    }

    /// The address of whoever called us, or called the first of our own proxies.
    ///
    /// # Errors
    /// There is no peer, or one of our proxies names something that is no address.
    pub(in crate::http) fn of(&self, request: &HttpRequest) -> Result<IpAddr, &'static str> {
        let peer = request.peer_addr().ok_or("the connection has no address")?;
        let mut source = peer.ip().to_canonical();
        // What a stranger writes into the header stands left of what our proxies add, so it is
        // reached only through them, and never behind an address that is not theirs.
        let headers: Vec<_> = request.headers().get_all(FORWARDED).collect();
        let hops = headers.iter().rev().flat_map(|header| {
            let words = header.as_bytes().rsplit(|byte| *byte == b',');
            words.map(address)
        });
        for hop in hops {
            if !(self.proxies)(source) {
                break;
            }
            source = hop.ok_or("a proxy names something that is no address")?;
        }
        Ok(source)
    }
}

/// An address as proxies write it, with or without a port.
fn address(word: &[u8]) -> Option<IpAddr> {
    let word = std::str::from_utf8(word).ok()?.trim();
    let bare = word.parse().ok();
    let with_port = || word.parse::<SocketAddr>().ok().map(|it| it.ip());
    let bracketed = || word.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let found = bare.or_else(with_port).or_else(bracketed)?;
    Some(found.to_canonical())
}
