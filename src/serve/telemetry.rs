//! Logs: for people or as JSON lines, to standard error. They never hold patient data.

use std::{
    error::Error,
    io::{self, IsTerminal as _},
};

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

/// Starts logging. `filter` is a directive as `info` or `cicatrix=debug,warn`.
pub fn start(format: Format, filter: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let lines = registry().with(filter.parse::<Targets>()?);
    let layer = fmt::layer().with_writer(io::stderr);
    match format {
        Format::Human => lines.with(layer.with_target(false).with_ansi(io::stderr().is_terminal())).try_init()?,
        Format::Json => lines.with(layer.json().flatten_event(true).with_current_span(false)).try_init()?,
    }
    Ok(())
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
