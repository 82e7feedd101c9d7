//! Audio.

use tfevents::proto::summary;
use tfevents::proto::summary::value::Value;
use tfevents::{Audio, Channels};

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{of, old};

pub(super) fn rows() -> Vec<Row> {
    let wav = Audio::new(&[0i16; 8], Channels::Mono, 8000).unwrap();
    let wav = wav.as_bytes();
    let of = || of("audio").content([16, 11]);
    let sounds = |file: &[u8]| vec![of().strings(&[1], &[file])];
    let form = &["sound_form"];
    // What a header says, from a byte on.
    let saying = |at: usize, number: &[u8]| {
        let mut file = wav.to_vec();
        file[at..at + number.len()].copy_from_slice(number);
        sounds(&file)
    };
    let silent = ["silent", "silent"];
    vec![
        row(
            "sound of no bytes",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            sounds(b""),
        ),
        row(
            "sound of other bytes",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            sounds(b"hello"),
        ),
        row(
            "sound in MP3",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            sounds(b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x64"),
        ),
        row(
            "sound of the older form",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            vec![old(Value::Audio(summary::Audio {
                encoded_audio_string: b"OggS".to_vec(),
                content_type: "audio/ogg".to_owned(),
                ..Default::default()
            }))],
        ),
        row(
            "sounds of which there are none",
            "audio",
            ["blank", "blank"],
            &["sound_none"],
            vec![of().strings(&[0], &[])],
        ),
        row(
            "sound of no samples",
            "audio",
            silent,
            &["sound_empty"],
            sounds(&wav[..44]),
        ),
        row(
            "sound of half a sample",
            "audio",
            silent,
            &["sound_empty"],
            sounds(&wav[..45]),
        ),
        row(
            "sound that is cut off",
            "audio",
            ["in part", "in part"],
            &["sound_cut"],
            sounds(&wav[..50]),
        ),
        row(
            "sound cut in its head",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            sounds(&wav[..40]),
        ),
        row(
            "sound of an unknown length",
            "audio",
            ["shown", "shown"],
            &[],
            saying(40, &[0xff; 4]),
        ),
        row(
            "sound of no channels",
            "audio",
            silent,
            &["sound_header"],
            saying(22, &[0]),
        ),
        row(
            "sound of nine channels",
            "audio",
            silent,
            &["sound_header"],
            saying(22, &[9]),
        ),
        row(
            "sound at no rate",
            "audio",
            silent,
            &["sound_header"],
            saying(24, &[0; 4]),
        ),
        row(
            "sound of 64 bits",
            "audio",
            silent,
            &["sound_header"],
            saying(34, &[64]),
        ),
        row(
            "sound in ADPCM",
            "audio",
            silent,
            &["sound_format"],
            saying(20, &[2]),
        ),
        row(
            "sound in A-law",
            "audio",
            ["shown", "shown"],
            &[],
            saying(20, &[6]),
        ),
        row(
            "sound of rank 0",
            "audio",
            ["missing", "500"],
            form,
            vec![of().strings(&[], &[wav])],
        ),
        row(
            "sound of floats",
            "audio",
            ["missing", "500"],
            form,
            vec![of().floats(&[2], &[0.; 2])],
        ),
        row(
            "sounds of different numbers",
            "audio",
            ["500", "500"],
            &["sound_count"],
            vec![
                of().strings(&[2], &[wav, wav]),
                of().step(1).strings(&[1], &[wav]),
            ],
        ),
        row(
            "sound of a later version",
            "audio",
            ["missing", "missing"],
            &["plugin_version"],
            vec![of().content([8, 1]).strings(&[1], &[wav])],
        ),
        row(
            "sound of another content",
            "audio",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of().content("wav").strings(&[1], &[wav])],
        ),
        row(
            "sound without a value",
            "audio",
            ["missing", "all 500"],
            &["no_value"],
            vec![of().value(None)],
        ),
    ]
}
