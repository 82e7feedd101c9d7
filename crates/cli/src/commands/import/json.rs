//! Rows that are JSON objects.

use std::borrow::Cow;

use anyhow::Result;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fields::{self, Field, Fields, Found};
use super::inputs::Input;
use super::spot::Spot;
use super::{Import, Place, number, times};

use tfevents_analysis::syntax;

mod loose;
mod object;

pub(super) use object::{Member, Object};

/// What `export --wide` puts its values into, whose name is no part of theirs.
const SCALARS: &str = "scalars";

/// What a line says, also as Python writes it, which knows NaN and infinities.
pub(super) fn parse_line<T: DeserializeOwned>(line: &str) -> Result<T, String> {
    parse(line).map_err(|e| syntax::json_line(&e))
}

/// The same of a document of any number of lines.
pub(super) fn parse_document<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    parse(text).map_err(|e| syntax::json(&e))
}

fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    // What is missing is missing behind what there is, and not on the line after it.
    let text = text.trim_end();
    let strict = serde_json::from_str(text);
    strict.or_else(|e| serde_json::from_str(&loose::to_json(text)).map_err(|_| e))
}

/// Takes in an object whose members are values and fields.
pub(super) fn row(
    object: &Object,
    spot: Spot<'_>,
    input: &Input<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    let found = object.cells().and_then(|cells| {
        let names: Vec<_> = cells.iter().map(|(name, _)| &**name).collect();
        let found = import.fields.find("keys", &names)?;
        let (run, step, time) = place(&cells, &found, spot, input, import)?;
        Ok((cells, found, run, step, time))
    });
    let (cells, found, run, step, time) = match found {
        Ok(found) => found,
        Err(problem) => {
            import.tally.skip(spot, problem);
            return Ok(());
        }
    };
    let place = Place {
        run: &run,
        step,
        time,
    };
    let cell = |field| found.get(field).map(|i| cells[i].1);
    if let (Some(Value::String(tag)), true) = (cell(Field::Tag), has_value(object, &found, import))
    {
        return long(object, tag, cell(Field::Value), place, spot, import);
    }
    for (i, (name, value)) in cells.iter().enumerate() {
        let field = found.field(i);
        if field.is_some_and(|field| !matches!(field, Field::Tag | Field::Value)) {
            continue;
        }
        match number::from_json(value) {
            Some(number) if !name.is_empty() => import.scalar(place, name, number)?,
            _ if value.is_null() => {}
            _ if import.wants(name) => import.tally.text(spot, name, &plain(value)),
            _ => {}
        }
    }
    Ok(())
}

/// The run, the step and the time of a row.
fn place<'r>(
    cells: &[(String, &'r Value)],
    found: &Found,
    spot: Spot<'_>,
    input: &'r Input<'_>,
    import: &Import<'_>,
) -> Result<(Cow<'r, str>, i64, times::Time), String> {
    let cell = |field| found.get(field).map(|i| cells[i].1);
    let step = match (import.counted_step(spot), cell(Field::Step)) {
        (Some(step), _) => step,
        (None, Some(step)) => fields::step(&plain(step))?,
        (None, None) => {
            let names: Vec<_> = cells.iter().map(|(name, _)| &**name).collect();
            return Err(Fields::no_step("key", &names));
        }
    };
    let run = cell(Field::Run).map_or(Cow::Borrowed(&*input.run), plain);
    let time = cell(Field::WallTime).filter(|time| !time.is_null());
    let time = time.map_or(Ok(input.time), |time| times::time(&plain(time)))?;
    Ok((run, step, time))
}

/// Whether the row is a value, which may be an object itself.
fn has_value(object: &Object, found: &Found, import: &Import<'_>) -> bool {
    let mut members = object.0.iter();
    found.get(Field::Value).is_some()
        || members.any(|(name, _)| import.fields.get(name) == Some(Field::Value))
}

/// Takes in a row that is one value.
fn long(
    object: &Object,
    tag: &str,
    value: Option<&Value>,
    place: Place<'_>,
    spot: Spot<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    let is_other = |(name, member): &(String, Member)| match member {
        Member::Value(Value::String(kind)) => name == "kind" && kind != "scalar",
        _ => false,
    };
    let number = value.and_then(number::from_json);
    if object.0.iter().any(is_other) {
        if import.wants(tag) {
            import.tally.other_kind();
        }
    } else if tag.is_empty() {
        import.tally.skip(spot, "no tag");
    } else if let Some(number) = number {
        import.scalar(place, tag, number)?;
    } else {
        import.tally.skip(spot, "the value is not a number");
    }
    Ok(())
}

/// Text without quotes around it.
fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        value => Cow::Owned(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_does_not_know_are_read() {
        let object: Object = parse_line(r#"{"a": NaN, "b":-Infinity, "c": "x: NaN"}"#).unwrap();
        let texts = object.cells().unwrap();
        let texts: Vec<_> = texts.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(texts, [Some("NaN"), Some("-Infinity"), Some("x: NaN")]);
        let error = |line: &str| parse_line::<Object>(line).unwrap_err();
        let problem = "not valid JSON at column 7; check the quotes, commas and brackets there";
        assert_eq!(error("{\"a\": }"), problem);
        assert_eq!(error("[1]"), "this is not a JSON object");
        assert!(error(&"[".repeat(100_000)).contains("nested too deeply"));
        assert!(error(&"{\"a\":".repeat(100_000)).contains("nested too deeply"));
    }

    #[test]
    fn no_name_is_there_twice() {
        let cells = |line: &str| {
            let object: Object = parse_line(line)?;
            let cells = object.cells()?;
            let names = cells.iter().map(|(name, _)| &**name);
            Ok::<_, String>(names.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(
            cells(r#"{"a": {"b": 1, "c": {"b": 2}}, "b": 3}"#).unwrap(),
            "a/b a/c/b b"
        );
        assert_eq!(cells(r#"{"a": [{"b": 1, "b": 2}]}"#).unwrap(), "a");
        for twice in [
            r#"{"a": 1, "b": 2, "a": 1}"#,
            r#"{"x": {"a": 1, "b": 2, "a": 1}}"#,
            r#"{"a": {"a": 1}, "b": {"a": 1}, "a": 2}"#,
            r#"{"a/b": 1, "a": {"b": 2}}"#,
            r#"{"scalars": {"a": 1}, "a": 2}"#,
        ] {
            let error = cells(twice).unwrap_err();
            assert!(error.contains("appears twice"), "{twice}: {error}");
        }
    }
}
