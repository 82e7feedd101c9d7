//! Where merging in order of time puts a file before one that it continues.

use crate::event::What;
use crate::reader::EventRecord;
use crate::tags::Tags;

/// Notes where an event of one file comes behind those of a later file although its step comes before theirs.
///
/// The clock of whoever wrote the later file was behind, as a rule. TensorBoard's fast loader takes such an event
/// for a restart, and discards the points of the later file from its step on. Where the later file is the one that
/// goes back, nothing is noted: that is a restart. Memory grows with the number of tags.
///
/// # Examples
///
/// ```
/// use tfevents::edit::{Interleaved, MergeItem, Reversals};
/// use tfevents::{At, SummaryWriter, WallTime};
///
/// # let dir = tempfile::tempdir()?;
/// let mut files = Vec::new();
/// for (name, steps, time) in [("part1", 0..10, 2000.0), ("part2", 10..20, 1000.0)] {
///     let writer = SummaryWriter::new(dir.path().join(name))?;
///     for step in steps {
///         writer.add_scalar("loss", 0.5, At::from(step).at(time))?;
///     }
///     writer.close()?;
///     files.push(writer.path().to_path_buf());
/// }
///
/// let mut reversals = Reversals::default();
/// let mut merged = Interleaved::new(&files)?;
/// while let Some(item) = merged.next_item()? {
///     if let MergeItem::Event { file, record } = item {
///         reversals.event(file, 0, &record);
///     }
/// }
/// assert_eq!((reversals.tags(), reversals.first()), (1, Some((0, 1))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reversals {
    last: Tags<Last>,
    tags: u64,
    first: Option<(usize, usize)>,
}

/// The last event of a tag.
#[derive(Clone, Copy, Debug)]
struct Last {
    step: i64,
    file: usize,
    is_reversed: bool,
}

impl Reversals {
    /// Looks at the next of the merged events, which is from the `file`th file, and to whose step `offset` is added.
    pub fn event(&mut self, file: usize, offset: i64, record: &EventRecord<'_>) {
        let What::Summary(summary) = &record.event.what else {
            return;
        };
        let step = record.event.step.saturating_add(offset);
        for value in summary.values().flatten() {
            let known = self.last.get(value.tag);
            let Some(last) = known.and_then(|id| self.last.value_mut(id)) else {
                let last = Last {
                    step,
                    file,
                    is_reversed: false,
                };
                self.last.insert(value.tag, last);
                continue;
            };
            if step < last.step && file < last.file {
                self.first.get_or_insert((file, last.file));
                self.tags += u64::from(!last.is_reversed);
                last.is_reversed = true;
            }
            (last.step, last.file) = (step, file);
        }
    }

    /// How many tags this concerns.
    #[must_use]
    pub fn tags(&self) -> u64 {
        self.tags
    }

    /// The numbers of the first two files that this concerns, in the order in which they were given.
    #[must_use]
    pub fn first(&self) -> Option<(usize, usize)> {
        self.first
    }
}
