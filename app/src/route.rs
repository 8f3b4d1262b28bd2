//! Addresses of the page: what is selected and which tab shows it. The address is the state, so
//! that reload, the back button and a link in a chat all show the same thing.
//!
//! | path | shows |
//! |---|---|
//! | `/` | the overview |
//! | `/c/NAME[/TAB]` | one container |
//! | `/p/PROJECT[/TAB]` | a Compose project |
//! | `/p/PROJECT/s/SERVICE[/TAB]` | one service of it |
//! | `/compare/MEMBER,MEMBER[/TAB]` | two to four containers (`NAME`) or services (`PROJECT:SERVICE`) together |
//! | `/snapshot[/TAB]` | the snapshot that was opened in this page |
//!
//! `TAB` is `logs` (the default), `stats`, `patterns`, `groups` or `details`.

use sidekick::model::{EngineStatus, Member, check_members};
use sidekick::protocol::Snapshot;

/// One of the views of a selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Log lines as they come.
    #[default]
    Logs,
    /// CPU, memory, network and block I/O.
    Stats,
    /// Templates mined from the log.
    Patterns,
    /// The log's lines in groups, by a field or something else.
    Groups,
    /// What the engine knows of it.
    Details,
}

impl Tab {
    /// All tabs in the order in which they stand.
    pub const ALL: [Self; 5] = [
        Self::Logs,
        Self::Stats,
        Self::Patterns,
        Self::Groups,
        Self::Details,
    ];

    /// The name on the tab.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Logs => "Logs",
            Self::Stats => "Stats",
            Self::Patterns => "Patterns",
            Self::Groups => "Groups",
            Self::Details => "Details",
        }
    }

    /// The word in the address.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Stats => "stats",
            Self::Patterns => "patterns",
            Self::Groups => "groups",
            Self::Details => "details",
        }
    }

    /// Whether it shows a log's lines, or what they amount to.
    #[must_use]
    pub fn is_of_log(self) -> bool {
        matches!(self, Self::Logs | Self::Patterns | Self::Groups)
    }

    /// Whether its address says what the log is filtered by. That of the curves does for the stretch of
    /// time in it.
    #[must_use]
    pub fn has_filter(self) -> bool {
        matches!(self, Self::Logs | Self::Stats | Self::Groups)
    }

    /// The tab `steps` to the right (negative: to the left), going round at the ends.
    #[must_use]
    pub fn step(self, steps: isize) -> Self {
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        let next = (at as isize + steps).rem_euclid(Self::ALL.len() as isize);
        Self::ALL[next as usize]
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.word() == word)
    }
}

/// What is selected, by the names that people use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Selection {
    /// Nothing: the overview.
    #[default]
    Overview,
    /// A container, by name.
    Container(String),
    /// A Compose project.
    Project(String),
    /// One service of a Compose project.
    Service {
        /// Name of the project.
        project: String,
        /// Name of the service.
        service: String,
    },
    /// Some of them together: as many, and such ones, as [`check_members`] takes.
    Several(Vec<Member>),
    /// A log that was saved as a file and opened in this page.
    Snapshot,
    /// A path that is no address of the page; [`Route::parse`] never gives it.
    Nowhere(String),
}

/// An address of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Route {
    /// What is selected.
    pub selection: Selection,
    /// The view of it; of no meaning for the overview.
    pub tab: Tab,
}

impl Route {
    /// The address of a container's tab.
    #[must_use]
    pub fn container(name: &str, tab: Tab) -> Self {
        Self {
            selection: Selection::Container(name.to_owned()),
            tab,
        }
    }

    /// The address of a project's tab.
    #[must_use]
    pub fn project(name: &str, tab: Tab) -> Self {
        Self {
            selection: Selection::Project(name.to_owned()),
            tab,
        }
    }

    /// The address of a service's tab.
    #[must_use]
    pub fn service(project: &str, service: &str, tab: Tab) -> Self {
        Self {
            selection: Selection::Service {
                project: project.to_owned(),
                service: service.to_owned(),
            },
            tab,
        }
    }

    /// The same selection on another tab.
    #[must_use]
    pub fn with_tab(&self, tab: Tab) -> Self {
        Self {
            selection: self.selection.clone(),
            tab,
        }
    }

