//! tfrecord.

use std::path::Path;

use crate::Result;

pub fn before(logdir: &str) -> Result {
    // begin tfrecord
    use tfrecord::EventWriter;

    let mut writer = EventWriter::from_prefix(format!("{logdir}/run"), "", Default::default())?;
    writer.write_scalar("loss", 1, 0.5)?;
    writer.write_histogram("weights", 1, vec![0.1f32, 0.2, 0.3])?;
    writer.flush()?;
    // end tfrecord
    Ok(())
}

pub fn after(logdir: &str) -> Result {
    // begin from-tfrecord
    use tfevents::SummaryWriter;

    let writer = SummaryWriter::new(logdir)?;
    writer.add_scalar("loss", 0.5, 1)?;
    writer.add_histogram("weights", &[0.1f32, 0.2, 0.3], 1)?;
    writer.close()?;
    // end from-tfrecord
    Ok(())
}

/// The scalars of a file: tag, step, value.
pub fn read_before(file: &Path) -> Result<Vec<(String, i64, f32)>> {
    let mut scalars = Vec::new();
    // begin tfrecord-read
    use tfrecord::EventIter;
    use tfrecord::protobuf::{event::What, summary::value::Value};

    for event in EventIter::open(file, Default::default())? {
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
    // end tfrecord-read
    Ok(scalars)
}

/// The scalars of a file: tag, step, value.
pub fn read_after(file: &Path) -> Result<Vec<(String, i64, f64)>> {
    let mut scalars = Vec::new();
    // begin read
    use tfevents::plugin::PointDecoder;
    use tfevents::{EventItem, EventReader, Value};

    let mut decoder = PointDecoder::default();
    let mut reader = EventReader::open(file)?;
    loop {
        match reader.next_item()? {
            EventItem::Event(event) => {
                for point in decoder.points(&event.event) {
                    let point = point?;
                    if let Value::Scalar(scalar) = point.value {
                        scalars.push((point.tag.to_string(), event.event.step, scalar.as_f64()));
                    }
                }
            }
            // Costs the damaged record; the next one is read all the same.
            EventItem::Damage(defect) => eprintln!("{defect}"),
            EventItem::End(_) => break,
        }
    }
    // end read
    Ok(scalars)
}
