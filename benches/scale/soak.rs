//! One replica at half load for long: the very bytes of the answer in process, flat memory, nothing left open.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    Report,
    calls::{self, Callers},
    load::{Load, closed},
    releases,
    replicas::Replica,
};

/// What says how long.
pub(crate) const NAME: &str = "--soak";
/// How long it is asked for as much as it can, to find out how much that is.
const TRIAL: Duration = Duration::from_secs(5);
/// Callers at once during that.
const AT_ONCE: usize = 16;
/// The share of its processor that it is given to do.
const HALF: f64 = 0.5;
/// Callers and replica may share a processor: no more than this share of what the trial reached is asked for.
const MOST: f64 = 0.6;
/// Memory is told once in so long, and callers connect anew.
const WINDOW: Duration = Duration::from_secs(60);
/// Memory at the end is at most so much above that after the first window, when every buffer has been made.
const GROWTH_MB: f64 = 4.0;
/// Longest time until the descriptors of callers that are gone are closed.
const SETTLED: Duration = Duration::from_secs(10);

/// How long, of `20m` or `90s`.
pub(crate) fn asked(mut args: impl Iterator<Item = String>) -> Option<Duration> {
    args.find(|it| it == NAME)?;
    let text = args.next().unwrap_or_else(|| "20m".to_owned());
    let (number, unit) = text.split_at(text.len() - 1);
    let seconds = number.parse::<u64>().unwrap() * if unit == "m" { 60 } else { 1 };
    Some(Duration::from_secs(seconds))
}

pub(crate) async fn run(length: Duration, report: &mut Report) {
    let calls = Arc::new(calls::calls(&[releases::shipped()]));
    let mut replica = Replica::new(None);
    replica.start(None).await;
    let (at_rest, memory) = (replica.descriptors(), replica.memory());
    println!("at rest: {memory:.1} MB, {at_rest} descriptors; {} calls in turn, by gRPC and by REST", calls.len());

    let callers = Arc::new(Callers::of(&replica.address));
    let (begun, cpu) = (Instant::now(), replica.cpu());
    let tally = closed(&callers, &calls, AT_ONCE, TRIAL).await;
    let took = begun.elapsed().as_secs_f64();
    report.claim(tally.failed() == 0, &format!("trial: {} calls, all right{}", tally.0.len(), tally.reasons()));
    let (count, busy) = (number(tally.0.len()), seconds(replica.cpu() - cpu));
    let rate = (HALF * count / busy).min(MOST * count / took);
    println!(
        "trial: {:.0} calls a second at {:.0} us of CPU; asked for: {rate:.0} a second",
        count / took,
        busy / count * 1e6
    );

    let (mut sent, mut wrong, mut different, mut first, mut last) = (0, 0, 0, f64::NAN, f64::NAN);
    let (begun, cpu) = (Instant::now(), replica.cpu());
    let mut minute = 0;
    while begun.elapsed() < length {
        let load = Load::start(&Arc::new(Callers::of(&replica.address)), &calls, rate);
        sleep(WINDOW.min(length.saturating_sub(begun.elapsed()))).await;
        last = replica.memory();
        let descriptors = replica.descriptors();
        let tally = load.end().await;
        minute += 1;
        if minute == 1 {
            first = last;
        }
        sent += tally.0.len();
        wrong += tally.failed();
        different += tally.different();
        println!(
            "minute {minute}: {} calls, {} not right{}; p50 {:.1} ms, p99 {:.1} ms; {last:.1} MB, {descriptors} descriptors",
            tally.0.len(),
            tally.failed(),
            tally.reasons(),
            tally.percentile(0.5),
            tally.percentile(0.99),
        );
    }
    let took = begun.elapsed().as_secs_f64();
    let share = seconds(replica.cpu() - cpu) / took;
    drop(callers);
    let gone = Instant::now();
    while replica.descriptors() > at_rest && gone.elapsed() < SETTLED {
        sleep(Duration::from_millis(100)).await;
    }
    let after = replica.descriptors();
    report.claim(different == 0, &format!("{sent} calls in {took:.0} s, {different} answered with other bytes"));
    report.claim(wrong == 0, &format!("{wrong} of them not answered, or otherwise"));
    report.claim(true, &format!("{:.0} calls a second, {share:.2} of a processor", number(sent) / took));
    report.claim(
        last <= first + GROWTH_MB,
        &format!("memory: {first:.1} MB after the first minute, {last:.1} MB at the end"),
    );
    report.claim(after <= at_rest, &format!("descriptors: {at_rest} before, {after} after"));
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn number(count: usize) -> f64 {
    count as f64
}

fn seconds(nanoseconds: u64) -> f64 {
    Duration::from_nanos(nanoseconds).as_secs_f64()
}
