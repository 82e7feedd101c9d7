//! A terminal for the program to run on.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// What the program writes to a terminal that is all of its streams, after being told `typed`; and its exit status.
pub(crate) fn on_terminal(mut command: Command, typed: &str) -> (Vec<u8>, i32) {
    let (mut ours, theirs) = open();
    command
        .stdin(theirs.try_clone().unwrap())
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs);
    ours.write_all(typed.as_bytes()).unwrap();
    written(command, ours)
}

/// What the program writes to a terminal where its results go elsewhere; and its exit status.
pub(crate) fn stderr_on_terminal(mut command: Command) -> (Vec<u8>, i32) {
    let (ours, theirs) = open();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(theirs);
    written(command, ours)
}

/// The two ends of a new terminal of 80 columns.
fn open() -> (File, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = OpenOptions::new()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    (File::from(ours), theirs)
}

fn written(mut command: Command, mut ours: File) -> (Vec<u8>, i32) {
    let mut child = command.spawn().unwrap();
    // Holds the other end open as long as it lives.
    drop(command);
    let mut written = Vec::new();
    // Ends with an error once nobody holds the other end.
    let _ = ours.read_to_end(&mut written);
    (written, child.wait().unwrap().code().unwrap())
}
