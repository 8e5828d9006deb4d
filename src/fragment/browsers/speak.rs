//! WebDriver over our own HTTP client, so that there is one in the tree.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner, WebDriverResult};
use thirtyfour::session::http::{Body, HttpClient};

use crate::fragment::tab::Lost;

/// The client of one session.
#[derive(Clone, Debug)]
pub(super) struct Speaker {
    http: reqwest::Client,
    deadline: Duration,
}

/// A client whose requests take no longer than this. Never through a proxy.
pub(super) fn client(deadline: Duration) -> Result<Speaker, Lost> {
    let http = reqwest::Client::builder().no_proxy().timeout(deadline);
    let http = http.build();
    let http = http.map_err(|_| Lost::new("the http client cannot be made"))?;
    Ok(Speaker { http, deadline })
}

/// Ends a session of an earlier life at a remote server, as far as that goes.
pub(super) async fn end_session(at: &str, deadline: Duration) {
    if let Ok(Speaker { http, .. }) = client(deadline) {
        match http.delete(at).send().await {
            Ok(_) => {}
            Err(why) => {
                let why = why.without_url();
                tracing::warn!("a browser of an earlier life may still run: {why}");
            }
        }
    }
}

#[async_trait]
impl HttpClient for Speaker {
    async fn send(
        &self,
        request: http::Request<Body<'_>>,
    ) -> WebDriverResult<http::Response<Bytes>> {
        let (parts, body) = request.into_parts();
        let mut asked = self
            .http
            .request(parts.method, parts.uri.to_string())
            .headers(parts.headers);
        if let Body::Json(json) = body {
            asked = asked.json(json);
        }
        let answer = asked.send().await.map_err(|why| broken(&why))?;
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let bytes = answer.bytes().await.map_err(|why| broken(&why))?;
        response.body(bytes).map_err(|why| {
            WebDriverError::from_inner(WebDriverErrorInner::HttpError(why.to_string()))
        })
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        match client(self.deadline) {
            Ok(fresh) => Arc::new(fresh),
            Err(_) => Arc::new(self.clone()),
        }
    }
}

fn broken(why: &reqwest::Error) -> WebDriverError {
    let what = if why.is_timeout() {
        "no answer in time"
    } else {
        "no connection"
    };
    WebDriverError::from_inner(WebDriverErrorInner::HttpError(what.to_owned()))
}
