//! Every stored state of every stored machine has one document in `tests/golden/`, in the very
//! envelope in which the books keep it. Each is read back and must be the value built here, and
//! that value must be written as the document says. So a row that an older version wrote stays
//! readable, and nobody changes the form of a state unawares.
//!
//! A new variant does not compile until it has a name below, and does not pass until it has a
//! document. The documents are written only by
//! `GOLDEN=write cargo test -p starkeeper-actors --test golden`, which writes what is missing and
//! *rewrites what differs*: look at the difference before you commit it. Until the first release
//! no books hold such rows, and rewriting is all there is to do. From then on the old document
//! stays, under another name beside the new one, and must still be read: `order-held.v1.json` and
//! `order-held.v2.json`, or, where a field with a default was added,
//! `wallet-open.v1.before-trust_from.json`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use starkeeper_actors::domain::pricing::{ShopPrices, StoredShopPrices};
use starkeeper_actors::domain::stored::Stored;

#[path = "golden/dialogs.rs"]
mod dialogs;
#[path = "golden/entries.rs"]
mod entries;
#[path = "golden/invoices.rs"]
mod invoices;
#[path = "golden/notices.rs"]
mod notices;
#[path = "golden/rows.rs"]
mod rows;

/// The version of the form in which every machine is stored today.
const TODAY: &str = "v1";

/// Names every variant of an enum, once: the match has no `_`, and the list is the match.
macro_rules! variants {
    ($name:ident of $type:ty { $($pattern:pat => $label:literal),+ $(,)? }) => {
        pub(crate) struct $name;

        impl $name {
            pub(crate) const ALL: &'static [&'static str] = &[$($label),+];

            pub(crate) fn of(value: &$type) -> &'static str {
                match value { $($pattern => $label),+ }
            }
        }
    };
}
pub(crate) use variants;

/// An envelope of the books.
trait Envelope<T>: Serialize + DeserializeOwned {
    fn seal(value: T) -> Self;
    fn open(self) -> T;
}

impl<T: Serialize + DeserializeOwned> Envelope<T> for Stored<T> {
    fn seal(value: T) -> Self {
        Self::today(value)
    }

    fn open(self) -> T {
        self.into_today()
    }
}

impl Envelope<ShopPrices> for StoredShopPrices {
    fn seal(value: ShopPrices) -> Self {
        value.into()
    }

    fn open(self) -> ShopPrices {
        self.into()
    }
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Every document there is, by its name without `.json`.
fn documents() -> BTreeSet<String> {
    let files = fs::read_dir(directory()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect()
}

fn read(document: &str) -> Value {
    let text = fs::read_to_string(directory().join(format!("{document}.json"))).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|why| panic!("{document}: {why}"))
}

/// Checks one row against all its documents, today's and the older ones.
fn check<E: Envelope<T>, T: Clone + PartialEq + Debug>(name: &str, value: &T) {
    let today = format!("{name}.{TODAY}");
    let written = serde_json::to_value(E::seal(value.clone())).unwrap();
    let path = directory().join(format!("{today}.json"));
    let wished = std::env::var("GOLDEN").is_ok_and(|wish| wish == "write");
    if wished && (!path.exists() || read(&today) != written) {
        let text = serde_json::to_string_pretty(&written).unwrap();
        fs::write(&path, text + "\n").unwrap();
    }
    assert!(
        path.exists(),
        "{today}.json is missing: write it with GOLDEN=write, look at it and commit it"
    );
    assert_eq!(read(&today), written, "{today} is not written as it was");
    let prefix = format!("{name}.");
    for document in documents().iter().filter(|one| one.starts_with(&prefix)) {
        let stored: Result<E, _> = serde_json::from_value(read(document));
        let stored = stored.unwrap_or_else(|why| panic!("{document} cannot be read: {why}"));
        assert_eq!(
            &stored.open(),
            value,
            "{document} is read as something else"
        );
    }
}

/// Checks rows of one machine, and that every variant of its states occurs among them.
pub(crate) fn check_machine<T>(
    machine: &str,
    rows: &[(String, T)],
    variants: &[&str],
    variants_of: impl Fn(&T) -> Vec<&'static str>,
) where
    T: Clone + PartialEq + Debug + Serialize + DeserializeOwned,
{
    let mut met = BTreeSet::new();
    for (name, row) in rows {
        check::<Stored<T>, T>(&format!("{machine}-{name}"), row);
        met.extend(variants_of(row));
    }
    for variant in variants {
        assert!(
            met.contains(variant),
            "{machine} has no row that is {variant}"
        );
    }
}

#[test]
fn shop_prices_stay_readable() {
    check::<StoredShopPrices, ShopPrices>("prices-usual", &rows::prices());
    check::<StoredShopPrices, ShopPrices>("prices-stopped", &rows::stopped_prices());
}

#[test]
fn every_document_belongs_to_a_row() {
    let mut names: BTreeSet<String> = rows::names();
    names.extend(invoices::names());
    names.extend(dialogs::names());
    names.extend(entries::names());
    names.extend(notices::names());
    names.extend(["prices-usual", "prices-stopped"].map(str::to_owned));
    names.extend(
        rows::shops()
            .into_iter()
            .map(|(name, _)| format!("shop-{name}")),
    );
    for document in documents() {
        let (name, version) = document.split_once('.').unwrap();
        assert!(names.contains(name), "{document}.json belongs to no row");
        assert!(version.starts_with('v'), "{document}.json names no version");
    }
}

#[test]
fn a_row_of_an_unknown_version_is_refused_and_not_guessed() {
    let mut later = read("order-held.v1");
    later["v"] = Value::from("2");
    let read: Result<Stored<starkeeper_actors::domain::order::Order>, _> =
        serde_json::from_value(later);
    assert!(read.is_err());
}
