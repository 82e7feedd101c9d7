//! Does every command in the documentation run, and print what is shown below it?
//!
//! Each document is run from top to bottom in a directory of its own, which a function in `setups` fills beforehand:
//!
//! - A block of `sh` is run by bash and has to succeed. If a block of `text` comes next, that is its output, standard
//!   error included.
//! - In a block of `console`, lines that begin with `$ ` are commands, each with its output below it.
//! - A command that ends with another status than 0 has it in the info string of its block: `sh status=3`.
//! - A line with nothing but `…` stands for any number of lines.
//!
//! Times, process numbers and the like differ from run to run; `volatile` says what does not count. `UPDATE_GOLDEN=1`
//! puts the real output in, except where lines are left out.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{age, files};

mod setups;
mod volatile;

/// What a block is run with.
struct Block {
    /// Lines for the shell.
    commands: String,
    status: i32,
    /// Where the output is in the document, if it is shown.
    shown: Option<std::ops::Range<usize>>,
    /// The number of the line of the document at which the commands are.
    line: usize,
}

/// How commands begin that no test can run, and why.
const NOT_RUN: [(&str, &str); 12] = [
    (
        "TENSORBOARD_DATA_SERVER_BINARY=",
        "serves until it is stopped",
    ),
    ("cargo ", "compiles for minutes, or downloads"),
    ("export TENSORBOARD_", "names an installed program"),
    ("pip install ", "downloads"),
    ("tfevents mlflow ", "needs a server"),
    ("python crates/cli/tests/python/spark.py", "needs Java"),
    ("python/build", "compiles for minutes"),
    ("tensorboard ", "serves until it is stopped"),
    ("tfevents board ", "serves until it is stopped"),
    ("tfevents-data-server ", "serves until it is stopped"),
    (
        "tfevents tail runs --fail-if 'idle > 10min'",
        "waits for ten minutes",
    ),
    ("tfevents tail runs --tag", "follows until it is stopped"),
];

/// Documents that have a test below.
const RUN: [&str; 7] = [
    "README.md",
    "crates/cli/README.md",
    "docs/conditions.md",
    "docs/export.md",
    "docs/hyperparameters.md",
    "docs/recipes.md",
    "docs/tables.md",
];

/// Documents that are not run from top to bottom, and why.
const NOT_RUN_AS_A_WHOLE: [(&str, &str); 3] = [
    ("CONTRIBUTING.md", "builds and tests the project for hours"),
    (
        "docs/json.md",
        "each example has a logdir of its own; see `json_examples_are_compared`",
    ),
    (
        "tests/stock/README.md",
        "starts TensorBoard, as `tests/it/stock.rs` does",
    ),
];

#[track_caller]
#[expect(
    clippy::explicit_write,
    reason = "the harness swallows what the macros print"
)]
/// Returns the directory in which the document was run, unless there is no bash.
fn assert_true(document: &str, set_up: fn(&Path)) -> Option<TempDir> {
    if Command::new("bash").arg("--version").output().is_err() {
        writeln!(std::io::stderr(), "test of {document} skipped: no bash").unwrap();
        return None;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(document);
    let mut text = fs::read_to_string(&path).unwrap();
    let dir = tempfile::tempdir().unwrap();
    set_up(dir.path());
    // As logdirs are that nobody writes to any more.
    for file in files(dir.path()).keys() {
        age(&dir.path().join(file));
    }
    let mut wrong = String::new();
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    // How much longer the document has become so far.
    let mut grown: isize = 0;
    for block in blocks(&text.clone()) {
        let (status, output) = run(dir.path(), &block.commands);
        let place = format!("{document}:{}", block.line);
        if status != block.status {
            let expected = block.status;
            wrong += &format!(
                "{place}: ended with {status} instead of {expected}:\n{}{output}",
                block.commands
            );
        }
        let Some(shown) = block.shown else { continue };
        let at = |end: usize| end.checked_add_signed(grown).unwrap();
        let shown = at(shown.start)..at(shown.end);
        if volatile::same(&text[shown.clone()], &output) {
            continue;
        }
        if update && !text[shown.clone()].lines().any(|line| line == "…") {
            grown += isize::try_from(output.len()).unwrap() - isize::try_from(shown.len()).unwrap();
            text.replace_range(shown, &output);
        } else {
            wrong += &format!(
                "{place}: {}prints\n{output}instead of\n{}",
                block.commands, &text[shown]
            );
        }
    }
    if update {
        fs::write(&path, text).unwrap();
    }
    assert!(
        wrong.is_empty(),
        "{wrong}see the real output with UPDATE_GOLDEN=1"
    );
    Some(dir)
}

/// Runs lines in bash until one fails: the exit status, and both outputs as a terminal would show them.
fn run(dir: &Path, commands: &str) -> (i32, String) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tfevents"));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(program.parent().unwrap().to_path_buf())
        .chain(std::env::split_paths(&paths));
    let output = Command::new("bash")
        .args([
            "-e",
            "-o",
            "pipefail",
            "-c",
            &format!("exec 2>&1\n{commands}"),
        ])
        .current_dir(dir)
        .env("PATH", std::env::join_paths(paths).unwrap())
        .env("TZ", "UTC")
        .env("COLUMNS", "80")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

/// The blocks of a document that are run.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = Lines::of(text);
    // The block of `sh` whose output may come next.
    let mut last = None;
    while let Some(line) = lines.next() {
        let Some(info) = line.text.strip_prefix("```") else {
            continue;
        };
        let body: Vec<_> = lines
            .by_ref()
            .take_while(|line| line.text != "```")
            .collect();
        let start = body.first().map_or(line.end, |first| first.start);
        let end = body.last().map_or(start, |last| last.end);
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let status = words.find_map(|word| word.strip_prefix("status="));
        let status = status.map_or(0, |status| status.parse().unwrap());
        match language {
            "sh" => {
                let commands = runnable(body.iter().map(|line| line.text));
                last = (!commands.is_empty()).then_some(blocks.len());
                blocks.extend(last.map(|_| Block {
                    commands,
                    status,
                    shown: None,
                    line: line.number + 1,
                }));
                continue;
            }
            "text" => {
                if let Some(block) = last.and_then(|last| blocks.get_mut(last)) {
                    block.shown = Some(start..end);
                }
            }
            "console" => blocks.extend(console(&body, status)),
            _ => {}
        }
        last = None;
    }
    blocks
}

