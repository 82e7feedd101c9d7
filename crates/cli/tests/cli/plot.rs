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
    drawn(dir, args, "")
}

/// As [`svg`], where something is told.
#[track_caller]
fn drawn(dir: &Path, args: &[&str], stderr: &str) -> String {
    let args: Vec<_> = ["plot", "runs", "--force", "-o", "out.svg"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let output = tfevents(dir, &args);
    let status = if stderr.is_empty() { 0 } else { 3 };
    assert_eq!(
        (output.status, &*output.stdout, &*output.stderr),
        (status, "", stderr)
    );
    fs::read_to_string(dir.join("out.svg")).unwrap()
}

const NOT_FINITE: &str = "warning: NaN or infinite, and not drawn: a-seed0 (1 point), a-seed1 (1 point), b-seed0 (1 \
                          point), b-seed1 (1 point)\n";

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
        assert_eq!(output.status, 3, "{}", output.stderr);
        assert!(
            output
                .stderr
                .contains("a-seed0 (1 point), a-seed1 (1 point)"),
            "{}",
            output.stderr
        );
        assert!(!output.stderr.contains("left out"), "{}", output.stderr);
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
    let picture = drawn(dir.path(), &[], NOT_FINITE);
    let count = |what: &str| picture.matches(what).count();
    // In the legend once, and in either chart; what stands between gaps are dots.
    assert_eq!(count("stroke=\"#0072b2\""), 1 + 1 + 1);
    assert_eq!(count("<circle"), 4);
    for name in ["a-seed0", "a-seed1", "b-seed0", "b-seed1", "loss", "acc"] {
        assert_eq!(count(&format!(">{name}</text>")), 1, "{name}");
    }
    let one = "warning: NaN or infinite, and not drawn: acc (1 point)\n";
    let together = drawn(dir.path(), &["--together", "--run", "a-seed0"], one);
    assert!(
        together.contains(">acc</text>") && together.contains(">loss</text>"),
        "{together}"
    );
}

#[test]
fn groups_have_bands() {
    let dir = curves();
    for band in ["ci", "std", "quartiles", "range"] {
        let picture = svg(dir.path(), &["--tag", "loss", "--band", band]);
        assert_eq!(picture.matches("<polygon").count(), 2, "{band}");
        assert!(
            picture.contains(">a (n = 2)</text>") && picture.contains(">b (n = 2)</text>"),
            "{picture}"
        );
    }
    let one = svg(dir.path(), &["--tag", "loss", "--group", "*"]);
    assert_eq!(one.matches("<polygon").count(), 1);
    // Without a pattern as with none at all: by seeds.
    let seeds = svg(dir.path(), &["--tag", "loss", "--group"]);
    assert_eq!(seeds, svg(dir.path(), &["--tag", "loss", "--band", "ci"]));
}

#[test]
fn a_band_that_reaches_0_goes_down_to_the_end_of_a_logarithmic_axis() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, "x-seed0", "loss", &[1.0, 0.0, 1.0]);
    write(&dir, "x-seed1", "loss", &[2.0, 2.0, 2.0]);
    let picture = svg(dir.path(), &["--band", "range", "--log-y"]);
    let [band] = picture
        .split("<polygon points=\"")
        .skip(1)
        .collect::<Vec<_>>()[..]
    else {
        panic!("{picture}")
    };
    let (points, _) = band.split_once('"').unwrap();
    let heights = points.split(' ').map(|point| {
        let (_, y) = point.split_once(',').unwrap();
        y.parse::<f64>().unwrap()
    });
    // The lower end from left to right, and back above it: one piece, of which the middle is lowest.
    let heights: Vec<_> = heights.collect();
    assert_eq!(heights.len(), 6, "{points}");
    assert!(
        heights[1] > heights[0] && heights[1] > heights[2],
        "{points}"
    );
}

