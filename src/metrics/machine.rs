//! What the daemon takes of its machine, as Linux tells it; nothing elsewhere.

use metrics::gauge;

use super::real;

/// Shows memory, files and threads of this process. Reads a few lines that the kernel makes up.
pub fn show() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kilobytes) = number(&status, "VmRSS:") {
        let bytes = kilobytes.saturating_mul(1024).to_string();
        gauge!("process_resident_memory_bytes").set(super::goods::number(&bytes));
    }
    if let Some(threads) = number(&status, "Threads:") {
        gauge!("process_threads").set(real(threads));
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        // One of them is the folder that is being read.
        let open = files.count().saturating_sub(1);
        gauge!("process_open_fds").set(real(u64::try_from(open).unwrap_or(u64::MAX)));
    }
}

/// The number behind a word at the beginning of a line.
fn number(status: &str, word: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(word))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let status = "Name:\tstarkeeper\nVmRSS:\t   40960 kB\nThreads:\t12\n";
        assert_eq!(number(status, "VmRSS:"), Some(40_960));
        assert_eq!(number(status, "Threads:"), Some(12));
        assert_eq!(number(status, "VmSwap:"), None);
    }
}
