//! Tensors: weights and gradients as histograms, and pictures.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use tfevents::{At, Error, Image, Layout, Result, SummaryWriter};

/// Logs the float parameters of a module as histograms, each under its path, such as `encoder/linear/weight`. Parameters
/// that are integers or booleans are left out.
///
/// # Errors
///
/// A tensor that cannot be read, and as for [`SummaryWriter::add_scalar`].
pub fn log_module(writer: &SummaryWriter, module: &impl Module, step: impl Into<At>) -> Result<()> {
    visit(module, writer, None, step.into())
}

/// Logs the gradients of a module's parameters as histograms, each under the parameter's path with `/grad` behind it.
/// Parameters without a gradient are left out.
///
/// # Errors
///
/// As for [`log_module`].
pub fn log_gradients(
    writer: &SummaryWriter,
    module: &impl Module,
    gradients: &GradientsParams,
    step: impl Into<At>,
) -> Result<()> {
    visit(module, writer, Some(gradients), step.into())
}

fn visit(
    module: &impl Module,
    writer: &SummaryWriter,
    gradients: Option<&GradientsParams>,
    at: At,
) -> Result<()> {
    let mut visitor = Histograms {
        writer,
        gradients,
        at,
        path: Vec::new(),
        result: Ok(()),
    };
    module.visit(&mut visitor);
    visitor.result
}

/// Walks through a module.
struct Histograms<'a> {
    writer: &'a SummaryWriter,
    /// Their gradients, or else the parameters themselves.
    gradients: Option<&'a GradientsParams>,
    at: At,
    path: Vec<String>,
    /// The first error.
    result: Result<()>,
}

impl ModuleVisitor for Histograms<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.result.is_err() {
            return;
        }
        let mut tag = self.path.join("/");
        let tensor = match self.gradients {
            None => Some(param.val()),
            Some(gradients) => {
                tag.push_str("/grad");
                gradients.get::<D>(param.id)
            }
        };
        let Some(tensor) = tensor else { return };
        self.result =
            read(&tensor).and_then(|values| self.writer.add_histogram(&tag, &values, self.at));
    }
}

/// Logs a picture: a tensor `[channels, height, width]` of values from 0 to 1, with 1 to 4 channels.
///
/// # Errors
///
/// Another number of channels, a tensor that cannot be read, and as for [`SummaryWriter::add_scalar`].
pub fn log_image(
    writer: &SummaryWriter,
    tag: &str,
    image: &Tensor<3>,
    step: impl Into<At>,
) -> Result<()> {
    let image = Image::new(&read(image)?, Layout::Chw, &image.dims())?;
    writer.add_image(tag, &image, step)
}

/// The same for a batch: a tensor `[samples, channels, height, width]`.
///
/// # Errors
///
/// As for [`log_image`].
pub fn log_images(
    writer: &SummaryWriter,
    tag: &str,
    images: &Tensor<4>,
    step: impl Into<At>,
) -> Result<()> {
    let images = Image::batch(&read(images)?, Layout::Nchw, &images.dims())?;
    writer.add_images(tag, &images, step)
}

/// The values of a tensor of any float type, wherever it is.
fn read<const D: usize>(tensor: &Tensor<D>) -> Result<Vec<f32>> {
    let values = tensor.try_to_vec_as::<f32>();
    values.map_err(|e| Error::argument(format!("the tensor cannot be read: {e}")))
}
