//! A server in a process of its own, and what the system says of it.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

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
    /// This program in another mode, on the first core.
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(env::current_exe().unwrap()).args(args);
        Self::of(command)
    }

    /// Waits until it prints its address.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }

    /// One that prints nothing and listens there.
    pub(crate) fn at(mut command: Command, address: String) -> Self {
        Self { child: command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), address }
    }

    /// Nanoseconds of CPU so far.
    pub(crate) fn cpu(&self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let one = |dir: fs::DirEntry| -> Option<u64> {
            let text = fs::read_to_string(dir.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse().ok()
        };
        tasks.filter_map(|it| one(it.ok()?)).sum()
    }

    /// Megabytes that are in use.
    pub(crate) fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most megabytes that ever were in use.
    pub(crate) fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find(|it| it.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.probe().is_some_and(|mut stream| {
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).is_ok() && answer == *b"HTTP/1.1 200"
        })
    }

    /// A connection on which it was asked whether it is ready.
    pub(crate) fn probe(&self) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").ok()?;
        Some(stream)
    }
}
