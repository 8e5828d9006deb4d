//! Requests and links: what init promises and what getLink asks to be paid.

use chrono::DateTime;
use serde_json::Value;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::catalog::{PersonName, PhotoMark, Recipient, Username};
use starkeeper_actors::domain::ids::{RecipientToken, RequestId, WalletAddress};
use starkeeper_actors::domain::money::NanoTon;

use super::html::{attribute, elements, is, parse, plain_text};
use super::prices::ton;
use super::{Unread, unread};
use crate::fragment::payload::{self, Payload};

/// The longest name of a method that is called back.
const LONGEST_METHOD: usize = 64;
/// The most parameters that are called back with it.
const MOST_PARAMETERS: usize = 16;

/// Reads who was found.
pub(in crate::fragment) fn recipient(
    answer: &Value,
    username: &Username,
) -> Result<Recipient, Unread> {
    let what = "answer about a recipient";
    let found = answer.get("found");
    let found = found.ok_or_else(|| unread(what, "a person in found"))?;
    let text = |name| found.get(name).and_then(Value::as_str);
    let token = text("recipient").and_then(|token| RecipientToken::parse(token).ok());
    let name = text("name").ok_or_else(|| unread(what, "a name"))?;
    let photo = match text("photo") {
        None | Some("") => None,
        Some(html) => photo(html)?,
    };
    Ok(Recipient {
        username: username.clone(),
        token: token.ok_or_else(|| unread(what, "a token of the recipient"))?,
        name: PersonName::new(&plain_text(name)),
        photo,
    })
}

/// The address of a picture is its mark; one that is too long for a mark is none.
fn photo(html: &str) -> Result<Option<PhotoMark>, Unread> {
    let dom = parse("picture of a recipient", html)?;
    let picture = elements(&dom, |tag| is(tag, "img"));
    let address = picture.first().and_then(|tag| attribute(tag, "src"));
    Ok(address.and_then(|address| PhotoMark::parse(&address).ok()))
}

/// What init promises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::fragment) struct Request {
    pub(in crate::fragment) id: RequestId,
    pub(in crate::fragment) amount: NanoTon,
    /// The goods would go to a bot.
    pub(in crate::fragment) to_bot: bool,
}

/// Reads the answer to init.
pub(in crate::fragment) fn request(answer: &Value) -> Result<Request, Unread> {
    let what = "request";
    let id = answer.get("req_id").and_then(Value::as_str);
    let id = id.and_then(|id| RequestId::parse(id).ok());
    let amount = match answer.get("amount") {
        Some(Value::String(amount)) => ton(what, amount)?,
        // Its own digits: no float ever holds them.
        Some(Value::Number(amount)) => ton(what, &amount.to_string())?,
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
            return Err(unread(what, "an amount"));
        }
    };
    Ok(Request {
        id: id.ok_or_else(|| unread(what, "an id"))?,
        amount,
        to_bot: answer.get("to_bot").and_then(Value::as_bool) == Some(true),
    })
}

/// What a link asks for, decoded and unchecked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::fragment) struct Asked {
    pub(in crate::fragment) from: Option<WalletAddress>,
    pub(in crate::fragment) messages: u32,
    pub(in crate::fragment) has_state_init: bool,
    pub(in crate::fragment) destination: WalletAddress,
    pub(in crate::fragment) amount: NanoTon,
    pub(in crate::fragment) payload: Payload,
    pub(in crate::fragment) valid_until: Timestamp,
    pub(in crate::fragment) confirm_method: String,
    pub(in crate::fragment) confirm_params: Vec<(String, String)>,
}

