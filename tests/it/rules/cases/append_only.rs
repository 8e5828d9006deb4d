//! What was written stays: no change, no deletion, no emptying, and no dodge by a conflict clause.

use super::super::case::Answer;
use super::super::case::Case;
use super::super::world::{
    THEN, accounts, audited, claim, entry, handled_update, jar, outside_event, posting, snapshot,
};
use super::{TABLES, lawful};

pub fn cases() -> Vec<Case> {
    [
        changed(),
        upserted(),
        deleted(),
        emptied(),
        updates(),
        answers(),
    ]
    .concat()
}

/// Table, a column of it, the trigger and its sentence.
const NEVER_CHANGE: [(&str, &str, &str, &str); 8] = [
    (
        "audit",
        "outcome = 'done'",
        "audit_never_changes",
        "rule: a line of the audit log never changes",
    ),
    (
        "entries",
        "reason = 'because'",
        "entries_never_change",
        "rule: an entry of the ledger never changes",
    ),
    (
        "postings",
        "amount = amount + 1",
        "postings_never_change",
        "rule: a posting never changes",
    ),
    (
        "account_snapshots",
        "balance = balance + 1",
        "account_snapshots_never_change",
        "rule: a snapshot never changes",
    ),
    (
        "claims",
        "order_id = 2",
        "claims_never_change",
        "rule: a claim never changes",
    ),
    (
        "outside_events",
        "body = 'nothing'",
        "outside_events_never_change",
        "rule: an outside event never changes",
    ),
    (
        "handled_updates",
        "update_id = update_id + 50",
        "handled_updates_never_change",
        "rule: a handled update never changes",
    ),
    (
        "jars",
        "sealed = '1.BBBB'",
        "jars_never_change",
        "rule: a jar never changes",
    ),
];

fn changed() -> Vec<Case> {
    let mut cases = Vec::new();
    for (table, set, by, sentence) in NEVER_CHANGE {
        let plain = format!("UPDATE {table} SET {set}");
        cases.push(
            Case::new(format!("a row of {table} is changed"), plain, lawful(table))
                .says(by, sentence),
        );
        for verb in ["UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE OR FAIL"] {
            cases.push(
                Case::new(
                    format!("a row of {table} is changed with {verb}"),
                    format!("{verb} {table} SET {set}"),
                    lawful(table),
                )
                .sqlite_says(by, sentence),
            );
        }
    }
    cases
}

/// An upsert is an update on PostgreSQL, and on SQLite the new row meets its trigger before.
fn upserted() -> Vec<Case> {
    let rows = [
        (
            audited(1, 1, "asked").insert(),
            "(id) DO UPDATE SET detail = 'another'",
            "audit_exist_once",
            "stale: line of the audit log",
        ),
        (
            entry(1, 2).with("key", "'key/60'").insert(),
            "(id) DO UPDATE SET size = 3",
            "entries_exist_once",
            "taken: entry",
        ),
        (
            posting(1, accounts::CLEARING, accounts::CUSTOMER, 5).insert(),
            "(id) DO UPDATE SET amount = 5",
            "postings_exist_once",
            "taken: posting",
        ),
        (
            snapshot(1, accounts::CLEARING, 5).insert(),
            "(upto, account) DO UPDATE SET balance = 5",
            "account_snapshots_add_up",
            "rule: a snapshot is the one before it and what was posted since",
        ),
        (
            claim("press", "taken").insert(),
            "(kind, name) DO UPDATE SET order_id = 2",
            "claims_exist_once",
            "taken: claim",
        ),
        (
            outside_event("heleket/1").insert(),
            "(key) DO UPDATE SET body = 'nothing'",
            "outside_events_once",
            "",
        ),
        (
            handled_update(1, 100).insert(),
            "(bot, update_id) DO UPDATE SET update_id = 101",
            "handled_updates_exist_once",
            "handled: the update was handled before",
        ),
        (
            jar(1, 1).insert(),
            "(login, version) DO UPDATE SET sealed = '1.BBBB'",
            "jars_exist_once",
            "stale: jar",
        ),
    ];
    let mut cases = Vec::new();
    for ((table, _, on_update, never), (insert, conflict, on_insert, taken)) in
        NEVER_CHANGE.into_iter().zip(rows)
    {
        let case = Case::new(
            format!("a row of {table} is changed by an upsert"),
            format!("{insert} ON CONFLICT {conflict}"),
            lawful(table),
        );
        let case = if taken.is_empty() {
            case.on_sqlite(on_insert, Answer::Nothing)
        } else {
            case.sqlite_says(on_insert, taken)
        };
        cases.push(case.postgres_says(on_update, never));
    }
    cases
}

