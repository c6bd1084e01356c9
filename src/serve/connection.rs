//! One connection: its first bytes, its TLS, its requests, its age, its end.

use std::{
    hash::{BuildHasher as _, RandomState},
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, watch},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::{
    app::App,
    first::Known,
    given::Ending,
    guard::{Guard, Peer},
    metrics::Metrics,
    tls::{self, Named, Tls},
    unread::Streams,
};

/// No connection lasts so long.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// Everything that connections have in common. Cheap to clone.
#[derive(Clone)]
pub(super) struct Common {
    pub(super) app: App,
    pub(super) protocol: auto::Builder<Streams>,
    pub(super) tls: Option<Tls>,
    pub(super) guard: Guard,
    pub(super) metrics: Arc<Metrics>,
    /// Longest time until its protocol is known.
    pub(super) first_bytes: Duration,
    /// Longest time for a TLS handshake, and for the headers of the first HTTP/1 request.
    pub(super) header: Duration,
    /// Longest time for which what we wrote is not taken.
    pub(super) unread: Duration,
    /// After so long a caller is asked to connect again; `None`: never.
    pub(super) age: Option<Duration>,
}

/// One connection.
pub(super) struct Connection {
    pub(super) common: Common,
    pub(super) from: SocketAddr,
    pub(super) draining: watch::Receiver<bool>,
    pub(super) open: Arc<AtomicUsize>,
    pub(super) _token: TaskTrackerToken,
    pub(super) _permit: OwnedSemaphorePermit,
}

impl Connection {
    pub(super) async fn serve(mut self, stream: std::net::TcpStream) {
        // Whoever does not read keeps what we wrote in memory.
        #[cfg(target_os = "linux")]
        let _ = socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(self.common.unread));
        let Ok(stream) = TcpStream::from_std(stream) else { return };
        match self.common.tls.as_ref().map(Tls::config) {
            None => self.talk(stream, None).await,
            Some(config) => {
                let acceptor = TlsAcceptor::from(config);
                let draining = self.draining.wait_for(|it| *it);
                let shaken = tokio::select! {
                    shaken = timeout(self.common.header, acceptor.accept(stream)) => shaken,
                    _ = draining => return,
                };
                match shaken {
                    Ok(Ok(stream)) => {
                        let named = tls::named(stream.get_ref().1);
                        self.talk(stream, named).await;
                    }
                    Ok(Err(error)) => {
                        self.common.metrics.handshakes_failed.inc();
                        tracing::debug!(%error, "a TLS handshake failed");
                    }
                    Err(_slow) => {
                        self.common.metrics.handshakes_failed.inc();
                    }
                }
            }
        }
    }

    async fn talk<S>(&mut self, stream: S, certificate: Option<Named>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let draining = self.draining.wait_for(|it| *it);
        let known = tokio::select! {
            known = timeout(self.common.first_bytes, Known::read(stream)) => known,
            _ = draining => return,
        };
        let Ok(Ok(Some(stream))) = known else { return };
        // Callers are asked to connect again when their certificate ends: with the next one, if they have it.
        let ends = certificate.as_ref().and_then(|it| it.ends).map(left);
        let stranger = self.common.guard.callers().stranger(self.from.ip());
        let ending = Ending::default();
        let peer = Arc::new(Peer { stranger, certificate, ending: ending.clone() });
        let app = &self.common.app;
        // HTTP/2 may be silent; it is asked whether it is still there.
        let asked = AtomicBool::new(stream.is_http2());
        let answer = service_fn(|request: Request<Incoming>| {
            asked.store(true, Relaxed);
            app.answer(request, Arc::clone(&peer))
        });
        let mut connection = pin!(self.common.protocol.serve_connection(TokioIo::new(stream), answer));
        let age = self.common.age.map(jittered).into_iter().chain(ends).min();
        let grown_old = async {
            match age {
                Some(age) => sleep(age).await,
                None => std::future::pending().await,
            }
        };
        let never_asks = async {
            sleep(self.common.header).await;
            if asked.load(Relaxed) {
                std::future::pending().await
            }
        };
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = never_asks => return,
            _ = self.draining.wait_for(|it| *it) => None,
            () = grown_old => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                // What was begun is answered; HTTP/2 callers are told not to begin more.
                connection.as_mut().graceful_shutdown();
                ending.begin();
                tokio::select! {
                    ended = connection => ended,
                    // Dropping it cuts it off.
                    () = ending.settled(self.common.unread) => {
                        tracing::debug!("a connection is cut off: what was answered is not taken");
                        return;
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended");
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Relaxed);
        self.common.metrics.connections.dec();
    }
}

/// How long it is until this time, in seconds since 1970.
fn left(until: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Timers do not count for longer.
    Duration::from_secs(until).saturating_sub(now).min(FAR)
}

/// Between nine and eleven tenths: connections that began together do not all come back together.
fn jittered(age: Duration) -> Duration {
    let thousandths = RandomState::new().hash_one(0_u8) % 200;
    age.mul_f64(0.9 + f64::from(u32::try_from(thousandths).unwrap_or_default()) / 1000.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::jittered;

    #[test]
    fn ages_differ_and_stay_near() {
        let ages: Vec<Duration> = (0..200).map(|_| jittered(Duration::from_secs(100))).collect();
        assert!(ages.iter().all(|it| (90..110).contains(&it.as_secs())));
        assert!(ages.iter().any(|it| it.as_secs() < 97) && ages.iter().any(|it| it.as_secs() > 103));
    }
}
