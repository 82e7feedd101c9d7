//! Checksums of many overlapping stretches of the same bytes, at the price of one walk over them.
//!
//! Damage may hold, by chance or by design, any number of headers that are right and promise long payloads.
//! Checking each by itself would take time that grows with the square of the damage. CRCs are linear, so that
//! of a stretch follows from those of the bytes up to its start and up to its end.

use super::work;

/// Bytes between two sums that are kept: 4 bytes of memory for so many of data, and twice as many bytes of which the
/// checksum is computed for each stretch.
const BLOCK: usize = 512;

/// Sums of the bytes of a stream from some place on, extended as needed.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// Where in the stream the first block stands of those that are kept.
    origin: u64,
    /// The CRC-32C of everything up to the start of block `i`, and at last up to the end.
    sums: Vec<u32>,
}

impl Sums {
    /// Whether sums reach beyond this place of the stream, so that using them is cheaper than not.
    pub(super) fn reach(&self, offset: u64) -> bool {
        self.end() > offset
    }

    fn end(&self) -> u64 {
        self.origin + (self.sums.len().saturating_sub(1) * BLOCK) as u64
    }

    /// The CRC-32C of `buf[start..end]`, where `buf` starts at `offset` of the stream.
    pub(super) fn crc(&mut self, buf: &[u8], offset: u64, start: usize, end: usize) -> u32 {
        let direct = |start: usize, end: usize| {
            let bytes = buf.get(start..end.max(start)).unwrap_or_default();
            work::add(bytes.len());
            crc32c::crc32c(bytes)
        };
        if end.saturating_sub(start) < 2 * BLOCK {
            return direct(start, end);
        }
        // Sums that end before the bytes at hand cannot be extended, and none start behind what is asked for.
        if self.sums.is_empty() || self.end() < offset || self.origin > offset + start as u64 {
            self.origin = offset + start as u64;
            self.sums = vec![0];
        }
        self.forget(offset);
        self.extend(buf, offset, end);
        // The whole blocks inside, counted from the origin; a stretch of two blocks or more has one.
        let blocks = |at: usize| (offset + at as u64).saturating_sub(self.origin) / BLOCK as u64;
        let first = blocks(start + BLOCK - 1);
        let last = blocks(end);
        let at = |block: u64| (self.origin + block * BLOCK as u64 - offset) as usize;
        let sum = |block: u64| self.sums.get(block as usize).copied().unwrap_or_default();
        let inner_len = (last - first) * BLOCK as u64;
        let inner = sum(last) ^ shifted(sum(first), inner_len);
        let head = shifted(direct(start, at(first)), inner_len) ^ inner;
        append(head, direct(at(last), end), end - at(last))
    }

    /// Drops the blocks in front of this place once they are the greater part.
    fn forget(&mut self, offset: u64) {
        let passed = (offset.saturating_sub(self.origin) / BLOCK as u64) as usize;
        let passed = passed.min(self.sums.len().saturating_sub(1));
        if passed > self.sums.len() / 2 {
            self.sums.drain(..passed);
            self.origin += (passed * BLOCK) as u64;
        }
    }

    /// Adds the blocks that end at or before `buf[end]`.
    fn extend(&mut self, buf: &[u8], offset: u64, end: usize) {
        while let Some(&last) = self.sums.last() {
            let from = self.end().saturating_sub(offset) as usize;
            let Some(block) = buf.get(..end).and_then(|b| b.get(from..from + BLOCK)) else {
                return;
            };
            work::add(BLOCK);
            self.sums.push(crc32c::crc32c_append(last, block));
        }
    }
}

/// The CRC of bytes that have `crc` and, behind them, `len` that have `more`.
pub(super) fn append(crc: u32, more: u32, len: usize) -> u32 {
    shifted(crc, len as u64) ^ more
}

/// The part that bytes with this CRC have in the CRC of themselves and `len` bytes more: multiplied by
/// `x^(8 len)`, modulo the polynomial.
fn shifted(crc: u32, len: u64) -> u32 {
    let mut product = crc;
    let mut bits = len;
    let mut power = 3;
    while bits > 0 {
        if bits & 1 == 1 {
            product = times(POWERS[power % POWERS.len()], product);
        }
        bits >>= 1;
        power += 1;
    }
    product
}

/// `x^(2^i)`. Lengths have at most 31 bits, and three more make bits of bytes.
static POWERS: [u32; 40] = {
    let mut powers = [0; 40];
    powers[0] = 1 << 30;
    let mut i = 1;
    while i < powers.len() {
        powers[i] = times(powers[i - 1], powers[i - 1]);
        i += 1;
    }
    powers
};

/// The product of two polynomials modulo that of CRC-32C; the highest bit is the coefficient of 1.
const fn times(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    let mut bit = 1 << 31;
    while bit != 0 {
        if a & bit != 0 {
            product ^= b;
        }
        b = b >> 1 ^ if b & 1 == 1 { 0x82f6_3b78 } else { 0 };
        bit >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shift_is_what_zeros_do() {
        for len in [0, 1, 7, 8, 4096, 100_000] {
            let mut bytes = b"123456789".to_vec();
            bytes.resize(9 + len, 0);
            let zeros = crc32c::crc32c(&vec![0; len]);
            let whole = shifted(0xe306_9283, len as u64) ^ zeros;
            assert_eq!(whole, crc32c::crc32c(&bytes), "{len}");
        }
    }

    proptest! {
        /// Whatever was asked before, and however far the stream has moved on.
        #[test]
        fn sums_agree_with_the_checksum_itself(
            seed in any::<u64>(),
            asked in prop::collection::vec((0usize..3 * BLOCK, 0usize..20_000, 0usize..60_000), 1..12),
        ) {
            let mut state = seed | 1;
            let stream: Vec<u8> = (0..250_000)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            let mut sums = Sums::default();
            let mut offset = 0;
            for (skip, start, len) in asked {
                offset += skip;
                let buf = &stream[offset..];
                let end = (start + len).min(buf.len());
                let got = sums.crc(buf, offset as u64, start, end);
                prop_assert_eq!(got, crc32c::crc32c(&buf[start..end]));
            }
        }
    }
}
