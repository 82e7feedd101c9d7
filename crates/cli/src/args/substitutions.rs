//! New names out of old ones: `--sub-run REGEX NEW` and the like.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use regex::Regex;
use tfevents_analysis::pattern;
use tfevents_analysis::text::quoted;

use crate::ui::suggest;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;

/// Regular expressions and what replaces them, one after the other.
pub(crate) struct Substitutions(Vec<Substitution>);

struct Substitution {
    regex: Regex,
    new: String,
    /// Whether it ever matched.
    used: AtomicBool,
}

impl Substitutions {
    /// # Errors
    ///
    /// An invalid regular expression; a replacement with a group that it does not have.
    pub(crate) fn new(flag: &str, pairs: &[String]) -> Result<Self> {
        let pairs = pairs.chunks_exact(2).map(|pair| {
            let invalid = |problem| {
                let pattern = quoted(&pair[0]);
                UsageError(format!(
                    "{flag}: invalid regular expression {pattern}: {problem}"
                ))
            };
            let regex = pattern::regex(&pair[0]).map_err(invalid)?;
            let new = &pair[1];
            if let Some(group) = unknown_group(&regex, new) {
                let braces = group
                    .char_indices()
                    .map(|(end, c)| end + c.len_utf8())
                    .filter_map(|end| group.split_at_checked(end))
                    .rfind(|(start, _)| has_group(&regex, start))
                    .map(|(start, rest)| format!("; write `${{{start}}}{rest}`"));
                return Err(UsageError(format!(
                    "{flag}: `{}` has no group `{group}`, which `{new}` refers to{}",
                    pair[0],
                    braces.unwrap_or_else(|| "; write `$$` for a dollar sign".to_owned()),
                ))
                .into());
            }
            Ok(Substitution {
                regex,
                new: new.clone(),
                used: AtomicBool::new(false),
            })
        });
        Ok(Self(pairs.collect::<Result<_>>()?))
    }

    pub(crate) fn apply(&self, prefix: Option<&str>, name: &str) -> String {
        let mut name = name.to_owned();
        for Substitution { regex, new, used } in &self.0 {
            if let Cow::Owned(replaced) = regex.replace_all(&name, new) {
                used.store(true, Ordering::Relaxed);
                name = replaced;
            }
        }
        name.insert_str(0, prefix.unwrap_or(""));
        name
    }

    /// Those that matched none of the names there are.
    pub(crate) fn unmatched<'n>(
        &self,
        (flag, noun): (&str, &str),
        names: impl IntoIterator<Item = &'n str> + Clone,
    ) -> Unmatched {
        let unused = |one: &&Substitution| !one.used.load(Ordering::Relaxed);
        let complaint = |Substitution { regex, .. }: &Substitution| {
            let pattern = quoted(regex.as_str());
            let hint = suggest::hint(regex.as_str(), names.clone());
            format!("{flag}: no {noun} matches {pattern}{hint}")
        };
        let complaints = self.0.iter().filter(unused).map(complaint);
        Unmatched::of_flag(flag, self.0.len(), complaints.collect())
    }
}

/// A group that the replacement asks for and the regular expression does not have: it would be replaced by nothing.
fn unknown_group<'n>(regex: &Regex, new: &'n str) -> Option<&'n str> {
    // `$$`, `${name}` and `$name`, as the regular expressions' own library has them.
    let mut rest = new;
    while let Some((_, after)) = rest.split_once('$') {
        if let Some(after) = after.strip_prefix('$') {
            rest = after;
            continue;
        }
        let (group, after) = match after
            .strip_prefix('{')
            .and_then(|name| name.split_once('}'))
        {
            Some(braced) => braced,
            None => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = after.find(|c| !is_part(c)).unwrap_or(after.len());
                after.split_at(end)
            }
        };
        if !group.is_empty() && !has_group(regex, group) {
            return Some(group);
        }
        rest = after;
    }
    None
}

fn has_group(regex: &Regex, group: &str) -> bool {
    match group.parse::<usize>() {
        Ok(number) => number < regex.captures_len(),
        Err(_) => regex.capture_names().flatten().any(|name| name == group),
    }
}
