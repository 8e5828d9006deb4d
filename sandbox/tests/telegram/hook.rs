//! A bot's endpoint: keeps every update as it came, and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

use crate::ground::PATIENCE;

#[derive(Default)]
struct Kept {
    updates: Vec<Value>,
    secrets: Vec<Option<String>>,
    answers: VecDeque<(u16, Value)>,
    /// Requests whose answer is being held back.
    gate: Option<watch::Receiver<bool>>,
    count: watch::Sender<usize>,
}

#[derive(Clone)]
pub struct Hook {
    kept: Arc<Mutex<Kept>>,
    pub url: String,
}

impl Hook {
    pub fn new() -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let data = web::Data::from(Arc::clone(&kept));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .default_service(web::to(take))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .expect("a free port");
        let url = format!("http://{}/hook", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { kept, url }
    }

    /// Answers the next updates with these statuses, and all after them with 200.
    pub fn statuses(&self, statuses: &[u16]) {
        let answers = statuses.iter().map(|status| (*status, Value::Null));
        self.kept.lock().unwrap().answers.extend(answers);
    }

    /// Answers the next update with this body.
    pub fn answer(&self, body: Value) {
        self.kept.lock().unwrap().answers.push_back((200, body));
    }

    /// Holds every answer back until the sender says `true`.
    pub fn hold(&self) -> watch::Sender<bool> {
        let (open, gate) = watch::channel(false);
        self.kept.lock().unwrap().gate = Some(gate);
        open
    }

    /// Every update so far.
    pub fn updates(&self) -> Vec<Value> {
        self.kept.lock().unwrap().updates.clone()
    }

    /// The texts of the messages so far.
    pub fn texts(&self) -> Vec<String> {
        let updates = self.updates();
        let texts = updates
            .iter()
            .filter_map(|update| update["message"]["text"].as_str());
        texts.map(str::to_owned).collect()
    }

    /// The secrets that came with them.
    pub fn secrets(&self) -> Vec<Option<String>> {
        self.kept.lock().unwrap().secrets.clone()
    }

    /// Waits until so many updates have come.
    pub async fn reached(&self, count: usize) {
        let mut seen = self.kept.lock().unwrap().count.subscribe();
        let enough = seen.wait_for(|seen| *seen >= count);
        let waited = tokio::time::timeout(PATIENCE, enough).await;
        waited
            .expect("so many updates never came")
            .expect("the endpoint lives");
    }
}

async fn take(request: HttpRequest, body: Bytes, kept: web::Data<Mutex<Kept>>) -> HttpResponse {
    let (status, answer, gate) = {
        let mut kept = kept.lock().unwrap();
        kept.updates.push(serde_json::from_slice(&body).unwrap());
        let secret = request.headers().get("x-telegram-bot-api-secret-token");
        let secret = secret.map(|value| value.to_str().unwrap().to_owned());
        kept.secrets.push(secret);
        kept.count.send_modify(|count| *count += 1);
        let (status, answer) = kept.answers.pop_front().unwrap_or((200, Value::Null));
        (status, answer, kept.gate.clone())
    };
    if let Some(mut gate) = gate {
        gate.wait_for(|open| *open).await.expect("the test lives");
    }
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if answer.is_null() {
        response.finish()
    } else {
        response.json(answer)
    }
}
