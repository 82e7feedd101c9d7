//! A data server for TensorBoard, started by TensorBoard or by hand. See `--help`.

#![allow(
    clippy::exit,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a command-line program"
)]

use std::io::{self, Read as _};
use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, thread};

use tfevents_server::{
    Catalog, Command, DataServer, Health, Loaded, Loader, Options, USAGE, listen, roots,
    serve_blocking, write_port,
};

/// What TensorBoard's own data server ends with, by reason.
const FAILED: u8 = 1;
const USAGE_ERROR: u8 = 2;
const BAD_LOGDIR: u8 = 8;
const CANNOT_LISTEN: u8 = 9;

fn main() -> ExitCode {
    match Command::parse(env::args_os().skip(1)) {
        Ok(Command::Serve(options)) => match run(*options) {
            Ok(never) => match never {},
            Err(status) => ExitCode::from(status),
        },
        Ok(Command::Version) => {
            println!("tfevents-data-server {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Ok(_) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("tfevents-data-server: {error}\nSee tfevents-data-server --help.");
            ExitCode::from(USAGE_ERROR)
        }
    }
}

/// Serves until the process is ended. Returns the status with which to end if it cannot.
fn run(options: Options) -> Result<std::convert::Infallible, u8> {
    if options.die_after_stdin {
        // First of all: whatever else is slow or stuck, this server ends with who started it.
        thread::spawn(end_with_stdin);
    }
    for warning in &options.warnings {
        eprintln!("tfevents-data-server: warning: {warning}");
    }
    let roots = roots(&options.logdir).map_err(|why| refuse(&options, &why, BAD_LOGDIR))?;
    let listening = listen(&options.host, options.port).map_err(|error| {
        let why = format!(
            "cannot listen on {}:{}: {error}",
            options.host, options.port
        );
        refuse(&options, &why, CANNOT_LISTEN)
    })?;
    let address = listening.address();
    match &options.port_file {
        Some(file) => write_port(file, address.port()).map_err(|error| {
            eprintln!(
                "tfevents-data-server: cannot write {}: {error}",
                file.display()
            );
            FAILED
        })?,
        None => eprintln!(
            "Listening on {address}. Start TensorBoard with --grpc_data_provider {address}"
        ),
    }
    if !address.ip().is_loopback() {
        eprintln!(
            "tfevents-data-server: warning: anyone who can reach {address} can read the logdir; there is no password"
        );
    }

    let catalog = Arc::new(Catalog::default());
    let loader =
        Loader::new(roots, options.policy, Arc::clone(&catalog)).checksum(options.checksum);
    let (reload, verbose) = (options.reload, options.verbose);
    thread::spawn({
        let catalog = Arc::clone(&catalog);
        let mut told = (0, false);
        move || {
            loader.keep_loading(reload, |loaded, took| {
                tell(&loaded, took, verbose);
                if loaded.changed > 0 {
                    tell_damage(&catalog.health(), &mut told);
                }
            });
        }
    });

    match serve_blocking(listening, DataServer::new(catalog, options)) {
        Ok(()) => eprintln!("tfevents-data-server: no socket left to listen on"),
        Err(error) => eprintln!("tfevents-data-server: {error}"),
    }
    Err(FAILED)
}

/// Says why the server cannot start where the program that started it looks.
fn refuse(options: &Options, why: &str, status: u8) -> u8 {
    let written = options
        .error_file
        .as_ref()
        .map(|file| fs::write(file, format!("{why}\n")));
    if !matches!(written, Some(Ok(()))) {
        eprintln!("fatal: {why}");
    }
    status
}

fn end_with_stdin() {
    let mut stdin = io::stdin().lock();
    let mut ignored = [0; 1024];
    loop {
        match stdin.read(&mut ignored) {
            Ok(0) => exit(0),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => exit(0),
            _ => {}
        }
    }
}

/// Says what is damaged and what is not shown, when more is damaged, or something is hidden for the first time.
fn tell_damage(health: &Health, told: &mut (u64, bool)) {
    let now = (health.damaged, health.hidden_points > 0);
    if let Some(notes) = health.notes().filter(|_| now != *told) {
        eprintln!("tfevents-data-server: warning: {notes}");
    }
    *told = now;
}

/// Says what came of a load.
fn tell(loaded: &Loaded, took: Duration, verbose: bool) {
    for problem in &loaded.problems {
        eprintln!("tfevents-data-server: warning: {problem}");
    }
    if verbose {
        eprintln!(
            "Finished load cycle in {:.3} s: {} runs, {} changed",
            took.as_secs_f64(),
            loaded.runs,
            loaded.changed
        );
    }
}
