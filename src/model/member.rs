//! What several logs beside each other are made of.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Container;

/// How many may be looked at together.
pub const MIN_MEMBERS: usize = 2;
/// See [`MIN_MEMBERS`].
pub const MAX_MEMBERS: usize = 4;
/// Longest name of a container, project or service that a member may have, in bytes. Docker's names are
/// shorter: they are names of hosts too.
pub const MAX_NAME_BYTES: usize = 255;

/// One of several that are looked at together, by the names that people use: a container made anew
/// under its name is still the same member.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Member {
    /// The container of this name.
    Container(String),
    /// The containers of a Compose service.
    Service {
        /// Name of the project.
        project: String,
        /// Name of the service.
        service: String,
    },
}

impl Member {
    /// Whether a container belongs to it.
    #[must_use]
    pub fn has(&self, container: &Container) -> bool {
        match self {
            Self::Container(name) => container.name == *name,
            Self::Service { project, service } => {
                container.project.as_ref() == Some(project)
                    && container.service.as_ref() == Some(service)
            }
        }
    }

    /// Whether its names are some that can be asked for.
    fn is_named(&self) -> bool {
        let fits = |name: &String| (1..=MAX_NAME_BYTES).contains(&name.len());
        match self {
            Self::Container(name) => fits(name),
            Self::Service { project, service } => fits(project) && fits(service),
        }
    }
}

/// As it is called: `web-1`, `shop/api`.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(name) => f.write_str(name),
            Self::Service { project, service } => write!(f, "{project}/{service}"),
        }
    }
}

/// Why some members cannot be looked at together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembersError {
    /// They are fewer than [`MIN_MEMBERS`] or more than [`MAX_MEMBERS`].
    Number,
    /// A name is empty or longer than [`MAX_NAME_BYTES`].
    Name,
    /// One is named twice.
    Twice,
}

impl fmt::Display for MembersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "two to four containers or services can be compared",
            Self::Name => "a name of what is compared is empty or too long",
            Self::Twice => "one of those compared is named twice",
        })
    }
}

impl std::error::Error for MembersError {}

/// Says whether these may be looked at together.
///
/// # Errors
/// Where they are too few or too many, have no name or too long a one, or one is there twice.
pub fn check_members(members: &[Member]) -> Result<(), MembersError> {
    if !(MIN_MEMBERS..=MAX_MEMBERS).contains(&members.len()) {
        return Err(MembersError::Number);
    }
    if !members.iter().all(Member::is_named) {
        return Err(MembersError::Name);
    }
    let twice = |at: usize| members[..at].contains(&members[at]);
    if (1..members.len()).any(twice) {
        return Err(MembersError::Twice);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContainerId;

    fn named(name: &str) -> Member {
        Member::Container(name.to_owned())
    }

    #[test]
    fn two_to_four_different_ones_with_names_are_taken() {
        let all = ["a", "b", "c", "d", "e"].map(named);
        assert_eq!(check_members(&all[..1]), Err(MembersError::Number));
        assert_eq!(check_members(&all[..2]), Ok(()));
        assert_eq!(check_members(&all[..4]), Ok(()));
        assert_eq!(check_members(&all), Err(MembersError::Number));
        let twice = [named("a"), named("b"), named("a")];
        assert_eq!(check_members(&twice), Err(MembersError::Twice));
        for bad in ["", &"x".repeat(MAX_NAME_BYTES + 1)] {
            let members = [named("a"), named(bad)];
            assert_eq!(check_members(&members), Err(MembersError::Name));
            let service = Member::Service {
                project: "shop".to_owned(),
                service: bad.to_owned(),
            };
            assert_eq!(
                check_members(&[named("a"), service]),
                Err(MembersError::Name)
            );
        }
    }

    #[test]
    fn a_member_is_a_name_or_the_replicas_of_a_service() {
        let mut api = Container::created(ContainerId("1".into()), "shop-api-1".into());
        let service = Member::Service {
            project: "shop".to_owned(),
            service: "api".to_owned(),
        };
        assert!(named("shop-api-1").has(&api) && !named("shop-api").has(&api));
        assert!(!service.has(&api));
        api.project = Some("shop".into());
        api.service = Some("api".into());
        assert!(service.has(&api));
        assert_eq!(service.to_string(), "shop/api");
    }
}
