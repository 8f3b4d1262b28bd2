//! Single answers, over every kind of connection, and what is said when there is none.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, sync::Arc};

use sidekick::model::EngineErrorKind;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, pem::PemObject},
    },
};

use super::*;
use crate::docker::EndpointSources;
use crate::docker::fake::{FakeDaemon, Reply, Shared, ok, on_tcp};

const VERSION: &str = r#"{"Version":"28.2.2","ApiVersion":"1.50","Os":"linux","Arch":"amd64"}"#;

fn engine_answers(path: &str) -> Reply {
    match path {
        "/_ping" => ok("OK"),
        "/version" => ok(VERSION),
        _ => Reply::Whole(404, r#"{"message":"page not found"}"#.to_owned()),
    }
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sk-answers-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn resolve(vars: &[(&str, &str)]) -> Endpoint {
    let env = vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Endpoint::resolve(&EndpointSources {
        flag: None,
        env: env.collect(),
        home: None,
        root: "/nowhere".into(),
    })
    .unwrap()
}

fn kind<T: std::fmt::Debug>(result: Result<T, DockerError>) -> EngineErrorKind {
    result.unwrap_err().kind()
}

#[tokio::test]
async fn the_engine_says_who_it_is() {
    let daemon = FakeDaemon::start("version", engine_answers);
    let engine = client(&daemon.socket).engine().await.unwrap();
    assert_eq!(
        (engine.version.as_str(), engine.api_version.as_str()),
        ("28.2.2", "1.50")
    );
    assert_eq!(
        (engine.platform.as_str(), engine.chosen_by.as_str()),
        ("linux/amd64", "test")
    );
    assert!(!engine.demo);
}

#[tokio::test]
async fn an_engine_with_odd_types_in_its_version_is_understood() {
    let daemon = FakeDaemon::start("odd-version", |path| match path {
        "/version" => {
            ok(r#"{"Version":"5.0","ApiVersion":"1.41","Experimental":"no","Components":7}"#)
        }
        other => engine_answers(other),
    });
    let engine = client(&daemon.socket).engine().await.unwrap();
    assert_eq!(
        (engine.version.as_str(), engine.api_version.as_str()),
        ("5.0", "1.41")
    );
}

#[tokio::test]
async fn one_odd_container_loses_only_itself() {
    let daemon = FakeDaemon::start("list", |_| {
        ok(r#"[{"Id":"a","Names":["/a"],"State":"levitating"},{"Names":["/b"]},3,{"Id":"c"}]"#)
    });
    let client = client(&daemon.socket);
    let listing = client.list_containers().await.unwrap();
    let names: Vec<&str> = listing.containers.iter().map(|c| c.name.as_str()).collect();
    assert_eq!((names, listing.skipped), (vec!["a", "c"], 2));
    assert_eq!(client.skipped_records(), 2);
}

#[tokio::test]
async fn a_name_cannot_leave_its_place_in_the_path() {
    let daemon = FakeDaemon::start("escape", engine_answers);
    let error = client(&daemon.socket)
        .inspect("../x?y=1")
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert!(daemon.requests()[0].starts_with("GET /containers/..%2Fx%3Fy%3D1/json "));
}

#[tokio::test]
async fn what_is_no_engine_is_told_apart() {
    let daemon = FakeDaemon::start("404", |_| Reply::Whole(404, "<html>".to_owned()));
    assert_eq!(
        kind(client(&daemon.socket).engine().await),
        EngineErrorKind::Protocol
    );
    for (name, reply) in [
        ("web", ok("<html>")),
        ("smtp", Reply::Bytes(b"220 mail.example ESMTP\r\n".to_vec())),
    ] {
        let daemon = FakeDaemon::start(name, move |_| reply.clone());
        assert_eq!(
            kind(client(&daemon.socket).engine().await),
            EngineErrorKind::Protocol,
            "{name}"
        );
        let list = client(&daemon.socket).list_containers().await;
        assert_eq!(kind(list), EngineErrorKind::Protocol, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_hangs_is_a_timeout() {
    let daemon = FakeDaemon::start("hang", |_| Reply::Silence);
    let client = client(&daemon.socket);
    assert_eq!(kind(client.engine().await), EngineErrorKind::Timeout);
    assert_eq!(
        kind(client.list_containers().await),
        EngineErrorKind::Timeout
    );
}

#[tokio::test]
async fn no_socket_and_a_dead_socket_come_with_their_own_advice() {
    let folder = Folder::new("none");
    let socket = folder.0.join("docker.sock");
    let endpoint = Endpoint::unix(&socket, "DOCKER_HOST");
    let client = DockerClient::new(endpoint.clone()).unwrap();
    let error = client
        .engine()
        .await
        .unwrap_err()
        .to_engine_error(&endpoint);
    assert_eq!(error.kind, EngineErrorKind::NotFound);
    assert!(error.advice.contains("DOCKER_HOST") && error.endpoint.starts_with("unix://"));

    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let error = client
        .engine()
        .await
        .unwrap_err()
        .to_engine_error(&endpoint);
    assert_eq!(error.kind, EngineErrorKind::Refused);
    assert!(error.advice.contains("systemctl start docker"), "{error:?}");
}

#[tokio::test]
async fn tcp_sends_the_host_and_the_base_path() {
    let shared = Shared::new(|path| engine_answers(path.strip_prefix("/docker").unwrap_or("?")));
    let port = on_tcp(shared.clone()).await;
    let host = format!("http://127.0.0.1:{port}/docker/");
    let client = DockerClient::new(resolve(&[("DOCKER_HOST", &host)])).unwrap();
    assert_eq!(client.engine().await.unwrap().version, "28.2.2");
    let request = shared.requests()[0].to_ascii_lowercase();
    assert!(
        request.contains(&format!("host: 127.0.0.1:{port}\r\n")),
        "{request}"
    );
}

/// A daemon behind TLS whose certificate `ca.pem` in the folder vouches for.
async fn tls_daemon(folder: &Folder, name: &str) -> u16 {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    fs::write(folder.0.join("ca.pem"), made.cert.pem()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let shared = Shared::new(engine_answers);
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, shared) = (acceptor.clone(), shared.clone());
            tokio::spawn(async move {
                if let Ok(io) = acceptor.accept(tcp).await {
                    shared.serve(io).await;
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn tls_is_checked_against_the_authority_in_the_certificate_folder() {
    let (right, wrong) = (Folder::new("tls"), Folder::new("tls-wrong"));
    let port = tls_daemon(&right, "localhost").await;
    tls_daemon(&wrong, "localhost").await;
    let host = format!("tcp://localhost:{port}");
    let engine = async |folder: &Folder, verify: &str| {
        let path = folder.0.to_str().unwrap();
        let vars = [
            ("DOCKER_HOST", host.as_str()),
            ("DOCKER_CERT_PATH", path),
            (verify, "1"),
        ];
        DockerClient::new(resolve(&vars))?.engine().await
    };
    assert_eq!(
        engine(&right, "DOCKER_TLS_VERIFY").await.unwrap().version,
        "28.2.2"
    );
    assert_eq!(
        kind(engine(&wrong, "DOCKER_TLS_VERIFY").await),
        EngineErrorKind::Tls
    );
    assert_eq!(
        engine(&wrong, "DOCKER_TLS").await.unwrap().version,
        "28.2.2"
    );
    fs::write(right.0.join("ca.pem"), "no certificate").unwrap();
    assert_eq!(
        kind(engine(&right, "DOCKER_TLS_VERIFY").await),
        EngineErrorKind::Tls
    );
}

/// A client whose ssh command is this shell script.
fn over_ssh(folder: &Folder, script: &str) -> DockerClient {
    let program = folder.0.join("ssh");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let endpoint = resolve(&[("DOCKER_HOST", "ssh://me@far")]).with_ssh_program(&program);
    DockerClient::new(endpoint).unwrap()
}

#[tokio::test]
async fn ssh_carries_the_api_over_the_pipes_of_the_ssh_command() {
    let folder = Folder::new("ssh");
    let arguments = folder.0.join("arguments");
    let client = over_ssh(
        &folder,
        &format!(
            "echo \"$@\" > {}\nread request\nprintf 'HTTP/1.1 200 OK\\r\\nContent-Length: 12\\r\\n\\r\\n[{{\"Id\":\"a\"}}]'\ncat > /dev/null",
            arguments.display()
        ),
    );
    let listing = client.list_containers().await.unwrap();
    assert_eq!(listing.containers[0].id, id("a"));
    let arguments = fs::read_to_string(arguments).unwrap();
    assert!(
        arguments.ends_with("-l me -T -- far docker system dial-stdio\n"),
        "{arguments}"
    );
}

#[tokio::test]
async fn what_ssh_says_is_what_people_read() {
    let folder = Folder::new("ssh-denied");
    let client = over_ssh(
        &folder,
        "echo 'Permission denied (publickey).' >&2; exit 255",
    );
    for _ in 0..3 {
        let error = client.engine().await.unwrap_err();
        assert_eq!(
            error,
            DockerError::Ssh("Permission denied (publickey).".to_owned())
        );
    }
    fs::remove_file(folder.0.join("ssh")).unwrap();
    assert_eq!(kind(client.engine().await), EngineErrorKind::Ssh);
}