    /// Reads a path, with or without a query. `None` where the page has no such address; whether
    /// the named thing exists is another question, see [`exists`](Self::exists).
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let raw: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let parts: Vec<String> = raw.iter().map(|part| decode(part)).collect::<Option<_>>()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (selection, rest) = match parts.as_slice() {
            [] => (Selection::Overview, [].as_slice()),
            ["snapshot", rest @ ..] => (Selection::Snapshot, rest),
            // Read as it is written: a name may hold an encoded comma.
            ["compare", _, rest @ ..] => (Selection::Several(members(raw.get(1)?)?), rest),
            ["c", name, rest @ ..] => (Selection::Container((*name).to_owned()), rest),
            ["p", project, "s", service, rest @ ..] => (
                Selection::Service {
                    project: (*project).to_owned(),
                    service: (*service).to_owned(),
                },
                rest,
            ),
            ["p", project, rest @ ..] => (Selection::Project((*project).to_owned()), rest),
            _ => return None,
        };
        let tab = match rest {
            [] => Tab::default(),
            [word] => Tab::parse(word)?,
            _ => return None,
        };
        Some(Self { selection, tab })
    }

    /// The address of any path: what [`parse`](Self::parse) gives, or nowhere.
    #[must_use]
    pub fn of(path: &str) -> Self {
        Self::parse(path).unwrap_or_else(|| Self {
            selection: Selection::Nowhere(path.to_owned()),
            tab: Tab::default(),
        })
    }

    /// The path of this address; [`parse`](Self::parse) reads it back.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        match &self.selection {
            Selection::Overview => return "/".to_owned(),
            Selection::Nowhere(path) => return path.clone(),
            Selection::Snapshot => path.push_str("/snapshot"),
            Selection::Container(name) => {
                path.push_str("/c/");
                encode(name, &mut path);
            }
            Selection::Project(name) => {
                path.push_str("/p/");
                encode(name, &mut path);
            }
            Selection::Service { project, service } => {
                path.push_str("/p/");
                encode(project, &mut path);
                path.push_str("/s/");
                encode(service, &mut path);
            }
            Selection::Several(members) => {
                path.push_str("/compare/");
                for (at, member) in members.iter().enumerate() {
                    if at > 0 {
                        path.push(',');
                    }
                    match member {
                        Member::Container(name) => encode(name, &mut path),
                        Member::Service { project, service } => {
                            encode(project, &mut path);
                            path.push(':');
                            encode(service, &mut path);
                        }
                    }
                }
            }
        }
        path.push('/');
        path.push_str(self.tab.word());
        path
    }

    /// Whether the selected thing is there. While no list was read yet nobody can say no.
    #[must_use]
    pub fn exists(&self, snapshot: &Snapshot) -> bool {
        let known =
            matches!(snapshot.engine, EngineStatus::Connected(_)) && snapshot.refreshed.is_some();
        if !known && snapshot.containers.is_empty() {
            return !matches!(self.selection, Selection::Nowhere(_));
        }
        match &self.selection {
            Selection::Overview | Selection::Snapshot => true,
            Selection::Nowhere(_) => false,
            Selection::Container(name) => snapshot.containers.iter().any(|c| c.name == *name),
            Selection::Project(name) => snapshot
                .containers
                .iter()
                .any(|c| c.project.as_ref() == Some(name) && c.service.is_some()),
            Selection::Service { project, service } => snapshot.containers.iter().any(|c| {
                c.project.as_ref() == Some(project) && c.service.as_ref() == Some(service)
            }),
            // Who is missing is said on the page.
            Selection::Several(members) => {
                let containers = snapshot.containers.iter();
                containers
                    .flat_map(|it| members.iter().map(move |member| member.has(it)))
                    .any(|has| has)
            }
        }
    }

    /// The title of the browser's tab, by whether the selected thing is there.
    #[must_use]
    pub fn title(&self, there: bool) -> String {
        match &self.selection {
            Selection::Overview => "Sidekick Docker".to_owned(),
            Selection::Snapshot => "Snapshot · Sidekick".to_owned(),
            _ if !there => "Not found · Sidekick".to_owned(),
            Selection::Nowhere(path) => format!("{path} · Sidekick"),
            Selection::Container(name) | Selection::Project(name) => {
                format!("{name} · {} · Sidekick", self.tab.label())
            }
            Selection::Service { project, service } => {
                format!("{project}/{service} · {} · Sidekick", self.tab.label())
            }
            Selection::Several(members) => {
                format!("{} · {} · Sidekick", names(members), self.tab.label())
            }
        }
    }
}

