//! Random walks of one order, its wallet and the chain. The chain here knows the truth; the order
//! sees of it what honest providers say, of which one may call an unexpired message dead.

use std::collections::BTreeMap;

use proptest::prelude::*;

use self::steps::{Step, step};

use crate::domain::decision::Decision;
use crate::domain::ids::{AdminId, TransferId};
use crate::domain::ledger::{Account, Asset, Entry, EntryKey, TrialBalance};
use crate::domain::notice::{Message, OperatorNews, RefundReason};
use crate::domain::order::{
    Funding, OperatorAct, Order, OrderEvent, OrderRefused, OrderRules, OrderState, Stage,
    WhyParked, conclude,
};
use crate::domain::samples::{
    CUSTOMER, EPOCH, ORDER, WALLET, burn, desk, history_proof, history_row, link, noon, order,
    page_proof, ton, transfer, tx, wallet,
};
use crate::domain::transfer::{ChainFault, Purpose, Transfer, Verdict};
use crate::domain::wallet::Wallet;
use crate::domain::{Span, Timestamp};

mod steps;

/// What the chain did with a seqno.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Used {
    By { transfer: TransferId, paid: bool },
    Stranger,
}

struct World {
    rules: OrderRules,
    now: Timestamp,
    order: Order,
    wallet: Wallet,
    transfers: Vec<Transfer>,
    chain: BTreeMap<u32, Used>,
    chain_seqno: u32,
    ledger: TrialBalance,
    keys: Vec<EntryKey>,
    told: BTreeMap<String, Message>,
    paid_seen: bool,
}

impl World {
    fn new() -> Self {
        let mut ledger = TrialBalance::default();
        let opening = Entry::new(EntryKey::Adopted { wallet: WALLET })
            .post(
                Account::Float(WALLET),
                Account::Opening(Asset::Ton),
                ton("10"),
            )
            .and_then(|entry| {
                let given = order().price();
                entry.post(
                    Account::Owner(Asset::Usd),
                    Account::Customer(CUSTOMER),
                    given,
                )
            });
        ledger.add(&opening.unwrap());
        Self {
            rules: OrderRules::default(),
            now: noon(),
            order: order(),
            chain_seqno: wallet().next_seqno,
            wallet: wallet(),
            transfers: Vec::new(),
            chain: BTreeMap::new(),
            ledger,
            keys: Vec::new(),
            told: BTreeMap::new(),
            paid_seen: false,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Wait(seconds) => self.now += Span::seconds(seconds),
            Step::Fund => {
                let funding = Funding {
                    wallet: WALLET,
                    reserve: ton("0.35"),
                };
                self.event(OrderEvent::Fund(funding));
            }
            Step::Cancel => self.event(OrderEvent::Cancel),
            Step::WaitUntil(seconds) => {
                let until = self.now + Span::seconds(seconds);
                self.event(OrderEvent::WaitUntil(until));
            }
            Step::TakeBack => self.event(OrderEvent::TakeBack),
            Step::Tick => self.event(OrderEvent::Tick),
            Step::Linked => self.event(OrderEvent::Linked(link())),
            Step::LinkRefused => {
                self.event(OrderEvent::LinkRefused(RefundReason::RecipientGone));
            }
            Step::LinkNotDone => self.event(OrderEvent::LinkNotDone),
            Step::NeedsOperator => self.event(OrderEvent::NeedsOperator(WhyParked::FragmentSays(
                "identity".into(),
            ))),
            Step::LinkExpired => self.event(OrderEvent::LinkExpired),
            Step::Sign => self.sign(),
            Step::Execute { pick, afford } => self.execute(pick, afford),
            Step::ByHand => {
                self.chain.insert(self.chain_seqno, Used::Stranger);
                self.chain_seqno += 1;
            }
            Step::Judge { pick, witnesses } => self.judge(pick, witnesses),
            Step::NewLease => self.wallet.explained_in = None,
            Step::Explain => self.explain(),
            Step::Confirmed => self.event(OrderEvent::Confirmed),
            Step::ReturnMoney => self.event(OrderEvent::ReturnMoney),
            Step::Seen { by_page: true } => self.event(OrderEvent::DeliverySeen(page_proof())),
            Step::Seen { by_page: false } => self.event(OrderEvent::DeliverySeen(history_proof())),
            Step::NotSeen => self.event(OrderEvent::DeliveryNotSeen),
            Step::Bounced => self.event(OrderEvent::Bounced(tx(2_000))),
            Step::TillReset => self.event(OrderEvent::TillReset),
            Step::Break => self.event(OrderEvent::Break),
            Step::PaidOutside => self.event(OrderEvent::PaidOutside(tx(2_001))),
            Step::Open => {
                if self.wallet.is_stopped() {
                    self.wallet = self.wallet.opened();
                }
            }
            Step::Resume => self.event(OrderEvent::Operator(OperatorAct::Resume)),
            Step::Refund {
                second,
                silent_hours,
            } => {
                let second = second.then(|| AdminId::new(2));
                let silent_since = Some(self.now - Span::hours(silent_hours));
                let act = OperatorAct::Refund {
                    second,
                    silent_since,
                };
                self.event(OrderEvent::Operator(act));
            }
            Step::MarkDelivered => {
                let act = OperatorAct::MarkDelivered { row: history_row() };
                self.event(OrderEvent::Operator(act));
            }
        }
    }

