//! A run's series, put together from its files and seen through a policy.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::blob::BlobPoint;
use super::datum::Storage;
use super::file::FileData;
use super::file_series::FileSeries;
use super::listing::{Facts, Listing, Said, Unlisted};
use super::{FileState, RunState, ScalarColumns};
use crate::error::Result;
use crate::event::{DataClass, DataRef, MetadataRef};
use crate::plugin::hparams::{HParams, HParamsEvent, SESSION_START_TAG};
use crate::plugin::{self, Kind, META_GRAPH_TAG, Metadata, Value};
use crate::reader::deferred::Deferred;
use crate::series::Scalars;
use crate::series::policy::{Kept, Policy};
use crate::types::WallTime;

/// What a run knows about one of its series.
#[derive(Clone)]
#[non_exhaustive]
pub struct SeriesInfo<'a> {
    /// The tag.
    pub tag: &'a str,
    /// The kind.
    pub kind: Kind,
    /// What its values said about it.
    pub metadata: Arc<Metadata>,
    /// How many points it has, of all files.
    pub len: usize,
    /// Whether it is held as numbers, which [`RunState::scalars`] has. [`RunState::blobs`] has all others.
    pub is_numbers: bool,
    /// What files have of it.
    first: &'a FileSeries,
    others: Vec<&'a FileSeries>,
}

impl fmt::Debug for SeriesInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeriesInfo")
            .field("tag", &self.tag)
            .field("kind", &self.kind)
            .field("metadata", &self.metadata)
            .field("len", &self.len)
            .field("is_numbers", &self.is_numbers)
            .finish_non_exhaustive()
    }
}

impl SeriesInfo<'_> {
    /// All points of a scalar series as they are held. `None` if it is not [held as numbers](Self::is_numbers).
    #[must_use]
    pub fn columns(&self) -> Option<ScalarColumns> {
        match self.others.is_empty() {
            _ if !self.is_numbers => None,
            true => ScalarColumns::of([self.first].into_iter()),
            false => {
                let others = self.others.iter().copied();
                let all: Vec<_> = [self.first].into_iter().chain(others).collect();
                ScalarColumns::of(all.into_iter())
            }
        }
    }

    /// The plugin, and the class of data, under which a dashboard of TensorBoard can ask for it. `None` if none can.
    ///
    /// This goes by all that is known of the series, also by what came late. TensorBoard's own loaders
    /// go by one of its values each, and so hide some that have a dashboard.
    #[must_use]
    pub fn dashboard(&self) -> Option<(&str, DataClass)> {
        let stated = (&*self.metadata.plugin_name, self.metadata.data_class);
        let is_stated = |class| !stated.0.is_empty() && stated.1 == class;
        if self.is_numbers {
            return Some(match is_stated(DataClass::Scalar) {
                true => stated,
                false => ("scalars", DataClass::Scalar),
            });
        }
        let classes = [
            DataClass::Scalar,
            DataClass::Tensor,
            DataClass::BlobSequence,
        ];
        if self.tag == META_GRAPH_TAG {
            None
        } else if classes.into_iter().any(is_stated) {
            Some(stated)
        } else {
            // The form of the values may contradict what is stated.
            let named = MetadataRef {
                plugin_name: stated.0,
                ..MetadataRef::default()
            };
            let plugin = match Kind::of(&DataRef::None, named) == self.kind {
                true => stated.0,
                false => self.kind.plugin()?,
            };
            Some((plugin, plugin::dashboard_class(plugin)?))
        }
    }
}

/// One file's part of a series.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    file: &'a FileState,
    pub(super) data: &'a FileData,
    pub(super) series: &'a FileSeries,
    /// How many points of the series come before it.
    pub(super) before: usize,
    /// Whether the Python loader fills in values that are missing here.
    pub(super) filled: bool,
}

