//! Points in the form in which they travel, written straight from their columns.

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};
use tfevents::WallTime;
use tfevents::state::ScalarColumns;

use crate::shown;

/// The series of a run, as a serialized `ScalarsOfRun`.
#[derive(Debug)]
pub(super) struct Encoder {
    encoded: Vec<u8>,
    /// Columns of the last series whose points were all encoded: those that were logged together have them in common.
    last: Option<ScalarColumns>,
    steps: Vec<u8>,
    wall_times: Vec<u8>,
    columns: Columns,
}

/// Columns on their way from one form to the other.
#[derive(Debug, Default)]
struct Columns {
    steps: Vec<i64>,
    wall_times: Vec<WallTime>,
    values: Vec<f32>,
}

impl Encoder {
    /// `room` is how many bytes its series will take, more or less.
    pub(super) fn new(run: &str, room: usize) -> Self {
        let mut encoded = Vec::with_capacity(room + run.len());
        field(&mut encoded, 1, run.as_bytes());
        Self {
            encoded,
            last: None,
            steps: Vec::new(),
            wall_times: Vec::new(),
            columns: Columns::default(),
        }
    }

    /// All points of a series.
    pub(super) fn whole(&mut self, tag: &str, points: &ScalarColumns) {
        let Columns {
            steps,
            wall_times,
            values,
        } = &mut self.columns;
        let last = self.last.as_ref();
        if !last.is_some_and(|last| last.has_steps_of(points)) {
            steps.clear();
            points.copy_steps(steps);
            encode_steps(steps, &mut self.steps);
        }
        if !last.is_some_and(|last| last.has_wall_times_of(points)) {
            wall_times.clear();
            points.copy_wall_times(wall_times);
            encode_wall_times(wall_times, &mut self.wall_times);
        }
        values.clear();
        points.copy_values(shown::single, values);
        self.last = Some(points.clone());
        write(
            &mut self.encoded,
            tag,
            &self.steps,
            &self.wall_times,
            values,
        );
    }

    /// The points at these positions, which ascend.
    pub(super) fn some(&mut self, tag: &str, points: &ScalarColumns, kept: &[u32]) {
        let Columns {
            steps,
            wall_times,
            values,
        } = &mut self.columns;
        self.last = None;
        steps.clear();
        points.pick_steps(kept, steps);
        encode_steps(steps, &mut self.steps);
        wall_times.clear();
        points.pick_wall_times(kept, wall_times);
        encode_wall_times(wall_times, &mut self.wall_times);
        values.clear();
        points.pick_values(kept, shown::single, values);
        write(
            &mut self.encoded,
            tag,
            &self.steps,
            &self.wall_times,
            values,
        );
    }

    /// A single point, or none.
    pub(super) fn last(&mut self, tag: &str, point: Option<(i64, WallTime, f32)>) {
        self.last = None;
        let (step, wall_time, value) = point.unwrap_or_default();
        let all = usize::from(point.is_some());
        encode_steps(&[step][..all], &mut self.steps);
        encode_wall_times(&[wall_time][..all], &mut self.wall_times);
        write(
            &mut self.encoded,
            tag,
            &self.steps,
            &self.wall_times,
            &[value][..all],
        );
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.encoded
    }
}

/// Encodes steps in place of what was there.
fn encode_steps(steps: &[i64], encoded: &mut Vec<u8>) {
    encoded.clear();
    for step in steps {
        encode_varint(step.cast_unsigned(), encoded);
    }
}

/// Encodes times in place of what was there.
fn encode_wall_times(times: &[WallTime], encoded: &mut Vec<u8>) {
    encoded.clear();
    append(encoded, times, |time| time.as_secs().to_le_bytes());
}

/// Appends numbers that have the same size each.
fn append<T: Copy, const SIZE: usize>(
    encoded: &mut Vec<u8>,
    numbers: &[T],
    bytes: impl Fn(T) -> [u8; SIZE],
) {
    // One by one, each would ask whether there is room.
    let start = encoded.len();
    encoded.resize(start + numbers.len() * SIZE, 0);
    let (places, _) = encoded[start..].as_chunks_mut();
    for (place, number) in places.iter_mut().zip(numbers) {
        *place = bytes(*number);
    }
}

/// Appends a `ScalarsOfTag`.
fn write(encoded: &mut Vec<u8>, tag: &str, steps: &[u8], wall_times: &[u8], values: &[f32]) {
    let values_len = size_of_val(values);
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
        append(encoded, values, f32::to_le_bytes);
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
    use tfevents::{Number, Scalars};

    use super::*;
    use crate::proto::data;

    /// As the message's own encoding has it.
    #[test]
    fn what_is_written_is_the_message() {
        let steps = [0, 1, -1, i64::MAX, 300];
        let times = [0.5, f64::NAN, -1.0, 1e300, 0.0].map(WallTime::from);
        let values = [0.5, f32::INFINITY, -0.0, 1e-40, 3.0].map(Number::F32);
        let mut scalars = Scalars::default();
        for ((step, time), value) in steps.into_iter().zip(times).zip(values) {
            scalars.push(step, time, value);
        }
        let held = ScalarColumns::from(&scalars);
        let same = ScalarColumns::from(&scalars);
        let mut encoder = Encoder::new("run", 0);
        encoder.whole("a", &held);
        encoder.whole("b", &same);
        encoder.some("c", &held, &[1, 3]);
        encoder.last("d", Some((7, WallTime::from(2.0), 0.25)));
        encoder.last("e", None);
        encoder.whole("f", &ScalarColumns::default());
        // The same columns as the first, which are encoded already.
        encoder.whole("g", &held);
        encoder.whole("h", &held.clone());
        let bytes = encoder.finish();

        let decoded = data::ScalarsOfRun::decode(&*bytes).unwrap();
        assert_eq!(decoded.encode_to_vec(), bytes);
        let tags: Vec<_> = decoded.tags.iter().map(|tag| &*tag.tag_name).collect();
        assert_eq!(
            (&*decoded.run_name, tags.concat()),
            ("run", "abcdefgh".to_owned())
        );
        let columns = |at: usize| decoded.tags[at].data.clone().unwrap();
        assert_eq!(
            (columns(1).step, columns(2).step),
            (steps.to_vec(), vec![1, i64::MAX])
        );
        let encoded = |at: usize| columns(at).encode_to_vec();
        assert!([1, 6, 7].iter().all(|&at| encoded(at) == encoded(0)));
        assert_eq!(columns(2).value, [f32::INFINITY, 1e-40]);
        assert!(columns(0).wall_time[1].is_nan());
        assert_eq!(
            (columns(3).wall_time, columns(4).step.len()),
            (vec![2.0], 0)
        );
    }
}
