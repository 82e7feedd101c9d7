//! Which runs are followed, and what they are called.

use std::collections::HashMap;

use anyhow::Result;
use tfevents::reader::TailItem;

use crate::args::paths::Paths;
use tfevents_analysis::pattern::Patterns;

/// Which runs are wanted.
pub(super) struct Runs<'a> {
    patterns: &'a Patterns,
    /// What precedes the names where several paths are followed.
    roots: Vec<String>,
    known: HashMap<Box<str>, bool>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(patterns: &'a Patterns, paths: &Paths) -> Result<Self> {
        let roots = paths.roots()?;
        Ok(Self {
            patterns,
            roots: roots
                .iter()
                .filter_map(|root| root.name().map(str::to_owned))
                .collect(),
            known: HashMap::new(),
        })
    }

    /// The name of the run that this is about, as in other verbs; `None` if it is not wanted.
    pub(super) fn name<'i>(&mut self, item: &TailItem<'i>) -> Option<&'i str> {
        let (TailItem::Point { run, .. }
        | TailItem::NewRun { run }
        | TailItem::Restart { run, .. }
        | TailItem::Replaced { run, .. }
        | TailItem::Damage { run, .. }
        | TailItem::Unreadable { run, .. }) = *item
        else {
            return None;
        };
        let name = match run.strip_suffix("/.") {
            Some(root) if !self.roots.is_empty() => root,
            _ => run,
        };
        self.wants(name, run).then_some(name)
    }

    fn wants(&mut self, name: &str, run: &str) -> bool {
        if self.patterns.is_empty() {
            return true;
        }
        if let Some(&wanted) = self.known.get(name) {
            return wanted;
        }
        let own = self
            .roots
            .iter()
            .filter_map(|root| run.strip_prefix(&**root)?.strip_prefix('/'));
        let names = std::iter::once(name).chain(own);
        let wanted = self.patterns.matches_any(names);
        self.known.insert(name.into(), wanted);
        wanted
    }
}
