//! Curves in memory, for verbs that need whole ones.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Result;
use tfevents::plugin::hparams::SESSION_START_TAG;
use tfevents::reader::FileStatus;
use tfevents::state::RunState;
use tfevents::{Kind, LogdirState, Run, Selection};

use crate::args::groups;
use crate::args::paths::Paths;
use crate::input::sources::{Source, Sources};
use crate::input::{hparams, paths};
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::WholeRun;
use tfevents_analysis::group::{Group, Grouping, Member};
use tfevents_analysis::hyperparameters::{Finder, Hyperparameters, Lookup, Trials};
use tfevents_analysis::pattern::{Patterns, SeenTags};
use tfevents_analysis::run_table::Line;
use tfevents_analysis::runs::ancestors;
use tfevents_analysis::text;

/// Runs and what was read of them. Those that only hold a session of another are no runs here, but parts of that one.
pub(crate) struct Loaded {
    pub(crate) sources: Sources,
    /// One for each path.
    logdirs: Vec<LogdirState>,
    trials: Vec<Trials>,
    lookup: Lookup,
}

/// What is read of runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content<'a> {
    /// Scalars, and what hyperparameters may be in.
    Curves,
    /// Series of all kinds.
    Everything,
    /// Series of these kinds.
    Kinds(&'a [Kind]),
}

impl Loaded {
    /// Reads the tags of the runs of which `wanted` approves, and in any case what hyperparameters may be in, also of the
    /// runs above. Tells what is wrong with the files.
    ///
    /// # Errors
    ///
    /// A path that can no longer be listed.
    pub(crate) fn read(
        paths: &Paths,
        mut sources: Sources,
        content: Content<'_>,
        lookup: &Lookup,
        wanted: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
        reporter: &Reporter,
    ) -> Result<Self> {
        let trials = sources.take_trials();
        reporter.begin_progress(sources.bytes(), false);
        let mut logdirs = Vec::new();
        for (number, path) in paths.paths.iter().enumerate() {
            let of_path = sources.runs.iter().filter(|source| source.path == number);
            let names = of_path.flat_map(|source| {
                let above = ancestors(source.run.name());
                let trials = trials.get(number);
                above.chain(trials.and_then(|trials| trials.last(source.run.name())))
            });
            let names: HashSet<_> = names.map(str::to_owned).collect();
            let (wanted, lookup) = (wanted.clone(), lookup.clone());
            let mut selection = Selection::all()
                .runs(move |run| names.contains(run))
                .tags(move |tag| tag == SESSION_START_TAG || lookup.reads(tag) || wanted(tag));
            // Hyperparameters are looked for in any case.
            let configured = [Kind::HParams, Kind::Text];
            selection = match content {
                Content::Curves => selection.kinds(configured.into_iter().chain([Kind::Scalar])),
                Content::Everything => selection,
                Content::Kinds(kinds) => selection.kinds(kinds.iter().copied().chain(configured)),
            };
            let logdir = LogdirState::of_roots(vec![paths::root(path)?], selection)
                .max_record(paths.limits.max_record);
            logdirs.push(logdir.loaded()?);
        }
        reporter.end_progress();
        // Also of directories above the runs: what is not read of them may be hyperparameters.
        for run in logdirs.iter().flat_map(LogdirState::runs) {
            self::report(run, reporter);
        }
        Ok(Self {
            sources,
            logdirs,
            trials,
            lookup: lookup.clone(),
        })
    }

    /// As [`read`](Self::read) for the tags that match; complains about filters that match nothing.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read), and where no series is left.
    pub(crate) fn matching(
        paths: &Paths,
        sources: Sources,
        content: Content<'_>,
        lookup: &Lookup,
        tags: Patterns,
        reporter: &Reporter,
    ) -> Result<Self> {
        let seen = SeenTags::default();
        let tags = Arc::new(tags);
        let test = Arc::new(seen.test(Arc::clone(&tags)));
        let wanted = move |tag: &str| test(tag);
        let loaded = Self::read(paths, sources, content, lookup, wanted, reporter)?;
        let unmatched = Unmatched::of_seen(&tags, &seen);
        loaded.report(content, &tags, unmatched, reporter)?;
        Ok(loaded)
    }

