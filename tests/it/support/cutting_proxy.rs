//! A way to PostgreSQL that breaks at a commit: before the server hears of it, or after the server
//! has done it and before the client hears that.

use std::sync::Arc;
use std::sync::Mutex;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Where the way breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears of the commit.
    BeforeTheDeed,
    /// The server has committed, and nobody hears it.
    AfterTheDeed,
}

/// The way; ends with the runtime it was started on.
pub struct CuttingProxy {
    url: String,
    next: Arc<Mutex<Option<Cut>>>,
}

impl CuttingProxy {
    /// Starts one in front of the database that the URL names.
    pub async fn before(url: &str) -> Self {
        let target = url::Url::parse(url).expect("a URL");
        let server = format!(
            "{}:{}",
            target.host_str().expect("a host"),
            target.port().expect("a port")
        );
        let next = Arc::new(Mutex::new(None));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let armed = Arc::clone(&next);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, armed) = (server.clone(), Arc::clone(&armed));
                // A connection that breaks is what this is for.
                tokio::spawn(async move { serve(client, &server, &armed).await.ok() });
            }
        });
        let mut through = target.clone();
        through.set_port(Some(port)).expect("it has a host");
        through.set_host(Some("127.0.0.1")).expect("an address");
        Self {
            url: through.to_string(),
            next,
        }
    }

    /// How to reach the database through it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next commit on any connection that wrote something is cut off there.
    pub fn cut_next_commit(&self, there: Cut) {
        *self.next.lock().unwrap() = Some(there);
    }

    /// Whether the cut that was asked for has been made.
    pub fn has_cut(&self) -> bool {
        self.next.lock().unwrap().is_none()
    }
}

/// A message: its kind and its body.
struct Message {
    kind: u8,
    body: Vec<u8>,
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Message> {
    let kind = stream.read_u8().await?;
    let body = read_body(stream).await?;
    Ok(Message { kind, body })
}

async fn read_body(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), message: &Message) -> std::io::Result<()> {
    let mut bytes = vec![message.kind];
    bytes.extend(u32::try_from(message.body.len() + 4).unwrap().to_be_bytes());
    bytes.extend(&message.body);
    stream.write_all(&bytes).await
}

const ASKS_FOR_TLS: u32 = 80_877_103;

async fn serve(
    mut client: TcpStream,
    server: &str,
    armed: &Mutex<Option<Cut>>,
) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let startup = loop {
        let body = read_body(&mut client).await?;
        if !body.starts_with(&ASKS_FOR_TLS.to_be_bytes()) {
            break body;
        }
        client.write_all(b"N").await?;
    };
    let length = u32::try_from(startup.len() + 4).unwrap();
    server.write_all(&length.to_be_bytes()).await?;
    server.write_all(&startup).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let deed_seen = tokio::sync::Notify::new();
    let muted = std::sync::atomic::AtomicBool::new(false);
    let up = async {
        // A reading ends with a commit too, and may do so after it was answered.
        let mut only_reads = false;
        loop {
            let message = read(&mut from_client).await?;
            if message.kind == b'Q' && message.body.starts_with(b"BEGIN") {
                let words = String::from_utf8_lossy(&message.body);
                only_reads = words.contains("READ ONLY");
            }
            let commits = message.kind == b'Q' && message.body == b"COMMIT\0";
            let cut = (commits && !only_reads)
                .then(|| armed.lock().unwrap().take())
                .flatten();
            match cut {
                None => write(&mut to_server, &message).await?,
                Some(Cut::BeforeTheDeed) => break,
                Some(Cut::AfterTheDeed) => {
                    muted.store(true, std::sync::atomic::Ordering::SeqCst);
                    write(&mut to_server, &message).await?;
                    deed_seen.notified().await;
                    break;
                }
            }
        }
        std::io::Result::Ok(())
    };
    let down = async {
        loop {
            let message = read(&mut from_server).await?;
            if !muted.load(std::sync::atomic::Ordering::SeqCst) {
                write(&mut to_client, &message).await?;
            } else if message.kind == b'C' && message.body == b"COMMIT\0" {
                deed_seen.notify_one();
            }
        }
    };
    // Whichever side ends first ends both.
    tokio::select! {
        ended = up => ended,
        ended = down => ended,
    }
}
