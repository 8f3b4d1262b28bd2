use super::*;
use proptest::prelude::*;

const STAMP: &str = "2026-11-22T10:57:49.123456789Z";

fn inside(line: &str) -> Option<(Option<LogStream>, bool, String)> {
    let envelope = Envelope::of(line)?;
    let mut text = String::new();
    envelope.text_into(&mut text);
    Some((envelope.stream, envelope.partial, text))
}

#[test]
fn lines_of_a_docker_json_file_are_opened() {
    let line = |log: &str, rest: &str| format!("{{\"log\":{log},{rest}\"time\":\"{STAMP}\"}}");
    let stdout = "\"stream\":\"stdout\",";
    for (log, text, partial) in [
        (r#""plain\n""#, "plain", false),
        (r#""cut at 16 KiB""#, "cut at 16 KiB", true),
        (
            r#""{\"a\":\"\u003cb\u003e\"}\r\n""#,
            "{\"a\":\"<b>\"}\r",
            false,
        ),
        (
            r#""ends in a backslash and n\\n""#,
            "ends in a backslash and n\\n",
            true,
        ),
        (
            r#""a backslash at the end\\\n""#,
            "a backslash at the end\\",
            false,
        ),
        (r#""\n""#, "", false),
    ] {
        let wanted = Some((Some(LogStream::Stdout), partial, text.to_owned()));
        assert_eq!(inside(&line(log, stdout)), wanted, "{log}");
    }
    let tagged = line(
        r#""x\n""#,
        r#""stream":"stderr","attrs":{"tag":"a","time":"no"},"#,
    );
    let wanted = Some((Some(LogStream::Stderr), false, "x".to_owned()));
    assert_eq!(inside(&tagged), wanted);
    assert_eq!(inside(&line(r#""of a program""#, "")), None);
    assert_eq!(inside(&line("5", stdout)), None);
    assert_eq!(
        inside(r#"{"log":"x\n","stream":"stdout","time":"now"}"#),
        None
    );
}

#[test]
fn lines_of_a_docker_json_file_that_others_wrote_anew_are_opened() {
    let wanted = Some((Some(LogStream::Stderr), false, "a \"b\"".to_owned()));
    for line in [
        r#"{"log": "a \"b\"\n", "stream": "stderr", "time": "TIME"}"#,
        r#"{ "stream" : "stderr" , "time" : "TIME" , "log" : "a \"b\"\n" }"#,
        r#"{"time":"TIME","attrs":{"tag":"x","log":"no\n"},"stream":"stderr","log":"a \"b\"\n"}"#,
    ] {
        assert_eq!(inside(&line.replace("TIME", STAMP)), wanted, "{line}");
    }
    for line in [
        r#"{"time":"TIME","level":"info","log":"x\n","stream":"stderr"}"#,
        r#"{"log":{"text":"x\n"},"stream":"stderr","time":"TIME"}"#,
        r#"{"stream":"stderr","time":"TIME"}"#,
    ] {
        assert_eq!(inside(&line.replace("TIME", STAMP)), None, "{line}");
    }
}

#[test]
fn lines_of_kubernetes_are_opened() {
    for (rest, stream, partial, text) in [
        ("stdout F a line", LogStream::Stdout, false, "a line"),
        ("stderr P half a ", LogStream::Stderr, true, "half a "),
        ("stdout F:tag  x", LogStream::Stdout, false, " x"),
        ("stdout F ", LogStream::Stdout, false, ""),
        ("stdout F", LogStream::Stdout, false, ""),
    ] {
        for stamp in [STAMP, "2026-11-22T10:57:49.1+02:00", "2026-11-22T10:57:49Z"] {
            let wanted = Some((Some(stream), partial, text.to_owned()));
            assert_eq!(inside(&format!("{stamp} {rest}")), wanted, "{stamp} {rest}");
        }
    }
}

#[test]
fn the_timestamp_of_docker_logs_is_taken_off() {
    let line = format!("{STAMP} stdout is a word");
    let wanted = Some((None, false, "stdout is a word".to_owned()));
    assert_eq!(inside(&line), wanted);
    let time = Envelope::of(&line).map(|it| it.time.to_rfc3339());
    assert_eq!(time.as_deref(), Some(STAMP));
    assert_eq!(
        inside(&format!("{STAMP} ")),
        Some((None, false, String::new()))
    );
}

#[test]
fn the_programs_own_timestamps_and_json_stay() {
    for line in [
        "2026-11-22T10:57:49.123Z INFO started",
        "2026-11-22 10:57:49.123456789Z stdout F x",
        "2026-11-22T10:57:49.123456789+00:00 x",
        "{\"msg\":\"x\"}",
        "",
        "x",
        STAMP,
    ] {
        assert_eq!(inside(line), None, "{line}");
    }
}

proptest! {
    #[test]
    fn any_line_survives_a_docker_json_file(line in any::<String>()) {
        let log = serde_json::Value::from(format!("{line}\n"));
        let stored = format!("{{\"log\":{log},\"stream\":\"stderr\",\"time\":\"{STAMP}\"}}");
        prop_assert_eq!(inside(&stored), Some((Some(LogStream::Stderr), false, line)));
    }

    #[test]
    fn no_line_makes_it_panic(line in "(\\{\"log\":\")?(2026-11-22T10:57:49.123456789Z )?(stdout )?\\PC{0,40}") {
        if let Some(envelope) = Envelope::of(&line) {
            envelope.text_into(&mut String::new());
        }
    }
}
