//! Switching faults on and off.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use super::answered;
use super::asked::{Asked, Wrong};
use crate::fragment::{api as site, trick};
use crate::heleket::api::Method;
use crate::telegram::api::Method as BotMethod;
use crate::telegram::inbox::UPDATE;
use crate::ton::api::call::Call;
use crate::ton::chain::{BLOCK, MEMPOOL, TRANSIT};
use crate::world::World;
use crate::world::faults::{Fault, Faults, Kind, Often, System, Wish};

/// The longest a fault holds something back: a day of the sandbox's clock.
const LONGEST_DELAY_MS: u64 = 24 * 3600 * 1000;

/// What an answer of a fault may say at most.
const LONGEST_MESSAGE: usize = 500;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/faults", web::get().to(show))
        .route("/control/faults", web::post().to(add))
        .route("/control/faults", web::delete().to(clear));
}

async fn show(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        Ok(world.faults.all().iter().map(shown).collect())
    })
}

async fn add(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let wish = wish(&body, &world)?;
        let too_many = || {
            let most = Faults::MOST;
            Wrong::State(format!(
                "{most} faults are on: DELETE /control/faults makes room"
            ))
        };
        world
            .faults
            .add(wish)
            .map(|fault| shown(&fault))
            .ok_or_else(too_many)
    })
}

async fn clear(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || Ok(json!({"cleared": world.faults.clear()})))
}

fn wish(body: &[u8], world: &World) -> Result<Wish, Wrong> {
    let known = [
        "system",
        "method",
        "kind",
        "count",
        "probability",
        "seed",
        "delay_ms",
        "status",
        "message",
    ];
    let asked = Asked::read(body, &known)?;
    let systems = System::ALL.map(|system| (system.name(), system));
    let system = asked.word("system", &systems)?;
    let system =
        system.ok_or_else(|| Wrong::absent("system", &one_of(&System::ALL.map(System::name))))?;
    let kinds = Kind::ALL.map(|kind| (kind.name(), kind));
    let kind = asked.word("kind", &kinds)?;
    let kind = kind.ok_or_else(|| Wrong::absent("kind", "what the fault does, like \"delay\""))?;
    let message = asked.text("message")?;
    if message.is_some_and(|text| text.len() > LONGEST_MESSAGE) {
        let expected = format!("a text of at most {LONGEST_MESSAGE} bytes");
        return Err(Wrong::field("message", &expected, "a longer one"));
    }
    let status = asked.whole("status", 400, 599)?;
    Ok(Wish {
        system,
        method: method(&asked, system, kind)?,
        kind,
        often: often(&asked)?,
        seed: match asked.whole("seed", 0, u64::MAX)? {
            Some(seed) => seed,
            None => world.dice.fresh_seed(),
        },
        delay: asked
            .whole("delay_ms", 0, LONGEST_DELAY_MS)?
            .map(Duration::from_millis),
        status: status.and_then(|status| u16::try_from(status).ok()),
        message: message.map(str::to_owned),
    })
}

