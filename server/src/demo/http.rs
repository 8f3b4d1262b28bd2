//! The Engine API over HTTP/1.1: version prefix, routes, headers, refusals.
//!
//! Routing is one table by hand rather than a router: the version prefix, the fault of a request
//! and its count belong before any route, and the whole API is twenty lines.

mod body;
mod containers;
mod events;
mod inspect;
mod logs;
mod stats;
mod system;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Query;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use hyper::body::Incoming;
use serde_json::{Value, json};

use self::body::{Open, Watched};
use super::actions::Outcome;
use super::engine::Engine;
use super::faults::{Fault, Kind};
use super::refusal::Refusal;

/// What the engine says it is. Clients choose their behaviour by it.
pub(crate) const VERSION: &str = "28.2.2";
pub(crate) const API_VERSION: &str = "1.50";
pub(crate) const MIN_API_VERSION: &str = "1.24";

/// The parameters of a request.
pub(crate) struct Params(HashMap<String, String>);

impl Params {
    fn of(uri: &Uri) -> Self {
        Self(Query::try_from_uri(uri).map_or_else(|_| HashMap::new(), |Query(map)| map))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// A flag as dockerd reads it: anything but these words is true.
    pub(crate) fn flag(&self, key: &str, default: bool) -> bool {
        self.get(key).map_or(default, |value| {
            let value = value.trim().to_ascii_lowercase();
            !matches!(value.as_str(), "" | "0" | "no" | "false" | "none")
        })
    }
}

/// Answers one request, with its fault where one is ordered.
pub(crate) async fn answer(
    engine: Arc<Engine>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (version, path) = split_version(request.uri().path());
    let kind = Kind::of(path);
    let open = Open::enter(engine.clone(), kind);
    let fault = engine.faults.take(kind);
    if fault == Some(Fault::NeverAnswer) {
        // Only the end of the connection ends this; hyper then drops the future.
        std::future::pending::<()>().await;
    }
    let mut answer = match (&fault, check_version(version)) {
        (Some(Fault::Refuse(status, message)), _) => Err(Refusal::new(*status, message.clone())),
        (_, Err(refusal)) => Err(refusal),
        (_, Ok(())) => {
            let params = Params::of(request.uri());
            let odd = fault == Some(Fault::Malformed);
            route(&engine, request.method(), path, &params, odd).await
        }
    }
    .unwrap_or_else(|refusal| refuse(&refusal));
    engine_headers(answer.headers_mut());
    if matches!(fault, Some(Fault::Malformed | Fault::Inject(_))) {
        answer.headers_mut().remove(header::CONTENT_LENGTH);
    }
    let framed = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == logs::MULTIPLEXED);
    Ok(answer.map(|inner| Body::new(Watched::new(inner, open, fault.as_ref(), kind, framed))))
}

/// The table of routes. `odd` asks the list for entries that are hard to read.
async fn route(
    engine: &Arc<Engine>,
    method: &Method,
    path: &str,
    params: &Params,
    odd: bool,
) -> Result<Response<Body>, Refusal> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET" | "HEAD", ["_ping"]) => Ok(Response::new(Body::from("OK"))),
        ("GET", ["version"]) => Ok(ok(&system::version())),
        ("GET", ["info"]) => Ok(ok(&engine.with(|world, now| system::info(world, now)))),
        ("GET", ["events"]) => events::stream(engine, params),
        ("GET", ["containers", "json"]) => containers::list(engine, params, odd),
        ("GET", ["containers", id, "json"]) => {
            let value = engine.with(|world, now| {
                let index = world.find(id)?;
                Ok(inspect::details(world, index, now))
            })?;
            Ok(ok(&value))
        }
        ("GET", ["containers", id, "logs"]) => logs::stream(engine, id, params),
        ("GET", ["containers", id, "stats"]) => stats::answer(engine, id, params).await,
        ("GET", ["containers", id, "top"]) => Ok(ok(&engine.with(|w, _| inspect::top(w, id))?)),
        ("POST", ["containers", id, action]) => {
            let outcome = engine.with(|world, now| match *action {
                "start" => world.start(id, now),
                "stop" => world.stop(id, now),
                "restart" => world.restart(id, now),
                "kill" => world.kill(id, params.get("signal").unwrap_or_default(), now),
                "pause" => world.pause(id, now),
                "unpause" => world.unpause(id, now),
                "rename" => world.rename(id, params.get("name").unwrap_or_default(), now),
                _ => Err(not_here()),
            })?;
            Ok(done(outcome))
        }
        ("DELETE", ["containers", id]) => {
            let force = params.flag("force", false);
            let outcome = engine.with(|world, now| world.remove(id, force, now))?;
            Ok(done(outcome))
        }
        _ => Err(not_here()),
    }
}

