//! Curves in memory, for verbs that need whole ones.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use anyhow::Result;
use tfevents::plugin::hparams::{HParamValue, SESSION_START_TAG};
use tfevents::reader::FileStatus;
use tfevents::state::RunState;
use tfevents::{Kind, LogdirState, Selection};

use crate::args::paths::Paths;
use crate::input::paths;
use crate::input::sources::{Source, Sources};
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::pattern::{Patterns, SeenTags};
use tfevents_analysis::run_table::Line;
use tfevents_analysis::runs::{self, ancestors};
use tfevents_analysis::text;

/// Runs and what was read of them.
pub(crate) struct Loaded {
    pub(crate) sources: Sources,
    /// One for each path.
    pub(crate) logdirs: Vec<LogdirState>,
}

/// What is read of runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content<'a> {
    /// Scalars, and hyperparameters, which may be those of a directory above.
    Curves,
    /// Series of all kinds.
    Everything,
    /// Series of these kinds.
    Kinds(&'a [Kind]),
}

impl Loaded {
    /// Reads the tags of the runs of which `wanted` approves, and hyperparameters in any case. Tells what is
    /// wrong with the files.
    ///
    /// # Errors
    ///
    /// A path that can no longer be listed.
    pub(crate) fn read(
        paths: &Paths,
        sources: Sources,
        content: Content<'_>,
        wanted: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
        reporter: &Reporter,
    ) -> Result<Self> {
        reporter.begin_progress(sources.bytes(), false);
        let mut logdirs = Vec::new();
        for (number, path) in paths.paths.iter().enumerate() {
            let of_path = sources.runs.iter().filter(|source| source.path == number);
            let names: HashSet<_> = of_path
                .flat_map(|source| match content {
                    Content::Curves => ancestors(source.run.name()).collect(),
                    Content::Everything | Content::Kinds(_) => vec![source.run.name()],
                })
                .map(str::to_owned)
                .collect();
            let wanted = wanted.clone();
            let mut selection = Selection::all()
                .runs(move |run| names.contains(run))
                .tags(move |tag| tag == SESSION_START_TAG || wanted(tag));
            selection = match content {
                Content::Curves => selection.kinds([Kind::Scalar, Kind::HParams]),
                Content::Everything => selection,
                Content::Kinds(kinds) => selection.kinds(kinds.iter().copied()),
            };
            let logdir = LogdirState::of_roots(vec![paths::root(path)?], selection)
                .max_record(paths.limits.max_record);
            logdirs.push(logdir.loaded()?);
        }
        reporter.end_progress();
        // Also of directories above the runs: what is not read of them may be hyperparameters.
        for run in logdirs.iter().flat_map(LogdirState::runs) {
            report(run, reporter);
        }
        Ok(Self { sources, logdirs })
    }

    /// As [`read`](Self::read) for the tags that match; complains about patterns that match none.
    pub(crate) fn matching(
        paths: &Paths,
        sources: Sources,
        content: Content<'_>,
        tags: Patterns,
        reporter: &Reporter,
    ) -> Result<Self> {
        let seen = SeenTags::default();
        let tags = Arc::new(tags);
        let test = Arc::new(seen.test(Arc::clone(&tags)));
        let wanted = move |tag: &str| test(tag);
        let loaded = Self::read(paths, sources, content, wanted, reporter)?;
        Unmatched::of_seen(&tags, &seen).report(reporter)?;
        Ok(loaded)
    }

    /// The runs, in the order of the sources.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&Source, &RunState)> {
        let runs = self.sources.runs.iter();
        runs.filter_map(|source| Some((source, self.run(source)?)))
    }

    /// Those of the runs that stand at these positions among the sources.
    pub(crate) fn at(&self, positions: &[usize]) -> impl Iterator<Item = (&Source, &RunState)> {
        let sources = positions.iter().filter_map(|&i| self.sources.runs.get(i));
        sources.filter_map(|source| Some((source, self.run(source)?)))
    }

    /// What was read of a run.
    pub(crate) fn run(&self, source: &Source) -> Option<&RunState> {
        self.logdirs.get(source.path)?.run(source.run.name())
    }

    /// The hyperparameters of a run: its own, or those of the nearest directory above it that has some.
    ///
    /// # Errors
    ///
    /// A file that is gone, was replaced or cannot be read.
    pub(crate) fn hparams(&self, source: &Source) -> Result<BTreeMap<String, HParamValue>> {
        match self.logdirs.get(source.path) {
            Some(logdir) => Ok(runs::hparams(logdir, source.run.name())?),
            None => Ok(BTreeMap::new()),
        }
    }

    /// The lines of all runs. Warns of hyperparameters that cannot be read.
    pub(crate) fn lines(&self, reporter: &Reporter) -> Vec<Line<'_>> {
        let mut told = HashSet::new();
        let mut hparams = |source| {
            self.hparams(source).unwrap_or_else(|e| {
                // Runs may share those of a directory above.
                if told.insert(e.to_string()) {
                    reporter.warn(format_args!("{}: {e:#}", source.name));
                }
                BTreeMap::new()
            })
        };
        self.runs()
            .map(|(source, run)| Line::new(&source.name, run, hparams(source)))
            .collect()
    }
}

/// The tags of the scalars of some runs, in order.
pub(crate) fn scalar_tags<'l>(runs: impl IntoIterator<Item = &'l RunState>) -> Vec<&'l str> {
    let series = runs.into_iter().flat_map(RunState::series);
    let scalars = series.filter(|series| series.kind == Kind::Scalar);
    let mut tags: Vec<_> = scalars.map(|series| series.tag).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// Warns of everything that is wrong with a run's files.
pub(crate) fn report(run: &RunState, reporter: &Reporter) {
    for file in run.files() {
        reporter.broken_values(file.path(), file.broken_values());
        reporter.file_health(file.path(), file.follower().health());
        match file.follower().status() {
            FileStatus::Unreadable(error) => reporter.warn(error),
            FileStatus::Missing => {
                reporter.warn(format_args!(
                    "{}: the file has disappeared",
                    text::path(file.path())
                ));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::filters;
    use crate::args::paths::Limits;

    #[test]
    fn hyperparameters_that_cannot_be_read_are_not_none() {
        let dir = tempfile::tempdir().unwrap();
        let writer = tfevents::SummaryWriter::new(dir.path().join("exp")).unwrap();
        writer
            .add_hparams([("lr", 0.1)].into_iter().collect(), [("acc", 0.5)], 0)
            .unwrap();
        writer.close().unwrap();
        let below = tfevents::SummaryWriter::new(dir.path().join("exp/val")).unwrap();
        below.add_scalar("acc", 0.5, 0).unwrap();
        below.close().unwrap();

        let reporter = Reporter::new();
        let paths = Paths {
            limits: Limits {
                max_record: 1 << 20,
            },
            paths: vec![dir.path().to_path_buf()],
        };
        let every = filters::patterns("run", &[], false).unwrap();
        let sources = paths.open(&every, &reporter).unwrap();
        let loaded = Loaded::read(&paths, sources, Content::Curves, |_| true, &reporter).unwrap();
        let hparams = || loaded.runs().map(|(source, _)| loaded.hparams(source));
        assert_eq!(
            hparams().filter(|h| h.as_ref().unwrap().len() == 1).count(),
            2
        );
        std::fs::remove_file(writer.path()).unwrap();
        assert_eq!(hparams().filter(Result::is_err).count(), 2);
    }
}
