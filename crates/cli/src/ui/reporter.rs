//! Standard error: progress, warnings, and whether there were any.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use tfevents::reader::{EventRecord, Finding, Problem};
use tfevents::{Error, Health};

use super::health::{self, SHOWN};
use super::progress::Progress;
use super::style;
use tfevents_analysis::{number, text};

/// How many damaged files, or paths that cannot be read, are named; the others are counted.
const NAMED: usize = 10;

/// Tells the user what is not a result.
pub(crate) struct Reporter {
    /// Whether something was found or lost.
    findings: Cell<bool>,
    colour: bool,
    silent: bool,
    /// Broken values in the current file.
    broken: Cell<u64>,
    /// How many files were damaged so far.
    damaged: Cell<u64>,
    progress: RefCell<Option<Progress>>,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        Self {
            findings: Cell::new(false),
            colour: style::colour(&io::stderr()),
            silent: false,
            broken: Cell::new(0),
            damaged: Cell::new(0),
            progress: RefCell::new(None),
        }
    }

    /// One that says nothing.
    pub(crate) fn silent() -> Self {
        Self {
            silent: true,
            ..Self::new()
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
        self.say("warning", AnsiColor::Yellow, &message.to_string());
    }

    /// Warns of the first of these problems with paths, and says how many others there are.
    pub(crate) fn problems(&self, problems: &[String]) {
        for problem in problems.iter().take(NAMED) {
            self.warn(problem);
        }
        if let more @ 1.. = problems.len().saturating_sub(NAMED) {
            let problems = number::counted(more as u64, "more problem");
            self.warn(format_args!("{problems} with paths"));
        }
    }

    /// Something that may be of interest, and is no finding.
    pub(crate) fn note(&self, message: impl fmt::Display) {
        self.say("note", AnsiColor::Cyan, &message.to_string());
    }

    /// A value is broken in a record that is not; of each file only the first ones are told.
    pub(crate) fn broken_value(&self, file: &Path, record: &EventRecord<'_>, error: Error) {
        self.finding();
        let told = self.broken.get();
        self.broken.set(told + 1);
        if told < SHOWN as u64 {
            self.warn(error.at(record.offset, record.record).with_path(file));
        }
    }

    /// The same for all broken values of a file at once.
    pub(crate) fn broken_values(&self, file: &Path, findings: &[Finding]) {
        for (told, finding) in findings.iter().enumerate() {
            self.broken.set(told as u64 + 1);
            if told < SHOWN {
                let what = match &finding.problem {
                    Problem::Content(what) => what.clone(),
                    other => other.to_string(),
                };
                self.warn(format_args!(
                    "{}: record {} at byte {}: {what}",
                    text::path(file),
                    finding.record,
                    finding.offset
                ));
            }
        }
    }

    fn say(&self, label: &str, colour: AnsiColor, message: &str) {
        if self.silent {
            return;
        }
        let style = if self.colour {
            colour.on_default().bold()
        } else {
            Style::new()
        };
        let print = || {
            let mut err = io::stderr().lock();
            let mut label = format!("{style}{label}:{style:#} ");
            for line in message.lines() {
                // Where standard error is closed, nobody can be told.
                let _ = writeln!(err, "{label}{}", text::printable(line));
                label.clear();
            }
        };
        match &*self.progress.borrow() {
            Some(progress) => progress.suspend(print),
            None => print(),
        }
    }

    /// Starts the progress bar for `total` bytes, to be seen only on a terminal that no results go to, and
    /// only if reading takes a while.
    pub(crate) fn begin_progress(&self, total: u64, results_stream: bool) {
        let hidden = !io::stderr().is_terminal() || (results_stream && io::stdout().is_terminal());
        if !hidden {
            *self.progress.borrow_mut() = Some(Progress::begin(total));
        }
    }

    /// A file of so many bytes comes next.
    pub(crate) fn begin_file(&self, bytes: u64) {
        if let Some(progress) = &mut *self.progress.borrow_mut() {
            progress.begin_file(bytes);
        }
    }

    /// So many bytes of the file are read.
    #[inline]
    pub(crate) fn reached(&self, offset: u64) {
        if let Some(progress) = &mut *self.progress.borrow_mut() {
            progress.reached(offset);
        }
    }

    /// Ends the verb's report: takes the progress bar away, and says how many files were not named.
    pub(crate) fn end(&self) {
        self.end_progress();
        if let more @ 1.. = self.damaged.get().saturating_sub(NAMED as u64) {
            let files = number::counted(more, "more file");
            let have = if more == 1 { "has" } else { "have" };
            self.warn(format_args!(
                "{files} {have} problems; `tfevents check` lists them"
            ));
        }
    }

    /// Takes the progress bar away.
    pub(crate) fn end_progress(&self) {
        if let Some(progress) = self.progress.borrow_mut().take() {
            progress.end();
        }
    }

    /// Warns of everything that is wrong with a file; of many files, with the first ones.
    pub(crate) fn file_health(&self, path: &Path, health: &Health) {
        let lines = health::describe(path, health);
        if !lines.is_empty() {
            let damaged = self.damaged.get();
            self.damaged.set(damaged + 1);
            if damaged >= NAMED as u64 {
                self.finding();
                self.broken.set(0);
                return;
            }
        }
        let path = text::path(path);
        for line in lines {
            self.warn(format_args!("{path}: {line}"));
        }
        let more = self.broken.take().saturating_sub(SHOWN as u64);
        if more > 0 {
            self.warn(format_args!("{path}: {more} more values cannot be decoded"));
        }
    }
}
