//! Every number, step, time and tag.

use std::path::Path;

use serde_json::Value;
use tfevents::plugin::scalar::Scalar;
use tfevents::{At, WallTime};

use super::{NOW, accumulated, list, number, shown, writer};

const RUN: &str = "scalars";

/// Numbers that get lost easily.
const VALUES: [f32; 16] = [
    0.0,
    -0.0,
    1.0,
    0.1,
    f32::NAN,
    -1e-3,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::MAX,
    f32::MIN,
    f32::MIN_POSITIVE,
    // The least number above 0, and the greatest that is not normal.
    f32::from_bits(1),
    f32::from_bits(0x007f_ffff),
    f32::EPSILON,
    // Where floats end to hold every integer.
    16_777_215.0,
    123_456.79,
];

/// Steps beyond what fits into 32 bits, and into the integers of a double.
const STEPS: [i64; 12] = [
    i64::MIN,
    -(1 << 53) - 1,
    -5,
    -1,
    0,
    1,
    2,
    i32::MAX as i64,
    1 << 32,
    (1 << 53) + 1,
    i64::MAX - 1,
    i64::MAX,
];

const TIMES: [f64; 6] = [
    -1.5,
    0.0,
    1e-3,
    1_700_000_000.123_456_7,
    1_700_000_000.1,
    4_102_444_800.999_999,
];

/// Numbers that 32 bits do not hold, after one that they do.
const EXACT: [f64; 5] = [0.25, 0.1, 16_777_217.0, -1e-300, 1e300];

const TAGS: [&str; 13] = [
    "plain",
    "train/loss",
    "a/b/c/d/e",
    "/leading",
    "trailing/",
    "with space",
    " spaces around ",
    "<b>bold</b> & \"quotes\" 'too'",
    "100%?a=b&c#d+e;f",
    "back\\slash",
    "two\nlines\tand a tab",
    "Größe/損失/🙂/e\u{301}",
    ".",
];

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    for (step, value) in (0..).zip(VALUES) {
        writer.add_scalar("values", value, step).unwrap();
    }
    for step in STEPS {
        writer.add_scalar("steps", 1, step).unwrap();
    }
    for (step, secs) in (0..).zip(TIMES) {
        let at = At::from(step).at(WallTime::from_secs(secs));
        writer.add_scalar("times", 1, at).unwrap();
    }
    for (tag, i) in TAGS.iter().zip(0..) {
        writer.add_scalar(tag, i, i).unwrap();
    }
    writer.add_scalar(&"long".repeat(1000), 1, 1).unwrap();
    writer.add_scalar("other types/f64", 0.1f64, 1).unwrap();
    writer.add_scalar("other types/bool", true, 1).unwrap();
    writer.add_scalar("other types/u64", u64::MAX, 1).unwrap();
    writer.add_scalar("other types/large", 1e300, 1).unwrap();

    for (step, value) in (0..).zip(EXACT) {
        writer.add("exact", &Scalar::exact(value), step).unwrap();
    }
    writer.add_scalar("exact", 0.5, EXACT.len()).unwrap();
    let described = Scalar::new(0.25)
        .display_name("Loss")
        .description("Mean **cross entropy**");
    writer.add("described", &described, 1).unwrap();
    writer.add_scalar("described", 0.125, 2).unwrap();
    writer.add("described", &Scalar::new(f32::NAN), 3).unwrap();
    writer.close().unwrap();
}

fn points(series: &Value) -> impl Iterator<Item = (f64, i64, f64)> {
    list(&series["points"]).iter().map(|point| {
        let step = point[1].as_i64().unwrap();
        (number(&point[0]), step, number(&point[2]))
    })
}

/// Equality that tells zeros apart, and takes one not-a-number for another.
fn bits(numbers: impl IntoIterator<Item = f64>) -> Vec<u64> {
    let bits = |x: f64| if x.is_nan() { f64::NAN } else { x }.to_bits();
    numbers.into_iter().map(bits).collect()
}

#[test]
fn every_number_is_shown_as_it_was_logged() {
    for shown in shown() {
        let points: Vec<_> = points(shown.series("scalars", RUN, "values")).collect();
        assert!(points.iter().all(|point| point.0 == NOW), "{points:?}");
        assert!(points.iter().map(|point| point.1).eq(0..16), "{points:?}");
        let values: Vec<_> = points.iter().map(|point| point.2).collect();
        assert_eq!(
            bits(values.iter().copied()),
            bits(VALUES.map(f64::from)),
            "{:?}: {values:?}",
            shown.mode
        );
    }
}

#[test]
fn every_step_is_shown_as_it_was_logged() {
    for shown in shown() {
        let steps = points(shown.series("scalars", RUN, "steps")).map(|(_, step, _)| step);
        assert_eq!(steps.collect::<Vec<_>>(), STEPS, "{:?}", shown.mode);
    }
}

