//! Starting the program, and logdirs to start it on.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use tfevents::plugin::Loggable;
use tfevents::plugin::hparams::{HParamValue, HParams, SESSION_START_TAG};
use tfevents::proto::{self, Message as _, event::What, summary::value::Value};
use tfevents::{EventItem, EventReader, Logdir, SummaryWriter, Text, plugin, record};

/// The name that event files made here have.
pub(crate) const FILE: &str = "events.out.tfevents.1700000000.host.1.0";

/// A started and finished program.
pub(crate) struct Output {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Standard output of a run in which all was well.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        self.ended(0, "")
    }

    /// Standard output of a run that ended with this status and said this on standard error.
    #[track_caller]
    pub(crate) fn ended(self, status: i32, stderr: &str) -> String {
        assert_eq!((self.status, &*self.stderr), (status, stderr));
        self.stdout
    }
}

/// The program in `dir`, in a plain environment.
pub(crate) fn tfevents(dir: impl AsRef<Path>, args: &[&str]) -> Output {
    run(command(dir, args), &[])
}

/// The same, not yet started.
pub(crate) fn command(dir: impl AsRef<Path>, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfevents"));
    command.current_dir(dir).args(args).env("TZ", "UTC");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

/// Starts a command, feeds it and waits for its end.
pub(crate) fn run(mut command: Command, stdin: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that does not read to the end is not a fault of the test's.
        scope.spawn(move || input.write_all(stdin).ok());
        child.wait_with_output().unwrap()
    });
    Output {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Files made by other writers.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures")
        .join(name);
    path.canonicalize().unwrap()
}

/// The larger collection of real files, if it is there: `TFEVENTS_CORPUS`, else `../shared/corpus`. A test that misses it
/// says so on the real stderr, in one piece: `.ci/run` looks for these lines.
pub(crate) fn corpus(test: &str) -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = std::env::var_os("TFEVENTS_CORPUS")
        .map_or_else(|| manifest.join("../../../shared/corpus"), PathBuf::from);
    if corpus.is_dir() {
        return Some(corpus);
    }
    let why = "neither at TFEVENTS_CORPUS nor at ../shared/corpus";
    let line = format!("test {test} goes without the corpus: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// The fixtures and, where it is there, the corpus.
pub(crate) fn logdirs(test: &str) -> Vec<PathBuf> {
    [fixture("")].into_iter().chain(corpus(test)).collect()
}

/// Every event file of these.
pub(crate) fn all_event_files(test: &str) -> Vec<PathBuf> {
    let roots = logdirs(test).into_iter();
    let runs = roots.flat_map(|root| Logdir::open(root).unwrap().runs().to_vec());
    let files: Vec<_> = runs.flat_map(|run| run.files().to_vec()).collect();
    assert!(files.len() > 50);
    files
}

/// The only event file in a directory.
pub(crate) fn only_file(dir: &Path) -> PathBuf {
    let mut files = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.is_file()).unwrap();
    assert!(!files.any(|path| path.is_file()));
    file
}

