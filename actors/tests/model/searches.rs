//! The searches: which part of the world each one opens up, and how far. A single product of
//! everything would never end; each of these is complete within its bounds.

use super::deposits::{self, Deposits};
use super::plant::Plant;
use super::search::{Outcome, search};
use super::shop::{Bounds, Left, Shop};

/// A search by name. `None` as the plant searches the real rules.
pub struct Search {
    pub name: &'static str,
    /// What is in it, for people.
    pub bounds: String,
    world: World,
}

enum World {
    Shop(Box<Shop>),
    Deposits(Box<Deposits>),
}

/// More states than any of these has.
const LIMIT: usize = 1_500_000;

impl Search {
    fn shop(name: &'static str, plant: Option<Plant>, bounds: Bounds) -> Self {
        let text = in_words(&bounds);
        Self {
            name,
            bounds: text,
            world: World::Shop(Box::new(Shop::new(plant, bounds))),
        }
    }

    fn deposits(name: &'static str, world: Deposits) -> Self {
        let deposits::Left {
            moves,
            doubles,
            lost,
            taps,
            spends,
            cancels,
        } = world.left;
        let bounds = format!(
            "{} invoice(s), {} replica(s), {} tick(s), {moves} status changes, {doubles} webhook \
             twice, {lost} lost answer, {taps} look-up out of turn, {spends} spending, {cancels} \
             cancelling",
            world.invoices, world.replicas, world.last_tick
        );
        Self {
            name,
            bounds,
            world: World::Deposits(Box::new(world)),
        }
    }

    /// Only what must hold in every state, so that the first violation has the shortest trace.
    fn safety_only(mut self) -> Self {
        match &mut self.world {
            World::Shop(shop) => shop.fair = false,
            World::Deposits(deposits) => deposits.fair = false,
        }
        self
    }

    pub fn run(&self) -> Outcome {
        match &self.world {
            World::Shop(shop) => search(&**shop, LIMIT),
            World::Deposits(deposits) => search(&**deposits, LIMIT),
        }
    }
}

fn in_words(bounds: &Bounds) -> String {
    let Left {
        crashes,
        naps,
        lost,
        mixes,
        skips,
        hands,
        bounces,
        refusals,
        presses,
        restores,
    } = bounds.left;
    let mut all = vec![
        format!("{} order(s)", bounds.orders),
        format!("{} wallet(s)", bounds.wallets),
        format!("{} replica(s)", bounds.replicas),
        format!("{} tick(s)", bounds.last_tick),
    ];
    let faults = [
        (crashes, "crash"),
        (naps, "lease lost asleep"),
        (lost, "lost reply"),
        (mixes, "mixed answer"),
        (skips, "skipped action"),
        (hands, "payment by hand"),
        (bounces, "bounce"),
        (refusals, "refused link"),
        (presses, "button"),
        (restores, "restored copy"),
    ];
    let faults = faults.into_iter().filter(|(times, _)| *times > 0);
    all.extend(faults.map(|(times, what)| format!("{times} {what}")));
    let ways = [
        (bounds.equal, "equal orders"),
        (bounds.fund_later, "second order paid later"),
        (bounds.take_back, "customers take back"),
    ];
    all.extend(
        ways.into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, what)| what.to_owned()),
    );
    all.join(", ")
}

const NOTHING: Left = Left {
    crashes: 0,
    naps: 0,
    lost: 0,
    mixes: 0,
    skips: 0,
    hands: 0,
    bounces: 0,
    refusals: 0,
    presses: 0,
    restores: 0,
};

/// So many orders, wallets, replicas and ticks.
const fn world([orders, wallets, replicas, last_tick]: [u8; 4], left: Left) -> Bounds {
    Bounds {
        orders,
        wallets,
        replicas,
        last_tick,
        left,
        equal: false,
        fund_later: false,
        take_back: false,
    }
}

/// One order, one wallet, one replica.
const fn one(last_tick: u8, left: Left) -> Bounds {
    world([1, 1, 1, last_tick], left)
}

/// Customers may take back what is unsigned.
const fn with_take_back(bounds: Bounds) -> Bounds {
    Bounds {
        take_back: true,
        ..bounds
    }
}

const NAP: Left = Left { naps: 1, ..NOTHING };
const CRASH: Left = Left {
    crashes: 1,
    ..NOTHING
};
const MIXED: Left = Left {
    mixes: 1,
    ..NOTHING
};
const LOST: Left = Left { lost: 1, ..NOTHING };
const PRESS: Left = Left {
    presses: 1,
    ..NOTHING
};

