//! The live feed through the proxy: port 8081, TLS, from the operators' network alone.

use std::process::Stdio;

use tokio::io::{AsyncRead, AsyncWrite};

use super::Nginx;
use crate::operable::live::{Reader, is_money, shown};
use crate::support::shop::{Shop, TOKEN};

/// TLS to the proxy, spoken by openssl.
fn through(port: u16) -> (tokio::process::Child, impl AsyncRead + AsyncWrite + Unpin) {
    let mut openssl = tokio::process::Command::new("openssl")
        .args([
            "s_client",
            "-quiet",
            "-connect",
            &format!("127.0.0.1:{port}"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("openssl is there");
    let from = openssl.stdout.take().expect("its output");
    let to = openssl.stdin.take().expect("its input");
    (openssl, tokio::io::join(from, to))
}

#[tokio::test]
async fn operators_read_what_happens_through_the_proxy_and_strangers_do_not() {
    let shop = Shop::open(Vec::new()).await;
    let nginx = Nginx::before(shop.door().port, false);
    let port = nginx.http + 3;
    let from = |address: &str| {
        let [token] = shown(TOKEN);
        [token, ("cf-connecting-ip", address.to_owned())]
    };
    for (path, address, status) in [
        ("/live", "203.0.113.7", 403),
        ("/admin/v1/live", "192.168.1.20", 404),
        ("/metrics", "192.168.1.20", 404),
    ] {
        let (_openssl, stream) = through(port);
        let answer = Reader::over(stream, path, &from(address)).await;
        assert_eq!(answer.err(), Some(status), "{path} from {address}");
    }
    let (_openssl, stream) = through(port);
    let nobody = [("cf-connecting-ip", "192.168.1.20".to_owned())];
    let answer = Reader::over(stream, "/live", &nobody).await;
    assert_eq!(
        answer.err(),
        Some(401),
        "the daemon asks for its token as well"
    );

    let (_openssl, stream) = through(port);
    let let_in = Reader::over(stream, "/live", &from("192.168.1.20")).await;
    let (mut reader, answer) = let_in.unwrap_or_else(|status| panic!("{status}"));
    super::assert_headers("/live", answer.headers());
    assert_eq!(reader.line().await["event"], "now");
    let invoice = shop.door().open(7, "10").await;
    let uuid = invoice["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    let paid = reader.until("a payment", is_money).await;
    assert_eq!(paid["invoice"], invoice["invoice"], "{paid}");
    let written = std::fs::read_to_string(nginx.folder.path().join("log/nginx_access.log"));
    let written = written.expect("nginx writes who came");
    assert!(written.contains("/live"), "{written}");
    assert!(!written.contains(TOKEN), "and never with what");
}
