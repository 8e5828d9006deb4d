//! The API behind the pages: whose call it is, what faults do to it, and which call is meant.
//!
//! Whatever goes wrong in the shop is an answer with `error` and HTTP 200, as on the site.

mod buying;
mod linking;
mod wallets;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::cookies;
use super::goods::Shelf;
use super::session::Visitor;
use super::trick::Trick;
use super::wire::{encode, escaped};
use crate::line;
use crate::world::clock::Moment;
use crate::world::dice::Letters;
use crate::world::faults::{Strike, System};
use crate::world::{World, hold};

/// The largest request body, in bytes.
const LARGEST_BODY: usize = 256 * 1024;

/// What faults call every page of the site.
pub(crate) const PAGE: &str = "page";

/// The calls there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    State(Shelf),
    Search(Shelf),
    StarsPrices,
    Init(Shelf),
    Link(Shelf),
    Repeat(Shelf),
    Confirm,
    ProveWallet,
    ForgetWallet,
    LogOut,
}

impl Method {
    /// Every call with its name.
    pub(crate) const NAMES: [(Self, &'static str); 15] = [
        (Self::State(Shelf::Stars), "updateStarsBuyState"),
        (Self::State(Shelf::Premium), "updatePremiumState"),
        (Self::Search(Shelf::Stars), "searchStarsRecipient"),
        (Self::Search(Shelf::Premium), "searchPremiumGiftRecipient"),
        (Self::StarsPrices, "updateStarsPrices"),
        (Self::Init(Shelf::Stars), "initBuyStarsRequest"),
        (Self::Init(Shelf::Premium), "initGiftPremiumRequest"),
        (Self::Link(Shelf::Stars), "getBuyStarsLink"),
        (Self::Link(Shelf::Premium), "getGiftPremiumLink"),
        (Self::Repeat(Shelf::Stars), "repeatStars"),
        (Self::Repeat(Shelf::Premium), "repeatPremium"),
        (Self::Confirm, "confirmReq"),
        (Self::ProveWallet, "checkTonProofAuth"),
        (Self::ForgetWallet, "tonLogOut"),
        (Self::LogOut, "logOut"),
    ];
}

/// Answers that wait until another one to the same call, or another page, has gone out.
#[derive(Debug, Default)]
pub(crate) struct Overtaken([Notify; Method::NAMES.len() + 1]);

impl Overtaken {
    fn of(&self, name: &str) -> Option<&Notify> {
        let place = Method::NAMES.iter().position(|(_, known)| *known == name);
        self.0.get(place.unwrap_or(Method::NAMES.len()))
    }
}

/// A call, as its handler meets it.
struct Call<'a> {
    world: &'a World,
    visitor: &'a Visitor,
    ssid: &'a str,
    fields: &'a BTreeMap<String, String>,
    strike: &'a Strike,
    request: &'a HttpRequest,
}

impl Call<'_> {
    /// A field; an empty one is there.
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// An answer: its body and the cookies it sets.
struct Reply {
    body: Value,
    cookies: Vec<String>,
}

impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        let cookies = Vec::new();
        Self { body, cookies }
    }
}

/// A refusal in the site's words.
fn error(text: &str) -> Value {
    json!({"error": text})
}

fn bad_request() -> Value {
    error("Bad request")
}

fn access_denied() -> Value {
    error("Access denied")
}

/// Puts the API's route into a server.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .route("/api", web::post().to(call));
}

async fn call(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    let world = world.into_inner();
    let fields: BTreeMap<String, String> =
        url::form_urlencoded::parse(&body).into_owned().collect();
    let name = fields.get("method").map_or("", String::as_str);
    let known = Method::NAMES.iter().find(|(_, known)| *known == name);
    let Some((method, name)) = known.copied() else {
        return answer(dispatch(
            &world,
            &request,
            &fields,
            None,
            &Strike::default(),
        ));
    };
    let since = world.clock.now();
    let strike = world.faults.strike(System::Fragment, name, false);
    if strike.down {
        return line::cut(&request);
    }
    let response = match &strike.refuse {
        Some((status, message)) => refused(*status, message.as_deref()),
        None => {
            let once = || dispatch(&world, &request, &fields, Some(method), &strike);
            let first = once();
            if strike.duplicate {
                let second = once();
                tracing::debug!(method = name, body = %second.body, "the second of two calls");
            }
            answer(first)
        }
    };
    wait(&world, name, &strike, since).await;
    if strike.lose_reply {
        return line::cut(&request);
    }
    response
}