/// The page of one that is compared: its log.
pub(crate) fn of_member(member: &Member) -> Route {
    match member {
        Member::Container(name) => Route::container(name, Tab::Logs),
        Member::Service { project, service } => Route::service(project, service, Tab::Logs),
    }
}

/// What several are called together.
pub(crate) fn names(members: &[Member]) -> String {
    let names: Vec<String> = members.iter().map(Member::to_string).collect();
    names.join(", ")
}

/// Reads what is compared from its part of a path.
fn members(part: &str) -> Option<Vec<Member>> {
    let member = |part: &str| {
        Some(match part.split_once(':') {
            None => Member::Container(decode(part)?),
            Some((project, service)) => Member::Service {
                project: decode(project)?,
                service: decode(service)?,
            },
        })
    };
    let members: Vec<Member> = part.split(',').map(member).collect::<Option<_>>()?;
    check_members(&members).ok()?;
    Some(members)
}

/// Percent-encodes one part of a path: all but RFC 3986's unreserved characters.
pub(crate) fn encode(part: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// Undoes percent-encoding; `None` where the result is no UTF-8 or an escape is cut short.
pub(crate) fn decode(part: &str) -> Option<String> {
    let mut bytes = part.bytes();
    let mut out = Vec::with_capacity(part.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push((high * 16 + low) as u8);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_read_back() {
        for selection in [
            Selection::Overview,
            Selection::Snapshot,
            Selection::Container("web-1".into()),
            Selection::Container("späße / 100%".into()),
            Selection::Project("s".into()),
            Selection::Service {
                project: "shop".into(),
                service: "api".into(),
            },
            Selection::Several(vec![
                Member::Container("web-1".into()),
                Member::Service {
                    project: "a,b:c/d".into(),
                    service: "ü:,".into(),
                },
            ]),
        ] {
            for tab in Tab::ALL {
                let route = Route {
                    tab: if selection == Selection::Overview {
                        Tab::Logs
                    } else {
                        tab
                    },
                    selection: selection.clone(),
                };
                assert_eq!(
                    Route::parse(&route.path()),
                    Some(route.clone()),
                    "{route:?}"
                );
            }
        }
    }

    #[test]
    fn an_address_without_a_tab_shows_the_log() {
        assert_eq!(
            Route::parse("/c/web-1"),
            Some(Route::container("web-1", Tab::Logs))
        );
        assert_eq!(
            Route::parse("/p/shop/s/api/"),
            Some(Route::service("shop", "api", Tab::Logs))
        );
    }

    #[test]
    fn what_is_compared_stands_in_the_address_by_its_names() {
        let api = Member::Service {
            project: "shop".into(),
            service: "api".into(),
        };
        let selection = Selection::Several(vec![Member::Container("web-1".into()), api]);
        let route = Route::of("/compare/web-1,shop:api/patterns");
        assert_eq!((&route.selection, route.tab), (&selection, Tab::Patterns));
        assert_eq!(route.path(), "/compare/web-1,shop:api/patterns");
        assert!(route.title(true).starts_with("web-1, shop/api · Patterns"));
    }

    #[test]
    fn other_paths_are_no_addresses() {
        for path in [
            "/c",
            "/snapshot/nonsense",
            "/x/web-1",
            "/c/web-1/nonsense",
            "/c/web-1/logs/more",
            "/c/%zz",
            "/compare",
            "/compare/one",
            "/compare/one,one",
            "/compare/one,",
            "/compare/one,shop:",
            "/compare/a,b,c,d,e",
            "/compare/a,b/nonsense",
            "/compare/a,%zz",
            "/c/%ff",
            "/p/shop/s",
            "/favicon.ico",
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }

    #[test]
    fn tabs_go_round() {
        assert_eq!(Tab::Logs.step(-1), Tab::Details);
        assert_eq!(Tab::Details.step(1), Tab::Logs);
        assert_eq!(Tab::Logs.step(1), Tab::Stats);
    }
}
