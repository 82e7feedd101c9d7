//! Logs text: a note in Markdown, and tables of settings and of samples.
//!
//! ```sh
//! cargo run --example text_table [LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::collections::BTreeMap;
use std::env;
use std::error::Error;

use tfevents::{SummaryWriter, Text};

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/text_table".into());
    let writer = SummaryWriter::new(logdir)?;

    let note = "Baseline, **without** augmentation.\n\n* resumed from `epoch-20`\n* see issue 7";
    writer.add_text("note", note, 0)?;

    // Settings, one a row.
    let settings = BTreeMap::from([("batch", 32.0), ("learning rate", 0.001), ("layers", 4.0)]);
    let rows = settings
        .iter()
        .map(|(name, value)| [format!("**{name}**"), value.to_string()]);
    writer.add_text("settings", Text::table(rows)?, 0)?;

    // What a model writes, beside what it was asked. The cells of a table are Markdown, too.
    let questions = ["2 + 2", "capital of France"];
    for (step, answers) in [["5", "Lyon"], ["4", "Paris"]].into_iter().enumerate() {
        let heading = ["**question**", "**answer**"];
        let rows = questions.into_iter().zip(answers).map(|(q, a)| [q, a]);
        let table = Text::table([heading].into_iter().chain(rows))?;
        writer.add_text("samples", table, step)?;
    }

    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}
