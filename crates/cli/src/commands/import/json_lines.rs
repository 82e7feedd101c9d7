//! JSON, one object per line.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;
use serde_json::Value;

use super::fields::{self, Field, Fields};
use super::inputs::Input;
use super::{Import, Place, lines, number};

mod object;

use object::{Member, Object};

/// What `export --wide` puts its values into, whose name is no part of theirs.
const SCALARS: &str = "scalars";

pub(super) fn read(reader: impl BufRead, input: &Input<'_>, import: &mut Import<'_>) -> Result<()> {
    lines::each(reader, import, |line, number, import| {
        if line.trim().is_empty() {
            return Ok(());
        }
        match parse(line) {
            Ok(object) => row(&object, (input, number), import),
            Err(problem) => {
                import.tally.skip(input.path, number, problem);
                Ok(())
            }
        }
    })
}

/// An object; Python writes NaN and infinities in it, which JSON does not know.
fn parse(line: &str) -> Result<Object, String> {
    static BARE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"([:\[,]\s*)(NaN|-?Infinity)\b").ok());
    serde_json::from_str(line).or_else(|e| {
        let quoted = match &*BARE {
            Some(bare) => bare.replace_all(line, "$1\"$2\""),
            None => Cow::Borrowed(line),
        };
        serde_json::from_str(&quoted).map_err(|_| {
            let problem = e.to_string();
            match problem.split_once(" at line 1 column ") {
                // Where it is shows in the name that it speaks of, if anywhere.
                Some((what, _)) if e.is_data() => what.to_owned(),
                Some((what, column)) => format!("{what}, column {column}"),
                None => problem,
            }
        })
    })
}

fn row(object: &Object, (input, line): (&Input<'_>, u64), import: &mut Import<'_>) -> Result<()> {
    let cells = match object.cells() {
        Ok(cells) => cells,
        Err(problem) => {
            import.tally.skip(input.path, line, problem);
            return Ok(());
        }
    };
    let find = |field| {
        let is_that = |(name, _): &&(String, &Value)| import.fields.get(name) == Some(field);
        cells.iter().find(is_that).map(|(_, value)| *value)
    };
    let place = (|| {
        let names = cells.iter().map(|(name, _)| &**name);
        import.fields.check("keys", names)?;
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
            _ if import.wants(name) => import.tally.text(input.path, line, name, &plain(value)),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the row is a value, which may be an object itself.
fn has_value(object: &Object, cells: &[(String, &Value)], import: &Import<'_>) -> bool {
    let members = object.0.iter().map(|(name, _)| name);
    let names = members.chain(cells.iter().map(|(name, _)| name));
    names
        .into_iter()
        .any(|name| import.fields.get(name) == Some(Field::Value))
}

/// Takes in a row that is one value.
fn long(
    object: &Object,
    tag: &str,
    value: Option<&Value>,
    place: Place<'_>,
    (input, line): (&Input<'_>, u64),
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
        import.tally.skip(input.path, line, "no tag");
    } else if let Some(number) = number {
        import.scalar(place, tag, number)?;
    } else {
        import
            .tally
            .skip(input.path, line, "the value is not a number");
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
        let object = parse(r#"{"a": NaN, "b":-Infinity, "c": "x: NaN"}"#);
        // Inside of text, that would be wrong, so nothing is guessed.
        assert!(object.is_err());
        let object = parse(r#"{"a": NaN, "b":-Infinity}"#).unwrap();
        let texts = object.cells().unwrap();
        let texts: Vec<_> = texts.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(texts, [Some("NaN"), Some("-Infinity")]);
        let error = |line: &str| parse(line).unwrap_err();
        assert_eq!(error("{\"a\": }"), "expected value, column 7");
        assert_eq!(error("[1]"), "this is not a JSON object");
        assert!(error(&"[".repeat(100_000)).contains("recursion"));
        assert!(error(&"{\"a\":".repeat(100_000)).contains("recursion"));
    }

    #[test]
    fn no_name_is_there_twice() {
        let cells = |line: &str| {
            let object = parse(line)?;
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
