//! The API on the socket.
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use hyper::body::Incoming;

use super::engine::Engine;

pub(crate) async fn answer(
    _engine: Arc<Engine>,
    _request: http::Request<Incoming>,
) -> Result<http::Response<Body>, Infallible> {
    Ok(http::Response::new(Body::empty()))
}
