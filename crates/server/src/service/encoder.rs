//! Points in the form in which they travel, written straight from their columns.

use std::borrow::Cow;
use std::ptr;

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};
use tfevents::WallTime;

use crate::shown::Shown;

/// The series of a run, as a serialized `ScalarsOfRun`.
#[derive(Debug)]
pub(super) struct Encoder<'r> {
    encoded: Vec<u8>,
    /// Columns as they were encoded last, because series that were logged together have them in common.
    steps: Option<(&'r [i64], Vec<u8>)>,
    wall_times: Option<(&'r [WallTime], Vec<u8>)>,
}

impl<'r> Encoder<'r> {
    /// `room` is how many bytes its series will take, more or less.
    pub(super) fn new(run: &str, room: usize) -> Self {
        let mut encoded = Vec::with_capacity(room + run.len());
        field(&mut encoded, 1, run.as_bytes());
        Self {
            encoded,
            steps: None,
            wall_times: None,
        }
    }

    /// All points of a series.
    pub(super) fn whole(&mut self, tag: &str, points: &Shown<'r>) {
        let Shown::Held(held) = points else {
            let all = 0..points.len();
            return self.some(tag, points, all);
        };
        let steps = once(&mut self.steps, &held.steps, |steps| {
            of_steps(steps.iter().copied())
        });
        let wall_times = once(&mut self.wall_times, &held.wall_times, |times| {
            of_times(times.iter().copied())
        });
        let values = points.singles();
        let values = values.iter().copied();
        write(&mut self.encoded, tag, &steps, &wall_times, values);
    }

    /// The points at these positions.
    pub(super) fn some(
        &mut self,
        tag: &str,
        points: &Shown<'_>,
        kept: impl ExactSizeIterator<Item = usize> + Clone,
    ) {
        let (steps, times, values) = (points.steps(), points.wall_times(), points.singles());
        let steps = of_steps(kept.clone().map(|i| steps[i]));
        let wall_times = of_times(kept.clone().map(|i| times[i]));
        let values = kept.map(|i| values[i]);
        write(&mut self.encoded, tag, &steps, &wall_times, values);
    }

    /// A single point, or none.
    pub(super) fn last(&mut self, tag: &str, point: Option<(i64, WallTime, f32)>) {
        let steps = of_steps(point.iter().map(|point| point.0));
        let wall_times = of_times(point.iter().map(|point| point.1));
        let values = point.iter().map(|point| point.2);
        write(&mut self.encoded, tag, &steps, &wall_times, values);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.encoded
    }
}

/// A column encoded, unless it is the one that was encoded last. One that had to be unpacked is of one series alone.
#[expect(clippy::ptr_arg, reason = "whether it is borrowed is what matters")]
fn once<'l, 'r, T: Clone>(
    last: &'l mut Option<(&'r [T], Vec<u8>)>,
    column: &Cow<'r, [T]>,
    encode: impl FnOnce(&[T]) -> Vec<u8>,
) -> Cow<'l, [u8]> {
    let Cow::Borrowed(column) = *column else {
        return Cow::Owned(encode(column));
    };
    let same = last
        .as_ref()
        .is_some_and(|(known, _)| ptr::eq(*known, column));
    if !same {
        *last = None;
    }
    let (_, encoded) = last.get_or_insert_with(|| (column, encode(column)));
    Cow::Borrowed(encoded)
}

fn of_steps(steps: impl Iterator<Item = i64>) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(steps.size_hint().0 * 2);
    for step in steps {
        encode_varint(step.cast_unsigned(), &mut encoded);
    }
    encoded
}

fn of_times(times: impl ExactSizeIterator<Item = WallTime>) -> Vec<u8> {
    let mut encoded = Vec::new();
    append(&mut encoded, times.map(|time| time.as_secs().to_le_bytes()));
    encoded
}

