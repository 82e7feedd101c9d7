//! What is added up, group by group.

use tfevents::tags::Tags;

use super::{Group, Key};

/// Groups, found without allocating.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<(Key, Group)>,
    plugins: Tags<Known>,
    no_values: Option<usize>,
}

/// The groups of a plugin, by their places.
#[derive(Debug, Default)]
struct Known {
    /// That of the whole plugin, where tags do not matter.
    all: Option<usize>,
    tags: Tags<usize>,
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
        let groups = &mut self.groups;
        let mut push = |key| {
            groups.push((key, Group::default()));
            groups.len() - 1
        };
        let known = self.plugins.entry(plugin, Known::default);
        match tag {
            None => *known
                .all
                .get_or_insert_with(|| push(Key::Plugin(plugin.to_owned()))),
            Some(tag) => *known.tags.entry(tag, || {
                push(Key::Tag {
                    tag: tag.to_owned(),
                    plugin: plugin.to_owned(),
                })
            }),
        }
    }

    pub(super) fn into_list(self) -> Vec<(Key, Group)> {
        self.groups
    }
}
