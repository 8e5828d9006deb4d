//! A pooler in transaction mode that keeps each client's prepared statements apart, as PgBouncer
//! does from 1.21 on: it gives them names of its own and prepares them again where they are
//! missing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::services::must_be_named;

/// Which server a transaction gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandsOut {
    /// The one that was used last, as PgBouncer does unless told otherwise.
    Newest,
    /// Each in turn, so that a client rarely meets the same one twice.
    InTurn,
}

/// The pooler; ends with the runtime it was started on.
pub struct TrackingPooler {
    url: String,
    switches: Arc<AtomicU64>,
}

/// A connection to the server, and the statements that are prepared on it.
struct Server {
    stream: TcpStream,
    number: usize,
    prepared: HashSet<String>,
}

struct Shared {
    servers: Mutex<VecDeque<Server>>,
    free: tokio::sync::Semaphore,
    hands_out: HandsOut,
    names: AtomicU64,
    switches: Arc<AtomicU64>,
}

impl Shared {
    async fn give_back(&self, server: Server) {
        let mut servers = self.servers.lock().await;
        match self.hands_out {
            HandsOut::Newest => servers.push_front(server),
            HandsOut::InTurn => servers.push_back(server),
        }
    }
}

impl TrackingPooler {
    /// Starts one with so many servers in front of the database that the URL names.
    pub async fn before(url: &str, servers: usize, hands_out: HandsOut) -> Self {
        must_be_named("postgres");
        let target = url::Url::parse(url).expect("a URL");
        let mut pool = VecDeque::new();
        for number in 0..servers {
            pool.push_back(log_in(&target, number).await);
        }
        let switches = Arc::new(AtomicU64::new(0));
        let shared = Arc::new(Shared {
            servers: Mutex::new(pool),
            free: tokio::sync::Semaphore::new(servers),
            hands_out,
            names: AtomicU64::new(0),
            switches: Arc::clone(&switches),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                // A client that goes away ends its own connection and nothing else.
                tokio::spawn(async move { serve(client, &shared).await.ok() });
            }
        });
        let mut through = target.clone();
        through.set_port(Some(port)).expect("it has a host");
        through.set_host(Some("127.0.0.1")).expect("an address");
        Self {
            url: through.to_string(),
            switches,
        }
    }

    /// How to reach the database through it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often a client met another server than the time before.
    pub fn switches(&self) -> u64 {
        self.switches.load(Ordering::Relaxed)
    }
}

