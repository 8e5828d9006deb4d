//! A person who is erased (rule 23): not while anything is open, only once, and for good.

use super::super::case::Case;
use super::super::world::accounts::{CLEARING, REVENUE};
use super::super::world::{
    THEN, account, customer, document, erased_customer, fact, golden, invoice, order, otherwise,
    posting, posting_at,
};

pub fn cases() -> Vec<Case> {
    [chats(), for_good(), open()].concat()
}

fn write(set: &str) -> String {
    format!("UPDATE customers SET version = version + 1, {set} WHERE id = 60")
}

fn erase() -> String {
    write(&format!(
        "erased_at = {THEN}, telegram = -60, pseudonym = 'nobody'"
    ))
}

fn chats() -> Vec<Case> {
    let case = |what: &str, refused: &str, lawful: String| {
        Case::new(what, write(refused), lawful)
            .given(customer(60).insert())
            .says(
                "customers_chat",
                "rule: the telegram id of a customer never changes",
            )
    };
    let elsewhere = document(&otherwise(&golden("customer-unreachable"), "is.telegram"));
    vec![
        case("the chat of a customer changes", "telegram = -60", erase()),
        case(
            "the chat in the document of a customer changes",
            &format!("document = {elsewhere}"),
            write(&format!("document = {elsewhere}, erased_at = {THEN}")),
        ),
        case(
            "somebody who was erased gets a chat",
            "telegram = 4061",
            write("unreachable = TRUE"),
        )
        .given(erased_customer(60).insert()),
    ]
}

fn for_good() -> Vec<Case> {
    let sentence = "rule: an erased person does not come back";
    let case = |what: &str, refused: &str| {
        Case::new(what, write(refused), write("pseudonym = NULL"))
            .given(erased_customer(60).insert())
            .says("customers_erased", sentence)
    };
    vec![
        case(
            "somebody who was erased comes back",
            "erased_at = NULL, pseudonym = NULL",
        ),
        case("somebody is erased again", "erased_at = CURRENT_TIMESTAMP"),
        case("a pseudonym becomes another", "pseudonym = 'somebody'"),
        case("a pseudonym comes back", "pseudonym = 'nobody'")
            .given(erased_customer(60).with("pseudonym", "NULL").insert())
            .lawful_is(write("unreachable = TRUE")),
        Case::new(
            "a pseudonym for somebody who is not erased",
            write("pseudonym = 'nobody'"),
            erase(),
        )
        .given(customer(60).insert())
        .says("customers_erased", sentence),
    ]
}

/// Everything that keeps a person, and how it ends.
fn open() -> Vec<Case> {
    let case = |what: &str, open: &str, ends: &str| {
        Case::new(
            format!("somebody with {what} is erased"),
            erase(),
            format!("{ends}; {}", erase()),
        )
        .given(format!("{}; {open}", customer(60).insert()))
        .says(
            "customers_erase",
            "rule: a person with something open is not erased",
        )
    };
    let ends = |table: &str, set: &str| {
        format!("UPDATE {table} SET version = version + 1, {set} WHERE id = 60")
    };
    let has = |what: &str, kind: &str, side: &str, first: i64, then: i64| {
        let (debit, credit) = if side == "credit" {
            (CLEARING, 60)
        } else {
            (60, REVENUE)
        };
        let open = [
            account(60, kind, "60", "usd", side).insert(),
            fact(60, 3).insert(),
            posting(60, debit, credit, 7).insert(),
            posting_at(60, 1, credit, debit, first).insert(),
        ];
        let (from, to) = if then < 0 {
            (debit, credit)
        } else {
            (credit, debit)
        };
        let ends = posting_at(60, 2, from, to, then.abs()).insert();
        case(what, &open.join("; "), &ends)
    };
    let locked = write("frozen = TRUE");
    let unlocked = write("frozen = FALSE");
    let at_once = erase().replace("erased_at", "frozen = FALSE, erased_at");
    vec![
        case(
            "an unfinished order",
            &order(60, 60).insert(),
            &ends("orders", "state = 'delivered', finished = TRUE"),
        ),
        case(
            "an invoice that may be paid",
            &invoice(60).with("customer", 60).insert(),
            &ends("invoices", "payable = FALSE"),
        ),
        has("a balance", "customer", "credit", 6, 1),
        has("less than nothing", "customer", "credit", 8, -1),
        has("a hold", "customer_held", "credit", 6, 1),
        has("a debt", "customer_debt", "debit", 6, 1),
        case("an AML lock", &locked, &unlocked),
        case(
            "an AML lock that ends in the same write",
            &locked,
            &unlocked,
        )
        .refused_is(at_once),
    ]
}
