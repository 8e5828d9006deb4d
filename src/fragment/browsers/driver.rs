//! A `chromedriver` of our own: started in a process group of its own, watched, and ended with
//! everything it has started. A daemon that dies without a word takes it along: the group holds the
//! end of a pipe, and ends itself when nobody holds the other.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::processes;
use crate::fragment::tab::Lost;

/// A driver says its port within a tenth of a second; a busy machine may take longer.
const START: Duration = Duration::from_secs(10);
/// How long killed processes may take to go.
const GOING: Duration = Duration::from_secs(3);
/// Between two looks whether they have gone.
const LOOK: Duration = Duration::from_millis(10);
/// The file that names the group for a later life.
const GROUP: &str = "group";
/// Sockets in a folder with a longer name cannot be opened (108 bytes with their own names).
const LONGEST_TEMPORARY: usize = 60;
/// What a driver and its browser are told of the daemon's environment. By the last `./x` ends what a
/// killed test has left behind.
const KEPT: [&str; 5] = [
    "PATH",
    "TZ",
    "FONTCONFIG_PATH",
    "LD_LIBRARY_PATH",
    "STARKEEPER_TEST_RUN",
];
/// What a driver says before its port.
const SAYS_PORT: &str = "started successfully on port ";
/// Leads the group: the driver is its child, and when its input ends (nobody ever writes to it), it
/// ends the whole group.
const LEADER: &str = r#"
exec 3<&0 </dev/null
{ read -r _ <&3; kill -s KILL 0; } >/dev/null 2>&1 &
"$@" 3<&-
"#;
/// How a shell ends when there is no such program, and when it is none that can be run.
const NO_PROGRAM: i32 = 127;
const NOT_RUNNABLE: i32 = 126;

/// A driver that runs, or has run.
#[derive(Debug)]
pub(super) struct Driver {
    port: u16,
    group: i32,
    watch: tokio::task::JoinHandle<()>,
}

impl Driver {
    /// Starts one that keeps everything of its own in the folder.
    pub(super) async fn start(program: &Path, folder: &Path) -> Result<Self, Lost> {
        super::made(folder).await?;
        let mut child = command(program, folder)
            .spawn()
            .map_err(|why| Lost::new(format!("a shell cannot be started: {}", why.kind())))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        let group = group.ok_or_else(|| Lost::new("chromedriver ended at once"))?;
        // From here on whatever happens ends the group.
        let guard = Group {
            group,
            _held: child.stdin.take(),
        };
        let lines = child.stdout.take().map(|out| BufReader::new(out).lines());
        let mut lines = lines.ok_or_else(|| Lost::new("chromedriver says nothing"))?;
        if let Some(leader) = processes::one(group) {
            let named = format!("{group} {}", leader.started);
            let kept = tokio::fs::write(folder.join(GROUP), named).await;
            kept.map_err(|why| Lost::new(format!("a browser's folder: {}", why.kind())))?;
        }
        let port = match tokio::time::timeout(START, port(&mut lines)).await {
            Ok(Some(port)) => port,
            Ok(None) => return Err(ended(program, &mut child).await),
            Err(_) => return Err(Lost::new("chromedriver does not say its port")),
        };
        let watch = tokio::spawn(watch(child, lines, guard));
        Ok(Self { port, group, watch })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) const fn group(&self) -> i32 {
        self.group
    }

    /// Ends it and everything it has started, and waits until they are gone.
    pub(super) async fn end(&self) {
        if !self.watch.is_finished() {
            processes::kill_group(self.group);
        }
        gone(self.group).await;
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Once its leader was taken leave of, the number may be somebody else's.
        if !self.watch.is_finished() {
            processes::kill_group(self.group);
        }
    }
}

/// Ends the group with this value, or with the daemon.
struct Group {
    group: i32,
    /// Closed by the system when the daemon dies.
    _held: Option<ChildStdin>,
}

impl Drop for Group {
    fn drop(&mut self) {
        processes::kill_group(self.group);
    }
}

/// A driver must not inherit what the daemon knows: its environment holds every secret.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", LEADER, "starkeeper-browser"])
        .arg(program)
        .args(["--port=0", "--log-level=SEVERE", "--allowed-ips=127.0.0.1"])
        .env_clear()
        .env("HOME", folder)
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    for kept in KEPT {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    if folder.as_os_str().len() <= LONGEST_TEMPORARY {
        command.env("TMPDIR", folder);
    }
    command
}

/// Why a driver ended before it said its port.
async fn ended(program: &Path, child: &mut Child) -> Lost {
    let shown = program.display();
    let code = match tokio::time::timeout(GOING, child.wait()).await {
        Ok(Ok(status)) => status.code(),
        Ok(Err(_)) | Err(_) => None,
    };
    Lost::new(match code {
        Some(NO_PROGRAM) => format!(
            "{shown} is not there; expected the driver of Chromium, on Debian in the package \
             chromium-driver"
        ),
        Some(NOT_RUNNABLE) => format!("{shown} cannot be started: it is no program for this user"),
        Some(_) | None => format!("{shown} ended before it said its port"),
    })
}

/// The port, unless the driver ends before it says one.
async fn port(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<u16> {
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((_, port)) = line.split_once(SAYS_PORT) {
            return port.trim().trim_end_matches('.').parse().ok();
        }
    }
    None
}

/// Waits until the driver ends, by itself or by us, and ends what it leaves behind.
async fn watch(mut child: Child, mut lines: Lines<BufReader<ChildStdout>>, guard: Group) {
    let drained = async {
        // Nobody reads it, and a full pipe would stop the driver.
        while let Ok(Some(_)) = lines.next_line().await {}
    };
    let (ended, ()) = tokio::join!(
        async {
            let ended = child.wait().await;
            drop(guard);
            ended
        },
        drained
    );
    match ended {
        Ok(status) => tracing::debug!("a chromedriver ended: {status}"),
        Err(why) => tracing::warn!("a chromedriver was lost: {why}"),
    }
}

/// Ends what an earlier life, or an opening that was given up, left of a folder's browser.
pub(super) async fn end_leftovers(folder: &Path) {
    if let Ok(named) = tokio::fs::read_to_string(folder.join(GROUP)).await
        && let Some((group, started)) = named.split_once(' ')
        && let (Ok(group), Ok(started)) = (group.parse::<i32>(), started.parse::<u64>())
        && processes::one(group).is_some_and(|leader| leader.started == started)
    {
        processes::kill_group(group);
        gone(group).await;
    }
    // A browser whose driver is gone already is known by the folder of its profile.
    let mut waited = Duration::ZERO;
    loop {
        let there = of_folder(folder).await;
        if there.is_empty() || waited > GOING {
            break;
        }
        for process in there {
            processes::kill(process);
        }
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
    }
}

async fn of_folder(folder: &Path) -> Vec<processes::Process> {
    let folder = folder.to_owned();
    let there = tokio::task::spawn_blocking(move || processes::in_folder(&folder));
    there.await.unwrap_or_default()
}

/// Waits until a group is empty.
async fn gone(group: i32) {
    let mut waited = Duration::ZERO;
    while waited < GOING {
        let there = tokio::task::spawn_blocking(move || processes::in_group(group));
        if there.await.unwrap_or_default().is_empty() {
            return;
        }
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
    }
    tracing::warn!("a browser's processes take their time to end");
}
