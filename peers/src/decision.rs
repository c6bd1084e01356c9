//! The decision: which of 60 rules speak for one group of scars. Invented; no medicine.

/// What is known.
#[derive(Debug, Clone)]
pub struct Input {
    pub scar: &'static str,
    pub severity: i64,
    pub phototype: i64,
    /// In the order of [`FLAGS`].
    pub flags: [bool; 6],
}

pub const SCARS: [&str; 3] = ["ice_pick", "boxcar", "rolling"];
pub const FLAGS: [&str; 6] = ["pregnant", "isotretinoin", "active_acne", "infection", "anticoagulant", "keloid"];
const SEVERITIES: i64 = 3;
const PHOTOTYPES: i64 = 6;

/// One rule.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// A treatment for these scars, unless the flag is up.
    Treat { scar: &'static str, severity: i64, phototype: i64, unless: usize },
    /// Something to wait for.
    Hold { flag: usize },
}

/// 54 treatments and 6 holds.
pub fn rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    for (at, scar) in SCARS.into_iter().enumerate() {
        for severity in 1..=SEVERITIES {
            for phototype in 1..=PHOTOTYPES {
                let unless = (at + usize::try_from(severity + phototype).unwrap_or_default()) % FLAGS.len();
                rules.push(Rule::Treat { scar, severity, phototype, unless });
            }
        }
    }
    rules.extend((0..FLAGS.len()).map(|flag| Rule::Hold { flag }));
    rules
}

/// Every scar, severity and phototype, without a flag, with one, and with two.
pub fn inputs() -> Vec<Input> {
    let mut inputs = Vec::new();
    for (at, scar) in SCARS.into_iter().enumerate() {
        for severity in 1..=SEVERITIES {
            for phototype in 1..=PHOTOTYPES {
                for count in 0..3 {
                    let mut flags = [false; 6];
                    (0..count).for_each(|it| flags[(at + 2 * it) % FLAGS.len()] = true);
                    inputs.push(Input { scar, severity, phototype, flags });
                }
            }
        }
    }
    inputs
}

/// By the table itself.
pub fn decide(input: &Input) -> Vec<usize> {
    thread_local!(static RULES: Vec<Rule> = rules());
    let speaks = |rule: &Rule| match *rule {
        Rule::Treat { scar, severity, phototype, unless } => {
            scar == input.scar && severity == input.severity && phototype == input.phototype && !input.flags[unless]
        }
        Rule::Hold { flag } => input.flags[flag],
    };
    RULES.with(|rules| rules.iter().enumerate().filter(|it| speaks(it.1)).map(|it| it.0).collect())
}
