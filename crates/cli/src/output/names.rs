//! Names of runs as paths: nothing gets out of the directory that it is meant for, and every component is one that the
//! system takes.

use std::path::PathBuf;

use tfevents::names;
use tfevents_analysis::hyperparameters::in_name;

/// The longest component that file systems take, in bytes.
const MAX_BYTES: usize = 255;
/// Whose rules a name has to obey.
#[derive(Clone, Copy, Debug, PartialEq)]
enum System {
    Unix,
    Windows,
}

const HERE: System = if cfg!(windows) {
    System::Windows
} else {
    System::Unix
};

/// Where a run of that name goes inside of a directory: a component for each part of the name, which stays as it
/// is wherever the system takes it.
pub(crate) fn run_path(run: &str) -> PathBuf {
    run_components(run, HERE).iter().collect()
}

/// What a run of that name is called where it goes, if that is something else.
pub(crate) fn changed(run: &str) -> Option<String> {
    let parts = run
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    let written = run_components(run, HERE).join("/");
    (parts.collect::<Vec<_>>().join("/") != written).then_some(written)
}

fn run_components(run: &str, system: System) -> Vec<String> {
    // Names with a part of a path that was given on Windows have its separators.
    let parts = run.split(|c| c == '/' || (c == '\\' && system == System::Windows));
    parts
        .filter(|part| !part.is_empty() && *part != ".")
        .map(|part| match part {
            ".." => "__".to_owned(),
            part => kept(part, system),
        })
        .collect()
}

/// A part of a run's name as it is, but for what the system does not take.
fn kept(part: &str, system: System) -> String {
    let reserved = system == System::Windows && names::is_reserved(part);
    let last = part.chars().count().saturating_sub(1);
    names::encoded(part, MAX_BYTES, |i, c| match system {
        System::Unix => c != '\0',
        System::Windows => {
            !(c < ' '
                || r#"<>:"/\|?*"#.contains(c)
                || (i == last && ". ".contains(c))
                || (i == 0 && reserved))
        }
    })
}

/// The name of the `n`th run of several that would have the same: NAME-2, or just 2 for a logdir itself, which has none. A
/// name that states hyperparameters keeps them, as in lr=0.1,seed=0/2: with a suffix, the last would have another value.
pub(crate) fn numbered(run: &str, n: usize) -> String {
    let last = run.rsplit('/').next().unwrap_or(run);
    match run {
        _ if n == 1 => run.to_owned(),
        "." => n.to_string(),
        _ if !in_name(last).is_empty() => format!("{run}/{n}"),
        _ => format!("{run}-{n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_keep_their_names_inside_a_directory() {
        let unix = |run: &str| run_components(run, System::Unix).join("/");
        let cases = [
            (".", ""),
            ("a/b", "a/b"),
            ("../a", "__/a"),
            ("/tmp/.//a/", "tmp/a"),
            ("lr=0.1, größe: 100%\\x", "lr=0.1, größe: 100%\\x"),
            ("...", "..."),
            ("a\0b", "a%00b"),
        ];
        for (run, path) in cases {
            assert_eq!(unix(run), path);
        }
        let (fits, long) = ("r".repeat(255), "r".repeat(256));
        assert_eq!(unix(&fits), fits);
        assert_eq!(unix(&long).len(), 255);
        let cut = unix(&long);
        for other in [format!("{long}r"), cut.clone()] {
            assert_ne!(cut, unix(&other));
        }
    }

    #[test]
    fn numbers_leave_hyperparameters_alone() {
        for (run, second) in [
            (".", "2"),
            ("a/b", "a/b-2"),
            ("sweep/lr=0.1,seed=0", "sweep/lr=0.1,seed=0/2"),
            ("lr=0.1/train", "lr=0.1/train-2"),
        ] {
            assert_eq!(numbered(run, 1), run);
            assert_eq!(numbered(run, 2), second);
        }
    }

    #[test]
    fn changes_of_names_are_known() {
        for same in [".", "a/b", "/tmp/a//b/", "./a"] {
            assert_eq!(changed(same), None, "{same}");
        }
        assert_eq!(changed("../a").as_deref(), Some("__/a"));
        assert_eq!(changed("a\0b").as_deref(), Some("a%00b"));
    }

    #[test]
    fn windows_gets_names_that_it_takes() {
        let windows = |run| run_components(run, System::Windows).join("/");
        let cases = [
            ("a/b", "a/b"),
            ("C:\\runs/a", "C%3A/runs/a"),
            ("lr<0.1|\"x\"?*", "lr%3C0.1%7C%22x%22%3F%2A"),
            ("a./b /.c", "a%2E/b%20/.c"),
            ("...", "..%2E"),
            ("con", "%63on"),
            ("Aux.train", "%41ux.train"),
            ("NUL .x", "%4EUL .x"),
            ("com1/LPT²", "%63om1/%4CPT²"),
            ("com10/console", "com10/console"),
            ("tab\there", "tab%09here"),
        ];
        for (run, path) in cases {
            assert_eq!(windows(run), path);
        }
    }
}
