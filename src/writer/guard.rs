//! What must not reach a file, because TensorBoard would hide it or choke on it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::error::{Error, Result};
use crate::plugin::custom_scalars::LAYOUT_TAG;
use crate::plugin::{Kind, RUN_GRAPH_TAG, hparams};

/// Remembers which kind each tag is: the data server keeps the first kind of a tag and silently drops the
/// rest, and the Python loader answers with an error.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    kinds: HashMap<Box<str>, Kind>,
    has_graph: bool,
}

impl Guard {
    /// Checks a tag, and remembers it.
    #[inline]
    pub(crate) fn admit(&mut self, tag: &str, kind: Kind) -> Result<()> {
        match self.kinds.get(tag) {
            Some(&known) if known == kind && kind != Kind::HParams => Ok(()),
            Some(Kind::HParams) if kind == Kind::HParams => Err(Error::argument(format!(
                "this run has its {tag:?} already, and TensorBoard keeps the first one: a run is one session; use a Sweep, or a writer of its own, for the next one"
            ))),
            Some(&known) => Err(Error::argument(format!(
                "the tag {tag:?} holds a {known} series and cannot take a {kind}, too: TensorBoard would hide one of them; use another tag"
            ))),
            None => self.admit_new(tag, kind),
        }
    }

    #[cold]
    fn admit_new(&mut self, tag: &str, kind: Kind) -> Result<()> {
        if tag.is_empty() {
            return Err(Error::argument(
                "a tag must not be empty: TensorBoard does not show such a series",
            ));
        }
        let reserved_for = if tag == RUN_GRAPH_TAG {
            Some("the run's graph")
        } else if tag == LAYOUT_TAG && kind != Kind::CustomScalars {
            Some("the layout of the Custom Scalars dashboard")
        } else if tag.starts_with(hparams::TAG_PREFIX) && kind != Kind::HParams {
            Some("hyperparameters")
        } else {
            None
        };
        if let Some(what) = reserved_for {
            return Err(Error::argument(format!(
                "the tag {tag:?} is TensorBoard's own name for {what}; use another one"
            )));
        }
        if let Entry::Vacant(entry) = self.kinds.entry(tag.into()) {
            entry.insert(kind);
        }
        Ok(())
    }

    /// Checks a tag that can hold a single value, because TensorBoard's loaders would disagree about which of
    /// several to show.
    pub(crate) fn admit_once(&mut self, tag: &str, kind: Kind) -> Result<()> {
        if self.kinds.get(tag) == Some(&kind) {
            return Err(Error::argument(format!(
                "the tag {tag:?} has a {kind} already: TensorBoard's loaders would disagree about which one to show; use another tag"
            )));
        }
        self.admit(tag, kind)
    }

    /// One graph a run: of several, one loader shows the first and the other one the last.
    pub(crate) fn admit_graph(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.has_graph, true) {
            return Err(Error::argument(
                "this run has a graph already: TensorBoard's loaders would disagree about which one to show",
            ));
        }
        Ok(())
    }
}
