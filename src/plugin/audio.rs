//! Sounds, as WAV files: made from samples, or passed through as they are.
//!
//! Written as a string tensor, one file per clip, and without the column of labels that TensorFlow 2 adds and
//! nothing shows. Read from that, from TensorFlow's form and from the older `Summary.Audio`.

use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin::{self, Kind, Stored, wrong_form};
use crate::proto::{self, Message as _};
use crate::tensor::{self, Tensor};

mod wav;

pub(crate) use wav::Unheard;

/// The only encoding that the Audio dashboard knows.
const WAV: i32 = proto::audio_plugin_data::Encoding::Wav as i32;
const WAV_TYPE: &str = "audio/wav";

/// A sound to log with [`add_audio`](crate::SummaryWriter::add_audio), as an encoded file.
///
/// # Examples
///
/// ```
/// use tfevents::{Audio, Channels};
///
/// let tone: Vec<f32> = (0..8000).map(|i| (i as f32 * 0.3).sin()).collect();
/// let mono = Audio::new(&tone, Channels::Mono, 8000)?;
///
/// // A PyTorch-style [channels, frames] array.
/// let stereo = Audio::new(&[0i16; 2 * 4410], Channels::Planar(2), 44_100)?;
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audio {
    encoded: Vec<u8>,
}

/// How the channels of a sound lie in an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Channels {
    /// `[frames]`: one channel.
    Mono,
    /// `[frames, channels]`, row-major, as in a WAV file; the number of channels is given.
    Interleaved(u16),
    /// `[channels, frames]`, row-major, as in torchaudio; the number of channels is given.
    Planar(u16),
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for i16 {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// Audio samples: `i16` as they are, floats from -1 to 1.
pub trait Sample: sealed::Sealed + Copy {
    /// The sample as 16 bits.
    fn to_i16(self) -> i16;
}

impl Sample for i16 {
    #[inline]
    fn to_i16(self) -> i16 {
        self
    }
}

/// Scaled as TensorFlow does; values beyond ±1 are clamped, NaN is 0.
impl Sample for f32 {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "`as` clamps")]
    fn to_i16(self) -> i16 {
        (self * 32768.0).round() as i16
    }
}

/// As for `f32`.
impl Sample for f64 {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "`as` clamps")]
    fn to_i16(self) -> i16 {
        (self * 32768.0).round() as i16
    }
}

impl Audio {
    /// Encodes samples as a WAV file of 16 bits a sample.
    ///
    /// `sample_rate` is in samples per second of one channel.
    ///
    /// # Errors
    ///
    /// No channels; samples that cannot be divided among the channels; a rate of 0; and a file of 4 GiB or
    /// more.
    pub fn new<S: Sample>(samples: &[S], channels: Channels, sample_rate: u32) -> Result<Self> {
        let count = match channels {
            Channels::Mono => 1,
            Channels::Interleaved(n) | Channels::Planar(n) => n,
        };
        let n = usize::from(count);
        if n == 0 || !samples.len().is_multiple_of(n) {
            return Err(Error::argument(format!(
                "{} samples cannot be divided among {n} channels",
                samples.len()
            )));
        }
        if sample_rate == 0 {
            return Err(Error::argument("a sound cannot have 0 samples per second"));
        }
        let frames = samples.len() / n;
        let stored = |sample: S| sample.to_i16();
        let encoded = match channels {
            Channels::Mono | Channels::Interleaved(_) => wav::encode(
                samples.iter().copied().map(stored),
                samples.len(),
                count,
                sample_rate,
            ),
            Channels::Planar(_) => wav::encode(
                (0..frames)
                    .flat_map(|at| samples.iter().copied().skip(at).step_by(frames).map(stored)),
                samples.len(),
                count,
                sample_rate,
            ),
        }?;
        Ok(Self { encoded })
    }

    /// Takes a WAV file unchanged.
    ///
    /// # Errors
    ///
    /// Bytes that are not a WAV file: the Audio dashboard knows no other format.
    pub fn encoded(file: impl Into<Vec<u8>>) -> Result<Self> {
        let encoded = file.into();
        if !wav::is_wav(&encoded) {
            return Err(Error::argument(
                "not a WAV file, the only format that TensorBoard's Audio dashboard plays",
            ));
        }
        Ok(Self { encoded })
    }

    /// The encoded file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.encoded
    }
}

/// The clips of one step.
impl Stored for [Audio] {
    fn metadata(&self) -> proto::SummaryMetadata {
        let content = proto::AudioPluginData {
            encoding: WAV,
            ..Default::default()
        };
        plugin::metadata("audio", content.encode_to_vec())
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        if self.is_empty() {
            return Err(Error::argument(
                "no sounds: TensorBoard would show an empty card",
            ));
        }
        let files = self.iter().map(|clip| clip.encoded.clone()).collect();
        Ok(tensor::string_tensor(&[self.len()], files))
    }
}

