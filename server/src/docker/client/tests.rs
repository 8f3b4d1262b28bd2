mod answers;
mod connections;
mod real_daemon;
mod streams;

use std::path::Path;

use futures::stream::{BoxStream, Stream, StreamExt};

use super::*;

fn client(socket: &Path) -> DockerClient {
    DockerClient::new(Endpoint::unix(socket, "test")).unwrap()
}

fn id(text: &str) -> ContainerId {
    ContainerId(text.to_owned())
}

fn frame(stream: u8, text: &str) -> Vec<u8> {
    let mut out = vec![stream, 0, 0, 0];
    out.extend((text.len() as u32).to_be_bytes());
    out.extend(text.as_bytes());
    out
}

/// All items of a stream up to its end.
async fn collect<T>(
    stream: impl Stream<Item = Result<T, DockerError>>,
) -> Vec<Result<T, DockerError>> {
    let all = stream.collect::<Vec<_>>();
    tokio::time::timeout(Duration::from_secs(20), all)
        .await
        .expect("the stream ends")
}

/// The texts of all lines of a log and the error at its end.
fn texts(items: Vec<Result<LogBatch, DockerError>>) -> (Vec<String>, Option<DockerError>) {
    let mut texts = Vec::new();
    let mut last = None;
    for item in items {
        assert_eq!(last, None, "nothing comes after an error");
        match item {
            Ok(batch) => texts.extend(batch.iter().map(|e| e.text.to_owned())),
            Err(error) => last = Some(error),
        }
    }
    (texts, last)
}
