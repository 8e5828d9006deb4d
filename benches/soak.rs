//! A crowd in the chat, and what must be true when it has gone; figures are printed.
//!
//! `./x bench soak` opens a whole shop: the daemon with its real browsers and embedded books, and all
//! emulators, as processes. Ten thousand virtual customers come, five hundred of them buy; updates
//! come twice and out of order, answers are lost, webhooks doubled, and the daemon is killed on the
//! way. Every word and tap has to be answered, every order to end with its Stars or its money, the
//! books to balance, and chain and Fragment to show one payment and one delivery each: whatever is
//! otherwise stops the bench.
//!
//! Words after it: `people=N`, `buyers=N`, `at_once=N` (so many in the chat at a time), `tills=N`
//! (1 to 4), `seed=N` (printed; the same again), `kills=N`, and `fair` (nothing goes wrong outside).
//! Limits on both sides are out of the way. All is built as the tests are: a release is quicker.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    missing_docs,
    unreachable_pub,
    reason = "a program that prints figures and may stop at the first surprise"
)]

/// What the integration tests stand on: here it starts the daemon and the emulators.
#[path = "../tests/it"]
mod ground {
    pub mod support;
}

use ground::support::crowd::{Crowd, Seen, Weather};

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let known = [
        "people=", "buyers=", "at_once=", "tills=", "seed=", "kills=", "fair",
    ];
    for word in &words {
        let is_known = known.iter().any(|name| word.starts_with(name));
        assert!(is_known, "{word:?}: expected one of {}", known.join(", "));
    }
    let number = |name: &str, usual: u64, most: u64| {
        let given = words.iter().find_map(|word| word.strip_prefix(name));
        let number = given.map_or(Ok(usual), str::parse);
        let number = number.ok().filter(|number| *number <= most);
        number.unwrap_or_else(|| panic!("{name}N: expected a whole number up to {most}"))
    };
    let people = number("people=", 10_000, 100_000) as usize;
    let crowd = Crowd {
        people,
        buyers: (number("buyers=", 500, 100_000) as usize).min(people),
        at_once: number("at_once=", 200, 5_000).max(1) as usize,
        tills: number("tills=", 2, 4).max(1) as usize,
        seed: number("seed=", 1, u64::MAX),
        kills: number("kills=", 2, 100) as usize,
    };
    let is_fair = words.iter().any(|word| word == "fair");
    let weather = if is_fair {
        Weather::Fair
    } else {
        Weather::Foul
    };
    println!("{crowd:?}, {weather:?}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    show(runtime.block_on(crowd.live(weather)));
}

fn show(mut seen: Seen) {
    let line = |figure: &str, value: u128, unit: &str| println!("{figure:<52} {value:>10}  {unit}");
    line("people", seen.people as u128, "");
    line("orders delivered", seen.delivered as u128, "");
    line("orders refunded", seen.refunded as u128, "");
    line("daemon killed", seen.kills as u128, "times");
    line("words and taps answered", seen.acts as u128, "");
    line(
        "of them repeated, since nothing was heard",
        seen.repeated as u128,
        "",
    );
    line(
        "from the first to the last",
        seen.took.as_secs().into(),
        "s",
    );
    let rate = seen.acts as u128 * 1_000 / seen.took.as_millis().max(1);
    line("words and taps", rate, "a second");
    seen.reactions.sort_unstable();
    for (name, part) in [("p50", 50), ("p99", 99)] {
        let at = seen.reactions.len().saturating_sub(1) * part / 100;
        let reaction = seen.reactions.get(at).copied().unwrap_or_default();
        line(
            &format!("until the person saw it, {name}"),
            reaction.as_millis(),
            "ms",
        );
    }
    println!("the books balance; one payment and one delivery for each order that was delivered");
}
