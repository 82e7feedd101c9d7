//! The directory of a run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};

use crate::error::{Error, Result};
#[cfg(feature = "local-time")]
use crate::files;
use crate::files::{check_local, is_event_file};

/// The directory that a caller means, wherever the process goes later.
///
/// # Errors
///
/// A URL, and a name with which TensorBoard cannot load the logdir.
pub(crate) fn resolve(dir: &Path) -> Result<PathBuf> {
    check_local(dir)?;
    let dir = match dir.as_os_str().is_empty() {
        true => Path::new("."),
        false => dir,
    };
    let dir = absolute(dir).map_err(|e| Error::from(e).with_path(dir))?;
    // TensorBoard's Python loader tells files by their names alone. `..` and symbolic links have another name than the
    // one that they lead to.
    let real = fs::canonicalize(&dir).ok();
    let names = [Some(&dir), real.as_ref()].into_iter().flatten();
    if names.filter_map(|dir| dir.file_name()).any(is_event_file) {
        return Err(Error::argument(
            "a run's directory must not have `tfevents` in its name: TensorBoard mistakes it for an event file and stops loading the logdir; use another name",
        )
        .with_path(dir));
    }
    Ok(dir)
}

/// Creates `dir` where needed, and says which directories got a new entry.
pub(crate) fn create(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let missing = dir.ancestors().take_while(|dir| !dir.is_dir());
    let parents = missing.filter_map(Path::parent).map(Path::to_path_buf);
    let changed = std::iter::once(dir.to_path_buf()).chain(parents).collect();
    fs::create_dir_all(dir)?;
    Ok(changed)
}

/// A name that PyTorch would give a run that was started at a time like `Nov29_20-15-00`.
#[cfg(feature = "local-time")]
pub(crate) fn dated(start: &str, comment: &str) -> PathBuf {
    Path::new("runs").join(format!("{start}_{}{comment}", files::host()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "local-time")]
    #[test]
    fn dated_names_are_those_of_pytorch() {
        let host = files::host();
        let expected = Path::new("runs").join(format!("Nov29_20-15-00_{host}_lr0.1"));
        assert_eq!(dated("Nov29_20-15-00", "_lr0.1"), expected);
        assert_eq!(
            dated("x", "a/b"),
            Path::new("runs").join(format!("x_{host}a")).join("b")
        );
    }

    #[test]
    fn directories_with_a_new_entry_are_known() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let run = root.join("runs/a");
        assert_eq!(
            create(&run).unwrap(),
            [run.clone(), root.join("runs"), root]
        );
        assert_eq!(create(&run).unwrap(), [run]);
    }

    #[test]
    fn paths_are_absolute_and_without_dots() {
        let here = std::env::current_dir().unwrap();
        // A checkout may be called `tfevents`, and then it is no place for a run.
        let name = here.file_name().unwrap_or_default();
        let refused = is_event_file(name);
        let expected = (!refused).then(|| here.clone());
        assert_eq!(resolve(Path::new("")).ok(), expected);
        assert_eq!(
            resolve(Path::new("new/./run/.")).unwrap(),
            here.join("new/run")
        );
    }

    #[test]
    fn a_run_is_not_called_like_an_event_file() {
        let root = tempfile::tempdir().unwrap();
        let bad = root.path().join("my.tfevents.d");
        for path in [bad.clone(), bad.join("."), bad.join("")] {
            let error = resolve(&path).unwrap_err().to_string();
            assert!(error.contains("use another name"), "{error}");
        }
        resolve(&bad.join("run")).unwrap();
        resolve(&root.path().join("TFEVENTS")).unwrap();
        fs::create_dir_all(bad.join("run")).unwrap();
        resolve(&bad.join("run/..")).unwrap_err();
        #[cfg(unix)]
        {
            let link = root.path().join("latest");
            std::os::unix::fs::symlink(&bad, &link).unwrap();
            resolve(&link).unwrap_err();
        }
    }
}
