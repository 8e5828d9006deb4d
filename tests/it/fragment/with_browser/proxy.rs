//! An operator's own way out, with a password.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use starkeeper::fragment::Proxy;
use starkeeper_actors::ports::market::SlotKind;
use starkeeper_actors::ports::{Browsers, Failure, Market};
use starkeeper_actors::testing::contract::run;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::house::House;

/// `masha` with the password `p@ss`, in base64.
const KNOWN: &str = "proxy-authorization: basic bwfzage6cebzcw==";

/// A proxy for plain requests that lets nobody in without the password; how often it did either.
struct Guarded {
    port: u16,
    let_in: Arc<AtomicUsize>,
    turned_away: Arc<AtomicUsize>,
}

async fn guarded() -> Guarded {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (let_in, turned_away) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (Arc::clone(&let_in), Arc::clone(&turned_away));
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let (let_in, turned_away) = counts.clone();
            tokio::spawn(async move { serve(client, &let_in, &turned_away).await });
        }
    });
    Guarded {
        port,
        let_in,
        turned_away,
    }
}

async fn serve(
    mut client: TcpStream,
    let_in: &AtomicUsize,
    turned_away: &AtomicUsize,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        if client.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    if !text.to_lowercase().contains(KNOWN) {
        turned_away.fetch_add(1, Ordering::SeqCst);
        let no = b"HTTP/1.1 407 Proxy Authentication Required\r\n\
                   Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        client.write_all(no).await.ok()?;
        return None;
    }
    let_in.fetch_add(1, Ordering::SeqCst);
    // GET http://host:port/path HTTP/1.1
    let address = text.split("http://").nth(1)?.split(['/', ' ']).next()?;
    let mut site = TcpStream::connect(address).await.ok()?;
    let plain = text.replacen(&format!("http://{address}"), "", 1);
    site.write_all(plain.as_bytes()).await.ok()?;
    copy_bidirectional(&mut client, &mut site).await.ok()?;
    Some(())
}

#[test]
fn a_proxy_with_a_password_is_the_only_way_out() {
    run(async {
        let house = House::open().await;
        let proxy = guarded().await;
        let through = format!("http://masha:p%40ss@127.0.0.1:{}", proxy.port);
        let through = Proxy::parse(&through).unwrap();
        let fragment = house.another(|browsers| browsers.proxy = Some(through));
        let slot = house.name(super::house::TILL);
        fragment.open(slot.browser, slot.kind).await.unwrap();
        let before = proxy.let_in.load(Ordering::SeqCst);
        assert!(before > 0, "the first page did not come through the proxy");
        let look = fragment.look(slot).await.unwrap();
        assert_eq!(look.proven, Some(house.wallet));
        assert!(proxy.let_in.load(Ordering::SeqCst) > before);
        assert_eq!(proxy.turned_away.load(Ordering::SeqCst), 0);
        let command = super::house::processes_of(&house.browsers());
        assert!(
            command
                .iter()
                .all(|(_, line)| !line.contains("p@ss") && !line.contains("p%40ss"))
        );
        fragment.close_all().await;
    });
}

#[test]
fn a_wrong_password_leads_nowhere_and_not_past_the_proxy() {
    run(async {
        let house = House::open().await;
        let proxy = guarded().await;
        let through = format!("http://masha:wrong@127.0.0.1:{}", proxy.port);
        let through = Proxy::parse(&through).unwrap();
        let fragment = house.another(|browsers| browsers.proxy = Some(through));
        let slot = house.name(SlotKind::Anonymous);
        // Opening shows the first page: either it fails there, or at the first call.
        if fragment.open(slot.browser, slot.kind).await.is_ok() {
            let failed = fragment.look(slot).await.unwrap_err();
            assert!(
                matches!(failed, Failure::NotDone { .. } | Failure::Unknown { .. }),
                "{failed:?}"
            );
        }
        assert_eq!(proxy.let_in.load(Ordering::SeqCst), 0);
        assert!(proxy.turned_away.load(Ordering::SeqCst) > 0);
        fragment.close_all().await;
    });
}

/// A SOCKS5 proxy that lets nobody in without the password; how often it let somebody in.
async fn socks() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let let_in = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&let_in);
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let let_in = Arc::clone(&counted);
            tokio::spawn(async move { serve_socks(client, &let_in).await });
        }
    });
    (port, let_in)
}

async fn serve_socks(mut client: TcpStream, let_in: &AtomicUsize) -> Option<()> {
    let mut greeting = [0_u8; 2];
    client.read_exact(&mut greeting).await.ok()?;
    let mut methods = vec![0_u8; greeting[1].into()];
    client.read_exact(&mut methods).await.ok()?;
    if !methods.contains(&2) {
        client.write_all(&[5, 0xff]).await.ok()?;
        return None;
    }
    client.write_all(&[5, 2]).await.ok()?;
    let known = b"\x01\x05masha\x04p@ss";
    let mut said = vec![0_u8; known.len()];
    client.read_exact(&mut said).await.ok()?;
    if said != known {
        client.write_all(&[1, 1]).await.ok()?;
        return None;
    }
    client.write_all(&[1, 0]).await.ok()?;
    // Version, connect, nothing, a name: browsers leave its meaning to the proxy.
    let mut wish = [0_u8; 5];
    client.read_exact(&mut wish).await.ok()?;
    assert_eq!(wish[..4], [5, 1, 0, 3], "{wish:?}");
    let mut name = vec![0_u8; wish[4].into()];
    client.read_exact(&mut name).await.ok()?;
    let port = client.read_u16().await.ok()?;
    let_in.fetch_add(1, Ordering::SeqCst);
    let name = String::from_utf8(name).ok()?;
    let mut site = TcpStream::connect((name.as_str(), port)).await.ok()?;
    client
        .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .ok()?;
    copy_bidirectional(&mut client, &mut site).await.ok()?;
    Some(())
}

#[test]
fn a_socks_proxy_hears_our_password_and_not_from_the_browser() {
    run(async {
        let house = House::open().await;
        let (port, let_in) = socks().await;
        let through = Proxy::parse(&format!("socks5://masha:p%40ss@127.0.0.1:{port}")).unwrap();
        let fragment = house.another(|browsers| browsers.proxy = Some(through));
        let slot = house.name(super::house::TILL);
        fragment.open(slot.browser, slot.kind).await.unwrap();
        let look = fragment.look(slot).await.unwrap();
        assert_eq!(look.proven, Some(house.wallet));
        assert!(let_in.load(Ordering::SeqCst) > 0);
        fragment.close_all().await;
    });
}
