//! Which container a page shows. The address names it, but names move: a container is renamed,
//! removed, or removed and made again under the same name. A page stays with the container it
//! showed, follows its new name, keeps its lines after it is gone, and offers the successor.

use sidekick::model::{Container, ContainerId};

/// The container that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Pinned {
    /// As it is, or was when it went.
    pub container: Container,
    /// Whether the engine no longer has it.
    pub gone: bool,
    /// The name under which it was opened.
    asked: String,
    /// How often a successor had been accepted when this was pinned.
    accepted: u32,
}

impl Pinned {
    /// The next pin, from the one before, the name in the address and the list as it is now.
    ///
    /// `known` says that the list is the engine's word: while the engine does not answer,
    /// nothing counts as removed. A higher `accepted` than the pin's own takes the successor.
    /// `None` when no container of that name was ever seen.
    #[must_use]
    pub fn next(
        before: Option<&Self>,
        name: &str,
        containers: &[Container],
        known: bool,
        accepted: u32,
    ) -> Option<Self> {
        let same = before.filter(|pin| pin.asked == name || pin.container.name == name);
        let Some(before) = same else {
            let container = containers.iter().find(|c| c.name == name)?.clone();
            return Some(Self {
                asked: container.name.clone(),
                container,
                gone: false,
                accepted,
            });
        };
        if let Some(container) = containers.iter().find(|c| c.id == before.container.id) {
            return Some(Self {
                container: container.clone(),
                gone: false,
                // Once the address has followed a new name, the old one means whoever has it.
                asked: match container.name == name {
                    true => name.to_owned(),
                    false => before.asked.clone(),
                },
                accepted,
            });
        }
        match before.successor(containers) {
            Some(container) if accepted > before.accepted => Some(Self {
                asked: container.name.clone(),
                container: container.clone(),
                gone: false,
                accepted,
            }),
            _ => Some(Self {
                gone: known,
                ..before.clone()
            }),
        }
    }

    /// The container that took this one's place: the same name, or the same number of the same
    /// Compose service.
    #[must_use]
    pub fn successor<'a>(&self, containers: &'a [Container]) -> Option<&'a Container> {
        let old = &self.container;
        let other = || containers.iter().filter(|c| c.id != old.id);
        other()
            .find(|c| c.name == self.asked || c.name == old.name)
            .or_else(|| {
                other().find(|c| {
                    c.service.is_some()
                        && c.service == old.service
                        && c.project == old.project
                        && c.number == old.number
                })
            })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &ContainerId {
        &self.container.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::container;

    fn next(before: Option<&Pinned>, name: &str, list: &[Container]) -> Option<Pinned> {
        Pinned::next(before, name, list, true, 0)
    }

    #[test]
    fn a_renamed_container_is_followed() {
        let first = next(None, "web", &[container("a", "web")]);
        let then = next(first.as_ref(), "web", &[container("a", "web-old")]);
        let pin = then.as_ref().unwrap();
        assert_eq!((pin.container.name.as_str(), pin.gone), ("web-old", false));
        // The address follows and still means the same container.
        let list = [container("a", "web-old"), container("b", "web")];
        let pin = next(then.as_ref(), "web-old", &list).unwrap();
        assert_eq!(pin.id().0, "a");
        // And who took the old name since can be opened.
        assert_eq!(next(Some(&pin), "web", &list).unwrap().id().0, "b");
    }

    #[test]
    fn a_removed_container_stays_and_its_successor_waits_to_be_accepted() {
        let first = next(None, "web", &[container("a", "web")]);
        let list = [container("b", "web")];
        let gone = next(first.as_ref(), "web", &list).unwrap();
        assert!(gone.gone);
        assert_eq!(gone.id().0, "a");
        assert_eq!(gone.successor(&list).map(|c| c.id.0.as_str()), Some("b"));
        let taken = Pinned::next(Some(&gone), "web", &list, true, 1).unwrap();
        assert_eq!((taken.id().0.as_str(), taken.gone), ("b", false));
    }

    #[test]
    fn compose_recreating_a_container_offers_the_new_one() {
        let mut old = container("a", "shop-api-1");
        old.project = Some("shop".into());
        old.service = Some("api".into());
        old.number = Some(1);
        let first = next(None, "shop-api-1", &[old.clone()]);
        old.name = "0123_shop-api-1".into();
        let renamed = next(first.as_ref(), "shop-api-1", &[old]);
        let list = [container("b", "shop-api-1")];
        let gone = next(renamed.as_ref(), "0123_shop-api-1", &list).unwrap();
        assert!(gone.gone);
        assert!(gone.successor(&list).is_some());
    }

    #[test]
    fn nothing_counts_as_removed_while_the_engine_does_not_answer() {
        let first = next(None, "web", &[container("a", "web")]);
        let pin = Pinned::next(first.as_ref(), "web", &[], false, 0).unwrap();
        assert!(!pin.gone);
    }

    #[test]
    fn another_name_is_another_container() {
        let list = [container("a", "web"), container("b", "db")];
        let first = next(None, "web", &list);
        assert_eq!(next(first.as_ref(), "db", &list).unwrap().id().0, "b");
        assert_eq!(next(first.as_ref(), "nobody", &list), None);
    }
}
