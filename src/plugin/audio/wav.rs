//! WAV files: a header in front of 16-bit samples, and what the header of any such file says.

use std::ops::RangeInclusive;

use byteorder::{ByteOrder as _, LittleEndian};

use super::WavInfo;
use crate::error::{Error, Result};

/// Bytes in front of the samples.
const HEADER: u32 = 44;
/// Integers, floats, and a longer header that says which of the two.
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// Compressed, and played all the same.
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const MP3: u16 = 0x55;

/// What browsers play.
const RATES: RangeInclusive<u32> = 3000..=768_000;
const CHANNELS: RangeInclusive<u16> = 1..=8;
/// Lengths from here on stand for a length that was not known.
const ENDLESS: u32 = 0x7fff_f000;

/// A file of interleaved samples of 16 bits. As TensorFlow does, this states plain PCM for any number of
/// channels.
pub(super) fn encode(
    samples: impl Iterator<Item = i16>,
    count: usize,
    channels: u16,
    sample_rate: u32,
) -> Result<Vec<u8>> {
    let too_large = || {
        Error::argument(format!(
            "{count} samples are too many for a WAV file, which is limited to 4 GiB"
        ))
    };
    let length = |bytes: Option<u32>| bytes.ok_or_else(too_large);
    let data = u32::try_from(count)
        .ok()
        .and_then(|count| count.checked_mul(2));
    let data = length(data)?;
    let riff = length(data.checked_add(HEADER - 8))?;
    let frame = channels
        .checked_mul(2)
        .ok_or_else(|| Error::argument(format!("a WAV file cannot hold {channels} channels")))?;
    let byte_rate = sample_rate.checked_mul(u32::from(frame)).ok_or_else(|| {
        Error::argument(format!(
            "a WAV file cannot hold {channels} channels of {sample_rate} samples per second"
        ))
    })?;

    let mut file = Vec::with_capacity(HEADER as usize + 2 * count);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&riff.to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    file.extend_from_slice(&PCM.to_le_bytes());
    file.extend_from_slice(&channels.to_le_bytes());
    file.extend_from_slice(&sample_rate.to_le_bytes());
    file.extend_from_slice(&byte_rate.to_le_bytes());
    file.extend_from_slice(&frame.to_le_bytes());
    file.extend_from_slice(&16u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&data.to_le_bytes());
    for sample in samples {
        file.extend_from_slice(&sample.to_le_bytes());
    }
    Ok(file)
}

/// Whether the bytes start as those of a WAV file do.
pub(super) fn is_wav(file: &[u8]) -> bool {
    file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WAVE")
}

/// What the header says about a file of integers or floats.
pub(super) fn info(file: &[u8]) -> Option<WavInfo> {
    let parts = parts(file)?;
    describe(parts.format, parts.stated)
}

/// What keeps browsers from playing a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unheard {
    /// It is not a WAV file, or of an encoding that browsers do not know.
    NotWav,
    /// A number of the header is beyond what browsers take; which one, and what it is.
    Header(&'static str, u32),
    /// There is nothing to play.
    NoSamples,
    /// Not all samples are there that the header states: how many bytes are, and how many it states.
    Cut(usize, u32),
}

/// Why browsers do not play a file, or not all of it. The limits are Chromium's.
pub(super) fn unheard(file: &[u8]) -> Option<Unheard> {
    let Some(parts) = parts(file) else {
        return Some(Unheard::NotWav);
    };
    let (Some(fixed), Some(encoding)) = (parts.format.get(..16), encoding(parts.format)) else {
        return Some(Unheard::NotWav);
    };
    let info = Fields::of(fixed);
    let bits = info.bits_per_sample;
    let fits = match encoding {
        PCM => (1..=32).contains(&bits),
        FLOAT => bits == 32,
        A_LAW | MU_LAW | MP3 => true,
        _ => return Some(Unheard::NotWav),
    };
    if !RATES.contains(&info.sample_rate) {
        return Some(Unheard::Header("samples per second", info.sample_rate));
    }
    if !CHANNELS.contains(&info.channels) {
        return Some(Unheard::Header("channels", info.channels.into()));
    }
    if !fits {
        return Some(Unheard::Header("bits per sample", bits.into()));
    }
    // Writers that do not know the length when they begin leave it out.
    let is_known = (1..ENDLESS).contains(&parts.stated);
    let stated = if is_known {
        parts.stated as usize
    } else {
        usize::MAX
    };
    let held = parts.held.min(stated);
    let frame = usize::from(info.channels) * usize::from(bits.div_ceil(8)).max(1);
    if held < frame {
        return Some(Unheard::NoSamples);
    }
    (is_known && held < stated).then_some(Unheard::Cut(held, parts.stated))
}

/// The chunks of a file that say what it is.
struct Parts<'a> {
    format: &'a [u8],
    /// How many bytes of samples are stated, and how many there are.
    stated: u32,
    held: usize,
}

