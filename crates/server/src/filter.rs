//! What a request is about: which plugin, which runs, which tags.

use std::sync::Arc;

use tfevents::event::DataClass;
use tonic::Status;
use tonic::codegen::Bytes;

use crate::names::Names;
use crate::proto::data;
use crate::room::Load;
use crate::run::{Run, Series};

/// What a request says about the series that it is about.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) plugin: Option<data::PluginFilter>,
    pub(crate) filter: Option<data::RunTagFilter>,
    pub(crate) class: DataClass,
    /// The bytes of the request, in which its names are.
    pub(crate) load: Option<Arc<Load>>,
}

/// The series that a request names.
#[derive(Debug)]
pub(crate) struct Wanted {
    plugin: String,
    class: DataClass,
    runs: Option<Names>,
    tags: Option<Names>,
    _load: Option<Arc<Load>>,
}

impl Asked {
    /// How many bytes its names take.
    pub(crate) fn size(&self) -> usize {
        let parts = self.filter.iter().flat_map(|f| [&f.runs, &f.tags]);
        parts.flatten().map(Bytes::len).sum()
    }

    /// # Errors
    ///
    /// A request without a plugin, and invalid names.
    pub(crate) fn wanted(self) -> Result<Wanted, Status> {
        let plugin = self.plugin.map(|plugin| plugin.plugin_name);
        let plugin = plugin.unwrap_or_default();
        if plugin.is_empty() {
            return Err(Status::invalid_argument(
                "must specify non-empty plugin name",
            ));
        }
        let filter = self.filter.unwrap_or_default();
        Ok(Wanted {
            plugin,
            class: self.class,
            runs: filter.runs.map(Names::parse).transpose()?,
            tags: filter.tags.map(Names::parse).transpose()?,
            _load: self.load,
        })
    }
}

impl Wanted {
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
    pub(crate) fn runs(&self) -> Option<&Names> {
        self.runs.as_ref()
    }

    /// Whether the request names several tags of runs that it names as well. TensorBoard asks so for what belongs into
    /// one chart.
    pub(crate) fn is_one_chart(&self) -> bool {
        self.runs.is_some() && self.tags.as_ref().is_some_and(|tags| tags.len() > 1)
    }

    /// How many series of a run the request names, at most.
    pub(crate) fn at_most(&self, run: &Run) -> usize {
        let tags = self.tags.as_ref().map_or(usize::MAX, Names::len);
        tags.min(run.series.len())
    }

    /// The series of a run, in order of their tags.
    pub(crate) fn series<'a>(&'a self, run: &'a Run) -> Vec<&'a Series> {
        match &self.tags {
            // A few out of many are looked up.
            Some(tags) if tags.len() < run.series.len() / 8 => {
                let find = |tag| run.find(tag, &self.plugin, self.class);
                tags.iter().filter_map(find).collect()
            }
            Some(tags) => {
                let all = run.series_of(&self.plugin, self.class);
                all.filter(|series| tags.contains(&series.tag)).collect()
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
