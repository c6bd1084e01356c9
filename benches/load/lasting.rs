//! What the server is when nobody asks: memory, start, size.

use std::{
    env, fs,
    io::Read as _,
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    figures::{interval, median},
    server::Server,
};

/// Starts of which the median counts.
const STARTS: usize = 21;
/// Connections that are held at once.
const CONNECTIONS: usize = 1000;
const CICATRIX: &str = env!("CARGO_BIN_EXE_cicatrix");

/// Memory idle, at the height of the load before, and with many connections.
pub(crate) fn memory(service: &Server, floor: &Server, idle: (f64, f64)) {
    let tell = |when: &str, (ours, theirs): (f64, f64)| {
        println!("resident memory {when}: {ours:.1} MB, {:.2} of the empty server ({theirs:.1} MB)", ours / theirs);
    };
    tell("idle", idle);
    tell("at most under the load", (service.peak(), floor.peak()));
    let held = (hold(service), hold(floor));
    tell(&format!("with {CONNECTIONS} connections"), (service.memory(), floor.memory()));
    drop(held);
}

/// Connections that were answered once and stay.
fn hold(server: &Server) -> Vec<TcpStream> {
    let one = |_| {
        let mut stream = server.probe().expect("a connection; raise the limit of open files");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        stream
    };
    (0..CONNECTIONS).map(one).collect()
}

/// From the start of the process to the first healthy answer: the program as it is shipped, and the floor.
pub(crate) fn starts(at_floor: &[&str], quick: bool) {
    let count = if quick { 3 } else { STARTS };
    let ours: Vec<(f64, f64)> = (0..count).map(|_| start(&ours)).collect();
    let theirs: Vec<f64> = (0..count).map(|_| start(&|| theirs(at_floor)).0).collect();
    let took: Vec<f64> = ours.iter().map(|it| it.0).collect();
    let memory: Vec<f64> = ours.iter().map(|it| it.1).collect();
    println!(
        "start to first healthy answer: {} ms; the empty server {} ms; `cicatrix serve` is then {:.1} MB",
        interval(&took),
        interval(&theirs),
        median(&memory),
    );
}

fn ours() -> Server {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string();
    let mut command = Command::new(CICATRIX);
    command.args(["serve", "--listen", &free]);
    Server::at(command, free)
}

fn theirs(at_floor: &[&str]) -> Server {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(at_floor);
    Server::of(command)
}

/// Milliseconds, and the memory then.
fn start(server: &dyn Fn() -> Server) -> (f64, f64) {
    let begun = Instant::now();
    let server = server();
    while !server.is_ready() {
        thread::sleep(Duration::from_micros(200));
        assert!(begun.elapsed() < Duration::from_secs(10), "it does not start");
    }
    (begun.elapsed().as_secs_f64() * 1000.0, server.memory())
}

/// The program on disk, as it is built and without symbols.
pub(crate) fn size() {
    let megabytes = |path: &str| {
        #[allow(clippy::cast_precision_loss, reason = "figures for people")]
        fs::metadata(path).map(|it| it.len() as f64 / 1e6).unwrap_or(f64::NAN)
    };
    let stripped = env::temp_dir().join(format!("cicatrix-stripped-{}", std::process::id()));
    let path = stripped.to_str().unwrap();
    let strip = Command::new("strip").args(["-s", "-o", path, CICATRIX]).status();
    if strip.is_ok_and(|it| it.success()) {
        println!("size: {:.1} MB, {:.1} MB without symbols", megabytes(CICATRIX), megabytes(path));
        let _ = fs::remove_file(stripped);
    } else {
        println!("size: {:.1} MB; strip (binutils) is not installed here", megabytes(CICATRIX));
    }
}
