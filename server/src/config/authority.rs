//! A host and its port, as the Host header and `--allow-host` name them.

use std::str::FromStr;

use thiserror::Error;

/// A host, and perhaps a port: `localhost`, `dash.example:8443`, `[::1]:3000`, `::1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Name or address in lower case, without brackets and without a dot at its end.
    pub name: String,
    /// The port, where one is named.
    pub port: Option<u16>,
}

/// A text that names no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a host, such as dash.example or dash.example:8443")]
pub struct NoHost;

impl FromStr for Authority {
    type Err = NoHost;

    fn from_str(text: &str) -> Result<Self, NoHost> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or(NoHost)?,
            // More than one colon is a bare IPv6 address.
            None if text.matches(':').count() > 1 => (text, ""),
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = match port.strip_prefix(':') {
            None if !port.is_empty() => return Err(NoHost),
            None | Some("") => None,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.parse().map_err(|_| NoHost)?)
            }
            Some(_) => return Err(NoHost),
        };
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(NoHost);
        }
        Ok(Self { name, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_with_and_without_port() {
        for (text, name, port) in [
            ("localhost", "localhost", None),
            ("Dash.Example.:8443", "dash.example", Some(8443)),
            ("127.0.0.1:", "127.0.0.1", None),
            ("[::1]:3000", "::1", Some(3000)),
            ("[FE80::1]", "fe80::1", None),
            ("::1", "::1", None),
        ] {
            let name = name.to_owned();
            assert_eq!(text.parse(), Ok(Authority { name, port }), "{text}");
        }
    }

    #[test]
    fn what_names_no_host_is_refused() {
        for text in [
            "",
            ":80",
            "a:http",
            "a:+80",
            "a:65536",
            "[::1",
            "[::1]x",
            "[]",
            "https://a",
            "me@a",
            "a/b",
            "a b",
        ] {
            assert_eq!(text.parse::<Authority>(), Err(NoHost), "{text}");
        }
    }
}
