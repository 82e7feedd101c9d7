//! How the server is reached: through a proxy, over TLS, with credentials that are seen nowhere else.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use tfevents::SummaryWriter;
use tfevents_mlflow::{Error, Mlflow, Options, Source};

use crate::server::{Fault, Server};

/// The host that the certificate in `tests/fixtures/tls` is for.
const HOST: &str = "mlflow.internal";

fn fixture(name: &str) -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    dir.join(name).to_str().unwrap().to_owned()
}

/// What a proxy was asked, and how many connections brought a certificate.
#[derive(Default)]
struct Seen {
    heads: String,
    identified: usize,
}

/// A proxy that leads to a server behind TLS, whatever host is asked for. Returns its port.
fn proxy(server: &Server, seen: &Arc<Mutex<Seen>>) -> u16 {
    let target = server.uri().trim_start_matches("http://").to_owned();
    let tls = Arc::new(tls());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::clone(seen);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (target, tls, seen) = (target.clone(), Arc::clone(&tls), Arc::clone(&seen));
            thread::spawn(move || tunnel(stream, &target, tls, &seen));
        }
    });
    port
}

fn tls() -> ServerConfig {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(fixture("ca.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .unwrap();
    let certificate = CertificateDer::from_pem_file(fixture("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("server.pem")).unwrap();
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// Serves one connection.
fn tunnel(
    mut stream: TcpStream,
    target: &str,
    tls: Arc<ServerConfig>,
    seen: &Mutex<Seen>,
) -> Option<()> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(char::from(byte[0]));
    }
    seen.lock().ok()?.heads += &head;
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let connection = ServerConnection::new(tls).ok()?;
    let mut client = BufReader::new(StreamOwned::new(connection, stream));
    let mut server = BufReader::new(TcpStream::connect(target).ok()?);
    loop {
        let request = message(&mut client)?;
        let certificates = client.get_ref().conn.peer_certificates();
        seen.lock().ok()?.identified += usize::from(certificates.is_some());
        server.get_mut().write_all(&request).ok()?;
        let answer = message(&mut server)?;
        client.get_mut().write_all(&answer).ok()?;
    }
}

/// A request or an answer.
fn message(input: &mut BufReader<impl Read>) -> Option<Vec<u8>> {
    let (mut message, mut len) = (Vec::new(), 0);
    loop {
        let mut line = Vec::new();
        input.read_until(b'\n', &mut line).ok()?;
        let text = String::from_utf8_lossy(&line).to_lowercase();
        if let Some(value) = text.strip_prefix("content-length: ") {
            len = value.trim().parse().ok()?;
        }
        message.extend_from_slice(&line);
        match text.trim() {
            "" if line.is_empty() => return None,
            "" => break,
            _ => {}
        }
    }
    let mut body = vec![0; len];
    input.read_exact(&mut body).ok()?;
    message.extend(body);
    Some(message)
}

fn mlflow(uri: &str, vars: &[(&str, &str)]) -> Result<Mlflow, Error> {
    Mlflow::with_vars(uri, |name| {
        let var = vars.iter().find(|(known, _)| *known == name);
        var.map(|(_, value)| (*value).to_owned())
    })
}

fn push(server: &Mlflow, dir: &Path) -> Result<u64, Error> {
    let sources = Source::all(dir).unwrap();
    let mut pushed = server.push(&sources, &Options::default(), &|_| {})?;
    Ok(pushed.remove(0)?.unwrap().points)
}

fn log(dir: &Path) {
    let writer = SummaryWriter::new(dir).unwrap();
    writer.add_scalar("loss", 0.5, 1).unwrap();
    writer.add_text("text", "x", 1).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_server_behind_a_proxy_and_an_authority_of_its_own_is_reached() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path());
    let server = Server::start();
    let seen = Arc::<Mutex<Seen>>::default();
    let port = proxy(&server, &seen);
    let address = format!("http://ada:pa55word@127.0.0.1:{port}");
    let uri = format!("https://{HOST}");
    let (authority, client) = (fixture("ca.pem"), fixture("client.pem"));
    let through = ("HTTPS_PROXY", &*address);
    let trusted = ("REQUESTS_CA_BUNDLE", &*authority);
    for vars in [
        &[
            through,
            trusted,
            ("MLFLOW_WORKSPACE", "team"),
            ("MLFLOW_TRACKING_CLIENT_CERT_PATH", &client),
        ][..],
        &[through, ("MLFLOW_TRACKING_INSECURE_TLS", "true")],
        // The one for `http://` does not count.
        &[through, trusted, ("HTTP_PROXY", "http://127.0.0.1:1")],
    ] {
        let mlflow = mlflow(&uri, vars).unwrap();
        push(&mlflow, dir.path()).unwrap();
    }
    assert_eq!(server.points_of_runs(), [1]);
    let headers = server.held(|held| held.headers.to_lowercase());
    assert!(headers.contains("x-mlflow-workspace: team"), "{headers}");
    assert!(!headers.contains("proxy-authorization"), "{headers}");
    {
        let seen = seen.lock().unwrap();
        let asked = format!("CONNECT {HOST}:443 HTTP/1.1\r\n");
        assert!(seen.heads.starts_with(&asked), "{}", seen.heads);
        // ada:pa55word
        let credentials = "Proxy-Authorization: Basic YWRhOnBhNTV3b3Jk\r\n";
        assert!(seen.heads.contains(credentials), "{}", seen.heads);
        assert!(seen.identified > 0);
    }
    for (vars, said) in [
        (&[through][..], "REQUESTS_CA_BUNDLE"),
        // Nobody knows that host.
        (
            &[through, trusted, ("NO_PROXY", ".internal")],
            "https://mlflow.internal: ",
        ),
        (
            &[("HTTPS_PROXY", "http://ada:pa55word@127.0.0.1:1")],
            "through the proxy 127.0.0.1:1",
        ),
    ] {
        let error = push(&mlflow(&uri, vars).unwrap(), dir.path()).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(!format!("{error:?}").contains("pa55word"), "{error:?}");
    }
    let nowhere = dir.path().join("none.pem");
    fs::write(&nowhere, "nothing").unwrap();
    let nowhere = nowhere.to_str().unwrap();
    for (name, value) in [
        ("MLFLOW_TRACKING_SERVER_CERT_PATH", nowhere),
        ("MLFLOW_TRACKING_CLIENT_CERT_PATH", &authority),
        ("HTTPS_PROXY", "://ada:pa55word@"),
    ] {
        let error = mlflow(&uri, &[(name, value)]).unwrap_err();
        assert!(!error.to_string().contains("pa55word"), "{error}");
    }
}

/// Whatever a server answers, even what it was sent.
#[test]
fn credentials_are_in_no_message() {
    const SECRETS: [&str; 3] = ["pa55word", "YWRhOnBhNTV3b3Jk", "pr0xypw"];
    const ECHO: &str =
        r#"{"error_code":"INVALID_PARAMETER_VALUE","message":"pa55word YWRhOnBhNTV3b3Jk pr0xypw"}"#;
    let dir = tempfile::tempdir().unwrap();
    log(dir.path());
    let logins: [(&str, &[(&str, &str)]); 2] = [
        ("http://ada:pa55word@", &[]),
        (
            "http://",
            &[
                ("MLFLOW_TRACKING_USERNAME", "ada"),
                ("MLFLOW_TRACKING_PASSWORD", "pa55word"),
            ],
        ),
    ];
    let faults = [
        Fault::Page(400, ECHO),
        Fault::Page(403, ECHO),
        Fault::Page(404, ECHO),
        Fault::Page(501, ECHO),
        Fault::Page(401, ECHO),
        Fault::Page(400, "pa55word"),
        Fault::Page(200, ECHO),
    ];
    let endpoints = [
        "experiments/get-by-name",
        "runs/search",
        "runs/create",
        "runs/log-batch",
        "mlflow-artifacts",
        "server-info",
    ];
    let proxied = ("HTTPS_PROXY", "http://ada:pr0xypw@127.0.0.1:1");
    for (scheme, vars) in logins {
        for endpoint in endpoints {
            for fault in faults {
                let server = Server::with_faults(&[(endpoint, fault)]);
                let uri = server.uri().replace("http://", scheme);
                // What a login has besides.
                let all = [vars, &[proxied]].concat();
                let mlflow = mlflow(&uri, &all).unwrap();
                let sources = Source::all(dir.path()).unwrap();
                let pushed = mlflow.push(&sources, &Options::default(), &|_| {});
                let said = format!("{pushed:?} {mlflow:?} {}", mlflow.address());
                let spoken = pushed.map_or_else(
                    |e| e.to_string(),
                    |pushed| {
                        let errors = pushed.iter().filter_map(|pushed| pushed.as_ref().err());
                        errors.map(ToString::to_string).collect()
                    },
                );
                for secret in SECRETS {
                    let is_said = said.contains(secret) || spoken.contains(secret);
                    assert!(!is_said, "{endpoint} {fault:?}: {secret} in {said}");
                }
            }
        }
    }
}
