//! Virtual environments of Python, made when they are first needed. Shared by the tests of the library and of
//! the program.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Leaves out every test that needs one.
pub(crate) const SKIP: &str = "TFEVENTS_SKIP_STOCK";

/// Whether somebody said that these tests are not wanted, on a machine without Python or network.
pub(crate) fn is_unwanted() -> bool {
    std::env::var_os(SKIP).is_some_and(|value| value == "1")
}

/// Ends the test, and says what it takes.
pub(crate) fn give_up(why: &str) -> ! {
    panic!(
        "no Python environment: {why}\n\
             It takes Python 3.11 or later with the module venv (Debian: apt-get install python3-venv) and, \
             once, a network that reaches PyPI. To do without these tests set {SKIP}=1."
    )
}

/// The interpreter of the environment `target/NAME`, with these requirements in it.
#[allow(
    clippy::incompatible_msrv,
    reason = "tests run on the stable toolchain of the day; some crates with these tests promise no older one"
)]
pub(crate) fn python(name: &str, requirements: &Path) -> Result<PathBuf, String> {
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

    let wanted = fs::read(requirements).map_err(|e| e.to_string())?;
    // Written last, so an environment that was not finished has none.
    let installed = environment.join("installed.txt");
    if python.exists() && fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment))?;
    // What is imported is compiled at its first import; compiling all takes longer than installing it.
    run(Command::new(&python)
        .args(["-m", "pip", "--disable-pip-version-check", "install"])
        .arg("--no-compile")
        .arg("--requirement")
        .arg(requirements))?;
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