/// A message: its kind and its body.
struct Message {
    kind: u8,
    body: Vec<u8>,
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Message> {
    let kind = stream.read_u8().await?;
    let length = stream.read_u32().await?;
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    stream.read_exact(&mut body).await?;
    Ok(Message { kind, body })
}

async fn write(stream: &mut TcpStream, kind: u8, body: &[u8]) -> std::io::Result<()> {
    let mut bytes = vec![kind];
    bytes.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    bytes.extend(body);
    stream.write_all(&bytes).await
}

/// Logs in as the pooler: the test's server asks for the password in the clear.
async fn log_in(target: &url::Url, number: usize) -> Server {
    let address = (
        target.host_str().expect("a host"),
        target.port().expect("a port"),
    );
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server listens");
    stream.set_nodelay(true).expect("a socket");
    let database = target.path().trim_start_matches('/');
    let mut startup = 196_608_u32.to_be_bytes().to_vec();
    for word in ["user", target.username(), "database", database, ""] {
        startup.extend(word.as_bytes());
        startup.push(0);
    }
    let length = u32::try_from(startup.len() + 4).unwrap().to_be_bytes();
    stream.write_all(&length).await.unwrap();
    stream.write_all(&startup).await.unwrap();
    loop {
        let message = read(&mut stream).await.expect("the server answers");
        match (message.kind, message.body.get(..4)) {
            (b'R', Some([0, 0, 0, 3])) => {
                let mut password = target.password().expect("a password").as_bytes().to_vec();
                password.push(0);
                write(&mut stream, b'p', &password).await.unwrap();
            }
            (b'Z', _) => break,
            (b'E', _) => panic!("no log-in: {}", String::from_utf8_lossy(&message.body)),
            _ => {}
        }
    }
    Server {
        stream,
        number,
        prepared: HashSet::new(),
    }
}

/// For each statement on its way, whether the client knows nothing of it; one list for each batch
/// that ends with an answer of its own, because a failure skips the rest of a batch.
type Parses = VecDeque<VecDeque<bool>>;

/// What a client has prepared: under which name here, and the rest of its message.
type Statements = HashMap<String, (String, Vec<u8>)>;

async fn serve(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    loop {
        let length = client.read_u32().await?;
        let mut startup = vec![0; usize::try_from(length).unwrap() - 4];
        client.read_exact(&mut startup).await?;
        if startup.starts_with(&80_877_103_u32.to_be_bytes()) {
            client.write_all(b"N").await?;
        } else {
            break;
        }
    }
    write(&mut client, b'R', &[0, 0, 0, 0]).await?;
    for (name, value) in [
        ("server_version", "15.0"),
        ("client_encoding", "UTF8"),
        ("TimeZone", "UTC"),
    ] {
        write(&mut client, b'S', format!("{name}\0{value}\0").as_bytes()).await?;
    }
    write(&mut client, b'K', &[0; 8]).await?;
    write(&mut client, b'Z', b"I").await?;
    let mut statements = Statements::new();
    let mut met = None;
    loop {
        let first = read(&mut client).await?;
        if first.kind == b'X' {
            return Ok(());
        }
        let _permit = shared.free.acquire().await.expect("it is never closed");
        let mut server = shared
            .servers
            .lock()
            .await
            .pop_front()
            .expect("one is free");
        if met
            .replace(server.number)
            .is_some_and(|before| before != server.number)
        {
            shared.switches.fetch_add(1, Ordering::Relaxed);
        }
        let done = transaction(&mut client, &mut server, first, &mut statements, shared).await;
        if done.is_ok() {
            shared.give_back(server).await;
        } else {
            // What a client left in the middle is rolled back before anybody else gets the server.
            write(&mut server.stream, b'Q', b"ROLLBACK\0").await?;
            while read(&mut server.stream).await?.kind != b'Z' {}
            shared.give_back(server).await;
            return done;
        }
    }
}

/// Passes messages on in both directions until no transaction is open any more.
async fn transaction(
    client: &mut TcpStream,
    server: &mut Server,
    first: Message,
    statements: &mut Statements,
    shared: &Shared,
) -> std::io::Result<()> {
    let mut parses = Parses::from([VecDeque::new()]);
    let mut unanswered = 0_u32;
    // A client may begin its next batch before it has read the last answer: once a part of it was
    // passed on, the rest belongs to the same server.
    let mut begun = false;
    let mut next = Some(first);
    loop {
        if let Some(message) = next.take() {
            let ends_a_batch = matches!(message.kind, b'S' | b'Q');
            pass(server, message, statements, &mut parses, shared).await?;
            begun = !ends_a_batch;
            if ends_a_batch {
                unanswered += 1;
                parses.push_back(VecDeque::new());
            }
        }
        // A read that is not finished must not be given up, so only a look is.
        let (mut answer_comes, mut more_comes) = ([0], [0]);
        tokio::select! {
            ready = server.stream.peek(&mut answer_comes) => {
                ready?;
                let answer = read(&mut server.stream).await?;
                let batch = parses.front_mut().expect("there is always one");
                let hidden = answer.kind == b'1' && batch.pop_front().unwrap_or(false);
                if answer.kind == b'Z' {
                    parses.pop_front();
                    unanswered -= 1;
                }
                if !hidden {
                    write(client, answer.kind, &answer.body).await?;
                }
                if answer.kind == b'Z' && answer.body == b"I" && unanswered == 0 && !begun {
                    return Ok(());
                }
            }
            ready = client.peek(&mut more_comes) => {
                ready?;
                let message = read(client).await?;
                if message.kind == b'X' {
                    return Err(std::io::ErrorKind::ConnectionAborted.into());
                }
                next = Some(message);
            }
        }
    }
}

/// Sends a client's message to the server, with the pooler's own names of statements.
async fn pass(
    server: &mut Server,
    message: Message,
    statements: &mut Statements,
    parses: &mut Parses,
    shared: &Shared,
) -> std::io::Result<()> {
    let Message { kind, mut body } = message;
    match kind {
        b'P' => {
            let (name, rest) = text_of(&body);
            let rest = rest.to_vec();
            let mut ours = String::new();
            if !name.is_empty() {
                let number = shared.names.fetch_add(1, Ordering::Relaxed);
                ours = format!("POOLER_{number}");
                statements.insert(name, (ours.clone(), rest.clone()));
                server.prepared.insert(ours.clone());
            }
            parses
                .back_mut()
                .expect("there is always one")
                .push_back(false);
            body = named(&ours, &rest);
        }
        b'B' => {
            let (portal, rest) = text_of(&body);
            let (name, rest) = text_of(rest);
            let rest = rest.to_vec();
            let ours = known(server, &name, statements, parses).await?;
            body = named(&portal, &named(&ours, &rest));
        }
        b'D' | b'C' if body.first() == Some(&b'S') => {
            let (name, _) = text_of(&body[1..]);
            let ours = known(server, &name, statements, parses).await?;
            if kind == b'C' {
                server.prepared.remove(&ours);
            }
            body = named("S", &[]);
            body.pop();
            body.extend(named(&ours, &[]));
        }
        _ => {}
    }
    write(&mut server.stream, kind, &body).await
}

/// The pooler's name of a client's statement, which is prepared here if it was not yet.
async fn known(
    server: &mut Server,
    name: &str,
    statements: &Statements,
    parses: &mut Parses,
) -> std::io::Result<String> {
    let Some((ours, rest)) = statements.get(name) else {
        return Ok(name.to_owned());
    };
    if server.prepared.insert(ours.clone()) {
        write(&mut server.stream, b'P', &named(ours, rest)).await?;
        parses
            .back_mut()
            .expect("there is always one")
            .push_back(true);
    }
    Ok(ours.clone())
}

fn text_of(body: &[u8]) -> (String, &[u8]) {
    let end = body
        .iter()
        .position(|byte| *byte == 0)
        .expect("texts end with a zero");
    (
        String::from_utf8_lossy(&body[..end]).into_owned(),
        &body[end + 1..],
    )
}

fn named(name: &str, rest: &[u8]) -> Vec<u8> {
    let mut body = name.as_bytes().to_vec();
    body.push(0);
    body.extend(rest);
    body
}
