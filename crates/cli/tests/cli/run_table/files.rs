//! `table --output`.

use std::fs;

use super::sweep;
use crate::support::tfevents;

const COLUMNS: [&str; 7] = [
    "-c",
    "min:val/loss",
    "argmin:val/loss",
    "@lr",
    "@opt",
    "@amsgrad",
    "start",
];

fn table(dir: &tempfile::TempDir, args: &[&str]) -> crate::support::Output {
    tfevents(
        dir.path(),
        &[&["table", "runs"], &COLUMNS[..], args].concat(),
    )
}

#[test]
fn a_file_has_what_would_be_printed() {
    let dir = sweep();
    for (file, format) in [
        ("a.txt", "text"),
        ("a.md", "md"),
        ("a.markdown", "md"),
        ("a.tex", "latex"),
        ("a.csv", "csv"),
        ("a.TSV", "tsv"),
        ("a.json", "json"),
        ("a", "text"),
    ] {
        let printed = table(&dir, &["--format", format]);
        let written = table(&dir, &["-o", file]);
        assert_eq!((written.status, &*written.stdout), (0, ""), "{file}");
        assert_eq!(written.stderr, printed.stderr, "{file}");
        assert!(printed.stdout.len() > 100, "{file}");
        let content = fs::read_to_string(dir.path().join(file)).unwrap();
        assert_eq!(content, printed.stdout, "{file}");
    }
    // What is asked for by name is what is written, whatever the file is called.
    table(&dir, &["--format", "md", "-o", "b.csv"]);
    let content = fs::read_to_string(dir.path().join("b.csv")).unwrap();
    assert!(content.starts_with("| run |"), "{content}");
    table(&dir, &["--json", "-o", "b.txt"]);
    let content = fs::read_to_string(dir.path().join("b.txt")).unwrap();
    assert!(content.starts_with("{\n  \"version\": 1"), "{content}");
}

#[test]
fn unknown_endings_are_refused_before_anything_is_read() {
    let dir = sweep();
    let output = table(&dir, &["-o", "results.xlsx"]);
    let known = match cfg!(feature = "parquet") {
        true => ".csv, .tsv, .json, .parquet or .arrow",
        false => ".csv, .tsv or .json",
    };
    assert_eq!(
        (output.status, output.stderr),
        (
            2,
            format!(
                "error: --output: unknown extension `.xlsx`; it must end in .txt, .md, .tex, {known}, which .gz or \
                 .zst may follow; or choose a format with --format\n"
            )
        )
    );
    assert!(!dir.path().join("results.xlsx").exists());
}

#[test]
fn files_are_replaced_on_request_only() {
    let dir = sweep();
    let path = dir.path().join("results.csv");
    fs::write(&path, "precious").unwrap();
    let output = table(&dir, &["-o", "results.csv"]);
    assert_eq!(output.status, 1);
    assert!(output.stderr.contains("it already exists; add --force"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    table(&dir, &["-o", "results.csv", "--force"]);
    assert!(fs::read_to_string(&path).unwrap().starts_with("run,"));
    // What fails after it was begun leaves the old file, too.
    let output = table(&dir, &["-o", "results.csv", "--force", "--sort", "nope"]);
    assert_eq!(output.status, 3);
    assert!(fs::read_to_string(&path).unwrap().starts_with("run,"));
}

#[test]
fn columns_have_names_of_their_own() {
    let dir = sweep();
    let output = table(&dir, &["-c", "val/acc as @lr"]);
    assert_eq!(output.status, 2);
    let problem = "two columns are called `@lr`; give one another title with `as`";
    assert!(output.stderr.contains(problem), "{}", output.stderr);
}

#[cfg(feature = "parquet")]
mod typed {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::super::groups::seeds;
    #[cfg(unix)]
    use crate::pty::on_terminal;
    use crate::python;
    #[cfg(unix)]
    use crate::support::command;
    use crate::support::tfevents;

    #[derive(Deserialize)]
    struct File {
        types: BTreeMap<String, String>,
        rows: Vec<BTreeMap<String, Value>>,
    }

    #[test]
    fn other_programs_read_the_same_in_every_format() {
        let dir = seeds();
        let columns = [
            "table",
            "runs",
            "-c",
            "min:loss",
            "argmin:loss",
            "acc@min:loss as Accuracy",
            "@lr",
            "@opt",
            "@nesterov",
            "@seed",
            "duration",
        ];
        let mut files: Vec<PathBuf> = Vec::new();
        for ending in ["csv", "tsv", "json", "parquet", "arrow"] {
            for (name, args) in [("runs", &[][..]), ("groups", &["--group"])] {
                let file = format!("{name}.{ending}");
                let to = ["-o", &file];
                let args = [&columns[..], args, &to].concat();
                let output = tfevents(dir.path(), &args);
                assert!([0, 3].contains(&output.status), "{}", output.stderr);
                files.push(dir.path().join(file));
            }
        }
        let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let Some(read) = python::ask::<BTreeMap<String, File>>("table_files.py", &paths) else {
            return;
        };
        let runs = json!({
            "run": "string", "min:loss": "double", "argmin:loss": "int64", "Accuracy": "double", "@lr": "double",
            "@opt": "string", "@nesterov": "bool", "@seed": "double", "duration": "double",
        });
        let groups = json!({
            "group": "string", "min:loss mean": "double", "min:loss std": "double", "min:loss n": "int64",
            "argmin:loss mean": "double", "argmin:loss std": "double", "argmin:loss n": "int64",
            "Accuracy mean": "double", "Accuracy std": "double", "Accuracy n": "int64",
            "@lr": "double", "@opt": "string", "@nesterov": "bool", "@seed": "string", "duration": "double",
        });
        for (name, types, len) in [("runs", runs, 6), ("groups", groups, 2)] {
            let exact = &read[&format!("{name}.json")].rows;
            assert_eq!(exact.len(), len);
            for ending in ["csv", "tsv", "parquet", "arrow"] {
                let file = &read[&format!("{name}.{ending}")];
                if ["parquet", "arrow"].contains(&ending) {
                    assert_eq!(json!(file.types), types, "{name}.{ending}");
                }
                assert_eq!(file.rows.len(), len);
                for (row, expected) in file.rows.iter().zip(exact) {
                    assert_eq!(row.len(), types.as_object().unwrap().len());
                    for (column, expected) in expected {
                        assert!(
                            same(&row[column], expected),
                            "{name}.{ending}: {column}: {} for {expected}",
                            row[column]
                        );
                    }
                }
            }
        }
    }

    /// Text formats have as many digits of a 32-bit float as identify it, and so do people of a seed.
    fn same(a: &Value, b: &Value) -> bool {
        match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a as f32 == b as f32,
            _ => a == b,
        }
    }

    #[cfg(unix)]
    #[test]
    fn binary_formats_are_not_for_terminals() {
        let dir = seeds();
        for verb in ["table", "export"] {
            for format in ["parquet", "arrow"] {
                let command = command(dir.path(), &[verb, "runs", "--format", format]);
                let (said, status) = on_terminal(command, "");
                let said = String::from_utf8(said).unwrap();
                assert_eq!(status, 2, "{said}");
                assert!(said.contains("use --output FILE"), "{said}");
            }
        }
    }
}
