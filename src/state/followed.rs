//! One event file, as far as it was read.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use super::file::FileData;
use crate::event::PlainScalar;
use crate::reader::deferred::Deferred;
use crate::reader::visit::Visitor;
use crate::reader::{Defect, FileStatus, FollowItem, Follower, Health, Progress};
use crate::select::Selection;

/// One event file of a [`RunState`](crate::state::RunState).
#[derive(Clone, Debug)]
pub struct FileState {
    pub(super) follower: Follower,
    /// One after the other, as if they were files of their own: one, unless the file was read in pieces.
    pub(super) parts: Vec<FileData>,
    /// Values that are broken inside records that are not.
    pub(super) broken: Vec<Defect>,
    /// Whether all of this is from its ends only.
    is_glance: bool,
}

/// The least and the most bytes at either end of a file that a glance looks at.
pub(super) const GLANCE: (u64, u64) = (16 << 10, 1 << 20);

impl FileState {
    pub(super) fn new(path: PathBuf, finished: bool, max_record: u64) -> Self {
        let mut follower = Follower::new(path).max_record(max_record);
        if finished {
            follower.finish();
        }
        Self {
            follower,
            parts: Vec::new(),
            broken: Vec::new(),
            is_glance: false,
        }
    }

    /// Leaves the checksums of large values for when they are read.
    pub(super) fn defer(mut self, defers: bool) -> Self {
        self.follower = self.follower.defer(defers);
        self
    }

    /// Whether to read it takes no longer than to have a look at its ends.
    pub(super) fn is_small(&self) -> bool {
        self.unread() <= 4 * GLANCE.0
    }

    /// Has a look at the ends of a large file of which nothing was read, between so many bytes and so many. False if
    /// there is nothing to see.
    pub(super) fn glance(&mut self, selection: &Selection, bytes: (u64, u64)) -> bool {
        if self.is_glance || !matches!(self.follower.status(), FileStatus::New) {
            return false;
        }
        let intake = Intake {
            parts: &mut self.parts,
            broken: &mut self.broken,
            selection,
            defers: false,
        };
        self.is_glance = true;
        let seen = self.follower.glance(intake, bytes);
        match seen {
            true => self.settle(),
            false => self.forget_glance(),
        }
        seen
    }

    /// What was seen at a glance comes again.
    fn forget_glance(&mut self) {
        if std::mem::take(&mut self.is_glance) {
            self.follower.reset();
            self.parts.clear();
            self.broken.clear();
        }
    }

    pub(super) fn poll(&mut self, selection: &Selection) -> Progress {
        self.forget_glance();
        let defers = self.follower.defers();
        let progress = self.follower.poll_into(&mut Intake {
            parts: &mut self.parts,
            broken: &mut self.broken,
            selection,
            defers,
        });
        if progress == Progress::Grown {
            self.settle();
        }
        progress
    }

    fn settle(&mut self) {
        self.parts.iter_mut().for_each(FileData::settle);
    }

    /// The first look at a large file, by several threads.
    pub(super) fn poll_pieces(&mut self, selection: &Selection, count: usize) -> Progress {
        self.forget_glance();
        let defers = self.follower.defers();
        let mut pieces: Vec<_> = (0..count).map(|_| (Vec::new(), Vec::new())).collect();
        let intakes = pieces.iter_mut().map(|(parts, broken)| Intake {
            parts,
            broken,
            selection,
            defers,
        });
        let intakes = intakes.collect();
        let Some(good) = self.follower.poll_pieces(intakes) else {
            return self.poll(selection);
        };
        for (number, before) in good {
            let Some((parts, broken)) = pieces.get_mut(number) else {
                continue;
            };
            for mut part in parts.drain(..) {
                if !part.can_follow(&self.parts) {
                    self.follower.reset();
                    self.parts.clear();
                    self.broken.clear();
                    return self.poll(selection);
                }
                for record in &mut part.deferred {
                    record.count_from(before);
                }
                self.parts.push(part);
            }
            let room = Health::MAX_DEFECTS - self.broken.len();
            let broken = broken.drain(..).take(room);
            self.broken.extend(broken.map(|defect| Defect {
                record: defect.record + before,
                ..defect
            }));
        }
        self.settle();
        Progress::Grown
    }

    /// The bytes of a file that was not polled yet.
    pub(super) fn unread(&self) -> u64 {
        match self.follower.status() {
            FileStatus::New => self.path().metadata().map_or(0, |m| m.len()),
            _ => 0,
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.follower.path()
    }

    /// Its status, its health, and how far it was read.
    #[must_use]
    pub fn follower(&self) -> &Follower {
        &self.follower
    }

    /// Values that could not be decoded inside records that could.
    #[must_use]
    pub fn broken_values(&self) -> &[Defect] {
        &self.broken
    }

    /// The program that wrote it, if it says so.
    #[must_use]
    pub fn writer(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| part.writer.as_deref())
    }
}

/// Where what is read of a file goes.
struct Intake<'s> {
    parts: &'s mut Vec<FileData>,
    broken: &'s mut Vec<Defect>,
    selection: &'s Selection,
    defers: bool,
}

impl Visitor for Intake<'_> {
    type Stop = Infallible;
    const SCALARS: bool = true;

    // Calls between these functions are a tenth of what a scalar costs.
    #[inline(always)]
    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        match self.parts.last_mut() {
            Some(data) => data.scalar(scalar, self.selection),
            None => false,
        }
    }

    fn item(&mut self, item: FollowItem<'_>) -> std::result::Result<(), Infallible> {
        match item {
            FollowItem::Event(record) => {
                if self.parts.is_empty() {
                    self.parts.push(FileData::default());
                }
                let broken = &mut *self.broken;
                let mut complain = |what| {
                    if broken.len() < Health::MAX_DEFECTS {
                        broken.push(Defect::content(&record, what));
                    }
                };
                if let Some(data) = self.parts.last_mut() {
                    if self.defers {
                        data.deferred.extend(Deferred::of(&record));
                    }
                    data.event(&record, self.selection, &mut complain);
                }
            }
            FollowItem::Replaced => {
                self.parts.clear();
                self.broken.clear();
            }
            FollowItem::Damage(_) => {}
        }
        Ok(())
    }
}
