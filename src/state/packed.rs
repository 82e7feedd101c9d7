//! Columns of steps and times in little memory: as differences between neighbours.
//!
//! Steps mostly grow by the same number, and times by nearly the same. So of each difference only its excess over the
//! least of its block is kept, in as few bytes as that takes: none for regular steps, three or four for times. Entries are
//! treated as 64 bits, and sums wrap, so what is unpacked is exactly what was packed, NaN included.

/// How many entries make a block, whose differences are stored with the same number of bytes each.
const BLOCK: usize = 128;

/// Packing a column with fewer entries saves less than it adds.
const FEWEST: usize = 8;

/// The bits of a column's entries, packed.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    len: usize,
    last: u64,
    /// Of each block its first entry, the least difference and the number of bytes of the others, and then these.
    bytes: Box<[u8]>,
}

impl Packed {
    /// `None` if that would save too little.
    pub(super) fn new(entries: impl ExactSizeIterator<Item = u64>) -> Option<Self> {
        let len = entries.len();
        if len < FEWEST {
            return None;
        }
        let most = len * 7;
        let mut bytes = Vec::with_capacity(len * 4);
        let mut last = 0;
        let mut entries = entries.peekable();
        let mut differences = Vec::with_capacity(BLOCK);
        while let Some(first) = entries.next() {
            differences.clear();
            last = first;
            differences.extend(entries.by_ref().take(BLOCK - 1).map(|entry| {
                let difference = entry.wrapping_sub(last).cast_signed();
                last = entry;
                difference
            }));
            let least = differences.iter().copied().min().unwrap_or(0);
            let over = |difference: i64| difference.wrapping_sub(least).cast_unsigned();
            let widest = differences.iter().map(|&d| over(d)).max().unwrap_or(0);
            let width = (u64::BITS - widest.leading_zeros()).div_ceil(8) as usize;
            bytes.extend_from_slice(&first.to_le_bytes());
            bytes.extend_from_slice(&least.to_le_bytes());
            bytes.extend(u8::try_from(width));
            for &difference in &differences {
                bytes.extend_from_slice(&over(difference).to_le_bytes()[..width]);
            }
            if bytes.len() > most {
                return None;
            }
        }
        let bytes = bytes.into();
        Some(Self { len, last, bytes })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.bytes
            .first_chunk()
            .map(|first| u64::from_le_bytes(*first))
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// All entries.
    pub(super) fn unpack<T>(&self, of_bits: impl Fn(u64) -> T) -> Vec<T> {
        let mut entries = Vec::with_capacity(self.len);
        let mut bytes = &*self.bytes;
        while let Some((first, rest)) = bytes.split_first_chunk()
            && let Some((least, rest)) = rest.split_first_chunk()
            && let Some((&width, rest)) = rest.split_first()
        {
            let mut last = u64::from_le_bytes(*first);
            let least = u64::from_le_bytes(*least);
            let count = (self.len - entries.len()).min(BLOCK);
            entries.push(of_bits(last));
            let width = usize::from(width);
            let end = (count - 1) * width;
            let mut over = [0; 8];
            for i in 1..count {
                over[..width].copy_from_slice(&rest[(i - 1) * width..i * width]);
                last = last
                    .wrapping_add(least)
                    .wrapping_add(u64::from_le_bytes(over));
                entries.push(of_bits(last));
            }
            bytes = &rest[end..];
        }
        entries
    }

    /// How many bytes it takes beside itself.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(entries: &[u64]) -> Option<f64> {
        let packed = Packed::new(entries.iter().copied())?;
        assert_eq!(packed.unpack(|bits| bits), entries);
        assert_eq!(
            (packed.len(), packed.first(), Some(packed.last())),
            (
                entries.len(),
                entries.first().copied(),
                entries.last().copied()
            )
        );
        Some(packed.size() as f64 / entries.len() as f64)
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
            for entries in [regular, falling, restarts, extremes, times] {
                size(&entries);
            }
        }
    }

    #[test]
    fn steps_take_no_room_and_times_half_of_it() {
        let steps: Vec<u64> = (0..10_000).map(|i| i * 50).collect();
        assert!(size(&steps).unwrap() < 0.2);
        let every = |secs: f64, jitter: f64| {
            let times = (0..10_000).map(|i| {
                let noise = (hash(i) >> 11) as f64 / (1u64 << 53) as f64;
                (1.7e9 + secs * (i as f64 + jitter * noise)).to_bits()
            });
            size(&times.collect::<Vec<_>>()).unwrap()
        };
        assert!(every(0.01, 0.5) < 2.2);
        assert!(every(1.0, 0.2) < 3.2);
        assert!(every(60.0, 0.5) < 4.2);
        assert!(every(600.0, 0.5) < 5.2);
    }

    #[test]
    fn what_has_no_order_is_left_as_it_is() {
        assert_eq!(size(&(0..1000).map(hash).collect::<Vec<_>>()), None);
        assert_eq!(size(&[1, 2, 3]), None);
    }
}
