//! `MAPPING.md`, row by row: a run that has all of it, pushed once and read back through MLflow's client.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value as Json, json};
use tfevents::Logdir;
use tfevents_mlflow::{Losses, Options, Source};

use crate::everything::{self, GIF, TIMES, graph, long_tag, picture, sound};
use crate::push;
use crate::server::{Run, Server};

/// The run as MLflow holds it.
struct Pushed {
    run: Run,
    /// The artifacts by path, each as the client read it.
    files: BTreeMap<String, Vec<u8>>,
    /// The event files, in order.
    logged: Vec<Vec<u8>>,
    losses: Losses,
}

/// Ends the test unless what a row says is so.
type Check = fn(&Pushed);

/// The rows.
const ROWS: &[(&str, Check)] = &[
    ("run", run),
    ("times", times),
    ("status", status),
    ("note", note),
    ("files", event_files),
    ("dropped", dropped),
    ("damage", damage),
    ("scalar", scalar),
    ("step", step),
    ("time", time),
    ("early", early),
    ("nan", nan),
    ("infinity", infinity),
    ("zero", zero),
    ("integer", integer),
    ("large", large),
    ("again", again),
    ("key", key),
    ("long", long),
    ("best", best),
    ("param", param),
    ("long_param", long_param),
    ("image", image),
    ("thumbnail", thumbnail),
    ("format", format),
    ("audio", audio),
    ("text", text),
    ("table", table),
    ("histogram", histogram),
    ("pr_curve", pr_curve),
    ("mesh", mesh),
    ("graph", graph_files),
    ("keras", keras),
    ("run_metadata", run_metadata),
    ("hparams", hparams),
    ("layout", layout),
    ("tensor", tensor),
    ("broken", broken),
    ("description", description),
    ("log", log),
    ("embedding", embedding),
    ("profile", profile),
    ("name", name),
    ("twins", twins),
];

#[test]
fn every_row_has_a_test() {
    let page = include_str!("../../MAPPING.md");
    let (page, _back) = page.split_once("## Back again").unwrap();
    // A blank line ends a table: rows behind it are shown as text.
    let (mut before, mut outside) = ("", Vec::new());
    for line in page.lines() {
        if line.starts_with('|') && !before.starts_with('|') && !line.starts_with("| row |") {
            outside.push(line);
        }
        before = line;
    }
    assert!(outside.is_empty(), "rows outside of tables: {outside:#?}");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let names = rows.filter_map(|row| Some(row.split_once(" |")?.0));
    let names: Vec<_> = names.filter(|name| *name != "row").collect();
    let tested: Vec<_> = ROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, tested);
}

#[test]
#[ignore = "starts mlflow server, see .ci/run"]
fn smoke_every_row_is_so() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let logdir = dir.path().join("exp1");
    everything::log(&logdir);
    let logged = Logdir::open(dir.path()).unwrap();
    let runs = logged.runs();
    let options = Options {
        experiment: "mapping".to_owned(),
        event_files: true,
        best: vec!["min:whole".parse().unwrap()],
        ..Options::default()
    };
    let pushed = push(server.uri(), &Source::all(dir.path()).unwrap(), &options);
    let [pushed] = &pushed[..] else {
        panic!("{pushed:?}")
    };
    let run = server.runs("mapping").remove(0);
    let files = run.artifacts.iter().map(|(path, artifact)| {
        let bytes = server.artifact(&run, path);
        assert_eq!(bytes.len() as u64, artifact.size);
        (path.clone(), bytes)
    });
    let pushed = Pushed {
        files: files.collect(),
        logged: runs[0]
            .files()
            .iter()
            .map(|file| fs::read(file).unwrap())
            .collect(),
        losses: pushed.losses.clone(),
        run,
    };
    let is_wrong = |is_so: &Check| catch_unwind(AssertUnwindSafe(|| is_so(&pushed))).is_err();
    let wrong = ROWS.iter().filter(|(_, is_so)| is_wrong(is_so));
    let wrong: Vec<_> = wrong.map(|(name, _)| *name).collect();
    assert!(wrong.is_empty(), "these rows are not so: {wrong:?}");
}

impl Pushed {
    /// The points of a metric as step, time and value.
    fn points(&self, key: &str) -> Vec<(i64, i64, f64)> {
        let points = self.run.metrics[key].iter();
        points.map(|p| (p.step, p.time, p.value)).collect()
    }

