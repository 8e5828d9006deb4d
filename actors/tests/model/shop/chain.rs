//! What the chain's providers say. The chain itself is a list of transactions; an honest provider
//! shows some prefix of it, with a block time that belongs to that prefix.

use starkeeper_actors::domain::ids::TransferId;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::transfer::{
    AccountState, FoundTx, History, OutMessage, Provider, Purpose, Transfer, TxPos,
};
use starkeeper_actors::domain::wallet::Known;

use super::seed::{self, BY_HAND, COST, FEE, FLOAT};
use super::state::{Chain, State, Tx, TxWhat};

impl Chain {
    /// The contract's seqno after the first `n` transactions.
    pub fn seqno(&self, n: usize) -> u32 {
        let spent = self.txs[..n].iter().filter(|tx| match tx.what {
            TxWhat::Ran { .. } | TxWhat::Hand => true,
            TxWhat::Back { .. } => false,
        });
        u32::try_from(spent.count()).expect("few")
    }

    pub fn head_seqno(&self) -> u32 {
        self.seqno(self.txs.len())
    }

    /// The account's balance after the first `n` transactions.
    pub fn balance(&self, n: usize) -> i64 {
        let change = self.txs[..n].iter().map(|tx| match &tx.what {
            TxWhat::Ran { message, paid } if *paid => {
                -message.amount.nanos() * outward(message) - FEE
            }
            TxWhat::Ran { .. } => -FEE,
            TxWhat::Hand => -BY_HAND - FEE,
            TxWhat::Back { .. } => COST,
        });
        FLOAT + change.sum::<i64>()
    }

    /// How much of the account an honest provider knows that lags by `ticks`.
    pub fn known_at(&self, time: u8) -> usize {
        self.txs.iter().take_while(|tx| tx.at <= time).count()
    }

    /// Where our message stands.
    pub fn index_of(&self, id: TransferId) -> Option<usize> {
        self.txs.iter().position(|tx| match &tx.what {
            TxWhat::Ran { message, .. } => message.id == id,
            TxWhat::Hand | TxWhat::Back { .. } => false,
        })
    }
}

/// A burn pays the wallet itself.
fn outward(message: &Transfer) -> i64 {
    match message.purpose {
        Purpose::Goods => 1,
        Purpose::Burn { .. } => 0,
    }
}

pub fn lt(index: usize) -> u64 {
    (index as u64 + 1) * 10
}

pub fn pos(index: usize) -> TxPos {
    let lt = lt(index);
    TxPos {
        lt,
        hash: seed::hash(u8::try_from(lt).expect("few")),
    }
}

/// The account as provider `by` shows it: the first `n` transactions, at block time `time`.
pub fn account(chain: &Chain, n: usize, time: u8, by: u8) -> AccountState {
    AccountState {
        provider: Provider(by),
        seqno: chain.seqno(n),
        balance: NanoTon::from_nanos(chain.balance(n)),
        last: n.checked_sub(1).map(pos),
        time: seed::at(time),
    }
}

/// One transaction as a provider shows it; `half` without the messages it sent out.
pub fn shown(chain: &Chain, index: usize, half: bool) -> FoundTx {
    let Tx { at, what } = &chain.txs[index];
    let mut tx = FoundTx {
        tx: pos(index),
        at: seed::at(*at),
        message: None,
        committed: true,
        exit_code: Some(0),
        aborted: false,
        skipped_actions: 0,
        msgs_created: 0,
        out: Vec::new(),
        from: None,
        value_in: NanoTon::ZERO,
        bounced: false,
        fees: NanoTon::from_nanos(FEE),
    };
    match what {
        TxWhat::Ran { message, paid } => {
            tx.message = Some(message.message_hash);
            tx.skipped_actions = u32::from(!paid);
            tx.msgs_created = u32::from(*paid);
            if *paid && !half {
                tx.out.push(OutMessage {
                    destination: message.destination,
                    value: message.amount,
                    body_hash: message.body_hash,
                    reference: message.link.as_ref().map(|link| link.reference.clone()),
                });
            }
        }
        TxWhat::Hand => {
            tx.message = Some(seed::hash(190));
            tx.msgs_created = 1;
            tx.out.push(OutMessage {
                destination: seed::wallet(30),
                value: NanoTon::from_nanos(BY_HAND),
                body_hash: seed::hash(191),
                reference: None,
            });
        }
        TxWhat::Back { .. } => {
            tx.from = Some(seed::fragment());
            tx.value_in = NanoTon::from_nanos(COST);
            tx.bounced = true;
            tx.exit_code = None;
            tx.fees = NanoTon::ZERO;
        }
    }
    tx
}

/// The first `n` transactions above `down_to`, newest first.
pub fn history(chain: &Chain, n: usize, down_to: u64, gap: bool) -> History {
    let above = (0..n).rev().filter(|index| lt(*index) > down_to);
    History {
        head: n.checked_sub(1).map(pos),
        gapless_down_to: (!gap).then_some(down_to),
        txs: above.map(|index| shown(chain, index, false)).collect(),
    }
}

/// What the books know that may explain a wallet's transactions.
pub fn known(state: &State, wallet: u8) -> Known {
    let books = &state.books;
    let ours = books
        .transfers
        .iter()
        .filter(|one| one.wallet == seed::wallet(wallet));
    let linked = books.linked.iter().map(|(request, order)| {
        (
            seed::link(*request, wallet, 0).reference,
            seed::order_id(*order),
        )
    });
    let assigned = books.assigned.iter().filter(|(of, _, _)| *of == wallet);
    Known {
        messages: ours.map(|one| (one.message_hash, one.id)).collect(),
        references: linked.collect(),
        destinations: vec![seed::fragment()],
        assigned: assigned
            .map(|(_, lt, to)| (*lt, to.map(seed::order_id)))
            .collect(),
    }
}
