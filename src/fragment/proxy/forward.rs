//! The forwarder: listens on loopback, says our name and password to the proxy, and passes on.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Proxy, Speech};

/// The largest head of a request, in bytes: Chrome's have a few hundred.
const LARGEST_HEAD: usize = 32 * 1024;
/// For reaching the proxy and being let in.
const PATIENCE: Duration = Duration::from_secs(15);
/// Connections at once; a browser opens six a host.
const MOST_CONNECTIONS: usize = 256;

/// A forwarder to a proxy. It ends with this value, and every connection through it.
#[derive(Debug)]
pub(in crate::fragment) struct Forwarder {
    at: SocketAddr,
    scheme: &'static str,
    task: tokio::task::JoinHandle<()>,
}

impl Forwarder {
    /// Starts one on a port of the system's choice.
    pub(in crate::fragment) async fn start(proxy: Proxy) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let at = listener.local_addr()?;
        let scheme = proxy.scheme();
        let task = tokio::spawn(serve(listener, Arc::new(proxy)));
        Ok(Self { at, scheme, task })
    }

    /// For Chrome's command line.
    pub(in crate::fragment) fn for_chrome(&self) -> String {
        format!("{}://{}", self.scheme, self.at)
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, proxy: Arc<Proxy>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                match accepted {
                    Ok((client, _)) => {
                        let proxy = Arc::clone(&proxy);
                        connections.spawn(async move {
                            if let Err(why) = pass(client, &proxy).await {
                                // Browsers give up connections all the time.
                                tracing::debug!("a connection through the proxy ended: {why}");
                            }
                        });
                    }
                    Err(why) => {
                        tracing::warn!("a connection to the proxy was not taken: {why}");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn pass(mut client: TcpStream, proxy: &Proxy) -> io::Result<()> {
    let upstream = TcpStream::connect((proxy.host.as_str(), proxy.port));
    let mut upstream = in_time(upstream).await?;
    match proxy.speech {
        Speech::Http | Speech::Https => {
            let (head, rest) = in_time(read_head(&mut client)).await?;
            let head = introduced(&head, proxy.basic().as_deref());
            upstream.write_all(head.as_bytes()).await?;
            upstream.write_all(&rest).await?;
        }
        Speech::Socks5 => in_time(socks5(&mut client, &mut upstream, proxy)).await?,
    }
    copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}

async fn in_time<T>(what: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match tokio::time::timeout(PATIENCE, what).await {
        Ok(done) => done,
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the proxy does not answer",
        )),
    }
}

/// A request's head up to its empty line, and what came behind it.
async fn read_head(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        let end = read.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some((head, rest)) = end.and_then(|end| read.split_at_checked(end)) {
            let head = std::str::from_utf8(head)
                .map_err(|_| io::Error::other("a request's head is not text"))?;
            let rest = rest.get(4..).unwrap_or_default().to_vec();
            return Ok((head.to_owned(), rest));
        }
        if read.len() > LARGEST_HEAD {
            return Err(io::Error::other("a request's head has no end"));
        }
        if client.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The head with our name and password. A tunnel says so once; a plain request is made the only one
/// of its connection, because the next one would come without them.
fn introduced(head: &str, basic: Option<&str>) -> String {
    let mut lines = head.split("\r\n");
    let request = lines.next().unwrap_or_default();
    let is_tunnel = request.starts_with("CONNECT ");
    let mut out = format!("{request}\r\n");
    for line in lines {
        let name = line.split(':').next().unwrap_or_default();
        let ours = ["proxy-authorization", "proxy-connection"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        let closing = !is_tunnel && name.eq_ignore_ascii_case("connection");
        if !ours && !closing {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    if let Some(basic) = basic {
        out.push_str("Proxy-Authorization: ");
        out.push_str(basic);
        out.push_str("\r\n");
    }
    if !is_tunnel {
        out.push_str("Connection: close\r\n");
    }
    out.push_str("\r\n");
    out
}

/// Lets the browser in without a password, and ourselves in with it (RFC 1928 and 1929). What the
/// browser then asks for goes through as it is.
async fn socks5(client: &mut TcpStream, upstream: &mut TcpStream, proxy: &Proxy) -> io::Result<()> {
    let mut greeting = [0_u8; 2];
    client.read_exact(&mut greeting).await?;
    let [version, methods] = greeting;
    if version != 5 {
        return Err(io::Error::other("the browser does not speak SOCKS5"));
    }
    let mut offered = vec![0_u8; usize::from(methods)];
    client.read_exact(&mut offered).await?;
    client.write_all(&[5, 0]).await?;
    let method = if proxy.login.is_some() { 2 } else { 0 };
    upstream.write_all(&[5, 1, method]).await?;
    let mut chosen = [0_u8; 2];
    upstream.read_exact(&mut chosen).await?;
    if chosen != [5, method] {
        return Err(io::Error::other("the proxy takes no name and password"));
    }
    if let Some((name, password)) = &proxy.login {
        let length = |text: &str| u8::try_from(text.len()).map_err(io::Error::other);
        let mut login = vec![1, length(name)?];
        login.extend_from_slice(name.as_bytes());
        login.push(length(password)?);
        login.extend_from_slice(password.as_bytes());
        upstream.write_all(&login).await?;
        let mut answer = [0_u8; 2];
        upstream.read_exact(&mut answer).await?;
        let [_, status] = answer;
        if status != 0 {
            return Err(io::Error::other("the proxy refuses name and password"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_is_introduced_and_a_plain_request_is_the_last_of_its_connection() {
        let tunnel = "CONNECT fragment.com:443 HTTP/1.1\r\nHost: fragment.com:443\r\n\
                      Proxy-Connection: keep-alive\r\nproxy-authorization: Basic old";
        assert_eq!(
            introduced(tunnel, Some("Basic dTpw")),
            "CONNECT fragment.com:443 HTTP/1.1\r\nHost: fragment.com:443\r\n\
             Proxy-Authorization: Basic dTpw\r\n\r\n"
        );
        let plain = "GET http://h/x HTTP/1.1\r\nConnection: keep-alive\r\nCookie: a=b";
        assert_eq!(
            introduced(plain, Some("Basic dTpw")),
            "GET http://h/x HTTP/1.1\r\nCookie: a=b\r\nProxy-Authorization: Basic dTpw\r\n\
             Connection: close\r\n\r\n"
        );
    }
}