    fn lost(&self, kind: &str) -> u64 {
        let mut losses = self.losses.iter();
        let loss = losses.find(|(found, _)| found.name() == kind);
        loss.map_or(0, |(_, loss)| loss.count)
    }

    /// The lines about a series.
    fn series(&self, kind: &str, name: &str) -> Vec<Json> {
        let bytes = &self.files[&format!("tfevents/{kind}/{name}.jsonl")];
        let text = std::str::from_utf8(bytes).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The files of pictures of a series at a step; whether the small ones.
    fn pictures(&self, name: &str, step: i64, small: bool) -> Vec<&[u8]> {
        let time = "1700000000123";
        let start = format!("images/{name}+step+{step}+timestamp+{time}+");
        let files = self
            .files
            .iter()
            .filter(|(path, _)| path.starts_with(&start));
        let files = files.filter(|(path, _)| path.contains("+compressed.") == small);
        files.map(|(_, bytes)| &**bytes).collect()
    }

    fn page(&self, path: &str) -> &str {
        std::str::from_utf8(&self.files[path]).unwrap()
    }
}

fn run(pushed: &Pushed) {
    assert_eq!(pushed.run.info.name, "exp1");
    assert!(pushed.run.tags["tfevents.run"].starts_with("exp1/events.out.tfevents."));
}

fn times(pushed: &Pushed) {
    assert_eq!(pushed.run.info.start, 1_700_000_000_123);
    assert_eq!(pushed.run.info.end, Some(1_700_000_100_750));
}

fn status(pushed: &Pushed) {
    assert_eq!(pushed.run.info.status, "FINISHED");
}

fn event_files(pushed: &Pushed) {
    let stored = pushed
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("tfevents/events.out"));
    let stored: Vec<_> = stored.map(|(_, bytes)| bytes.clone()).collect();
    assert_eq!(stored, pushed.logged);
}

fn note(pushed: &Pushed) {
    // The last text of `note`.
    assert_eq!(pushed.run.tags["mlflow.note.content"], "again");
    assert_eq!(pushed.files["text/note/4~2.md"], b"again");
}

fn dropped(pushed: &Pushed) {
    let dropped: Json = serde_json::from_str(&pushed.run.tags["tfevents.dropped"]).unwrap();
    assert_eq!(dropped["infinity"], 2);
}

fn damage(pushed: &Pushed) {
    assert!(!pushed.run.metrics.contains_key("lost"));
    assert_eq!(pushed.points("after"), [(2, 1_700_000_100_750, 1.0)]);
    assert_eq!(pushed.lost("damage"), 1);
}

fn scalar(pushed: &Pushed) {
    let loss = pushed.points("loss");
    let values: Vec<_> = loss.iter().map(|(_, _, value)| *value).collect();
    assert_eq!(values, [-1.0 / 3.0, 0.1, f64::MIN_POSITIVE]);
}

fn step(pushed: &Pushed) {
    let loss = pushed.points("loss");
    let steps: Vec<_> = loss.iter().map(|(step, _, _)| *step).collect();
    assert_eq!(steps, [i64::MIN, 0, i64::MAX]);
}

fn time(pushed: &Pushed) {
    let loss = pushed.points("loss");
    assert!(loss.iter().all(|(_, time, _)| *time == 1_700_000_000_123));
}

fn early(pushed: &Pushed) {
    assert_eq!(pushed.points("early"), [(0, 0, 1.0)]);
    assert_eq!(pushed.lost("time"), 1);
}

fn nan(pushed: &Pushed) {
    assert!(pushed.points("odd")[0].2.is_nan());
}

fn infinity(pushed: &Pushed) {
    let odd = pushed.points("odd");
    assert_eq!((odd[1].2, odd[2].2), (f64::MAX, f64::MIN));
    assert_eq!(pushed.lost("infinity"), 2);
}

fn zero(pushed: &Pushed) {
    let odd = pushed.points("odd");
    assert_eq!(odd[3].2.to_bits(), 0.0_f64.to_bits());
    assert_eq!(pushed.lost("sign"), 1);
}

fn integer(pushed: &Pushed) {
    assert_eq!(pushed.points("whole")[0].2, 9_007_199_254_740_991.0);
}

