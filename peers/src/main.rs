//! Times one small decision, 60 rules over seven facts, by a typed table and by engines that a team might take instead.
//!
//! It decides far less than Cicatrix does: a yardstick of the order, no more. Every engine must agree with the table on
//! all inputs before it is timed. `cargo run --release`.

mod cel_rules;
mod decision;
mod rego_rules;

use std::{
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use decision::Input;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds of which the median counts; in each every engine has its turn.
const ROUNDS: usize = 21;
/// How long one turn lasts.
const TURN: Duration = Duration::from_millis(60);

/// Which rules speak.
type Decide = Box<dyn Fn(&Input) -> Vec<usize>>;

fn main() {
    let inputs = decision::inputs();
    let engines: Vec<(&str, Decide)> = vec![
        ("typed table in Rust, read row by row", Box::new(decision::decide)),
        ("CEL (cel 0.15.0), 60 compiled conditions", cel_rules::engine()),
        ("Rego (regorus 0.14.1), 60 rules, compiled", rego_rules::engine()),
    ];
    for (name, decide) in &engines {
        for input in &inputs {
            assert_eq!(decide(input), decision::decide(input), "{name} differs on {input:?}");
        }
    }
    println!("all agree on {} inputs; load average {}", inputs.len(), load_average());
    let mut times = vec![Vec::new(); engines.len()];
    for round in 0..ROUNDS {
        for turn in 0..engines.len() {
            let at = (turn + round) % engines.len();
            times[at].push(one_turn(&engines[at].1, &inputs));
        }
    }
    let over = |at: usize| median(times[at].iter().zip(&times[0]).map(|(it, table)| it / table).collect());
    for (at, (name, _)) in engines.iter().enumerate() {
        println!("{name:45} {:10.0} ns, {:6.1} times the table", median(times[at].clone()), over(at));
    }
    println!("load average {}", load_average());
}

/// Nanoseconds for one decision.
fn one_turn(decide: &Decide, inputs: &[Input]) -> f64 {
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < TURN {
        for input in inputs {
            black_box(decide(black_box(input)));
        }
        count += inputs.len();
    }
    begun.elapsed().as_secs_f64() * 1e9 / count as f64
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn load_average() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}
