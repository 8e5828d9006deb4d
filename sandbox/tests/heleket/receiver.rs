//! A shop's endpoint: keeps every webhook as it came, and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

use crate::ground::PATIENCE;

#[derive(Default)]
struct Kept {
    bodies: Vec<String>,
    answers: VecDeque<u16>,
    count: watch::Sender<usize>,
}

#[derive(Clone)]
pub struct Receiver {
    kept: Arc<Mutex<Kept>>,
    pub url: String,
}

impl Receiver {
    pub fn new() -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let data = web::Data::from(Arc::clone(&kept));
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).default_service(web::to(
                |body: Bytes, kept: web::Data<Mutex<Kept>>| async move {
                    let mut kept = kept.lock().unwrap();
                    kept.bodies.push(String::from_utf8(body.to_vec()).unwrap());
                    kept.count.send_modify(|count| *count += 1);
                    let answer = kept.answers.pop_front().unwrap_or(200);
                    HttpResponse::build(StatusCode::from_u16(answer).unwrap()).finish()
                },
            ))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .expect("a free port");
        let url = format!("http://{}/hook", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { kept, url }
    }

    /// Answers the next webhooks with these statuses, and all after them with 200.
    pub fn answers(&self, statuses: &[u16]) {
        self.kept.lock().unwrap().answers.extend(statuses);
    }

    /// Every body so far.
    pub fn bodies(&self) -> Vec<String> {
        self.kept.lock().unwrap().bodies.clone()
    }

    /// The statuses told so far.
    pub fn statuses(&self) -> Vec<String> {
        let status = |body: &String| {
            let json: Value = serde_json::from_str(body).unwrap();
            json["status"].as_str().unwrap().to_owned()
        };
        self.bodies().iter().map(status).collect()
    }

    /// Waits until so many webhooks have come.
    pub async fn reached(&self, count: usize) {
        let mut seen = self.kept.lock().unwrap().count.subscribe();
        let enough = seen.wait_for(|seen| *seen >= count);
        let waited = tokio::time::timeout(PATIENCE, enough).await;
        waited
            .expect("so many webhooks never came")
            .expect("the receiver lives");
    }

    pub fn count(&self) -> usize {
        self.kept.lock().unwrap().bodies.len()
    }
}