fn large(pushed: &Pushed) {
    assert_eq!(pushed.points("whole")[1].2, 9_007_199_254_740_992.0);
    assert_eq!(pushed.lost("rounded"), 1);
}

fn again(pushed: &Pushed) {
    let again = pushed.points("again");
    assert_eq!(
        again.iter().map(|point| point.2).collect::<Vec<_>>(),
        [1.0, 2.0]
    );
}

fn key(pushed: &Pushed) {
    assert_eq!(pushed.points("loss _x28_train_x29_")[0].2, 3.0);
}

fn long(pushed: &Pushed) {
    let start = &long_tag()[..200];
    let mut keys = pushed.run.metrics.keys();
    let key = keys.find(|key| key.starts_with(start)).unwrap();
    assert!(key.len() <= 250 && key.contains("_xCUT_"));
    assert_eq!(pushed.points(key)[0].2, 4.0);
    let (_, checksum) = key.split_once("_xCUT_").unwrap();
    assert_eq!(
        pushed.run.tags[&format!("tfevents.tag/{checksum}")],
        long_tag()
    );
}

fn best(pushed: &Pushed) {
    let found = pushed.points("whole.min");
    assert_eq!(found.last().unwrap().2, 9_007_199_254_740_991.0);
    assert_eq!(pushed.points("whole.min.step").last().unwrap().2, 0.0);
}

fn param(pushed: &Pushed) {
    assert_eq!(pushed.run.params["lr"], "0.1");
}

fn long_param(pushed: &Pushed) {
    assert_eq!(pushed.page("params/a~prompt.txt"), "x".repeat(6001));
    assert!(pushed.run.params["a/prompt"].contains("params/a~prompt.txt"));
    assert_eq!(pushed.lost("long"), 1);
}

fn image(pushed: &Pushed) {
    for (sample, gray) in [(0, 1), (1, 2)] {
        let found = pushed.pictures(&format!("val~in~{sample}"), 5, false);
        assert_eq!(found, [picture(8, gray).as_bytes()]);
    }
    assert_eq!(pushed.run.tags["mlflow.loggedImages"], "True");
    let samples = &pushed.series("image", "val~in")[0]["value"]["samples"];
    assert!(
        pushed
            .files
            .contains_key(samples[1]["file"].as_str().unwrap())
    );
}

fn thumbnail(pushed: &Pushed) {
    let small = pushed.pictures("large", 0, true)[0];
    let small = tfevents::Image::encoded(small).unwrap();
    assert_eq!((small.width(), small.height()), (256, 256));
    assert_eq!(
        pushed.pictures("large", 0, false),
        [picture(300, 3).as_bytes()]
    );
    assert_eq!(
        pushed.pictures("val~in~0", 5, true),
        [picture(8, 1).as_bytes()]
    );
}

fn format(pushed: &Pushed) {
    assert_eq!(pushed.pictures("gif", 0, false), [GIF]);
    let mut names = pushed
        .files
        .keys()
        .filter(|path| path.starts_with("images/gif+"));
    assert!(names.all(|path| path.ends_with(".png")));
}

fn audio(pushed: &Pushed) {
    assert_eq!(pushed.files["audio/tone/0.wav"], sound(0.5).as_bytes());
    assert_eq!(pushed.files["audio/tones/0_0.wav"], sound(0.1).as_bytes());
    assert_eq!(pushed.files["audio/tones/0_1.wav"], sound(0.2).as_bytes());
}

fn text(pushed: &Pushed) {
    assert_eq!(pushed.files["text/note/4.md"], b"a *b*\n");
    assert_eq!(pushed.files["text/note/4~2.md"], b"again");
    let line = &pushed.series("text", "note")[0];
    assert_eq!(
        (&line["step"], &line["wall_time"]),
        (&json!(4), &json!(TIMES[0]))
    );
    assert_eq!(line["value"], "a *b*\n");
}

fn table(pushed: &Pushed) {
    assert_eq!(
        pushed.page("text/rows/0.md"),
        "| | |\n|---|---|\n| a | b\\|c |\n"
    );
}

fn histogram(pushed: &Pushed) {
    assert_eq!(pushed.series("histogram", "weights").len(), 200);
    let page = pushed.page("histograms/weights.html");
    assert!(page.contains("of 200 values are drawn") && page.contains("\"step\":199,"));
}

