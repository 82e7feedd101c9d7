//! What was there before: the values that a policy shows of it, and which values these are when they come again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::Result;
use tfevents::state::{BlobPoint, RunState};
use tfevents::{Kind, LogdirState, Policy, Selection, Value};

use super::Args;
use super::print::Logged;
use crate::input::paths;
use crate::input::sources::{Source, Sources};

/// The values that were there when following began.
#[derive(Default)]
pub(super) struct Backlog {
    /// Those that the policy shows, in the order of their times.
    pub(super) shown: Vec<Logged>,
    /// How many values there are of each tag of each run, shown or not.
    known: HashMap<Box<str>, HashMap<Box<str>, u64>>,
}

impl Backlog {
    /// Reads all there is of what is wanted. Following tells what is wrong with the files.
    pub(super) fn read(args: &Args, sources: &Sources) -> Result<Self> {
        let mut backlog = Self::default();
        for (number, path) in args.paths.paths.iter().enumerate() {
            let of_path = || sources.runs.iter().filter(|source| source.path == number);
            let names: HashSet<_> = of_path()
                .map(|source| source.run.name().to_owned())
                .collect();
            let tags = Arc::new(args.filters.compile()?.tags);
            let mut selection = Selection::all()
                .runs(move |run| names.contains(run))
                .tags(move |tag| tags.matches(tag));
            if !args.kinds.all() {
                selection = selection.kinds(args.kinds.named().iter().copied());
            }
            let logdir = LogdirState::of_roots(vec![paths::root(path)?], selection)
                .max_record(args.paths.limits.max_record)
                .loaded()?;
            for source in of_path() {
                if let Some(run) = logdir.run(source.run.name()) {
                    backlog.add(source, run, args.policy);
                }
            }
        }
        let time = |logged: &Logged| logged.wall_time.as_secs();
        backlog.shown.sort_by(|a, b| time(a).total_cmp(&time(b)));
        if !args.from_start {
            let others = backlog.shown.len().saturating_sub(args.limit);
            backlog.shown.drain(..others);
        }
        Ok(backlog)
    }

    fn add(&mut self, source: &Source, run: &RunState, policy: Policy) {
        let known = self.known.entry(source.name.as_str().into()).or_default();
        let tags: HashSet<_> = run.series().map(|series| series.tag).collect();
        for tag in tags {
            let scalars = run.scalars(tag, Policy::Raw).map_or(0, |all| all.len());
            let blobs = run.blobs(tag, Policy::Raw).map_or(0, |all| all.len());
            known.insert(tag.into(), (scalars + blobs) as u64);
            if let Some(scalars) = run.scalars(tag, policy) {
                let points = scalars.steps.iter().zip(&scalars.wall_times);
                let points = points.zip(scalars.values.iter());
                self.shown.extend(points.map(|((&step, &time), number)| {
                    let series = (tag, Kind::Scalar);
                    Logged::new(&source.name, step, time, series, &Value::Scalar(number))
                }));
            }
            let blobs = run.blobs(tag, policy).unwrap_or_default();
            let logged = |point: &BlobPoint| blob(&source.name, tag, point);
            self.shown.extend(blobs.iter().filter_map(logged));
        }
    }

    /// Whether the next value of a tag is one that was there, which makes it one fewer.
    pub(super) fn has(&mut self, run: &str, tag: &str) -> bool {
        let left = self.known.get_mut(run).and_then(|tags| tags.get_mut(tag));
        match left {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

/// A value that was left in its file, of which only text is printed and has to be read; none if the file has changed since.
fn blob(run: &str, tag: &str, point: &BlobPoint) -> Option<Logged> {
    let (step, time, series) = (point.step, point.wall_time, (tag, point.kind()));
    if point.kind() != Kind::Text {
        return Some(Logged::without_content(run, step, time, series));
    }
    let blob = point.read().ok()?;
    let value = blob.value().ok()?;
    Some(Logged::new(run, step, time, series, &value))
}
