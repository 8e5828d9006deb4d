//! The HTTP side: which call is meant, who may call how often, what faults do to a call.

pub(crate) mod call;
mod gate;
mod params;
mod refusal;
mod v2;
mod v3;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};

use self::call::{Call, Version};
pub(crate) use self::gate::Gate;
use self::params::Params;
use self::refusal::Refusal;
use super::chain::view::{Lag, View};
use super::message::External;
use crate::line;
use crate::world::faults::{Strike, System};
use crate::world::{World, hold};

/// The largest request body, in bytes: a message of 64 KiB in base64 and some room.
const LARGEST_BODY: usize = 256 * 1024;

/// What a provider says when its own node does not answer.
const USUAL_REFUSAL: &str = "LITE_SERVER_NETWORKtimeout for adnl query query";

/// Puts both APIs into a server.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .service(web::scope("/second").configure(|second| of(second, Provider::Second)))
        .service(web::scope("").configure(|first| of(first, Provider::First)))
        .default_service(web::route().to(unknown));
}

/// The routes of one provider.
fn of(config: &mut web::ServiceConfig, provider: Provider) {
    config
        .app_data(web::Data::new(provider))
        .route("/api/v2/jsonRPC", web::post().to(json_rpc))
        .route("/api/v2/{name}", web::route().to(second))
        .route("/api/v3/{name}", web::route().to(third));
}

/// The providers: two who tell of the same chain, each with its own faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provider {
    /// At the root of the address.
    First,
    /// Below `/second`.
    Second,
}

impl Provider {
    fn system(self) -> System {
        match self {
            Self::First => System::Ton,
            Self::Second => System::TonSecond,
        }
    }
}

async fn unknown() -> HttpResponse {
    HttpResponse::NotFound().json(Refusal::no_such_call().body(Version::Second, ""))
}

async fn second(
    request: HttpRequest,
    name: web::Path<String>,
    body: Bytes,
    provider: web::Data<Provider>,
    world: web::Data<World>,
) -> HttpResponse {
    let params = params(&request, &body);
    let asked = Asked::new(**provider, Version::Second, &name, params);
    answer(&request, &world, asked, None).await
}

async fn third(
    request: HttpRequest,
    name: web::Path<String>,
    body: Bytes,
    provider: web::Data<Provider>,
    world: web::Data<World>,
) -> HttpResponse {
    let params = params(&request, &body);
    let asked = Asked::new(**provider, Version::Third, &name, params);
    answer(&request, &world, asked, None).await
}

async fn json_rpc(
    request: HttpRequest,
    body: Bytes,
    provider: web::Data<Provider>,
    world: web::Data<World>,
) -> HttpResponse {
    let wrong = |why: &str| Refusal::new(422, format!("JsonRpc error: {why}"));
    let asked = serde_json::from_slice::<Value>(&body)
        .map_err(|why| wrong(&why.to_string()))
        .and_then(|whole| {
            let name = whole.get("method").and_then(Value::as_str);
            let name = name.ok_or_else(|| wrong("expected a method"))?;
            let empty = json!({});
            let params = whole.get("params").filter(|params| !params.is_null());
            let params = Params::of_value(params.unwrap_or(&empty));
            let params = params.ok_or_else(|| wrong("expected params to be an object"))?;
            let id = whole.get("id").cloned().unwrap_or(Value::Null);
            let asked = Asked::new(**provider, Version::Second, name, Ok((true, params)));
            Ok((asked, id))
        });
    match asked {
        Ok((asked, id)) => answer(&request, &world, asked, Some(id)).await,
        Err(refusal) => written(&world, Version::Second, Err(refusal), Some(Value::Null)),
    }
}

/// Parameters, and whether they were posted.
type Given = Result<(bool, Params), Refusal>;

fn params(request: &HttpRequest, body: &[u8]) -> Given {
    if request.method() == Method::GET {
        Ok((false, Params::of_query(request.query_string())))
    } else if request.method() == Method::POST {
        Params::of_json(body).map(|params| (true, params))
    } else {
        let text = format!("unsupported http method: {}", request.method());
        Err(Refusal::new(405, text))
    }
}

/// A call with what it was given.
struct Asked {
    provider: Provider,
    version: Version,
    call: Option<Call>,
    params: Given,
}

impl Asked {
    fn new(provider: Provider, version: Version, name: &str, params: Given) -> Self {
        Self {
            provider,
            version,
            call: Call::of(version, name),
            params,
        }
    }

