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
    let form = &["form", "sound_form"];
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
            &["no_value", "form"],
            vec![of().value(None)],
        ),
    ]
}
