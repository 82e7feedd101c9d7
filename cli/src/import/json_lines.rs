//! JSON, an object a line.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;
use serde_json::{Map, Value};

use super::fields::{self, Field, Fields};
use super::{Import, Input, Place, number};

/// What `export --wide` puts its values into, whose name is no part of theirs.
const SCALARS: &str = "scalars";

pub(super) fn read(
    mut reader: impl BufRead,
    input: &Input<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    let (mut line, mut number, mut offset) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(());
        }
        number += 1;
        offset += length as u64;
        import.reporter.reached(offset);
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        match parse(&text) {
            Ok(object) => row(&object, (input, number), import)?,
            Err(problem) => import.tally.skip(input.path, number, problem),
        }
    }
}

/// An object; Python writes NaN and infinities in it, which JSON does not know.
fn parse(line: &str) -> Result<Map<String, Value>, String> {
    static BARE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"([:\[,]\s*)(NaN|-?Infinity)\b").ok());
    serde_json::from_str(line).or_else(|e| {
        let quoted = match &*BARE {
            Some(bare) => bare.replace_all(line, "$1\"$2\""),
            None => Cow::Borrowed(line),
        };
        serde_json::from_str(&quoted).map_err(|_| match e.classify() {
            serde_json::error::Category::Data => "this is no JSON object".to_owned(),
            // It always says line 1.
            _ => e.to_string().replace(" at line 1 column", ", column"),
        })
    })
}

fn row(
    object: &Map<String, Value>,
    (input, line): (&Input<'_>, u64),
    import: &mut Import<'_>,
) -> Result<()> {
    let mut cells = Vec::new();
    flatten("", object, &mut cells);
    let find = |field| {
        let is_that = |(name, _): &&(String, &Value)| import.fields.get(name) == Some(field);
        cells.iter().find(is_that).map(|(_, value)| *value)
    };
    let place = (|| {
        let time = find(Field::WallTime).filter(|time| !time.is_null());
        let run = find(Field::Run).map(plain);
        let step = find(Field::Step).ok_or_else(|| {
            let names: Vec<_> = cells.iter().map(|(name, _)| &**name).collect();
            Fields::no_step("key", &names)
        })?;
        Ok::<_, String>((
            run.unwrap_or_else(|| Cow::Borrowed(&*input.run)),
            fields::step(&plain(step))?,
            time.map_or(Ok(input.time), |time| fields::time(&plain(time)))?,
        ))
    })();
    let (run, step, time) = match place {
        Ok(place) => place,
        Err(problem) => {
            import.tally.skip(input.path, line, problem);
            return Ok(());
        }
    };
    let place = Place {
        run: &run,
        step,
        time,
    };
    if let (Some(Value::String(tag)), true) = (find(Field::Tag), has_value(object, &cells, import))
    {
        return long(
            object,
            tag,
            find(Field::Value),
            place,
            (input, line),
            import,
        );
    }
    for (name, value) in &cells {
        if import
            .fields
            .get(name)
            .is_some_and(|field| !matches!(field, Field::Tag | Field::Value))
        {
            continue;
        }
        match number::from_json(value) {
            Some(number) if !name.is_empty() => import.scalar(place, name, number)?,
            _ if value.is_null() => {}
            _ if import.wants(name) => import.tally.text(input.path, line, name, plain(value)),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the row is a value, which may be an object itself.
fn has_value(object: &Map<String, Value>, cells: &[(String, &Value)], import: &Import<'_>) -> bool {
    let names = object.keys().chain(cells.iter().map(|(name, _)| name));
    names
        .into_iter()
        .any(|name| import.fields.get(name) == Some(Field::Value))
}

/// Takes in a row that is one value.
fn long(
    object: &Map<String, Value>,
    tag: &str,
    value: Option<&Value>,
    place: Place<'_>,
    (input, line): (&Input<'_>, u64),
    import: &mut Import<'_>,
) -> Result<()> {
    let is_other = |kind: &Value| kind.as_str().is_some_and(|kind| kind != "scalar");
    let number = value.and_then(number::from_json);
    if object.get("kind").is_some_and(is_other) {
        if import.wants(tag) {
            import.tally.other_kind();
        }
    } else if tag.is_empty() {
        import.tally.skip(input.path, line, "there is no tag");
    } else if let Some(number) = number {
        import.scalar(place, tag, number)?;
    } else {
        import
            .tally
            .skip(input.path, line, "the value is no number");
    }
    Ok(())
}

/// What is in an object and in objects in it.
fn flatten<'v>(prefix: &str, object: &'v Map<String, Value>, cells: &mut Vec<(String, &'v Value)>) {
    for (name, value) in object {
        match value {
            Value::Object(inner) if prefix.is_empty() && name == SCALARS => {
                flatten("", inner, cells);
            }
            Value::Object(inner) => flatten(&format!("{prefix}{name}/"), inner, cells),
            value => cells.push((format!("{prefix}{name}"), value)),
        }
    }
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
        let object = parse(r#"{"a": NaN, "b":-Infinity, "c": "x: NaN"}"#);
        // Inside of text, that would be wrong, so nothing is guessed.
        assert!(object.is_err());
        let object = parse(r#"{"a": NaN, "b":-Infinity}"#).unwrap();
        assert_eq!(
            (object["a"].as_str(), object["b"].as_str()),
            (Some("NaN"), Some("-Infinity"))
        );
        assert_eq!(
            parse("{\"a\": }"),
            Err("expected value, column 7".to_owned())
        );
        assert_eq!(parse("[1]"), Err("this is no JSON object".to_owned()));
    }
}
