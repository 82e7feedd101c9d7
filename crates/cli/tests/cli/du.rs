//! `tfevents du`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tfevents::{Text, proto};

use crate::support::{
    FILE, assert_documented, assert_golden, command, corpus, demo, fixture, plugin, run, scalar,
    tfevents, version, write_events,
};

const PARTS: [&str; 5] = ["data", "metadata", "framing", "events", "damaged"];

fn number(json: &Json, key: &str) -> u64 {
    json[key].as_u64().unwrap()
}

fn du(dir: impl AsRef<Path>, args: &[&str]) -> (i32, Json) {
    let args: Vec<_> = ["du", "--json"].iter().chain(args).copied().collect();
    let output = tfevents(dir, &args);
    (output.status, serde_json::from_str(&output.stdout).unwrap())
}

/// All files below a directory that count as event files: not the JSON that is called after one.
fn event_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(event_files(&path));
        } else {
            let name = path.file_name().unwrap().to_string_lossy();
            if name.contains("tfevents") && !name.ends_with(".jsonl") {
                files.push(path);
            }
        }
    }
    files
}

/// However it is asked, each byte is there once.
#[track_caller]
fn assert_sums(dir: &Path) {
    let size = |path: &PathBuf| path.metadata().unwrap().len();
    let expected: u64 = event_files(dir).iter().map(size).sum();
    assert!(expected > 0);
    for by in ["plugin", "tag", "run"] {
        for verify in [&[][..], &["--no-verify"]] {
            let args: Vec<_> = [".", "--by", by].iter().chain(verify).copied().collect();
            let (_, json) = du(dir, &args);
            // What Git LFS left in a file's place is listed, and none of the run's.
            let beside = json["beside"].as_array().unwrap().iter();
            let pointers = beside.filter(|beside| beside["kind"] == "git_lfs");
            let pointers: u64 = pointers.map(|beside| number(beside, "bytes")).sum();
            let expected = expected - pointers;
            assert_eq!(number(&json, "bytes"), expected, "{by} {verify:?}");
            let parts: u64 = PARTS.iter().map(|part| number(&json, part)).sum();
            assert_eq!(parts, expected, "{by} {verify:?}");
            let mut sum = 0;
            for group in json["groups"].as_array().unwrap() {
                let parts: u64 = PARTS.iter().map(|part| number(group, part)).sum();
                assert_eq!(number(group, "bytes"), parts, "{group}");
                sum += parts;
            }
            assert_eq!(sum, expected, "{by} {verify:?}");
        }
    }
}

#[test]
fn text_fits_eighty_columns() {
    let dir = demo();
    let mut du = command(dir.path(), &["du", "runs", "--limit", "3"]);
    du.env("COLUMNS", "80");
    let output = run(du, &[]);
    assert_eq!(output.status, 3);
    assert!(output.stderr.contains("checksum"), "{}", output.stderr);
    assert_golden("du.txt", &output.stdout);
    assert!(output.stdout.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn runs_and_tags_are_shown_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b"] {
        write_events(dir.path().join(run).join(FILE), &[scalar(0, "loss", 0.5)]);
    }
    let heads = |args: &[&str]| {
        let text = tfevents(dir.path(), &[&["du", "."], args].concat()).done();
        let heads = text.lines().filter(|line| line.ends_with("share"));
        let heads = heads.map(|line| line.split(' ').next().unwrap().to_owned());
        heads.collect::<Vec<_>>()
    };
    assert_eq!(heads(&[]), ["plugin", "run", "tag"]);
    assert_eq!(heads(&["--by", "run"]), ["run"]);
}

#[test]
fn json_is_as_documented() {
    let dir = demo();
    let args = ["du", "--json", "--limit", "1", "runs/train"];
    let json = tfevents(dir.path(), &args).done();
    assert_documented("tfevents du --json --limit 1 runs/train", &json);
}

#[test]
fn sizes_add_up_to_those_of_the_files() {
    assert_sums(&fixture(""));
    // One of these runs is damaged in the middle and at the end.
    assert_sums(&demo().path().join("runs"));
}

#[test]
fn sizes_of_real_logs_add_up() {
    let Some(corpus) = corpus("du::sizes_of_real_logs_add_up") else {
        return;
    };
    let mut checked = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let dir = entry.unwrap().path();
        // One holds how TensorBoard reads the others, compressed.
        let is_log = dir.is_dir() && dir.file_name().unwrap() != "reference";
        if is_log && !event_files(&dir).is_empty() {
            assert_sums(&dir);
            checked += 1;
        }
    }
    assert!(checked > 10, "{checked}");
}

