//! The site's files: script, WebAssembly, style and what lies in public/. From the folder that
//! cargo-leptos filled, or, with the feature `embed`, from inside the program.

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

#[cfg(not(feature = "embed"))]
use disk as store;
#[cfg(feature = "embed")]
use embedded as store;

/// Encodings that may lie beside a file, best first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file as it is sent.
struct Asset {
    bytes: Bytes,
    /// Changes with the content.
    tag: String,
}

/// Where the files are.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    store: store::Store,
}

impl Assets {
    /// `root` is the folder; it does not matter where the files are inside the program.
    pub(crate) fn new(root: &str) -> Self {
        Self {
            store: store::Store::new(root),
        }
    }

    /// The file at the path of a request, `None` where there is none.
    pub(crate) async fn get(&self, path: &str, headers: &HeaderMap) -> Option<Response<Bytes>> {
        let path = safe(path)?;
        let mut found = None;
        for (name, suffix) in ENCODINGS {
            if accepts(headers, name)
                && let Some(asset) = self.store.load(&format!("{path}{suffix}")).await
            {
                found = Some((asset, Some(name)));
                break;
            }
        }
        let (asset, encoding) = match found {
            Some(found) => found,
            None => (self.store.load(path).await?, None),
        };
        Some(respond(path, asset, encoding, headers))
    }
}

fn respond(
    path: &str,
    asset: Asset,
    encoding: Option<&'static str>,
    headers: &HeaderMap,
) -> Response<Bytes> {
    let tag = format!("\"{}-{}\"", asset.tag, encoding.unwrap_or("id"));
    let same = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag || known.trim() == "*");
    let mut response = Response::new(if same { Bytes::new() } else { asset.bytes });
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let out = response.headers_mut();
    // Names stay the same over versions, so the browser asks each time and mostly hears 304.
    out.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(ETAG, tag);
    }
    if let Some(encoding) = encoding {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The path inside the site; `None` for one that could lead out of it or names no file.
fn safe(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    path.split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
        .then_some(path)
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|n| n.eq_ignore_ascii_case(encoding));
            let refused = parts
                .filter_map(|p| p.strip_prefix("q="))
                .any(|q| q.parse() == Ok(0.0));
            named && !refused
        })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "wasm" => "application/wasm",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(not(feature = "embed"))]
mod disk {
    use std::path::PathBuf;
    use std::time::UNIX_EPOCH;

    use super::Asset;

    /// Files in a folder.
    #[derive(Clone, Debug)]
    pub(super) struct Store {
        root: PathBuf,
    }

    impl Store {
        pub(super) fn new(root: &str) -> Self {
            Self { root: root.into() }
        }

        pub(super) async fn load(&self, path: &str) -> Option<Asset> {
            let path = self.root.join(path);
            let known = tokio::fs::metadata(&path).await.ok()?;
            if !known.is_file() {
                return None;
            }
            let modified = known
                .modified()
                .ok()
                .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
                .map_or(0, |since| since.as_nanos());
            Some(Asset {
                tag: format!("{modified:x}-{:x}", known.len()),
                bytes: tokio::fs::read(&path).await.ok()?.into(),
            })
        }
    }
}

#[cfg(feature = "embed")]
mod embedded {
    use std::fmt::Write as _;

    use bytes::Bytes;
    use rust_embed::RustEmbed;

    use super::Asset;

    #[derive(RustEmbed)]
    #[folder = "../target/embed"]
    #[allow_missing = true]
    struct Site;

    /// Files inside the program.
    #[derive(Clone, Debug)]
    pub(super) struct Store;

    impl Store {
        pub(super) fn new(_root: &str) -> Self {
            Self
        }

        pub(super) async fn load(&self, path: &str) -> Option<Asset> {
            let file = Site::get(path)?;
            let mut tag = String::with_capacity(16);
            for byte in &file.metadata.sha256_hash()[..8] {
                // Writing to a String has no way to fail.
                let _ = write!(tag, "{byte:02x}");
            }
            let bytes = match file.data {
                std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some(Asset { bytes, tag })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_site() {
        for path in [
            "/../Cargo.toml",
            "/pkg/../../x",
            "/.env",
            "//etc/passwd",
            "/pkg/",
            "/",
            "/a%2e%2e/b",
            "/a\\b",
            "relative",
        ] {
            assert_eq!(safe(path), None, "{path}");
        }
        assert_eq!(safe("/pkg/sidekick.wasm"), Some("pkg/sidekick.wasm"));
    }

    #[test]
    fn an_encoding_is_used_only_where_the_browser_takes_it() {
        let mut headers = HeaderMap::new();
        assert!(!accepts(&headers, "br"));
        headers.insert(
            ACCEPT_ENCODING,
            HeaderValue::from_static("gzip, deflate, br;q=0"),
        );
        assert!(accepts(&headers, "gzip"));
        assert!(!accepts(&headers, "br"));
    }

    #[cfg(not(feature = "embed"))]
    #[tokio::test]
    async fn the_compressed_file_is_sent_with_its_own_tag_and_asked_for_again_is_unchanged() {
        let root = std::env::temp_dir().join(format!("sidekick-assets-{}", std::process::id()));
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        std::fs::write(root.join("pkg/a.wasm"), b"plain").unwrap();
        std::fs::write(root.join("pkg/a.wasm.br"), b"small").unwrap();
        let assets = Assets::new(root.to_str().unwrap());

        let mut headers = HeaderMap::new();
        let plain = assets.get("/pkg/a.wasm", &headers).await.unwrap();
        assert_eq!(plain.body().as_ref(), b"plain");
        assert_eq!(plain.headers()[CONTENT_TYPE], "application/wasm");
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("br"));
        let small = assets.get("/pkg/a.wasm", &headers).await.unwrap();
        assert_eq!(small.body().as_ref(), b"small");
        assert_eq!(small.headers()[CONTENT_ENCODING], "br");
        assert_ne!(small.headers()[ETAG], plain.headers()[ETAG]);
        headers.insert(IF_NONE_MATCH, small.headers()[ETAG].clone());
        let again = assets.get("/pkg/a.wasm", &headers).await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(assets.get("/pkg/b.wasm", &headers).await.is_none());
        std::fs::remove_dir_all(root).unwrap();
    }
}
