//! Under which data class and plugin each of TensorBoard's loaders files a tag, and whether a dashboard asks for it.
//!
//! Both go by a single value: the data server by the tag's first one, the Python loader by the first that says what
//! the series is. What is known of the others, and what comes later, changes nothing.

use std::sync::Arc;

use crate::event::{DataClass, MetadataRef};
use crate::plugin::{self, Metadata};
use crate::state::datum::Storage;
use crate::state::shape::Shape;

/// What one value says about its tag.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) shape: Shape,
    pub(crate) metadata: Option<Arc<Metadata>>,
    /// It is called by its `node_name`; the Python loader keeps the metadata of such a tensor elsewhere.
    pub(crate) unnamed: bool,
    /// Which point it is, if it is one that is left in its file.
    pub(crate) place: Option<u32>,
}

/// What is known of a tag in one file beside its points.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// By the first value.
    pub(crate) first: Said,
    /// By the first one that tells the Python loader anything, if that is a later one.
    later: Option<Said>,
    /// The first metadata of any value. Events of their own tell nothing of others.
    pub(crate) metadata: Option<Arc<Metadata>>,
    /// By the first summary value.
    opening: Option<Opening>,
}

/// What the first summary value of a tag in a file settles for the others.
#[derive(Clone, Copy, Debug)]
struct Opening {
    /// Whether the Python loader fills in missing values.
    fills: bool,
    /// Whether it has metadata.
    states: bool,
}

/// Those of a tag whose first value is a plain scalar, which need not be kept.
pub(crate) static PLAIN: Facts = Facts {
    first: Said {
        shape: Shape::Simple,
        metadata: None,
        unnamed: false,
        place: None,
    },
    later: None,
    metadata: None,
    opening: Some(Opening {
        fills: false,
        states: false,
    }),
};

/// How a loader files a tag.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Listing {
    pub(crate) class: DataClass,
    pub(crate) plugin: String,
}

/// Why no dashboard shows a series.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unlisted {
    /// The tag's first value has no metadata, and none is implied by its form; what comes later is too late, or
    /// states no data class.
    NoMetadata,
    /// The value that decides names no plugin.
    NoPlugin,
    /// Stock TensorBoard gives the plugin no data class, and the file states none.
    NoClass { plugin: String },
    /// The plugin's dashboard asks for series of another data class.
    WrongClass(Listing),
    /// The series of that tag is of another form: numbers among others, or others among numbers.
    OtherForm {
        listing: Listing,
        /// How many points the loader has of them all the same, at which the dashboard fails.
        points: usize,
        /// How many others were discarded by a later point.
        discarded: usize,
    },
    /// A tensor without a tag. The data server calls all of them by the empty tag; the Python loader goes by their
    /// `node_name`, but looks for their metadata under the empty tag, and fails.
    Unnamed,
    /// A graph inside a `MetaGraphDef`.
    MetaGraph,
}

impl Said {
    /// What an event of its own implies.
    pub(crate) fn event(plugin: &str) -> Self {
        Self {
            shape: Shape::Event,
            metadata: Some(Arc::new(Metadata::of_plugin(plugin))),
            unnamed: false,
            place: None,
        }
    }

    /// What a graph inside a `MetaGraphDef` implies: it is one of the run's, but no loader knows it.
    pub(crate) fn meta_graph() -> Self {
        Self {
            shape: Shape::MetaGraph,
            ..Self::event("graphs")
        }
    }

    /// Whether the Python loader learns from it what the tag is.
    fn tells(&self) -> bool {
        !self.unnamed && (self.implied().is_some() || self.metadata.is_some())
    }

