//! The clinician's tools: what a change changes and for whom, the booklet, what nobody hears, the generated pages.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Ended, complain, load, load_files, print};
use crate::{
    knowledge::{Choices, Knowledge, Problems, SourceFile},
    release, review,
    review::{Side, Worked, coverage},
    survey::Survey,
};

#[derive(Debug, Subcommand)]
pub(super) enum Tool {
    /// Say what changes for whom between two directories of knowledge.
    ///
    /// Ends with 0 when nothing changes and with 1 when something does; with 65 or 66 when one of them is wrong or cannot
    /// be read.
    Diff(DiffArgs),
    /// Write all of the knowledge as one document for reading and printing.
    Booklet {
        /// Directory with the knowledge, instead of the one in this binary.
        #[arg(long, value_name = "DIR")]
        knowledge: Option<PathBuf>,
        /// Where to write it, instead of standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Say how many surveyed cases and which worked cases hear each rule.
    ///
    /// Ends with 1 when some rule is heard by nobody.
    Coverage {
        /// Directory with the knowledge; without it the knowledge in this binary.
        dir: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Keep the pages that are made from the knowledge true.
    ///
    /// Ends with 1 when one is stale.
    Pages(PagesArgs),
}

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// Directory with the old knowledge; `-` is the one in this binary.
    old: PathBuf,
    /// Directory with the new knowledge; `-` is the one in this binary.
    new: PathBuf,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// Show every way in which cases change, and not only the most common.
    #[arg(long)]
    all: bool,
    /// Survey every two answers together, on one case a pathway, instead of every answer alone.
    #[arg(long)]
    pairs: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct PagesHow {
    /// Say which pages are stale.
    #[arg(long)]
    check: bool,
    /// Write the pages.
    #[arg(long)]
    write: bool,
}

#[derive(Debug, Args)]
pub(super) struct PagesArgs {
    #[command(flatten)]
    how: PagesHow,
    /// Directory with the knowledge.
    #[arg(long, value_name = "DIR", default_value = "knowledge")]
    knowledge: PathBuf,
    /// Directory of the pages.
    #[arg(long, value_name = "DIR", default_value = "docs")]
    docs: PathBuf,
}

/// Ways in which cases change that are shown without being asked for more.
const MOST_SHOWN: usize = 40;

pub(super) fn run(tool: Tool) -> Result<(), Ended> {
    match tool {
        Tool::Diff(args) => diff(&args),
        Tool::Booklet { knowledge, out } => booklet(knowledge.as_deref(), out.as_deref()),
        Tool::Coverage { dir, json } => heard(dir.as_deref(), json),
        Tool::Pages(args) => pages(&args),
    }
}

fn diff(args: &DiffArgs) -> Result<(), Ended> {
    let (old, old_files) = compared(&args.old)?;
    let (new, new_files) = compared(&args.new)?;
    let survey = if args.pairs { Survey::pairs(&[&old, &new]) } else { Survey::of_all(&[&old, &new]) };
    let old = Side { knowledge: &old, files: &old_files };
    let new = Side { knowledge: &new, files: &new_files };
    let difference = review::diff(old, new, &survey);
    if args.json {
        print_json(&difference)?;
    } else {
        print(&difference.in_words(if args.all { usize::MAX } else { MOST_SHOWN }))?;
    }
    different(!difference.is_empty())
}

/// A release to compare: `-` is the one in this binary.
fn compared(path: &Path) -> Result<(Knowledge, Vec<SourceFile>), Ended> {
    let dir = Some(path).filter(|it| *it != Path::new("-"));
    load_files(dir, &Choices::new(), Ended::BadData)
}

fn booklet(dir: Option<&Path>, out: Option<&Path>) -> Result<(), Ended> {
    let knowledge = load(dir, &Choices::new(), Ended::BadData)?;
    let worked = worked(&knowledge, dir)?;
    let text = review::booklet(&knowledge, &worked);
    match out {
        None => print(&text),
        Some(path) => write(path, &text),
    }
}

fn heard(dir: Option<&Path>, json: bool) -> Result<(), Ended> {
    let knowledge = load(dir, &Choices::new(), Ended::BadData)?;
    let survey = Survey::of(&knowledge);
    let rows = coverage(&knowledge, &survey, &worked(&knowledge, dir)?);
    let silent: Vec<&str> = rows.iter().filter(|it| it.is_silent()).map(|it| it.rule.as_str()).collect();
    if json {
        print_json(&rows)?;
    } else {
        print(&review::coverage_in_words(&rows, survey.len()))?;
    }
    different(!silent.is_empty())
}

fn pages(args: &PagesArgs) -> Result<(), Ended> {
    let dir = Some(args.knowledge.as_path());
    let knowledge = load(dir, &Choices::new(), Ended::BadData)?;
    let mut stale = Vec::new();
    for page in review::pages(&knowledge, &worked(&knowledge, dir)?) {
        let path = args.docs.join(page.name);
        if args.how.write {
            write(&path, &page.text)?;
        } else if fs::read_to_string(&path).ok().as_ref() != Some(&page.text) {
            stale.push(format!("{}: is stale; run `cicatrix knowledge pages --write`", path.display()));
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(complain(Ended::Different, &stale.join("\n"))) }
}

fn worked(knowledge: &Knowledge, dir: Option<&Path>) -> Result<Vec<Worked>, Ended> {
    let unreadable = |it: io::Error| complain(Ended::NoInput, &format!("worked cases: {it}"));
    let files = release::worked_cases(dir).map_err(unreadable)?;
    let wrong = |problems| complain(Ended::BadData, &super::in_dir(dir, &Problems(problems)));
    review::worked(knowledge, &files).map_err(wrong)
}

fn write(path: &Path, text: &str) -> Result<(), Ended> {
    if let Some(dir) = path.parent() {
        // Said by the write that follows.
        let _ = fs::create_dir_all(dir);
    }
    fs::write(path, text).map_err(|it| complain(Ended::NoOutput, &format!("{}: {it}", path.display())))
}

fn print_json<T: Serialize>(value: &T) -> Result<(), Ended> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|it| complain(Ended::NoOutput, &format!("standard output: {it}")))?;
    print(&format!("{text}\n"))
}

/// 1 when something is different, as `diff` ends.
fn different(is: bool) -> Result<(), Ended> {
    if is { Err(Ended::Different) } else { Ok(()) }
}
