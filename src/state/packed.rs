//! Columns of steps and times in little memory: as what lies above straight lines.
//!
//! Steps mostly grow by the same number, and times by nearly the same. So of each block of a column a line is kept, and
//! of each entry by how much it is above that line, in as few bytes as the block needs: none for regular steps, two to
//! four for times. Entries are treated as 64 bits, and sums wrap, so what is unpacked is exactly what was packed, NaN
//! included. No entry depends on another one, so each can be looked at alone.

use std::sync::Arc;

/// How many entries make a block, which has a line and a number of bytes of its own.
const BLOCK: usize = 128;

/// The head of a block: where its line begins, how it rises, and how many bytes each entry has.
const HEAD: usize = 8 + 8 + 1;

/// The bits of a column's entries, packed. A clone is the same column.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    /// Their number in two bytes, and then block after block.
    bytes: Arc<[u8]>,
}

impl Packed {
    /// Packs fewer than 65,536 entries; `bytes` is room for it to work in.
    pub(super) fn new(entries: &[u64], bytes: &mut Vec<u8>) -> Self {
        bytes.clear();
        let len = u16::try_from(entries.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&len.to_le_bytes());
        for block in entries.chunks(BLOCK) {
            pack(block, bytes);
        }
        Self {
            bytes: Arc::from(&**bytes),
        }
    }

    /// Whether it is held once for both.
    pub(super) fn is_one_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.bytes, &other.bytes)
    }

    /// Appends all entries.
    pub(super) fn unpack<T>(&self, of_bits: impl Fn(u64) -> T + Copy, to: &mut Vec<T>) {
        for block in self.blocks() {
            block.unpack(of_bits, to);
        }
    }

    /// Appends the entries at some positions, which ascend, counted from `start`.
    pub(super) fn pick<T>(
        &self,
        mut at: &[u32],
        mut start: usize,
        of_bits: impl Fn(u64) -> T + Copy,
        to: &mut Vec<T>,
    ) {
        for block in self.blocks() {
            let end = start + block.len;
            let (here, behind) = at.split_at(at.partition_point(|&at| (at as usize) < end));
            block.pick(here.iter().map(|&at| at as usize - start), of_bits, to);
            (at, start) = (behind, end);
            if at.is_empty() {
                return;
            }
        }
    }

    /// One entry.
    pub(super) fn get(&self, i: usize) -> Option<u64> {
        let block = self.blocks().nth(i / BLOCK)?;
        (i % BLOCK < block.len).then(|| block.entry(i % BLOCK))
    }

    fn blocks(&self) -> Blocks<'_> {
        match self.bytes.split_first_chunk() {
            Some((len, bytes)) => Blocks {
                left: usize::from(u16::from_le_bytes(*len)),
                bytes,
            },
            None => Blocks {
                left: 0,
                bytes: &[],
            },
        }
    }

    /// How many bytes it takes beside itself.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// Appends a block.
fn pack(block: &[u64], bytes: &mut Vec<u8>) {
    let (Some(&first), Some(&last)) = (block.first(), block.last()) else {
        return;
    };
    let gaps = i64::try_from(block.len() - 1).unwrap_or(i64::MAX).max(1);
    let rise = (last.wrapping_sub(first).cast_signed() / gaps).cast_unsigned();
    let above = |(i, &entry): (usize, &u64)| {
        let line = first.wrapping_add(rise.wrapping_mul(i as u64));
        entry.wrapping_sub(line).cast_signed()
    };
    let entries = block.iter().enumerate();
    let (least, most) = entries
        .clone()
        .map(above)
        .fold((0, 0), |(least, most), above| {
            (above.min(least), above.max(most))
        });
    let widest = most.wrapping_sub(least).cast_unsigned();
    let width = (u64::BITS - widest.leading_zeros()).div_ceil(8);
    let start = first.wrapping_add(least.cast_unsigned());
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&rise.to_le_bytes());
    bytes.extend(u8::try_from(width));
    let above = entries.map(|entry| above(entry).wrapping_sub(least).cast_unsigned());
    match width {
        0 => {}
        1 => append::<1>(above, bytes),
        2 => append::<2>(above, bytes),
        3 => append::<3>(above, bytes),
        4 => append::<4>(above, bytes),
        5 => append::<5>(above, bytes),
        6 => append::<6>(above, bytes),
        7 => append::<7>(above, bytes),
        _ => append::<8>(above, bytes),
    }
}

