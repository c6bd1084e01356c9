//! Where the knowledge files come from: the binary itself, or a directory.

use std::{fs, io, path::Path};

use crate::knowledge::{Choices, Knowledge, Problems, ReadFile, SourceFile};

/// Every file that was built in, by path, as the build read it.
static EMBEDDED: &[ReadFile<'static>] = include!(concat!(env!("OUT_DIR"), "/release.rs"));

/// The release that is built into the binary.
pub fn embedded() -> Vec<SourceFile> {
    EMBEDDED.iter().filter(|it| decides(it.path)).map(file).collect()
}

fn file(read: &ReadFile<'static>) -> SourceFile {
    SourceFile { path: read.path.to_owned(), text: read.text.into() }
}

/// The knowledge in `files`; what is as it was when this program was built is not read again.
pub fn knowledge(files: &[SourceFile], choices: &Choices) -> Result<Knowledge, Problems> {
    Knowledge::read_before(files, EMBEDDED, choices)
}

/// The release in a directory. Names that begin with a dot are left out, as a mounted volume makes them.
pub fn read(dir: &Path) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    read_into(dir, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read_into(dir: &Path, below: &str, files: &mut Vec<SourceFile>) -> io::Result<()> {
    let named = |error: io::Error, path: &Path| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    for entry in fs::read_dir(dir).map_err(|error| named(error, dir))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let below = if below.is_empty() { name } else { format!("{below}/{name}") };
        if path.is_dir() {
            read_into(&path, &below, files)?;
        } else if decides(&below) {
            let text = fs::read_to_string(&path).map_err(|error| named(error, &path))?;
            files.push(SourceFile { path: below, text: text.into() });
        }
    }
    Ok(())
}

/// The worked cases of a directory of knowledge, or of the release that is built into the binary.
pub fn worked_cases(dir: Option<&Path>) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    match dir {
        None => {
            let cases = EMBEDDED.iter().filter(|it| !decides(it.path) && Path::new(it.path).starts_with(CASES));
            files.extend(cases.map(file));
        }
        Some(dir) if dir.join(CASES).is_dir() => {
            for entry in fs::read_dir(dir.join(CASES))? {
                let entry = entry?;
                let path = format!("{CASES}/{}", entry.file_name().to_string_lossy());
                if !decides(&path) {
                    files.push(SourceFile { path, text: fs::read_to_string(entry.path())?.into() });
                }
            }
        }
        Some(_) => {}
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Where the worked cases are, below the knowledge.
const CASES: &str = "cases";

/// Does the file decide something? Worked cases and readmes are for people and tests.
fn decides(path: &str) -> bool {
    Path::new(path).extension().is_none_or(|it| it != "md")
}
