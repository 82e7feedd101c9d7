//! The one HTTP agent: addresses, headers, JSON, and trying again. It knows no endpoint.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::SpooledTempFile;
use ureq::http::Uri;
use ureq::http::{Method, Request, Response, StatusCode, header};
use ureq::tls::TlsConfig;
use ureq::{Agent, AsSendBody, Body, Proxy, SendBody};

use crate::config::{Config, Parts};
use crate::error::{Error, ErrorKind, Result};

mod answer;
mod certificates;
mod ending;
mod offers;

pub(crate) use ending::Ending;
pub(crate) use offers::Offers;

/// Servers close connections that are idle for five seconds.
const IDLE: Duration = Duration::from_secs(4);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a server is waited for that was there: as long as one takes to start again.
const PATIENCE: Duration = Duration::from_secs(180);
/// The first wait before something is tried again; each is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// What is read of answers that are not asked for their content.
const MAX_ANSWER: u64 = 1 << 30;
/// What is held of a download before it goes to a temporary file.
const IN_MEMORY: usize = 8 << 20;
/// How much of a download is read at once.
const CHUNK: usize = 64 << 10;

/// What a request brings along.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'a> {
    /// Bytes.
    Bytes(&'a [u8]),
    /// A file, which need not fit into memory.
    File(&'a Path),
    /// Bytes of a file: where they begin, and how many there are.
    Part(&'a Path, u64, u64),
}

/// Whether a request may be sent again where it is not known whether it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It does the same, however often it arrives.
    Always,
    /// Only if it surely did not arrive.
    IfLost,
}

/// Speaks with one server.
#[derive(Debug)]
pub(crate) struct Http {
    agents: Agents,
    config: Arc<Config>,
    /// Whether it ever answered: then it is worth waiting for.
    reached: Arc<AtomicBool>,
    /// When nothing is waited for any more.
    ending: Arc<Ending>,
    /// How long a server is waited for that was there.
    patience: Duration,
    /// What the server offers.
    offers: Arc<offers::Known>,
}

/// What sends requests: without a proxy, and through those for `http://` and `https://`.
#[derive(Clone, Debug)]
struct Agents {
    direct: Agent,
    http: Option<Agent>,
    https: Option<Agent>,
}

/// How long to wait before something is tried again, and when to give up.
#[derive(Debug)]
pub(crate) struct Backoff {
    began: Instant,
    next: Duration,
    patience: Duration,
    ending: Arc<Ending>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            next: FIRST_WAIT,
            patience: PATIENCE,
            ending: Arc::default(),
        }
    }
}

impl Backoff {
    /// Waits, at least as long as the server asks for, unless it took too long already.
    pub(crate) fn wait(&mut self, at_least: Option<Duration>) -> bool {
        let wait = at_least.map_or(self.next, |least| least.max(self.next));
        if self.began.elapsed() + wait > self.patience {
            return false;
        }
        self.next = (self.next * 2).min(LONGEST_WAIT);
        self.ending.sleep(wait)
    }
}

/// Why a request failed.
struct Failure {
    error: Error,
    /// Whether it may have been carried out all the same.
    arrived: bool,
    /// Whether trying again may help, and after what time.
    again: Option<Option<Duration>>,
}

impl Http {
    /// # Errors
    ///
    /// Certificates that cannot be read.
    pub(crate) fn new(config: Config) -> Result<Self> {
        let mut tls = TlsConfig::builder().disable_verification(config.insecure);
        if let Some(path) = &config.authorities {
            tls = tls.root_certs(certificates::authorities(path)?);
        }
        if let Some(path) = &config.identity {
            tls = tls.client_cert(Some(certificates::identity(path)?));
        }
        let tls = tls.build();
        let agent = |proxy: Option<Proxy>| {
            let agent = Agent::config_builder()
                .http_status_as_error(false)
                .tls_config(tls.clone())
                .proxy(proxy)
                .max_idle_age(IDLE)
                .max_idle_connections_per_host(16)
                .timeout_connect(Some(CONNECT))
                .timeout_recv_response(Some(config.timeout))
                .user_agent(concat!("tfevents/", env!("CARGO_PKG_VERSION")))
                .build();
            Agent::from(agent)
        };
        let proxied = |address: Option<&str>, variable: &str| {
            Ok::<_, Error>(proxy(address, variable)?.map(|proxy| agent(Some(proxy))))
        };
        let agents = Agents {
            direct: agent(None),
            http: proxied(config.proxies.http(), "HTTP_PROXY")?,
            https: proxied(config.proxies.https(), "HTTPS_PROXY")?,
        };
        Ok(Self {
            agents,
            config: Arc::new(config),
            reached: Arc::default(),
            ending: Arc::default(),
            patience: PATIENCE,
            offers: Arc::default(),
        })
    }

