//! LaTeX, as LaTeX takes it.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tfevents::plugin::hparams::HParamValue;

use crate::support::{FILE, hparams, scalar, tfevents, write_events};

/// Names with every character that means something to LaTeX.
const NAMES: [&str; 4] = ["[50%]_a&b", "*$x^2$#", "{y}~\\z", "größe <a> | \"b\"''--"];

/// A table whose cells are all kinds of trouble.
fn table(group: bool) -> String {
    let dir = tempfile::tempdir().unwrap();
    for (i, name) in NAMES.into_iter().enumerate() {
        for seed in 0..=i {
            let settings: [(&str, HParamValue); 3] = [
                ("opt_&", name.into()),
                ("on", (i % 2 == 0).into()),
                (
                    "decay",
                    (10.0_f64.powi(-3 * i32::try_from(i).unwrap())).into(),
                ),
            ];
            let value = [0.25, -3.0, f32::INFINITY, 1e-9][i];
            let mut events = vec![hparams(&settings)];
            for (tag, value) in [("loss_%", value), ("acc", 0.5 + 0.01 * seed as f32)] {
                events.push(scalar(1, tag, value));
            }
            let run = dir.path().join("runs").join(format!("{i}-seed{seed}"));
            write_events(run.join(FILE), &events);
        }
    }
    let mut args = vec![
        "table",
        "runs",
        "--format",
        "latex",
        "-c",
        "*",
        "@*",
        "acc as 95 % \\ $\\alpha$",
    ];
    if group {
        args.push("--group");
    }
    tfevents(dir.path(), &args).stdout
}

#[test]
fn every_row_has_its_cells_and_nothing_means_anything() {
    for group in [false, true] {
        let latex = table(group);
        let rows = latex.lines().filter(|line| line.ends_with("\\\\"));
        let mut cells = Vec::new();
        for row in rows {
            let mut escaped = false;
            let (mut depth, mut ends) = (0, 0);
            for c in row.trim_end_matches(" \\\\").chars() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    '&' => ends += 1,
                    '%' | '#' | '~' | '_' => panic!("{c} in {row}"),
                    _ => {}
                }
                assert!(depth >= 0, "{row}");
            }
            assert!(depth == 0 && !row.starts_with(['[', '*']), "{row}");
            cells.push(ends);
        }
        let rows = if group { 4 } else { 10 };
        assert_eq!(cells, vec![6; 1 + rows], "{latex}");
    }
}

#[test]
fn latex_takes_it() {
    if Command::new("pdflatex").arg("--version").output().is_err() {
        writeln!(
            std::io::stderr(),
            "test run_table::paper is skipped: no pdflatex"
        )
        .unwrap();
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let tables = table(false) + "\n\n" + &table(true);
    let document = format!(
        "\\documentclass{{article}}\\usepackage[T1]{{fontenc}}\\usepackage{{booktabs}}\n\
         \\begin{{document}}\\scriptsize\n{tables}\\end{{document}}\n"
    );
    fs::write(dir.path().join("paper.tex"), document).unwrap();
    let output = Command::new("pdflatex")
        .args(["-halt-on-error", "-interaction=nonstopmode", "paper"])
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && dir.path().join("paper.pdf").exists(),
        "{log}"
    );
}
