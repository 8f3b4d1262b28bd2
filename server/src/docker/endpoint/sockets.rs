//! Where engines listen when nothing is configured.

use std::{
    os::unix::{fs::MetadataExt, net::UnixStream},
    path::PathBuf,
};

use super::{Endpoint, EndpointSources};

/// The first usual socket that takes a connection; else the first that exists, whose error then
/// tells what is wrong with it; else Docker's own default.
pub(super) fn find(sources: &EndpointSources) -> Endpoint {
    let candidates = candidates(sources);
    candidates
        .iter()
        .find(|(path, _)| UnixStream::connect(path).is_ok())
        .or_else(|| candidates.iter().find(|(path, _)| path.exists()))
        .or_else(|| candidates.first())
        .map_or_else(
            || Endpoint::unix("/var/run/docker.sock", "default"),
            |(path, why)| Endpoint::unix(path, *why),
        )
}

fn candidates(sources: &EndpointSources) -> Vec<(PathBuf, &'static str)> {
    let mut found = vec![(sources.root.join("var/run/docker.sock"), "default")];
    let runtime = runtime_dir(sources);
    if let Some(dir) = &runtime {
        found.push((dir.join("docker.sock"), "default of rootless Docker"));
    }
    if let Some(home) = &sources.home {
        for (path, why) in [
            (".docker/run/docker.sock", "default of Docker Desktop"),
            (".docker/desktop/docker.sock", "default of Docker Desktop"),
            (".orbstack/run/docker.sock", "default of OrbStack"),
            (".colima/default/docker.sock", "default of Colima"),
            (".rd/docker.sock", "default of Rancher Desktop"),
        ] {
            found.push((home.join(path), why));
        }
    }
    if let Some(dir) = &runtime {
        found.push((dir.join("podman/podman.sock"), "default of rootless Podman"));
    }
    found.push((
        sources.root.join("run/podman/podman.sock"),
        "default of Podman",
    ));
    found
}

/// `$XDG_RUNTIME_DIR`, or where it usually is for the owner of the home folder.
fn runtime_dir(sources: &EndpointSources) -> Option<PathBuf> {
    if let Some(dir) = sources.var("XDG_RUNTIME_DIR") {
        return Some(PathBuf::from(dir));
    }
    let uid = std::fs::metadata(sources.home.as_ref()?).ok()?.uid();
    Some(sources.root.join(format!("run/user/{uid}")))
}
