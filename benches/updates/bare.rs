//! The limit: a bare actix-web handler that reads the same updates and makes the same call for each.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde::Deserialize;
use serde_json::json;

use crate::ground::support::{Running, ports};
use crate::{SECRET, TOKEN};

/// Where a process that was started as the handler listens, and the Bot API it calls.
const START: &str = "STARKEEPER_BENCH_BARE";

/// Starts one as a process of its own; answers it with its port.
pub fn start(bot_api: &str) -> (Running, u16) {
    let port = ports::block();
    let mut own = std::process::Command::new(std::env::current_exe().unwrap());
    own.env(START, format!("{port} {bot_api}"));
    let mut process = Running::start("the bare handler", own);
    process.wait_for_port(port);
    (process, port)
}

/// Serves until it is killed, if this process was started for that.
pub fn was_started() -> bool {
    let Ok(start) = std::env::var(START) else {
        return false;
    };
    let (port, bot_api) = start.split_once(' ').unwrap();
    let (port, bot_api): (u16, _) = (port.parse().unwrap(), bot_api.to_owned());
    actix_rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let caller = Caller {
                web: reqwest::Client::builder().no_proxy().build().unwrap(),
                url: format!("{bot_api}/bot{TOKEN}/sendMessage"),
            };
            App::new()
                .app_data(web::Data::new(caller))
                .route("/webhook/telegram", web::post().to(handle))
        });
        let server = server.bind(("127.0.0.1", port)).unwrap();
        server.run().await.unwrap();
    });
    true
}

struct Caller {
    web: reqwest::Client,
    url: String,
}

#[derive(Deserialize)]
struct Update {
    #[expect(dead_code, reason = "it is read because the daemon reads it")]
    update_id: i64,
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    chat: Chat,
    text: String,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
}

async fn handle(request: HttpRequest, body: web::Bytes, caller: web::Data<Caller>) -> HttpResponse {
    let secret = request.headers().get("X-Telegram-Bot-Api-Secret-Token");
    if secret.is_none_or(|secret| secret != SECRET) {
        return HttpResponse::Unauthorized().finish();
    }
    let Ok(update) = serde_json::from_slice::<Update>(&body) else {
        return HttpResponse::BadRequest().finish();
    };
    // About what the daemon answers to the same update.
    let reply = json!({
        "chat_id": update.message.chat.id,
        "text": format!("{}: Balance: <b>$0.00</b>\n\nNo movements yet.", update.message.text),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
        "reply_markup": {"inline_keyboard": [
            [{"text": "Top up", "callback_data": "1:top_up"},
             {"text": "My orders", "callback_data": "1:orders:0"}],
            [{"text": "Back", "callback_data": "1:back"}]]},
    });
    // Beside the answer, as the daemon does.
    let call = caller.web.post(&caller.url).json(&reply).send();
    actix_rt::spawn(async move { call.await.unwrap().bytes().await.unwrap() });
    HttpResponse::Ok().finish()
}
