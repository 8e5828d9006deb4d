//! What the shop stands in: the firewall and Docker of this machine, and the way in from outside.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::{Preflight, Report};
use crate::http::health::PATH_LIVE;
use crate::outside;

/// For Docker to say what it is, and for the public address to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Where ufw keeps what it does.
const UFW: &str = "/etc/ufw";

/// What the guide lets in, and the live feed.
const DOORS: [&str; 4] = ["22", "80", "443", "8081"];

impl Preflight<'_> {
    pub(super) async fn host(&self, report: &mut Report) {
        firewall(Path::new(UFW), report);
        docker(&["docker"], report).await;
    }

    /// Asks the public address for what only a daemon of ours answers: through DNS, the tunnel, the proxy.
    pub(super) async fn way_in(&self, report: &mut Report) {
        let Some(public) = &self.settings.http.public_url else {
            return report.absent(
                "no public address is set: updates are fetched, and payments are found by polling",
            );
        };
        let http = match outside::client(ANSWER, None) {
            Ok(http) => http,
            Err(why) => return report.odd(why, "look at the system's certificates"),
        };
        let asked = timeout(ANSWER, http.get(public.of(PATH_LIVE)).send()).await;
        let mut answer = match asked {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) => {
                let why = why.without_url();
                return unreachable(&public.to_string(), &why.to_string(), report);
            }
            Err(_elapsed) => return unreachable(&public.to_string(), "no answer in time", report),
        };
        let (status, through) = (answer.status(), answer.headers().contains_key("cf-ray"));
        let through = if through { ", through Cloudflare" } else { "" };
        let body = timeout(ANSWER, answer.chunk()).await;
        let is_ours = matches!(&body, Ok(Ok(Some(body))) if body.starts_with(b"{\"status\":"));
        if is_ours && status.is_success() {
            report.well(format!("{public} leads to a daemon{through}"));
        } else {
            report.odd(
                format!("{public} answers {} instead of a daemon{through}", status.as_u16()),
                "look at what the proxy and the tunnel lead to; 502 means that no daemon runs behind it",
            );
        }
    }
}

/// No more than a note: from some networks one's own public address cannot be reached.
fn unreachable(public: &str, why: &str, report: &mut Report) {
    report.odd(
        format!("{public} cannot be reached from here: {why}"),
        "look at DNS, the certificate, the tunnel (docker compose logs cloudflared) and the proxy, and \
         try from elsewhere",
    );
}

/// Whether the firewall is on, and lets in no more than it should.
fn firewall(ufw: &Path, report: &mut Report) {
    match fs::read_to_string(ufw.join("ufw.conf")) {
        Ok(text) if text.lines().any(|line| line.trim() == "ENABLED=yes") => {
            report.well("the firewall (ufw) is on");
        }
        Ok(_) => {
            return report.odd(
                "the firewall (ufw) is off: whatever listens is open to the world",
                "deploy/host/prepare",
            );
        }
        Err(why) if why.kind() == ErrorKind::NotFound => {
            return report.absent("ufw is not here; another firewall is not seen");
        }
        Err(why) => return report.absent(format!("the firewall cannot be looked at: {why}")),
    }
    let rules = match fs::read_to_string(ufw.join("user.rules")) {
        Ok(rules) => rules,
        Err(why) => {
            return report.absent(format!("which ports it lets in cannot be read: {why}"));
        }
    };
    let more: Vec<&str> = let_in(&rules)
        .filter(|port| !DOORS.contains(port))
        .collect();
    match more.as_slice() {
        [] => report.well("it lets in ssh and what nginx serves"),
        more => {
            let more = more.join(", ");
            let mend = format!("if nobody needs that: ufw delete allow {more}");
            report.odd(format!("it lets in {more} as well"), &mend);
        }
    }
}

/// The ports of `### tuple ### allow tcp 443 0.0.0.0/0 any 0.0.0.0/0 in`.
fn let_in(rules: &str) -> impl Iterator<Item = &str> {
    let tuples = rules
        .lines()
        .filter_map(|line| line.strip_prefix("### tuple ### "));
    tuples.filter_map(|tuple| {
        let mut words = tuple.split_whitespace();
        let allows = matches!(words.next(), Some("allow" | "limit"));
        let port = words.nth(1)?;
        (allows && words.last() == Some("in")).then_some(port)
    })
}

