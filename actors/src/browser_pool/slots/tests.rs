use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use proptest::prelude::*;

use super::*;
use crate::{
    browser_pool::{Purpose, Verdict},
    domain::{
        Timestamp,
        ids::{Epoch, Hash256, WalletAddress},
        login::Health,
    },
    ports::books::{Fence, LeaseKey},
};

const TILL: SlotKind = SlotKind::Till(LoginId::new(1));
const OTHER_TILL: SlotKind = SlotKind::Till(LoginId::new(2));

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn login(id: i64, usable: bool) -> Login {
    let mut login = Login::new(
        LoginId::new(id),
        WalletAddress::basic(Hash256::new([1; 32])),
    );
    if usable {
        login.health = Health::Good;
        login.checked_at = Some(Timestamp::UNIX_EPOCH);
    }
    login
}

/// The world around the slots: it opens and closes, and watches that nothing forbidden is asked.
struct World {
    slots: Slots,
    settings: BrowserPoolSettings,
    now: Instant,
    usable: BTreeSet<LoginId>,
    next_waiter: u64,
    waiting: BTreeMap<WaiterId, Lend>,
    refused: Vec<LendRefused>,
    opening: Vec<(BrowserId, SlotKind)>,
    probing: Vec<BrowserId>,
    closing: Vec<BrowserId>,
    /// Asked to be opened and not surely closed.
    alive: BTreeMap<BrowserId, SlotKind>,
    asked_to_open: u64,
    lent: BTreeMap<BrowserId, Slot>,
    /// Every slot ever lent.
    history: Vec<Slot>,
}

impl World {
    fn new(change: impl FnOnce(&mut BrowserPoolSettings)) -> Self {
        let mut settings = BrowserPoolSettings::new(vec![LoginId::new(1), LoginId::new(2)]);
        change(&mut settings);
        let next = Rc::new(Cell::new(0_u64));
        let slots = Slots::new(&settings, move || {
            next.set(next.get() + 1);
            BrowserId(next.get())
        });
        let mut world = Self {
            slots,
            settings,
            now: Instant::now(),
            usable: BTreeSet::new(),
            next_waiter: 0,
            waiting: BTreeMap::new(),
            refused: Vec::new(),
            opening: Vec::new(),
            probing: Vec::new(),
            closing: Vec::new(),
            alive: BTreeMap::new(),
            asked_to_open: 0,
            lent: BTreeMap::new(),
            history: Vec::new(),
        };
        world.logins(true, true);
        world.tick();
        world
    }

    fn logins(&mut self, first: bool, second: bool) {
        let logins = [login(1, first), login(2, second)];
        self.slots.see_logins(&logins);
        self.usable = logins
            .iter()
            .filter(|login| login.is_usable())
            .map(|login| login.id)
            .collect();
    }

    fn lend(&mut self, kind: SlotKind, purpose: Purpose, for_at_most: Duration) -> WaiterId {
        self.next_waiter += 1;
        let id = WaiterId(self.next_waiter);
        let lend = Lend {
            kind,
            purpose,
            for_at_most,
            fence: None,
        };
        self.waiting.insert(id, lend);
        self.slots.lend(id, lend, self.now);
        self.obey();
        id
    }

    fn give_back(&mut self, slot: Slot, verdict: Verdict) {
        if self.lent.get(&slot.browser) == Some(&slot) {
            self.lent.remove(&slot.browser);
        }
        self.slots.returned(Return { slot, verdict }, self.now);
        self.obey();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.tick();
    }

    fn tick(&mut self) {
        self.slots.tick(self.now);
        self.obey();
    }

    fn finish_open(&mut self, worked: bool) {
        if self.opening.is_empty() {
            return;
        }
        let (browser, _) = self.opening.remove(0);
        self.slots.opened(browser, worked, self.now);
        self.obey();
    }

    fn finish_probe(&mut self, found: Option<Fitness>) {
        if self.probing.is_empty() {
            return;
        }
        let browser = self.probing.remove(0);
        self.slots.probed(browser, found, self.now);
        self.obey();
    }

    fn finish_close(&mut self, surely: bool) {
        if self.closing.is_empty() {
            return;
        }
        let browser = self.closing.remove(0);
        if surely {
            assert!(self.alive.remove(&browser).is_some());
        }
        self.slots.closed(browser, surely, self.now);
        self.obey();
    }

