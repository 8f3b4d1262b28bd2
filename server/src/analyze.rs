//! `sidekick-docker analyze`: what the page finds out about a log, for files and pipes.
//!
//! ```text
//! args      the command line
//! blocks    input in blocks that end with a line, in memory that does not grow
//! miner     each line: out of its envelope, through the core's pipeline, an answer in its place
//! answers   the answers of --ids and --levels, one for every line of input
//! table     the report for people
//! json      the report for machines
//! stats     what reading cost
//! progress  how far it is
//! ```
//!
//! A thread reads and mines, block by block; between blocks anybody may look at what was found
//! so far, so that an interrupt gives a report of it.

mod answers;
mod args;
mod blocks;
mod json;
mod miner;
mod progress;
mod stats;
mod table;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, bail};
use tokio::sync::oneshot;

pub use args::AnalyzeArgs;
pub(crate) use args::{ABOUT, EXAMPLES};

use self::answers::Answers;
use self::args::{Color, Form};
use self::blocks::Blocks;
use self::miner::Miner;
use self::progress::Progress;
use self::stats::Stats;
use self::table::Look;

/// An analysis that runs.
pub struct Analysis {
    args: AnalyzeArgs,
    started: Instant,
    miner: Arc<Mutex<Miner>>,
    read: Mutex<Option<oneshot::Receiver<anyhow::Result<()>>>>,
}

impl Analysis {
    /// Opens the input and starts to read it.
    ///
    /// # Errors
    /// When there is nothing to read, or it cannot be opened.
    pub fn start(args: &AnalyzeArgs) -> anyhow::Result<Self> {
        let (input, size) = open(args.input.as_slice())?;
        let answers = match args.form() {
            Form::Table | Form::Json => Answers::None,
            Form::Ids => Answers::ids(),
            Form::Levels => Answers::levels(Box::new(BufWriter::new(io::stdout()))),
        };
        let streams = matches!(answers, Answers::Levels(_));
        let progress = io::stderr().is_terminal() && !(streams && io::stdout().is_terminal());
        let progress = progress.then(|| Progress::new(size));
        let miner = Arc::new(Mutex::new(Miner::new(answers)));
        let (done, read) = oneshot::channel();
        let shared = Arc::clone(&miner);
        let started = Instant::now();
        // A thread of its own: a read that waits for a terminal must not keep the program alive.
        std::thread::Builder::new()
            .name("analyze".to_owned())
            .spawn(move || {
                // Whoever is gone needs no answer.
                let _ = done.send(read_all(input, &shared, progress));
            })
            .context("cannot start a thread")?;
        Ok(Self {
            args: args.clone(),
            started,
            miner,
            read: Mutex::new(Some(read)),
        })
    }

    /// Waits until all is read.
    ///
    /// # Errors
    /// When reading fails in the middle, or an answer cannot be written.
    pub async fn read(&self) -> anyhow::Result<()> {
        let read = self.read.lock().map_or(None, |mut read| read.take());
        let Some(read) = read else { return Ok(()) };
        match read.await {
            Ok(result) => result,
            Err(_) => bail!("reading ended without a result"),
        }
    }

    /// Writes the report of what was read until now, `whole` or not; reading ends with it. Whoever
    /// reads only a part of the report (`| head`) is no error.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub async fn report(&self, whole: bool) -> anyhow::Result<()> {
        let miner = Arc::clone(&self.miner);
        let args = self.args.clone();
        let elapsed = self.started.elapsed();
        let (done, written) = oneshot::channel();
        std::thread::spawn(move || {
            let mut miner = lock(&miner);
            let result = miner.finish().and_then(|()| {
                let stats = args.stats.then(|| Stats::of(&miner, elapsed));
                write_report(&args, &miner, stats.as_ref(), whole)
            });
            let _ = done.send(result);
        });
        let result = written.await.context("the report was not written")?;
        quiet(result).context("cannot write to standard output")
    }
}

fn lock(miner: &Mutex<Miner>) -> MutexGuard<'_, Miner> {
    // What was counted before a panic is still true.
    miner.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A pipe that was closed is the reader's good right.
