//! Trains a network to tell digits apart, on data made on the spot, and logs it for TensorBoard.
//!
//! ```sh
//! cargo run --example digits
//! tensorboard --logdir target/runs
//! ```

use std::error::Error;
use std::path::Path;

use tfevents_burn::TensorBoardLogger;

mod data;
mod model;
mod train;

fn main() -> Result<(), Box<dyn Error>> {
    let logger = TensorBoardLogger::new("target/runs/digits")?;
    train::train(Path::new("target/digits"), &logger, 5, None)?;
    logger.close()?;
    println!("Look at it with: tensorboard --logdir target/runs");
    Ok(())
}
