//! What is never signed, and by which rule.

use proptest::prelude::*;
use starkeeper::ton::{FirewallRules, WalletVersion, comment_of, normalised_hash, parse_address};
use starkeeper_actors::domain::catalog::{PremiumMonths, Product};
use starkeeper_actors::domain::ids::{Hash256, PaymentRef, WalletAddress};
use starkeeper_actors::domain::link::{Expected, Link, LinkOffer, LinkRules};
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::transfer::{Boc, FoundTx, OutMessage, TxPos};
use starkeeper_actors::ports::Signer as _;
use starkeeper_actors::ports::wallet::{Pays, SignRefused, TransferIntent};

use super::{
    Desk, NOON, WORDS, at, bytes, desk, destination, nanos, pay, payload_hash, premium,
    premium_link, rules, silent_desk, span, stars, state,
};

const CAP: i64 = 1_000_000_000;
const DAY: i64 = 3_000_000_000;

fn strict() -> FirewallRules {
    FirewallRules::new(vec![destination()], nanos(CAP), nanos(DAY))
}

fn strict_desk() -> Desk {
    desk(WORDS, WalletVersion::V5R1, strict(), NOON)
}

fn rule_of(desk: &Desk, intent: &TransferIntent) -> String {
    match desk.signer.sign(intent) {
        Err(SignRefused::Rule { rule }) => rule,
        other => panic!("a refusal was expected: {other:?}"),
    }
}

fn intent(desk: &Desk, link: Link, product: Product) -> TransferIntent {
    pay(desk.wallet, 4, NOON + 300, link, product)
}

/// The link of the vectors with another text in its payload.
fn text(words: &str) -> Link {
    let payload = comment(words);
    Link {
        payload_hash: payload_hash(&payload),
        payload: Boc::new(payload),
        ..premium_link()
    }
}

#[test]
fn every_hostile_link_is_refused_by_the_name_of_its_rule() {
    let desk = strict_desk();
    desk.signer
        .sign(&intent(&desk, premium_link(), premium()))
        .unwrap();
    let sneaky = Link {
        payload_hash: Hash256::new([9; 32]),
        ..premium_link()
    };
    let other_ref = Link {
        reference: PaymentRef::parse("3pWJtbdbX").unwrap(),
        ..premium_link()
    };
    let garbage = Link {
        payload: Boc::new(*b"garbage"),
        ..premium_link()
    };
    let elsewhere = Link {
        destination: samples::FRAGMENT,
        ..premium_link()
    };
    let to_itself = Link {
        destination: desk.wallet,
        ..premium_link()
    };
    let amount = |amount| Link {
        amount: nanos(amount),
        ..premium_link()
    };
    let soon = Link {
        valid_until: at(NOON + 329),
        ..premium_link()
    };
    let cases: Vec<(Link, Product, &str)> = vec![
        (elsewhere, premium(), "destination: "),
        (to_itself, premium(), "destination: "),
        (amount(0), premium(), "amount: "),
        (amount(-1), premium(), "amount: "),
        (amount(CAP + 1), premium(), "order cap: "),
        (soon, premium(), "deadline: "),
        (premium_link(), stars(50), "product: "),
        (
            premium_link(),
            Product::Premium(PremiumMonths::Six),
            "product: ",
        ),
        (
            text("500 Telegram Stars \n\nRef#3pWJtbdbu"),
            stars(50),
            "product: ",
        ),
        (
            text("50 Telegram Stars \n\n3pWJtbdbu"),
            stars(50),
            "reference: ",
        ),
        (other_ref, premium(), "reference: "),
        (sneaky, premium(), "payload: "),
        (garbage, premium(), "payload: "),
    ];
    for (link, product, rule) in cases {
        let told = rule_of(&desk, &intent(&desk, link.clone(), product));
        assert!(told.starts_with(rule), "{link:?} for {product}: {told}");
    }
}