    /// The plugin that a value of one of the older forms belongs to, whatever its metadata.
    fn implied(&self) -> Option<&'static str> {
        match self.shape {
            Shape::Simple => Some("scalars"),
            Shape::Histogram(_) => Some("histograms"),
            Shape::Image => Some("images"),
            Shape::Audio => Some("audio"),
            _ => None,
        }
    }

    fn stated(&self) -> MetadataRef<'_> {
        self.metadata
            .as_deref()
            .map(Metadata::borrow)
            .unwrap_or_default()
    }

    /// What the data server makes of a tag with this first value.
    pub(crate) fn fast(&self) -> Result<Listing, Unlisted> {
        let stated = self.stated();
        match self.implied() {
            Some(plugin) if stated.data_class == DataClass::Unknown => {
                self.listing(plugin::implied_class(plugin), plugin)
            }
            _ if stated.data_class == DataClass::Unknown => self.listing(
                plugin::implied_class(stated.plugin_name),
                stated.plugin_name,
            ),
            _ => self.listing(class(stated), stated.plugin_name),
        }
    }

    /// What the Python loader makes of a tag of which this is the first value to tell anything. Classes are
    /// filled in only if it is the file's first value of the tag, too.
    pub(crate) fn slow(&self, opens: bool) -> Result<Listing, Unlisted> {
        let stated = self.stated();
        let (plugin, class) = match self.implied() {
            Some(plugin) => (plugin, DataClass::Unknown),
            None => (stated.plugin_name, class(stated)),
        };
        let unstated = self.implied().is_some() || stated.data_class == DataClass::Unknown;
        match (unstated, opens) {
            (true, true) => self.listing(plugin::implied_class(plugin), plugin),
            (true, false) => Err(Unlisted::NoMetadata),
            (false, _) => self.listing(class, plugin),
        }
    }

    fn listing(&self, class: DataClass, plugin: &str) -> Result<Listing, Unlisted> {
        if self.shape == Shape::MetaGraph {
            return Err(Unlisted::MetaGraph);
        }
        if plugin.is_empty() {
            return Err(match self.metadata {
                None => Unlisted::NoMetadata,
                Some(_) => Unlisted::NoPlugin,
            });
        }
        if self.unnamed {
            return Err(Unlisted::Unnamed);
        }
        let plugin = plugin.to_owned();
        if class == DataClass::Unknown {
            return Err(Unlisted::NoClass { plugin });
        }
        let asked_for = plugin::dashboard_class(&plugin);
        let listing = Listing { class, plugin };
        match asked_for {
            Some(asked_for) if asked_for != class => Err(Unlisted::WrongClass(listing)),
            // A dashboard of somebody else's may ask for anything.
            _ => Ok(listing),
        }
    }

    /// Whether the Python loader fills in missing values, in a file whose first value of the
    /// tag is this.
    fn fills(&self) -> bool {
        let stated = self.stated();
        stated.data_class == DataClass::Unknown
            && self.implied().is_none()
            && (stated.plugin_name == "hparams" || plugin::graph::is_sub_plugin(stated.plugin_name))
    }
}

/// A class that is stated, as far as it is known.
fn class(stated: MetadataRef<'_>) -> DataClass {
    match stated.data_class {
        DataClass::Other(_) => DataClass::Unknown,
        known => known,
    }
}

impl Facts {
    pub(crate) fn new(first: Said) -> Self {
        let mut facts = Self {
            first: first.clone(),
            later: None,
            metadata: None,
            opening: None,
        };
        facts.add(first);
        facts
    }

    /// Whether another value, with or without metadata, can tell anything new.
    pub(crate) fn wants(&self, metadata: bool) -> bool {
        self.opening.is_none()
            || self.metadata.is_none() && metadata
            || self.later.is_none() && !self.first.tells()
    }

    pub(crate) fn add(&mut self, said: Said) {
        if !matches!(said.shape, Shape::Event | Shape::MetaGraph) {
            self.opening.get_or_insert(Opening {
                fills: said.fills(),
                states: said.metadata.is_some(),
            });
            if self.metadata.is_none() {
                self.metadata.clone_from(&said.metadata);
            }
        }
        if !self.first.tells() && self.later.is_none() && said.tells() {
            self.later = Some(said);
        }
    }

    /// What tells the Python loader about the tag in this file, and whether it is the first value.
    pub(crate) fn telling(&self) -> Option<(&Said, bool)> {
        if self.first.tells() {
            Some((&self.first, true))
        } else {
            self.later.as_ref().map(|later| (later, false))
        }
    }

    /// Whether the Python loader fills in missing values, if there is a summary at all.
    pub(crate) fn fills(&self) -> Option<bool> {
        self.opening.map(|opening| opening.fills)
    }

    /// Whether all values are taken for the same, because metadata come with the first one or never.
    pub(crate) fn is_steady(&self) -> bool {
        self.metadata.is_none() || self.opening.is_some_and(|opening| opening.states)
    }

    /// Whether the tag is one of scalars of the older form, whatever later metadata say.
    pub(crate) fn is_plain(&self) -> bool {
        self.telling()
            .is_some_and(|(said, _)| said.shape == Shape::Simple)
    }
}

