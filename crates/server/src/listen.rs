//! The sockets, and which service a request is for.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::{Service, http};
use tonic::server::NamedService;
use tonic::transport::Server;

use crate::proto::data::tensor_board_data_provider_server::TensorBoardDataProviderServer;
use crate::proto::tfevents_server::health_server::HealthServer;
use crate::room::{self, BUILDERS, Place, Room};
use crate::service::DataServer;

/// Requests name runs and tags, of which there may be many.
const MAX_REQUEST: usize = 64 << 20;

/// How long to wait with the next connection where there are too few descriptors for one.
const PAUSE: Duration = Duration::from_millis(50);

/// Threads that wait for sockets.
const SOCKET_THREADS: usize = 4;

/// Threads that compute small answers, beside those that put large ones together.
const SMALL_ANSWERS: usize = 4;

/// How often a client has to give a sign of life, and how long it may take to.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Requests of one connection at once. TensorBoard makes all of its requests over one.
const STREAMS: u32 = 100;

/// Connections that were accepted and wait to be served.
const BACKLOG: usize = 16;

/// Sockets that listen: clients can connect, and wait until they are [served](serve).
#[derive(Debug)]
pub struct Listening {
    sockets: Vec<TcpListener>,
    address: SocketAddr,
}

impl Listening {
    /// The address of the first of them; the others have the same port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// How many ports to try, if any will do, until one is free on all addresses.
const TRIES: usize = 16;

/// Listens on all addresses of a host, on one port: any that is free if it is 0.
///
/// Addresses that this machine does not have are left out, unless there is no other. One that is in use is an error: who
/// connects to the host would meet somebody else there.
///
/// # Errors
///
/// A host that is not known, and a port that is in use.
pub fn listen(host: &str, port: u16) -> io::Result<Listening> {
    let mut addresses: Vec<_> = (host, port).to_socket_addrs()?.collect();
    // Clients try this one first as a rule.
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.dedup();
    let tries = if port == 0 { TRIES } else { 1 };
    let mut listening = listen_on(&addresses);
    for _ in 1..tries {
        match &listening {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                listening = listen_on(&addresses);
            }
            _ => break,
        }
    }
    listening
}

/// The port of the first address becomes that of the others.
fn listen_on(addresses: &[SocketAddr]) -> io::Result<Listening> {
    let mut sockets: Vec<TcpListener> = Vec::new();
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "this host has no address");
    let mut chosen = None;
    for &(mut address) in addresses {
        if let Some(first) = chosen {
            address.set_port(SocketAddr::port(&first));
        }
        match TcpListener::bind(address) {
            Ok(socket) => {
                if chosen.is_none() {
                    chosen = Some(socket.local_addr()?);
                }
                socket.set_nonblocking(true)?;
                sockets.push(socket);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                let why = format!("{address} is in use; pass --port 0 for any free port");
                return Err(io::Error::new(error.kind(), why));
            }
            Err(error) if chosen.is_none() => failure = error,
            Err(_) => {}
        }
    }
    match chosen {
        Some(address) => Ok(Listening { sockets, address }),
        None => Err(failure),
    }
}

/// Answers on these sockets until the process ends.
///
/// # Errors
///
/// Sockets that cannot be used.
pub async fn serve(listening: Listening, server: DataServer) -> io::Result<()> {
    let (sender, connections) = mpsc::channel(BACKLOG);
    for socket in listening.sockets {
        let socket = tokio::net::TcpListener::from_std(socket)?;
        tokio::spawn(accept(socket, sender.clone()));
    }
    drop(sender);
    let services = Services {
        room: Arc::clone(server.room()),
        data: TensorBoardDataProviderServer::new(server.clone())
            .max_decoding_message_size(MAX_REQUEST),
        health: HealthServer::new(server),
    };
    let served = Server::builder()
        .max_concurrent_streams(STREAMS)
        // Who is gone, or does not read for so long, keeps what is on its way to him.
        .http2_keepalive_interval(Some(SIGN_OF_LIFE))
        .http2_keepalive_timeout(Some(SIGN_OF_LIFE))
        .serve_with_incoming(services, ReceiverStream::new(connections))
        .await;
    served.map_err(io::Error::other)
}

