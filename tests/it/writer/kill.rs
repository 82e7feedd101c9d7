//! A process that is killed outright, at any moment, has written all that `flush` acknowledged, and at most one
//! record in part.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tfevents::event::What;
use tfevents::record::End;
use tfevents::{EventItem, EventReader, Logdir, SummaryWriter};

const KILLS: u64 = 300;

/// Tells the test that it is the process to be killed, and where to log.
const DIR: &str = "TFEVENTS_TEST_KILL";
const NAME: &str = "writer::kill::nothing_acknowledged_is_lost";

#[test]
fn nothing_acknowledged_is_lost() {
    if let Some(dir) = std::env::var_os(DIR) {
        log_until_killed(Path::new(&dir));
        return;
    }
    let mut torn = 0;
    for kill in 0..KILLS {
        let dir = tempfile::tempdir().unwrap();
        // Spread over the first moments, in no order.
        let delay = Duration::from_micros(kill * 7_919 % 25_000);
        let acknowledged = run_and_kill(dir.path(), delay);
        let (found, is_torn) = read(dir.path());
        assert!(
            found >= acknowledged,
            "{found} events found, {acknowledged} acknowledged"
        );
        torn += u64::from(is_torn);
    }
    println!("{KILLS} kills, {torn} files with a torn record");
}

/// Logs events whose steps count them, some of them large, and says how many `flush` has acknowledged.
fn log_until_killed(dir: &Path) {
    let writer = SummaryWriter::builder(dir)
        .flush_interval(Duration::from_millis(1))
        .open()
        .unwrap();
    let loss = writer.scalar("loss").unwrap();
    let text = "lorem ipsum ".repeat(20_000);
    let mut step = 0;
    loop {
        for _ in 0..50 {
            loss.log(step, step).unwrap();
            writer.add_scalar("accuracy", step, step + 1).unwrap();
            step += 2;
        }
        writer.add_text("text", text.as_str(), step).unwrap();
        step += 1;
        writer.flush().unwrap();
        if writeln!(std::io::stdout(), "acknowledged {step}").is_err() {
            return; // The test has gone without killing this process.
        }
    }
}

/// Kills a process some time after its first acknowledgement, and returns the last one.
fn run_and_kill(dir: &Path, delay: Duration) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = said
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok());
    let mut last = acknowledged.next().unwrap();
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    last = acknowledged.last().unwrap_or(last);
    last
}

/// How many events the file holds, and whether it ends in a torn record.
fn read(dir: &Path) -> (i64, bool) {
    let runs = Logdir::open(dir).unwrap();
    let file = &runs.runs()[0].files()[0];
    let mut reader = EventReader::open(file).unwrap();
    let mut count = 0;
    loop {
        match reader.next_item().unwrap() {
            EventItem::Event(record) => {
                if matches!(record.event.what, What::Summary(_)) {
                    assert_eq!(record.event.step, count, "{}", file.display());
                    count += 1;
                }
            }
            EventItem::Damage(defect) => panic!("{}: {defect}", file.display()),
            EventItem::End(health) => match health.end {
                End::Clean => return (count, false),
                End::Torn { .. } => return (count, true),
                ref end => panic!("{}: {end:?}", file.display()),
            },
        }
    }
}