    fn finish_all(&mut self) {
        while !(self.opening.is_empty() && self.probing.is_empty() && self.closing.is_empty()) {
            self.finish_open(true);
            self.finish_probe(Some(Fitness::Fit));
            self.finish_close(true);
        }
    }

    fn obey(&mut self) {
        for step in self.slots.take_steps() {
            match step {
                Step::Open { browser, kind } => {
                    assert!(
                        self.alive.insert(browser, kind).is_none(),
                        "name used twice"
                    );
                    self.asked_to_open += 1;
                    self.opening.push((browser, kind));
                }
                Step::Probe { browser } => {
                    assert!(self.alive.contains_key(&browser));
                    assert!(!self.lent.contains_key(&browser), "probe while lent");
                    self.probing.push(browser);
                }
                Step::Close { browser } => {
                    assert!(self.alive.contains_key(&browser), "closed twice");
                    assert!(!self.closing.contains(&browser), "closed twice");
                    // An overdue borrower loses it.
                    self.lent.remove(&browser);
                    self.closing.push(browser);
                }
                Step::Grant { waiter, slot } => self.granted(waiter, slot),
                Step::Refuse { waiter, why } => {
                    assert!(self.waiting.remove(&waiter).is_some(), "answered twice");
                    self.refused.push(why);
                }
            }
        }
        let count = |kind| self.alive.values().filter(|alive| **alive == kind).count();
        assert!(count(TILL) <= 1 && count(OTHER_TILL) <= 1);
        assert!(count(SlotKind::Anonymous) <= self.settings.anonymous);
    }

    fn granted(&mut self, waiter: WaiterId, slot: Slot) {
        let lend = self.waiting.remove(&waiter).expect("answered twice");
        assert_eq!(lend.kind, slot.kind);
        assert_eq!(self.alive.get(&slot.browser), Some(&slot.kind));
        assert!(!self.closing.contains(&slot.browser));
        assert!(!self.opening.iter().any(|(name, _)| *name == slot.browser));
        assert!(
            self.lent.insert(slot.browser, slot).is_none(),
            "two borrowers"
        );
        assert!(!self.history.contains(&slot), "a loan twice");
        self.history.push(slot);
        if let SlotKind::Till(login) = slot.kind {
            let may = self.usable.contains(&login) || lend.purpose == Purpose::Care;
            assert!(may, "lent an unusable login");
        }
    }

    fn only_lent(&self) -> Slot {
        assert_eq!(self.lent.len(), 1);
        *self.lent.values().next().unwrap()
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Lend(SlotKind, Purpose, u64),
    /// The n-th slot ever lent: often one that is not lent any more.
    Return(usize, Verdict),
    ReturnHeld(Verdict),
    Pass(u64),
    Opened(bool),
    Probed(Option<Fitness>),
    Closed(bool),
    Logins(bool, bool),
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Good),
        1 => Just(Verdict::LoggedOut),
        1 => Just(Verdict::Broken),
        1 => Just(Verdict::PathBlocked),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let kind = prop_oneof![
        Just(TILL),
        Just(OTHER_TILL),
        Just(SlotKind::Anonymous),
        Just(SlotKind::Till(LoginId::new(9)))
    ];
    let purpose = prop_oneof![
        3 => Just(Purpose::Purchase),
        3 => Just(Purpose::LookUp),
        1 => Just(Purpose::Care)
    ];
    let fitness = prop_oneof![
        4 => Just(Some(Fitness::Fit)),
        1 => Just(Some(Fitness::OldJar)),
        1 => Just(None)
    ];
    prop_oneof![
        4 => (kind, purpose, 1_u64..60).prop_map(|(k, p, s)| Event::Lend(k, p, s)),
        1 => (0_usize..40, verdict()).prop_map(|(n, v)| Event::Return(n, v)),
        4 => verdict().prop_map(Event::ReturnHeld),
        2 => (0_u64..40).prop_map(Event::Pass),
        1 => (40_u64..4_000).prop_map(Event::Pass),
        4 => prop::bool::weighted(0.8).prop_map(Event::Opened),
        3 => fitness.prop_map(Event::Probed),
        3 => prop::bool::weighted(0.8).prop_map(Event::Closed),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(a, b)| Event::Logins(a, b)),
    ]
}

