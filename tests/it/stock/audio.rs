//! Sounds: the files byte for byte, and the samples in them.

use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use serde_json::{Value, json};
use tfevents::{Audio, Channels};

use super::{NOW, accumulated, base64, list, shown, writer};
use crate::support::sha256;

const RUN: &str = "audio";

const FLOATS: [f32; 8] = [0.0, 0.25, -0.25, 1.0, -1.0, 2.0, f32::NAN, 1e-5];
/// What becomes of them, by TensorFlow's rules.
const FLOATS_AS_STORED: [i16; 8] = [0, 8192, -8192, 32767, -32768, 32767, 0, 0];
/// Two channels one after the other, and woven together.
const PLANAR: [i16; 6] = [1, 2, 3, -1, -2, -3];
const INTERLEAVED: [i16; 6] = [1, -1, 2, -2, 3, -3];

/// A file that another program made: 24 bits a sample.
fn studio() -> Vec<u8> {
    let mut file = Vec::new();
    let spec = WavSpec {
        channels: 1,
        sample_rate: 96_000,
        bits_per_sample: 24,
        sample_format: SampleFormat::Int,
    };
    let mut wav = WavWriter::new(Cursor::new(&mut file), spec).unwrap();
    for sample in [0, 1 << 20, -(1 << 22)] {
        wav.write_sample(sample).unwrap();
    }
    wav.finalize().unwrap();
    file
}

/// The clips of a step.
type Point = (i64, Vec<Audio>);

/// Each series with its steps.
fn logged() -> Vec<(&'static str, Vec<Point>)> {
    let mono = |rate| Audio::new(&FLOATS, Channels::Mono, rate).unwrap();
    let stereo = Audio::new(&PLANAR, Channels::Planar(2), 44_100).unwrap();
    let six = Audio::new(&[7i16; 18], Channels::Interleaved(6), 48_000).unwrap();
    let silence: [f32; 0] = [];
    let silence = Audio::new(&silence, Channels::Mono, 8000).unwrap();
    vec![
        ("mono", vec![(0, vec![mono(8000)]), (5, vec![mono(16_000)])]),
        ("stereo", vec![(-3, vec![stereo.clone()])]),
        ("six channels", vec![(0, vec![six])]),
        ("nothing to hear", vec![(0, vec![silence])]),
        (
            "clips",
            vec![
                (0, vec![mono(8000), stereo.clone(), mono(11_025)]),
                (1, vec![stereo, mono(11_025), mono(8000)]),
            ],
        ),
        (
            "passed on",
            vec![(0, vec![Audio::encoded(studio()).unwrap()])],
        ),
    ]
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    for (tag, points) in logged() {
        for (step, clips) in points {
            match &clips[..] {
                [one] => writer.add_audio(tag, one, step),
                many => writer.add_audios(tag, many, step),
            }
            .unwrap();
        }
    }
    writer.close().unwrap();
}

#[test]
fn clips_are_served_as_they_were_logged() {
    for shown in shown() {
        for (tag, points) in logged() {
            let samples = points.iter().map(|(_, clips)| clips.len()).max().unwrap();
            let served = |sample: usize| {
                points.iter().filter_map(move |(step, clips)| {
                    let file = clips.get(sample)?.as_bytes();
                    Some(json!({
                        "sample": sample,
                        "step": step,
                        "wall_time": NOW,
                        "content_type": "audio/wav",
                        "size": file.len(),
                        "sha256": sha256(file),
                    }))
                })
            };
            let wanted = json!({
                "displayName": "",
                "description": "",
                "samples": samples,
                "points": (0..samples).flat_map(served).collect::<Value>(),
            });
            let found = shown.series("audio", RUN, tag);
            assert_eq!(found, &wanted, "{:?}: {tag}", shown.mode);
        }
        assert_eq!(shown.tags("audio", RUN).len(), logged().len());
    }
}

#[test]
fn the_python_readers_find_every_clip() {
    let Some(run) = accumulated(RUN) else { return };
    for (tag, points) in logged() {
        let found = list(&run["tensors"][tag]);
        assert_eq!(found.len(), points.len(), "{tag}");
        for (found, (step, clips)) in found.iter().zip(points) {
            let files: Vec<_> = clips.iter().map(|clip| base64(clip.as_bytes())).collect();
            assert_eq!(found["step"], step, "{tag}");
            assert_eq!(found["shape"], json!([files.len()]), "{tag}");
            assert_eq!(found["values"], json!(files), "{tag}");
        }
        assert_eq!(run["metadata"][tag]["plugin_name"], "audio");
    }
}

#[test]
fn the_samples_are_those_that_were_logged() {
    let Some(run) = accumulated(RUN) else { return };
    for (tag, channels, rate, samples) in [
        ("mono", 1, 8000, &FLOATS_AS_STORED[..]),
        ("stereo", 2, 44_100, &INTERLEAVED),
        ("six channels", 6, 48_000, &[7; 18]),
        ("nothing to hear", 1, 8000, &[]),
    ] {
        let file = run["tensors"][tag][0]["values"][0].as_str().unwrap();
        let file = BASE64_STANDARD.decode(file).unwrap();
        let mut wav = WavReader::new(&file[..]).unwrap();
        let spec = wav.spec();
        assert_eq!((spec.channels, spec.sample_rate), (channels, rate), "{tag}");
        let stored: Vec<i16> = wav.samples().map(Result::unwrap).collect();
        assert_eq!(stored, samples, "{tag}");
    }
}
