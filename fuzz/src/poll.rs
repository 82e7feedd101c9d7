//! Polling a file that changes against reading what it has become.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tfevents::record::frame;
use tfevents::{LogdirState, Policy, Selection};

/// The longest file: of one that was read up to there, every byte is compared before it is read on.
const MAX_LEN: usize = 8000;

/// Whatever happens to a file between polls, the last one leaves what a fresh look at it shows.
pub fn poll(data: &[u8]) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("events.out.tfevents.1");
    let mut state = LogdirState::new(dir.path(), Selection::all());
    let mut content = Vec::new();
    let mut now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for change in data.split(|&b| b == 0xfe).take(24) {
        let replaced = apply(&mut content, change);
        content.truncate(MAX_LEN);
        write(&path, &content, replaced);
        // Two changes within one tick of the file system's clock would be one.
        now += Duration::from_secs(1);
        let file = File::options().write(true).open(&path).expect("a file");
        file.set_modified(now).expect("its time can be set");
        let polled = state.poll();
        assert!(polled.problems.is_empty(), "{:?}", polled.problems);
    }
    let mut fresh = LogdirState::new(dir.path(), Selection::all());
    assert_eq!(fresh.poll().problems.len(), 0);
    assert_eq!(views(&state), views(&fresh));
}

/// Changes the content. Whether it becomes another file.
fn apply(content: &mut Vec<u8>, change: &[u8]) -> bool {
    let (&kind, rest) = change.split_first().unwrap_or((&0, &[]));
    let at = |rest: &[u8]| {
        let at = rest
            .iter()
            .take(2)
            .fold(0, |at, &b| at << 8 | usize::from(b));
        (at < content.len()).then_some(at)
    };
    match kind % 9 {
        // Points: a tag and a step each.
        0..=3 => {
            for point in rest.chunks(2) {
                let tag = point[0] % 4;
                frame(content, &scalar(tag, point.get(1).copied().unwrap_or(0)));
            }
        }
        4 => content.extend_from_slice(rest),
        5 => frame(content, rest),
        6 => content.truncate(at(rest).unwrap_or(content.len())),
        7 => {
            if let Some(at) = at(rest) {
                content[at] ^= rest.last().copied().unwrap_or(1);
            }
        }
        _ => {
            content.clear();
            for &step in rest {
                frame(content, &scalar(step % 3, step));
            }
            return true;
        }
    }
    false
}

fn scalar(tag: u8, step: u8) -> Vec<u8> {
    let mut payload = b"\x09\0\0\x20\x40\xfc\x54\xd9\x41\x10".to_vec();
    payload.extend_from_slice(&[step & 0x7f]);
    payload.extend_from_slice(b"\x2a\x0a\x0a\x08\x0a\x01");
    payload.push(b'a' + tag);
    payload.extend_from_slice(b"\x15\0\0\0\x3f");
    payload
}

fn write(path: &Path, content: &[u8], replaced: bool) {
    if replaced {
        let new = path.with_extension("new");
        fs::write(&new, content).expect("a file");
        fs::rename(&new, path).expect("a file");
    } else {
        fs::write(path, content).expect("a file");
    }
}

/// Every view of a logdir, as text.
fn views(state: &LogdirState) -> String {
    let mut text = String::new();
    for run in state.runs() {
        text += &format!("{} {:?}\n", run.name(), run.start_time());
        for file in run.files() {
            let follower = file.follower();
            text += &format!("{:?} {:?}\n", follower.cursor(), follower.health());
            text += &format!("{:?} {:?}\n", file.broken_values(), file.writer());
        }
        for info in run.series() {
            text += &format!("{info:?}\n");
            for policy in [Policy::Raw, Policy::Fast, Policy::Slow, Policy::LastWins] {
                text += &format!("{policy:?} {:?}\n", run.scalars(info.tag, policy));
                text += &format!("{:?}\n", run.blobs(info.tag, policy));
            }
        }
    }
    text
}
