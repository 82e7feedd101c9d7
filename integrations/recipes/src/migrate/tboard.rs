//! tboard.

use std::path::Path;

use crate::Result;

pub fn before(logdir: &Path, png: Vec<u8>) -> Result {
    // begin tboard
    use tboard::EventWriter;

    let mut writer = EventWriter::create(logdir)?;
    writer.write_scalar(1, "loss", 0.5)?;
    let (limits, counts) = (vec![1.0, 2.0], vec![3.0, 4.0]);
    writer.write_histo(1, "weights", 0.0, 2.0, 7.0, 8.0, 12.0, counts, limits)?;
    writer.write_image(1, "picture", 4, 2, 3, png)?;
    writer.flush()?;
    // end tboard
    Ok(())
}

pub fn after(logdir: &Path, png: Vec<u8>) -> Result {
    // begin from-tboard
    use tfevents::{Image, SummaryWriter};

    let writer = SummaryWriter::new(logdir)?;
    writer.add_scalar("loss", 0.5, 1)?;
    writer.add_histogram_raw("weights", [[0.0, 1.0, 3.0], [1.0, 2.0, 4.0]], 1)?;
    writer.add_image("picture", &Image::encoded(png)?, 1)?;
    writer.close()?;
    // end from-tboard
    Ok(())
}

/// The scalars of a file: tag, step, value.
pub fn read_before(file: &Path) -> Result<Vec<(String, i64, f32)>> {
    let mut scalars = Vec::new();
    // begin tboard-read
    use tboard::SummaryReader;
    use tboard::tensorboard::{event::What, summary::value::Value};

    for event in SummaryReader::new(std::fs::File::open(file)?) {
        let event = event?;
        let Some(What::Summary(summary)) = event.what else {
            continue;
        };
        for value in summary.value {
            if let Some(Value::SimpleValue(scalar)) = value.value {
                scalars.push((value.tag, event.step, scalar));
            }
        }
    }
    // end tboard-read
    Ok(scalars)
}
