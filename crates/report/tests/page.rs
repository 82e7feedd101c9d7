//! The page as a file: its parts, its data, and what it must not hold.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tfevents::{Image, Kind, Layout, LogdirState, Number, Policy, Selection, SummaryWriter};
use tfevents_report::{Page, Report};

/// Names that would be markup, script or data if they were not escaped.
const HOSTILE: &str =
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&<!--\u{2028}]]>";

/// A logdir with two runs of a few tags.
fn logdir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (run, factor) in [("a", 1.0), ("b", -2.0)] {
        let writer = SummaryWriter::new(dir.path().join(run)).unwrap();
        for step in 0..300 {
            let value = factor * f64::from(step).sin();
            let at = |step: i64| tfevents::At::from(step).at(1.7e9 + step as f64 * 0.37);
            writer.add_scalar("wave", value, at(step.into())).unwrap();
            if step % 50 == 7 {
                writer
                    .add_scalar("val/loss", value, at(step.into()))
                    .unwrap();
            }
        }
        writer.add_scalar("wave", f64::NAN, 300).unwrap();
        writer.add_scalar("wave", 3_f64, i64::MAX).unwrap();
        writer.close().unwrap();
    }
    dir
}

fn state(dir: &Path) -> LogdirState {
    LogdirState::load(dir, Selection::all()).unwrap()
}

fn page(state: &LogdirState) -> Page {
    Report::new(state).page().unwrap()
}

/// What an element of the page holds.
fn element<'p>(page: &'p Page, id: &str) -> &'p str {
    let start = format!("id=\"{id}\">");
    let (_, rest) = page.html.split_once(&start).unwrap();
    rest.split_once("</script>").unwrap().0
}

fn index(page: &Page) -> Value {
    serde_json::from_str(element(page, "index")).unwrap()
}

fn inflated(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let deflated = STANDARD.decode(text).unwrap();
    DeflateDecoder::new(&*deflated)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn curves(page: &Page) -> Value {
    serde_json::from_slice(&inflated(element(page, "curves"))).unwrap()
}

/// Reads the columns as docs/report.md describes them.
struct Columns(std::vec::IntoIter<u8>);

impl Columns {
    fn numbers(&mut self, points: usize, width: usize) -> Vec<u64> {
        let mut numbers = vec![0; points];
        for plane in 0..width {
            for number in &mut numbers {
                *number |= u64::from(self.0.next().unwrap()) << (8 * plane);
            }
        }
        numbers
    }

    fn sums(&mut self, points: usize) -> Vec<u64> {
        let mut sum = 0_u64;
        let add = |difference: u64| {
            sum = sum.wrapping_add(difference);
            sum
        };
        self.numbers(points, 8).into_iter().map(add).collect()
    }
}

#[test]
fn the_data_are_the_points_that_were_logged() {
    let dir = logdir();
    let state = state(dir.path());
    let page = page(&state);
    let (index, curves) = (index(&page), curves(&page));
    for (number, tag) in index["tags"].as_array().unwrap().iter().enumerate() {
        let mut columns = Columns(inflated(element(&page, &format!("tag{number}"))).into_iter());
        for curve in curves[number].as_array().unwrap() {
            let run = &index["runs"][curve[0].as_u64().unwrap() as usize]["name"];
            let run = state.run(run.as_str().unwrap()).unwrap();
            let logged = run
                .scalars(tag["tag"].as_str().unwrap(), Policy::LastWins)
                .unwrap();
            let points = curve[2].as_u64().unwrap() as usize;
            assert_eq!((curve[1].as_str(), points), (Some("f"), logged.len()));
            let steps = columns.sums(points);
            let steps = steps.iter().map(|step| step.cast_signed());
            assert!(steps.eq(logged.steps.iter().copied()), "{tag}");
            let times = columns.sums(points);
            let logged_times = logged
                .wall_times
                .iter()
                .map(|time| time.as_secs().to_bits());
            assert!(times.into_iter().eq(logged_times));
            let bits = columns.numbers(points, 4);
            let values = logged.values.iter().map(|value| match value {
                Number::F32(value) => u64::from(value.to_bits()),
                other => panic!("{other}"),
            });
            assert!(bits.into_iter().eq(values));
        }
        assert_eq!(columns.0.next(), None, "nothing follows");
    }
    let wave = &curves[1][0];
    assert_eq!((&wave[4], &wave[5]), (&3.0.into(), &i64::MAX.into()));
}

#[test]
fn one_script_may_run_and_nothing_is_fetched() {
    let dir = logdir();
    let page = page(&state(dir.path()));
    let hash = STANDARD.encode(Sha256::digest(element(&page, "program")));
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:"
    );
    assert!(page.html.contains(&format!("content=\"{policy}\"")));
    let markup = page.html.split("<script").next().unwrap();
    for bad in [" src=", "url(", "@import", "<link", "<iframe"] {
        assert!(!markup.contains(bad), "{bad}");
    }
}

#[test]
fn names_are_only_ever_text() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer.add_scalar(HOSTILE, 0.5, 1).unwrap();
    writer.close().unwrap();
    let state = state(dir.path());
    let runs = state
        .runs()
        .map(|run| (HOSTILE.to_owned(), tfevents_analysis::WholeRun::new(run)));
    let report = Report::of(runs).title(HOSTILE).notes(HOSTILE);
    let page = report.page().unwrap();
    // The data, the index and the program.
    assert_eq!(
        page.html.matches("<script").count() - element(&page, "program").matches("<script").count(),
        4
    );
    assert_eq!(page.html.matches("</script").count(), 4);
    assert!(!page.html.contains("<img"));
    assert_eq!(index(&page)["runs"][0]["name"], HOSTILE);
    assert_eq!(index(&page)["tags"][0]["tag"], HOSTILE);
}

