//! Which artifacts are pictures, sounds and texts of which step.

use crate::mapping::artifacts::image;
use crate::names;

/// What is in an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    Image,
    Audio,
    Text,
}

/// An artifact that an event file can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Media {
    pub(super) medium: Medium,
    /// Its path below the run's artifacts.
    pub(super) path: String,
    pub(super) tag: String,
    pub(super) step: i64,
    /// In milliseconds, where the name says it.
    pub(super) time: Option<i64>,
    pub(super) sample: Option<Sample>,
}

/// One of several pictures or sounds of a value: which value of the step, and which of these.
pub(super) type Sample = (u32, usize);

/// Where MLflow's `log_image` puts pictures.
const IMAGES: &str = "images/";
/// What it adds to the name of the small version of one.
const SMALL: &str = "compressed";

/// What an artifact is; `None` if it is nothing that an event file can hold. `Some(None)` is the small version of a picture,
/// which can be left out without loss.
pub(super) fn of(path: &str) -> Option<Option<Media>> {
    let (stem, ending) = path.rsplit_once('.')?;
    let medium = match &*ending.to_ascii_lowercase() {
        "png" | "jpg" | "jpeg" | "gif" | "bmp" | "webp" => Medium::Image,
        "wav" => Medium::Audio,
        "md" if stem.starts_with("text/") => Medium::Text,
        _ => return None,
    };
    if medium == Medium::Image
        && let Some(name) = stem.strip_prefix(IMAGES)
    {
        if ['+', '%']
            .iter()
            .any(|c| name.ends_with(&format!("{c}{SMALL}")))
        {
            return Some(None);
        }
        if let Some(image) = logged_image(name) {
            return Some(Some(Media {
                path: path.to_owned(),
                ..image
            }));
        }
    }
    let stepped = stem
        .split_once('/')
        .filter(|(kind, _)| {
            matches!(
                (*kind, medium),
                ("audio", Medium::Audio) | ("text", Medium::Text)
            )
        })
        .and_then(|(_, rest)| pushed(rest, medium));
    let (tag, step, sample) = stepped.unwrap_or_else(|| (stem.to_owned(), 0, None));
    Some(Some(Media {
        medium,
        path: path.to_owned(),
        tag,
        step,
        time: None,
        sample,
    }))
}

/// Tag, step and sample in a name as `push` makes them, NAME/STEP, where NAME has `~` for slashes. Several sounds of a step
/// are STEP_0 and so on; what came again at a step is STEP~2, or STEP~2_0.
fn pushed(path: &str, medium: Medium) -> Option<(String, i64, Option<Sample>)> {
    let (name, stem) = path.rsplit_once('/')?;
    let tag = names::tag(&name.replace('~', "/")).into_owned();
    let (stem, sample) = match stem.split_once('_').filter(|_| medium == Medium::Audio) {
        Some((stem, sample)) => (stem, Some(sample.parse().ok()?)),
        None => (stem, None),
    };
    let (step, again) = match stem.split_once('~') {
        Some((step, again)) => (step, again.parse().ok()?),
        None => (stem, 1),
    };
    Some((
        tag,
        step.parse().ok()?,
        sample.map(|sample| (again, sample)),
    ))
}

/// Key, step and time in a name as `KEY+step+7+timestamp+1700000000123+UUID`, or as older clients wrote it, with `%` for
/// `+` and `#` for the slashes that are `~` now. Of several pictures of a value, the keys end in `~0`, `~1` and so on.
fn logged_image(name: &str) -> Option<Media> {
    let fields = |separator: char, slash: char| {
        let mut parts = name.rsplitn(6, separator);
        let (id, time, at, step, of, key) = (
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
        );
        if at != "timestamp" || of != "step" {
            return None;
        }
        let of_several = image::sample(id).and_then(|sample| {
            let key = key.strip_suffix(&format!("{slash}{sample}"))?;
            Some((key, Some((1, sample))))
        });
        let (key, sample) = of_several.unwrap_or((key, None));
        Some(Media {
            medium: Medium::Image,
            path: String::new(),
            tag: names::tag(&key.replace(slash, "/")).into_owned(),
            step: step.parse().ok()?,
            time: Some(time.parse().ok()?),
            sample,
        })
    };
    fields('+', '~').or_else(|| fields('%', '#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(path: &str) -> (Medium, String, i64, Option<i64>) {
        let media = of(path).unwrap().unwrap();
        (media.medium, media.tag, media.step, media.time)
    }

    #[test]
    fn pictures_that_were_logged_have_step_and_time() {
        let id = "ef6ddae9-1d60-48f6-a7f7-fb834cb9cb56";
        let new = format!("images/a~b c+step+7+timestamp+1700000000123+{id}.png");
        let old = format!("images/a#b c%step%-7%timestamp%1700000000123%{id}.png");
        let (time, image) = (Some(1_700_000_000_123), Medium::Image);
        assert_eq!(media(&new), (image, "a/b c".to_owned(), 7, time));
        assert_eq!(media(&old), (image, "a/b c".to_owned(), -7, time));
        // The second of three.
        let id = "ef6ddae9-1d60-8002-a7f7-fb834cb9cb56";
        let several = |key: &str| {
            let path = format!("images/{key}+step+7+timestamp+1700000000123+{id}.png");
            let media = of(&path).unwrap().unwrap();
            (media.tag, media.sample)
        };
        assert_eq!(several("a~b~1"), ("a/b".to_owned(), Some((1, 1))));
        assert_eq!(several("a~b~2"), ("a/b/2".to_owned(), None));
        for small in ["+compressed.webp", "%compressed.webp", "+compressed.png"] {
            assert_eq!(of(&new.replace(".png", small)), Some(None));
        }
    }

    #[test]
    fn other_files_go_by_their_paths() {
        let (image, audio, text) = (Medium::Image, Medium::Audio, Medium::Text);
        for (path, medium, tag, step) in [
            ("figure.PNG", image, "figure", 0),
            ("plots/roc.jpg", image, "plots/roc", 0),
            ("images/cat.png", image, "images/cat", 0),
            ("audio/a/b/12.wav", audio, "a/b", 12),
            ("audio/a~b/12_1.wav", audio, "a/b", 12),
            ("audio/a/12~2.wav", audio, "a", 12),
            ("audio/a~b/-3~2_1.wav", audio, "a/b", -3),
            ("audio/a/take~two.wav", audio, "audio/a/take~two", 0),
            ("audio/12.wav", audio, "audio/12", 0),
            ("speech/3.wav", audio, "speech/3", 0),
            ("text/a_x3D_1/-4.md", text, "a=1", -4),
            ("text/a~b/4~2.md", text, "a/b", 4),
            ("text/a/4_1.md", text, "text/a/4_1", 0),
        ] {
            assert_eq!(media(path), (medium, tag.to_owned(), step, None), "{path}");
        }
        for path in [
            "model.onnx",
            "README.md",
            "text",
            "speech.mp3",
            "table.json",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
