//! kill -9 at any moment.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::{PRUNE, Writing, inputs, is_partial, kill_after, moments, output, remove, verbs};
use crate::support::{FILE, command, files, tfevents};

#[test]
fn a_killed_call_can_be_done_again() {
    for Writing { args, out, tree } in verbs() {
        let dir = inputs();
        let before = files(dir.path());
        let path = dir.path().join(out);
        let started = Instant::now();
        let whole = tfevents(dir.path(), &args);
        let duration = started.elapsed();
        assert!([0, 3].contains(&whole.status), "{args:?}: {}", whole.stderr);
        let complete = output(dir.path(), out);
        assert!(!complete.is_empty(), "{args:?}");
        for moment in 1..=moments() {
            remove(&path);
            let own = tree && moment % 2 == 0;
            if own {
                fs::create_dir(&path).unwrap();
            }
            kill_after(command(dir.path(), &args), duration * moment / moments());
            let there = output(dir.path(), out);
            // Entries are moved into an existing directory one by one.
            let some = own && there.iter().all(|(path, file)| complete[path] == *file);
            assert!(there.is_empty() || there == complete || some, "{args:?}");
            if there != complete {
                let again = tfevents(dir.path(), &args);
                assert_eq!(again.status, whole.status, "{args:?}: {}", again.stderr);
                assert!(output(dir.path(), out) == complete, "{args:?}");
                let all = files(dir.path());
                let left: Vec<_> = all.keys().filter(|path| is_partial(path)).collect();
                assert!(left.is_empty(), "{args:?}: {left:?}");
            }
        }
        remove(&path);
        // What the last call left when it was complete and killed all the same goes with the next one.
        let mut after = files(dir.path());
        after.retain(|path, _| !is_partial(path));
        assert!(after == before, "{args:?}");
    }
}

/// Another call may have written the same meanwhile, so that the next one has nothing to do.
#[test]
fn what_killed_calls_left_goes_with_the_next_call_whatever_that_does() {
    let run = "runs/g0-seed0";
    let file = format!("{run}/{FILE}");
    for (of, is_dir, status, args) in [
        // Nothing is wrong with it any more.
        (&*file, false, 0, &["repair", "--in-place", "runs"][..]),
        (
            &format!("{file}.bak"),
            false,
            0,
            &["repair", "--in-place", "runs"],
        ),
        // They are there by now.
        ("file", false, 1, &["filter", run, "-o", "file"]),
        ("tree", true, 1, &["compact", "runs", "-o", "tree"]),
        ("T/2026-01-02T03-04-05/RESTORE.sh", false, 0, &PRUNE),
        ("T/2026-01-02T03-04-05-2/run/e.tfevents", false, 0, &PRUNE),
    ] {
        let dir = inputs();
        if status == 1 {
            tfevents(dir.path(), args).done();
        }
        let name = Path::new(of).file_name().unwrap().to_str().unwrap();
        let name = name.replace("tfevents", "tf_events");
        let left = Path::new(of).with_file_name(format!(".new-{name}-abc123.partial"));
        let left = dir.path().join(left);
        fs::create_dir_all(left.parent().unwrap()).unwrap();
        match is_dir {
            true => fs::create_dir_all(left.join("tree")).unwrap(),
            false => fs::write(&left, "half").unwrap(),
        }
        if args[0] == "repair" {
            tfevents(dir.path(), &[args, &["--dry-run"]].concat()).done();
            assert!(left.exists(), "{args:?}");
        }
        let ended = tfevents(dir.path(), args);
        assert_eq!(ended.status, status, "{args:?}: {}", ended.stderr);
        assert!(!left.exists(), "{args:?}");
        // Nor is there a folder in which nothing is.
        let folders = fs::read_dir(dir.path().join("T")).into_iter().flatten();
        for folder in folders.map(|folder| folder.unwrap().path()) {
            assert!(folder.join("RESTORE.sh").exists(), "{}", folder.display());
        }
    }
}
