//! How large a figure is, on paper and on the screen.

use std::path::Path;

use anyhow::Result;
use tfevents_plot::{Sheet, Size, png};

use crate::args::numbers;
use crate::ui::usage::UsageError;

/// Points per inch.
const POINTS: f64 = 72.0;
/// Text of figures on paper, in points, and pixels per inch: what journals ask for.
const PAPER_TEXT: f64 = 8.0;
const PAPER_DPI: f64 = 300.0;
/// The widths of a column and of a page of text in inches, as most conferences with two columns have them.
const COLUMN: f64 = 3.25;
const PAGE: f64 = 6.75;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Size")]
pub(super) struct SizeArgs {
    /// Size in pixels or, on the terminal, of each chart in characters
    #[arg(long, value_name = "WxH", value_parser = size, conflicts_with_all = ["width", "height"])]
    size: Option<Size>,

    /// Width on paper: a number with in, cm, mm or pt, or `column` (3.25in) or `page` (6.75in)
    #[arg(long, value_name = "LENGTH", value_parser = length, requires = "output")]
    width: Option<f64>,

    /// Height on paper; without it, charts have pleasant proportions
    #[arg(long, value_name = "LENGTH", value_parser = length, requires = "output")]
    height: Option<f64>,

    /// Pixels per inch of a PNG [default: 300 with --width or --height, otherwise 96]
    #[arg(long, value_name = "N", value_parser = dpi, requires = "output")]
    dpi: Option<f64>,

    /// Font size of labels in points; lines and ticks follow [default: 8 with --width or --height, otherwise 9 or
    /// more, in proportion to the size]
    #[arg(long, value_name = "POINTS", value_parser = points, requires = "output")]
    font_size: Option<f64>,
}

impl SizeArgs {
    /// The size of a chart on the terminal.
    pub(super) fn characters(&self) -> Option<Size> {
        self.size
    }

    /// Pixels per inch.
    pub(super) fn dpi(&self) -> f64 {
        let default = if self.is_paper() {
            PAPER_DPI
        } else {
            png::SCREEN
        };
        self.dpi.unwrap_or(default)
    }

    /// Makes sure, before anything is read, that a PNG can be as large as it is to be.
    ///
    /// # Errors
    ///
    /// Too many pixels.
    pub(super) fn check(&self, output: Option<&Path>) -> Result<()> {
        let sheet = self.sheet();
        let is_png = output.and_then(Path::extension) == Some("png".as_ref());
        for side in [sheet.width, sheet.height].into_iter().flatten() {
            let pixels = (side / png::SCREEN * self.dpi()).ceil();
            if is_png && pixels > f64::from(png::MAX_PIXELS) {
                return Err(UsageError(format!(
                    "{pixels} pixels are too many; no side of a PNG may have more than {}; choose a lower --dpi",
                    png::MAX_PIXELS
                ))
                .into());
            }
        }
        Ok(())
    }

    pub(super) fn sheet(&self) -> Sheet {
        let text = self.font_size.or(self.is_paper().then_some(PAPER_TEXT));
        let text = text.map(|points| points / POINTS * png::SCREEN);
        let (width, height) = match self.size {
            Some(size) => (
                Some(self.pixels(size.width)),
                Some(self.pixels(size.height)),
            ),
            None => (self.width, self.height),
        };
        Sheet {
            width,
            height,
            text,
        }
    }

    fn is_paper(&self) -> bool {
        self.width.is_some() || self.height.is_some()
    }

    /// Pixels of the picture in those of a sheet.
    #[expect(clippy::cast_precision_loss, reason = "at most 20000")]
    fn pixels(&self, count: usize) -> f64 {
        count as f64 / self.dpi() * png::SCREEN
    }
}

fn size(text: &str) -> Result<Size, String> {
    let parse = |text: &str| {
        text.trim()
            .parse()
            .ok()
            .filter(|n| (1..=20_000).contains(n))
    };
    let parts = text.split_once(['x', 'X', '×']);
    let parts = parts.and_then(|(width, height)| Some((parse(width)?, parse(height)?)));
    let (width, height) = parts.ok_or("expected WIDTHxHEIGHT up to 20000, such as 800x500")?;
    Ok(Size { width, height })
}

/// A length in pixels of a sheet.
fn length(text: &str) -> Result<f64, String> {
    const UNITS: [(&str, f64); 4] = [
        ("in", 1.0),
        ("cm", 1.0 / 2.54),
        ("mm", 1.0 / 25.4),
        ("pt", 1.0 / POINTS),
    ];
    let number = |unit: &str| text.strip_suffix(unit)?.trim().parse::<f64>().ok();
    let inches = match text {
        "column" => Some(COLUMN),
        "page" => Some(PAGE),
        _ => UNITS
            .iter()
            .find_map(|(unit, inches)| Some(number(unit)? * inches)),
    };
    let inches = inches.filter(|inches| (0.1..=200.0).contains(inches));
    let inches = inches.ok_or(
        "expected a length up to 200in with its unit (in, cm, mm or pt), such as 8.5cm, or `column` or `page`",
    )?;
    Ok(inches * png::SCREEN)
}

fn dpi(text: &str) -> Result<f64, String> {
    within(text, 10.0..=2400.0)
}

fn points(text: &str) -> Result<f64, String> {
    within(text, 1.0..=100.0)
}

fn within(text: &str, range: std::ops::RangeInclusive<f64>) -> Result<f64, String> {
    let number: f64 = numbers::parse(text)?;
    match range.contains(&number) {
        true => Ok(number),
        false => Err(format!(
            "expected a number from {} to {}",
            range.start(),
            range.end()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_numbers() {
        let parsed = size("800x500").unwrap();
        assert_eq!((parsed.width, parsed.height), (800, 500));
        for wrong in ["800", "x", "0x5", "-1x5", "99999x1", "axb"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lengths_have_units() {
        let inches = |text| length(text).map(|pixels| (pixels / 96.0 * 1e6).round() / 1e6);
        assert_eq!(inches("3.5in"), Ok(3.5));
        assert_eq!(inches("2.54 cm"), Ok(1.0));
        assert_eq!(inches("50.8mm"), Ok(2.0));
        assert_eq!(inches("234pt"), Ok(3.25));
        assert_eq!([inches("column"), inches("page")], [Ok(3.25), Ok(6.75)]);
        for wrong in [
            "", "3", "in", "-1in", "NaNin", "infcm", "0pt", "1e9in", "3px",
        ] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
