//! The browser, or its driver, dies in the middle of an order: one payment, one delivery.

use std::collections::BTreeSet;

use crate::goods::shop::Selling;
use crate::support::eventually;

/// The processes below one, whose program's name begins so.
fn below(root: u32, name: &str) -> Vec<u32> {
    let mut family = BTreeSet::from([root]);
    let stats: Vec<(u32, u32, String)> = std::fs::read_dir("/proc")
        .expect("there is /proc")
        .filter_map(|entry| {
            let stat = std::fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
            let (head, rest) = stat.rsplit_once(')')?;
            let (id, name) = head.split_once(" (")?;
            let parent = rest.split_whitespace().nth(1)?;
            Some((id.parse().ok()?, parent.parse().ok()?, name.to_owned()))
        })
        .collect();
    loop {
        let more: Vec<u32> = stats
            .iter()
            .filter(|(id, parent, _)| family.contains(parent) && !family.contains(id))
            .map(|(id, ..)| *id)
            .collect();
        if more.is_empty() {
            break;
        }
        family.extend(more);
    }
    let named = stats
        .iter()
        .filter(|(_, _, theirs)| theirs.starts_with(name));
    let found = named.map(|(id, ..)| *id);
    found
        .filter(|id| family.contains(id) && *id != root)
        .collect()
}

fn kill(process: u32) {
    let killed = std::process::Command::new("sh")
        .args(["-c", "kill -s KILL \"$0\"", &process.to_string()])
        .output()
        .expect("there is a shell");
    // It may have gone by itself, as a part of another one.
    drop(killed);
}

/// Pauses an order there, kills every process of that name, and lets it go on.
async fn dies_at(point: &str, name: &str) {
    let selling = Selling::open(vec![("PAUSE_AT", point.to_owned())]).await;
    selling.fund("5").await;
    let order = selling.buy("masha", 50).await;
    selling.paused().await;
    let doomed = below(selling.shop.daemon.process(), name);
    assert!(!doomed.is_empty(), "no {name} below the daemon at {point}");
    doomed.into_iter().for_each(kill);
    selling.go_on();
    assert_eq!(selling.end_of(&order).await, "delivered", "{point} {name}");
    selling.holds("masha", 50).await;
}

macro_rules! deaths {
    ($($name:ident: $point:literal, $program:literal;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                dies_at($point, $program).await;
            }
        )*
    };
}

deaths! {
    the_browser_before_the_link: "offer:before", "chrom";
    the_driver_before_the_link: "offer:before", "chromedriver";
    the_browser_after_the_link: "offer:after", "chrom";
    the_driver_before_the_confirmation: "confirm:before", "chromedriver";
    the_browser_after_the_confirmation: "confirm:after", "chrom";
    the_browser_before_the_delivery_is_seen: "delivery:before", "chrom";
}

/// Nobody is left to end its browsers, neither the daemon nor a next life of it.
#[tokio::test]
async fn the_daemon_for_good_and_its_browsers_go_with_it() {
    let mut selling = Selling::open(vec![("PAUSE_AT", "offer:before".to_owned())]).await;
    selling.fund("5").await;
    selling.buy("masha", 50).await;
    selling.paused().await;
    let browsers = below(selling.shop.daemon.process(), "chrom");
    assert!(browsers.len() > 2, "{browsers:?}");
    selling.shop.daemon.kill();
    eventually("the browsers are gone", async || {
        let left: Vec<u32> = browsers.iter().copied().filter(|id| runs(*id)).collect();
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
}

/// Whether there is a process of this number that has not ended.
fn runs(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}
