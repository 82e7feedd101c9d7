//! Looks tags up by name, in little memory.

use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;

/// What is known of each tag, by its number, which is that of its first use.
///
/// There may be as many tags as values, so a tag takes little more than its name and what is known of it. Loops log the
/// same tags in the same order again and again, so the tag that followed the last time is tried before anything is
/// hashed.
///
/// # Examples
///
/// ```
/// use tfevents::tags::Tags;
///
/// let mut counts = Tags::default();
/// for tag in ["loss", "acc", "loss"] {
///     *counts.entry(tag, || 0) += 1;
/// }
/// assert!(counts.iter().eq([("loss", &2), ("acc", &1)]));
/// ```
#[derive(Clone, Debug)]
pub struct Tags<T> {
    /// All of them, one behind the other.
    names: String,
    known: Vec<Tag<T>>,
    last: usize,
    index: Index,
}

#[derive(Clone, Debug, PartialEq)]
struct Tag<T> {
    /// Where its name begins, and how long it is.
    start: usize,
    len: u32,
    /// The tag that came next the last time.
    follower: u32,
    value: T,
}

impl<T> Tag<T> {
    #[inline]
    fn range(&self) -> Range<usize> {
        self.start..self.start + self.len as usize
    }
}

impl<T> Default for Tags<T> {
    fn default() -> Self {
        Self {
            names: String::new(),
            known: Vec::new(),
            last: 0,
            index: Index::default(),
        }
    }
}

impl<T> Tags<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The tag that followed the last one the last time, if it does so again.
    #[inline]
    pub fn guess(&mut self, name: &[u8]) -> Option<(usize, &mut T)> {
        let id = self.known.get(self.last)?.follower as usize;
        let tag = self.known.get_mut(id)?;
        if self.names.as_bytes().get(tag.range())? != name {
            return None;
        }
        self.last = id;
        Some((id, &mut tag.value))
    }

    /// The number of a tag, which is expected to be used now.
    #[inline]
    pub fn get(&mut self, name: &str) -> Option<usize> {
        if let Some((id, _)) = self.guess(name.as_bytes()) {
            return Some(id);
        }
        // What was guessed a moment ago, and was of no use, may come again by another way.
        if self.name(self.last) == Some(name) {
            return Some(self.last);
        }
        let id = self.find(name)?;
        self.follow(id);
        Some(id)
    }

    /// The number of a tag.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let is = |&id: &usize| self.name(id) == Some(name);
        self.index.candidates(name).find(is)
    }

    /// What is known of a tag, which is expected to be used now; a new one begins with `new`.
    #[inline]
    pub fn entry(&mut self, name: &str, new: impl FnOnce() -> T) -> &mut T {
        let id = match self.get(name) {
            Some(id) => id,
            None => self.insert(name, new()),
        };
        &mut self.known[id].value
    }

    /// Adds a tag that is not known yet. Its number.
    pub fn insert(&mut self, name: &str, value: T) -> usize {
        let id = self.known.len();
        let start = self.names.len();
        self.names.push_str(name);
        self.index.insert(name, id);
        self.known.push(Tag {
            start,
            len: short(name.len()),
            follower: short(id),
            value,
        });
        self.follow(id);
        id
    }

    fn follow(&mut self, id: usize) {
        if let Some(last) = self.known.get_mut(self.last) {
            last.follower = short(id);
        }
        self.last = id;
    }

    /// The name of the tag of that number.
    #[inline]
    #[must_use]
    pub fn name(&self, id: usize) -> Option<&str> {
        self.names.get(self.known.get(id)?.range())
    }

    /// What is known of the tag of that number.
    #[must_use]
    pub fn value(&self, id: usize) -> Option<&T> {
        Some(&self.known.get(id)?.value)
    }

    /// What is known of the tag of that number, to be changed.
    pub fn value_mut(&mut self, id: usize) -> Option<&mut T> {
        Some(&mut self.known.get_mut(id)?.value)
    }

    /// What is known of each, to be changed, in the order of their numbers.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.known.iter_mut().map(|tag| &mut tag.value)
    }

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &T)> + Clone {
        let tags = self.known.iter().enumerate();
        tags.map(|(id, tag)| (self.name(id).unwrap_or_default(), &tag.value))
    }

    /// The same tags, with something else known of them.
    #[must_use]
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Tags<U> {
        let known = self.known.into_iter().map(|tag| Tag {
            start: tag.start,
            len: tag.len,
            follower: tag.follower,
            value: f(tag.value),
        });
        // They may take the place of those before, which may have been larger.
        let mut known: Vec<_> = known.collect();
        known.shrink_to_fit();
        Tags {
            known,
            names: self.names,
            last: self.last,
            index: self.index,
        }
    }
}

