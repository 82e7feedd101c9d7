//! tensorboard-rs.

use std::path::Path;

use crate::Result;

pub fn before(logdir: &Path, pixels: &[u8]) {
    // begin tensorboard-rs
    use std::collections::HashMap;

    use tensorboard_rs::summary_writer::SummaryWriter;

    let mut writer = SummaryWriter::new(logdir);
    writer.add_scalar("loss", 0.5, 1);
    let accuracy = HashMap::from([("train".to_owned(), 0.9), ("test".to_owned(), 0.8)]);
    writer.add_scalars("accuracy", &accuracy, 1);
    writer.add_histogram_raw(
        "weights",
        0.0,
        2.0,
        7.0,
        8.0,
        12.0,
        &[1.0, 2.0],
        &[3.0, 4.0],
        1,
    );
    writer.add_image("picture", pixels, &[3, 4, 2], 1);
    writer.flush();
    // end tensorboard-rs
}

pub fn after(logdir: &Path, pixels: &[u8]) -> Result {
    // begin from-tensorboard-rs
    use tfevents::{Image, Layout, SummaryWriter};

    let writer = SummaryWriter::new(logdir)?;
    writer.add_scalar("loss", 0.5, 1)?;
    let accuracy = [("train", 0.9), ("test", 0.8)];
    writer.add_scalars_to_sub_runs("accuracy", accuracy, 1)?;
    writer.add_histogram_raw("weights", [[0.0, 1.0, 3.0], [1.0, 2.0, 4.0]], 1)?;
    writer.add_image("picture", &Image::new(pixels, Layout::Hwc, &[2, 4, 3])?, 1)?;
    writer.close()?;
    // end from-tensorboard-rs
    Ok(())
}
