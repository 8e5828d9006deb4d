//! Worlds in which all three witnesses agree, and one lie at a time.

use super::*;
use crate::domain::catalog::{Product, Username};
use crate::domain::ids::Hash256;
use crate::domain::link::Link;
use crate::domain::order::{Order, OrderState, Proof, Stage};
use crate::domain::samples::{
    self, FRAGMENT, LT, WALLET, address, after, bare_tx, deposit_tx, history_row, paying_tx, ton,
    tx,
};
use crate::domain::transfer::{FoundTx, History, Purpose, Transfer, TransferState};
use crate::domain::wallet::Known;

mod kept;
mod kinds;
mod random;
mod silent;

/// Seconds between two purchases.
const APART: i64 = 120;

/// The logical time of the n-th payment.
fn lt_of(n: i64) -> u64 {
    LT + 100 * u64::try_from(n).unwrap()
}

fn login() -> LoginId {
    LoginId::new(1)
}

/// When the n-th purchase was signed.
fn signed(n: i64) -> Timestamp {
    after(n * APART)
}

/// The n-th purchase, counted from 1: paid and delivered, of these goods for this person.
fn purchase(n: i64, who: &str, goods: Product) -> Purchased {
    let mut order = samples::order_in(OrderState::Delivered {
        at: signed(n) + Span::seconds(20),
        proof: Proof::Page {
            request: samples::link().request,
        },
    });
    order.id = OrderId::new(n);
    order.quote.product = goods;
    order.quote.recipient.username = Username::parse(who).unwrap();
    let link = Link {
        reference: PaymentRef::parse(&format!("Ref{n}")).unwrap(),
        ..samples::link()
    };
    let transfer = Transfer {
        id: TransferId::new(n),
        order: order.id,
        message_hash: Hash256::new([u8::try_from(n).unwrap(); 32]),
        lt_before: lt_of(n) - 50,
        link: Some(link),
        signed_at: signed(n),
        state: TransferState::Paid { tx: tx(lt_of(n)) },
        ..samples::transfer(n, 5)
    };
    Purchased { transfer, order }
}

/// What the chain shows of it.
fn tx_of(purchased: &Purchased) -> FoundTx {
    let n = purchased.transfer.id.get();
    FoundTx {
        at: signed(n) + Span::seconds(10),
        ..paying_tx(&purchased.transfer, lt_of(n))
    }
}

/// What Fragment's history shows of it.
fn row_of(purchased: &Purchased) -> HistoryRow {
    HistoryRow {
        login: login(),
        recipient: purchased.order.quote.recipient.username.clone(),
        goods: purchased.order.quote.product,
        price: purchased.transfer.amount,
        at: signed(purchased.transfer.id.get()) + Span::seconds(15),
    }
}

/// Witnesses of these purchases that agree in everything, a day later.
fn honest(purchases: Vec<Purchased>) -> Witnesses {
    let mut txs: Vec<FoundTx> = purchases.iter().map(tx_of).collect();
    txs.sort_by_key(|tx| std::cmp::Reverse(tx.tx.lt));
    let mut rows: Vec<HistoryRow> = purchases.iter().map(row_of).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    let head = txs.first().map(|tx| tx.tx);
    let known = Known {
        messages: purchases
            .iter()
            .map(|one| (one.transfer.message_hash, one.transfer.id))
            .collect(),
        references: purchases
            .iter()
            .filter_map(|one| Some((one.transfer.link.clone()?.reference, one.order.id)))
            .collect(),
        destinations: vec![FRAGMENT],
        assigned: Vec::new(),
    };
    let mut wallet = samples::wallet();
    wallet.last = head.or(wallet.last);
    Witnesses {
        wallet,
        login: Some(login()),
        whole_from: purchases.iter().map(|one| one.transfer.signed_at).min(),
        purchases,
        unfinished: Vec::new(),
        known,
        chain: Some(History {
            head,
            gapless_down_to: Some(LT),
            txs,
        }),
        history: Some(rows.clone()),
        // Each of them was claimed with its delivery.
        unclaimed: Vec::new(),
        asked: rows,
        now: after(86_400),
    }
}

/// Three different purchases.
fn three() -> Witnesses {
    honest(vec![
        purchase(1, "anya_a", samples::stars(50)),
        purchase(2, "boris", samples::stars(100)),
        purchase(3, "masha", samples::stars(50)),
    ])
}

impl Witnesses {
    fn purchased(&mut self, n: i64) -> &mut Purchased {
        let mut all = self.purchases.iter_mut();
        all.find(|one| one.transfer.id.get() == n).unwrap()
    }

    fn chain_mut(&mut self) -> &mut History {
        self.chain.as_mut().unwrap()
    }

    fn tx_mut(&mut self, n: i64) -> &mut FoundTx {
        let lt = lt_of(n);
        let mut txs = self.chain_mut().txs.iter_mut();
        txs.find(|tx| tx.tx.lt == lt).unwrap()
    }

    /// A transaction on top of the chain.
    fn add_tx(&mut self, found: FoundTx) {
        let chain = self.chain_mut();
        chain.head = Some(found.tx);
        chain.txs.insert(0, found);
    }

    /// A row that nobody has claimed.
    fn add_row(&mut self, row: HistoryRow) {
        self.history.as_mut().unwrap().insert(0, row.clone());
        self.unclaimed.push(row.clone());
        self.asked.push(row);
    }

    /// Takes the n-th purchase's row out of the history; answers it.
    fn drop_row(&mut self, n: i64) -> HistoryRow {
        let row = row_of(self.purchased(n));
        self.history.as_mut().unwrap().retain(|one| *one != row);
        row
    }

    fn found(&self) -> Vec<Finding> {
        let comparison = self.compare(&BreakRules::default());
        comparison
            .found
            .into_iter()
            .map(|one| one.finding)
            .collect()
    }
}

/// An order parked behind its payment.
fn parked(order: &Order, transfer: TransferId) -> Order {
    let stage = Stage::Paid {
        transfer,
        paid_at: after(30),
        confirmed: true,
        bounced: false,
        till_reset: true,
    };
    Order {
        state: samples::parked(&[(1, 5, 0)], stage).state,
        ..order.clone()
    }
}

/// The order with its price given back behind the payment.
fn given_up(order: &Order) -> Order {
    let state = OrderState::Refunded {
        at: after(600),
        why: crate::domain::notice::RefundReason::Operator,
        watch_until: Some(after(600) + Span::days(7)),
    };
    Order {
        state,
        ..order.clone()
    }
}
