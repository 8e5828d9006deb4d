//! Transactions as the machine wrote them: read whole, and believed only as they were written.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use starkeeper::ton::{ChainSettings, Outgoings, ProviderSettings, TonChain, WalletVersion};
use starkeeper_actors::domain::ids::{Hash256, WalletAddress};
use starkeeper_actors::domain::transfer::{AccountState, History, Provider, TxPos};
use starkeeper_actors::ports::Chain as _;
use tycho_types::cell::{Cell, CellBuilder};
use tycho_types::dict::Dict;
use tycho_types::models::{
    CurrencyCollection, IntAddr, IntMsgInfo, MsgInfo, OwnedMessage, StdAddr, Transaction,
};
use tycho_types::num::{Tokens, Uint15};
use tycho_types::prelude::{Boc, HashBytes};

use super::machine::{Machine, TON, message};
use super::{NOON, at, destination, nanos, premium_link};
use crate::heleket::host::{Host, Reply};

/// What the client makes of a provider that answers with this for the transaction at `lt`.
async fn history(wallet: WalletAddress, head: TxPos, boc: &[u8]) -> History {
    let rows = json!({"ok": true, "result": [{"data": STANDARD.encode(boc)}]});
    let host = Host::answering([Reply::Json(200, rows.to_string().into_bytes())]).await;
    let provider = ProviderSettings {
        url: host.url(),
        key: None,
    };
    let mut settings = ChainSettings::new(vec![provider]);
    settings.attempts = 1;
    settings.most_pages = 1;
    let chain = TonChain::new(settings, Arc::new(Outgoings::new([], vec![]))).unwrap();
    let state = AccountState {
        provider: Provider(0),
        seqno: 1,
        balance: nanos(0),
        last: Some(head),
        time: at(NOON),
    };
    chain.history(&state, wallet, 0).await.unwrap()
}

fn place(cell: &Cell) -> TxPos {
    TxPos {
        lt: cell.parse::<Transaction>().unwrap().lt,
        hash: Hash256::new(cell.repr_hash().0),
    }
}

#[tokio::test]
async fn a_transaction_is_believed_only_as_the_chain_wrote_it() {
    let (wallet, message) = message(WalletVersion::V5R1, 0, NOON + 300, 50_000_000);
    let ran = Machine::with(wallet, TON).bring(message.boc.bytes(), NOON);
    let cell = ran.unwrap().cell;
    let (head, boc) = (place(&cell), Boc::encode(&cell));
    let whole = history(wallet, head, &boc).await;
    let [tx] = whole.txs.as_slice() else {
        panic!("{whole:?}")
    };
    assert_eq!((tx.tx, tx.message), (head, Some(message.message_hash)));
    assert_eq!(
        (tx.exit_code, tx.aborted, tx.at),
        (Some(0), false, at(NOON))
    );
    assert_eq!((tx.skipped_actions, tx.msgs_created), (0, 1));
    let [out] = tx.out.as_slice() else {
        panic!("{tx:?}")
    };
    let link = premium_link();
    assert_eq!(
        (out.destination, out.value),
        (destination(), nanos(50_000_000))
    );
    assert_eq!(out.body_hash, link.payload_hash);
    assert_eq!(out.reference, Some(link.reference));
    // Of another account it is none, and under another hash neither.
    assert!(history(destination(), head, &boc).await.txs.is_empty());
    let other = TxPos {
        hash: Hash256::new([1; 32]),
        ..head
    };
    assert!(history(wallet, other, &boc).await.txs.is_empty());
    for place in (0..boc.len()).step_by(3) {
        let mut bent = boc.clone();
        bent[place] ^= 0x10;
        let read = history(wallet, head, &bent).await;
        if read.txs.is_empty() {
            assert_eq!(read.gapless_down_to, Some(head.lt), "byte {place}");
        } else {
            // The bag's head changed, and no cell.
            assert_eq!(read.txs, whole.txs, "byte {place}");
        }
    }
}

/// A message between accounts.
fn carried(from: WalletAddress, to: WalletAddress, nano: u128, bounced: bool) -> Cell {
    let address = |of: WalletAddress| IntAddr::Std(StdAddr::new(0, HashBytes(*of.hash().bytes())));
    let info = IntMsgInfo {
        ihr_disabled: true,
        bounced,
        src: address(from),
        dst: address(to),
        value: CurrencyCollection::new(nano),
        fwd_fee: Tokens::new(266_669),
        ..IntMsgInfo::default()
    };
    let message = OwnedMessage {
        info: MsgInfo::Int(info),
        init: None,
        body: Default::default(),
        layout: None,
    };
    CellBuilder::build_from(&message).unwrap()
}

/// The machine's transaction, changed and written anew by the machine's own types.
fn changed(wallet: WalletAddress, change: impl FnOnce(&mut Transaction)) -> (Cell, u128) {
    let (of, message) = message(WalletVersion::V4R2, 0, NOON + 300, 50_000_000);
    assert_eq!(of, wallet);
    let ran = Machine::with(wallet, TON).bring(message.boc.bytes(), NOON);
    let mut transaction = ran.unwrap().cell.parse::<Transaction>().unwrap();
    change(&mut transaction);
    let fees = transaction.total_fees.tokens.into_inner();
    (CellBuilder::build_from(&transaction).unwrap(), fees)
}

#[tokio::test]
async fn every_message_of_a_batch_is_read_with_its_fee() {
    let (wallet, _) = message(WalletVersion::V4R2, 0, NOON + 300, 1);
    for count in [0_u16, 1, 2, 3, 4, 17, 255] {
        let somebody = |n: u16| WalletAddress::basic(Hash256::new([u8::try_from(n).unwrap(); 32]));
        let (cell, fees) = changed(wallet, |transaction| {
            let mut out = Dict::<Uint15, Cell>::new();
            for n in 0..count {
                let message = carried(wallet, somebody(n), 1_000 + u128::from(n), false);
                out.set(Uint15::new(n), message).unwrap();
            }
            transaction.out_msg_count = Uint15::new(count);
            transaction.out_msgs = out;
        });
        let read = history(wallet, place(&cell), &Boc::encode(&cell)).await;
        let tx = &read.txs[0];
        let out: Vec<_> = tx
            .out
            .iter()
            .map(|out| (out.destination, out.value.nanos()))
            .collect();
        let expected: Vec<_> = (0..count)
            .map(|n| (somebody(n), 1_000 + i64::from(n)))
            .collect();
        assert_eq!(out, expected);
        let carrying = 266_669 * u128::from(count);
        assert_eq!(u128::try_from(tx.fees.nanos()).unwrap(), fees + carrying);
    }
}

#[tokio::test]
async fn what_came_in_is_told_with_its_sender_and_whether_it_bounced() {
    let (wallet, _) = message(WalletVersion::V4R2, 0, NOON + 300, 1);
    for bounced in [false, true] {
        let (cell, _) = changed(wallet, |transaction| {
            let incoming = carried(destination(), wallet, 7_000_000_000, bounced);
            transaction.in_msg = Some(incoming);
        });
        let read = history(wallet, place(&cell), &Boc::encode(&cell)).await;
        let tx = &read.txs[0];
        assert_eq!((tx.message, tx.bounced), (None, bounced));
        assert_eq!(
            (tx.from, tx.value_in),
            (Some(destination()), nanos(7_000_000_000))
        );
    }
}