#[test]
fn where_no_point_is_left_nothing_is_drawn() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, "x-seed0", "nan", &[f32::NAN, f32::NAN]);
    write(&dir, "x-seed0", "negative", &[-1.0, 0.0]);
    write(&dir, "x-seed1", "negative", &[-1.0, 0.0]);
    let cases: [&[&str]; 4] = [
        &["--tag", "nan"],
        &["--tag", "negative", "--log-y"],
        &["--tag", "negative", "--band", "std", "--min-runs", "3"],
        &["--tag", "negative", "--band", "std", "--log-y"],
    ];
    write_events(
        dir.path().join("runs/x-seed0").join(FILE),
        &[
            version("t"),
            scalar(0, "nan", f32::NAN),
            scalar(0, "negative", -1.0),
        ],
    );
    for case in cases {
        for to in [&["-o", "out.svg"][..], &[]] {
            let args = [&["plot", "runs"], case, to].concat();
            let output = tfevents(dir.path(), &args);
            assert_eq!((output.status, &*output.stdout), (3, ""), "{args:?}");
            let error = "error: no points are left to draw\n";
            assert!(output.stderr.ends_with(error), "{}", output.stderr);
            assert!(output.stderr.starts_with("warning: "), "{}", output.stderr);
            assert!(!dir.path().join("out.svg").exists(), "{args:?}");
        }
    }
}

#[test]
fn small_charts_have_enough_ticks() {
    let dir = tempfile::tempdir().unwrap();
    for last in [70_u8, 90, 99, 101, 199] {
        let values: Vec<f32> = (0..=last).map(f32::from).collect();
        write(&dir, "r", "loss", &values);
        let picture = svg(dir.path(), &["--width", "column", "--height", "2in"]);
        let texts = texts(&picture);
        let numbers = texts
            .iter()
            .filter(|(.., text)| text.parse::<f64>().is_ok());
        let mut places: Vec<_> = numbers.map(|(x, y, _)| (*x, *y)).collect();
        places.sort_by(|a, b| a.1.total_cmp(&b.1));
        let below = places.last().unwrap().1;
        let x = places.iter().filter(|(_, y)| *y == below).count();
        let y = places.len() - x;
        assert!(x >= 3 && y >= 3, "{last}: {texts:?}");
    }
}

#[test]
fn axes_can_be_logarithmic() {
    let dir = curves();
    let args = [
        "plot", "runs", "--tag", "loss", "--log-x", "--log-y", "--force", "-o", "out.svg",
    ];
    let output = tfevents(dir.path(), &args);
    let warning = "warning: not above 0, as a logarithmic axis needs, and not drawn: a-seed0 (1 point), a-seed1 (1 \
                   point), b-seed0 (1 point), b-seed1 (1 point)\n";
    assert_eq!((output.status, &*output.stderr), (3, warning));
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
    assert!(
        has([0x00, 0x72, 0xb2])
            && pixels
                .chunks_exact(3)
                .any(|pixel| pixel.iter().all(|v| *v < 0x50))
    );
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
    let cases: [(&[&str], &str); 13] = [
        (&["-o", "x.jpg"], "must end in .svg"),
        (&["--width", "3", "-o", "x.png"], "such as 8.5cm"),
        (&["--width", "3in"], "--output"),
        (
            &["--width", "3in", "--size", "9x9", "-o", "x.png"],
            "cannot be used with",
        ),
        (&["--xlim", "2,1"], "the lower one first"),
        (&["--ylim", "0,1", "--log-y"], "numbers above 0 only"),
        (&["--columns", "0"], "at least 1"),
        (&["--sub-label", "(", "x"], "--sub-label"),
        (&["--band", "std", "--confidence", "2"], "--confidence"),
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
    // Before anything is read: there is nothing to read here.
    for wrong in [
        &["--ylim", "0,1", "--log-y"][..],
        &["--sub-label", "(", "x"],
        &["--confidence", "2"],
    ] {
        let args = [&["plot", "no/such/logdir"], wrong].concat();
        assert_eq!(tfevents(dir.path(), &args).status, 2, "{wrong:?}");
    }
    let nothing = tfevents(dir.path(), &["plot", "runs/train", "--tag", "note"]);
    assert_eq!(
        (nothing.status, &*nothing.stderr),
        (
            3,
            "error: `note` matches no scalars, only tags of other kinds\n"
        )
    );
    let over = tfevents(dir.path(), &["plot", "runs/train", "-o", "no/such/dir.svg"]);
    assert_eq!(over.status, 1);
    assert!(
        over.stderr
            .contains("the directory `no/such` does not exist; create it first"),
        "{}",
        over.stderr
    );
}

#[test]
fn a_pattern_that_matches_no_scalars_is_told() {
    let dir = demo();
    for verb in [
        &["plot", "-o", "out.svg", "--force"][..],
        &["reduce", "-o", "out", "--force", "--group", "*"],
        &["table"],
    ] {
        let args = [verb, &["runs/train", "--tag", "loss", "--tag", "note"]].concat();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 3, "{}", output.stderr);
        let warning = "warning: `note` matches no scalars, only tags of other kinds\n";
        assert!(output.stderr.contains(warning), "{}", output.stderr);
    }
    let nothing = tfevents(dir.path(), &["table", "runs/train", "--tag", "note"]);
    let error = "error: `note` matches no scalars, only tags of other kinds\n";
    nothing.ended(3, error);
    // It is not known of what kind a tag is that no column shows.
    let hidden = ["table", "runs/train", "--tag", "loss", "-c", "start"];
    tfevents(dir.path(), &hidden).done();
}

