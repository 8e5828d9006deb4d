//! A process that a test has started: watched, killed as wished, and never left behind.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;

use super::wait::eventually_blocking;

/// A running process. Killed and reaped when dropped.
pub struct Running {
    name: String,
    child: Child,
    output: PathBuf,
    _folder: Option<TempDir>,
}

impl Running {
    /// Starts it, with what it prints in a file of its own.
    pub fn start(name: &str, command: Command) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the output");
        let output = folder.path().join("output");
        let mut running = Self::start_printing_to(name, command, &output);
        running._folder = Some(folder);
        running
    }

    /// Starts it, with what it prints in the file.
    pub fn start_printing_to(name: &str, mut command: Command, output: &Path) -> Self {
        let file = File::options().create(true).append(true).open(output);
        let file = file.expect("the file of the output opens");
        let twin = file.try_clone().expect("a second handle");
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(twin)
            .spawn()
            .unwrap_or_else(|why| panic!("{name} does not start ({command:?}): {why}"));
        Self {
            name: name.to_owned(),
            child,
            output: output.to_owned(),
            _folder: None,
        }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far, on both ways out.
    pub fn printed(&self) -> String {
        let bytes = std::fs::read(&self.output).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits until it has printed `text`. Panics if it ends before.
    pub fn wait_for_text(&mut self, text: &str) {
        let what = format!("{} prints {text:?}", self.name);
        eventually_blocking(&what, || self.look(text, |printed| printed.contains(text)));
    }

    /// Waits until somebody listens on the port of the loopback. Panics if it ends before.
    pub fn wait_for_port(&mut self, port: u16) {
        let what = format!("{} listens on {port}", self.name);
        eventually_blocking(&what, || {
            self.look("the port", |_| {
                std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
            })
        });
    }

    fn look(&mut self, what: &str, found: impl Fn(&str) -> bool) -> Result<(), String> {
        let end = self.ended();
        let printed = self.printed();
        if found(&printed) {
            return Ok(());
        }
        if let Some(status) = end {
            panic!("{} ended ({status}) before {what}:\n{printed}", self.name);
        }
        Err(printed)
    }

    /// Sends a signal by name (`TERM`, `INT`, `STOP` …).
    pub fn signal(&self, signal: &str) {
        // The shell's own `kill`: the program of that name is not on every machine.
        let id = self.child.id().to_string();
        let words = ["-c", "kill -s \"$0\" \"$1\"", signal, &id];
        let answer = Command::new("sh")
            .args(words)
            .output()
            .expect("there is a shell");
        assert!(
            answer.status.success(),
            "{} cannot be sent {signal}: {}",
            self.name,
            String::from_utf8_lossy(&answer.stderr)
        );
    }

    /// Ends it at once, as a loss of power would, and reaps it.
    pub fn kill(&mut self) {
        // An error means that it has ended by itself.
        let _ended = self.child.kill();
        self.child.wait().expect("a child can be waited for");
    }

    /// Asks it to end and waits for that.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        let what = format!("{} ends", self.name);
        eventually_blocking(&what, || self.ended().ok_or_else(|| self.printed()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- what {} printed:\n{}", self.name, self.printed());
        }
    }
}
