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
use std::{env, fmt, fs, thread};

use tfevents_server::{
    Catalog, Command, DataServer, Health, Loaded, Loader, Options, USAGE, listen, roots,
    serve_blocking, write_port,
};

/// What TensorBoard's own data server ends with, by reason.
const FAILED: u8 = 1;
const USAGE_ERROR: u8 = 2;
const BAD_LOGDIR: u8 = 8;
const CANNOT_LISTEN: u8 = 9;

/// How often to look for damage that was found late, if nothing is loaded any longer.
const LOOK: Duration = Duration::from_secs(1);

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
            say(format_args!("{error}"));
            eprintln!("See tfevents-data-server --help.");
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
        say(format_args!("warning: {warning}"));
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
            say(format_args!("cannot write {}: {error}", file.display()));
            FAILED
        })?,
        None => eprintln!(
            "Listening on {address}. Start TensorBoard with --grpc_data_provider {address}"
        ),
    }
    if !address.ip().is_loopback() {
        say(format_args!(
            "warning: anyone who can reach {address} can read the logdir; there is no password"
        ));
    }

    let catalog = Arc::new(Catalog::default());
    let loader =
        Loader::new(roots, options.policy, Arc::clone(&catalog)).checksum(options.checksum);
    let (reload, verbose) = (options.reload, options.verbose);
    thread::spawn({
        let catalog = Arc::clone(&catalog);
        let mut told = Health::default();
        move || {
            loader.keep_loading(reload, |loaded, took| {
                tell(&loaded, took, verbose);
                tell_damage(&catalog.health(), &mut told);
            });
            // Large values are verified when somebody asks for one.
            loop {
                thread::sleep(LOOK);
                tell_damage(&catalog.health(), &mut told);
            }
        }
    });

    match serve_blocking(listening, DataServer::new(catalog, options)) {
        Ok(()) => say(format_args!("no socket left to listen on")),
        Err(error) => say(format_args!("{error}")),
    }
    Err(FAILED)
}

/// Says something on stderr.
fn say(what: fmt::Arguments<'_>) {
    eprintln!("tfevents-data-server: {}", printable(&what.to_string()));
}

/// Text in which nothing moves the cursor or turns the direction: paths are from who knows where.
fn printable(text: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut printable = String::new();
    for c in text.chars() {
        match is_odd(c) {
            true => printable.extend(c.escape_default()),
            false => printable.push(c),
        }
    }
    printable
}

/// Says why the server cannot start where the program that started it looks.
fn refuse(options: &Options, why: &str, status: u8) -> u8 {
    let written = options
        .error_file
        .as_ref()
        .map(|file| fs::write(file, format!("{why}\n")));
    if !matches!(written, Some(Ok(()))) {
        eprintln!("fatal: {}", printable(why));
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

/// Says what is damaged and what is not shown, if that is news.
fn tell_damage(health: &Health, told: &mut Health) {
    if let Some(notes) = health.notes().filter(|_| health.has_news_since(told)) {
        say(format_args!("warning: {notes}"));
    }
    // What was found in large values is forgotten when their run grows, and may be found again.
    told.damaged = told.damaged.max(health.damaged);
    told.hidden_points = told.hidden_points.max(health.hidden_points);
}

/// Says what came of a load.
fn tell(loaded: &Loaded, took: Duration, verbose: bool) {
    for problem in &loaded.problems {
        say(format_args!("warning: {problem}"));
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
