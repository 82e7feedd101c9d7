//! Long lists of tags in fewer lines.

use std::collections::BTreeMap;

use tfevents_analysis::stats::{Range, Series};
use tfevents_analysis::text::natural_order;

/// So many tags of a kind are listed one by one.
const LISTED: usize = 40;
/// So many tags are worth a line together.
const ALIKE: usize = 4;

/// What has a line of its own.
pub(super) enum Entry<'s> {
    /// Everything that a tag is the name of.
    Tag(&'s str, Vec<&'s Series>),
    /// Tags that are called alike.
    Alike(Alike),
}

/// Tags that begin alike.
#[derive(Default)]
pub(super) struct Alike {
    /// `layer_*/…`.
    pub(super) name: String,
    pub(super) tags: u64,
    pub(super) points: u64,
    pub(super) steps: Range<i64>,
}

/// The series by tag, in their order; if there are too many tags, those that begin alike together.
pub(super) fn entries<'s>(series: &[(&'s str, &'s Series)], all: bool) -> Vec<Entry<'s>> {
    let tags = || series.chunk_by(|a, b| a.0 == b.0);
    let one = |same_tag: &[(&'s str, &'s Series)]| {
        let tag = same_tag.first().map_or("", |&(tag, _)| tag);
        Entry::Tag(tag, same_tag.iter().map(|&(_, series)| series).collect())
    };
    if all || tags().count() <= LISTED {
        return tags().map(one).collect();
    }
    let mut groups = BTreeMap::<String, Vec<_>>::new();
    for same_tag in tags() {
        let tag = same_tag.first().map_or("", |&(tag, _)| tag);
        groups.entry(stem(tag)).or_default().push(same_tag);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(a, _), (b, _)| natural_order(a, b));
    let mut entries = Vec::new();
    for (stem, tags) in groups {
        if tags.len() < ALIKE {
            entries.extend(tags.into_iter().map(one));
            continue;
        }
        let mut alike = Alike {
            name: stem,
            tags: tags.len() as u64,
            ..Alike::default()
        };
        for (_, series) in tags.into_iter().flatten() {
            let stats = series.stats();
            alike.points += stats.points;
            alike.steps.merge(stats.steps);
        }
        entries.push(Entry::Alike(alike));
    }
    entries
}

/// How a tag begins: what is before its first slash, with a star for each number.
fn stem(tag: &str) -> String {
    let (first, rest) = match tag.split_once('/') {
        Some((first, _)) => (first, "/…"),
        None => (tag, ""),
    };
    let mut stem = String::new();
    for c in first.chars() {
        match c {
            '0'..='9' if stem.ends_with('*') => {}
            '0'..='9' => stem.push('*'),
            c => stem.push(c),
        }
    }
    stem + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_begin_alike_have_one_stem() {
        assert_eq!(stem("layer_12/attn/w"), "layer_*/…");
        assert_eq!(stem("loss"), "loss");
        assert_eq!(stem("param7"), "param*");
        assert_eq!(stem("train/loss"), "train/…");
    }
}