    /// Complains about tags that were asked for and are not there, or not as scalars where these are meant.
    ///
    /// # Errors
    ///
    /// No series is left. Whoever wants certain kinds has to see to that.
    pub(crate) fn report(
        &self,
        content: Content<'_>,
        tags: &Patterns,
        unmatched: Unmatched,
        reporter: &Reporter,
    ) -> Result<()> {
        let runs = || self.runs().map(|(_, run)| run);
        match content {
            Content::Curves => self.report_scalars(tags, unmatched, [], reporter),
            Content::Everything => {
                let mut series = runs().flat_map(|run| run.series());
                let is_left = series.any(|series| tags.matches(series.tag));
                unmatched.report(is_left, reporter)
            }
            Content::Kinds(_) => unmatched.report(!unmatched.is_all(), reporter),
        }
    }

    /// As [`report`](Self::report) where scalars are meant. Some tags were not read, and may be of scalars.
    ///
    /// # Errors
    ///
    /// No series is left.
    pub(crate) fn report_scalars<'n>(
        &'n self,
        tags: &Patterns,
        unmatched: Unmatched,
        unread: impl IntoIterator<Item = &'n str>,
        reporter: &Reporter,
    ) -> Result<()> {
        let mut scalars = scalar_tags(self.runs().map(|(_, run)| run));
        scalars.extend(unread);
        let is_left = scalars.iter().any(|tag| tags.matches(tag));
        let unmatched = unmatched.and(of_other_kinds(tags, &scalars));
        unmatched.report(is_left, reporter)
    }

    /// The runs, in the order of the sources.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&Source, WholeRun<'_>)> {
        let runs = self.sources.runs.iter();
        runs.filter_map(|source| Some((source, self.run(source)?)))
    }

    /// The runs as they were found, by what they are called.
    pub(crate) fn runs_by_name(&self) -> impl Iterator<Item = (&str, &Run)> {
        let runs = self.sources.runs.iter();
        runs.map(|source| (&*source.name, &source.run))
    }

    /// The runs as they were found, each with those that belong to it.
    pub(crate) fn with_trials(&self) -> impl Iterator<Item = (&Source, Vec<&Source>)> {
        let runs = self.sources.runs.iter();
        runs.map(|source| {
            let trials = self.sources.trials_of(source, &self.trials);
            (source, trials.collect())
        })
    }

    /// Those of the runs that stand at these positions among the sources.
    pub(crate) fn at(&self, positions: &[usize]) -> impl Iterator<Item = (&Source, WholeRun<'_>)> {
        let sources = positions.iter().filter_map(|&i| self.sources.runs.get(i));
        sources.filter_map(|source| Some((source, self.run(source)?)))
    }

    /// What was read of a run, without its hyperparameters.
    fn run(&self, source: &Source) -> Option<WholeRun<'_>> {
        let (logdir, name) = (self.logdirs.get(source.path)?, source.run.name());
        let trial = self
            .trials
            .get(source.path)
            .and_then(|trials| trials.last(name));
        let trial = trial.and_then(|trial| logdir.run(trial));
        Some(WholeRun::new(logdir.run(name)?).with_trial(trial))
    }

    /// The hyperparameters of all runs, in the order of the sources. Warns of those that cannot be read, or were stated
    /// several times.
    ///
    /// # Errors
    ///
    /// A file or a text that was asked for, and that no run has.
    pub(crate) fn hparams(&self, reporter: &Reporter) -> Result<Vec<Hyperparameters>> {
        let empty = Trials::default();
        let trials = |number| self.trials.get(number).unwrap_or(&empty);
        let logdirs = self.logdirs.iter().enumerate();
        let mut finders: Vec<_> = logdirs
            .map(|(number, logdir)| Finder::new(&self.lookup, logdir, trials(number)))
            .collect();
        let mut find = |source: &Source| {
            let finder = finders.get_mut(source.path);
            finder.map_or_else(Hyperparameters::default, |finder| finder.of(&source.run))
        };
        let found: Vec<_> = self.sources.runs.iter().map(&mut find).collect();
        let problems: Vec<_> = finders.iter().flat_map(Finder::problems).cloned().collect();
        hparams::warn_of_problems(&problems, reporter);
        let named = self.sources.runs.iter().zip(&found);
        hparams::warn_of_several(named, trials, reporter);
        hparams::check_found(&self.lookup, &found, &problems)?;
        Ok(found)
    }

    /// The groups among all runs.
    ///
    /// # Errors
    ///
    /// As for [`groups::of`] and [`hparams`](Self::hparams).
    pub(crate) fn groups(&self, grouping: &Grouping, reporter: &Reporter) -> Result<Vec<Group>> {
        self.groups_by(grouping, &self.hparams(reporter)?)
    }

    /// The groups that these patterns make of all runs, which were configured so.
    ///
    /// # Errors
    ///
    /// As for [`groups::of`].
    pub(crate) fn groups_by(
        &self,
        grouping: &Grouping,
        hparams: &[Hyperparameters],
    ) -> Result<Vec<Group>> {
        let members = self.sources.runs.iter().zip(hparams);
        let members = members.map(|(source, hparams)| Member {
            names: [&source.name, source.run.name()],
            hparams: &hparams.values,
            below: &hparams.below,
        });
        groups::of(grouping, &members.collect::<Vec<_>>())
    }

    /// The runs, which were configured so, in the order of the sources. A run that is gone has none.
    pub(crate) fn configured(
        &self,
        hparams: Vec<Hyperparameters>,
    ) -> impl Iterator<Item = Option<(&Source, WholeRun<'_>)>> {
        let runs = self.sources.runs.iter().zip(hparams);
        runs.map(|(source, hparams)| {
            let run = self.run(source)?.with_hparams(hparams.values);
            Some((source, run))
        })
    }

    /// The lines of all runs, which were configured so, in the order of the sources. A run that is gone has none.
    pub(crate) fn lines(&self, hparams: Vec<Hyperparameters>) -> Vec<Option<Line<'_>>> {
        let runs = self.configured(hparams);
        runs.map(|run| run.map(|(source, run)| Line::new(&source.name, run)))
            .collect()
    }
}

