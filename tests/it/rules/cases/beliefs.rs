//! What a commit believes: the life of the books, and the epochs of its leases.

use super::super::case::Case;
use super::super::world::{LIFE, beliefs};

pub fn cases() -> Vec<Case> {
    [lives(), epochs(), isolation()].concat()
}

const HELD: &str = "'wallet/wallet-a'";

fn lives() -> Vec<Case> {
    let case = |what: &str, life: String| {
        Case::new(
            what,
            beliefs(life, "NULL", "NULL"),
            beliefs(LIFE, "NULL", "NULL"),
        )
        .stores_nothing()
        .says(
            "beliefs_check",
            "life: the books live on under another incarnation",
        )
    };
    vec![
        case("an older life", (LIFE - 1).to_string()),
        case("a life that is still to come", (LIFE + 1).to_string()),
        case("no life", "NULL".into()),
        case("the life of retired books", "0".into()),
        // The twin believes in the books as they are before they retire.
        Case::new(
            "retired books take no commit, not even one that knows that they are retired",
            beliefs(0, "NULL", "NULL"),
            "UPDATE books SET incarnation = 79",
        )
        .given("UPDATE books SET incarnation = 0")
        .says(
            "beliefs_check",
            "life: the books live on under another incarnation",
        ),
        Case::new(
            "an older life holds a lease that is still good",
            beliefs(LIFE - 1, HELD, 3),
            beliefs(LIFE, HELD, 3),
        )
        .stores_nothing()
        .says(
            "beliefs_check",
            "life: the books live on under another incarnation",
        ),
    ]
}

fn epochs() -> Vec<Case> {
    let case = |what: &str, lease: &str, epoch: &str| {
        Case::new(what, beliefs(LIFE, lease, epoch), beliefs(LIFE, HELD, 3))
            .stores_nothing()
            .says("beliefs_check", "fenced: the lease went to another epoch")
    };
    vec![
        case("an older epoch", HELD, "2"),
        case("an epoch that is still to come", HELD, "4"),
        case("a lease without an epoch", HELD, "NULL"),
        case("a lease that nobody has taken yet", "'notifier'", "0"),
        case("a lease that is not there", "'wallet/wallet-z'", "3"),
        case(
            "a lease that is not there, without an epoch",
            "'wallet/wallet-z'",
            "NULL",
        ),
        case("the right epoch of another lease", "'login/1'", "3"),
        Case::new(
            "the epoch of before another holder",
            beliefs(LIFE, HELD, 3),
            beliefs(LIFE, HELD, 4),
        )
        .given("UPDATE leases SET epoch = 4, holder = 11 WHERE key = 'wallet/wallet-a'")
        .stores_nothing()
        .says("beliefs_check", "fenced: the lease went to another epoch"),
    ]
}

fn isolation() -> Vec<Case> {
    [
        "ISOLATION LEVEL REPEATABLE READ",
        "ISOLATION LEVEL SERIALIZABLE",
    ]
    .map(|isolation| {
        Case::new(
            format!("a commit at {isolation}, which sees old books"),
            beliefs(LIFE, HELD, 3),
            beliefs(LIFE, HELD, 3),
        )
        .begun(isolation)
        .stores_nothing()
        .postgres_says(
            "beliefs_check",
            "rule: the books are written at read committed",
        )
    })
    .to_vec()
}
