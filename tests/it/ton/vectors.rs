//! Published and recorded vectors, made by other implementations.

use serde_json::Value;
use starkeeper::ton::{
    BadWords, TonNetwork, WalletContract, WalletKey, WalletVersion, comment_of, draw_words,
    friendly, normalised_hash, parse_address,
};
use starkeeper_actors::domain::ids::Hash256;
use starkeeper_actors::ports::wallet::SignRefused;
use starkeeper_actors::ports::{Signer as _, WalletProver as _};

use secrecy::ExposeSecret as _;

use super::{
    NOON, PREMIUM, WORDS, at, bytes, contract, desk, pay, payload_hash, premium, premium_link,
    rules, words,
};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../fixtures/ton/vectors.json")).unwrap()
}

fn versions() -> [(WalletVersion, &'static str); 2] {
    [(WalletVersion::V4R2, "v4r2"), (WalletVersion::V5R1, "v5r1")]
}

#[test]
fn words_become_the_published_key_and_addresses() {
    let vectors = vectors();
    let phrase = vectors["mnemonic"].as_str().unwrap();
    assert_eq!(phrase, WORDS);
    let key = WalletKey::from_words(&words(phrase)).unwrap();
    assert_eq!(
        Hash256::new(key.public()).to_string(),
        vectors["public_key_hex"].as_str().unwrap()
    );
    for (version, name) in versions() {
        let of = &vectors["wallets"][name];
        let contract = contract(phrase, version);
        assert_eq!(contract.address().to_string(), of["raw"].as_str().unwrap());
        let shown = friendly(contract.address(), TonNetwork::Main);
        assert_eq!(shown, of["uq"].as_str().unwrap());
        for form in ["raw", "uq", "eq", "kq"] {
            let text = of[form].as_str().unwrap();
            assert_eq!(parse_address(text).unwrap(), contract.address(), "{text}");
        }
    }
    let test = WalletContract::new(WalletVersion::V5R1, TonNetwork::Test, &key.public()).unwrap();
    assert_ne!(
        test.address(),
        contract(phrase, WalletVersion::V5R1).address()
    );
}

#[test]
fn an_address_with_one_wrong_letter_is_refused() {
    let good = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";
    for place in 0..good.len() {
        let mut wrong = good.to_owned();
        let letter = if &good[place..=place] == "A" {
            "B"
        } else {
            "A"
        };
        wrong.replace_range(place..=place, letter);
        assert!(parse_address(&wrong).is_err(), "{wrong}");
    }
    for odd in ["", "0:12", "UQ", "1:40", "EQ____", &"0:".repeat(40)] {
        assert!(parse_address(odd).is_err(), "{odd}");
    }
}

#[test]
fn messages_are_those_of_the_published_vectors() {
    let expected = [
        (
            WalletVersion::V4R2,
            0,
            "96dc6fecabce8bbbea74f2c5826e6c986c6be048055c7098b49b142eedfed561",
            "cba0532f6a819578fe07d9d9f30539eae1ff9dae7206b60040e32f5d491a4172",
        ),
        (
            WalletVersion::V4R2,
            1,
            "5a75b75fae6beb9587ea616370b90041e22bb03dcc851a637e1892a0e64a8f02",
            "b1a99a958b7009240f0b664b403ad29be4321dc0c94c29955f4a6dc4a56c43b8",
        ),
        (
            WalletVersion::V5R1,
            0,
            "ff1e84bb184154716a80fd2ffcee45b18b8d59bbf53d67ee947d77faa864f152",
            "a34cf1338cb0b2746fa8bd2a8476b5b6157453e9af94f9be283410e5155ef6e6",
        ),
        (
            WalletVersion::V5R1,
            1,
            "c04d5b447d3e2a660a02c8826f48dc55fece7b6ce2975e65a24cb62eb296dcfe",
            "b3ad57d739f3f29c46c606409daa760765a529a6aeaef8bea92f3ea0889b0cbc",
        ),
    ];
    for (version, seqno, message, normalised) in expected {
        let link = premium_link();
        let desk = desk(WORDS, version, rules(vec![link.destination]), NOON);
        let intent = pay(desk.wallet, seqno, NOON + 300, link, premium());
        let signed = desk.signer.sign(&intent).unwrap();
        assert_eq!(payload_hash(signed.boc.bytes()).to_string(), message);
        assert_eq!(signed.message_hash.to_string(), normalised);
        assert_eq!(signed.body_hash, payload_hash(&bytes(PREMIUM)));
        assert_eq!(
            normalised_hash(signed.boc.bytes()).unwrap(),
            signed.message_hash
        );
        assert_eq!(desk.signer.sign(&intent).unwrap(), signed);
    }
}

#[test]
fn the_hash_of_a_recorded_message_is_found_however_it_is_written() {
    let vectors = vectors();
    for (_, name) in versions() {
        let recorded = &vectors["wallets"][name]["exts"][0];
        let boc = bytes(recorded["ext_boc"].as_str().unwrap());
        let expected = recorded["norm_hash"].as_str().unwrap();
        assert_eq!(normalised_hash(&boc).unwrap().to_string(), expected);
    }
    assert!(normalised_hash(&bytes(PREMIUM)).is_err());
    assert!(normalised_hash(b"").is_err());
}

#[test]
fn a_proof_is_the_published_one() {
    let expected = [
        (
            WalletVersion::V4R2,
            "w1b5nG6vTzhgKO6Ak1e7Kj1XEpNlkFBDIi66qgx+IciId1+s8zIwrDjJhw3GDHJltGawnd2QHMK3iEVT2C7dBQ==",
        ),
        (
            WalletVersion::V5R1,
            "zR6cx1XkxxLeeDC9upPW2YHeoWGAogfYI5lqOsr9aPQDVuoRz7NvOyF/ERqSqoQpndpSQ2bhinLU+JEf6kAFAA==",
        ),
    ];
    for (version, signature) in expected {
        let desk = desk(WORDS, version, rules(vec![]), NOON);
        let prover = &desk.signer;
        let proof = prover.prove(desk.wallet, "fragment.com", "5550ffd0ff31a55ca4", at(NOON));
        let proof = proof.unwrap();
        assert_eq!(proof.signature.as_slice(), bytes(signature));
        assert_eq!(
            (proof.at, proof.domain.as_str()),
            (at(NOON), "fragment.com")
        );
        let account = prover.account(desk.wallet).unwrap();
        assert_eq!(payload_hash(account.state_init.bytes()), desk.wallet.hash());
        assert_eq!(account.network, -239);
        let known = [(WalletVersion::V4R2, 4), (WalletVersion::V5R1, 255)];
        assert!(known.contains(&(version, account.max_messages)));
        // Only to Fragment, and only an answer to something.
        for (domain, challenge) in [("fragment.com.evil.example", "5550"), ("fragment.com", "")] {
            let refused = prover.prove(desk.wallet, domain, challenge, at(NOON));
            let Err(SignRefused::Rule { rule }) = refused else {
                panic!("{refused:?}")
            };
            assert!(rule.starts_with("proof: "), "{rule}");
        }
    }
}

#[test]
fn the_text_of_a_payload_is_read_over_its_cells() {
    let text = comment_of(&bytes(PREMIUM)).unwrap();
    assert_eq!(text, "Telegram Premium for 3 months \n\nRef#3pWJtbdbu");
    assert!(comment_of(b"no cells").is_err());
}

#[test]
fn words_that_do_not_check_are_refused_and_never_told() {
    let swapped = WORDS.replace("canvas follow", "follow canvas");
    let cases = [
        ("canvas follow", BadWords::Count(2)),
        (
            &WORDS.replace("uncle", "unkle"),
            BadWords::NotOnTheList { place: 5 },
        ),
        (&swapped, BadWords::Check),
    ];
    for (phrase, expected) in cases {
        let refused = WalletKey::from_words(&words(phrase)).unwrap_err();
        assert_eq!(refused, expected);
        let told = refused.to_string();
        assert!(
            !phrase
                .split(' ')
                .any(|word| told.split(' ').any(|said| said == word && word == "unkle"))
        );
    }
    // Case and blanks do not matter.
    let loose = format!("  {}\n", WORDS.to_uppercase().replace(' ', "   "));
    let key = WalletKey::from_words(&words(&loose)).unwrap();
    assert_eq!(
        key.public(),
        WalletKey::from_words(&words(WORDS)).unwrap().public()
    );
    assert_eq!(format!("{key:?}"), "WalletKey(***)");
}

#[test]
fn drawn_words_check_and_differ() {
    let (one, other) = (draw_words().unwrap(), draw_words().unwrap());
    assert_ne!(one.expose_secret(), other.expose_secret());
    assert_eq!(one.expose_secret().split(' ').count(), 24);
    WalletKey::from_words(&one).unwrap();
}