#[test]
fn plugins_tags_and_runs_have_what_is_theirs() {
    let dir = tempfile::tempdir().unwrap();
    let note = plugin(1, "note", &Text::new("x".repeat(100_000)));
    write_events(
        dir.path().join("a").join(FILE),
        &[version("x"), scalar(0, "loss", 0.5), note],
    );
    write_events(dir.path().join("b").join(FILE), &[scalar(0, "loss", 0.5)]);
    let size = |run: &str| dir.path().join(run).join(FILE).metadata().unwrap().len();

    let (_, json) = du(dir.path(), &[".", "--by", "run"]);
    let runs: Vec<_> = json["groups"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&runs[0]["run"], number(runs[0], "bytes")),
        (&"a".into(), size("a"))
    );
    assert_eq!(
        (&runs[1]["run"], number(runs[1], "bytes")),
        (&"b".into(), size("b"))
    );

    for verify in [&[][..], &["--no-verify"]] {
        let args: Vec<_> = [".", "--by", "tag"].iter().chain(verify).copied().collect();
        let (_, json) = du(dir.path(), &args);
        let groups = json["groups"].as_array().unwrap();
        let note = &groups[0];
        assert_eq!(
            (&note["tag"], &note["plugin"]),
            (&"note".into(), &"text".into())
        );
        assert_eq!(number(note, "points"), 1);
        assert!((100_000..100_050).contains(&number(note, "data")), "{note}");
        // plugin_data { plugin_name: "text" } and data_class, with their keys and lengths.
        assert_eq!(number(note, "metadata"), 12);
        let loss = groups.iter().find(|group| group["tag"] == "loss").unwrap();
        // Of each: tag and number 11 bytes, framing 16, and around the value time, step and lengths.
        assert_eq!((number(loss, "points"), number(loss, "data")), (2, 22));
        assert_eq!(number(loss, "framing"), 32);
    }
}

#[test]
fn the_largest_records_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<_> = (0..50)
        .map(|step| plugin(step, "note", &Text::new("x".repeat(step as usize * 10))))
        .collect();
    write_events(dir.path().join(FILE), &events);
    let (_, json) = du(dir.path(), &[".", "--limit", "2"]);
    let largest = json["largest"].as_array().unwrap();
    let steps: Vec<_> = largest
        .iter()
        .map(|r| r["step"].as_i64().unwrap())
        .collect();
    assert_eq!(steps, [49, 48]);
    assert_eq!(largest[0]["record"], 49);
    let end = number(&largest[0], "offset") + number(&largest[0], "bytes");
    assert_eq!(end, dir.path().join(FILE).metadata().unwrap().len());
    let (_, json) = du(dir.path(), &[".", "--limit", "0"]);
    assert_eq!(json["largest"].as_array().unwrap().len(), 0);
}

#[test]
fn rows_that_are_not_shown_are_added_up() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<_> = (0..5).map(|i| scalar(0, &format!("t{i}"), 0.5)).collect();
    write_events(dir.path().join(FILE), &events);
    let text = tfevents(dir.path(), &["du", ".", "--by", "tag", "--limit", "2"]).done();
    assert!(
        text.contains("3 more (list them with -v)       3"),
        "{text}"
    );
}

#[test]
fn compressed_files_are_counted_unwrapped() {
    let dir = tempfile::tempdir().unwrap();
    let packed = dir.path().join("packed.tfevents");
    write_events(&packed, &[plugin(0, "note", &Text::new("x".repeat(9000)))]);
    let bytes = fs::read(&packed).unwrap();
    gzip(&packed);
    let disk = packed.metadata().unwrap().len();
    for verify in [&[][..], &["--no-verify"]] {
        let args: Vec<_> = ["packed.tfevents"].iter().chain(verify).copied().collect();
        let (status, json) = du(dir.path(), &args);
        assert_eq!(status, 0);
        assert_eq!(number(&json, "bytes"), bytes.len() as u64);
        assert_eq!(number(&json, "disk"), disk);
    }
}

