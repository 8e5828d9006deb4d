//! The command line and the report.

use std::process::ExitCode;

use super::search::{Outcome, search};
use super::shop::{Bounds, Left, Shop};

pub fn main(_: Vec<String>) -> ExitCode {
    let b: Vec<u8> = std::env::var("B")
        .unwrap()
        .split(',')
        .map(|n| n.parse().unwrap())
        .collect();
    let base = Bounds {
        orders: b[0],
        wallets: b[1],
        replicas: b[2],
        last_tick: b[3],
        left: Left {
            crashes: b[4],
            naps: b[5],
            lost: b[6],
            mixes: b[7],
            skips: b[8],
            hands: b[9],
            bounces: b[10],
            refusals: b[11],
            presses: b[12],
            restores: b[13],
        },
        equal: b[14] > 0,
        fund_later: b[15] > 0,
        take_back: b[16] > 0,
    };
    let plant = std::env::var("PLANT")
        .ok()
        .map(|name| super::plant::Plant::named(&name).unwrap());
    let shop = Shop::new("first", plant, base);
    report(
        "first",
        &search(
            &shop,
            std::env::var("LIMIT").map_or(100_000, |n| n.parse().unwrap()),
        ),
    );
    ExitCode::SUCCESS
}

fn report(name: &str, outcome: &Outcome) {
    println!(
        "{name}: {} states, {} steps, depth {}, {:.1?}, complete {}",
        outcome.states, outcome.steps, outcome.depth, outcome.took, outcome.complete
    );
    if let Some(found) = &outcome.found {
        println!("found: {}", found.what);
        for (n, step) in found.trace.iter().enumerate() {
            println!("{:3}. {step}", n + 1);
        }
    }
}
