//! schemathesis (`./x` installs it) makes requests out of the document, lawful and unlawful ones, and
//! holds each answer against it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::emulators::web;
use crate::support::shop::{Shop, TOKEN};

/// Requests for each operation, at most: what is drawn is the same every time.
const EXAMPLES: &str = "12";

/// For the whole run, in seconds; what is left then is not tried.
const LONGEST: &str = "25";

/// What each answer is held against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance";

/// Where `./x` has put it.
fn program() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = target.parent().expect("the target folder");
    let path = path.join("tools/schemathesis/bin/schemathesis");
    assert!(path.exists(), "{}: ./x test installs it", path.display());
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_answered_with_500_or_as_the_document_does_not_say() {
    let shop = Shop::open(vec![("ADMIN_RATE", "1000000".into())]).await;
    // Somebody and something to look at.
    let _invoice = shop.door().open(7, "10").await;
    let document = format!("http://127.0.0.1:{}/admin/openapi.json", shop.door().port);
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/admin/schemathesis.toml");
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(program());
    command
        .arg("--config-file")
        .arg(settings)
        .args([
            "run",
            &document,
            "--seed",
            "1",
            "--no-shrink",
            "--warnings",
            "off",
            "--phases",
            "coverage,fuzzing",
        ])
        .args([
            "--max-examples",
            EXAMPLES,
            "--max-time",
            LONGEST,
            "--request-timeout",
            "20",
        ])
        .args(["--checks", CHECKS])
        .args([
            "--generation-database",
            "none",
            "--suppress-health-check",
            "all",
        ])
        .args(["--header", &format!("Authorization: Bearer {TOKEN}")])
        .env("NO_PROXY", "*")
        .current_dir(folder.path())
        .stdin(Stdio::null());
    let tried = tokio::task::spawn_blocking(move || command.output());
    let tried = tried.await.expect("it ran").expect("schemathesis starts");
    let said = String::from_utf8_lossy(&tried.stdout);
    let complained = String::from_utf8_lossy(&tried.stderr);
    assert!(
        tried.status.success(),
        "{said}\n{complained}\n{}",
        shop.daemon.log()
    );
    // It has really looked: a run that its time has ended says no number of its own.
    let url = format!("http://127.0.0.1:{}/metrics", shop.door().port);
    let page = web().get(url).send().await.expect("the daemon answers");
    let page = page.text().await.expect("a text");
    let answered = page
        .lines()
        .filter(|line| line.starts_with("starkeeper_http_requests_total{"))
        .filter(|line| line.contains("route=\"/admin/v1/"));
    let counts = answered.filter_map(|line| line.rsplit(' ').next()?.parse::<u32>().ok());
    let answered: u32 = counts.sum();
    assert!(answered >= 50, "{answered} requests: {said}");
}
