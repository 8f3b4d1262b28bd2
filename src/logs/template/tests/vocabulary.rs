//! What varies in one event is likely to vary in another.

use super::*;

/// Lines of one event about some tables.
fn rebuilt(names: &[&str]) -> Vec<String> {
    let line = |name: &&str| format!("rebuilding of index over table {name} is done in 7 ms");
    names.iter().map(line).collect()
}

#[test]
fn words_that_varied_elsewhere_are_more_evidence() {
    let mut lines = rebuilt(&["orders", "users", "events"]);
    lines.push("cannot lock table orders now".to_owned());
    lines.push("cannot lock table users now".to_owned());
    let mined = mine(lines.iter().map(String::as_str));
    assert_eq!(mined.len(), 2, "{mined:?}");
    assert_eq!(mined[1], "2 cannot lock table <*> now");
    let alone = lines.iter().skip(3).map(String::as_str);
    assert_eq!(mine(alone).len(), 2, "two words of which nothing is known");
}

#[test]
fn states_are_not_taken_for_names_where_they_varied_elsewhere() {
    let states = [
        "failed",
        "done",
        "lost",
        "busy",
        "idle",
        "started",
        "stopped",
        "succeeded",
    ];
    let mut lines: Vec<_> = (0..32)
        .map(|n| format!("task {n} entered state {} on node {n}", states[n % 8]))
        .collect();
    lines.extend(["failed", "failed", "succeeded"].map(|it| format!("payment to bank {it}")));
    assert_eq!(mine(lines.iter().map(String::as_str)).len(), 3);
}

#[test]
fn states_behind_a_name_are_not_told_by_names_of_users() {
    let mut lines = rebuilt(&["orders", "users", "events"]);
    lines.push("lock of row is lost: orders".to_owned());
    lines.push("lock of row is lost: users".to_owned());
    assert_eq!(mine(lines.iter().map(String::as_str)).len(), 3);
}

#[test]
fn a_slash_alone_is_a_path_where_paths_are() {
    assert_eq!(
        mine(["Not found: /", "Not found: /a/b"]),
        ["2 Not found: <path>"]
    );
    assert_eq!(
        mine(["read / write of page failed"]),
        ["1 read / write of page failed"]
    );
}
