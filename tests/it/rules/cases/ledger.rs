//! Postings, balances, floors, snapshots.

use super::super::case::{Answer, Case};
use super::super::world::accounts::{
    CLEARING, CUSTOMER, DEBT, FLOAT, FLOAT_HELD, HELD, NOBODY, OTHER_CUSTOMER, OWNER_TON, REVENUE,
};
use super::super::world::{account, entry, fact, posting, posting_at, snapshot};

pub fn cases() -> Vec<Case> {
    [
        floors(),
        postings(),
        entries(),
        balances(),
        accounts(),
        snapshots(),
        too_much(),
    ]
    .concat()
}

const FLOOR: &str = "floor: a balance would fall below zero";
const FOLLOWS: &str = "rule: a balance changes only as its newest posting says";

fn floors() -> Vec<Case> {
    let below = |what: &str, debit, credit, there: i64| {
        Case::new(
            format!("{what} falls below zero"),
            posting(60, debit, credit, there + 1).insert(),
            posting(60, debit, credit, there.max(1)).insert(),
        )
        .given(entry(60, 1).insert())
        .says("accounts_follow", FLOOR)
    };
    let filled = |debit, credit| {
        let entries = [fact(59, 1).insert(), entry(60, 1).insert()];
        [
            &entries[0],
            &posting(59, debit, credit, 70).insert(),
            &entries[1],
        ]
        .map(String::as_str)
        .join("; ")
    };
    vec![
        below("what a customer has", CUSTOMER, REVENUE, 1000),
        below("what is held for a customer", HELD, REVENUE, 70).given(filled(CLEARING, HELD)),
        below("what a customer owes", CLEARING, DEBT, 70).given(filled(DEBT, REVENUE)),
        below("the float of a wallet", OWNER_TON, FLOAT, 5000),
        below("the held float of a wallet", OWNER_TON, FLOAT_HELD, 70)
            .given(filled(FLOAT_HELD, OWNER_TON)),
        Case::new(
            "a fact may take more than is there, and an order of ours may not",
            posting(60, CUSTOMER, CLEARING, 1001).insert(),
            posting(61, CUSTOMER, CLEARING, 1001).insert(),
        )
        .given(format!(
            "{}; {}",
            entry(60, 1).insert(),
            fact(61, 1).insert()
        ))
        .says("accounts_follow", FLOOR),
        Case::new(
            "what is below zero goes on falling, and may only rise",
            posting(61, CUSTOMER, REVENUE, 1).insert(),
            posting(61, CLEARING, CUSTOMER, 1).insert(),
        )
        .given(format!(
            "{}; {}; {}",
            fact(60, 1).insert(),
            posting(60, CUSTOMER, CLEARING, 1500).insert(),
            entry(61, 1).insert()
        ))
        .says("accounts_follow", FLOOR),
        Case::new(
            "an entry is below zero only in its middle",
            format!(
                "{}; {}",
                posting_at(60, 0, CUSTOMER, REVENUE, 1500).insert(),
                posting_at(60, 1, CLEARING, CUSTOMER, 1000).insert()
            ),
            format!(
                "{}; {}",
                posting_at(60, 0, CLEARING, CUSTOMER, 1000).insert(),
                posting_at(60, 1, CUSTOMER, REVENUE, 1500).insert()
            ),
        )
        .given(entry(60, 2).insert())
        .says("accounts_follow", FLOOR),
        ignored_floor("INSERT OR IGNORE"),
        ignored_floor("INSERT OR REPLACE"),
        ignored_floor("INSERT OR FAIL"),
    ]
}

/// The conflict clause of a statement counts inside its triggers as well.
fn ignored_floor(verb: &str) -> Case {
    Case::new(
        format!("a balance falls below zero under {verb}"),
        posting(60, CUSTOMER, REVENUE, 1001).insert_as(verb),
        posting(60, CUSTOMER, REVENUE, 1000).insert_as(verb),
    )
    .given(entry(60, 1).insert())
    .sqlite_says("accounts_follow", FLOOR)
}