fn quiet(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The input, and its size where that is known.
fn open(inputs: &[PathBuf]) -> anyhow::Result<(Box<dyn Read + Send>, Option<u64>)> {
    if inputs.len() > 1 {
        bail!(
            "one log at a time: pipe several in, as in\n\n    \
             cat {} | sidekick-docker analyze",
            inputs
                .iter()
                .map(|it| it.display().to_string())
                .collect::<Vec<_>>()
                .join(" ")
        );
    }
    let path = match inputs.first() {
        None if io::stdin().is_terminal() => bail!(
            "nothing to read: name a file, or pipe lines in, as in\n\n    \
             docker logs web 2>&1 | sidekick-docker analyze"
        ),
        None => return Ok((Box::new(io::stdin()), None)),
        Some(path) if path.as_os_str() == "-" => return Ok((Box::new(io::stdin()), None)),
        Some(path) => path,
    };
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let metadata = file
        .metadata()
        .with_context(|| format!("cannot open {}", path.display()))?;
    if metadata.is_dir() {
        bail!(
            "{0} is a folder: name a file, or pipe several in, as in\n\n    \
             cat {0}/*.log | sidekick-docker analyze",
            path.display()
        );
    }
    let size = metadata.is_file().then_some(metadata.len());
    let mut head = Vec::new();
    (&file)
        .take(4)
        .read_to_end(&mut head)
        .with_context(|| format!("cannot read {}", path.display()))?;
    if let Some(command) = unpacks(&head) {
        bail!(
            "{0} is compressed: pipe it in, as in\n\n    \
             {command} {0} | sidekick-docker analyze",
            path.display()
        );
    }
    Ok((Box::new(io::Cursor::new(head).chain(file)), size))
}

/// The command that unpacks a file with these first bytes; `None` where it is not compressed.
fn unpacks(head: &[u8]) -> Option<&'static str> {
    match head {
        [0x1f, 0x8b, ..] => Some("zcat"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("zstdcat"),
        [0xfd, b'7', b'z', b'X'] => Some("xzcat"),
        [b'B', b'Z', b'h', b'1'..=b'9'] => Some("bzcat"),
        _ => None,
    }
}

fn read_all(
    input: Box<dyn Read + Send>,
    miner: &Mutex<Miner>,
    mut progress: Option<Progress>,
) -> anyhow::Result<()> {
    let mut blocks = Blocks::new(input);
    loop {
        let block = blocks.next().context("cannot read on")?;
        let is_last = block.is_none();
        let mut miner = lock(miner);
        if miner.is_finished() {
            break;
        }
        let written = block.map_or(Ok(()), |block| miner.block(block));
        let gone = matches!(&written, Err(error) if error.kind() == io::ErrorKind::BrokenPipe);
        quiet(written).context("cannot write to standard output")?;
        miner.pass_over(blocks.take_passed());
        if is_last || gone {
            break;
        }
        if let Some(progress) = &mut progress {
            progress.tick(miner.bytes(), miner.lines());
        }
    }
    Ok(())
}

fn write_report(
    args: &AnalyzeArgs,
    miner: &Miner,
    stats: Option<&Stats>,
    whole: bool,
) -> io::Result<()> {
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let mut out = BufWriter::new(stdout.lock());
    match args.form() {
        Form::Table => {
            let look = Look {
                width: if terminal {
                    table::terminal_width()
                } else {
                    None
                },
                color: match args.color {
                    Color::Always => true,
                    Color::Never => false,
                    Color::Auto => {
                        terminal && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
                    }
                },
                top: args.top(),
            };
            table::write(&mut out, miner, look, whole)?;
        }
        Form::Json => json::write(&mut out, miner, args.top(), stats, whole)?,
        Form::Ids => miner.write_ids(&mut out)?,
        Form::Levels => {}
    }
    out.flush()?;
    match stats {
        Some(stats) if args.form() != Form::Json => stats.write(&mut io::stderr().lock()),
        _ => Ok(()),
    }
}