/// The real rules. All of these must hold.
pub fn real() -> Vec<Search> {
    let mut all: Vec<Search> = shops()
        .into_iter()
        .map(|(n, b)| Search::shop(n, None, b))
        .collect();
    let none = deposits::Left::default();
    let left = |moves| deposits::Left { moves, ..none };
    let twice = deposits::Left {
        doubles: 1,
        ..left(3)
    };
    let slow = deposits::Left { lost: 1, ..left(3) };
    let busy = deposits::Left {
        doubles: 0,
        taps: 1,
        spends: 1,
        cancels: 1,
        ..left(3)
    };
    all.extend([
        Search::deposits(
            "deposits: slow look-ups",
            Deposits::new(None, 1, 1, 1, slow),
        ),
        Search::deposits(
            "deposits: two replicas",
            Deposits::new(None, 1, 2, 0, left(3)),
        ),
        Search::deposits(
            "deposits: two invoices",
            Deposits::new(None, 2, 1, 0, left(3)),
        ),
        Search::deposits(
            "deposits: spent and cancelled",
            Deposits::new(None, 1, 1, 0, busy),
        ),
        Search::deposits(
            "deposits: long wandering",
            Deposits::new(None, 1, 1, 0, left(4)),
        ),
        Search::deposits(
            "deposits: webhooks come twice",
            Deposits::new(None, 1, 2, 0, twice),
        ),
    ]);
    all
}

fn shops() -> Vec<(&'static str, Bounds)> {
    let mut all = daemons();
    all.extend(outside());
    all
}

/// What daemons do to each other, and crashes to them.
fn daemons() -> Vec<(&'static str, Bounds)> {
    let crash_and_sleep = Left { crashes: 1, ..NAP };
    let restored = Left {
        restores: 1,
        ..NOTHING
    };
    let restored_by_hand = Left {
        presses: 1,
        ..restored
    };
    let later = Bounds {
        fund_later: true,
        ..world([2, 1, 2, 0], restored)
    };
    vec![
        ("two orders, two replicas", world([2, 1, 2, 0], NAP)),
        (
            "two replicas, crash and sleep",
            world([1, 1, 2, 1], crash_and_sleep),
        ),
        ("two replicas, a long sleep", world([1, 1, 2, 3], NAP)),
        ("two wallets", world([2, 2, 1, 1], CRASH)),
        (
            "restored books",
            with_take_back(world([1, 1, 2, 2], restored_by_hand)),
        ),
        ("restored books, two orders", later),
    ]
}

/// What the chain, Fragment and people do.
fn outside() -> Vec<(&'static str, Bounds)> {
    let skipped = Left { skips: 1, ..MIXED };
    let by_hand = Left { hands: 1, ..MIXED };
    let people = Left {
        bounces: 1,
        refusals: 1,
        presses: 2,
        ..MIXED
    };
    let equal = Bounds {
        equal: true,
        ..world([2, 1, 1, 3], LOST)
    };
    vec![
        ("two orders, mixed answers", world([2, 1, 1, 3], MIXED)),
        ("one order, three attempts", one(6, MIXED)),
        ("actions are skipped", one(3, skipped)),
        ("the owner pays by hand", one(3, by_hand)),
        ("operators and customers", with_take_back(one(4, people))),
        ("equal orders", equal),
    ]
}

/// Where a planted bug is to be found.
pub fn planted(plant: Plant) -> Search {
    let bounds = match plant {
        Plant::EventAsGate | Plant::CreditOncePerInvoice => return planted_deposits(plant),
        Plant::FreshSeqno | Plant::SeqnoFromChain => one(3, MIXED),
        Plant::RefundAfterOneDead => {
            let left = Left {
                presses: 1,
                ..MIXED
            };
            with_take_back(one(4, left))
        }
        Plant::ReplanAnyTill => world([1, 2, 1, 3], MIXED),
        Plant::SendBeforeCommit => {
            let left = Left {
                presses: 1,
                ..CRASH
            };
            with_take_back(one(1, left))
        }
        Plant::NoLane => world([2, 1, 1, 1], NOTHING),
        Plant::ReleaseOnTimeout | Plant::ConsumedUnpaidFromAbsence => one(3, NOTHING),
        Plant::ConfirmOnlyAfterPaid => one(1, NOTHING),
        Plant::HistoryRowTwice => Bounds {
            equal: true,
            ..world([2, 1, 1, 4], LOST)
        },
        Plant::NoEpoch => world([2, 1, 2, 0], NAP),
        Plant::ResumeToHeldAfterPaid => one(4, PRESS),
    };
    let search = Search::shop(plant.name(), Some(plant), bounds);
    // The harm of a late confirm call shows only in what is never delivered.
    if plant == Plant::ConfirmOnlyAfterPaid {
        search
    } else {
        search.safety_only()
    }
}

fn planted_deposits(plant: Plant) -> Search {
    let left = deposits::Left {
        moves: 4,
        ..deposits::Left::default()
    };
    let search = Search::deposits(plant.name(), Deposits::new(Some(plant), 1, 1, 0, left));
    // A credit that is never given shows only when nothing more comes.
    if plant == Plant::EventAsGate {
        search
    } else {
        search.safety_only()
    }
}
