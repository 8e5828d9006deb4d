//! Runs every case on an engine, twice: as the schema is, and without what refuses it.

use super::case::{Answer, Case};
use super::cases;
use super::engine::{Engine, Kind, Said};
use super::world::world;

#[test]
fn sqlite_refuses_every_case_and_takes_its_twin() {
    refuses_every_case(Engine::sqlite());
}

#[test]
fn sqlite_refuses_by_the_trigger_or_index_that_the_case_names() {
    refuses_by_what_is_named(Engine::sqlite());
}

mod with_postgres {
    use super::super::engine::Engine;

    #[test]
    fn postgres_refuses_every_case_and_takes_its_twin() {
        super::refuses_every_case(Engine::postgres());
    }

    #[test]
    fn postgres_refuses_by_the_trigger_or_index_that_the_case_names() {
        super::refuses_by_what_is_named(Engine::postgres());
    }
}

fn refuses_every_case(mut engine: Engine) {
    engine.must(&world());
    let kind = engine.kind();
    let untouched = engine.everything();
    let (mut tried, mut failures) = (0, Vec::new());
    for case in cases::all() {
        let Some(guard) = case.guard(kind) else {
            continue;
        };
        tried += 1;
        if let Err(why) = refuses(&mut engine, &case, &guard.answer, &untouched) {
            failures.push(report(&case, &why));
        }
        let now = engine.everything();
        let stray: Vec<_> = now.iter().filter(|row| !untouched.contains(row)).collect();
        assert!(now == untouched, "{failures:?}\n{}: {stray:?}", case.what);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(tried > 250, "{tried} cases for {kind:?}");
}

/// The statement is refused as promised and leaves nothing; the twin is taken and leaves something.
fn refuses(
    engine: &mut Engine,
    case: &Case,
    promised: &Answer,
    untouched: &[String],
) -> Result<(), String> {
    let is_alone = case.given.is_empty() && case.isolation.is_empty() && case.without.is_empty();
    if is_alone {
        // As an operator would: one statement, which commits itself.
        let answer = engine.run(&case.refused);
        as_promised(promised, &answer)?;
        if engine.everything() != untouched {
            return Err("alone, it has left something behind".into());
        }
    }
    begin(engine, case.isolation, case);
    let before = engine.everything();
    let answer = attempt(engine, &case.refused);
    let after = engine.everything();
    engine.must("ROLLBACK");
    as_promised(promised, &answer)?;
    if before != after {
        return Err("it has left something behind".into());
    }
    begin(engine, "", case);
    let taken = engine.run(&case.lawful);
    let stored = taken.is_ok() && engine.everything() != before;
    engine.must("ROLLBACK");
    taken.map_err(|said| format!("its twin is refused: {said:?}\n    {}", case.lawful))?;
    if stored == case.stores {
        Ok(())
    } else {
        Err(format!("its twin stores something: {stored}"))
    }
}

/// Without the trigger or index that the case names it is not refused so any more: the name is
/// right, and nothing else keeps the promise by chance.
fn refuses_by_what_is_named(mut engine: Engine) {
    engine.must(&world());
    let kind = engine.kind();
    let mut failures = Vec::new();
    for case in cases::all() {
        let Some(guard) = case.guard(kind) else {
            continue;
        };
        if guard.by.is_empty() {
            continue;
        }
        begin(&mut engine, case.isolation, &case);
        let before = engine.everything();
        take_away(&mut engine, guard.by);
        let mut answer = attempt(&mut engine, &case.refused);
        let mut kept = guard.answer.is(&answer);
        if guard.answer == Answer::Nothing && engine.everything() != before {
            kept = false;
        }
        if kept {
            let by = guard.by;
            failures.push(report(&case, &format!("it is so without {by} as well")));
        } else if let Some(index) = guard.behind {
            let found = matches!(
                &answer,
                Err(Said {
                    unique: Some(_),
                    ..
                })
            );
            take_away(&mut engine, index);
            let without = attempt(&mut engine, &case.refused);
            if !found || without == answer {
                failures.push(report(
                    &case,
                    &format!("{index} is not behind it: {answer:?}"),
                ));
            }
            answer = without;
        }
        drop(answer);
        engine.must("ROLLBACK");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn begin(engine: &mut Engine, isolation: &str, case: &Case) {
    engine.must(&format!("BEGIN {isolation}"));
    for trigger in case.without {
        take_away(engine, trigger);
    }
    if let Err(said) = engine.run(&case.given) {
        panic!(
            "{}: what is given is refused: {said:?}\n{}",
            case.what, case.given
        );
    }
}

/// Runs a statement that a transaction survives.
fn attempt(engine: &mut Engine, sql: &str) -> Result<(), Said> {
    engine.must("SAVEPOINT attempt");
    let answer = engine.run(sql);
    // SQLite takes a refused statement back by itself, which is part of what is tested.
    if answer.is_err() && engine.kind() == Kind::Postgres {
        engine.must("ROLLBACK TO SAVEPOINT attempt");
    }
    answer
}

/// Drops a trigger or a unique index.
fn take_away(engine: &mut Engine, name: &str) {
    let drop = match engine.kind() {
        Kind::Sqlite => engine.lines(&format!(
            "SELECT 'DROP ' || type || ' ' || name AS line FROM sqlite_schema WHERE name = '{name}'"
        )),
        Kind::Postgres => engine.lines(&format!(
            "SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass AS line \
             FROM pg_trigger WHERE tgname = '{name}' \
             UNION ALL SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname \
             FROM pg_constraint WHERE conname = '{name}' \
             UNION ALL SELECT 'DROP INDEX ' || indexname FROM pg_indexes \
             WHERE indexname = '{name}' AND NOT EXISTS \
             (SELECT FROM pg_constraint WHERE conname = '{name}')"
        )),
    };
    let [drop] = drop.as_slice() else {
        panic!("the schema has no trigger or index {name}");
    };
    engine.must(drop);
}

fn as_promised(promised: &Answer, answer: &Result<(), Said>) -> Result<(), String> {
    if promised.is(answer) {
        Ok(())
    } else {
        Err(format!("promised {promised:?}, got {answer:?}"))
    }
}

fn report(case: &Case, why: &str) -> String {
    let statement: String = case.refused.chars().take(300).collect();
    format!("- {}: {why}\n    {statement}", case.what)
}
