//! Keeps the daemon: starts it, follows its log, starts it again when it dies, and ends it.
//!
//! The daemon has a process group of its own, so that a Ctrl-C in the terminal reaches the keeper
//! alone, which ends everything in order.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::journal;
use super::processes::{end_all, terminate};
use super::stage::{Daemon, Side, Tone};
use crate::world::{World, hold};

/// Before the next start: long enough to be seen on the page.
const PAUSE: Duration = Duration::from_millis(400);

/// Starts that never became ready before it is given up.
const VAIN_STARTS: u32 = 3;

/// For the daemon to end in order.
const ENDING: Duration = Duration::from_secs(20);

/// Lines of the daemon's complaints that are kept.
const COMPLAINTS: usize = 20;

/// A wrong setting (`EX_CONFIG`), and books that live on elsewhere: another start changes nothing.
const EXIT_CONFIG: i32 = 78;

/// What is kept.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) world: Arc<World>,
    /// The daemon's program.
    pub(super) program: PathBuf,
    /// Everything of its environment.
    pub(super) settings: Vec<(String, String)>,
    /// Where it runs.
    pub(super) folder: PathBuf,
    /// The mark of all its processes.
    pub(super) mark: String,
}

/// Why it is kept no longer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    #[error("{program} does not start: {why}: build it with ./x demo, or name it with --daemon")]
    Unstartable {
        program: String,
        why: std::io::Error,
    },
    #[error("the daemon ended ({status}) and was never ready:\n{said}")]
    NeverReady { status: ExitStatus, said: String },
    #[error(
        "{0} processes of the demo cannot be ended: look for STARKEEPER_DEMO in their environment"
    )]
    LeftBehind(usize),
}

impl Keeper {
    /// Keeps it until `stop` says true, and then ends it with everything it has started.
    pub(super) async fn keep(&self, mut stop: watch::Receiver<bool>) -> Result<(), NotKept> {
        let kept = self.keep_alive(&mut stop).await;
        self.world.stage.change(|state| {
            state.daemon = Daemon::Absent;
            state.process = None;
        });
        let left = end_all(&self.mark).await;
        kept?;
        match left {
            0 => Ok(()),
            some => Err(NotKept::LeftBehind(some)),
        }
    }

    async fn keep_alive(&self, stop: &mut watch::Receiver<bool>) -> Result<(), NotKept> {
        let mut in_vain = 0;
        let mut has_died = false;
        loop {
            let complaints = Complaints::default();
            let mut child = self.start(&complaints)?;
            let begun = Instant::now();
            let mut was_ready = false;
            let ended = loop {
                tokio::select! {
                    ended = child.wait() => break ended,
                    () = self.ready(), if !was_ready => {
                        was_ready = true;
                        in_vain = 0;
                        self.is_back(has_died, begun.elapsed());
                    }
                    _changed = stop.wait_for(|stop| *stop) => {
                        end(&mut child).await;
                        return Ok(());
                    }
                }
            };
            self.world.stage.change(|state| {
                state.daemon = Daemon::Down;
                state.process = None;
            });
            let status = ended.map_err(|why| self.unstartable(why))?;
            self.say(Tone::Bad, &died(status));
            has_died |= was_ready;
            in_vain += 1;
            if !was_ready && (in_vain >= VAIN_STARTS || status.code() == Some(EXIT_CONFIG)) {
                let said = complaints.text();
                return Err(NotKept::NeverReady { status, said });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn start(&self, complaints: &Complaints) -> Result<Child, NotKept> {
        let mut child = Command::new(&self.program)
            .arg("serve")
            .env_clear()
            .envs(self.settings.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| self.unstartable(why))?;
        let process = child.id().and_then(|id| i32::try_from(id).ok());
        self.world.stage.change(|state| {
            state.daemon = Daemon::Starting;
            state.process = process;
        });
        if let Some(out) = child.stdout.take() {
            tokio::spawn(follow(out, Arc::clone(&self.world), complaints.clone()));
        }
        if let Some(errors) = child.stderr.take() {
            tokio::spawn(keep_complaints(errors, complaints.clone()));
        }
        Ok(child)
    }

    /// Waits until the daemon has said that it is ready.
    async fn ready(&self) {
        let ever = Duration::from_secs(u64::from(u32::MAX));
        let is_ready = |state: &super::stage::State| (state.daemon == Daemon::Ready).then_some(());
        self.world.stage.until(ever, is_ready).await;
    }

    fn is_back(&self, has_died: bool, after: Duration) {
        let text = if has_died {
            self.world.stage.change(|state| state.survived += 1);
            format!(
                "daemon back after {}, goes on from its books",
                seconds(after)
            )
        } else {
            format!("daemon ready after {}", seconds(after))
        };
        self.say(Tone::Good, &text);
    }

    fn say(&self, tone: Tone, text: &str) {
        let now = self.world.clock.now().unix_ms();
        self.world.stage.say(now, (Side::Keeper, tone), None, text);
    }

    fn unstartable(&self, why: std::io::Error) -> NotKept {
        NotKept::Unstartable {
            program: self.program.display().to_string(),
            why,
        }
    }
}

/// `0.28 s`.
pub(super) fn seconds(span: Duration) -> String {
    let hundredths = span.as_millis() / 10;
    format!("{}.{:02} s", hundredths / 100, hundredths % 100)
}

fn died(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.signal(), status.code()) {
        (Some(9), _) => "DAEMON KILLED".to_owned(),
        (Some(signal), _) => format!("daemon ended by signal {signal}"),
        (None, Some(code)) => format!("daemon ended with code {code}"),
        (None, None) => "daemon ended".to_owned(),
    }
}

/// Asks it to end, and ends it when it does not.
async fn end(child: &mut Child) {
    if let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()) {
        terminate(id);
    }
    if tokio::time::timeout(ENDING, child.wait()).await.is_err() {
        // Whatever is left of it is swept away afterwards.
        let _gone = child.kill().await;
    }
}

async fn follow(out: impl AsyncRead + Unpin, world: Arc<World>, complaints: Complaints) {
    let mut lines = BufReader::new(out).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains("\"level\":\"ERROR\"") {
            complaints.add(&line);
        }
        journal::take(&world.stage, &line, world.clock.now().unix_ms());
    }
}

async fn keep_complaints(errors: impl AsyncRead + Unpin, complaints: Complaints) {
    let mut lines = BufReader::new(errors).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        complaints.add(&line);
    }
}

/// The last lines of what a daemon complained of.
#[derive(Debug, Clone, Default)]
struct Complaints(Arc<std::sync::Mutex<VecDeque<String>>>);

impl Complaints {
    fn add(&self, line: &str) {
        let mut lines = hold(&self.0);
        lines.push_back(line.to_owned());
        while lines.len() > COMPLAINTS {
            lines.pop_front();
        }
    }

    fn text(&self) -> String {
        let lines = hold(&self.0);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.join("\n")
    }
}
