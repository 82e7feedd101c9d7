//! How much room text has.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How wide text may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Width {
    /// In columns.
    pub(crate) columns: usize,
    /// Whether names that are wider still lose their middle. Only on a terminal: what reads a pipe wants all of it.
    pub(crate) elide: bool,
}

impl Width {
    /// A text without its middle if it has more than `columns`, as far as that is wanted.
    pub(crate) fn fit<'t>(&self, text: &'t str, columns: usize) -> Cow<'t, str> {
        if self.elide {
            elided(text, columns)
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// The start and the end of a text that has more columns than this.
fn elided(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(1);
    let start = fitting(text.chars(), room / 2);
    let end = fitting(text.chars().rev(), room - text[..start].width());
    let end = (text.len() - end).max(start);
    Cow::Owned(format!("{}…{}", &text[..start], &text[end..]))
}

/// How many bytes the first characters have that fit so many columns.
fn fitting(characters: impl Iterator<Item = char>, columns: usize) -> usize {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= columns
    };
    characters.take_while(fits).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Width = Width {
        columns: 80,
        elide: true,
    };

    #[test]
    fn long_names_lose_their_middle() {
        for (name, columns, shown) in [
            ("train/loss", 10, "train/loss"),
            ("train/loss", 9, "trai…loss"),
            ("train/loss", 8, "tra…loss"),
            ("größe/größe", 6, "gr…öße"),
            ("損失損失損失", 8, "損…損失"),
            ("loss", 1, "…"),
        ] {
            let fitted = TERMINAL.fit(name, columns);
            assert_eq!(fitted, shown);
            assert!(fitted.width() <= columns, "{fitted}");
        }
    }

    #[test]
    fn pipes_get_all_of_a_name() {
        let name = "x".repeat(200);
        let pipe = Width {
            elide: false,
            ..TERMINAL
        };
        assert_eq!(pipe.fit(&name, 80), name);
    }
}
