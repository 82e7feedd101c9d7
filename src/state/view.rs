//! A run's series, put together from its files and seen through a policy.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::file::{Column, FileData, FileSeries, Form, Mark, Place};
use super::{FileState, RunState};
use crate::error::Result;
use crate::event::ValueRef;
use crate::plugin::hparams::{HParams, HParamsEvent, SESSION_START_TAG};
use crate::plugin::{self, Kind, Metadata, Value};
use crate::proto::DataClass;
use crate::reader::follow::read_range;
use crate::series::policy::{Kept, Policy};
use crate::series::{Numbers, Scalars};

/// What a run knows about one of its series.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SeriesInfo {
    /// The tag.
    pub tag: Arc<str>,
    /// The kind.
    pub kind: Kind,
    /// What its values said about it.
    pub metadata: Metadata,
    /// How many points it has, of all files.
    pub len: usize,
}

/// A value that was left in its file: a picture, a tensor, a graph.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BlobPoint {
    /// The step.
    pub step: i64,
    /// Seconds since the Unix epoch.
    pub wall_time: f64,
    file: Arc<Path>,
    place: Place,
    kind: Kind,
    metadata: Metadata,
}

/// The bytes of a [`BlobPoint`].
#[derive(Clone, Debug)]
pub struct Blob {
    bytes: Vec<u8>,
    form: Form,
    kind: Kind,
    metadata: Metadata,
}

impl BlobPoint {
    /// What kind of series it is a value of.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The file that holds it.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The first of its bytes in the (unwrapped) file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.place.offset
    }

    /// How many bytes it has there.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.place.len.into()
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// A file that is gone or was replaced by a shorter one.
    pub fn read(&self) -> Result<Blob> {
        Ok(Blob {
            bytes: read_range(&self.file, self.place.offset, self.size())?,
            form: self.place.form,
            kind: self.kind,
            metadata: self.metadata.clone(),
        })
    }
}

impl Blob {
    /// The bytes, as they are in the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The value as it is stored; `None` for graphs and the like that are events of their own.
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value).
    pub fn stored(&self) -> Result<Option<ValueRef<'_>>> {
        match self.form {
            Form::Value => ValueRef::parse(&self.bytes).map(Some),
            Form::Graph | Form::RunMetadata => Ok(None),
        }
    }

    /// The typed value.
    ///
    /// # Errors
    ///
    /// Bytes that are no longer what they were, because the file was replaced.
    pub fn value(&self) -> Result<Value<'_>> {
        Ok(match self.form {
            Form::Graph => Value::Graph(&self.bytes),
            Form::RunMetadata => Value::RunMetadata(&self.bytes),
            Form::Value => {
                plugin::decode_as(self.kind, ValueRef::parse(&self.bytes)?, &self.metadata)
            }
        })
    }
}

/// One file's part of a series.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    file: &'a FileState,
    data: &'a FileData,
    pub(super) series: &'a FileSeries,
    id: usize,
    /// How many points of the series stand before it.
    before: usize,
}

/// The two forms of which a tag can have one series each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    Numbers,
    Places,
}

impl Storage {
    fn of(series: &FileSeries) -> Self {
        match series.column {
            Column::Numbers(_) => Self::Numbers,
            Column::Places(_) => Self::Places,
        }
    }
}

