//! As many steps of a series as a picture shows, evenly chosen while they come in.

/// How many steps are kept at least, of a series that has as many.
const LEAST: usize = 40;

/// Some of the values that were added: the first, the last, and every so many between them.
#[derive(Debug)]
pub(super) struct Thinned<T> {
    kept: Vec<T>,
    /// The last one, unless it is kept anyway.
    last: Option<T>,
    /// One in so many is kept.
    stride: u64,
    added: u64,
    least: usize,
}

impl<T> Default for Thinned<T> {
    fn default() -> Self {
        Self::new(LEAST)
    }
}

impl<T> Thinned<T> {
    pub(super) fn new(least: usize) -> Self {
        Self {
            kept: Vec::new(),
            last: None,
            stride: 1,
            added: 0,
            least,
        }
    }

    pub(super) fn add(&mut self, value: T) {
        if self.added.is_multiple_of(self.stride) {
            self.kept.push(value);
            self.last = None;
        } else {
            self.last = Some(value);
        }
        self.added += 1;
        if self.kept.len() >= 2 * self.least {
            let mut at = 0_usize;
            let mut dropped = None;
            self.kept = std::mem::take(&mut self.kept)
                .into_iter()
                .filter_map(|value| {
                    at += 1;
                    match at % 2 {
                        1 => Some(value),
                        _ => {
                            dropped = Some(value);
                            None
                        }
                    }
                })
                .collect();
            self.stride *= 2;
            self.last = dropped;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.kept.iter().chain(&self.last)
    }

    /// How many there were.
    pub(super) fn added(&self) -> u64 {
        self.added
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_are_kept_and_others_evenly() {
        for count in [1, 2, 7, 8, 9, 100, 1000, 1001] {
            let mut thinned = Thinned::new(4);
            (0..count).for_each(|i| thinned.add(i));
            let kept: Vec<_> = thinned.iter().copied().collect();
            assert_eq!(
                (kept.first(), kept.last()),
                (Some(&0), Some(&(count - 1))),
                "{count}"
            );
            assert!(
                kept.len() >= count.min(4) && kept.len() <= 9,
                "{count}: {kept:?}"
            );
            assert!(kept.is_sorted_by(|a, b| a < b), "{count}: {kept:?}");
        }
    }
}
