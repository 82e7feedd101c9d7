//! candle.

use candle_core::{DType, Tensor};
use candle_nn::VarMap;
use tfevents::{Image, Layout, SummaryWriter};

use crate::Result;

// begin candle
/// The values of a tensor, whatever its shape and type, wherever it is.
fn values(tensor: &Tensor) -> candle_core::Result<Vec<f32>> {
    tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
}

pub fn log(
    writer: &SummaryWriter,
    loss: &Tensor,
    weights: &VarMap,
    picture: &Tensor,
    step: usize,
) -> Result {
    writer.add_scalar("loss", loss.to_dtype(DType::F32)?.to_scalar::<f32>()?, step)?;

    // Every variable under its path: `encoder.weight` becomes `encoder/weight`.
    for (name, variable) in weights.data().lock().map_err(|e| e.to_string())?.iter() {
        let values = values(variable)?;
        writer.add_histogram(&name.replace('.', "/"), &values, step)?;
    }

    // A picture as [channels, height, width], from 0 to 1.
    let image = Image::new(&values(picture)?, Layout::Chw, picture.dims())?;
    writer.add_image("picture", &image, step)?;
    Ok(())
}
// end candle
