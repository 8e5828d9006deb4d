//! The section `ton`: seeds, the wallets they stand for, the chain's providers, and caps.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use starkeeper_actors::domain::money::NanoTon;
use url::Url;

use super::gateway::base_url;
use super::{MOMENT, SECOND};
use crate::config::reader::Reader;

/// The chain and the keys.
#[derive(Debug)]
pub struct Ton {
    /// The tills that have a seed; none means that nothing is delivered.
    pub tills: Vec<TillSeed>,
    /// The version of every wallet; none: told from its address, or from which one has money.
    pub version: Option<WalletVersionName>,
    /// Providers in the order in which they are asked, each with its key.
    pub providers: Vec<(Url, Option<SecretString>)>,
    /// Calls a second to one provider; none: what toncenter allows with or without a key.
    pub rate: Option<u32>,
    /// For one call with its repetitions.
    pub call_timeout: Duration,
    /// Whom a link may pay, as addresses in any form.
    pub destinations: Vec<String>,
    /// The most TON that one wallet pays Fragment within a day.
    pub day_cap: NanoTon,
}

/// What one till is made of.
#[derive(Debug)]
pub struct TillSeed {
    /// Its number, from 1.
    pub number: i64,
    /// The 24 words.
    pub words: SecretString,
    /// The wallet they must stand for, in any form; none: not checked.
    pub address: Option<String>,
}

/// A version of the wallet's contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WalletVersionName {
    /// V4R2.
    V4R2,
    /// V5R1, also called W5.
    V5R1,
}

/// Seed and address of each till.
const TILLS: [(i64, &str, &str); 4] = [
    (1, "ton.seed_phrase", "ton.wallet_address"),
    (2, "ton.seed_phrase_2", "ton.wallet_address_2"),
    (3, "ton.seed_phrase_3", "ton.wallet_address_3"),
    (4, "ton.seed_phrase_4", "ton.wallet_address_4"),
];

/// Reads the section.
pub(in crate::config) fn ton(reader: &mut Reader<'_>) -> Option<Ton> {
    let tills = tills(reader);
    let version = version(reader);
    let providers = providers(reader);
    let rate = reader.number_if_set("ton.rate", 1..=200);
    let call_timeout = reader.span("ton.call_timeout", MOMENT, 2 * SECOND);
    let addresses = "addresses such as UQBAja…, with commas";
    let text = |text: &str| Some(text.to_owned());
    let destinations = reader.list("ton.destinations", addresses, text);
    let day_cap = reader.parsed("ton.day_cap", |text| {
        NanoTon::parse(text).map_err(|_| "TON such as 2000, not below 0")
    });
    Some(Ton {
        tills: tills?,
        version: version?,
        providers: providers?,
        rate: rate?,
        call_timeout: call_timeout?,
        destinations: destinations?,
        day_cap: day_cap?,
    })
}

fn tills(reader: &mut Reader<'_>) -> Option<Vec<TillSeed>> {
    let mut tills = Vec::new();
    for (number, seed, address) in TILLS {
        let address = reader.text(address)?;
        let Some(words) = reader.secret(seed)? else {
            continue;
        };
        tills.push(TillSeed {
            number,
            words,
            address,
        });
    }
    Some(tills)
}

fn version(reader: &mut Reader<'_>) -> Option<Option<WalletVersionName>> {
    if reader.text("ton.wallet_version")?.is_none() {
        return Some(None);
    }
    let choices = [
        ("v4r2", Some(WalletVersionName::V4R2)),
        ("v5r1", Some(WalletVersionName::V5R1)),
        ("w5", Some(WalletVersionName::V5R1)),
    ];
    reader.chosen("ton.wallet_version", &choices)
}

/// Keys belong to providers by their place in the list.
fn providers(reader: &mut Reader<'_>) -> Option<Vec<(Url, Option<SecretString>)>> {
    let address = "addresses such as https://toncenter.com, with commas";
    let read = |text: &str| base_url(text).ok();
    let urls = reader.list("ton.api_url", address, read)?;
    let strict = reader.environment().is_strict();
    if strict && urls.iter().any(|url| url.scheme() != "https") {
        let place = reader.environment();
        let what =
            format!("must begin with https:// in {place}: whoever answers decides what is paid");
        return reader.refuse("ton.api_url", what);
    }
    if urls.is_empty() {
        return reader.wrong("ton.api_url", address);
    }
    let mut hosts: Vec<Option<&str>> = urls.iter().map(Url::host_str).collect();
    hosts.sort_unstable();
    hosts.dedup();
    if strict && hosts.len() < urls.len() {
        let place = reader.environment();
        let what =
            format!("names one host twice, refused in {place}: each is a witness of its own");
        return reader.refuse("ton.api_url", what);
    }
    let keys = reader.secret("ton.api_key")?;
    let keys: Vec<String> = keys
        .as_ref()
        .map(|keys| {
            keys.expose_secret()
                .split(',')
                .map(str::trim)
                .map(str::to_owned)
        })
        .into_iter()
        .flatten()
        .collect();
    if keys.len() > urls.len() {
        let what = "more keys than providers in TON_API_URL: one each, in the same order";
        return reader.refuse("ton.api_key", what);
    }
    let mut keys = keys.into_iter();
    let with_key = |url| {
        let key = keys.next().filter(|key| !key.is_empty());
        (url, key.map(SecretString::from))
    };
    Some(urls.into_iter().map(with_key).collect())
}
