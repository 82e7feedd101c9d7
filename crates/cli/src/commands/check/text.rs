//! Findings as text that fits a terminal.

use std::collections::HashMap;
use std::io::{self, Write};

use tfevents::check::{Finding, Problem, Severity};

use super::{Checked, Totals, severity};
use crate::input::beside::{self, Pile};
use crate::render::width::Width;
use crate::ui::few;
use crate::ui::style::Styles;
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};

/// How many tags are named that share a problem.
const NAMED: usize = 3;
/// Where the text of a finding starts.
const INDENT: usize = 15;

pub(super) fn print(
    out: &mut impl Write,
    (shown, checked): (&[&Checked], &[Checked]),
    listed: usize,
    beside: &[Pile],
    totals: &Totals,
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    let found = shown.iter().filter(|run| !run.findings.is_empty());
    let found: Vec<_> = found.collect();
    let (first, others) = few::first(&found, listed);
    for run in first {
        let style = styles.name;
        writeln!(out, "{style}{}{style:#}", width.name(&printable(&run.name)))?;
        let mut file = None;
        let groups = groups(&run.findings);
        let (first, others) = few::first(&groups, few::NAMED);
        for group in first {
            if group.first.file != file {
                file.clone_from(&group.first.file);
                let name = file
                    .as_deref()
                    .map_or("in all files".into(), text::file_name);
                writeln!(out, "  {}", width.less(2).name(&name))?;
            }
            group.print(out, width, styles)?;
        }
        if others > 0 {
            writeln!(out, "  and {}", few::more(others, "problem", ""))?;
        }
        writeln!(out)?;
    }
    if others > 0 {
        writeln!(out, "and {}\n", few::more(others, "run", "with findings"))?;
    }
    if !beside.is_empty() {
        writeln!(out, "beside the event files")?;
    }
    let (first, others) = few::first(beside, few::NAMED);
    for beside in first {
        let dir = text::path(&beside.dir);
        let dir = width.less(INDENT + 1).path(&dir);
        let line = format!("{dir}: {}", beside::describe(beside));
        labelled(out, severity(beside), &line, width, styles)?;
    }
    if others > 0 {
        writeln!(out, "    and {}", few::more(others, "place", ""))?;
    }
    if !beside.is_empty() {
        writeln!(out)?;
    }
    let runs = checked.iter().filter(|run| run.files > 0).count();
    let files: usize = checked.iter().map(|run| run.files).sum();
    writeln!(
        out,
        "{}, {}: {}",
        number::counted(runs as u64, "run"),
        number::counted(files as u64, "file"),
        summary(totals)
    )
}

fn summary(totals: &Totals) -> String {
    let counts = [
        (totals.damage, "case of damage", "cases of damage"),
        (
            totals.not_shown,
            "not shown by TensorBoard",
            "not shown by TensorBoard",
        ),
        (totals.warning, "warning", "warnings"),
        (totals.note, "note", "notes"),
    ];
    let found: Vec<_> = counts
        .into_iter()
        .filter(|&(n, ..)| n > 0)
        .map(|(n, one, many)| {
            let noun = if n == 1 { one } else { many };
            format!("{} {noun}", number::count(n as u64))
        })
        .collect();
    if found.is_empty() {
        "no problems found".to_owned()
    } else {
        found.join(", ")
    }
}

/// Text behind how bad it is.
fn labelled(
    out: &mut impl Write,
    severity: Severity,
    text: &str,
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    let style = match severity {
        Severity::Damage | Severity::NotShown => styles.bad,
        Severity::Warning | Severity::Note => styles.dim,
    };
    let mut label = severity.name().replace('_', " ");
    for line in text::wrap(&printable(text), width.columns.saturating_sub(INDENT)) {
        writeln!(out, "    {style}{label:<9}{style:#}  {line}")?;
        label.clear();
    }
    Ok(())
}

/// The same problem in several tags of a file.
struct Group<'a> {
    first: &'a Finding,
    message: String,
    tags: Vec<&'a str>,
    count: u64,
}

fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups = Vec::<Group<'_>>::new();
    // By file and by what is said: the same of several tags is one group.
    let mut known = HashMap::<_, usize>::new();
    for finding in findings {
        let message = finding.problem.to_string();
        let tag = finding.tag.as_deref();
        let alike = match finding.problem {
            // The first steps in question differ from tag to tag.
            Problem::StepsBack { .. } | Problem::DuplicateSteps { .. } => {
                finding.problem.code().to_owned()
            }
            _ => message.clone(),
        };
        let key = (finding.file.as_deref(), alike);
        let same = tag.and_then(|_| known.get(&key)).copied();
        match same.and_then(|i| groups.get_mut(i)) {
            Some(group) => {
                group.tags.extend(tag);
                group.count += finding.count;
            }
            None => {
                if tag.is_some() {
                    known.insert(key, groups.len());
                }
                groups.push(Group {
                    first: finding,
                    message,
                    tags: tag.into_iter().collect(),
                    count: finding.count,
                });
            }
        }
    }
    // Findings about the run as a whole come last, and about a file with it.
    groups.sort_by_key(|group| group.first.file.is_none());
    groups
}

impl Group<'_> {
    fn print(&self, out: &mut impl Write, width: Width, styles: Styles) -> io::Result<()> {
        labelled(
            out,
            self.first.severity(),
            &self.describe(width),
            width,
            styles,
        )?;
        let Some(cure) = self.first.problem.cure() else {
            return Ok(());
        };
        let dim = styles.dim;
        let mut arrow = "→";
        for line in text::wrap(&printable(cure), width.columns.saturating_sub(INDENT + 2)) {
            writeln!(out, "{:INDENT$}{dim}{arrow} {line}{dim:#}", "")?;
            arrow = " ";
        }
        Ok(())
    }

    fn describe(&self, width: Width) -> String {
        let width = width.less(INDENT + 1);
        let mut line = String::new();
        if let Some(place) = self.first.place {
            line.push_str(&format!(
                "record {} at byte {}: ",
                place.record, place.offset
            ));
        }
        let tags = self.tags.iter();
        let tags = tags.map(|tag| width.name(&text::name(tag)).into_owned());
        let tags: Vec<_> = tags.collect();
        let more = |others| few::more(others, "tag", "");
        line.push_str(&few::in_a_row(&tags, NAMED, more));
        if !self.tags.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&self.message);
        let is_alone = self.count == 1
            && (self.first.severity() == Severity::Damage
                || matches!(self.first.problem, Problem::Dashboard(_)));
        if let Some(noun) = counted(&self.first.problem).filter(|_| !is_alone) {
            line.push_str(&format!(" ({})", number::counted(self.count, noun)));
        }
        line
    }
}

/// What a finding's count counts, where that is worth saying.
fn counted(problem: &Problem) -> Option<&'static str> {
    Some(match problem {
        Problem::Behind(_)
        | Problem::Compressed
        | Problem::BrokenValue(_)
        | Problem::Dashboard(_)
        | Problem::Rewound
        | Problem::Form(_)
        | Problem::Restarted
        | Problem::SameStep
        | Problem::TwoKinds { .. }
        | Problem::DuplicateSteps { .. } => "value",
        Problem::Damage { .. } => "place",
        Problem::NotAnEvent(_) | Problem::LargeRecord { .. } => "record",
        Problem::StepsBack { .. } => "time",
        Problem::TwoWriters { .. } => "tag",
        Problem::Sampled { .. } => "point",
        _ => return None,
    })
}