fn play(world: &mut World, event: Event) {
    match event {
        Event::Lend(kind, purpose, secs_) => {
            world.lend(kind, purpose, secs(secs_));
        }
        Event::Return(n, verdict) => {
            if let Some(slot) = world.history.get(n).copied() {
                world.give_back(slot, verdict);
            }
        }
        Event::ReturnHeld(verdict) => {
            if let Some(slot) = world.lent.values().next().copied() {
                world.give_back(slot, verdict);
            }
        }
        Event::Pass(time) => world.pass(secs(time)),
        Event::Opened(worked) => world.finish_open(worked),
        Event::Probed(found) => world.finish_probe(found),
        Event::Closed(surely) => world.finish_close(surely),
        Event::Logins(first, second) => world.logins(first, second),
    }
}

proptest! {
    #[test]
    fn no_browser_is_lent_twice_leaked_or_lost_whatever_happens(
        events in prop::collection::vec(event(), 0..120)
    ) {
        let mut world = World::new(|settings| {
            settings.queue = 4;
            settings.max_loans = 5;
            settings.max_age = secs(3_000);
        });
        for event in events {
            play(&mut world, event);
        }
        // Everybody is answered, and every slot ends up free or replaced.
        for _ in 0..20 {
            world.finish_all();
            world.pass(secs(100));
        }
        world.finish_all();
        prop_assert!(world.waiting.is_empty());
        prop_assert!(world.lent.is_empty());
        let shown = world.slots.snapshot(world.now);
        for group in &shown.groups {
            prop_assert_eq!(group.free, group.opening + group.probing + group.busy + group.closing + group.free);
        }
        prop_assert!(shown.group("anonymous").unwrap().free >= 1, "the warm spare is missing");
        // Each browser that was ever asked for is closed exactly once.
        world.slots.shut(world.now);
        world.obey();
        world.finish_all();
        prop_assert!(world.slots.is_empty() && world.alive.is_empty());
        let shown = world.slots.snapshot(world.now);
        prop_assert_eq!(shown.totals.closed, world.asked_to_open);
    }
}

#[test]
fn a_slot_carries_the_claim_of_its_borrower_and_of_no_other() {
    let mut world = World::new(|_| {});
    let fence = |epoch| Fence {
        key: LeaseKey::Login(LoginId::new(1)),
        epoch: Epoch::new(epoch),
    };
    let claims = [Some(fence(3)), None, Some(fence(4))];
    for (id, fence) in (900..).zip(claims) {
        let lend = Lend {
            kind: TILL,
            purpose: Purpose::Purchase,
            for_at_most: secs(60),
            fence,
        };
        let id = WaiterId(id);
        world.waiting.insert(id, lend);
        world.slots.lend(id, lend, world.now);
        world.obey();
    }
    for claim in claims {
        world.finish_all();
        let slot = world.only_lent();
        assert_eq!(slot.fence, claim);
        world.give_back(slot, Verdict::Good);
    }
}

#[test]
fn a_till_has_one_borrower_at_a_time_and_others_come_in_order() {
    let mut world = World::new(|_| {});
    let first = world.lend(TILL, Purpose::Purchase, secs(60));
    let second = world.lend(TILL, Purpose::Purchase, secs(60));
    let third = world.lend(TILL, Purpose::Purchase, secs(60));
    world.finish_all();
    assert!(!world.waiting.contains_key(&first));
    world.give_back(world.only_lent(), Verdict::Good);
    world.finish_all();
    assert!(!world.waiting.contains_key(&second) && world.waiting.contains_key(&third));
}

#[test]
fn a_look_up_never_queues_behind_a_purchase() {
    let mut world = World::new(|_| {});
    for _ in 0..10 {
        world.lend(TILL, Purpose::Purchase, secs(60));
    }
    world.finish_all();
    let look = world.lend(SlotKind::Anonymous, Purpose::LookUp, secs(10));
    assert!(!world.waiting.contains_key(&look));
}

#[test]
fn care_never_breaks_in_and_lets_purchases_go_first() {
    let mut world = World::new(|_| {});
    let care = world.lend(TILL, Purpose::Care, secs(60));
    let purchase = world.lend(TILL, Purpose::Purchase, secs(60));
    world.finish_all();
    assert!(
        !world.waiting.contains_key(&purchase),
        "the purchase came second and goes first"
    );
    assert!(world.waiting.contains_key(&care));
    world.lend(TILL, Purpose::Care, secs(60));
    assert_eq!(world.refused, [LendRefused::NoneFree]);
}

#[test]
fn an_unusable_login_is_lent_for_care_only() {
    let mut world = World::new(|_| {});
    world.logins(false, true);
    world.lend(TILL, Purpose::Purchase, secs(60));
    assert_eq!(world.refused, [LendRefused::LoginUnusable]);
    world.lend(TILL, Purpose::Care, secs(60));
    world.finish_all();
    assert_eq!(world.only_lent().kind, TILL);
}