/// The sizes that `du` and `inspect` have under a name, which is a run's or a plugin's.
fn sizes(dir: &Path, key: &str, args: &[&str]) -> [BTreeMap<String, u64>; 2] {
    let named = |of: &Json| of[key].as_str().unwrap_or("-").to_owned();
    let (_, usage) = du(dir, &[&[".", "--by", key], args].concat());
    let groups = usage["groups"].as_array().unwrap().iter();
    let by_du = groups.map(|group| (named(group), number(group, "bytes")));
    let stats = tfevents(dir, &[&["inspect", "--json", "."], args].concat());
    let stats: Json = serde_json::from_str(&stats.stdout).unwrap();
    let runs = stats["runs"].as_array().unwrap();
    let mut by_inspect = BTreeMap::new();
    for run in runs {
        let of_run: u64 = match key {
            "run" => {
                let plugins = run["plugins"].as_array().unwrap().iter();
                let plugins: u64 = plugins.map(|plugin| number(plugin, "bytes")).sum();
                assert_eq!(plugins, number(run, "bytes"), "{run}");
                *by_inspect.entry(named(run)).or_default() += plugins;
                plugins
            }
            _ => {
                for plugin in run["plugins"].as_array().unwrap() {
                    *by_inspect.entry(named(plugin)).or_default() += number(plugin, "bytes");
                }
                0
            }
        };
        let files = run["files"].as_array().unwrap().iter();
        let files = files.filter(|file| file["foreign"].is_null());
        let files: u64 = files.map(|file| number(file, "bytes")).sum();
        assert!(key != "run" || !args.is_empty() || of_run == files, "{run}");
    }
    by_inspect.retain(|_, bytes| *bytes > 0);
    [by_du.collect(), by_inspect]
}

/// What `inspect` says about sizes is what `du` says: over other writers' files, damaged and compressed ones, and with
/// filters.
#[test]
fn inspect_and_du_mean_the_same() {
    let packed = tempfile::tempdir().unwrap();
    let note = plugin(1, "note", &Text::new("x".repeat(9000)));
    let two = proto::Event {
        what: summary_of(&[scalar(0, "loss", 0.5), note.clone()]),
        ..Default::default()
    };
    for (run, events) in [
        ("a", &[version("x"), scalar(0, "loss", 0.5), note][..]),
        ("b", &[version("x"), two, scalar(1, "loss", 0.5)]),
    ] {
        let path = packed.path().join(run).join(FILE);
        write_events(&path, events);
        gzip(&path);
    }
    let demo = demo();
    let dirs = [
        packed.path(),
        &demo.path().join("runs"),
        &fixture("torch"),
        &fixture("keras"),
        &fixture("tf1"),
        &fixture("tensorboardx"),
    ];
    let filters: [&[&str]; 4] = [
        &[],
        &["--no-verify"],
        &["--tag", "*"],
        &["--kind", "scalar"],
    ];
    for (dir, filter) in dirs
        .iter()
        .flat_map(|dir| filters.map(|filter| (dir, filter)))
    {
        for key in ["run", "plugin"] {
            let [by_du, by_inspect] = sizes(dir, key, filter);
            assert_eq!(by_du, by_inspect, "{} {filter:?}", dir.display());
        }
    }
    let [whole, _] = sizes(packed.path(), "run", &[]);
    let [losses, by_inspect] = sizes(packed.path(), "run", &["--tag", "loss"]);
    assert_eq!(losses, by_inspect);
    assert!(
        whole["a"] > 9000 && losses["a"] < 90,
        "{whole:?} {losses:?}"
    );
    let text = tfevents(packed.path(), &["inspect", "."]).done();
    assert_eq!(text.matches(" as compressed)").count(), 3, "{text}");
}

/// The values of several events, for one.
fn summary_of(events: &[proto::Event]) -> Option<proto::event::What> {
    let mut all = proto::Summary::default();
    for event in events {
        if let Some(proto::event::What::Summary(summary)) = &event.what {
            all.value.extend(summary.value.clone());
        }
    }
    Some(proto::event::What::Summary(all))
}

/// Compresses a file in its place.
fn gzip(path: &Path) {
    use std::io::Write as _;

    let bytes = fs::read(path).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gz.write_all(&bytes).unwrap();
    gz.finish().unwrap();
}

/// How many bytes all files in and below a directory have.
fn size_of(dir: &Path) -> u64 {
    let sizes = fs::read_dir(dir).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => size_of(&path),
            false => path.metadata().unwrap().len(),
        }
    });
    sizes.sum()
}

