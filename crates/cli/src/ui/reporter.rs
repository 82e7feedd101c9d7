//! Standard error: progress, warnings, and whether there were any.

use std::cell::Cell;
use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use tfevents::reader::{Defect, DefectKind};
use tfevents::{Error, Health};

use super::few::{self, Few};
use super::health;
use super::progress;
use super::style;
use tfevents_analysis::text;

/// A message without the numbers that the standard library puts behind what the system says: ` (os error 2)`.
fn without_codes(message: &str) -> String {
    const CODE: &str = " (os error ";
    let mut parts = message.split(CODE);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((code, rest)) if code.parse::<i32>().is_ok() => plain.push_str(rest),
            _ => plain.extend([CODE, part]),
        }
    }
    plain
}

/// Tells the user what is not a result.
pub(crate) struct Reporter {
    /// Whether something was found or lost.
    findings: Cell<bool>,
    colour: bool,
    /// Whether nothing but errors is told.
    quiet: bool,
    shows_progress: bool,
    /// Broken values in the current file.
    broken: Few,
    /// Damaged files.
    damaged: Few,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        Self {
            findings: Cell::new(false),
            colour: style::colour(&io::stderr()),
            quiet: false,
            shows_progress: io::stderr().is_terminal(),
            broken: Few::new(few::PLACES),
            damaged: Few::new(few::NAMED),
        }
    }

    /// The same, told how much to say.
    pub(crate) fn with(quiet: bool, no_progress: bool) -> Self {
        let reporter = Self::new();
        Self {
            quiet,
            shows_progress: reporter.shows_progress && !quiet && !no_progress,
            ..reporter
        }
    }

    /// Whether something was found or lost.
    pub(crate) fn has_findings(&self) -> bool {
        self.findings.get()
    }

    /// Why the verb failed.
    pub(crate) fn error(&self, message: impl fmt::Display) {
        self.say("error", AnsiColor::Red, &message.to_string());
    }

    /// Remembers that there was a finding, which the results speak of.
    pub(crate) fn finding(&self) {
        self.findings.set(true);
    }

    /// Something was found or lost, but the work goes on.
    pub(crate) fn warn(&self, message: impl fmt::Display) {
        self.finding();
        if !self.quiet {
            self.say("warning", AnsiColor::Yellow, &message.to_string());
        }
    }

    /// Warns of something that does not change the exit status.
    #[cfg(feature = "server")]
    pub(crate) fn caution(&self, message: impl fmt::Display) {
        if !self.quiet {
            self.say("warning", AnsiColor::Yellow, &message.to_string());
        }
    }

    /// Warns of the first of these problems with paths, and says how many others there are.
    pub(crate) fn problems(&self, problems: &[String]) {
        let (first, others) = few::first(problems, few::NAMED);
        for problem in first {
            self.warn(problem);
        }
        if others > 0 {
            self.warn(few::more(others, "problem", "with paths"));
        }
    }

    /// Something that may be of interest, and is no finding.
    pub(crate) fn note(&self, message: impl fmt::Display) {
        if !self.quiet {
            self.say("note", AnsiColor::Cyan, &message.to_string());
        }
    }

    /// What another program said, as it said it.
    #[cfg(feature = "server")]
    pub(crate) fn pass_on(&self, line: &str) {
        // Where standard error is closed, nobody can be told.
        let _ = writeln!(io::stderr(), "{}", text::printable(line));
    }

    /// A value is broken in a record that is not; of each file only the first ones are told.
    pub(crate) fn broken_value(&self, error: Error) {
        self.finding();
        if self.broken.names() {
            self.warn(error);
        }
    }

    /// The same for all broken values of a file at once.
    pub(crate) fn broken_values(&self, file: &Path, defects: &[Defect]) {
        for defect in defects {
            if self.broken.names() {
                let what = match &defect.kind {
                    DefectKind::Content(what) => what.clone(),
                    other => other.to_string(),
                };
                self.warn(format_args!(
                    "{}: record {} at byte {}: {what}",
                    text::path(file),
                    defect.record,
                    defect.offset
                ));
            }
        }
    }

    fn say(&self, label: &str, colour: AnsiColor, message: &str) {
        let style = if self.colour {
            colour.on_default().bold()
        } else {
            Style::new()
        };
        let print = || {
            let mut err = io::stderr().lock();
            let mut label = format!("{style}{label}:{style:#} ");
            for line in without_codes(message).lines() {
                // Where standard error is closed, nobody can be told.
                let _ = writeln!(err, "{label}{}", text::printable(line));
                label.clear();
            }
        };
        progress::suspend(print);
    }

    /// Starts the progress bar for `total` bytes that are going to be read, to be seen only on a terminal that no
    /// results go to, and only if reading takes a while. What is read of event files it notices by itself.
    pub(crate) fn begin_progress(&self, total: u64, results_stream: bool) {
        if self.shows_progress && !(results_stream && io::stdout().is_terminal()) {
            progress::begin(total, progress::Unit::Bytes);
        }
    }

    /// Starts one for so many runs of unknown size.
    #[cfg(feature = "mlflow")]
    pub(crate) fn begin_progress_of_runs(&self, total: u64) {
        if self.shows_progress {
            progress::begin(total, progress::Unit::Runs);
        }
    }

    /// So many bytes have to be read beside those that were known of.
    pub(crate) fn extend_progress(&self, bytes: u64) {
        progress::extend(bytes);
    }

    /// Ends the verb's report: takes the progress bar away, and says how many files were not named.
    pub(crate) fn end(&self) {
        self.end_progress();
        self.end_damaged();
    }

    /// Counts a damaged file, and says whether it is to be named.
    pub(crate) fn names_damaged(&self) -> bool {
        self.finding();
        self.damaged.names()
    }

    /// Says how many damaged files were not named, and starts anew.
    pub(crate) fn end_damaged(&self) {
        if let more @ 1.. = self.damaged.take() {
            self.warn(few::more(more, "file", "with problems"));
        }
    }

    /// Takes the progress bar away.
    pub(crate) fn end_progress(&self) {
        progress::end();
    }

    /// Warns of everything that is wrong with a file; of many files, with the first ones.
    pub(crate) fn file_health(&self, path: &Path, health: &Health) {
        let lines = health::describe(path, health);
        if !lines.is_empty() && !self.names_damaged() {
            self.broken.take();
            return;
        }
        let path = text::path(path);
        for line in lines {
            self.warn(format_args!("{path}: {line}"));
        }
        if let more @ 1.. = self.broken.take() {
            let values = few::more(more, "value", "that cannot be decoded");
            self.warn(format_args!("{path}: {values}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_system_are_not_told() {
        let told =
            without_codes("`a`: No such file (os error 2): `b`: Is a directory (os error 21)");
        assert_eq!(told, "`a`: No such file: `b`: Is a directory");
        let other = "x (os error ?) (os error 2";
        assert_eq!(without_codes(other), other);
    }
}