/// The texts of a picture and the places at which they begin.
fn texts(picture: &str) -> Vec<(f64, f64, &str)> {
    let text = |line| {
        let (attributes, text) = str::strip_prefix(line, "<text ")?.split_once('>')?;
        let number = |name: &str| {
            attributes
                .split(name)
                .nth(1)?
                .split('"')
                .nth(1)?
                .parse()
                .ok()
        };
        Some((
            number("x=")?,
            number("y=")?,
            text.trim_end_matches("</text>"),
        ))
    };
    picture.lines().filter_map(text).collect()
}

#[test]
fn long_names_stay_apart_inside_the_picture_and_above_the_charts() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..20 {
        let name = format!("2024-05-01_resnet50_imagenet/sweep_{i}_learning_rate_0.01/version_0");
        write(&dir, &name, "validation/accuracy", &[1.0, 2.0]);
    }
    for size in [
        &["--width", "column"][..],
        &["--size", "800x480"],
        &["--size", "400x200"],
        &[],
    ] {
        let picture = svg(dir.path(), size);
        let texts = texts(&picture);
        let chart = texts.iter().find(|(.., text)| text.starts_with("valid"));
        let above = chart.unwrap().1 - 10.0;
        let legend: Vec<_> = texts.iter().filter(|(_, y, _)| *y < above).collect();
        let mut names: Vec<_> = legend.iter().map(|(.., text)| text).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), legend.len(), "{names:?}");
        let cut = legend.iter().any(|(.., text)| text.starts_with("and "));
        assert!(cut || names.len() == 20, "{size:?}: {names:?}");
        assert_eq!(cut, size.contains(&"400x200"), "{names:?}");
        let mut places: Vec<_> = legend
            .iter()
            .map(|(x, y, _)| (x.to_bits(), y.to_bits()))
            .collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), legend.len());
    }
}

#[test]
fn a_caption_counts_what_is_drawn() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..30 {
        write(&dir, &format!("run{i}"), "loss", &[1.0, 2.0]);
    }
    let output = tfevents(dir.path(), &["plot", "runs", "-o", "out.svg", "--caption"]);
    assert_eq!(output.status, 3);
    let caption = "Values of loss, one line per run. Shown are 20 of 30 runs.\n";
    assert_eq!(output.stdout, caption);
}

