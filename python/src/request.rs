//! What is wanted: paths, filters, and how series are looked at.

use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tfevents::reader::Root;
use tfevents::{Error, Kind, Logdir, Run, Selection};
use tfevents_analysis::pattern::Patterns;
use tfevents_analysis::runs;
use tfevents_analysis::text;
use tfevents_analysis::view::{Method, View};

use crate::failure;
use crate::names::{Asked, Names};
use crate::problem::Problem;

/// What is wanted, as Python says it.
#[pyclass(frozen, module = "tfevents._native")]
pub(crate) struct Request(Arc<What>);

/// What is wanted.
pub(crate) struct What {
    roots: Vec<Root>,
    runs: Names,
    tags: Names,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) steps: (Bound<i64>, Bound<i64>),
    pub(crate) view: View,
}

/// A run and what to call it.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) run: Run,
    /// The number of the path that it was found by.
    pub(crate) root: usize,
}

#[pymethods]
impl Request {
    #[new]
    #[pyo3(signature = (paths, *, runs, tags, kinds, policy, smooth, sample, sample_by, steps))]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of `read`")]
    fn new(
        py: Python<'_>,
        paths: Vec<PathBuf>,
        runs: Asked,
        tags: Asked,
        kinds: Vec<String>,
        policy: &str,
        smooth: Option<f64>,
        sample: Option<usize>,
        sample_by: &str,
        steps: (Option<i64>, Option<i64>),
    ) -> PyResult<Self> {
        let raise = |e: Error| failure::of(py, &e);
        if paths.is_empty() {
            return Err(PyValueError::new_err("no path was given"));
        }
        let mut view = View::default().policy(policy.parse().map_err(raise)?);
        if let Some(weight) = smooth {
            if !(0.0..1.0).contains(&weight) {
                let problem = format!("smooth must be from 0 to below 1, and is {weight}");
                return Err(PyValueError::new_err(problem));
            }
            view = view.smooth(weight);
        }
        let method: Method = sample_by.parse().map_err(raise)?;
        if let Some(points) = sample {
            let points = points.try_into();
            let points = points.map_err(|_| PyValueError::new_err("sample must be at least 1"))?;
            view = view.sample(points, method);
        }
        let roots = paths.iter().map(|path| runs::root(path));
        let kinds = kinds.iter().map(|kind| to_kind(py, kind));
        Ok(Self(Arc::new(What {
            roots: roots.collect::<Result<_, _>>().map_err(raise)?,
            runs: Names::new("run", runs)?,
            tags: Names::new("tag", tags)?,
            kinds: kinds.collect::<PyResult<_>>()?,
            steps: (
                steps.0.map_or(Bound::Unbounded, Bound::Included),
                steps.1.map_or(Bound::Unbounded, Bound::Excluded),
            ),
            view,
        })))
    }
}

impl Request {
    pub(crate) fn what(&self) -> Arc<What> {
        Arc::clone(&self.0)
    }
}

/// A kind of which there are tables.
pub(crate) fn to_kind(py: Python<'_>, name: &str) -> PyResult<Kind> {
    let kind: Kind = name.parse().map_err(|e| failure::of(py, &e))?;
    if tfevents_table::KINDS.contains(&kind) {
        return Ok(kind);
    }
    let tables = tfevents_table::KINDS.map(Kind::name).join(", ");
    let problem = format!("there is no table of kind {kind}, only of {tables}");
    Err(PyValueError::new_err(problem))
}

impl What {
    /// The runs that are wanted, in the order in which people list them. Of several paths, each names its runs.
    ///
    /// # Errors
    ///
    /// Paths that do not exist, or without event files.
    pub(crate) fn list(&self, problems: &mut Vec<Problem>) -> Result<Vec<Named>, Error> {
        let mut named = Vec::new();
        for (number, root) in self.roots.iter().enumerate() {
            let logdir = Logdir::open_all(std::slice::from_ref(root))?;
            problems.extend(logdir.problems().iter().map(Problem::from));
            named.extend(logdir.runs().iter().map(|run| Named {
                name: match &*self.roots {
                    [_] => run.name().to_owned(),
                    _ => runs::name_below(root.path(), run.name()),
                },
                run: run.clone(),
                root: number,
            }));
        }
        if named.is_empty() {
            let paths = self.roots.iter().map(|root| text::path(root.path()));
            let paths = paths.collect::<Vec<_>>().join(", ");
            return Err(Error::decode(format!("{paths}: no event files found")));
        }
        named.retain(|named| self.runs.wants_any([&*named.name, named.run.name()]));
        named.sort_by(|a, b| text::natural_order(&a.name, &b.name));
        Ok(named)
    }

    /// The series that are wanted.
    pub(crate) fn selection(&self) -> Selection {
        Selection::all()
            .tags(self.wants())
            .kinds(self.kinds.iter().copied())
            .steps(self.steps)
    }

    /// Whether a tag is wanted.
    pub(crate) fn wants(&self) -> impl Fn(&str) -> bool + use<> {
        let tags = self.tags.clone();
        move |tag| tags.wants(tag)
    }

    /// The paths as trees.
    pub(crate) fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// The paths as trees whose runs have the names that `list` gives them. Of several, a tree's own run ends in `/.`.
    pub(crate) fn named_roots(&self) -> Vec<Root> {
        let roots = self.roots.iter().cloned();
        match &*self.roots {
            [_] => roots.collect(),
            _ => roots
                .map(|root| {
                    let name = runs::name_below(root.path(), ".");
                    root.with_name(name)
                })
                .collect(),
        }
    }

    /// Whether a run is wanted.
    pub(crate) fn wants_run(&self, name: &str) -> bool {
        self.runs.wants(name)
    }

    /// The patterns of the tags that are wanted.
    pub(crate) fn tags(&self) -> &Patterns {
        self.tags.patterns()
    }

    /// What a function raised that was asked for names.
    pub(crate) fn raised(&self) -> Option<PyErr> {
        self.runs.raised().or_else(|| self.tags.raised())
    }

    /// The filters that matched nothing, once all is read.
    pub(crate) fn unmatched(&self) -> Vec<Problem> {
        let (runs, tags) = (self.runs.patterns(), self.tags.patterns());
        let is_left = !runs.match_nothing();
        let runs = runs.unused().map(|run| Problem::unmatched("run", run));
        let tags = tags.unused().map(|tag| Problem::unmatched("tag", tag));
        // Where there is no run, nobody has asked for tags.
        let tags = tags.filter(|_| is_left);
        runs.chain(tags).collect()
    }
}
