//! The engine's own word: a log read without the product's client.

use std::path::Path;

use sidekick::protocol::LogStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// A line as the engine gives it: stream, timestamp as text, text.
pub(crate) type Said = (LogStream, String, String);

/// Everything that the engine has of a container's log.
pub(crate) async fn log(socket: &Path, id: &str) -> Vec<Said> {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    // Of HTTP 1.0, so that the body is as it is.
    let request = format!(
        "GET /containers/{id}/logs?stdout=1&stderr=1&timestamps=1&tail=all HTTP/1.0\r\nHost: x\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let head = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    assert!(answer.starts_with(b"HTTP/1.0 200"), "{:?}", &answer[..head]);
    let body = &answer[head + 4..];
    match body.first() {
        None => Vec::new(),
        // Of a frame; a terminal's line begins with the year.
        Some(..=2) => lines(body),
        Some(_) => terminal(body),
    }
}

fn terminal(body: &[u8]) -> Vec<Said> {
    let body = std::str::from_utf8(body).unwrap();
    body.lines()
        .map(|line| {
            let (time, text) = line.split_once(' ').unwrap();
            (LogStream::Stdout, time.to_owned(), text.to_owned())
        })
        .collect()
}

fn lines(mut body: &[u8]) -> Vec<Said> {
    let mut lines = Vec::<Said>::new();
    // The line of each stream that is not at its end.
    let mut open: [Option<Said>; 2] = [None, None];
    while !body.is_empty() {
        let length = u32::from_be_bytes(body[4..8].try_into().unwrap()) as usize;
        let stream = match body[0] {
            1 => LogStream::Stdout,
            _ => LogStream::Stderr,
        };
        let frame = std::str::from_utf8(&body[8..8 + length]).unwrap();
        body = &body[8 + length..];
        let (time, text) = frame.split_once(' ').unwrap();
        let line = open[stream.index()].take();
        let mut line = line.unwrap_or_else(|| (stream, time.to_owned(), String::new()));
        line.2.push_str(text.strip_suffix('\n').unwrap_or(text));
        match text.ends_with('\n') {
            true => lines.push(line),
            false => open[stream.index()] = Some(line),
        }
    }
    lines
}
