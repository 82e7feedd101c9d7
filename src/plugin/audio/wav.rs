//! WAV files: a header in front of 16-bit samples, and what the header of any such file says.

use byteorder::{ByteOrder as _, LittleEndian};

use super::WavInfo;
use crate::error::{Error, Result};

/// Bytes in front of the samples.
const HEADER: u32 = 44;
/// Integers, floats, and a longer header that says which of the two.
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;

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
            "{count} samples are too many for a WAV file, which holds less than 4 GiB"
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
            "a WAV file cannot hold {channels} channels of {sample_rate} samples a second"
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

/// What the header says of a file of integers or floats.
pub(super) fn info(file: &[u8]) -> Option<WavInfo> {
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
            b"data" => break describe(format?, length),
            _ => {}
        }
        // Chunks are padded to an even length.
        rest = body.get((length as usize).checked_add(length as usize % 2)?..)?;
    }
}

fn describe(format: &[u8], data: u32) -> Option<WavInfo> {
    let fixed = format.get(..16)?;
    let encoding = match LittleEndian::read_u16(fixed) {
        EXTENSIBLE => format.get(24..26).map(LittleEndian::read_u16)?,
        plain => plain,
    };
    let channels = LittleEndian::read_u16(&fixed[2..]);
    let frame = LittleEndian::read_u16(&fixed[12..]);
    let bits_per_sample = LittleEndian::read_u16(&fixed[14..]);
    let is_sane = channels > 0 && frame > 0 && bits_per_sample > 0;
    (matches!(encoding, PCM | FLOAT) && is_sane).then(|| WavInfo {
        sample_rate: LittleEndian::read_u32(&fixed[4..]),
        channels,
        bits_per_sample,
        frames: data / u32::from(frame),
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
    fn what_a_header_cannot_say_is_refused() {
        let say = |count, channels, rate| {
            let none = std::iter::empty();
            encode(none, count, channels, rate).unwrap_err().to_string()
        };
        assert!(say(1 << 31, 1, 8000).contains("less than 4 GiB"));
        assert!(say((1 << 31) - 8, 1, 8000).contains("less than 4 GiB"));
        assert!(say(0, 40_000, 8000).contains("40000 channels"));
        assert!(say(0, 2, u32::MAX).contains("samples a second"));
    }
}
