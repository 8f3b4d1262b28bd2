//! The prefix tree that leads from a line to the few clusters it may belong to.

use super::cluster::WILD;

/// No node.
pub(super) const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;

#[derive(Clone, Debug, Default)]
struct Node {
    parent: u32,
    key: u64,
    /// Children by key, sorted.
    children: Vec<(u64, u32)>,
    /// Slots of the clusters of a leaf.
    clusters: Vec<u32>,
}

/// Nodes in one arena. A branch without clusters is removed, so that the tree is never larger
/// than its clusters need.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    free: Vec<u32>,
    max_children: usize,
}

impl Tree {
    pub(super) fn new(max_children: usize) -> Self {
        Self {
            nodes: vec![Node::default()],
            free: Vec::new(),
            max_children: max_children.max(2),
        }
    }

    /// The leaf of a line: by its shape, then by its first tokens, where a token without a child
    /// of its own goes to the wildcard child.
    pub(super) fn find(&self, shape: u64, prefix: &[u64]) -> Option<u32> {
        let mut node = self.child(ROOT, shape)?;
        for &key in prefix {
            node = self.child(node, key).or_else(|| self.child(node, WILD))?;
        }
        Some(node)
    }

    /// The leaf of a line, made if need be. `varies` says which tokens of the prefix look like
    /// values (they hold a digit) and get no child of their own.
    pub(super) fn find_or_insert(
        &mut self,
        shape: u64,
        prefix: &[u64],
        varies: impl Fn(usize) -> bool,
    ) -> u32 {
        let mut node = self.child_or_insert(ROOT, shape);
        for (i, &key) in prefix.iter().enumerate() {
            node = match self.child(node, key) {
                Some(child) => child,
                None if varies(i) => self.child_or_insert(node, WILD),
                None => {
                    let children = self.nodes[node as usize].children.len();
                    let wild = usize::from(self.child(node, WILD).is_none());
                    // The last place is kept for the wildcard.
                    let key = match children + wild < self.max_children {
                        true => key,
                        false => WILD,
                    };
                    self.child_or_insert(node, key)
                }
            };
        }
        node
    }

    pub(super) fn clusters(&self, leaf: u32) -> &[u32] {
        self.nodes
            .get(leaf as usize)
            .map_or(&[], |node| &node.clusters)
    }

    pub(super) fn add(&mut self, leaf: u32, cluster: u32) {
        self.nodes[leaf as usize].clusters.push(cluster);
    }

    /// Takes a cluster out of its leaf, and the branch with it if that was the last one.
    pub(super) fn remove(&mut self, leaf: u32, cluster: u32) {
        self.nodes[leaf as usize]
            .clusters
            .retain(|&other| other != cluster);
        self.prune(leaf);
    }

    /// Removes a leaf without clusters, and the branch that led to nothing else.
    pub(super) fn prune(&mut self, leaf: u32) {
        let mut at = leaf;
        while at != ROOT {
            let node = &self.nodes[at as usize];
            if !node.clusters.is_empty() || !node.children.is_empty() {
                return;
            }
            let (parent, key) = (node.parent, node.key);
            let siblings = &mut self.nodes[parent as usize].children;
            if let Ok(index) = siblings.binary_search_by_key(&key, |&(key, _)| key) {
                siblings.remove(index);
            }
            self.nodes[at as usize] = Node::default();
            self.free.push(at);
            at = parent;
        }
    }

    /// Nodes in use.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// Memory in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        let lists: usize = self
            .nodes
            .iter()
            .map(|node| node.children.capacity() * 16 + node.clusters.capacity() * 4)
            .sum();
        lists + self.nodes.capacity() * size_of::<Node>() + self.free.capacity() * 4
    }

    fn child(&self, node: u32, key: u64) -> Option<u32> {
        let children = &self.nodes[node as usize].children;
        let index = children.binary_search_by_key(&key, |&(key, _)| key).ok()?;
        Some(children[index].1)
    }

    fn child_or_insert(&mut self, node: u32, key: u64) -> u32 {
        let children = &self.nodes[node as usize].children;
        let index = match children.binary_search_by_key(&key, |&(key, _)| key) {
            Ok(index) => return children[index].1,
            Err(index) => index,
        };
        let new = Node {
            parent: node,
            key,
            ..Node::default()
        };
        let child = match self.free.pop() {
            Some(free) => {
                self.nodes[free as usize] = new;
                free
            }
            None => {
                self.nodes.push(new);
                (self.nodes.len() - 1) as u32
            }
        };
        self.nodes[node as usize]
            .children
            .insert(index, (key, child));
        child
    }
}
