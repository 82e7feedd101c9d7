//! What is added up, group by group.

use std::collections::BTreeMap;

use tfevents::tags::Tags;

use super::{Group, Key};

/// Groups of tags, found without allocating.
#[derive(Debug)]
pub(super) struct Groups {
    groups: Vec<(Key, Group)>,
    /// The places of tags, by plugin.
    plugins: Tags<Tags<usize>>,
}

impl Default for Groups {
    fn default() -> Self {
        Self {
            groups: vec![(Key::NoValues, Group::default())],
            plugins: Tags::default(),
        }
    }
}

impl Groups {
    /// The place of what is no value.
    pub(super) const NO_VALUES: usize = 0;

    pub(super) fn at(&mut self, i: usize) -> &mut Group {
        &mut self.groups[i].1
    }

    pub(super) fn of(&mut self, plugin: &str, tag: &str) -> usize {
        let groups = &mut self.groups;
        let tags = self.plugins.entry(plugin, Tags::default);
        *tags.entry(tag, || {
            let (tag, plugin) = (tag.to_owned(), plugin.to_owned());
            groups.push((Key::Tag { tag, plugin }, Group::default()));
            groups.len() - 1
        })
    }

    pub(super) fn into_list(self) -> Vec<(Key, Group)> {
        self.groups
    }
}

/// The tags of each plugin together.
pub(super) fn by_plugin(by_tag: &[(Key, Group)]) -> Vec<(Key, Group)> {
    let mut plugins = BTreeMap::<Key, Group>::new();
    for (key, group) in by_tag {
        let key = match key {
            Key::Tag { plugin, .. } => Key::Plugin(plugin.clone()),
            other => other.clone(),
        };
        *plugins.entry(key).or_default() += *group;
    }
    plugins.into_iter().collect()
}

/// Leaves out groups with nothing in them, and puts the largest first.
pub(super) fn in_order(mut groups: Vec<(Key, Group)>) -> Vec<(Key, Group)> {
    groups.retain(|(_, group)| group.parts != super::Parts::default());
    groups.sort_by(|(a, x), (b, y)| y.parts.total().cmp(&x.parts.total()).then(a.cmp(b)));
    groups
}
