//! Generates `src/proto/*.rs` from `proto/*.proto`, one file for each protobuf package, and the same for the data server.
//!
//! `cargo run -p codegen` writes the files; `cargo run -p codegen -- --check` writes nothing and fails
//! when one of them is out of date. The result is checked in, so that users of the library need
//! neither `protoc` nor a build script.

#![allow(clippy::print_stderr, reason = "a command-line tool reports on stderr")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use prost_build::{Config, Module};

const HEADER: &str = r#"// Generated from proto/ by `cargo run -p codegen`. Do not edit.

#![allow(missing_docs, clippy::all, reason = "generated code")]

"#;

/// Also of the services in them.
const SERVER_HEADER: &str = r#"// Generated from proto/ by `cargo run -p codegen`. Do not edit.

#![allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated code"
)]

"#;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let outcome = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(),
        ["--check"] => check(),
        _ => {
            eprintln!("usage: cargo run -p codegen [-- --check]");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("codegen: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<()> {
    for (path, code) in generate()? {
        fs::write(repository().join(&path), code).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// Fails with the names of all files that differ from what `proto/` says.
fn check() -> Result<()> {
    let is_current = |path: &str, code: &str| {
        fs::read_to_string(repository().join(path)).is_ok_and(|checked_in| checked_in == code)
    };
    let stale: Vec<String> = generate()?
        .into_iter()
        .filter(|(path, code)| !is_current(path, code))
        .map(|(path, _)| path)
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "out of date: {}\nrun `cargo run -p codegen` and commit the result",
        stale.join(", ")
    )
    .into())
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The generated code, by path within the repository.
fn generate() -> Result<BTreeMap<String, String>> {
    let mut library = Config::new();
    // Sorted keys make encoding reproducible.
    library.btree_map(["."]);
    let mut generated = generate_from("proto", "src/proto", HEADER, library)?;

    let mut server = Config::new();
    // A data server has no use for a client, and its messages that are the library's are there already.
    server
        .extern_path(".tfevents", "::tfevents::proto")
        .bytes([
            ".tensorboard.data.RunTagFilter",
            ".tensorboard.data.ReadBlobResponse.data",
            ".tensorboard.data.ListScalarsResponse.runs",
            ".tensorboard.data.ListTensorsResponse.runs",
            ".tensorboard.data.ListBlobSequencesResponse.runs",
            ".tensorboard.data.ReadScalarsResponse.runs",
            ".tensorboard.data.ReadTensorsResponse.runs",
            ".tensorboard.data.ReadBlobSequencesResponse.runs",
        ])
        .service_generator(
            tonic_prost_build::configure()
                .build_client(false)
                .service_generator(),
        );
    let directory = "crates/server/src/proto";
    generated.extend(generate_from(
        "crates/server/proto",
        directory,
        SERVER_HEADER,
        server,
    )?);
    Ok(generated)
}

/// What is generated from the `.proto` files of one directory, which may import those of the library.
fn generate_from(
    sources: &str,
    target: &str,
    header: &str,
    mut config: Config,
) -> Result<BTreeMap<String, String>> {
    let directory = repository().join(sources);
    let mut files = Vec::new();
    for entry in
        fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?
    {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    // Sorted, so that messages come out in the same order on every machine.
    files.sort();

    let requests = protox::compile(&files, [&directory, &repository().join("proto")])?
        .file
        .into_iter()
        .map(|file| (Module::from_protobuf_package_name(file.package()), file))
        .collect();
    config
        .generate(requests)?
        .into_iter()
        .map(|(module, code)| {
            let name = module
                .parts()
                .last()
                .ok_or("a .proto file has no package")?;
            let path = format!("{target}/{name}.rs");
            let code = format!("{header}{}", strip_dt_prefix(&code));
            Ok((path, rustfmt(&code)?))
        })
        .collect()
}

/// Renames `DataType::DtFloat` to `DataType::Float`, and likewise for the other element types.
///
/// Prost strips only prefixes that repeat the name of the enum, and the `DT_` of the protobuf names
/// has to stay, because it is part of the text form of graphs.
fn strip_dt_prefix(code: &str) -> String {
    let mut stripped = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("Dt") {
        let (before, from) = rest.split_at(at);
        let (prefix, after) = from.split_at(2);
        stripped.push_str(before);
        let inside_a_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if inside_a_word || !after.starts_with(|c: char| c.is_ascii_uppercase()) {
            stripped.push_str(prefix);
        }
        rest = after;
    }
    stripped + rest
}

/// Formats `code` as `cargo fmt` would.
fn rustfmt(code: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start rustfmt: {error}"))?;
    // Taken out of the child, so that the pipe closes after the write: rustfmt reads to the end first.
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(code.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("rustfmt failed: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checked_in_code_is_up_to_date() {
        check().unwrap();
    }

    #[test]
    fn only_whole_dt_words_are_renamed() {
        let code =
            r#"Self::DtFloat => "DT_FLOAT", Dtype, DtypeAndShape, WidthDtX, DtInt8Ref = 106"#;
        let expected =
            r#"Self::Float => "DT_FLOAT", Dtype, DtypeAndShape, WidthDtX, Int8Ref = 106"#;
        assert_eq!(strip_dt_prefix(code), expected);
    }
}
