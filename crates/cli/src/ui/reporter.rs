//! Standard error: progress, warnings, and what they mean for the exit status.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tfevents::reader::{EventRecord, Finding, Problem};
use tfevents::record::Tail;
use tfevents::{Error, Health};

use crate::output;
use crate::ui::style;
use tfevents_analysis::text;

const FAILED: u8 = 1;
pub(crate) const USAGE: u8 = 2;
const FINDINGS: u8 = 3;

/// How many findings of a file are told one by one.
const SHOWN_FINDINGS: usize = 5;
/// Work that takes less than this goes without a progress bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// How many bytes are read between two looks at the clock.
const STRIDE: u64 = 1 << 20;

/// Arguments that are understood only after parsing, and are wrong.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Tells the user what is not a result.
pub(crate) struct Reporter {
    /// Whether something was found or lost.
    findings: Cell<bool>,
    colour: bool,
    silent: bool,
    /// Broken values in the current file.
    broken: Cell<u64>,
    progress: RefCell<Option<Progress>>,
}

/// How far reading is.
struct Progress {
    bar: ProgressBar,
    began: Instant,
    shown: bool,
    /// Bytes of files already read, of the current file, and at which to look at the clock again.
    base: u64,
    file: u64,
    next: u64,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        Self {
            findings: Cell::new(false),
            colour: style::colour(&io::stderr()),
            silent: false,
            broken: Cell::new(0),
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

    /// The exit status for how the verb ended, after saying why it failed.
    pub(crate) fn conclude(&self, result: anyhow::Result<()>) -> ExitCode {
        self.end_progress();
        // Who is interrupted did not fail, whatever it was that went under its hands.
        let _step = output::step();
        let failed = result.is_err();
        match output::forgive_closed(result) {
            Ok(()) if self.findings.get() && !failed => ExitCode::from(FINDINGS),
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => {
                self.say("error", AnsiColor::Red, &format!("{e:#}"));
                let usage = e.downcast_ref::<UsageError>().is_some();
                ExitCode::from(if usage { USAGE } else { FAILED })
            }
        }
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

    /// Something that may be of interest, and is no finding.
    pub(crate) fn note(&self, message: impl fmt::Display) {
        self.say("note", AnsiColor::Cyan, &message.to_string());
    }

    /// A value is broken in a record that is not; of each file only the first ones are told.
    pub(crate) fn broken_value(&self, file: &Path, record: &EventRecord<'_>, error: Error) {
        self.finding();
        let told = self.broken.get();
        self.broken.set(told + 1);
        if told < SHOWN_FINDINGS as u64 {
            self.warn(error.at(record.offset, record.record).with_path(file));
        }
    }

    /// The same for all broken values of a file at once.
    pub(crate) fn broken_values(&self, file: &Path, findings: &[Finding]) {
        for (told, finding) in findings.iter().enumerate() {
            self.broken.set(told as u64 + 1);
            if told < SHOWN_FINDINGS {
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
            Some(progress) => progress.bar.suspend(print),
            None => print(),
        }
    }

    /// Starts the progress bar for `total` bytes, to be seen only on a terminal that no results go to, and
    /// only if reading takes a while.
    pub(crate) fn begin_progress(&self, total: u64, results_stream: bool) {
        let hidden = !io::stderr().is_terminal() || (results_stream && io::stdout().is_terminal());
        if !hidden {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
            let style = ProgressStyle::with_template(
                "{wide_bar} {decimal_bytes}/{decimal_total_bytes} {eta}",
            );
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("=> "));
            }
            *self.progress.borrow_mut() = Some(Progress {
                bar,
                began: Instant::now(),
                shown: false,
                base: 0,
                file: 0,
                next: STRIDE,
            });
        }
    }

    /// A file of so many bytes comes next.
    pub(crate) fn begin_file(&self, bytes: u64) {
        if let Some(p) = &mut *self.progress.borrow_mut() {
            p.base += p.file;
            p.file = bytes;
            p.next = 0;
            p.update(0);
        }
    }

    /// So many bytes of the file are read.
    #[inline]
    pub(crate) fn reached(&self, offset: u64) {
        if let Some(p) = &mut *self.progress.borrow_mut()
            && offset >= p.next
        {
            p.update(offset);
        }
    }

    /// Takes the progress bar away.
    pub(crate) fn end_progress(&self) {
        if let Some(p) = self.progress.borrow_mut().take() {
            p.bar.finish_and_clear();
        }
    }

    /// Warns of everything that is wrong with a file.
    pub(crate) fn file_health(&self, path: &Path, health: &Health) {
        let path = text::path(path);
        for line in describe_health(health) {
            self.warn(format_args!("{path}: {line}"));
        }
        let more = self.broken.take().saturating_sub(SHOWN_FINDINGS as u64);
        if more > 0 {
            self.warn(format_args!("{path}: {more} more values cannot be decoded"));
        }
    }
}

impl Progress {
    fn update(&mut self, offset: u64) {
        self.next = offset + STRIDE;
        // A compressed file has more bytes inside than outside.
        self.bar.set_position(self.base + offset.min(self.file));
        if !self.shown && self.began.elapsed() >= PATIENCE {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

/// What is wrong with a file, a line each; nothing if it is intact.
pub(crate) fn describe_health(health: &Health) -> Vec<String> {
    let mut lines = Vec::new();
    let first_is_bad = health.findings.first().is_some_and(|f| f.offset == 0);
    if health.records == 0 && (first_is_bad || matches!(health.tail, Tail::Damaged { .. })) {
        lines.push("this does not look like an event file: it has no intact record".to_owned());
    }
    let shown = health.findings.iter().take(SHOWN_FINDINGS);
    lines.extend(shown.map(ToString::to_string));
    let more = health.damaged.saturating_sub(SHOWN_FINDINGS as u64);
    if more > 0 {
        lines.push(format!("{more} more places are damaged"));
    }
    let is_large = |finding: &Finding| matches!(finding.problem, Problem::Large { .. });
    if health.findings.iter().any(is_large) {
        lines.push("--max-record SIZE reads longer records".to_owned());
    }
    if health.tail != Tail::Clean {
        lines.push(health.tail.to_string());
    }
    lines
}
