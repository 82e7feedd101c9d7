//! Shortens names without making them look alike.

use std::collections::{BTreeMap, BTreeSet};

const ELLIPSIS: &str = "…";

/// The start and the end of a text, and as much of both as `fits` with an ellipsis in between.
pub fn without_middle(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let ends: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
    let count = ends.len();
    let keep = |chars: usize| {
        let at = |i: usize| ends.get(i).copied().unwrap_or(text.len());
        let (start, end) = (at(chars / 2), at(count - (chars - chars / 2)));
        format!("{}{ELLIPSIS}{}", &text[..start], &text[end..])
    };
    let (mut most, mut too_many) = (0, count);
    while most + 1 < too_many {
        let middle = usize::midpoint(most, too_many);
        match fits(&keep(middle)) {
            true => most = middle,
            false => too_many = middle,
        }
    }
    keep(most)
}

/// Names of which each `fits`, as far as an ellipsis can do that: what all of them have in common goes first, then
/// the middle. Those that differ still do, if need be by a number.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::text::shortened;
///
/// let names = ["sweep_2024/resnet50_lr0.1/train", "sweep_2024/resnet50_lr0.01/train"];
/// assert_eq!(shortened(&names, |name| name.len() < 20), ["…lr0.1/train", "…lr0.01/train"]);
/// assert_eq!(shortened(&names, |_| true), names);
/// ```
pub fn shortened(names: &[&str], fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut short: BTreeMap<&str, String> = BTreeMap::new();
    let different: BTreeSet<_> = names.iter().copied().collect();
    let all: Vec<_> = different.into_iter().collect();
    fit_all(&all, &fits, &mut short);
    number_those_alike(&all, &mut short);
    let of = |name: &&str| short.get(name).cloned().unwrap_or_default();
    names.iter().map(of).collect()
}

/// `names` are different and sorted.
fn fit_all<'n>(
    names: &[&'n str],
    fits: &impl Fn(&str) -> bool,
    short: &mut BTreeMap<&'n str, String>,
) {
    let (start, end) = match names.iter().all(|name| fits(name)) {
        true => (0, 0),
        false => with_context(names, common(names), fits),
    };
    let mut alike: BTreeMap<String, Vec<&'n str>> = BTreeMap::new();
    for name in names {
        let middle = &name[start..name.len() - end];
        let around = |text: &str| around(text, start, end);
        let fitted = without_middle(middle, |text| fits(&around(text)));
        alike.entry(around(&fitted)).or_default().push(name);
    }
    for (fitted, group) in alike {
        // Fewer names have more in common, which leaves more room for what they differ in.
        if group.len() > 1 && group.len() < names.len() {
            fit_all(&group, fits, short);
        } else {
            short.extend(group.into_iter().map(|name| (name, fitted.clone())));
        }
    }
}

/// With ellipses for what is left out before and behind a text.
fn around(text: &str, start: usize, end: usize) -> String {
    let ellipsis = |left_out: usize| if left_out > 0 { ELLIPSIS } else { "" };
    format!("{}{text}{}", ellipsis(start), ellipsis(end))
}

/// Keeps as much of the common text as there is room for, word by word: first the words before the difference, which
/// say what it is about, then those after it.
fn with_context(
    names: &[&str],
    (start, end): (usize, usize),
    fits: &impl Fn(&str) -> bool,
) -> (usize, usize) {
    let fit = |start: usize, end: usize| {
        let mut middles = names.iter().map(|name| &name[start..name.len() - end]);
        middles.all(|middle| fits(&around(middle, start, end)))
    };
    let first = names.first().copied().unwrap_or_default();
    let starts = std::iter::once(0).chain(words(&first[..start]));
    let start = starts
        .into_iter()
        .find(|&start| fit(start, end))
        .unwrap_or(start);
    let behind: String = first
        .chars()
        .rev()
        .take(first[first.len() - end..].chars().count())
        .collect();
    let ends = std::iter::once(0).chain(words(&behind));
    let end = ends.into_iter().find(|&end| fit(start, end)).unwrap_or(end);
    (start, end)
}

