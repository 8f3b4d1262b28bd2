//! Reads the severity off a line. One rule after the other, the most certain first; nothing is
//! allocated and nothing costs more than a pass over the first kilobytes.
//!
//! A word such as "error" counts only in a place where programs write their level: a member
//! of JSON or logfmt, in brackets, before a colon, in capitals at the head of the line. Prose
//! about errors ("0 errors found", "no error here") does not.

use super::{Assessment, Rule, Severity, plain, structured};
use crate::logs::ansi;

/// Bytes of a line that are looked at for members.
const MAX_SCAN_BYTES: usize = 4096;
/// Bytes of a line in which a level in plain text is looked for.
const MAX_HEAD_BYTES: usize = 256;

/// The severity that a line names, colours aside; unknown where it names none.
#[must_use]
pub fn classify(line: &str) -> Severity {
    assess(line).severity
}

/// The severity of a line, colours aside, and what says so.
#[must_use]
pub fn assess(line: &str) -> Assessment {
    if !ansi::has_escapes(line) {
        return read(line);
    }
    let mut buffer = [0u8; MAX_HEAD_BYTES * 4];
    let mut length = 0;
    for (_, text) in ansi::spans(line) {
        let room = buffer.len() - length;
        let cut = text.floor_char_boundary(room);
        buffer[length..length + cut].copy_from_slice(&text.as_bytes()[..cut]);
        length += cut;
        if cut < text.len() {
            break;
        }
    }
    read(std::str::from_utf8(&buffer[..length]).unwrap_or(""))
}

