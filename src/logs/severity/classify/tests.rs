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
