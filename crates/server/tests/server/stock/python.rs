//! What this data server hands to the dashboards, beside what the Python loader hands to them.

use super::*;

/// What a data provider hands out: runs, classes of data, plugins and tags.
fn provided(logdir: &Path, flags: &[&str]) -> Value {
    finish(script("provide.py").arg(logdir).args(flags))
}

/// A copy without runs that have nothing, and with numbers in the single precision of the protocol.
fn comparable(mut provided: Value) -> Value {
    let runs = provided.as_object_mut().unwrap();
    runs.retain(|_, classes| {
        classes
            .as_object()
            .is_none_or(|classes| !classes.is_empty())
    });
    for classes in runs.values_mut() {
        let plugins = classes.get_mut("scalars").and_then(Value::as_object_mut);
        let tags = plugins.into_iter().flat_map(serde_json::Map::values_mut);
        let series = tags
            .filter_map(Value::as_object_mut)
            .flat_map(serde_json::Map::values_mut);
        for series in series {
            let points = series["points"].as_array_mut();
            for point in points.into_iter().flatten() {
                #[expect(clippy::cast_possible_truncation, reason = "the protocol has no other")]
                let single = point[2].as_f64().map(|value| value as f32);
                if let Some(single) = single {
                    point[2] = single.into();
                }
            }
        }
    }
    provided
}

/// Where the Python loader hands out something else.
const DELIBERATE: &[Deliberate] = &[
    Deliberate {
        why: "what a value of an older form says about its series is kept, not replaced",
        holds: |at, _, ours| {
            matches!(at, [_, _, _, tag, "content"] if !tag.starts_with("mixed/"))
                && ours == &json!({"bytes": "Y29udGVudA=="})
        },
    },
    Deliberate {
        why: "what later values say about a series counts as well, and numbers are scalars if nothing says what they are",
        holds: |at, theirs, _| matches!(at, [_, _, _, tag] if tag.ends_with("/late") && theirs.is_null()),
    },
    Deliberate {
        why: "values without a tensor have an empty one, where the Python provider fails",
        holds: |at, theirs, ours| match at {
            [_, _, "hparams", "error"] => ours.is_null(),
            [_, _, "hparams", tag] => tag.starts_with("hparams/") && theirs.is_null(),
            _ => false,
        },
    },
    Deliberate {
        why: "a tag that was used for numbers and for something else has both, and neither takes points of the other",
        holds: |at, _, _| matches!(at, [_, _, _, tag, ..] if tag.starts_with("mixed/")),
    },
    Deliberate {
        why: "what is behind a damaged record is shown",
        holds: |at, _, _| {
            matches!(
                at,
                [
                    damaged::RUN_OF_SCALAR | damaged::RUN_OF_HEADER | damaged::RUN_OF_PICTURE,
                    ..
                ]
            )
        },
    },
];

#[test]
fn dashboards_get_what_they_get_from_the_python_loader() {
    let generated = tempfile::tempdir().unwrap();
    let mut met = vec![false; DELIBERATE.len()];
    let mut unknown = Vec::new();
    for logdir in all_kinds_of(&generated) {
        let theirs = comparable(provided(&logdir, &["--mode", "slow"]));
        let flags = ["--mode", "fast", "--server", SERVER, "--policy", "slow"];
        let ours = comparable(provided(&logdir, &flags));
        differences(&mut Vec::new(), &theirs, &ours, &mut |at, theirs, ours| {
            let known = DELIBERATE
                .iter()
                .position(|known| (known.holds)(at, theirs, ours));
            match known {
                Some(known) => met[known] = true,
                None => unknown.push(format!(
                    "{} {at:?}: {theirs} became {ours}",
                    logdir.display()
                )),
            }
        });
    }
    assert!(
        unknown.is_empty(),
        "{}: {:#?}",
        unknown.len(),
        &unknown[..unknown.len().min(20)]
    );
    // The table says nothing that does not happen.
    for (known, met) in DELIBERATE.iter().zip(met) {
        assert!(met || venv::is_unwanted(), "{}", known.why);
    }
}

/// Where two answers differ, down to what is known of a series.
fn differences<'v>(
    at: &mut Vec<&'v str>,
    theirs: &'v Value,
    ours: &'v Value,
    found: &mut impl FnMut(&[&str], &Value, &Value),
) {
    const NOTHING: &Value = &Value::Null;
    const SERIES: usize = 4;
    let (names, others) = (theirs.as_object(), ours.as_object());
    let is_inner = match at.len() {
        // A run, class or plugin that one of them does not have is one without series.
        ..SERIES => names.is_some() || others.is_some(),
        SERIES => names.is_some() && others.is_some(),
        _ => false,
    };
    if !is_inner {
        if theirs != ours {
            found(at, theirs, ours);
        }
        return;
    }
    let names = names.into_iter().flat_map(serde_json::Map::keys);
    let missing = others.into_iter().flat_map(serde_json::Map::keys);
    let missing = missing.filter(|key| theirs.get(key).is_none());
    for key in names.chain(missing) {
        let [theirs, ours] = [theirs, ours].map(|answer| answer.get(key).unwrap_or(NOTHING));
        at.push(key);
        differences(at, theirs, ours, found);
        at.pop();
    }
}
