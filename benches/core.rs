//! Figures of the core, printed and never asserted.
//!
//! `./x bench core` runs all of them; a word after it runs those whose name contains it.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a program that prints figures and may stop at the first surprise"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

#[path = "core/machines.rs"]
mod machines;
#[path = "core/sessions.rs"]
mod sessions;

/// The daemon's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So long is one figure measured.
const MEASURED: Duration = Duration::from_secs(2);

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    let wants =
        |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    if sessions::was_weighed() {
        return;
    }
    println!("{:<56} {:>14}  unit", "figure", "value");
    if wants("sessions") {
        sessions::run();
    }
    if wants("decisions") {
        machines::run();
    }
}

/// Calls `step` for a while and says how often it ran in a second.
fn rate(step: &mut dyn FnMut()) -> u128 {
    for _ in 0..1_000 {
        step();
    }
    let start = Instant::now();
    let mut runs: u128 = 0;
    while start.elapsed() < MEASURED {
        for _ in 0..1_000 {
            step();
        }
        runs += 1_000;
    }
    runs * 1_000_000 / start.elapsed().as_micros().max(1)
}

/// Prints one figure.
fn show(figure: &str, value: u128, unit: &str) {
    println!("{figure:<56} {:>14}  {unit}", grouped(value));
}

/// A number with its thousands apart.
fn grouped(value: u128) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Keeps the compiler from leaving a result out.
fn keep<T>(value: T) {
    black_box(value);
}
