//! What makes TensorBoard's Python loader discard points: a `START` that is not the run's first one, and in files of an
//! old version steps that go back. It takes no other [restart](crate::reader::Restarts) for one.

use super::datum::Storage;
use super::file::FileData;
use super::marks::{Back, Mark};

/// The least step from which on points are discarded, if any are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bound(Option<i64>);

impl Bound {
    pub(super) fn lower(&mut self, step: i64) {
        self.0 = Some(self.0.map_or(step, |bound| bound.min(step)));
    }

    pub(super) fn spares(self, step: i64) -> bool {
        self.0.is_none_or(|bound| step < bound)
    }
}

/// What the marks of a run mean for each part of it. Made once for the run, so that asking for a tag costs no more
/// than the tag's own points, however many there are.
#[derive(Clone, Debug)]
pub(super) struct Purges(Vec<PartPurges>);

/// The same for one part, by the number of marks that come before a point.
#[derive(Clone, Debug)]
pub(super) struct PartPurges {
    modern: Vec<bool>,
    /// Of all starts that come later.
    bounds: Vec<Bound>,
    /// The step of the last summary before the part.
    last_step: i64,
}

impl Purges {
    pub(super) fn of<'a>(run: impl Iterator<Item = &'a FileData>) -> Self {
        let mut parts = Vec::new();
        let mut modern = false;
        let mut started = false;
        let mut last_step = -1;
        for data in run {
            let mut part = PartPurges {
                modern: vec![modern],
                bounds: Vec::new(),
                last_step,
            };
            for &mark in &data.marks {
                let mut bound = Bound::default();
                // Before a version is known, no start is noticed; then the run's first one discards nothing.
                if let Mark::Start(step) = mark
                    && modern
                    && std::mem::replace(&mut started, true)
                {
                    bound.lower(step);
                }
                part.bounds.push(bound);
                modern = mark.is_modern(modern);
                part.modern.push(modern);
            }
            part.bounds.push(Bound::default());
            last_step = data.last_summary_step.unwrap_or(last_step);
            parts.push(part);
        }
        let mut later = Bound::default();
        for part in parts.iter_mut().rev() {
            for bound in part.bounds.iter_mut().rev() {
                if let Bound(Some(step)) = *bound {
                    later.lower(step);
                }
                *bound = later;
            }
        }
        Self(parts)
    }

    pub(super) fn parts(&self) -> impl DoubleEndedIterator<Item = &PartPurges> {
        self.0.iter()
    }
}

impl PartPurges {
    /// Of the starts behind a point before which so many marks stand.
    pub(super) fn bound(&self, marks: usize) -> Bound {
        self.bounds.get(marks).copied().unwrap_or_default()
    }

    /// Lowers `bound` by those of a tag's `backs` that come behind point `i`, and removes them; they are the
    /// last ones.
    pub(super) fn go_back(
        &self,
        backs: &mut &[Back],
        storage: Storage,
        i: usize,
        bound: &mut Bound,
    ) {
        while let Some((back, rest)) = backs.split_last()
            && back.position(storage) > i
        {
            *backs = rest;
            self.apply(back, bound);
        }
    }

    /// The same for those that come before the part's first point of the tag.
    pub(super) fn go_back_before<'b>(
        &self,
        backs: impl IntoIterator<Item = &'b Back>,
        bound: &mut Bound,
    ) {
        for back in backs {
            self.apply(back, bound);
        }
    }

    fn apply(&self, back: &Back, bound: &mut Bound) {
        #[cfg(test)]
        work::count();
        let goes_back = !back.first || back.step < self.last_step;
        if goes_back && self.modern.get(back.marks) == Some(&false) {
            bound.lower(back.step);
        }
    }
}

/// How often a mark was looked at, by the present thread.
#[cfg(test)]
pub(super) mod work {
    use std::cell::Cell;

    thread_local!(static DONE: Cell<usize> = const { Cell::new(0) });

    pub(super) fn count() {
        DONE.set(DONE.get() + 1);
    }

    pub(crate) fn take() -> usize {
        DONE.take()
    }
}
