//! Nothing in a database's catalog is without a case: a new trigger, unique index, sentence, column
//! or member that never changes, or table fails here until somebody says what it refuses.

use std::collections::BTreeSet;

use super::case::Answer;
use super::cases;
use super::engine::{Engine, Kind};

#[test]
fn sqlite_has_no_rule_without_a_case() {
    has_no_rule_without_a_case(Engine::sqlite());
}

/// `INSERT OR REPLACE` deletes the row that has the same rowid without a word to any trigger.
#[test]
fn sqlite_has_no_table_with_a_rowid_beside_its_key_and_none_without_types() {
    let mut engine = Engine::sqlite();
    let loose = engine.lines(
        "SELECT name AS line FROM pragma_table_list AS t \
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND (strict = 0 OR \
         wr = 0 AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) \
         WHERE pk = 1 AND type = 'INTEGER'))",
    );
    assert_eq!(loose, Vec::<String>::new());
}

#[test]
fn a_new_table_trigger_index_sentence_and_member_are_missed_on_sqlite() {
    let mut engine = Engine::sqlite();
    engine.must(
        "CREATE TABLE pockets (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL) STRICT; \
         CREATE UNIQUE INDEX pockets_name_key ON pockets (name); \
         CREATE TRIGGER pockets_terms BEFORE UPDATE ON pockets WHEN NEW.name <> OLD.name \
         OR json_extract(OLD.name, '$.is.name') IS NOT json_extract(NEW.name, '$.is.name') \
         BEGIN SELECT RAISE(ABORT, 'rule: a pocket keeps its name'); END",
    );
    assert_eq!(
        strays(&mut engine),
        [
            "DELETE of pockets",
            "INSERT of pockets",
            "pockets_name_key",
            "pockets_terms",
            "rule: a pocket keeps its name",
            "pockets_terms is.name",
            "pockets_terms name"
        ]
    );
}

mod with_postgres {
    use super::super::engine::Engine;

    #[test]
    fn a_new_table_trigger_index_sentence_and_member_are_missed_on_postgres() {
        let mut engine = Engine::postgres();
        engine.must(
            "CREATE TABLE pockets (id BIGINT NOT NULL, name JSONB NOT NULL); \
             CREATE UNIQUE INDEX pockets_name_key ON pockets (name); \
             CREATE TRIGGER pockets_terms BEFORE UPDATE ON pockets FOR EACH ROW WHEN \
             (NEW.id <> OLD.id OR OLD.name #> '{is,name}' IS DISTINCT FROM NEW.name #> '{is,name}') \
             EXECUTE FUNCTION books_refuse('rule: a pocket keeps its name')",
        );
        let expected = [
            "DELETE of pockets",
            "TRUNCATE of pockets",
            "pockets_name_key",
            "pockets_terms",
            "rule: a pocket keeps its name",
            "pockets_terms id",
            "pockets_terms is.name",
            "pockets_terms name",
        ];
        assert_eq!(super::strays(&mut engine), expected);
    }

    #[test]
    fn postgres_has_no_rule_without_a_case() {
        super::has_no_rule_without_a_case(Engine::postgres());
    }
}

/// Triggers that refuse nothing, with the test that shows what they do.
const SHOWN_ELSEWHERE: [(&str, &str); 1] = [(
    "books_adopt",
    "races: an adoption waits for the commits in flight",
)];

fn has_no_rule_without_a_case(mut engine: Engine) {
    assert_eq!(strays(&mut engine), Vec::<String>::new());
}

/// What is in the catalog and in no case.
fn strays(engine: &mut Engine) -> Vec<String> {
    let kind = engine.kind();
    let mut named = BTreeSet::new();
    let mut said = BTreeSet::new();
    let mut touched = BTreeSet::new();
    for case in cases::all() {
        let Some(guard) = case.guard(kind) else {
            continue;
        };
        named.insert(guard.by.to_owned());
        named.extend(guard.behind.map(str::to_owned));
        if let Answer::Says(sentence) = &guard.answer {
            said.insert(sentence.clone());
        }
        if let Some(what) = &case.touches {
            touched.insert(format!("{} {what}", guard.by));
        }
    }
    named.extend(SHOWN_ELSEWHERE.map(|(name, _)| name.to_owned()));
    let definitions = definitions(engine);
    let mut strays = unguarded(engine);
    for (there, tried) in [
        (guards(engine), named),
        (sentences(&definitions), said),
        (terms(&definitions), touched),
    ] {
        assert!(there.len() > 20, "the catalog is read: {there:?}");
        strays.extend(there.difference(&tried).cloned());
    }
    strays
}

