//! `tfevents tail`. Where it follows, it ends because of what is logged, whenever that is.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;
use tfevents::{Image, Layout, SummaryWriter, Text};

use crate::support::{
    FILE, assert_documented, assert_golden, command, demo, hparams, plugin, scalar, tfevents,
    unread, version, write_events,
};

/// A program that follows `runs`, line by line.
struct Following {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Following {
    fn start(dir: &Path, args: &[&str]) -> Self {
        let args: Vec<_> = ["tail", "runs", "--interval", "5ms"]
            .iter()
            .chain(args)
            .copied()
            .collect();
        let mut child = command(dir, &args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Waits for a line.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// Waits for a line without the time in front of it.
    fn value(&mut self) -> String {
        let line = self.line();
        let (_, value) = line.split_once("  ").unwrap_or_else(|| panic!("{line:?}"));
        value.to_owned()
    }

    /// Waits for the end: status, the rest of what it printed, and what it said.
    fn end(mut self) -> (i32, String, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), rest, stderr)
    }
}

fn writer(dir: &Path, run: &str) -> SummaryWriter {
    SummaryWriter::new(dir.join("runs").join(run)).unwrap()
}

fn log(writer: &SummaryWriter, tag: &str, value: f64, step: i64) {
    writer.add_scalar(tag, value, step).unwrap();
    writer.flush().unwrap();
}

/// A run with these values of `loss`, a second and a step apart.
fn losses(values: &[f32]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("x")];
    events.extend((0..).zip(values).map(|(step, v)| scalar(step, "loss", *v)));
    write_events(dir.path().join("runs/a").join(FILE), &events);
    dir
}

fn tail(dir: &TempDir, args: &[&str]) -> (i32, String, String) {
    let args: Vec<_> = ["tail", "runs", "--no-follow"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let output = tfevents(dir.path(), &args);
    (output.status, output.stdout, output.stderr)
}

#[test]
fn values_come_as_they_are_logged() {
    let dir = tempfile::tempdir().unwrap();
    let mut following = Following::start(dir.path(), &["--from-start", "--until", "loss < 0.1"]);
    // The logdir does not exist yet; nor do the second run and the second file later on.
    let a = writer(dir.path(), "a");
    log(&a, "loss", 2.5, 1);
    assert_eq!(following.line(), "# new run: a\n");
    assert_eq!(following.value(), "a         1  loss  2.5\n");
    log(&a, "loss", f64::NAN, 2);
    assert_eq!(following.value(), "a         2  loss  NaN\n");
    let b = writer(dir.path(), "b");
    log(&b, "acc", 0.25, 7);
    assert_eq!(following.line(), "# new run: b\n");
    assert_eq!(following.value(), "b         7  acc  0.25\n");
    drop(a);
    // A program that was started again, and states no start.
    write_events(
        dir.path()
            .join("runs/a/events.out.tfevents.9999999999.again"),
        &[scalar(1, "loss", 1.5)],
    );
    assert_eq!(following.line(), "# a starts over at step 1\n");
    assert_eq!(following.value(), "a         1  loss  1.5\n");
    log(&b, "loss", 0.05, 8);
    assert_eq!(following.value(), "b         8  loss  0.05\n");
    let (status, rest, stderr) = following.end();
    assert_eq!((status, &*rest), (0, ""));
    assert!(
        stderr.ends_with("note: `loss < 0.1` holds in b at step 8\n"),
        "{stderr}"
    );
}

/// As rsync does it, again and again, with a file beside the one that it is to replace.
#[test]
fn a_logdir_that_is_synchronised_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs/a");
    let temporary = run.join(format!(".{FILE}.a1B2c3"));
    let args = ["--from-start", "--json", "--until", "step(loss) >= 99"];
    let mut following = Following::start(dir.path(), &args);
    let mut steps = Vec::new();
    for len in [30, 31, 70, 100] {
        let events: Vec<_> = (0..len).map(|step| scalar(step, "loss", 0.5)).collect();
        for part in [&events[..events.len() / 2], &events] {
            write_events(&temporary, part);
            // Whenever it is looked at.
            std::thread::yield_now();
        }
        fs::rename(&temporary, run.join(FILE)).unwrap();
        while steps.last() != Some(&(len - 1)) {
            let line: Json = serde_json::from_str(&following.line()).unwrap();
            match line["event"].as_str().unwrap() {
                "point" => steps.push(line["step"].as_i64().unwrap()),
                event => assert_eq!(event, "new_run", "{line}"),
            }
        }
    }
    assert!(steps.into_iter().eq(0..100));
    let (status, rest, _) = following.end();
    assert_eq!((status, rest.lines().count()), (0, 1), "{rest}");
}