impl RunState {
    /// The run's name, as [`Run::name`](crate::Run::name) has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The run's directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The event files, in the order in which they are read.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &FileState> {
        self.files.iter()
    }

    /// What was read of the files, in order.
    fn parts(&self) -> impl Iterator<Item = (&FileState, &FileData)> {
        self.files
            .iter()
            .flat_map(|file| file.parts.iter().map(move |part| (file, part)))
    }

    /// The earliest wall time of any event, in seconds since the Unix epoch.
    #[must_use]
    pub fn start_time(&self) -> Option<f64> {
        self.parts()
            .filter_map(|(_, data)| data.start_time)
            .reduce(f64::min)
    }

    /// The series, ordered by tag. A tag that was used for numbers and for something else has two.
    #[must_use]
    pub fn series(&self) -> Vec<SeriesInfo> {
        let mut found = BTreeMap::<(Arc<str>, bool), SeriesInfo>::new();
        for series in self.parts().flat_map(|(_, data)| &data.series) {
            let key = (
                Arc::clone(&series.tag),
                Storage::of(series) == Storage::Places,
            );
            let info = found.entry(key).or_insert_with(|| SeriesInfo {
                tag: Arc::clone(&series.tag),
                kind: series.kind,
                metadata: series.metadata.clone().unwrap_or_default(),
                len: 0,
            });
            info.len += series.steps.len();
            // Metadata that comes late, even in a later file, says what the series is.
            if info.kind == Kind::Other && series.kind != Kind::Other {
                info.kind = series.kind;
                info.metadata = series.metadata.clone().unwrap_or_default();
            }
        }
        found.into_values().collect()
    }

    /// A scalar series. `None` if there is no such tag, or if the policy hides it altogether.
    #[must_use]
    pub fn scalars(&self, tag: &str, policy: Policy) -> Option<Scalars> {
        let pieces = self.pieces(tag, Storage::Numbers);
        let mut scalars = Scalars::default();
        if policy == Policy::Raw {
            for piece in &pieces {
                scalars.steps.extend_from_slice(&piece.series.steps);
                scalars
                    .wall_times
                    .extend_from_slice(&piece.series.wall_times);
                if let Column::Numbers(numbers) = &piece.series.column {
                    scalars.values.append(numbers);
                }
            }
            return (!pieces.is_empty()).then_some(scalars);
        }
        for index in self.kept(tag, Storage::Numbers, &pieces, policy)?.indices() {
            if let Some((piece, i)) = locate(&pieces, index)
                && let Column::Numbers(numbers) = &piece.series.column
                && let Some(number) = numbers.number(i)
            {
                scalars.push(piece.series.steps[i], piece.series.wall_times[i], number);
            }
        }
        Some(scalars)
    }

    /// A series of anything but scalars, each value left in its file. `None` if there is no such tag, or if
    /// the policy hides it altogether.
    #[must_use]
    pub fn blobs(&self, tag: &str, policy: Policy) -> Option<Vec<BlobPoint>> {
        let pieces = self.pieces(tag, Storage::Places);
        let kept = self.kept(tag, Storage::Places, &pieces, policy)?;
        let (kind, metadata) = pieces
            .iter()
            .find(|piece| piece.series.kind != Kind::Other)
            .map(|piece| (piece.series.kind, piece.series.metadata.clone()))
            .unwrap_or((Kind::Other, None));
        let metadata = metadata.unwrap_or_default();
        let blobs = kept.indices().filter_map(|index| {
            let (piece, i) = locate(&pieces, index)?;
            let Column::Places(places) = &piece.series.column else {
                return None;
            };
            Some(BlobPoint {
                step: *piece.series.steps.get(i)?,
                wall_time: *piece.series.wall_times.get(i)?,
                file: Arc::clone(piece.file.follower.shared_path()),
                place: *places.get(i)?,
                kind,
                metadata: metadata.clone(),
            })
        });
        Some(blobs.collect())
    }

    /// The hyperparameters that the run's last session was started with.
    ///
    /// # Errors
    ///
    /// As for [`BlobPoint::read`].
    pub fn hparams(&self) -> Result<Option<HParams>> {
        let points = self.blobs(SESSION_START_TAG, Policy::Raw);
        for point in points.iter().flatten().rev() {
            if let Value::HParams(event) = point.read()?.value()?
                && let HParamsEvent::SessionStart { hparams, .. } = *event
            {
                return Ok(Some(hparams));
            }
        }
        Ok(None)
    }

    pub(super) fn pieces(&self, tag: &str, storage: Storage) -> Vec<Piece<'_>> {
        let mut before = 0;
        self.parts()
            .filter_map(|(file, data)| {
                let (id, series) = data
                    .find(tag)
                    .find(|(_, series)| Storage::of(series) == storage)?;
                let piece = Piece {
                    file,
                    data,
                    series,
                    id,
                    before,
                };
                before += series.steps.len();
                Some(piece)
            })
            .collect()
    }

    fn kept(
        &self,
        tag: &str,
        storage: Storage,
        pieces: &[Piece<'_>],
        policy: Policy,
    ) -> Option<Kept> {
        if pieces.is_empty() {
            return None;
        }
        let mut kept = Kept::default();
        let all = || {
            pieces.iter().flat_map(|piece| {
                piece
                    .series
                    .steps
                    .iter()
                    .enumerate()
                    .map(|(i, &step)| (step, piece.before + i))
            })
        };
        match policy {
            Policy::Raw => all().for_each(|(step, index)| kept.push(step, index)),
            Policy::LastWins => {
                all().for_each(|(step, index)| kept.push(step, index));
                kept.last_wins();
            }
            Policy::Fast => {
                let (class, plugin) = self.class(tag, storage)?;
                self.preempt(tag, storage, &mut kept);
                kept.retain(|index| shown(pieces, index, class, &plugin));
            }
            Policy::Slow => {
                let (class, _) = self.class(tag, storage)?;
                self.purge(tag, storage, pieces, &mut kept);
                if class == DataClass::BlobSequence {
                    kept.first_of_step();
                }
            }
        }
        Some(kept)
    }

    /// The data class and plugin that TensorBoard gives the tag by its very first value, if that was stored
    /// in this form and gets it any class.
    pub(super) fn class(&self, tag: &str, storage: Storage) -> Option<(DataClass, String)> {
        let first = self.first(tag)?;
        if Storage::of(first) != storage {
            return None;
        }
        first.class()
    }

    /// Whether the tag's very first value was stored in this form.
    pub(super) fn is_first(&self, tag: &str, storage: Storage) -> bool {
        self.first(tag)
            .is_some_and(|first| Storage::of(first) == storage)
    }

    fn first(&self, tag: &str) -> Option<&FileSeries> {
        let (_, first) = self.parts().find_map(|(_, data)| data.find(tag).next())?;
        Some(first)
    }

    /// The data server's rule: a value discards those of its tag from its step on, whatever its form.
    pub(super) fn preempt(&self, tag: &str, storage: Storage, kept: &mut Kept) {
        let mut index = 0;
        for (_, data) in self.parts() {
            let mut own = None;
            let mut other = None;
            for (_, series) in data.find(tag) {
                if Storage::of(series) == storage {
                    own = Some(series);
                } else {
                    other = Some(series);
                }
            }
            let Some(own) = own else {
                for &step in other.iter().flat_map(|series| &series.steps) {
                    kept.preempt(step);
                }
                continue;
            };
            let mut foreign = own.foreign.iter().peekable();
            for (i, &step) in own.steps.iter().enumerate() {
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

    /// The Python loader's rules: a `START` discards points of all tags from its step on, unless it is the
    /// run's first; without a file version, a summary whose step is smaller than that of the summary before
    /// discards those of its own tags.
    pub(super) fn purge(&self, tag: &str, storage: Storage, pieces: &[Piece<'_>], kept: &mut Kept) {
        let mut pieces = pieces.iter().peekable();
        let mut modern = false;
        let mut started = false;
        let mut last_step = -1;
        for (_, data) in self.parts() {
            let piece = pieces.next_if(|piece| std::ptr::eq(piece.data, data));
            let tag = data.tag_id(tag);
            let mut taken = 0;
            for mark in &data.marks {
                if let (Some(piece), Some(tag)) = (piece, tag)
                    && let Some(at) = mark.position(tag, piece.id, storage == Storage::Numbers)
                {
                    piece.keep(taken..at, kept);
                    taken = taken.max(at);
                }
                match mark {
                    Mark::Version(version) => modern = *version >= 2.0,
                    // Before a file version is known, not even the first one counts.
                    Mark::Start { step, .. } if modern => {
                        if started {
                            kept.purge(*step);
                        }
                        started = true;
                    }
                    Mark::Start { .. } => {}
                    Mark::Back { step, first, tags } => {
                        let back = !first || *step < last_step;
                        if back && !modern && tags.iter().any(|back| Some(back.tag) == tag) {
                            kept.purge(*step);
                        }
                    }
                }
            }
            if let Some(piece) = piece {
                piece.keep(taken..piece.series.steps.len(), kept);
            }
            last_step = data.last_summary_step.unwrap_or(last_step);
        }
    }
}

impl Piece<'_> {
    fn keep(&self, range: std::ops::Range<usize>, kept: &mut Kept) {
        for i in range {
            if let Some(&step) = self.series.steps.get(i) {
                kept.push(step, self.before + i);
            }
        }
    }
}

/// Whether the data server shows a point in a series of this class and plugin.
pub(super) fn shown(pieces: &[Piece<'_>], index: usize, class: DataClass, plugin: &str) -> bool {
    locate(pieces, index).is_some_and(|(piece, i)| piece.series.shape(i).shown(class, plugin))
}

/// The piece that holds a point, and its place there.
fn locate<'p, 'a>(pieces: &'p [Piece<'a>], index: usize) -> Option<(&'p Piece<'a>, usize)> {
    let at = pieces
        .partition_point(|piece| piece.before <= index)
        .checked_sub(1)?;
    let piece = pieces.get(at)?;
    Some((piece, index - piece.before))
}

impl Numbers {
    fn append(&mut self, more: &Self) {
        match (&mut *self, more) {
            (Self::F32(to), Self::F32(from)) => to.extend_from_slice(from),
            _ => more.iter().for_each(|number| self.push(number)),
        }
    }
}
