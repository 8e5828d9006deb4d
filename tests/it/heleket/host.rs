//! A host on the wire that answers from a script, well-behaved or not, and remembers what it was
//! asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use md5::{Digest as _, Md5};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What happens after a request was read whole.
#[derive(Clone)]
pub enum Reply {
    /// An answer of JSON.
    Json(u16, Vec<u8>),
    /// Exactly these bytes, and the connection is closed.
    Raw(Vec<u8>),
    /// These bytes, and then nothing for as long as the caller waits.
    RawAndHang(Vec<u8>),
    /// Nothing, for as long as the caller waits.
    Hang,
    /// The connection is closed at once.
    Close,
    /// The connection is closed, and no other is taken any more.
    Vanish,
}

/// 200 with a recorded body.
pub fn ok(body: &[u8]) -> Reply {
    Reply::Json(200, body.to_vec())
}

/// Another status with a recorded body.
pub fn status(status: u16, body: &[u8]) -> Reply {
    Reply::Json(status, body.to_vec())
}

/// A head and a body that is shorter than the head says.
pub fn cut(body: &[u8]) -> Reply {
    let length = body.len() + 10;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    Reply::Raw([head.as_bytes(), body].concat())
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Whether the signature is one of exactly these bytes; computed apart from the client.
    pub fn is_signed_with(&self, key: &str) -> bool {
        let text = base64::engine::general_purpose::STANDARD.encode(&self.body);
        let digest = Md5::digest(format!("{text}{key}"));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.header("sign") == Some(hex.as_str())
    }
}

/// The host. Gone when dropped.
pub struct Host {
    url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Host {
    /// Answers request after request from the script; beyond its end with a 418 that no test
    /// expects.
    pub async fn answering(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let task = tokio::spawn(serve(listener, Arc::clone(&seen), script));
        let url = Url::parse(&format!("http://{address}/")).unwrap();
        Self { url, seen, task }
    }

    pub fn url(&self) -> Url {
        self.url.clone()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request there was.
    pub fn only(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.pop().unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<VecDeque<Reply>>>,
) {
    let (vanish, mut vanished) = tokio::sync::mpsc::channel(1);
    let mut lines = tokio::task::JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted.unwrap(),
            _ = vanished.recv() => break,
        };
        let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
        lines.spawn(line(accepted.0, seen, script, vanish.clone()));
    }
    drop(listener);
    drop(vanished);
    std::future::pending::<()>().await;
}

/// One connection, request after request.
async fn line(
    mut stream: TcpStream,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<VecDeque<Reply>>>,
    vanish: tokio::sync::mpsc::Sender<()>,
) {
    while let Some(request) = read(&mut stream).await {
        seen.lock().unwrap().push(request);
        let reply = script.lock().unwrap().pop_front();
        match reply.unwrap_or(Reply::Json(418, Vec::new())) {
            Reply::Json(status, body) => {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
                );
                let _gone = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            }
            Reply::Raw(bytes) => {
                let _gone = stream.write_all(&bytes).await;
                return;
            }
            Reply::RawAndHang(bytes) => {
                let _gone = stream.write_all(&bytes).await;
                let mut rest = Vec::new();
                let _closed_by_the_caller = stream.read_to_end(&mut rest).await;
                return;
            }
            Reply::Hang => {
                let mut rest = Vec::new();
                let _closed_by_the_caller = stream.read_to_end(&mut rest).await;
                return;
            }
            Reply::Close => return,
            Reply::Vanish => {
                vanish.send(()).await.unwrap();
                // Only when the listener is gone may the caller notice.
                vanish.closed().await;
                return;
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut seen = Seen {
        method,
        target,
        headers,
        body: bytes[end + 4..].to_vec(),
    };
    let length = seen
        .header("content-length")
        .map_or(0, |it| it.parse().unwrap());
    while seen.body.len() < length {
        if stream.read_buf(&mut seen.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(seen)
}
