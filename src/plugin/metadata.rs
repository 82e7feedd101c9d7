//! What a series says about itself.

use super::kind::class_of;
use crate::event::{DataClass, MetadataRef};

/// What the first value of a series says about all of it: [`MetadataRef`], kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The plugin whose dashboard shows it; empty where none is stated.
    pub plugin_name: String,
    /// The plugin's own data.
    pub content: Vec<u8>,
    /// A name to show instead of the tag.
    pub display_name: String,
    /// Markdown shown beside the series.
    pub description: String,
    /// The stated data class.
    pub data_class: DataClass,
}

impl Metadata {
    /// What this crate writes for a plugin's values.
    pub(crate) fn of_plugin(plugin_name: &str) -> Self {
        Self {
            plugin_name: plugin_name.to_owned(),
            data_class: class_of(plugin_name),
            ..Self::default()
        }
    }

    /// The same, borrowed.
    #[must_use]
    pub fn borrow(&self) -> MetadataRef<'_> {
        MetadataRef {
            plugin_name: &self.plugin_name,
            content: &self.content,
            display_name: &self.display_name,
            description: &self.description,
            data_class: self.data_class,
        }
    }
}

impl From<MetadataRef<'_>> for Metadata {
    fn from(metadata: MetadataRef<'_>) -> Self {
        Self {
            plugin_name: metadata.plugin_name.to_owned(),
            content: metadata.content.to_vec(),
            display_name: metadata.display_name.to_owned(),
            description: metadata.description.to_owned(),
            data_class: metadata.data_class,
        }
    }
}
