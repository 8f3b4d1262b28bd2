//! Who may talk to us: the Host that a request names and the Origin of the page behind it.
//!
//! A page of any web site may send requests to 127.0.0.1. With DNS rebinding it may even read
//! the answers, but then the Host is that site's name; a websocket it may open without asking,
//! but then the Origin is that site. Both are turned away. A client that is no browser sends no
//! Origin and passes.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// Which hosts and origins are let in.
#[derive(Clone, Debug)]
pub(crate) struct HostRules {
    bound: IpAddr,
    /// Lower case, without port.
    allowed: Vec<String>,
}

impl HostRules {
    /// For a server that listens on `bound` and may also be called by the names in `allowed`.
    pub(crate) fn new(bound: SocketAddr, allowed: &[String]) -> Self {
        Self {
            bound: bound.ip(),
            allowed: allowed.iter().map(|name| host_of(name)).collect(),
        }
    }

    /// Whether the Host is loopback, the bound address or an allowed name.
    pub(crate) fn host_allowed(&self, headers: &HeaderMap) -> bool {
        let Some(host) = text(headers, HOST).map(host_of) else {
            return false;
        };
        if host == "localhost" || self.allowed.contains(&host) {
            return true;
        }
        // A number is never the name of a foreign site. Where we listen on all addresses, each
        // is a bound one.
        host.parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip == self.bound || self.bound.is_unspecified())
    }

    /// Whether there is no Origin, or it is our own.
    pub(crate) fn origin_allowed(&self, headers: &HeaderMap) -> bool {
        if !headers.contains_key(ORIGIN) {
            return true;
        }
        let Some(origin) = text(headers, ORIGIN) else {
            return false;
        };
        let (authority, port) = match origin.split_once("://") {
            Some(("http", authority)) => (authority, "80"),
            Some(("https", authority)) => (authority, "443"),
            // `null`, extensions and the like.
            _ => return false,
        };
        // Behind a proxy the Host may be rewritten; a name that is allowed stands for itself.
        self.allowed.contains(&host_of(authority))
            || text(headers, HOST)
                .is_some_and(|host| with_port(host, port) == with_port(authority, port))
    }
}

fn text(headers: &HeaderMap, name: http::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    // Two of them are an attempt to be understood differently by two readers.
    if values.next().is_some() {
        return None;
    }
    first.to_str().ok()
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`, in lower case.
fn host_of(authority: &str) -> String {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        // More than one colon is a bare IPv6 address.
        None if authority.matches(':').count() == 1 => {
            authority.split(':').next().unwrap_or_default()
        }
        None => authority,
    };
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn with_port(authority: &str, default: &str) -> (String, String) {
    let port = authority
        .rsplit_once(':')
        .filter(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(default, |(_, port)| port);
    (host_of(authority), port.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(bound: &str) -> HostRules {
        HostRules::new(bound.parse().unwrap(), &["Dash.Example:443".to_owned()])
    }

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_our_own_names_are_hosts() {
        let rules = rules("127.0.0.1:3000");
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "127.0.0.1:3000",
            "127.9.9.9",
            "[::1]:3000",
            "dash.example",
            "dash.example:8443",
            "localhost.",
        ] {
            assert!(rules.host_allowed(&headers(host, None)), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.1.5",
            "",
            "evil.example:3000",
            "[fe80::1]",
        ] {
            assert!(!rules.host_allowed(&headers(host, None)), "{host}");
        }
        assert!(!rules.host_allowed(&HeaderMap::new()));
    }

    #[test]
    fn an_exposed_server_takes_its_addresses_but_no_foreign_name() {
        let all = rules("0.0.0.0:3000");
        assert!(all.host_allowed(&headers("192.168.1.5:3000", None)));
        assert!(!all.host_allowed(&headers("evil.example", None)));
        let one = rules("192.168.1.5:3000");
        assert!(one.host_allowed(&headers("192.168.1.5:3000", None)));
        assert!(!one.host_allowed(&headers("192.168.1.6:3000", None)));
    }

    #[test]
    fn only_our_own_pages_are_origins() {
        let rules = rules("127.0.0.1:3000");
        for (host, origin) in [
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("localhost:3000", "http://LOCALHOST:3000"),
            ("localhost", "http://localhost:80"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("127.0.0.1:3000", "https://dash.example"),
        ] {
            assert!(
                rules.origin_allowed(&headers(host, Some(origin))),
                "{origin}"
            );
        }
        for origin in [
            "http://evil.example",
            "null",
            "http://127.0.0.1:8080",
            "http://localhost:3000",
            "file://",
            "http://127.0.0.1:3000.evil.example",
            "chrome-extension://abc",
            "",
        ] {
            assert!(
                !rules.origin_allowed(&headers("127.0.0.1:3000", Some(origin))),
                "{origin}"
            );
        }
        assert!(rules.origin_allowed(&headers("127.0.0.1:3000", None)));
        let mut two = headers("127.0.0.1:3000", Some("http://127.0.0.1:3000"));
        two.append(ORIGIN, "http://evil.example".parse().unwrap());
        assert!(!rules.origin_allowed(&two));
    }
}
