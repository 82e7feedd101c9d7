//! Examples, as programs. Shared by the tests of several crates.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program of an example, built if it is not up to date.
pub(crate) fn build(root: &Path, features: &str, example: &str) -> PathBuf {
    // `cargo test --workspace` has built it already, with the features that the whole workspace wants of its
    // dependencies. Asked in the same way, cargo need not build anything again.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--profile", "test"])
        .args(["--features", features, "--example", example])
        .args(["--quiet", "--message-format", "json", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .args([OsStr::new("--target-dir"), target.as_os_str()])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{example} does not build: {stderr}"
    );
    let messages = String::from_utf8(output.stdout).unwrap();
    messages
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|message| message["target"]["name"] == example)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .unwrap()
}
