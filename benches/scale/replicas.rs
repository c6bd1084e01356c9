//! Processes: replicas of the service, and Envoy in front of them.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Longest time until a process is there, or gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// From "not ready" to the end of accepting: more than two health checks of the edge.
const DRAIN_DELAY: &str = "3s";

/// Clusters of the edge; each has every replica.
const CLUSTERS: usize = 4;

/// A port that is free, below those that callers get.
fn free_port() -> u16 {
    static NEXT: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(0);
    let first = u16::try_from(20_000 + std::process::id() % 8_000).unwrap();
    loop {
        let port = first + NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        assert!(port < 32_000, "no port is free");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Nanoseconds of processor time of all threads of a process.
fn cpu(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
    let one = |dir: fs::DirEntry| -> Option<u64> {
        let text = fs::read_to_string(dir.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse().ok()
    };
    tasks.filter_map(|it| one(it.ok()?)).sum()
}

/// Waits without holding up the load, which runs on the same thread.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// One replica of the service.
pub(crate) struct Replica {
    child: Option<Child>,
    pub(crate) address: String,
    /// What holds its processors, if anything does.
    processor: Option<&'static str>,
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Replica {
    pub(crate) fn new(processor: Option<&'static str>) -> Self {
        Self { child: None, address: format!("127.0.0.1:{}", free_port()), processor }
    }

    /// Starts it, with the knowledge of this directory or that of the binary, and waits until it is ready.
    pub(crate) async fn start(&mut self, knowledge: Option<&Path>) {
        let mut command = match self.processor {
            Some(processor) => {
                let mut command = Command::new("taskset");
                command.args(["-c", processor, env!("CARGO_BIN_EXE_cicatrix")]);
                command
            }
            None => Command::new(env!("CARGO_BIN_EXE_cicatrix")),
        };
        command.args(["serve", "--listen", &self.address, "--set", "server.shards=1", "--set", "log.access=false"]);
        command.args(["--set", &format!("server.drain_delay={DRAIN_DELAY}")]);
        if let Some(dir) = knowledge {
            command.arg("--knowledge").arg(dir);
        }
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let address = self.address.clone();
        until("a replica is ready", || get(&address, "/readyz").is_some_and(|it| it.starts_with("HTTP/1.1 200"))).await;
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Nanoseconds of processor time so far.
    pub(crate) fn cpu(&self) -> u64 {
        cpu(self.pid())
    }

    /// Megabytes that it has in use.
    pub(crate) fn memory(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = text.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Files and connections that it holds open.
    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(sent.success(), "the replica is gone");
    }

    /// Ends it at once, with everything that it holds.
    pub(crate) async fn kill(&mut self) {
        self.signal("-KILL");
        self.gone().await;
    }

    /// Asks it to drain, and waits for its end.
    pub(crate) async fn stop(&mut self) {
        self.signal("-TERM");
        self.gone().await;
    }

    /// It keeps its connections and says nothing more.
    pub(crate) fn hang(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    async fn gone(&mut self) {
        let mut child = self.child.take().unwrap();
        until("a replica has ended", || child.try_wait().unwrap().is_some()).await;
    }
}

/// The real Envoy, with the configuration that is shipped.
pub(crate) struct Edge {
    child: Child,
    scratch: PathBuf,
    pub(crate) address: String,
    admin: String,
}

impl Drop for Edge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where Envoy is: `ENVOY`, or what the path finds.
pub(crate) fn envoy() -> Option<PathBuf> {
    let named = env::var_os("ENVOY").map(PathBuf::from);
    let candidates = named.map_or_else(|| vec![PathBuf::from("envoy")], |it| vec![it]);
    let runs = |it: &PathBuf| {
        Command::new(it)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|it| it.success())
    };
    candidates.into_iter().find(runs)
}

/// What a replica has to say of itself by way of Envoy: `cluster::address::name::value`.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) address: String,
    pub(crate) healthy: bool,
    pub(crate) requests: u64,
}

impl Edge {
    /// The addresses of `deploy/envoy/envoy.yaml` are replaced, and nothing else.
    pub(crate) async fn start(envoy: &Path, replicas: &[Replica], scratch: &Path, processor: Option<&str>) -> Self {
        let shipped = fs::read_to_string(format!("{}/deploy/envoy/envoy.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let (address, admin) = (free_port(), free_port());
        let socket = |host: &str, port: u16| format!("{{ address: {host}, port_value: {port} }}");
        let endpoint = |at: &str| format!("        - endpoint: {{ address: {{ socket_address: {at} }} }}\n");
        let all: String = replicas
            .iter()
            .map(|it| endpoint(&socket("127.0.0.1", it.address.rsplit(':').next().unwrap().parse().unwrap())))
            .collect();
        let mut text = shipped;
        for (count, old, new) in [
            (1, socket("127.0.0.1", 9901), socket("127.0.0.1", admin)),
            (1, socket("0.0.0.0", 8080), socket("127.0.0.1", address)),
            (CLUSTERS, endpoint(&socket("cicatrix", 50051)), all),
        ] {
            assert_eq!(text.matches(&old).count(), count, "deploy/envoy/envoy.yaml has changed: {old}");
            text = text.replace(&old, &new);
        }
        let file = scratch.join("envoy.yaml");
        fs::write(&file, text).unwrap();
        let mut command = match processor {
            Some(processor) => {
                let mut command = Command::new("taskset");
                command.args(["-c", processor]).arg(envoy);
                command
            }
            None => Command::new(envoy),
        };
        command.arg("-c").arg(&file).args(["--concurrency", "1", "-l", "warning", "--use-dynamic-base-id"]);
        let log = fs::File::create(scratch.join("envoy.log")).unwrap();
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let edge = Self {
            child,
            scratch: scratch.to_owned(),
            address: format!("127.0.0.1:{address}"),
            admin: format!("127.0.0.1:{admin}"),
        };
        edge.healthy(replicas.len()).await;
        edge
    }

    /// Nanoseconds of processor time so far.
    pub(crate) fn cpu(&self) -> u64 {
        cpu(self.child.id())
    }

    /// What Envoy itself complained about.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.scratch.join("envoy.log")).unwrap_or_default()
    }

    /// Each replica as each cluster sees it.
    pub(crate) fn hosts(&self) -> Vec<Host> {
        let text = get(&self.admin, "/clusters").unwrap_or_default();
        let mut hosts: Vec<(String, Host)> = Vec::new();
        for line in text.lines() {
            let parts: Vec<&str> = line.split("::").collect();
            let [cluster, address, name, value] = parts.as_slice() else { continue };
            if !address.starts_with("127.0.0.1:") {
                continue;
            }
            let known = hosts.iter().position(|(of, it)| of == cluster && it.address == *address);
            let at = known.unwrap_or_else(|| {
                let host = Host { address: (*address).to_owned(), healthy: false, requests: 0 };
                hosts.push(((*cluster).to_owned(), host));
                hosts.len() - 1
            });
            match *name {
                "health_flags" => hosts[at].1.healthy = *value == "healthy",
                "rq_total" => hosts[at].1.requests = value.parse().unwrap(),
                _ => {}
            }
        }
        hosts.into_iter().map(|(_, it)| it).collect()
    }

    /// Waits until so many replicas are healthy to every cluster.
    pub(crate) async fn healthy(&self, count: usize) {
        until("Envoy finds the replicas healthy", || {
            self.hosts().iter().filter(|it| it.healthy).count() == CLUSTERS * count
        })
        .await;
    }

    /// Waits until no cluster sends anything to this replica.
    pub(crate) async fn ejected(&self, replica: &Replica) {
        let out = || {
            let hosts = self.hosts();
            let own: Vec<&Host> = hosts.iter().filter(|it| it.address == replica.address).collect();
            own.len() == CLUSTERS && own.iter().all(|it| !it.healthy)
        };
        until("Envoy gives the replica up", out).await;
    }

    /// A counter of Envoy's own, summed over the clusters.
    pub(crate) fn counter(&self, name: &str) -> u64 {
        let text = get(&self.admin, &format!("/stats?filter=cluster.cicatrix_.*{name}$")).unwrap_or_default();
        text.lines().filter_map(|it| it.rsplit_once(": ")?.1.trim().parse::<u64>().ok()).sum()
    }
}