    /// The same server and connections for somebody who ends on their own, and waits for so long.
    pub(crate) fn until(&self, ending: Arc<Ending>, patience: Duration) -> Self {
        Self {
            agents: self.agents.clone(),
            config: Arc::clone(&self.config),
            reached: Arc::clone(&self.reached),
            ending,
            patience,
            offers: Arc::clone(&self.offers),
        }
    }

    /// The same for what is not worth waiting for: there is another way.
    pub(crate) fn impatient(&self) -> Self {
        self.until(Arc::clone(&self.ending), Duration::ZERO)
    }

    /// What the server offers, which `ask` finds out where nobody has.
    pub(crate) fn offers(&self, ask: impl FnOnce() -> Result<Offers>) -> Result<Offers> {
        self.offers.or_ask(ask)
    }

    /// How large files are put in parts.
    pub(crate) fn parts(&self) -> Parts {
        self.config.parts
    }

    /// When nothing is waited for any more.
    pub(crate) fn ending(&self) -> &Ending {
        &self.ending
    }

    /// The waits before something is tried again.
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff {
            patience: self.patience,
            ending: Arc::clone(&self.ending),
            ..Backoff::default()
        }
    }

    /// The address of the server, without credentials.
    pub(crate) fn base(&self) -> &str {
        &self.config.base
    }

    /// Asks for JSON.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        let url = self.url(path, query);
        self.json(&self.send(&Method::GET, &url, None, Repeat::Always)?, path)
    }

    /// Sends JSON, and gets some.
    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<T> {
        self.send_json(&Method::POST, path, body, repeat)
    }

    /// The same for changes of what exists.
    pub(crate) fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        self.send_json(&Method::PATCH, path, body, Repeat::Always)
    }

    fn send_json<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<T> {
        let body = serde_json::to_vec(body)
            .map_err(|e| Error::new(ErrorKind::Invalid, format!("{path}: {e}")))?;
        let url = self.url(path, &[]);
        let content = Some(("application/json", Content::Bytes(&body)));
        self.json(&self.send(method, &url, content, repeat)?, path)
    }

    /// Puts a file to an address of the server.
    pub(crate) fn put(&self, path: &str, content: Content<'_>) -> Result<()> {
        let url = self.url(path, &[]);
        let content = Some(("application/octet-stream", content));
        self.send(&Method::PUT, &url, content, Repeat::Always)?;
        Ok(())
    }

    /// Puts a file to an address that the server gave out, with the headers that belong to it and without credentials.
    /// Returns the header `ETag` of the answer.
    pub(crate) fn put_to(
        &self,
        url: &str,
        headers: &[(String, String)],
        content: Content<'_>,
    ) -> Result<Option<String>> {
        self.again(Repeat::Always, || {
            let mut request = Request::builder().method(Method::PUT).uri(url);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let answer = self.exchange(request, Some(content))?;
            let tag = answer.headers().get(header::ETAG);
            Ok(tag.and_then(|tag| tag.to_str().ok()).map(str::to_owned))
        })
    }

    /// The bytes at an address of the server.
    pub(crate) fn download(&self, path: &str, query: &[(&str, &str)]) -> Result<impl Read + use<>> {
        let url = self.url(path, query);
        let answer = self.again(Repeat::Always, || {
            let request = self.request(&Method::GET, &url);
            self.exchange(request, None)
        })?;
        Ok(answer.into_body().into_reader())
    }

    /// All bytes at an address of the server, but for those beyond the first of more than `most`; and how many they are.
    /// Where the connection breaks, they are asked for again.
    pub(crate) fn fetch(
        &self,
        path: &str,
        query: &[(&str, &str)],
        most: u64,
    ) -> Result<(SpooledTempFile, u64)> {
        let url = self.url(path, query);
        self.again(Repeat::Always, || {
            let answer = self.exchange(self.request(&Method::GET, &url), None)?;
            let mut body = answer
                .into_body()
                .into_reader()
                .take(most.saturating_add(1));
            let (mut file, mut len) = (SpooledTempFile::new(IN_MEMORY), 0);
            let mut buffer = vec![0; CHUNK];
            loop {
                match body.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => {
                        let bytes = buffer.get(..read).unwrap_or_default();
                        file.write_all(bytes).map_err(|e| not_kept(&e))?;
                        len += bytes.len() as u64;
                    }
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(self.lost(&e.into(), self.base())),
                }
            }
            file.rewind().map_err(|e| not_kept(&e))?;
            Ok((file, len))
        })
    }

    /// Sends a request until there is an answer, and returns its bytes.
    fn send(
        &self,
        method: &Method,
        url: &str,
        content: Option<(&str, Content<'_>)>,
        repeat: Repeat,
    ) -> Result<Vec<u8>> {
        self.again(repeat, || {
            let mut request = self.request(method, url);
            if let Some((kind, _)) = content {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            let mut answer = self.exchange(request, content.map(|(_, content)| content))?;
            let body = answer.body_mut().with_config().limit(MAX_ANSWER);
            let bytes = body.read_to_vec();
            bytes.map_err(|e| self.lost(&e, self.base()))
        })
    }

    fn request(&self, method: &Method, url: &str) -> ureq::http::request::Builder {
        let mut request = Request::builder().method(method).uri(url);
        if let Some(value) = &self.config.authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(value) = &self.config.workspace {
            request = request.header("X-MLFLOW-WORKSPACE", value);
        }
        request
    }

    /// Tries until it succeeds or there is no hope.
    fn again<T>(
        &self,
        repeat: Repeat,
        mut attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T> {
        let mut backoff = self.backoff();
        loop {
            let failure = match attempt() {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            match failure.again {
                Some(_) if failure.arrived && repeat == Repeat::IfLost => {
                    return Err(failure.error.open());
                }
                Some(after) if self.reached.load(Ordering::Relaxed) && backoff.wait(after) => {}
                _ => return Err(failure.error),
            }
        }
    }

    /// Sends a request once.
    fn exchange(
        &self,
        request: ureq::http::request::Builder,
        content: Option<Content<'_>>,
    ) -> Result<Response<Body>, Failure> {
        let to = self.way(request.uri_ref());
        let lost = |e: ureq::Error| self.lost(&e, &to);
        let answer = match content {
            None => {
                let request = request.body(()).map_err(|e| lost(e.into()))?;
                self.run(request)
            }
            Some(Content::Bytes(bytes)) => {
                let request = request.body(bytes).map_err(|e| lost(e.into()))?;
                self.run(request)
            }
            Some(Content::File(path) | Content::Part(path, ..)) => {
                let part = match content {
                    Some(Content::Part(_, start, len)) => Some((start, len)),
                    _ => None,
                };
                let (mut file, len) = open(path, part).map_err(|e| local(path, &e))?;
                let request = request.header(header::CONTENT_LENGTH, len);
                // What grows meanwhile is not sent.
                let mut part = (&mut file).take(len);
                let body = SendBody::from_reader(&mut part);
                let request = request.body(body).map_err(|e| lost(e.into()))?;
                self.run(request)
            }
        };
        let answer = answer.map_err(lost)?;
        self.reached.store(true, Ordering::Relaxed);
        match answer.status() {
            status if status.is_success() => Ok(answer),
            status => Err(self.refused(status, answer, &to)),
        }
    }

    /// What sends a request, through the proxy that it has to go through.
    fn agent(&self, uri: &Uri) -> &Agent {
        let Agents {
            direct,
            http,
            https,
        } = &self.agents;
        let proxied = match uri.scheme_str() {
            Some("https") => https,
            _ => http,
        };
        let host = uri.host().unwrap_or_default();
        let is_direct = self.config.proxies.except(host, uri.port_u16());
        proxied.as_ref().filter(|_| !is_direct).unwrap_or(direct)
    }

    fn run<S: AsSendBody>(&self, request: Request<S>) -> Result<Response<Body>, ureq::Error> {
        self.agent(request.uri()).run(request)
    }

    /// Who is asked, and through whom.
    fn way(&self, uri: Option<&Uri>) -> String {
        let Some(uri) = uri else {
            return format!("an address that {} gave out", self.base());
        };
        let place = match uri.to_string().starts_with(self.base()) {
            true => self.base().to_owned(),
            // The rest of it may be a key.
            false => format!(
                "{}://{}",
                uri.scheme_str().unwrap_or_default(),
                uri.host().unwrap_or_default()
            ),
        };
        match self.agent(uri).config().proxy() {
            Some(proxy) => {
                let (host, port) = (proxy.host(), proxy.port());
                format!("{place} (through the proxy {host}:{port})")
            }
            None => place,
        }
    }

    /// No answer came.
    fn lost(&self, e: &ureq::Error, to: &str) -> Failure {
        let is_of_tls = match e {
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => true,
            // What is wrong with a certificate.
            ureq::Error::Io(e) => e.kind() == io::ErrorKind::InvalidData,
            _ => false,
        };
        let never_arrived = match e {
            _ if is_of_tls => true,
            e if is_unknown_host(e) => true,
            ureq::Error::Io(e) => e.kind() == io::ErrorKind::ConnectionRefused,
            ureq::Error::Timeout(of) => {
                matches!(of, ureq::Timeout::Connect | ureq::Timeout::Resolve)
            }
            ureq::Error::ConnectionFailed => true,
            ureq::Error::Http(_) | ureq::Error::ConnectProxyFailed(_) | ureq::Error::BadUri(_) => {
                true
            }
            _ => false,
        };
        let may_help = !is_of_tls
            && matches!(
                e,
                ureq::Error::Io(_)
                    | ureq::Error::Timeout(_)
                    | ureq::Error::HostNotFound
                    | ureq::Error::ConnectionFailed
                    | ureq::Error::Protocol(_)
                    | ureq::Error::BodyStalled
            );
        let message = match e {
            ureq::Error::Io(e) if e.kind() == io::ErrorKind::ConnectionRefused => {
                format!("nothing listens at {to}; is the MLflow server running?")
            }
            e if is_unknown_host(e) => format!("{to}: the host is unknown; is the address right?"),
            // It may hold a key.
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => format!("{to}: an invalid request"),
            ureq::Error::Timeout(_) => {
                format!(
                    "{to} did not answer in time; MLFLOW_HTTP_REQUEST_TIMEOUT sets how many seconds it has"
                )
            }
            e if is_of_tls && is_no_tls(e) => {
                format!("{to} does not speak TLS; does its address begin with http://?")
            }
            e if is_of_tls => format!(
                "{to}: {e}; REQUESTS_CA_BUNDLE names a file of certificates to trust, and MLFLOW_TRACKING_INSECURE_TLS=true trusts any"
            ),
            e => format!("{to}: {e}"),
        };
        Failure {
            error: Error::new(ErrorKind::Unreachable, message).without(&self.config.secrets),
            arrived: !never_arrived,
            again: may_help.then_some(None),
        }
    }

    /// The answer is that it failed.
    fn refused(&self, status: StatusCode, mut answer: Response<Body>, to: &str) -> Failure {
        let after = answer.headers().get(header::RETRY_AFTER);
        let after = after.and_then(|after| after.to_str().ok()?.parse().ok());
        let body = answer.body_mut().with_config().limit(1 << 16).read_to_vec();
        let error = answer::explain(to, status, &body.unwrap_or_default());
        let error = error.without(&self.config.secrets);
        let again = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        // Nothing implements it now, and nothing will in a moment.
        let again = again && status != StatusCode::NOT_IMPLEMENTED;
        Failure {
            error,
            arrived: !matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            ),
            again: again.then(|| after.map(Duration::from_secs)),
        }
    }

    fn json<T: DeserializeOwned>(&self, body: &[u8], path: &str) -> Result<T> {
        serde_json::from_slice(body).map_err(|_| {
            let base = self.base();
            let message = format!(
                "{base} does not answer {path} as MLflow does; is this the address of an MLflow server?"
            );
            Error::new(ErrorKind::Protocol, message)
        })
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut url = format!("{}{path}", self.base());
        for (number, (name, value)) in query.iter().enumerate() {
            url.push(if number == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.push_str(&percent_encoded(value));
        }
        url
    }
}

/// Whether the name of the host has no address. The standard library has no kind of error for that.
fn is_unknown_host(e: &ureq::Error) -> bool {
    /// `WSAHOST_NOT_FOUND` of Windows; elsewhere it is a message.
    const UNKNOWN: i32 = 11001;
    match e {
        ureq::Error::HostNotFound => true,
        ureq::Error::Io(e) => {
            e.raw_os_error() == Some(UNKNOWN)
                || e.to_string().starts_with("failed to lookup address")
        }
        _ => false,
    }
}

/// Whether what answered is no TLS at all, as a server answers that expects `http`.
fn is_no_tls(e: &ureq::Error) -> bool {
    e.to_string().contains("InvalidContentType")
}

/// Text as a part of an address; slashes stay.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A file, or the part of it that begins at a byte and has so many, and how many bytes are to be read of it.
fn open(path: &Path, part: Option<(u64, u64)>) -> io::Result<(File, u64)> {
    let mut file = File::open(path)?;
    match part {
        Some((start, len)) => {
            file.seek(SeekFrom::Start(start))?;
            Ok((file, len))
        }
        None => {
            let len = file.metadata()?.len();
            Ok((file, len))
        }
    }
}

fn local(path: &Path, e: &io::Error) -> Failure {
    let path = tfevents::reader::path_text(path);
    Failure::here(format!("{path}: {e}"))
}

fn not_kept(e: &io::Error) -> Failure {
    Failure::here(format!("cannot keep a download in a temporary file: {e}"))
}

impl Failure {
    /// One of this side.
    fn here(message: String) -> Self {
        Self {
            error: Error::new(ErrorKind::Local, message),
            arrived: false,
            again: None,
        }
    }
}

/// A proxy, as a variable names it.
fn proxy(address: Option<&str>, variable: &str) -> Result<Option<Proxy>> {
    let proxy = address.map(Proxy::new).transpose();
    proxy.map_err(|_| {
        let message = format!("{variable} has to name a proxy, such as http://proxy.example:8080");
        Error::new(ErrorKind::Invalid, message)
    })
}
