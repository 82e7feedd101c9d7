//! What a figure is written as.

use std::path::Path;

use anyhow::Result;
use tfevents_analysis::text;
#[cfg(feature = "pdf")]
use tfevents_plot::pdf;
use tfevents_plot::{Figure, Picture, png, svg};

use super::size::SizeArgs;
use crate::output::packed::{format_ending, unknown_ending};
use crate::ui::reporter::Reporter;

/// What the picture is written as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Format {
    Terminal,
    Svg,
    Png,
    #[cfg(feature = "pdf")]
    Pdf,
}

impl Format {
    pub(super) fn of(output: Option<&Path>) -> Result<Self> {
        let Some(path) = output else {
            return Ok(Self::Terminal);
        };
        match format_ending(path).as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            #[cfg(feature = "pdf")]
            Some("pdf") => Ok(Self::Pdf),
            #[cfg(feature = "pdf")]
            ending => Err(unknown_ending(ending, &["svg", "png", "pdf"], "")),
            #[cfg(not(feature = "pdf"))]
            ending => {
                let advice = match ending {
                    Some("pdf") => "; `cargo install --path crates/cli --features pdf` adds .pdf",
                    _ => "",
                };
                Err(unknown_ending(ending, &["svg", "png"], advice))
            }
        }
    }

    /// The file; none for the terminal.
    pub(super) fn file(
        self,
        figure: &Figure,
        size: &SizeArgs,
        reporter: &Reporter,
    ) -> Result<Option<Vec<u8>>> {
        let sheet = size.sheet();
        Ok(match self {
            Self::Terminal => None,
            Self::Svg => Some(svg::render(figure, &sheet).into_bytes()),
            Self::Png => {
                let picture = png::render(figure, &sheet, size.dpi())?;
                Some(complete(picture, reporter))
            }
            #[cfg(feature = "pdf")]
            Self::Pdf => Some(complete(pdf::render(figure, &sheet)?, reporter)),
        })
    }
}

/// The file; warns of text that no font has.
fn complete(picture: Picture, reporter: &Reporter) -> Vec<u8> {
    for missing in &picture.missing {
        reporter.warn(format_args!(
            "no installed font has all characters of {}, so some are drawn as boxes; install a font that has them, or \
             write .svg, which uses the fonts of whoever views it",
            text::quoted(missing)
        ));
    }
    picture.bytes
}
