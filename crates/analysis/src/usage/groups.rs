//! What is added up, group by group.

use std::collections::HashMap;

use super::{Group, Key};

/// Groups, found without allocating.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<(Key, Group)>,
    /// By plugin and tag; where tags do not matter they are empty.
    known: HashMap<Box<str>, HashMap<Box<str>, usize>>,
    no_values: Option<usize>,
}

impl Groups {
    pub(super) fn push(&mut self, key: Key) -> usize {
        self.groups.push((key, Group::default()));
        self.groups.len() - 1
    }

    pub(super) fn at(&mut self, i: usize) -> &mut Group {
        &mut self.groups[i].1
    }

    pub(super) fn no_values(&mut self) -> usize {
        match self.no_values {
            Some(i) => i,
            None => {
                let i = self.push(Key::NoValues);
                self.no_values = Some(i);
                i
            }
        }
    }

    pub(super) fn of(&mut self, plugin: &str, tag: Option<&str>) -> usize {
        let name = tag.unwrap_or_default();
        if let Some(&i) = self.known.get(plugin).and_then(|tags| tags.get(name)) {
            return i;
        }
        let i = self.push(match tag {
            None => Key::Plugin(plugin.to_owned()),
            Some(tag) => Key::Tag {
                tag: tag.to_owned(),
                plugin: plugin.to_owned(),
            },
        });
        let tags = self.known.entry(plugin.into()).or_default();
        tags.insert(name.into(), i);
        i
    }

    pub(super) fn into_list(self) -> Vec<(Key, Group)> {
        self.groups
    }
}
