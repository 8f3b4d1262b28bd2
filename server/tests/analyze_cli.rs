//! `sidekick-docker analyze`, the program itself.

// Helpers of tests may fail by panicking, as the tests themselves may.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value as Json;

fn analyze(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidekick-docker"));
    command.arg("analyze").args(args).env_remove("NO_COLOR");
    command
}

/// Runs with `input` on standard input: success, stdout, stderr.
fn run(args: &[&str], input: &[u8]) -> (bool, String, String) {
    let mut child = analyze(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // Whoever does not read to the end closes the pipe.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("writes");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn ok(args: &[&str], input: impl AsRef<[u8]>) -> String {
    let (good, out, err) = run(args, input.as_ref());
    assert!(good, "{args:?}: {err}");
    out
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let name = format!("sidekick-analyze-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).expect("is written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const LOG: &str = "\
ERROR cannot reach 10.0.0.1
\x1b[32mINFO\x1b[0m request 1 took 5 ms
INFO request 2 took 6 ms

ERROR cannot reach 10.0.0.2
INFO request 3 took 7 ms
";

#[test]
fn the_table_has_counts_shares_and_severities() {
    let file = TempFile::new("table", LOG.as_bytes());
    let out = ok(&[file.path()], "");
    let table = lines(&out);
    assert_eq!(table[0], "6 lines: 2 error, 3 info, 1 unknown, 2 templates");
    assert!(
        table[3].trim_start().starts_with("3   50.0%  info "),
        "{out}"
    );
    assert!(
        table[4].trim_start().starts_with("2   33.3%  error"),
        "{out}"
    );
    assert!(
        table[3].contains("request <") && !out.contains('\x1b'),
        "{out}"
    );
    let out = ok(&["--top", "1", "--color", "always", file.path()], "");
    assert!(
        out.contains("\x1b[32minfo") && out.contains("1 more template"),
        "{out}"
    );
    assert_eq!(ok(&[], ""), "0 lines, 0 templates\n");
}

#[test]
fn json_is_the_same_for_machines() {
    let json = |args: &[&str], input: &str| -> Json {
        serde_json::from_str(&ok(args, input)).expect("JSON")
    };
    let report = json(&["--json", "--stats", "-"], LOG);
    assert_eq!(
        (&report["version"], &report["complete"]),
        (&1.into(), &true.into())
    );
    assert_eq!(
        (&report["lines"], &report["template_count"]),
        (&6.into(), &2.into())
    );
    assert_eq!(report["severities"]["error"], 2);
    let first = &report["templates"][0];
    assert_eq!((&first["count"], &first["share"]), (&3.into(), &0.5.into()));
    assert_eq!(
        (&first["severity"], &first["severities"]["info"]),
        (&"info".into(), &3.into())
    );
    assert_eq!(first["first_seen"], Json::Null);
    assert!(report["stats"]["peak_memory_bytes"].as_u64() > Some(1 << 20));
    let report = json(
        &["--json"],
        "2026-01-01T00:00:00.000000001Z stdout F hello\n",
    );
    assert_eq!(
        report["templates"][0]["first_seen"],
        "2026-01-01T00:00:00.000000001Z"
    );
    assert_eq!(
        (report["lines"].as_u64(), report.get("stats")),
        (Some(1), None)
    );
}

#[test]
fn ids_and_levels_answer_every_line_of_input_in_its_order() {
    let ids = ok(&["--ids"], LOG);
    let ids = lines(&ids);
    assert_eq!(ids.len(), 6);
    assert_eq!(ids[3], "0");
    assert!(
        ids[0] == ids[4] && ids[1] == ids[2] && ids[1] == ids[5],
        "{ids:?}"
    );
    assert!(
        ids[0] != ids[1] && ids[0] != "0" && ids[1] != "0",
        "{ids:?}"
    );
    let report: Json = serde_json::from_str(&ok(&["--json"], LOG)).expect("JSON");
    assert_eq!(report["templates"][0]["id"].to_string(), ids[1]);
    let levels = ok(&["--levels"], LOG);
    assert_eq!(levels, "error\ninfo\ninfo\nunknown\nerror\ninfo\n");
    for (input, count) in [("", 0), ("a", 1), ("a\n", 1), ("\n", 1), ("\n\na", 3)] {
        assert_eq!(lines(&ok(&["--ids"], input)).len(), count, "{input:?}");
        assert_eq!(lines(&ok(&["--levels"], input)).len(), count, "{input:?}");
    }
}

#[test]
fn lines_are_taken_out_of_what_runtimes_put_around_them() {
    let stamp = "2026-01-01T00:00:00.000000000Z";
    let docker = |log: &str| {
        let log = Json::from(log);
        format!("{{\"log\":{log},\"stream\":\"stdout\",\"time\":\"{stamp}\"}}\n")
    };
    let mixed = [
        "INFO request 1 took 5 ms\n".to_owned(),
        docker("INFO request 2 took 6 ms\n"),
        format!("{stamp} stdout F INFO request 3 took 7 ms\r\n"),
        format!("{stamp} INFO request 4 took 8 ms\n"),
        // One line in two parts, and one of the other stream between them.
        docker("ERROR cannot "),
        format!("{stamp} stderr P INFO request "),
        "\n".to_owned(),
        format!("{stamp} stderr F 5 took 9 ms\n"),
        docker("reach 10.0.0.3\n"),
        "ERROR cannot reach 10.0.0.4\n".to_owned(),
    ]
    .concat();
    let levels = ok(&["--levels"], &mixed);
    assert_eq!(
        lines(&levels),
        [
            "info", "info", "info", "info", "error", "info", "info", "error", "error"
        ]
    );
    let ids = ok(&["--ids"], &mixed);
    let ids = lines(&ids);
    let (request, reach) = (ids[0], ids[8]);
    assert_eq!(
        ids,
        [
            request, request, request, request, reach, request, request, reach, reach
        ]
    );
    // Parts that never end.
    let cut = format!("{stamp} stdout P ERROR half\n");
    assert_eq!(ok(&["--levels"], &cut), "error\n");
    // Counts and shares are of lines of the log.
    let parts = format!("{stamp} stdout P a lo\n{stamp} stdout F ng line\n{stamp} stdout F b\n");
    let report: Json = serde_json::from_str(&ok(&["--json"], parts)).expect("JSON");
    assert_eq!(
        (&report["lines"], &report["log_lines"]),
        (&3.into(), &2.into())
    );
    assert_eq!(report["templates"][0]["share"], 0.5);
}

#[test]
fn bytes_that_are_no_text_and_giant_lines_do_no_harm() {
    let mut input = b"INFO \xff\xfe broken\nINFO fine\n".to_vec();
    input.extend(std::iter::repeat_n(b'x', 3 << 20));
    input.extend(b"\nERROR last\n\0\0\n");
    let (good, levels, stats) = run(&["--levels", "--stats"], &input);
    assert!(good);
    let levels = lines(&levels);
    assert_eq!(levels.len(), 5);
    assert_eq!((levels[0], levels[1], levels[3]), ("info", "info", "error"));
    assert!(stats.contains("not UTF-8    1 lines"), "{stats}");
    assert!(stats.contains("cut          1 lines"), "{stats}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = std::env::temp_dir();
    for (path, says) in [
        ("/nowhere/at/all", "cannot open /nowhere/at/all"),
        (folder.to_str().expect("UTF-8"), "is a folder"),
    ] {
        let (good, out, err) = run(&[path], b"");
        assert!(!good && out.is_empty() && err.contains(says), "{err}");
    }
    let (good, _, err) = run(&["--ids", "--levels"], b"");
    assert!(!good && err.contains("cannot be used with"), "{err}");
}

fn child(args: &[&str]) -> (Child, ChildStdout) {
    let mut child = analyze(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let stdout = child.stdout.take().expect("a pipe");
    (child, stdout)
}

#[test]
fn several_files_are_answered_with_the_way_to_read_them() {
    let (good, out, err) = run(&["a.log", "b.log"], b"");
    assert!(!good && out.is_empty());
    assert!(
        err.contains("cat a.log b.log | sidekick-docker analyze"),
        "{err}"
    );
}

#[test]
fn a_negative_number_of_templates_is_told_to_be_none() {
    let (good, _, err) = run(&["--top", "-1"], b"");
    assert!(!good && err.contains("invalid value '-1'"), "{err}");
}

#[test]
fn answers_that_cannot_be_written_are_no_fault_of_the_input() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("opens");
    let input = TempFile::new("full", "a line\n".repeat(100_000).as_bytes());
    let output = analyze(&["--levels", input.path()])
        .stdout(full)
        .output()
        .expect("runs");
    assert!(!output.status.success());
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("cannot write to standard output"), "{err}");
    assert!(!err.contains("read"), "{err}");
}

#[test]
fn the_table_tells_errors_within_a_template_of_ordinary_lines() {
    let line = |n: usize, status: u16| {
        format!(
            "10.0.0.{n} - - [22/Nov/2026:10:00:{n:02} +0000] \"GET /a{n} HTTP/1.1\" {status} 512\n"
        )
    };
    let input: String = (0..40)
        .map(|n| line(n, if n % 10 == 0 { 503 } else { 200 }))
        .collect();
    let out = ok(&[], input);
    assert!(out.contains("4 error among them"), "{out}");
    assert!(!ok(&[], "a line\n").contains("among them"));
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let many = "INFO request took 5 ms\n".repeat(200_000);
    for args in [&["--levels"][..], &["--ids"], &["--json"]] {
        let (mut child, mut stdout) = child(args);
        let mut stdin = child.stdin.take().expect("a pipe");
        let many = many.clone();
        let writer = std::thread::spawn(move || drop(stdin.write_all(many.as_bytes())));
        stdout.read_exact(&mut [0; 2]).expect("something comes");
        drop(stdout);
        writer.join().expect("writes");
        let output = child.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn an_interrupt_shows_what_was_found_so_far() {
    let (mut child, mut stdout) = child(&["--levels"]);
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"ERROR one\nINFO two\n").expect("is taken");
    // Live: both answers come although the input goes on.
    let mut levels = [0; 11];
    stdout.read_exact(&mut levels).expect("answers come");
    assert_eq!(&levels, b"error\ninfo\n");
    interrupt(&child);
    assert_eq!(child.wait().expect("ends").code(), Some(130));

    // The first part of a table is not there before the end: the thread must have read.
    let (mut child, mut stdout) = self::child(&[]);
    let mut stdin = child.stdin.take().expect("a pipe");
    let block = "ERROR one\n".repeat(100_000);
    stdin.write_all(block.as_bytes()).expect("is taken");
    interrupt(&child);
    let mut table = String::new();
    stdout.read_to_string(&mut table).expect("a table comes");
    assert!(
        table.contains("until the interrupt") && table.contains("ERROR one"),
        "{table}"
    );
    assert_eq!(child.wait().expect("ends").code(), Some(130));
}

fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status();
    assert!(sent.expect("there is a kill").success());
}

#[test]
fn a_compressed_file_is_told_how_to_be_piped_in_and_a_short_one_is_read() {
    for (name, head, command) in [
        ("gz", &b"\x1f\x8b\x08\x00xxxx"[..], "zcat"),
        ("zst", b"\x28\xb5\x2f\xfdxxxx", "zstdcat"),
        ("bz2", b"BZh91AY", "bzcat"),
    ] {
        let file = TempFile::new(name, head);
        let (good, out, err) = run(&[file.path()], b"");
        assert!(!good && out.is_empty(), "{name}");
        assert!(err.contains(&format!("{command} {}", file.path())), "{err}");
    }
    for text in ["", "a", "BZh", "one line"] {
        let file = TempFile::new("short", text.as_bytes());
        let levels = ok(&["--levels", file.path()], "");
        assert_eq!(levels.lines().count(), text.lines().count(), "{text:?}");
    }
    let (_, _, err) = run(&["--top", "-1"], b"");
    assert!(err.contains("give a whole number such as 100"), "{err}");
}