    fn event(&mut self, event: OrderEvent) {
        let before = self.order.clone();
        let seen = event.clone();
        let desk = desk(&self.rules, &self.wallet, self.now);
        let Ok(decision) = before.decide(event, desk) else {
            return;
        };
        if matches!(seen, OrderEvent::TakeBack) {
            assert!(self.transfers.is_empty(), "taken back after a signature");
        }
        let next = self.absorb(&before, decision);
        self.order = next;
        self.check_step(&before, &seen);
    }

    /// What the wallet allows to sign, for the order as it stands.
    fn sign(&mut self) {
        let id = i64::try_from(self.transfers.len()).unwrap() + 1;
        let seqno = self.wallet.next_seqno;
        let claimed = self.wallet.claimed_by.is_some_and(|order| order != ORDER);
        let busy = self.wallet.live.is_some() || self.wallet.is_stopped() || claimed;
        if busy || !self.wallet.is_explained(EPOCH) || self.chain_seqno != seqno {
            return;
        }
        let mut signed = match &self.order.state {
            OrderState::Held {
                refund: Some(why), ..
            } => burn(id, seqno, *why),
            OrderState::Linked { .. } => transfer(id, seqno),
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => return,
        };
        signed.valid_until = self.now + Span::seconds(180);
        self.event(OrderEvent::Signed(signed.clone()));
        if self.order.transfer() == Some(signed.id) {
            self.wallet = self.wallet.signed(signed.id);
            self.transfers.push(signed);
        }
    }

    fn may_execute(&self, transfer: &Transfer) -> bool {
        transfer.seqno == self.chain_seqno && self.now < transfer.valid_until
    }

    fn execute(&mut self, pick: usize, afford: bool) {
        let open: Vec<_> = self
            .transfers
            .iter()
            .filter(|one| self.may_execute(one))
            .collect();
        if let Some(transfer) = open.get(pick % open.len().max(1)) {
            let paid = afford || matches!(transfer.purpose, Purpose::Burn { .. });
            let used = Used::By {
                transfer: transfer.id,
                paid,
            };
            self.chain.insert(self.chain_seqno, used);
            self.chain_seqno += 1;
        }
    }

    /// What a full look at the chain says about a message; `witnesses` providers answered.
    fn verdict(&self, judged: &Transfer, witnesses: u8) -> Option<Verdict> {
        let (tx, fees) = (tx(u64::from(judged.seqno) + 1_000), ton("0.003"));
        let verdict = match self.chain.get(&judged.seqno) {
            Some(Used::Stranger) => Verdict::Foreign {
                why: ChainFault::SentOther { lt: 1 },
            },
            Some(Used::By {
                transfer,
                paid: true,
            }) if *transfer == judged.id => Verdict::Paid { tx, fees },
            Some(Used::By { transfer, .. }) if *transfer == judged.id => {
                Verdict::ConsumedUnpaid { tx, fees }
            }
            Some(Used::By { transfer, paid }) => {
                let (transfer, paid) = (*transfer, *paid);
                Verdict::OlderExecuted {
                    transfer,
                    tx,
                    fees,
                    paid,
                }
            }
            None if self.now >= judged.valid_until => Verdict::Dead {
                providers: witnesses,
            },
            // One provider pairs a new time with old data.
            None if witnesses == 1 => Verdict::Dead { providers: 1 },
            None => return None,
        };
        Some(verdict)
    }

