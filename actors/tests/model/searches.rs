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
const LIMIT: usize = 3_000_000;

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
        let bounds = format!(
            "{} invoice(s), {} replica(s), {} tick(s), {:?}",
            world.invoices, world.replicas, world.last_tick, world.left
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

/// One order, one wallet, one replica, no fault: what every search starts from.
const SMALL: Bounds = Bounds {
    orders: 1,
    wallets: 1,
    replicas: 1,
    last_tick: 3,
    left: NOTHING,
    equal: false,
    fund_later: false,
    take_back: false,
};

/// The real rules. All of these must hold.
pub fn real() -> Vec<Search> {
    let mut all: Vec<Search> = shops()
        .into_iter()
        .map(|(n, b)| Search::shop(n, None, b))
        .collect();
    let none = deposits::Left::default();
    let left = |moves| deposits::Left { moves, ..none };
    let slow = deposits::Left { lost: 1, ..left(3) };
    let busy = deposits::Left {
        doubles: 1,
        taps: 1,
        spends: 1,
        cancels: 1,
        ..left(4)
    };
    all.extend([
        Search::deposits(
            "deposits: slow look-ups",
            Deposits::new(None, 1, 1, 1, slow),
        ),
        Search::deposits(
            "deposits: two replicas",
            Deposits::new(None, 1, 2, 0, left(4)),
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
            Deposits::new(None, 1, 1, 0, left(7)),
        ),
    ]);
    all
}

fn shops() -> Vec<(&'static str, Bounds)> {
    vec![
        (
            "two orders, mixed answers",
            Bounds {
                orders: 2,
                last_tick: 3,
                left: Left {
                    mixes: 1,
                    ..NOTHING
                },
                ..SMALL
            },
        ),
        (
            "one order, three attempts",
            Bounds {
                last_tick: 7,
                left: Left {
                    mixes: 2,
                    ..NOTHING
                },
                ..SMALL
            },
        ),
        (
            "two orders, two replicas",
            Bounds {
                orders: 2,
                replicas: 2,
                last_tick: 0,
                left: Left { naps: 1, ..NOTHING },
                ..SMALL
            },
        ),
        (
            "two replicas, crash, sleep, lost reply",
            Bounds {
                replicas: 2,
                last_tick: 3,
                left: Left {
                    crashes: 1,
                    naps: 1,
                    lost: 1,
                    ..NOTHING
                },
                ..SMALL
            },
        ),
        (
            "two wallets",
            Bounds {
                orders: 2,
                wallets: 2,
                last_tick: 2,
                left: Left {
                    crashes: 1,
                    ..NOTHING
                },
                ..SMALL
            },
        ),
        (
            "the chain misbehaves",
            Bounds {
                last_tick: 4,
                left: Left {
                    mixes: 1,
                    skips: 2,
                    hands: 1,
                    ..NOTHING
                },
                ..SMALL
            },
        ),
        (
            "operators and customers",
            Bounds {
                last_tick: 4,
                left: Left {
                    mixes: 1,
                    bounces: 1,
                    refusals: 1,
                    presses: 2,
                    ..NOTHING
                },
                take_back: true,
                ..SMALL
            },
        ),
        (
            "restored books",
            Bounds {
                replicas: 2,
                last_tick: 3,
                left: Left {
                    presses: 1,
                    restores: 1,
                    ..NOTHING
                },
                take_back: true,
                ..SMALL
            },
        ),
        (
            "restored books, two orders",
            Bounds {
                orders: 2,
                replicas: 2,
                last_tick: 0,
                left: Left {
                    restores: 1,
                    ..NOTHING
                },
                fund_later: true,
                ..SMALL
            },
        ),
        (
            "equal orders",
            Bounds {
                orders: 2,
                last_tick: 3,
                left: Left { lost: 1, ..NOTHING },
                equal: true,
                ..SMALL
            },
        ),
    ]
}

/// Where a planted bug is to be found.
pub fn planted(plant: Plant) -> Search {
    let mixed = Left {
        mixes: 1,
        ..NOTHING
    };
    let shop = |bounds| Search::shop(plant.name(), Some(plant), bounds);
    let deposits = |world| Search::deposits(plant.name(), world);
    let moves = |moves| deposits::Left {
        moves,
        ..deposits::Left::default()
    };
    match plant {
        Plant::FreshSeqno | Plant::SeqnoFromChain => shop(Bounds {
            last_tick: 3,
            left: mixed,
            ..SMALL
        })
        .safety_only(),
        Plant::RefundAfterOneDead => {
            let left = Left {
                presses: 1,
                ..mixed
            };
            shop(Bounds {
                last_tick: 4,
                left,
                take_back: true,
                ..SMALL
            })
            .safety_only()
        }
        Plant::ReplanAnyTill => shop(Bounds {
            wallets: 2,
            last_tick: 3,
            left: mixed,
            ..SMALL
        })
        .safety_only(),
        Plant::SendBeforeCommit => {
            let left = Left {
                crashes: 1,
                presses: 1,
                ..NOTHING
            };
            shop(Bounds {
                last_tick: 1,
                left,
                take_back: true,
                ..SMALL
            })
            .safety_only()
        }
        Plant::NoLane => shop(Bounds {
            orders: 2,
            last_tick: 1,
            ..SMALL
        })
        .safety_only(),
        Plant::ReleaseOnTimeout | Plant::ConsumedUnpaidFromAbsence => shop(Bounds {
            last_tick: 3,
            ..SMALL
        })
        .safety_only(),
        Plant::ConfirmOnlyAfterPaid => shop(Bounds {
            last_tick: 1,
            ..SMALL
        }),
        Plant::HistoryRowTwice => {
            let left = Left { lost: 1, ..NOTHING };
            shop(Bounds {
                orders: 2,
                last_tick: 4,
                left,
                equal: true,
                ..SMALL
            })
            .safety_only()
        }
        Plant::NoEpoch => {
            let left = Left { naps: 1, ..NOTHING };
            shop(Bounds {
                orders: 2,
                replicas: 2,
                last_tick: 0,
                left,
                ..SMALL
            })
            .safety_only()
        }
        Plant::ResumeToHeldAfterPaid => {
            let left = Left {
                presses: 1,
                ..NOTHING
            };
            shop(Bounds {
                last_tick: 4,
                left,
                ..SMALL
            })
            .safety_only()
        }
        Plant::EventAsGate => deposits(Deposits::new(Some(plant), 1, 1, 0, moves(3))),
        Plant::CreditOncePerInvoice => {
            deposits(Deposits::new(Some(plant), 1, 1, 0, moves(4))).safety_only()
        }
    }
}