#[test]
fn what_lies_beside_adds_up_to_the_size_of_the_logdir() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a/train", "b"] {
        write_events(
            dir.path().join("runs").join(run).join(FILE),
            &[scalar(0, "loss", 0.5)],
        );
    }
    let config = "embeddings { tensor_path: 'words/tensors.tsv' metadata_path: 'labels.tsv' }";
    for (name, content) in [
        ("a/checkpoints/epoch=1.ckpt", &*"c".repeat(5000)),
        ("a/checkpoints/config.json", "{}"),
        ("a/hparams.yaml", "lr: 0.1"),
        ("b/projector_config.pbtxt", config),
        ("b/words/tensors.tsv", "0.1\t0.2"),
        ("b/labels.tsv", "x"),
        ("b/metrics.csv", "step,loss"),
        ("b/plugins/profile/1/host.xplane.pb", "xx"),
        ("b/plugins/mine/data.bin", "123"),
        ("train.py", "import this"),
    ] {
        let path = dir.path().join("runs").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let (status, json) = du(dir.path(), &["runs"]);
    let beside = json["beside"].as_array().unwrap();
    let all: u64 = beside.iter().map(|pile| number(pile, "bytes")).sum();
    assert_eq!(
        (status, number(&json, "disk") + all),
        (0, size_of(dir.path()))
    );
    let listed: Vec<_> = beside
        .iter()
        .map(|pile| {
            let [dir, kind] = ["directory", "kind"].map(|key| pile[key].as_str().unwrap());
            format!("{dir} {} {kind}", number(pile, "count"))
        })
        .collect();
    assert_eq!(
        listed,
        [
            "runs 1 other",
            "runs/a 1 configuration",
            "runs/a 2 checkpoint",
            "runs/b 1 profile",
            "runs/b 3 embedding",
            "runs/b 1 plugin",
            "runs/b 1 text_file",
        ]
    );
    // Overlapping paths lead to each file once, and unwanted runs to none of theirs.
    let (_, json) = du(dir.path(), &["runs", "runs/b"]);
    let again = json["beside"].as_array().unwrap().iter();
    assert_eq!(again.map(|pile| number(pile, "bytes")).sum::<u64>(), all);
    let (_, json) = du(dir.path(), &["runs", "--run", "b"]);
    let of_b = json["beside"].as_array().unwrap();
    assert!(of_b.iter().all(|pile| pile["directory"] == "runs/b") && of_b.len() == 4);

    let text = tfevents(dir.path(), &["du", "runs", "--limit", "1"]).done();
    let listed = "  runs/a: 2 checkpoint files, 5.0 kB: not read by TensorBoard\n  115 B in 6 more places (list them with -v)\n";
    assert!(text.contains(listed), "{text}");
    assert!(
        text.contains(" in 2 runs and 2 files, and 5.1 kB beside the event files\n"),
        "{text}"
    );
}

#[test]
fn logdirs_of_other_writers_add_up() {
    for logdir in ["torch", "tensorboardx", "keras", "tf1"] {
        let dir = fixture(logdir);
        let (_, json) = du(&dir, &["."]);
        let beside = json["beside"].as_array().unwrap().iter();
        let beside: u64 = beside.map(|pile| number(pile, "bytes")).sum();
        assert_eq!(number(&json, "disk") + beside, size_of(&dir), "{logdir}");
    }
}

/// Small and large, of which the large one is passed over.
#[test]
fn a_graph_inside_a_meta_graph_is_data() {
    for size in [10, 100_000] {
        let dir = tempfile::tempdir().unwrap();
        let name = vec![b'n'; size];
        let field = |key: u8, bytes: &[u8]| {
            let mut field = vec![key];
            prost_len(&mut field, bytes.len());
            field.extend_from_slice(bytes);
            field
        };
        let meta_graph = field(0x12, &field(0x0a, &field(0x0a, &name)));
        let event = proto::Event {
            what: Some(proto::event::What::MetaGraphDef(meta_graph)),
            ..Default::default()
        };
        write_events(dir.path().join(FILE), &[version("x"), event]);
        let (status, json) = du(dir.path(), &["."]);
        assert_eq!(status, 0);
        let graphs = json["groups"].as_array().unwrap().iter();
        let graphs = graphs.filter(|group| group["plugin"] == "graphs");
        let data: u64 = graphs.map(|group| number(group, "data")).sum();
        assert!(data >= size as u64, "{json}");
        assert_sums(dir.path());
    }
}

/// Appends a length as protobuf has it.
fn prost_len(out: &mut Vec<u8>, mut len: usize) {
    while len >= 0x80 {
        out.push(0x80 | (len & 0x7f) as u8);
        len >>= 7;
    }
    out.push(len as u8);
}
