//! A series as each of TensorBoard's loaders has it: which points are left, and which rule took the others.

use super::RunState;
use super::datum::Storage;
use super::listing::{Listing, Unlisted};
use super::purges::{Bound, Purges};
use super::shape::Shape;
use super::view::{Decisive, Piece, locate};
use crate::event::DataClass;
use crate::series::policy::Kept;

#[cfg(test)]
pub(super) mod tests;

/// What is left of a series, which points or only how many, and how many are not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen<K = usize> {
    pub(crate) listing: Listing,
    pub(crate) kept: K,
    /// Discarded by a later point, or by a restart; without what is no value anyway.
    pub(crate) discarded: usize,
    /// Of a form that the loader has no point for.
    pub(crate) form: usize,
    /// Behind another point of the same step, of which the first is shown.
    pub(crate) same_step: usize,
    /// Sessions after the first one: of hyperparameters the loader keeps what the first value says.
    pub(crate) later: usize,
    /// Points at which the loader fails when it is asked for the series, or in a series of media for this point.
    /// They are among those that are left.
    pub(crate) unreadable: usize,
}

impl RunState {
    /// A series as the data server shows it.
    pub(super) fn seen_fast(
        &self,
        tag: &str,
        storage: Storage,
        pieces: &[Piece<'_>],
    ) -> Result<Seen<Kept>, Unlisted> {
        let decisive = self.decisive_for_fast(tag).ok_or(Unlisted::NoMetadata)?;
        let mut seen = Seen::new(&decisive)?;
        self.preempt(tag, storage, &mut seen.kept);
        seen.discarded = discarded(storage, pieces, &seen.kept, |_, shape| shape != Shape::None);
        let Listing { class, plugin } = &seen.listing;
        seen.form = seen.kept.retain(|index| {
            locate(pieces, index)
                .is_some_and(|(piece, i)| piece.series.shape(i).is_served(*class, plugin))
        });
        let mut seen = seen.of_form(storage)?;
        // TensorBoard makes arrays of tensors itself, whoever loaded them.
        if seen.listing.class == DataClass::Tensor {
            seen.unreadable = seen.count_unreadable(pieces);
        }
        // What is not there any more is not listed.
        if seen.kept.len() > 0 {
            seen.take_first(&decisive, pieces);
        }
        Ok(seen)
    }

    /// A series as the Python loader shows it.
    pub(super) fn seen_slow(
        &self,
        tag: &str,
        storage: Storage,
        pieces: &[Piece<'_>],
    ) -> Result<Seen<Kept>, Unlisted> {
        let decisive = self.decisive_for_slow(tag).ok_or(Unlisted::NoMetadata)?;
        let mut seen = Seen::new(&decisive)?;
        self.purge(tag, storage, pieces, &mut seen.kept);
        seen.discarded = discarded(storage, pieces, &seen.kept, |piece, shape| {
            shape.is_point(piece.filled)
        });
        if storage == Storage::Places {
            seen.form = seen.kept.retain(|index| {
                locate(pieces, index)
                    .is_some_and(|(piece, i)| piece.series.shape(i).is_point(piece.filled))
            });
        }
        let mut seen = seen.of_form(storage)?;
        if seen.listing.class == DataClass::BlobSequence {
            seen.same_step = seen.kept.first_of_step();
        }
        seen.unreadable = seen.count_unreadable(pieces);
        seen.take_first(&decisive, pieces);
        Ok(seen)
    }

    /// The data server's rule: a value discards those of its tag from its step on, whatever its form.
    fn preempt(&self, tag: &str, storage: Storage, kept: &mut Kept) {
        let mut index = 0;
        for (_, data) in self.parts() {
            let Some(own) = data.find(tag).find(|series| series.storage() == storage) else {
                if let Some(step) = data.least_elsewhere(tag, storage) {
                    kept.preempt(step);
                }
                continue;
            };
            let mut foreign = own.foreign().iter().peekable();
            for (i, &step) in own.steps().iter().enumerate() {
                while let Some(&(_, step)) = foreign.next_if(|&&(before, _)| before as usize <= i) {
                    kept.preempt(step);
                }
                kept.preempt(step);
                kept.push(step, index);
                index += 1;
            }
            for &(_, step) in foreign {
                kept.preempt(step);
            }
        }
    }
}

impl RunState {
    /// The Python loader's rules: a restart discards points of all tags from its step on; without a file version a
    /// summary whose step is smaller than that of the summary before discards those of its own tags.
    fn purge(&self, tag: &str, storage: Storage, pieces: &[Piece<'_>], kept: &mut Kept) {
        let mut pieces = pieces.iter().rev().peekable();
        let mut bound = Bound::default();
        // From the last event to the first, so that what is behind a point is known when its turn comes.
        for ((_, data), part) in self.parts().rev().zip(self.purges().parts().rev()) {
            let mut backs = data.backs(tag);
            if let Some(piece) = pieces.next_if(|piece| std::ptr::eq(piece.data, data)) {
                let steps = piece.series.steps();
                for (i, marks) in piece.series.backwards() {
                    part.go_back(&mut backs, storage, i, &mut bound);
                    if let Some(&step) = steps.get(i)
                        && bound.spares(step)
                        && part.bound(marks).spares(step)
                    {
                        kept.push(step, piece.before + i);
                    }
                }
            }
            part.go_back_before(data.first_back(tag).into_iter().chain(backs), &mut bound);
        }
        kept.reverse();
    }

    fn purges(&self) -> &Purges {
        self.purges
            .get_or_init(|| Purges::of(self.parts().map(|(_, data)| data)))
    }
}

impl Seen<Kept> {
    fn new(decisive: &Decisive<'_>) -> Result<Self, Unlisted> {
        Ok(Self {
            listing: decisive.listing.clone()?,
            kept: Kept::default(),
            discarded: 0,
            form: 0,
            same_step: 0,
            later: 0,
            unreadable: 0,
        })
    }

    /// The same, unless the loader has such values as points among others only.
    fn of_form(self, storage: Storage) -> Result<Self, Unlisted> {
        if self.listing.has(storage) {
            return Ok(self);
        }
        Err(Unlisted::OtherForm {
            points: self.kept.len(),
            discarded: self.discarded,
            listing: self.listing,
        })
    }

    fn count_unreadable(&self, pieces: &[Piece<'_>]) -> usize {
        let Listing { class, plugin } = &self.listing;
        let readable = |&index: &usize| {
            locate(pieces, index)
                .is_some_and(|(piece, i)| piece.series.shape(i).is_readable(*class, plugin))
        };
        self.kept.indices().filter(|index| !readable(index)).count()
    }

    pub(super) fn count(self) -> Seen {
        Seen {
            kept: self.kept.len(),
            listing: self.listing,
            discarded: self.discarded,
            form: self.form,
            same_step: self.same_step,
            later: self.later,
            unreadable: self.unreadable,
        }
    }

    /// Of a series of hyperparameters, which say everything in their metadata, only the value counts whose
    /// metadata the loader keeps.
    fn take_first(&mut self, decisive: &Decisive<'_>, pieces: &[Piece<'_>]) {
        if self.listing.plugin != "hparams" {
            return;
        }
        let mut first = Kept::default();
        let piece = pieces
            .iter()
            .find(|piece| std::ptr::eq(piece.data, decisive.data));
        if let (Some(piece), Some(place)) = (piece, decisive.said.place)
            && let Some(&step) = piece.series.steps().get(place as usize)
        {
            first.push(step, piece.before + place as usize);
        }
        self.later = len(pieces) - first.len();
        (self.discarded, self.form, self.same_step, self.unreadable) = (0, 0, 0, 0);
        self.kept = first;
    }
}

/// How many points that are any are not left.
fn discarded(
    storage: Storage,
    pieces: &[Piece<'_>],
    kept: &Kept,
    is_any: impl Fn(&Piece<'_>, Shape) -> bool,
) -> usize {
    let gone = len(pieces) - kept.len();
    if gone == 0 || storage == Storage::Numbers {
        return gone;
    }
    let is_none = |(piece, i): (&Piece<'_>, usize)| !is_any(piece, piece.series.shape(i));
    let all = pieces
        .iter()
        .flat_map(|piece| (0..piece.series.len()).map(move |i| (piece, i)));
    let left = kept.indices().filter_map(|index| locate(pieces, index));
    let none = all.filter(|&at| is_none(at)).count() - left.filter(|&at| is_none(at)).count();
    gone - none
}

fn len(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(|piece| piece.series.len()).sum()
}
