//! Each message of ours beside the same message of TensorBoard's own data server.

use super::*;

/// Where answers may differ.
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
        why: "an answer of few points has those that stand out, not random ones; both end with the last",
        holds: |at, theirs, ours| match (at, theirs.as_array(), ours.as_array()) {
            ([read, ..], Some(theirs), Some(ours)) if read.ends_with(" 5") => {
                let steps = [theirs, ours].map(|points| points.last().map(|point| &point[0]));
                theirs.len().max(ours.len()) <= 5 && steps[0] == steps[1]
            }
            _ => false,
        },
    },
    Deliberate {
        why: "who asks for no points gets all: TensorBoard asks so when it was told to show all",
        holds: |at, theirs, ours| {
            matches!(at, [read, ..] if read.ends_with(" 0"))
                && is_nothing(theirs)
                && !is_nothing(ours)
        },
    },
    Deliberate {
        why: "a damaged image is an error, not shown",
        holds: |at, theirs, ours| match at {
            [read, damaged::RUN_OF_PICTURE, _] if read.starts_with("Read") => {
                // With its width and height, which are in the same record.
                let error = json!(["DATA_LOSS", "DATA_LOSS", "DATA_LOSS"]);
                let differ = |(theirs, ours): (&Value, &Value)| theirs == ours || ours[2] == error;
                let (theirs, ours) = (theirs.as_array().unwrap(), ours.as_array().unwrap());
                theirs.len() == ours.len() && theirs.iter().zip(ours).all(differ)
            }
            _ => false,
        },
    },
    Deliberate {
        why: "a damaged scalar is left out, not shown",
        holds: |at, theirs, ours| match at {
            [read, damaged::RUN_OF_SCALAR, _] if read.starts_with("Read") => {
                let ours: Vec<_> = ours.as_array().unwrap().iter().collect();
                let theirs = theirs.as_array().unwrap().iter();
                ours == theirs
                    .filter(|point| point[0] != damaged::STEP)
                    .collect::<Vec<_>>()
            }
            _ => false,
        },
    },
    Deliberate {
        why: "what is behind a damaged header is shown",
        holds: |at, theirs, ours| match at {
            [_, damaged::RUN_OF_HEADER, _, "max_step" | "max_wall_time"] => {
                theirs.as_f64() < ours.as_f64()
            }
            [_, damaged::RUN_OF_HEADER, _] => {
                let steps = |points: &Value| -> Vec<i64> {
                    let points = points.as_array().unwrap().iter();
                    points.map(|point| point[0].as_i64().unwrap()).collect()
                };
                let behind = |step: &i64| *step > damaged::STEP;
                steps(ours).iter().any(behind) && !steps(theirs).iter().any(behind)
            }
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
    let generated = tempfile::tempdir().unwrap();
    for logdir in all_kinds_of(&generated) {
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
