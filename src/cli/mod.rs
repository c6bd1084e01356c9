//! The command line: serve, and the main job without a server.

mod health;
mod server;
mod show;
mod tools;

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    knowledge::{Choices, Knowledge, Problem, Problems, SETTINGS, SourceFile},
    present::Plan,
    release,
    serve::{self, Service},
    wire::v1,
};

/// What the process says when it ends, by the customs of sysexits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// All is well.
    Well = 0,
    /// Something is different, or unheard, or stale; or a plan breaks a rule; or a server is not ready.
    Different = 1,
    /// What was given is wrong: a request, or knowledge that is to be looked after.
    BadData = 65,
    /// A file cannot be read.
    NoInput = 66,
    /// The port is taken, or a thread cannot be made.
    Unavailable = 69,
    /// The output cannot be written.
    NoOutput = 74,
    /// A setting is wrong, or the knowledge that it names.
    BadSettings = 78,
}

/// Classifies acne scars and generates the treatment protocol.
#[derive(Debug, Parser)]
#[command(name = "cicatrix", version, about, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: server::ServeArgs,
}

const AFTER_HELP: &str = "\
Without a command, cicatrix serves.

Exit codes: 0 well, 1 different (knowledge diff, coverage, pages) or a plan in breach (check) or not ready (health),
2 wrong usage, 65 wrong request, or wrong knowledge to look after (knowledge), 66 unreadable file, 69 port not free,
74 output not writable, 78 wrong settings, or wrong knowledge or policies to serve, plan, check or classify with.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve gRPC, gRPC-Web and REST on one port.
    Serve(server::ServeArgs),
    /// Ask a running server whether it is ready; ends with 1 when it is not.
    Health(health::HealthArgs),
    /// Plan one patient from a JSON file, without a server.
    Plan(PlanArgs),
    /// Check a plan that somebody else wrote from a JSON file, without a server; ends with 1 when it breaks a rule.
    Check(FileArgs),
    /// Classify scars from a JSON file, without a server.
    Classify(FileArgs),
    /// Look after the knowledge.
    #[command(subcommand)]
    Knowledge(KnowledgeCommand),
}

#[derive(Debug, Args)]
struct FileArgs {
    /// The request as JSON, as it is sent by REST; `-` reads standard input.
    file: PathBuf,
    /// Print the answer as JSON, as REST gives it.
    #[arg(long)]
    json: bool,
    /// Directory with the knowledge, instead of the one in this binary.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// What is chosen for a policy of the knowledge, for example isotretinoin=label_strict; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    policy: Vec<String>,
}

#[derive(Debug, Args)]
struct PlanArgs {
    #[command(flatten)]
    file: FileArgs,
    /// How the plan is printed [default: table].
    #[arg(long, value_enum, conflicts_with = "json")]
    format: Option<Format>,
    /// What else is to be found out, beside what the request includes; may be repeated or listed with commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "INSIGHT")]
    include: Vec<Insight>,
}

/// What else is to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Insight {
    /// Other plans, each better in something.
    Alternatives,
    /// What has not been asked and would change the plan.
    Questions,
    /// What would admit the procedures that are not planned.
    WhyNot,
    /// Until which day the answer holds.
    ValidUntil,
}

impl From<Insight> for v1::Insight {
    fn from(insight: Insight) -> Self {
        match insight {
            Insight::Alternatives => Self::Alternatives,
            Insight::Questions => Self::Questions,
            Insight::WhyNot => Self::WhyNot,
            Insight::ValidUntil => Self::ValidUntil,
        }
    }
}

/// A form of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people, with a timeline.
    Table,
    /// The answer as REST gives it.
    Json,
    /// An iCalendar file (RFC 5545); the request must have a planReference.
    Calendar,
    /// A drawing of the timeline.
    Svg,
}

#[derive(Debug, Subcommand)]
enum KnowledgeCommand {
    /// Check every file, and say what is wrong as file:line: message.
    Check {
        /// Directory with the knowledge; without it the knowledge in this binary.
        dir: Option<PathBuf>,
    },
    #[command(flatten)]
    Tool(tools::Tool),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let Cli { command, serve } = Cli::parse();
    let ended = match command {
        None => server::run(serve),
        Some(Command::Serve(args)) => server::run(args),
        Some(Command::Health(args)) => health::run(args),
        Some(Command::Plan(args)) => plan(args),
        Some(Command::Check(args)) => {
            let show: Show<_, _> =
                if args.json { as_json } else { |service, _, it| Ok(show::check(service.knowledge(), it)) };
            answer(args, CHECK, Service::check_protocol, show)
                .and_then(|it| if it.violations.is_empty() { Ok(()) } else { Err(Ended::Different) })
        }
        Some(Command::Classify(args)) => {
            let show: Show<_, _> = if args.json { as_json } else { |_, _, it| Ok(show::classification(it)) };
            answer(args, CLASSIFY, Service::classify_scars, show).map(drop)
        }
        Some(Command::Knowledge(KnowledgeCommand::Check { dir })) => check(dir.as_deref()),
        Some(Command::Knowledge(KnowledgeCommand::Tool(tool))) => tools::run(tool),
    };
    ExitCode::from(match ended {
        Ok(()) => Ended::Well as u8,
        Err(ended) => ended as u8,
    })
}

/// Says what is wrong on standard error.
fn complain(ended: Ended, what: &str) -> Ended {
    // There is nowhere left to complain to.
    let _ = writeln!(io::stderr(), "{}", what.trim_end());
    ended
}

fn print(text: &str) -> Result<(), Ended> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|it| complain(Ended::NoOutput, &format!("standard output: {it}")))
}

