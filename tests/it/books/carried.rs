//! `carry-over`: balances of another shop.

use super::{Books, fails, lines, well};

const LIST: &str = "telegram_id,amount\n5000000001,12.50\n5000000002,0\n5000000003,0.000001\n";

/// Who has how much, in millionths of a dollar.
const BALANCES: &str = "SELECT c.telegram || ' ' || a.balance AS line FROM customers c JOIN accounts a \
    ON a.kind = 'customer' AND a.owner = CAST(c.id AS TEXT) ORDER BY 1";

#[test]
fn everybody_gets_their_balance_once_however_often_the_list_is_carried_over() {
    let books = Books::empty();
    let list = books.beside("balances.csv");
    std::fs::write(&list, LIST).unwrap();
    let words = ["carry-over", list.to_str().unwrap()];

    let said = well(&books.url(), &["carry-over", "--dry-run", words[1]]);
    assert!(
        said.starts_with("2 people have $12.500001 together, 1 have nothing"),
        "{said}"
    );
    assert!(lines(&books.path(), BALANCES).is_empty());

    let said = well(&books.url(), &words);
    assert!(
        said.starts_with("2 people were given $12.500001 together; 0 had"),
        "{said}"
    );
    let given = ["5000000001 12500000", "5000000003 1"];
    assert_eq!(lines(&books.path(), BALANCES), given);

    // A longer list, with another amount for somebody who is here already.
    std::fs::write(
        &list,
        format!("{}5000000004,3\n", LIST.replace("12.50", "99")),
    )
    .unwrap();
    let said = well(&books.url(), &words);
    assert!(
        said.starts_with("1 people were given $3.00 together; 2 had"),
        "{said}"
    );
    let given = ["5000000001 12500000", "5000000003 1", "5000000004 3000000"];
    assert_eq!(lines(&books.path(), BALANCES), given);
    let keys = "SELECT key AS line FROM entries WHERE key LIKE 'carried_over/%'";
    assert_eq!(lines(&books.path(), keys).len(), 3);
}

#[test]
fn a_list_with_a_mistake_moves_nothing() {
    let books = Books::empty();
    let list = books.beside("balances.csv");
    let words = ["carry-over", list.to_str().unwrap()];
    let (code, why) = fails(&books.url(), &words);
    assert_eq!(code, 1);
    assert!(why.contains("balances.csv: No such file"), "{why}");
    std::fs::write(&list, format!("{LIST}5000000001,7\n")).unwrap();
    let (code, why) = fails(&books.url(), &words);
    assert_eq!(code, 1);
    assert!(
        why.contains("line 5: this person stands in line 2 as well"),
        "{why}"
    );
    assert!(lines(&books.path(), BALANCES).is_empty());
}

mod with_postgres {
    use super::{BALANCES, Books, LIST, well};
    use crate::support::Database;

    #[test]
    fn a_servers_books_take_them_as_well() {
        let (server, folder) = (Database::migrated(), Books::none());
        let list = folder.beside("balances.csv");
        std::fs::write(&list, LIST).unwrap();
        let words = ["carry-over", "--language", "en", list.to_str().unwrap()];
        for said in [
            "2 people were given $12.500001",
            "0 people were given $0.00",
        ] {
            let answer = well(&server.url(), &words);
            assert!(answer.starts_with(said), "{answer}");
        }
        let balances = server.sql(BALANCES);
        assert_eq!(
            balances.lines().collect::<Vec<_>>(),
            ["5000000001 12500000", "5000000003 1"]
        );
    }
}
