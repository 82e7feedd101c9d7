//! tch.

use tch::nn::VarStore;
use tch::{Kind, Tensor};
use tfevents::{Image, Layout, SummaryWriter};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

// begin tch
/// The values of a tensor, whatever its shape and type, wherever it is.
fn values(tensor: &Tensor) -> Result<Vec<f32>, tch::TchError> {
    Vec::try_from(tensor.flatten(0, -1).to_kind(Kind::Float))
}

pub fn log(
    writer: &SummaryWriter,
    loss: &Tensor,
    weights: &VarStore,
    picture: &Tensor,
    step: i64,
) -> Result {
    writer.add_scalar("loss", f32::try_from(loss)?, step)?;

    // Every variable under its path: `encoder.weight` becomes `encoder/weight`.
    for (name, variable) in weights.variables() {
        let values = values(&variable)?;
        writer.add_histogram(&name.replace('.', "/"), &values, step)?;
    }

    // A picture as [channels, height, width], from 0 to 1.
    let shape: Vec<usize> = picture.size().iter().map(|&n| n as usize).collect();
    let image = Image::new(&values(picture)?, Layout::Chw, &shape)?;
    writer.add_image("picture", &image, step)?;
    Ok(())
}
// end tch