fn deleted() -> Vec<Case> {
    // Answers, updates and jars go after a while, and live messages with the person they were shown to.
    let all = TABLES
        .into_iter()
        .filter(|table| !["handled_updates", "live_messages", "jars", "answers"].contains(table));
    all.map(|table| {
        let sentence = format!("rule: nothing is deleted from {table}");
        Case::new(
            format!("rows of {table} are deleted"),
            format!("DELETE FROM {table}"),
            lawful(table),
        )
        .says(leaked(format!("{table}_never_go")), &sentence)
    })
    .collect()
}

fn emptied() -> Vec<Case> {
    TABLES
        .into_iter()
        .map(|table| {
            let sentence = format!("rule: nothing is deleted from {table}");
            Case::new(
                format!("{table} is emptied"),
                format!("TRUNCATE {table}"),
                lawful(table),
            )
            .postgres_says(leaked(format!("{table}_never_empty")), &sentence)
        })
        .collect()
}

fn updates() -> Vec<Case> {
    let many: Vec<String> = (2..=201).map(|version| jar(1, version).insert()).collect();
    vec![
        Case::new(
            "a jar is deleted that is one of the newest 200",
            "DELETE FROM jars WHERE login = 1 AND version = 2",
            "DELETE FROM jars WHERE login = 1 AND version = 1",
        )
        .given(many.join("; "))
        .says("jars_stay", "rule: the newest 200 jars of a login stay"),
        Case::new(
            "a handled update is forgotten too early",
            "DELETE FROM handled_updates WHERE update_id = 100",
            "DELETE FROM handled_updates WHERE update_id = 99",
        )
        .says(
            "handled_updates_stay",
            "rule: a handled update is remembered for 30 days",
        ),
    ]
}

/// An answer is given once, to what was asked, and forgotten after a day.
fn answers() -> Vec<Case> {
    let given = "UPDATE answers SET status = 200, body = '{}'";
    let lawful = format!("{given} WHERE key = 'desk/2'");
    let refused = [
        (
            "another answer is given",
            format!("{given} WHERE key = 'desk/1'"),
        ),
        (
            "an answer is taken back",
            "UPDATE answers SET status = NULL WHERE key = 'desk/1'".into(),
        ),
        (
            "half an answer is given",
            "UPDATE answers SET status = 200 WHERE key = 'desk/2'".into(),
        ),
        (
            "an answer gets another key",
            format!("{given}, key = 'desk/9' WHERE key = 'desk/2'"),
        ),
        (
            "an answer is to something else",
            format!("{given}, digest = '0b' WHERE key = 'desk/2'"),
        ),
        (
            "an answer seems older",
            format!("{given}, at = {THEN} WHERE key = 'desk/2'"),
        ),
    ];
    let mut cases: Vec<Case> = refused
        .into_iter()
        .map(|(what, refused)| {
            let case = Case::new(what, refused, lawful.clone());
            case.says("answers_given", "rule: an answer is given once")
        })
        .collect();
    cases.push(
        Case::new(
            "an answer is forgotten too early",
            "DELETE FROM answers WHERE key = 'desk/1'",
            "DELETE FROM answers WHERE key = 'desk/3'",
        )
        .says("answers_stay", "rule: an answer is remembered for a day"),
    );
    cases
}

/// Names of triggers that are made of names of tables; a few, for as long as the tests run.
fn leaked(name: String) -> &'static str {
    name.leak()
}
