//! The line to a caller, so that it can be cut without an answer.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;

use actix_web::dev::Extensions;
use actix_web::{HttpRequest, HttpResponse, rt};

/// A second hold on the socket of a connection.
#[derive(Debug, Clone)]
struct Line(Arc<TcpStream>);

/// Notes the socket of a new connection, so that [`cut`] finds it.
pub(crate) fn note(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() else {
        return;
    };
    match stream.as_fd().try_clone_to_owned() {
        Ok(socket) => {
            data.insert(Line(Arc::new(TcpStream::from(socket))));
        }
        Err(why) => tracing::warn!("a connection cannot be cut later: {why}"),
    }
}

/// Cuts the connection of a request. What is returned is never seen by anybody.
pub(crate) fn cut(request: &HttpRequest) -> HttpResponse {
    match request
        .conn_data::<Line>()
        .map(|line| line.0.shutdown(Shutdown::Both))
    {
        Some(Ok(())) => {}
        Some(Err(why)) => tracing::debug!("the caller was gone already: {why}"),
        None => tracing::warn!("a connection could not be cut: answered with 503 instead"),
    }
    HttpResponse::ServiceUnavailable().finish()
}
