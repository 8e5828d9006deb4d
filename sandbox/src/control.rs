//! The control API: how a driver, a script or a page moves the emulated world.
//!
//! It changes the world only through what the emulators offer, and never speaks as one of them.

pub(crate) mod asked;
mod chain;
mod faults;
mod gateway;
mod goods;
mod money;
mod people;
mod time;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use self::asked::{Wrong, refuse_strangers};
pub(crate) use self::faults::names as names_of_faults;
pub(crate) use self::gateway::copies_of;
pub(crate) use self::money::pay_with;
use crate::world::World;

/// The largest request body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// Every call, as a stranger may read it.
const CALLS: [&str; 47] = [
    "GET    /control/ready",
    "GET    /control/users[?after=&limit=]",
    "GET    /control/users/{id}",
    "POST   /control/users/{id}               {\"username\"?, \"first_name\"?, \"last_name\"?, \"language\"?, \"premium\"?, \"blocked\"?, \"deactivated\"?}",
    "POST   /control/users/{id}/say           {\"text\", \"group\"?}",
    "POST   /control/users/{id}/tap           {\"button\", \"message_id\"?, \"users\"?, \"group\"?, \"wait_ms\"?}",
    "POST   /control/users/{id}/pick          {\"users\":[<id>]}",
    "POST   /control/users/{id}/send          {\"kind\":\"sticker\"|\"voice\"|\"photo\", \"group\"?}",
    "POST   /control/users/{id}/forward       {\"from\"|\"channel\", \"text\", \"hidden\"?}",
    "GET    /control/users/{id}/chat[?after=&wait_ms=&group=]",
    "GET    /control/chats[?after=&wait_ms=]",
    "GET    /control/telegram",
    "GET    /control/telegram/photos/{file_id}",
    "POST   /control/telegram/redeliver",
    "GET    /control/invoices",
    "GET    /control/invoices/{uuid}",
    "POST   /control/invoices/{uuid}/pay      {\"amount\":\"exact\"|\"<decimal>\", \"currency\"?, \"network\"?}",
    "POST   /control/invoices/{uuid}/expire",
    "POST   /control/invoices/{uuid}/lock",
    "POST   /control/invoices/{uuid}/unlock",
    "POST   /control/invoices/{uuid}/confirm",
    "POST   /control/invoices/{uuid}/refund   {\"outcome\":\"paid\"|\"fail\"}",
    "POST   /control/invoices/{uuid}/status   {\"status\":\"<any>\"}",
    "POST   /control/invoices/{uuid}/webhook  {\"copies\"?}",
    "GET    /control/webhooks[?uuid=]",
    "POST   /control/webhooks/now",
    "POST   /control/login                    {\"wallet\"?, \"account\"?, \"username\"?}",
    "POST   /control/login/expire             {\"part\":\"telegram\"|\"wallet\", \"account\"?, \"wallet\"?}",
    "GET    /control/stars/{username}",
    "GET    /control/deliveries",
    "GET    /control/fragment",
    "POST   /control/fragment                 {\"wallet_alone\"}",
    "GET    /control/fragment/users/{name}",
    "POST   /control/fragment/users/{name}    {\"exists\"?, \"kind\"?, \"premium\"?, \"name\"?, \"photo\"?, \"token\"?, \"other\"?}",
    "GET    /control/chain",
    "GET    /control/wallets/{address}",
    "POST   /control/wallets/{address}        {\"nano\"}",
    "GET    /control/prices",
    "POST   /control/prices                   {\"star_usd\", \"ton_usd\", \"<coin>_usd\"}",
    "GET    /control/faults",
    "POST   /control/faults                   {\"system\", \"method\", \"kind\", \"count\"|\"probability\", \"seed\", \"delay_ms\", \"status\", \"message\"}",
    "DELETE /control/faults",
    "GET    /control/clock",
    "POST   /control/clock                    {\"advance_s\"?, \"hold\"?}",
    "GET    /control/heleket",
    "POST   /control/heleket                  {\"blocked\"?, \"push_everything\"?, \"webhook_form\"?, \"convert\"?, \"longest_lifetime_s\"?}",
    "POST   /control/reset",
];

/// Puts the control API's routes into a server.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .route("/control", web::get().to(index))
        .route("/control/ready", web::get().to(is_ready))
        .configure(gateway::routes)
        .configure(goods::routes)
        .configure(money::routes)
        .configure(people::routes)
        .configure(chain::routes)
        .configure(faults::routes)
        .configure(time::routes)
        .configure(crate::demo::routes)
        .default_service(web::route().to(unknown));
}

async fn index(world: web::Data<World>) -> HttpResponse {
    let text = format!(
        "The sandbox of Starkeeper: nothing here is real, and nothing is paid.\n\n\
         seed: {}\npay pages: {}/<uuid>\n\nThe calls of a driver (JSON):\n{}\n",
        world.dice.seed(),
        world.heleket.pay_page(),
        CALLS.join("\n")
    );
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(text)
}

async fn is_ready(world: web::Data<World>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"ready": true, "seed": world.dice.seed()}))
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    let text = format!(
        "there is no call {} {}: GET /control lists those there are",
        request.method(),
        request.path()
    );
    Wrong::Missing(text).answer()
}

/// Answers what came of a call, unless a page of somebody else made it.
fn answered(request: &HttpRequest, work: impl FnOnce() -> Result<Value, Wrong>) -> HttpResponse {
    match refuse_strangers(request).and_then(|()| work()) {
        Ok(value) => HttpResponse::Ok().json(value),
        Err(wrong) => wrong.answer(),
    }
}