impl Listing {
    /// Whether values that we hold in this form are among those that a dashboard gets.
    pub(crate) fn has(&self, storage: Storage) -> bool {
        match storage {
            Storage::Numbers => self.class == DataClass::Scalar,
            Storage::Places => self.class != DataClass::Scalar || self.plugin != "scalars",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{AudioRef, DataRef, ImageRef};

    fn said(data: &DataRef<'_>, metadata: Option<(&str, i32)>) -> Said {
        Said {
            shape: Shape::of(data),
            metadata: metadata.map(|(plugin, data_class)| {
                Arc::new(Metadata {
                    plugin_name: plugin.into(),
                    data_class: data_class.into(),
                    ..Default::default()
                })
            }),
            unnamed: false,
            place: None,
        }
    }

    fn tensor() -> DataRef<'static> {
        DataRef::Tensor((&b""[..]).into())
    }

    fn listed(listing: Result<Listing, Unlisted>) -> Option<(i32, String)> {
        let listing = listing.ok()?;
        Some((listing.class.number(), listing.plugin))
    }

    /// What the data server is asked to show a tag as that begins with this value, and the Python loader in turn.
    #[track_caller]
    fn assert_listed(
        data: &DataRef<'_>,
        metadata: Option<(&str, i32)>,
        fast: Option<(i32, &str)>,
        slow: Option<(i32, &str)>,
    ) {
        let said = said(data, metadata);
        let own = |(class, plugin): (i32, &str)| (class, plugin.to_owned());
        assert_eq!(
            listed(said.fast()),
            fast.map(own),
            "{data:?} {metadata:?} fast"
        );
        assert_eq!(
            listed(said.slow(true)),
            slow.map(own),
            "{data:?} {metadata:?} slow"
        );
    }

    #[test]
    fn known_plugins_get_their_class() {
        for (plugin, class) in [
            ("scalars", 1),
            ("histograms", 2),
            ("text", 2),
            ("pr_curves", 2),
            ("mesh", 2),
            ("hparams", 2),
            ("custom_scalars", 2),
            ("images", 3),
            ("audio", 3),
            ("graph_run_metadata", 3),
            ("graph_run_metadata_graph", 3),
            ("graph_keras_model", 3),
        ] {
            let both = Some((class, plugin));
            assert_listed(&tensor(), Some((plugin, 0)), both, both);
            assert_listed(&tensor(), Some((plugin, class)), both, both);
            assert_listed(&DataRef::None, Some((plugin, 0)), both, both);
            // In a class that its dashboard does not ask for.
            assert_listed(&tensor(), Some((plugin, class % 3 + 1)), None, None);
        }
        for plugin in ["graphs", "graph_tagged_run_metadata"] {
            assert_listed(&tensor(), Some((plugin, 0)), None, None);
            let both = Some((3, plugin));
            assert_listed(&tensor(), Some((plugin, 3)), both, both);
        }
    }

    #[test]
    fn a_plugin_of_somebody_else_states_its_class() {
        for class in 1..=3 {
            let both = Some((class, "mine"));
            assert_listed(&tensor(), Some(("mine", class)), both, both);
            assert_listed(&tensor(), Some(("", class)), None, None);
        }
        for class in [0, 4, -1] {
            assert_listed(&tensor(), Some(("mine", class)), None, None);
        }
        assert_listed(&tensor(), None, None, None);
    }

    /// The data server believes a class that is stated even there, the Python loader replaces all metadata.
    #[test]
    fn older_forms_say_themselves_what_they_are() {
        for (data, listed) in [
            (DataRef::Simple(0.5), (1, "scalars")),
            (DataRef::Histogram((&b""[..]).into()), (2, "histograms")),
            (DataRef::Image(ImageRef::default()), (3, "images")),
            (DataRef::Audio(AudioRef::default()), (3, "audio")),
        ] {
            assert_listed(&data, None, Some(listed), Some(listed));
            assert_listed(&data, Some(("mine", 0)), Some(listed), Some(listed));
            assert_listed(&data, Some(("mine", 2)), Some((2, "mine")), Some(listed));
        }
        let obsolete = DataRef::ObsoleteHistogram(b"");
        assert_listed(&obsolete, None, None, None);
        assert_listed(
            &obsolete,
            Some(("text", 0)),
            Some((2, "text")),
            Some((2, "text")),
        );
    }

    #[test]
    fn classes_are_filled_in_for_the_first_value_of_a_file_only() {
        let stated = said(&tensor(), Some(("scalars", 1)));
        assert_eq!(listed(stated.slow(false)), Some((1, "scalars".into())));
        let unstated = said(&tensor(), Some(("scalars", 0)));
        assert_eq!(unstated.slow(false), Err(Unlisted::NoMetadata));
        let simple = said(&DataRef::Simple(0.5), None);
        assert_eq!(simple.slow(false), Err(Unlisted::NoMetadata));

        let bare = said(&tensor(), None);
        let mut facts = Facts::new(bare);
        assert!(facts.telling().is_none());
        facts.add(stated);
        facts.add(simple);
        let (said, first) = facts.telling().unwrap();
        assert!(!first && said.metadata.is_some());
    }
}