/// Triggers and unique indexes. Keys that SQLite makes by itself cannot be named or dropped.
fn guards(engine: &mut Engine) -> BTreeSet<String> {
    let all = engine.lines(match engine.kind() {
        Kind::Postgres => {
            "SELECT tgname AS line FROM pg_trigger WHERE NOT tgisinternal UNION ALL \
             SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace"
        }
        Kind::Sqlite => {
            "SELECT name AS line FROM sqlite_schema \
             WHERE type = 'trigger' OR sql LIKE 'CREATE UNIQUE INDEX%'"
        }
    });
    all.into_iter().collect()
}

/// Every trigger's name and text, and the text of the functions.
fn definitions(engine: &mut Engine) -> Vec<(String, String)> {
    let all = engine.lines(match engine.kind() {
        Kind::Postgres => {
            "SELECT tgname || '|' || pg_get_triggerdef(oid) AS line \
             FROM pg_trigger WHERE NOT tgisinternal UNION ALL \
             SELECT proname || '|' || prosrc FROM pg_proc \
             WHERE pronamespace = 'public'::regnamespace"
        }
        Kind::Sqlite => {
            "SELECT name || '|' || sql AS line FROM sqlite_schema WHERE type = 'trigger'"
        }
    });
    let all = all
        .iter()
        .map(|line| line.split_once('|').expect("name and text"));
    all.map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect()
}

/// Every literal that begins with a class of refusals.
fn sentences(definitions: &[(String, String)]) -> BTreeSet<String> {
    let classes = [
        "rule", "taken", "stale", "floor", "fenced", "life", "handled", "again",
    ];
    let literals = definitions.iter().flat_map(|(_, text)| text.split('\''));
    literals
        .filter(|literal| {
            literal
                .split_once(": ")
                .is_some_and(|(class, _)| classes.contains(&class))
        })
        .map(str::to_owned)
        .collect()
}

/// What the triggers of terms compare: `trigger column` and `trigger is.some.member`.
fn terms(definitions: &[(String, String)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, text) in definitions {
        if !(name.ends_with("_terms") || name.ends_with("_bytes")) {
            continue;
        }
        let text = text.to_lowercase();
        for part in text.split("new.").skip(1) {
            let column: String = part
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            if column != "document" {
                found.insert(format!("{name} {column}"));
            }
        }
        for literal in text.split('\'') {
            let member = literal.trim_matches(['{', '}', '$', '.']).replace(',', ".");
            if member.starts_with("is.") {
                found.insert(format!("{name} {member}"));
            }
        }
    }
    found
}

/// Erasing a person forgets in which chat the orders were shown.
const FREE: [(&str, &str); 1] = [("live_messages", "DELETE")];

/// Tables that may be changed, emptied or replaced without a trigger that has looked.
fn unguarded(engine: &mut Engine) -> Vec<String> {
    let kind = engine.kind();
    let events: &[&str] = match kind {
        Kind::Postgres => &["UPDATE", "DELETE", "TRUNCATE"],
        Kind::Sqlite => &["UPDATE", "DELETE", "INSERT"],
    };
    let mut unguarded = Vec::new();
    for table in engine.tables() {
        for event in events {
            let triggers = engine.lines(&match kind {
                Kind::Postgres => format!(
                    "SELECT tgname AS line FROM pg_trigger WHERE tgrelid = '{table}'::regclass \
                     AND pg_get_triggerdef(oid) LIKE '% BEFORE {event} ON %'"
                ),
                Kind::Sqlite => format!(
                    "SELECT name AS line FROM sqlite_schema WHERE type = 'trigger' \
                     AND tbl_name = '{table}' AND sql LIKE '% BEFORE {event} ON %'"
                ),
            });
            if triggers.is_empty() && !FREE.contains(&(table.as_str(), event)) {
                unguarded.push(format!("{event} of {table}"));
            }
        }
    }
    unguarded
}
