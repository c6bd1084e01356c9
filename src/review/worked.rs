//! The worked cases: what a clinician wrote about one patient, and the case in it.

use crate::{
    domain::Case,
    knowledge::{Knowledge, Problem, SourceFile},
    wire,
};

/// One worked case.
#[derive(Debug, Clone)]
pub struct Worked {
    /// The name of its file, without the ending.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// The patient.
    pub case: Case,
}

/// Where the patient of a worked case begins.
const OPENS: &str = "```toml case\n";
/// Where it ends.
const CLOSES: &str = "\n```";

/// Reads the worked cases among `files`, in the order of their names; readmes are left out.
pub fn worked(knowledge: &Knowledge, files: &[SourceFile]) -> Result<Vec<Worked>, Vec<Problem>> {
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let Some(name) = name.strip_suffix(".md").filter(|it| *it != "README") else { continue };
        match read(knowledge, name, file) {
            Ok(case) => cases.push(case),
            Err(problem) => problems.push(problem),
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

fn read(knowledge: &Knowledge, name: &str, file: &SourceFile) -> Result<Worked, Problem> {
    let problem = |line: usize, message: String| Problem { path: file.path.clone(), line, message };
    let title = file.text.lines().next().and_then(|it| it.strip_prefix("# "));
    let Some(title) = title else { return Err(problem(1, "begin with a heading, as `# Title`".to_owned())) };
    let Some((before, rest)) = file.text.split_once(OPENS) else {
        return Err(problem(1, "write the patient as a block that begins with ```toml case".to_owned()));
    };
    // The line after the one that opens the block.
    let line = before.lines().count().saturating_add(2);
    let Some((block, _)) = rest.split_once(CLOSES) else {
        return Err(problem(line, "end the block of the patient with ```".to_owned()));
    };
    let request: wire::v1::GenerateProtocolRequest = toml::from_str(block).map_err(|it| {
        let above = it.span().and_then(|it| block.get(..it.start)).map_or(0, |it| it.matches('\n').count());
        problem(line.saturating_add(above), it.message().lines().next().unwrap_or_default().to_owned())
    })?;
    let case = wire::case(knowledge.vocabulary(), &request).map_err(|it| {
        let first = it.violations.first().map(|it| format!("{} {}", it.field, it.description));
        problem(line, first.unwrap_or_default())
    })?;
    Ok(Worked { name: name.to_owned(), title: title.trim().to_owned(), case })
}