fn postings() -> Vec<Case> {
    let exists = "rule: a posting moves between two accounts that must exist";
    let moves = "rule: a posting moves more than zero between two accounts of one asset";
    let place = "rule: a posting has its place in an entry that must exist";
    let lawful = posting_at(3, 0, CLEARING, CUSTOMER, 7).insert();
    let case = |what: &str, refused: String, sentence: &str| {
        Case::new(what, refused, lawful.clone()).says("postings_post", sentence)
    };
    vec![
        case(
            "an account that is not there is debited",
            posting(3, NOBODY, CUSTOMER, 7).insert(),
            exists,
        ),
        case(
            "an account that is not there is credited",
            posting(3, CLEARING, NOBODY, 7).insert(),
            exists,
        ),
        case(
            "dollars become TON",
            posting(3, CLEARING, OWNER_TON, 7).insert(),
            moves,
        ),
        case(
            "a posting of nothing",
            posting(3, CLEARING, CUSTOMER, 0).insert(),
            moves,
        ),
        case(
            "a posting of less than nothing",
            posting(3, CLEARING, CUSTOMER, -7).insert(),
            moves,
        ),
        case(
            "an account pays itself",
            posting(3, CUSTOMER, CUSTOMER, 7).insert(),
            moves,
        ),
        case(
            "a posting behind its entry's last place",
            posting_at(3, 2, CLEARING, CUSTOMER, 7).insert(),
            place,
        ),
        case(
            "a posting whose number lies in another entry",
            posting(3, CLEARING, CUSTOMER, 7)
                .with("id", 2 * 64 + 1)
                .insert(),
            place,
        ),
        case(
            "a posting of an entry that is not there",
            posting(90, CLEARING, CUSTOMER, 7).insert(),
            place,
        ),
        case(
            "a posting behind a snapshot",
            posting_at(1, 1, CLEARING, REVENUE, 7).insert(),
            "again: a snapshot was taken behind this entry",
        ),
        case(
            "a posting that is older than its account's newest",
            posting_at(2, 1, CLEARING, HELD, 7).insert(),
            FOLLOWS,
        )
        .given(format!(
            "{}; {}",
            entry(60, 1).insert(),
            posting(60, CLEARING, HELD, 1).insert()
        ))
        .says("accounts_follow", FOLLOWS),
        Case::new(
            "one bad row of many",
            format!(
                "{}, ({}, 3, {CLEARING}, {CUSTOMER}, 0)",
                posting_at(3, 0, CLEARING, CUSTOMER, 7).insert_as("INSERT OR FAIL"),
                3 * 64 + 1
            ),
            format!(
                "{}, ({}, 3, {CLEARING}, {CUSTOMER}, 1)",
                posting_at(3, 0, CLEARING, CUSTOMER, 7).insert_as("INSERT OR FAIL"),
                3 * 64 + 1
            ),
        )
        .sqlite_says("postings_post", moves),
        Case::new(
            "a posting is made in a transaction that sees old books",
            lawful.clone(),
            lawful.clone(),
        )
        .begun("ISOLATION LEVEL REPEATABLE READ")
        .postgres_says(
            "postings_post",
            "rule: the books are written at read committed",
        ),
    ]
}

fn entries() -> Vec<Case> {
    let size = "rule: an entry has 1 to 64 postings";
    let counts = "rule: entries count from 1";
    vec![
        Case::new(
            "an entry of no postings",
            entry(60, 0).insert(),
            entry(60, 1).insert(),
        )
        .says("entries_new", size),
        Case::new(
            "an entry of 65 postings",
            entry(60, 65).insert(),
            entry(60, 64).insert(),
        )
        .says("entries_new", size),
        Case::new("entry 0", entry(0, 1).insert(), entry(60, 1).insert())
            .says("entries_number", counts),
        Case::new(
            "an entry before the first snapshot there can be",
            entry(-5, 1).insert(),
            entry(60, 1).insert(),
        )
        .says("entries_number", counts),
    ]
}

/// Lawful whenever a statement about balances was not.
fn pays() -> String {
    posting_at(3, 0, CLEARING, CUSTOMER, 7).insert()
}

