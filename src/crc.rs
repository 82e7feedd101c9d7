//! Masked CRC-32C, the checksum of TFRecord framing.
//!
//! The mask (rotate right by 15, add a constant) exists because a record may itself hold checksums, and a
//! CRC over data that ends in its own CRC degenerates.

const DELTA: u32 = 0xa282_ead8;

/// The masked CRC-32C of `bytes`, as it stands in a file.
#[inline]
pub(crate) fn masked(bytes: &[u8]) -> u32 {
    mask(unmasked(bytes))
}

/// The CRC-32C of `bytes`.
#[inline]
fn unmasked(bytes: &[u8]) -> u32 {
    /// From here on several streams at once are faster.
    #[cfg(target_arch = "x86_64")]
    const LONG: usize = 512;

    #[cfg(target_arch = "x86_64")]
    if bytes.len() < LONG && std::arch::is_x86_feature_detected!("sse4.2") {
        #[expect(
            unsafe_code,
            reason = "a third of the time of writing a scalar: docs/decisions/034"
        )]
        // SAFETY: the processor was just asked for the one feature that the function needs.
        return unsafe { short(bytes) };
    }
    crc32c::crc32c(bytes)
}

/// The CRC-32C of few bytes, wherever they lie. Nearly all records have thirty to sixty; aligning them first, as is
/// right for long ones, takes longer than all the rest.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.2")]
fn short(bytes: &[u8]) -> u32 {
    use std::arch::x86_64::{_mm_crc32_u8, _mm_crc32_u32, _mm_crc32_u64};

    let (words, rest) = bytes.as_chunks();
    let crc = words.iter().fold(u64::from(u32::MAX), |crc, word| {
        _mm_crc32_u64(crc, u64::from_le_bytes(*word))
    });
    #[expect(clippy::cast_possible_truncation, reason = "the high half is zero")]
    let crc = crc as u32;
    let (crc, rest) = match rest.split_first_chunk() {
        Some((word, rest)) => (_mm_crc32_u32(crc, u32::from_le_bytes(*word)), rest),
        None => (crc, rest),
    };
    !rest.iter().fold(crc, |crc, &byte| _mm_crc32_u8(crc, byte))
}

/// A CRC-32C as it stands in a file.
#[inline]
pub(crate) fn mask(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(DELTA)
}

/// The masked CRC-32C of a length, as the first 8 bytes of a record hold it.
///
/// Nearly all records are short, and a table look-up takes a tenth of the time of a checksum.
#[inline]
pub(crate) fn masked_length(length: u64) -> u32 {
    match usize::try_from(length)
        .ok()
        .and_then(|length| SHORT.get(length))
    {
        Some(&known) => known,
        None => masked(&length.to_le_bytes()),
    }
}

/// [`masked_length`] of the lengths below its own.
static SHORT: [u32; 512] = {
    let mut table = [0; 512];
    let mut length = 0;
    while length < table.len() {
        // The six high bytes are zero.
        let bytes = [(length & 0xff) as u8, (length >> 8) as u8, 0, 0, 0, 0, 0, 0];
        table[length] = bitwise(bytes).rotate_right(15).wrapping_add(DELTA);
        length += 1;
    }
    table
};

/// CRC-32C a bit at a time, for the compiler to fill the table with.
const fn bitwise(bytes: [u8; 8]) -> u32 {
    let mut crc = u32::MAX;
    let mut i = 0;
    while i < 8 * bytes.len() {
        let bit = (crc ^ (bytes[i / 8] >> (i % 8)) as u32) & 1;
        crc = crc >> 1 ^ if bit == 1 { 0x82f6_3b78 } else { 0 };
        i += 1;
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_vectors() {
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(masked(b""), 0xa282_ead8);
        assert_eq!(masked(b"123456789"), 0xc78a_b0e5);
        assert_eq!(masked(&24u64.to_le_bytes()), 0x224b_7fa3);
        assert_eq!(masked(b"\x1a\x11CRC test, one two"), 0x5794_d08a);
    }

    #[test]
    fn the_table_of_short_lengths_is_right() {
        for length in 0..1024u64 {
            assert_eq!(
                masked_length(length),
                masked(&length.to_le_bytes()),
                "{length}"
            );
        }
        assert_eq!(masked_length(u64::MAX), masked(&[0xff; 8]));
    }

    #[test]
    fn any_length_and_alignment_gives_the_same() {
        let bytes: Vec<u8> = (0..2000u32).map(|i| (i * i / 7) as u8).collect();
        for start in 0..9 {
            for len in (0..600).chain([1000, 1900]) {
                let bytes = &bytes[start..start + len];
                assert_eq!(unmasked(bytes), crc32c::crc32c(bytes), "{start} {len}");
            }
        }
    }

    /// A run of zero bytes can therefore never be taken for a record header.
    #[test]
    fn zeros_do_not_checksum_to_zero() {
        assert_eq!(masked(&[0; 8]), 0x0798_0329);
    }
}