/// Appends the lower bytes of numbers.
fn append<const WIDTH: usize>(numbers: impl ExactSizeIterator<Item = u64>, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    bytes.resize(start + numbers.len() * WIDTH, 0);
    let (places, _) = bytes[start..].as_chunks_mut::<WIDTH>();
    for (place, number) in places.iter_mut().zip(numbers) {
        place.copy_from_slice(&number.to_le_bytes()[..WIDTH]);
    }
}

struct Blocks<'p> {
    /// How many entries there are in all that follow.
    left: usize,
    bytes: &'p [u8],
}

impl<'p> Iterator for Blocks<'p> {
    type Item = Block<'p>;

    #[inline]
    fn next(&mut self) -> Option<Block<'p>> {
        let len = self.left.min(BLOCK);
        let (head, rest) = self.bytes.split_first_chunk::<HEAD>()?;
        let (start, head) = head.split_first_chunk()?;
        let (rise, width) = head.split_first_chunk()?;
        let width = usize::from(*width.first()?);
        let (above, rest) = rest.split_at_checked(len * width)?;
        (self.left, self.bytes) = (self.left - len, rest);
        Some(Block {
            start: u64::from_le_bytes(*start),
            rise: u64::from_le_bytes(*rise),
            len,
            width,
            above,
        })
    }
}

/// Entries that have a line in common.
#[derive(Clone, Copy)]
struct Block<'p> {
    start: u64,
    rise: u64,
    len: usize,
    width: usize,
    above: &'p [u8],
}

impl Block<'_> {
    fn line(&self, i: usize) -> u64 {
        self.start.wrapping_add(self.rise.wrapping_mul(i as u64))
    }

    fn entry(&self, i: usize) -> u64 {
        let mut above = [0; 8];
        let bytes = &self.above[i * self.width..(i + 1) * self.width];
        above[..self.width].copy_from_slice(bytes);
        self.line(i).wrapping_add(u64::from_le_bytes(above))
    }

    fn unpack<T>(&self, of_bits: impl Fn(u64) -> T, to: &mut Vec<T>) {
        match self.width {
            0 => to.extend((0..self.len).map(|i| of_bits(self.line(i)))),
            1 => self.unpack_wide::<1, T>(of_bits, to),
            2 => self.unpack_wide::<2, T>(of_bits, to),
            3 => self.unpack_wide::<3, T>(of_bits, to),
            4 => self.unpack_wide::<4, T>(of_bits, to),
            5 => self.unpack_wide::<5, T>(of_bits, to),
            6 => self.unpack_wide::<6, T>(of_bits, to),
            7 => self.unpack_wide::<7, T>(of_bits, to),
            _ => self.unpack_wide::<8, T>(of_bits, to),
        }
    }

    /// With a width that the compiler knows.
    fn unpack_wide<const WIDTH: usize, T>(&self, of_bits: impl Fn(u64) -> T, to: &mut Vec<T>) {
        let (above, _) = self.above.as_chunks::<WIDTH>();
        let entries = above.iter().enumerate();
        to.extend(entries.map(|(i, above)| of_bits(self.line(i).wrapping_add(number(above)))));
    }

    fn pick<T>(
        &self,
        at: impl ExactSizeIterator<Item = usize>,
        of_bits: impl Fn(u64) -> T,
        to: &mut Vec<T>,
    ) {
        match self.width {
            0 => to.extend(at.map(|i| of_bits(self.line(i)))),
            1 => self.pick_wide::<1, T>(at, of_bits, to),
            2 => self.pick_wide::<2, T>(at, of_bits, to),
            3 => self.pick_wide::<3, T>(at, of_bits, to),
            4 => self.pick_wide::<4, T>(at, of_bits, to),
            5 => self.pick_wide::<5, T>(at, of_bits, to),
            6 => self.pick_wide::<6, T>(at, of_bits, to),
            7 => self.pick_wide::<7, T>(at, of_bits, to),
            _ => self.pick_wide::<8, T>(at, of_bits, to),
        }
    }

    fn pick_wide<const WIDTH: usize, T>(
        &self,
        at: impl ExactSizeIterator<Item = usize>,
        of_bits: impl Fn(u64) -> T,
        to: &mut Vec<T>,
    ) {
        let (above, _) = self.above.as_chunks::<WIDTH>();
        to.extend(at.map(|i| of_bits(self.line(i).wrapping_add(number(&above[i])))));
    }
}