    fn carry_out(&self, world: &World, call: Call, lag: Lag) -> Result<Value, Refusal> {
        let (posted, params) = match &self.params {
            Ok((posted, params)) => (*posted, params),
            Err(refusal) => return Err(refusal.clone()),
        };
        if call.is_send() {
            if !posted {
                let text = "unsupported http method: GET".to_owned();
                return Err(Refusal::new(405, text));
            }
            return send(world, call, params);
        }
        let mut chain = hold(&world.ton.chain);
        chain.catch_up(world);
        let view = View::new(&chain, world.clock.now(), lag);
        match self.version {
            Version::Second => v2::answer(view, call, params),
            Version::Third => v3::answer(view, call, params),
        }
    }
}

/// Takes a message in and answers its hashes in the words of the call.
fn send(world: &World, call: Call, params: &Params) -> Result<Value, Refusal> {
    let Some(boc) = params.text("boc") else {
        return Err(match call.version() {
            Version::Second => {
                Refusal::new(422, "failed to validate request: empty boc".to_owned())
            }
            Version::Third => Refusal::new(401, "boc is required".to_owned()),
        });
    };
    let unreadable = |why: &dyn std::fmt::Display| {
        let text =
            format!("LITE_SERVER_UNKNOWN: cannot apply external message to current state : {why}");
        Refusal::new(500, text)
    };
    let external = External::read(boc).map_err(|why| unreadable(&why))?;
    let hashes = (external.hash, external.normalised);
    hold(&world.ton.chain)
        .send(world, external)
        .map_err(|why| Refusal::new(500, why))?;
    let (hash, normalised) = hashes;
    let (hash, normalised) = (
        super::text::base64_hash(&hash),
        super::text::base64_hash(&normalised),
    );
    Ok(if call == Call::SendBoc {
        json!({"@type": "ok"})
    } else if call == Call::SendBocReturnHash {
        json!({"@type": "raw.extMessageInfo", "hash": hash, "hash_norm": normalised})
    } else {
        json!({"message_hash": hash, "message_hash_norm": normalised})
    })
}

async fn answer(
    request: &HttpRequest,
    world: &World,
    asked: Asked,
    id: Option<Value>,
) -> HttpResponse {
    let version = asked.version;
    let Some(call) = asked.call else {
        return written(world, version, Err(Refusal::no_such_call()), id);
    };
    let gate = world.ton.gate(asked.provider);
    if !gate.admits(request, world.clock.now()) {
        return written(world, version, Err(Refusal::too_fast()), id);
    }
    let system = asked.provider.system();
    let strike = world.faults.strike(system, call.name(), false);
    if strike.down {
        return line::cut(request);
    }
    let result = match &strike.refuse {
        Some((status, message)) => Err(fault(*status, message.as_deref())),
        None => twice(world, &asked, call, &strike),
    };
    gate.wait(world, call, &strike).await;
    if strike.lose_reply {
        return line::cut(request);
    }
    written(world, version, result, id)
}

/// Carries the call out, twice when a fault says so; the first answer counts.
fn twice(world: &World, asked: &Asked, call: Call, strike: &Strike) -> Result<Value, Refusal> {
    let result = asked.carry_out(world, call, Lag::of(strike));
    if strike.duplicate
        && let Err(why) = asked.carry_out(world, call, Lag::of(strike))
    {
        tracing::debug!(
            call = call.name(),
            ?why,
            "the second of two calls was refused"
        );
    }
    result
}

fn fault(status: Option<u16>, message: Option<&str>) -> Refusal {
    match (status.unwrap_or(500), message) {
        (429, None) => Refusal::too_fast(),
        (status, message) => Refusal::new(status, message.unwrap_or(USUAL_REFUSAL).to_owned()),
    }
}

fn written(
    world: &World,
    version: Version,
    result: Result<Value, Refusal>,
    id: Option<Value>,
) -> HttpResponse {
    let now = world.clock.now().unix_ms();
    let extra = format!(
        "{}.{:03}:0:0.001",
        now.div_euclid(1000),
        now.rem_euclid(1000)
    );
    let (status, mut body) = match (result, version) {
        (Ok(result), Version::Second) => {
            (200, json!({"ok": true, "result": result, "@extra": extra}))
        }
        (Ok(result), Version::Third) => (200, result),
        (Err(refusal), version) => (refusal.status, refusal.body(version, &extra)),
    };
    if let (Some(id), Some(fields)) = (id, body.as_object_mut()) {
        fields.insert("jsonrpc".to_owned(), json!("2.0"));
        fields.insert("id".to_owned(), id);
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).json(body)
}
