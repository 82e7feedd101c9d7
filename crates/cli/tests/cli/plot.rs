//! `tfevents plot`.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{
    FILE, assert_golden, command, demo, run, scalar, tfevents, version, write_events,
};

/// Two seeds of two settings, with a tag of a few points and one with NaN.
fn curves() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, height) in [
        ("a-seed0", 1.0),
        ("a-seed1", 1.2),
        ("b-seed0", 3.0),
        ("b-seed1", 3.6),
    ] {
        let mut events = vec![version("t")];
        for step in 0..40 {
            #[expect(clippy::cast_precision_loss, reason = "steps are small")]
            let loss = height * (-(step as f32) / 10.0).exp() + 0.1;
            events.push(scalar(100 * step, "loss", loss));
            if step % 10 == 0 {
                events.push(scalar(
                    100 * step,
                    "acc",
                    if step == 20 {
                        f32::NAN
                    } else {
                        1.0 - loss / 4.0
                    },
                ));
            }
        }
        write_events(dir.path().join("runs").join(name).join(FILE), &events);
    }
    dir
}

#[track_caller]
fn svg(dir: &Path, args: &[&str]) -> String {
    let args: Vec<_> = ["plot", "runs", "--force", "-o", "out.svg"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let output = tfevents(dir, &args);
    assert_eq!(
        (output.status, &*output.stdout),
        (0, ""),
        "{}",
        output.stderr
    );
    fs::read_to_string(dir.join("out.svg")).unwrap()
}

#[test]
fn a_terminal_shows_curves() {
    let dir = curves();
    let args = ["plot", "runs", "--tag", "loss", "--size", "60x12"];
    assert_golden("plot.txt", &tfevents(dir.path(), &args).done());
}

#[test]
fn colours_are_only_for_those_who_want_them() {
    let dir = curves();
    let draw = |variable: &str| {
        let mut plot = command(dir.path(), &["plot", "runs", "--band", "range"]);
        plot.env("COLUMNS", "72").env(variable, "1");
        let output = run(plot, &[]);
        assert_eq!(output.status, 0, "{}", output.stderr);
        output.stdout
    };
    assert!(draw("CLICOLOR_FORCE").contains("\x1b["));
    let plain = draw("NO_COLOR");
    assert!(!plain.contains('\x1b'), "{plain}");
    assert!(
        plain.lines().all(|line| line.chars().count() <= 72),
        "{plain}"
    );
    assert!(plain.contains("loss") && plain.contains("acc"), "{plain}");
}

#[test]
fn svg_is_always_the_same() {
    let dir = curves();
    let args = [
        "--tag", "loss", "--title", "A & <B>", "--smooth", "0.5", "--size", "500x300",
    ];
    let first = svg(dir.path(), &args);
    assert_eq!(first, svg(dir.path(), &args));
    assert_golden("plot.svg", &first);
    assert!(first.contains("A &amp; &lt;B&gt;"));
}

#[test]
fn every_run_has_a_line_and_every_tag_a_chart() {
    let dir = curves();
    let picture = svg(dir.path(), &[]);
    let count = |what: &str| picture.matches(what).count();
    // In the legend once, and in either chart; what stands between gaps are dots.
    assert_eq!(count("stroke=\"#0077bb\""), 1 + 1 + 1);
    assert_eq!(count("<circle"), 4);
    for name in ["a-seed0", "a-seed1", "b-seed0", "b-seed1", "loss", "acc"] {
        assert_eq!(count(&format!(">{name}</text>")), 1, "{name}");
    }
    let together = svg(dir.path(), &["--together", "--run", "a-seed0"]);
    assert!(
        together.contains(">acc</text>") && together.contains(">loss</text>"),
        "{together}"
    );
    let note = tfevents(dir.path(), &["plot", "runs", "-o", "x.svg"]).stderr;
    assert_eq!(note, "note: 4 points not drawn: NaN or infinite\n");
}

#[test]
fn groups_have_bands() {
    let dir = curves();
    for band in ["ci", "std", "quartiles", "range"] {
        let picture = svg(dir.path(), &["--tag", "loss", "--band", band]);
        assert_eq!(picture.matches("<polygon").count(), 2, "{band}");
        assert!(
            picture.contains(">a</text>") && picture.contains(">b</text>"),
            "{picture}"
        );
    }
    let one = svg(dir.path(), &["--tag", "loss", "--group", "*"]);
    assert_eq!(one.matches("<polygon").count(), 1);
}

#[test]
fn axes_can_be_logarithmic() {
    let dir = curves();
    let args = [
        "plot", "runs", "--tag", "loss", "--log-x", "--log-y", "--force", "-o", "out.svg",
    ];
    let output = tfevents(dir.path(), &args);
    let note = "note: 4 points not drawn: not above 0, as a logarithmic axis needs\n";
    assert_eq!((output.status, &*output.stderr), (0, note));
    let picture = fs::read_to_string(dir.path().join("out.svg")).unwrap();
    for label in ["0.2", "0.5", "1", "2", "100", "1000"] {
        assert!(
            picture.contains(&format!(">{label}</text>")),
            "{label}: {picture}"
        );
    }
    let relative = svg(dir.path(), &["--tag", "loss", "--x", "relative"]);
    assert!(relative.contains(">minutes</text>"), "{relative}");
}

#[test]
fn png_holds_the_picture() {
    let dir = curves();
    tfevents(
        dir.path(),
        &[
            "plot", "runs", "--tag", "loss", "-o", "out.png", "--size", "400x300",
        ],
    )
    .done();
    let file = fs::File::open(dir.path().join("out.png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (400, 300));
    assert_eq!(&pixels[..3], [255, 255, 255], "a white corner");
    let has = |colour: [u8; 3]| pixels.chunks_exact(3).any(|pixel| pixel == colour);
    // Of a line, and of text.
    assert!(has([0x00, 0x77, 0xbb]) && has([0x22, 0x22, 0x22]));
}

#[test]
fn no_size_is_too_small() {
    let dir = curves();
    for size in ["1x1", "30x300", "300x30"] {
        svg(
            dir.path(),
            &["--tag", "loss", "--title", "t", "--size", size],
        );
        tfevents(
            dir.path(),
            &[
                "plot", "runs", "--tag", "loss", "--force", "-o", "out.png", "--size", size,
            ],
        )
        .done();
        tfevents(
            dir.path(),
            &["plot", "runs", "--tag", "loss", "--size", size],
        )
        .done();
    }
}

#[test]
fn too_much_is_told() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..25 {
        let events: Vec<_> = (0..15)
            .map(|tag| scalar(i, &format!("tag{tag}"), 1.0))
            .collect();
        write_events(
            dir.path().join("runs").join(format!("run{i}")).join(FILE),
            &events,
        );
    }
    let output = tfevents(dir.path(), &["plot", "runs", "-o", "out.svg"]);
    assert_eq!(output.status, 3);
    assert_eq!(
        output.stderr,
        "warning: 12 of 15 charts are drawn; use --tag to choose others\n\
         warning: 20 of 25 lines are drawn; use --run to choose others\n"
    );
    let picture = fs::read_to_string(dir.path().join("out.svg")).unwrap();
    assert!(picture.contains(">run19</text>") && !picture.contains(">run20</text>"));
    // Those that have the colours of others have dashes.
    assert!(picture.contains("stroke-dasharray"));
}

#[test]
fn wrong_usage_says_what_to_do() {
    let dir = demo();
    let cases: [(&[&str], &str); 5] = [
        (&["-o", "x.jpg"], "must end in .svg or .png"),
        (&["--smooth", "1"], "from 0 to below 1"),
        (&["--size", "800"], "800x500"),
        (&["--band", "iqr"], "quartiles"),
        (&["--band", "ci"], "use --group"),
    ];
    for (args, problem) in cases {
        let args: Vec<_> = ["plot", "runs"].iter().chain(args).copied().collect();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 2, "{args:?}: {}", output.stderr);
        assert!(
            output.stderr.contains(problem),
            "{args:?}: {}",
            output.stderr
        );
    }
    let nothing = tfevents(dir.path(), &["plot", "runs/train", "--tag", "note"]);
    assert_eq!(
        (nothing.status, &*nothing.stderr),
        (1, "error: no scalars to draw\n")
    );
    let over = tfevents(dir.path(), &["plot", "runs/train", "-o", "no/such/dir.svg"]);
    assert_eq!(over.status, 1);
    assert!(
        over.stderr.contains("there is no directory `no/such`"),
        "{}",
        over.stderr
    );
}