#[test]
fn a_compressed_copy_beside_a_file_is_warned_of() {
    let dir = losses(&[1.0, 2.0]);
    let file = dir.path().join("runs/a").join(FILE);
    fs::copy(&file, file.with_file_name(format!("{FILE}.gz"))).unwrap();
    let printed = tfevents(dir.path(), &["tail", "runs", "--no-follow"]);
    let (status, stderr) = (printed.status, printed.stderr);
    assert!(
        status == 3 && stderr.contains("every point counts twice"),
        "{status} {stderr}"
    );
}

#[test]
fn a_condition_can_make_it_fail() {
    let dir = losses(&[1.0]);
    let args = [
        "--fail-if",
        "isnan(*)",
        "--until",
        "loss < 0",
        "--json",
        "--from-start",
    ];
    let mut following = Following::start(dir.path(), &args);
    let b = writer(dir.path(), "b");
    log(&b, "grad norm", f64::NAN, 3);
    let mut lines: Vec<Json> = Vec::new();
    while lines.last().is_none_or(|line| line["event"] != "end") {
        lines.push(serde_json::from_str(&following.line()).unwrap());
    }
    let events: Vec<_> = lines
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    // Whether the second run was there at the first look decides on their order.
    let told = |event: &str| events.iter().filter(|e| **e == event).count();
    assert_eq!(
        (told("new_run"), told("point"), events.len()),
        (2, 2, 5),
        "{events:?}"
    );
    let end = serde_json::json!({"version": 1, "event": "end", "reason": "fail_if", "run": "b", "step": 3});
    assert_eq!(lines[4], end);
    let (status, rest, stderr) = following.end();
    assert_eq!((status, &*rest), (1, ""));
    assert!(
        stderr.contains("error: `isnan(*)` holds in b at step 3"),
        "{stderr}"
    );
}

#[test]
fn conditions_see_what_is_there_already() {
    let dir = losses(&[1.0, 0.5, 2.0]);
    let (status, _, stderr) = tail(&dir, &["--until", "loss <= 0.5"]);
    assert_eq!(
        (status, &*stderr),
        (0, "note: `loss <= 0.5` holds in a at step 1\n")
    );
    let (status, _, stderr) = tail(&dir, &["--fail-if", "loss >= 2 and step(loss) == 2"]);
    assert_eq!(status, 1);
    assert!(
        stderr.starts_with("error: `loss >= 2 and step(loss) == 2` holds in a"),
        "{stderr}"
    );
    // What ends it is the last that is printed.
    let (_, stdout, _) = tail(&dir, &["--from-start", "--until", "loss <= 0.5"]);
    assert_eq!(stdout.lines().count(), 3, "{stdout}");
    // --tag is about what is printed.
    let (status, stdout, _) = tail(&dir, &["--tag", "los?", "--until", "loss > 1"]);
    assert_eq!((status, stdout.lines().count()), (0, 3));
}

#[test]
fn conditions_know_aggregates_and_hyperparameters() {
    let dir = losses(&[3.0, 0.5, 2.0]);
    let (status, _, stderr) = tail(&dir, &["--until", "min:loss < 1 and last:loss > 1"]);
    let holds = "note: `min:loss < 1 and last:loss > 1` holds in a at step 2\n";
    assert_eq!((status, &*stderr), (0, holds));
    write_events(
        dir.path().join("runs/a/events.out.tfevents.2.other"),
        &[hparams(&[("lr", 0.1.into()), ("opt", "adam".into())])],
    );
    let (status, _, _) = tail(
        &dir,
        &["--until", "@lr == 0.1 and @opt == adam and step >= 2"],
    );
    assert_eq!(status, 0);
    let (status, _, _) = tail(&dir, &["--until", "@opt == sgd or @lr > 1"]);
    assert_eq!(status, 3);
    let (_, _, stderr) = tail(&dir, &["--until", "@opd == sgd"]);
    let hint = "no hyperparameter matches `opd` so far; did you mean `opt`?";
    assert!(stderr.contains(hint), "{stderr}");
    // Names are what they are for all other flags.
    let (status, _, _) = tail(&dir, &["--regex", "--until", "^lo.s$ < 1"]);
    assert_eq!(status, 0);
    let (status, _, stderr) = tail(&dir, &["--fail-if", "loss <"]);
    assert_eq!(status, 2);
    let told = "invalid condition --fail-if 'loss <': ";
    assert!(stderr.contains(told), "{stderr}");
}

