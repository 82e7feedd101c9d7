//! Audio, in browsers.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::audio::{self, ClipRef, Unheard};

pub(super) fn flaw(data: &DataRef<'_>) -> Option<Flaw> {
    // The plugin's data only say which MIME type it is.
    let Ok(sounds) = audio::decode(data, &[]) else {
        return Some(Flaw::new(
            "sound_form",
            "Audio: a value is not a list of sound files; the slow loader answers 500 and the fast \
             one shows nothing",
            "Log a string tensor of rank 1, or of shape [k, 2] with labels.",
        ));
    };
    if sounds.clips.is_empty() {
        return Some(Flaw::new(
            "sound_none",
            "Audio: a step has no sounds",
            "Log at least one sound per step.",
        ));
    }
    sounds.clips.iter().find_map(of_clip)
}

fn of_clip(clip: &ClipRef<'_>) -> Option<Flaw> {
    if clip.encoded.is_empty() {
        return Some(format("Audio: a sound has no bytes"));
    }
    Some(match clip.unheard()? {
        Unheard::NotWav => format(
            "Audio: a sound is not a WAV file that browsers play; TensorBoard supports no other format",
        ),
        Unheard::Header(what, number) => Flaw::new(
            "sound_header",
            format!("Audio: a sound's header states {number} {what}, which browsers do not play"),
            "Log 3,000 to 768,000 samples per second in 1 to 8 channels, as integers of up to 32 \
             bits or as 32-bit floats.",
        ),
        Unheard::NoSamples => Flaw::new(
            "sound_empty",
            "Audio: a sound has no samples, so it plays nothing",
            "Log sounds of at least one sample.",
        ),
        Unheard::Cut(held, stated) => Flaw::new(
            "sound_cut",
            format!(
                "Audio: a sound is truncated: it has {held} of {stated} bytes of samples, and browsers play only these"
            ),
            "Log the whole file.",
        ),
    })
}

fn format(message: &'static str) -> Flaw {
    Flaw::new(
        "sound_format",
        message,
        "Log sounds as WAV files of integers or floats.",
    )
}

/// How many sounds a step has.
pub(in crate::check) fn clips(data: &DataRef<'_>) -> Option<usize> {
    Some(audio::decode(data, &[]).ok()?.clips.len())
}

/// What is wrong if steps of a tag have so many sounds, least and most.
pub(in crate::check) fn uneven((least, most): (usize, usize)) -> Option<Flaw> {
    (least < most).then(|| {
        Flaw::new(
            "sound_count",
            format!(
                "Audio: steps have {least} to {most} sounds, and TensorBoard answers 500 for every sound \
                 that some step lacks"
            ),
            "Log the same number of sounds at every step.",
        )
    })
}
