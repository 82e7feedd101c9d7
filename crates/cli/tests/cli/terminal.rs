//! What comes out of files must not command the terminal that it is shown on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tfevents::plugin::hparams::HParamValue;
use tfevents::{Text, proto};

use super::pty::on_terminal;
use super::support::{
    FILE, broken_scalar, command, hparams, plugin, run, scalar, tfevents, value, version,
    write_events,
};

/// Sets the title, hides text, moves the cursor, opens a sequence in another way; is not seen, or turns text around.
const EVIL: &str = "evil\x1b]0;t\x07\x1b[45m\x1b[8m\r\x08\x7f\u{9b}2J\u{90}q\u{61c}\u{202e}\u{2067}\u{200b}\u{200d}\
    \u{2060}\u{feff}\u{ad}\u{fe0f}\u{e0001}\u{e007f}\u{e0100}\u{2028}";

/// A logdir in which everything that has a name or a text has this one; one file of it is damaged.
fn logdir(dir: &Path) {
    let mut described = scalar(3, &format!("described{EVIL}"), 1.0);
    let Some(proto::event::What::Summary(summary)) = &mut described.what else {
        panic!("a summary");
    };
    let mut metadata = tfevents::plugin::metadata("scalars", Vec::new());
    metadata.summary_description = EVIL.to_owned();
    metadata.display_name = EVIL.to_owned();
    summary.value[0].metadata = Some(metadata);
    let unknown = value(
        3,
        proto::summary::Value {
            tag: format!("unknown{EVIL}"),
            metadata: Some(tfevents::plugin::metadata(EVIL, EVIL.into())),
            ..Default::default()
        },
    );
    let text = HParamValue::from(EVIL);
    for (logdir, last) in [("logs", 0.5), ("others", 0.25)] {
        for run in ["a", "b"] {
            let path = dir.join(logdir).join(format!("{run}{EVIL}")).join(FILE);
            let mut events = vec![
                version(EVIL),
                scalar(0, EVIL, 1.0),
                scalar(1, EVIL, last),
                scalar(1, &format!("loss{EVIL}"), f32::NAN),
                plugin(1, &format!("text{EVIL}"), &Text::new(EVIL)),
                broken_scalar(2, &format!("broken{EVIL}")),
                described.clone(),
                unknown.clone(),
            ];
            if logdir == "logs" {
                events.push(hparams(&[(EVIL, text.clone()), ("n", 1.into())]));
            }
            write_events(&path, &events);
        }
    }
    let damaged = dir.join(format!("logs/a{EVIL}")).join(FILE);
    let mut bytes = fs::read(&damaged).unwrap();
    let end = bytes.len();
    bytes[end - 20] ^= 1;
    fs::write(damaged, bytes).unwrap();
}

/// Arguments for every verb, some of them for outputs that are there and some that make it fail; and whether it prints
/// something out of the files.
const CASES: &[(&str, &str, bool)] = &[
    ("inspect", "logs", true),
    ("inspect", "logs --tree", true),
    ("inspect", "logs --json", true),
    ("inspect", "logs --run evilt*", true),
    ("inspect", "logs/nothing", false),
    ("du", "logs", true),
    ("du", "logs --json", true),
    ("cat", "logs", true),
    ("cat", "logs --format jsonl", true),
    ("get", "text logs --run b*", true),
    ("get", "text logs --run b* --json", true),
    ("get", "text logs --run b* -o /dev/tty-of-nobody", false),
    ("get", "scalar logs --run b*", true),
    ("get", "scalar logs --run b* --tag evil?* --json", true),
    ("get", "hparams logs --run b* --tag *start_info", true),
    ("tail", "logs --no-follow", true),
    ("tail", "logs --no-follow --json", true),
    ("tail", "logs --no-follow --until evi>1", true),
    ("check", "logs", true),
    ("check", "logs --json", true),
    ("export", "logs", true),
    ("export", "logs --format jsonl", true),
    ("export", "logs --format md", true),
    ("export", "logs --wide", true),
    ("export", "logs --kind text", true),
    ("export", "logs --kind hparams", true),
    ("export", "logs --media media --dry-run", false),
    ("repair", "logs --dry-run", true),
    ("repair", "logs --dry-run --json", true),
    ("repair", "logs -o repaired", true),
    ("filter", "logs --tag evil* --dry-run", true),
    ("filter", "logs --tag evil* --dry-run --json", true),
    ("filter", "logs --tag evi -o filtered", true),
    ("merge", "logs -o merged", true),
    ("rename", "logs --prefix-tag x --dry-run", true),
    ("rename", "logs --sub-run ^.* x -o renamed", true),
    ("split", "logs --by prefix --dry-run", true),
    ("compact", "logs -o compacted", true),
    ("prune", "logs --points >0 --idle 0s --dry-run", true),
    ("prune", "logs --points >0 --idle 0s", true),
    ("prune", "logs --points >0 --json --dry-run", true),
    ("import", "evil.csv -o imported --dry-run", true),
    ("import", "evil.csv -o imported --dry-run --json", true),
    ("import", "evil.jsonl -o imported --dry-run", true),
    ("reduce", "logs --group * --format csv", true),
    ("reduce", "logs --group * --format md", true),
    ("reduce", "logs --group * --format json", true),
    ("reduce", "logs --group ?evil* --dry-run", true),
    ("table", "logs", true),
    ("table", "logs --format md", true),
    ("table", "logs --format csv", true),
    ("table", "logs --json", true),
    ("table", "logs --format latex", true),
    ("table", "logs --where evi>0", true),
    ("diff", "logs others", true),
    ("diff", "logs others --json", true),
    ("plot", "logs", true),
    #[cfg(feature = "report")]
    ("report", "logs -o report.html", true),
    ("completions", "bash", false),
    ("man", "", false),
    ("man", "inspect", false),
];