#[test]
fn an_end_before_the_condition_holds_is_status_3() {
    let dir = losses(&[1.0]);
    // A tag of several runs is offered once.
    write_events(
        dir.path().join("runs/b").join(FILE),
        &[scalar(0, "loss", 1.0)],
    );
    let (status, _, stderr) = tail(&dir, &["--until", "los < 0.5"]);
    assert_eq!(
        (status, &*stderr),
        (
            3,
            "warning: `los < 0.5` never held in any run\n\
             note: no scalar matches `los` so far; did you mean `loss`?\n"
        )
    );
    let timeout = [
        "tail",
        "runs",
        "--timeout",
        "0s",
        "--json",
        "--until",
        "loss < 0.5",
    ];
    let output = tfevents(dir.path(), &timeout);
    assert_eq!(output.status, 3);
    assert!(
        output
            .stdout
            .ends_with("{\"version\":1,\"event\":\"end\",\"reason\":\"timeout\"}\n")
    );
    // Nothing was waited for.
    assert_eq!(tail(&dir, &[]).0, 0);
    assert_eq!(
        tfevents(dir.path(), &["tail", "runs", "--timeout", "0s"]).status,
        0
    );
}

#[test]
fn it_begins_with_the_latest_values_of_all_runs() {
    let dir = losses(&[0.0, 1.0, 2.0, 3.0, 4.0]);
    let b = [scalar(0, "acc", 10.0), scalar(3, "acc", 13.0)];
    write_events(dir.path().join("runs/b").join(FILE), &b);
    let values = |args: &[&str]| {
        let (_, stdout, _) = tail(&dir, args);
        stdout
            .lines()
            .map(|line| line.rsplit("  ").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&["-n", "3"]), ["3", "13", "4"]);
    assert_eq!(values(&["-n", "0"]), [""; 0]);
    assert_eq!(values(&[]), ["0", "10", "1", "2", "3", "13", "4"]);
    assert_eq!(values(&["--run", "b"]), ["10", "13"]);
    assert_eq!(values(&["--tag", "acc", "-n", "1"]), ["13"]);
}

#[test]
fn text_is_readable() {
    let dir = demo();
    let picture = Image::new(&[1_u8, 2, 3], Layout::Hwc, &[1, 1, 3]).unwrap();
    let more = [
        plugin(1, "view", &picture),
        scalar(5, "a\x1bb", 1e-7),
        scalar(1, "a\x1bb", 1.0),
    ];
    write_events(dir.path().join("runs/more").join(FILE), &more);
    let (status, stdout, stderr) = tail(&dir, &["--from-start"]);
    assert_eq!(status, 3);
    assert!(stderr.contains("checksum"), "{stderr}");
    assert_golden("tail.txt", &stdout);
}

#[test]
fn json_is_as_documented() {
    let dir = demo();
    let output = tfevents(
        dir.path(),
        &["tail", "--json", "--no-follow", "--from-start", "runs"],
    );
    assert_eq!(output.status, 3);
    let command = "tfevents tail --json --no-follow --from-start runs";
    assert_documented(command, &output.stdout);
}

#[test]
fn a_file_that_is_replaced_is_read_from_its_start() {
    let dir = losses(&[1.0, 2.0]);
    let mut following = Following::start(dir.path(), &["--json", "--until", "loss == 9"]);
    for expected in ["1.0", "2.0"] {
        assert!(following.line().contains(&format!("\"value\":{expected}")));
    }
    let other = losses(&[7.0, 8.0, 9.0]);
    let file = Path::new("runs/a").join(FILE);
    fs::rename(other.path().join(&file), dir.path().join(&file)).unwrap();
    let replaced: Json = serde_json::from_str(&following.line()).unwrap();
    assert_eq!(
        (&replaced["event"], &replaced["run"]),
        (&"replaced".into(), &"a".into())
    );
    let (status, rest, _) = following.end();
    assert_eq!(status, 0);
    assert!(
        rest.contains("\"value\":7.0") && rest.contains("\"reason\":\"until\""),
        "{rest}"
    );
}

