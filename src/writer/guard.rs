//! What must not reach a file, because TensorBoard would hide it or choke on it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::error::{Error, Result};
use crate::plugin::custom_scalars::LAYOUT_TAG;
use crate::plugin::scalar::Template;
use crate::plugin::{self, Description, Kind, RUN_GRAPH_TAG, hparams, mesh};
use crate::proto::{self, event::What, summary::value};
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
    /// Of the tags that somebody else's plugins have.
    plugins: HashMap<u32, Box<str>>,
    /// By tag, of those that were described.
    descriptions: HashMap<Box<str>, Description>,
    has_graph: bool,
}

impl Guard {
    /// Checks a tag, and remembers it.
    #[inline]
    pub(crate) fn admit(&mut self, tag: &str, kind: Kind) -> Result<TagId> {
        match self.known(tag) {
            Some((known, id)) => check_kind(tag, known, kind).map(|()| id),
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
        let template = self.check_new(tag, kind)?;
        let id = u32::try_from(self.tags.len())
            .ok()
            .filter(|&id| id <= TagId::MAX)
            .map(TagId)
            .ok_or_else(|| Error::argument("a writer can have at most 2^31 tags"))?;
        self.new_templates.push(template);
        self.tags.insert(tag, (kind, id));
        Ok(id)
    }

    /// Checks a tag without values.
    fn check_new(&self, tag: &str, kind: Kind) -> Result<Template> {
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
                "the tag {tag:?} is TensorBoard's own name for {what}; use a different tag"
            )));
        }
        let template = match self.descriptions.get(tag) {
            Some(description) if kind == Kind::Scalar => Template::described(tag, description),
            _ => Template::new(tag),
        };
        record::check_length(template.max_payload())?;
        Ok(template)
    }

    /// Remembers what is to be shown beside a series.
    pub(crate) fn describe(&mut self, tag: &str, description: Description) -> Result<()> {
        if tag.is_empty() {
            return Err(Error::argument("an empty tag cannot be described"));
        }
        if self.descriptions.get(tag) == Some(&description) {
            return Ok(());
        }
        let mesh = mesh::vertices_tag(tag);
        if self.known(tag).is_some() || self.known(&mesh).is_some() {
            return Err(Error::argument(format!(
                "the tag {tag:?} already has values, and TensorBoard takes the description from the first one: describe the tag before its first value"
            )));
        }
        self.descriptions.insert(tag.into(), description);
        Ok(())
    }

    /// What was said of a tag.
    pub(crate) fn description(&self, tag: &str) -> Option<&Description> {
        self.descriptions.get(tag)
    }

    /// Gives values the descriptions of their tags; of plain numbers only to the first, so that the others stay short.
    pub(crate) fn put_descriptions(&mut self, values: &mut [proto::summary::Value]) {
        if self.descriptions.is_empty() {
            return;
        }
        for value in values {
            let is_plain = matches!(value.value, Some(value::Value::SimpleValue(_)));
            if is_plain && self.known(&value.tag).is_some() {
                continue;
            }
            let tag = match plugin::kind_of_value(value) {
                Kind::Mesh => mesh::name_of(&value.tag),
                _ => &value.tag,
            };
            if let Some(description) = self.descriptions.get(tag) {
                description.put_on(value);
            }
        }
    }

    /// Checks the tags of an event.
    pub(crate) fn admit_event(&mut self, event: &proto::Event) -> Result<()> {
        match &event.what {
            Some(What::Summary(summary)) => {
                if summary.value.len() > 1 {
                    self.check_values(&summary.value)?;
                }
                for value in &summary.value {
                    let id = self.admit(&value.tag, plugin::kind_of_value(value))?;
                    if let Some(plugin) = other_plugin(value) {
                        self.admit_plugin(&value.tag, id, plugin)?;
                    }
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

    /// Checks values that share an event before any of them is remembered, so that one that is refused claims no tag for
    /// the others, which are not written either.
    fn check_values(&mut self, values: &[proto::summary::Value]) -> Result<()> {
        let mut new = HashMap::new();
        for value in values {
            let (tag, kind) = (value.tag.as_str(), plugin::kind_of_value(value));
            let plugin = other_plugin(value);
            let known = if let Some((known, id)) = self.known(tag) {
                (known, self.plugins.get(&id.0).map(AsRef::as_ref))
            } else {
                match new.entry(tag) {
                    Entry::Occupied(first) => *first.get(),
                    Entry::Vacant(first) => {
                        self.check_new(tag, kind)?;
                        first.insert((kind, plugin));
                        continue;
                    }
                }
            };
            check_kind(tag, known.0, kind)?;
            if let (Some(known), Some(plugin)) = (known.1, plugin) {
                check_plugin(tag, known, plugin)?;
            }
        }
        Ok(())
    }

    /// Checks that a tag of somebody else's plugin stays that plugin's.
    fn admit_plugin(&mut self, tag: &str, id: TagId, plugin: &str) -> Result<()> {
        match self.plugins.entry(id.0) {
            Entry::Occupied(known) => check_plugin(tag, known.get(), plugin),
            Entry::Vacant(new) => {
                new.insert(plugin.into());
                Ok(())
            }
        }
    }

    /// Whether a session has started and not ended.
    pub(crate) fn has_open_session(&mut self) -> bool {
        self.known(hparams::SESSION_START_TAG).is_some()
            && self.known(hparams::SESSION_END_TAG).is_none()
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
                "the tag {tag:?} has {} value already: TensorBoard's loaders would disagree about which one to show; use a different tag",
                kind.with_article()
            )));
        }
        self.admit(tag, kind).map(drop)
    }

    /// One graph per run: of several, one loader shows the first and the other one the last.
    pub(crate) fn admit_graph(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.has_graph, true) {
            return Err(Error::argument(
                "this run has a graph already: TensorBoard's loaders would disagree about which one to show",
            ));
        }
        Ok(())
    }
}

/// Whether a tag that holds series of a kind can take a value of that one.
#[inline]
fn check_kind(tag: &str, known: Kind, kind: Kind) -> Result<()> {
    if known != kind {
        return Err(Error::argument(format!(
            "the tag {tag:?} holds {} series and cannot take {} value, too: TensorBoard would hide one of them; use a different tag",
            known.with_article(),
            kind.with_article()
        )));
    }
    if kind == Kind::HParams {
        return Err(Error::argument(format!(
            "this run has its {tag:?} already, and TensorBoard keeps the first one: a run is one session; use a Sweep, or a separate writer, for the next one"
        )));
    }
    Ok(())
}

/// Whether a tag of one plugin can take a value of another.
fn check_plugin(tag: &str, known: &str, plugin: &str) -> Result<()> {
    if known == plugin {
        return Ok(());
    }
    Err(Error::argument(format!(
        "the tag {tag:?} holds values of the plugin {known:?} and cannot take one of {plugin:?}: TensorBoard would mistake it for the former; use a different tag"
    )))
}

/// The plugin of a value whose kind is none of TensorBoard's.
fn other_plugin(value: &proto::summary::Value) -> Option<&str> {
    let plugin = value.metadata.as_ref()?.plugin_data.as_ref()?;
    (plugin::kind_of_value(value) == Kind::Other).then_some(&plugin.plugin_name)
}