#[test]
fn a_payment_says_what_was_ordered_and_a_burn_says_nothing() {
    let desk = strict_desk();
    let mut nameless = intent(&desk, premium_link(), premium());
    nameless.product = None;
    assert!(rule_of(&desk, &nameless).starts_with("product: "));
    let mut burn = intent(&desk, premium_link(), premium());
    burn.pays = Pays::Nothing;
    assert!(rule_of(&desk, &burn).starts_with("product: "));
    burn.product = None;
    desk.signer.sign(&burn).unwrap();
}

#[test]
fn a_message_lives_neither_too_short_nor_too_long() {
    let desk = strict_desk();
    let far = Link {
        valid_until: at(NOON + 86_400),
        ..premium_link()
    };
    for (seconds, good) in [
        (-1, false),
        (29, false),
        (30, true),
        (900, true),
        (901, false),
    ] {
        let asked = pay(desk.wallet, 4, NOON + seconds, far.clone(), premium());
        match desk.signer.sign(&asked) {
            Ok(_) => assert!(good, "{seconds} s"),
            Err(SignRefused::Rule { rule }) => {
                assert!(!good && rule.starts_with("expiry: "), "{seconds} s: {rule}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn clocks_that_differ_as_much_as_is_allowed_refuse_nothing() {
    // A message of 60 s as the core plans it at least, and of 300 s as it does at most.
    for (chain, seconds) in [(-60, 60), (-60, 300), (60, 60), (60, 300)] {
        let desk = silent_desk(WORDS, WalletVersion::V5R1, strict(), NOON);
        desk.outgoings
            .bring(desk.wallet, &state(4, 0, NOON + chain), []);
        let far = Link {
            valid_until: at(NOON + 86_400),
            ..premium_link()
        };
        let until = NOON + chain + seconds;
        let asked = pay(desk.wallet, 4, until, far, premium());
        desk.signer.sign(&asked).unwrap();
    }
}

#[test]
fn a_stranger_has_no_key_here() {
    let desk = strict_desk();
    let stranger = pay(samples::WALLET, 4, NOON + 300, premium_link(), premium());
    let refused = desk.signer.sign(&stranger).unwrap_err();
    assert_eq!(refused, SignRefused::NoKey(samples::WALLET));
}

fn of(amount: i64) -> Link {
    Link {
        amount: nanos(amount),
        ..premium_link()
    }
}

/// A transaction of the wallet that paid so much to somebody.
fn payment(lt: u64, second: i64, to: WalletAddress, amount: i64) -> FoundTx {
    FoundTx {
        tx: TxPos {
            lt,
            hash: Hash256::new([1; 32]),
        },
        at: at(second),
        message: None,
        committed: true,
        exit_code: Some(0),
        aborted: false,
        skipped_actions: 0,
        msgs_created: 1,
        out: vec![OutMessage {
            destination: to,
            value: nanos(amount),
            body_hash: Hash256::new([2; 32]),
            reference: None,
        }],
        from: None,
        value_in: nanos(0),
        bounced: false,
        fees: nanos(3_000_000),
    }
}

#[test]
fn a_day_has_its_cap_whoever_paid_and_whatever_is_on_its_way() {
    let desk = strict_desk();
    let sign = |seqno, amount| {
        let asked = pay(desk.wallet, seqno, NOON + 300, of(amount), premium());
        desk.signer.sign(&asked)
    };
    // The chain tells of 1.5 TON of today, of 5 TON of yesterday, and of a withdrawal.
    let told = [
        payment(30, NOON - 60, destination(), 1_500_000_000),
        payment(20, NOON - 86_401, destination(), 5_000_000_000),
        payment(25, NOON - 600, samples::WALLET, 9_000_000_000),
    ];
    desk.outgoings
        .bring(desk.wallet, &state(4, 30, NOON), &told);
    sign(4, 1_000_000_000).unwrap();
    // The same again is the same payment.
    sign(4, 1_000_000_000).unwrap();
    // The next one would make it 3.1 TON.
    let refused = sign(5, 600_000_000).unwrap_err().to_string();
    assert!(refused.contains("day cap: "), "{refused}");
    sign(5, 500_000_000).unwrap();
    // Both are on the chain; a copy of the state from before brings nothing back.
    let settled = [
        payment(40, NOON + 5, destination(), 1_000_000_000),
        payment(41, NOON + 9, destination(), 500_000_000),
    ];
    desk.outgoings
        .bring(desk.wallet, &state(6, 41, NOON + 10), &settled);
    desk.outgoings
        .bring(desk.wallet, &state(4, 30, NOON), &told);
    assert!(sign(6, 1).unwrap_err().to_string().contains("day cap: "));
    // A day later there is room again.
    desk.outgoings
        .bring(desk.wallet, &state(6, 41, NOON + 86_420), []);
    let late = Link {
        valid_until: at(NOON + 600),
        ..of(1_000_000_000)
    };
    desk.signer
        .sign(&pay(desk.wallet, 6, NOON + 300, late, premium()))
        .unwrap();
}

#[test]
fn nothing_is_paid_before_the_chain_told_what_was_paid() {
    let desk = silent_desk(WORDS, WalletVersion::V5R1, strict(), NOON);
    let told = rule_of(&desk, &intent(&desk, premium_link(), premium()));
    assert!(
        told.starts_with("day cap: ") && told.contains("not known"),
        "{told}"
    );
    desk.outgoings.bring(desk.wallet, &state(4, 0, NOON), []);
    desk.signer
        .sign(&intent(&desk, premium_link(), premium()))
        .unwrap();
}

/// What the core refuses before anything comes to the signer, on the same payload.
#[test]
fn two_messages_and_a_state_init_never_become_a_link() {
    let link = premium_link();
    let offer = LinkOffer {
        destination: link.destination,
        amount: link.amount,
        init_amount: link.amount,
        payload_text: comment_of(link.payload.bytes()).unwrap(),
        payload: link.payload.clone(),
        payload_hash: link.payload_hash,
        valid_until: link.valid_until,
        ..samples::offer()
    };
    let link_rules = LinkRules {
        destinations: vec![link.destination],
        cap: nanos(CAP),
        min_validity: span(60),
    };
    let (product, recipient) = (premium(), samples::masha());
    let expected = Expected {
        wallet: samples::WALLET,
        product: &product,
        recipient: &recipient,
    };
    let check = |offer: LinkOffer| offer.check(expected, &link_rules, at(NOON));
    assert_eq!(check(offer.clone()).unwrap().reference, link.reference);
    let two = LinkOffer {
        messages: 2,
        ..offer.clone()
    };
    assert!(check(two).unwrap_err().to_string().contains("2 messages"));
    let init = LinkOffer {
        has_state_init: true,
        ..offer
    };
    assert!(check(init).unwrap_err().to_string().contains("state init"));
}

/// A comment in one cell.
fn comment(text: &str) -> Vec<u8> {
    let mut root = tycho_types::cell::CellBuilder::new();
    root.store_u32(0).unwrap();
    let bits = u16::try_from(text.len() * 8).unwrap();
    root.store_raw(text.as_bytes(), bits).unwrap();
    tycho_types::boc::Boc::encode(root.build().unwrap())
}

proptest! {
    /// Whatever the bytes are, they are read or refused.
    #[test]
    fn no_bytes_break_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in ".{0,80}") {
        let _text_or_refusal = comment_of(&bytes);
        let _hash_or_refusal = normalised_hash(&bytes);
        let _address_or_refusal = parse_address(&text);
    }
}

/// Nor do bytes that are nearly cells, and nothing but the same cell is signed.
#[test]
fn no_bent_cells_break_a_reader_or_are_signed() {
    let desk = desk(WORDS, WalletVersion::V4R2, rules(vec![destination()]), NOON);
    let whole = desk.signer.sign(&intent(&desk, premium_link(), premium()));
    let whole = whole.unwrap();
    let good = bytes(super::PREMIUM);
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut bent = good.clone();
            bent[place] ^= 1 << bit;
            let link = Link {
                payload: Boc::new(bent),
                ..premium_link()
            };
            // Only what changes no cell may pass: a bag is written anew, so what is signed is the
            // very cell.
            if let Ok(signed) = desk.signer.sign(&intent(&desk, link, premium())) {
                assert_eq!(signed, whole, "byte {place}, bit {bit}");
            }
        }
    }
}
