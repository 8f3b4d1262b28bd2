//! Texts of any length, and what loggers write behind their messages.

use super::*;

#[test]
fn a_text_of_any_length_between_equal_words_varies_once_there_were_several() {
    assert_eq!(
        mine([
            "Received disconnect from 10.0.0.1 port 4022:11: Bye Bye [preauth]",
            "Received disconnect from 10.0.0.2 port 4023:11: disconnected by user [preauth]",
            "Received disconnect from 10.0.0.2 port 4023:11: Normal Shutdown, Thank you [preauth]",
            "Received disconnect from 10.0.0.7 port 4024:11: ok [preauth]",
        ]),
        ["4 Received disconnect from <ip> port <*>: <*> [preauth]"]
    );
}

#[test]
fn a_name_of_several_words_varies_as_one_of_one_word_does() {
    let names = [
        "Magic Mouse",
        "Trackpad",
        "Old Wireless Keyboard",
        "Headset",
    ];
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("device {name} of user 12 has been connected to port 3"))
        .collect();
    assert_eq!(
        mine(lines.iter().map(String::as_str)),
        ["4 device <*> of user <num> has been connected to port <num>"]
    );
}

#[test]
fn a_phrase_that_comes_again_is_part_of_the_event() {
    let mut lines = Vec::new();
    for user in ["bob", "eve", "alice", "carol", "dave", "mallory", "trent"] {
        lines.push(format!(
            "Failed password for {user} from 10.0.0.1 port 22 ssh2"
        ));
        lines.push(format!(
            "Failed password for invalid user {user} from 10.0.0.1 port 22 ssh2"
        ));
    }
    assert_eq!(mine(lines.iter().map(String::as_str)).len(), 2);
}

#[test]
fn merged_texts_keep_the_first_number_and_are_variables() {
    let mut engine = engine([
        "task 12 moved to state waiting for completion on node 7",
        "task 13 moved to state done on node 7",
        "task 14 moved to state held by the operator on node 9",
    ]);
    let templates = engine.templates();
    assert_eq!(templates.len(), 1, "{templates:?}");
    assert_eq!(templates[0].id, TemplateId(0));
    assert_eq!(
        engine.aliases().len(),
        1,
        "the third has a template already"
    );
    let line = "task 15 moved to state lost because of a restart on node 9";
    assert_eq!(engine.push(line, T, &assess(line)), Some(TemplateId(0)));
    let text = &engine.templates()[0].variables[1];
    assert_eq!(text.kind, Kind::Any);
    assert!(
        text.top.iter().any(|(value, _)| value == "done"),
        "{:?}",
        text.top
    );
}

#[test]
fn what_a_logger_writes_behind_its_message_does_not_split_it() {
    assert_eq!(
        mine([
            "2026-11-21T10:11:12.123Z\tINFO\tReconciling\t{\"controller\": \"cache\", \"Cache\": {\"name\":\"a\"}}",
            "2026-11-21T10:11:13.123Z\tINFO\tReconciling\t{\"controller\": \"bucket\", \"Bucket\": {\"name\":\"b\"}, \"try\": 2}",
        ]),
        ["2 INFO Reconciling\t<*>"]
    );
    assert_eq!(
        mine([
            "[2026-11-21T10:11:12.123456+00:00] app.INFO: Order paid {\"id\":12} []",
            "[2026-11-21T10:11:12.123456+00:00] app.INFO: Order paid [] []",
        ])
        .len(),
        1
    );
    assert_eq!(
        mine([
            "2026-11-21T10:11:12.123Z [WARN]  agent: Check is now critical: check=vault",
            "2026-11-21T10:11:13.123Z [WARN]  agent: Check is now critical: check=serfHealth",
        ])
        .len(),
        1
    );
}

#[test]
fn a_gap_that_takes_what_stood_behind_a_tail_ends_that_tail() {
    let gap = Gap {
        at: 1,
        taken: 6,
        marks: 0,
        close: 0,
    };
    let mut tails = [Some((1, 5)), Some((0, 1)), Some((1, 1)), None];
    shape::keep_tails(&mut tails, 3, &[gap]);
    assert_eq!(tails, [None, Some((0, 1)), None, None]);
}

#[test]
fn an_empty_value_at_the_end_of_a_line_has_a_pattern() {
    let line = "time=1 level=error msg=vel=error caller=media.go:0 msg=";
    assert_eq!(mine([line]).len(), 1);
    assert_eq!(mine(["{\"msg\":\"a b\",\"x\":"]).len(), 1);
}