#[test]
fn a_caption_names_the_tags_in_whichever_charts_they_are() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b"] {
        let events = ["", "loss", "x_1"].map(|tag| scalar(0, tag, 1.0));
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    }
    let caption = |args: &[&str]| {
        let args = [
            &["plot", "runs", "-o", "out.svg", "--force", "--caption"],
            args,
        ]
        .concat();
        tfevents(dir.path(), &args).done()
    };
    let tags = "Values of (empty tag), loss and x_1, one line per run";
    assert_eq!(caption(&[]), format!("{tags}.\n"));
    assert_eq!(caption(&["--together"]), format!("{tags} and tag.\n"));
    let one = caption(&["--together", "--run", "a"]);
    assert_eq!(one, format!("{tags} and tag.\n"));
}

#[test]
fn titles_are_wrapped() {
    let dir = curves();
    let title = "Training loss of two methods with two seeds each, on a logarithmic axis";
    let picture = svg(
        dir.path(),
        &["--tag", "loss", "--title", title, "--width", "column"],
    );
    let texts = texts(&picture);
    let size = |text: &str| picture.contains(&format!("font-size=\"18\" fill=\"#222222\">{text}<"));
    let lines: Vec<_> = texts.iter().filter(|(.., text)| size(text)).collect();
    assert!(lines.len() > 1, "{picture}");
    let words: Vec<_> = lines.iter().map(|(.., text)| *text).collect();
    assert_eq!(words.join(" "), title);
    let terminal = [
        "plot", "runs", "--tag", "loss", "--title", title, "--size", "40x8",
    ];
    let mut plot = command(dir.path(), &terminal);
    plot.env("COLUMNS", "40");
    let text = run(plot, &[]).done();
    assert!(
        text.lines().all(|line| line.chars().count() <= 40),
        "{text}"
    );
}

/// Writes a run with one tag.
fn write(dir: &TempDir, name: &str, tag: &str, values: &[f32]) {
    let mut events = vec![version("t")];
    events.extend((0..).zip(values).map(|(step, &v)| scalar(step, tag, v)));
    write_events(dir.path().join("runs").join(name).join(FILE), &events);
}

/// The colour and the dashes in the legend before a name.
fn look(picture: &str, position: usize) -> Vec<&str> {
    let line = picture.lines().nth(2 + position).unwrap();
    let attribute = |name: &str| Some(line.split_once(name)?.1.split('"').nth(1).unwrap());
    [
        attribute("stroke=").unwrap(),
        attribute("dasharray=").unwrap_or(""),
    ]
    .to_vec()
}

#[test]
fn filters_do_not_change_how_a_run_looks() {
    let dir = curves();
    let all = svg(dir.path(), &["--tag", "loss"]);
    let looks: Vec<_> = (0..4).map(|i| look(&all, i)).collect();
    for (i, run) in ["a-seed0", "a-seed1", "b-seed0", "b-seed1"]
        .iter()
        .enumerate()
    {
        let one = svg(dir.path(), &["--tag", "loss", "--run", run]);
        assert_eq!(look(&one, 0), looks[i], "{run}");
        assert_eq!(looks.iter().filter(|other| **other == looks[i]).count(), 1);
    }
    let groups = svg(dir.path(), &["--tag", "loss", "--band", "std"]);
    let one = svg(
        dir.path(),
        &["--tag", "loss", "--band", "std", "--run", "b*"],
    );
    assert!(groups.lines().any(
        |line| one.lines().nth(2).unwrap().split_once("fill").unwrap().1
            == line.split_once("fill").map_or("", |(_, rest)| rest)
    ));
    assert!(one.contains("#d55e00") && !one.contains("#0072b2"), "{one}");
}

