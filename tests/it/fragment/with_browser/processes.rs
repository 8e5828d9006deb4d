//! Browsers and drivers that die, hang, or are left behind.

use std::time::{Duration, Instant};

use starkeeper::fragment::{Proxy, WebDriverPlace};
use starkeeper_actors::ports::market::{Fitness, SlotKind};
use starkeeper_actors::ports::{Browsers, Failure, Market};
use starkeeper_actors::testing::contract::run;
use url::Url;

use super::house::{House, TILL, chrome_of, driver_of, group_of, processes_of, signal};
use crate::support::services::free_port;
use crate::support::{Running, eventually};

#[test]
fn a_browser_is_one_group_that_ends_with_it_and_leaves_no_folder() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let folder = house.browsers().join(slot.browser.0.to_string());
        let (group, members) = group_of(chrome_of(&folder));
        assert!(members.len() > 2 && members.contains(&group), "{members:?}");
        // What reports crashes stands apart; it is known by the folder.
        let apart = processes_of(&folder);
        let apart = apart.iter().filter(|(pid, _)| !members.contains(pid));
        let apart: Vec<_> = apart
            .filter(|(_, line)| !line.contains("crashpad"))
            .collect();
        assert!(apart.is_empty(), "{apart:?} is outside the group");
        let memory = house.fragment.memory().await;
        assert_eq!(memory.len(), 1);
        assert!(memory[0].processes > 2, "{memory:?}");
        let mib = memory[0].proportional / 1024 / 1024;
        println!("one browser: {} processes, {mib} MiB", members.len());
        assert!((40..2000).contains(&mib), "{mib} MiB");
        house.fragment.close(slot.browser).await;
        for member in members {
            assert!(!std::path::Path::new(&format!("/proc/{member}/exe")).exists());
        }
        assert_eq!(processes_of(&folder), []);
        assert!(!folder.exists());
        assert!(house.fragment.probe(slot.browser).await.is_err());
        // A name that is not known is closed already.
        house.fragment.close(slot.browser).await;
    });
}

#[test]
fn a_browser_that_is_killed_is_found_out_at_once_and_replaced() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let folder = house.browsers().join(slot.browser.0.to_string());
        signal("KILL", chrome_of(&folder));
        let asked = Instant::now();
        let failed = house.fragment.look(slot).await.unwrap_err();
        assert!(matches!(failed, Failure::Unknown { .. }), "{failed:?}");
        assert!(asked.elapsed() < Duration::from_secs(10));
        assert!(house.fragment.probe(slot.browser).await.is_err());
        house.fragment.close(slot.browser).await;
        assert_eq!(processes_of(&folder), []);
        let slot = house.slot(TILL).await;
        let fit = house.fragment.probe(slot.browser).await;
        assert_eq!(fit, Ok(Fitness::Fit));
        house.fragment.close_all().await;
    });
}

#[test]
fn a_driver_that_is_killed_takes_its_browser_along() {
    run(async {
        let house = House::open().await;
        for leader_too in [false, true] {
            let slot = house.slot(TILL).await;
            let folder = house.browsers().join(slot.browser.0.to_string());
            let chrome = chrome_of(&folder);
            let (group, members) = group_of(chrome);
            let driver = driver_of(chrome);
            assert!(members.contains(&driver) && driver != group, "{members:?}");
            signal("KILL", if leader_too { group } else { driver });
            eventually("the browser has gone with its driver", async || {
                let left = processes_of(&folder);
                if left.is_empty() { Ok(()) } else { Err(left) }
            })
            .await;
            let failed = house.fragment.look(slot).await.unwrap_err();
            assert!(matches!(failed, Failure::Unknown { .. }), "{failed:?}");
            house.fragment.close(slot.browser).await;
            assert!(!folder.exists());
        }
        house.fragment.close_all().await;
    });
}

