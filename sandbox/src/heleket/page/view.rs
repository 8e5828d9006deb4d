//! The HTML of the pay page.

use std::fmt::Write as _;

use super::super::coins::Coin;
use super::super::invoice::{Invoice, Status, Terms};
use super::super::qr;
use super::texts::Texts;
use crate::world::World;

/// Changes whenever the page would look otherwise.
pub(super) fn version(invoice: &Invoice) -> String {
    let coin = invoice.terms.as_ref().map_or("", |terms| &terms.address);
    let status = invoice.status().name();
    let (facts, end) = (invoice.facts_number(), invoice.expires_at.unix_s());
    format!("{status}.{facts}.{end}.{coin}")
}

/// The page of an invoice, with what went wrong if something did.
pub(super) fn page(
    invoice: &Invoice,
    world: &World,
    texts: &Texts,
    wrong: Option<String>,
) -> String {
    let left = invoice.expires_at.since(world.clock.now()).as_secs();
    let mut html = format!(
        "<main data-uuid=\"{}\" data-version=\"{}\" data-left=\"{left}\" data-held=\"{}\">\n",
        invoice.uuid,
        escaped(&version(invoice)),
        world.clock.is_held(),
    );
    if let Some(wrong) = wrong {
        add(
            &mut html,
            &format!("<p class=\"wrong\" role=\"alert\">{}</p>", escaped(&wrong)),
        );
    }
    let (face, currency) = (trimmed(&invoice.face()), escaped(&invoice.order.currency));
    let order = escaped(&invoice.order.order_id);
    add(
        &mut html,
        &format!(
            "<header><h1>{face} {currency}</h1><p>{} {order}</p></header>",
            texts.order
        ),
    );
    let status = invoice.status();
    let tone = tone(status);
    let told = escaped(texts.status(status));
    add(
        &mut html,
        &format!("<p id=\"status\" class=\"status {tone}\">{told}</p>"),
    );
    match (&invoice.terms, is_open(status)) {
        (Some(terms), true) => terms_of(&mut html, invoice, terms, texts, left),
        (None, true) => choice(&mut html, invoice, texts),
        (Some(_) | None, false) => {}
    }
    links(&mut html, invoice, texts);
    play(&mut html, invoice, texts);
    html.push_str("</main>");
    document(
        texts,
        &format!("{face} {currency} · {}", texts.title),
        &html,
    )
}

/// The page of an invoice there is not.
pub(super) fn nothing(texts: &Texts) -> String {
    let html = format!(
        "<main><h1>{}</h1><p>{}</p></main>",
        texts.title, texts.missing
    );
    document(texts, texts.title, &html)
}

fn document(texts: &Texts, title: &str, main: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"/pay-page.css\">\n\
         <script src=\"/pay-page.js\" defer></script>\n</head>\n<body>\n{main}\n<p id=\"said\" class=\"unseen\" role=\"status\"></p>\n</body>\n</html>\n",
        texts.language
    )
}

fn terms_of(html: &mut String, invoice: &Invoice, terms: &Terms, texts: &Texts, left: u64) {
    let code = terms.coin.code;
    let received = invoice.received();
    let (label, amount) = if received.is_zero() {
        (texts.send, terms.payer_amount)
    } else {
        (texts.left_to_send, invoice.left().unwrap_or_default())
    };
    let amount = amount.normalize();
    let address = escaped(&terms.address);
    let picture = qr::svg(&terms.address, texts.scan).unwrap_or_default();
    html.push_str("<section class=\"terms\">\n<dl>\n");
    if received < terms.payer_amount {
        add(
            html,
            &format!("<dt>{label}</dt><dd class=\"sum\">{amount} {code}</dd>"),
        );
    }
    if !received.is_zero() {
        let received = received.normalize();
        add(
            html,
            &format!("<dt>{}</dt><dd>{received} {code}</dd>", texts.received),
        );
    }
    add(
        html,
        &format!("<dt>{}</dt><dd>{}</dd>", texts.network, network(terms.coin)),
    );
    add(
        html,
        &format!(
            "<dt>{}</dt><dd><code id=\"address\">{address}</code></dd>",
            texts.address
        ),
    );
    add(
        html,
        &format!(
            "<dt>{}</dt><dd><time id=\"left\">{:02}:{:02}</time></dd>",
            texts.time_left,
            left / 60,
            left % 60
        ),
    );
    html.push_str("</dl>\n");
    add(
        html,
        &format!(
            "<div class=\"qr\">{picture}<button type=\"button\" id=\"copy\" data-done=\"{}\" hidden>{}</button></div>",
            texts.copied, texts.copy
        ),
    );
    html.push_str("</section>\n");
}

fn choice(html: &mut String, invoice: &Invoice, texts: &Texts) {
    let mut options = String::new();
    for coin in &invoice.order.offers {
        // Writing into a String cannot fail.
        let _always = write!(
            options,
            "<option value=\"{}.{}\">{} · {}</option>",
            coin.code,
            coin.network,
            coin.code,
            network(coin)
        );
    }
    add(
        html,
        &format!(
            "<form class=\"choice\" method=\"post\" action=\"/pay/{}\">\
             <label for=\"coin\">{}</label><select id=\"coin\" name=\"coin\">{options}</select>\
             <button class=\"main\" name=\"act\" value=\"choose\">{}</button></form>",
            invoice.uuid, texts.choose, texts.choose_do
        ),
    );
}