/// Appends numbers that have the same size each.
fn append<const SIZE: usize>(
    encoded: &mut Vec<u8>,
    numbers: impl ExactSizeIterator<Item = [u8; SIZE]>,
) {
    // One by one, each would ask whether there is room.
    let start = encoded.len();
    encoded.resize(start + numbers.len() * SIZE, 0);
    let (places, _) = encoded[start..].as_chunks_mut();
    for (place, number) in places.iter_mut().zip(numbers) {
        *place = number;
    }
}

/// Appends a `ScalarsOfTag`.
fn write(
    encoded: &mut Vec<u8>,
    tag: &str,
    steps: &[u8],
    wall_times: &[u8],
    values: impl ExactSizeIterator<Item = f32>,
) {
    let values_len = values.len() * size_of::<f32>();
    // Columns without entries are left out.
    let lens = [steps.len(), wall_times.len(), values_len].into_iter();
    let size = lens.filter(|len| *len > 0).map(field_len).sum();
    start(encoded, 2, field_len(tag.len()) + field_len(size));
    field(encoded, 1, tag.as_bytes());
    start(encoded, 2, size);
    if !steps.is_empty() {
        field(encoded, 1, steps);
    }
    if !wall_times.is_empty() {
        field(encoded, 2, wall_times);
    }
    if values_len > 0 {
        start(encoded, 3, values_len);
        append(encoded, values.map(f32::to_le_bytes));
    }
}

/// The length of a field with so many bytes, of those that are used here.
fn field_len(bytes: usize) -> usize {
    1 + encoded_len_varint(bytes as u64) + bytes
}

fn start(encoded: &mut Vec<u8>, number: u32, bytes: usize) {
    encode_key(number, WireType::LengthDelimited, encoded);
    encode_varint(bytes as u64, encoded);
}

pub(super) fn field(encoded: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    start(encoded, number, bytes.len());
    encoded.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use tfevents::Scalars;
    use tfevents::series::Numbers;
    use tfevents::state::ScalarColumns;

    use super::*;
    use crate::proto::data;

    /// As the message's own encoding has it.
    #[test]
    fn what_is_written_is_the_message() {
        let steps = [0, 1, -1, i64::MAX, 300];
        let times: Vec<_> = [0.5, f64::NAN, -1.0, 1e300, 0.0].map(WallTime::from).into();
        let values = Numbers::F32(vec![0.5, f32::INFINITY, -0.0, 1e-40, 3.0]);
        let held = Shown::Held(ScalarColumns {
            steps: Cow::Borrowed(&steps),
            wall_times: Cow::Borrowed(&times),
            values: &values,
        });
        let unpacked = Shown::Held(ScalarColumns {
            steps: steps.to_vec().into(),
            wall_times: times.clone().into(),
            values: &values,
        });
        let mut encoder = Encoder::new("run", 0);
        encoder.whole("a", &held);
        encoder.whole("b", &unpacked);
        encoder.some("c", &held, [1, 3].into_iter());
        encoder.last("d", Some((7, WallTime::from(2.0), 0.25)));
        encoder.last("e", None);
        encoder.whole("f", &Shown::Copied(Scalars::default()));
        // The same columns as the first, which are encoded already.
        encoder.whole("g", &held);
        let bytes = encoder.finish();

        let decoded = data::ScalarsOfRun::decode(&*bytes).unwrap();
        assert_eq!(decoded.encode_to_vec(), bytes);
        let tags: Vec<_> = decoded.tags.iter().map(|tag| &*tag.tag_name).collect();
        assert_eq!(
            (&*decoded.run_name, tags.concat()),
            ("run", "abcdefg".to_owned())
        );
        let columns = |at: usize| decoded.tags[at].data.clone().unwrap();
        assert_eq!(
            (columns(1).step, columns(2).step),
            (steps.to_vec(), vec![1, i64::MAX])
        );
        let encoded = |at: usize| columns(at).encode_to_vec();
        assert_eq!((encoded(1), encoded(6)), (encoded(0), encoded(0)));
        assert_eq!(columns(2).value, [f32::INFINITY, 1e-40]);
        assert!(columns(0).wall_time[1].is_nan());
        assert_eq!(
            (columns(3).wall_time, columns(4).step.len()),
            (vec![2.0], 0)
        );
    }
}
