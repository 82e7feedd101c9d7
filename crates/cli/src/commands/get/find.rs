//! Looking for the one value that is meant.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use tfevents::event::DataRef;
use tfevents::plugin::{META_GRAPH_TAG, PointDecoder, RUN_GRAPH_TAG};
use tfevents::reader::{EventRecord, KnownValue};

use super::{Step, What};
use crate::input::read;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use crate::ui::unmatched::{NothingMatches, Unmatched};
use tfevents_analysis::pattern::WantedTags;

/// A search under way, over the values of all runs that are wanted.
pub(super) struct Search<'t> {
    what: What,
    step: Step,
    tags: WantedTags<'t>,
    /// Tags that are wanted and of the kind, with the runs that have them.
    series: BTreeMap<String, BTreeSet<String>>,
    /// Tags of the kind that are not wanted.
    others: BTreeSet<String>,
    /// Tags that are wanted and of another kind.
    wrong: BTreeMap<String, &'static str>,
    best: Option<Found>,
    /// The steps next to the one that is wanted.
    below: Option<i64>,
    above: Option<i64>,
}

/// A value, and what is needed to decode it.
pub(super) struct Found {
    tag: String,
    step: i64,
    pub(super) run: String,
    /// The event, and how many values come before it.
    pub(super) payload: Vec<u8>,
    pub(super) index: usize,
    /// Knows the run's series.
    pub(super) decoder: PointDecoder,
}

impl<'t> Search<'t> {
    pub(super) fn new(what: What, step: Step, tags: WantedTags<'t>) -> Self {
        Self {
            what,
            step,
            tags,
            series: BTreeMap::new(),
            others: BTreeSet::new(),
            wrong: BTreeMap::new(),
            best: None,
            below: None,
            above: None,
        }
    }

    /// Looks through a run.
    pub(super) fn run(&mut self, source: &Source, reporter: &Reporter) -> Result<()> {
        let mut decoder = PointDecoder::default();
        let mut found = false;
        for path in source.run.files() {
            let reading = read::file(&source.run, path, |record| {
                for (index, value) in record.known_values(&mut decoder).enumerate() {
                    if let Ok(value) = value
                        && self.is_it(&value, &source.name, record.event.step)
                    {
                        self.take(record, index, &source.name, value.tag);
                        found = true;
                    }
                }
                Ok(())
            })?;
            read::report(&reading, path, reporter);
        }
        if let Some(best) = self.best.as_mut().filter(|_| found) {
            best.decoder = decoder;
        }
        Ok(())
    }

    /// Whether this is the best value so far.
    fn is_it(&mut self, value: &KnownValue<'_>, run: &str, step: i64) -> bool {
        let of_kind = match self.what {
            What::Kind(kind) => value.kind == kind,
            What::Tensor => matches!(value.data(), Some(DataRef::Tensor(_))),
        };
        match (self.tags.wants(value.tag), of_kind) {
            (true, true) => {}
            (true, false) => {
                if !self.wrong.contains_key(value.tag) {
                    self.wrong.insert(value.tag.to_owned(), value.kind.name());
                }
                return false;
            }
            (false, of_kind) => {
                if of_kind && !self.others.contains(value.tag) {
                    self.others.insert(value.tag.to_owned());
                }
                return false;
            }
        }
        if self.tags.all() {
            self.prefer_graph(value.tag, run);
        }
        match self.series.get_mut(value.tag) {
            Some(runs) if runs.contains(run) => {}
            Some(runs) => {
                runs.insert(run.to_owned());
            }
            None => {
                let runs = BTreeSet::from([run.to_owned()]);
                self.series.insert(value.tag.to_owned(), runs);
            }
        }
        let best = self.best.as_ref().map(|best| best.step);
        match self.step {
            Step::First => best.is_none_or(|best| step <= best),
            Step::Last => best.is_none_or(|best| step >= best),
            Step::At(wanted) => {
                if step < wanted {
                    self.below = self.below.max(Some(step));
                } else if step > wanted {
                    self.above = Some(self.above.map_or(step, |above| above.min(step)));
                }
                step == wanted
            }
        }
    }

