//! Pictures, under the names that make MLflow's Images view and its step slider show them:
//! `images/KEY+step+STEP+timestamp+MILLISECONDS+UUID.png`, and a small one `…+compressed.png` for the grid.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use tfevents::plugin::image::{Format, ImagesRef};
use tfevents_table::Row;

use super::{Artifact, file, thumbnail};
use crate::mapping::metrics::millis;

/// The files of the pictures of one step. Their bytes are what was logged.
pub(super) fn files(row: &Row<'_>, name: &str, images: &ImagesRef<'_>) -> Vec<Artifact> {
    let samples = images.samples.iter().enumerate();
    samples
        .flat_map(|(i, &picture)| {
            // Pictures of one step are series of their own in the view, as TensorBoard shows them.
            let sample = match images.samples.len() {
                0 | 1 => String::new(),
                _ => format!("~{i}"),
            };
            let time = millis(row.wall_time).unwrap_or(0);
            let id = id(row, i, images.samples.len(), picture);
            let stem = format!(
                "images/{name}{sample}+step+{}+timestamp+{time}+{id}",
                row.step
            );
            // The view takes these two, and browsers look at the bytes.
            let extension = match Format::sniff(picture) {
                Some(Format::WebP) => "webp",
                _ => "png",
            };
            let small = thumbnail::of(picture);
            [
                file(format!("{stem}.{extension}"), picture),
                file(
                    format!("{stem}+compressed.{extension}"),
                    small.unwrap_or_else(|| picture.to_vec()),
                ),
            ]
        })
        .collect()
}

/// A UUID that is always the same for the same picture at the same place, so that pushing it again replaces it. It is
/// of version 8, whose bits are free: the twelve behind the version say which of several pictures of a value it is,
/// counted from 1, or 0 of one alone.
fn id(row: &Row<'_>, sample: usize, count: usize, picture: &[u8]) -> String {
    let number = match count {
        1 => 0,
        _ => u16::try_from(sample + 1).map_or(0, |n| if n < 1 << 12 { n } else { 0 }),
    };
    let [high, low] = number.to_be_bytes();
    let mut hash = Sha256::new();
    for part in [
        row.tag.as_bytes(),
        &row.step.to_le_bytes(),
        &row.wall_time.as_secs().to_bits().to_le_bytes(),
        &(sample as u64).to_le_bytes(),
        picture,
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut id = String::new();
    for (i, byte) in digest.iter().take(16).enumerate() {
        let byte = match i {
            6 => 0x80 | high,
            7 => low,
            8 => 0x80 | byte & 0x3f,
            _ => *byte,
        };
        if matches!(i, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// Which of several pictures of one value a picture with this id is; `None` of one alone, and of one that others logged.
pub(crate) fn sample(id: &str) -> Option<usize> {
    let number = id.split('-').nth(2)?.strip_prefix('8')?;
    usize::from_str_radix(number, 16).ok()?.checked_sub(1)
}
