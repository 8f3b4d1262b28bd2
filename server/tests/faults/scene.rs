//! What runs on the demo engine and on a real one share: a server, and who looks.

use std::path::Path;

use leptos::config::LeptosOptions;
use server::Running;
use server::config::{Config, EngineChoice};
use server::docker::EndpointSources;
use sidekick::model::ContainerId;
use sidekick::protocol::{Start, Target};

use crate::rng::Rng;
use crate::viewer::Habit;

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

/// Who looks at the containers of a project: one that wants every line, one like a page, one that is
/// slow, and one that looks at all of them.
pub(crate) fn habits(project: &str, containers: &[ContainerId; 2], rng: &mut Rng) -> Vec<Habit> {
    let mut either = || match rng.percent(50) {
        true => Start::First,
        false => Start::Newest,
    };
    let (slow, merged) = (either(), either());
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
