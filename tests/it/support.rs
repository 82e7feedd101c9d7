//! What several test modules need: how to speak past the test harness, and digests.

use std::io::Write as _;

use sha2::{Digest as _, Sha256};

/// Says on the real stderr why a test does nothing: the harness swallows what passing tests print.
#[expect(clippy::explicit_write, reason = "the harness captures the macros")]
pub(crate) fn skipped(test: &str, why: &str) {
    writeln!(std::io::stderr(), "test {test} is skipped: {why}").unwrap();
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
