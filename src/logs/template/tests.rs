use super::*;
use proptest::prelude::*;

const T: Nanos = Nanos(0);

fn mine<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<(String, u64)> {
    let mut engine = LogTemplateEngine::default();
    for line in lines {
        engine.push(line, T, Severity::Info);
    }
    let templates = engine.templates();
    templates
        .into_iter()
        .map(|t| (t.pattern, t.count))
        .collect()
}

fn pairs(list: &[(&str, u64)]) -> Vec<(String, u64)> {
    list.iter().map(|&(p, n)| (p.to_owned(), n)).collect()
}

#[test]
fn lines_that_differ_in_one_place_share_a_template() {
    let mined = mine([
        "User alice logged in from 10.0.0.1",
        "User bob logged in from 10.0.0.2",
        "User alice logged in from 10.0.0.9",
        "Cache flushed",
    ]);
    // The first tokens lead through the tree, so that names in them stay apart (He et al.).
    assert_eq!(
        mined,
        pairs(&[
            ("User alice logged in from <*>", 2),
            ("User bob logged in from <*>", 1),
            ("Cache flushed", 1),
        ])
    );
    let mined = mine(["accepted login of alice", "accepted login of bob"]);
    assert_eq!(mined, pairs(&[("accepted login of <*>", 2)]));
}

#[test]
fn an_equal_header_does_not_make_lines_alike() {
    let mined = mine([
        "Jun 14 15:16:01 combo sshd[1]: check pass",
        "Jun 14 15:16:02 combo sshd[2]: connection closed",
        "Jun 14 15:16:03 combo sshd[3]: check pass",
    ]);
    let mined: Vec<u64> = mined.into_iter().map(|(_, count)| count).collect();
    assert_eq!(mined, [2, 1]);
}

#[test]
fn wildcards_do_not_swallow_whatever_has_their_length() {
    let mined = mine(["a b c d", "a b x y", "p q x y", "m n o p"]);
    assert_eq!(
        mined,
        pairs(&[("a b <*> <*>", 2), ("p q x y", 1), ("m n o p", 1)])
    );
}

#[test]
fn a_line_of_masks_only_finds_its_template_again() {
    assert_eq!(
        mine(["1 2 3", "4 5 6", "7 8 9"]),
        pairs(&[("<*> <*> <*>", 3)])
    );
}

#[test]
fn lines_of_different_severity_never_share_a_template() {
    let mut engine = LogTemplateEngine::default();
    let a = engine.push("disk is 91 full", T, Severity::Warn);
    let b = engine.push("disk is 99 full", T, Severity::Error);
    assert_ne!(a, b);
    assert_eq!(engine.push("disk is 92 full", T, Severity::Warn), a);
}

#[test]
fn a_template_knows_when_it_was_seen_and_how_often_each_minute() {
    let mut engine = LogTemplateEngine::default();
    let minute = |n: i64| Nanos(n * 60_000_000_000);
    assert_eq!(engine.rate_end(), None);
    for n in [100, 100, 103, 101, 30] {
        engine.push("tick 1", minute(n), Severity::Info);
    }
    engine.push("other", minute(104), Severity::Info);
    engine.push("   ", minute(104), Severity::Info);
    let template = &engine.top(1)[0];
    assert_eq!(template.first_seen, minute(30));
    assert_eq!(template.last_seen, minute(103));
    assert_eq!(template.example, "tick 1");
    assert_eq!(template.rate.len(), RATE_BUCKETS);
    assert_eq!(template.rate[RATE_BUCKETS - 5..], [2, 1, 0, 1, 0]);
    assert_eq!(
        template.rate.iter().sum::<u32>(),
        4,
        "one is out of the window"
    );
    assert_eq!(engine.rate_end(), Some(Millis(104 * 60_000)));
    assert_eq!(engine.total_lines(), 7);
    engine.live_until(Some(Millis(106 * 60_000)));
    let rate = &engine.top(1)[0].rate;
    assert_eq!(rate[RATE_BUCKETS - 4..], [1, 0, 0, 0], "nothing since");
    assert_eq!(engine.rate_end(), Some(Millis(106 * 60_000)));
}

