//! The live feed as operators read it, with another hand than serves it.

mod with_postgres;

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};

use crate::support::eventually;
use crate::support::shop::{Shop, TOKEN};

/// For a line, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A header that shows a token.
pub(super) fn shown(token: &str) -> [(&'static str, String); 1] {
    [("authorization", format!("Bearer {token}"))]
}

/// One who reads.
pub(super) struct Reader<S = TcpStream> {
    socket: WebSocketStream<S>,
}

impl Reader {
    /// Connects to a daemon; what it answers instead, if it does not let in.
    pub(super) async fn at(
        port: u16,
        headers: &[(&'static str, String)],
    ) -> Result<(Self, Response), u16> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await;
        let stream = stream.expect("the daemon listens");
        Self::over(stream, "/admin/v1/live", headers).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Reader<S> {
    /// Connects over what leads there.
    pub(super) async fn over(
        stream: S,
        path: &str,
        headers: &[(&'static str, String)],
    ) -> Result<(Reader<S>, Response), u16> {
        let mut request = format!("ws://shop.example{path}")
            .into_client_request()
            .expect("a request");
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a value");
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, answer)) => Ok((Reader { socket }, answer)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(why) => panic!("no answer: {why}"),
        }
    }

    async fn message(&mut self) -> Message {
        let next = tokio::time::timeout(PATIENCE, self.socket.next());
        let next = next.await.expect("a message in time");
        next.expect("the connection is open").expect("a message")
    }

    /// The next line.
    pub(super) async fn line(&mut self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) => {}
                other @ (Message::Binary(_)
                | Message::Pong(_)
                | Message::Close(_)
                | Message::Frame(_)) => panic!("{other:?}"),
            }
        }
    }

    /// Reads on until such a line; answers it.
    pub(super) async fn until(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let (mut last, mut seen) = (None, Vec::new());
        loop {
            let line = self.line().await;
            let n = line["n"].as_u64().expect("a number");
            assert!(last.is_none_or(|last| last + 1 == n), "nothing is missed");
            last = Some(n);
            if is_it(&line) {
                return line;
            }
            seen.push(line.to_string());
            assert!(seen.len() < 200, "{what}: {seen:#?}");
        }
    }

    /// The code with which it is closed.
    async fn code(&mut self) -> u16 {
        loop {
            match self.message().await {
                Message::Close(Some(frame)) => return frame.code.into(),
                Message::Text(_) | Message::Ping(_) => {}
                other @ (Message::Binary(_)
                | Message::Pong(_)
                | Message::Close(None)
                | Message::Frame(_)) => panic!("{other:?}"),
            }
        }
    }
}

/// How many gateways' dollars came in.
pub(super) fn is_money(line: &Value) -> bool {
    line["event"] == "money"
}

#[tokio::test]
async fn only_who_shows_a_token_that_may_look_is_let_in() {
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let tokens = format!("acts:operate:{hash}");
    let shop = Shop::open(vec![("ADMIN_TOKENS", tokens)]).await;
    let port = shop.door().port;
    let refused = async |headers: &[(&'static str, String)]| {
        let answer = Reader::at(port, headers).await;
        answer.err().expect("it is refused")
    };
    assert_eq!(refused(&[]).await, 401);
    assert_eq!(refused(&shown("a guess")).await, 401);
    assert_eq!(refused(&shown("test")).await, 403, "it may act, not look");
    // A token in an address is none.
    let stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("it listens");
    let path = format!("/admin/v1/live?token={TOKEN}");
    let answer = Reader::over(stream, &path, &[]).await;
    assert_eq!(answer.err(), Some(401));
    // Whoever does not ask for a WebSocket hears what it is.
    let (status, why) = shop
        .door()
        .ask(reqwest::Method::GET, "/admin/v1/live", None, None)
        .await
        .expect("an answer");
    assert_eq!((status, &why["error"]["code"]), (400, &"malformed".into()));
    // As a page in a browser does, which can send no header of its own.
    use base64::Engine as _;
    let word = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(TOKEN);
    let offered = format!("starkeeper.live.v1, starkeeper.token.{word}");
    let (mut reader, answer) = Reader::at(port, &[("sec-websocket-protocol", offered)])
        .await
        .unwrap_or_else(|status| panic!("{status}"));
    assert_eq!(
        answer.headers()["sec-websocket-protocol"],
        "starkeeper.live.v1",
        "the token is not said back"
    );
    assert_eq!(reader.line().await["event"], "now");
    assert!(!shop.daemon.log().contains(&word), "no token in the log");
}

#[tokio::test]
async fn a_payment_is_read_as_it_arrives_and_the_end_of_the_daemon_is_told() {
    let mut shop = Shop::open(Vec::new()).await;
    let port = shop.door().port;
    let (mut reader, _) = Reader::at(port, &shown(TOKEN)).await.expect("it is let in");
    let now = reader.line().await;
    assert_eq!(now["event"], "now", "{now}");
    assert_eq!(now["orders"], serde_json::json!({}));
    assert_eq!(now["sales"]["open"], false, "nothing is sold here");
    let invoice = shop.door().open(7, "10").await;
    let uuid = invoice["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    let paid = reader.until("a payment", is_money).await;
    let amount = paid["amount"].as_str().expect("an amount");
    assert!(!amount.starts_with('-') && amount != "0.00", "{paid}");
    assert_eq!(paid["invoice"], invoice["invoice"], "{paid}");
    // Another who comes later reads how it is now, and no history.
    let (mut later, _) = Reader::at(port, &shown(TOKEN)).await.expect("it is let in");
    assert_eq!(later.line().await["n"], paid["n"]);
    // Nothing is taken but pings.
    later
        .socket
        .send(Message::text("hello"))
        .await
        .expect("it is sent");
    assert_eq!(later.code().await, 1003);
    reader
        .socket
        .send(Message::Ping("a".into()))
        .await
        .expect("it is sent");
    assert_eq!(reader.message().await, Message::Pong("a".into()));
    let (code, ()) = tokio::join!(reader.code(), shop.daemon.terminate());
    assert_eq!(code, 1001);
}

#[tokio::test]
async fn so_many_may_listen_and_a_place_is_free_when_one_leaves() {
    let shop = Shop::open(Vec::new()).await;
    let port = shop.door().port;
    let mut readers = Vec::new();
    for _ in 0..32 {
        let (reader, _) = Reader::at(port, &shown(TOKEN)).await.expect("it is let in");
        readers.push(reader);
    }
    let refused = Reader::at(port, &shown(TOKEN)).await;
    assert_eq!(refused.err(), Some(429));
    for reader in &mut readers {
        assert_eq!(reader.line().await["event"], "now");
    }
    counted(port, "starkeeper_live_listeners", 32).await;
    counted(port, "starkeeper_live_lines_total", 32).await;
    counted(port, "starkeeper_live_ended_total{why=\"full\"}", 1).await;
    // One goes without a word.
    drop(readers.pop());
    eventually("its place is free", async || {
        Reader::at(port, &shown(TOKEN)).await.map(drop)
    })
    .await;
    drop(readers);
    counted(port, "starkeeper_live_listeners", 0).await;
}

/// Waits until the page of metrics says so.
async fn counted(port: u16, name: &str, value: u64) {
    eventually(&format!("{name} {value}"), async || {
        let url = format!("http://127.0.0.1:{port}/metrics");
        let page = reqwest::get(url).await.map_err(|why| why.to_string())?;
        let page = page.text().await.map_err(|why| why.to_string())?;
        let line = page
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        match line {
            Some(line) if line == format!("{name} {value}") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}
