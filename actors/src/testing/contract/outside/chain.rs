//! The chain and the keys.

use super::{Outside, signed};
use crate::domain::Span;
use crate::domain::transfer::Transfer;
use crate::ports::wallet::{Pays, SignRefused, TransferIntent};
use crate::testing::contract::{given, there};
use crate::testing::wallet_numbered;

/// A burn: it needs no link.
async fn intent(outside: &dyn Outside) -> TransferIntent {
    let wallet = outside.wallet();
    let state = given(outside.chain().state(wallet).await, "a state");
    TransferIntent {
        wallet,
        seqno: state.seqno,
        valid_until: state.time + Span::minutes(5),
        pays: Pays::Nothing,
        product: None,
    }
}

async fn burn(outside: &dyn Outside) -> Transfer {
    let intent = intent(outside).await;
    let state = given(outside.chain().state(intent.wallet).await, "a state");
    signed(outside, &intent, state.last_lt())
}

/// Bytes, message hash and body hash; another seqno gives another message.
pub async fn signing_twice_gives_the_same_bytes(outside: &dyn Outside) {
    let intent = intent(outside).await;
    let signer = outside.signer();
    let first = given(signer.sign(&intent), "a signature");
    assert_eq!(given(signer.sign(&intent), "a signature"), first);
    let next = TransferIntent {
        seqno: intent.seqno + 1,
        ..intent
    };
    let next = given(signer.sign(&next), "a signature");
    assert_ne!(next.message_hash, first.message_hash);
    assert_ne!(next.boc, first.boc);
}

/// And named.
pub async fn a_wallet_without_a_key_is_refused(outside: &dyn Outside) {
    let wallet = wallet_numbered(404);
    assert!(!outside.signer().wallets().contains(&wallet));
    assert!(outside.signer().wallets().contains(&outside.wallet()));
    let stranger = TransferIntent {
        wallet,
        ..intent(outside).await
    };
    let answer = outside.signer().sign(&stranger);
    assert_eq!(answer, Err(SignRefused::NoKey(wallet)));
}

/// However often, before and after it executed.
pub async fn sending_again_executes_once(outside: &dyn Outside) {
    let chain = outside.chain();
    let before = given(chain.state(outside.wallet()).await, "a state");
    let transfer = burn(outside).await;
    for _ in 0..3 {
        given(chain.send(&transfer).await, "a send");
    }
    outside.mine().await;
    // After it executed providers refuse it: only a hint.
    given(chain.send(&transfer).await, "a send too many");
    outside.mine().await;
    let after = given(chain.state(outside.wallet()).await, "a state");
    assert_eq!(after.seqno, before.seqno + 1);
    let history = chain.history(&after, outside.wallet(), before.last_lt());
    let history = given(history.await, "a history");
    let ours = history.txs.iter();
    let ours = ours.filter(|tx| tx.message == Some(transfer.message_hash));
    assert_eq!(ours.count(), 1);
}

/// And the states say how old that answer is.
pub async fn what_was_not_sent_is_not_found(outside: &dyn Outside) {
    let transfer = burn(outside).await;
    let evidence = given(outside.chain().look(&transfer).await, "a look");
    assert_eq!(evidence.found, None);
    assert!(!evidence.states.is_empty(), "a look brings states");
    for state in &evidence.states {
        assert_eq!(state.seqno, transfer.seqno);
    }
}

/// By its normalised hash, with what it did.
pub async fn a_transaction_is_found_by_its_message(outside: &dyn Outside) {
    let transfer = burn(outside).await;
    given(outside.chain().send(&transfer).await, "a send");
    outside.mine().await;
    let evidence = given(outside.chain().look(&transfer).await, "a look");
    let found = there(evidence.found, "the transaction");
    assert_eq!(found.message, Some(transfer.message_hash));
    assert_eq!((found.exit_code, found.aborted), (Some(0), false));
    let out = there(found.out.first(), "its message").clone();
    assert_eq!(
        (out.destination, out.value),
        (transfer.destination, transfer.amount)
    );
    assert_eq!(out.body_hash, transfer.body_hash);
    assert!(
        evidence
            .states
            .iter()
            .any(|state| state.last_lt() >= found.tx.lt)
    );
}

/// From the state's newest transaction down, newest first, without the one it stops at.
pub async fn history_is_whole_down_to_where_it_says(outside: &dyn Outside) {
    let (chain, wallet) = (outside.chain(), outside.wallet());
    let mut lts = Vec::new();
    for _ in 0..3 {
        let transfer = burn(outside).await;
        given(chain.send(&transfer).await, "a send");
        outside.mine().await;
        let state = given(chain.state(wallet).await, "a state");
        lts.push(state.last_lt());
    }
    let state = given(chain.state(wallet).await, "a state");
    let oldest = there(lts.first(), "the first").to_owned();
    let history = given(chain.history(&state, wallet, oldest).await, "a history");
    assert_eq!(history.head, state.last);
    assert!(history.gapless_down_to.is_some_and(|lt| lt <= oldest));
    let mut shown: Vec<u64> = history.txs.iter().map(|tx| tx.tx.lt).collect();
    assert!(shown.is_sorted_by(|a, b| a > b), "newest first: {shown:?}");
    shown.retain(|lt| lts.contains(lt));
    let expected: Vec<u64> = lts.iter().rev().copied().take(2).collect();
    assert_eq!(shown, expected);
}
