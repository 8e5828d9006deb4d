//! The tables of the books: in which order they are filled, and what their documents are.

use serde::Serialize;
use serde::de::DeserializeOwned;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::breaks::Break;
use starkeeper_actors::domain::customer::Customer;
use starkeeper_actors::domain::invoice::Invoice;
use starkeeper_actors::domain::login::Login;
use starkeeper_actors::domain::notice::Notice;
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::pricing::{ShopPrices, StoredShopPrices};
use starkeeper_actors::domain::shop::Shop;
use starkeeper_actors::domain::stored::Stored;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::domain::wallet::Wallet;

/// One table.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns that name a row; rows are copied in their order.
    pub(super) by: &'static [&'static str],
    pub(super) document: Document,
}

/// What a table's documents are in the domain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Document {
    None,
    Customer,
    Wallet,
    Order,
    Transfer,
    Invoice,
    Login,
    Notice,
    Prices,
    Shop,
    Break,
}

/// The life of the books, which is never copied.
pub(super) const LIFE: &str = "books";

/// All tables whose rows are copied. A row comes after those it relies on. Postings move the
/// balances of accounts by themselves, in the order of their ids; snapshots follow what they sum.
pub(super) const TABLES: &[Table] = &[
    table("customers", &["id"], Document::Customer),
    table("wallets", &["address"], Document::Wallet),
    table("logins", &["id"], Document::Login),
    table("orders", &["id"], Document::Order),
    table("transfers", &["id"], Document::Transfer),
    table("invoices", &["id"], Document::Invoice),
    table("accounts", &["id"], Document::None),
    table("entries", &["id"], Document::None),
    table("postings", &["id"], Document::None),
    table("account_snapshots", &["upto", "account"], Document::None),
    table("notices", &["id"], Document::Notice),
    table("live_messages", &["order_id"], Document::None),
    table("prices", &["id"], Document::Prices),
    table("shop", &["id"], Document::Shop),
    table("breaks", &["key"], Document::Break),
    table("leases", &["key"], Document::None),
    table("jars", &["login", "version"], Document::None),
    table("claims", &["kind", "name"], Document::None),
    table("outside_events", &["key"], Document::None),
    table("answers", &["key"], Document::None),
    table("audit", &["id"], Document::None),
    table("handled_updates", &["bot", "update_id"], Document::None),
];

const fn table(name: &'static str, by: &'static [&'static str], document: Document) -> Table {
    Table { name, by, document }
}

impl Document {
    /// The document in the words of this version. Engines keep a document's text in different
    /// forms; both compare what the domain writes.
    pub(super) fn retold(self, text: &str) -> Result<String, serde_json::Error> {
        match self {
            Self::None => Ok(text.to_owned()),
            Self::Customer => stored::<Customer>(text),
            Self::Wallet => stored::<Wallet>(text),
            Self::Order => stored::<Order>(text),
            Self::Transfer => stored::<Transfer>(text),
            Self::Invoice => stored::<Invoice>(text),
            Self::Login => stored::<Login>(text),
            Self::Notice => stored::<Notice>(text),
            Self::Shop => stored::<Shop>(text),
            Self::Break => stored::<Break>(text),
            Self::Prices => {
                let prices: ShopPrices = serde_json::from_str::<StoredShopPrices>(text)?.into();
                serde_json::to_string(&StoredShopPrices::from(prices))
            }
        }
    }
}

fn stored<T: Serialize + DeserializeOwned>(text: &str) -> Result<String, serde_json::Error> {
    let read: Stored<T> = serde_json::from_str(text)?;
    serde_json::to_string(&Stored::today(read.into_today()))
}

/// A wallet's document in books of another life, until whose beginning nothing is trusted.
pub(super) fn restored(
    text: &str,
    now: Timestamp,
    wait: starkeeper_actors::domain::Span,
) -> Result<String, serde_json::Error> {
    let read: Stored<Wallet> = serde_json::from_str(text)?;
    serde_json::to_string(&Stored::today(read.into_today().restored(now, wait)))
}

/// Whether a wallet's document is one of restored books.
pub(super) fn is_restored(text: &str) -> Result<bool, serde_json::Error> {
    let read: Stored<Wallet> = serde_json::from_str(text)?;
    Ok(read.into_today().trust_from.is_some())
}
