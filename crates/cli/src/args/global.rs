//! What holds for every verb: how much is said, in which colors, and where times are shown.

use std::ffi::OsStr;

use anstream::ColorChoice;

use crate::render::clock;
use crate::ui::few;

/// Options that every verb has.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct Global {
    /// Print no warnings, notes or progress bar; errors, results and the exit status stay the same
    #[arg(short, long, global = true, help_heading = HEADING)]
    pub(crate) quiet: bool,

    /// Whether to use colors
    #[arg(long, global = true, help_heading = HEADING, value_enum, value_name = "WHEN")]
    #[arg(default_value_t = Color::Auto, hide_possible_values = true)]
    color: Color,

    /// List in full what messages and reports otherwise summarize, such as runs after the tenth
    #[arg(short, long, global = true, help_heading = HEADING)]
    verbose: bool,

    /// Do not show a progress bar
    #[arg(long, global = true, help_heading = HEADING)]
    pub(crate) no_progress: bool,

    /// Show times in UTC instead of local time, and read dates without a time zone as UTC
    #[arg(long, global = true, help_heading = HEADING)]
    utc: bool,
}

const HEADING: &str = "Global options";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    /// On terminals, unless NO_COLOR is set
    #[default]
    Auto,
    Always,
    Never,
}

impl Global {
    /// Lets the choice of colors, of the time zone and of how much is listed hold for the whole program.
    pub(crate) fn apply(&self) {
        self.color.apply();
        clock::show_utc(self.utc);
        few::name_all(self.verbose);
    }
}

impl Color {
    fn apply(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

/// Applies `--color` before the arguments are understood, because help and errors about them have colors, too.
pub(crate) fn color_early<'a>(args: impl IntoIterator<Item = &'a OsStr>) {
    let mut args = args.into_iter().map_while(|arg| match arg.to_str() {
        Some("--") => None,
        arg => Some(arg.unwrap_or_default()),
    });
    while let Some(arg) = args.next() {
        let when = match arg.strip_prefix("--color") {
            Some("") => args.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        let color = when.and_then(|when| clap::ValueEnum::from_str(when, false).ok());
        if let Some(color) = color {
            Color::apply(color);
        }
    }
}
