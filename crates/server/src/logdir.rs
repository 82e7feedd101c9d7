//! What `--logdir` means.

use std::path::Path;

use tfevents::reader::Root;

/// The trees that a logdir consists of: a directory or a file; a pattern; or several of these, separated by commas,
/// each with a name and a colon before it if that is wanted. What exists under the whole text is meant literally.
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
pub fn roots(logdir: &str) -> Result<Vec<Root>, String> {
    if logdir.is_empty() {
        return Err("no logdir was given; pass --logdir DIRECTORY".to_owned());
    }
    if Path::new(logdir).exists() {
        return Ok(vec![Root::from(logdir)]);
    }
    let mut roots = Root::parse_spec(logdir);
    if roots.is_empty() {
        return Err(format!("--logdir {logdir:?} does not name a directory"));
    }
    for root in &mut roots {
        let Some(path) = root.path().to_str().map(str::to_owned) else {
            continue;
        };
        if let Some(scheme) = scheme(&path) {
            return Err(format!(
                "cannot read {path}: {scheme}:// is not supported; copy the files to a local directory first"
            ));
        }
        if root.name().is_none() && !Path::new(&path).exists() && Root::is_glob(&path) {
            *root = Root::glob(path).map_err(|error| error.to_string())?;
        }
    }
    Ok(roots)
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
        let parsed = roots("adam:/logs/adam,/logs/s*").unwrap();
        let expected = [
            Root::named("adam", "/logs/adam"),
            Root::glob("/logs/s*").unwrap(),
        ];
        assert_eq!(parsed, expected);
        assert_eq!(roots("not/there").unwrap(), [Root::from("not/there")]);
    }

    #[test]
    fn what_cannot_be_served_is_said() {
        assert!(roots("").unwrap_err().contains("--logdir"));
        assert!(roots("gs://b/c").unwrap_err().contains("gs://"));
        // No scheme has an underscore.
        assert_eq!(roots("a_b://x").unwrap().len(), 1);
        assert!(roots("a[").is_err());
    }
}
