//! Values as messages.

use crate::error::Result;
use crate::plugin::kind::class_of;
use crate::proto::summary::{self, value};
use crate::proto::summary_metadata::PluginData;
use crate::proto::{SummaryMetadata, TensorProto};

/// How a value is stored. Its methods are this crate's own affair: others implement [`Plugin`](super::Plugin).
#[doc(hidden)]
pub trait Stored {
    /// The plugin's name and data, stored with every value so that each file stands alone.
    fn metadata(&self) -> SummaryMetadata;

    /// The value.
    fn tensor(&self) -> Result<TensorProto>;
}

/// What [`SummaryWriter::add`](crate::SummaryWriter::add) takes: values of the kinds that TensorBoard shows, and those
/// of every [`Plugin`](super::Plugin).
pub trait Loggable: Stored {}

impl<T: Stored + ?Sized> Loggable for T {}

/// A value as [`SummaryWriter::add`](crate::SummaryWriter::add) stores it, for your own events.
///
/// # Errors
///
/// A value that cannot be shown.
///
/// # Examples
///
/// ```
/// use tfevents::plugin;
///
/// let value = plugin::message("notes", &tfevents::Text::new("It **works**."))?;
/// assert_eq!(value.tag, "notes");
/// # Ok::<(), tfevents::Error>(())
/// ```
pub fn message<V: Loggable + ?Sized>(tag: &str, value: &V) -> Result<summary::Value> {
    Ok(summary::Value {
        tag: tag.to_owned(),
        metadata: Some(value.metadata()),
        value: Some(value::Value::Tensor(value.tensor()?)),
        ..Default::default()
    })
}

/// Metadata for values of a plugin, with the data class that TensorBoard asks for: that of its own dashboards, and
/// [`DataClass::Tensor`](super::DataClass::Tensor) for plugins that it does not know.
#[must_use]
pub fn metadata(plugin_name: &str, content: Vec<u8>) -> SummaryMetadata {
    SummaryMetadata {
        plugin_data: Some(PluginData {
            plugin_name: plugin_name.to_owned(),
            content,
        }),
        data_class: class_of(plugin_name).number(),
        ..Default::default()
    }
}