    /// The graph inside a `MetaGraphDef` is meant only where the run has no other, as in TensorBoard's own readers.
    fn prefer_graph(&mut self, tag: &str, run: &str) {
        if tag == RUN_GRAPH_TAG
            && let Some(runs) = self.series.get_mut(META_GRAPH_TAG)
            && runs.remove(run)
        {
            if runs.is_empty() {
                self.series.remove(META_GRAPH_TAG);
            }
            if self
                .best
                .as_ref()
                .is_some_and(|best| best.run == run && best.tag == META_GRAPH_TAG)
            {
                self.best = None;
            }
        }
    }

    fn take(&mut self, record: &EventRecord<'_>, index: usize, run: &str, tag: &str) {
        let best = self.best.get_or_insert_with(|| Found {
            tag: String::new(),
            step: 0,
            run: String::new(),
            payload: Vec::new(),
            index: 0,
            decoder: PointDecoder::default(),
        });
        best.step = record.event.step;
        best.index = index;
        run.clone_into(&mut best.run);
        tag.clone_into(&mut best.tag);
        best.payload.clear();
        best.payload.extend_from_slice(record.payload);
    }

    /// The value, if there is exactly one series in which it can be.
    ///
    /// # Errors
    ///
    /// Several: with what there is to choose from; or [`NothingMatches`].
    pub(super) fn finish(self, reporter: &Reporter) -> Result<Found> {
        let what = self.what.name();
        let unmatched = Unmatched::of_tags(&self.tags);
        let is_left = !self.series.is_empty() || !self.wrong.is_empty();
        unmatched.report(is_left, reporter)?;
        if let Some((tag, kind)) = self.wrong.first_key_value()
            && self.series.is_empty()
            && !self.tags.all()
        {
            let others = list("tags that are", &self.others);
            let problem = match self.what {
                What::Kind(_) => format!("`{tag}` is of the kind {kind}, not {what}{others}"),
                What::Tensor => format!("`{tag}` is not stored as a tensor{others}"),
            };
            return Err(NothingMatches(problem).into());
        }
        let mut series = self.series.iter();
        let (tag, runs) = match (series.next(), series.next()) {
            (None, _) => {
                let kinds: BTreeSet<_> = self.wrong.values().map(|&kind| kind.to_owned()).collect();
                let problem = format!("no {what} found{}", list("kinds", &kinds));
                return Err(NothingMatches(problem).into());
            }
            (Some(_), Some(_)) => {
                let tags = self.series.keys().cloned().collect();
                bail!(
                    "several tags are of the kind {what}; choose one with --tag{}",
                    list("tags", &tags)
                );
            }
            (Some(series), None) => series,
        };
        if runs.len() > 1 {
            bail!(
                "several runs have `{tag}`; choose one with --run{}",
                list("runs", runs)
            );
        }
        self.best.ok_or_else(|| {
            let step = match self.step {
                Step::At(step) => step.to_string(),
                Step::First | Step::Last => String::new(),
            };
            let nearest = match (self.below, self.above) {
                (Some(below), Some(above)) => format!("; the nearest are {below} and {above}"),
                (below, above) => below
                    .or(above)
                    .map_or_else(String::new, |step| format!("; the nearest is {step}")),
            };
            NothingMatches(format!("`{tag}` has no step {step}{nearest}")).into()
        })
    }
}

/// `; tags of that kind: …`, as far as that is readable.
fn list(what: &str, names: &BTreeSet<String>) -> String {
    match suggest::listed(names.iter().map(String::as_str)) {
        names if names.is_empty() => String::new(),
        names => format!("; {what}: {names}"),
    }
}
