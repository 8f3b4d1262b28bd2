//! What events and lists change.

use super::*;
use crate::streams::Group;
use sidekick::time::Nanos;

/// When events come.
const HEARD: Millis = Millis(7_000);

fn event(action: &str, attributes: &[(&str, &str)]) -> Event {
    Event {
        time: Nanos(7_000_000_000),
        kind: EventKind::Container,
        action: action.to_owned(),
        id: "a1".to_owned(),
        name: Some("web".to_owned()),
        attributes: attributes
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    }
}

fn model() -> Model {
    let mut model = Model::new(String::new());
    model.process_event(&event("create", &[("image", "nginx")]), HEARD);
    model.process_event(&event("start", &[]), HEARD);
    model
}

fn only(model: &Model) -> Container {
    model.snapshot().containers.remove(0)
}

#[test]
fn a_container_is_shown_from_its_creation_event_on() {
    let mut model = Model::new(String::new());
    let (changes, delta) = model.process_event(
        &event(
            "create",
            &[
                ("com.docker.compose.project", "shop"),
                ("com.docker.compose.service", "web"),
                ("image", "nginx"),
            ],
        ),
        HEARD,
    );
    assert!(changes.refresh);
    assert!(matches!(delta, Some(ServerMessage::Delta { changed, .. }) if changed.len() == 1));
    let shown = only(&model);
    assert_eq!(
        (shown.name.as_str(), shown.image.as_str()),
        ("web", "nginx")
    );
    let of_service = |service: Option<&str>| Group::Project {
        project: "shop".to_owned(),
        service: service.map(str::to_owned),
    };
    let count = |group: Group| model.members(|it| group.has(it)).len();
    assert_eq!(count(of_service(None)), 1);
    assert_eq!(count(of_service(Some("db"))), 0);
}

#[test]
fn a_list_that_lacks_what_was_just_created_is_read_again() {
    let mut model = Model::new(String::new());
    model.process_event(&event("create", &[("image", "nginx")]), HEARD);
    let (changes, _) = model.replace(Vec::new(), HEARD.plus(100));
    assert!(changes.refresh && changes.removed.is_empty());
    assert_eq!(only(&model).name, "web");
    let (changes, _) = model.replace(Vec::new(), HEARD.plus(LAG_MS));
    assert_eq!(changes.removed, [ContainerId("a1".to_owned())]);
}

#[test]
fn the_names_of_containers_that_are_gone_are_remembered_within_bounds() {
    let mut model = model();
    let id = ContainerId("a1".to_owned());
    model.process_event(&event("rename", &[("name", "shop")]), HEARD);
    model.process_event(&event("destroy", &[]), HEARD);
    assert_eq!(model.name(&id), Some("shop"));
    let many = (0..GONE)
        .map(|n| Container::created(ContainerId(format!("b{n}")), format!("other{n}")))
        .collect();
    model.replace(many, Millis(1));
    assert_eq!(model.name(&id), Some("shop"));
    model.replace(Vec::new(), Millis(2));
    assert_eq!(model.name(&ContainerId("b7".to_owned())), Some("other7"));
    assert_eq!((model.name(&id), model.gone.len()), (None, GONE));
}

#[test]
fn events_change_what_is_shown_at_once() {
    type Step = (
        &'static str,
        &'static [(&'static str, &'static str)],
        fn(&Container) -> bool,
    );
    let steps: [Step; 8] = [
        ("pause", &[], |c| {
            c.state == ContainerState::Paused && c.status == "Up just now (Paused)"
        }),
        ("unpause", &[], |c| {
            c.state == ContainerState::Running && c.status == "Up just now"
        }),
        ("health_status: unhealthy", &[], |c| {
            c.health == Some(Health::Unhealthy)
        }),
        ("rename", &[("name", "shop"), ("oldName", "/web")], |c| {
            c.name == "shop"
        }),
        ("die", &[("exitCode", "137")], |c| {
            c.state == ContainerState::Exited
                && c.exit_code == Some(137)
                && c.finished == Some(Millis(7000))
        }),
        ("stop", &[], |c| c.exit_code == Some(137)),
        ("start", &[], |c| {
            c.state == ContainerState::Running
                && c.exit_code.is_none()
                && c.started == Some(Millis(7000))
        }),
        ("exec_start: sh", &[], |c| {
            c.state == ContainerState::Running
        }),
    ];
    let mut model = model();
    for (action, attributes, check) in steps {
        model.process_event(&event(action, attributes), HEARD);
        assert!(check(&only(&model)), "{action}: {:?}", only(&model));
    }
    let (changes, _) = model.process_event(&event("destroy", &[]), HEARD);
    assert_eq!(changes.removed, [ContainerId("a1".to_owned())]);
    assert!(model.snapshot().containers.is_empty());
}