/// Writes an event file, and the directories above it.
pub(crate) fn write_events(path: impl AsRef<Path>, events: &[proto::Event]) {
    let path = path.as_ref();
    let mut bytes = Vec::new();
    for event in events {
        record::frame(&mut bytes, &event.encode_to_vec());
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Lets a file have been at rest for a day.
pub(crate) fn age(path: &Path) {
    let file = fs::File::options().append(true).open(path).unwrap();
    let day = Duration::from_secs(86400);
    file.set_modified(SystemTime::now() - day).unwrap();
}

/// All files in and below a directory, hidden ones too, and what is in them.
pub(crate) fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            let (kind, path) = (entry.file_type().unwrap(), entry.path());
            if kind.is_dir() {
                dirs.push(path);
            } else if kind.is_file() {
                let relative = path.strip_prefix(dir).unwrap().to_path_buf();
                files.insert(relative, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The first event of a file.
pub(crate) fn version(writer: &str) -> proto::Event {
    proto::Event {
        wall_time: 1_700_000_000.0,
        source_metadata: Some(proto::SourceMetadata {
            writer: writer.to_owned(),
        }),
        what: Some(What::FileVersion("brain.Event:2".to_owned())),
        ..Default::default()
    }
}

/// An event with one value, a second a step after the start.
pub(crate) fn value(step: i64, value: proto::summary::Value) -> proto::Event {
    proto::Event {
        #[expect(clippy::cast_precision_loss, reason = "steps are small")]
        wall_time: 1_700_000_000.5 + step as f64,
        step,
        what: Some(What::Summary(proto::Summary { value: vec![value] })),
        ..Default::default()
    }
}

pub(crate) fn scalar(step: i64, tag: &str, v: f32) -> proto::Event {
    value(
        step,
        proto::summary::Value {
            tag: tag.to_owned(),
            value: Some(Value::SimpleValue(v)),
            ..Default::default()
        },
    )
}

pub(crate) fn plugin(step: i64, tag: &str, data: &(impl Loggable + ?Sized)) -> proto::Event {
    value(step, plugin::message(tag, data).unwrap())
}

/// An event that starts a session with these hyperparameters.
pub(crate) fn hparams(values: &[(&str, HParamValue)]) -> proto::Event {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let values: HParams = values.iter().cloned().collect();
    writer.add_hparams(values, [("metric", 0.0)], 0).unwrap();
    writer.close().unwrap();
    let mut reader = EventReader::open(writer.path()).unwrap();
    while let EventItem::Event(record) = reader.next_item().unwrap() {
        let event = proto::Event::decode(record.payload).unwrap();
        if let Some(What::Summary(summary)) = &event.what
            && summary.value.iter().any(|v| v.tag == SESSION_START_TAG)
        {
            return event;
        }
    }
    panic!("no session was started");
}

/// A series that claims to be scalar and is not.
pub(crate) fn broken_scalar(step: i64, tag: &str) -> proto::Event {
    value(
        step,
        proto::summary::Value {
            tag: tag.to_owned(),
            metadata: Some(plugin::metadata("scalars", Vec::new())),
            ..plugin::message(tag, &Text::new("no number")).unwrap()
        },
    )
}

/// The logdir of the examples in the documentation: two runs, one of them with NaN, the other damaged.
pub(crate) fn demo() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let train = [
        version("demo"),
        scalar(0, "loss", 2.5),
        scalar(1, "loss", f32::NAN),
        scalar(2, "loss", 0.1),
        plugin(2, "note", &Text::new("lr **halved**")),
    ];
    write_events(dir.path().join("runs/train").join(FILE), &train);
    let val = dir.path().join("runs/val").join(FILE);
    write_events(
        &val,
        &[
            version("demo"),
            scalar(0, "loss", 2.75),
            scalar(1, "loss", 1.5),
            scalar(2, "loss", 0.5),
        ],
    );
    let mut bytes = fs::read(&val).unwrap();
    let record = (bytes.len() - 60) / 3;
    // In the payload of the middle one of three equal records, and in the last one's footer.
    let start = bytes.len() - 2 * record;
    bytes[start + 20] ^= 1;
    bytes.truncate(bytes.len() - 2);
    fs::write(&val, bytes).unwrap();
    dir
}

/// Compares with `golden/NAME`, or writes that file where `UPDATE_GOLDEN` is set.
#[track_caller]
pub(crate) fn assert_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text,
        golden,
        "not as in {}; see it with UPDATE_GOLDEN=1",
        path.display()
    );
}

/// Compares with the example that `docs/json.md` gives for a command, or puts it there where
/// `UPDATE_GOLDEN` is set. All keys have to be explained there, too.
#[track_caller]
pub(crate) fn assert_documented(command: &str, output: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json.md");
    let docs = fs::read_to_string(&path).unwrap();
    let start = format!("```console\n$ {command}\n");
    let (before, rest) = docs
        .split_once(&start)
        .unwrap_or_else(|| panic!("{command} is not documented"));
    let (example, after) = rest.split_once("```").unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, format!("{before}{start}{output}```{after}")).unwrap();
    } else {
        assert_eq!(output, example);
    }
    let (section, _) = after.split_once("\n## ").unwrap_or((after, ""));
    for line in serde_json::Deserializer::from_str(output).into_iter() {
        check_keys(&line.unwrap(), section);
    }
}

fn check_keys(json: &serde_json::Value, docs: &str) {
    match json {
        serde_json::Value::Object(map) => {
            // That of the document is the same everywhere.
            for (key, value) in map
                .iter()
                .filter(|&(key, value)| key != "version" || value != 1)
            {
                assert!(docs.contains(&format!("`{key}`")), "{key} is not explained");
                check_keys(value, docs);
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| check_keys(value, docs)),
        _ => {}
    }
}

/// Every verb by the words that call it, those with verbs of their own before these: `mlflow`, `mlflow push`.
pub(crate) fn calls() -> Vec<(String, clap::Command)> {
    let mut program = tfevents_cli::command();
    program.build();
    let mut calls = Vec::new();
    for verb in program.get_subcommands() {
        let name = verb.get_name();
        calls.push((name.to_owned(), verb.clone()));
        if name != "help" {
            let own = verb
                .get_subcommands()
                .filter(|own| own.get_name() != "help");
            calls.extend(own.map(|own| (format!("{name} {}", own.get_name()), own.clone())));
        }
    }
    calls
}

/// What the program says to a reader of standard output that leaves at once.
pub(crate) fn unread(dir: impl AsRef<Path>, args: &[&str]) -> std::process::Output {
    let mut child = command(dir, args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.wait_with_output().unwrap()
}
