//! A link that cuts, stalls, delays, splits and refuses, as its seed says, until it is healed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::journal::Journal;
use crate::rng::Rng;

/// What goes on on a link now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weather {
    /// No faults any more.
    healed: bool,
    /// Connections end at once.
    refuses: bool,
    /// Connections from before this count was raised end.
    storms: u64,
}

/// The switch of a link. Clones are handles.
#[derive(Clone)]
pub(crate) struct Link {
    name: &'static str,
    seed: u64,
    /// Percentage of connections on which something goes wrong.
    harm: u64,
    journal: Journal,
    weather: Arc<watch::Sender<Weather>>,
    connections: Arc<AtomicU64>,
    pub(crate) cuts: Arc<AtomicU64>,
}

impl Link {
    pub(crate) fn new(name: &'static str, seed: u64, harm: u64, journal: &Journal) -> Self {
        Self {
            name,
            seed,
            harm,
            journal: journal.clone(),
            weather: Arc::new(watch::Sender::default()),
            connections: Arc::default(),
            cuts: Arc::default(),
        }
    }

    /// Breaks all connections.
    pub(crate) fn cut(&self) {
        self.weather.send_modify(|it| it.storms += 1);
    }

    /// Whether connections end at once from now on.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.weather.send_modify(|it| it.refuses = refuses);
    }

    /// From now on everything gets through.
    pub(crate) fn heal(&self) {
        self.weather.send_modify(|it| {
            it.healed = true;
            it.refuses = false;
        });
    }

    /// Listens on TCP; `to` says where connections go now.
    pub(crate) async fn tcp(
        &self,
        to: Arc<Mutex<std::net::SocketAddr>>,
    ) -> (std::net::SocketAddr, AbortOnDropHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let link = self.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let to = *to.lock().unwrap();
                let link = link.clone();
                let far = async move { TcpStream::connect(to).await };
                connections.spawn(async move { link.connect(near, far).await });
            }
        });
        (address, AbortOnDropHandle::new(task))
    }

    /// Listens on a unix socket and connects to another.
    pub(crate) fn unix(&self, path: &Path, to: PathBuf) -> AbortOnDropHandle<()> {
        let listener = UnixListener::bind(path).unwrap();
        let file = SocketFile(path.to_owned());
        let link = self.clone();
        AbortOnDropHandle::new(tokio::spawn(async move {
            let _file = file;
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let to = to.clone();
                let link = link.clone();
                let far = async move { UnixStream::connect(to).await };
                connections.spawn(async move { link.connect(near, far).await });
            }
        }))
    }

    async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        near: S,
        far: impl Future<Output = std::io::Result<S>>,
    ) {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let mut rng = Rng::new(self.seed, number + 1);
        let mut weather = self.weather.subscribe();
        let now = *weather.borrow_and_update();
        if now.refuses {
            return;
        }
        let plan = if now.healed {
            Plan::default()
        } else {
            Plan::draw(&mut rng, self.harm)
        };
        if plan != Plan::default() {
            self.journal
                .note(format!("{} connection {number}: {plan:?}", self.name));
        }
        let pass = async {
            tokio::time::sleep(plan.delay).await;
            let Ok(far) = far.await else {
                return;
            };
            let (near_read, near_write) = tokio::io::split(near);
            let (far_read, far_write) = tokio::io::split(far);
            let out = plan.out;
            let back = plan.back;
            // Either end is the end of both.
            tokio::select! {
                cut = pump(near_read, far_write, out, &self.weather) => self.count(cut),
                cut = pump(far_read, near_write, back, &self.weather) => self.count(cut),
            }
        };
        tokio::select! {
            () = pass => {}
            _ = weather.wait_for(|it| it.storms != now.storms || it.refuses) => self.count(true),
        }
    }

    fn count(&self, cut: bool) {
        self.cuts.fetch_add(u64::from(cut), Ordering::Relaxed);
    }
}

/// A socket's file, which goes with its listener.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What happens to one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Plan {
    delay: Duration,
    out: Course,
    back: Course,
}

/// What happens in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Course {
    /// It is cut behind so many bytes.
    cut: Option<u64>,
    /// It stalls behind so many bytes, for so long.
    stall: Option<(u64, Duration)>,
    /// Pieces of this size at most are written, up to so many bytes: one by one.
    split: Option<(u64, u64)>,
}

impl Plan {
    fn draw(rng: &mut Rng, harm: u64) -> Self {
        if !rng.percent(harm) {
            return Self::default();
        }
        Self {
            delay: match rng.percent(20) {
                true => rng.millis(1, 150),
                false => Duration::ZERO,
            },
            out: Course::draw(rng, 10),
            back: Course::draw(rng, 60),
        }
    }
}

impl Course {
    fn draw(rng: &mut Rng, cuts: u64) -> Self {
        Self {
            cut: rng.percent(cuts).then(|| rng.magnitude(18)),
            stall: rng
                .percent(25)
                .then(|| (rng.magnitude(16), rng.millis(20, 900))),
            split: rng.percent(30).then(|| match rng.percent(40) {
                true => (1, 3000),
                false => (rng.range(2, 400), 40_000),
            }),
        }
    }
}

/// Moves bytes until there are no more; whether that was of its own doing.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    course: Course,
    weather: &watch::Sender<Weather>,
) -> bool {
    let mut healing = weather.subscribe();
    let mut buffer = vec![0; 16 << 10];
    let mut passed = 0;
    loop {
        let healed = healing.borrow().healed;
        let mut most = buffer.len() as u64;
        if !healed {
            if course.cut.is_some_and(|at| passed >= at) {
                return true;
            }
            if let Some((at, pause)) = course.stall
                && passed >= at
                && passed < at + most
            {
                let healed = healing.wait_for(|it| it.healed);
                let _ = tokio::time::timeout(pause, healed).await;
            }
            if let Some((size, until)) = course.split
                && passed < until
            {
                most = most.min(size);
            }
            for at in [course.cut, course.stall.map(|(at, _)| at)] {
                if let Some(left) = at
                    .and_then(|at| at.checked_sub(passed))
                    .filter(|it| *it > 0)
                {
                    most = most.min(left);
                }
            }
        }
        let read = from.read(&mut buffer[..most as usize]).await;
        let Some(read) = read.ok().filter(|read| *read > 0) else {
            return false;
        };
        if to.write_all(&buffer[..read]).await.is_err() || to.flush().await.is_err() {
            return false;
        }
        passed += read as u64;
    }
}
