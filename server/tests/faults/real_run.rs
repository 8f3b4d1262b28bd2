//! One run on a real daemon: two containers print, everything around them breaks, and at the end the
//! daemon's own word counts.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sidekick::model::ContainerId;

use crate::engine;
use crate::journal::Journal;
use crate::oracle::{self, Tally, Truth};
use crate::proxy::Link;
use crate::real_daemon::{CRASH, docker};
use crate::report::Report;
use crate::rng::Rng;
use crate::scene::{self, serve};
use crate::viewer::{Item, Line, Viewer};

/// How long healing may take, a start of the daemon included.
const PATIENCE: Duration = Duration::from_secs(120);

/// The two containers of a run.
struct Scratch {
    host: String,
    ids: [ContainerId; 2],
    rotates: bool,
}

impl Scratch {
    async fn start(host: &str, project: &str, rng: &mut Rng, journal: &Journal) -> Self {
        let rotates = rng.percent(35);
        let driver = ["json-file", "local"][rng.range(0, 2) as usize];
        let mut options = vec![format!("--log-driver={driver}")];
        if rotates {
            options.push(format!("--log-opt=max-size={}k", rng.range(20, 200)));
            options.push(format!("--log-opt=max-file={}", rng.range(1, 4)));
        }
        if driver == "local" {
            options.push("--log-opt=compress=false".to_owned());
        }
        journal.note(format!("{options:?}"));
        let mut ids = Vec::new();
        for name in ["web", "db"] {
            let (burst, pause) = (rng.range(1, 150), rng.range(1, 60));
            let script = format!(
                "i=0; while [ ! -e /tmp/stop ]; do j=0; while [ $j -lt {burst} ]; do \
                 echo \"{name} $i\"; [ $((i % 5)) = 0 ] && echo \"err $i\" >&2; \
                 [ $((i % 17)) = 0 ] && echo; i=$((i+1)); j=$((j+1)); done; \
                 sleep 0.{pause:02}; done; : > /tmp/stopped; exec sleep 1000"
            );
            let labels = [
                format!("--label=com.docker.compose.project={project}"),
                format!("--label=com.docker.compose.service={name}"),
            ];
            let named = format!("--name={project}-{name}");
            let mut arguments = vec!["run", "-d", &named];
            arguments.extend(labels.iter().map(String::as_str));
            arguments.extend(options.iter().map(String::as_str));
            arguments.extend(["sidekick-test:latest", "sh", "-c", &script]);
            let id = patiently(host, &arguments).await;
            ids.push(ContainerId(id.trim().to_owned()));
        }
        Self {
            host: host.to_owned(),
            ids: ids.try_into().unwrap(),
            rotates,
        }
    }

    async fn exec(&self, script: &str) {
        for id in &self.ids {
            patiently(&self.host, &["start", &id.0]).await;
            patiently(&self.host, &["exec", &id.0, "sh", "-c", script]).await;
        }
    }
}