fn links(html: &mut String, invoice: &Invoice, texts: &Texts) {
    let done = invoice.status().is_completed();
    let link = match (&invoice.order.url_success, &invoice.order.url_return) {
        (Some(success), _) if done => Some((success, texts.success)),
        (_, Some(back)) => Some((back, texts.back)),
        (_, None) => None,
    };
    if let Some((url, text)) = link {
        add(
            html,
            &format!("<p><a href=\"{}\">{text}</a></p>", escaped(url)),
        );
    }
}

/// The buttons of the payer, those that can do something now.
fn play(html: &mut String, invoice: &Invoice, texts: &Texts) {
    let mut buttons = String::new();
    let mut button = |act: &str, text: &str, class: &str| {
        let _always = write!(
            buttons,
            "<button{class} name=\"act\" value=\"{act}\">{text}</button>"
        );
    };
    let status = invoice.status();
    let payable = invoice.terms.is_some() && takes_payments(status);
    if payable {
        if invoice.left().is_some_and(|left| !left.is_zero()) {
            let part = !invoice.received().is_zero();
            let text = if part { texts.rest } else { texts.exact };
            button("exact", text, " class=\"main\"");
        }
        if invoice.received().is_zero() {
            button("less", texts.less, "");
            button("more", texts.more, "");
        }
    }
    if is_open(status) && *status != Status::ConfirmCheck {
        button("expire", texts.expire, "");
    }
    if *status == Status::Locked {
        button("unlock", texts.unlock, " class=\"main\"");
    }
    let uuid = &invoice.uuid;
    add(
        html,
        &format!(
            "<section class=\"play\" aria-labelledby=\"play\"><h2 id=\"play\">{}</h2><p>{}</p>",
            texts.play, texts.play_why
        ),
    );
    if !buttons.is_empty() {
        add(
            html,
            &format!(
                "<form class=\"buttons\" method=\"post\" action=\"/pay/{uuid}\">{buttons}</form>"
            ),
        );
    }
    if payable {
        let code = invoice.terms.as_ref().map_or("", |terms| terms.coin.code);
        add(
            html,
            &format!(
                "<form class=\"other\" method=\"post\" action=\"/pay/{uuid}\">\
                 <label for=\"amount\">{}, {code}</label>\
                 <input id=\"amount\" name=\"amount\" inputmode=\"decimal\" autocomplete=\"off\" \
                 required pattern=\"[0-9]+([.,][0-9]+)?\">\
                 <button name=\"act\" value=\"other\">{}</button></form>",
                texts.other, texts.other_do
            ),
        );
    }
    html.push_str("</section>\n");
}

fn is_open(status: &Status) -> bool {
    match status {
        Status::Check | Status::Process | Status::ConfirmCheck | Status::WrongAmountWaiting => true,
        Status::Paid
        | Status::PaidOver
        | Status::WrongAmount
        | Status::Cancel
        | Status::Fail
        | Status::SystemFail
        | Status::RefundProcess
        | Status::RefundPaid
        | Status::RefundFail
        | Status::Locked
        | Status::Other(_) => false,
    }
}

fn takes_payments(status: &Status) -> bool {
    match status {
        Status::RefundProcess | Status::RefundPaid | Status::RefundFail | Status::Locked => false,
        Status::Check
        | Status::Process
        | Status::ConfirmCheck
        | Status::WrongAmountWaiting
        | Status::Paid
        | Status::PaidOver
        | Status::WrongAmount
        | Status::Cancel
        | Status::Fail
        | Status::SystemFail
        | Status::Other(_) => true,
    }
}

fn tone(status: &Status) -> &'static str {
    match status {
        Status::Paid | Status::PaidOver => "good",
        Status::Check | Status::Process | Status::ConfirmCheck | Status::WrongAmountWaiting => {
            "open"
        }
        Status::WrongAmount
        | Status::Cancel
        | Status::Fail
        | Status::SystemFail
        | Status::RefundProcess
        | Status::RefundPaid
        | Status::RefundFail
        | Status::Locked
        | Status::Other(_) => "bad",
    }
}

/// The network as wallets call it.
fn network(coin: &Coin) -> &'static str {
    match coin.network {
        "tron" => "TRON (TRC-20)",
        "bsc" => "BNB Smart Chain (BEP-20)",
        "eth" => "Ethereum (ERC-20)",
        "polygon" => "Polygon",
        "ton" => "TON",
        "btc" => "Bitcoin",
        "ltc" => "Litecoin",
        "doge" => "Dogecoin",
        "sol" => "Solana",
        other => other,
    }
}

fn add(html: &mut String, text: &str) {
    html.push_str(text);
    html.push('\n');
}

/// `12.30` as `12.30`, `3.00000000` as `3`: coins without the zeros nobody reads.
fn trimmed(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.len() > 2 => {
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{whole}{point}{fraction}")
        }
        Some(_) | None => text.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
