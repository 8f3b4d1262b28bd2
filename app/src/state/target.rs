//! What the page subscribes to.

use sidekick::protocol::Target;

use super::Subject;
use crate::route::{Selection, Tab};

/// What a page at this place subscribes to. Logs, Patterns and Groups share one subscription, so that
/// going from one to another keeps the lines and what was learned from them.
pub(super) fn target(subject: Subject, tab: Tab) -> Option<Target> {
    let (project, service) = match subject {
        Subject::Container(container) => {
            let container = container?;
            return match tab {
                Tab::Logs | Tab::Patterns | Tab::Groups => Some(Target::Logs { container }),
                Tab::Stats => Some(Target::Stats { container }),
                Tab::Details => None,
            };
        }
        Subject::Group(Selection::Project(project)) => (project, None),
        Subject::Group(Selection::Service { project, service }) => (project, Some(service)),
        Subject::Group(Selection::Several(members)) => {
            return match tab {
                Tab::Logs | Tab::Patterns | Tab::Groups => Some(Target::SeveralLogs { members }),
                Tab::Stats => Some(Target::SeveralStats { members }),
                Tab::Details => None,
            };
        }
        Subject::Snapshot(_) | Subject::Group(_) => return None,
    };
    match tab {
        Tab::Logs | Tab::Patterns | Tab::Groups => Some(Target::ProjectLogs { project, service }),
        Tab::Stats => Some(Target::ProjectStats { project, service }),
        Tab::Details => None,
    }
}

/// What it subscribes to beside its target: of a container's log that is looked at, the stats too, where their
/// curves stand below the timeline.
pub(super) fn companion(target: Option<Target>, tab: Tab, strip: bool) -> Option<Target> {
    match target? {
        Target::Logs { container } if strip && tab == Tab::Logs => {
            Some(Target::Stats { container })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::model::{ContainerId, Member};

    #[test]
    fn logs_patterns_and_groups_share_a_subscription_and_details_has_none() {
        let container = Subject::Container(Some(ContainerId("a".into())));
        let of = |tab| target(container.clone(), tab);
        assert_eq!(of(Tab::Logs), of(Tab::Patterns));
        assert_eq!(of(Tab::Logs), of(Tab::Groups));
        assert!(matches!(of(Tab::Stats), Some(Target::Stats { .. })));
        assert_eq!(of(Tab::Details), None);
        assert_eq!(target(Subject::Container(None), Tab::Logs), None);
        let beside = |tab| companion(of(tab), tab, true);
        assert_eq!(beside(Tab::Logs), of(Tab::Stats));
        assert_eq!(companion(of(Tab::Logs), Tab::Logs, false), None);
        for tab in [Tab::Patterns, Tab::Stats, Tab::Details] {
            assert_eq!(beside(tab), None);
        }
        let members = ["a", "b"]
            .map(|name| Member::Container(name.into()))
            .to_vec();
        let several = |tab| target(Subject::Group(Selection::Several(members.clone())), tab);
        assert_eq!(several(Tab::Logs), several(Tab::Patterns));
        assert!(matches!(
            several(Tab::Logs),
            Some(Target::SeveralLogs { .. })
        ));
        assert!(matches!(
            several(Tab::Stats),
            Some(Target::SeveralStats { .. })
        ));
        assert_eq!(several(Tab::Details), None);
        assert_eq!(target(Subject::Group(Selection::Overview), Tab::Logs), None);
    }
}
