//! What the `Trainer` of Hugging Face's transformers prints, and keeps in `trainer_state.json`.

use std::io::BufRead;

use anyhow::Result;
use serde_json::Value;

use super::inputs::Input;
use super::json::{self, Member, Object};
use super::spot::Spot;
use super::{Import, lines};

/// What its state calls all that it has logged.
pub(super) const HISTORY: &str = "log_history";

/// Takes in the history of a state.
pub(super) fn history(history: &[Value], input: &Input<'_>, import: &mut Import<'_>) -> Result<()> {
    for (number, entry) in (1..).zip(history) {
        let spot = Spot::element(input.path, number);
        match Member::from(entry.clone()) {
            Member::Object(entry) => {
                json::row(&renamed(entry, import), spot, input, import)?;
            }
            Member::Value(_) => import.tally.skip(spot, "this is not a JSON object"),
        }
    }
    Ok(())
}

/// Reads what was printed: dictionaries, among progress bars and whatever else there is.
pub(super) fn read(reader: impl BufRead, input: &Input<'_>, import: &mut Import<'_>) -> Result<()> {
    lines::each(reader, import, |line, number, import| {
        for part in line.split(['\r', '\n']) {
            let Some(dictionary) = dictionary(part) else {
                continue;
            };
            let spot = Spot::line(input.path, number);
            match json::parse_line::<Object>(dictionary) {
                Ok(object) if object.has("epoch") => {
                    json::row(&renamed(object, import), spot, input, import)?;
                }
                Ok(_) => {
                    let problem = "this dictionary has no `epoch`, so Trainer did not print it";
                    import.tally.skip(spot, problem);
                }
                Err(problem) => import.tally.skip(spot, problem),
            }
        }
        Ok(())
    })
}

/// The part of a line that Python prints for a dictionary with names.
fn dictionary(line: &str) -> Option<&str> {
    let start = line.find("{'").or_else(|| line.find("{\""))?;
    let rest = line.get(start..)?;
    rest.get(..=rest.rfind('}')?)
}

/// Metrics under the tags that its own callback for TensorBoard gives them.
fn renamed(Object(members): Object, import: &Import<'_>) -> Object {
    let renamed = members.into_iter().map(|(name, member)| {
        let tag = match name.split_once('_') {
            _ if import.fields.get(&name).is_some() => name,
            Some((split @ ("eval" | "test"), rest)) => format!("{split}/{rest}"),
            _ => format!("train/{name}"),
        };
        (tag, member)
    });
    Object(renamed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_stand_anywhere_in_a_line() {
        assert_eq!(dictionary("INFO {'a': 1} end"), Some("{'a': 1}"));
        assert_eq!(dictionary("50%|# | 1/2 {\"a\": {}}"), Some("{\"a\": {}}"));
        assert_eq!(dictionary("a {set} and }{'"), None);
    }
}
