//! What makes a dashboard of stock TensorBoard answer with an error or stay blank, and that `check` finds it.
//!
//! [`ROWS`] is a table: each row writes a run, says what TensorBoard makes of it in either mode, asked over HTTP,
//! and names the problems that `check` finds then, each with what to do about it. A dashboard that one run spoils
//! for all others cannot be asked about two of them at once, so such rows are spread over several logdirs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tfevents::Logdir;
use tfevents::check::{self, Report, Severity};

use super::tensorboard::{self, Mode};
use super::{NOT_LISTED, environment, list};
use crate::support::skipped;

mod asked;
mod files;
mod rows;

use asked::asked;
use rows::rows;

/// An input at which something is not shown.
struct Row {
    /// Its run, or the directory of its runs.
    name: &'static str,
    /// Writes it.
    write: Box<dyn Fn(&Path) + Sync>,
    /// The dashboard, by the name of its plugin.
    tab: &'static str,
    /// What it does, by [`asked`].
    fast: &'static str,
    slow: &'static str,
    /// What `check` says is damaged or not shown.
    codes: &'static [&'static str],
}

/// Why a dashboard passes over a series that a loader lists.
const PASSED_OVER: [&str; 5] = [
    "meta_graph",
    "plugin_version",
    "graph_tag",
    "graph_content",
    "layout_tag",
];

impl Row {
    /// What `check` says, which includes that the fast loader has nothing left of a series that it does not list.
    fn wanted(&self) -> BTreeSet<&'static str> {
        let mut wanted = BTreeSet::from_iter(self.codes.iter().copied());
        let says_why = |code| NOT_LISTED.contains(code) || PASSED_OVER.contains(code);
        if self.fast == "missing" && !self.codes.iter().any(says_why) {
            wanted.insert("nothing_left");
        }
        wanted
    }

    /// Whether other runs suffer from it, or it from them.
    fn is_alone(&self) -> bool {
        let spoils = |says: &str| says.starts_with("all ") || says.starts_with("no tab");
        let shared = ["hparams", "custom_scalars", "runs"].contains(&self.tab);
        shared || spoils(self.fast) || spoils(self.slow)
    }

    /// The dashboards that go with the one that is asked.
    fn touches(&self) -> &'static [&'static str] {
        match self.tab {
            "scalars" => &["scalars", "timeseries", "hparams", "custom_scalars"],
            "histograms" | "distributions" => &["histograms", "timeseries"],
            "images" => &["images", "timeseries"],
            "audio" => &["audio"],
            "text" => &["text"],
            "graphs" => &["graphs"],
            "pr_curves" => &["pr_curves"],
            "mesh" => &["mesh"],
            "hparams" => &["hparams"],
            "custom_scalars" => &["custom_scalars"],
            "projector" => &["projector"],
            // A run that keeps TensorBoard from reading others.
            _ => &[
                "scalars",
                "timeseries",
                "hparams",
                "custom_scalars",
                "histograms",
                "images",
                "audio",
                "text",
                "graphs",
                "pr_curves",
                "mesh",
                "projector",
                "runs",
            ],
        }
    }
}

/// Puts rows into as few logdirs as they get by with.
fn logdirs(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut logdirs: Vec<(BTreeSet<&str>, Vec<&Row>)> = vec![Default::default()];
    for row in rows {
        if !row.is_alone() {
            // Beside rows that spoil nothing.
            logdirs[0].1.push(row);
            continue;
        }
        let free = |taken: &BTreeSet<&str>| row.touches().iter().all(|tab| !taken.contains(tab));
        let place = logdirs
            .iter()
            .skip(1)
            .position(|(taken, _)| free(taken))
            .map(|i| i + 1);
        let place = place.unwrap_or_else(|| {
            logdirs.push(Default::default());
            logdirs.len() - 1
        });
        logdirs[place].0.extend(row.touches());
        logdirs[place].1.push(row);
    }
    logdirs.into_iter().map(|(_, rows)| rows).collect()
}