#[test]
fn together_colours_are_runs_and_dashes_are_tags() {
    let dir = curves();
    let picture = drawn(
        dir.path(),
        &["--together", "--run", "a*"],
        "warning: NaN or infinite, and not drawn: a-seed0: acc (1 point), a-seed1: acc (1 point)\n",
    );
    let looks: Vec<_> = (0..4).map(|i| look(&picture, i)).collect();
    // Of both runs first the tag `acc`, then `loss`.
    assert_eq!(looks[0][0], looks[1][0]);
    assert_eq!(looks[2][0], looks[3][0]);
    assert_ne!(looks[0][0], looks[2][0]);
    assert_eq!(looks[0][1], looks[2][1]);
    assert_eq!(looks[1][1], looks[3][1]);
    assert_ne!(looks[0][1], looks[1][1]);
}

#[test]
fn a_run_that_ends_early_does_not_end_its_group_and_one_that_diverged_is_named() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, "x-seed0", "loss", &[1.0]);
    write(&dir, "x-seed1", "loss", &[2.0, 2.0, 2.0, 2.0]);
    write(
        &dir,
        "x-seed2",
        "loss",
        &[3.0, 3.0, f32::NAN, f32::INFINITY],
    );
    let warning = "warning: NaN or infinite, and not in the lines and bands: x-seed2 (2 points)\n";
    // Where one run is left, fewer than half are.
    let half = format!(
        "warning: dropped 2 of 9 points at steps that too few runs have; keep them with --min-runs 1\n{warning}"
    );
    let picture = drawn(dir.path(), &["--band", "range"], &half);
    assert!(picture.contains(">x (n = 2–3)</text>"), "{picture}");
    let all = drawn(dir.path(), &["--band", "range", "--min-runs", "1"], warning);
    assert!(all.contains(">x (n = 1–3)</text>"), "{all}");
    assert!(all.contains(">mean; shaded: the range from the lowest to the highest value</text>"));
    let line = all
        .lines()
        .rfind(|line| line.contains("<polyline"))
        .unwrap();
    assert_eq!(
        line.split_once("points=\"")
            .unwrap()
            .1
            .split('"')
            .next()
            .unwrap()
            .split(' ')
            .count(),
        4
    );
    let args = [
        "plot",
        "runs",
        "--band",
        "range",
        "-o",
        "c.svg",
        "--caption",
    ];
    let caption = tfevents(dir.path(), &args);
    assert_eq!(
        caption.stdout,
        "Lines show the mean of loss over n = 2–3 runs, at the steps that at least half of the runs have; bands show the \
         range from the lowest to the highest value. Not shown are 2 points at other steps. Not shown are 2 points that \
         are NaN or infinite.\n"
    );
}

#[test]
fn axes_are_what_they_are_asked_to_be() {
    let dir = curves();
    let args = [
        "--tag",
        "loss",
        "--xlim",
        "1000,2000",
        "--ylim",
        ",2",
        "--xlabel",
        "updates",
        "--ylabel",
        "cross entropy",
        "--sub-label",
        "-seed(.)",
        " #$1",
    ];
    let picture = svg(dir.path(), &args);
    for text in ["updates", "cross entropy", "a #0", "b #1", "1000", "2000"] {
        assert!(
            picture.contains(&format!(">{text}</text>")),
            "{text}: {picture}"
        );
    }
    assert!(!picture.contains(">500</text>") && !picture.contains(">3000</text>"));
    assert!(picture.contains("<clipPath") && picture.contains("rotate(-90"));
    let wall = svg(dir.path(), &["--tag", "loss", "--x", "wall"]);
    assert!(wall.contains(", UTC</text>"), "{wall}");
    let columns = |n: &str| drawn(dir.path(), &["--columns", n], NOT_FINITE);
    assert!(columns("1").contains("width=\"800\" height=\"960\""));
    assert!(columns("2").contains("width=\"920\" height=\"410\""));
}

#[test]
fn outliers_are_cut_off_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let mut values = [1.0; 100];
    values[50] = 1e6;
    values[20] = 2.0;
    write(&dir, "r", "", &values);
    assert!(svg(dir.path(), &[]).contains("1.0M</text>"));
    let clipped = svg(dir.path(), &["--clip-outliers"]);
    assert!(
        !clipped.contains("M</text>") && clipped.contains("<clipPath"),
        "{clipped}"
    );
    assert!(clipped.contains(">(empty tag)</text>"), "{clipped}");
}

