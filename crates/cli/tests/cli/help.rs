//! `tfevents --help`, and that of every verb.

use std::fs;
use std::path::Path;

use crate::support::{calls, tfevents};

/// The verbs that the program's help lists under each heading.
fn listed(help: &str) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let (_, groups_and_rest) = help.split_once("Usage:").unwrap();
    let (listed, _) = groups_and_rest.split_once("Options:").unwrap();
    for line in listed.lines().skip(1) {
        let indent = line.len() - line.trim_start().len();
        match (indent, line.strip_suffix(':')) {
            (0, Some(heading)) => groups.push((heading.to_lowercase(), Vec::new())),
            (2, _) => {
                let verb = line.split_whitespace().next().unwrap();
                groups.last_mut().unwrap().1.push(verb.to_owned());
            }
            _ => {}
        }
    }
    groups
}

#[test]
fn verbs_are_grouped_as_in_the_readme() {
    let groups = listed(&tfevents(".", &["--help"]).done());
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, table) = readme.split_once("| to | use |\n|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let expected: Vec<_> = rows
        .map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            // In parentheses are other names.
            let verbs = cells[2].split(", ").map(|verb| {
                let verb = verb.split(' ').next().unwrap();
                verb.trim_matches('`').to_owned()
            });
            (cells[1].to_lowercase(), verbs.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(groups, expected);
    let mut verbs: Vec<_> = groups.into_iter().flat_map(|(_, verbs)| verbs).collect();
    verbs.sort_unstable();
    let mut program = tfevents_cli::command();
    program.build();
    let mut expected: Vec<_> = program
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    expected.sort_unstable();
    assert_eq!(verbs, expected);
}

/// `golden/help` has what `-h` and `--help` print, of the program, of each verb, and of the verbs that a verb has.
#[cfg(all(
    feature = "mlflow",
    feature = "parquet",
    feature = "pdf",
    feature = "server"
))]
#[test]
fn help_reads_as_reviewed() {
    // `help` prints what these print, and takes no flags.
    let calls = calls().into_iter().map(|(call, _)| call);
    let calls: Vec<_> = calls.filter(|call| call != "help").collect();
    let helps = calls
        .iter()
        .map(|call| (&**call, call.split(' ').collect()));
    let helps = std::iter::once(("tfevents", vec![])).chain(helps);
    let mut expected = Vec::new();
    for (name, args) in helps {
        let printed = ["-h", "--help"].map(|flag| {
            let args = [&args[..], &[flag]].concat();
            format!(
                "$ tfevents {}\n{}",
                args.join(" "),
                tfevents(".", &args).done()
            )
        });
        let file = format!("{}.txt", name.replace(' ', "-"));
        crate::support::assert_golden(&format!("help/{file}"), &printed.join("\n"));
        expected.push(file);
    }
    expected.sort_unstable();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/help");
    let mut found: Vec<_> = fs::read_dir(golden)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected, "of verbs that are gone");
}

/// A heading goes on over the options behind it, which may be of another kind.
#[test]
fn general_options_stand_under_no_heading() {
    let mut misplaced = Vec::new();
    for (call, mut verb) in calls() {
        verb.build();
        for name in GENERAL {
            let of_name = |arg: &&clap::Arg| arg.get_long() == Some(*name);
            let heading = verb.get_arguments().find(of_name);
            if let Some(heading) = heading.and_then(clap::Arg::get_help_heading) {
                misplaced.push(format!("{call}: --{name} under {heading}"));
            }
        }
    }
    assert!(misplaced.is_empty(), "{}", misplaced.join("\n"));
}

/// Options that say nothing about what is read.
const GENERAL: &[&str] = &[
    "output", "json", "dry-run", "force", "in-place", "watch", "verify", "content", "nested",
];

#[test]
fn short_help_is_short() {
    for (call, mut verb) in calls() {
        let lines = |help: clap::builder::StyledStr| help.to_string().lines().count();
        let short = lines(verb.render_help());
        let long = lines(verb.render_long_help());
        match &*call {
            // There is nothing more to say.
            "completions" | "man" | "help" => assert!(short <= long),
            name => assert!(short < long, "{name}: {short} {long}"),
        }
    }
}

/// Lines of `after_help` are broken by hand: none may be wrapped once more, and no paragraph may have a line on which the
/// next word would have fitted.
#[test]
fn paragraphs_are_filled() {
    const WIDTH: usize = 80; // As `max_term_width`.
    let program = tfevents_cli::command();
    let mut ragged = Vec::new();
    let verbs = calls().into_iter().map(|(_, verb)| verb);
    for command in std::iter::once(program).chain(verbs) {
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let lines: Vec<_> = help.lines().collect();
        let name = command.get_name();
        ragged.extend(
            lines
                .iter()
                .filter(|line| line.chars().count() > WIDTH)
                .map(|line| format!("{name}: too long: {line}")),
        );
        ragged.extend(lines.windows(2).filter_map(|pair| {
            let is_list = pair.iter().any(|line| line.starts_with(' ')) || pair[0].ends_with(':');
            let word = pair[1].split(' ').next().filter(|word| !word.is_empty())?;
            let filled = pair[0].chars().count() + 1 + word.chars().count();
            let is_short = !pair[0].is_empty() && !is_list && filled <= WIDTH;
            is_short.then(|| format!("{name}: `{word}` fits after: {}", pair[0]))
        }));
    }
    assert!(ragged.is_empty(), "{}", ragged.join("\n"));
}
