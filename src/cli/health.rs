//! Asks a running server whether it is ready: for probes in an image that holds nothing else.

use std::{
    fmt,
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use clap::Args;

use super::{Ended, complain, server::ServeArgs};
use crate::serve::Admin;

/// Longest time for each step.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of the answer that are looked at.
const ENOUGH: usize = 64;

#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// Address that is asked, without TLS [default: the port of the settings, or its admin port when it speaks TLS].
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    #[command(flatten)]
    settings: ServeArgs,
}

pub(super) fn run(args: HealthArgs) -> Result<(), Ended> {
    let HealthArgs { address, settings } = args;
    let address = match address {
        Some(address) => address,
        None => from_settings(settings)?,
    };
    match ask(&address) {
        Ok(true) => Ok(()),
        Ok(false) => Err(complain(Ended::Different, &format!("{address}: not ready"))),
        Err(error) => Err(unreachable(&address, &error)),
    }
}

fn unreachable(address: &dyn fmt::Display, error: &io::Error) -> Ended {
    // What the system calls it says nothing of time.
    let late = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
    let what = if late { format!("does not answer within {PATIENCE:?}") } else { error.to_string() };
    complain(Ended::Different, &format!("{address}: {what}"))
}

/// The port that speaks plainly.
fn from_settings(args: ServeArgs) -> Result<String, Ended> {
    let settings = super::server::settings(args)?;
    let address = match (settings.tls_files(), settings.admin.listen.0) {
        (None, _) => settings.server.listen,
        (Some(_), Admin::At(address) | Admin::IfFree(address)) => {
            // At the admin port another server of this machine could answer, so this one must listen at least.
            let own = reachable(settings.server.listen);
            TcpStream::connect_timeout(&own, PATIENCE).map_err(|error| unreachable(&own, &error))?;
            address
        }
        (Some(_), Admin::Off) => {
            let what = "admin.listen: is off and server.listen speaks TLS; turn it on, or name another with --address";
            return Err(complain(Ended::BadSettings, what));
        }
    };
    Ok(reachable(address).to_string())
}

/// Who listens everywhere is asked here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let here = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(_) | IpAddr::V6(_) => address.ip(),
    };
    SocketAddr::new(here, address.port())
}

/// Is the server there and ready?
fn ask(address: &str) -> io::Result<bool> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "is no address; write for example 127.0.0.1:50051");
    for it in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&it, PATIENCE) {
            Ok(stream) => return is_ready(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn is_ready(mut stream: TcpStream) -> io::Result<bool> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(u64::try_from(ENOUGH).unwrap_or(u64::MAX)).read_to_end(&mut answer)?;
    Ok(answer.starts_with(b"HTTP/1.1 200 "))
}