/// The commands of a block of `console`, each with its output.
fn console(body: &[Line<'_>], status: i32) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in body {
        if let Some(command) = line.text.strip_prefix("$ ") {
            blocks.push(Block {
                commands: format!("{command}\n"),
                status,
                shown: Some(line.end..line.end),
                line: line.number,
            });
        } else if let Some(shown) = blocks.last_mut().and_then(|block| block.shown.as_mut()) {
            shown.end = line.end;
        }
    }
    blocks
}

fn runnable<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let is_run = |line: &&str| !NOT_RUN.iter().any(|(start, _)| line.starts_with(start));
    lines
        .filter(is_run)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// A line of a document and where it is.
struct Line<'t> {
    text: &'t str,
    start: usize,
    /// Behind its line break.
    end: usize,
    /// From 1.
    number: usize,
}

struct Lines<'t> {
    rest: std::iter::Enumerate<std::str::SplitInclusive<'t, char>>,
    at: usize,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let rest = text.split_inclusive('\n').enumerate();
        Self { rest, at: 0 }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let (i, line) = self.rest.next()?;
        let start = self.at;
        self.at += line.len();
        Some(Line {
            text: line.trim_end_matches('\n'),
            start,
            end: self.at,
            number: i + 1,
        })
    }
}

#[cfg(all(feature = "parquet", feature = "pdf"))]
#[test]
fn readme_is_true() {
    let Some(dir) = assert_true("README.md", setups::readme) else {
        return;
    };
    let drawn = fs::read_to_string(dir.path().join("plot.svg")).unwrap();
    crate::support::assert_golden("../../../../docs/plot.svg", &drawn);
}

#[test]
fn readme_of_the_crate_is_true() {
    assert_true("crates/cli/README.md", setups::sweep);
}

#[test]
fn recipes_are_true() {
    assert_true("docs/recipes.md", setups::recipes);
}

#[test]
fn conditions_are_true() {
    assert_true("docs/conditions.md", setups::sweep);
}

#[test]
fn hyperparameters_are_true() {
    assert_true("docs/hyperparameters.md", setups::sweep);
}

#[test]
fn tables_are_true() {
    assert_true("docs/tables.md", setups::recipes);
}

#[cfg(feature = "parquet")]
#[test]
fn exported_tables_are_true() {
    assert_true("docs/export.md", setups::sweep);
}

/// A new document with commands needs a test, or a reason.
#[test]
fn every_document_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut documents = Vec::new();
    for folder in [
        "",
        "docs",
        "crates/*",
        "integrations/*",
        "tests/*",
        "fixtures",
        "fuzz",
        "benches",
    ] {
        let mut folders = vec![root.join(folder)];
        if let Some(above) = folder.strip_suffix("/*") {
            folders = fs::read_dir(root.join(above))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
        }
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            documents.extend(
                fs::read_dir(folder)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    documents.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut commands = String::new();
    let mut with_commands = Vec::new();
    for path in documents {
        let text = fs::read_to_string(&path).unwrap();
        if !blocks(&text).is_empty() {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            with_commands.push(name.replace('\\', "/"));
        }
        commands += &text;
    }
    with_commands.sort_unstable();
    let not_run = NOT_RUN_AS_A_WHOLE.iter().map(|(document, _)| document);
    let mut expected: Vec<_> = RUN.iter().chain(not_run).copied().collect();
    expected.sort_unstable();
    assert_eq!(with_commands, expected);
    for (start, _) in NOT_RUN {
        assert!(
            commands.contains(&format!("\n{start}")),
            "no document has {start}"
        );
    }
}

/// `assert_documented` fails for an example that `docs/json.md` lacks. Here is one that has no test.
#[test]
fn json_examples_are_compared() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = files(&root.join("tests/cli"));
    let compared: usize = tests
        .values()
        .map(|source| {
            String::from_utf8_lossy(source)
                .matches("\n    assert_documented(")
                .count()
        })
        .sum();
    let document = fs::read_to_string(root.join("../../docs/json.md")).unwrap();
    assert_eq!(compared, blocks(&document).len());
}

#[test]
fn blocks_are_found_with_their_output() {
    let text = "# Title\n```sh\na\ncargo b\n```\n\n```text\nout\n…\n```\n```sh status=3\nc\n```\n```rust\nd\n```\n\
                ```console\n$ e\n1\n2\n$ f\n```\n```text\nno output of a command\n```\n";
    let found = blocks(text);
    let found: Vec<_> = found
        .iter()
        .map(|block| {
            let shown = block.shown.clone().map(|shown| &text[shown]);
            (&*block.commands, block.status, shown, block.line)
        })
        .collect();
    let expected = [
        ("a\n", 0, Some("out\n…\n"), 3),
        ("c\n", 3, None, 12),
        ("e\n", 0, Some("1\n2\n"), 18),
        ("f\n", 0, Some(""), 21),
    ];
    assert_eq!(found, expected);
}
