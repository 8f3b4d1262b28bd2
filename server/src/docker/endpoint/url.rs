//! The forms in which people write where an engine listens.

use std::path::PathBuf;

use super::{DockerError, Endpoint, SshTarget, Target, TlsFiles};

/// Port of an engine without TLS.
const PLAIN_PORT: u16 = 2375;

/// Port of an engine with TLS.
const TLS_PORT: u16 = 2376;

/// Reads `unix://`, `tcp://`, `http://`, `https://` and `ssh://` URLs; also a plain path, and a
/// plain `host:port`, which the docker command takes for TCP.
///
/// `tls` is what the environment or context asks for, `https` what an `https://` URL then gets.
pub(super) fn parse(
    text: &str,
    chosen_by: &str,
    tls: Option<TlsFiles>,
    https: impl FnOnce() -> TlsFiles,
) -> Result<Endpoint, DockerError> {
    let text = text.trim();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None if text.starts_with('/') => ("unix", text),
        None => ("tcp", text),
    };
    let (url, target, base_path) = match scheme {
        "unix" => {
            let path = if rest.is_empty() {
                "/var/run/docker.sock"
            } else {
                rest
            };
            (
                format!("unix://{path}"),
                Target::Unix(PathBuf::from(path)),
                String::new(),
            )
        }
        "tcp" | "http" | "https" => {
            let tls = match scheme {
                "https" => Some(tls.unwrap_or_else(https)),
                _ => tls,
            };
            let (authority, path) = split_path(rest);
            let (host, port) = host_and_port(authority, text)?;
            let default = if tls.is_some() { TLS_PORT } else { PLAIN_PORT };
            let target = Target::Tcp {
                host,
                port: port.unwrap_or(default),
                tls,
            };
            let url = format!("{scheme}://{rest}");
            (url, target, path.trim_end_matches('/').to_owned())
        }
        "ssh" => (text.to_owned(), ssh(rest, text)?, String::new()),
        "npipe" => return Err(bad(text, "Windows named pipes are not supported")),
        "fd" => return Err(bad(text, "fd:// is for the engine, not for its clients")),
        _ => {
            return Err(bad(
                text,
                "use unix://, tcp://, http://, https:// or ssh://",
            ));
        }
    };
    Ok(Endpoint {
        url,
        chosen_by: chosen_by.to_owned(),
        demo: false,
        target,
        base_path,
    })
}

fn ssh(rest: &str, text: &str) -> Result<Target, DockerError> {
    let (authority, path) = split_path(rest);
    let (user, authority) = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => {
            return Err(bad(
                text,
                "a password in the URL is not supported; use a key",
            ));
        }
        Some((user, host)) => (Some(user.to_owned()).filter(|u| !u.is_empty()), host),
        None => (None, authority),
    };
    let (host, port) = host_and_port(authority, text)?;
    Ok(Target::Ssh(SshTarget {
        program: PathBuf::from("ssh"),
        user,
        host,
        port,
        path: if path == "/" { "" } else { path }.to_owned(),
    }))
}

fn split_path(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}

/// `host`, `host:port`, `[::1]:port`.
fn host_and_port(authority: &str, text: &str) -> Result<(String, Option<u16>), DockerError> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest
            .split_once(']')
            .ok_or_else(|| bad(text, "the bracket is not closed"))?;
        (host, rest.strip_prefix(':').unwrap_or_default())
    } else {
        authority.rsplit_once(':').unwrap_or((authority, ""))
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@?#".contains(c);
    if host.is_empty() || !host.chars().all(plain) {
        return Err(bad(text, "it names no host"));
    }
    let port = match port {
        "" => None,
        digits => Some(
            digits
                .parse()
                .map_err(|_| bad(text, "the port is no number up to 65535"))?,
        ),
    };
    Ok((host.to_owned(), port))
}

fn bad(text: &str, why: &str) -> DockerError {
    let text = without_password(text);
    DockerError::Configuration(format!("cannot use the engine address \"{text}\": {why}"))
}

/// An engine address as it may be shown to everybody.
pub(super) fn without_password(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + 3);
    match text[start..].rsplit_once('@') {
        Some((user, host)) if user.contains(':') => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{}{user}:***@{host}", &text[..start])
        }
        _ => text.to_owned(),
    }
}