#[test]
fn health_checks_that_run_commands_do_not_cause_refreshes() {
    let mut model = model();
    for action in ["exec_create: x", "exec_start: x", "exec_die", "top"] {
        let revision = model.snapshot().revision;
        let (changes, delta) = model.process_event(&event(action, &[]), HEARD);
        assert_eq!((changes.refresh, delta), (false, None), "{action}");
        assert_eq!(model.snapshot().revision, revision);
    }
}

#[test]
fn a_restart_between_two_lists_is_a_stop_and_a_start() {
    let mut model = model();
    let (died, _) = model.process_event(&event("die", &[("exitCode", "0")]), HEARD);
    let (started, _) = model.process_event(&event("start", &[]), HEARD);
    assert_eq!(died.stopped.len(), 1);
    assert_eq!(started.started.len(), 1);
}

#[test]
fn a_list_corrects_everything_but_keeps_exact_times() {
    let mut model = model();
    let mut listed = only(&model);
    listed.status = "Up 3 seconds".to_owned();
    listed.started = None;
    let (changes, _) = model.replace(vec![listed], Millis(9));
    assert_eq!(changes, Changes::default());
    assert_eq!(only(&model).status, "Up 3 seconds");
    assert_eq!(only(&model).started, Some(Millis(7000)));
    let (changes, delta) = model.replace(Vec::new(), Millis(10));
    assert_eq!(changes.removed.len(), 1);
    assert!(matches!(delta, ServerMessage::Delta { removed, .. } if removed.len() == 1));
}

#[test]
fn each_delta_continues_the_revision_before() {
    let mut model = model();
    let before = model.snapshot().revision;
    let delta = model.failed("containers", "no".to_owned(), Millis(1));
    assert!(matches!(delta, Some(ServerMessage::Delta { revision, .. }) if revision == before + 1));
    assert_eq!(model.failed("containers", "no".to_owned(), Millis(2)), None);
    assert!(model.recovered("containers").is_some());
    assert_eq!(model.snapshot().revision, before + 2);
}

#[test]
fn exact_times_are_forgotten_where_events_were_missed() {
    let mut model = model();
    assert!(only(&model).started.is_some());
    assert!(model.recovered("events").is_none(), "none were missed");
    model.failed("events", "gone".to_owned(), Millis(1));
    assert!(model.recovered("events").is_some());
    assert_eq!(only(&model).started, None);
}

#[test]
fn a_list_that_lags_behind_an_event_does_not_undo_it() {
    let mut model = model();
    let running = only(&model);
    let list_at = |model: &mut Model, ms: i64, listed: &Container| {
        let (changes, _) = model.replace(vec![listed.clone()], Millis(HEARD.0 + ms));
        (changes.refresh, only(model))
    };
    model.process_event(&event("die", &[("exitCode", "3")]), HEARD);
    let dead = only(&model);
    assert_eq!(dead.exit_code, Some(3));
    // The engine's own list still has it running.
    assert_eq!(list_at(&mut model, 90, &running), (true, dead.clone()));
    // It has caught up.
    assert_eq!(list_at(&mut model, 500, &dead), (false, dead.clone()));
    // Long after, the list is right: an event was lost.
    let (again, shown) = list_at(&mut model, LAG_MS, &running);
    assert_eq!((again, shown.state), (false, ContainerState::Running));
}
