//! An operator's own way out, with or without a password.
//!
//! Chrome takes no password for a proxy on its command line. So a proxy with one is reached through
//! a forwarder on this machine's loopback, which names us to it and passes everything else through.

mod forward;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

pub(super) use forward::Forwarder;

/// How the proxy is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Speech {
    Http,
    Https,
    Socks5,
}

/// A proxy. Its name and password are never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    speech: Speech,
    host: String,
    port: u16,
    login: Option<(String, String)>,
}

/// Why a text is no proxy. It never holds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadProxy {
    /// Not an address of one.
    #[error(
        "expected http://, https:// or socks5:// with a host and a port, such as http://user:password@proxy.example:3128"
    )]
    Address,
    /// A password that cannot be used.
    #[error("a proxy reached by https:// takes no password here; expected http:// or socks5://")]
    PasswordOverTls,
    /// A name or password that cannot be sent.
    #[error("name and password must be UTF-8 of at most 255 bytes each, the name without a colon")]
    Login,
}

impl Proxy {
    /// Reads the address of a proxy.
    ///
    /// # Errors
    /// It is none, or one that Chrome and we cannot speak to.
    pub fn parse(text: &str) -> Result<Self, BadProxy> {
        let url = Url::parse(text.trim()).map_err(|_| BadProxy::Address)?;
        let (speech, usual) = match url.scheme() {
            "http" => (Speech::Http, 80),
            "https" => (Speech::Https, 443),
            "socks5" | "socks5h" => (Speech::Socks5, 1080),
            _ => return Err(BadProxy::Address),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(BadProxy::Address)?.to_owned();
        let rest = !matches!(url.path(), "" | "/") || url.query().is_some();
        if rest || url.fragment().is_some() {
            return Err(BadProxy::Address);
        }
        let login = if url.username().is_empty() && url.password().is_none() {
            None
        } else {
            let name = decoded(url.username())?;
            let password = decoded(url.password().unwrap_or_default())?;
            if name.contains(':') {
                return Err(BadProxy::Login);
            }
            Some((name, password))
        };
        if login.is_some() && speech == Speech::Https {
            return Err(BadProxy::PasswordOverTls);
        }
        Ok(Self {
            speech,
            host,
            port: url.port().unwrap_or(usual),
            login,
        })
    }

    /// Whether it asks who we are.
    #[must_use]
    pub const fn has_password(&self) -> bool {
        self.login.is_some()
    }

    /// For Chrome's command line, without the password.
    pub(super) fn for_chrome(&self) -> String {
        let Self { host, port, .. } = self;
        format!("{}://{host}:{port}", self.scheme())
    }

    /// How Chrome calls it.
    pub(super) const fn scheme(&self) -> &'static str {
        match self.speech {
            Speech::Http => "http",
            Speech::Https => "https",
            Speech::Socks5 => "socks5",
        }
    }

    /// The value of `Proxy-Authorization`.
    fn basic(&self) -> Option<String> {
        let (name, password) = self.login.as_ref()?;
        let pair = STANDARD.encode(format!("{name}:{password}"));
        Some(format!("Basic {pair}"))
    }
}

fn decoded(text: &str) -> Result<String, BadProxy> {
    let text = percent_decode_str(text).decode_utf8();
    let text = text.map_err(|_| BadProxy::Login)?;
    if text.len() > 255 || text.contains(['\r', '\n', '\0']) {
        return Err(BadProxy::Login);
    }
    Ok(text.into_owned())
}

/// Without name and password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = if self.login.is_some() { "***@" } else { "" };
        let Self { host, port, .. } = self;
        write!(f, "Proxy({}://{login}{host}:{port})", self.scheme())
    }
}

#[cfg(test)]
mod tests;
