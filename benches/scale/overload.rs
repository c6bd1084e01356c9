//! Four times as much as three replicas can do: how much is still answered, how soon, and how soon the rest is refused.
//!
//! The replicas share the first processor, and Envoy and the callers have another one: the replicas are what is short.

use std::{
    env,
    path::Path,
    process::{Command, ExitCode, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    REPLICAS, Report,
    calls::{self, Callers, Ending},
    load::{self, Load, Tally},
    releases,
    replicas::{Edge, Replica},
};

/// Marks the process that is held to one processor.
pub(crate) const HELD: &str = "--overload";
const OF_REPLICAS: &str = "0";
const OF_THE_REST: &str = "1";

/// How many times the most that can be answered.
const TOO_MUCH: f64 = 4.0;
/// Of the most that can be answered, so much still is.
const GOODPUT: f64 = 0.9;
/// Calls that the edge lets in at once: `max_requests` of `deploy/envoy/envoy.yaml`, for each of two clusters.
const LET_IN: f64 = 2.0 * 64.0;
/// A call that is let in waits for those before it. It may take so many times as long as that.
const PATIENCE: f64 = 2.0;
/// Callers at once with which the most is found.
const AT_ONCE: usize = 64;

/// Measures in a process of its own.
pub(crate) fn measure(quick: bool, report: &mut Report) {
    let held = Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !held || std::thread::available_parallelism().unwrap().get() < 2 {
        println!("       not measured: overload needs two processors and taskset (util-linux)");
        return;
    }
    let mut command = Command::new("taskset");
    command.args(["-c", OF_THE_REST]).arg(env::current_exe().unwrap()).arg(HELD);
    if quick {
        command.arg("--quick");
    }
    if !command.status().unwrap().success() {
        report.broken += 1;
    }
}

/// What the process does that is held.
pub(crate) async fn run(envoy: &Path, scratch: &Path, quick: bool) -> ExitCode {
    let mut report = Report::default();
    let (rounds, time, scars) = if quick { (1, Duration::from_secs(4), 60) } else { (5, Duration::from_secs(5), 300) };
    let calls = Arc::new(calls::heavy(scars, &releases::shipped()));
    let mut replicas: Vec<Replica> = (0..REPLICAS).map(|_| Replica::new(Some(OF_REPLICAS))).collect();
    for replica in &mut replicas {
        replica.start(None).await;
    }
    let edge = Edge::start(envoy, &replicas, scratch, Some(OF_THE_REST)).await;
    let callers = Arc::new(Callers::of(&edge.address));
    let busy = async || {
        let begun = Instant::now();
        rate(&load::closed(&callers, &calls, AT_ONCE, time).await, begun, time)
    };
    let most = busy().await;

    let (mut ratios, mut peaks, mut goodputs, mut all) = (Vec::new(), Vec::new(), Vec::new(), Tally::default());
    for _ in 0..rounds {
        let peak = busy().await;
        let cpu: Vec<u64> = replicas.iter().map(Replica::cpu).chain([edge.cpu()]).collect();
        let begun = Instant::now();
        let load = Load::start(&callers, &calls, most.max(peak) * TOO_MUCH);
        tokio::time::sleep(time).await;
        let spent: Vec<f64> = (replicas.iter().map(Replica::cpu).chain([edge.cpu()]).zip(cpu))
            .map(|(after, before)| seconds(after - before) / begun.elapsed().as_secs_f64())
            .collect();
        let tally = load.end().await;
        let goodput = rate(&tally, begun, time);
        println!(
            "       peak {peak:.0}/s, then offered {:.0}/s: answered {goodput:.0}/s, processors used by the replicas and Envoy {spent:.2?}",
            offered(&tally, time)
        );
        ratios.push(goodput / peak);
        peaks.push(peak);
        goodputs.push(goodput);
        all.0.extend(tally.0);
    }
    let lost = all.failed() - all.shed();
    report.claim(
        lost == 0 && all.shed() > 0,
        &format!(
            "overload: {} requests, {} shed, {lost} neither answered nor shed{}",
            all.0.len(),
            all.shed(),
            all.reasons()
        ),
    );
    let (ratio, peak, goodput) = (median(ratios), median(peaks), median(goodputs));
    if quick {
        println!(
            "       overload: {goodput:.0} answers a second of {peak:.0} at most; the long form holds this to bounds"
        );
        return if report.broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    report.claim(
        ratio >= GOODPUT,
        &format!("overload: {goodput:.0} answers a second of {peak:.0} at most, {ratio:.2} of it (at least {GOODPUT})"),
    );
    let bound = LET_IN / peak * 1000.0 * PATIENCE;
    let slowest = all.percentile(0.99);
    report.claim(
        slowest <= bound,
        &format!("overload: answered with p50 {:.0} ms, p99 {slowest:.0} ms (at most {bound:.0})", all.percentile(0.5)),
    );
    let is_shed = |it: &load::Sample| it.ending == Ending::Shed;
    let (shed, soon) = (all.shed(), all.within(0.99, is_shed));
    report.claim(
        soon <= bound,
        &format!(
            "overload: {shed} shed with p50 {:.0} ms, p99 {soon:.0} ms (at most {bound:.0})",
            all.within(0.5, is_shed)
        ),
    );
    if report.broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Right answers a second, of those that came within the time.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn rate(tally: &Tally, begun: Instant, time: Duration) -> f64 {
    let in_time = |it: &load::Sample| matches!(it.ending, Ending::Right(_)) && it.sent + it.took <= begun + time;
    tally.count(in_time) as f64 / time.as_secs_f64()
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn offered(tally: &Tally, time: Duration) -> f64 {
    tally.0.len() as f64 / time.as_secs_f64()
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() - 1) / 2]
}
