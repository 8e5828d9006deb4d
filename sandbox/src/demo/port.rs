//! Who listens on a port of this machine, so that a taken one can be named.

use std::fs;

/// `python3 (process 12)`, as far as this user may see it.
pub(crate) fn owner(port: u16) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|table| listener(&table, port))?;
    let socket = format!("socket:[{inode}]");
    let entries = fs::read_dir("/proc").ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut pids = names.filter_map(|name| name.parse::<u32>().ok());
    let pid = pids.find(|pid| holds(*pid, &socket))?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(format!("{} (process {pid})", name.trim()))
}

/// The inode of the socket that listens on the port, in a table of the kernel.
fn listener(table: &str, port: u16) -> Option<String> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, local) = fields.get(1)?.rsplit_once(':')?;
        // 0A: it listens.
        let listens = *fields.get(3)? == "0A" && u16::from_str_radix(local, 16).ok()? == port;
        listens.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
    })
}

fn holds(pid: u32, socket: &str) -> bool {
    let Ok(handles) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    handles
        .filter_map(|handle| fs::read_link(handle.ok()?.path()).ok())
        .any(|target| target.to_str() == Some(socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_its_owner() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let found = owner(port).unwrap();
        let me = format!("(process {})", std::process::id());
        assert!(found.ends_with(&me), "{found}");
        drop(listener);
        assert_eq!(owner(port), None);
    }
}
