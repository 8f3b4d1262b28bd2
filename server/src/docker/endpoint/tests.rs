use std::{fs, os::unix::net::UnixListener};

use super::*;

/// A home of its own for each test, removed at its end.
struct Machine {
    sources: EndpointSources,
    dir: PathBuf,
}

impl Machine {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("sk-endpoint-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(dir.join("home/.docker")).unwrap();
        Self {
            sources: EndpointSources {
                flag: None,
                env: BTreeMap::new(),
                home: Some(dir.join("home")),
                root: dir.clone(),
            },
            dir,
        }
    }

    fn env(mut self, key: &str, value: &str) -> Self {
        self.sources.env.insert(key.to_owned(), value.to_owned());
        self
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A context as `docker context create` writes it.
    fn context(&self, id: &str, name: &str, docker: &str) {
        self.write(
            &format!("home/.docker/contexts/meta/{id}/meta.json"),
            &format!(r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{docker}}}}}"#),
        );
    }

    fn listen(&self, path: &str) -> UnixListener {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        UnixListener::bind(path).unwrap()
    }

    fn resolved(&self) -> (String, String) {
        let endpoint = Endpoint::resolve(&self.sources).unwrap();
        (
            endpoint.url().replace(self.dir.to_str().unwrap(), ""),
            endpoint.chosen_by().to_owned(),
        )
    }

    fn target(&self) -> Target {
        Endpoint::resolve(&self.sources).unwrap().target
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn pair(url: &str, chosen_by: &str) -> (String, String) {
    (url.to_owned(), chosen_by.to_owned())
}

#[test]
fn the_flag_beats_the_environment_which_beats_the_context() {
    let mut machine = Machine::new("order")
        .env("DOCKER_HOST", "tcp://env:1")
        .env("DOCKER_CONTEXT", "work");
    machine.write("home/.docker/config.json", r#"{"currentContext":"home"}"#);
    machine.context("aa", "work", r#"{"Host":"unix:///work.sock"}"#);
    machine.context("bb", "home", r#"{"Host":"unix:///home.sock"}"#);

    machine.sources.flag = Some("unix:///flag.sock".to_owned());
    assert_eq!(
        machine.resolved(),
        pair("unix:///flag.sock", "--docker-host")
    );
    machine.sources.flag = None;
    assert_eq!(machine.resolved(), pair("tcp://env:1", "DOCKER_HOST"));
    machine
        .sources
        .env
        .insert("DOCKER_HOST".into(), String::new());
    assert_eq!(
        machine.resolved(),
        pair("unix:///work.sock", "DOCKER_CONTEXT \"work\"")
    );
    machine.sources.env.remove("DOCKER_CONTEXT");
    assert_eq!(
        machine.resolved(),
        pair("unix:///home.sock", "context \"home\"")
    );
}

#[test]
fn the_default_context_means_the_usual_sockets() {
    let machine = Machine::new("default").env("DOCKER_CONTEXT", "default");
    machine.write("home/.docker/config.json", r#"{"currentContext":"gone"}"#);
    assert_eq!(
        machine.resolved(),
        pair("unix:///var/run/docker.sock", "default")
    );
}

#[test]
fn a_context_that_is_gone_is_told() {
    let machine = Machine::new("gone");
    machine.write("home/.docker/config.json", r#"{"currentContext":"gone"}"#);
    let error = Endpoint::resolve(&machine.sources).unwrap_err();
    assert_eq!(error.kind, EngineErrorKind::Configuration);
    assert!(error.message.contains("no context \"gone\""), "{error:?}");
    assert!(error.advice.contains("context \"gone\""), "{error:?}");
}

#[test]
fn a_broken_configuration_file_falls_back_to_the_default() {
    let machine = Machine::new("broken");
    machine.write("home/.docker/config.json", "{");
    assert_eq!(machine.resolved().1, "default");
}

#[test]
fn a_context_brings_its_own_tls_files() {
    let machine = Machine::new("tls").env("DOCKER_CONTEXT", "far");
    machine.context("cc", "far", r#"{"Host":"tcp://far","SkipTLSVerify":false}"#);
    machine.write("home/.docker/contexts/tls/cc/docker/ca.pem", "x");
    let Target::Tcp { host, port, tls } = machine.target() else {
        panic!("not tcp");
    };
    let tls = tls.unwrap();
    assert_eq!((host.as_str(), port), ("far", 2376));
    assert!(tls.verify && tls.cert.is_none());
    assert!(tls.ca.unwrap().ends_with("tls/cc/docker/ca.pem"));
}

#[test]
fn the_environment_asks_for_tls_and_says_whether_to_check() {
    let plain = Machine::new("plain").env("DOCKER_HOST", "tcp://h");
    assert_eq!(
        plain.target(),
        Target::Tcp {
            host: "h".into(),
            port: 2375,
            tls: None
        }
    );
    for (variable, verify) in [("DOCKER_TLS_VERIFY", true), ("DOCKER_TLS", false)] {
        let machine = Machine::new(variable)
            .env("DOCKER_HOST", "tcp://h")
            .env(variable, "1");
        let machine = {
            let path = machine.dir.join("certs");
            machine.write("certs/key.pem", "x");
            machine.env("DOCKER_CERT_PATH", path.to_str().unwrap())
        };
        let Target::Tcp { port, tls, .. } = machine.target() else {
            panic!("not tcp");
        };
        let tls = tls.unwrap();
        assert_eq!((port, tls.verify), (2376, verify));
        assert!(tls.key.is_some() && tls.ca.is_none());
    }
}

#[test]
fn every_way_to_write_an_address_is_understood() {
    let target = |text: &str| Machine::new("url").env("DOCKER_HOST", text).target();
    let tcp = |host: &str, port| Target::Tcp {
        host: host.into(),
        port,
        tls: None,
    };
    assert_eq!(
        target("unix://"),
        Target::Unix("/var/run/docker.sock".into())
    );
    assert_eq!(target("/run/x.sock"), Target::Unix("/run/x.sock".into()));
    assert_eq!(target("tcp://10.0.0.1:99"), tcp("10.0.0.1", 99));
    assert_eq!(target("10.0.0.1:99"), tcp("10.0.0.1", 99));
    assert_eq!(target("http://[::1]:99/docker/"), tcp("::1", 99));
    assert!(matches!(target("https://h"), Target::Tcp { tls: Some(t), .. } if t.verify));
    assert_eq!(
        target("ssh://me@far:2222/run/d.sock"),
        Target::Ssh(SshTarget {
            program: "ssh".into(),
            user: Some("me".into()),
            host: "far".into(),
            port: Some(2222),
            path: "/run/d.sock".into()
        })
    );
    let base = Machine::new("base").env("DOCKER_HOST", "http://h:1/docker/");
    assert_eq!(
        Endpoint::resolve(&base.sources).unwrap().base_path,
        "/docker"
    );
}

#[test]
fn an_address_that_makes_no_sense_is_told() {
    for text in [
        "ftp://x",
        "tcp://",
        "tcp://h:99999",
        "ssh://me:pw@h",
        "npipe:////./pipe/d",
        "tcp://[::1",
    ] {
        let machine = Machine::new("bad").env("DOCKER_HOST", text);
        let error = Endpoint::resolve(&machine.sources).unwrap_err();
        assert_eq!(error.kind, EngineErrorKind::Configuration, "{text}");
        let shown = super::url::without_password(text);
        assert!(error.message.contains(&shown), "{error:?}");
        assert!(!error.message.contains("me:pw"), "{error:?}");
    }
}

#[test]
fn a_socket_that_answers_beats_one_that_only_exists() {
    let machine = Machine::new("sockets");
    drop(machine.listen("var/run/docker.sock"));
    assert_eq!(
        machine.resolved(),
        pair("unix:///var/run/docker.sock", "default")
    );
    let _podman = machine.listen("run/podman/podman.sock");
    assert_eq!(
        machine.resolved(),
        pair("unix:///run/podman/podman.sock", "default of Podman")
    );
    let machine = {
        let runtime = machine.dir.join("xdg");
        machine.env("XDG_RUNTIME_DIR", runtime.to_str().unwrap())
    };
    let _rootless = machine.listen("xdg/docker.sock");
    assert_eq!(
        machine.resolved(),
        pair("unix:///xdg/docker.sock", "default of rootless Docker")
    );
}

#[test]
fn a_password_in_an_address_is_shown_to_nobody() {
    for (address, shown) in [
        ("ssh://app:hunter2@box", "ssh://app:***@box"),
        ("ssh://app:hun@ter2@box", "ssh://app:***@box"),
        ("ssh://app@box", "ssh://app@box"),
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
    ] {
        assert_eq!(super::url::without_password(address), shown);
    }
}
