//! As many requests as it can answer, in bursts by turns.

use crate::{
    Sent,
    figures::{interval, median},
    server::Server,
};

/// Pairs of bursts; the first is thrown away.
const PAIRS: usize = 31;
/// Requests in a burst.
const BURST: u32 = 4000;

/// Throughput and CPU of `service` over those of `floor`.
pub(crate) fn compare(name: &str, service: &Server, floor: &Server, sent: &Sent, quick: bool) {
    let mut all = Vec::new();
    for pair in 0..if quick { 3 } else { PAIRS } {
        // Neighbouring bursts share the mood of the machine, and neither is always first.
        all.push(if pair % 2 == 0 {
            let ours = burst(service, sent);
            (ours, burst(floor, sent))
        } else {
            let theirs = burst(floor, sent);
            (burst(service, sent), theirs)
        });
    }
    let all = &all[1..];
    let over = |one: fn(&Burst) -> f64| interval(&all.iter().map(|it| one(&it.0) / one(&it.1)).collect::<Vec<_>>());
    let ours = |one: fn(&Burst) -> f64| median(&all.iter().map(|it| one(&it.0)).collect::<Vec<_>>());
    let theirs = |one: fn(&Burst) -> f64| median(&all.iter().map(|it| one(&it.1)).collect::<Vec<_>>());
    let rate = |it: &Burst| it.rate;
    let cpu = |it: &Burst| it.cpu;
    println!(
        "{name:28} throughput {} of the empty server ({:.0} / {:.0} req/s), CPU {} ({:.1} / {:.1} us a request)",
        over(rate),
        ours(rate),
        theirs(rate),
        over(cpu),
        ours(cpu),
        theirs(cpu),
    );
}

/// One burst: requests a second, and microseconds of CPU a request.
struct Burst {
    rate: f64,
    cpu: f64,
}

fn burst(server: &Server, sent: &Sent) -> Burst {
    let before = server.cpu();
    let output = sent.command(server, "8").args(["-n", &BURST.to_string()]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(&format!("{BURST} succeeded, 0 failed")), "{text}");
    let line = text.lines().find(|it| it.starts_with("finished in")).unwrap();
    let rate = line.split(", ").nth(1).unwrap().trim_end_matches(" req/s").parse().unwrap();
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let cpu = (server.cpu() - before) as f64 / 1000.0 / f64::from(BURST);
    Burst { rate, cpu }
}
