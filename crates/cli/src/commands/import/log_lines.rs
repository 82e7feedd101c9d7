//! Lines that training programs print.

use std::io::BufRead;

use anyhow::Result;
use regex::{Captures, Regex};

use super::fields::{self, Field, Fields, Time};
use super::inputs::Input;
use super::number::Read;
use super::{Import, Place, lines, number};
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern;
use tfevents_analysis::text::quoted;

pub(super) fn compile(regexes: &[String]) -> Result<Vec<Regex>> {
    let compiled = regexes.iter().map(|text| {
        let wrong = |problem| UsageError(format!("--regex `{text}`: {problem}"));
        let regex = pattern::regex(text).map_err(wrong)?;
        if regex.capture_names().flatten().next().is_none() {
            let problem = "it has no named group such as (?P<loss>\\S+)";
            return Err(wrong(problem.to_owned()).into());
        }
        Ok(regex)
    });
    compiled.collect()
}

/// What earlier matches said, for those that do not say it.
struct Known {
    run: String,
    step: Option<i64>,
    time: Time,
}

pub(super) fn read(
    reader: impl BufRead,
    regexes: &[Regex],
    input: &Input<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    let names = || {
        regexes
            .iter()
            .flat_map(|regex| regex.capture_names().flatten())
    };
    if names().all(|name| import.fields.get(name) != Some(Field::Step)) {
        let problem = Fields::no_step("group", &names().collect::<Vec<_>>());
        return Err(UsageError(problem).into());
    }
    let mut known = Known {
        run: input.run.clone(),
        step: None,
        time: input.time,
    };
    lines::each(reader, import, |line, number, import| {
        // Progress bars are written over and over in one line.
        let parts = line.split(['\r', '\n']);
        for (part, regex) in parts.flat_map(|part| regexes.iter().map(move |regex| (part, regex))) {
            for captures in regex.captures_iter(part) {
                match found(regex, &captures, &mut known, import) {
                    Ok((step, values)) => {
                        let place = Place {
                            run: &known.run,
                            step,
                            time: known.time,
                        };
                        for (tag, value) in values {
                            import.scalar(place, &tag, value)?;
                        }
                    }
                    Err(problem) => import.tally.skip(input.path, number, problem),
                }
            }
        }
        Ok(())
    })
}

/// The step and the values of a match, after taking note of its other fields.
fn found(
    regex: &Regex,
    captures: &Captures<'_>,
    known: &mut Known,
    import: &Import<'_>,
) -> Result<(i64, Vec<(String, Read)>), String> {
    let (mut values, mut tag, mut long) = (Vec::new(), None, None);
    for name in regex.capture_names().flatten() {
        let Some(text) = captures.name(name).map(|found| found.as_str()) else {
            continue;
        };
        let value = || {
            let text = text.trim_end_matches([',', ';']);
            number::from_text(text)
                .ok_or_else(|| format!("{name}: {} is not a number", quoted(text)))
        };
        match import.fields.get(name) {
            Some(Field::Run) => text.clone_into(&mut known.run),
            Some(Field::Step) => known.step = Some(fields::step(text)?),
            Some(Field::WallTime) => known.time = fields::time(text)?,
            Some(Field::Tag) => tag = Some(text),
            Some(Field::Value) => long = Some(value()?),
            None => values.push((name.to_owned(), value()?)),
        }
    }
    if let Some(value) = long {
        values.push((tag.unwrap_or("value").to_owned(), value));
    }
    match known.step {
        Some(step) => Ok((step, values)),
        None if values.is_empty() => Ok((0, values)),
        None => Err("no step found so far".to_owned()),
    }
}
