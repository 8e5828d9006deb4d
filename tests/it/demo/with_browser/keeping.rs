//! The keeper: the daemon comes back, nothing is left behind, and what is in the way is named.

use std::net::TcpListener;

use serde_json::Value;

use crate::demo::ground::{Demo, command};
use crate::support::{Running, eventually, ports};

#[tokio::test]
async fn a_killed_daemon_is_back_and_nothing_is_left_behind_at_the_end() {
    let mut demo = Demo::start().await;
    let is_ready = |shown: &Value| (shown["daemon"] == "ready").then_some(());
    demo.until("the daemon is ready", is_ready).await;
    let (status, said) = demo.press("kill-daemon").await;
    assert_eq!(status, 200, "{said}");
    let survived = |shown: &Value| {
        let times = shown["world"]["survived"].as_u64()?;
        (times == 1 && shown["daemon"] == "ready").then_some(())
    };
    demo.until("the daemon is back", survived).await;
    let shown = demo.look("/demo/now").await;
    let mut lines = shown["lines"].as_array().expect("lines").iter();
    assert!(lines.any(|line| line["text"] == "DAEMON KILLED"), "{shown}");
    assert!(!demo.processes().is_empty());
    // As Ctrl-C does.
    demo.process.signal("INT");
    let status = eventually("the demo ends", async || {
        demo.process.ended().ok_or("it runs on")
    });
    assert_eq!(status.await.code(), Some(0), "{}", demo.process.printed());
    assert_eq!(demo.processes(), Vec::<u32>::new());
}

/// What a killed demo has left behind is ended by the next one in its folder.
#[tokio::test]
async fn what_a_killed_demo_left_behind_is_ended_by_the_next() {
    let mut demo = Demo::start().await;
    let orphans = demo.processes();
    assert!(!orphans.is_empty());
    demo.process.kill();
    let folder = demo.folder();
    let mut next = Running::start("the next demo", command(&folder, ports::block(), &[]));
    next.wait_for_text("Ctrl-C stops");
    let alive = demo.processes();
    assert!(
        orphans.iter().all(|orphan| !alive.contains(orphan)),
        "{orphans:?} {alive:?}"
    );
    assert_eq!(next.terminate().code(), Some(0), "{}", next.printed());
    assert_eq!(demo.processes(), Vec::<u32>::new());
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_owner() {
    let base = ports::block();
    let _taken = TcpListener::bind(("127.0.0.1", base + 3)).expect("it is free");
    let folder = tempfile::tempdir().expect("a folder");
    let mut demo = Running::start("the demo", command(folder.path(), base, &[]));
    assert_eq!(demo.wait().code(), Some(78));
    let printed = demo.printed();
    let port = format!("port {} (fragment.com) is taken by ", base + 3);
    let owner = format!("(process {})", std::process::id());
    assert!(
        printed.contains(&port) && printed.contains(&owner),
        "{printed}"
    );
    assert!(printed.contains("--port"), "{printed}");
}
