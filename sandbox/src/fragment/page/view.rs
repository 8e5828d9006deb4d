//! The HTML inside the pages.

use rust_decimal::Decimal;

use super::super::goods::{Goods, Rates, Shelf, options_html, price_html, with_commas};
use super::super::people::Person;
use super::super::purchase::Purchase;
use super::super::session::{Mode, Visitor};
use super::super::wire::escaped;

/// Brand, pages, and who is logged in.
pub(super) fn header(visitor: &Visitor) -> String {
    let wallet = match &visitor.wallet {
        Some(address) => {
            let ends = address
                .get(..8)
                .zip(address.get(address.len().saturating_sub(6)..));
            let short = ends.map_or_else(String::new, |(head, tail)| format!("{head}…{tail}"));
            format!(
                "<span class=\"tm-wallet\" title=\"{0}\">{short}</span>\
                 <button type=\"button\" class=\"link ton-logout-link\">Disconnect</button>",
                escaped(address)
            )
        }
        None => {
            "<button type=\"button\" class=\"link ton-auth-link\">Connect TON</button>".to_owned()
        }
    };
    let telegram = match visitor.account {
        Some(account) => format!(
            "<span class=\"tm-account\">Account {account}</span>\
             <button type=\"button\" class=\"link logout-link\">Log out</button>"
        ),
        None => "<span class=\"tm-account\">Not logged in</span>".to_owned(),
    };
    format!(
        "<p class=\"tm-sandbox\">Sandbox: an imitation for tests. Nothing here is sold, and nothing is paid.</p>\
         <header class=\"tm-header\"><a class=\"tm-logo\" href=\"/\">FRAGMENT</a>\
         <nav class=\"tm-menu\"><a href=\"/stars/buy\">Stars</a><a href=\"/premium/gift\">Premium</a>\
         <a href=\"/stars/history\">History</a></nav>\
         <div class=\"tm-header-actions\">{telegram}{wallet}</div></header>"
    )
}

pub(super) fn home() -> String {
    "<section class=\"tm-section\"><h1>Goods for Telegram</h1>\
     <p class=\"tm-lead\">Stars and Premium for anybody with a username, paid with TON.</p>\
     <div class=\"tm-cards\"><a class=\"tm-card\" href=\"/stars/buy\"><b>Telegram Stars</b>\
     <span>50 and more, delivered at once</span></a>\
     <a class=\"tm-card\" href=\"/premium/gift\"><b>Telegram Premium</b>\
     <span>3 months, 6 months or a year</span></a></div></section>"
        .to_owned()
}

pub(super) fn logged_out(title: &str) -> String {
    format!(
        "<section class=\"tm-section\"><h1>{title}</h1>\
         <p class=\"tm-empty\">Log in to see what you have bought.</p></section>"
    )
}

pub(super) fn profile(visitor: &Visitor) -> String {
    let Some(account) = visitor.account else {
        return logged_out("My Profile");
    };
    let wallet = visitor.wallet.as_deref().unwrap_or("not connected");
    format!(
        "<section class=\"tm-section\"><h1>My Profile</h1><dl class=\"tm-settings\">\
         <dt>Telegram account</dt><dd class=\"tm-settings-item-head\">Account {account}</dd>\
         <dt>Linked Wallet</dt><dd class=\"tm-settings-item-desc tm-wallet-address\">{}</dd></dl>\
         <p><a href=\"/my/sessions\">Sessions</a> · <a href=\"/kyc/account\">Verification</a></p></section>",
        escaped(wallet)
    )
}

pub(super) fn sessions(visitor: &Visitor) -> String {
    if visitor.account.is_none() && visitor.wallet.is_none() {
        return logged_out("Sessions");
    }
    "<section class=\"tm-section\"><h1>Sessions</h1><table class=\"table tm-table\"><thead><tr>\
     <th>Device</th><th>Status</th></tr></thead><tbody><tr><td><div class=\"table-cell-value tm-value\">\
     This browser</div></td><td><span class=\"tm-status-avail\">Current</span></td></tr></tbody></table>\
     </section>"
        .to_owned()
}

pub(super) fn verification() -> String {
    "<section class=\"tm-section\"><h1>Verification</h1><p class=\"tm-lead\">Here the original asks a \
     person to show who they are. The sandbox asks nobody: the fault <code>need_verify</code> \
     imitates the question.</p></section>"
        .to_owned()
}

/// A selling page.
pub(super) fn sale(
    shelf: Shelf,
    mode: Mode,
    about: Option<(&Purchase, &Person)>,
    rates: Rates,
    query: &str,
) -> String {
    let content = match mode {
        Mode::New => form(shelf, rates, query),
        Mode::Processing | Mode::Done => content(shelf, mode, about, rates),
    };
    let name = shelf_name(shelf);
    format!(
        "<section class=\"tm-section js-{name}-content\" data-mode=\"{}\">{content}</section>{}",
        mode.name(),
        popup_frame(shelf)
    )
}

