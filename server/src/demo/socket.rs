//! The unix socket: taking it over safely, serving connections, giving it back.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream as StdStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::engine::Engine;
use super::http;

/// The socket's file. The last clone to go removes it, unless another has taken the path.
#[derive(Clone, Debug)]
pub(crate) struct SocketFile(Arc<Owned>);

#[derive(Debug)]
struct Owned {
    path: PathBuf,
    inode: std::sync::Mutex<(u64, u64)>,
}

impl SocketFile {
    fn remove(&self) {
        self.0.remove();
    }
}

impl Owned {
    fn remove(&self) {
        let mine = *self
            .inode
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if identity(&self.path).is_ok_and(|there| there == mine) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Listens on a path. A socket left behind by a dead process is replaced, a live one is not.
pub(crate) fn bind(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let listener = listen(path)?;
    let owned = Owned {
        inode: std::sync::Mutex::new(identity(path)?),
        path: path.to_owned(),
    };
    Ok((listener, SocketFile(Arc::new(owned))))
}

/// Takes connections until cancelled, and while the engine is switched on.
pub(crate) async fn serve(
    listener: UnixListener,
    file: SocketFile,
    engine: Arc<Engine>,
    cancel: CancellationToken,
) {
    let mut listener = Some(listener);
    let mut up = engine.up.subscribe();
    loop {
        let wanted = *up.borrow_and_update();
        match (&listener, wanted) {
            (Some(open), true) => {
                tokio::select! {
                    taken = open.accept() => match taken {
                        Ok((stream, _)) => connect(stream, engine.clone(), cancel.clone()),
                        // Out of file descriptors, most likely: others may close theirs soon.
                        Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                    },
                    _ = up.changed() => {}
                }
            }
            (Some(_), false) => {
                listener = None;
                file.remove();
            }
            (None, true) => {
                match listen(&file.0.path).and_then(|l| Ok((l, identity(&file.0.path)?))) {
                    Ok((open, inode)) => {
                        *file
                            .0
                            .inode
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner) = inode;
                        listener = Some(open);
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
            (None, false) => {
                if up.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}

fn connect(stream: UnixStream, engine: Arc<Engine>, cancel: CancellationToken) {
    let hung_up = engine.connection_token();
    tokio::spawn(async move {
        let service = service_fn(move |request| http::answer(engine.clone(), request));
        let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::select! {
            // A broken connection is the client's business; there is nobody to tell.
            _ = serving => {}
            () = hung_up.cancelled() => {}
            () = cancel.cancelled() => {}
        }
    });
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Ok(there) = fs::symlink_metadata(path) {
        if !there.file_type().is_socket() {
            let text = format!("{} exists and is no socket", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        if StdStream::connect(path).is_ok() {
            let text = format!("something already listens on {}", path.display());
            return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
        }
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let meta = fs::symlink_metadata(path)?;
    Ok((meta.dev(), meta.ino()))
}
