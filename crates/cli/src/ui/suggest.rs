//! What the user may have meant.

use tfevents_analysis::text::{natural_order, quoted};

use super::few;

/// How alike two names must be, of 1.
const THRESHOLD: f64 = 0.6;
/// How many names are offered.
const OFFERED: usize = 3;
/// How many names are listed where none is alike.
const LISTED: usize = 8;
/// Longer names, in bytes, are not compared letter by letter, which takes long.
const COMPARED: usize = 256;

/// The names most like `wanted`, best first.
pub(crate) fn similar<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = wanted
        .trim_matches(|c| "*?^$./\\".contains(c))
        .to_lowercase();
    let mut scored: Vec<_> = names
        .into_iter()
        .map(|name| (likeness(&wanted, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= THRESHOLD)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| natural_order(a.1, b.1)));
    scored.truncate(OFFERED);
    scored.into_iter().map(|(_, name)| name).collect()
}

fn likeness(wanted: &str, name: &str) -> f64 {
    if wanted.is_empty() {
        return 0.0;
    }
    if name == wanted {
        1.0
    } else if name.contains(wanted) {
        0.95
    } else {
        let like = |part: &str| match wanted.len().max(part.len()) {
            0..=COMPARED => strsim::normalized_damerau_levenshtein(wanted, part),
            _ => 0.0,
        };
        // A part of a longer name is a weaker hint than the whole of a shorter one.
        let parts = name.split('/').map(|part| 0.9 * like(part));
        parts.fold(like(name), f64::max)
    }
}

/// `; did you mean …?`, or what there is instead.
pub(crate) fn hint<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> String {
    let similar = similar(wanted, names.clone());
    if !similar.is_empty() {
        return format!("; did you mean {}?", list(&similar, " or "));
    }
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_unstable_by(|a, b| natural_order(a, b));
    match &*names {
        [] => String::new(),
        [name] => format!("; there is {}", quoted(name)),
        names => format!("; there are {}", listed(names.iter().copied())),
    }
}

/// The first of some names in words, and how many more there are.
pub(crate) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    match few::first(&names, LISTED) {
        (names, 0) => list(names, " and "),
        (names, more) => format!("{} and {}", list(names, ", "), few::more(more, "", "")),
    }
}

fn list(names: &[&str], last: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    match quoted.split_last() {
        Some((end, start)) if !start.is_empty() => format!("{}{last}{end}", start.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_come_first() {
        let names = ["train/loss", "train/accuracy", "val/loss", "lr"];
        assert_eq!(similar("train/los", names), ["train/loss"]);
        assert_eq!(similar("loss", names), ["train/loss", "val/loss"]);
        assert_eq!(similar("accuarcy", names), ["train/accuracy"]);
        assert_eq!(similar("trian", names), ["train/accuracy", "train/loss"]);
        assert_eq!(similar("LR", names), ["lr"]);
        let long = "loss".repeat(100_000);
        assert_eq!(similar("loss", [&*long, "los"]), [&*long, "los"]);
        assert!(similar("lss", [&*long]).is_empty());
        assert!(similar("*", names).is_empty());
        assert!(similar("zzz", names).is_empty());
    }

    #[test]
    fn hints_read_well() {
        assert_eq!(hint("a", ["a1"]), "; did you mean `a1`?");
        assert_eq!(hint("q", ["xyz", "abc"]), "; there are `abc` and `xyz`");
        assert_eq!(hint("q", ["xyz"]), "; there is `xyz`");
        assert_eq!(hint("q", []), "");
        let many: Vec<_> = (0..20).map(|i| format!("name{i}")).collect();
        assert!(
            hint("q", many.iter().map(String::as_str))
                .ends_with("`name6`, `name7` and 12 more (list them with -v)")
        );
    }
}
