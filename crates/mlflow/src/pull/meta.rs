//! `meta.yaml`: a flat document of names and values.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use saphyr_parser::{Event, Parser, ScalarStyle};

use tfevents::reader::path_text;

use crate::mapping::loss::{LossKind, Losses};

/// The fields of a document; those that are null are missing.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meta(BTreeMap<String, String>);

impl Meta {
    /// Reads a file. Of a damaged one, those that precede the damage are kept.
    pub(super) fn read(path: &Path, losses: &mut Losses) -> Self {
        let mut meta = Self::default();
        match fs::read(path) {
            Ok(bytes) => {
                if meta.parse(&String::from_utf8_lossy(&bytes)).is_none() {
                    losses.add(LossKind::Damage, || format!("`{}`", path_text(path)));
                }
            }
            Err(_) => losses.add(LossKind::Unreadable, || path_text(path)),
        }
        meta
    }

    fn parse(&mut self, text: &str) -> Option<()> {
        let (mut depth, mut key) = (0, None);
        for event in Parser::new_from_str(text) {
            match event.ok()?.0 {
                Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
                Event::MappingEnd | Event::SequenceEnd => {
                    depth -= 1;
                    // What ended was the value.
                    if depth == 1 {
                        key = None;
                    }
                }
                Event::Scalar(value, style, ..) if depth == 1 => match key.take() {
                    None => key = Some(value.into_owned()),
                    Some(name) => {
                        let is_null =
                            matches!(&*value, "null" | "~" | "") && style == ScalarStyle::Plain;
                        if !is_null {
                            self.0.insert(name, value.into_owned());
                        }
                    }
                },
                _ => {}
            }
        }
        (!self.0.is_empty()).then_some(())
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_pyyaml_writes_them() {
        let text = "end_time: null\nname: 'café: it''s # y'\nquoted: \"a\\nb\"\nlong: one\n  two\nstart_time: 1796044196788\ntags: []\nmore: {a: 1}\nstatus: 3\n";
        let mut meta = Meta::default();
        meta.parse(text).unwrap();
        assert_eq!(meta.text("name").as_deref(), Some("café: it's # y"));
        assert_eq!(meta.text("quoted").as_deref(), Some("a\nb"));
        assert_eq!(meta.text("long").as_deref(), Some("one two"));
        assert_eq!(meta.number("start_time"), Some(1_796_044_196_788));
        assert_eq!(meta.number("status"), Some(3));
        for missing in ["end_time", "tags", "more", "a"] {
            assert_eq!(meta.text(missing), None);
        }
        for damaged in ["", "a: 'b", "\0"] {
            assert_eq!(Meta::default().parse(damaged), None, "{damaged:?}");
        }
    }
}
