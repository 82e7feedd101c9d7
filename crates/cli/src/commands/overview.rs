//! The help of the whole program, which groups the verbs by what they are for.

use std::fmt::Write as _;

use clap::Command;

use crate::ui::style;
use tfevents_analysis::text;

/// As in the README.
const GROUPS: [(&str, &[&str]); 6] = [
    (
        "Look at a logdir",
        &[
            "inspect", "du", "cat", "tail", "plot", "table", "diff", "check",
        ],
    ),
    ("Get data out", &["export", "get", "reduce", "report"]),
    (
        "Fix and edit logdirs",
        &[
            "repair", "merge", "filter", "rename", "split", "compact", "import", "prune",
        ],
    ),
    ("Use TensorBoard", &["board", "serve"]),
    ("Use MLflow", &["mlflow"]),
    ("Set up and get help", &["completions", "man", "help"]),
];
/// What clap adds to the verbs, in its words.
const HELP: &str = "Print this message or the help of the given subcommand(s)";
/// Where descriptions begin.
const INDENT: usize = 15;
/// As `max_term_width`.
const COLUMNS: usize = 80;

/// What the help of `program` is made of. clap lists verbs under a single heading.
pub(super) fn template(program: &Command) -> String {
    let styles = program.get_styles();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let width = style::width().columns.min(COLUMNS).saturating_sub(INDENT);
    let mut groups = String::new();
    for (heading, verbs) in GROUPS {
        let _ = writeln!(groups, "{header}{heading}:{header:#}");
        for name in verbs {
            let pad = " ".repeat(INDENT.saturating_sub(2 + name.len()));
            let _ = write!(groups, "  {literal}{name}{literal:#}{pad}");
            let description = description(program, name);
            let lines = text::wrap(&description, width);
            let indent = format!("\n{:INDENT$}", "");
            let _ = writeln!(groups, "{}", lines.join(&indent));
        }
        groups.push('\n');
    }
    format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}\
         {header}Options:{header:#}\n{{options}}{{after-help}}"
    )
}

/// What a verb does, and what else it is called.
fn description(program: &Command, name: &str) -> String {
    let Some(verb) = program.find_subcommand(name) else {
        return HELP.to_owned();
    };
    let about = verb.get_about().map(ToString::to_string);
    let aliases = verb
        .get_visible_aliases()
        .map(|alias| format!(" [alias: {alias}]"));
    about.into_iter().chain(aliases).collect()
}
