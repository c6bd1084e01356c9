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
    read_into(dir, "", decides, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Reads what is `wanted` of a directory and of those in it; an editor's hidden files are nobody's knowledge.
fn read_into(dir: &Path, below: &str, wanted: fn(&str) -> bool, files: &mut Vec<SourceFile>) -> io::Result<()> {
    let named = |error: io::Error, path: &Path| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    for entry in fs::read_dir(dir).map_err(|error| named(error, dir))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let below = if below.is_empty() { name } else { format!("{below}/{name}") };
        if path.is_dir() {
            read_into(&path, &below, wanted, files)?;
        } else if wanted(&below) {
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
            read_into(&dir.join(CASES), CASES, |path| !decides(path), &mut files)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What an editor leaves beside a file is nobody's knowledge and no worked case.
    #[test]
    fn hidden_files_are_not_read() -> io::Result<()> {
        let dir = std::env::temp_dir().join(format!("cicatrix-hidden-{}", std::process::id()));
        fs::create_dir_all(dir.join(CASES))?;
        for name in ["release.toml", ".#release.toml", "cases/one.md", "cases/.#one.md"] {
            fs::write(dir.join(name), "text")?;
        }
        let paths = |files: Vec<SourceFile>| files.into_iter().map(|it| it.path).collect::<Vec<_>>();
        let found = (paths(read(&dir)?), paths(worked_cases(Some(&dir))?));
        fs::remove_dir_all(&dir)?;
        assert_eq!(found, (vec!["release.toml".to_owned()], vec!["cases/one.md".to_owned()]));
        Ok(())
    }
}
