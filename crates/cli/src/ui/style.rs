//! How text looks: in colour or not, and how wide.

use std::io::{self, IsTerminal as _};

use anstream::ColorChoice;
use anstream::stream::RawStream;
use anstyle::Style;

use crate::render::width::Width;

/// Whether a stream takes colours: a terminal that can show them, unless `NO_COLOR`, `CLICOLOR` or
/// `CLICOLOR_FORCE` say otherwise.
pub(crate) fn colour(stream: &impl RawStream) -> bool {
    anstream::AutoStream::choice(stream) != ColorChoice::Never
}

/// The styles of text output, which goes to [`styled_stdout`](crate::output::styled_stdout); all plain where colour is not wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Styles {
    /// Names of runs and files.
    pub(crate) name: Style,
    /// Column heads and other furniture.
    pub(crate) dim: Style,
    /// Damage.
    pub(crate) bad: Style,
}

impl Styles {
    pub(crate) fn for_stdout() -> Self {
        if colour(&io::stdout()) {
            Self {
                name: Style::new().bold(),
                dim: Style::new().dimmed(),
                bad: anstyle::AnsiColor::Red.on_default(),
            }
        } else {
            Self::default()
        }
    }
}

/// How wide text may be: what `COLUMNS` or the terminal says; unlimited in a pipe.
pub(crate) fn width() -> Width {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let columns = columns
        .or_else(|| terminal_size::terminal_size_of(io::stdout()).map(|(w, _)| w.0.into()))
        .filter(|&w: &usize| w > 0)
        .unwrap_or(usize::MAX);
    Width {
        columns,
        elide: io::stdout().is_terminal(),
    }
}