fn parts(file: &[u8]) -> Option<Parts<'_>> {
    if !is_wav(file) {
        return None;
    }
    let mut rest = file.get(12..)?;
    let mut format = None;
    loop {
        let (head, body) = rest.split_at_checked(8)?;
        let length = LittleEndian::read_u32(&head[4..]);
        match &head[..4] {
            b"fmt " => format = Some(body.get(..length as usize)?),
            b"data" => {
                return Some(Parts {
                    format: format?,
                    stated: length,
                    held: body.len(),
                });
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        rest = body.get((length as usize).checked_add(length as usize % 2)?..)?;
    }
}

/// The numbers of a header.
struct Fields {
    channels: u16,
    sample_rate: u32,
    frame: u16,
    bits_per_sample: u16,
}

impl Fields {
    /// Out of the 16 bytes that all headers have.
    fn of(fixed: &[u8]) -> Self {
        Self {
            channels: LittleEndian::read_u16(&fixed[2..]),
            sample_rate: LittleEndian::read_u32(&fixed[4..]),
            frame: LittleEndian::read_u16(&fixed[12..]),
            bits_per_sample: LittleEndian::read_u16(&fixed[14..]),
        }
    }
}

fn encoding(format: &[u8]) -> Option<u16> {
    Some(match LittleEndian::read_u16(format.get(..2)?) {
        EXTENSIBLE => format.get(24..26).map(LittleEndian::read_u16)?,
        plain => plain,
    })
}

fn describe(format: &[u8], data: u32) -> Option<WavInfo> {
    let fields = Fields::of(format.get(..16)?);
    let is_sane = fields.channels > 0 && fields.frame > 0 && fields.bits_per_sample > 0;
    (matches!(encoding(format)?, PCM | FLOAT) && is_sane).then(|| WavInfo {
        sample_rate: fields.sample_rate,
        channels: fields.channels,
        bits_per_sample: fields.bits_per_sample,
        frames: data / u32::from(fields.frame),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Other forms of the header, as another encoder writes them.
    #[test]
    fn any_header_of_numbers_is_understood() {
        for (channels, bits, format) in [
            (1, 8, hound::SampleFormat::Int),
            (2, 16, hound::SampleFormat::Int),
            (6, 16, hound::SampleFormat::Int),
            (2, 24, hound::SampleFormat::Int),
            (2, 32, hound::SampleFormat::Float),
        ] {
            let spec = hound::WavSpec {
                channels,
                sample_rate: 22_050,
                bits_per_sample: bits,
                sample_format: format,
            };
            let mut file = Vec::new();
            let mut writer = hound::WavWriter::new(Cursor::new(&mut file), spec).unwrap();
            for _ in 0..5 * channels {
                match format {
                    hound::SampleFormat::Int => writer.write_sample(1i32).unwrap(),
                    hound::SampleFormat::Float => writer.write_sample(1f32).unwrap(),
                }
            }
            writer.finalize().unwrap();
            let expected = WavInfo {
                sample_rate: 22_050,
                channels,
                bits_per_sample: bits,
                frames: 5,
            };
            assert_eq!(info(&file), Some(expected), "{spec:?}");
            // A chunk of odd length in between, as editors leave them.
            let mut tagged = file[..12].to_vec();
            tagged.extend_from_slice(b"LIST\x03\0\0\0abc\0");
            tagged.extend_from_slice(&file[12..]);
            assert_eq!(info(&tagged), Some(expected));
            let data = file.len() - 5 * usize::from(channels * bits / 8);
            for cut in 0..data {
                assert_eq!(info(&file[..cut]), None, "cut at {cut}");
            }
        }
    }

    #[test]
    fn what_browsers_do_not_play_has_a_reason() {
        let file = encode([1i16; 40].into_iter(), 40, 1, 8000).unwrap();
        let with = |at: usize, number: &[u8]| {
            let mut file = file.clone();
            file[at..at + number.len()].copy_from_slice(number);
            unheard(&file)
        };
        assert_eq!(unheard(&file), None);
        assert_eq!(unheard(b""), Some(Unheard::NotWav));
        assert_eq!(unheard(&file[..40]), Some(Unheard::NotWav));
        assert_eq!(unheard(&file[..44]), Some(Unheard::NoSamples));
        assert_eq!(unheard(&file[..45]), Some(Unheard::NoSamples));
        assert_eq!(unheard(&file[..50]), Some(Unheard::Cut(6, 80)));
        // Formats: Microsoft's ADPCM, A-law, MP3.
        assert_eq!(with(20, &[2]), Some(Unheard::NotWav));
        assert_eq!(with(20, &[6]), None);
        assert_eq!(with(20, &[0x55]), None);
        assert_eq!(with(22, &[0]), Some(Unheard::Header("channels", 0)));
        assert_eq!(with(22, &[9]), Some(Unheard::Header("channels", 9)));
        let slow = Unheard::Header("samples per second", 2999);
        assert_eq!(with(24, &2999u32.to_le_bytes()), Some(slow));
        let deep = Unheard::Header("bits per sample", 64);
        assert_eq!(with(34, &[64]), Some(deep));
        // Lengths that were not known when the file was begun.
        for stated in [0, 0x7fff_f000, u32::MAX] {
            assert_eq!(with(40, &u32::to_le_bytes(stated)), None);
        }
    }

    #[test]
    fn what_a_header_cannot_say_is_refused() {
        let say = |count, channels, rate| {
            let none = std::iter::empty();
            encode(none, count, channels, rate).unwrap_err().to_string()
        };
        assert!(say(1 << 31, 1, 8000).contains("limited to 4 GiB"));
        assert!(say((1 << 31) - 8, 1, 8000).contains("limited to 4 GiB"));
        assert!(say(0, 40_000, 8000).contains("40000 channels"));
        assert!(say(0, 2, u32::MAX).contains("samples per second"));
    }
}
