//! Sounds: `audio/NAME/STEP.wav`, as they were logged.

use tfevents::plugin::audio::ClipsRef;

/// The sounds of a value, and the extensions of their names. MLflow's pages play what they know the extension of.
pub(super) fn files<'a>(clips: &ClipsRef<'a>) -> Vec<(&'a [u8], &'static str)> {
    let of_type = clips.content_type.map_or("bin", extension_of_type);
    let clips = clips.clips.iter();
    clips
        .map(|clip| (clip.encoded, sniffed(clip.encoded).unwrap_or(of_type)))
        .collect()
}

fn sniffed(file: &[u8]) -> Option<&'static str> {
    Some(match file {
        [b'R', b'I', b'F', b'F', ..] => "wav",
        [b'f', b'L', b'a', b'C', ..] => "flac",
        [b'O', b'g', b'g', b'S', ..] => "ogg",
        [b'I', b'D', b'3', ..] => "mp3",
        _ => return None,
    })
}

fn extension_of_type(content_type: &str) -> &'static str {
    match content_type {
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/flac" => "flac",
        "audio/ogg" => "ogg",
        "audio/aac" => "aac",
        "audio/mp4" => "m4a",
        _ => "bin",
    }
}
