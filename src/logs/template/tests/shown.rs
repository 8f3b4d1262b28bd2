//! What a template shows is true of its lines.

use super::*;

fn values(engine: &LogTemplateEngine, at: usize, variable: usize) -> Variable {
    engine.templates()[at].variables[variable].clone()
}

#[test]
fn a_variable_that_becomes_a_text_keeps_its_values() {
    let mut lines = Vec::new();
    for (state, count) in [("busy", 12), ("idle", 8), ("lost", 5), ("done", 3)] {
        for _ in 0..count {
            lines.push(format!(
                "worker of the pool went to state {state} on node 7"
            ));
        }
    }
    lines.push("worker of the pool went to state held by somebody on node 7".to_owned());
    lines.push("worker of the pool went to state sent away at last on node 7".to_owned());
    let engine = engine(lines.iter().map(String::as_str));
    assert_eq!(engine.len(), 1, "{:?}", engine.templates());
    let state = values(&engine, 0, 0);
    for (value, count) in state.top {
        let own = lines.iter().filter(|it| it.contains(&value)).count();
        assert!(count <= own as u64, "{value}: {count} of {own}");
    }
}

#[test]
fn of_the_first_lines_all_values_are_counted() {
    let lines: Vec<String> = (1..=31)
        .map(|n| format!("value {} ok", if n % 4 == 0 { 9 } else { 7 }))
        .collect();
    let value = values(&engine(lines.iter().map(String::as_str)), 0, 0);
    assert_eq!(value.lines, 31);
    assert_eq!(value.top, [("7".to_owned(), 24), ("9".to_owned(), 7)]);
}

#[test]
fn values_of_many_lines_are_told_about_as_they_are_also_where_they_take_turns() {
    let methods = ["GET", "PUT", "GET", "DELETE"];
    let lines: Vec<String> = (0..20_000u32)
        .map(|n| format!("call {n} of {}", methods[n as usize % 4].len()))
        .collect();
    let engine = engine(lines.iter().map(String::as_str));
    let numbers = values(&engine, 0, 0).numbers.unwrap();
    assert!((5_000.0..15_000.0).contains(&numbers.median), "{numbers:?}");
    let lengths = values(&engine, 0, 1);
    assert!((19_900..=20_000).contains(&lengths.lines), "{lengths:?}");
    assert!((100..1_000).contains(&lengths.looked), "{lengths:?}");
    let count = |of: &str| {
        lengths
            .top
            .iter()
            .find(|it| it.0 == of)
            .map_or(0, |it| it.1)
    };
    let share = |of: &str| count(of) as f64 / lengths.lines as f64;
    assert!((0.65..0.85).contains(&share("3")), "{lengths:?}");
    assert!((0.15..0.35).contains(&share("6")), "{lengths:?}");
    // What is seen once stands for many lines, and says nothing.
    assert!(values(&engine, 0, 0).top.is_empty());
}

#[test]
fn lines_of_one_sketch_that_are_built_otherwise_give_no_values() {
    let lines = (0..200).map(|n| match n % 2 {
        0 => "got 1 2 from 7",
        _ => "got 1 10.0.0.1 from 7",
    });
    let templates = engine(lines).templates();
    let variables: Vec<&Variable> = templates.iter().flat_map(|it| &it.variables).collect();
    assert!(!variables.is_empty());
    for variable in variables {
        assert!(variable.top.iter().all(|it| it.0 != "from"), "{variable:?}");
        assert!(variable.top.iter().all(|it| it.1 > 0), "{variable:?}");
    }
}

#[test]
fn values_behind_an_empty_text_are_shown_as_values() {
    let mut lines: Vec<String> = (12..17)
        .map(|n| format!("user login {n} from web now"))
        .collect();
    for who in [
        "by admin",
        "of somebody else",
        "without a password",
        "at night",
    ] {
        lines.push(format!("user login {who} 12 from web now"));
    }
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        ["9 user login <*> <num> from web now"]
    );
}

#[test]
fn an_ellipsis_says_that_something_is_missing() {
    for (line, pattern) in [
        (
            "[2026-11-21 10:11:12,123] INFO Rolled new log segment at offset 12 (kafka.log.UnifiedLog)",
            "1 INFO Rolled new log segment at offset <num>",
        ),
        (
            r#"I1121 10:11:12.123456 1 kubelet.go:12] "Pod is gone" pod="a/b-7""#,
            r#"1 "Pod is gone" pod="a/b-7""#,
        ),
    ] {
        assert_eq!(mine([line]), [pattern]);
    }
    let long = format!("begin {}", "word ".repeat(400));
    assert!(mine([long.as_str()])[0].ends_with('…'));
}

#[test]
fn quotes_and_brackets_of_a_text_come_in_pairs() {
    let lines = [
        "answer of the peer was \"bad gateway\" after all that",
        "answer of the peer was none at all in the end after all that",
        "answer of the peer was \"no route\" (it's gone) and then after all that",
        "answer of the peer was what nobody thought of after all that",
    ];
    let mined = mine(lines);
    assert!(mined.len() < lines.len(), "{mined:?}");
    for pattern in mined {
        let count = |b: u8| pattern.bytes().filter(|it| *it == b).count();
        assert!(count(b'"').is_multiple_of(2), "{pattern}");
        assert_eq!(count(b'('), count(b')'), "{pattern}");
    }
}

/// A sentence of four words that has none in common with others.
fn sentence(n: usize) -> String {
    let word = |n: usize| super::word(n as u64 + 1);
    [word(n), word(n + 7), word(n * 3), word(n + 91)].join(" ")
}

