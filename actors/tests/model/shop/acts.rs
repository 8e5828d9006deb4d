//! The steps of the world: of time, of the chain, of Fragment, of the replicas and of people.

use starkeeper_actors::domain::ids::{Epoch, TransferId};
use starkeeper_actors::domain::transfer::{Purpose, Transfer};
use starkeeper_actors::domain::wallet::Explanation;

use super::Shop;
use super::operator::{self, Press};
use super::seed;
use super::starts::{Start, starts};
use super::state::{Doing, Request, State, TxWhat, What};
use crate::model::plant::Plant;
use crate::model::row::Row;

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Time passes, for the chain and for us.
    Tick,
    /// A replica takes the lease on a wallet and its login.
    Lease { replica: u8, wallet: u8 },
    /// A replica reads a wallet's history, as of `back` transactions ago, and commits what it
    /// explains.
    Explain { replica: u8, wallet: u8, back: u8 },
    /// A replica begins the next step of an order.
    Start {
        replica: u8,
        order: u8,
        start: Start,
    },
    /// It sends the bytes it read back.
    Send { replica: u8 },
    /// It commits.
    Commit { replica: u8 },
    /// The answer it waits for is lost; it reads the books again.
    Lose { replica: u8 },
    /// Its process dies and starts again.
    Crash { replica: u8 },
    /// The chain accepts a message; `skip` if it cannot afford the action.
    Include { message: TransferId, skip: bool },
    /// Fragment delivers.
    Deliver { request: u8 },
    /// Fragment sends the TON back.
    Bounce { request: u8 },
    /// The owner uses the wallet by hand.
    Hand { wallet: u8 },
    /// The second order's price arrives and is held.
    Fund { order: u8 },
    /// A person presses a button.
    Press(Press),
    /// A copy of the books is made.
    Copy,
    /// The copy is restored: a new life. The second replica starts on it, the first still runs.
    Restore,
}

pub fn acts(shop: &Shop, state: &State) -> Vec<Act> {
    let mut all = Vec::new();
    world(shop, state, &mut all);
    for replica in 0..shop.bounds.replicas {
        daemon(shop, state, replica, &mut all);
    }
    operator::presses(shop, state, &mut all);
    all
}

fn world(shop: &Shop, state: &State, all: &mut Vec<Act>) {
    for message in &state.net {
        all.push(Act::Include {
            message: message.id,
            skip: false,
        });
        if state.left.skips > 0 && message.purpose == Purpose::Goods {
            all.push(Act::Include {
                message: message.id,
                skip: true,
            });
        }
    }
    for (n, request) in (0_u8..).zip(state.requests.iter()) {
        if request
            .as_ref()
            .is_some_and(|one| may_deliver(state, n, one))
        {
            all.push(Act::Deliver { request: n });
        }
        if state.left.bounces > 0
            && request
                .as_ref()
                .is_some_and(|one| may_bounce(state, n, one))
        {
            all.push(Act::Bounce { request: n });
        }
    }
    if state.left.hands > 0 {
        all.push(Act::Hand { wallet: 0 });
    }
    for order in 0..shop.bounds.orders {
        let row = &state.books.orders[usize::from(order)];
        if row.state_name() == "awaiting_payment" {
            all.push(Act::Fund { order });
        }
    }
    if state.left.restores > 0 {
        match &state.copy {
            None => all.push(Act::Copy),
            Some(_) => all.push(Act::Restore),
        }
    }
    if state.now < shop.bounds.last_tick {
        all.push(Act::Tick);
    }
}

/// Fragment delivers what was paid and confirmed in time.
pub fn may_deliver(state: &State, n: u8, request: &Request) -> bool {
    request.confirmed && request.delivered.is_none() && !request.bounced && paid(state, n).is_some()
}

fn may_bounce(state: &State, n: u8, request: &Request) -> bool {
    request.delivered.is_none() && !request.bounced && paid(state, n).is_some()
}

/// The payment of a purchase on the chain.
pub fn paid(state: &State, request: u8) -> Option<&Row<Transfer>> {
    let txs = state.chains.iter().flat_map(|chain| &chain.txs);
    txs.filter_map(|tx| match &tx.what {
        TxWhat::Ran {
            message,
            paid: true,
        } => Some(message),
        TxWhat::Ran { .. } | TxWhat::Hand | TxWhat::Back { .. } => None,
    })
    .find(|message| {
        message
            .link
            .as_ref()
            .is_some_and(|link| seed::request_no(link) == request)
    })
}

fn daemon(shop: &Shop, state: &State, replica: u8, all: &mut Vec<Act>) {
    let me = &state.replicas[usize::from(replica)];
    let doing = match &me.doing {
        Some(Doing::Bytes(_)) => {
            all.push(Act::Send { replica });
            true
        }
        Some(Doing::Ready(ready)) => {
            all.push(Act::Commit { replica });
            if shop.has(Plant::SendBeforeCommit) && matches!(ready.what, What::Sign(_)) {
                all.push(Act::Send { replica });
            }
            true
        }
        None => false,
    };
    if state.left.crashes > 0 && (doing || me.epochs.iter().any(|epoch| *epoch > 0)) {
        all.push(Act::Crash { replica });
    }
    if doing {
        if state.left.lost > 0 {
            all.push(Act::Lose { replica });
        }
        return;
    }
    for wallet in 0..shop.bounds.wallets {
        if may_lease(state, replica, wallet) {
            all.push(Act::Lease { replica, wallet });
        }
        explanations(state, replica, wallet, all);
    }
    for order in 0..shop.bounds.orders {
        let begun = starts(shop, state, replica, order, true);
        all.extend(begun.into_iter().map(|start| Act::Start {
            replica,
            order,
            start,
        }));
    }
}

/// A free lease, or one whose holder sleeps.
fn may_lease(state: &State, replica: u8, wallet: u8) -> bool {
    let wallet = usize::from(wallet);
    let current = state.books.epochs[wallet];
    let me = &state.replicas[usize::from(replica)];
    if me.epochs[wallet] == current && current > 0 || me.life != state.books.life {
        return false;
    }
    let held = held(state, wallet);
    !held || state.left.naps > 0
}

pub fn held(state: &State, wallet: usize) -> bool {
    let current = state.books.epochs[wallet];
    let life = state.books.life;
    current > 0
        && state
            .replicas
            .iter()
            .any(|one| one.epochs[wallet] == current && one.life == life)
}

fn explanations(state: &State, replica: u8, wallet: u8, all: &mut Vec<Act>) {
    let me = &state.replicas[usize::from(replica)];
    let row = &state.books.wallets[usize::from(wallet)];
    let epoch = me.epochs[usize::from(wallet)];
    if epoch == 0 || row.is_stopped() || me.life != state.books.life {
        return;
    }
    let txs = state.chains[usize::from(wallet)].txs.len();
    let backs = if txs > 0 { 2 } else { 1 };
    for back in 0..backs {
        let next = operator::explain(state, wallet, epoch, back);
        let news = match &next {
            Some(Explanation::Complete {
                wallet: next,
                entries,
                ..
            }) => *next != **row || !entries.is_empty(),
            Some(Explanation::Break { .. }) => true,
            Some(Explanation::Incomplete) | None => false,
        };
        if news {
            all.push(Act::Explain {
                replica,
                wallet,
                back,
            });
        }
    }
}

/// The epoch of a wallet's lease, if somebody alive holds it.
pub fn living_epoch(state: &State, wallet: u8) -> Option<Epoch> {
    let wallet = usize::from(wallet);
    held(state, wallet).then(|| Epoch::new(state.books.epochs[wallet].into()))
}
