//! Tokens of the admin API, as the settings know them.

use super::*;

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn tokens_stand_with_commas_or_a_line_each_and_are_known_by_their_hashes() {
    let other = "0".repeat(64);
    let listed = format!("desk:read+operate:{HASH},\n grafana:read:{other}\n");
    let place = Place::new().file("tokens", &listed);
    let settings = place.var_of_file("ADMIN_TOKENS_FILE", "tokens").settings();
    let [desk, grafana] = settings.admin.tokens.as_slice() else {
        panic!("{:?}", settings.admin.tokens);
    };
    assert_eq!(desk.name, "desk");
    assert_eq!(desk.scopes, [AdminScope::Read, AdminScope::Operate]);
    assert_eq!(desk.hash[..2], [0x9f, 0x86]);
    assert_eq!(grafana.scopes, [AdminScope::Read]);
    assert!(settings.admin.token.is_none());
    assert!(!settings.show().contains("9f86"), "{}", settings.show());
}

#[test]
fn what_is_no_token_is_refused_without_being_shown() {
    let wrong = [
        "desk:read".to_owned(),
        format!("desk:read:{}", HASH.trim_start_matches('9')),
        format!("desk:read:{}g", HASH.trim_start_matches('9')),
        format!("desk:write:{HASH}"),
        format!("desk::{HASH}"),
        format!(":read:{HASH}"),
        format!("The Desk:read:{HASH}"),
        format!("admin:read:{HASH}"),
    ];
    for text in wrong {
        let complaints = Place::new().var("ADMIN_TOKENS", &text).complaints();
        let letters = text.chars().count();
        let expected = format!(
            "ADMIN_TOKENS (or ADMIN_TOKENS_FILE): expected NAME:SCOPES:HASH with commas, as `starkeeper token NAME SCOPES` prints it, found {letters} characters that are not shown (read from the environment)"
        );
        assert_eq!(complaints, [expected], "{text}");
    }
    let twice = format!("desk:read:{HASH},desk:money:{}", "1".repeat(64));
    let complaints = Place::new().var("ADMIN_TOKENS", &twice).complaints();
    assert!(
        complaints[0].contains("desk stands there twice"),
        "{complaints:?}"
    );
}
