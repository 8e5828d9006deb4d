//! Logs to be searched: what Filebeat reads, what Logstash makes of a line, how Elasticsearch keeps it. The
//! three are read as files; the lines are a daemon's own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use chrono::NaiveDateTime;
use regex::Regex;
use serde_json::Value;

use super::{text, tree, yaml};
use crate::support::services::run;

fn pipeline() -> String {
    text("monitoring/elk/logstash.conf")
}

/// What stands in quotes behind the `n`th of these words of the pipeline.
fn quoted(words: &str, n: usize) -> String {
    let pipeline = pipeline();
    let behind = pipeline.split(words).nth(n + 1);
    let behind = behind.unwrap_or_else(|| panic!("{words} {n}"));
    let value = behind.split('"').nth(1).expect("a text in quotes");
    value.to_owned()
}

/// What a line of the log becomes: its time, where it is from, its level, what it says.
pub struct Understood {
    pub target: String,
    pub level: String,
    pub message: String,
    pub trace: Option<String>,
}

/// Reads a line as the pipeline does.
pub fn understood(line: &str) -> Understood {
    match serde_json::from_str::<Value>(line) {
        Ok(keys) => {
            let word = |name: &str| keys[name].as_str().map(str::to_owned);
            at(&word("timestamp").unwrap_or_else(|| panic!("no time: {line}")));
            let some = |name: &str| word(name).unwrap_or_else(|| panic!("no {name}: {line}"));
            let of_span = keys["span"]["trace"].as_str().map(str::to_owned);
            Understood {
                target: some("target"),
                level: some("level"),
                message: some("message"),
                trace: word("trace").or(of_span),
            }
        }
        Err(_) => {
            let form = Regex::new(&quoted("match => { \"message\" =>", 0)).expect("a pattern");
            let found = form.captures(line);
            let found = found.unwrap_or_else(|| panic!("not understood: {line}"));
            at(&found["timestamp"]);
            let trace = Regex::new(&quoted("match => { \"said\" =>", 0)).expect("a pattern");
            let said = found["said"].to_owned();
            Understood {
                target: found["target"].to_owned(),
                level: found["level"].to_owned(),
                trace: trace.captures(&said).map(|found| found["trace"].to_owned()),
                message: said,
            }
        }
    }
}

/// Reads a time by the pipeline's own pattern, which is Java's.
fn at(time: &str) -> NaiveDateTime {
    let mut ours = quoted("match => [\"timestamp\",", 0);
    for (java, form) in [
        ("yyyy", "%Y"),
        ("MM", "%m"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("mm", "%M"),
        ("ss", "%S"),
        (".SSS", "%.3f"),
        ("'T'", "T"),
        ("'Z'", "Z"),
    ] {
        assert!(ours.contains(java), "{java} in {ours}");
        ours = ours.replacen(java, form, 1);
    }
    let read = NaiveDateTime::parse_from_str(time, &ours);
    read.unwrap_or_else(|why| panic!("{time} as {ours}: {why}"))
}

#[test]
fn a_line_for_people_becomes_fields_and_what_others_say_stays() {
    let line = "2026-11-27T03:04:14.297Z - starkeeper_actors::payment::desk - INFO - inv_7 is credited invoice.id=7 trace=00ff12";
    let found = understood(line);
    assert_eq!(found.target, "starkeeper_actors::payment::desk");
    assert_eq!(found.level, "INFO");
    assert!(found.message.starts_with("inv_7 is credited "));
    assert_eq!(found.trace.as_deref(), Some("00ff12"));
    let form = Regex::new(&quoted("match => { \"message\" =>", 0)).expect("a pattern");
    for other in [
        "1:M 27 Nov 2026 03:04:14.297 * Ready to accept connections tcp",
        "2026-11-27 03:04:14.297 UTC [1] LOG:  database system is ready",
    ] {
        assert!(!form.is_match(other), "{other}");
    }
}

#[test]
fn every_file_speaks_of_the_same_port_stream_and_lifetime() {
    let filebeat = yaml("monitoring/elk/filebeat.yml");
    assert_eq!(
        filebeat["output.logstash.hosts"][0].as_str(),
        Some("logstash:5044")
    );
    assert!(pipeline().contains("beats { port => 5044 }"));
    let containers = &filebeat["filebeat.inputs"][0];
    assert_eq!(containers["type"].as_str(), Some("container"));
    for key in ["json.keys_under_root", "json.overwrite_keys"] {
        assert_eq!(containers[key].as_bool(), Some(true), "{key}");
    }
    let json = |name: &str| -> Value {
        serde_json::from_str(&text(&format!("monitoring/elk/{name}"))).expect("JSON")
    };
    let (template, lifecycle) = (json("template.json"), json("lifecycle.json"));
    let part = |name: &str| quoted(&format!("data_stream_{name} =>"), 0);
    let stream = format!("{}-{}-", part("type"), part("dataset"));
    assert_eq!(template["index_patterns"][0], format!("{stream}*"));
    assert!(template["data_stream"].is_object());
    let policy = &template["template"]["settings"]["index.lifecycle.name"];
    let prepare = text("monitoring/elk/prepare");
    let policy = policy.as_str().expect("a policy");
    assert!(prepare.contains(&format!("put _ilm/policy/{policy} lifecycle.json")));
    assert_eq!(lifecycle["policy"]["phases"]["delete"]["min_age"], "30d");
    // What the pipeline names, the template knows.
    for field in [
        "level",
        "target",
        "trace",
        "message",
        "@timestamp",
        "source",
    ] {
        let known = &template["template"]["mappings"]["properties"][field];
        assert!(known["type"].is_string(), "{field}");
    }
}

/// What is asked of Elasticsearch: the first line of a request, and its body.
fn asked(listener: &TcpListener, status: &str) -> (String, Value) {
    let (stream, _) = listener.accept().expect("somebody asks");
    let mut stream = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first).expect("a line");
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a line");
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
    let sent = stream.get_mut().write_all(answer.as_bytes());
    sent.expect("it is sent");
    (first, serde_json::from_slice(&body).expect("JSON"))
}

#[test]
fn elasticsearch_is_told_the_lifetime_before_the_form_and_a_refusal_ends_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let prepare = || {
        let mut prepare = Command::new(tree("monitoring/elk/prepare"));
        prepare.env("ELASTICSEARCH_URL", format!("http://127.0.0.1:{port}"));
        prepare
    };
    let told = std::thread::spawn(move || {
        let told = [asked(&listener, "200 OK"), asked(&listener, "200 OK")];
        asked(&listener, "400 Bad Request");
        told
    });
    let said = run(&mut prepare());
    assert!(
        said.contains("_index_template/starkeeper-logs is set"),
        "{said}"
    );
    let refused = prepare().output().expect("a shell");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(why.contains("takes no lifecycle.json"), "{why}");
    let [(first, policy), (second, template)] = told.join().expect("it was told");
    assert!(
        first.starts_with("PUT /_ilm/policy/starkeeper-logs "),
        "{first}"
    );
    assert!(policy["policy"]["phases"]["hot"].is_object(), "{policy}");
    assert!(
        second.starts_with("PUT /_index_template/starkeeper-logs "),
        "{second}"
    );
    assert_eq!(template["priority"], 500);
}
