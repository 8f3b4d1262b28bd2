//! Reads the severity off a line: one rule after the other, the most certain first. Nothing is
//! allocated, there are no regular expressions, and a line costs one walk over its head and at
//! most a search for `=` in its first kilobytes.

use super::{Assessment, Rule, Severity, head, letter, member, thrown, words};
use crate::logs::ansi;

/// Bytes of a line that are looked at.
const MAX_SCAN_BYTES: usize = 4096;
/// Bytes of a line in colours, or inside JSON, that are looked at.
const MAX_CLEAN_BYTES: usize = 512;

/// The severity that a line names, colours aside; unknown where it names none.
#[must_use]
pub fn classify(line: &str) -> Severity {
    assess(line).severity
}

/// The severity of a line, colours aside, and what says so.
///
/// The rules in order: the prefix of the container run-time is skipped; syslog's `<PRI>`; members
/// of a JSON object (nothing else counts in one); letters in fixed places; words and pairs at the
/// head of the line, from left to right; the status of a request; names of exceptions.
#[must_use]
pub fn assess(line: &str) -> Assessment {
    let bytes = line.as_bytes();
    let bytes = &bytes[..bytes.len().min(MAX_SCAN_BYTES)];
    if !bytes.contains(&0x1b) {
        return read(bytes);
    }
    let mut clean = [0u8; MAX_CLEAN_BYTES];
    let mut length = 0;
    for text in pieces(line) {
        let part = &text.as_bytes()[..text.len().min(clean.len() - length)];
        clean[length..length + part.len()].copy_from_slice(part);
        length += part.len();
    }
    let found = read(&clean[..length]);
    // The evidence stands further back in the line, by the escape sequences before it.
    let evidence = found.evidence();
    let place = |wanted: usize| {
        let mut seen = 0;
        for text in pieces(line) {
            if wanted <= seen + text.len() {
                return text.as_ptr() as usize - line.as_ptr() as usize + (wanted - seen);
            }
            seen += text.len();
        }
        line.len()
    };
    match evidence.is_empty() {
        true => found,
        false => Assessment::new(
            found.severity,
            found.rule,
            place(evidence.start + 1) - 1..place(evidence.end),
        ),
    }
}

/// The texts between escape sequences.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    ansi::spans(line).map(|(_, text)| text)
}

/// The assessment of a line without escape sequences. The evidence is always of ASCII.
fn read(line: &[u8]) -> Assessment {
    let blank = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let skipped = blank + prefix(&line[blank..]);
    let text = line[skipped..].trim_ascii_end();
    let Some(first) = text.first() else {
        return Assessment::default();
    };
    let found = match first {
        b'<' => priority(text),
        b'{' => member::json(text),
        // `at com.acme.Error.info(...)`: a step of a stack trace.
        b'a' if skipped > 0 && text.starts_with(b"at ") => Some(Assessment::default()),
        _ => None,
    };
    let found = found
        .or_else(|| letter::format(text))
        .or_else(|| thrown::line(text))
        .unwrap_or_else(|| {
            let found = head::read(text);
            match found.rule {
                Rule::Nothing => thrown::tail(text).unwrap_or_default(),
                _ => found,
            }
        });
    found.behind(skipped)
}

/// The severity inside Docker's own JSON, whose `log` text starts at `start`.
pub(super) fn docker(line: &[u8], start: usize) -> Assessment {
    let mut clean = [0u8; MAX_CLEAN_BYTES];
    let mut length = 0;
    let mut at = start;
    // Escapes that do not matter for the severity may become a space.
    while length < clean.len() {
        let byte = match line.get(at) {
            None | Some(b'"') => break,
            Some(b'\\') => {
                at += 1;
                match line.get(at) {
                    Some(quoted @ (b'"' | b'\\' | b'/')) => *quoted,
                    Some(b't') => b'\t',
                    _ => b' ',
                }
            }
            Some(&byte) => byte,
        };
        clean[length] = byte;
        length += 1;
        at += 1;
    }
    let text = &clean[..length];
    // No second time: a line must not be able to nest.
    let found = match text.starts_with(b"{\"log\":\"") {
        true => Assessment::default(),
        false => read(text),
    };
    let evidence = found.evidence();
    let place = |wanted: usize| {
        let mut at = start;
        for _ in 0..wanted {
            at += 1 + usize::from(line.get(at) == Some(&b'\\'));
        }
        at
    };
    match evidence.is_empty() {
        true => found,
        false => Assessment::new(
            found.severity,
            found.rule,
            place(evidence.start)..place(evidence.end),
        ),
    }
}

