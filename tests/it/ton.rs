//! The TON wallet: against published vectors, another implementation, and the machine that runs
//! the contracts; and what it refuses to sign.

mod choice;
mod firewall;
mod machine;
mod peer;
mod providers;
mod sandboxed;
mod transactions;
mod vectors;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use starkeeper::ton::{
    FirewallRules, Outgoings, TonNetwork, TonSigner, WalletContract, WalletKey, WalletVersion,
};
use starkeeper_actors::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use starkeeper_actors::domain::ids::{Hash256, PaymentRef, WalletAddress};
use starkeeper_actors::domain::link::Link;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::transfer::{AccountState, Boc, Provider};
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::wallet::{Pays, TransferIntent};
use starkeeper_actors::testing::TestClock;

/// Of the vectors: drawn for them, never to be used.
const WORDS: &str = "canvas follow stereo mad uncle radar woman window gather remember sugar fix pride effort wreck become mother average disagree mercy attitude arctic will spray";
/// Fragment's payload of a recorded sample: Premium for three months.
const PREMIUM: &str =
    "te6ccgEBAgEANgABTgAAAABUZWxlZ3JhbSBQcmVtaXVtIGZvciAzIG1vbnRocyAKClJlZgEAFCMzcFdKdGJkYnU=";
/// When the vectors' clock stands.
const NOON: i64 = 1_800_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(second, 0).unwrap()
}

fn nanos(nanos: i64) -> NanoTon {
    NanoTon::from_nanos(nanos)
}

fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

fn words(text: &str) -> SecretString {
    SecretString::from(text)
}

fn contract(words_: &str, version: WalletVersion) -> WalletContract {
    let key = WalletKey::from_words(&words(words_)).unwrap();
    WalletContract::new(version, TonNetwork::Main, &key.public()).unwrap()
}

/// A signer of one wallet at a time, with what it has paid.
struct Desk {
    signer: TonSigner,
    outgoings: Arc<Outgoings>,
    wallet: WalletAddress,
}

/// A signer that knows that its wallet has paid nothing yet.
fn desk(phrase: &str, version: WalletVersion, rules: FirewallRules, now: i64) -> Desk {
    let desk = silent_desk(phrase, version, rules, now);
    desk.outgoings.bring(desk.wallet, &state(0, 0, now), []);
    desk
}

/// A signer that was told nothing yet.
fn silent_desk(phrase: &str, version: WalletVersion, rules: FirewallRules, now: i64) -> Desk {
    let key = WalletKey::from_words(&words(phrase)).unwrap();
    let contract = WalletContract::new(version, TonNetwork::Main, &key.public()).unwrap();
    let wallet = contract.address();
    let outgoings = Arc::new(Outgoings::new([wallet], rules.destinations.clone()));
    let clock = Arc::new(TestClock::at(at(now)));
    let signer = TonSigner::new([(key, contract)], rules, Arc::clone(&outgoings), clock);
    Desk {
        signer,
        outgoings,
        wallet,
    }
}

fn rules(destinations: Vec<WalletAddress>) -> FirewallRules {
    FirewallRules::new(destinations, nanos(i64::MAX), nanos(i64::MAX))
}

fn state(seqno: u32, lt: u64, time: i64) -> AccountState {
    let hash = Hash256::new([7; 32]);
    AccountState {
        provider: Provider(0),
        seqno,
        balance: nanos(10_000_000_000),
        last: (lt > 0).then_some(starkeeper_actors::domain::transfer::TxPos { lt, hash }),
        time: at(time),
    }
}

/// The link of the vectors: Premium for three months at 0.05 TON.
fn premium_link() -> Link {
    let payload = bytes(PREMIUM);
    Link {
        destination: destination(),
        amount: nanos(50_000_000),
        reference: PaymentRef::parse("3pWJtbdbu").unwrap(),
        payload_hash: payload_hash(&payload),
        payload: Boc::new(payload),
        valid_until: at(NOON + 600),
        ..samples::link()
    }
}

fn destination() -> WalletAddress {
    starkeeper::ton::parse_address("UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB").unwrap()
}

fn premium() -> Product {
    Product::Premium(PremiumMonths::Three)
}

fn stars(quantity: u32) -> Product {
    Product::Stars(StarsQuantity::new(quantity).unwrap())
}

fn pay(
    wallet: WalletAddress,
    seqno: u32,
    until: i64,
    link: Link,
    product: Product,
) -> TransferIntent {
    TransferIntent {
        wallet,
        seqno,
        valid_until: at(until),
        pays: Pays::Link(link),
        product: Some(product),
    }
}

/// The hash of a payload's cell, by the machine's own reader.
fn payload_hash(payload: &[u8]) -> Hash256 {
    let cell = tycho_types::boc::Boc::decode(payload).unwrap();
    Hash256::new(cell.repr_hash().0)
}

fn span(seconds: i64) -> Span {
    Span::seconds(seconds)
}
