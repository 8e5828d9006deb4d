//! Which wallet is the shop's.

use std::sync::Arc;

use starkeeper::ton::{
    NoWallet, TonNetwork, WalletKey, WalletVersion, WantedWallet, choose_wallet, friendly,
    named_wallet,
};
use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::testing::{FakeChain, Showing, TestClock};

use super::{NOON, WORDS, at, destination, nanos, words};

/// The wallets of the vectors' words, V5R1 first.
fn both() -> [WalletAddress; 2] {
    [
        "0:7a4d9eecc3c29232762140c336872e69f30cfe650dc7449bbad424634f24ae6c",
        "0:71892d3faaabcbcc297c00d06607d10c19b1c86643a09b5fd2477ade7fc17748",
    ]
    .map(|raw| WalletAddress::parse(raw).unwrap())
}

async fn choose(funded: &[usize], wanted: WantedWallet) -> Result<WalletVersion, NoWallet> {
    let chain = FakeChain::new(Arc::new(TestClock::at(at(NOON))));
    for place in funded {
        chain.open(both()[*place], 0, nanos(1));
    }
    let key = WalletKey::from_words(&words(WORDS)).unwrap();
    let chosen = choose_wallet(&chain, &key, TonNetwork::Main, wanted).await?;
    Ok(chosen.version())
}

fn names_both(why: &NoWallet) {
    let told = why.to_string();
    for address in both() {
        let shown = friendly(address, TonNetwork::Main);
        assert!(told.contains(&shown), "{told} lacks {shown}");
    }
}

#[tokio::test]
async fn the_funded_one_is_chosen_and_only_if_it_is_alone() {
    let open = WantedWallet::default();
    assert_eq!(choose(&[0], open).await, Ok(WalletVersion::V5R1));
    assert_eq!(choose(&[1], open).await, Ok(WalletVersion::V4R2));
    let none = choose(&[], open).await.unwrap_err();
    assert!(matches!(none, NoWallet::NoneFunded { .. }), "{none:?}");
    names_both(&none);
    let two = choose(&[0, 1], open).await.unwrap_err();
    assert!(matches!(two, NoWallet::BothFunded { .. }), "{two:?}");
    names_both(&two);
}

#[tokio::test]
async fn what_is_set_counts_and_the_chain_is_not_asked() {
    let [five, four] = both();
    let of = |version, address| WantedWallet { version, address };
    let v4 = Some(WalletVersion::V4R2);
    assert_eq!(choose(&[0], of(v4, None)).await, Ok(WalletVersion::V4R2));
    assert_eq!(
        choose(&[], of(None, Some(five))).await,
        Ok(WalletVersion::V5R1)
    );
    assert_eq!(
        choose(&[0, 1], of(v4, Some(four))).await,
        Ok(WalletVersion::V4R2)
    );
    let key = WalletKey::from_words(&words(WORDS)).unwrap();
    let named = named_wallet(&key, TonNetwork::Main, WantedWallet::default());
    assert!(named.unwrap().is_none());
    for wanted in [of(v4, Some(five)), of(None, Some(destination()))] {
        let why = choose(&[0], wanted).await.unwrap_err();
        assert!(matches!(why, NoWallet::Mismatch { .. }), "{why:?}");
        names_both(&why);
    }
}

#[tokio::test]
async fn silence_chooses_nothing() {
    let chain = FakeChain::new(Arc::new(TestClock::at(at(NOON))));
    chain.open(both()[0], 0, nanos(1));
    chain.show(0, Showing::Down);
    chain.show(1, Showing::Down);
    let key = WalletKey::from_words(&words(WORDS)).unwrap();
    let chosen = choose_wallet(&chain, &key, TonNetwork::Main, WantedWallet::default()).await;
    assert!(matches!(chosen, Err(NoWallet::Unreadable(_))));
}
