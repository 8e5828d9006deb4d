//! Redis of a test's own: one node, or a cluster of six, which it may stop, kill and start again.

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use super::ports::block;
use super::process::Running;
use super::services::{command, folder, given, must_be_named, run};
use super::wait::eventually_blocking;

/// Of every server here.
pub const PASSWORD: &str = "a-password-of-the-tests";

/// The server that `./x` has started, which all tests share: keys need names of their own.
pub fn shared() -> String {
    must_be_named("redis");
    given("STARKEEPER_TEST_REDIS")
}

/// One server.
pub struct OwnRedis {
    folder: TempDir,
    port: u16,
    lines: Vec<String>,
    server: Option<Running>,
}

impl OwnRedis {
    /// Starts one that keeps nothing on disk.
    pub fn start() -> Self {
        must_be_named("redis");
        let mut node = Self::at(block(), &[]);
        node.resume();
        node
    }

    fn at(port: u16, lines: &[String]) -> Self {
        Self {
            folder: folder("redis"),
            port,
            lines: lines.to_vec(),
            server: None,
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    /// Starts it, anew on its old port.
    pub fn resume(&mut self) {
        assert!(self.server.is_none(), "the server runs already");
        let mut redis = command("redis-server");
        redis
            .args(["--bind", "127.0.0.1", "--save", ""])
            .args(["--port", &self.port.to_string()])
            .args(["--requirepass", PASSWORD, "--masterauth", PASSWORD])
            .arg("--dir")
            .arg(self.folder.path())
            // By this file `./x` ends what a killed test has left behind.
            .arg("--pidfile")
            .arg(self.folder.path().join("redis.pid"))
            .args(&self.lines);
        let log = self.folder.path().join("log");
        let server = Running::start_printing_to("the test's own Redis", redis, &log);
        self.server = Some(server);
        eventually_blocking("the server answers", || {
            match self.cli(&["PING"]).as_str() {
                "PONG" => Ok(()),
                other => Err(other.to_owned()),
            }
        });
    }

    /// Asks it as an operator would.
    pub fn cli(&self, words: &[&str]) -> String {
        let answer = cli(self.port, words).output().expect("redis-cli starts");
        let told = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        match told.is_empty() {
            true => String::from_utf8_lossy(&answer.stderr).trim().to_owned(),
            false => told,
        }
    }

    /// Ends it at once; what it held is gone.
    pub fn kill(&mut self) {
        self.server.take().expect("the server runs").kill();
    }

    /// Lets it take connections and answer nothing, as a host does that hangs.
    pub fn freeze(&self) {
        self.server
            .as_ref()
            .expect("the server runs")
            .signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.server
            .as_ref()
            .expect("the server runs")
            .signal("CONT");
    }
}

fn cli(port: u16, words: &[&str]) -> Command {
    let mut cli = Command::new("redis-cli");
    cli.env("REDISCLI_AUTH", PASSWORD)
        .args(["-p", &port.to_string()])
        .args(words);
    cli
}

/// Three masters and a replica of each. Ended when dropped.
pub struct Cluster {
    nodes: Mutex<Vec<OwnRedis>>,
    ports: Vec<u16>,
}

/// After so long a master counts as dead, in milliseconds.
const NODE_TIMEOUT: &str = "1500";

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

impl Cluster {
    /// The one of all tests that need one at the same time: nothing may be stopped in it.
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = shared.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Self::start());
        *shared = Arc::downgrade(&cluster);
        cluster
    }

    /// Starts one.
    pub fn start() -> Self {
        must_be_named("redis");
        let (ports, buses) = (block(), block());
        let nodes: Vec<OwnRedis> = (0..6)
            .map(|n| {
                let bus = (buses + n).to_string();
                let lines = [
                    "--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    &bus,
                    "--cluster-node-timeout",
                    NODE_TIMEOUT,
                    "--cluster-config-file",
                    "nodes.conf",
                ];
                let lines = lines.map(str::to_owned);
                let mut node = OwnRedis::at(ports + n, &lines);
                node.resume();
                node
            })
            .collect();
        let ports: Vec<u16> = nodes.iter().map(OwnRedis::port).collect();
        let cluster = Self {
            nodes: Mutex::new(nodes),
            ports,
        };
        let mut create = Command::new("redis-cli");
        create
            .env("REDISCLI_AUTH", PASSWORD)
            .args(["--cluster", "create"])
            .args(cluster.places())
            .args(["--cluster-replicas", "1", "--cluster-yes"]);
        run(&mut create);
        cluster.is_well();
        cluster
    }

    /// Its nodes, as `host:port`.
    pub fn places(&self) -> Vec<String> {
        let place = |port: &u16| format!("127.0.0.1:{port}");
        self.ports.iter().map(place).collect()
    }

    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// Waits until every node that runs sees every slot served, and each replica its master.
    pub fn is_well(&self) {
        let nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        eventually_blocking("the cluster is well", || {
            for node in nodes.iter().filter(|node| node.server.is_some()) {
                let info = node.cli(&["CLUSTER", "INFO"]);
                let role = node.cli(&["INFO", "replication"]);
                if !info.contains("cluster_state:ok") || role.contains("master_link_status:down") {
                    return Err(format!("{info}\n{role}"));
                }
            }
            Ok(())
        });
    }

    /// Kills the master that serves a key; answers its number.
    pub fn kill_master_of(&self, key: &str) -> usize {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        // Any other node says who serves it; the one that does, takes it.
        let serves = |node: &OwnRedis| {
            let is_master = node.cli(&["ROLE"]).starts_with("master");
            is_master && !node.cli(&["EXISTS", key]).contains("MOVED")
        };
        let master = nodes.iter().position(serves).expect("somebody serves it");
        nodes[master].kill();
        master
    }

    /// Starts a killed node again.
    pub fn resume(&self, node: usize) {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes[node].resume();
    }

    /// Kills all of them.
    pub fn kill_all(&self) {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.iter_mut().for_each(OwnRedis::kill);
    }

    /// Starts all of them again; they keep who serves what.
    pub fn resume_all(&self) {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.iter_mut().for_each(OwnRedis::resume);
        drop(nodes);
        self.is_well();
    }
}