fn balances() -> Vec<Case> {
    let by_hand = |what: &str, set: &str| {
        Case::new(what, format!("UPDATE accounts SET {set}"), pays())
            .says("accounts_follow", FOLLOWS)
    };
    vec![
        by_hand(
            "a balance is set by hand",
            "balance = balance + 1 WHERE id = 1",
        ),
        by_hand(
            "a balance is set by hand to what it is",
            "balance = balance WHERE id = 1",
        ),
        by_hand(
            "a balance is moved once more by its newest posting",
            "balance = balance + 1000, last_posting = 64 WHERE id = 1",
        ),
        by_hand(
            "a balance is moved by a posting of other accounts",
            "balance = balance + 5000, last_posting = 128 WHERE id = 1",
        ),
        by_hand(
            "a balance is moved by a posting that is not there",
            "balance = balance + 7, last_posting = 192 WHERE id = 1",
        ),
        by_hand(
            "the newest posting of a balance is forgotten",
            "last_posting = 0 WHERE id = 1",
        ),
        by_hand(
            "a balance appears where none is stored",
            "balance = 1000, last_posting = 64 WHERE id = 6",
        ),
        Case::new(
            "a balance takes more from its newest posting than it says",
            "UPDATE accounts SET balance = balance + 6, last_posting = 3840 WHERE id = 1",
            "UPDATE accounts SET balance = balance + 5, last_posting = 3840 WHERE id = 1",
        )
        .without(&["postings_post"])
        .given(format!(
            "{}; {}",
            entry(60, 1).insert(),
            posting(60, CLEARING, CUSTOMER, 5).insert(),
        ))
        .says("accounts_follow", FOLLOWS),
        Case::new(
            "a balance changes by an upsert",
            format!(
                "{} ON CONFLICT (id) DO UPDATE SET balance = 5",
                account(1, "customer", "60", "usd", "credit").insert()
            ),
            pays(),
        )
        .postgres_says("accounts_follow", FOLLOWS)
        .sqlite_says("accounts_exist_once", "taken: account"),
    ]
}

fn accounts() -> Vec<Case> {
    let stays = |column: &str, literal: &str| {
        let sentence = "rule: what an account is never changes";
        Case::new(
            format!("the {column} of an account changes"),
            format!("UPDATE accounts SET {column} = {literal} WHERE id = 1"),
            pays(),
        )
        .touches(column)
        .says("accounts_follow", sentence)
    };
    let of_kind = |what: &str, refused: String| {
        Case::new(
            what,
            refused,
            account(60, "customer", "60", "usd", "credit").insert(),
        )
        .says(
            "accounts_kind",
            "rule: an account has the side, the asset and the floor of its kind",
        )
    };
    let empty = |what: &str, refused: String| {
        Case::new(
            what,
            refused,
            account(60, "customer", "60", "usd", "credit").insert(),
        )
        .says("accounts_new", "rule: a new account is empty")
    };
    let new = account(60, "customer", "60", "usd", "credit");
    vec![
        stays("id", "60"),
        stays("kind", "'revenue'"),
        stays("owner", "'60'"),
        stays("asset", "'ton'"),
        stays("side", "'debit'"),
        stays("floored", "FALSE"),
        empty(
            "a new account has money",
            new.clone().with("balance", 5).insert(),
        ),
        empty(
            "a new account has a past",
            new.clone().with("last_posting", 64).insert(),
        ),
        of_kind(
            "a customer without a floor",
            new.clone().with("floored", "FALSE").insert(),
        ),
        of_kind(
            "a floor under the shop's own account",
            account(60, "gateway_fees", "", "usd", "debit")
                .with("floored", "TRUE")
                .insert(),
        ),
        of_kind(
            "a customer whose balance grows by taking",
            account(60, "customer", "60", "usd", "debit").insert(),
        ),
        of_kind(
            "a float that grows by paying",
            account(60, "float", "wallet-b", "ton", "credit").insert(),
        ),
        of_kind(
            "a customer who has TON",
            account(60, "customer", "60", "ton", "credit").insert(),
        ),
        of_kind(
            "a wallet that has dollars",
            account(60, "float", "wallet-b", "usd", "debit").insert(),
        ),
        of_kind(
            "an asset that nobody knows",
            account(60, "owner", "", "eur", "credit").insert(),
        ),
        of_kind(
            "a kind that nobody knows",
            account(60, "pocket", "", "usd", "credit").insert(),
        ),
    ]
}

