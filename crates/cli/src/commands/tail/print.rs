//! What is reported about a logdir, as text or as JSON: a line each, the latter as in `docs/json.md`.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use tfevents::{Kind, Number, Value, WallTime};

use crate::output::{self, Out};
use crate::render::clock;
use crate::ui::style::Styles;
use tfevents_analysis::text::{self, printable};
use tfevents_table::json::{self, Float, PathText};

/// A value that was logged.
pub(super) struct Logged {
    pub(super) run: String,
    pub(super) tag: String,
    pub(super) kind: Kind,
    pub(super) step: i64,
    pub(super) wall_time: WallTime,
    content: Content,
}

/// As much of a value as fits a line.
enum Content {
    Number(Number),
    Text(String),
    /// Only its kind is told.
    Other,
}

impl Logged {
    /// A value of a tag and its kind.
    pub(super) fn new(
        run: &str,
        step: i64,
        wall_time: WallTime,
        (tag, kind): (&str, Kind),
        value: &Value<'_>,
    ) -> Self {
        Self {
            content: match value {
                Value::Scalar(v) => Content::Number(*v),
                Value::Text(text) => Content::Text(text.to_text().collect::<Vec<_>>().join("\n")),
                _ => Content::Other,
            },
            ..Self::without_content(run, step, wall_time, (tag, kind))
        }
    }

    /// A value of which only its tag and kind are printed.
    pub(super) fn without_content(
        run: &str,
        step: i64,
        wall_time: WallTime,
        (tag, kind): (&str, Kind),
    ) -> Self {
        Self {
            run: run.to_owned(),
            tag: tag.to_owned(),
            kind,
            step,
            wall_time,
            content: Content::Other,
        }
    }
}

/// What happens to runs and files.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub(super) enum Happened<'a> {
    NewRun {
        run: &'a str,
    },
    Restart {
        run: &'a str,
        step: i64,
    },
    /// Values that were printed, from this step on, no longer count.
    Superseded {
        run: &'a str,
        step: i64,
        policy: &'static str,
    },
    Replaced {
        run: &'a str,
        file: PathText<'a>,
    },
    Damage {
        run: &'a str,
        file: PathText<'a>,
        record: u64,
        offset: u64,
        bytes: u64,
        problem: String,
    },
    Unreadable {
        run: &'a str,
        file: PathText<'a>,
        error: String,
    },
    /// The end of it, and where the condition holds if it is one.
    End {
        reason: Reason,
        #[serde(skip_serializing_if = "Option::is_none")]
        run: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<i64>,
    },
}

/// Why following ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    Until,
    FailIf,
    Timeout,
    EndOfData,
}

/// Prints lines in one of the formats.
pub(super) struct Printer {
    out: Out,
    json: bool,
    styles: Styles,
    /// What happened before the first value, where nothing is printed unless there is one.
    held: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct PointLine<'a> {
    event: &'static str,
    run: &'a str,
    tag: &'a str,
    kind: &'static str,
    step: i64,
    wall_time: Float,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<ValueReport<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueReport<'a> {
    Number(Number),
    Text(&'a str),
}

/// Longer texts are cut.
const MAX_TEXT: usize = 60;

impl Printer {
    /// A printer of lines or of JSON. With `hold`, nothing is printed before there is a value.
    pub(super) fn new(json: bool, hold: bool) -> Self {
        Self {
            out: output::styled_stdout(),
            json,
            styles: Styles::for_stdout(),
            held: hold.then(Vec::new),
        }
    }

    /// Where lines go now.
    fn out(&mut self) -> &mut dyn Write {
        match &mut self.held {
            Some(held) => held,
            None => &mut self.out,
        }
    }

    /// Prints what was held back.
    fn release(&mut self) -> Result<()> {
        if let Some(held) = self.held.take() {
            self.out.write_all(&held)?;
        }
        Ok(())
    }

    /// Makes sure that readers have what was printed.
    pub(super) fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }

    pub(super) fn logged(&mut self, logged: &Logged) -> Result<()> {
        self.release()?;
        if self.json {
            return self.json(&PointLine {
                event: "point",
                run: &logged.run,
                tag: &logged.tag,
                kind: logged.kind.name(),
                step: logged.step,
                wall_time: Float(logged.wall_time.as_secs()),
                value: match &logged.content {
                    Content::Number(v) => Some(ValueReport::Number(*v)),
                    Content::Text(text) => Some(ValueReport::Text(text)),
                    Content::Other => None,
                },
            });
        }
        let (name, dim) = (self.styles.name, self.styles.dim);
        let value = match &logged.content {
            Content::Number(v) => v.to_string(),
            Content::Text(text) => quoted(text),
            Content::Other => format!("<{}>", logged.kind),
        };
        writeln!(
            self.out,
            "{dim}{}{dim:#}  {}  {:>8}  {name}{}{name:#}  {value}",
            clock::time(logged.wall_time.as_secs()),
            printable(&logged.run),
            logged.step,
            text::name(&logged.tag),
        )?;
        Ok(())
    }

    pub(super) fn happened(&mut self, happened: &Happened<'_>) -> Result<()> {
        if matches!(happened, Happened::End { .. }) {
            self.release()?;
        }
        if self.json {
            return self.json(happened);
        }
        let dim = self.styles.dim;
        let told = match happened {
            Happened::NewRun { run } => format!("new run: {run}"),
            Happened::Restart { run, step } => format!("{run} starts over at step {step}"),
            Happened::Replaced { run, file } => {
                let file = text::path(file.0);
                format!("{run}: {file} was replaced and is read from its start")
            }
            // Warnings and the end are told on standard error.
            Happened::Superseded { .. }
            | Happened::Damage { .. }
            | Happened::Unreadable { .. }
            | Happened::End { .. } => return Ok(()),
        };
        writeln!(self.out(), "{dim}# {}{dim:#}", printable(&told))?;
        Ok(())
    }

    fn json(&mut self, line: &impl Serialize) -> Result<()> {
        Ok(json::write_line(self.out(), line)?)
    }
}

/// The start of a text on one line.
fn quoted(text: &str) -> String {
    let mut start: String = text.chars().take(MAX_TEXT).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("\"{}\"", printable(&start))
}
