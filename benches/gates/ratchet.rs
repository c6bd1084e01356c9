//! The figures of today: what gets worse than them by more than a little fails.

use std::{fs, process::ExitCode};

use serde::Deserialize;

const FILE: &str = "benches/gates/ratchet.toml";
/// A figure may be worse by this share: what a new compiler or dependency does without anybody's fault.
const SLACK: f64 = 0.05;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    figure: Vec<Figure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Figure {
    id: String,
    says: String,
    goal: Option<f64>,
    dev: Option<f64>,
    release: Option<f64>,
}

impl Figure {
    /// What was written down for the profile that this was built with.
    fn written(&self) -> Option<f64> {
        if cfg!(debug_assertions) { self.dev } else { self.release }
    }
}

/// What was written down, and what was found.
pub(crate) struct Ratchet {
    table: Table,
    found: Vec<(String, Option<f64>)>,
}

impl Ratchet {
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(format!("{}/{FILE}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        Self { table: toml::from_str(&text).unwrap_or_else(|it| panic!("{FILE}: {it}")), found: Vec::new() }
    }

    /// Notes a figure; `None` when it could not be measured here.
    pub(crate) fn hold(&mut self, id: &str, found: Option<f64>) {
        self.found.push((id.to_owned(), found));
    }

    /// Compares everything, and says so.
    pub(crate) fn judge(self) -> ExitCode {
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
        let mut worse = 0;
        println!("\nthe ratchet, profile {profile}");
        for figure in &self.table.figure {
            let Figure { id, says, goal, .. } = figure;
            let found = self.found.iter().find(|it| it.0 == *id).unwrap_or_else(|| panic!("{FILE}: what is {id}?"));
            let goal = goal.map(|it| format!(", the goal is {it}")).unwrap_or_default();
            let verdict = match (found.1, figure.written()) {
                (None, _) => "not measured here".to_owned(),
                (Some(found), None) => format!("{found:.2}, and nothing is written down for {profile}"),
                (Some(found), Some(written)) if found > written * (1.0 + SLACK) => {
                    worse += 1;
                    format!("{found:.2} is WORSE than {written}; mend it, or write it down and say why")
                }
                (Some(found), Some(written)) if found < written * (1.0 - SLACK) => {
                    format!("{found:.2} is better than {written}; write it down, so that it stays")
                }
                (Some(found), Some(written)) => format!("{found:.2}, {written} is written down"),
            };
            println!("  {id:22} {verdict}{goal} ({says})");
        }
        let mut unknown = self.found.iter().filter(|it| self.table.figure.iter().all(|figure| figure.id != it.0));
        if let Some((id, _)) = unknown.next() {
            panic!("{FILE} does not hold {id}");
        }
        if worse > 0 {
            println!("{worse} figures are worse than {FILE} says");
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }
}