#[test]
fn several_logdirs_name_their_runs_as_other_verbs_do() {
    let dir = losses(&[1.0]);
    write_events(dir.path().join("one").join(FILE), &[scalar(0, "acc", 0.5)]);
    let runs = |args: &[&str]| {
        let args: Vec<_> = ["tail", "--no-follow", "--json", "runs", "one/"]
            .iter()
            .chain(args)
            .copied()
            .collect();
        let lines = tfevents(dir.path(), &args).done();
        let lines = serde_json::Deserializer::from_str(&lines).into_iter::<Json>();
        lines
            .filter_map(|line| Some(line.unwrap()["run"].as_str()?.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(runs(&[]), ["one/", "runs/a"]);
    assert_eq!(runs(&["--run", "a"]), ["runs/a"]);
    assert_eq!(runs(&["--run", "runs/*"]), ["runs/a"]);
}

#[test]
fn what_is_not_there_is_a_failure_unless_it_may_come() {
    let dir = losses(&[1.0]);
    let missing = tfevents(dir.path(), &["tail", "rnus", "--no-follow"]);
    assert_eq!(missing.status, 1);
    assert_eq!(
        missing.stderr,
        "error: `rnus` does not exist; did you mean `runs`?\n"
    );
    let waiting = tfevents(dir.path(), &["tail", "rnus", "--timeout", "0s"]);
    assert_eq!(waiting.status, 0);
    assert!(
        waiting.stderr.contains("did you mean `runs`?; waiting"),
        "{}",
        waiting.stderr
    );
}

#[test]
fn an_empty_directory_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("runs")).unwrap();
    let waiting = tfevents(dir.path(), &["tail", "runs", "--timeout", "0s"]);
    let end = "a file given by its own path is always read. Waiting for some.\n";
    assert!(waiting.stderr.ends_with(end), "{}", waiting.stderr);
}

#[test]
fn wrong_usage_is_status_2() {
    let dir = losses(&[1.0]);
    for args in [
        &["tail"][..],
        &["tail", "-"],
        &["tail", "runs", "--until", "loss >"],
        &["tail", "runs", "--fail-if", ""],
        &["tail", "runs", "--timeout", "soon"],
        &["tail", "runs", "--no-follow", "--timeout", "1s"],
        &["tail", "runs", "--from-start", "-n", "5"],
        &["tail", "runs", "--no-follow", "--tag", "["],
    ] {
        let output = tfevents(dir.path(), args);
        assert_eq!((output.status, &*output.stdout), (2, ""), "{args:?}");
    }
    let output = tfevents(dir.path(), &["tail", "runs", "--until", "loss > and"]);
    assert!(
        output
            .stderr
            .contains("is missing\n  loss > and\n         ^\n"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let dir = losses(&[1.0; 20_000]);
    let output = unread(dir.path(), &["tail", "runs", "--from-start"]);
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

/// `tail runs | head`: it does not wait for a value only to learn that nobody wants it.
#[cfg(unix)]
#[test]
fn it_ends_with_its_reader_although_nothing_is_logged() {
    let dir = losses(&[1.0, 2.0]);
    for end in [&[][..], &["--until", "loss > 9"], &["--json"]] {
        let mut tail = Following::start(dir.path(), &[&["--from-start"], end].concat());
        while !tail.line().contains("loss") {}
        drop(tail.lines);
        let output = tail.child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{end:?}");
    }
}

/// Of a file that is followed, a damaged last record may still be mended; not of one that is not.
#[test]
fn a_damaged_last_record_is_told_where_nothing_follows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(crate::support::FILE);
    let events = [1, 2].map(|step| crate::support::scalar(step, "loss", 0.5));
    crate::support::write_events(&path, &events);
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let output = crate::support::tfevents(dir.path(), &["tail", ".", "--no-follow"]);
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(output.stderr.contains("checksum"), "{}", output.stderr);
    assert_eq!(
        output.stdout.matches("loss").count(),
        1,
        "{}",
        output.stdout
    );
}

#[test]
fn nothing_new_can_end_it() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join("runs").join(FILE),
        &[scalar(0, "loss", 0.5)],
    );
    let args = ["tail", "runs", "--interval", "10ms"];
    let until = [&args[..], &["--until", "loss < 1 and idle > 50ms"]].concat();
    let output = tfevents(dir.path(), &until);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let fail_if = [&args[..], &["--fail-if", "idle > 50ms"]].concat();
    let output = tfevents(dir.path(), &fail_if);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.ends_with("error: `idle > 50ms` holds\n"),
        "{}",
        output.stderr
    );
    // A run that is not there yet is not idle.
    let nowhere = [
        "tail",
        "nowhere",
        "--interval",
        "10ms",
        "--timeout",
        "300ms",
    ];
    let output = tfevents(
        dir.path(),
        &[&nowhere[..], &["--until", "idle > 50ms"]].concat(),
    );
    assert_eq!(output.status, 3, "{}", output.stderr);
    let said = ["does not exist; waiting", "`idle > 50ms` never held"];
    for said in said {
        assert_eq!(output.stderr.matches(said).count(), 1, "{}", output.stderr);
    }
    // A number without a unit could be seconds or minutes.
    let output = tfevents(dir.path(), &["tail", "runs", "--until", "idle > 1"]);
    assert_eq!(output.status, 2);
    assert!(
        output
            .stderr
            .contains("a time needs a unit (s, min, h, d or w), as in `1min`"),
        "{}",
        output.stderr
    );
}

