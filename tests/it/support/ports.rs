//! Ports that stay ours over a restart: below those that the system gives to outgoing connections.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// How many there are in a block.
pub const BLOCK: u16 = 10;

const FIRST: u16 = 10_000;
const BLOCKS: u16 = 1_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// The first of ten ports that nobody listens on now and that no connection is given.
pub fn block() -> u16 {
    let of_this_process = std::process::id().wrapping_mul(37) % u32::from(BLOCKS);
    let of_this_process = u16::try_from(of_this_process).expect("it is below the number of blocks");
    for _ in 0..BLOCKS {
        let turn = of_this_process.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let base = FIRST + turn % BLOCKS * BLOCK;
        let is_free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        if (base..base + BLOCK).all(is_free) {
            return base;
        }
    }
    panic!("there are no ten free ports from {FIRST} on");
}
