//! A terminal for the program to run on.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// What the program writes to a terminal that is all of its streams, after being told `typed`; and its exit status.
pub(crate) fn on_terminal(mut command: Command, typed: &str) -> (Vec<u8>, i32) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = OpenOptions::new()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    let mut child = command
        .stdin(theirs.try_clone().unwrap())
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs)
        .spawn()
        .unwrap();
    // Holds the other end open as long as it lives.
    drop(command);
    let mut ours = File::from(ours);
    ours.write_all(typed.as_bytes()).unwrap();
    let mut written = Vec::new();
    // Ends with an error once nobody holds the other end.
    let _ = ours.read_to_end(&mut written);
    (written, child.wait().unwrap().code().unwrap())
}