/// The call a fault is for: its path, or the last part of it, or `*` for every call.
fn method(asked: &Asked, system: System, kind: Kind) -> Result<Option<&'static str>, Wrong> {
    let names = names(system);
    let expected = || format!("{}, or * for every call", one_of(&names));
    let Some(text) = asked.text("method")? else {
        return Err(Wrong::absent("method", &expected()));
    };
    if text == "*" {
        return Ok(None);
    }
    let mut known = names.iter().copied();
    let found = known.find(|name| *name == text || short(name) == text);
    let found = found.ok_or_else(|| Wrong::field("method", &expected(), format!("\"{text}\"")))?;
    let is_trick = trick::Trick::NAMES.iter().any(|(_, name)| *name == found);
    let possible: &[Kind] = match (system, found) {
        (System::Fragment, trick::DELIVERY) => &[Kind::Refuse, Kind::Delay],
        (System::Fragment, _) if is_trick => &[Kind::Refuse],
        (System::Ton, MEMPOOL) => &[Kind::Refuse, Kind::Delay, Kind::Reorder],
        (System::Ton, BLOCK) => &[Kind::Delay, Kind::Stale],
        (System::Ton, TRANSIT) => &[Kind::Delay],
        (System::Telegram, _) => &[
            Kind::Refuse,
            Kind::Delay,
            Kind::Duplicate,
            Kind::Reorder,
            Kind::LoseReply,
            Kind::Down,
        ],
        (System::Fragment | System::Heleket | System::Ton | System::TonSecond, _) => &Kind::ALL,
    };
    if possible.contains(&kind) {
        return Ok(Some(found));
    }
    let kinds: Vec<&str> = possible.iter().map(|kind| kind.name()).collect();
    let expected = format!("{} for the method {found}", one_of(&kinds));
    Err(Wrong::field(
        "kind",
        &expected,
        format!("\"{}\"", kind.name()),
    ))
}

/// Every name a fault of a system can be for.
pub(crate) fn names(system: System) -> Vec<&'static str> {
    match system {
        System::Heleket => {
            let calls = Method::ALL.into_iter().map(Method::name);
            calls.chain(std::iter::once("webhook")).collect()
        }
        System::Fragment => {
            let calls = site::Method::NAMES.into_iter().map(|(_, name)| name);
            let tricks = trick::Trick::NAMES.into_iter().map(|(_, name)| name);
            calls
                .chain([site::PAGE, trick::DELIVERY])
                .chain(tricks)
                .collect()
        }
        System::Ton => {
            let calls = Call::ALL.into_iter().map(Call::name);
            calls.chain([MEMPOOL, BLOCK, TRANSIT]).collect()
        }
        System::TonSecond => Call::ALL.into_iter().map(Call::name).collect(),
        System::Telegram => {
            let calls = BotMethod::ALL.into_iter().map(BotMethod::name);
            calls.chain([UPDATE]).collect()
        }
    }
}

fn short(name: &'static str) -> &'static str {
    match name {
        "payment" => "create",
        "test-webhook/payment" => "test-webhook",
        name => name.strip_prefix("payment/").unwrap_or(name),
    }
}

fn one_of(names: &[&str]) -> String {
    format!("one of {}", names.join(", "))
}

fn often(asked: &Asked) -> Result<Often, Wrong> {
    let times = asked.whole("count", 1, u64::MAX)?;
    let Some(chance) = asked.decimal("probability")? else {
        return Ok(Often::Times(times.unwrap_or(1)));
    };
    if times.is_some() {
        let message = "expected either count or probability, got both".to_owned();
        let field = "probability".to_owned();
        return Err(Wrong::Field { field, message });
    }
    let of_a_million = (chance <= Decimal::ONE)
        .then(|| (chance * Decimal::from(1_000_000)).to_u32())
        .flatten();
    of_a_million
        .map(Often::PerMillion)
        .ok_or_else(|| Wrong::field("probability", "a number from 0 to 1", chance))
}

fn shown(fault: &Fault) -> Value {
    let wish = &fault.wish;
    let mut shown = json!({
        "id": fault.id,
        "system": wish.system.name(),
        "method": wish.method.unwrap_or("*"),
        "kind": wish.kind.name(),
        "seed": wish.seed,
        "met": fault.met,
        "struck": fault.struck,
    });
    let (name, value) = match wish.often {
        Often::Times(times) => ("count", json!(times)),
        Often::PerMillion(chance) => {
            let chance = Decimal::new(i64::from(chance), 6).normalize();
            ("probability", json!(chance.to_string()))
        }
    };
    if let Some(fields) = shown.as_object_mut() {
        fields.insert(name.to_owned(), value);
        if let Some(delay) = wish.delay {
            let ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            fields.insert("delay_ms".to_owned(), json!(ms));
        }
    }
    shown
}