/// The same is known of the same tags, numbered alike.
impl<T: PartialEq> PartialEq for Tags<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// A number or a length as it is kept: there are neither four billion tags nor tags of 4 GiB, which no record holds.
fn short(id: usize) -> u32 {
    u32::try_from(id).unwrap_or(Index::FREE)
}

/// Numbers of tags by the hashes of their names, in a table that is never full. A `HashMap` would hold every name once
/// more.
#[derive(Clone, Debug, Default)]
struct Index {
    /// A power of two of them, or none. Each holds a hash, and the number, which is at its hash's place or in the
    /// row of those that follow it.
    slots: Vec<(u32, u32)>,
    len: usize,
    hasher: RandomState,
}

impl Index {
    /// Instead of a number.
    const FREE: u32 = u32::MAX;

    /// The numbers of names with this one's hash.
    fn candidates(&self, name: &str) -> impl Iterator<Item = usize> {
        let hash = self.hash(name);
        self.row(hash)
            .filter_map(|at| self.slots.get(at))
            .take_while(|&&(_, id)| id != Self::FREE)
            .filter(move |&&(other, _)| other == hash)
            .map(|&(_, id)| id as usize)
    }

    fn insert(&mut self, name: &str, id: usize) {
        self.len += 1;
        if self.len * 4 > self.slots.len() * 3 {
            let larger = vec![(0, Self::FREE); (self.slots.len() * 2).max(8)];
            for (hash, id) in std::mem::replace(&mut self.slots, larger) {
                self.put(hash, id);
            }
        }
        self.put(self.hash(name), short(id));
    }

    fn put(&mut self, hash: u32, id: u32) {
        let free = self
            .row(hash)
            .find(|&at| self.slots.get(at).is_some_and(|slot| slot.1 == Self::FREE));
        if let Some(slot) = free.and_then(|at| self.slots.get_mut(at)) {
            *slot = (hash, id);
        }
    }

    /// Where a number may stand, the first place first.
    fn row(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len().wrapping_sub(1);
        (0..self.slots.len()).map(move |i| (hash as usize).wrapping_add(i) & mask)
    }

    #[expect(clippy::cast_possible_truncation, reason = "half a hash is one, too")]
    fn hash(&self, name: &str) -> u32 {
        self.hasher.hash_one(name) as u32
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
                assert_eq!(tags.name(i), Some(names[i]));
                assert_eq!(tags.value(i), Some(&i));
            }
        }
        assert_eq!(tags.len(), names.len());
        assert_eq!(tags.find("los"), None);
        assert_eq!(tags.name(4), None);
    }

    #[test]
    fn a_guess_that_was_no_use_does_not_spoil_the_next() {
        let mut tags = Tags::default();
        for name in ["a", "b", "c", "a", "b", "c"] {
            if tags.get(name).is_none() {
                tags.insert(name, ());
            }
        }
        for name in ["a", "b", "c", "a"] {
            assert!(tags.guess(name.as_bytes()).is_some(), "{name}");
            assert!(tags.get(name).is_some(), "{name}");
        }
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

    #[test]
    fn many_tags_are_found_again() {
        let mut tags = Tags::default();
        let name = |i: usize| "x".repeat(i % 7) + &i.to_string();
        for i in 0..10_000 {
            assert_eq!(tags.find(&name(i)), None, "{i}");
            tags.insert(&name(i), i);
        }
        for i in (0..10_000).rev() {
            assert_eq!(tags.find(&name(i)), Some(i));
        }
        let same = tags.clone().map(|i| i);
        assert_eq!(same, tags);
        assert_ne!(same.map(|i| i + 1), tags);
    }

    #[test]
    fn the_same_hash_is_not_the_same_name() {
        let mut tags = Tags::default();
        let a = tags.insert("a", ());
        let hash = tags.index.hash("b");
        tags.index.put(hash, short(a));
        assert_eq!(tags.find("b"), None);
        let b = tags.insert("b", ());
        assert_eq!((tags.find("a"), tags.find("b")), (Some(a), Some(b)));
    }
}
