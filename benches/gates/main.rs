//! Gates that need no quiet machine: heap blocks and instructions of a request, counted and held to a ratchet.
//!
//! Each is told beside the floor: a server on the same ground that returns the same bytes and decides nothing. Needs
//! Linux; instructions need valgrind. `cargo bench --bench gates`; `--profile dev` holds to the figures of that profile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

mod child;
#[path = "../floor/mod.rs"]
mod floor;
mod inside;
#[path = "../patients/mod.rs"]
mod patients;
mod ratchet;
mod talk;

use std::{alloc::System, env, fs, process::ExitCode};

use child::{Child, Cost};
use ratchet::Ratchet;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

// The system's allocator, which valgrind knows; it counts what is asked of it.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (Some("serve-service"), _) => {
            child::count_when_asked();
            floor::serve_service(false);
        }
        (Some("serve-empty"), Some(dir)) => {
            child::count_when_asked();
            floor::serve_empty(dir.as_ref());
        }
        (Some("inside"), _) => inside::run(),
        _ => return measure(),
    }
    ExitCode::SUCCESS
}

/// Both doors of one server.
struct Doors {
    grpc: Cost,
    rest: Cost,
}

impl Doors {
    fn of(server: &[&str], reply: &floor::Reply) -> Self {
        let mut child = Child::start(server);
        talk::warm_and_measure(&mut child, reply);
        let costs = child.end();
        // What was counted up to each mark: the warming up, then the requests; REST first.
        Self { rest: costs[1].each(talk::REQUESTS), grpc: costs[3].each(talk::REQUESTS) }
    }
}

fn measure() -> ExitCode {
    if !child::has_valgrind() {
        println!("valgrind is not installed here: heap blocks are counted, instructions are not");
    }
    let scratch = env::temp_dir().join(format!("cicatrix-gates-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    let reply = floor::Reply::planned();
    reply.write(&scratch);
    let service = Doors::of(&["serve-service"], &reply);
    let empty = Doors::of(&["serve-empty", scratch.to_str().unwrap()], &reply);
    fs::remove_dir_all(scratch).unwrap();
    let inside = inside::measured();
    let mut ratchet = Ratchet::read();

    println!("\na request for the plan of examples/{}.json, the whole server", floor::EXAMPLE);
    for (door, ours, floor) in [("grpc", &service.grpc, &empty.grpc), ("rest", &service.rest, &empty.rest)] {
        println!("  {door}: {ours}; the empty server: {floor}");
        ratchet.hold(&format!("{door}.blocks"), Some(ours.blocks - floor.blocks));
        ratchet.hold(&format!("{door}.instructions"), ours.over(floor));
    }
    println!("\nthe same in process, by step");
    let total = inside.cost("request to reply, protobuf");
    for (step, cost) in &inside.steps {
        let share = cost.over(&total).map(|it| format!(", {:.0} % of the request by protobuf", it * 100.0));
        println!("  {step:30} {cost}{}", share.unwrap_or_default());
    }
    let encode = inside.cost("encode the reply, owned");
    ratchet.hold("plan.blocks", Some(inside.cost("plan").blocks));
    ratchet.hold("plan.over_encoding", inside.cost("plan").over(&encode));
    ratchet.hold("bytes.over_encoding", total.over(&encode));
    for (name, few, many) in inside::GROWTH {
        let (few, many) = (inside.grown(few), inside.grown(many));
        let bytes = many.1 / few.1;
        ratchet.hold(name, many.0.over(&few.0).map(|it| it / bytes));
    }
    ratchet.judge()
}
