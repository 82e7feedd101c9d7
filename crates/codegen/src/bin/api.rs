//! Lists the public interface of the library in `docs/api/tfevents.txt`, so that a change to it is seen in review, and
//! checks the rules for it that `CONTRIBUTING.md` states.
//!
//! `.ci/api` makes the rustdoc JSON that this reads, and calls it. Exits with 3 where the toolchain's JSON has a
//! different format from the one that this was built for.

#![allow(clippy::print_stderr, reason = "a command-line tool reports on stderr")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use rustdoc_types::{Attribute, Crate, FORMAT_VERSION, Item, ItemEnum, StructKind, Visibility};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let outcome = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [json] => run(Path::new(json), false),
        ["--check", json] => run(Path::new(json), true),
        _ => {
            eprintln!("usage: .ci/api [--check]");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("api: {error}");
        ExitCode::FAILURE
    })
}

fn run(json: &Path, check: bool) -> Result<ExitCode> {
    let text = fs::read_to_string(json).map_err(|error| format!("{}: {error}", json.display()))?;
    let format = serde_json::from_str::<serde_json::Value>(&text)?["format_version"].as_u64();
    if format != Some(FORMAT_VERSION.into()) {
        eprintln!("this toolchain's rustdoc JSON does not have format {FORMAT_VERSION}");
        return Ok(ExitCode::from(3));
    }
    let offences = offences(&serde_json::from_str(&text)?, &exhaustive()?);
    if !offences.is_empty() {
        return Err(offences.join("\n").into());
    }
    let listing = listing(json)?;
    let path = docs().join("tfevents.txt");
    if !check {
        fs::write(&path, listing)?;
    } else if fs::read_to_string(&path).unwrap_or_default() != listing {
        return Err(
            "docs/api/tfevents.txt differs; run `.ci/api` to renew it, and look at what changed"
                .into(),
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The public items, one per line, except for those that `prost` makes.
fn listing(json: &Path) -> Result<String> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .sorted(true)
        .build()?;
    let lines = api.items().map(|item| format!("{item}\n"));
    Ok(lines.filter(|line| !is_message(line)).collect())
}

/// Whether a line is about a generated message, and not only takes or returns one.
fn is_message(line: &str) -> bool {
    let mut places = line.match_indices("tfevents::").map(|(at, _)| &line[at..]);
    let about = |place: &str| place.starts_with("tfevents::proto::");
    if line.starts_with("impl") {
        places.all(about)
    } else {
        places.next().is_some_and(about)
    }
}

/// The types that may be matched and built exhaustively: first words of lines, behind which is why.
fn exhaustive() -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(docs().join("exhaustive.txt"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Ok(lines
        .filter_map(|line| Some(line.split_once(' ')?.0.to_owned()))
        .collect())
}

/// What breaks the rules: one name for one type, and `#[non_exhaustive]` unless it is listed.
fn offences(library: &Crate, exhaustive: &BTreeSet<String>) -> Vec<String> {
    let mut offences = Vec::new();
    let mut names = BTreeMap::<&str, String>::new();
    let mut growable = BTreeSet::new();
    for (id, item) in &library.index {
        let path = library.paths.get(id).map(|summary| summary.path.join("::"));
        let (Some(name), Some(path), Visibility::Public) = (&item.name, path, &item.visibility)
        else {
            continue;
        };
        let is_type = matches!(
            item.inner,
            ItemEnum::Struct(_) | ItemEnum::Enum(_) | ItemEnum::Trait(_)
        );
        if item.crate_id != 0 || !is_type || is_outside(&path) {
            continue;
        }
        if let Some(other) = names.insert(name, path.clone()) {
            offences.push(format!("two types are called {name}: {other} and {path}"));
        }
        if can_grow(item) {
            growable.insert(name.as_str());
            let marked = item.attrs.contains(&Attribute::NonExhaustive);
            if marked == exhaustive.contains(name) {
                let what = if marked {
                    "is listed in"
                } else {
                    "is not #[non_exhaustive], nor listed in"
                };
                offences.push(format!("{path} {what} docs/api/exhaustive.txt"));
            }
        }
    }
    for name in exhaustive {
        if !growable.contains(name.as_str()) {
            offences.push(format!(
                "{name} in docs/api/exhaustive.txt is no type that others can match or build"
            ));
        }
    }
    offences.sort();
    offences
}

/// Generated messages, and what only seals traits.
fn is_outside(path: &str) -> bool {
    path.starts_with("tfevents::proto::") || path.contains("::sealed::")
}

/// Whether another variant or field would break those who match or build it.
fn can_grow(item: &Item) -> bool {
    match &item.inner {
        ItemEnum::Enum(_) => true,
        ItemEnum::Struct(item) => match &item.kind {
            StructKind::Plain {
                fields,
                has_stripped_fields,
            } => !fields.is_empty() && !has_stripped_fields,
            _ => false,
        },
        _ => false,
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api")
}