/// Where words begin behind others.
fn words(text: &str) -> impl Iterator<Item = usize> {
    let next = text.chars().skip(1).chain(std::iter::once('a'));
    let pairs = text.char_indices().zip(next);
    let begins = pairs.filter(|((_, c), next)| is_break(*c) && !is_break(*next));
    begins.map(|((at, c), _)| at + c.len_utf8())
}

/// Whether a word ends here. Numbers have points.
fn is_break(c: char) -> bool {
    !c.is_alphanumeric() && c != '.'
}

/// How many bytes all names have in common at their start and at their end, if that is worth an ellipsis; words
/// stay whole. Names are different and sorted.
fn common(names: &[&str]) -> (usize, usize) {
    let [first, .., last] = names else {
        return (0, 0);
    };
    let same = |a: &str, b: &str| {
        let pairs = a.chars().zip(b.chars());
        let same = pairs.take_while(|(x, y)| x == y);
        same.map(|(x, _)| x.len_utf8()).sum::<usize>()
    };
    // Between the first and the last of sorted names lie all others.
    let start = same(first, last);
    let start = first[..start].rfind(is_break).map_or(0, |at| {
        at + first[at..].chars().next().map_or(0, char::len_utf8)
    });
    let same_end = |name: &str| {
        let pairs = first[start..]
            .chars()
            .rev()
            .zip(name[start..].chars().rev());
        let same = pairs.take_while(|(x, y)| x == y);
        same.map(|(x, _)| x.len_utf8()).sum::<usize>()
    };
    let end = names.iter().map(|name| same_end(name)).min().unwrap_or(0);
    let ending = &first[first.len() - end..];
    let end = ending.find(is_break).map_or(0, |at| ending.len() - at);
    let worth = |bytes: usize| if bytes > ELLIPSIS.len() { bytes } else { 0 };
    (worth(start), worth(end))
}

fn number_those_alike<'n>(names: &[&'n str], short: &mut BTreeMap<&'n str, String>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        if let Some(text) = short.get_mut(name) {
            let count = seen.entry(text.clone()).or_default();
            *count += 1;
            if *count > 1 {
                text.push_str(&format!(" ({count})"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(names: &[&str], chars: usize) -> Vec<String> {
        shortened(names, |text| text.chars().count() <= chars)
    }

    #[test]
    fn what_fits_stays_and_what_does_not_loses_what_is_common() {
        assert_eq!(within(&["a/b/c", "a/b/d"], 5), ["a/b/c", "a/b/d"]);
        let deep = ["exp/long_name/lr=0.1/train", "exp/long_name/lr=0.01/train"];
        assert_eq!(within(&deep, 12), ["…lr=0.1…", "…lr=0.01…"]);
        // Words and numbers stay whole, and nothing is saved for one character.
        assert_eq!(within(&["a_seed10", "a_seed11"], 7), ["a_s…d10", "a_s…d11"]);
        assert_eq!(within(&["train/a/very/long/tag"], 9), ["trai…/tag"]);
        assert_eq!(
            within(&["größe/損失/eins", "größe/損失/zwei"], 8),
            ["…損失/eins", "…損失/zwei"]
        );
        assert_eq!(within(&["x", "x"], 1), ["x", "x"]);
    }

    #[test]
    fn names_that_differ_look_different() {
        let long = |middle: &str| format!("{0}{middle}{0}", "x".repeat(40));
        let names: Vec<_> = (0..30).map(|i| long(&format!("_{i}_"))).collect();
        let mut names: Vec<_> = names.iter().map(String::as_str).collect();
        names.extend(["other", "another/name/that/is/long"]);
        for chars in [1, 2, 5, 9, 20, 50, 100] {
            let short = within(&names, chars);
            let distinct: BTreeSet<_> = short.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{chars}: {short:?}");
        }
        // With enough room, no number is needed.
        assert!(within(&names, 9).iter().all(|name| !name.contains('(')));
    }

    #[test]
    fn a_middle_goes() {
        let short = |text, chars| without_middle(text, |text| text.chars().count() <= chars);
        assert_eq!(short("train/loss", 10), "train/loss");
        assert_eq!(short("train/loss", 9), "trai…loss");
        assert_eq!(short("train/loss", 0), "…");
        assert_eq!(short("", 0), "");
    }
}