/// The value of a tag by which a loader goes, and where it is.
pub(super) struct Decisive<'a> {
    pub(super) data: &'a FileData,
    pub(super) said: &'a Said,
    pub(super) listing: Result<Listing, Unlisted>,
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
        self.files.iter().map(|file| &**file)
    }

    /// What was read of the files, in order.
    pub(super) fn parts(&self) -> impl DoubleEndedIterator<Item = (&FileState, &FileData)> {
        self.files
            .iter()
            .flat_map(|file| file.parts.iter().map(move |part| (&**file, part)))
    }

    /// The earliest wall time of any event that has a finite one.
    #[must_use]
    pub fn start_time(&self) -> Option<WallTime> {
        self.parts()
            .filter_map(|(_, data)| data.start_time)
            .reduce(|a, b| if b < a { b } else { a })
    }

    /// The series, ordered by tag. A tag that was used for numbers and for something else has two.
    pub fn series(&self) -> impl Iterator<Item = SeriesInfo<'_>> {
        let none = Arc::<Metadata>::default();
        let mut sorted = self.sorted().peekable();
        std::iter::from_fn(move || {
            let (tag, first) = sorted.next()?;
            let storage = first.storage();
            let mut is_stated = first.metadata.is_some();
            let mut info = SeriesInfo {
                tag,
                kind: first.kind,
                metadata: first.metadata.as_ref().unwrap_or(&none).clone(),
                len: first.len(),
                is_numbers: storage == Storage::Numbers,
                first,
                others: Vec::new(),
            };
            while let Some((_, series)) =
                sorted.next_if(|(other, series)| *other == tag && series.storage() == storage)
            {
                info.len += series.len();
                info.others.push(series);
                // Metadata that comes late, even in a later file, says what the series is.
                let tells = info.kind == Kind::Other && series.kind != Kind::Other;
                if tells || !is_stated {
                    let stated = series.metadata.as_ref();
                    is_stated = stated.is_some();
                    info.metadata = stated.unwrap_or(&none).clone();
                }
                if tells {
                    info.kind = series.kind;
                }
            }
            Some(info)
        })
    }

    /// What each part has of each series, in order of the tags, numbers before what is left in files, and in the
    /// order of the parts.
    pub(super) fn sorted(&self) -> impl Iterator<Item = (&str, &FileSeries)> {
        let parts: Vec<_> = self.parts().map(|(_, data)| data).collect();
        let has_graph = parts.iter().any(|data| data.has_graph);
        let numbers = |len| 0..u32::try_from(len).unwrap_or(u32::MAX);
        // As small as can be, because there may be as many as points.
        let mut order: Vec<_> = numbers(parts.len())
            .zip(&parts)
            .flat_map(|(part, data)| numbers(data.series.len()).map(move |i| (part, i)))
            .collect();
        let locate = move |(part, i): (u32, u32)| {
            let data = *parts.get(part as usize)?;
            let series = data.series.get(i as usize)?;
            Some((data.name(series), series))
        };
        order.sort_unstable_by(|&a, &b| {
            let key = |at| locate(at).map(|(tag, series)| (tag, series.storage()));
            key(a).cmp(&key(b)).then(a.cmp(&b))
        });
        order
            .into_iter()
            .filter_map(locate)
            .filter(move |&(tag, _)| !(has_graph && tag == META_GRAPH_TAG))
    }

    /// A scalar series. `None` if there is no such tag, or if the policy hides it altogether.
    ///
    /// Where a single value makes TensorBoard's Python loader fail for a whole series, [`Policy::Slow`] still has
    /// those that are numbers.
    #[must_use]
    pub fn scalars(&self, tag: &str, policy: Policy) -> Option<Scalars> {
        let pieces = self.pieces(tag, Storage::Numbers);
        let mut scalars = Scalars::default();
        if policy == Policy::Raw {
            for piece in &pieces {
                piece.series.append_to(&mut scalars);
            }
            return (!pieces.is_empty()).then_some(scalars);
        }
        let kept = self.kept(tag, Storage::Numbers, &pieces, policy)?;
        for (step, wall_time, piece, i) in points(&pieces, &kept) {
            if let Some(number) = piece.series.number(i) {
                scalars.push(step, wall_time, number);
            }
        }
        Some(scalars)
    }

    /// All points of a scalar series as they are held. `None` if there is no such tag.
    #[must_use]
    pub fn columns(&self, tag: &str) -> Option<ScalarColumns> {
        let pieces = self.pieces(tag, Storage::Numbers);
        let columns = || ScalarColumns::of(pieces.iter().map(|piece| piece.series));
        if pieces.is_empty() { None } else { columns() }
    }

    /// A series of anything but scalars, each value left in its file. `None` if there is no such tag, or if
    /// the policy hides it altogether.
    ///
    /// Of hyperparameters TensorBoard shows what the first value says, so there is one point at most under
    /// [`Policy::Fast`] and [`Policy::Slow`].
    #[must_use]
    pub fn blobs(&self, tag: &str, policy: Policy) -> Option<Vec<BlobPoint>> {
        let pieces = self.pieces(tag, Storage::Places);
        let kept = self.kept(tag, Storage::Places, &pieces, policy)?;
        let mut series = pieces.iter().map(|piece| piece.series);
        let telling = series
            .clone()
            .find(|series| series.kind != Kind::Other)
            .or_else(|| series.find(|series| series.metadata.is_some()));
        let (kind, metadata) = telling.map_or((Kind::Other, None), |series| {
            (series.kind, series.metadata.clone())
        });
        let metadata = metadata.unwrap_or_default();
        let blobs = points(&pieces, &kept).filter_map(|(step, wall_time, piece, i)| {
            let place = piece.series.place(i)?;
            Some(BlobPoint {
                step,
                wall_time,
                file: Arc::clone(piece.file.follower.shared_path()),
                place,
                deferred: Deferred::find(&piece.data.deferred, place.offset),
                kind,
                metadata: metadata.clone(),
                shape: piece.series.shape(i),
            })
        });
        Some(blobs.collect())
    }

    /// The hyperparameters that the run's last session was started with, or under [`Policy::Fast`] and
    /// [`Policy::Slow`] the first one, which is all that TensorBoard shows.
    ///
    /// # Errors
    ///
    /// As for [`BlobPoint::read`].
    pub fn hparams(&self, policy: Policy) -> Result<Option<HParams>> {
        let points = self.blobs(SESSION_START_TAG, policy);
        for point in points.iter().flatten().rev() {
            if let Value::HParams(event) = point.read()?.value()?
                && let HParamsEvent::SessionStart { hparams, .. } = *event
            {
                return Ok(Some(hparams));
            }
        }
        Ok(None)
    }

    /// A run that has a graph of its own needs none out of a `MetaGraphDef`.
    fn is_copy(&self, tag: &str) -> bool {
        tag == META_GRAPH_TAG && self.parts().any(|(_, data)| data.has_graph)
    }

    pub(super) fn pieces(&self, tag: &str, storage: Storage) -> Vec<Piece<'_>> {
        if self.is_copy(tag) {
            return Vec::new();
        }
        let mut before = 0;
        self.parts()
            .filter_map(|(file, data)| {
                let series = data.find(tag).find(|series| series.storage() == storage)?;
                let mut facts = file.parts.iter().filter_map(|part| part.facts(tag));
                let piece = Piece {
                    file,
                    data,
                    series,
                    before,
                    filled: facts.find_map(Facts::fills) == Some(true),
                };
                before += series.len();
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
        match policy {
            Policy::Raw => Some(all(pieces)),
            Policy::LastWins => {
                let mut kept = all(pieces);
                kept.last_wins();
                Some(kept)
            }
            Policy::Fast => Some(self.seen_fast(tag, storage, pieces).ok()?.kept),
            Policy::Slow => Some(self.seen_slow(tag, storage, pieces).ok()?.kept),
        }
    }

    /// What the data server goes by: the tag's very first value.
    pub(super) fn decisive_for_fast(&self, tag: &str) -> Option<Decisive<'_>> {
        self.parts().find_map(|(_, data)| {
            let said = &data.facts(tag)?.first;
            let listing = said.fast();
            Some(Decisive {
                data,
                said,
                listing,
            })
        })
    }

    /// What the Python loader goes by: the tag's first value that tells anything.
    pub(super) fn decisive_for_slow(&self, tag: &str) -> Option<Decisive<'_>> {
        self.files.iter().find_map(|file| {
            // In the file's parts together, which are one to the loader.
            let mut opens = true;
            file.parts.iter().find_map(|data| {
                let facts = data.facts(tag)?;
                let opens = std::mem::replace(&mut opens, false);
                let (said, first) = facts.telling()?;
                let listing = said.slow(first && opens);
                Some(Decisive {
                    data,
                    said,
                    listing,
                })
            })
        })
    }
}

