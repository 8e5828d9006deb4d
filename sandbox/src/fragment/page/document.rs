//! A whole page: its frame, what it knows, and the script that starts in it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::goods::{Rates, Shelf};
use super::super::session::{Session, Visitor};
use super::super::wire::{encode, escaped, put};
use super::{Which, history, view};
use crate::world::World;

/// What a page is made from.
pub(super) struct Asked<'a> {
    pub(super) world: &'a World,
    pub(super) desk: &'a Desk,
    pub(super) session: &'a Session,
    pub(super) visitor: &'a Visitor,
    pub(super) query: &'a str,
    pub(super) is_stale: bool,
}

/// A page.
pub(super) struct Document {
    pub(super) title: String,
    /// What stands inside `#aj_content`.
    pub(super) html: String,
    /// What `#aj_script` holds.
    pub(super) script: String,
    /// What its script knows.
    pub(super) state: Value,
}

impl Document {
    /// A page of the site.
    pub(super) fn of(which: Which, asked: &Asked<'_>) -> Self {
        let rates = Rates::of(asked.world);
        let (title, main, start) = match which {
            Which::Home | Which::Manifest => ("Fragment", view::home(), ""),
            Which::Sale(shelf) => sale(asked, shelf, rates),
            Which::History(shelf) => history::of(asked, shelf),
            Which::Profile => ("My Profile", view::profile(asked.visitor), ""),
            Which::Sessions => ("Sessions", view::sessions(asked.visitor), ""),
            Which::Kyc => ("Verification", view::verification(), ""),
        };
        let mut state = json!({"tonRate": number(rates.ton)});
        if asked.visitor.account.is_none() {
            put(&mut state, "unAuth", true);
        }
        if let Which::Sale(shelf) = which {
            let page = asked.session.page(shelf);
            put(&mut state, "mode", page.now.0.name());
            put(&mut state, "lastVer", page.version);
            put(&mut state, "lastDh", 100_000_000 + page.version);
        }
        let header = view::header(asked.visitor);
        Self {
            title: title.to_owned(),
            html: format!("{header}<main class=\"tm-main js-main-content\">{main}</main>"),
            script: format!("{}{start}", wallet(asked)),
            state,
        }
    }

    /// The page as HTML.
    pub(super) fn whole(&self, hash: &str, version: u32) -> String {
        let title = escaped(&self.title);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\" class=\"theme-dark\">\n<head>\n\
             <meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <link rel=\"stylesheet\" href=\"/css/fragment.css?{version}\">\n\
             <script src=\"/js/fragment.js?{version}\"></script>\n</head>\n<body>\n\
             <div id=\"aj_content\">{}</div>\n<div id=\"tc-widget-root\"></div>\n\
             <div class=\"alert-popup-container\" hidden><p class=\"popup-text\" role=\"alert\"></p></div>\n",
            self.html
        );
        // Writing into a String cannot fail.
        let _always = write!(
            html,
            "<script>ajInit({{\"version\":{version},\"apiUrl\":\"\\/api?hash={hash}\",\
             \"state\":{}}});</script>\n<script id=\"aj_script\">{}</script>\n</body>\n</html>\n",
            encode(&self.state),
            self.script,
        );
        html
    }
}

fn sale(asked: &Asked<'_>, shelf: Shelf, rates: Rates) -> (&'static str, String, &'static str) {
    let (mode, number) = asked.session.page(shelf).now;
    let purchase = number.and_then(|number| asked.desk.purchases.get(number));
    let person = purchase.and_then(|purchase| asked.desk.people.get(purchase.person));
    let content = view::sale(shelf, mode, purchase.zip(person), rates, asked.query);
    match shelf {
        Shelf::Stars => ("Buy Telegram Stars", content, "Shop.init(\"stars\");"),
        Shelf::Premium => ("Gift Telegram Premium", content, "Shop.init(\"premium\");"),
    }
}

/// What the page tells its script about wallet and login.
fn wallet(asked: &Asked<'_>) -> String {
    let address = match &asked.visitor.wallet {
        Some(address) => encode(&json!(address)),
        None => "false".to_owned(),
    };
    format!(
        "Wallet.init({{\"address\":{address},\"ton_proof\":\"{}\",\"logged_in\":{},\"version\":2}});",
        asked.session.challenge,
        asked.visitor.account.is_some(),
    )
}

/// A decimal as a number of JSON.
fn number(decimal: rust_decimal::Decimal) -> Value {
    serde_json::from_str(&decimal.to_string()).unwrap_or(Value::Null)
}