/// A run that was started again at step 1, with and without a mark, and repeats a step.
fn restarted() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("x")];
    for (step, value) in [(0, 1.0), (1, 2.0), (2, 3.0), (2, 3.5), (1, 4.0), (3, 5.0)] {
        events.push(scalar(step, "loss", value));
    }
    events.push(plugin(1, "note", &Text::new("x")));
    write_events(dir.path().join("runs/a").join(FILE), &events);
    write_events(
        dir.path().join("runs/b").join(FILE),
        &[version("x"), scalar(7, "loss", 0.5)],
    );
    dir
}

/// Lines of JSON without what only one of two verbs has in them, sorted.
fn points(lines: &str) -> Vec<String> {
    let mut points = Vec::new();
    for line in lines.lines() {
        let mut line: Json = serde_json::from_str(line).unwrap();
        let object = line.as_object_mut().unwrap();
        if object.get("event").is_none_or(|event| event == "point") {
            object.remove("version");
            object.remove("event");
            points.push(line.to_string());
        }
    }
    points.sort();
    points
}

#[test]
fn the_backlog_follows_the_policy() {
    let dir = restarted();
    for policy in ["raw", "fast", "slow", "last-wins"] {
        let args = ["--from-start", "--json", "--policy", policy];
        let (status, tailed, stderr) = tail(&dir, &args);
        assert_eq!((status, &*stderr), (0, ""), "{policy}");
        let export = ["export", "runs", "--format", "jsonl", "--policy", policy];
        let exported = tfevents(dir.path(), &export).done();
        assert_eq!(points(&tailed), points(&exported), "{policy}");
    }
    let (_, latest, _) = tail(&dir, &["-n", "2", "--policy", "last-wins", "--tag", "loss"]);
    assert_eq!(latest.lines().count(), 2, "{latest}");
    assert!(latest.ends_with("b         7  loss  0.5\n"), "{latest}");
}

#[test]
fn what_a_restart_supersedes_is_told_once() {
    for (policy, told) in [("fast", 1), ("last-wins", 1), ("raw", 0), ("slow", 0)] {
        let dir = tempfile::tempdir().unwrap();
        let a = writer(dir.path(), "a");
        for step in 0..4 {
            log(&a, "loss", 1.0, step);
        }
        let args = [
            "--from-start",
            "--json",
            "--policy",
            policy,
            "--until",
            "loss < 0",
        ];
        let mut following = Following::start(dir.path(), &args);
        let mut lines = Vec::new();
        while lines
            .iter()
            .filter(|line: &&Json| line["event"] == "point")
            .count()
            < 4
        {
            lines.push(serde_json::from_str(&following.line()).unwrap());
        }
        // Goes back without a mark, in the same file.
        for step in 1..5 {
            log(&a, "loss", 2.0, step);
        }
        log(&a, "loss", -1.0, 5);
        let (status, rest, stderr) = following.end();
        assert_eq!(status, 0, "{stderr}");
        lines.extend(rest.lines().map(|line| serde_json::from_str(line).unwrap()));
        let superseded = lines.iter().filter(|line| line["event"] == "superseded");
        let superseded: Vec<_> = superseded.collect();
        assert_eq!(superseded.len(), told, "{policy}: {lines:?}");
        for line in superseded {
            assert_eq!((&line["run"], &line["step"]), (&"a".into(), &1.into()));
        }
        let said = "note: a: restarted at step 1, so values printed above";
        assert_eq!(stderr.matches(said).count(), told, "{policy}: {stderr}");
        let count = lines.iter().filter(|line| line["event"] == "point").count();
        assert_eq!(
            count, 9,
            "{policy}: live values come as they are: {lines:?}"
        );
    }
}
