//! The text that describes a run, which MLflow shows at the top of its page.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Artifact;
use super::loss::{LossKind, Losses};
use crate::api::Entry;
use crate::limits;

/// MLflow's tag with the description of a run.
const NOTE: &str = "mlflow.note.content";
/// The tag of a run whose description is one of its texts: the checksum of what was written there, which tells it from what
/// people wrote.
pub(crate) const OWN: &str = "tfevents.description";

/// The tags of texts that describe a run, in any case, the first one before others.
const TAGS: [&str; 5] = [NOTE, "description", "readme", "notes", "note"];
/// What PyTorch's `add_text` adds to a tag.
const PYTORCH: &str = "/text_summary";

/// Which of the tags it is that describe a run; the least counts most.
fn rank(tag: &str) -> Option<usize> {
    let tag = tag.strip_suffix(PYTORCH).unwrap_or(tag);
    TAGS.iter()
        .position(|known| tag.eq_ignore_ascii_case(known))
}

/// Whether a text of this tag may describe its run.
pub(crate) fn is_description(tag: &str) -> bool {
    rank(tag).is_some()
}

/// The checksum that [`OWN`] holds.
pub(crate) fn checksum(note: &str) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(note.as_bytes()).iter().take(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The last text of the tag that counts most.
#[derive(Debug, Default)]
pub(crate) struct Description {
    found: Option<(usize, Found)>,
}

#[derive(Debug)]
struct Found {
    tag: String,
    text: String,
    path: String,
}

impl Description {
    /// Takes the next text, of which a file was made.
    pub(super) fn see(&mut self, tag: &str, file: &Artifact, text: String) {
        let Some(rank) = rank(tag) else { return };
        if self.found.as_ref().is_none_or(|(known, _)| rank <= *known) {
            let (tag, path) = (tag.to_owned(), file.path.clone());
            self.found = Some((rank, Found { tag, text, path }));
        }
    }

    /// The tag of the text.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.found.as_ref().map(|(_, found)| &*found.tag)
    }

    /// The tags that describe a run, given those that it has. What people wrote there stays.
    pub(crate) fn tags<'a>(
        &self,
        known: impl Fn(&str) -> Option<&'a str>,
        losses: &mut Losses,
    ) -> Vec<Entry> {
        let Some((_, Found { tag, text, path })) = &self.found else {
            return Vec::new();
        };
        let is_ours = match known(NOTE) {
            None | Some("") => true,
            Some(note) => known(OWN) == Some(&*checksum(note)),
        };
        if !is_ours {
            return Vec::new();
        }
        let length = text.chars().count();
        let note = match length > limits::TAG_VALUE {
            true => {
                let note = format!("{length} characters, in the artifact {path}");
                losses.add(LossKind::Long, || format!("{tag}: {note}"));
                note
            }
            false => text.clone(),
        };
        let own = Entry::new(OWN, checksum(&note));
        vec![Entry::new(NOTE, note), own]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Content;

    fn described(texts: &[(&str, &str)]) -> Description {
        let mut description = Description::default();
        for (tag, text) in texts {
            let file = Artifact {
                path: format!("text/{tag}/0.md"),
                content: Content::Bytes(Vec::new()),
            };
            description.see(tag, &file, (*text).to_owned());
        }
        description
    }

    fn note(description: &Description, known: &[(&str, &str)]) -> Option<String> {
        let known = |key: &str| {
            let mut known = known.iter();
            Some(known.find(|(tag, _)| *tag == key)?.1)
        };
        let mut losses = Losses::default();
        let tags = description.tags(known, &mut losses);
        Some(tags.first()?.value.clone())
    }

    #[test]
    fn the_last_text_of_the_tag_that_counts_most_describes_a_run() {
        for (texts, wanted) in [
            (&[("loss", "x"), ("my notes", "y")][..], None),
            (&[("Notes/text_summary", "x")], Some("x")),
            (&[("note", "x"), ("README", "y"), ("note", "z")], Some("y")),
            (&[("description", "x"), ("description", "y")], Some("y")),
        ] {
            let note = note(&described(texts), &[]);
            assert_eq!(note.as_deref(), wanted, "{texts:?}");
        }
    }

    #[test]
    fn what_people_wrote_stays() {
        let new = described(&[("description", "new")]);
        let own = checksum("old");
        let by_us = [(NOTE, "old"), (OWN, &*own)];
        assert_eq!(note(&new, &by_us).as_deref(), Some("new"));
        assert_eq!(note(&new, &[(NOTE, "theirs"), (OWN, &*own)]), None);
        assert_eq!(note(&new, &[(NOTE, "old")]), None);
        assert_eq!(note(&new, &[(NOTE, "")]).as_deref(), Some("new"));
    }

    #[test]
    fn what_is_too_long_says_where_it_is() {
        let text = "x".repeat(limits::TAG_VALUE + 1);
        let mut losses = Losses::default();
        let tags = described(&[("note", &text)]).tags(|_| None, &mut losses);
        let wanted = "8001 characters, in the artifact text/note/0.md";
        assert_eq!(tags[0].value, wanted);
        assert_eq!(losses.to_json(), "{\"long\":1}");
    }
}
