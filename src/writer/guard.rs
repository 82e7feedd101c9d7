//! What must not reach a file, because TensorBoard would hide it or choke on it.

use crate::error::{Error, Result};
use crate::plugin::custom_scalars::LAYOUT_TAG;
use crate::plugin::scalar::Template;
use crate::plugin::{self, Kind, RUN_GRAPH_TAG, hparams};
use crate::proto::{self, event::What};
use crate::record;
use crate::tags::Tags;

/// A tag of one writer, counted in the order of first use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TagId(pub(crate) u32);

impl TagId {
    /// The backlog has 31 bits for it.
    pub(crate) const MAX: u32 = u32::MAX >> 1;

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Remembers which kind each tag is: the data server keeps the first kind of a tag and silently drops the
/// rest, and the Python loader answers with an error.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    tags: Tags<(Kind, TagId)>,
    /// One for each tag that the background thread has not been told of yet.
    new_templates: Vec<Template>,
    has_graph: bool,
}

impl Guard {
    /// Checks a tag, and remembers it.
    #[inline]
    pub(crate) fn admit(&mut self, tag: &str, kind: Kind) -> Result<TagId> {
        match self.known(tag) {
            Some((known, id)) if known == kind && kind != Kind::HParams => Ok(id),
            Some((Kind::HParams, _)) if kind == Kind::HParams => Err(Error::argument(format!(
                "this run has its {tag:?} already, and TensorBoard keeps the first one: a run is one session; use a Sweep, or a writer of its own, for the next one"
            ))),
            Some((known, _)) => Err(Error::argument(format!(
                "the tag {tag:?} holds a {known} series and cannot take a {kind}, too: TensorBoard would hide one of them; use another tag"
            ))),
            None => self.admit_new(tag, kind),
        }
    }

    #[inline]
    fn known(&mut self, tag: &str) -> Option<(Kind, TagId)> {
        let id = self.tags.get(tag)?;
        self.tags.value(id).copied()
    }

    #[cold]
    fn admit_new(&mut self, tag: &str, kind: Kind) -> Result<TagId> {
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
        let template = Template::new(tag);
        record::check_length(template.max_payload())?;
        let id = u32::try_from(self.tags.len())
            .ok()
            .filter(|&id| id <= TagId::MAX)
            .map(TagId)
            .ok_or_else(|| Error::argument("a writer takes no more than 2^31 tags"))?;
        self.new_templates.push(template);
        self.tags.insert(tag, (kind, id));
        Ok(id)
    }

    /// Checks the tags of an event.
    pub(crate) fn admit_event(&mut self, event: &proto::Event) -> Result<()> {
        match &event.what {
            Some(What::Summary(summary)) => {
                for value in &summary.value {
                    self.admit(&value.tag, plugin::kind_of_value(value))?;
                }
            }
            Some(What::GraphDef(_)) => self.admit_graph()?,
            Some(What::TaggedRunMetadata(run)) => {
                self.admit(&run.tag, Kind::Graph)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The templates of new tags, in the order of their ids.
    pub(crate) fn take_templates(&mut self) -> Vec<Template> {
        std::mem::take(&mut self.new_templates)
    }

    /// Checks a tag that can hold a single value, because TensorBoard's loaders would disagree about which of
    /// several to show.
    pub(crate) fn admit_once(&mut self, tag: &str, kind: Kind) -> Result<()> {
        if self.known(tag).is_some_and(|(known, _)| known == kind) {
            return Err(Error::argument(format!(
                "the tag {tag:?} has a {kind} already: TensorBoard's loaders would disagree about which one to show; use another tag"
            )));
        }
        self.admit(tag, kind).map(drop)
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