#[test]
fn a_browser_that_hangs_costs_a_deadline_and_is_ended() {
    run(async {
        let house = House::open().await;
        let fragment = house.another(|browsers| browsers.command = Duration::from_secs(2));
        let slot = house.name(TILL);
        fragment.open(slot.browser, TILL).await.unwrap();
        let folder = house.browsers().join(slot.browser.0.to_string());
        let (_, members) = group_of(chrome_of(&folder));
        signal("STOP", chrome_of(&folder));
        let probed = fragment.probe(slot.browser).await;
        assert!(probed.is_err(), "{probed:?}");
        fragment.close(slot.browser).await;
        for member in members {
            assert!(!std::path::Path::new(&format!("/proc/{member}/exe")).exists());
        }
        assert!(!folder.exists());
    });
}

#[test]
fn what_an_earlier_life_left_behind_is_ended_and_nothing_else() {
    run(async {
        let house = House::open().await;
        // Alive to the end: nobody but the next life ends its browser.
        let before = house.another(|_| {});
        let slot = house.name(SlotKind::Anonymous);
        before.open(slot.browser, slot.kind).await.unwrap();
        let folder = house.browsers().join(slot.browser.0.to_string());
        assert!(processes_of(&folder).len() > 2);
        let theirs = house.browsers().join("not-ours");
        std::fs::create_dir_all(&theirs).unwrap();
        house.fragment.close_all().await;
        assert_eq!(processes_of(&folder), []);
        assert!(!folder.exists() && theirs.exists());
        let slot = house.slot(TILL).await;
        house.fragment.look(slot).await.unwrap();
        house.fragment.close_all().await;
        drop(before);
    });
}

#[test]
fn a_browser_that_is_closed_while_it_comes_up_is_gone() {
    run(async {
        let house = House::open().await;
        let slot = house.name(TILL);
        let folder = house.browsers().join(slot.browser.0.to_string());
        let opening = house.fragment.open(slot.browser, TILL);
        let closing = async {
            eventually("the driver is up", async || {
                let group = std::fs::read_to_string(folder.join("group"));
                group.map_err(|why| why.to_string())
            })
            .await;
            house.fragment.close(slot.browser).await;
        };
        let (opened, ()) = tokio::join!(opening, closing);
        assert!(opened.is_err());
        house.fragment.close(slot.browser).await;
        assert_eq!(processes_of(&folder), []);
        assert!(!folder.exists());
    });
}

#[test]
fn a_slot_of_a_closed_browser_is_of_no_use() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        house.fragment.close(slot.browser).await;
        let failed = house.offer(slot).await;
        assert!(matches!(failed, Err(Failure::Unknown { .. })));
    });
}

#[test]
fn browsers_of_a_remote_server_are_used_and_ended_also_by_the_next_life() {
    run(async {
        let house = House::open().await;
        let port = free_port();
        let mut command = std::process::Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        let mut server = Running::start("chromedriver", command);
        server.wait_for_text("started successfully");
        let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
        let remote = || {
            let place = WebDriverPlace::Remote(url.clone());
            house.another(|browsers| browsers.driver = place)
        };
        let fragment = remote();
        let slot = house.name(TILL);
        fragment.open(slot.browser, slot.kind).await.unwrap();
        let look = fragment.look(slot).await.unwrap();
        assert_eq!(look.proven, Some(house.wallet));
        assert_eq!(fragment.memory().await, []);
        // The next life knows it by the file that was left.
        remote().close_all().await;
        let failed = fragment.look(slot).await.unwrap_err();
        assert!(matches!(failed, Failure::Unknown { .. }), "{failed:?}");
        assert!(!house.browsers().join(slot.browser.0.to_string()).exists());
        fragment.close_all().await;
        // Its forwarder is on this machine, where a remote browser would not find it.
        let guarded = house.another(|browsers| {
            browsers.driver = WebDriverPlace::Remote(url.clone());
            browsers.proxy = Some(Proxy::parse("http://u:p@127.0.0.1:9").unwrap());
        });
        let slot = house.name(TILL);
        let refused = guarded.open(slot.browser, slot.kind).await.unwrap_err();
        assert!(refused.to_string().contains("with a password"), "{refused}");
        guarded.close_all().await;
    });
}
