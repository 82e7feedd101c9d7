//! What differs between two runs of one command, although nothing has changed.

/// Whether an output is what a document shows, where `…` alone on a line stands for any number of lines.
pub(super) fn same(shown: &str, output: &str) -> bool {
    let shown: Vec<_> = shown.lines().map(stable).collect();
    let output: Vec<_> = output.lines().map(stable).collect();
    let mut parts: Vec<_> = shown.split(|line| line == "…").collect();
    let first = parts.remove(0);
    let Some(mut rest) = output.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let at = (0..rest.len()).find(|&at| rest[at..].starts_with(part));
        match at {
            Some(at) => rest = &rest[at + part.len()..],
            None if part.is_empty() => {}
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A line without what is volatile: names of event files, times, and the blanks that depend on how long these are.
fn stable(line: &str) -> String {
    let words: Vec<_> = line.split_whitespace().map(word).collect();
    if words
        .iter()
        .zip(line.split_whitespace())
        .all(|(a, b)| a == b)
    {
        return line.trim_end().to_owned();
    }
    words.join(" ")
}

fn word(word: &str) -> String {
    const EVENT_FILE: &str = "events.out.tfevents.";
    if let Some((before, name)) = word.split_once(EVENT_FILE)
        // Files that a document names by hand have a round time.
        && !name.starts_with("1700000000.")
    {
        let end = name.find([':', ',', ')']).unwrap_or(name.len());
        return format!("{before}{EVENT_FILE}…{}", &name[end..]);
    }
    word.to_owned()
}

#[test]
fn what_is_volatile_does_not_count() {
    let file =
        |number: u32| format!("  written: events.out.tfevents.17956{number}.host.{number}.0:\n");
    assert!(same(&file(1), &file(12_345)));
    assert!(!same("a 1\n", "a  1\n"));
    assert!(!same("a\n", "a\nb\n") && !same("a\nb\n", "a\n"));
    let long = "a\nb\nc\nd\n";
    for shown in ["…\n", "a\n…\n", "a\n…\nd\n", "…\nb\nc\n…\n", "…\nd\n"] {
        assert!(same(shown, long), "{shown}");
    }
    for shown in ["b\n…\n", "a\n…\nc\n", "…\nx\n…\n", "a\n…\nb\n"] {
        assert!(!same(shown, long), "{shown}");
    }
}
