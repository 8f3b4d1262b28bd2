//! What runs on the demo engine and on a real one share: a server, and who looks.

use std::path::Path;

use leptos::config::LeptosOptions;
use server::Running;
use server::config::{Config, EngineChoice};
use server::docker::EndpointSources;
use sidekick::model::ContainerId;
use sidekick::protocol::{Start, Target};
use sidekick::time::Nanos;

use crate::oracle::{Begin, Rule};
use crate::rng::Rng;
use crate::viewer::{Habit, Line};

/// A server that finds its engine on this socket.
pub(crate) async fn serve(socket: &Path) -> Running {
    let sources = EndpointSources::from_process(Some(format!("unix://{}", socket.display())));
    server::serve(Config {
        addr: "127.0.0.1:0".parse().unwrap(),
        engine: EngineChoice::Find(sources),
        allow_hosts: Vec::new(),
        leptos: LeptosOptions::builder().output_name("sidekick").build(),
    })
    .await
    .unwrap()
}

/// Who looks at the containers of a project for about so long from now on: one that wants every line,
/// one like a page, one that is slow, and one that looks at all of them.
pub(crate) fn habits(
    project: &str,
    containers: &[ContainerId; 2],
    trouble_ms: u64,
    rng: &mut Rng,
) -> Vec<Habit> {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let mut any = || match rng.range(0, 4) {
        0 => Start::First,
        1 => Start::Newest,
        // Of none, the first line of all would be one that a break may keep away.
        2 => Start::Tail(1 + rng.magnitude(11)),
        _ => {
            let at = now + rng.millis(0, trouble_ms * 3 / 4);
            Start::Since(Nanos(at.as_nanos() as i64))
        }
    };
    let (slow, merged) = (any(), any());
    let [web, db] = containers
        .clone()
        .map(|container| Target::Logs { container });
    let project = Target::ProjectLogs {
        project: project.to_owned(),
        service: None,
    };
    let all = [
        ("whole", web.clone(), Start::First, false),
        ("page", web, Start::Newest, false),
        ("slow", db, slow, true),
        ("project", project, merged, false),
    ];
    all.map(|(name, target, start, slow)| Habit {
        name,
        target,
        start,
        slow,
        impatient: rng.percent(80),
        restless: rng.percent(30),
    })
    .into()
}

/// What a viewer may lack, where the engine does not or does let go of lines.
pub(crate) fn rule(start: Start, printed: &[Line], rotates: bool) -> Rule {
    let from = |first| match rotates {
        true => Begin::KeptFrom(first),
        false => Begin::At(first),
    };
    let begin = match start {
        Start::First => from(0),
        Start::Since(time) => {
            let first = printed.iter().position(|line| line.time >= time);
            from(first.unwrap_or(printed.len()))
        }
        // The newest of when the server could tell.
        Start::Tail(_) | Start::Newest => Begin::From(0),
    };
    Rule {
        whole: start != Start::Newest,
        begin,
    }
}