#[test]
fn every_time_is_shown_as_it_was_logged() {
    for shown in shown() {
        let times: Vec<_> = points(shown.series("scalars", RUN, "times"))
            .map(|(time, _, _)| time)
            .collect();
        assert_eq!(times, TIMES, "{:?}", shown.mode);
    }
}

#[test]
fn every_tag_is_a_series_of_its_own() {
    for shown in shown() {
        for (tag, i) in TAGS.iter().zip(0..) {
            let series = shown.series("scalars", RUN, tag);
            let points: Vec<_> = points(series).map(|(_, step, x)| (step, x)).collect();
            assert_eq!(points, [(i, i as f64)], "{:?}: {tag:?}", shown.mode);
        }
        let logged = TAGS.len() + 3 + 1 + 4 + 1 + 1;
        assert_eq!(shown.tags("scalars", RUN).len(), logged, "{:?}", shown.mode);
        shown.series("scalars", RUN, &"long".repeat(1000));
    }
}

#[test]
fn numbers_of_other_types_are_the_nearest_float() {
    for shown in shown() {
        for (name, value) in [
            ("f64", f64::from(0.1f32)),
            ("bool", 1.0),
            ("u64", 2f64.powi(64)),
            ("large", f64::INFINITY),
        ] {
            let series = shown.series("scalars", RUN, &format!("other types/{name}"));
            let values: Vec<_> = points(series).map(|(_, _, value)| value).collect();
            assert_eq!(values, [value], "{:?}: {name}", shown.mode);
        }
    }
}

#[test]
fn exact_numbers_are_shown_as_the_nearest_float() {
    for shown in shown() {
        let values = points(shown.series("scalars", RUN, "exact")).map(|(_, _, value)| value);
        #[expect(clippy::cast_possible_truncation, reason = "what is shown")]
        let expected = EXACT.map(|value| f64::from(value as f32));
        let expected = expected.into_iter().chain([0.5]);
        assert_eq!(bits(values), bits(expected), "{:?}", shown.mode);
    }
}

#[test]
fn a_description_is_shown_with_all_points_of_its_series() {
    for shown in shown() {
        let series = shown.series("scalars", RUN, "described");
        assert_eq!(series["displayName"], "Loss", "{:?}", shown.mode);
        let html = "<p>Mean <strong>cross entropy</strong></p>";
        assert_eq!(series["description"], html, "{:?}", shown.mode);
        let points = points(series).map(|(_, step, value)| (step, value));
        let (steps, values): (Vec<_>, Vec<_>) = points.unzip();
        assert_eq!(steps, [1, 2, 3]);
        assert_eq!(
            bits(values),
            bits([0.25, 0.125, f64::NAN]),
            "{:?}",
            shown.mode
        );
    }
}

/// The same numbers, as Python prints them.
fn parsed(points: &Value, field: &str) -> Vec<f64> {
    let texts = list(points).iter().map(|point| point[field].as_str());
    texts.map(|text| text.unwrap().parse().unwrap()).collect()
}

#[test]
fn the_python_readers_find_every_point() {
    let Some(run) = accumulated(RUN) else { return };
    let scalars = &run["scalars"];
    let values = parsed(&scalars["values"], "value");
    assert_eq!(bits(values), bits(VALUES.map(f64::from)));
    assert!(
        parsed(&scalars["values"], "wall_time")
            .iter()
            .all(|&t| t == NOW)
    );
    let steps = list(&scalars["steps"]).iter().map(|p| p["step"].as_i64());
    assert_eq!(steps.map(Option::unwrap).collect::<Vec<_>>(), STEPS);
    assert_eq!(parsed(&scalars["times"], "wall_time"), TIMES);
    for tag in TAGS {
        assert_eq!(list(&scalars[tag]).len(), 1, "{tag:?}");
    }

    // Tensors are another list to these readers, which convert nothing.
    assert_eq!(parsed(&scalars["described"], "value"), [0.125]);
    let [first, last] = list(&run["tensors"]["described"]) else {
        panic!("{run}");
    };
    assert_eq!((&first["step"], &last["step"]), (&1.into(), &3.into()));
    assert_eq!(
        (&first["dtype"], &first["shape"]),
        (&"DT_FLOAT".into(), &Value::Array(vec![]))
    );
    assert_eq!(
        (&first["values"][0], &last["values"][0]),
        (&"0.25".into(), &"nan".into())
    );
    let metadata = &run["metadata"]["described"];
    assert_eq!(metadata["plugin_name"], "scalars");
    assert_eq!(metadata["description"], "Mean **cross entropy**");
}
