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

    /// Width and height, from the file's own header.
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

    /// Whether a whole file has nothing to show: no width or no height, no pixels, or no frame of any size.
    pub(crate) fn is_blank(self, file: &[u8]) -> bool {
        let is_flat = || matches!(self.size(file), Some((0, _) | (_, 0)));
        match self {
            Self::Png => is_flat() || png_end(file) == Some(false),
            // Frames have sizes of their own.
            Self::Gif => gif_end(file) == Some(false),
            _ => is_flat(),
        }
    }

    /// Whether the file goes on to its end, as far as its structure tells without decoding it.
    pub(crate) fn is_whole(self, file: &[u8]) -> bool {
        let u32_le = |at: usize| Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?));
        let reaches = |len: u64| file.len() as u64 >= len;
        match self {
            Self::Png => png_end(file).is_some(),
            Self::Gif => gif_end(file).is_some(),
            Self::Jpeg => jpeg_end(file).is_some(),
            // Many writers state no length, or a wrong one, for which nobody looks.
            Self::Bmp => bmp_end(file)
                .or(u32_le(2).filter(|&len| len > 0).map(u64::from))
                .is_some_and(reaches),
            Self::WebP => u32_le(4).is_some_and(|len| reaches(8 + u64::from(len))),
        }
    }
}

/// Where the pixels of an uncompressed bitmap end.
fn bmp_end(file: &[u8]) -> Option<u64> {
    let u16_le = |at: usize| Some(u16::from_le_bytes(*file.get(at..)?.first_chunk()?));
    let u32_le = |at: usize| Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?));
    let is_plain = u32_le(14)? >= 40 && u32_le(30)? == 0;
    let (width, height) = Format::Bmp.size(file).filter(|_| is_plain)?;
    let row = u64::from(width)
        .checked_mul(u16_le(28)?.into())?
        .div_ceil(32)
        .checked_mul(4)?;
    row.checked_mul(height.into())?
        .checked_add(u32_le(10)?.into())
}

/// A PNG file ends with the chunk `IEND`, for which browsers do not wait once they have pixels. Whether there are
/// any.
fn png_end(file: &[u8]) -> Option<bool> {
    let mut rest = file.get(8..)?;
    let mut has_pixels = false;
    loop {
        if rest.is_empty() && has_pixels {
            return Some(true);
        }
        let len = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let name = rest.get(4..8)?;
        has_pixels |= name == b"IDAT" && len > 0;
        if name == b"IEND" {
            rest.get(len.checked_add(12)?..)?;
            return Some(has_pixels);
        }
        rest = rest.get(len.checked_add(12)?..)?;
    }
}

/// A GIF file ends with a trailer behind its frames, for which browsers do not wait, either. Whether any of these
/// has pixels.
fn gif_end(file: &[u8]) -> Option<bool> {
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            6 << (flags & 7)
        }
    };
    let mut rest = file.get(13 + table(*file.get(10)?)..)?;
    let mut has_pixels = false;
    loop {
        match rest {
            [b'!', _, blocks @ ..] => rest = sub_blocks(blocks)?,
            [b',', frame @ ..] => {
                let data = frame.get(10 + table(*frame.get(8)?)..)?;
                has_pixels |= frame[4..6] != [0, 0] && frame[6..8] != [0, 0];
                rest = sub_blocks(data)?;
            }
            [b';', ..] => return Some(has_pixels),
            [] if has_pixels => return Some(true),
            _ => return None,
        }
    }
}

/// What follows a list of length-prefixed blocks that ends with an empty one.
fn sub_blocks(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let len = usize::from(*rest.first()?);
        rest = rest.get(1 + len..)?;
        if len == 0 {
            return Some(rest);
        }
    }
}

/// A JPEG file ends with a marker that its scans cannot hold.
fn jpeg_end(file: &[u8]) -> Option<()> {
    let mut at = 2usize;
    loop {
        match *file.get(at..at.checked_add(2)?)? {
            [0xff, 0xda] => break,
            [0xff, 0xff] => at += 1,
            [0xff, 0x01 | 0xd0..=0xd7] => at += 2,
            [0xff, _] => {
                at += 2 + usize::from(u16::from_be_bytes(*file.get(at + 2..)?.first_chunk()?));
            }
            _ => return None,
        }
    }
    let scans = file.get(at..)?;
    scans
        .windows(2)
        .any(|mark| mark == [0xff, 0xd9])
        .then_some(())
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

#[cfg(all(feature = "gif", feature = "png"))]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::image::{Image, Layout};
    use crate::plugin::video::{Video, VideoLayout};

    /// Every format, by other encoders where we have none.
    fn files() -> Vec<(Format, Vec<u8>)> {
        let pixels: Vec<u8> = (0..48).map(|i| i * 5).collect();
        let png = Image::new(&pixels, Layout::Hwc, &[4, 4, 3]).unwrap();
        let video = Video::new(&pixels, VideoLayout::Thwc, &[2, 2, 4, 3], 5.0).unwrap();
        let mut bmp =
            b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0".to_vec();
        bmp.resize(58, 0);
        vec![
            (Format::Png, png.as_bytes().to_vec()),
            (Format::Gif, video.as_bytes().to_vec()),
            (
                Format::Jpeg,
                b"\xff\xd8\xff\xe0\0\x06\xff\xd9ab\xff\xc0\0\x11\x08\0\x02\0\x030123456789\xff\xda\0\x03aXY\xff\0Z\xff\xd9".to_vec(),
            ),
            (Format::Bmp, bmp),
            (Format::WebP, b"RIFF\x10\0\0\0WEBPVP8L\x04\0\0\0abcd".to_vec()),
        ]
    }

    #[test]
    fn files_are_whole_or_cut() {
        for (format, file) in files() {
            assert_eq!(Format::sniff(&file), Some(format));
            assert!(format.is_whole(&file), "{format:?}");
            // Padding behind the end is harmless.
            assert!(
                format.is_whole(&[&file[..], b"\0\0"].concat()),
                "{format:?}"
            );
            assert!(!format.is_blank(&file), "{format:?}");
            // Only the end is missing; or what follows one frame of two.
            let harmless = match format {
                Format::Png => 1,
                Format::Gif => 3,
                _ => 0,
            };
            let whole = (0..file.len()).filter(|&cut| format.is_whole(&file[..cut]));
            assert_eq!(whole.count(), harmless, "{format:?}");
        }
    }
}
