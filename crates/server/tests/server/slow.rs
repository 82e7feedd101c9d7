//! Clients that ask for large answers and do not read them, and as many connections as there may be.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tfevents::SummaryWriter;

use crate::SERVER;
use crate::lifetime::start;

/// The types of frames of HTTP/2.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// What is in a request's messages: plugin_filter (2) with plugin_name (1), and downsample (4) with num_points (1).
const ALL_TEXTS: &[u8] = b"\x12\x06\x0a\x04text\x22\x02\x08\x7f";

/// A client of HTTP/2 that knows just enough to ask.
struct Client {
    socket: TcpStream,
    stream: u32,
}

impl Client {
    fn new(port: u16) -> io::Result<Self> {
        let mut socket = TcpStream::connect(("127.0.0.1", port))?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(Duration::from_secs(60)))?;
        socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
        let mut client = Self { socket, stream: 1 };
        client.send(SETTINGS, 0, 0, b"")?;
        Ok(client)
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = len[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.socket.write_all(&frame)
    }

    /// Lets the server send as much as it likes.
    fn open_window(&mut self) {
        for stream in [0, self.stream - 2] {
            let more = (1_u32 << 30).to_be_bytes();
            self.send(WINDOW_UPDATE, 0, stream, &more).unwrap();
        }
    }

    fn ask(&mut self, method: &str, message: &[u8]) -> io::Result<()> {
        let path = format!("/tensorboard.data.TensorBoardDataProvider/{method}");
        let mut headers = Vec::new();
        for (name, value) in [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", &path),
            (":authority", "localhost"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        ] {
            // Neither compressed nor to be remembered.
            headers.push(0);
            for text in [name, value] {
                headers.push(u8::try_from(text.len()).unwrap());
                headers.extend(text.as_bytes());
            }
        }
        let mut body = vec![0];
        body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        body.extend(message);
        self.send(HEADERS, END_HEADERS, self.stream, &headers)?;
        self.send(DATA, END_STREAM, self.stream, &body)?;
        self.stream += 2;
        Ok(())
    }

    /// How many bytes the answer to the only request has.
    fn answer(&mut self) -> io::Result<usize> {
        let mut bytes = 0;
        loop {
            let mut head = [0; 9];
            self.socket.read_exact(&mut head)?;
            let len = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; len as usize];
            self.socket.read_exact(&mut payload)?;
            match (head[3], head[4]) {
                (SETTINGS, flags) if flags & ACK == 0 => self.send(SETTINGS, ACK, 0, b"")?,
                (DATA, _) if len > 0 => {
                    bytes += payload.len();
                    for stream in [0, self.stream - 2] {
                        self.send(WINDOW_UPDATE, 0, stream, &len.to_be_bytes())?;
                    }
                }
                (HEADERS, flags) if flags & END_STREAM != 0 => return Ok(bytes),
                _ => {}
            }
        }
    }
}

fn serve(dir: &Path) -> (Child, u16) {
    let mut program = Command::new(SERVER);
    program.arg("--logdir").arg(dir.join("logs"));
    program.args(["--port=0", "--samples-per-plugin=text=all"]);
    start(&mut program, &dir.join("port"))
}

/// The memory of a process in bytes: what it takes now, or what it took at most.
fn memory(process: &Child, which: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(which));
    let kilobytes = line.unwrap().split_whitespace().next().unwrap();
    kilobytes.parse::<u64>().unwrap() << 10
}

/// 3 GiB are asked for, and 240 MiB of it may wait. `TFEVENTS_STRESS_SECONDS` says how long to ask again and again.
#[test]
fn answers_that_nobody_reads_have_bounds_and_keep_nobody_waiting() {
    const TEXT: usize = 4 << 20;
    const TEXTS: usize = 8;
    let seconds = std::env::var("TFEVENTS_STRESS_SECONDS").map(|n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("logs/run")).unwrap();
    for step in 0..TEXTS {
        writer.add_text("long", "x".repeat(TEXT), step).unwrap();
    }
    writer.close().unwrap();
    let (mut server, port) = serve(dir.path());
    let ask = || {
        let mut client = Client::new(port).unwrap();
        client.ask("ReadTensors", ALL_TEXTS).unwrap();
        client
    };
    let is_complete = || ask().answer().unwrap() > TEXT * TEXTS;
    // It may not have read the run yet.
    while !is_complete() {}
    let base = memory(&server, "VmRSS:");

    // Half of them would take all at once, but do not read that either.
    let mut slow: Vec<_> = (0..100).map(|_| ask()).collect();
    slow.iter_mut().step_by(2).for_each(Client::open_window);
    let mut times = Vec::new();
    let end =
        Instant::now() + Duration::from_millis(seconds.as_ref().map_or(1000, |n: &u64| n * 1000));
    while Instant::now() < end {
        let start = Instant::now();
        let mut other = Client::new(port).unwrap();
        other.ask("ListRuns", b"").unwrap();
        assert!(other.answer().unwrap() > 0);
        times.push(start.elapsed());
        if seconds.is_ok() {
            for client in &mut slow {
                // As many as a connection may.
                client.ask("ReadTensors", ALL_TEXTS).unwrap();
            }
        }
        sleep(Duration::from_millis(20));
    }
    let peak = memory(&server, "VmHWM:") - base;
    drop(slow);
    assert!(is_complete());
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(peak < 400_000_000, "{} MB", peak / 1_000_000);
    times.sort();
    // On a busy machine, some take longer.
    assert!(
        times[times.len() / 2] < Duration::from_millis(100),
        "{times:?}"
    );
}

#[test]
fn a_hundred_connections_are_served() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("logs")).unwrap();
    writer.add_scalar("loss", 0.5, 1).unwrap();
    writer.close().unwrap();
    let (mut server, port) = serve(dir.path());
    let mut clients: Vec<_> = (0..100).map(|_| Client::new(port).unwrap()).collect();
    for client in &mut clients {
        client.ask("GetExperiment", b"").unwrap();
    }
    for client in &mut clients {
        assert!(client.answer().unwrap() > 0);
    }
    drop(clients);
    server.kill().unwrap();
    server.wait().unwrap();
}

/// Large values are verified when somebody asks for one, and nothing may be loaded any longer by then.
#[test]
fn damage_that_is_found_late_is_said_once() {
    let dir = tempfile::tempdir().unwrap();
    let logdir = dir.path().join("logdir");
    let writer = SummaryWriter::new(&logdir).unwrap();
    for step in 0..3 {
        let text = "word ".repeat(20_000);
        writer.add_text("story", text, step).unwrap();
    }
    writer.close().unwrap();
    let mut bytes = fs::read(writer.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(writer.path(), bytes).unwrap();

    let mut program = Command::new(SERVER);
    program.arg("--logdir").arg(&logdir);
    program.args(["--port=0", "--host=127.0.0.1", "--reload=once", "--verbose"]);
    program.stderr(Stdio::piped());
    let (mut child, port) = start(&mut program, &dir.path().join("port"));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let loaded = lines.next().unwrap().unwrap();
    assert!(loaded.starts_with("Finished load cycle"), "{loaded}");
    for _ in 0..2 {
        let mut client = Client::new(port).unwrap();
        client.ask("ReadTensors", ALL_TEXTS).unwrap();
        client.answer().unwrap();
    }
    let warning = lines.next().unwrap().unwrap();
    assert!(
        warning.ends_with("warning: damaged records: 1 in 1 file"),
        "{warning}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(lines.count(), 0);
}