fn pr_curve(pushed: &Pushed) {
    let line = &pushed.series("pr_curve", "classifier")[0];
    assert!(line["value"]["precision"].is_array());
    assert!(
        pushed
            .page("pr_curves/classifier.html")
            .contains("\"precision\":[")
    );
    assert!(
        !pushed
            .run
            .metrics
            .keys()
            .any(|key| key.contains("classifier"))
    );
}

fn mesh(pushed: &Pushed) {
    let page = pushed.page("meshes/knot.html");
    assert!(page.contains("\"vertices\":[[") && page.contains("\"faces\":[[0,1,2]]"));
    let line = &pushed.series("mesh", "knot_FACE")[0];
    assert_eq!(line["value"]["faces"], json!([[0, 1, 2]]));
}

fn graph_files(pushed: &Pushed) {
    use tfevents::proto::Message as _;
    let stored = graph().to_graph_def().unwrap().encode_to_vec();
    assert_eq!(pushed.files["graphs/__run_graph__/0.pb"], stored);
    assert!(
        pushed
            .page("graphs/__run_graph__/0.html")
            .contains("net/out")
    );
}

fn keras(pushed: &Pushed) {
    let model: Json = serde_json::from_str(pushed.page("graphs/keras/0.json")).unwrap();
    assert!(model["config"].is_object());
}

fn run_metadata(pushed: &Pushed) {
    let line = &pushed.series("graph", "step 1")[0];
    let path = line["value"]["run_metadata"]["file"].as_str().unwrap();
    assert_eq!(path, "graphs/step 1/0.pb");
    assert!(pushed.files.contains_key(path));
}

fn hparams(pushed: &Pushed) {
    let line = &pushed.series("hparams", "_hparams_~session_start_info")[0];
    assert_eq!(line["value"]["session_start"]["hparams"]["lr"], 0.1);
}

fn layout(pushed: &Pushed) {
    let line = &pushed.series("custom_scalars", "custom_scalars__config__")[0];
    assert_eq!(line["value"]["categories"][0]["title"], "losses");
}

fn tensor(pushed: &Pushed) {
    let value = &pushed.series("other", "another plugin")[0]["value"];
    assert_eq!(value["stored"]["tensor"]["values"], json!([0.5]));
    assert_eq!(value["metadata"]["plugin"], "plugin of ours");
    assert_eq!(
        value["metadata"]["content"],
        json!({"base64": "Y29udGVudA=="})
    );
}

fn broken(pushed: &Pushed) {
    let line = &pushed.series("mesh", "a mesh")[0];
    assert_eq!(line["value"]["stored"]["tensor"]["values"], json!([0.5]));
    assert!(line["problem"].is_string());
    assert_eq!(pushed.lost("value"), 1);
}

fn description(pushed: &Pushed) {
    let about: Json = serde_json::from_str(pushed.page("tfevents/descriptions.json")).unwrap();
    assert_eq!(about["described"]["description"], "What is left");
}

fn log(pushed: &Pushed) {
    let line: Json = serde_json::from_str(pushed.page("tfevents/log.jsonl")).unwrap();
    assert_eq!(
        (&line["level"], &line["message"]),
        (&json!(30), &json!("slow"))
    );
}

fn embedding(pushed: &Pushed) {
    let config = pushed.page("projector/projector_config.pbtxt");
    assert!(config.contains("words"));
    let mut files = pushed
        .files
        .keys()
        .filter(|path| path.starts_with("projector/"));
    let vectors = files.find(|path| path.ends_with("tensors.tsv")).unwrap();
    let named = vectors.strip_prefix("projector/").unwrap();
    assert!(config.contains(named), "{config} names {named}");
}

fn profile(pushed: &Pushed) {
    let path = "plugins/profile/2026_01_31_12_00_00/host.xplane.pb";
    assert_eq!(pushed.files[path], b"a profile");
}

fn name(pushed: &Pushed) {
    assert_eq!(pushed.page("text/_x2E_.~a b_x25_/0.md"), "odd");
}

fn twins(pushed: &Pushed) {
    assert_eq!(pushed.page("text/Twin/0.md"), "first");
    let mut files = pushed
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("text/twin_xCUT_"));
    assert_eq!(files.next().unwrap().1, b"second");
}
