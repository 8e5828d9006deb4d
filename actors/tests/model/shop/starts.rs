//! What a replica may begin for an order: reads the file, makes the outside call that is due, and
//! holds the decision in memory (or the bytes to send). Every answer the world could give is one
//! choice; answers that lead to the same verdict are one.

use starkeeper_actors::domain::ids::{Epoch, TransferId};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::notice::RefundReason;
use starkeeper_actors::domain::order::{Desk, Order, OrderEffect, OrderEvent, OrderState, Stage};
use starkeeper_actors::domain::transfer::{Evidence, Purpose, Transfer, Verdict, Waiting};
use starkeeper_actors::domain::wallet::{CannotSign, Signature, SigningDesk, Wallet};

use super::Shop;
use super::books;
use super::chain;
use super::seed;
use super::state::{Request, State, What};
use crate::model::plant::Plant;
use crate::model::row::Row;

/// A beginning: the outside call and what it leaves in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Start {
    /// A decision without an outside call, or after one that changes nothing outside.
    Ready(What),
    /// A look at the chain; `mixed` if the second provider had to pair a new time with old data.
    Look { what: What, mixed: bool },
    /// Signs; nothing leaves.
    Sign {
        signature: Signature,
        purpose: Purpose,
        request: Option<u8>,
        mixed: bool,
    },
    /// Fragment makes a purchase and gives a link.
    Offer,
    /// Fragment refuses for good.
    Refused,
    /// Reads the bytes back, to send them.
    Bytes(TransferId),
    /// The confirm call, with the very bytes.
    Confirm(TransferId),
    /// The till's page goes back to `new`.
    Reset,
}

/// Who asks, about what.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub shop: &'a Shop,
    pub state: &'a State,
    pub order: &'a Order,
    pub wallet_no: u8,
    pub wallet: &'a Wallet,
    pub epoch: u8,
    /// Whether to list what looks at the chain may show. The fair schedule has its own look.
    pub looking: bool,
}

pub fn starts(shop: &Shop, state: &State, replica: u8, order_no: u8, looking: bool) -> Vec<Start> {
    let order = &state.books.orders[usize::from(order_no)];
    let wallet_no = books::wallet_of(order);
    let wallet = &state.books.wallets[usize::from(wallet_no)];
    let epoch = state.replicas[usize::from(replica)].epochs[usize::from(wallet_no)];
    if epoch == 0 || order.purchase().is_none() {
        return Vec::new();
    }
    let case = Case {
        shop,
        state,
        order,
        wallet_no,
        wallet,
        epoch,
        looking,
    };
    let Some(effect) = order.due(seed::at(state.now), &shop.order_rules) else {
        return Vec::new();
    };
    let mut all = match effect {
        OrderEffect::Tick => vec![Start::Ready(What::Tick)],
        OrderEffect::ObtainLink => case.obtain_link(),
        OrderEffect::Sign => case.sign(),
        OrderEffect::ReturnMoney => case.return_money(),
        OrderEffect::Pursue { transfer, confirm } => case.pursue(transfer, confirm),
        OrderEffect::FollowUp { transfer, confirm } => case.follow_up(transfer, confirm),
        OrderEffect::ResetTill { .. } => vec![Start::Reset],
    };
    if shop.has(Plant::ReplanAnyTill) && case.thought_dead().is_some() {
        all.push(Start::Ready(What::Move));
    }
    all
}

