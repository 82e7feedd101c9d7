//! What a request is about: which plugin, which runs, which tags.

use std::collections::HashSet;

use tfevents::event::DataClass;
use tonic::Status;

use crate::proto::data;
use crate::run::{Run, Series};

/// The series that a request names.
#[derive(Debug)]
pub(crate) struct Wanted {
    plugin: String,
    class: DataClass,
    runs: Option<HashSet<String>>,
    tags: Option<HashSet<String>>,
}

impl Wanted {
    /// # Errors
    ///
    /// A request without a plugin.
    pub(crate) fn new(
        plugin: Option<data::PluginFilter>,
        filter: Option<data::RunTagFilter>,
        class: DataClass,
    ) -> Result<Self, Status> {
        let plugin = plugin.map(|plugin| plugin.plugin_name).unwrap_or_default();
        if plugin.is_empty() {
            return Err(Status::invalid_argument(
                "must specify non-empty plugin name",
            ));
        }
        let filter = filter.unwrap_or_default();
        let names = |filter: data::NameFilter| filter.names.into_iter().collect();
        Ok(Self {
            plugin,
            class,
            runs: filter.runs.map(names),
            tags: filter.tags.map(names),
        })
    }

    pub(crate) fn plugin(&self) -> &str {
        &self.plugin
    }

    pub(crate) fn class(&self) -> DataClass {
        self.class
    }

    /// Whether the request names tags.
    pub(crate) fn names_tags(&self) -> bool {
        self.tags.is_some()
    }

    /// The names of the runs, if not all are meant.
    pub(crate) fn runs(&self) -> Option<impl Iterator<Item = &str>> {
        let runs = self.runs.as_ref()?;
        Some(runs.iter().map(String::as_str))
    }

    /// Whether the request names several tags of runs that it names as well. TensorBoard asks so for what belongs into
    /// one chart.
    pub(crate) fn is_one_chart(&self) -> bool {
        self.runs.is_some() && self.tags.as_ref().is_some_and(|tags| tags.len() > 1)
    }

    /// How many series of a run the request names, at most.
    pub(crate) fn at_most(&self, run: &Run) -> usize {
        let tags = self.tags.as_ref().map_or(usize::MAX, HashSet::len);
        tags.min(run.series.len())
    }

    /// The series of a run, in order of their tags.
    pub(crate) fn series<'a>(&'a self, run: &'a Run) -> Vec<&'a Series> {
        match &self.tags {
            // A few out of many are looked up.
            Some(tags) if tags.len() < run.series.len() / 8 => {
                let find = |tag: &String| run.find(tag, &self.plugin, self.class);
                let mut found: Vec<_> = tags.iter().filter_map(find).collect();
                found.sort_unstable_by(|a, b| a.tag.cmp(&b.tag));
                found
            }
            Some(tags) => {
                let all = run.series_of(&self.plugin, self.class);
                all.filter(|series| tags.contains(&*series.tag)).collect()
            }
            None => run.series_of(&self.plugin, self.class).collect(),
        }
    }
}

/// How many points a request asks for.
///
/// # Errors
///
/// A request that does not say so, or a negative number.
pub(crate) fn num_points(downsample: Option<data::Downsample>) -> Result<usize, Status> {
    let n = downsample
        .ok_or_else(|| Status::invalid_argument("must specify downsample"))?
        .num_points;
    usize::try_from(n)
        .map_err(|_| Status::invalid_argument(format!("num_points must be non-negative, not {n}")))
}
