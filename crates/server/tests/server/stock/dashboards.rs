//! Every dashboard over HTTP with this data server, beside the Python loader; and all kinds of data beside both loaders.

use super::*;

/// All that TensorBoard shows of a logdir, with this data server.
fn ours(logdir: &Path) -> Value {
    let mut ask = script("ask.py");
    ask.env("TENSORBOARD_DATA_SERVER_BINARY", SERVER);
    finish(
        ask.arg(logdir)
            .args(["--mode", Mode::Fast.name(), "--bytes"]),
    )
}

fn theirs(logdir: &Path, mode: Mode) -> Value {
    support::ask(logdir, mode, &["--bytes"])
}

/// The differences between two answers, each with the place where it is.
fn differences(at: &str, theirs: &Value, ours: &Value, found: &mut Vec<(String, Value, Value)>) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            let missing = ours.keys().filter(|key| !theirs.contains_key(*key));
            for key in theirs.keys().chain(missing) {
                let [theirs, ours] = [theirs, ours].map(|map| map.get(key).unwrap_or(&Value::Null));
                differences(&format!("{at}/{key}"), theirs, ours, found);
            }
        }
        _ if theirs != ours => found.push((at.to_owned(), theirs.clone(), ours.clone())),
        _ => {}
    }
}

/// The differences between what TensorBoard shows of a logdir with a loader of its own and with this data server, but for
/// those that nobody sees.
fn differences_to(mode: Mode, logdir: &Path, ours: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    differences("", &theirs(logdir, mode), ours, &mut found);
    found.retain(|(at, theirs, ours)| {
        let leaf = at.rsplit('/').next().unwrap();
        match leaf {
            // About the loader, and about orders that none of them promises.
            "mode" | "warnings" | "runs" => false,
            // Where nothing is stated, the Python loader puts the tag there. The page shows the tag anyway.
            "displayName" => ours != "",
            // In the single precision of the protocol, and with restarts as the data server takes them.
            "points" if at.starts_with("/scalars/") => !is_part_of(ours, theirs),
            _ if at.starts_with("/tags/text/") => sorted(theirs) != sorted(ours),
            _ => true,
        }
    });
    found
}

#[test]
fn dashboards_show_what_they_show_with_the_python_loader() {
    for logdir in fixtures() {
        let found = differences_to(Mode::Slow, &logdir, &ours(&logdir));
        assert!(found.is_empty(), "{}: {found:#?}", logdir.display());
    }
}

/// Every dashboard has something to show of the gallery.
#[test]
fn the_gallery_looks_the_same_with_all_three() {
    if fixtures().is_empty() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = tempfile::tempdir().unwrap();
    let logdir = dir.path().join("gallery");
    let gallery = example::build(&root, "", "gallery");
    let written = std::process::Command::new(gallery)
        .arg(&logdir)
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    let ours = ours(&logdir);
    for dashboard in [
        "timeseries",
        "scalars",
        "custom_scalars",
        "images",
        "audio",
        "graphs",
        "distributions",
        "histograms",
        "text",
        "pr_curves",
        "hparams",
        "mesh",
        "projector",
    ] {
        assert_eq!(ours["plugins_listing"][dashboard], true, "{dashboard}");
    }
    for mode in [Mode::Fast, Mode::Slow] {
        let found = differences_to(mode, &logdir, &ours);
        assert!(found.is_empty(), "{mode:?}: {found:#?}");
    }
}

/// Whether all points are among the others, but for their precision. The last one must be.
fn is_part_of(some: &Value, all: &Value) -> bool {
    let single = |points: &Value| -> Vec<String> {
        let points = points.as_array().unwrap().iter();
        points
            .map(|point| {
                #[expect(clippy::cast_possible_truncation, reason = "the protocol has no other")]
                let value = point[2].as_f64().map(|value| value as f32);
                format!(
                    "{} {} {value:?} {}",
                    point[0],
                    point[1],
                    point[2].is_string()
                )
            })
            .collect()
    };
    let (some, all) = (single(some), single(all));
    !some.is_empty() && some.last() == all.last() && some.iter().all(|point| all.contains(point))
}

fn sorted(tags: &Value) -> Vec<String> {
    let tags = tags
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter();
    let mut tags: Vec<_> = tags.map(ToString::to_string).collect();
    tags.sort_unstable();
    tags
}