#[test]
fn an_old_template_among_many_alike_is_found_again() {
    let mut lines: Vec<String> = ["alice", "bob", "carol", "dave"]
        .map(|user| format!("session opened for {user}"))
        .into();
    lines.extend((0..300).map(sentence));
    lines.extend(["erin", "frank", "grace"].map(|user| format!("session opened for {user}")));
    let mined = mine(lines.iter().map(String::as_str));
    assert_eq!(mined[0], "7 session opened for <*>");
}

#[test]
fn a_word_varies_though_hundreds_of_other_sentences_came_between() {
    let mut lines = Vec::new();
    for (n, user) in ["alice", "bob", "carol", "dave"].iter().enumerate() {
        lines.push(format!("session opened for {user}"));
        lines.extend((300 * n..300 * n + 300).map(sentence));
    }
    let mined = mine(lines.iter().map(String::as_str));
    assert_eq!(mined[0], "4 session opened for <*>");
}

#[test]
fn a_quoted_message_that_begins_with_the_name_of_a_level_is_whole() {
    let line = |n: u32| {
        format!(
            r#"E1122 10:00:{n}.123456       1 pod_workers.go:965] "Error syncing pod, skipping" err="failed to \"Start\": \"back-off {n}s restarting\"" pod="default/web-{n}""#
        )
    };
    let lines: Vec<String> = (10..16).map(line).collect();
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        [r#"6 "Error syncing pod, skipping" err="<*>" pod="<*>""#]
    );
}

#[test]
fn a_name_that_the_pattern_shows_is_no_variable() {
    let lines: Vec<String> = (10..20)
        .map(|n| format!("served {n} of HTTP/1.1 to 10.0.0.{n}"))
        .collect();
    let engine = engine(lines.iter().map(String::as_str));
    let template = engine.templates().remove(0);
    assert_eq!(template.pattern, "served <num> of HTTP/1.1 to <ip>");
    let kinds: Vec<&str> = template
        .variables
        .iter()
        .map(|it| it.kind.wildcard())
        .collect();
    assert_eq!(kinds, ["<num>", "<ip>"]);
}

/// The wildcards of a pattern whose lines have no `<` of their own.
fn wildcards(pattern: &str) -> Vec<&str> {
    let starts = pattern.match_indices('<').map(|it| it.0);
    let ends = pattern.match_indices('>').map(|it| it.0 + 1);
    starts
        .zip(ends)
        .map(|(from, to)| &pattern[from..to])
        .collect()
}

#[test]
fn each_wildcard_of_a_pattern_has_values_of_its_own() {
    let line = |n: u32| {
        let status = [200, 200, 404, 500][n as usize % 4];
        format!(
            r#""GET /users/{n} HTTP/1.1" {status} {} "-" "agent-{n}""#,
            1000 + n
        )
    };
    let lines: Vec<String> = (0..28).map(line).collect();
    let engine = engine(lines.iter().map(String::as_str));
    let template = engine.templates().remove(0);
    assert_eq!(
        template.pattern,
        r#""GET <path> HTTP/1.1" <num> <num> "-" "agent-<*>""#
    );
    let [path, status, size, agent] = template.variables.as_slice() else {
        panic!("{:?}", template.variables);
    };
    assert_eq!(path.top.len(), 8);
    let statuses = [("200", 14), ("404", 7), ("500", 7)];
    assert_eq!(
        status.top,
        statuses.map(|(it, lines)| (it.to_owned(), lines))
    );
    let sizes = size.numbers.unwrap();
    assert_eq!((sizes.min, sizes.max), (1000.0, 1027.0));
    // Whole, so that lines can be looked for by it.
    assert!(
        agent.top.iter().all(|it| it.0.starts_with("agent-")),
        "{agent:?}"
    );
}

#[test]
fn a_name_that_stops_being_equal_in_all_lines_is_counted_from_the_first_on() {
    let of = |version: &str, n: u32| format!("served {n} of {version} to somebody");
    let mut lines: Vec<String> = (0..20).map(|n| of("HTTP/1.1", n)).collect();
    lines.extend((0..10).map(|n| of("HTTP/2.0", n)));
    let version = values(&engine(lines.iter().map(String::as_str)), 0, 1);
    let counts = [("HTTP/1.1", 20), ("HTTP/2.0", 10)];
    assert_eq!(
        version.top,
        counts.map(|(it, lines)| (it.to_owned(), lines))
    );
    assert_eq!(version.lines, 30);
}

#[test]
fn names_of_templates_that_merge_are_told_apart() {
    let of = |user: &str, version: &str| format!("user {user} came by {version} from the office");
    let mut lines = Vec::new();
    for (user, version) in [
        ("alice", "v1"),
        ("bob", "v2"),
        ("carol", "v1"),
        ("dave", "v2"),
    ] {
        lines.extend([of(user, version), of(user, version)]);
    }
    let engine = engine(lines.iter().map(String::as_str));
    let template = engine.templates().remove(0);
    assert_eq!(template.pattern, "user <*> came by <*> from the office");
    let counts = [("v1", 4), ("v2", 4)];
    assert_eq!(
        template.variables[1].top,
        counts.map(|(it, lines)| (it.to_owned(), lines))
    );
}

proptest! {
    #[test]
    fn any_pattern_shows_a_wildcard_for_each_variable(lines in logs()) {
        let mut engine = LogTemplateEngine::default();
        for (line, at) in &lines {
            let line = line.replace(['<', '>'], "(");
            engine.push(&line, Nanos(*at), &Assessment::default());
        }
        for template in engine.templates() {
            let shown = wildcards(&template.pattern);
            let variables = template.variables.iter().map(|it| it.kind.wildcard());
            prop_assert_eq!(variables.collect::<Vec<_>>(), &shown[..shown.len().min(12)], "{}", template.pattern);
            for variable in &template.variables {
                prop_assert!(variable.lines <= template.count, "{:?}", template);
            }
        }
    }
}
