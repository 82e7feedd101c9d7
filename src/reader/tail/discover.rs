//! Which files of a logdir are to be followed, and from where.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Tail, TailFile, TailItem};
use crate::reader::copies::Change;
use crate::reader::follow::{Cursor, Follower};
use crate::reader::logdir::Logdir;
use crate::reader::restarts::Restarts;
use crate::reader::run::Run;

impl Tail {
    /// Takes in the files that are new, and those that are found again.
    pub(super) fn discover(&mut self, logdir: &Logdir, visit: &mut dyn FnMut(TailItem<'_>)) {
        for run in logdir.runs() {
            if run.files().iter().all(|path| self.files.contains_key(path)) {
                continue;
            }
            let mut known = self.runs.contains_key(run.name())
                || beside(&self.resumed, run.dir()).next().is_some();
            self.find_again(run);
            let followed = beside(&self.files, run.dir()).chain(beside(&self.resumed, run.dir()));
            let mut change = Change::of(run, followed);
            for path in std::mem::take(&mut change.new) {
                let continues = |old: &Path| match self.files.get_mut(old) {
                    Some(file) => file.follower.move_to(path),
                    None => self
                        .resumed
                        .get(old)
                        .is_some_and(|&cursor| Follower::resume(old, cursor).move_to(path)),
                };
                let old = change.take_renamed(continues);
                if let Some(file) = old.as_ref().and_then(|old| self.files.remove(old)) {
                    self.files.insert(path.to_path_buf(), file);
                    continue;
                }
                if !std::mem::replace(&mut known, true) {
                    visit(TailItem::NewRun { run: run.name() });
                }
                let cursor = old.and_then(|old| self.resumed.remove(&old));
                self.follow(run, path, cursor.unwrap_or_default());
            }
        }
    }

    /// Goes on with the files of which an earlier process left a position, under whichever of their names.
    fn find_again(&mut self, run: &Run) {
        if self.resumed.is_empty() {
            return;
        }
        for path in run.files() {
            if run.names(path).any(|name| self.files.contains_key(name)) {
                continue;
            }
            let cursors = run.names(path).filter_map(|name| self.resumed.remove(name));
            if let Some(cursor) = cursors.max_by_key(Cursor::offset) {
                self.follow(run, path, cursor);
            }
        }
    }

    fn follow(&mut self, run: &Run, path: &Path, cursor: Cursor) {
        let mut follower = Follower::resume(path, cursor).max_record(self.max_record);
        if self.finished {
            follower.finish();
        }
        let number = (cursor.offset() > 0).then(|| {
            let run = self.runs.entry(run.name().into()).or_default();
            run.restarts.push(Restarts::resumed());
            run.restarts.len() - 1
        });
        let file = TailFile {
            run: run.name().into(),
            number,
            follower,
            is_told: false,
        };
        self.files.insert(path.to_path_buf(), file);
    }
}

/// Those of the paths that are directly in a directory.
fn beside<'m, V>(
    paths: &'m BTreeMap<PathBuf, V>,
    dir: &'m Path,
) -> impl Iterator<Item = &'m Path> + use<'m, V> {
    paths
        .range(dir.to_path_buf()..)
        .map(|(path, _)| path.as_path())
        .take_while(move |path| path.starts_with(dir))
        .filter(move |path| path.parent() == Some(dir))
}
