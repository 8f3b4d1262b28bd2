//! What is printed, by a thread of its own: whoever reads standard output slowly holds up the
//! printing, not the connection.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};
use sidekick::protocol::{EntryRef, LogBatch, LogStream};
use tokio::sync::{mpsc, oneshot};

use super::args::TailArgs;

/// Batches that wait for the printing thread.
const WAITING: usize = 16;

/// Lines to be printed at once.
pub(super) struct Lines {
    pub(super) runs: Vec<Run>,
}

/// Lines of one container; none where it is only to be known by name.
pub(super) struct Run {
    /// Number of the container: a later one may have the same name.
    pub(super) lane: usize,
    /// Its name.
    pub(super) name: Arc<str>,
    pub(super) batch: LogBatch,
}

/// The printing thread.
pub(super) struct Printer {
    lines: mpsc::Sender<Lines>,
    ended: oneshot::Receiver<io::Result<()>>,
}

/// How lines are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain { named: bool, timed: bool },
    Json,
    Count,
}

impl Printer {
    /// Prints as the command line says; with the names of containers where several are `named`.
    pub(super) fn start(args: &TailArgs, named: bool) -> Self {
        let form = match (args.json, args.count) {
            (true, _) => Form::Json,
            (_, true) => Form::Count,
            _ => Form::Plain {
                named,
                timed: args.timestamps,
            },
        };
        let (lines, waiting) = mpsc::channel(WAITING);
        let (end, ended) = oneshot::channel();
        std::thread::spawn(move || {
            // Whoever gave up waiting does not want to know.
            let _ = end.send(print(waiting, Page::new(form, io::stdout().lock())));
        });
        Self { lines, ended }
    }

    /// Waits for room; `None` when nothing is printed any more.
    pub(super) async fn reserve(&self) -> Option<mpsc::OwnedPermit<Lines>> {
        self.lines.clone().reserve_owned().await.ok()
    }

    /// Lets everything that was handed over be printed.
    ///
    /// # Errors
    /// What kept it from being printed. A reader that went away is none.
    pub(super) async fn finish(self) -> io::Result<()> {
        drop(self.lines);
        match self.ended.await {
            Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::other("the printing thread failed")),
        }
    }
}

fn print<W: Write>(mut waiting: mpsc::Receiver<Lines>, mut page: Page<W>) -> io::Result<()> {
    while let Some(lines) = waiting.blocking_recv() {
        for run in &lines.runs {
            page.write(run)?;
        }
        page.flush()?;
    }
    page.end()
}

/// Writes lines in one form.
struct Page<W: Write> {
    form: Form,
    out: BufWriter<W>,
    /// Longest name so far, so that lines of several containers stand below each other.
    width: usize,
    /// By number of the container.
    counts: BTreeMap<usize, Count>,
}

#[derive(Default)]
struct Count {
    name: Arc<str>,
    lines: u64,
    bytes: u64,
    hash: Sha256,
}

/// A line as `--json` writes it.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    container: &'a str,
    stream: &'static str,
    line: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
}

impl<W: Write> Page<W> {
    fn new(form: Form, out: W) -> Self {
        Self {
            form,
            out: BufWriter::with_capacity(64 << 10, out),
            width: 0,
            counts: BTreeMap::new(),
        }
    }

    /// Lets whoever reads have what was written.
    fn flush(&mut self) -> io::Result<()> {
        match self.form {
            Form::Count => Ok(()),
            _ => self.out.flush(),
        }
    }

