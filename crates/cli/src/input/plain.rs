//! Which tags hold nothing but scalars in their usual form, so that these need no closer look.

use std::collections::HashMap;

/// Tags in the order in which they came first. Training loops log the same tags over and over in that order, so the
/// next one is all that is tried.
#[derive(Default)]
pub(crate) struct PlainTags {
    known: Vec<(Box<str>, bool)>,
    by_name: HashMap<Box<str>, usize>,
    last: usize,
}

impl PlainTags {
    /// The tag, if it is the one that is expected, and plain.
    pub(crate) fn expect(&mut self, tag: &[u8]) -> Option<&str> {
        let next = if self.last + 1 < self.known.len() {
            self.last + 1
        } else {
            0
        };
        let (name, is_plain) = self.known.get(next)?;
        if !is_plain || name.as_bytes() != tag {
            return None;
        }
        self.last = next;
        Some(name)
    }

    /// Notes what a value of the tag was. One that is not plain makes the tag what it is for good.
    pub(crate) fn learn(&mut self, tag: &str, is_plain: bool) {
        self.last = match self.by_name.get(tag) {
            Some(&i) => i,
            None => {
                self.by_name.insert(tag.into(), self.known.len());
                self.known.push((tag.into(), true));
                self.known.len() - 1
            }
        };
        if let Some((_, plain)) = self.known.get_mut(self.last) {
            *plain &= is_plain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_expected_in_their_order_as_long_as_they_are_plain() {
        let mut tags = PlainTags::default();
        assert_eq!(tags.expect(b"a"), None);
        tags.learn("a", true);
        assert_eq!(tags.expect(b"a"), Some("a"));
        tags.learn("b", true);
        assert_eq!(tags.expect(b"b"), None);
        assert_eq!(tags.expect(b"a"), Some("a"));
        assert_eq!(tags.expect(b"b"), Some("b"));
        tags.learn("b", false);
        tags.learn("b", true);
        assert_eq!(tags.expect(b"a"), Some("a"));
        assert_eq!(tags.expect(b"b"), None);
    }
}