/// What the state call sends for a mode.
pub(in super::super) fn content(
    shelf: Shelf,
    mode: Mode,
    about: Option<(&Purchase, &Person)>,
    rates: Rates,
) -> String {
    let Some((purchase, person)) = about else {
        return form(shelf, rates, "");
    };
    let (goods, to) = (label(purchase.goods), escaped(&person.username));
    match mode {
        Mode::New => form(shelf, rates, ""),
        Mode::Processing => format!(
            "<div class=\"tm-state\"><div class=\"tm-spinner\"></div><h1>Processing payment…</h1>\
             <p>{goods} for <b>@{to}</b> will be sent when the payment is seen.</p></div>"
        ),
        Mode::Done => {
            let (class, more) = match shelf {
                Shelf::Stars => ("js-more-stars-btn", "Buy more Stars"),
                Shelf::Premium => ("js-another-gift-btn", "Send another gift"),
            };
            format!(
                "<div class=\"tm-state\"><div class=\"tm-tick\">✓</div><h1>Purchase completed!</h1>\
                 <p>{goods} were sent to <b>@{to}</b>.</p>\
                 <button type=\"button\" class=\"btn btn-primary {class}\">{more}</button></div>"
            )
        }
    }
}

/// What the request shows before it is paid.
pub(in super::super) fn popup(goods: Goods, person: Option<&Person>, amount: &str) -> String {
    let name = person.map_or_else(String::new, |person| escaped(&person.name));
    format!(
        "<h3>{}</h3><p>For <b>{name}</b></p>\
         <p class=\"tm-value icon-before icon-ton\">{amount}</p>",
        label(goods)
    )
}

fn label(goods: Goods) -> String {
    match goods {
        Goods::Stars(stars) => format!("{} Telegram Stars", with_commas(Decimal::from(stars))),
        Goods::Premium(_) => goods.title(),
    }
}

fn shelf_name(shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::Stars => "stars",
        Shelf::Premium => "premium",
    }
}

fn prefilled(query: &str, name: &str) -> String {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map_or_else(String::new, |(_, value)| escaped(&value))
}

fn form(shelf: Shelf, rates: Rates, query: &str) -> String {
    let recipient = prefilled(query, "recipient");
    match shelf {
        Shelf::Stars => {
            let quantity = prefilled(query, "quantity");
            let goods = Goods::read(shelf, &quantity).unwrap_or(Goods::Stars(50));
            let (price, options) = (
                price_html(goods, rates),
                options_html(shelf, rates, Some(goods.quantity())),
            );
            let number = goods.quantity();
            format!(
                "<form class=\"js-stars-form\" autocomplete=\"off\"><h1>Buy Telegram Stars</h1>\
                 <div class=\"tm-field js-stars-search-field\"><label for=\"query\">Choose recipient</label>\
                 <input class=\"form-control\" id=\"query\" name=\"query\" placeholder=\"Enter Telegram username...\">\
                 <button type=\"button\" class=\"link js-form-clear\">Clear</button>\
                 <p class=\"tm-error js-search-field-error\"></p><p class=\"tm-found js-found\"></p></div>\
                 <input type=\"hidden\" name=\"recipient\" value=\"{recipient}\">\
                 <div class=\"tm-field js-stars-quantity-field\"><label for=\"quantity\">Quantity</label>\
                 <input class=\"form-control\" id=\"quantity\" name=\"quantity\" inputmode=\"numeric\" value=\"{number}\">\
                 <button type=\"button\" class=\"link js-quantity-clear\">Clear</button>\
                 <p class=\"tm-error js-quantity-field-error\"></p></div>\
                 <div class=\"tm-options js-stars-options\">{options}</div>\
                 <button type=\"button\" class=\"link js-more-options\">Show more options</button>\
                 <div class=\"tm-price js-cur-price\">{price}</div>\
                 <button type=\"submit\" class=\"btn btn-primary js-stars-buy-btn\">\
                 <span class=\"js-stars-btn-label\">Buy Stars</span></button></form>"
            )
        }
        Shelf::Premium => {
            let months = prefilled(query, "months").parse().ok();
            let options = options_html(shelf, rates, months.or(Some(3)));
            format!(
                "<form class=\"js-premium-form\" autocomplete=\"off\"><h1>Gift Telegram Premium</h1>\
                 <div class=\"tm-field js-premium-search-field\"><label for=\"query\">Choose recipient</label>\
                 <input class=\"form-control\" id=\"query\" name=\"query\" placeholder=\"Enter Telegram username...\">\
                 <button type=\"button\" class=\"link js-form-clear\">Clear</button>\
                 <p class=\"tm-error js-search-field-error\"></p><p class=\"tm-found js-found\"></p></div>\
                 <input type=\"hidden\" name=\"recipient\" value=\"{recipient}\">\
                 <div class=\"tm-options js-premium-options\">{options}</div>\
                 <button type=\"submit\" class=\"btn btn-primary js-gift-premium-btn\">Gift Premium</button>\
                 <p><a class=\"js-premium-history\" href=\"/premium/history\">What was given before</a></p></form>"
            )
        }
    }
}

fn popup_frame(shelf: Shelf) -> String {
    let name = match shelf {
        Shelf::Stars => "buy-stars",
        Shelf::Premium => "gift-premium",
    };
    format!(
        "<div class=\"tm-popup js-{name}-popup\" role=\"dialog\" aria-modal=\"true\" \
         aria-label=\"Purchase\" hidden><form class=\"js-{name}-form\">\
         <input type=\"hidden\" name=\"id\"><div class=\"js-{name}-content\"></div>\
         <label class=\"tm-checkbox-label\"><input type=\"checkbox\" name=\"show_sender\" value=\"1\"> \
         Show my name to the recipient</label>\
         <button type=\"submit\" class=\"btn btn-primary js-{name}-button\">Buy</button>\
         <button type=\"button\" class=\"btn js-popup-close\">Close</button></form></div>"
    )
}
