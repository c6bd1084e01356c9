//! Two releases of the knowledge: the one that is shipped, and one that says something else.

use std::{fs, path::Path};

use cicatrix::{knowledge::Knowledge, release, serve::Service};

/// The release of the binary.
pub(crate) fn shipped() -> Service {
    Service::new(Knowledge::parse(&release::embedded()).unwrap())
}

/// Writes another release into `dir`, in which two sessions of one procedure are usually a week further apart.
pub(crate) fn next(dir: &Path) -> Service {
    let mut files = release::embedded();
    let release = shipped().knowledge().release().to_owned();
    for file in &mut files {
        match file.path.as_str() {
            "release.toml" => file.text = file.text.replace(&release, "9999.1").into(),
            "gaps.toml" => file.text = a_week_later(&file.text).into(),
            _ => {}
        }
    }
    for file in &files {
        let path = dir.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text.as_ref()).unwrap();
    }
    Service::new(Knowledge::parse(&release::read(dir).unwrap()).unwrap())
}

fn a_week_later(gaps: &str) -> String {
    let (before, after) = gaps.split_once(GAP).unwrap();
    let (floor, typical) = after.split_once("typical = \"").unwrap();
    let (weeks, rest) = typical.split_once(' ').unwrap();
    let later = weeks.parse::<u32>().unwrap() + 1;
    format!("{before}{GAP}{floor}typical = \"{later} {rest}")
}

/// The row that is changed.
const GAP: &str = "from = \"mnrf\"\nto = \"mnrf\"\n";
