//! The server that is abused.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{DESCRIPTORS, PATIENCE};

/// The real server, as a process of its own with few descriptors.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let serve = format!(
            "ulimit -n {DESCRIPTORS}; exec '{}' serve --listen {address} --set log.access=false --set log.filter=error \
             --set server.first_byte_timeout=2s --set server.header_timeout=2s --set server.deadline=3s",
            env!("CARGO_BIN_EXE_cicatrix")
        );
        let child = Command::new("sh").args(["-c", &serve]).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, address };
        let begun = Instant::now();
        while server.connect().is_none() {
            assert!(begun.elapsed() < PATIENCE, "it does not start");
            thread::sleep(Duration::from_millis(10));
        }
        server
    }

    pub(crate) fn connect(&self) -> Option<TcpStream> {
        let stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        Some(stream)
    }

    pub(crate) fn memory_mb(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// Sends bytes and reads what comes until the other end is done, or it takes too long.
    pub(crate) fn throw(&self, bytes: &[u8], patience: Duration) -> Vec<u8> {
        let mut answer = Vec::new();
        if let Some(mut stream) = self.connect() {
            let _ = stream.set_read_timeout(Some(patience));
            let _ = stream.write_all(bytes);
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut answer);
        }
        answer
    }
}
