//! The command that serves: settings first, then files, then the port.

use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    time::Instant,
};

use clap::Args;

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
fn settings(args: ServeArgs) -> Result<Settings, Ended> {
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
    let settings = settings(args)?;
    telemetry::start(settings.log.format, &settings.log.filter)
        .map_err(|it| complain(Ended::BadSettings, &format!("log: {it}")))?;
    telemetry::log_panics();
    let (ask, asked) = mpsc::channel();
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
    serve::serve_around(service, settings.server.listen, &limits, around, listening, stop_signal(ask))
        .map_err(|it| complain(Ended::Unavailable, &it.to_string()))?;
    tracing::info!("stopped");
    Ok(())
}

/// What stands around the doors. Everything that is wrong is said at once.
fn around(settings: &Settings, asked: mpsc::Receiver<()>) -> Result<Around, Ended> {
    let mut problems = Vec::new();
    let tls = settings.tls_files().map(Tls::new).transpose().map_err(|it| problems.extend(it));
    let guard = Guard::new(settings.credentials().unwrap_or_default()).map_err(|it| problems.extend(it));
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

/// Ready when the process is asked to stop. Until then, whoever hangs up has the files read again.
async fn stop_signal(ask: mpsc::Sender<()>) {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let (terminate, hang_up) = {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        let hang_up = async {
            if let Ok(mut signal) = signal(SignalKind::hangup()) {
                while signal.recv().await.is_some() {
                    tracing::info!("asked to read the files again");
                    // An error is the server being gone.
                    let _ = ask.send(());
                }
            }
            std::future::pending::<()>().await
        };
        (terminate, hang_up)
    };
    #[cfg(not(unix))]
    let (terminate, hang_up) = {
        let _never = ask;
        (std::future::pending::<Option<()>>(), std::future::pending::<()>())
    };
    let signal = tokio::select! {
        _ = interrupt => "interrupt",
        _ = terminate => "terminate",
        () = hang_up => "hang up",
    };
    tracing::info!(signal, "draining");
}
