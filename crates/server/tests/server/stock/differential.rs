//! Each message of ours beside the same message of TensorBoard's own data server.

use super::*;

/// Where answers may differ: what ours is, and why.
struct Deliberate {
    why: &'static str,
    /// Whether a difference is one of these: its place, their answer, and ours.
    holds: fn(at: &[&str], theirs: &Value, ours: &Value) -> bool,
}

const DELIBERATE: &[Deliberate] = &[
    Deliberate {
        why: "sounds of the older form are said to be WAV, so that browsers play them",
        holds: |at, theirs, ours| {
            matches!(at, ["ListBlobSequences audio", _, _, "content"])
                && (theirs, ours) == (&"1801".into(), &"100b1801".into())
        },
    },
    Deliberate {
        why: "names and descriptions of values of the older form are kept",
        holds: |at, theirs, ours| {
            matches!(at, [_, _, _, "display_name" | "description"]) && theirs == "" && ours != ""
        },
    },
    Deliberate {
        why: "scalars of any type of number are shown",
        holds: |at, theirs, ours| match at {
            [_, _, tag]
                if tag.starts_with("double")
                    || tag.starts_with("int/")
                    || *tag == "scalars_plugin" =>
            {
                is_nothing(theirs) && !is_nothing(ours)
            }
            _ => false,
        },
    },
    Deliberate {
        why: "what later values say about a series counts as well",
        holds: |at, theirs, ours| match at {
            [_, _, tag] if tag.ends_with("/late") => is_nothing(theirs) && !is_nothing(ours),
            // Of the older forms, which say themselves what they are.
            [_, _, tag, "content"] if tag.ends_with("/late") => ours == &hex("content"),
            _ => false,
        },
    },
    Deliberate {
        why: "a tag that was used for numbers and for something else has both, and neither takes points of the other",
        holds: |at, theirs, ours| match at {
            [_, _, tag, ..] if tag.starts_with("mixed/") => !is_nothing(ours) || is_nothing(theirs),
            _ => false,
        },
    },
    Deliberate {
        why: "histograms of the older form are converted as the Python loader does it: no empty buckets at both ends",
        holds: |at, theirs, ours| match at {
            [read, _, _] if read.starts_with("ReadTensors histograms") => {
                let but_values = |points: &Value| -> Option<Vec<Value>> {
                    let points = points.as_array()?.iter();
                    Some(
                        points
                            .map(|point| Value::from(&point.as_array().unwrap()[..2]))
                            .collect(),
                    )
                };
                but_values(theirs).is_some() && but_values(theirs) == but_values(ours)
            }
            _ => false,
        },
    },
];

/// A series that is not there, or has no points.
fn is_nothing(answer: &Value) -> bool {
    answer.is_null() || answer.as_array().is_some_and(Vec::is_empty)
}

fn hex(text: &str) -> Value {
    text.bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}

#[test]
fn answers_differ_only_where_they_are_meant_to() {
    let mut met = vec![false; DELIBERATE.len()];
    let mut unknown = Vec::new();
    let mut logdirs = fixtures();
    let generated = tempfile::tempdir().unwrap();
    if !logdirs.is_empty() {
        generated::log(generated.path(), 300);
        logdirs.push(generated.path().to_owned());
    }
    for logdir in logdirs {
        let differences = finish(script("servers.py").arg(&logdir).args(["--ours", SERVER]));
        for difference in differences.as_array().unwrap() {
            let at = difference["at"].as_array().unwrap().iter();
            let at: Vec<_> = at.map(|name| name.as_str().unwrap()).collect();
            let (theirs, ours) = (&difference["theirs"], &difference["ours"]);
            let known = DELIBERATE
                .iter()
                .position(|known| (known.holds)(&at, theirs, ours));
            match known {
                Some(known) => met[known] = true,
                None => unknown.push(format!("{}: {difference}", logdir.display())),
            }
        }
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
