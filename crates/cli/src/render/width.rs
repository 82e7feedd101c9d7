//! How much room text has.

use std::borrow::Cow;

use tfevents_analysis::text::without_middle;
use unicode_width::UnicodeWidthStr as _;

/// How wide text may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Width {
    /// In columns.
    pub(crate) columns: usize,
    /// Whether names that are wider still lose their middle. Only on a terminal: what reads a pipe wants all of it.
    pub(crate) elide: bool,
}

impl Width {
    /// Of files.
    pub(crate) const UNLIMITED: Self = Self {
        columns: usize::MAX,
        elide: false,
    };

    /// The same less some columns that something else takes.
    pub(crate) fn less(&self, columns: usize) -> Self {
        Self {
            columns: self.columns.saturating_sub(columns),
            ..*self
        }
    }

    /// A name that has a line to itself.
    pub(crate) fn name<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.fit(text, self.columns)
    }

    /// A path that has a line to itself. Where it can, only the longest of its parts loses its middle: paths begin and end
    /// alike.
    pub(crate) fn path<'t>(&self, text: &'t str) -> Cow<'t, str> {
        const LEAST: usize = 8;
        let over = text.width().saturating_sub(self.columns);
        let parts: Vec<_> = text.split('/').collect();
        let longest = (0..parts.len()).max_by_key(|&i| parts.get(i).map(|part| part.width()));
        let longest = longest.and_then(|i| Some((i, *parts.get(i)?)));
        let Some((longest, part)) = longest.filter(|(_, part)| part.width() >= over + LEAST) else {
            return self.name(text);
        };
        let part = self.fit(part, part.width() - over);
        let mut parts = parts;
        parts.splice(longest..=longest, [&*part]);
        match part {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(_) => Cow::Owned(parts.join("/")),
        }
    }

    /// Two names that share a line: one that is short leaves its room to the other.
    pub(crate) fn pair<'t>(&self, [a, b]: [&'t str; 2]) -> [Cow<'t, str>; 2] {
        let a = self.fit(a, self.columns - b.width().min(self.columns / 2));
        let b = self.fit(b, self.columns.saturating_sub(a.width()));
        [a, b]
    }

    /// A text without its middle if it has more than `columns`, as far as that is wanted.
    pub(crate) fn fit<'t>(&self, text: &'t str, columns: usize) -> Cow<'t, str> {
        match self.elide && text.width() > columns {
            true => Cow::Owned(without_middle(text, |text| text.width() <= columns)),
            false => Cow::Borrowed(text),
        }
    }
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
    fn paths_are_told_apart_by_their_longest_parts() {
        let path = format!("logs/{}10/events.out.1", "r".repeat(90));
        let fitted = TERMINAL.path(&path);
        assert_eq!(fitted.width(), 80);
        assert!(
            fitted.starts_with("logs/rr") && fitted.ends_with("rr10/events.out.1"),
            "{fitted}"
        );
        assert_eq!(TERMINAL.path("a/b"), "a/b");
        let flat = "a/".repeat(90);
        assert_eq!(TERMINAL.path(&flat), TERMINAL.name(&flat));
    }

    #[test]
    fn two_names_share_a_line() {
        let pair = |columns, pair| {
            Width {
                columns,
                ..TERMINAL
            }
            .pair(pair)
            .map(Cow::into_owned)
        };
        for (columns, names) in [(10, ["loss", "a/b/c/d/e"]), (10, ["a/b/c/d/e", "loss"])] {
            let fitted = pair(columns, names);
            let whole = names
                .iter()
                .zip(&fitted)
                .filter(|(name, fitted)| name == fitted);
            assert_eq!(whole.map(|(name, _)| *name).collect::<Vec<_>>(), ["loss"]);
            assert_eq!(fitted.concat().width(), 10, "{fitted:?}");
        }
        for pair in [
            pair(10, ["abcdefghij", "abcdefghij"]),
            pair(9, ["abcdefghij", "abcdefghij"]),
        ] {
            assert!(
                pair.iter().map(|name| name.width()).sum::<usize>() <= 10,
                "{pair:?}"
            );
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
