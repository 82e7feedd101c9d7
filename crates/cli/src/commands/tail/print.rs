//! What is reported about a logdir, as text or as JSON: a line each, the latter as in `docs/json.md`.

use std::io::Write as _;

use anyhow::Result;
use serde::Serialize;
use tfevents::{Kind, Number, Point, Value, WallTime};

use crate::output::Out;
use crate::render::clock;
use crate::ui::style::Styles;
use tfevents_analysis::text::{self, printable};
use tfevents_table::json::{Float, PathText};

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
    pub(super) fn new(run: &str, step: i64, wall_time: WallTime, point: &Point<'_>) -> Self {
        Self {
            run: run.to_owned(),
            tag: point.tag.to_owned(),
            kind: point.kind,
            step,
            wall_time,
            content: match &point.value {
                Value::Scalar(v) => Content::Number(*v),
                Value::Text(text) => Content::Text(text.to_text().collect::<Vec<_>>().join("\n")),
                _ => Content::Other,
            },
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
    pub(super) out: Out,
    pub(super) json: bool,
    pub(super) styles: Styles,
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
    pub(super) fn logged(&mut self, logged: &Logged) -> Result<()> {
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
            Happened::Damage { .. } | Happened::Unreadable { .. } | Happened::End { .. } => {
                return Ok(());
            }
        };
        writeln!(self.out, "{dim}# {}{dim:#}", printable(&told))?;
        Ok(())
    }

    fn json(&mut self, line: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")?;
        Ok(())
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
