//! The same figure in every format.
#![allow(clippy::unwrap_used, reason = "tests")]

use tfevents_plot::{Curve, Figure, Label, Line, Look, Panel, Sheet, png, svg};

fn figure(title: &str) -> Figure {
    let curve = Curve {
        xs: vec![0.0, 1.0, 2.0],
        ys: vec![1.0, 0.5, 0.25],
        ..Curve::default()
    };
    Figure {
        title: Some(title.to_owned()),
        panels: vec![Panel {
            title: "train/loss".to_owned(),
            lines: vec![Line { label: 0, curve }],
        }],
        labels: vec![Label {
            name: "run1".to_owned(),
            look: Look::nth(0),
            ..Label::default()
        }],
        x_title: "step".to_owned(),
        ..Figure::default()
    }
}

/// Width, height and rows of pixels.
fn pixels(png: &[u8]) -> (u32, u32, Vec<[u8; 3]>) {
    let mut reader = ::png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let pixels = pixels.chunks_exact(3).map(|p| [p[0], p[1], p[2]]);
    (info.width, info.height, pixels.collect())
}

#[test]
fn text_is_drawn_in_the_font_brought_along() {
    let picture = png::render(&figure("Größe −3 µ"), &Sheet::default(), 96.0).unwrap();
    assert_eq!(picture.missing, [""; 0]);
    let (width, height, pixels) = pixels(&picture.bytes);
    assert_eq!((width, height), (800, 480));
    // The title stands in the first rows, and nothing else.
    let title = &pixels[..800 * 38];
    let dark = title.iter().filter(|pixel| pixel[0] < 0x60).count();
    assert!((100..3000).contains(&dark), "{dark} dark pixels");
    assert_eq!(
        picture.bytes,
        png::render(&figure("Größe −3 µ"), &Sheet::default(), 96.0)
            .unwrap()
            .bytes
    );
}

#[test]
fn text_that_no_font_has_is_named() {
    // For private use: no font of a system has it.
    let nowhere = figure("a\u{f1234}b");
    let picture = png::render(&nowhere, &Sheet::default(), 96.0).unwrap();
    assert_eq!(picture.missing, ["a\u{f1234}b"]);
    assert!(svg::render(&nowhere, &Sheet::default()).contains(">a\u{f1234}b</text>"));
}

#[test]
fn larger_text_leaves_room_for_fewer_ticks() {
    let ticks = |sheet: Sheet| {
        svg::render(&figure("t"), &sheet)
            .matches("font-size=\"11.5\"")
            .count()
    };
    let sheet = |width, height, text| Sheet {
        width: Some(width),
        height: Some(height),
        text,
    };
    let natural = ticks(Sheet::default());
    assert_eq!(ticks(sheet(2400.0, 1440.0, None)), natural);
    let small = ticks(sheet(800.0, 480.0, Some(6.0)));
    let large = ticks(sheet(800.0, 480.0, Some(24.0)));
    assert!(
        large < natural && natural < small,
        "{large} {natural} {small}"
    );
}

#[test]
fn a_png_has_the_pixels_of_its_size_on_paper() {
    let sheet = Sheet {
        width: Some(3.25 * 96.0),
        height: Some(2.0 * 96.0),
        text: None,
    };
    let picture = png::render(&figure("t"), &sheet, 300.0).unwrap();
    let (width, height, _) = pixels(&picture.bytes);
    assert_eq!((width, height), (975, 600));
    let reader = ::png::Decoder::new(std::io::Cursor::new(&picture.bytes))
        .read_info()
        .unwrap();
    let density = reader.info().pixel_dims.unwrap();
    assert_eq!((density.xppu, density.yppu), (11811, 11811));
    let problem = png::render(&figure("t"), &sheet, 1e5)
        .unwrap_err()
        .to_string();
    assert!(problem.contains("too large"), "{problem}");
}

#[cfg(feature = "pdf")]
#[test]
fn a_pdf_is_always_the_same_and_as_large_as_asked_for() {
    use tfevents_plot::pdf;
    let sheet = Sheet {
        width: Some(3.25 * 96.0),
        height: Some(2.0 * 96.0),
        text: None,
    };
    let first = pdf::render(&figure("t"), &sheet).unwrap();
    assert_eq!(
        first.bytes,
        pdf::render(&figure("t"), &sheet).unwrap().bytes
    );
    let text = String::from_utf8_lossy(&first.bytes);
    assert!(text.starts_with("%PDF-"));
    let media_box = text.split("/MediaBox").nth(1).unwrap();
    assert!(
        media_box.starts_with("[0 0 234 144]"),
        "{}",
        &media_box[..40]
    );
}
