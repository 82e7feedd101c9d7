//! Tags by name.

use std::collections::HashMap;
use std::sync::Arc;

/// What is known of each tag, by its number, which is that of its first use.
///
/// Loops log the same tags in the same order again and again, so the tag that followed the last time is tried before
/// anything is hashed.
#[derive(Debug)]
pub(crate) struct Tags<T> {
    known: Vec<Tag<T>>,
    last: usize,
    index: HashMap<Arc<str>, usize>,
}

#[derive(Debug)]
struct Tag<T> {
    name: Arc<str>,
    /// The tag that came next the last time.
    follower: usize,
    value: T,
}

impl<T> Default for Tags<T> {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            last: 0,
            index: HashMap::new(),
        }
    }
}

impl<T> Tags<T> {
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// The tag that followed the last one the last time, if it does so again.
    #[inline]
    pub(crate) fn guess(&mut self, name: &[u8]) -> Option<(usize, &mut T)> {
        let id = self.known.get(self.last)?.follower;
        let tag = self.known.get_mut(id)?;
        if tag.name.as_bytes() != name {
            return None;
        }
        self.last = id;
        Some((id, &mut tag.value))
    }

    /// The number of a tag, which is expected to be used now.
    #[inline]
    pub(crate) fn get(&mut self, name: &str) -> Option<usize> {
        if let Some((id, _)) = self.guess(name.as_bytes()) {
            return Some(id);
        }
        let id = self.find(name)?;
        self.follow(id);
        Some(id)
    }

    /// The number of a tag.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// A tag that is not known yet.
    pub(crate) fn insert(&mut self, name: &str, value: T) -> usize {
        let id = self.known.len();
        let name = Arc::<str>::from(name);
        self.index.insert(Arc::clone(&name), id);
        self.known.push(Tag {
            name,
            follower: id,
            value,
        });
        self.follow(id);
        id
    }

    fn follow(&mut self, id: usize) {
        if let Some(last) = self.known.get_mut(self.last) {
            last.follower = id;
        }
        self.last = id;
    }

    pub(crate) fn value(&self, id: usize) -> Option<&T> {
        Some(&self.known.get(id)?.value)
    }

    pub(crate) fn value_mut(&mut self, id: usize) -> Option<&mut T> {
        Some(&mut self.known.get_mut(id)?.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_any_order() {
        let mut tags = Tags::default();
        let names = ["loss", "acc", "lr", ""];
        for (i, name) in names.iter().enumerate() {
            assert_eq!(tags.get(name), None);
            assert_eq!(tags.insert(name, i), i);
        }
        for round in [[0, 1, 2, 3], [0, 1, 2, 3], [3, 1, 0, 2], [2, 2, 2, 2]] {
            for i in round {
                assert_eq!(tags.get(names[i]), Some(i));
                assert_eq!(tags.value(i), Some(&i));
            }
        }
        assert_eq!(tags.len(), names.len());
        assert_eq!(tags.find("los"), None);
    }

    #[test]
    fn a_guess_is_the_tag_that_followed_before() {
        let mut tags = Tags::default();
        for name in ["a", "b", "a", "b"] {
            if tags.get(name).is_none() {
                tags.insert(name, ());
            }
        }
        assert!(tags.guess(b"a").is_some());
        assert!(tags.guess(b"a").is_none());
        assert!(tags.guess(b"b").is_some());
    }
}