/// Whether Docker can run the containers of the guide.
async fn docker(program: &[&str], report: &mut Report) {
    let Some((program, first)) = program.split_first() else {
        return;
    };
    for (words, what, least) in [
        (
            &["version", "--format", "{{.Server.Version}}"][..],
            "Docker Engine",
            (20, 10),
        ),
        (&["compose", "version", "--short"], "Docker Compose", (2, 0)),
    ] {
        let mut command = Command::new(program);
        command.args(first).args(words).kill_on_drop(true);
        let said = match timeout(ANSWER, command.output()).await {
            Ok(Ok(said)) => said,
            Ok(Err(why)) if why.kind() == ErrorKind::NotFound => {
                return report.absent("docker is not here: no containers are run from here");
            }
            Ok(Err(why)) => return report.absent(format!("docker cannot be asked: {why}")),
            Err(_elapsed) => {
                return report.odd(format!("{what} does not answer"), "systemctl status docker");
            }
        };
        if !said.status.success() {
            let why = String::from_utf8_lossy(&said.stderr);
            let why = why.lines().next().unwrap_or("it says nothing").to_owned();
            return report.odd(
                format!("{what} does not answer: {why}"),
                "systemctl status docker; is this user in the group docker?",
            );
        }
        let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        match number(&version) {
            Some(found) if found >= least => report.well(format!("{what} is {version}")),
            Some(_) | None => report.odd(
                format!("{what} is {version}, and {}.{} is needed", least.0, least.1),
                "https://docs.docker.com/engine/install",
            ),
        }
    }
}

/// `20.10.24` or `v2.27.0` as two numbers.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::{Subject, Verdict};
    use super::*;

    fn empty() -> Report {
        Report {
            subject: Subject::Host,
            findings: Vec::new(),
        }
    }

    fn lines(report: &Report) -> Vec<(Verdict, String)> {
        let all = report.findings.iter();
        all.map(|finding| (finding.verdict, finding.text.clone()))
            .collect()
    }

    /// As ufw writes it.
    const RULES: &str = "*filter\n### RULES ###\n\n\
        ### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n\
        ### tuple ### allow tcp 443 0.0.0.0/0 any 0.0.0.0/0 in\n\
        ### tuple ### deny tcp 25 0.0.0.0/0 any 0.0.0.0/0 in\n\
        ### tuple ### allow tcp 587 0.0.0.0/0 any 0.0.0.0/0 out\n";

    #[test]
    fn a_firewall_is_seen_on_and_off_and_with_a_door_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let look = || {
            let mut report = empty();
            firewall(folder.path(), &mut report);
            lines(&report)
        };
        assert_eq!(look()[0].0, Verdict::Absent, "there is none");
        write(
            "ufw.conf",
            "# /etc/ufw/ufw.conf\nENABLED=no\nLOGLEVEL=low\n",
        );
        let off = look();
        assert_eq!((off.len(), off[0].0), (1, Verdict::Odd), "{off:?}");
        write(
            "ufw.conf",
            "# /etc/ufw/ufw.conf\nENABLED=yes\nLOGLEVEL=low\n",
        );
        assert_eq!(look()[1].0, Verdict::Absent, "its rules are root's");
        write("user.rules", RULES);
        let on = look();
        assert!(
            on.iter().all(|(verdict, _)| *verdict == Verdict::Well),
            "{on:?}"
        );
        let more = format!("{RULES}### tuple ### allow tcp 5433 0.0.0.0/0 any 0.0.0.0/0 in\n");
        write("user.rules", &more);
        let many = look();
        assert_eq!(many[1], (Verdict::Odd, "it lets in 5433 as well".into()));
    }

    #[tokio::test]
    async fn docker_is_told_from_an_old_one_one_that_is_down_and_none() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("docker");
        let asked = async |script: &str| {
            fs::write(&program, script).unwrap();
            let mut report = empty();
            docker(&["sh", program.to_str().unwrap()], &mut report).await;
            lines(&report)
        };
        let both = "case $1 in version) echo ENGINE ;; *) echo v2.27.0 ;; esac";
        let good = asked(&both.replace("ENGINE", "27.0.3")).await;
        assert_eq!(good.len(), 2, "{good:?}");
        assert!(
            good.iter().all(|(verdict, _)| *verdict == Verdict::Well),
            "{good:?}"
        );
        let old = asked(&both.replace("ENGINE", "19.3.8")).await;
        assert_eq!(old[0].0, Verdict::Odd);
        assert!(old[0].1.contains("20.10 is needed"), "{old:?}");
        let down = asked("echo 'Cannot connect to the Docker daemon' >&2; exit 1").await;
        assert_eq!((down.len(), down[0].0), (1, Verdict::Odd));
        assert!(down[0].1.contains("Cannot connect"), "{down:?}");
        let mut none = empty();
        docker(&["/nowhere/docker"], &mut none).await;
        assert_eq!(lines(&none)[0].0, Verdict::Absent);
    }
}