impl Stored for Audio {
    fn metadata(&self) -> proto::SummaryMetadata {
        std::slice::from_ref(self).metadata()
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        std::slice::from_ref(self).tensor()
    }
}

/// The sounds of one step as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClipsRef<'a> {
    /// The files' MIME type as the writer stated it, if it did.
    pub content_type: Option<&'a str>,
    /// The clips.
    pub clips: Vec<ClipRef<'a>>,
}

/// One sound of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClipRef<'a> {
    /// The sound file.
    pub encoded: &'a [u8],
    /// What TensorFlow 2 stores beside it and nothing shows: text, nearly always empty.
    pub label: &'a [u8],
}

/// What the header of a WAV file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WavInfo {
    /// Samples per second and channel.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u16,
    /// Bits per sample.
    pub bits_per_sample: u16,
    /// Samples of each channel.
    pub frames: u32,
}

impl ClipRef<'_> {
    /// What the file's header says, if it is a WAV file of integers or floats.
    #[must_use]
    pub fn wav_info(&self) -> Option<WavInfo> {
        wav::info(self.encoded)
    }

    /// Why browsers do not play it, or not all of it.
    pub(crate) fn unheard(&self) -> Option<Unheard> {
        wav::unheard(self.encoded)
    }
}

pub(crate) fn decode<'a>(data: &DataRef<'a>, content: &[u8]) -> Result<ClipsRef<'a>> {
    match data {
        DataRef::Audio(audio) => Ok(ClipsRef {
            content_type: Some(audio.content_type).filter(|t| !t.is_empty()),
            clips: vec![ClipRef {
                encoded: audio.encoded,
                label: b"",
            }],
        }),
        DataRef::Tensor(encoded) => {
            let tensor = Tensor::from_encoded(encoded)?;
            let tensor::Elements::Strings(strings) = tensor.elements() else {
                return Err(wrong_form(Kind::Audio, data));
            };
            let (len, labelled) = match *tensor.shape() {
                [n] if n == strings.len() => (n, false),
                [n, 2] if n.checked_mul(2) == Some(strings.len()) => (n, true),
                _ => return Err(wrong_form(Kind::Audio, data)),
            };
            let mut clips = Vec::with_capacity(len);
            let mut strings = strings.iter();
            while let Some(encoded) = strings.next() {
                let label = if labelled { strings.next() } else { None };
                let label = label.unwrap_or_default();
                clips.push(ClipRef { encoded, label });
            }
            let content: proto::AudioPluginData = proto::decode_short(content).unwrap_or_default();
            Ok(ClipsRef {
                content_type: (content.encoding == WAV).then_some(WAV_TYPE),
                clips,
            })
        }
        _ => Err(wrong_form(Kind::Audio, data)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ValueRef;

    fn samples(audio: &Audio) -> (hound::WavSpec, Vec<i16>) {
        let mut reader = hound::WavReader::new(audio.as_bytes()).unwrap();
        let samples = reader.samples().map(Result::unwrap).collect();
        (reader.spec(), samples)
    }

    /// Stored and read back.
    fn read_back(value: &proto::summary::Value) -> Result<ClipsRef<'static>> {
        let value = ValueRef::parse(value.encode_to_vec().leak())?;
        decode(&value.data, value.metadata.unwrap_or_default().content)
    }

    fn tensor_value(shape: &[usize], strings: &[&str]) -> proto::summary::Value {
        let strings = strings.iter().map(|s| s.as_bytes().to_vec()).collect();
        proto::summary::Value {
            value: Some(proto::summary::value::Value::Tensor(tensor::string_tensor(
                shape, strings,
            ))),
            ..Default::default()
        }
    }

    #[test]
    fn a_wav_file_byte_for_byte() {
        let audio = Audio::new(&[1i16, -2], Channels::Mono, 8000).unwrap();
        assert_eq!(
            audio.as_bytes(),
            b"RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0\
              data\x04\0\0\0\x01\0\xfe\xff"
        );
        assert_eq!(audio.metadata().plugin_data.unwrap().content, b"\x10\x0b");
    }

    #[test]
    fn floats_scale_as_tensorflow_scales_them() {
        let floats = [
            0.0f32,
            1.0,
            -1.0,
            2.0,
            f32::NAN,
            f32::NEG_INFINITY,
            0.5,
            1.5 / 32768.0,
        ];
        let expected = [0, 32767, -32768, 32767, 0, -32768, 16384, 2];
        assert_eq!(floats.map(Sample::to_i16), expected);
        assert_eq!(floats.map(f64::from).map(Sample::to_i16), expected);
    }

    #[test]
    fn layouts_agree_for_any_number_of_channels() {
        for channels in 1..=6u16 {
            let n = i16::try_from(channels).unwrap();
            let planar: Vec<i16> = (0..n)
                .flat_map(|c| (0..5).map(move |f| 100 * c + f))
                .collect();
            let woven: Vec<i16> = (0..5)
                .flat_map(|f| (0..n).map(move |c| 100 * c + f))
                .collect();
            let a = Audio::new(&planar, Channels::Planar(channels), 16_000).unwrap();
            let b = Audio::new(&woven, Channels::Interleaved(channels), 16_000).unwrap();
            assert_eq!(a, b);
            let (spec, stored) = samples(&a);
            assert_eq!(
                (spec.channels, spec.sample_rate, stored),
                (channels, 16_000, woven)
            );
        }
        let none: [f32; 0] = [];
        let silent = Audio::new(&none, Channels::Planar(2), 8000).unwrap();
        assert!(samples(&silent).1.is_empty());
    }

    #[test]
    fn wrong_arguments_say_what_is_wrong() {
        let say = |channels, rate| {
            Audio::new(&[0i16; 5], channels, rate)
                .unwrap_err()
                .to_string()
        };
        assert!(say(Channels::Planar(2), 8000).contains("5 samples"));
        assert!(say(Channels::Interleaved(0), 8000).contains("0 channels"));
        assert!(say(Channels::Mono, 0).contains("0 samples per second"));
        assert!(
            Audio::encoded(*b"OggS\0")
                .unwrap_err()
                .to_string()
                .contains("WAV")
        );
        let empty: &[Audio] = &[];
        assert!(empty.tensor().is_err());
    }

    #[test]
    fn what_is_written_is_read() {
        let clips = [
            Audio::new(&[1i16, 2, 3, 4], Channels::Interleaved(2), 44_100).unwrap(),
            Audio::new(&[0.5f32], Channels::Mono, 8000).unwrap(),
        ];
        let read = read_back(&proto::summary::Value {
            metadata: Some(clips.metadata()),
            value: Some(proto::summary::value::Value::Tensor(
                clips.tensor().unwrap(),
            )),
            ..Default::default()
        });
        let read = read.unwrap();
        assert_eq!(read.content_type, Some("audio/wav"));
        let files: Vec<_> = read.clips.iter().map(|clip| clip.encoded).collect();
        assert_eq!(files, [clips[0].as_bytes(), clips[1].as_bytes()]);
        assert_eq!(
            read.clips[0].wav_info(),
            Some(WavInfo {
                sample_rate: 44_100,
                channels: 2,
                bits_per_sample: 16,
                frames: 2
            })
        );
    }

    #[test]
    fn labels_are_kept_apart() {
        let read = read_back(&tensor_value(&[2, 2], &["a", "first", "b", ""])).unwrap();
        assert_eq!(read.content_type, None);
        let clips: Vec<_> = read.clips.iter().map(|c| (c.encoded, c.label)).collect();
        assert_eq!(clips, [(&b"a"[..], &b"first"[..]), (b"b", b"")]);
        assert_eq!(read.clips[0].wav_info(), None);
    }

    #[test]
    fn clips_are_a_list_or_a_table_of_two_columns() {
        assert_eq!(read_back(&tensor_value(&[0], &[])).unwrap().clips, []);
        for shape in [&[][..], &[1, 1], &[1, 3], &[1, 1, 2]] {
            let cells = vec!["x"; shape.iter().product()];
            assert!(
                read_back(&tensor_value(shape, &cells)).is_err(),
                "{shape:?}"
            );
        }
        // One string that stands for four would be its own label.
        assert!(read_back(&tensor_value(&[2, 2], &["x"])).is_err());
    }

    #[test]
    fn the_older_form_is_read() {
        for (content_type, expected) in [("audio/ogg", Some("audio/ogg")), ("", None)] {
            let audio = proto::summary::Audio {
                encoded_audio_string: b"OggS".to_vec(),
                content_type: content_type.to_owned(),
                ..Default::default()
            };
            let read = read_back(&proto::summary::Value {
                value: Some(proto::summary::value::Value::Audio(audio)),
                ..Default::default()
            });
            let read = read.unwrap();
            assert_eq!(read.content_type, expected);
            assert_eq!(read.clips[0].encoded, b"OggS");
        }
    }

    #[test]
    fn no_damage_to_a_header_is_fatal() {
        let whole = Audio::new(&[1i16; 8], Channels::Interleaved(2), 8000).unwrap();
        for at in 0..44 {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut file = whole.as_bytes().to_vec();
                file[at] = byte;
                let clip = ClipRef {
                    encoded: &file,
                    label: b"",
                };
                if let Some(info) = clip.wav_info() {
                    assert!(info.channels > 0 && info.bits_per_sample > 0);
                }
            }
        }
    }
}
