//! A server of mail: says nothing in the clear but the way to TLS, and takes letters from whoever knows
//! the password.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Inbox, PASSWORD};

/// Where letters arrive.
#[derive(Clone)]
pub(super) struct Office {
    tls: TlsAcceptor,
    arrived: Inbox,
    in_the_clear: Arc<Mutex<BTreeSet<String>>>,
}

impl Office {
    /// One that shows a certificate of the name that stands in the routes of the tree.
    pub(super) fn with_a_certificate(folder: &Path, arrived: Inbox) -> Self {
        let (key, cert) = (folder.join("key.pem"), folder.join("cert.pem"));
        let named = "subjectAltName=DNS:smtp.shop.example";
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes"])
            .args(["-days", "1", "-subj", "/CN=mail", "-addext", named])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&cert)
            .output()
            .expect("openssl is there");
        assert!(made.status.success(), "{made:?}");
        let cert = CertificateDer::from_pem_file(&cert).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(&key).expect("a key");
        let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert], key)
            .expect("they belong together");
        Self {
            tls: TlsAcceptor::from(Arc::new(tls)),
            arrived,
            in_the_clear: Arc::default(),
        }
    }

    /// Takes mail (RFC 5321, RFC 3207, RFC 4954).
    pub(super) async fn opens(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let office = self.clone();
            tokio::spawn(async move {
                // A sender that goes away is heard no more.
                let _gone = office.receives(stream).await;
            });
        }
    }

    /// The verbs that anybody on the way could have read.
    pub(super) fn heard_in_the_clear(&self) -> Vec<String> {
        let heard = self.in_the_clear.lock().expect("nobody panicked");
        heard.iter().cloned().collect()
    }

    fn note(&self, verb: String) {
        let mut heard = self.in_the_clear.lock().expect("nobody panicked");
        heard.insert(verb);
    }

    async fn receives(self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 mail.example\r\n").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.split_whitespace().next().unwrap_or_default();
            let verb = verb.to_ascii_uppercase();
            let (answer, encrypted) = match verb.as_str() {
                "EHLO" => ("250-mail.example\r\n250 STARTTLS\r\n", false),
                "STARTTLS" => ("220 go on\r\n", true),
                _ => ("530 first STARTTLS\r\n", false),
            };
            stream.write_all(answer.as_bytes()).await?;
            self.note(verb);
            if encrypted {
                assert!(stream.buffer().is_empty(), "said before it was encrypted");
                let stream = self.tls.accept(stream.into_inner()).await?;
                return letter(BufReader::new(stream), &self.arrived).await;
            }
        }
    }
}

async fn letter(
    mut stream: BufReader<impl AsyncRead + AsyncWrite + Unpin>,
    arrived: &Inbox,
) -> std::io::Result<()> {
    let (mut known, mut envelope) = (false, String::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.to_ascii_uppercase();
        let answer = if verb.starts_with("EHLO") {
            "250-mail.example\r\n250 AUTH PLAIN\r\n"
        } else if let Some(shown) = line.strip_prefix("AUTH PLAIN ") {
            let shown = base64::prelude::BASE64_STANDARD.decode(shown.trim());
            let expected = format!("\0starkeeper@shop.example\0{PASSWORD}");
            known = shown.is_ok_and(|shown| shown == expected.as_bytes());
            if known {
                "235 welcome\r\n"
            } else {
                "535 wrong\r\n"
            }
        } else if !known {
            "530 who are you?\r\n"
        } else if verb.starts_with("DATA") {
            stream.write_all(b"354 go on\r\n").await?;
            stream.flush().await?;
            let mut text = std::mem::take(&mut envelope);
            loop {
                let mut line = String::new();
                let read = stream.read_line(&mut line).await?;
                if read == 0 || line == ".\r\n" {
                    break;
                }
                text.push_str(&line);
            }
            arrived.put(text);
            "250 taken\r\n"
        } else if verb.starts_with("QUIT") {
            "221 bye\r\n"
        } else {
            envelope.push_str(&line);
            "250 ok\r\n"
        };
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
    }
}
