use actix_web::FromRequest as _;
use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::Payload as Incoming;
use actix_web::test::TestRequest;
use futures_util::{FutureExt as _, StreamExt as _};
use std::pin::Pin;
use std::sync::Arc;

use super::feed::BEHIND;
use super::*;

/// A request as a browser sends it.
fn request() -> TestRequest {
    TestRequest::get()
        .insert_header(("Upgrade", "websocket"))
        .insert_header(("Connection", "upgrade"))
        .insert_header(("Sec-WebSocket-Version", "13"))
        .insert_header(("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="))
}

/// A connection whose other side says nothing, and takes what is polled out of the body.
async fn connection() -> (BoxBody, Session, MessageStream) {
    let (request, _empty) = request().to_http_parts();
    let mut incoming = Incoming::Stream {
        payload: futures_util::stream::pending().boxed_local(),
    };
    let payload = Payload::from_request(&request, &mut incoming)
        .await
        .unwrap();
    let (answer, session, stream) = actix_ws::handle(&request, payload).unwrap();
    let (_, body) = answer.into_parts();
    assert_eq!(body.size(), BodySize::Stream);
    (body, session, stream)
}

/// The frames that wait: the kind, and what is in them.
fn taken(body: &mut BoxBody) -> Vec<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    while let Some(Some(Ok(more))) =
        std::future::poll_fn(|context| Pin::new(&mut *body).poll_next(context)).now_or_never()
    {
        bytes.extend(more);
    }
    let mut frames = Vec::new();
    let mut rest = &bytes[..];
    while let [kind, length, tail @ ..] = rest {
        let (length, tail) = match length {
            126 => (
                usize::from(u16::from_be_bytes([tail[0], tail[1]])),
                &tail[2..],
            ),
            short => (usize::from(*short), tail),
        };
        frames.push((kind & 0x0f, tail[..length].to_vec()));
        rest = &tail[length..];
    }
    frames
}

fn code(frames: &[(u8, Vec<u8>)]) -> u16 {
    let (kind, content) = frames.last().expect("a frame");
    assert_eq!(*kind, 8, "the last frame is a close");
    u16::from_be_bytes([content[0], content[1]])
}

const PACE: Pace = Pace {
    look: Duration::from_secs(1),
    ping: Duration::from_secs(20),
    silent: Duration::from_secs(50),
    send: Duration::from_secs(10),
};

/// A feed without books: the test says what is told.
fn feed() -> (Arc<Live>, Listener) {
    let live = Arc::new(Live::at(PACE));
    let listener = live.enter().unwrap();
    (live, listener)
}

fn well() -> (watch::Sender<Report>, watch::Receiver<Report>) {
    watch::channel(Report::starting())
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_takes_nothing_is_cut_off_and_told_why_when_it_reads_again() {
    let ((live, listener), (_to, health)) = (feed(), well());
    let (mut body, session, stream) = connection().await;
    live.greet();
    let served = serve(session, stream, listener, health, PACE);
    let read = async {
        for _ in 0..BEHIND {
            live.say();
        }
        // It reads again when all patience for one line is over, and not yet that for its goodbye.
        tokio::time::sleep(PACE.send * 2).await;
        let mut frames = taken(&mut body);
        tokio::task::yield_now().await;
        frames.extend(taken(&mut body));
        frames
    };
    let ((), frames) = tokio::join!(served, read);
    assert_eq!(code(&frames), 1013);
    assert!(
        frames.len() < BEHIND,
        "{} lines waited for it",
        frames.len()
    );
    assert_eq!(live.listeners(), 0, "and its place is free");
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_is_too_far_behind_is_cut_off_while_others_go_on() {
    let ((live, listener), (to, health)) = (feed(), well());
    let other = live.enter().unwrap();
    let (mut slow, session, stream) = connection().await;
    let (mut quick, fast, quicker) = connection().await;
    live.greet();
    let served = serve(session, stream, listener, health.clone(), PACE);
    let goes_on = serve(fast, quicker, other, health, PACE);
    let read = async {
        let mut lines = 0;
        for _ in 0..=BEHIND {
            live.say();
            tokio::task::yield_now().await;
            lines += taken(&mut quick).len();
        }
        tokio::time::sleep(PACE.send * 2).await;
        let mut frames = taken(&mut slow);
        tokio::task::yield_now().await;
        frames.extend(taken(&mut slow));
        to.send_modify(|report| report.status = Status::Ending);
        tokio::task::yield_now().await;
        let last = taken(&mut quick);
        (lines, code(&frames), code(&last))
    };
    let ((), (), (lines, cut, ended)) = tokio::join!(served, goes_on, read);
    assert!(lines > BEHIND, "{lines}");
    assert_eq!(cut, 1013);
    assert_eq!(ended, 1001);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_answers_no_ping_is_left() {
    let ((_live, listener), (_to, health)) = (feed(), well());
    let (mut body, session, stream) = connection().await;
    serve(session, stream, listener, health, PACE).await;
    let frames = taken(&mut body);
    let pings = frames.iter().filter(|(kind, _)| *kind == 9).count();
    assert!((2..=4).contains(&pings), "{frames:?}");
    assert_eq!(code(&frames), 1008);
}

#[test]
fn a_token_is_taken_from_the_subprotocols_and_from_no_address() {
    let of = |value: &str| {
        let request = TestRequest::get().uri("/?token=abc");
        token_of(&request.insert_header((PROTOCOLS, value)).to_http_request())
    };
    assert_eq!(
        of("starkeeper.live.v1, starkeeper.token.c2VjcmV0"),
        Some("secret".into())
    );
    for nothing in ["starkeeper.live.v1", "starkeeper.token.%%%", "c2VjcmV0"] {
        assert_eq!(of(nothing), None, "{nothing}");
    }
}
