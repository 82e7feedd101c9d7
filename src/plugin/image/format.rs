//! Recognising encoded pictures, without decoding them.

/// The formats that browsers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF, animated or not.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// WebP. TensorBoard serves it without a type, which browsers show all the same.
    WebP,
}

impl Format {
    /// Recognises a file by its first bytes.
    #[must_use]
    pub fn sniff(file: &[u8]) -> Option<Self> {
        Some(match file {
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', ..] => Self::Gif,
            [b'B', b'M', ..] => Self::Bmp,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Self::WebP,
            _ => return None,
        })
    }

    /// The usual file name extension, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::WebP => "webp",
        }
    }

    /// Width and height, out of the file's own header.
    #[must_use]
    pub fn size(self, file: &[u8]) -> Option<(u32, u32)> {
        let u16_le = |at| {
            Some(u32::from(u16::from_le_bytes(
                *file.get(at..)?.first_chunk()?,
            )))
        };
        let u32_le = |at| Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?));
        match self {
            Self::Png => {
                let u32_be = |at| Some(u32::from_be_bytes(*file.get(at..)?.first_chunk()?));
                Some((u32_be(16)?, u32_be(20)?))
            }
            Self::Gif => Some((u16_le(6)?, u16_le(8)?)),
            Self::Bmp => Some((u32_le(18)?, u32_le(22)?.cast_signed().unsigned_abs())),
            Self::Jpeg => jpeg_size(file),
            Self::WebP => match file.get(12..16)? {
                b"VP8 " => Some((u16_le(26)? & 0x3fff, u16_le(28)? & 0x3fff)),
                b"VP8L" => {
                    let bits = u32_le(21)?;
                    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
                }
                b"VP8X" => Some(((u32_le(24)? & 0xff_ffff) + 1, (u32_le(27)? & 0xff_ffff) + 1)),
                _ => None,
            },
        }
    }
}

/// The size stands in the first start-of-frame segment.
fn jpeg_size(file: &[u8]) -> Option<(u32, u32)> {
    let u16_be = |at: usize| {
        Some(u32::from(u16::from_be_bytes(
            *file.get(at..)?.first_chunk()?,
        )))
    };
    let mut at = 2;
    loop {
        if *file.get(at)? != 0xff {
            return None;
        }
        match *file.get(at + 1)? {
            0xff => at += 1,
            // C4, C8 and CC share the range but are tables.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((u16_be(at + 7)?, u16_be(at + 5)?));
            }
            0x01 | 0xd0..=0xd7 => at += 2,
            _ => at += 2 + u16_be(at + 2)? as usize,
        }
    }
}
