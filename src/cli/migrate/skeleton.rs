//! The files of a new migration: for both engines, up and down.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::Failed;

const ENGINES: [&str; 2] = ["postgres", "sqlite"];

/// What a migration may do, as the first word of its name.
const VERBS: &[&str] = &[
    "add", "allow", "alter", "backfill", "change", "comment", "contract", "convert", "copy",
    "create", "drop", "expand", "fill", "forbid", "index", "merge", "move", "remove", "rename",
    "replace", "require", "set", "split", "tighten", "unset", "widen",
];

/// Long enough for what one migration does.
const LONGEST: usize = 60;

/// Writes the files and answers their paths.
pub(super) fn write(migrations: &Path, name: &str) -> Result<Vec<PathBuf>, Failed> {
    check(name)?;
    for engine in ENGINES {
        if !migrations.join(engine).is_dir() {
            let folder = migrations.join(engine);
            let text = format!(
                "{} is not here; expected to be run at the top of the source tree",
                folder.display()
            );
            return Err(Failed::here(text));
        }
    }
    let number = next_number(migrations)?;
    let mut written = Vec::new();
    for engine in ENGINES {
        let folder = migrations.join(engine).join(format!("{number}_{name}"));
        fs::create_dir(&folder).map_err(|why| cannot(&folder, &why))?;
        for (file, text) in [("up.sql", up(engine, name)), ("down.sql", down(name))] {
            let file = folder.join(file);
            fs::write(&file, text).map_err(|why| cannot(&file, &why))?;
            written.push(file);
        }
    }
    Ok(written)
}

fn check(name: &str) -> Result<(), Failed> {
    let expected = "expected a verb and its object in small letters, such as add_orders_version";
    let refuse = |what: &str| {
        Err(Failed::here(format!(
            "the name `{name}` {what}; {expected}"
        )))
    };
    let mut words = name.split('_');
    let verb = words.next().unwrap_or_default();
    let is_word = |word: &str| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    if name.len() > LONGEST {
        return refuse("is longer than 60 letters");
    }
    if !name.split('_').all(is_word) {
        return refuse("is no words joined by _");
    }
    if !VERBS.contains(&verb) {
        let known = VERBS.join(", ");
        return refuse(&format!("does not begin with one of the verbs {known}"));
    }
    if words.next().is_none() {
        return refuse("has no object");
    }
    Ok(())
}

/// Today's date and the next free number of the day, as migrations run in the order of names.
fn next_number(migrations: &Path) -> Result<String, Failed> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the date of a file that a person makes, not a time the shop counts with"
    )]
    let today = chrono::Utc::now().format("%Y-%m-%d").to_string();
    let mut taken: Vec<String> = Vec::new();
    for engine in ENGINES {
        let folder = migrations.join(engine);
        for entry in fs::read_dir(&folder).map_err(|why| cannot(&folder, &why))? {
            let entry = entry.map_err(|why| cannot(&folder, &why))?;
            taken.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    let newest = taken.iter().max().cloned().unwrap_or_default();
    let day = match newest.get(..today.len()) {
        // A clock that is behind must not put the new one before those that are there.
        Some(day) if day > today.as_str() => day.to_owned(),
        Some(_) | None => today,
    };
    let numbers = taken.iter().filter_map(|name| {
        let rest = name.strip_prefix(&format!("{day}-"))?;
        rest.split('_').next()?.parse::<u32>().ok()
    });
    let next = numbers.max().map_or(1, |newest| newest.saturating_add(1));
    Ok(format!("{day}-{next:06}"))
}

fn up(engine: &str, name: &str) -> String {
    let comments = match engine {
        "postgres" => "-- Every new column gets its COMMENT ON COLUMN.\n",
        _ => "-- The same tables, columns, order and nullability as on PostgreSQL.\n",
    };
    format!(
        "-- {name}: what for, in a sentence.\n{comments}-- Running code must cope with both schemas: expand, move, contract.\n"
    )
}

fn down(name: &str) -> String {
    format!("-- Takes {name} back: afterwards the schema is as it was before, to the letter.\n")
}

fn cannot(path: &Path, why: &std::io::Error) -> Failed {
    Failed::here(format!("{}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        for engine in ENGINES {
            fs::create_dir(tree.path().join(engine)).unwrap();
        }
        tree
    }

    #[test]
    fn both_engines_get_up_and_down_under_one_name() {
        let tree = tree();
        let first = write(tree.path(), "create_books").unwrap();
        let second = write(tree.path(), "add_orders_version").unwrap();
        assert_eq!((first.len(), second.len()), (4, 4));
        let names = |engine: &str| {
            let mut names: Vec<String> = fs::read_dir(tree.path().join(engine))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names("postgres"), names("sqlite"));
        let found = names("sqlite");
        assert!(found[0].ends_with("-000001_create_books"), "{found:?}");
        assert!(
            found[1].ends_with("-000002_add_orders_version"),
            "{found:?}"
        );
        for file in first.iter().chain(&second) {
            assert!(
                fs::read_to_string(file).unwrap().starts_with("-- "),
                "{file:?}"
            );
        }
    }

    #[test]
    fn a_new_migration_comes_after_those_that_are_there() {
        let tree = tree();
        fs::create_dir(tree.path().join("sqlite/2999-01-01-000007_add_dreams")).unwrap();
        let files = write(tree.path(), "add_more_dreams").unwrap();
        assert!(
            files[0]
                .to_string_lossy()
                .contains("2999-01-01-000008_add_more_dreams")
        );
    }

    #[test]
    fn a_name_is_a_verb_and_its_object() {
        let tree = tree();
        for (name, says) in [
            ("fix2", "does not begin with one of the verbs"),
            ("create", "has no object"),
            ("Create_Books", "no words joined by _"),
            ("add__x", "no words joined by _"),
            ("add_../x", "no words joined by _"),
            ("", "no words joined by _"),
            ("orders_version", "does not begin with one of the verbs"),
        ] {
            let why = write(tree.path(), name).unwrap_err().text;
            assert!(
                why.contains(says) && why.contains("add_orders_version"),
                "{name}: {why}"
            );
        }
        assert!(write(tree.path(), &format!("add_{}", "x".repeat(60))).is_err());
        assert_eq!(fs::read_dir(tree.path().join("sqlite")).unwrap().count(), 0);
    }

    #[test]
    fn outside_the_source_tree_nothing_is_written() {
        let nowhere = tempfile::tempdir().unwrap();
        let why = write(nowhere.path(), "create_books").unwrap_err().text;
        assert!(why.contains("top of the source tree"), "{why}");
    }
}