/// The patterns that match tags, but no scalars.
fn of_other_kinds(tags: &Patterns, scalars: &[&str]) -> Unmatched {
    let nowhere: HashSet<_> = tags.unused().collect();
    let of_others = tags.without_match(scalars.iter().copied());
    let of_others = of_others.filter(|pattern| !nowhere.contains(pattern));
    let complaint = |pattern| {
        let pattern = text::quoted(pattern);
        format!("{pattern} matches no scalars, only tags of other kinds")
    };
    Unmatched::of_flag("--tag", tags.wanted(), of_others.map(complaint).collect())
}

/// The tags of the scalars of some runs, in order.
pub(crate) fn scalar_tags<'l>(runs: impl IntoIterator<Item = WholeRun<'l>>) -> Vec<&'l str> {
    let series = runs.into_iter().flat_map(|run| run.series());
    let scalars = series.filter(|series| series.kind == Kind::Scalar);
    let mut tags: Vec<_> = scalars.map(|series| series.tag).collect();
    tags.sort_unstable_by(|a, b| text::natural_order(a, b));
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
                    "{}: the file disappeared while it was being read",
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

        let reporter = Reporter::with(true, true);
        let paths = Paths {
            limits: Limits {
                max_record: 1 << 20,
            },
            paths: vec![dir.path().to_path_buf()],
        };
        let every = filters::patterns("run", &[], false).unwrap();
        let sources = paths.open(&every, &reporter).unwrap();
        let lookup = Lookup::Everywhere;
        let content = Content::Curves;
        let loaded = Loaded::read(&paths, sources, content, &lookup, |_| true, &reporter).unwrap();
        let found = || loaded.hparams(&reporter).unwrap();
        assert_eq!(found().iter().filter(|h| h.values.len() == 1).count(), 2);
        assert!(!reporter.has_findings());
        std::fs::remove_file(writer.path()).unwrap();
        assert!(found().iter().all(|h| h.values.is_empty()));
        assert!(reporter.has_findings());
    }
}