    /// Writes a batch.
    fn write(&mut self, run: &Run) -> io::Result<()> {
        let Run { lane, name, batch } = run;
        self.width = self.width.max(name.chars().count());
        match self.form {
            Form::Count => {
                let count = self.counts.entry(*lane).or_default();
                count.name = Arc::clone(name);
                for entry in batch.iter() {
                    count.lines += 1;
                    count.bytes += entry.text.len() as u64 + 1;
                    count.hash.update(entry.text);
                    count.hash.update("\n");
                }
            }
            Form::Json => {
                for entry in batch.iter() {
                    let line = Line {
                        time: entry.time.to_rfc3339(),
                        container: name,
                        stream: stream(&entry),
                        line: entry.text,
                        truncated: entry.truncated,
                    };
                    serde_json::to_writer(&mut self.out, &line)?;
                    self.out.write_all(b"\n")?;
                }
            }
            Form::Plain { named, timed } => {
                for entry in batch.iter() {
                    if named {
                        write!(self.out, "{name:0$} | ", self.width)?;
                    }
                    if timed {
                        write!(self.out, "{} ", entry.time.to_rfc3339())?;
                    }
                    self.out.write_all(entry.text.as_bytes())?;
                    self.out.write_all(b"\n")?;
                }
            }
        }
        Ok(())
    }

    /// Writes what is only known now.
    fn end(mut self) -> io::Result<()> {
        let mut counts: Vec<_> = self.counts.into_values().collect();
        // Those of one name stay in the order in which they came.
        counts.sort_by(|a, b| a.name.cmp(&b.name));
        for count in counts {
            let Count {
                name,
                lines,
                bytes,
                hash,
            } = count;
            write!(self.out, "{name}\t{lines} lines\t{bytes} bytes\tsha256 ")?;
            for byte in hash.finalize() {
                write!(self.out, "{byte:02x}")?;
            }
            writeln!(self.out)?;
        }
        self.out.flush()
    }
}

fn stream(entry: &EntryRef<'_>) -> &'static str {
    match entry.stream {
        LogStream::Stdout => "stdout",
        LogStream::Stderr => "stderr",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::time::Nanos;

    fn printed(form: Form) -> String {
        let mut out = Vec::new();
        let mut page = Page::new(form, &mut out);
        for (lane, name, text) in [
            (0, "web", "one"),
            (1, "database", "two"),
            (0, "web", "\"three\""),
        ] {
            page.write(&run(lane, name, text)).unwrap();
        }
        page.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    fn run(lane: usize, name: &str, text: &str) -> Run {
        let mut batch = LogBatch::new();
        batch.push_line(Nanos(1_767_225_601_000_000_000), LogStream::Stderr, text);
        Run {
            lane,
            name: name.into(),
            batch,
        }
    }

    #[test]
    fn lines_are_printed_as_asked() {
        let plain = |named, timed| printed(Form::Plain { named, timed });
        assert_eq!(plain(false, false), "one\ntwo\n\"three\"\n");
        assert_eq!(
            plain(true, false),
            "web | one\ndatabase | two\nweb      | \"three\"\n"
        );
        assert!(plain(false, true).starts_with("2026-01-01T00:00:01.000000000Z one\n"));
        let json = printed(Form::Json);
        assert_eq!(
            json.lines().last(),
            Some(
                "{\"time\":\"2026-01-01T00:00:01.000000000Z\",\"container\":\"web\",\
                 \"stream\":\"stderr\",\"line\":\"\\\"three\\\"\"}"
            )
        );
    }

    #[test]
    fn the_count_is_that_of_the_lines_alone() {
        // printf 'one\n"three"\n' | sha256sum
        let counts = printed(Form::Count);
        let web = counts.lines().last().unwrap();
        assert!(web.starts_with("web\t2 lines\t12 bytes\tsha256 "), "{web}");
        let mut hash = Sha256::new();
        hash.update("one\n\"three\"\n");
        let expected: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        assert!(web.ends_with(&expected), "{web}");
    }

    #[test]
    fn containers_of_one_name_are_counted_apart() {
        let mut out = Vec::new();
        let mut page = Page::new(Form::Count, &mut out);
        for (lane, name) in [(0, "web"), (1, "api"), (2, "web"), (0, "web")] {
            page.write(&run(lane, name, "line")).unwrap();
        }
        page.end().unwrap();
        let counts = String::from_utf8(out).unwrap();
        let heads: Vec<_> = counts
            .lines()
            .filter_map(|it| it.split_once(" lines"))
            .map(|it| it.0)
            .collect();
        assert_eq!(heads, ["api\t1", "web\t2", "web\t1"]);
    }
}
