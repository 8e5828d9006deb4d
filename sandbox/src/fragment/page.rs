//! The site's pages. Each is whole HTML, or the JSON of an in-page navigation where a script asks.
//!
//! Their script is the trap that the original's is: it logs a wallet out that this browser did not
//! connect itself. They load nothing from anywhere else.

mod document;
mod history;
pub(super) mod view;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use self::document::{Asked, Document};
use super::api::{PAGE, refused, wait};
use super::cookies::{self, SSID};
use super::goods::Shelf;
use super::wire::encode;
use crate::line;
use crate::world::faults::{Strike, System};
use crate::world::{World, hold};

const STYLE: &str = include_str!("page/fragment.css");
const SCRIPT: &str = include_str!("page/fragment.js");

/// The version of the pages, as the site counts them.
const VERSION: u32 = 589;

/// Scripts of the page and in the page, as the site has them; nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'";

/// The pages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Home,
    Sale(Shelf),
    History(Shelf),
    Profile,
    Sessions,
    Kyc,
    Manifest,
}

/// Each with its path.
const PATHS: [(&str, Which); 11] = [
    ("/", Which::Home),
    ("/stars", Which::Sale(Shelf::Stars)),
    ("/stars/buy", Which::Sale(Shelf::Stars)),
    ("/premium", Which::Sale(Shelf::Premium)),
    ("/premium/gift", Which::Sale(Shelf::Premium)),
    ("/stars/history", Which::History(Shelf::Stars)),
    ("/premium/history", Which::History(Shelf::Premium)),
    ("/my/profile", Which::Profile),
    ("/my/sessions", Which::Sessions),
    ("/kyc/account", Which::Kyc),
    ("/tonconnect-manifest.json", Which::Manifest),
];

/// Puts the pages' routes into a server.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/css/fragment.css", web::get().to(style))
        .route("/js/fragment.js", web::get().to(script))
        .route("/file/photo/{number}.svg", web::get().to(photo))
        .route("/favicon.ico", web::get().to(icon))
        .default_service(web::route().to(show));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}

async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .body(SCRIPT)
}

/// Browsers ask for it beside documents that name none.
async fn icon() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((CACHE_CONTROL, "max-age=86400"))
        .finish()
}

/// The picture of a person: their number makes its colour.
/// The pictures of people alone.
pub(crate) fn pictures(config: &mut web::ServiceConfig) {
    config.route("/file/photo/{number}.svg", web::get().to(photo));
}

async fn photo(number: web::Path<u32>) -> HttpResponse {
    let hue = number.into_inner() % 360;
    let body = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 40\">\
         <rect width=\"40\" height=\"40\" fill=\"hsl({hue} 55% 45%)\"/>\
         <circle cx=\"20\" cy=\"16\" r=\"7\" fill=\"#fff\"/>\
         <path d=\"M7 38a13 13 0 0 1 26 0z\" fill=\"#fff\"/></svg>"
    );
    HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((CACHE_CONTROL, "max-age=3600"))
        .body(body)
}

async fn show(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    let world = world.into_inner();
    let which = PATHS.iter().find(|(path, _)| *path == request.path());
    let Some((_, which)) = which else {
        return HttpResponse::NotFound()
            .content_type("text/html; charset=utf-8")
            .body("<!DOCTYPE html><title>404 Not Found</title><h1>404 Not Found</h1>");
    };
    let since = world.clock.now();
    let strike = world.faults.strike(System::Fragment, PAGE, false);
    if strike.down {
        return line::cut(&request);
    }
    let response = match &strike.refuse {
        Some((status, message)) => {
            // A page has no words for a refusal: it is an error of the server.
            refused(status.or(Some(500)), message.as_deref())
        }
        None => {
            if strike.duplicate {
                rendered(&request, &world, *which, &strike);
            }
            rendered(&request, &world, *which, &strike)
        }
    };
    wait(&world, PAGE, &strike, since).await;
    if strike.lose_reply {
        return line::cut(&request);
    }
    response
}

fn rendered(request: &HttpRequest, world: &World, which: Which, strike: &Strike) -> HttpResponse {
    if which == Which::Manifest {
        return manifest(request);
    }
    let mut desk = hold(&world.fragment.desk);
    desk.settle(world);
    let mut visitor = cookies::visitor(request, &desk);
    let mut fresh = None;
    let ssid = match visitor.ssid.clone() {
        Some(ssid) => ssid,
        None => {
            let ssid = desk.logins.open(&world.dice);
            fresh = Some(cookies::set(SSID, &ssid));
            visitor.ssid = Some(ssid.clone());
            ssid
        }
    };
    let Some(session) = desk.logins.session(&ssid) else {
        return HttpResponse::InternalServerError().finish();
    };
    let asked = Asked {
        world,
        desk: &desk,
        session,
        visitor: &visitor,
        query: request.query_string(),
        is_stale: strike.stale.is_some(),
    };
    let document = Document::of(which, &asked);
    let is_navigation = request.headers().contains_key("x-requested-with");
    let mut response = HttpResponse::build(StatusCode::OK);
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Some(cookie) = fresh {
        response.insert_header((SET_COOKIE, cookie));
    }
    if is_navigation {
        let body = json!({
            "v": VERSION,
            "h": document.html,
            "t": document.title,
            "rc": "",
            "j": document.script,
            "s": document.state,
        });
        return response
            .content_type("application/json; charset=utf-8")
            .body(encode(&body));
    }
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(document.whole(&session.hash, VERSION))
}

/// A document of the site that no script comes with.
fn manifest(request: &HttpRequest) -> HttpResponse {
    let host = request.connection_info().host().to_owned();
    let body = json!({
        "url": format!("http://{host}"),
        "name": "Fragment",
        "iconUrl": format!("http://{host}/file/photo/210.svg"),
    });
    HttpResponse::Ok()
        .content_type("application/json")
        .body(encode(&body))
}
