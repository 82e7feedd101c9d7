//! Audio, in browsers.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::audio::{self, ClipRef};

pub(super) fn flaw(data: &DataRef<'_>) -> Option<Flaw> {
    // The plugin's data only say which MIME type it is.
    let Ok(sounds) = audio::decode(data, &[]) else {
        return Some(Flaw::new(
            "sound_form",
            "Audio: a value is not a list of sound files, at which the slow loader answers 500 and the fast \
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
    let what = if clip.encoded.is_empty() {
        "a sound has no bytes"
    } else if clip.wav_info().is_none() {
        "a sound is not a WAV file, which is all that TensorBoard offers to play"
    } else {
        return None;
    };
    Some(Flaw::new(
        "sound_format",
        format!("Audio: {what}"),
        "Log sounds as WAV files of integers or floats.",
    ))
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