/// Runs the docker command until it succeeds: the daemon may be away.
async fn patiently(host: &str, arguments: &[&str]) -> String {
    let began = Instant::now();
    loop {
        let crash = CRASH.read().await;
        let output = tokio::task::block_in_place(|| docker(host, arguments));
        drop(crash);
        if output.status.success() {
            return String::from_utf8(output.stdout).unwrap();
        }
        assert!(began.elapsed() < PATIENCE, "{arguments:?}: {output:?}");
        // A container that was made when the daemon was killed is there already.
        if let ["run", _, name, ..] = arguments {
            let name = name.trim_start_matches("--name=");
            tokio::task::block_in_place(|| docker(host, &["rm", "-f", name]));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Runs a seed.
pub(crate) async fn run(
    seed: u64,
    socket: PathBuf,
    host: String,
    journal: Journal,
) -> Result<Report, String> {
    let mut rng = Rng::new(seed, 7);
    let project = format!("faults{seed}");
    let scratch = Scratch::start(&host, &project, &mut rng, &journal).await;
    let proxied = socket.with_file_name(format!("proxied-{seed}.sock"));
    let links = ["viewers", "engine"].map(|name| {
        let seed = rng.next();
        Link::new(name, seed, rng.range(20, 80), &journal)
    });
    let _engine_link = links[1].unix(&proxied, socket.clone());
    let mut server = Some(serve(&proxied).await);
    let server_at = Arc::new(Mutex::new(server.as_ref().unwrap().addr));
    let (address, _viewer_link) = links[0].tcp(Arc::clone(&server_at)).await;
    let trouble = rng.millis(4000, 9000);
    let trouble_ms = trouble.as_millis() as u64;
    let viewers: Vec<_> = scene::habits(&project, &scratch.ids, trouble_ms, &mut rng)
        .into_iter()
        .map(|habit| {
            journal.note(format!("{} comes, for {:?}", habit.name, habit.start));
            Viewer::start(address, habit, Rng::new(seed, rng.next()), &journal)
        })
        .collect();
    let began = Instant::now();
    while began.elapsed() < trouble {
        let link = &links[rng.range(0, 2) as usize];
        match rng.range(0, 100) {
            0..10 => link.cut(),
            10..14 => {
                link.refuse(true);
                tokio::time::sleep(rng.millis(10, 400)).await;
                link.refuse(false);
            }
            14..18 => {
                let id = &scratch.ids[rng.range(0, 2) as usize].0;
                journal.note(format!("restart of {id:.8}"));
                patiently(&host, &["restart", "-t", "0", id]).await;
            }
            18..20 => {
                let id = &scratch.ids[rng.range(0, 2) as usize].0;
                journal.note(format!("kill of {id:.8}"));
                let crash = CRASH.read().await;
                tokio::task::block_in_place(|| docker(&host, &["kill", id]));
                drop(crash);
                tokio::time::sleep(rng.millis(10, 600)).await;
                patiently(&host, &["start", id]).await;
            }
            20..23 => {
                journal.note("the server restarts".to_owned());
                drop(server.take());
                let fresh = serve(&proxied).await;
                *server_at.lock().unwrap() = fresh.addr;
                server = Some(fresh);
            }
            _ => {}
        }
        tokio::time::sleep(rng.millis(10, 120)).await;
    }
    journal.note("all is well from here on".to_owned());
    links.iter().for_each(Link::heal);
    viewers.iter().for_each(Viewer::calm_down);
    // The loop ends before the marks are printed.
    let end = ": > /tmp/stop; while [ ! -e /tmp/stopped ]; do sleep 0.02; done";
    scratch.exec(end).await;
    for mark in ["the end", "the very end"] {
        scratch.exec(&format!("echo {mark} > /proc/1/fd/1")).await;
        let began = Instant::now();
        let late = |viewer: &&Viewer| {
            let mut seen = scratch.ids.iter().filter(|id| viewer.habit.sees(id));
            !seen.all(|id| viewer.last(id).is_some_and(|line| line.text == mark))
        };
        while let Some(missing) = viewers.iter().find(late) {
            if began.elapsed() > PATIENCE {
                let name = missing.habit.name;
                let last = scratch.ids.each_ref().map(|id| missing.last(id));
                return Err(format!("{name} never got {mark:?}, it stands at {last:?}"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let mut report = Report {
        cuts: links.iter().map(|it| it.cuts.load(Ordering::Relaxed)).sum(),
        ..Report::default()
    };
    for viewer in &viewers {
        let held = viewer.held.lock().unwrap();
        let merged = oracle::check_merged(&held.merged, held.late);
        let tally = merged.map_err(|error| format!("{}: {error}", viewer.habit.name))?;
        report.tally.add(tally);
    }
    for id in &scratch.ids {
        let said = said(&socket, id).await;
        report.printed += said.len() as u64;
        for viewer in viewers.iter().filter(|it| it.habit.sees(id)) {
            let tally = judge(viewer, id, &said, scratch.rotates)
                .map_err(|error| format!("{}, {id:.8}: {error}", viewer.habit.name))?;
            report.tally.add(tally);
        }
        patiently(&host, &["rm", "-f", &id.0]).await;
    }
    Ok(report)
}

/// What the daemon returns for a container.
async fn said(socket: &Path, id: &ContainerId) -> Vec<Line> {
    let crash = CRASH.read().await;
    let said = engine::log(socket, &id.0).await;
    drop(crash);
    let line = |(stream, time, text): engine::Said| Line {
        time: sidekick::time::Nanos::parse_rfc3339(time.as_bytes()).unwrap(),
        stream,
        text,
    };
    said.into_iter().map(line).collect()
}

fn judge(viewer: &Viewer, id: &ContainerId, said: &[Line], rotates: bool) -> Result<Tally, String> {
    let held = viewer.held.lock().unwrap();
    let held = held.items.get(id).cloned().unwrap_or_default();
    // What was rotated away and is held: nobody can be asked for it any more.
    let is_first = |item: &Item| matches!(item, Item::Line(line) if Some(line) == said.first());
    let old = held
        .iter()
        .position(is_first)
        .filter(|_| rotates)
        .unwrap_or(0);
    let mut printed = Vec::new();
    let mut last = [i64::MIN; 2];
    for item in &held[..old] {
        if let Item::Line(line) = item {
            let last = &mut last[line.stream.index()];
            if line.time.0 < *last || printed.last() == Some(line) {
                return Err(format!("a duplicate or an inversion at {line:?}"));
            }
            *last = line.time.0;
            printed.push(line.clone());
        }
    }
    let kept = printed.len();
    printed.extend_from_slice(said);
    // What it passes over it does not tell.
    let passed_over = 0..if rotates { kept } else { 0 };
    let truth = Truth {
        printed: &printed,
        kept,
        passed_over: std::slice::from_ref(&passed_over),
    };
    let rule = scene::rule(viewer.habit.start, &printed, rotates);
    let tally = oracle::check(&held, &truth, rule)?;
    match tally.gaps > 0 && !rotates {
        true => Err(format!("{} gaps", tally.gaps)),
        false => Ok(tally),
    }
}
