//! Clock and reset.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use super::answered;
use super::asked::{Asked, Wrong, refuse_strangers};
use crate::heleket::invoice::shown::utc_time;
use crate::world::World;

/// The clock is moved by ten years at most in one call.
const FARTHEST_S: u64 = 10 * 366 * 24 * 3600;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/clock", web::get().to(show))
        .route("/control/clock", web::post().to(turn))
        .route("/control/reset", web::post().to(reset));
}

async fn show(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || Ok(face(&world)))
}

/// Moves the clock, and answers when everything that fell due on the way has happened.
async fn turn(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    let wish = refuse_strangers(&request).and_then(|()| Wish::read(&body));
    match wish {
        Ok(wish) => {
            if let Some(held) = wish.hold {
                world.clock.set_held(held);
            }
            if let Some(span) = wish.advance {
                world.clone().into_inner().advance(span).await;
            }
            HttpResponse::Ok().json(face(&world))
        }
        Err(wrong) => wrong.answer(),
    }
}

async fn reset(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    let asked = refuse_strangers(&request).and_then(|()| Asked::read(&body, &[]));
    match asked {
        Ok(_nothing) => {
            world.reset().await;
            HttpResponse::Ok().json(json!({"reset": true, "seed": world.dice.seed()}))
        }
        Err(wrong) => wrong.answer(),
    }
}

struct Wish {
    advance: Option<Duration>,
    hold: Option<bool>,
}

impl Wish {
    fn read(body: &[u8]) -> Result<Self, Wrong> {
        let asked = Asked::read(body, &["advance_s", "hold"])?;
        let hold = asked.boolean("hold")?;
        let advance = match asked.decimal("advance_s")? {
            Some(seconds) => Some(span(seconds)?),
            None => None,
        };
        if advance.is_none() && hold.is_none() {
            return Err(Wrong::absent("advance_s", "seconds to move the clock by"));
        }
        Ok(Self { advance, hold })
    }
}

fn span(seconds: Decimal) -> Result<Duration, Wrong> {
    let expected = format!("seconds from 0 to {FARTHEST_S}");
    if seconds > Decimal::from(FARTHEST_S) {
        return Err(Wrong::field("advance_s", &expected, seconds));
    }
    let ms = (seconds * Decimal::ONE_THOUSAND).to_u64();
    ms.map(Duration::from_millis)
        .ok_or_else(|| Wrong::field("advance_s", &expected, seconds))
}

fn face(world: &World) -> Value {
    let now = world.clock.now();
    json!({
        "now": utc_time(now),
        "unix_s": now.unix_s(),
        "held": world.clock.is_held(),
        "deliveries_under_way": world.post.under_way(),
    })
}