/// A JSON answer.
pub(crate) fn ok(value: &Value) -> Response<Body> {
    with_json(StatusCode::OK, value)
}

/// A streaming answer of this type.
pub(crate) fn streaming(kind: &'static str, body: Body) -> Response<Body> {
    let mut answer = Response::new(body);
    let kind = HeaderValue::from_static(kind);
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

fn done(outcome: Outcome) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = match outcome {
        Outcome::Done => StatusCode::NO_CONTENT,
        Outcome::NotModified => StatusCode::NOT_MODIFIED,
    };
    answer
}

fn refuse(refusal: &Refusal) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_json(status, &json!({ "message": refusal.message }))
}

fn not_here() -> Refusal {
    Refusal::new(404, "page not found")
}

fn with_json(status: StatusCode, value: &Value) -> Response<Body> {
    let text = format!("{value}\n");
    let length = HeaderValue::from(text.len());
    let mut answer = streaming("application/json", Body::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_LENGTH, length);
    answer
}

fn engine_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        ("api-version", API_VERSION),
        ("docker-experimental", "false"),
        ("ostype", "linux"),
        ("server", "Docker/28.2.2 (linux)"),
        ("swarm", "inactive"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// `/v1.43/info` is version 1.43 and `/info`.
fn split_version(path: &str) -> (Option<(u32, u32)>, &str) {
    let split = || {
        let rest = path.strip_prefix("/v")?;
        let slash = rest.find('/')?;
        let (major, minor) = rest[..slash].split_once('.')?;
        Some(((major.parse().ok()?, minor.parse().ok()?), &rest[slash..]))
    };
    split().map_or((None, path), |(version, rest)| (Some(version), rest))
}

fn check_version(version: Option<(u32, u32)>) -> Result<(), Refusal> {
    let Some((major, minor)) = version else {
        return Ok(());
    };
    if (major, minor) > (1, 50) {
        return Err(Refusal::bad_request(format!(
            "client version {major}.{minor} is too new. Maximum supported API version is \
             {API_VERSION}"
        )));
    }
    if (major, minor) < (1, 24) {
        return Err(Refusal::bad_request(format!(
            "client version {major}.{minor} is too old. Minimum supported API version is \
             {MIN_API_VERSION}, please upgrade your client to a newer version"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_prefix_is_taken_off() {
        assert_eq!(split_version("/v1.43/info"), (Some((1, 43)), "/info"));
        assert_eq!(split_version("/info"), (None, "/info"));
        assert_eq!(split_version("/version"), (None, "/version"));
        assert_eq!(split_version("/v1.43"), (None, "/v1.43"));
        assert!(check_version(Some((1, 24))).is_ok());
        assert!(check_version(Some((1, 51))).is_err());
        assert!(check_version(Some((1, 23))).is_err());
    }

    #[test]
    fn flags_read_as_dockerd_reads_them() {
        let params = Params::of(&Uri::from_static("/x?a=1&b=0&c=false&d=yes&e="));
        let read = ["a", "b", "c", "d", "e", "f"].map(|key| params.flag(key, true));
        assert_eq!(read, [true, false, false, true, false, true]);
    }
}