fn number<const WIDTH: usize>(bytes: &[u8; WIDTH]) -> u64 {
    let mut number = [0; 8];
    number[..WIDTH].copy_from_slice(bytes);
    u64::from_le_bytes(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes an entry, packed; and whatever is taken out is what was put in.
    fn size(entries: &[u64]) -> f64 {
        let packed = Packed::new(entries, &mut Vec::new());
        let mut unpacked = Vec::new();
        packed.unpack(|bits| bits, &mut unpacked);
        assert_eq!(unpacked, entries);
        for i in [
            0,
            1,
            entries.len() / 2,
            entries.len().saturating_sub(1),
            entries.len(),
        ] {
            assert_eq!(packed.get(i), entries.get(i).copied(), "{i}");
        }
        let at: Vec<u32> = (0..entries.len() as u32)
            .filter(|i| i * i % 7 < 3)
            .collect();
        let picked = at.iter().map(|&i| entries[i as usize]).collect::<Vec<_>>();
        let (at, mut found) = (at.iter().map(|i| i + 1000).collect::<Vec<_>>(), Vec::new());
        packed.pick(&at, 1000, |bits| bits, &mut found);
        assert_eq!(found, picked);
        packed.size() as f64 / entries.len().max(1) as f64
    }

    fn hash(i: u64) -> u64 {
        i.wrapping_add(1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29)
            .wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let odd = [
            f64::NAN,
            -f64::NAN,
            0.0,
            -0.0,
            f64::INFINITY,
            f64::MIN,
            1.5e9,
            f64::EPSILON,
        ];
        for len in (0..300).chain([1000, 1024, 1025]) {
            let regular: Vec<u64> = (0..len).map(|i| i * 10).collect();
            let falling: Vec<u64> = (0..len)
                .map(|i| (-3 * i.cast_signed()).cast_unsigned())
                .collect();
            let restarts: Vec<u64> = (0..len).map(|i| i % 100 * 7).collect();
            let extremes: Vec<u64> = (0..len)
                .map(|i| if i % 50 == 0 { hash(i) } else { i })
                .collect();
            let random: Vec<u64> = (0..len).map(hash).collect();
            let wide: Vec<u64> = (0..len).map(|i| hash(i) >> (i / 128 * 8 % 64)).collect();
            let times: Vec<u64> = (0..len)
                .map(|i| {
                    if i % 40 == 0 {
                        odd[i as usize / 40 % 8]
                    } else {
                        1.7e9 + i as f64
                    }
                    .to_bits()
                })
                .collect();
            for entries in [regular, falling, restarts, extremes, random, wide, times] {
                size(&entries);
            }
        }
    }

    #[test]
    fn steps_take_no_room_and_times_half_of_it() {
        let steps: Vec<u64> = (0..10_000).map(|i| i * 50).collect();
        assert!(size(&steps) < 0.2);
        let every = |secs: f64, jitter: f64| {
            let times = (0..10_000).map(|i| {
                let noise = (hash(i) >> 11) as f64 / (1u64 << 53) as f64;
                (1.7e9 + secs * (i as f64 + jitter * noise)).to_bits()
            });
            size(&times.collect::<Vec<_>>())
        };
        assert!(every(0.01, 0.5) < 2.2);
        assert!(every(1.0, 0.2) < 3.2);
        assert!(every(60.0, 0.5) < 4.2);
        assert!(every(600.0, 0.5) < 5.2);
    }

    #[test]
    fn what_has_no_order_takes_little_more_than_it_did() {
        assert!(size(&(0..1000).map(hash).collect::<Vec<_>>()) < 8.2);
    }
}
