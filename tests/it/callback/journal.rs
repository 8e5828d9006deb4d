//! What the log says while a test runs, line by line.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;

/// Everything from `INFO` on, of the thread on which it was opened.
pub struct Journal {
    text: Arc<Mutex<Vec<u8>>>,
    _until_dropped: DefaultGuard,
}

#[derive(Clone)]
struct Pen(Arc<Mutex<Vec<u8>>>);

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Journal {
    pub fn open() -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let pen = Pen(Arc::clone(&text));
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::INFO)
            .with_writer(move || pen.clone())
            .finish();
        Self {
            text,
            _until_dropped: tracing::subscriber::set_default(subscriber),
        }
    }

    /// The lines since the last look.
    pub fn lines(&self) -> Vec<String> {
        let text = std::mem::take(&mut *self.text.lock().unwrap());
        let text = String::from_utf8(text).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Those that the webhook itself has written.
    pub fn told(&self) -> Vec<String> {
        let lines = self.lines().into_iter();
        let told = lines.filter(|line| line.contains("webhook of heleket"));
        told.collect()
    }
}
