//! Findings as text that fits a terminal.

use std::io::{self, Write};
use std::path::Path;

use tfevents::check::{Finding, Problem, Severity};

use super::{Checked, Totals, name};
use crate::number;
use crate::output::Styles;
use crate::text::{self, natural_order, printable};

/// How many tags are named that share a problem.
const NAMED: usize = 3;
/// Where the text of a finding starts.
const INDENT: usize = 13;

pub(super) fn print(
    out: &mut impl Write,
    checked: &[Checked<'_>],
    totals: &Totals,
    width: usize,
    styles: Styles,
) -> io::Result<()> {
    let mut runs: Vec<_> = checked
        .iter()
        .filter(|run| !run.report.findings.is_empty())
        .collect();
    runs.sort_by(|a, b| natural_order(&a.source.name, &b.source.name));
    for run in runs {
        let style = styles.name;
        writeln!(out, "{style}{}{style:#}", printable(&run.source.name))?;
        let mut file = None;
        for group in groups(&run.report.findings) {
            if group.first.file != file {
                file.clone_from(&group.first.file);
                let name = file.as_deref().map_or("in all files".into(), file_name);
                writeln!(out, "  {name}")?;
            }
            group.print(out, width, styles)?;
        }
        writeln!(out)?;
    }
    let files: usize = checked.iter().map(|run| run.source.run.files().len()).sum();
    writeln!(
        out,
        "{}, {}: {}",
        number::counted(checked.len() as u64, "run"),
        number::counted(files as u64, "file"),
        summary(totals)
    )
}

fn summary(totals: &Totals) -> String {
    let counts = [
        (totals.loss, "loss", "losses"),
        (totals.hidden, "hidden", "hidden"),
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
        "nothing found".to_owned()
    } else {
        found.join(", ")
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    printable(&text::path(name.as_ref())).into_owned()
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
    for finding in findings {
        let message = finding.problem.to_string();
        let tag = finding.tag.as_deref();
        let same = groups.iter_mut().find(|group| {
            // The first steps in question differ from tag to tag.
            let alike = match finding.problem {
                Problem::StepsBack { .. } | Problem::DuplicateSteps { .. } => {
                    group.first.problem.code() == finding.problem.code()
                }
                _ => group.message == message,
            };
            alike && tag.is_some() && group.first.tag.is_some() && group.first.file == finding.file
        });
        match same {
            Some(group) => {
                group.tags.extend(tag);
                group.count += finding.count;
            }
            None => groups.push(Group {
                first: finding,
                message,
                tags: tag.into_iter().collect(),
                count: finding.count,
            }),
        }
    }
    // Findings about the run as a whole come last, and about a file with it.
    groups.sort_by_key(|group| group.first.file.is_none());
    groups
}

impl Group<'_> {
    fn print(&self, out: &mut impl Write, width: usize, styles: Styles) -> io::Result<()> {
        let severity = self.first.severity();
        let style = match severity {
            Severity::Loss | Severity::Hidden => styles.bad,
            Severity::Warning | Severity::Note => styles.dim,
        };
        let described = printable(&self.describe()).into_owned();
        let mut label = name(severity);
        for line in text::wrap(&described, width.saturating_sub(INDENT)) {
            writeln!(out, "    {style}{label:<7}{style:#}  {line}")?;
            label = "";
        }
        Ok(())
    }

    fn describe(&self) -> String {
        let mut text = String::new();
        if let Some(place) = self.first.place {
            text.push_str(&format!(
                "record {} at byte {}: ",
                place.record, place.offset
            ));
        }
        let named = self.tags.len().min(NAMED);
        text.push_str(&self.tags[..named].join(", "));
        if self.tags.len() > named {
            let more = number::counted((self.tags.len() - named) as u64, "more tag");
            text.push_str(&format!(" and {more}"));
        }
        if !self.tags.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&self.message);
        if let Some(noun) = counted(&self.first.problem) {
            text.push_str(&format!(" ({})", number::counted(self.count, noun)));
        }
        text
    }
}

/// What a finding's count counts, where that is worth telling.
fn counted(problem: &Problem) -> Option<&'static str> {
    Some(match problem {
        Problem::Behind(_)
        | Problem::Compressed
        | Problem::NoMetadata { .. }
        | Problem::UnknownPlugin(_)
        | Problem::Rewound
        | Problem::Form(_)
        | Problem::Restarted
        | Problem::SameStep
        | Problem::TwoKinds { .. }
        | Problem::DuplicateSteps { .. } => "value",
        Problem::MoreDamage => "place",
        Problem::StepsBack { .. } => "time",
        Problem::TwoWriters { .. } => "tag",
        Problem::Sampled { .. } => "point",
        _ => return None,
    })
}
