//! What holds for the logdir as a whole.

use serde_json::Value;

use super::tensorboard::Mode;
use super::{PARTS, answers, list, shown};

#[test]
fn nothing_is_refused() {
    for shown in shown() {
        assert_eq!(shown.answer["load_failed"], false, "{:?}", shown.mode);
        let mut refusals = Vec::new();
        collect_refusals("", &shown.answer, &mut refusals);
        assert_eq!(refusals, [""; 0], "{:?}", shown.mode);
    }
}

fn collect_refusals(path: &str, answer: &Value, refusals: &mut Vec<String>) {
    match answer {
        Value::Object(fields) => {
            if fields.contains_key("error") {
                refusals.push(format!("{path}: {answer}"));
            }
            for (name, field) in fields {
                collect_refusals(&format!("{path}/{name}"), field, refusals);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect_refusals(&format!("{path}/{i}"), item, refusals);
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_is_warned_about() {
    for shown in shown() {
        let warnings = list(&shown.answer["warnings"]).iter();
        let mut warnings: Vec<_> = warnings.map(|line| line.as_str().unwrap()).collect();
        if shown.mode == Mode::Slow {
            // Two runs were resumed from a step, and the Python code says what it drops of each.
            let restart = "Detected out of order event.step likely caused by a TensorFlow restart";
            let before = warnings.len();
            warnings.retain(|line| !line.contains(restart));
            assert_eq!(before - warnings.len(), 2, "the restarts are noticed");
        }
        assert_eq!(warnings, [""; 0], "{:?}", shown.mode);
    }
}

#[test]
fn every_run_and_its_dashboards_are_there() {
    for shown in shown() {
        let runs = list(&shown.answer["runs"]);
        for (run, _) in PARTS {
            assert!(runs.contains(&Value::from(*run)), "{:?}: {run}", shown.mode);
        }
        for tab in [
            "scalars",
            "histograms",
            "distributions",
            "images",
            "audio",
            "text",
            "graphs",
            "pr_curves",
            "mesh",
            "hparams",
            "custom_scalars",
            "timeseries",
        ] {
            let is_shown = &shown.answer["plugins_listing"][tab];
            assert_eq!(is_shown, true, "{:?}: {tab}", shown.mode);
        }
    }
}

#[test]
fn the_python_readers_read_every_record() {
    let Some(answers) = answers() else { return };
    let files = answers.accumulated["files"].as_object().unwrap();
    for (file, found) in files {
        assert_eq!(found["error"], Value::Null, "{file}");
        assert_eq!(found["records"], answers.events[file], "{file}");
        let by = format!("tfevents {}", env!("CARGO_PKG_VERSION"));
        // The file that one run was resumed after is not ours.
        let is_ours = !file.ends_with("events.out.tfevents.1000000000.host");
        assert_eq!(found["source_writer"] == *by, is_ours, "{file}");
    }
    assert_eq!(files.len(), answers.events.len());
    for (run, found) in answers.accumulated["runs"].as_object().unwrap() {
        assert_eq!(found["error"], Value::Null, "{run}");
        assert_eq!(found["file_version"], "2.0", "{run}");
    }
}
