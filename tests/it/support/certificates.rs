//! Certificates for servers of a test, made by openssl for the length of the test.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::services::run;

/// An authority of the test's own.
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// A new one.
    pub fn create() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = Self { folder };
        openssl(
            &authority,
            &[
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ],
            &[
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=test authority",
                "-keyout",
                "ca.key",
            ],
            &[
                "-out",
                "ca.pem",
                "-addext",
                "basicConstraints=critical,CA:TRUE",
            ],
        );
        authority
    }

    /// Its certificate, as a PEM file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Certificate and key of a server, for names such as `DNS:localhost` or `IP:127.0.0.1`.
    pub fn issue(&self, names: &str) -> (Vec<u8>, Vec<u8>) {
        let extension = format!("subjectAltName={names}\nextendedKeyUsage=serverAuth\n");
        std::fs::write(self.folder.path().join("names"), extension).expect("a file");
        openssl(
            self,
            &[
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ],
            &["-subj", "/CN=test server", "-keyout", "server.key"],
            &["-out", "server.csr"],
        );
        openssl(
            self,
            &[
                "x509",
                "-req",
                "-in",
                "server.csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
            ],
            &["-CAcreateserial", "-days", "2", "-extfile", "names"],
            &["-out", "server.pem"],
        );
        let read = |name: &str| std::fs::read(self.folder.path().join(name)).expect("it was made");
        (read("server.pem"), read("server.key"))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn openssl(authority: &Authority, first: &[&str], second: &[&str], third: &[&str]) {
    let mut command = Command::new("openssl");
    command
        .current_dir(authority.path())
        .args(first)
        .args(second)
        .args(third);
    run(&mut command);
}
