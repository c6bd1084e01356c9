//! How long one request takes at a rate that is bearable, by turns.

use std::fs;

use crate::{
    Sent,
    figures::{at, median},
    server::Server,
};

/// Requests a second on each of the eight connections.
const RATE: u32 = 250;
/// Seconds of one run.
const SECONDS: u32 = 4;
/// Runs of which the median counts.
const RUNS: usize = 5;

/// The middle and the slow end of `service`, beside those of `floor`.
pub(crate) fn compare(name: &str, service: &Server, floor: &Server, sent: &Sent, quick: bool) {
    let runs: Vec<(Times, Times)> = (0..if quick { 1 } else { RUNS })
        .map(|run| {
            if run % 2 == 0 {
                let ours = times(service, sent);
                (ours, times(floor, sent))
            } else {
                let theirs = times(floor, sent);
                (times(service, sent), theirs)
            }
        })
        .collect();
    let of = |one: fn(&(Times, Times)) -> f64| median(&runs.iter().map(one).collect::<Vec<_>>());
    println!(
        "{name:28} at {} req/s: p50 {:.2} of the empty server ({:.0} / {:.0} us), p99 {:.0} / {:.0} us",
        8 * RATE,
        of(|it| it.0.middle / it.1.middle),
        of(|it| it.0.middle),
        of(|it| it.1.middle),
        of(|it| it.0.slow),
        of(|it| it.1.slow),
    );
}

struct Times {
    middle: f64,
    slow: f64,
}

fn times(server: &Server, sent: &Sent) -> Times {
    let log = sent.body.with_extension("log");
    let _ = fs::remove_file(&log);
    let count = (8 * RATE * SECONDS).to_string();
    let mut command = sent.command(server, "1");
    let output = command.args(["-n", &count, "--rps", &RATE.to_string(), "--log-file"]).arg(&log).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(&format!("{count} succeeded, 0 failed")), "{text}");
    let lines = fs::read_to_string(&log).unwrap();
    let took: Vec<f64> = lines.lines().map(|it| it.split('\t').nth(2).unwrap().parse().unwrap()).collect();
    Times { middle: median(&took), slow: at(&took, 0.99) }
}
