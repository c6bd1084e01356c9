//! Logs: for people or as JSON lines, to standard error. They never hold patient data.
//!
//! A thread of its own writes them: a reader that stands still stops nobody. What it does not take is dropped and counted.

use std::{
    error::Error,
    io::{self, IsTerminal as _},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt as _, registry, util::SubscriberInitExt as _};

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Lines that wait for their reader; with more of them, new ones are dropped. About two megabytes.
const WAITING: usize = 8192;

/// Longest time for the last lines.
const LAST: Duration = Duration::from_secs(2);

/// Counts what was dropped.
static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// Writes lines until it is dropped; then the last ones, for a short time at most.
#[derive(Debug)]
pub struct Lines(Option<WorkerGuard>);

impl Drop for Lines {
    fn drop(&mut self) {
        let guard = self.0.take();
        let (tell, told) = mpsc::channel();
        // What it cannot write it says on standard output, where the same reader may stand still.
        let last = thread::Builder::new().spawn(move || {
            drop(guard);
            // An error is nobody waiting any more.
            let _ = tell.send(());
        });
        if last.is_ok() {
            let _ = told.recv_timeout(LAST);
        }
    }
}

/// Starts logging. `filter` is a directive as `info` or `cicatrix=debug,warn`.
pub fn start(format: Format, filter: &str) -> Result<Lines, Box<dyn Error + Send + Sync>> {
    let lines = registry().with(filter.parse::<Targets>()?);
    let builder = NonBlockingBuilder::default().buffered_lines_limit(WAITING).thread_name("log");
    let (writer, guard) = builder.finish(io::stderr());
    // Lines are begun once in a process.
    let _ = DROPPED.set(writer.error_counter());
    let layer = fmt::layer().with_writer(writer);
    match format {
        Format::Human => lines.with(layer.with_target(false).with_ansi(io::stderr().is_terminal())).try_init()?,
        Format::Json => lines.with(layer.json().flatten_event(true).with_current_span(false)).try_init()?,
    }
    Ok(Lines(Some(guard)))
}

/// Lines that nobody took so far.
pub(super) fn dropped() -> u64 {
    DROPPED.get().map_or(0, |it| u64::try_from(it.dropped_lines()).unwrap_or(u64::MAX))
}

/// Is `filter` one that [`start`] takes?
pub fn is_filter(filter: &str) -> bool {
    filter.parse::<Targets>().is_ok()
}

/// Logs where a panic was, and not what it said: its words could hold what was being planned.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place = place.as_deref().unwrap_or("unknown"), "panic");
    }));
}
