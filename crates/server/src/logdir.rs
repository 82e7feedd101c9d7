//! What `--logdir` means.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, is_separator};

use tfevents::reader::Root;

/// The trees that a logdir consists of: a directory or a file; a pattern; or several of these, separated by commas,
/// each with a name and a colon before it if that is wanted. What exists under the whole text is meant literally. A
/// `~/` that no shell replaced, because it was in the middle of a word, is the user's home directory.
///
/// A path need not exist yet.
///
/// # Errors
///
/// A sentence about what cannot be served: nothing, or what is on another system.
///
/// # Examples
///
/// ```
/// let roots = tfevents_server::roots("adam:/logs/adam,/logs/sgd")?;
/// assert_eq!(roots[0].name(), Some("adam"));
/// assert!(tfevents_server::roots("s3://bucket/logs").is_err());
/// # Ok::<(), String>(())
/// ```
pub fn roots(logdir: impl AsRef<OsStr>) -> Result<Vec<Root>, String> {
    let logdir = logdir.as_ref();
    if logdir.is_empty() {
        return Err("no logdir was given; pass --logdir DIRECTORY".to_owned());
    }
    let several = match logdir.to_str() {
        Some(text) if !Path::new(logdir).exists() => text,
        // No other meaning is tried of a name that is not UTF-8.
        _ => return Ok(vec![Root::from(logdir)]),
    };
    let roots: Vec<_> = Root::parse_spec(several)
        .into_iter()
        .map(meant)
        .collect::<Result<_, _>>()?;
    match roots.is_empty() {
        true => Err(format!("--logdir {logdir:?} does not name a directory")),
        false => Ok(roots),
    }
}

/// One of several, as it is meant.
fn meant(root: Root) -> Result<Root, String> {
    let Some(path) = root.path().to_str() else {
        return Ok(root);
    };
    if let Some(scheme) = scheme(path) {
        return Err(format!(
            "cannot read {path}: {scheme}:// is not supported; copy the files to a local directory first"
        ));
    }
    if Path::new(path).exists() {
        return Ok(root);
    }
    let path = at_home(path).unwrap_or_else(|| path.to_owned());
    let meant = match Root::is_glob(&path) && !Path::new(&path).exists() {
        true => Root::glob(path).map_err(|error| error.to_string())?,
        false => Root::from(path),
    };
    Ok(match root.name() {
        Some(name) => meant.with_name(name),
        None => meant,
    })
}

/// A path that starts at the user's home directory.
fn at_home(path: &str) -> Option<String> {
    let below = path.strip_prefix('~')?;
    let home = env::var("HOME").ok()?;
    (below.is_empty() || below.starts_with(is_separator)).then(|| home + below)
}

/// The scheme of a URL.
fn scheme(path: &str) -> Option<&str> {
    let (scheme, _) = path.split_once("://")?;
    let mut letters = scheme.chars();
    let valid = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    valid.then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_meant_literally() {
        let dir = tempfile::tempdir().unwrap();
        let odd = dir.path().join("a:b,c*");
        std::fs::create_dir(&odd).unwrap();
        let odd = odd.to_str().unwrap();
        assert_eq!(roots(odd).unwrap(), [Root::from(odd)]);
    }

    #[test]
    fn several_roots_names_and_patterns() {
        let parsed = roots("adam:/logs/adam,/logs/s*,sgd:/logs/sgd/*").unwrap();
        let expected = [
            Root::from("/logs/adam").with_name("adam"),
            Root::glob("/logs/s*").unwrap(),
            Root::glob("/logs/sgd/*").unwrap().with_name("sgd"),
        ];
        assert_eq!(parsed, expected);
        assert_eq!(roots("not/there").unwrap(), [Root::from("not/there")]);
    }

    /// TensorBoard replaces only a `~` at the start of everything.
    #[test]
    fn every_path_may_start_at_home() {
        let home = env::var("HOME").unwrap();
        let expected = [
            Root::from(format!("{home}/none/a")),
            Root::from(&home).with_name("b"),
            Root::from("~c/d"),
        ];
        assert_eq!(roots("~/none/a,b:~,~c/d").unwrap(), expected);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8_are_paths() {
        use std::os::unix::ffi::OsStrExt as _;

        let odd = OsStr::from_bytes(b"logs/\xff,*");
        assert_eq!(roots(odd).unwrap(), [Root::from(odd)]);
    }

    #[test]
    fn what_cannot_be_served_is_said() {
        for nothing in ["", ",", " , ", "name:", "a:,:"] {
            assert!(
                roots(nothing).unwrap_err().contains("--logdir"),
                "{nothing}"
            );
        }
        assert!(roots("gs://b/c").unwrap_err().contains("gs://"));
        // No scheme has an underscore.
        assert_eq!(roots("a_b://x").unwrap().len(), 1);
        assert!(roots("a[").is_err());
    }
}