#[test]
fn a_borrower_that_never_returns_loses_the_browser_and_its_return_frees_nothing() {
    let mut world = World::new(|_| {});
    world.lend(TILL, Purpose::Purchase, secs(10));
    world.finish_all();
    let lost = world.only_lent();
    world.pass(secs(10));
    assert_eq!(world.closing, [lost.browser]);
    world.lend(TILL, Purpose::Purchase, secs(60));
    world.finish_all();
    let next = world.only_lent();
    assert_ne!(next.browser, lost.browser);
    world.give_back(lost, Verdict::Good);
    assert_eq!(world.only_lent(), next);
    let totals = world.slots.snapshot(world.now).totals;
    assert_eq!(
        (totals.overdue, totals.broken, totals.returned_late),
        (1, 1, 1)
    );
}

#[test]
fn a_slot_that_is_returned_twice_does_not_free_the_next_borrowers() {
    let mut world = World::new(|_| {});
    world.lend(SlotKind::Anonymous, Purpose::LookUp, secs(10));
    world.finish_all();
    let first = world.only_lent();
    world.give_back(first, Verdict::Good);
    world.lend(SlotKind::Anonymous, Purpose::LookUp, secs(10));
    let second = world.only_lent();
    assert_eq!(second.browser, first.browser);
    world.give_back(first, Verdict::Broken);
    assert_eq!(world.only_lent(), second);
}

#[test]
fn worn_out_logged_out_and_outdated_browsers_are_replaced() {
    let mut world = World::new(|settings| settings.max_loans = 2);
    for _ in 0..2 {
        world.lend(TILL, Purpose::Purchase, secs(10));
        world.finish_all();
        world.give_back(world.only_lent(), Verdict::Good);
    }
    assert_eq!(world.closing.len(), 1, "worn out after two loans");
    world.lend(TILL, Purpose::Purchase, secs(10));
    world.finish_all();
    world.give_back(world.only_lent(), Verdict::LoggedOut);
    assert_eq!(world.closing.len(), 1, "logged out");
    world.lend(TILL, Purpose::Purchase, secs(10));
    world.finish_all();
    world.give_back(world.only_lent(), Verdict::Good);
    world.lend(TILL, Purpose::Purchase, secs(10));
    world.finish_probe(Some(Fitness::OldJar));
    assert_eq!(world.closing.len(), 1, "the vault has a newer jar");
    world.finish_all();
    assert_eq!(world.lent.len(), 1);
    let totals = world.slots.snapshot(world.now).totals;
    assert_eq!((totals.recycled, totals.reopened, totals.broken), (1, 2, 0));
}

#[test]
fn after_failures_in_a_row_the_pause_grows_and_borrowers_hear_that_the_pool_is_down() {
    let mut world = World::new(|settings| settings.warm = 0);
    world.lend(TILL, Purpose::Purchase, secs(10));
    world.finish_open(false);
    world.finish_close(true);
    assert_eq!(world.opening.len(), 1, "one failure is no reason to wait");
    world.finish_open(false);
    world.finish_close(true);
    assert_eq!(world.opening.len(), 0);
    world.pass(secs(1));
    assert_eq!(world.opening.len(), 1);
    world.finish_open(false);
    assert_eq!(world.refused, [LendRefused::PoolDown]);
    world.finish_close(true);
    world.pass(secs(1));
    world.lend(TILL, Purpose::Purchase, secs(10));
    assert_eq!(world.refused.len(), 2, "the third pause is longer");
    world.pass(secs(1));
    world.lend(TILL, Purpose::Purchase, secs(10));
    world.finish_all();
    world.give_back(world.only_lent(), Verdict::Good);
    assert_eq!(
        world
            .slots
            .snapshot(world.now)
            .group("till_1")
            .map(|g| g.failures_in_row),
        Some(0)
    );
}

#[test]
fn waiting_is_bounded_in_number_and_in_time() {
    let mut world = World::new(|settings| settings.queue = 2);
    for _ in 0..3 {
        world.lend(TILL, Purpose::Purchase, secs(200));
    }
    assert_eq!(world.refused, [LendRefused::NoneFree]);
    world.finish_all();
    world.pass(world.settings.wait);
    assert_eq!(world.refused, [LendRefused::NoneFree; 2]);
}