    fn judge(&mut self, pick: usize, witnesses: u8) {
        let judged = match self.order.transfer() {
            Some(live) => self.transfers.iter().find(|one| one.id == live),
            // An older message whose seqno the books have passed is no longer looked at.
            None => {
                let older = self.transfers.get(pick % self.transfers.len().max(1));
                older.filter(|one| one.seqno == self.wallet.next_seqno)
            }
        };
        let Some(judged) = judged.cloned() else {
            return;
        };
        let Some(verdict) = self.verdict(&judged, witnesses) else {
            return;
        };
        let before = self.order.clone();
        let desk = desk(&self.rules, &self.wallet, self.now);
        let outcome = conclude(&before, &judged, &self.transfers, &verdict, desk);
        let Ok(Some(decision)) = outcome else { return };
        let next = self.absorb(&before, decision);
        for changed in next.transfers {
            let known = self.transfers.iter_mut().find(|one| one.id == changed.id);
            *known.unwrap() = changed;
        }
        (self.order, self.wallet) = (next.order, next.wallet);
        self.check();
    }

    /// The history without gaps: what was sent by hand moves the books' seqno, unless a message
    /// of the order is still to be judged.
    fn explain(&mut self) {
        if self.wallet.is_stopped() {
            return;
        }
        let by_hand = (self.wallet.next_seqno..self.chain_seqno)
            .all(|seqno| self.chain.get(&seqno) == Some(&Used::Stranger));
        let settled = self.wallet.live.is_none() && self.wallet.claimed_by.is_none();
        if by_hand && (settled || self.chain_seqno == self.wallet.next_seqno) {
            self.wallet.next_seqno = self.chain_seqno;
            self.wallet.explained_in = Some(EPOCH);
        }
    }

    fn absorb<S>(&mut self, before: &Order, decision: Decision<S>) -> S {
        for entry in decision.entries {
            assert!(!self.keys.contains(&entry.key), "{:?} twice", entry.key);
            if let EntryKey::Release { .. } = entry.key {
                self.check_release(before);
            }
            self.paid_seen |= matches!(entry.key, EntryKey::Spent { .. });
            self.keys.push(entry.key.clone());
            self.ledger.add(&entry);
        }
        for owed in decision.notices {
            let parked = matches!(
                owed.message,
                Message::Operators(OperatorNews::Parked { .. } | OperatorNews::TopUp { .. })
            );
            let known = self.told.insert(owed.key.clone(), owed.message.clone());
            if let Some(known) = known {
                assert!(!parked, "{} told twice", owed.key);
                assert_eq!(known, owed.message, "two pieces of news under {}", owed.key);
            }
        }
        decision.next
    }

    /// Money goes back: no message can execute, by the books and in truth, unless the payment is
    /// behind us and a person decided.
    fn check_release(&self, before: &Order) {
        assert!(
            self.wallet.is_explained(EPOCH),
            "released without an explained history"
        );
        if let OrderState::Parked {
            stage: Stage::Paid { .. } | Stage::PaidOutside { .. },
            ..
        } = &before.state
        {
            return;
        }
        for one in &self.transfers {
            assert!(!self.may_execute(one), "{} may still execute", one.id);
        }
        let paid = |one: &Used| {
            let goods = |id: TransferId| {
                let found = self.transfers.iter().find(|transfer| transfer.id == id);
                found.is_some_and(|transfer| transfer.purpose == Purpose::Goods)
            };
            matches!(one, Used::By { transfer, paid: true } if goods(*transfer))
        };
        assert!(!self.chain.values().any(paid), "released behind a payment");
    }

    fn check_step(&self, before: &Order, event: &OrderEvent) {
        let parks = matches!(self.order.state, OrderState::Parked { .. });
        let same_stage = matches!(event, OrderEvent::TillReset | OrderEvent::Confirmed);
        let grew = u32::from(parks && !same_stage);
        assert_eq!(self.order.parked, before.parked + grew, "{}", event.name());
        self.check();
    }

