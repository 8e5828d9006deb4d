//! The live feed: what happens in the shop, for operators who watch, over a WebSocket.
//!
//! Looks and nothing else: whoever listens is sent lines ([`event`]) and may send pings. The token is
//! shown in a header, as everywhere, or as a subprotocol, because a page in a browser can send no header;
//! never in an address, which proxies write down.

use std::time::Duration;

use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use actix_ws::{CloseCode, CloseReason, Message, MessageStream, Session};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::http::error::ApiError;
use crate::http::health::{Report, Status};
use crate::http::{Doors, resource};
use crate::metrics;

pub(super) mod event;
mod feed;
mod picture;

pub use feed::Live;
use feed::{Listener, Pace};

/// The feed, as a subprotocol; the lines of another form will have another name.
const PROTOCOL: &str = "starkeeper.live.v1";

/// What a token begins with that is shown as a subprotocol; base64url without padding follows.
const TOKEN: &str = "starkeeper.token.";

/// The longest frame that is read, in bytes: a ping, or the reason of a goodbye.
const LONGEST_FRAME: usize = 1_024;

/// The header of subprotocols.
const PROTOCOLS: &str = "Sec-WebSocket-Protocol";

/// `/live`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/live").route(web::get().to(live)));
}

/// The token among the subprotocols that a request offers.
pub(super) fn token_of(request: &HttpRequest) -> Option<String> {
    let offers = request.headers().get_all(PROTOCOLS);
    let mut offers = offers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let token = offers.find_map(|offer| offer.trim().strip_prefix(TOKEN))?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    String::from_utf8(bytes).ok()
}

async fn live(
    doors: Data<Doors>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    if doors.health.borrow().status == Status::Ending {
        let hint = "ask again when it is back";
        return Err(ApiError::unready("ending", "the daemon is ending", hint));
    }
    let opened = actix_ws::handle_with_protocols(&request, payload, &[PROTOCOL]);
    let (answer, session, stream) = opened.map_err(|why| {
        let hint = "connect as a WebSocket: `Upgrade: websocket`, version 13";
        ApiError::malformed(format!("this is a WebSocket: {why}"), hint)
    })?;
    let listener = doors.live.listen(&doors)?;
    let health = doors.health.clone();
    let pace = doors.live.pace;
    actix_web::rt::spawn(serve(session, stream, listener, health, pace));
    Ok(answer)
}

/// Why a connection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// By the other side.
    Left,
    Ending,
    TooSlow,
    Silent,
    Spoke,
    Malformed,
}

impl End {
    /// As a label of the metrics.
    const fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Ending => "ending",
            Self::TooSlow => "too_slow",
            Self::Silent => "silent",
            Self::Spoke => "spoke",
            Self::Malformed => "malformed",
        }
    }

    fn reason(self) -> Option<CloseReason> {
        let (code, says) = match self {
            Self::Left => return None,
            Self::Ending => (CloseCode::Away, "the daemon ends: connect again"),
            Self::TooSlow => (
                CloseCode::Again,
                "too slow: lines were missed, connect again",
            ),
            Self::Silent => (CloseCode::Policy, "no answer to pings"),
            Self::Spoke => (CloseCode::Unsupported, "this feed takes nothing but pings"),
            Self::Malformed => (CloseCode::Protocol, "that was no frame of a WebSocket"),
        };
        Some(CloseReason::from((code, says)))
    }
}

/// Serves one connection to its end.
async fn serve(
    mut session: Session,
    stream: MessageStream,
    mut listener: Listener,
    health: watch::Receiver<Report>,
    pace: Pace,
) {
    let stream = stream.max_frame_size(LONGEST_FRAME);
    let end = listen(&mut session, stream, &mut listener, health, pace).await;
    tracing::debug!("a listener of the live feed ends: {end:?}");
    metrics::live::ended(end.name());
    // Behind what one who is too slow has not taken yet.
    let _closed = timeout(pace.silent, session.close(end.reason())).await;
}

async fn listen(
    session: &mut Session,
    mut stream: MessageStream,
    listener: &mut Listener,
    mut health: watch::Receiver<Report>,
    pace: Pace,
) -> End {
    let (mut heard, mut greeted) = (Instant::now(), None);
    let mut pings = tokio::time::interval(pace.ping);
    loop {
        let sent = tokio::select! {
            () = ending(&mut health) => return End::Ending,
            message = stream.recv() => {
                heard = Instant::now();
                match message {
                    None | Some(Ok(Message::Close(_))) => return End::Left,
                    Some(Err(_)) => return End::Malformed,
                    Some(Ok(Message::Ping(bytes))) => {
                        in_time(pace.send, session.pong(&bytes)).await
                    }
                    Some(Ok(Message::Pong(_) | Message::Nop)) => Ok(()),
                    Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Continuation(_))) => {
                        return End::Spoke;
                    }
                }
            }
            line = listener.lines.recv() => match line {
                // What happened before the first line is in it.
                Ok(line) if greeted.is_none_or(|n| line.n <= n) => Ok(()),
                Ok(line) => say(pace, session, &line).await,
                Err(RecvError::Lagged(_)) => return End::TooSlow,
                Err(RecvError::Closed) => return End::Ending,
            },
            Some(now) = first(&mut listener.now), if greeted.is_none() => {
                greeted = Some(now.n);
                say(pace, session, &now).await
            }
            _ = pings.tick() => match heard.elapsed() > pace.silent {
                true => return End::Silent,
                false => in_time(pace.send, session.ping(b"")).await,
            },
        };
        if let Err(end) = sent {
            return end;
        }
    }
}

/// Sends a line.
async fn say(pace: Pace, session: &mut Session, line: &feed::Told) -> Result<(), End> {
    in_time(pace.send, session.text(line.text.to_string())).await?;
    metrics::live::line_sent();
    Ok(())
}

/// How everything is, once that is known.
async fn first(now: &mut watch::Receiver<Option<feed::Told>>) -> Option<feed::Told> {
    let known = now.wait_for(Option::is_some).await.ok()?;
    known.clone()
}

async fn ending(health: &mut watch::Receiver<Report>) {
    let ends = |report: &Report| report.status == Status::Ending;
    // Whoever publishes is gone only at the very end.
    let _gone = health.wait_for(ends).await.is_err();
}

async fn in_time(
    limit: Duration,
    sent: impl Future<Output = Result<(), actix_ws::Closed>>,
) -> Result<(), End> {
    match timeout(limit, sent).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_closed)) => Err(End::Left),
        Err(_elapsed) => Err(End::TooSlow),
    }
}

#[cfg(test)]
mod tests;