fn read(line: &str) -> Assessment {
    let line = &line.as_bytes()[..line.len().min(MAX_SCAN_BYTES)];
    let line = line.trim_ascii();
    let found = |severity, rule| Assessment::new(severity, rule, 0..0);
    if let Some(severity) = plain::priority(line) {
        return found(severity, Rule::Priority);
    }
    if let Some(severity) = structured::json(line) {
        return severity.map_or_else(Assessment::default, |it| found(it, Rule::Json));
    }
    let head = &line[..line.len().min(MAX_HEAD_BYTES)];
    structured::logfmt(&line[..line.len().min(MAX_HEAD_BYTES * 4)])
        .map(|it| found(it, Rule::Logfmt))
        .or_else(|| plain::format(head).map(|it| found(it, Rule::Letter)))
        .or_else(|| plain::head(head).map(|it| found(it, Rule::Word)))
        .or_else(|| plain::exception(head).map(|it| found(it, Rule::Exception)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Severity::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(severity: Severity, lines: &[&str]) {
        for line in lines {
            assert_eq!(classify(line), severity, "{line}");
        }
    }

    #[test]
    fn members_of_json_lines_name_the_level() {
        check(
            Info,
            &[
                r#"{"msg":"error occurred","level":"info"}"#,
                r#"{"level":30,"time":1,"msg":"x"}"#,
                r#"{"t":{"$date":"x"},"s":"I","c":"NETWORK"}"#,
                r#"{"SeverityNumber": 9, "Body": "x"}"#,
            ],
        );
        check(
            Error,
            &[
                r#"{"level":50,"msg":"info"}"#,
                r#"{ "severity" : "ERROR" }"#,
                r#"{"log":{"level":"error"}}"#,
                r#"{"PRIORITY":"3","MESSAGE":"x"}"#,
                r#"{"@l":"Error","@m":"x"}"#,
            ],
        );
        check(Warn, &[r#"{"a":"\"level\":\"error\"","lvl":"warning"}"#]);
        check(
            Unknown,
            &[
                r#"{"msg":"error occurred"}"#,
                r#"{"error":null,"msg":"done"}"#,
                r#"{"msg":"level","x":"error"}"#,
                r#"{"level":"#,
            ],
        );
    }

    #[test]
    fn logfmt_and_syslog_name_the_level() {
        check(
            Warn,
            &[
                "time=2026 level=warn msg=\"error while x\"",
                "ts=1 lvl=\"warning\" msg=x",
                "<12>Nov 22 host app: x",
            ],
        );
        check(Error, &["level=ERROR msg=info", "<3>boom"]);
        check(Unknown, &["GET /?level=&x=1", "status=error count=3"]);
    }

    #[test]
    fn formats_with_a_letter_are_known() {
        check(
            Error,
            &[
                "E0102 10:00:00.000001       1 main.go:12] failed",
                "E, [2026-11-22T10:00:00.1 #1] ERROR -- : x",
                "11-22 10:57:49.123  1000  1001 E ActivityManager: x",
            ],
        );
        check(Warn, &["1:M 22 Nov 2026 10:00:00.000 # Server overcommit"]);
        check(
            Info,
            &[
                "1:M 22 Nov 2026 10:00:00.000 * Ready to accept connections",
                "2026-11-22T10:00:00.000+0000 I NETWORK  [conn1] x",
            ],
        );
    }

    #[test]
    fn a_level_at_the_head_of_the_line_counts() {
        check(
            Error,
            &[
                "ERROR something broke",
                "error: something broke",
                "2026-11-22 10:00:00,123 [main] ERROR com.x.Foo - broke",
                "[2026-11-22 10:00:00] [error] broke",
                "2026-11-22T10:00:00Z\terror\tapp/x.go:1\tbroke",
                "10:00:00 ERR broke",
                "\x1b[31mERROR\x1b[0m broke",
                "fail: Microsoft.Hosting[0]",
                "2026-11-22 10:00:00 UTC [12] ERROR:  relation does not exist",
                "Nov 22 10:00:00 host app[12]: ERROR broke",
                "npm ERR! code 1",
                "Error: cannot find module",
                "[E] broke",
                "SEVERE: broke",
                "nginx | 2026/11/22 10:00:00 [error] 7#7: *1 open() failed",
            ],
        );
        check(
            Warn,
            &[
                "WARNING: running as root",
                "[WARN] slow",
                "2026-11-22T10:00:00Z  WARN app: slow",
                "(node:1) Warning: deprecated",
                "10:00:00.000 [main] WARN  x - slow",
            ],
        );
        check(
            Info,
            &[
                "info: retry after error",
                "INFO:     Uvicorn running",
                "2026-11-22 10:00:00 [Note] mysqld: ready",
                "2026-11-22 10:00:00 UTC [1] LOG:  listening",
                "INF starting",
            ],
        );
        check(Debug, &["[DEBUG] x", "dbug: x", "DEBUG:root:x"]);
        check(Trace, &["TRACE enter", "trce: x"]);
        check(
            Fatal,
            &[
                "CRITICAL x",
                "FATAL: password authentication failed",
                "panic: runtime error: index out of range",
                "2026-11-22 10:00:00 [emerg] 1#1: bind() failed",
            ],
        );
    }

    #[test]
    fn exceptions_are_errors() {
        check(
            Error,
            &[
                "Traceback (most recent call last):",
                "java.lang.NullPointerException: x",
                "ValueError: bad",
                "TypeError: x is not a function",
                "Unhandled exception. System.Exception: x",
            ],
        );
        check(
            Fatal,
            &[
                "thread 'main' panicked at src/main.rs:1:5:",
                "Segmentation fault (core dumped)",
            ],
        );
        check(Warn, &["x.py:3: DeprecationWarning: old"]);
    }

    #[test]
    fn prose_about_errors_is_no_error() {
        check(
            Unknown,
            &[
                "0 errors found",
                "no error here",
                "error_count=3",
                "stderr: closed",
                "Set log level to DEBUG",
                "GET /error HTTP/1.1 200",
                "GET /api/error?x=ERROR 200",
                "last error: none",
                "errors: 0",
                "error=null done",
                "ErrorHandler registered",
                "without error: ok",
                "the word warning is here",
                "Warning threshold is 5",
                "all tests passed, 0 failed",
                "    at com.x.Foo.error(Foo.java:1)",
                "",
                "   ",
            ],
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(line in "(\\PC|\x1b\\[[0-9;]*m|[\\[\\]{}\"=:<>]|error|level){0,40}") {
            let _ = classify(&line);
        }

        #[test]
        fn colours_do_not_change_the_severity(line in "(\\[error\\] |WARN |info: |level=debug |[a-z ]{0,9}){0,5}") {
            let coloured = format!("\x1b[1m\x1b[31m{line}\x1b[0m");
            prop_assert_eq!(classify(&coloured), classify(&line));
        }
    }
}
