//! The examples of what is looked at or listened to.

use std::borrow::Cow;

use tfevents::plugin::image::Format;
use tfevents::state::RunState;
use tfevents::{Kind, LogdirState, Policy, Selection, Value};

use super::run;

/// Runs an example and loads what it logged, which must be one undamaged file, and the one that it says.
pub(super) fn load(example: &str) -> (LogdirState, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let printed = run(example, dir.path());
    let state = LogdirState::load(dir.path().join("runs"), Selection::all()).unwrap();
    let files: Vec<_> = state.runs().flat_map(RunState::files).collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].follower().health().is_clean());
    let path = dir.path().join(printed.trim_end());
    assert_eq!(
        path.canonicalize().unwrap(),
        files[0].path().canonicalize().unwrap()
    );
    (state, dir)
}

pub(super) fn series(state: &LogdirState, example: &str) -> Vec<(String, Kind, usize)> {
    let series = state.run(example).unwrap().series();
    series.map(|s| (s.tag.to_string(), s.kind, s.len)).collect()
}

/// What `view` makes of the value of a tag at its last step.
pub(super) fn last<T>(
    state: &LogdirState,
    run: &str,
    tag: &str,
    view: impl Fn(Value<'_>) -> Option<T>,
) -> T {
    let blobs = state.run(run).unwrap().blobs(tag, Policy::Raw).unwrap();
    let blob = blobs.last().unwrap().read().unwrap();
    view(blob.value().unwrap()).unwrap_or_else(|| panic!("{tag}: {blob:?}"))
}

/// Format, width and height of each sample.
fn pictures(value: Value<'_>) -> Option<Vec<(Format, u32, u32)>> {
    let Value::Images(images) = value else {
        return None;
    };
    let samples = images.samples.iter().map(|file| {
        let format = Format::sniff(file)?;
        let (width, height) = format.size(file)?;
        Some((format, width, height))
    });
    samples.collect()
}

/// Rate, channels and frames of each clip.
fn clips(value: Value<'_>) -> Option<Vec<(u32, u16, u32)>> {
    let Value::Audio(audio) = value else {
        return None;
    };
    let clips = audio.clips.iter().map(|clip| {
        let wav = clip.wav_info()?;
        Some((wav.sample_rate, wav.channels, wav.frames))
    });
    clips.collect()
}

#[test]
fn images_logs_one_many_a_grid_and_boxes() {
    let (state, _dir) = load("images");
    assert_eq!(
        series(&state, "images"),
        [
            ("detections", Kind::Image, 10),
            ("reconstructions/grid", Kind::Image, 10),
            ("reconstructions/samples", Kind::Image, 10),
            ("scene", Kind::Image, 1),
        ]
        .map(|(tag, kind, len)| (tag.into(), kind, len))
    );
    let last = |tag| last(&state, "images", tag, pictures);
    assert_eq!(last("scene"), [(Format::Png, 96, 96)]);
    assert_eq!(last("detections"), [(Format::Png, 96, 96)]);
    assert_eq!(last("reconstructions/samples"), [(Format::Png, 96, 96); 12]);
    let grid = (Format::Png, 6 * 96 + 7 * 2, 2 * 96 + 3 * 2);
    assert_eq!(last("reconstructions/grid"), [grid]);
}

#[test]
fn audio_logs_mono_stereo_and_several_clips() {
    let (state, _dir) = load("audio");
    assert_eq!(
        series(&state, "audio"),
        ["chord", "chord/stereo", "tones"].map(|tag| (tag.into(), Kind::Audio, 5))
    );
    let last = |tag| last(&state, "audio", tag, clips);
    assert_eq!(last("chord"), [(16_000, 1, 16_000)]);
    assert_eq!(last("chord/stereo"), [(16_000, 2, 16_000)]);
    assert_eq!(last("tones"), [(16_000, 1, 16_000); 3]);
}

#[test]
fn video_logs_one_and_several_films() {
    let (state, _dir) = load("video");
    assert_eq!(
        series(&state, "video"),
        ["episodes", "rollout"].map(|tag| (tag.into(), Kind::Image, 5))
    );
    let last = |tag| last(&state, "video", tag, pictures);
    assert_eq!(last("rollout"), [(Format::Gif, 64, 64)]);
    assert_eq!(last("episodes"), [(Format::Gif, 64, 64); 3]);
}

#[test]
fn text_table_logs_a_note_and_tables() {
    let (state, _dir) = load("text_table");
    assert_eq!(
        series(&state, "text_table"),
        [("note", 1), ("samples", 2), ("settings", 1)].map(|(tag, len)| (
            tag.into(),
            Kind::Text,
            len
        ))
    );
    let samples = last(&state, "text_table", "samples", |value| match value {
        Value::Text(text) => {
            let cells: Vec<_> = text.to_text().map(Cow::into_owned).collect();
            Some((text.shape, cells))
        }
        _ => None,
    });
    assert_eq!(samples.0, [3, 2]);
    assert_eq!(samples.1[2..], ["2 + 2", "4", "capital of France", "Paris"]);
}
