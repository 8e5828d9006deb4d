//! Equality with another implementation on random payments; `tests/ton-peer` writes the file.

use serde::Deserialize;
use starkeeper::ton::WalletVersion;
use starkeeper_actors::domain::ids::{Hash256, PaymentRef, WalletAddress};
use starkeeper_actors::domain::link::Link;
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::transfer::Boc;
use starkeeper_actors::ports::Signer as _;
use starkeeper_actors::ports::WalletProver as _;

use super::{Desk, NOON, at, bytes, desk, nanos, pay, payload_hash, rules, span, stars};

#[derive(Deserialize)]
struct Case {
    words: String,
    version: String,
    public_key: String,
    address: String,
    state_init_hash: String,
    payments: Vec<Payment>,
}

#[derive(Deserialize)]
struct Payment {
    destination: String,
    nanos: i64,
    stars: u32,
    reference: String,
    payload: String,
    payload_hash: String,
    seqno: u32,
    valid_until: i64,
    message_hash: String,
    normalised_hash: String,
}

#[test]
fn random_payments_are_written_as_another_implementation_writes_them() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../fixtures/ton/peer.json")).unwrap();
    assert_eq!(cases.len(), 16);
    for case in &cases {
        let version = WalletVersion::parse(&case.version).unwrap();
        let to = |payment: &Payment| WalletAddress::parse(&payment.destination).unwrap();
        let mut rules = rules(case.payments.iter().map(to).collect());
        rules.longest_validity = span(3_600);
        let desk = desk(&case.words, version, rules, NOON - 300);
        assert_eq!(desk.wallet.to_string(), case.address);
        let account = desk.signer.account(desk.wallet).unwrap();
        assert_eq!(
            Hash256::new(account.public_key).to_string(),
            case.public_key
        );
        let init = payload_hash(account.state_init.bytes());
        assert_eq!(init.to_string(), case.state_init_hash);
        for payment in &case.payments {
            same(&desk, payment);
        }
    }
}

fn same(desk: &Desk, payment: &Payment) {
    let link = Link {
        destination: WalletAddress::parse(&payment.destination).unwrap(),
        amount: nanos(payment.nanos),
        reference: PaymentRef::parse(&payment.reference).unwrap(),
        payload_hash: Hash256::parse(&payment.payload_hash).unwrap(),
        payload: Boc::new(bytes(&payment.payload)),
        valid_until: at(payment.valid_until + 30),
        ..samples::link()
    };
    let (seqno, until) = (payment.seqno, payment.valid_until);
    let intent = pay(desk.wallet, seqno, until, link, stars(payment.stars));
    let signed = desk.signer.sign(&intent).unwrap();
    let message = payload_hash(signed.boc.bytes()).to_string();
    assert_eq!(message, payment.message_hash);
    assert_eq!(signed.message_hash.to_string(), payment.normalised_hash);
    assert_eq!(signed.body_hash.to_string(), payment.payload_hash);
}