#[test]
fn nothing_out_of_files_commands_a_terminal() {
    let tried: BTreeSet<_> = CASES.iter().map(|(verb, ..)| *verb).collect();
    let command = tfevents_cli::command();
    for verb in command.get_subcommands() {
        // These go on until they are interrupted, or speak with a server.
        let others = [
            "board",
            "serve",
            "mlflow",
            #[cfg(not(feature = "report"))]
            "report",
        ];
        let is_tried = tried.contains(verb.get_name()) || others.contains(&verb.get_name());
        assert!(is_tried, "{}", verb.get_name());
    }
    let mut problems = Vec::new();
    for (verb, args, prints) in CASES {
        for variables in [&[][..], &["NO_COLOR"], &["CLICOLOR_FORCE"]] {
            let dir = TempDir::new().unwrap();
            logdir(dir.path());
            inputs(dir.path());
            let args = std::iter::once(*verb).chain(args.split_whitespace());
            let args: Vec<_> = args.collect();
            problems.extend(check(dir.path(), &args, variables, *prints));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// Tables to import.
fn inputs(dir: &Path) {
    let rows = format!("step,{EVIL},run\n1,2,{EVIL}\n{EVIL},1,a\n2,{EVIL},a\n");
    fs::write(dir.join("evil.csv"), rows.replace('\r', "")).unwrap();
    let name = serde_json::to_string(EVIL).unwrap();
    let lines = format!(
        "{{\"step\":1,{name}:2}}\n{{\"step\":{name}}}\n{{\"step\":2,{name}:{name}}}\n{EVIL}\n"
    );
    fs::write(dir.join("evil.jsonl"), lines).unwrap();
}

/// Runs the program on a terminal; what is wrong with what it writes.
fn check(dir: &Path, args: &[&str], variables: &[&str], prints: bool) -> Option<String> {
    let mut program = command(dir, args);
    for variable in variables {
        program.env(variable, "1");
    }
    let (written, _) = on_terminal(program, "n\n");
    let Ok(text) = String::from_utf8(written) else {
        return Some(format!("{args:?} writes what is no text"));
    };
    let problem = if text.contains("evil") == prints {
        commands(&text)?
    } else {
        format!("it should print something out of files: {prints}")
    };
    Some(format!("{args:?} {variables:?}: {problem}\n{text:?}"))
}

/// Finds what is more than text and styles.
fn commands(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\x1b' {
            let (style, after) = rest.split_once('m').unwrap_or((rest, ""));
            let is_style = style.strip_prefix('[').is_some_and(|parameters| {
                parameters.bytes().all(|b| b.is_ascii_digit() || b == b';')
            });
            if !is_style || ["[45", "[8"].contains(&style) {
                return Some(format!("a sequence of {style:?}"));
            }
            rest = after;
        } else if c == '\r' {
            // The terminal itself puts one before each line's end.
            rest = rest.trim_start_matches('\r');
            if !rest.starts_with('\n') {
                return Some("a return without a new line".to_owned());
            }
        } else if EVIL.contains(c) && !c.is_ascii_graphic() {
            return Some(format!("{c:?}"));
        }
    }
    None
}

#[test]
fn names_that_are_not_understood_do_not_either() {
    let dir = TempDir::new().unwrap();
    logdir(dir.path());
    for args in [
        &["inspect", "logs", &format!("--{EVIL}")][..],
        &["inspect", &format!("logs/{EVIL}")],
        &["inspect", "logs", "--run", &format!("{{{EVIL}")],
        &["table", "logs", "--where", &format!("{EVIL}x")],
        &["plot", "logs", "--size", EVIL],
        &["get", EVIL, "logs"],
        &[EVIL],
    ] {
        // Colours of usage errors are clap's own; those of arguments would be let through.
        let args: Vec<_> = args
            .iter()
            .map(|arg| arg.replace("\x1b[45m\x1b[8m", ""))
            .collect();
        let args: Vec<_> = args.iter().map(|arg| &**arg).collect();
        assert_eq!(check(dir.path(), &args, &[], true), None);
    }
}

#[test]
fn pipes_and_files_get_every_byte() {
    let dir = TempDir::new().unwrap();
    logdir(dir.path());
    let get = ["get", "text", "logs", "--run", "b*"];
    assert_eq!(tfevents(dir.path(), &get).done(), format!("{EVIL}\n"));
    let out = dir.path().join("out");
    tfevents(dir.path(), &[&get[..], &["-o", "out"]].concat()).done();
    assert_eq!(fs::read(out).unwrap(), format!("{EVIL}\n").as_bytes());
    for format in ["csv", "jsonl"] {
        let table = tfevents(dir.path(), &["export", "others", "--format", format]);
        assert!(
            table.stdout.contains("\u{202e}\u{2067}\u{200b}"),
            "{format}"
        );
        assert!(table.stdout.contains("\u{e007f}"), "{format}");
    }
}

/// The longest line that the program writes to a terminal of 80 columns.
fn longest(dir: &Path, args: &[&str]) -> (usize, String) {
    let mut program = command(dir, args);
    program.env("COLUMNS", "80").env("NO_COLOR", "1");
    let (written, _) = on_terminal(program, "n\n");
    let text = String::from_utf8(written).unwrap();
    // Messages have whole paths, to be copied.
    let is_message = |line: &&str| line.starts_with("warning: ") || line.starts_with("note: ");
    let lines = text.lines().filter(|line| !is_message(line));
    let lines = lines.map(|line| line.trim_end().chars().count());
    (lines.max().unwrap(), text)
}

#[test]
fn long_names_of_runs_lose_their_middle_on_a_terminal_only() {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<_> = (10..22)
        .map(|i| format!("{}{i}", "r".repeat(198)))
        .collect();
    for name in &names {
        let events = [version("t"), scalar(1, "loss", 0.5)];
        write_events(dir.path().join("logs").join(name).join(FILE), &events);
        // The same run with steps that go back, a long tag, an unfinished record and a file beside.
        let run = dir.path().join("bad").join(name);
        let tag = "t".repeat(150);
        let steps = [1, 0].map(|step| scalar(step, &tag, 0.5));
        let [last, first] = steps;
        let end = scalar(2, "loss", 0.5);
        write_events(run.join(FILE), &[version("t"), last, first, end]);
        let bytes = fs::read(run.join(FILE)).unwrap();
        fs::write(run.join(FILE), &bytes[..bytes.len() - 9]).unwrap();
        fs::write(run.join("host.xplane.pb"), "x").unwrap();
    }
    for args in [
        &["table", "logs"][..],
        &["inspect", "logs"],
        &["inspect", "logs", "--tree"],
        &[
            "prune",
            "logs",
            "--points",
            "<9",
            "--idle",
            "0s",
            "--dry-run",
        ],
        &["inspect", "bad", "--limit", "4"],
        &["inspect", "bad", "--tree"],
        &["check", "bad"],
        &["du", "bad"],
        &["reduce", "logs", "--group", "*", "--dry-run"],
        &["reduce", "logs", "--group", "*", "-o", "reduced"],
        &["rename", "logs", "--sub-run", "r", "R", "--dry-run"],
        &["filter", "logs", "--dry-run"],
        &["repair", "bad", "--dry-run"],
    ] {
        let (columns, text) = longest(dir.path(), args);
        assert!(columns <= 80, "{args:?}: {columns}\n{text}");
        // Both ends of a name tell it from others.
        assert!(text.contains("rrr…rr"), "{text}");
        if ["table", "inspect"].contains(&args[0]) && args[1] == "logs" {
            assert!(text.contains("rr21"), "{text}");
            let mut piped = command(dir.path(), args);
            piped.env("COLUMNS", "80");
            let piped = run(piped, b"").stdout;
            assert!(names.iter().all(|name| piped.contains(name)), "{piped}");
        }
    }
}
