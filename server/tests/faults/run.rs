//! One run: a seed makes a world, troubles it, heals it and asks the oracle.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use server::Running;
use server::demo::{Control, DemoEngine, DemoOptions};
use sidekick::protocol::Start;

use crate::engine;
use crate::journal::Journal;
use crate::oracle::{self, Tally, Truth};
use crate::printer::{Printer, Stamps};
use crate::proxy::Link;
use crate::report::Report;
use crate::rng::Rng;
use crate::scene::{self, serve};
use crate::traits::Traits;
use crate::viewer::{Habit, Held, Item, Viewer};

/// How long healing may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a run is made of.
struct World {
    journal: Journal,
    rng: Rng,
    traits: Traits,
    socket: PathBuf,
    proxied: PathBuf,
    control: Control,
    server: Option<Running>,
    server_at: Arc<Mutex<SocketAddr>>,
    links: [Link; 2],
    printers: Vec<Printer>,
}

/// Runs a seed.
///
/// # Errors
/// What differs, and all that was done.
pub(crate) async fn run(seed: u64) -> Result<Report, String> {
    let journal = Journal::new();
    let outcome = troubled(seed, &journal).await;
    outcome.map_err(|error| {
        format!(
            "seed {seed}: {error}\nSIDEKICK_SEED={seed} repeats it; this was done:\n{}",
            journal.text()
        )
    })
}