/// What is damaged or not shown in the runs of a row, each of which has a cure: the codes, and what is said.
fn found(reports: &[Report], row: &Row) -> BTreeMap<&'static str, String> {
    let below = format!("{}/", row.name);
    let own = reports
        .iter()
        .filter(|r| r.run == row.name || r.run.starts_with(&below));
    let findings = own.flat_map(|report| &report.findings);
    findings
        .filter(|finding| finding.severity() >= Severity::NotShown)
        .map(|finding| {
            let problem = &finding.problem;
            let cure = problem.cure().unwrap_or_default();
            assert!(cure.ends_with('.'), "{}: {problem}: {cure:?}", row.name);
            (problem.code(), problem.to_string())
        })
        .collect()
}

/// Whether a finding, the only one of a row, names the wrong loader, or one where both do the same.
fn is_misnamed(row: &Row, text: &str) -> bool {
    let [fast, slow] = ["fast", "slow"].map(|loader| {
        text.contains(&format!("{loader} loader")) || text.contains(&format!("{loader} one"))
    });
    match [row.fast, row.slow].map(|says| says == "shown") {
        [true, false] => !slow,
        [false, true] => !fast,
        [false, false] => row.fast == row.slow && fast != slow,
        [true, true] => fast || slow,
    }
}

#[test]
fn check_finds_whatever_a_dashboard_does_not_show() {
    if environment::is_unwanted() {
        return skipped("stock::blank", "TFEVENTS_SKIP_STOCK is set");
    }
    let rows = rows();
    let mut differences = Vec::new();
    for rows in logdirs(&rows) {
        let logdir = tempfile::tempdir().unwrap();
        for row in &rows {
            (row.write)(&logdir.path().join(row.name));
        }
        let opened = Logdir::open(logdir.path()).unwrap();
        let mut reports: Vec<_> = opened.runs().iter().map(check::run).collect();
        check::together(&mut reports);
        for row in &rows {
            let mut found = found(&reports, row);
            if !found.keys().eq(&row.wanted()) {
                differences.push(format!(
                    "{}: check finds {found:?}, not {:?}",
                    row.name,
                    row.wanted()
                ));
            }
            found.remove("nothing_left");
            if let (1, Some(text)) = (found.len(), found.values().next())
                && is_misnamed(row, text)
            {
                differences.push(format!("{}: the wrong loader in {text:?}", row.name));
            }
        }
        for mode in [Mode::Fast, Mode::Slow] {
            let answer = tensorboard::ask_bytes(logdir.path(), mode);
            for row in &rows {
                let wanted = if mode == Mode::Fast {
                    row.fast
                } else {
                    row.slow
                };
                let says = asked(&answer, row.tab, row.name);
                if says != wanted {
                    differences.push(format!(
                        "{} {mode:?}: {} says {says:?}, not {wanted:?}",
                        row.name, row.tab
                    ));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Every kind that the writer writes, as the other tests of this directory do: only what these do on purpose is
/// found.
#[test]
fn what_the_writer_writes_is_clean() {
    let logdir = tempfile::tempdir().unwrap();
    for (run, log) in super::PARTS {
        log(&logdir.path().join(run));
    }
    let opened = Logdir::open(logdir.path()).unwrap();
    let mut reports: Vec<_> = opened.runs().iter().map(check::run).collect();
    check::together(&mut reports);
    let mut found = BTreeSet::new();
    for report in &reports {
        let problems = report
            .findings
            .iter()
            .filter(|f| f.severity() > Severity::Note);
        found.extend(problems.map(|f| (report.run.as_str(), f.problem.code())));
    }
    let wanted = [
        // Values in which there is nothing to show.
        ("audio", "sound_empty"),
        ("histograms", "histogram_empty"),
        ("mesh", "mesh_vertices"),
        ("scalars", "scalar_infinite"),
        ("text", "text_none"),
        // Layouts without any scalars.
        ("custom scalars/1", "layout_unmatched"),
        ("custom scalars/2", "layout_unmatched"),
        ("custom scalars/3", "layout_unmatched"),
        // A tensor for a dashboard of somebody else's.
        ("described", "unknown_plugin"),
        // A seed that is NaN.
        ("hparams/going on", "hparams_value"),
        ("resumed", "restarted"),
        ("resumed", "rewound"),
        ("resumed", "steps_back"),
        ("resumed after another writer", "restarted"),
        ("resumed after another writer", "rewound"),
        ("resumed after another writer", "steps_back"),
    ];
    assert_eq!(found, BTreeSet::from(wanted));
}
