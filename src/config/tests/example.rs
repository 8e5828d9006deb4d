//! `.env.example`: it starts a daemon as it is, and names every variable of the deployment guide.

use super::*;

const EXAMPLE: &str = include_str!("../../../.env.example");
const BLOCKS: [&str; 2] = [
    include_str!("../../../tests/fixtures/settings/development.env"),
    include_str!("../../../tests/fixtures/settings/production.env"),
];

/// The variable that a line sets, or would set without its `#`.
fn variable(line: &str) -> Option<&str> {
    let line = line.strip_prefix("# ").unwrap_or(line);
    let (name, _) = line.split_once('=')?;
    let is_name = |name: &str| {
        let mut letters = name.bytes();
        letters.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    (!name.is_empty() && is_name(name)).then_some(name)
}

#[test]
fn the_example_starts_a_daemon_as_it_is() {
    let settings = Place::new().file(".env", EXAMPLE).settings();
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.logs.level, LogLevel::Debug);
    assert!(settings.heleket.keys.is_none(), "payments are off");
    assert!(settings.ton.tills.is_empty(), "nothing is delivered");
    assert!(settings.admin.token.is_none(), "the admin API is closed");
    let odd = never_filled_in(&settings);
    let all: BTreeSet<&str> = EXAMPLE.lines().filter_map(variable).collect();
    for name in odd {
        assert!(
            all.contains(name.as_str()),
            "{name} is no line of the example"
        );
    }
}

#[test]
fn the_example_without_its_signs_of_comment_is_read_as_well() {
    let whole: String = EXAMPLE
        .lines()
        .filter(|line| variable(line).is_some())
        .map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line)))
        .collect();
    // Nodes are for a cluster.
    let place = Place::new().file(".env", &whole);
    let settings = place.var("REDIS_CLUSTER_ENABLED", "true").settings();
    assert!(settings.http.public_url.is_some());
}

#[test]
fn every_variable_of_the_guide_is_in_the_example_with_its_meaning_above_it() {
    let lines: Vec<&str> = EXAMPLE.lines().collect();
    for name in BLOCKS
        .iter()
        .flat_map(|block| block.lines())
        .filter_map(variable)
    {
        let place = lines.iter().position(|line| variable(line) == Some(name));
        let place = place.unwrap_or_else(|| panic!("{name} is missing in .env.example"));
        let above = lines[..place].iter().rev();
        let mut above = above.filter(|line| variable(line).is_none());
        let meaning = above.next();
        let meaning = meaning.is_some_and(|line| line.starts_with("# ") && line.len() > 12);
        assert!(meaning, "{name} is not explained");
    }
}

#[test]
fn every_variable_of_the_example_is_a_setting() {
    let known = |name: &str| {
        NAMES.iter().any(|known| known.var == name) || LATER.iter().any(|(later, _)| *later == name)
    };
    for name in EXAMPLE.lines().filter_map(variable) {
        assert!(known(name), "{name} is no setting");
    }
}
