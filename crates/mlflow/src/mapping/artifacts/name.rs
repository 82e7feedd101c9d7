//! Names of artifacts: one component for each tag, which servers, object stores and file systems take.

use std::collections::HashSet;

use tfevents::Kind;

use crate::names::Key;

/// How long a name gets, in bytes. File systems take 255, and what MLflow's pages want of pictures takes a hundred.
const LONGEST: usize = 140;

/// The names that were given to the series of a run.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<(Kind, String)>);

impl Names {
    /// The name for a tag: the key that a metric would have, with `~` for slashes, as MLflow writes them in names of
    /// pictures. What is too long ends in a checksum; so does a name that another tag has in other case, because not
    /// every system tells these apart.
    pub(super) fn of(&mut self, kind: Kind, tag: &str) -> String {
        let key = Key::of(tag).text.replace('/', "~");
        let fits = key.len() <= LONGEST && !tfevents::names::is_reserved(&key);
        let folded = |name: &str| (kind, name.to_lowercase());
        let name = match fits && !key.ends_with(['.', ' ']) && !self.0.contains(&folded(&key)) {
            true => key,
            false => Key::within(tag, LONGEST).text.replace('/', "~"),
        };
        self.0.insert(folded(&name));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_component_and_leads_back_to_its_tag() {
        let mut names = Names::default();
        for (tag, wanted) in [
            ("train/loss", "train~loss"),
            ("a~b", "a_x7E_b"),
            ("../a", "_x2E_.~a"),
            ("/etc/passwd", "_x2F_etc~passwd"),
            ("a\0b", "a_x00_b"),
            ("images+step+1", "images_x2B_step_x2B_1"),
        ] {
            let name = names.of(Kind::Text, tag);
            assert_eq!(name, wanted);
            assert_eq!(crate::names::tag(&name.replace('~', "/")), tag);
        }
    }

    #[test]
    fn names_stay_apart_and_short() {
        let mut names = Names::default();
        let tags = ["Loss", "loss", "LOSS", "aux", "x ", "x."].map(str::to_owned);
        let long = ["a", "b"].map(|end| "損".repeat(200) + end);
        let tags: Vec<_> = tags.into_iter().chain(long).collect();
        let named: HashSet<_> = tags
            .iter()
            .map(|tag| names.of(Kind::Image, tag).to_lowercase())
            .collect();
        assert_eq!(named.len(), tags.len());
        assert!(named.iter().all(|name| name.len() <= LONGEST));
        assert!(named.iter().all(|name| !tfevents::names::is_reserved(name)));
        // Another kind has its files elsewhere.
        assert_eq!(names.of(Kind::Text, "loss"), "loss");
    }
}