#[test]
fn the_least_recently_used_template_goes_first() {
    let mut engine = LogTemplateEngine::new(TemplateConfig {
        max_clusters: 2,
        ..TemplateConfig::default()
    });
    let a = engine.push("alpha", T, Severity::Info).unwrap();
    let b = engine.push("beta", T, Severity::Info).unwrap();
    engine.push("alpha", T, Severity::Info);
    let c = engine.push("gamma", T, Severity::Info).unwrap();
    assert!(engine.get(a).is_some() && engine.get(c).is_some());
    assert_eq!(engine.get(b), None);
    assert_eq!((engine.evicted(), engine.evicted_lines()), (1, 1));
    assert_ne!(
        engine.push("beta", T, Severity::Info),
        Some(b),
        "numbers are not reused"
    );
}

#[test]
fn an_eviction_that_opens_a_better_branch_leaves_no_empty_one() {
    let mut engine = LogTemplateEngine::new(TemplateConfig {
        max_clusters: 2,
        max_children: 2,
        ..TemplateConfig::default()
    });
    for (line, severity) in [
        ("a a", Severity::Warn),
        ("a a", Severity::Info),
        ("b a", Severity::Warn),
        ("a aaaa", Severity::Info),
    ] {
        engine.push(line, T, severity);
    }
    assert!(engine.tree.len() <= 7);
}

#[test]
fn a_leaf_is_bounded_too() {
    let mut engine = LogTemplateEngine::default();
    let letters = |n: usize| {
        (0..8)
            .map(|i| char::from(b'g' + (n >> i & 1) as u8))
            .collect::<String>()
    };
    for n in 0..250 {
        let w = letters(n);
        let line = format!("go to {w}a {w}b {w}c {w}d {w}e {w}f");
        engine.push(&line, T, Severity::Info);
    }
    assert_eq!(engine.len(), MAX_LEAF_CLUSTERS);
    assert_eq!(engine.evicted(), 150);
}

proptest! {
    #[test]
    fn any_lines_keep_the_tree_bounded_and_the_sums_right(
        lines in proptest::collection::vec(("([a-d]{1,2}|[0-9]{1,2}| ){0,9}", 0usize..7, any::<i64>()), 0..120),
        max_clusters in 1usize..20,
        depth in 3usize..6,
        max_children in 1usize..6,
    ) {
        let config = TemplateConfig { depth, max_children, max_clusters, similarity: 0.4 };
        let run = || {
            let mut engine = LogTemplateEngine::new(config);
            let ids: Vec<_> = lines
                .iter()
                .map(|(line, severity, at)| engine.push(line, Nanos(*at), Severity::from_index(*severity)))
                .collect();
            (engine, ids)
        };
        let (engine, ids) = run();
        prop_assert!(engine.len() <= max_clusters);
        prop_assert!(engine.tree.len() <= 1 + max_clusters * depth, "empty branches go");
        let blank = ids.iter().filter(|id| id.is_none()).count() as u64;
        let templates = engine.templates();
        let counted: u64 = templates.iter().map(|t| t.count).sum();
        prop_assert_eq!(counted + engine.evicted_lines() + blank, engine.total_lines());
        for template in &templates {
            prop_assert_eq!(template.severities.total(), template.count);
            prop_assert_eq!(engine.get(template.id), Some(template.clone()));
        }
        let (again, ids_again) = run();
        prop_assert_eq!(ids, ids_again, "deterministic");
        prop_assert_eq!(templates, again.templates());
    }

    #[test]
    fn a_line_seen_twice_in_a_row_keeps_its_template(lines in proptest::collection::vec("\\PC{0,60}", 0..40)) {
        let mut engine = LogTemplateEngine::default();
        for line in &lines {
            let first = engine.push(line, T, Severity::Info);
            prop_assert_eq!(engine.push(line, T, Severity::Info), first);
        }
    }
}
