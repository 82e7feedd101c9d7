//! `tfevents report`: pages as the program writes them.

use std::fs;

use tempfile::TempDir;
use tfevents::Text;

use crate::support::{FILE, hparams, plugin, scalar, tfevents, version, write_events};

/// Two runs with hyperparameters, one of which repeats a step, and a text.
fn runs() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (run, lr) in [("a", 0.1), ("b", 0.2)] {
        let settings = [("lr", lr.into()), ("api_key", "abc".into())];
        let mut events = vec![version("t"), hparams(&settings)];
        events.extend((0..100).map(|step| scalar(step, "val/loss", 1.0)));
        events.push(scalar(99, "val/loss", lr as f32));
        events.push(scalar(7, "other", 1.0));
        events.extend((0..30).map(|step| plugin(step, "note", &Text::new("*x* <i>"))));
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    }
    fs::write(dir.path().join("notes.md"), "# Why\n\nBecause <b>.\n").unwrap();
    dir
}

#[test]
fn a_page_says_what_it_holds_and_what_it_does_not() {
    let dir = runs();
    let args = ["report", "runs", "-o", "page.html", "--notes", "notes.md"];
    let output = tfevents(dir.path(), &args);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let start = "page.html: 2 runs, 2 tags and 202 points in ";
    assert!(output.stdout.starts_with(start), "{}", output.stdout);
    let page = fs::read_to_string(dir.path().join("page.html")).unwrap();
    for said in [
        "Logged again: 2 points are hidden",
        "Sampled: 40 of 60 values of kind text",
        "Masked: 2 values",
    ] {
        assert!(output.stderr.contains(said), "{}", output.stderr);
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("<title>runs</title>") && page.contains("<h1>Why</h1>"));
    assert!(page.contains("Because &lt;b&gt;.") && !page.contains("\"abc\""));
    assert!(page.contains(r#"["lr",0.1]"#));
}

#[test]
fn flags_choose_what_is_in_it() {
    let dir = runs();
    let args = [
        "report", "runs", "--quiet", "-o", "-", "--title", "A <b>", "--pin", "other", "--sample",
        "10", "--policy", "raw", "--redact", "^a$", "--tag", "*",
    ];
    let page = tfevents(dir.path(), &args).done();
    assert!(page.contains("<title>A &lt;b&gt;</title>"));
    assert!(page.contains(r#""metrics":[{"tag":0,"best":null}],"pins":[0]"#));
    assert!(page.contains("at most about 10 per series"));
    assert!(page.contains(r#"{"name":"••••••""#) && page.contains(r#"{"name":"b""#));
    assert!(!page.contains("Logged again"));
    let small = tfevents(
        dir.path(),
        &["report", "runs", "-o", "-", "--max-size", "1k"],
    );
    assert_eq!(small.status, 3);
    let told = "more than --max-size 1.0 kB; leave out runs or tags to make it smaller";
    assert!(small.stderr.contains(told), "{}", small.stderr);
}

#[test]
fn what_is_wrong_is_told_before_anything_is_written() {
    let dir = runs();
    for (args, status, said) in [
        (&["--redact", "("][..], 2, "invalid pattern --redact `(`"),
        (&["--sample", "1"], 2, "expected at least 2"),
        (
            &["--notes", "none.md"],
            1,
            "cannot read the notes in `none.md`",
        ),
        (&["--kind", "mesh"], 3, "no series of kind mesh"),
    ] {
        let args = [&["report", "runs", "-o", "page.html"], args].concat();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, status, "{args:?}: {}", output.stderr);
        assert!(output.stderr.contains(said), "{args:?}: {}", output.stderr);
        assert!(!dir.path().join("page.html").exists());
    }
}
