//! Masked CRC-32C, the checksum of TFRecord framing.
//!
//! The mask (rotate right by 15, add a constant) exists because a record may itself hold checksums, and a
//! CRC over data that ends in its own CRC degenerates.

const DELTA: u32 = 0xa282_ead8;

/// The masked CRC-32C of `bytes`, as it stands in a file.
#[inline]
pub(crate) fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(DELTA)
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

    /// A run of zero bytes can therefore never be taken for a record header.
    #[test]
    fn zeros_do_not_checksum_to_zero() {
        assert_eq!(masked(&[0; 8]), 0x0798_0329);
    }
}
