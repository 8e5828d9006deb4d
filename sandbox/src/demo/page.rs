//! The page and what its script asks for. Loads nothing from anywhere else.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::PEOPLE;
use super::admin::Admin;
use super::breaks::Break;
use super::figures;
use crate::control::asked::{Wrong, refuse_strangers};
use crate::world::World;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// Scripts, styles and pictures of this page only.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// The page, with Heleket's pay page and Fragment's pictures, so that a browser needs no other port.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(page))
        .route("/demo/page.css", web::get().to(style))
        .route("/demo/page.js", web::get().to(script))
        .route("/demo/now", web::get().to(now))
        .route("/demo/break/{name}", web::post().to(press))
        .route("/metrics", web::get().to(metrics))
        .configure(crate::heleket::page::routes)
        .configure(crate::fragment::page::pictures);
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(PAGE)
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

#[derive(Debug, Deserialize)]
struct Since {
    /// The last line that the page has.
    #[serde(default)]
    after: u64,
}

/// Everything that changes, besides the chats.
async fn now(since: web::Query<Since>, world: web::Data<World>) -> HttpResponse {
    let state = world.stage.look(Clone::clone);
    let lines: Vec<_> = state
        .lines
        .iter()
        .filter(|line| line.id > since.after)
        .collect();
    let people: Vec<Value> = PEOPLE
        .iter()
        .map(|(id, username, language, name)| {
            json!({"id": id, "username": username, "language": language, "name": name})
        })
        .collect();
    let shown = json!({
        "run": world.dice.seed().to_string(),
        "at_ms": world.clock.now().unix_ms(),
        "daemon": state.daemon,
        "lines": lines,
        "world": figures::shown(&world, &state),
        "books": state.books,
        "breaks": Break::shown(&state.pressed),
        "people": people,
    });
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(shown)
}

async fn press(
    request: HttpRequest,
    name: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    if let Err(wrong) = refuse_strangers(&request) {
        return wrong.answer();
    }
    let Some(one) = Break::named(&name) else {
        let names = Break::ALL.map(Break::name).join(", ");
        return Wrong::Missing(format!("there is no switch {name}: {names}")).answer();
    };
    match one.press(&world.clone().into_inner()).await {
        Ok(said) => HttpResponse::Ok().json(json!({"said": said})),
        Err(why) => Wrong::State(why).answer(),
    }
}

/// The daemon's own, through this port.
async fn metrics(world: web::Data<World>) -> HttpResponse {
    let reach = world.stage.look(|state| state.reach.clone());
    let admin = reach.map(Admin::new);
    let text = match admin {
        Some(Ok(admin)) => admin.metrics().await,
        Some(Err(why)) => Err(why.to_string()),
        None => Err("no daemon is kept here: start ./x demo".to_owned()),
    };
    match text {
        Ok(text) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(text),
        Err(why) => Wrong::State(why).answer(),
    }
}