impl Case<'_> {
    pub fn desk(&self) -> Desk<'_> {
        Desk {
            rules: &self.shop.order_rules,
            wallet: Some(self.wallet),
            epoch: Epoch::new(self.epoch.into()),
            now: seed::at(self.state.now),
        }
    }

    fn transfers(&self) -> Vec<Transfer> {
        books::of_order(&self.state.books, self.order)
    }

    fn transfer(&self, id: TransferId) -> Option<&Row<Transfer>> {
        self.state.books.transfers.iter().find(|one| one.id == id)
    }

    fn mixes(&self) -> bool {
        self.state.left.mixes > 0
    }

    /// The newest message of the order that is thought dead and might not be.
    fn thought_dead(&self) -> Option<TransferId> {
        let purchase = self.order.purchase()?;
        purchase
            .open_candidates(self.wallet)
            .last()
            .map(|one| one.transfer)
    }

    fn obtain_link(&self) -> Vec<Start> {
        let others = self
            .state
            .books
            .orders
            .iter()
            .filter(|other| other.id != self.order.id);
        let mut bound = others.filter(|other| books::wallet_of(other) == self.wallet_no);
        if bound.any(|other| occupies_till(other)) && !self.shop.has(Plant::NoLane) {
            return Vec::new();
        }
        let mut all = vec![Start::Offer];
        if self.state.left.refusals > 0 {
            all.push(Start::Refused);
        }
        all
    }

    fn sign(&self) -> Vec<Start> {
        let OrderState::Linked { link, .. } = &self.order.state else {
            return Vec::new();
        };
        let deadline = Some(link.valid_until);
        self.planned(
            link.amount,
            deadline,
            Purpose::Goods,
            Some(seed::request_no(link)),
        )
    }

    fn return_money(&self) -> Vec<Start> {
        let OrderState::Held {
            refund: Some(refund),
            ..
        } = &self.order.state
        else {
            return Vec::new();
        };
        if self
            .order
            .decide(OrderEvent::ReturnMoney, self.desk())
            .is_ok()
        {
            return vec![Start::Ready(What::ReturnMoney)];
        }
        self.burn(*refund)
    }

    fn burn(&self, refund: RefundReason) -> Vec<Start> {
        self.planned(NanoTon::ZERO, None, Purpose::Burn { refund }, None)
    }

    /// Asks each kind of answer about the account for a plan.
    fn planned(
        &self,
        amount: NanoTon,
        deadline: Option<starkeeper_actors::domain::Timestamp>,
        purpose: Purpose,
        request: Option<u8>,
    ) -> Vec<Start> {
        let chain = &self.state.chains[usize::from(self.wallet_no)];
        let head = chain.txs.len();
        let mut views = vec![(head, self.state.now, false)];
        if let Some(tx) = chain.txs.last() {
            views.push((head - 1, tx.at, false));
            if self.mixes() {
                views.push((head - 1, self.state.now, true));
            }
        }
        let desk = SigningDesk {
            epoch: Epoch::new(self.epoch.into()),
            rules: self.shop.signing,
            now: seed::at(self.state.now),
        };
        let mut all: Vec<Start> = Vec::new();
        for (n, time, mixed) in views {
            let account = chain::account(chain, n, time, u8::from(mixed));
            let wallet = self.doctored_wallet(&account);
            let start = match wallet.plan(self.order.id, amount, deadline, &account, desk) {
                Ok(signature) => vec![Start::Sign {
                    signature,
                    purpose,
                    request,
                    mixed,
                }],
                Err(CannotSign::LinkExpires(_)) => vec![Start::Ready(What::LinkExpired)],
                Err(CannotSign::Ahead { .. }) => self.chain_is_ahead(),
                // Looking needs no key, no lease on signing and no explained history.
                Err(CannotSign::NotExplained(_) | CannotSign::Stopped { .. }) => self
                    .thought_dead()
                    .map(|older| self.looks(older))
                    .unwrap_or_default(),
                Err(_) => Vec::new(),
            };
            for one in start {
                if !all.iter().any(|other| same(other, &one)) {
                    all.push(one);
                }
            }
        }
        all
    }

    /// Planted: the seqno (and what is newest) is the chain's word, not the books'; or the lane
    /// is forgotten.
    fn doctored_wallet(
        &self,
        account: &starkeeper_actors::domain::transfer::AccountState,
    ) -> Wallet {
        let mut wallet = self.wallet.clone();
        if self.shop.has(Plant::FreshSeqno) || self.shop.has(Plant::SeqnoFromChain) {
            wallet.next_seqno = account.seqno;
        }
        if self.shop.has(Plant::NoLane) {
            wallet.live = None;
            wallet.claimed_by = None;
        }
        wallet
    }

    /// The chain shows a higher seqno than the books: an older message of this order explains it,
    /// or the wallet stops.
    fn chain_is_ahead(&self) -> Vec<Start> {
        match self.thought_dead() {
            Some(older) => self.looks(older),
            None if self.wallet.claimed_by == Some(self.order.id) => Vec::new(),
            None => vec![Start::Ready(What::Ahead)],
        }
    }

    fn pursue(&self, id: TransferId, confirm: bool) -> Vec<Start> {
        let Some(transfer) = self.transfer(id) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        // Sending once more what is on its way, or what the contract refuses, changes nothing.
        let sent = self.state.net.iter().any(|one| one.id == id);
        let chain = &self.state.chains[usize::from(self.wallet_no)];
        if !sent
            && transfer.seqno >= chain.head_seqno()
            && transfer.may_send(seed::at(self.state.now))
        {
            all.push(Start::Bytes(id));
        }
        let early = !self.shop.has(Plant::ConfirmOnlyAfterPaid);
        if confirm && early && transfer.link.is_some() {
            all.push(Start::Confirm(id));
        }
        if self.shop.has(Plant::ReleaseOnTimeout)
            && seed::at(self.state.now) >= transfer.valid_until
        {
            all.push(Start::Ready(What::Release(seed::transfer_no(id))));
        }
        all.extend(self.looks(id));
        all
    }

    fn follow_up(&self, id: TransferId, confirm: bool) -> Vec<Start> {
        let Some(link) = self.transfer(id).and_then(|transfer| transfer.link.clone()) else {
            return Vec::new();
        };
        if confirm {
            return vec![Start::Confirm(id)];
        }
        let request = seed::request_no(&link);
        let purchase = self.state.requests[usize::from(request)].as_ref();
        let on_page = self.state.page[usize::from(self.wallet_no)] == Some(request);
        if on_page && purchase.is_some_and(|one| one.delivered.is_some()) {
            return vec![Start::Ready(What::Page(request))];
        }
        if let Some(row) = self.witness(id) {
            return vec![Start::Ready(What::History(row))];
        }
        let back = self.state.chains[usize::from(self.wallet_no)]
            .txs
            .iter()
            .position(
                |tx| matches!(tx.what, super::state::TxWhat::Back { request: of } if of == request),
            );
        match back {
            Some(index) => vec![Start::Ready(What::Bounced(chain::lt(index)))],
            None => vec![Start::Ready(What::NotSeen)],
        }
    }

    /// A row of the history that proves the delivery: it fits, nobody has claimed it, and there
    /// are more of the kind than other orders that could own one.
    pub fn witness(&self, id: TransferId) -> Option<u8> {
        let signed = seed::tick_of(self.transfer(id)?.signed_at);
        let fits = |request: &Request| {
            let other = &self.state.books.orders[usize::from(request.order)];
            let alike = other.quote.recipient.username == self.order.quote.recipient.username;
            let at = request.delivered.is_some_and(|at| at + SLACK >= signed);
            alike && at && request.wallet == self.wallet_no
        };
        let claimed = |row: u8| self.state.books.rows.iter().any(|(taken, _)| *taken == row);
        let twice = self.shop.has(Plant::HistoryRowTwice);
        let rows = (0_u8..).zip(self.state.requests.iter());
        let mut open = rows.filter_map(|(n, request)| {
            let good = request.as_ref().is_some_and(fits) && (twice || !claimed(n));
            good.then_some(n)
        });
        let first = open.next()?;
        let more = open.count() + 1;
        (twice || more > self.rivals()).then_some(first)
    }

    /// Other orders that wait for the same goods behind a signature.
    fn rivals(&self) -> usize {
        let others = self
            .state
            .books
            .orders
            .iter()
            .filter(|other| other.id != self.order.id);
        let alike = others.filter(|other| other.may_own_a_row_of(self.order));
        alike.count()
    }

    /// Every verdict that some look at the chain could lead to now.
    pub fn looks(&self, id: TransferId) -> Vec<Start> {
        let Some(transfer) = self.transfer(id).filter(|_| self.looking) else {
            return Vec::new();
        };
        let others: Vec<Transfer> = self
            .transfers()
            .into_iter()
            .filter(|one| one.id != id)
            .collect();
        let mut all: Vec<Start> = Vec::new();
        for mixed in [false, true] {
            if mixed && !self.mixes() {
                continue;
            }
            for evidence in self.evidence(transfer, mixed) {
                let verdict = transfer.judge(&evidence, &others, self.shop.judge);
                let Some(verdict) = self.doctored_verdict(verdict) else {
                    continue;
                };
                let what = What::Verdict(seed::transfer_no(id), Row::new(verdict));
                let start = Start::Look { what, mixed };
                if !all.iter().any(|other| same(other, &start)) {
                    all.push(start);
                }
            }
        }
        all
    }

    /// Drops what decides nothing; the plants that read too much into an answer read it here.
    fn doctored_verdict(&self, verdict: Verdict) -> Option<Verdict> {
        match verdict {
            Verdict::Wait(Waiting::StillValid | Waiting::HistoryIncomplete)
                if self.shop.has(Plant::FreshSeqno) =>
            {
                Some(Verdict::Dead { providers: 2 })
            }
            Verdict::Wait(_) => None,
            Verdict::Dead { .. } if self.shop.has(Plant::RefundAfterOneDead) => {
                Some(Verdict::Dead { providers: 2 })
            }
            other => Some(other),
        }
    }

    /// Every kind of answer about one message: which states the two providers show, whether the
    /// transaction is shown (perhaps without its messages), whether the history has a gap.
    fn evidence(&self, transfer: &Transfer, mixed: bool) -> Vec<Evidence> {
        let chain = &self.state.chains[usize::from(seed::wallet_no(transfer.wallet))];
        let (head, now) = (chain.txs.len(), self.state.now);
        let fresh = (head, now);
        let behind = chain.txs.last().map(|tx| (head - 1, tx.at));
        let firsts = [Some(fresh), behind];
        let seconds = if mixed {
            vec![behind.map(|(n, _)| (n, now))]
        } else {
            vec![None, Some(fresh), behind]
        };
        let found = chain.index_of(transfer.id);
        let mut all = Vec::new();
        for first in firsts.into_iter().flatten() {
            for second in &seconds {
                let views = [Some(first), *second];
                let states = views.into_iter().zip(0_u8..).filter_map(|(view, by)| {
                    view.map(|(n, time)| chain::account(chain, n, time, by))
                });
                let states: Vec<_> = states.collect();
                let newest = views
                    .into_iter()
                    .flatten()
                    .map(|(n, _)| n)
                    .max()
                    .unwrap_or(0);
                for gap in [false, true] {
                    let history = chain::history(chain, newest, transfer.lt_before, gap);
                    let none = Evidence {
                        found: None,
                        states: states.clone(),
                        history: Some(history),
                    };
                    all.extend(
                        found
                            .map(|index| self.finding(chain, index, &none))
                            .unwrap_or_default(),
                    );
                    all.push(none);
                }
            }
        }
        all
    }

    fn finding(&self, chain: &super::state::Chain, index: usize, none: &Evidence) -> Vec<Evidence> {
        let mut half = chain::shown(chain, index, true);
        if self.shop.has(Plant::ConsumedUnpaidFromAbsence) && half.msgs_created > 0 {
            (half.skipped_actions, half.msgs_created) = (1, 0);
        }
        let whole = chain::shown(chain, index, false);
        [whole, half]
            .into_iter()
            .map(|tx| Evidence {
                found: Some(tx),
                ..none.clone()
            })
            .collect()
    }
}

/// Ticks by which Fragment's page and our clock may differ.
const SLACK: u8 = 1;

fn same(one: &Start, other: &Start) -> bool {
    match (one, other) {
        (Start::Look { what, .. }, Start::Look { what: other, .. }) => what == other,
        (
            Start::Sign { signature, .. },
            Start::Sign {
                signature: other, ..
            },
        ) => signature == other,
        (one, other) => one == other,
    }
}

/// Whether an order's purchase is what its till's page shows.
pub fn occupies_till(order: &Order) -> bool {
    match &order.state {
        OrderState::Linked { .. } | OrderState::Paying { .. } | OrderState::Paid { .. } => true,
        OrderState::Parked {
            stage: Stage::Paid { till_reset, .. },
            ..
        } => !till_reset,
        _ => false,
    }
}
