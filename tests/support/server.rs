//! A real server on an ephemeral port.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use cicatrix::{
    serve::{self, Around, Limits, ServeError},
    settings::Settings,
};
use tokio::sync::oneshot;
use tonic::transport::Channel;

use crate::support::service;

pub struct Server {
    pub address: SocketAddr,
    /// Of metrics and probes.
    pub admin: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

/// A client that shares the thread of a test cannot hang up while the test waits for the server.
const DRAIN: Duration = Duration::from_millis(100);

pub fn limits() -> Limits {
    Limits { shards: 2, access_log: false, drain_timeout: DRAIN, ..Settings::default().limits() }
}

impl Server {
    pub fn start() -> Self {
        Self::with(limits())
    }

    pub fn with(limits: Limits) -> Self {
        Self::around(limits, Around::default())
    }

    /// With TLS, guards and the like.
    pub fn around(limits: Limits, around: Around) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let listening = move |it: serve::Listening| tell.send(it).unwrap();
            let stop = async {
                // The other end being dropped is the signal.
                let _ = stopped.await;
            };
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            serve::serve_around(service().clone(), address, &limits, around, listening, stop)
        });
        let serve::Listening { address, admin } = told.recv_timeout(Duration::from_secs(10)).unwrap();
        Self { address, admin, stop: Some(stop), thread: Some(thread) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn channel(&self) -> Channel {
        Channel::from_shared(self.url("")).unwrap().connect().await.unwrap()
    }

    /// Asks the server to drain and end.
    pub fn ask_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ask_to_stop();
        if !thread::panicking() {
            self.wait();
        }
    }
}