#[test]
fn the_same_runs_give_the_same_file_without_their_origin() {
    let dir = logdir();
    let first = page(&state(dir.path())).html;
    assert_eq!(first, page(&state(dir.path())).html);
    let path = dir.path().to_str().unwrap();
    assert!(!first.contains(path) && !first.contains("events.out.tfevents"));
}

#[test]
fn large_pages_keep_fewer_points_and_every_extreme() {
    let dir = logdir();
    let state = state(dir.path());
    let whole = page(&state);
    let few = Report::new(&state).points(20).page().unwrap();
    assert!(few.contents.points < 100 && few.contents.all_points == whole.contents.points);
    assert!(few.contents.left_out()[0].starts_with("Sampled: "));
    let of_wave = |page: &Page| curves(page)[1][0].clone();
    let (all, kept) = (of_wave(&whole), of_wave(&few));
    for column in 3..10 {
        assert_eq!(all[column], kept[column]);
    }
    let size = few.html.len() as u64;
    let fitted = Report::new(&state).max_size(size).page().unwrap();
    assert!(fitted.html.len() as u64 <= size && fitted.contents.is_reduced);
    let none = Report::new(&state).max_size(1).page().unwrap();
    assert!(none.contents.is_too_large);
}

#[test]
fn without_scripts_there_are_a_table_and_charts() {
    let dir = logdir();
    // A run without scalars has no duration.
    let writer = SummaryWriter::new(dir.path().join("c")).unwrap();
    writer.add_text("note", "none", 0).unwrap();
    writer.close().unwrap();
    let page = page(&state(dir.path()));
    let (_, rest) = page.html.split_once("<noscript>").unwrap();
    let (unscripted, _) = rest.split_once("</noscript>").unwrap();
    assert!(unscripted.contains("<th>a</th>") && unscripted.contains("val/loss (min)"));
    let rows = unscripted.split("<tr>").skip(1);
    let cells: Vec<_> = rows
        .map(|row| row.matches("</th>").count() + row.matches("</td>").count())
        .collect();
    assert_eq!(cells.len(), 4);
    assert!(cells.iter().all(|&row| row == cells[0]), "{cells:?}");
    assert_eq!(unscripted.matches("<svg").count(), 2);
}

/// A logdir with values of other kinds.
fn media() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    // Noise, which takes the space that it takes.
    let mut noise = 1_u32;
    let mut pixel = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    };
    for step in 0..30 {
        let pixels: Vec<u8> = std::iter::repeat_with(&mut pixel)
            .take(48 * 48 * 3)
            .collect();
        let image = Image::new(&pixels, Layout::Hwc, &[48, 48, 3]).unwrap();
        writer.add_image("picture", image, step).unwrap();
        writer
            .add_text("note", format!("*step* {step} {HOSTILE}"), step)
            .unwrap();
        writer
            .add_histogram("weights", [0.5, 1.5, 2.5], step)
            .unwrap();
    }
    writer.close().unwrap();
    dir
}

#[test]
fn values_of_other_kinds_are_there_from_the_first_to_the_last() {
    let dir = media();
    let state = state(dir.path());
    let page = page(&state);
    let index = index(&page);
    let kinds = index["media"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds.map(|media| media["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["image", "histogram", "text"]);
    let series = |page: &Page, number: usize| -> Value {
        let packed = element(page, &format!("media{number}"));
        serde_json::from_slice(&inflated(packed)).unwrap()
    };
    let steps = |series: &Value| -> Vec<i64> {
        let points = series[0]["points"].as_array().unwrap().iter();
        points
            .map(|point| point["step"].as_i64().unwrap())
            .collect()
    };
    let (images, histograms, texts) = (series(&page, 0), series(&page, 1), series(&page, 2));
    assert_eq!(steps(&images).len(), 12);
    assert_eq!(steps(&histograms), (0..30).collect::<Vec<_>>());
    let last = &texts[0]["points"][19];
    assert_eq!(last["step"], 29);
    let html = last["html"].as_str().unwrap();
    assert!(html.contains("<em>step</em> 29 &lt;/script&gt;") && !html.contains("<script"));
    let image = images[0]["points"][0]["images"][0].as_str().unwrap();
    assert!(image.starts_with("data:image/png;base64,"));
    let counts: f64 = histograms[0]["points"][0]["buckets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bucket| bucket[2].as_f64().unwrap())
        .sum();
    assert_eq!(counts, 3.0);

    let smaller = page.html.len() as u64 - 10_000;
    let fitted = Report::new(&state).max_size(smaller).page().unwrap();
    assert!(fitted.html.len() as u64 <= smaller);
    assert!(
        steps(&series(&fitted, 0)).len() < 12,
        "pictures are left out first"
    );
    assert_eq!(steps(&series(&fitted, 1)).len(), 30);

    let texts = Report::new(&state).kinds([Kind::Text]).page().unwrap();
    assert!(!texts.html.contains("data:image/png") && texts.contents.values.len() == 1);
    assert_eq!(texts.contents.kinds.len(), 2);
}