    fn check(&self) {
        assert!(self.ledger.balances());
        let price = self.order.price().micros();
        let held = self.ledger.of(Account::CustomerHeld(CUSTOMER));
        let tied = self.order.purchase().is_some();
        assert_eq!(held, if tied { price } else { 0 }, "{:?}", self.order.state);
        let reserved = match (&self.order.state, self.order.purchase()) {
            (OrderState::Paid { .. }, _) | (_, None) => 0,
            (
                OrderState::Parked {
                    stage: Stage::Paid { .. },
                    ..
                },
                _,
            ) => 0,
            (_, Some(purchase)) => purchase.reserved.nanos(),
        };
        let float_held = self.ledger.of(Account::FloatHeld(WALLET));
        assert_eq!(float_held, reserved, "{:?}", self.order.state);
        let has = |wanted: EntryKey| self.keys.contains(&wanted);
        let settled = has(EntryKey::Settle { order: ORDER });
        assert!(!(settled && has(EntryKey::Release { order: ORDER })));
        let spent = self
            .keys
            .iter()
            .filter(|key| matches!(key, EntryKey::Spent { .. }));
        assert!(spent.count() <= 1, "paid twice");
        let goods = self
            .transfers
            .iter()
            .filter(|one| one.purpose == Purpose::Goods);
        assert!(
            goods.count() <= self.rules.max_transfers,
            "too many transfers"
        );
        let live: Vec<_> = self.transfers.iter().filter(|one| one.is_live()).collect();
        assert!(live.len() <= 1, "two live transfers");
        assert_eq!(live.first().map(|one| one.id), self.wallet.live);
        if self.paid_seen {
            let back = matches!(
                self.order.state,
                OrderState::Held { .. } | OrderState::Linked { .. } | OrderState::Paying { .. }
            );
            assert!(!back, "went back behind a payment");
        }
        let rests =
            self.order.is_finished() || matches!(self.order.state, OrderState::Parked { .. });
        let next = self.order.next_due(self.now, &self.rules);
        assert!(
            next.is_some() || rests,
            "{:?} asks for nothing",
            self.order.state
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn whatever_happens_nothing_is_paid_twice_and_no_money_is_lost(
        steps in prop::collection::vec(step(), 1..90)
    ) {
        let mut world = World::new();
        world.take(Step::Fund);
        for step in steps {
            world.take(step);
        }
        let paid = |one: &&Used| matches!(one, Used::By { paid: true, .. });
        let goods = world.chain.values().filter(paid).filter(|used| {
            world.transfers.iter().any(|one| {
                matches!(used, Used::By { transfer, .. } if *transfer == one.id)
                    && one.purpose == Purpose::Goods
            })
        });
        prop_assert!(goods.count() <= 1, "the chain paid twice");
    }
}

proptest! {
    #[test]
    fn an_order_left_alone_with_an_honest_chain_finishes_or_is_parked(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut world = World::new();
        world.take(Step::Fund);
        for step in steps {
            world.take(step);
        }
        // The daemon goes on by itself: every step it could make, again and again.
        for _ in 0..40 {
            if world.order.is_finished() || matches!(world.order.state, OrderState::Parked { .. }) {
                break;
            }
            for step in [
                Step::Open,
                Step::Explain,
                Step::Tick,
                Step::ReturnMoney,
                Step::Linked,
                Step::Sign,
                Step::Execute { pick: 0, afford: true },
                Step::Judge { pick: 0, witnesses: 2 },
                Step::NotSeen,
                Step::Wait(7_200),
            ] {
                world.take(step);
            }
            for older in 0..3 {
                world.take(Step::Judge { pick: older, witnesses: 2 });
            }
        }
        let parked = matches!(world.order.state, OrderState::Parked { .. });
        prop_assert!(world.order.is_finished() || parked, "{:?}", world.order.state);
        prop_assert!(!parked || !world.order.operator_may().is_empty());
    }
}

#[test]
fn a_refused_event_says_what_and_changes_nothing() {
    let (rules, wallet) = (OrderRules::default(), wallet());
    let finished = order();
    let before = finished.clone();
    let refused = finished.decide(OrderEvent::ReturnMoney, desk(&rules, &wallet, noon()));
    let expected = OrderRefused::NotInState {
        order: ORDER,
        state: "awaiting_payment",
        event: "return money",
    };
    assert_eq!(refused, Err(expected));
    assert_eq!(finished, before);
}