/// Length of what the container run-time put before the line: `2026-11-22T10:00:00Z stdout F `.
fn prefix(line: &[u8]) -> usize {
    if line.get(10) != Some(&b'T') || !line[0].is_ascii_digit() {
        return 0;
    }
    let head = &line[..line.len().min(48)];
    let Some(space) = head.iter().position(|&b| b == b' ') else {
        return 0;
    };
    match head.get(space + 1..space + 10) {
        Some(b"stdout F " | b"stdout P " | b"stderr F " | b"stderr P ") => space + 10,
        _ => 0,
    }
}

/// Syslog's `<PRI>` at the start (RFC 5424): facility times 8 plus severity.
fn priority(line: &[u8]) -> Option<Assessment> {
    let end = line.iter().take(5).position(|&b| b == b'>')?;
    let pri = words::number(&line[1..end]).filter(|&pri| pri <= 191)?;
    let severity = words::syslog(pri % 8)?;
    Some(Assessment::new(severity, Rule::Priority, 1..end))
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
                "GET /error HTTP/1.1",
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

    #[test]
    fn the_evidence_is_what_says_it() {
        for (line, rule, evidence) in [
            ("<11>x", Rule::Priority, "11"),
            (r#"{"a":1,"log":{"level":"warn"}}"#, Rule::Json, "warn"),
            (r#"{"status":503,"request":"GET /"}"#, Rule::Status, "503"),
            ("ts=1 level=error msg=x", Rule::Logfmt, "error"),
            ("E1122 10:00:00.1 1 x.go:1] y", Rule::Letter, "E"),
            ("  2026-11-22 10:00:00 WARN x", Rule::Word, "WARN"),
            (
                "a \x1b[31mé\x1b[0m \x1b[1mERROR\x1b[0m x",
                Rule::Word,
                "ERROR",
            ),
            (
                r#"{"log":"\"x\" \u001b{} level=warn\n","stream":"stdout"}"#,
                Rule::Logfmt,
                "warn",
            ),
            (
                "2026-11-22T10:00:00.1Z stderr F {\"level\":50}",
                Rule::Json,
                "50",
            ),
            (
                r#"::1 - - [22/Nov/2026] "GET /error HTTP/1.1" 404 1 "-""#,
                Rule::Status,
                "404",
            ),
            ("x.Foo: y\nat z", Rule::Nothing, ""),
            ("ValueError: bad", Rule::Exception, "ValueError"),
        ] {
            let found = assess(line);
            assert_eq!(
                (found.rule, line.get(found.evidence())),
                (rule, Some(evidence)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_member_of_the_object_itself_goes_before_one_inside() {
        check(Error, &[r#"{"request":{"level":"debug"},"level":"error"}"#]);
        check(Debug, &[r#"{"status":500,"meta":{"level":"debug"}}"#]);
    }

    #[test]
    fn requests_are_as_bad_as_their_status() {
        check(
            Info,
            &["GET /error HTTP/1.1 200", "GET /api/error?x=ERROR 200"],
        );
        check(Error, &["\x1b[0mGET /boom \x1b[31m500\x1b[0m 0.9 ms - 707"]);
        check(Unknown, &["GET /500", "POST /x took 500 ms"]);
    }

    proptest! {
        #[test]
        fn any_text_has_one_assessment_with_evidence_inside_it(
            line in "(\\PC|\x1b\\[[0-9;]*m|[\\[\\]{}\"=:<>\\\\ /.]|[0-9]|ERROR|level|\\{\"log\":\"|GET |1:M |é){0,40}",
        ) {
            let found = assess(&line);
            prop_assert_eq!(found, assess(&line));
            prop_assert!(line.get(found.evidence()).is_some());
            prop_assert_eq!(found.rule == Rule::Nothing, found.severity == Unknown);
            prop_assert_eq!(found.rule == Rule::Nothing, found.evidence().is_empty());
        }

        #[test]
        fn any_json_like_text_is_read_to_its_end(
            line in "\\{(\"(level|log|s|status|name|é|\\\\\")\"|[:,{}\\[\\] ]|\"[a-zA-Z0-9\\\\]{0,6}\"?|[0-9]){0,24}",
        ) {
            let found = assess(&line);
            prop_assert!(line.get(found.evidence()).is_some());
        }

        #[test]
        fn colours_do_not_change_the_severity(line in "(\\[error\\] |WARN |info: |level=debug |[a-z ]{0,9}){0,5}") {
            let coloured = format!("\x1b[1m\x1b[31m{line}\x1b[0m");
            prop_assert_eq!(classify(&coloured), classify(&line));
        }
    }
}
