//! Runs as the tree that their names make.

use tfevents_analysis::stats::RunStats;
use tfevents_analysis::text::printable;

/// A directory: a run, or one that runs are below.
#[derive(Default)]
struct Node<'r> {
    name: String,
    run: Option<&'r RunStats>,
    /// In the order of the best placed run of each.
    children: Vec<Node<'r>>,
}

/// A line of the tree: what precedes the name, with it, and the run if there is one.
pub(super) type Line<'r> = (String, Option<&'r RunStats>);

/// The lines of a tree of `runs`, siblings in the order in which the runs come.
pub(super) fn lines<'r>(runs: &'r [RunStats]) -> Vec<Line<'r>> {
    let mut root = Node::default();
    for run in runs {
        root.insert(&run.name).run = Some(run);
    }
    let mut lines = Vec::new();
    for child in root.children {
        child.print("", "", &mut lines);
    }
    lines
}

impl<'r> Node<'r> {
    /// The node at the end of a path, which is made where it is missing.
    fn insert(&mut self, path: &str) -> &mut Self {
        let (root, path) = match path.strip_prefix('/') {
            Some(rest) => ("/", rest),
            None => ("", path),
        };
        let mut node = self;
        for (i, name) in path.split('/').filter(|name| !name.is_empty()).enumerate() {
            let name = if i == 0 {
                format!("{root}{name}")
            } else {
                name.to_owned()
            };
            let child = node.children.iter().position(|child| child.name == name);
            let child = child.unwrap_or_else(|| {
                node.children.push(Self {
                    name,
                    ..Self::default()
                });
                node.children.len() - 1
            });
            node = &mut node.children[child];
        }
        node
    }

    fn print(mut self, branch: &str, indent: &str, lines: &mut Vec<Line<'r>>) {
        // Directories with nothing but another one in them share its line.
        while self.run.is_none() && self.children.len() == 1 {
            let Some(child) = self.children.pop() else {
                break;
            };
            self = Self {
                name: format!("{}/{}", self.name, child.name),
                ..child
            };
        }
        lines.push((format!("{branch}{}", printable(&self.name)), self.run));
        let last = self.children.len().saturating_sub(1);
        for (i, child) in self.children.into_iter().enumerate() {
            let (branch, below) = if i == last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            child.print(
                &format!("{indent}{branch}"),
                &format!("{indent}{below}"),
                lines,
            );
        }
    }
}
