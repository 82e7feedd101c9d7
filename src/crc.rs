//! Masked CRC-32C, the checksum of TFRecord framing.
//!
//! The mask (rotate right by 15, add a constant) exists because a record may itself hold checksums, and a
//! CRC over data that ends in its own CRC degenerates.

const DELTA: u32 = 0xa282_ead8;

/// The masked CRC-32C of `bytes`, as it stands in a file.
#[inline]
pub(crate) fn masked(bytes: &[u8]) -> u32 {
    mask(crc32c::crc32c(bytes))
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

    /// A run of zero bytes can therefore never be taken for a record header.
    #[test]
    fn zeros_do_not_checksum_to_zero() {
        assert_eq!(masked(&[0; 8]), 0x0798_0329);
    }
}