async fn troubled(seed: u64, journal: &Journal) -> Result<Report, String> {
    let mut rng = Rng::new(seed, 0);
    let traits = Traits::draw(&mut rng);
    journal.note(format!("{traits:?}"));
    let [socket, proxied] = ["engine", "proxied"].map(|name| {
        let process = std::process::id();
        std::env::temp_dir().join(format!("sidekick-faults-{process}-{seed}-{name}.sock"))
    });
    let options = DemoOptions {
        max_lines: traits.max_lines,
        ..DemoOptions::quiet(["web", "db"].map(|it| Printer::spec(it, &traits)).into())
    };
    let demo = DemoEngine::start(&socket, options).unwrap();
    let control = demo.control();
    let links = ["viewers", "engine"].map(|name| {
        let seed = rng.next();
        Link::new(name, seed, traits.harm, journal)
    });
    let _engine_link = links[1].unix(&proxied, socket.clone());
    let server = serve(&proxied).await;
    let server_at = Arc::new(Mutex::new(server.addr));
    let (address, _viewer_link) = links[0].tcp(Arc::clone(&server_at)).await;
    let printers = ["web", "db"].map(|name| Printer::new(&control, name, &traits));
    let mut world = World {
        journal: journal.clone(),
        traits,
        socket,
        proxied,
        control,
        server: Some(server),
        server_at,
        links,
        printers: printers.into(),
        rng,
    };
    let mut viewers = Vec::new();
    let ids = [0, 1].map(|it| world.printers[it].id.clone());
    let habits = scene::habits("shop", &ids, traits.trouble_ms, &mut world.rng);
    // Some come later.
    let mut joins: Vec<_> = habits
        .into_iter()
        .map(|habit| {
            let at = match world.rng.percent(50) {
                true => 0,
                false => world.rng.range(0, traits.trouble_ms),
            };
            (Duration::from_millis(at), habit)
        })
        .collect();
    let began = Instant::now();
    let trouble = Duration::from_millis(traits.trouble_ms);
    while began.elapsed() < trouble {
        let due = |it: &mut (Duration, Habit)| it.0 <= began.elapsed();
        for (_, habit) in joins.extract_if(.., due) {
            let rng = Rng::new(seed, 100 + viewers.len() as u64);
            journal.note(format!("{} comes, for {:?}", habit.name, habit.start));
            viewers.push(Viewer::start(address, habit, rng, journal));
        }
        world.act().await;
    }
    world.heal().await;
    for viewer in &viewers {
        viewer.calm_down();
    }
    for mark in ["the end", "the very end"] {
        world.mark(mark);
        let began = Instant::now();
        while let Some(missing) = viewers.iter().find(|it| !world.is_up_to_date(it)) {
            if began.elapsed() > PATIENCE {
                let name = missing.habit.name;
                let kept = world.kept().await?;
                let wrong = world.judge(missing, &kept).err();
                return Err(format!("{name} never got {mark:?}: {wrong:?}"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let mut report = Report {
        printed: world
            .printers
            .iter()
            .map(|it| it.printed.len() as u64)
            .sum(),
        cuts: world
            .links
            .iter()
            .map(|it| it.cuts.load(Ordering::Relaxed))
            .sum(),
        tally: Tally::default(),
    };
    let kept = world.kept().await?;
    for viewer in &viewers {
        let tally = world.judge(viewer, &kept)?;
        report.tally.add(tally);
    }
    Ok(report)
}

impl World {
    /// Does one thing.
    async fn act(&mut self) {
        let at = self.rng.range(0, self.printers.len() as u64) as usize;
        match self.rng.range(0, 100) {
            0..60 => {
                let lines = match self.rng.percent(6) {
                    true => self.rng.range(500, 3000),
                    false => self.rng.range(1, 60),
                };
                let lines = match self.traits.width {
                    0 => lines,
                    _ => lines.min(1000),
                };
                let printer = &mut self.printers[at];
                if printer.up {
                    printer.print(lines, self.traits.width, &mut self.rng);
                }
            }
            60..67 => self.turn(at),
            67..70 => {
                self.journal.note("the engine goes down".to_owned());
                self.control.go_down();
                self.pause(10, 600).await;
                self.control.come_back();
            }
            70..72 => {
                self.journal.note("the engine hangs up".to_owned());
                self.control.hang_up();
            }
            72..76 => {
                let link = self.links[self.rng.range(0, 2) as usize].clone();
                link.cut();
            }
            76..78 => {
                let link = self.links[self.rng.range(0, 2) as usize].clone();
                link.refuse(true);
                self.pause(10, 400).await;
                link.refuse(false);
            }
            78..80 => self.restart().await,
            // Of lines that share a timestamp nobody could tell.
            80..83 if self.traits.stamps == Stamps::Fine => {
                let back = self.rng.range(2, 600);
                let name = self.printers[at].name;
                self.journal.note(format!("{name} repeats {back} lines"));
                self.control.replay(name, back).unwrap();
            }
            _ => {}
        }
        self.pause(0, 60).await;
    }

    /// Stops a container, or starts it.
    fn turn(&mut self, at: usize) {
        let printer = &mut self.printers[at];
        let name = printer.name;
        let done = match printer.up {
            true if self.rng.percent(50) => self.control.restart(name),
            true => {
                printer.up = false;
                self.control.stop(name)
            }
            false => {
                printer.up = true;
                self.control.start(name)
            }
        };
        done.unwrap();
        let up = printer.up;
        self.journal.note(format!("{name} stops or starts: {up}"));
    }

    /// Ends the server and starts another.
    async fn restart(&mut self) {
        self.journal.note("the server restarts".to_owned());
        self.server = None;
        if self.rng.percent(50) {
            self.links[0].cut();
        }
        self.pause(0, 200).await;
        let server = serve(&self.proxied).await;
        *self.server_at.lock().unwrap() = server.addr;
        self.server = Some(server);
    }

    async fn pause(&mut self, low: u64, high: u64) {
        let pause = self.rng.millis(low, high);
        tokio::time::sleep(pause).await;
    }

    async fn heal(&mut self) {
        self.journal.note("all is well from here on".to_owned());
        for link in &self.links {
            link.heal();
        }
        for at in 0..self.printers.len() {
            if !self.printers[at].up {
                self.printers[at].up = true;
                self.control.start(self.printers[at].name).unwrap();
            }
        }
    }

    fn mark(&mut self, text: &str) {
        for printer in &mut self.printers {
            printer.mark(text, &mut self.rng);
        }
    }

    /// Whether a viewer holds the newest line of all containers that it looks at.
    fn is_up_to_date(&self, viewer: &Viewer) -> bool {
        let mut seen = self.printers.iter().filter(|it| viewer.habit.sees(&it.id));
        seen.all(|printer| viewer.last(&printer.id).as_ref() == printer.printed.last())
    }

    /// From which line on the engine has each container's log; what it has must be what was printed.
    async fn kept(&self) -> Result<Vec<usize>, String> {
        let mut kept = Vec::new();
        for printer in &self.printers {
            let said = engine::log(&self.socket, &printer.id.0).await;
            let from = printer.printed.len() - said.len();
            for (line, (stream, time, text)) in printer.printed[from..].iter().zip(&said) {
                let same = line.stream == *stream && line.text == *text;
                if !same || line.time.to_rfc3339() != *time {
                    return Err(format!("the engine has {time} {text:?} for {line:?}"));
                }
            }
            if from > 0 && !self.traits.rotates {
                return Err(format!("{} lost {from} lines", printer.name));
            }
            kept.push(from);
        }
        Ok(kept)
    }

    fn judge(&self, viewer: &Viewer, kept: &[usize]) -> Result<Tally, String> {
        let held = viewer.held.lock().unwrap();
        let Held {
            items,
            merged,
            late,
            ignored,
            refused,
        } = &*held;
        let name = viewer.habit.name;
        if *ignored > 0 || !refused.is_empty() {
            return Err(format!("{name}: {ignored} ignored, {refused:?}"));
        }
        let merged = oracle::check_merged(merged, *late);
        let mut sum = merged.map_err(|error| format!("{name}: {error}"))?;
        let start = viewer.habit.start;
        for (printer, &kept) in self.printers.iter().zip(kept) {
            if !viewer.habit.sees(&printer.id) {
                continue;
            }
            let rule = scene::rule(start, &printer.printed, self.traits.rotates);
            // Where it lets go of any, each record is a line.
            let passed_over = self.control.records_passed_over(printer.name).unwrap();
            let passed_over: Vec<_> = passed_over
                .iter()
                .map(|it| it.start as usize..it.end as usize)
                .collect();
            let truth = Truth {
                printed: &printer.printed,
                kept,
                passed_over: &passed_over,
            };
            let nothing = Vec::new();
            let held = items.get(&printer.id).unwrap_or(&nothing);
            let tally = oracle::check(held, &truth, rule)
                .map_err(|error| format!("{name}, {}: {error}", printer.name))?;
            let may_lack = self.traits.rotates || (!rule.whole && self.traits.width > 0);
            if tally.gaps > 0 && !may_lack {
                let gaps: Vec<_> = held
                    .iter()
                    .filter(|it| matches!(it, Item::Gap(_)))
                    .collect();
                return Err(format!("{name}, {}: gaps {gaps:?}", printer.name));
            }
            if let Start::Tail(wanted) = start
                && !self.traits.rotates
                && tally.lines < wanted.min(printer.printed.len() as u64)
            {
                return Err(format!(
                    "{name} asked for {wanted} and holds {}",
                    tally.lines
                ));
            }
            sum.add(tally);
        }
        Ok(sum)
    }
}