/// The same on threads of its own, for programs without a runtime. Returns only if it fails.
///
/// # Errors
///
/// Sockets that cannot be used, and too few threads.
pub fn serve_blocking(listening: Listening, server: DataServer) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(SOCKET_THREADS)
        .max_blocking_threads(BUILDERS + SMALL_ANSWERS)
        .enable_all()
        .build()?;
    runtime.block_on(serve(listening, server))
}

/// Accepts connections for ever. What goes wrong with one of them, or with too many, does not end this.
async fn accept(socket: tokio::net::TcpListener, sender: mpsc::Sender<io::Result<TcpStream>>) {
    loop {
        match socket.accept().await {
            Ok((connection, _)) => {
                // Else small answers wait 40 ms for the client's acknowledgement.
                let _ = connection.set_nodelay(true);
                if sender.send(Ok(connection)).await.is_err() {
                    return;
                }
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

type Body = tonic::body::Body;

/// The service of a fork of TensorBoard, which renamed all packages and left everything in them as it is.
const TENSORBORED: &str = "/tensorbored.data.TensorBoardDataProvider/";

/// What a request asks for, by TensorBoard's own name.
fn known(asked: http::Uri) -> http::Uri {
    let Some(method) = asked.path().strip_prefix(TENSORBORED) else {
        return asked;
    };
    let service = <TensorBoardDataProviderServer<DataServer> as NamedService>::NAME;
    let path = format!("/{service}/{method}");
    path.parse().unwrap_or(asked)
}

/// The services of this server.
#[derive(Clone, Debug)]
struct Services {
    room: Arc<Room>,
    data: TensorBoardDataProviderServer<DataServer>,
    health: HealthServer<DataServer>,
}

impl Service<http::Request<Body>> for Services {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let health = <HealthServer<DataServer> as NamedService>::NAME;
        let is_health = request.uri().path().split('/').nth(1) == Some(health);
        let counted = Arc::clone(&self.room);
        let (mut request, body) = request.into_parts();
        request.uri = known(request.uri);
        let (body, load) = room::into_room(counted, body);
        // Goes with what the request says, until nobody needs that.
        request.extensions.insert(load);
        let request = http::Request::from_parts(request, body);
        let answer = match is_health {
            true => self.health.call(request),
            // It also answers what nobody knows.
            false => self.data.call(request),
        };
        Box::pin(async move {
            let mut answer = answer.await?;
            Ok(match answer.extensions_mut().remove::<Arc<Place>>() {
                Some(place) => answer.map(|_| room::from_place(place)),
                None => answer,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_in_use_on_one_address_is_an_error() {
        // Two addresses of this machine, as `localhost` may have.
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let Ok(free) = TcpListener::bind(("::1", port)) else {
            return;
        };
        drop(free);
        let taken = taken.local_addr().unwrap();
        let other = SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port));
        for addresses in [[taken, other], [other, taken]] {
            let error = listen_on(&addresses).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
            let says = format!("{taken} is in use; pass --port 0 for any free port");
            assert_eq!(error.to_string(), says);
        }
        assert_ne!(listen("localhost", 0).unwrap().address().port(), 0);
    }

    #[test]
    fn a_fork_asks_for_the_same() {
        let known = |path: &str| known(path.parse().unwrap()).to_string();
        let ours = "/tensorboard.data.TensorBoardDataProvider/ListRuns";
        assert_eq!(known(ours), ours);
        let theirs = "http://localhost:1/tensorbored.data.TensorBoardDataProvider/ListRuns";
        assert_eq!(known(theirs), ours);
        assert_eq!(known("/x/ListRuns"), "/x/ListRuns");
    }
}
