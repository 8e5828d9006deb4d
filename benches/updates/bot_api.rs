//! A Bot API that takes everything, and says when a chat's message has arrived.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// Who waits for a message in which chat.
#[derive(Clone, Default)]
pub struct Awaited(Arc<Mutex<HashMap<i64, oneshot::Sender<()>>>>);

/// What the daemon has set as its webhook.
#[derive(Clone, Default)]
struct Hook(Arc<Mutex<Value>>);

impl Awaited {
    /// Resolves when the next message to this chat has arrived.
    pub fn message_to(&self, chat: i64) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        self.0.lock().unwrap().insert(chat, tell);
        told
    }

    fn arrived(&self, chat: i64) {
        if let Some(tell) = self.0.lock().unwrap().remove(&chat) {
            let _nobody_waits = tell.send(());
        }
    }
}

/// Serves it on a thread of its own until the program ends; answers its address.
pub fn serve() -> (String, Awaited) {
    let awaited = Awaited::default();
    let shared = awaited.clone();
    let hook = Hook::default();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(web::Data::new(shared.clone()))
                    .app_data(web::Data::new(hook.clone()))
                    .route("/bot{token}/{method}", web::to(take))
            });
            let server = server.workers(1).bind("127.0.0.1:0").unwrap();
            tell.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    (format!("http://{}", told.recv().unwrap()), awaited)
}

async fn take(
    path: web::Path<(String, String)>,
    body: web::Bytes,
    awaited: web::Data<Awaited>,
    hook: web::Data<Hook>,
) -> HttpResponse {
    let asked: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let method = path.1.to_lowercase();
    let result = match method.as_str() {
        "getme" => {
            json!({"id": 4242, "is_bot": true, "first_name": "Bench", "username": "bench_bot",
            "can_join_groups": false, "can_read_all_group_messages": false,
            "supports_inline_queries": false, "can_connect_to_business": false,
            "has_main_web_app": false})
        }
        "setwebhook" => {
            *hook.0.lock().unwrap() = asked["url"].clone();
            json!(true)
        }
        "getwebhookinfo" => json!({"url": hook.0.lock().unwrap().as_str().unwrap_or_default(),
            "has_custom_certificate": false, "pending_update_count": 0}),
        "sendmessage" | "editmessagetext" => {
            let chat = asked["chat_id"].as_i64();
            let chat = chat.or_else(|| asked["chat_id"].as_str()?.parse().ok());
            let chat = chat.unwrap_or_default();
            awaited.arrived(chat);
            json!({"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "x"})
        }
        _ => json!(true),
    };
    HttpResponse::Ok().json(json!({"ok": true, "result": result}))
}
