//! The command line, the two workers and the report.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::plant::Plant;
use super::search::Outcome;
use super::searches::{Search, planted, real};

/// What was asked for.
enum Wish {
    Everything,
    Nothing,
    ListTests,
    ListPlants,
    One(Plant),
    Unknown(String),
}

pub fn main(words: &[String]) -> ExitCode {
    match wish(words) {
        Wish::Everything => everything(),
        Wish::Nothing => ExitCode::SUCCESS,
        Wish::ListTests => {
            println!("model: test");
            ExitCode::SUCCESS
        }
        Wish::ListPlants => {
            for plant in Plant::ALL {
                println!("{:30} {}", plant.name(), plant.what());
            }
            ExitCode::SUCCESS
        }
        Wish::One(plant) => one(plant),
        Wish::Unknown(what) => {
            eprintln!("error: {what}");
            eprintln!("       expected no words, --list-plants, or --plant NAME with a NAME of");
            eprintln!("       {}", Plant::ALL.map(Plant::name).join(", "));
            ExitCode::from(2)
        }
    }
}

/// Understands its own words, and those that `cargo test` and nextest give to any test binary: a
/// filter that does not fit runs nothing, and other flags change nothing.
fn wish(words: &[String]) -> Wish {
    let mut words = words.iter().map(String::as_str);
    let (mut filters, mut exact, mut listed, mut ignored) = (Vec::new(), false, false, false);
    while let Some(word) = words.next() {
        match word {
            "--list-plants" => return Wish::ListPlants,
            "--plant" => return named(words.next()),
            "--list" => listed = true,
            "--exact" => exact = true,
            "--ignored" => ignored = true,
            "--test-threads" | "--format" | "--color" | "--logfile" | "--skip" | "-Z" => {
                words.next();
            }
            flag if flag.starts_with("--plant=") => return named(flag.split('=').nth(1)),
            flag if flag.starts_with('-') => {}
            filter => filters.push(filter),
        }
    }
    let fits = |filter: &&str| {
        if exact {
            *filter == "model"
        } else {
            "model".contains(*filter)
        }
    };
    let chosen = !ignored && (filters.is_empty() || filters.iter().any(fits));
    match (chosen, listed) {
        (true, true) => Wish::ListTests,
        (true, false) => Wish::Everything,
        (false, _) => Wish::Nothing,
    }
}

fn named(name: Option<&str>) -> Wish {
    match name {
        None => Wish::Unknown("--plant needs a name".into()),
        Some("list") => Wish::ListPlants,
        Some(name) => {
            let unknown = || Wish::Unknown(format!("there is no plant named {name:?}"));
            Plant::named(name).map_or_else(unknown, Wish::One)
        }
    }
}

/// The real rules, which must hold, and then every plant, which must be found.
fn everything() -> ExitCode {
    let begun = Instant::now();
    println!("the real rules, every state within these bounds:");
    let (mut states, mut good) = (0, true);
    for (search, outcome) in run_all(real()) {
        let well = outcome.found.is_none() && outcome.complete;
        states += outcome.states;
        good &= well;
        let verdict = if well { "holds" } else { "FAILS" };
        println!("  {verdict}  {:42} {}", search.name, figures(&outcome));
        println!("         {}", search.bounds);
        if !outcome.complete && outcome.found.is_none() {
            println!("         the limit was met before the end: the bounds are too wide");
        }
        trace(&outcome);
    }
    println!("  {states} distinct states in all\n");
    println!("planted bugs, each must be found (`--plant NAME` shows the way to it):");
    for (search, outcome) in run_all(Plant::ALL.map(planted).into()) {
        let what = outcome.found.as_ref().map(|found| found.what.as_str());
        good &= what.is_some();
        let verdict = if what.is_some() { "found" } else { "MISSED" };
        println!("  {verdict}  {:30} {}", search.name, figures(&outcome));
        println!("         {}", what.unwrap_or("nothing was found"));
    }
    println!("\n{:.1} s in all", begun.elapsed().as_secs_f64());
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn one(plant: Plant) -> ExitCode {
    println!("planted: {}\n         {}", plant.name(), plant.what());
    let search = planted(plant);
    let outcome = search.run();
    println!("searched: {}; {}", search.bounds, figures(&outcome));
    trace(&outcome);
    if outcome.found.is_some() {
        ExitCode::SUCCESS
    } else {
        println!("nothing was found");
        ExitCode::FAILURE
    }
}

fn figures(outcome: &Outcome) -> String {
    let Outcome {
        states,
        steps,
        depth,
        took,
        ..
    } = outcome;
    format!(
        "{states:>8} states, {steps:>8} steps, depth {depth:>2}, {:.1} s",
        took.as_secs_f64()
    )
}

fn trace(outcome: &Outcome) {
    if let Some(found) = &outcome.found {
        for (n, step) in found.trace.iter().enumerate() {
            println!("  {:3}. {step}", n + 1);
        }
        println!("found: {}", found.what);
    }
}

/// Two workers take one search after the other; the answers keep the order of the questions.
fn run_all(searches: Vec<Search>) -> Vec<(Search, Outcome)> {
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, Outcome)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(search) = {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    searches.get(n).map(|search| (n, search))
                } {
                    let (n, search) = search;
                    let outcome = search.run();
                    answers.lock().expect("no search panics").push((n, outcome));
                }
            });
        }
    });
    let mut answers = answers.into_inner().expect("no search panics");
    answers.sort_by_key(|(n, _)| *n);
    searches
        .into_iter()
        .zip(answers.into_iter().map(|(_, outcome)| outcome))
        .collect()
}
