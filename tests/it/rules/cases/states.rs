//! What cannot come back: a judged transfer, a finished order, another wallet, a used seqno, an
//! older epoch.

use super::super::case::Case;

pub fn cases() -> Vec<Case> {
    [wallets_and_orders(), transfers(), leases(), books()].concat()
}

fn wallets_and_orders() -> Vec<Case> {
    let bound = "rule: an order is bound to its wallet for good";
    let finished = "rule: a finished order does not come back";
    vec![
        Case::new(
            "the seqno of a wallet goes back",
            "UPDATE wallets SET version = version + 1, next_seqno = 4 WHERE address = 'wallet-a'",
            "UPDATE wallets SET version = version + 1, next_seqno = 6 WHERE address = 'wallet-a'",
        )
        .says(
            "wallets_seqno",
            "rule: the seqno of a wallet never goes back",
        ),
        Case::new(
            "a delivered order is held again",
            "UPDATE orders SET version = version + 1, state = 'held', finished = FALSE WHERE id = 3",
            "UPDATE orders SET version = version + 1, state = 'parked' WHERE id = 1",
        )
        .says("orders_end", finished),
        Case::new(
            "a delivered order is refunded",
            "UPDATE orders SET version = version + 1, state = 'refunded' WHERE id = 3",
            "UPDATE orders SET version = version + 1, document = document WHERE id = 3",
        )
        .says("orders_end", finished),
        Case::new(
            "a delivered order is not finished any more",
            "UPDATE orders SET version = version + 1, finished = FALSE WHERE id = 3",
            "UPDATE orders SET version = version + 1, finished = TRUE WHERE id = 3",
        )
        .says("orders_end", finished),
        Case::new(
            "an order moves to another wallet",
            "UPDATE orders SET version = version + 1, wallet = 'wallet-c' WHERE id = 2",
            "UPDATE orders SET version = version + 1, wallet = 'wallet-b' WHERE id = 2",
        )
        .says("orders_wallet", bound),
        Case::new(
            "an order leaves its wallet before it ends, perhaps for another",
            "UPDATE orders SET version = version + 1, wallet = NULL WHERE id = 2",
            "UPDATE orders SET version = version + 1, wallet = NULL, due = NULL, \
             state = 'refunded', finished = TRUE WHERE id = 2",
        )
        .says("orders_wallet", bound),
    ]
}

fn transfers() -> Vec<Case> {
    let judged = "rule: a transfer that was judged cannot be live again";
    let case = |what: &str, id: i64, lawful: &str| {
        Case::new(
            what,
            format!(
                "UPDATE transfers SET version = version + 1, live = TRUE, takes_seqno = TRUE \
                 WHERE id = {id}"
            ),
            format!("UPDATE transfers SET version = version + 1, {lawful} WHERE id = {id}"),
        )
        .says("transfers_judged", judged)
    };
    vec![
        case("a paid transfer is live again", 3, "state = 'bounced'"),
        case(
            "a dead transfer is live again",
            60,
            "state = 'paid', takes_seqno = TRUE",
        )
        .given(super::super::world::dead_transfer(60, 2, "wallet-b", 9).insert()),
    ]
}

fn leases() -> Vec<Case> {
    let case = |what: &str, key: &str, refused: &str, lawful: &str| {
        Case::new(
            what,
            format!("UPDATE leases SET {refused} WHERE key = '{key}'"),
            format!("UPDATE leases SET {lawful} WHERE key = '{key}'"),
        )
        .says(
            "leases_epoch",
            "rule: a new holder of a lease gets the next epoch",
        )
    };
    let held = "wallet/wallet-a";
    vec![
        case(
            "another replica takes a lease under the old epoch",
            held,
            "holder = 11",
            "holder = 11, epoch = epoch + 1",
        ),
        case(
            "a lease that was given back is taken under the old epoch",
            "login/1",
            "holder = 11",
            "holder = 11, epoch = epoch + 1",
        ),
        case(
            "an epoch goes back",
            held,
            "epoch = epoch - 1",
            "until = CURRENT_TIMESTAMP",
        ),
        case(
            "an epoch is skipped",
            held,
            "holder = 11, epoch = epoch + 2",
            "holder = 10, epoch = epoch + 1",
        ),
        case(
            "a lease is given back and its epoch as well",
            held,
            "holder = NULL, epoch = 0",
            "holder = NULL",
        ),
        case(
            "a lease becomes another",
            held,
            "key = 'wallet/wallet-z'",
            "holder = holder, until = CURRENT_TIMESTAMP",
        ),
    ]
}

fn books() -> Vec<Case> {
    let case = |what: &str, set: &str| {
        Case::new(
            what,
            format!("UPDATE books SET {set}"),
            "UPDATE books SET incarnation = 0",
        )
        .says("books_life", "rule: the books have one life at a time")
    };
    vec![
        case("the books get another number", "id = 2"),
        case("a life below 0, which is no life", "incarnation = -1"),
    ]
}
