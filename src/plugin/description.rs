//! The description and display name of a series.

use crate::plugin;
use crate::proto::summary::value::Value;
use crate::proto::{self, SummaryMetadata};

/// What TensorBoard shows of a series beside its values: see
/// [`SummaryWriter::describe`](crate::SummaryWriter::describe).
///
/// # Examples
///
/// ```
/// use tfevents::Description;
///
/// let plain: Description = "Mean **cross entropy** of a batch".into();
/// let named = Description::new("Mean **cross entropy** of a batch").display_name("Loss");
/// assert_ne!(plain, named);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    pub(crate) markdown: String,
    pub(crate) display_name: String,
}

impl Description {
    /// Markdown shown beside the chart.
    #[doc(alias = "summary_description")]
    pub fn new(markdown: impl Into<String>) -> Self {
        Self {
            markdown: markdown.into(),
            display_name: String::new(),
        }
    }

    /// A name that TensorBoard shows instead of the tag.
    #[must_use]
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = name.into();
        self
    }

    /// Gives a value this description, unless it has one of its own. A plain number gets metadata for it, with plugin and
    /// data class, because the data server discards others.
    pub(crate) fn put_on(&self, value: &mut proto::summary::Value) {
        if let (Some(Value::SimpleValue(_)), None) = (&value.value, &value.metadata) {
            value.metadata = Some(plugin::metadata("scalars", Vec::new()));
        }
        if let Some(metadata) = &mut value.metadata {
            self.put_into(metadata);
        }
    }

    /// Fills what is empty.
    pub(crate) fn put_into(&self, metadata: &mut SummaryMetadata) {
        let fill = |place: &mut String, text: &String| {
            if place.is_empty() {
                place.clone_from(text);
            }
        };
        fill(&mut metadata.summary_description, &self.markdown);
        fill(&mut metadata.display_name, &self.display_name);
    }
}

/// Markdown shown beside the chart.
impl<T: Into<String>> From<T> for Description {
    fn from(markdown: T) -> Self {
        Self::new(markdown)
    }
}
