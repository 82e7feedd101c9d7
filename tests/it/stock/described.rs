//! Names and descriptions, of every kind that has a place for them.

use std::path::Path;

use serde_json::json;
use tfevents::{
    Audio, Bitmap, Channels, Description, Layout, Mesh, OwnedTensor, PrCurve, SummaryWriter,
};

use super::{accumulated, shown, writer};

const RUN: &str = "described";

/// The tags, of which each has a kind of its own.
const TAGS: [&str; 10] = [
    "scalar",
    "handle",
    "group/a",
    "histogram",
    "image",
    "audio",
    "pr",
    "mesh",
    "text",
    "tensor",
];

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    for tag in TAGS {
        let description = Description::new(format!("What **{tag}** is"));
        writer
            .describe(tag, description.display_name(format!("The {tag}")))
            .unwrap();
    }
    for step in 0..3 {
        log_step(&writer, step).unwrap();
    }
    writer.close().unwrap();
}

fn log_step(writer: &SummaryWriter, step: i64) -> tfevents::Result<()> {
    writer.add_scalar("scalar", step, step)?;
    writer.scalar("handle")?.log(step, step)?;
    writer.add_scalars("group", [("a", step)], step)?;
    writer.add_histogram("histogram", [1, 2, 3], step)?;
    writer.add_image("image", Bitmap::new(&[true], Layout::Hw, &[1, 1])?, step)?;
    let sound = Audio::new(&[0.5f32; 100], Channels::Mono, 8000)?;
    writer.add_audio("audio", &sound, step)?;
    writer.add_pr_curve_raw("pr", &PrCurve::new([1, 0], [0.7, 0.1])?, step)?;
    writer.add_mesh("mesh", &Mesh::new([[0.0; 3]]), step)?;
    writer.add_text("text", step, step)?;
    writer.add_tensor("tensor", OwnedTensor::from(1.5f64), step)
}

#[test]
fn every_kind_has_its_description() {
    for shown in shown() {
        for (dashboard, tag) in [
            ("scalars", "scalar"),
            ("scalars", "handle"),
            ("scalars", "group/a"),
            ("histograms", "histogram"),
            ("images", "image"),
            ("audio", "audio"),
            ("pr_curves", "pr"),
        ] {
            let listed = &shown.answer["tags"][dashboard][RUN][tag];
            assert_eq!(
                listed["description"],
                json!(format!("<p>What <strong>{tag}</strong> is</p>")),
                "{:?} {dashboard} {listed}",
                shown.mode
            );
            assert_eq!(
                listed["displayName"],
                json!(format!("The {tag}")),
                "{:?} {dashboard}",
                shown.mode
            );
        }
        // What has no place for one is shown all the same.
        assert_eq!(shown.tags("mesh", RUN), ["mesh"], "{:?}", shown.mode);
        assert_eq!(shown.tags("text", RUN), ["text"], "{:?}", shown.mode);
    }
}

/// All of them, by all of TensorBoard's readers.
#[test]
fn described_scalars_have_all_their_points() {
    for shown in shown() {
        for tag in ["scalar", "handle", "group/a"] {
            let points = &shown.series("scalars", RUN, tag)["points"];
            let steps: Vec<_> = super::list(points).iter().map(|p| &p[1]).collect();
            assert_eq!(steps, [0, 1, 2], "{:?} {tag}", shown.mode);
        }
    }
    let Some(run) = accumulated(RUN) else { return };
    for tag in ["scalar", "handle", "group/a"] {
        let points = super::list(&run["scalars"][tag]);
        let steps: Vec<_> = points.iter().map(|point| &point["step"]).collect();
        assert_eq!(steps, [0, 1, 2], "{tag}");
        assert_eq!(
            run["metadata"][tag]["description"],
            json!(format!("What **{tag}** is"))
        );
    }
}