fn load(dir: Option<&Path>, policies: &Choices, bad: Ended) -> Result<Knowledge, Ended> {
    load_files(dir, policies, bad).map(|(knowledge, _)| knowledge)
}

/// The knowledge, and the files that it was read from.
fn load_files(dir: Option<&Path>, policies: &Choices, bad: Ended) -> Result<(Knowledge, Vec<SourceFile>), Ended> {
    let files = match dir {
        None => release::embedded(),
        Some(dir) => release::read(dir).map_err(|it| complain(Ended::NoInput, &format!("knowledge: {it}")))?,
    };
    let knowledge = release::knowledge(&files, policies).map_err(|problems| complain(bad, &in_dir(dir, &problems)))?;
    Ok((knowledge, files))
}

fn in_dir(dir: Option<&Path>, problems: &Problems) -> String {
    let here = |it: &Problem| match dir.filter(|_| it.path != SETTINGS) {
        Some(dir) => Problem { path: dir.join(&it.path).display().to_string(), ..it.clone() },
        None => it.clone(),
    };
    Problems(problems.0.iter().map(here).collect()).to_string()
}

fn check(dir: Option<&Path>) -> Result<(), Ended> {
    let knowledge = load(dir, &Choices::new(), Ended::BadData)?;
    let text = format!(
        "knowledge {} of {} is sound: {} procedures, {} rules, {} sources\ndigest {}\n",
        knowledge.release(),
        knowledge.date(),
        knowledge.procedures().len(),
        knowledge.rules().len(),
        knowledge.citations().len(),
        knowledge.digest(),
    );
    print(&text)
}

fn read_file(path: &Path) -> Result<Vec<u8>, Ended> {
    let mut bytes = Vec::new();
    let read =
        if path == Path::new("-") { io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes) } else { fs::read(path) };
    read.map_err(|it| complain(Ended::NoInput, &format!("{}: {it}", path.display())))
}

const CHECK: &str = "cicatrix.v1.CheckProtocolRequest";
const CLASSIFY: &str = "cicatrix.v1.ClassifyScarsRequest";
const GENERATE: &str = "cicatrix.v1.GenerateProtocolRequest";

/// Plans one patient from a file.
fn plan(args: PlanArgs) -> Result<(), Ended> {
    let PlanArgs { file, format, include } = args;
    let format = format.unwrap_or(if file.json { Format::Json } else { Format::Table });
    let include: Vec<i32> = include.into_iter().map(|it| v1::Insight::from(it).into()).collect();
    let asked = |mut request: v1::GenerateProtocolRequest| {
        request.include.extend_from_slice(&include);
        request
    };
    let plan = |service: &Service, request| service.generate_protocol(asked(request));
    match format {
        Format::Table => answer(file, GENERATE, plan, as_table).map(drop),
        Format::Json => answer(file, GENERATE, plan, as_json).map(drop),
        Format::Calendar => answer(file, GENERATE, Service::generate_calendar, |_, _, it| Ok(it.clone())).map(drop),
        Format::Svg => answer(file, GENERATE, Service::generate_drawing, |_, _, it| Ok(it.clone())).map(drop),
    }
}

fn as_table(
    service: &Service,
    request: &v1::GenerateProtocolRequest,
    answer: &v1::GenerateProtocolResponse,
) -> Result<String, Ended> {
    let names = service.names();
    let timeline = Plan::new(&names, request, answer);
    Ok(show::plan(service.knowledge(), &names, timeline, answer))
}

fn as_json<Q, R: Serialize>(_: &Service, _: &Q, answer: &R) -> Result<String, Ended> {
    let text = serde_json::to_string_pretty(answer)
        .map_err(|it| complain(Ended::NoOutput, &format!("standard output: {it}")))?;
    Ok(format!("{text}\n"))
}

/// How an answer is written.
type Show<Q, R> = fn(&Service, &Q, &R) -> Result<String, Ended>;

/// Answers one request from a file, and prints the answer.
fn answer<Q: Clone + Default + DeserializeOwned + prost::Message, R>(
    args: FileArgs,
    message: &str,
    run: impl Fn(&Service, Q) -> Result<R, tonic::Status>,
    show: Show<Q, R>,
) -> Result<R, Ended> {
    let FileArgs { file, json: _, knowledge, policy } = args;
    let (policies, unread) = pairs("--policy", policy, "isotretinoin=label_strict");
    if !unread.is_empty() {
        return Err(complain(Ended::BadSettings, &unread.join("\n")));
    }
    let policies: Choices = policies.into_iter().collect();
    let body = read_file(&file)?;
    let service = Service::new(load(knowledge.as_deref(), &policies, Ended::BadSettings)?);
    let wrong = |status: tonic::Status| {
        let lines: Vec<String> =
            serve::violations(&status).iter().map(|it| format!("{}: {it}", file.display())).collect();
        complain(Ended::BadData, &lines.join("\n"))
    };
    let request: Q = serve::parse_json(message, &body).map_err(wrong)?;
    let answered = run(&service, request.clone()).map_err(wrong)?;
    print(&show(&service, &request, &answered)?)?;
    Ok(answered)
}

/// Splits each NAME=VALUE, and says which are none.
fn pairs(flag: &str, all: Vec<String>, example: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut pairs, mut unread) = (Vec::new(), Vec::new());
    for pair in all {
        match pair.split_once('=') {
            Some((name, value)) => pairs.push((name.to_owned(), value.to_owned())),
            None => unread.push(format!("{flag} {pair}: write NAME=VALUE, for example {example}")),
        }
    }
    (pairs, unread)
}
