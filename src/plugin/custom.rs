//! Third-party kinds.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::kind::dashboard_class;
use super::{DataClass, Stored};
use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin;
use crate::proto;
use crate::tensor::{DataType, OwnedTensor, Tensor};

/// A kind of your own: how a value is written, and how it is read back.
///
/// A value is a tensor. TensorBoard's loaders keep it for the dashboard of your plugin, whose name is stored with every
/// value, so that each file stands alone. Of a plugin that TensorBoard does not know, both loaders serve what has the
/// class [`DataClass::Tensor`], and nothing that states no class.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::{PointDecoder, Plugins};
/// use tfevents::{Logdir, OwnedTensor, Plugin, RunItem, SummaryWriter, Tensor};
///
/// #[derive(Debug, PartialEq)]
/// struct Temperature(f32);
///
/// impl Plugin for Temperature {
///     const NAME: &'static str = "thermometer";
///
///     fn encode(&self) -> tfevents::Result<OwnedTensor> {
///         Ok(self.0.into())
///     }
///
///     fn decode(_content: &[u8], tensor: &Tensor<'_>) -> tfevents::Result<Self> {
///         let degrees = tensor.as_number().map(|number| number.as_f64() as f32);
///         degrees.map(Self).ok_or_else(|| tfevents::Error::decode("a temperature is one number"))
///     }
/// }
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add("oven", &Temperature(180.0), 0)?;
/// writer.close()?;
///
/// let mut decoder = PointDecoder::new(Plugins::new().with::<Temperature>());
/// let logdir = Logdir::open(dir.path())?;
/// let mut reader = logdir.runs()[0].read();
/// while let Some(item) = reader.next_item()? {
///     let RunItem::Event { event, .. } = item else { continue };
///     for point in decoder.points(&event.event) {
///         assert_eq!(point?.value.get(), Some(&Temperature(180.0)));
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Plugin: fmt::Debug + PartialEq + Sized + Send + Sync + 'static {
    /// The plugin's name, by which its dashboard asks for series, and readers recognise its values.
    const NAME: &'static str;

    /// Which of TensorBoard's stores its series are kept in: [`Scalar`](DataClass::Scalar) for single numbers,
    /// [`BlobSequence`](DataClass::BlobSequence) for lists of byte strings, of shape `[n]`, and
    /// [`Tensor`](DataClass::Tensor) for anything. Values of other classes are refused, as TensorBoard drops them.
    const DATA_CLASS: DataClass = DataClass::Tensor;

    /// What the plugin's dashboard wants to know of a series. TensorBoard takes it from the first value.
    fn content(&self) -> Vec<u8> {
        Vec::new()
    }

    /// The value as it is stored.
    ///
    /// # Errors
    ///
    /// A value that cannot be shown.
    fn encode(&self) -> Result<OwnedTensor>;

    /// A value that was read, and the content that it came with, or that came with the series' first value.
    ///
    /// # Errors
    ///
    /// A tensor that is not a value of this kind. It is then read as [`Value::Raw`](super::Value::Raw), with this problem.
    fn decode(content: &[u8], tensor: &Tensor<'_>) -> Result<Self>;
}

impl<P: Plugin> Stored for P {
    fn metadata(&self) -> proto::SummaryMetadata {
        proto::SummaryMetadata {
            data_class: P::DATA_CLASS.number(),
            ..plugin::metadata(P::NAME, self.content())
        }
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        check_plugin(P::NAME, P::DATA_CLASS)?;
        let tensor = self.encode()?;
        check_tensor(P::DATA_CLASS, &tensor)?;
        Ok(tensor.into_proto())
    }
}

/// Whether TensorBoard shows series of a plugin with that name and class.
fn check_plugin(name: &str, class: DataClass) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::argument(
            "a plugin needs a name, by which TensorBoard finds its series",
        ));
    }
    let class = DataClass::from(class.number());
    if !matches!(
        class,
        DataClass::Scalar | DataClass::Tensor | DataClass::BlobSequence
    ) {
        return Err(Error::argument(format!(
            "the plugin {name:?} needs a data class: TensorBoard shows nothing of class {}",
            class.number()
        )));
    }
    match dashboard_class(name) {
        Some(own) if own != class => Err(Error::argument(format!(
            "{name:?} is one of TensorBoard's own plugins, whose class is {own:?}, not {class:?}"
        ))),
        _ => Ok(()),
    }
}

/// Whether a tensor is one that TensorBoard's store for that class takes.
fn check_tensor(class: DataClass, tensor: &OwnedTensor) -> Result<()> {
    let (shape, is_text) = (tensor.shape(), tensor.dtype() == DataType::String);
    let wanted = match DataClass::from(class.number()) {
        DataClass::Scalar if is_text || shape.iter().any(|&dim| dim != 1) => "a single number",
        DataClass::BlobSequence if !is_text || shape.len() != 1 => "byte strings of shape [n]",
        _ => return Ok(()),
    };
    Err(Error::argument(format!(
        "a value of class {class:?} is {wanted}, not a tensor of type {:?} and shape {shape:?}",
        tensor.dtype()
    )))
}

/// The third-party kinds that a reader knows.
///
/// # Examples
///
/// See [`Plugin`].
#[derive(Clone, Debug, Default)]
pub struct Plugins {
    known: Arc<Vec<Known>>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    name: &'static str,
    decode: fn(&[u8], &Tensor<'_>) -> Result<CustomValue>,
}

impl Plugins {
    /// Knows no third-party kinds.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind. It replaces one with the same name.
    #[must_use]
    pub fn with<P: Plugin>(mut self) -> Self {
        let known = Arc::make_mut(&mut self.known);
        known.retain(|known| known.name != P::NAME);
        known.push(Known {
            name: P::NAME,
            decode: |content, tensor| {
                P::decode(content, tensor).map(|value| CustomValue(Arc::new(value)))
            },
        });
        self
    }

    /// A value of the plugin of that name, if it is known. Only tensors are values of plugins by their names.
    pub(super) fn decode(
        &self,
        name: &str,
        content: &[u8],
        data: &DataRef<'_>,
    ) -> Option<Result<CustomValue>> {
        let known = self.known.iter().find(|known| known.name == name)?;
        let DataRef::Tensor(encoded) = data else {
            return None;
        };
        Some(Tensor::from_encoded(encoded).and_then(|tensor| (known.decode)(content, &tensor)))
    }
}

/// A value of a registered [`Plugin`].
#[derive(Clone)]
pub struct CustomValue(Arc<dyn Custom>);

impl CustomValue {
    /// The value in its own type; `None` if it has a different one.
    #[must_use]
    pub fn get<P: Plugin>(&self) -> Option<&P> {
        self.0.as_any().downcast_ref()
    }

    /// The name of its plugin.
    #[must_use]
    pub fn plugin(&self) -> &'static str {
        self.0.plugin()
    }

    /// The serialized tensor that stores it.
    #[cfg(feature = "serde")]
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        self.0.encode()
    }
}

impl fmt::Debug for CustomValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for CustomValue {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.as_any())
    }
}

/// A [`Plugin`]'s value of any type.
trait Custom: fmt::Debug + Send + Sync {
    fn plugin(&self) -> &'static str;
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn Any) -> bool;
    #[cfg(feature = "serde")]
    fn encode(&self) -> Result<Vec<u8>>;
}

impl<P: Plugin> Custom for P {
    fn plugin(&self) -> &'static str {
        P::NAME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    #[cfg(feature = "serde")]
    fn encode(&self) -> Result<Vec<u8>> {
        Ok(Plugin::encode(self)?.encode())
    }
}
