//! The Python environment with stock TensorBoard in it, made when it is first needed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::skipped;

/// Leaves out every test that needs stock TensorBoard.
const SKIP: &str = "TFEVENTS_SKIP_STOCK";

/// Whether somebody said that these tests are not wanted, on a machine without Python or network.
pub(crate) fn is_unwanted() -> bool {
    std::env::var_os(SKIP).is_some_and(|value| value == "1")
}

/// The scripts and what they need.
pub(crate) fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stock")
}

/// The interpreter of the environment. Ends the test if there is none and none can be made.
pub(super) fn python() -> &'static Path {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PYTHON.get_or_init(|| prepare("stock-venv", "requirements.txt")) {
        Ok(python) => python,
        Err(why) => give_up(why),
    }
}

/// The same of the environment with xprof in it. None where pip knows no xprof for this machine.
pub(crate) fn python_with_xprof() -> Option<PathBuf> {
    match prepare("xprof-venv", "requirements-xprof.txt") {
        Ok(python) => Some(python),
        Err(why) if why.contains("No matching distribution found for xprof") => {
            skipped(
                "xprof",
                &format!("pip finds no xprof for this machine: {why}"),
            );
            None
        }
        Err(why) => give_up(&why),
    }
}

fn give_up(why: &str) -> ! {
    panic!(
        "no Python environment for stock TensorBoard: {why}\n\
             It takes Python 3.11 or later with the module venv (Debian: apt-get install python3-venv) and, \
             once, a network that reaches PyPI. To do without these tests set {SKIP}=1."
    )
}

#[expect(
    clippy::incompatible_msrv,
    reason = "tests run on the stable toolchain of the day"
)]
fn prepare(name: &str, requirements: &str) -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let target = target.ok_or("no target directory")?;
    let environment = target.join(name);
    let python = environment.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    // Other test processes wait here until the first has made it.
    let lock = File::create(target.join(format!("{name}.lock")));
    let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
    let _lock = lock.map_err(|e| format!("cannot lock {}: {e}", environment.display()))?;

    let requirements = scripts().join(requirements);
    let wanted = fs::read(&requirements).map_err(|e| e.to_string())?;
    // Written last, so an environment that was not finished has none.
    let installed = environment.join("installed.txt");
    if python.exists() && fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment))?;
    run(Command::new(&python)
        .args(["-m", "pip", "--disable-pip-version-check", "install"])
        .arg("--requirement")
        .arg(&requirements))?;
    fs::write(&installed, wanted).map_err(|e| e.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Err(e) => Err(format!("{command:?}: {e}")),
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "{command:?}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