/// All points, in the order of the files.
fn all(pieces: &[Piece<'_>]) -> Kept {
    let mut kept = Kept::default();
    for piece in pieces {
        for (i, &step) in piece.series.steps().iter().enumerate() {
            kept.push(step, piece.before + i);
        }
    }
    kept
}

/// The points that are kept: step, time, the piece that holds it, and its place there.
fn points<'p, 'a>(
    pieces: &'p [Piece<'a>],
    kept: &'p Kept,
) -> impl Iterator<Item = (i64, WallTime, &'p Piece<'a>, usize)> {
    let columns = |piece: &Piece<'a>| (piece.series.steps(), piece.series.wall_times());
    let columns: Vec<_> = pieces.iter().map(columns).collect();
    kept.indices().filter_map(move |index| {
        let (at, piece) = piece_of(pieces, index)?;
        let (steps, wall_times) = columns.get(at)?;
        let i = index - piece.before;
        Some((*steps.get(i)?, *wall_times.get(i)?, piece, i))
    })
}

/// The piece that holds a point, and its place there.
pub(super) fn locate<'p, 'a>(
    pieces: &'p [Piece<'a>],
    index: usize,
) -> Option<(&'p Piece<'a>, usize)> {
    let (_, piece) = piece_of(pieces, index)?;
    Some((piece, index - piece.before))
}

fn piece_of<'p, 'a>(pieces: &'p [Piece<'a>], index: usize) -> Option<(usize, &'p Piece<'a>)> {
    let at = pieces
        .partition_point(|piece| piece.before <= index)
        .checked_sub(1)?;
    Some((at, pieces.get(at)?))
}