#[test]
fn figures_for_print_have_their_size_in_text_and_pixels() {
    let dir = curves();
    let width = |args: &[&str]| {
        let all = [
            &["plot", "runs", "--tag", "loss", "--force", "-o", "out.png"],
            args,
        ]
        .concat();
        tfevents(dir.path(), &all).done();
        let file = fs::File::open(dir.path().join("out.png")).unwrap();
        let reader = png::Decoder::new(std::io::BufReader::new(file))
            .read_info()
            .unwrap();
        reader.info().width
    };
    assert_eq!(width(&["--width", "column"]), 975);
    assert_eq!(width(&["--width", "2.54cm", "--dpi", "100"]), 100);
    assert_eq!(width(&["--size", "640x480", "--dpi", "300"]), 640);
    assert_eq!(width(&["--dpi", "192"]), 1600);
    // 8 points are 10.67 pixels, in which text has 12 units.
    let picture = svg(
        dir.path(),
        &["--tag", "loss", "--width", "9in", "--font-size", "9"],
    );
    assert!(
        picture.contains("width=\"864\"") && picture.contains("viewBox=\"0 0 864 "),
        "{picture}"
    );
    let picture = svg(
        dir.path(),
        &["--tag", "loss", "--width", "9in", "--font-size", "18"],
    );
    assert!(
        picture.contains("width=\"864\"") && picture.contains("viewBox=\"0 0 432 "),
        "{picture}"
    );
}

#[test]
fn text_that_no_font_has_is_named() {
    let dir = curves();
    let args = [
        "plot",
        "runs",
        "--tag",
        "loss",
        "--title",
        "a\u{f1234}",
        "-o",
        "out.png",
    ];
    let output = tfevents(dir.path(), &args);
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(
        output
            .stderr
            .contains("no installed font has all characters of `a\u{f1234}`"),
        "{}",
        output.stderr
    );
}

/// As another program reads it, and draws it.
#[cfg(feature = "pdf")]
#[test]
fn pdf_has_text_that_can_be_found_and_its_fonts() {
    use std::process::Command;
    let dir = curves();
    let args = [
        "plot",
        "runs",
        "--tag",
        "loss",
        "--title",
        "Größe (a)",
        "--width",
        "column",
        "-o",
        "out.pdf",
    ];
    tfevents(dir.path(), &args).done();
    let file = dir.path().join("out.pdf");
    assert!(fs::read(&file).unwrap().starts_with(b"%PDF-"));
    let poppler = |program: &str, args: &[&str]| {
        let output = Command::new(program)
            .args(args)
            .current_dir(&dir)
            .output()
            .ok()?;
        assert!(output.status.success(), "{program}: {output:?}");
        Some(String::from_utf8(output.stdout).unwrap())
    };
    let Some(text) = poppler("pdftotext", &["-layout", "out.pdf", "-"]) else {
        eprintln!("skipped: no pdftotext (apt-get install poppler-utils)");
        return;
    };
    for words in ["Größe (a)", "a-seed0", "b-seed1", "loss", "step", "1000"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let fonts = poppler("pdffonts", &["out.pdf"]).unwrap();
    let rows: Vec<_> = fonts.lines().skip(2).collect();
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|row| row.contains("Roboto") && row.contains("yes yes yes")),
        "{fonts}"
    );
    poppler(
        "pdftoppm",
        &["-r", "100", "-png", "-singlefile", "out.pdf", "page"],
    )
    .unwrap();
    let page = fs::File::open(dir.path().join("page.png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(page))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    assert_eq!(reader.next_frame(&mut pixels).unwrap().width, 325);
    // The blue of the first line.
    assert!(pixels.chunks_exact(3).any(|p| p[0] < 0x40 && p[2] > 0x80));
}
