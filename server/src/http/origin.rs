//! Who may talk to us: the Host that a request names and the Origin of the page behind it.
//!
//! A page of any web site may send requests to 127.0.0.1. With DNS rebinding it may even read
//! the answers, but then the Host is that site's name; a websocket it may open without asking,
//! but then the Origin is that site. Both are turned away. A client that is no browser sends no
//! Origin and passes.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

use crate::config::Authority;

/// Ports that an address leaves out.
const HTTP: u16 = 80;
const HTTPS: u16 = 443;

/// Which hosts and origins are let in.
#[derive(Clone, Debug)]
pub(crate) struct HostRules {
    bound: IpAddr,
    allowed: Vec<Authority>,
}

impl HostRules {
    /// For a server that listens on `bound` and may also be called by the names in `allowed`.
    pub(crate) fn new(bound: SocketAddr, allowed: Vec<Authority>) -> Self {
        Self {
            bound: bound.ip(),
            allowed,
        }
    }

    /// Whether the Host is loopback, the bound address or an allowed name. Its port says nothing
    /// here: a site that binds its name to our address comes with our port.
    pub(crate) fn host_allowed(&self, headers: &HeaderMap) -> bool {
        host(headers).is_some_and(|host| {
            self.is_own(&host.name) || self.allowed.iter().any(|it| it.name == host.name)
        })
    }

    /// Whether there is no Origin, or the page is our own: it came from where this request goes
    /// to, or from a place that is allowed by name. Another port of the same name is another
    /// site.
    pub(crate) fn origin_allowed(&self, headers: &HeaderMap) -> bool {
        if !headers.contains_key(ORIGIN) {
            return true;
        }
        let Some(origin) = text(headers, ORIGIN) else {
            return false;
        };
        let (authority, default) = match origin.split_once("://") {
            Some(("http", authority)) => (authority, HTTP),
            Some(("https", authority)) => (authority, HTTPS),
            // `null`, extensions and the like.
            _ => return false,
        };
        let Ok(origin) = authority.parse::<Authority>() else {
            return false;
        };
        let port = origin.port.unwrap_or(default);
        // Behind a proxy the Host may be rewritten; a name that is allowed stands for itself.
        let listed = |it: &Authority| it.name == origin.name && port == it.port.unwrap_or(default);
        let own = |host: Authority| {
            // We speak no TLS. Only a proxy does, and it calls us by a name that is allowed.
            let default = if self.is_own(&host.name) {
                HTTP
            } else {
                default
            };
            host.name == origin.name && host.port.unwrap_or(default) == port
        };
        self.allowed.iter().any(listed) || host(headers).is_some_and(own)
    }

    /// Whether the name is loopback or an address that we listen on. A number is never the name
    /// of a foreign site. Where we listen on all addresses, each is a bound one.
    fn is_own(&self, name: &str) -> bool {
        name == "localhost"
            || name
                .parse::<IpAddr>()
                .is_ok_and(|ip| ip.is_loopback() || ip == self.bound || self.bound.is_unspecified())
    }
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    text(headers, HOST)?.parse().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(bound: &str) -> HostRules {
        let allowed = ["Dash.Example", "proxied.example:8443"].map(|it| it.parse().unwrap());
        HostRules::new(bound.parse().unwrap(), allowed.into())
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

    fn takes(host: &str, origin: &str) -> bool {
        rules("127.0.0.1:3000").origin_allowed(&headers(host, Some(origin)))
    }

    #[test]
    fn a_page_may_call_where_it_came_from() {
        for (host, origin) in [
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("localhost:3000", "http://LOCALHOST:3000"),
            ("localhost", "http://localhost:80"),
            ("localhost:80", "http://localhost"),
            ("[::1]:3000", "http://[::1]:3000"),
            // Behind a proxy that speaks TLS and keeps the Host.
            ("dash.example", "https://dash.example"),
            ("dash.example:443", "https://dash.example"),
            ("dash.example:9000", "https://dash.example:9000"),
        ] {
            assert!(takes(host, origin), "{origin} at {host}");
        }
    }

    #[test]
    fn another_port_of_the_same_name_is_another_site() {
        for (host, origin) in [
            ("127.0.0.1:3000", "http://127.0.0.1:8080"),
            ("127.0.0.1:3000", "http://127.0.0.1"),
            ("localhost:3000", "http://localhost:8080"),
            ("localhost:3000", "http://127.0.0.1:3000"),
            ("[::1]:3000", "http://[::1]:8080"),
            // Without a port we are on 80, whatever the page speaks.
            ("localhost", "https://localhost"),
            ("dash.example", "https://dash.example:8443"),
            ("dash.example:3000", "http://dash.example:8080"),
            ("127.0.0.1:3000", "http://dash.example:3000"),
        ] {
            assert!(!takes(host, origin), "{origin} at {host}");
        }
    }

    #[test]
    fn an_allowed_name_stands_for_itself_where_a_proxy_rewrites_the_host() {
        for origin in [
            "https://dash.example",
            "http://dash.example:80",
            "https://proxied.example:8443",
        ] {
            assert!(takes("127.0.0.1:3000", origin), "{origin}");
        }
        for origin in [
            "https://dash.example:8443",
            "http://dash.example:443",
            "https://proxied.example",
            "https://proxied.example:8444",
        ] {
            assert!(!takes("127.0.0.1:3000", origin), "{origin}");
        }
    }

    #[test]
    fn foreign_pages_are_turned_away_and_no_page_at_all_passes() {
        for origin in [
            "http://evil.example",
            "http://evil.example:3000",
            "null",
            "file://",
            "http://127.0.0.1:3000.evil.example",
            "http://127.0.0.1:3000@evil.example",
            "chrome-extension://abc",
            "",
        ] {
            assert!(!takes("127.0.0.1:3000", origin), "{origin}");
        }
        let rules = rules("127.0.0.1:3000");
        assert!(rules.origin_allowed(&headers("127.0.0.1:3000", None)));
        let mut two = headers("127.0.0.1:3000", Some("http://127.0.0.1:3000"));
        two.append(ORIGIN, "http://evil.example".parse().unwrap());
        assert!(!rules.origin_allowed(&two));
    }
}