/// Reads the answer to getLink.
pub(in crate::fragment) fn link(answer: &Value, request: &RequestId) -> Result<Asked, Unread> {
    let what = "link";
    let transaction = answer.get("transaction");
    let transaction = transaction.ok_or_else(|| unread(what, "a transaction"))?;
    let from = match transaction.get("from") {
        None | Some(Value::Null) => None,
        Some(from) => {
            let from = from
                .as_str()
                .ok_or_else(|| unread(what, "a payer's address"))?;
            Some(payload::address(from)?)
        }
    };
    let messages = transaction.get("messages").and_then(Value::as_array);
    let messages = messages.ok_or_else(|| unread(what, "messages"))?;
    let first = messages.first().ok_or_else(|| unread(what, "a message"))?;
    let text = |name| first.get(name).and_then(Value::as_str);
    let destination = text("address").ok_or_else(|| unread(what, "a destination"))?;
    let amount = match first.get("amount") {
        Some(Value::String(amount)) => amount.parse().ok(),
        Some(amount) => amount.as_i64(),
        None => None,
    };
    let amount = amount.filter(|nanos| *nanos >= 0);
    let amount = amount.ok_or_else(|| unread(what, "an amount in billionths of a TON"))?;
    let encoded = text("payload").ok_or_else(|| unread(what, "a payload"))?;
    let until = transaction.get("validUntil").and_then(whole);
    let until = until.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let (confirm_method, confirm_params) = confirmation(answer, request)?;
    Ok(Asked {
        from,
        messages: u32::try_from(messages.len()).unwrap_or(u32::MAX),
        has_state_init: messages.iter().any(has_state_init),
        destination: payload::address(destination)?,
        amount: NanoTon::from_nanos(amount),
        payload: payload::read(encoded)?,
        valid_until: until.ok_or_else(|| unread(what, "validUntil in seconds"))?,
        confirm_method,
        confirm_params,
    })
}

fn has_state_init(message: &Value) -> bool {
    ["stateInit", "state_init"].iter().any(|name| {
        let init = message.get(name);
        init.is_some_and(|init| !init.is_null() && init.as_str() != Some(""))
    })
}

/// What must be called with the signed message; without a word of it, as the page does.
fn confirmation(
    answer: &Value,
    request: &RequestId,
) -> Result<(String, Vec<(String, String)>), Unread> {
    let what = "link";
    let method = match answer.get("confirm_method") {
        None | Some(Value::Null) => "confirmReq".to_owned(),
        Some(method) => {
            let method = method.as_str().filter(|name| {
                (1..=LONGEST_METHOD).contains(&name.len())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
            method
                .ok_or_else(|| unread(what, "the name of a method to confirm with"))?
                .to_owned()
        }
    };
    let params = match answer.get("confirm_params") {
        None | Some(Value::Null) => vec![("id".to_owned(), request.as_str().to_owned())],
        Some(Value::Object(members)) if members.len() <= MOST_PARAMETERS => members
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    Value::Bool(true) => "1".to_owned(),
                    Value::Bool(false) => "0".to_owned(),
                    Value::Null | Value::Array(_) | Value::Object(_) => {
                        return Err(unread(what, "plain parameters to confirm with"));
                    }
                };
                Ok((name.clone(), value))
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(unread(what, "parameters to confirm with")),
    };
    Ok((method, params))
}

fn whole(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// What the page of this session shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::fragment) struct PageState {
    pub(in crate::fragment) mode: Mode,
    /// The purchase it is about, if it says so.
    pub(in crate::fragment) request: Option<RequestId>,
}

/// Where a page is with its purchase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::fragment) enum Mode {
    New,
    Processing,
    Done,
}

/// Reads the answer to the page's state.
pub(in crate::fragment) fn state(answer: &Value) -> Result<PageState, Unread> {
    let what = "state of the page";
    let waits = answer.get("need_update").and_then(Value::as_bool);
    let mode = match answer.get("mode").and_then(Value::as_str) {
        Some("new") => Mode::New,
        Some("processing") => Mode::Processing,
        // Still to be looked at: not done.
        Some("done") if waits == Some(true) => Mode::Processing,
        Some("done") => Mode::Done,
        Some(_) | None => return Err(unread(what, "mode new, processing or done")),
    };
    let named = ["req_id", "id"].iter().find_map(|name| answer.get(name));
    let request = match named {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) if id.is_empty() => None,
        Some(id) => {
            let id = id.as_str().and_then(|id| RequestId::parse(id).ok());
            Some(id.ok_or_else(|| unread(what, "the id of a request"))?)
        }
    };
    Ok(PageState { mode, request })
}
