//! Lines that training programs print.

use std::io::BufRead;

use anyhow::Result;
use regex::{Captures, Regex};

use super::fields::{self, Field, Fields};
use super::inputs::Input;
use super::number::Read;
use super::spot::Spot;
use super::times::{self, Time};
use super::{Import, Place, lines, number};
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern;

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
    let is_counted = import.fields.counts;
    if !is_counted && names().all(|name| import.fields.get(name) != Some(Field::Step)) {
        let problem = Fields::no_step("group", &names().collect::<Vec<_>>());
        return Err(UsageError(problem).into());
    }
    let mut known = Known {
        run: input.run.clone(),
        step: None,
        time: input.time,
    };
    lines::each(reader, import, |line, number, import| {
        let spot = Spot::line(input.path, number);
        if let Some(step) = import.counted_step(spot) {
            known.step = Some(step);
        }
        // Progress bars are written over and over in one line.
        let parts = line.split(['\r', '\n']);
        for (part, regex) in parts.flat_map(|part| regexes.iter().map(move |regex| (part, regex))) {
            for captures in regex.captures_iter(part) {
                match found(regex, &captures, &mut known, spot, import) {
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
                    Err(problem) => import.tally.skip(spot, problem),
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
    spot: Spot<'_>,
    import: &mut Import<'_>,
) -> Result<(i64, Vec<(String, Read)>), String> {
    let (mut texts, mut tag, mut long) = (Vec::new(), None, None);
    for name in regex.capture_names().flatten() {
        let Some(text) = captures.name(name).map(|found| found.as_str()) else {
            continue;
        };
        match import.fields.get(name) {
            Some(Field::Run) => text.clone_into(&mut known.run),
            Some(Field::Step) => {
                // Where it cannot be read, what follows does not belong to the step before it.
                known.step = None;
                known.step = Some(fields::step(text)?);
            }
            Some(Field::WallTime) => known.time = times::time(text)?,
            Some(Field::Tag) => tag = Some(text),
            Some(Field::Value) => long = Some(text),
            None => texts.push((name, text)),
        }
    }
    texts.extend(long.map(|text| (tag.unwrap_or("value"), text)));
    let step = match known.step {
        Some(step) => step,
        None if texts.is_empty() => 0,
        None => return Err("no step found so far".to_owned()),
    };
    let mut values = Vec::new();
    for (tag, text) in texts {
        match number::from_text(text.trim_end_matches([',', ';'])) {
            Some(value) => values.push((tag.to_owned(), value)),
            None if import.wants(tag) => import.tally.text(spot, tag, text),
            None => {}
        }
    }
    Ok((step, values))
}