/// Holds the answer to a call that came at `since` back for as long as faults say.
pub(super) async fn wait(world: &Arc<World>, name: &str, strike: &Strike, since: Moment) {
    if let Some(delay) = strike.delay {
        world.clock.until(since + delay).await;
    }
    let Some(overtaken) = world.fragment.overtaken.of(name) else {
        return;
    };
    match strike.reorder {
        Some(longest) => tokio::select! {
            () = overtaken.notified() => {}
            () = world.clock.until(since + longest) => {}
        },
        None => overtaken.notify_waiters(),
    }
}

fn dispatch(
    world: &World,
    request: &HttpRequest,
    fields: &BTreeMap<String, String>,
    method: Option<Method>,
    strike: &Strike,
) -> Reply {
    let mut desk = hold(&world.fragment.desk);
    let visitor = cookies::visitor(request, &desk);
    let Some(ssid) = visitor.ssid.clone() else {
        return bad_request().into();
    };
    if Trick::Hash.strikes(world)
        && let Some(session) = desk.logins.session_mut(&ssid)
    {
        session.hash = world.dice.text(Letters::Hex, 18);
    }
    let is_current = desk
        .logins
        .session(&ssid)
        .is_some_and(|session| asked_hash(request, fields).as_ref() == Some(&session.hash));
    if !is_current {
        return bad_request().into();
    }
    let Some(method) = method else {
        return error("Invalid method").into();
    };
    desk.settle(world);
    let call = Call {
        world,
        visitor: &visitor,
        ssid: &ssid,
        fields,
        strike,
        request,
    };
    match method {
        Method::State(shelf) => buying::state(&mut desk, &call, shelf).into(),
        Method::Search(shelf) => buying::search(&mut desk, &call, shelf).into(),
        Method::StarsPrices => buying::stars_prices(&call).into(),
        Method::Init(shelf) => buying::init(&mut desk, &call, shelf).into(),
        Method::Repeat(shelf) => buying::repeat(&mut desk, &call, shelf).into(),
        Method::Link(shelf) => linking::link(&mut desk, &call, shelf).into(),
        Method::Confirm => linking::confirm(&mut desk, &call).into(),
        Method::ProveWallet => wallets::prove(&mut desk, &call),
        Method::ForgetWallet => wallets::forget(&mut desk, &call),
        Method::LogOut => wallets::log_out(&mut desk, &call),
    }
}

/// The hash of a call: in the address, or as a field, as one client sends it.
fn asked_hash(request: &HttpRequest, fields: &BTreeMap<String, String>) -> Option<String> {
    let query = request.query_string().as_bytes();
    url::form_urlencoded::parse(query)
        .find(|(name, _)| name == "hash")
        .map(|(_, hash)| hash.into_owned())
        .or_else(|| fields.get("hash").cloned())
}

fn answer(reply: Reply) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type("application/json; charset=utf-8");
    for cookie in reply.cookies {
        response.append_header((SET_COOKIE, cookie));
    }
    response.body(encode(&reply.body))
}

/// A refusal before the site was reached, or in its words where no status was asked for.
pub(super) fn refused(status: Option<u16>, message: Option<&str>) -> HttpResponse {
    let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        let text = message.unwrap_or("Access denied");
        return answer(error(text).into());
    };
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8");
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.insert_header((RETRY_AFTER, "5"));
    }
    if status == StatusCode::FORBIDDEN {
        response.insert_header(("cf-mitigated", "challenge"));
        return response.body(CHALLENGE);
    }
    let text = escaped(message.unwrap_or_else(|| status.canonical_reason().unwrap_or("")));
    let code = status.as_u16();
    response.body(format!(
        "<html>\r\n<head><title>{code} {text}</title></head>\r\n<body>\r\n\
         <center><h1>{code} {text}</h1></center>\r\n<hr><center>nginx</center>\r\n\
         </body>\r\n</html>\r\n"
    ))
}

/// What stands before the site when it doubts that a person asks.
const CHALLENGE: &str = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title>\
<meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">\
<meta name=\"robots\" content=\"noindex,nofollow\"></head><body>\
<div class=\"main-wrapper\" role=\"main\"><div class=\"main-content\">\
<h2 id=\"cf-browser-verification\">Checking your browser before accessing the site</h2>\
<noscript>Enable JavaScript and cookies to continue</noscript></div></div></body></html>";
