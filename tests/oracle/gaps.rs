//! How far apart two sessions stand on the same skin: the matrix of the dossier, and the rulings that changed it.

/// Row = done first, column = done next: least/typical weeks, then where the number comes from. S is a study that was
/// read; I, D and E are inferred, derived and expert cells.
const MATRIX: &str = "
      SUB   PUN   CRH   CRL   MN    MNRF  AFL   NAFL  PICO  PRP   PEEL
SUB   4/8S  2/4E  2/4D  2/3I  2/3I  2/2S  3/4I  2/4D  2/4D  2/2D  2/4D
PUN   4/4E  4/4E  4/4E  4/4E  4/4E  4/4E  4/6E  4/4E  4/4E  2/2E  4/4E
CRH   4/4D  4/4E  2/4S  4/4D  4/4D  4/4D  4/6D  4/4D  4/4D  2/2D  4/4D
CRL   3/4D  3/4E  3/4D  4/6I  2/3S  3/4D  3/5D  3/4D  3/4D  2/2D  3/4D
MN    2/4D  2/4E  2/4D  2/3S  2/4S  2/4D  2/4D  2/4D  2/4D  2/2D  2/2S
MNRF  4/4D  4/4E  4/4D  4/4D  4/4D  3/4S  4/6D  4/4D  4/4D  2/2D  4/4D
AFL   4/4D  4/6E  4/6D  4/6D  4/4D  4/6D  3/4S  4/6D  4/6D  2/2I  4/4D
NAFL  4/4D  4/4E  4/4D  4/4D  4/4D  4/4D  4/6D  4/4S  4/4D  2/2D  4/4D
PICO  4/4D  4/4E  4/4D  4/4D  4/4D  4/4D  4/6D  4/4D  4/4S  2/2D  4/4D
PRP   2/2D  2/2E  2/2D  2/2D  2/2D  2/2D  2/2I  2/2D  2/2D  2/4S  2/2D
PEEL  2/4D  2/4E  2/4D  2/4D  2/2S  2/4D  2/4D  2/4D  2/4D  2/2D  2/2S
";

/// Days between two sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The generator never goes below it.
    pub least: i32,
    pub typical: i32,
}

/// What about the skin lengthens a wait.
#[derive(Debug, Clone, Copy)]
pub struct Skin {
    /// Phototypes IV to VI.
    pub dark: bool,
    /// Priming is on record.
    pub primed: bool,
    /// Chest, back or shoulder.
    pub trunk: bool,
}

/// The code of a procedure in the matrix.
pub fn code(procedure: &str, tca_percent: f64) -> Option<&'static str> {
    Some(match procedure {
        "subcision" => "SUB",
        "punch-excision" | "punch-elevation" | "punch-grafting" => "PUN",
        // "High" from 65 % up.
        "tca-cross" if tca_percent >= 65.0 => "CRH",
        "tca-cross" => "CRL",
        "microneedling" => "MN",
        "mnrf" => "MNRF",
        "ablative-fractional-laser" => "AFL",
        "non-ablative-fractional-laser" => "NAFL",
        "picosecond-fractional-laser" => "PICO",
        "prp" | "gfc" => "PRP",
        "peel-superficial-aha" | "peel-superficial-bha" => "PEEL",
        _ => return None,
    })
}

/// "Dermabrasion, phenol to any resurfacing: 26", longer by what the skin adds; platelets follow after four weeks.
pub fn after_dermabrasion(to: &str, skin: Skin) -> i32 {
    let weeks = if to == "PRP" { 4 } else { 26 };
    // It marks the skin as the fractional ablative laser does, and so counts like it.
    let pigment = if skin.dark && to != "PRP" { 2 } else { 0 };
    7 * (weeks + pigment + if skin.trunk { 2 } else { 0 })
}

/// The gap between two procedures on one skin.
pub fn gap(from: &str, to: &str, skin: Skin) -> Gap {
    let Skin { dark, primed, trunk } = skin;
    let mut lines = MATRIX.lines().filter(|it| !it.is_empty());
    let column = lines.next().unwrap().split_whitespace().position(|it| it == to).unwrap();
    let row = lines.find(|it| it.split_whitespace().next() == Some(from)).unwrap();
    let cell = row.split_whitespace().nth(column + 1).unwrap();
    let (weeks, basis) = cell.split_at(cell.len() - 1);
    let (least, typical) = weeks.split_once('/').unwrap();
    let (mut least, mut typical): (i32, i32) = (least.parse().unwrap(), typical.parse().unwrap());
    let strong = |it: &str| matches!(it, "AFL" | "CRH");
    let mut add = basis != "S" && (strong(from) || strong(to)) && from != "PRP" && to != "PRP";
    match (from, to) {
        // "Low to low 2/4."
        ("CRL", "CRL") => (least, typical, add) = (2, 4, false),
        // Acid after acid: floor 2; plan minimum 4, or 2 where priming is recorded; typical 4. A weaker acid never waits
        // longer than a stronger one.
        ("CRH" | "CRL", "CRH" | "CRL") => {
            let unprimed = if from == "CRH" { 4 } else { least.min(4) };
            (least, typical, add) = (if primed { 2 } else { unprimed }, 4, false);
        }
        // Floor 3; plan minimum 3, in IV-VI 4.
        ("MNRF", "MNRF") => least = if dark { 4 } else { 3 },
        // Floor 3; plan minimum 4, in IV-VI 6 and never 8: the two weeks count once.
        ("AFL", "AFL") => (least, add) = (if dark { 6 } else { 4 }, false),
        // Staged 4 floor, 6 plan.
        ("AFL", "MNRF") => least = 6,
        // "Spacing lives only in the gap matrix": PRI-12 asks for three weeks after needling before a device;
        // needling after needling has its own ruling, "floor 2, typical 4".
        ("MN", "MNRF" | "AFL" | "NAFL" | "PICO") => least = 3,
        // Floor 3, typical 4.
        ("SUB", "SUB") => (least, typical) = (3, 4),
        _ => {}
    }
    // Phototypes IV-VI add two weeks to the plan minimum, once for a pair; the expert cases (MNRF to AFL in IV: 6, usually
    // 8) and the matrix add them to the typical wait too.
    if add && dark {
        (least, typical) = (least + 2, typical + 2);
    }
    // "Trunk: gap + 2."
    if trunk {
        (least, typical) = (least + 2, typical + 2);
    }
    Gap { least: 7 * least, typical: 7 * typical.max(least) }
}
