//! Files with credentials in sections, as Databricks' and MLflow's clients read them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// One section: lower-case names and values.
pub(super) type Section = BTreeMap<String, String>;

/// A file in the home directory.
pub(super) fn at_home(var: &impl Fn(&str) -> Option<String>, path: &str) -> Option<PathBuf> {
    let home = var("HOME").or_else(|| var("USERPROFILE"))?;
    Some(Path::new(&home).join(path))
}

/// A section of a file; `None` if there is no such section, or no such file.
///
/// # Errors
///
/// A file that cannot be read.
pub(super) fn section(file: &Path, name: &str) -> Result<Option<Section>> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(of(&text, name)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::unreadable(file, &e)),
    }
}

fn of(text: &str, name: &str) -> Option<Section> {
    let mut found = None;
    let mut is_in = false;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            is_in = section
                .strip_suffix(']')
                .is_some_and(|known| known.trim() == name);
            if is_in {
                found.get_or_insert_with(Section::new);
            }
        } else if is_in
            && !line.starts_with(['#', ';'])
            && let Some((key, value)) = line.split_once(['=', ':'])
            && let Some(section) = &mut found
        {
            section.insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_what_is_below_its_name() {
        let text =
            "host = https://a\n[DEFAULT]\n# no\nHost = https://b\ntoken=t=1\n\n[other]\nhost: c\n";
        let section = of(text, "DEFAULT").unwrap();
        assert_eq!(section["host"], "https://b");
        assert_eq!(section["token"], "t=1");
        assert_eq!(of(text, "other").unwrap()["host"], "c");
        assert_eq!(of(text, "none"), None);
    }
}
