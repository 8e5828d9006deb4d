//! What the fulfilment actor decides: turns a result of an outside call into the rows of one
//! commit, with the real rules. The plants that doctor a commit are here, each in its branch.

use starkeeper_actors::domain::ids::Nonce;
use starkeeper_actors::domain::ledger::{Account, Entry, EntryKey};
use starkeeper_actors::domain::notice::RefundReason;
use starkeeper_actors::domain::order::{
    Desk, OperatorAct, Order, OrderEvent, OrderState, Proof, conclude,
};
use starkeeper_actors::domain::transfer::{Transfer, Verdict};
use starkeeper_actors::domain::wallet::{Wallet, WhyStopped};

use super::Shop;
use super::books;
use super::chain;
use super::seed;
use super::state::{State, What};

/// The rows of one commit.
pub struct Written {
    pub order: Order,
    pub wallet: Option<Wallet>,
    pub transfers: Vec<Transfer>,
    pub entries: Vec<Entry>,
    /// A row of the history that becomes taken.
    pub claims: Option<u8>,
}

/// What one result makes of an order, its transfers and its wallet. None if the rules refuse.
pub fn decide(
    shop: &Shop,
    state: &State,
    what: &What,
    order: &Order,
    transfers: &[Transfer],
    desk: Desk<'_>,
) -> Option<Written> {
    let alone = |event: OrderEvent| alone(order, event, desk);
    match what {
        What::Tick => alone(OrderEvent::Tick),
        What::Linked(request) => {
            let purchase = state.requests[usize::from(*request)].as_ref()?;
            let link = seed::link(*request, purchase.wallet, purchase.deadline);
            alone(OrderEvent::Linked(link))
        }
        What::LinkRefused => alone(OrderEvent::LinkRefused(RefundReason::RecipientGone)),
        What::LinkExpired => alone(OrderEvent::LinkExpired),
        What::Sign(transfer) => {
            let mut written = alone(OrderEvent::Signed(Transfer::clone(transfer)))?;
            written.wallet = Some(desk.wallet?.signed(transfer.id));
            written.transfers.push(Transfer::clone(transfer));
            Some(written)
        }
        What::Ahead => {
            // The same numbers each time: what was seen makes no other state of the shop.
            let why = WhyStopped::Ahead { shown: 1, books: 0 };
            Some(Written {
                wallet: Some(desk.wallet?.stopped(why)),
                ..quiet(order.clone())
            })
        }
        What::Confirmed => alone(OrderEvent::Confirmed),
        What::ReturnMoney => alone(OrderEvent::ReturnMoney),
        What::Verdict(transfer, verdict) => {
            concluded(order, *transfer, transfers, verdict, desk).map(|(written, _)| written)
        }
        What::Page(request) => {
            let link = seed::link(*request, 0, 0);
            let mut written = alone(OrderEvent::DeliverySeen(Proof::Page {
                request: link.request,
            }))?;
            written.claims = Some(*request);
            Some(written)
        }
        What::History(request) => {
            let proof = books::history_proof(state, order, *request)?;
            let mut written = alone(OrderEvent::DeliverySeen(proof))?;
            written.claims = Some(*request);
            Some(written)
        }
        What::NotSeen => alone(OrderEvent::DeliveryNotSeen),
        What::Bounced(lt) => {
            let index = usize::try_from(lt / 10 - 1).expect("few");
            alone(OrderEvent::Bounced(chain::pos(index)))
        }
        What::TillReset => alone(OrderEvent::TillReset),
        What::Release(transfer) => released(order, *transfer, transfers, desk),
        What::Move => moved(shop, order),
    }
}

fn quiet(order: Order) -> Written {
    Written {
        order,
        wallet: None,
        transfers: Vec::new(),
        entries: Vec::new(),
        claims: None,
    }
}

/// An event on the order alone.
pub fn alone(order: &Order, event: OrderEvent, desk: Desk<'_>) -> Option<Written> {
    let decision = order.decide(event, desk).ok()?;
    Some(Written {
        entries: decision.entries,
        ..quiet(decision.next)
    })
}

fn concluded(
    order: &Order,
    transfer: u8,
    transfers: &[Transfer],
    verdict: &Verdict,
    desk: Desk<'_>,
) -> Option<(Written, Wallet)> {
    let judged = transfers
        .iter()
        .find(|one| seed::transfer_no(one.id) == transfer)?;
    let decision = conclude(order, judged, transfers, verdict, desk).ok()??;
    let next = decision.next;
    let written = Written {
        order: next.order,
        wallet: Some(next.wallet.clone()),
        transfers: next.transfers,
        entries: decision.entries,
        claims: None,
    };
    Some((written, next.wallet))
}

/// Planted (release-on-timeout): the clock alone declares the message dead and the money goes
/// back.
fn released(
    order: &Order,
    transfer: u8,
    transfers: &[Transfer],
    desk: Desk<'_>,
) -> Option<Written> {
    let dead = Verdict::Dead { providers: 2 };
    let (mut written, wallet) = concluded(order, transfer, transfers, &dead, desk)?;
    let desk = Desk {
        wallet: Some(&wallet),
        ..desk
    };
    let refund = OperatorAct::Refund {
        second: None,
        silent_since: None,
    };
    let back = written
        .order
        .decide(OrderEvent::Operator(refund), desk)
        .ok()?;
    written.order = back.next;
    written.entries.extend(back.entries);
    Some(written)
}

/// Planted (replan-any-till): the order moves to the other wallet, and its reservation with it.
fn moved(shop: &Shop, order: &Order) -> Option<Written> {
    let mut next = order.clone();
    let OrderState::Held { purchase, .. } = &mut next.state else {
        return None;
    };
    let from = purchase.wallet;
    let to = seed::wallet((seed::wallet_no(from) + 1) % shop.bounds.wallets);
    purchase.wallet = to;
    let reserved = purchase.reserved;
    let entry = Entry::new(extra_key(&format!("move-{}", seed::wallet_no(to))))
        .post(Account::Float(from), Account::FloatHeld(from), reserved)
        .and_then(|entry| entry.post(Account::FloatHeld(to), Account::Float(to), reserved));
    Some(Written {
        entries: vec![entry.ok()?],
        ..quiet(next)
    })
}

/// The key of an entry that no rule would make.
pub fn extra_key(name: &str) -> EntryKey {
    EntryKey::Adjustment {
        nonce: Nonce::parse(name).expect("visible"),
    }
}