fn snapshots() -> Vec<Case> {
    let adds_up = |what: &str, refused: String, lawful: String| {
        Case::new(what, refused, lawful).says(
            "account_snapshots_add_up",
            "rule: a snapshot is the one before it and what was posted since",
        )
    };
    let moved = format!(
        "{}; {}",
        entry(60, 1).insert(),
        posting(60, CLEARING, REVENUE, 300).insert()
    );
    let right = snapshot(60, CLEARING, 1300).insert();
    vec![
        adds_up(
            "a snapshot of what is not there",
            snapshot(60, CLEARING, 1301).insert(),
            right.clone(),
        )
        .given(moved.clone()),
        adds_up(
            "a snapshot that forgets the one before it",
            snapshot(60, CLEARING, 300).insert(),
            right.clone(),
        )
        .given(moved.clone()),
        adds_up(
            "a snapshot on the wrong side",
            snapshot(60, REVENUE, -300).insert(),
            snapshot(60, REVENUE, 300).insert(),
        )
        .given(moved.clone()),
        adds_up(
            "a snapshot of an entry that is still to come",
            snapshot(61, CLEARING, 1300).insert(),
            right.clone(),
        )
        .given(moved.clone()),
        adds_up(
            "a snapshot behind another",
            snapshot(59, CLEARING, 1000).insert(),
            snapshot(61, CLEARING, 1300).insert(),
        )
        .given(format!("{moved}; {right}; {}", entry(61, 1).insert())),
        adds_up(
            "a snapshot of a stored balance",
            snapshot(2, CUSTOMER, 1000).insert(),
            snapshot(2, CLEARING, 1000).insert(),
        ),
        adds_up(
            "a snapshot of an account that is not there",
            snapshot(2, NOBODY, 0).insert(),
            snapshot(2, CLEARING, 1000).insert(),
        ),
        Case::new(
            "a snapshot is taken twice",
            snapshot(1, REVENUE, 0).insert(),
            snapshot(2, REVENUE, 0).insert(),
        )
        .postgres_says(
            "account_snapshots_add_up",
            "rule: a snapshot is the one before it and what was posted since",
        )
        .postgres_behind("account_snapshots_pkey")
        .sqlite_says(
            "account_snapshots_add_up",
            "rule: a snapshot is the one before it and what was posted since",
        ),
        Case::new(
            "a snapshot is taken in a transaction that sees old books",
            snapshot(2, CLEARING, 1000).insert(),
            snapshot(2, CLEARING, 1000).insert(),
        )
        .begun("ISOLATION LEVEL SERIALIZABLE")
        .postgres_says(
            "account_snapshots_add_up",
            "rule: the books are written at read committed",
        ),
    ]
}

/// More than a number can hold.
fn too_much() -> Vec<Case> {
    let most = posting(60, CLEARING, OTHER_CUSTOMER, i64::MAX).insert();
    let given = format!(
        "{}; {}; {}",
        entry(60, 1).insert(),
        most,
        entry(61, 1).insert()
    );
    let more = posting(61, CLEARING, OTHER_CUSTOMER, 1);
    let less = posting(61, OTHER_CUSTOMER, REVENUE, 1);
    let mut cases = vec![
        Case::new("more than a balance can hold", more.insert(), less.insert())
            .given(given.clone())
            .on_postgres("", Answer::Complains("bigint out of range"))
            .on_sqlite("", Answer::Complains("cannot store REAL value")),
    ];
    for verb in ["INSERT OR IGNORE", "INSERT OR REPLACE"] {
        cases.push(
            Case::new(
                format!("more than a balance can hold under {verb}"),
                more.insert_as(verb),
                less.insert_as(verb),
            )
            .given(given.clone())
            .on_sqlite("", Answer::Complains("cannot store REAL value")),
        );
    }
    cases
}
