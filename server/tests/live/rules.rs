//! Who may connect, what is refused, and what HTTP answers.

use futures::StreamExt;
use server::demo::Spec;
use sidekick::protocol::{ClientMessage, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL, Start, SubId};

use crate::support::{PATIENCE, World};

const UPGRADE: [(&str, &str); 4] = [
    ("Connection", "Upgrade, close"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    UPGRADE.iter().chain(more).copied().collect()
}

#[tokio::test]
async fn a_foreign_origin_is_forbidden_before_any_other_check() {
    let world = World::start(vec![]).await;
    let foreign = ("Origin", "http://evil.example");
    let neighbour = format!("http://127.0.0.1:{}", world.server.addr.port() ^ 1);
    for headers in [
        with(&[("Origin", &neighbour)]),
        vec![foreign],
        vec![foreign, ("Host", "evil.example")],
        with(&[foreign]),
        with(&[foreign, ("Sec-WebSocket-Protocol", SUBPROTOCOL)]),
    ] {
        let answer = world.request("/api/live", &headers).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{headers:?}: {answer}");
        assert!(answer.contains("start with --allow-host NAME"), "{answer}");
    }
}

#[tokio::test]
async fn a_foreign_host_is_forbidden_everywhere() {
    let world = World::start(vec![]).await;
    for path in [
        "/",
        "/metrics",
        "/healthz",
        "/api/live",
        "/api/containers/x",
        "/pkg/x.js",
    ] {
        let answer = world.request(path, &[("Host", "rebound.example")]).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{path}: {answer}");
        assert!(answer.contains("--allow-host"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_websocket_of_this_version_hears_why() {
    let world = World::start(vec![]).await;
    let plain = world.request("/api/live", &[]).await;
    assert!(plain.starts_with("HTTP/1.1 426"), "{plain}");
    for headers in [
        with(&[]),
        with(&[("Sec-WebSocket-Protocol", "sidekick.v0, chat")]),
    ] {
        let answer = world.request("/api/live", &headers).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains(SUBPROTOCOL), "{answer}");
    }
}

#[tokio::test]
async fn messages_that_make_no_sense_are_refused_and_the_connection_goes_on() {
    let world = World::start(vec![Spec::new("web")]).await;
    let mut page = world.page().await;
    page.send_raw(vec![255, 255]).await;
    let sub = page.subscribe(world.logs("web")).await;
    page.send(ClientMessage::Subscribe {
        sub,
        target: world.logs("web"),
        resume: Vec::new(),
        start: Start::Newest,
    })
    .await;
    page.send(ClientMessage::Unsubscribe { sub: SubId(99) })
        .await;
    page.send(ClientMessage::Credit { bytes: 1 << 40 }).await;
    page.until("four refusals", |p| p.refused.len() == 4).await;
    world.print("web", ["still on".to_owned()]);
    page.until("the log", |p| p.lines(sub) == ["still on"])
        .await;
}

#[tokio::test]
async fn a_message_beyond_the_cap_closes_the_connection() {
    let world = World::start(vec![]).await;
    let mut request =
        tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(format!(
            "ws://{}/api/live",
            world.server.addr
        ))
        .unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let large = tokio_tungstenite::tungstenite::Message::Binary(
        vec![0; MAX_CLIENT_MESSAGE_BYTES + 1].into(),
    );
    let _ = futures::SinkExt::send(&mut socket, large).await;
    let closed = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(PATIENCE, closed)
        .await
        .expect("closed");
}

#[tokio::test]
async fn secret_values_leave_only_on_request() {
    let spec = Spec::new("web")
        .env("DB_PASSWORD", "hunter2")
        .env("MODE", "fast");
    let world = World::start(vec![spec]).await;
    world.page().await;
    let details = world.request("/api/containers/web", &[]).await;
    assert!(details.starts_with("HTTP/1.1 200"), "{details}");
    assert!(details.contains("DB_PASSWORD") && details.contains("fast"));
    assert!(!details.contains("hunter2"));
    let value = world
        .request("/api/containers/web/env/DB_PASSWORD", &[])
        .await;
    assert!(value.ends_with(r#"{"value":"hunter2"}"#), "{value}");
    assert!(value.contains("no-store"));
    for path in [
        "/api/containers/web/env/NOTHING",
        "/api/containers/nobody",
        "/api/containers/..",
        "/api/nothing",
        "/pkg/nothing.js",
    ] {
        let answer = world.request(path, &[]).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn pages_are_rendered_with_every_name_and_unknown_ones_are_404() {
    let name = "a-container-with-a-rather-long-name-indeed";
    let world = World::start(vec![Spec::new(name), Spec::new("web")]).await;
    let page = world.request("/", &[]).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains(name));
    assert!(page.contains("content-security-policy: default-src 'none'"));
    assert!(
        world
            .request("/c/web/logs", &[])
            .await
            .starts_with("HTTP/1.1 200")
    );
    for path in ["/c/nobody/logs", "/p/nobody/logs", "/nowhere"] {
        let answer = world.request(path, &[]).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}");
        assert!(answer.contains("text/html"), "{path}");
    }
}

#[tokio::test]
async fn a_page_comes_compressed_to_who_takes_it_so() {
    let containers = (0..100).map(|n| Spec::new(&format!("container-{n}")));
    let world = World::start(containers.collect()).await;
    let plain = world.request("/", &[]).await;
    assert!(plain.contains("container-99") && !plain.contains("content-encoding"));
    let gzip = [("Accept-Encoding", "gzip, deflate, br")];
    let small = world.request_bytes("/", &gzip).await;
    let head = String::from_utf8_lossy(&small[..1000]).to_lowercase();
    assert!(head.contains("content-encoding: gzip"), "{head}");
    assert!(
        small.len() * 4 < plain.len(),
        "{} of {}",
        small.len(),
        plain.len()
    );
}
