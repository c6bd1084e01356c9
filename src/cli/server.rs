//! The command that serves: settings first, then files, then the port.

use std::{
    io,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Instant,
};

use clap::Args;
use tokio::{runtime, sync::oneshot};

use super::{Ended, complain, in_dir, load, pairs};
use crate::{
    knowledge::Choices,
    release, review,
    serve::{self, Around, Cors, Guard, KnowledgeSource, Service, Tls, telemetry},
    settings::{FILE_VARIABLE, Settings, Sources},
};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address and port; port 0 takes a free one [default: 127.0.0.1:50051].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Allow an address that other machines can reach although nobody who asks is known.
    #[arg(long)]
    allow_unauthenticated: bool,
    /// Directory with the knowledge, instead of the one in this binary.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Settings file (TOML).
    #[arg(long, value_name = "FILE", env = FILE_VARIABLE)]
    config: Option<PathBuf>,
    /// Any setting, for example log.format=json; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
}

/// Where settings come from, and which arguments say nothing.
fn sources(args: ServeArgs) -> (Sources, Vec<String>) {
    let ServeArgs { listen, allow_unauthenticated, knowledge, config, set } = args;
    let (mut overrides, unread) = pairs("--set", set, "log.format=json");
    overrides.extend(listen.map(|it| ("server.listen".to_owned(), it)));
    if allow_unauthenticated {
        overrides.push(("server.allow_unauthenticated".to_owned(), true.to_string()));
    }
    overrides.extend(knowledge.map(|it| ("knowledge.path".to_owned(), it.display().to_string())));
    (Sources { file: config, overrides }, unread)
}

/// The settings; everything that is wrong is said at once.
pub(super) fn settings(args: ServeArgs) -> Result<Settings, Ended> {
    let (sources, mut wrong) = sources(args);
    match Settings::load(&sources) {
        Ok(settings) if wrong.is_empty() => return Ok(settings),
        Ok(_) => {}
        Err(mistakes) => wrong.extend(mistakes.0),
    }
    Err(complain(Ended::BadSettings, &wrong.join("\n")))
}

pub(super) fn run(args: ServeArgs) -> Result<(), Ended> {
    let started = Instant::now();
    // Before anything is read: a process that does not listen yet is ended by whoever hangs up.
    let (ask, asked) = mpsc::channel();
    let stop = signals(ask).map_err(|it| complain(Ended::Unavailable, &format!("cannot listen for signals: {it}")))?;
    let settings = settings(args)?;
    // Dropped last: what was said at the end is written.
    let _lines = telemetry::start(settings.log.format, &settings.log.filter)
        .map_err(|it| complain(Ended::BadSettings, &format!("log: {it}")))?;
    telemetry::log_panics();
    let knowledge = load(settings.knowledge.path.as_deref(), &settings.knowledge.policy, Ended::BadSettings);
    // Each has said what is wrong with it before either ends the process.
    let around = around(&settings, asked);
    let (knowledge, around) = (knowledge?, around?);
    let (release, digest) = (knowledge.release().to_owned(), knowledge.digest().to_owned());
    let plain = !settings.server.listen.ip().is_loopback() && around.tls.is_none();
    let listening = |it: serve::Listening| {
        tracing::info!(
            address = %it.address,
            admin = it.admin.map(tracing::field::display),
            knowledge_release = release,
            knowledge_digest = digest,
            millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "listening"
        );
        if plain {
            tracing::warn!("other machines can reach this port and it speaks without TLS; something else must encrypt");
        }
    };
    let (service, limits) = (Service::new(knowledge), settings.limits());
    serve::serve_around(service, settings.server.listen, &limits, around, listening, stop)
        .map_err(|it| complain(Ended::Unavailable, &it.to_string()))?;
    tracing::info!("stopped");
    Ok(())
}

/// What stands around the doors. Everything that is wrong is said at once.
fn around(settings: &Settings, asked: mpsc::Receiver<()>) -> Result<Around, Ended> {
    let mut problems = Vec::new();
    let tls = settings.tls_files().map(Tls::new).transpose().map_err(|it| problems.extend(it));
    // A part that is missing was refused by name. Were it not, nobody would be asked who calls.
    let how = settings.credentials().ok_or_else(|| vec!["auth: a part is missing, so nobody can be known".to_owned()]);
    let guard = how.and_then(Guard::new).map_err(|it| problems.extend(it));
    let (Ok(tls), Ok(guard)) = (tls, guard) else { return Err(complain(Ended::BadSettings, &problems.join("\n"))) };
    let knowledge = settings.knowledge.path.clone();
    Ok(Around {
        tls,
        guard,
        cors: Cors::new(settings.cors.origins.clone()),
        admin: settings.admin.listen.0,
        knowledge: knowledge.map(|it| source(it, settings.knowledge.policy.clone(), settings.knowledge.watch)),
        hear: Some(review::heard),
        traces: settings.collector(),
        reload: Some(asked),
    })
}

/// The directory of knowledge, to be read again with the same choices.
fn source(dir: PathBuf, policies: Choices, watch: bool) -> KnowledgeSource {
    let from = dir.clone();
    KnowledgeSource {
        read: Box::new(move || release::read(&from)),
        parse: Box::new(move |files| {
            let problems = |it| in_dir(Some(Path::new(&dir)), &it).lines().map(ToOwned::to_owned).collect();
            release::knowledge(files, &policies).map_err(problems)
        }),
        watch,
    }
}

/// Listens for signals from now on, on a thread of its own: also while files are read and keys are fetched.
///
/// What is given is ready when the process is asked to stop. Whoever hangs up has the files read again.
fn signals(ask: mpsc::Sender<()>) -> io::Result<impl Future<Output = ()>> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    let (stop, stopped) = oneshot::channel();
    let heard = {
        // The runtime must be there when they are installed.
        let _inside = runtime.enter();
        hear(ask)?
    };
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let signal = runtime.block_on(heard);
        // An error is the server being gone.
        let _ = stop.send(signal);
    })?;
    Ok(async {
        if let Ok(signal) = stopped.await {
            tracing::info!(signal, "draining");
        }
    })
}

/// Installs them, and gives what waits for the one that ends the process.
#[cfg(unix)]
fn hear(ask: mpsc::Sender<()>) -> io::Result<impl Future<Output = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => return "interrupt",
                _ = terminate.recv() => return "terminate",
                _ = hang_up.recv() => {
                    tracing::info!("asked to read the files again");
                    // An error is the server being gone.
                    let _ = ask.send(());
                }
            }
        }
    })
}

#[cfg(not(unix))]
fn hear(ask: mpsc::Sender<()>) -> io::Result<impl Future<Output = &'static str>> {
    Ok(async move {
        let _never = ask;
        let _ = tokio::signal::ctrl_c().await;
        "interrupt"
    })
}
