//! The forms of values: spans, switches, networks. Each answers what it expected.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// Reads a span of time: `500ms`, `30s`, `10m`, `24h`, `7d`; a bare number is seconds.
pub(super) fn span(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let number: u64 = number.parse().ok()?;
    let seconds = |each: u64| number.checked_mul(each).map(Duration::from_secs);
    match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => seconds(1),
        "m" | "min" => seconds(60),
        "h" => seconds(60 * 60),
        "d" => seconds(24 * 60 * 60),
        _ => None,
    }
}

/// Prints a span in the largest unit that is exact.
pub(super) fn show_span(span: Duration) -> String {
    let seconds = span.as_secs();
    if span.subsec_millis() != 0 || seconds == 0 {
        return format!("{}ms", span.as_millis());
    }
    let units = [(24 * 60 * 60, "d"), (60 * 60, "h"), (60, "m")];
    let whole = units.iter().find(|(each, _)| seconds.is_multiple_of(*each));
    whole.map_or_else(
        || format!("{seconds}s"),
        |(each, unit)| format!("{}{unit}", seconds / each),
    )
}

/// Reads a size: `512M`, `2G`, `1024K`; a bare number is bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let number: u64 = number.parse().ok()?;
    let each: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        "t" | "tb" | "tib" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(each)
}

/// Reads a switch.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a value is one that was never filled in: `your_…`, `…_here`, `changeme`, `<…>`, or an
/// example of the deployment guide.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let examples = [
        "changeme",
        "change_me",
        "change-me",
        "secure_webhook_secret",
    ];
    text.starts_with("your_")
        || text.starts_with("your-")
        || text.ends_with("_here")
        || (text.starts_with('<') && text.ends_with('>'))
        || examples.contains(&text.as_str())
}

/// A block of addresses: `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads an address or a block.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= most)?,
            None => most,
        };
        Some(Self { address, prefix })
    }

    /// Whether it holds an address. An IPv4 address that came over IPv6 counts as the IPv4 one.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(block), IpAddr::V4(one)) => {
                let apart = block.to_bits() ^ one.to_bits();
                apart.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(block), IpAddr::V6(one)) => {
                let apart = block.to_bits() ^ one.to_bits();
                apart.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}
