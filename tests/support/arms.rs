//! Reads the shorthand of published regimens (`SUB>2w>MNRF x3@4w`) and lays each out as sittings in blocks of known days.
//!
//! ```text
//! arm     := course { " & " course }                      courses in the same period, order not stated
//! course  := part { ">" [ range ">" ] part }              one after the other; without a range the wait is not stated
//! part    := sitting [ " alt " sitting ] { word }
//! sitting := code { "+" code }                            in this order
//! word    := "x"n | "x("a"-"b")" | "x("a"+)" | "@"range | "each" | "steps" | a setting, which is passed over
//! range   := n[-n] ("w" | "d")
//! ```

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

/// Days, from the shortest to the longest that was published.
pub type Days = (i32, i32);

/// What is done in one arm, or on one side.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// They run in the same period.
    pub courses: Vec<Vec<Part>>,
}

/// Sittings that repeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The wait since the part before; `None` when there is none or it is not stated.
    pub after: Option<Days>,
    /// One sitting, or two that alternate.
    pub sittings: Vec<Vec<Code>>,
    /// How many of each; the most is `None` when it is open.
    pub count: Option<(i32, Option<i32>)>,
    /// From one sitting to the next.
    pub every: Option<Days>,
}

/// What is done, with the number that it ends in: a strength, a wavelength or a length.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct Code {
    pub base: String,
    pub number: Option<f64>,
}

/// One visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitting {
    /// Days count within a block only: what lies between two blocks is not stated.
    pub block: usize,
    pub day: i32,
    pub codes: Vec<Code>,
}

/// Reads one arm.
pub fn parse(text: &str) -> Result<Arm, String> {
    let courses: Result<Vec<_>, String> = text.split(" & ").map(course).collect();
    courses.map(|courses| Arm { courses }).map_err(|error| format!("{text}: {error}"))
}

fn course(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut after = None;
    for piece in text.split('>').map(str::trim) {
        match days(piece) {
            Some(wait) if !parts.is_empty() && after.is_none() => after = Some(wait),
            Some(_) => return Err(format!("`{piece}` waits for nothing")),
            None => parts.push(Part { after: after.take(), ..part(piece)? }),
        }
    }
    match after {
        Some(_) => Err("nothing follows the last wait".to_owned()),
        None => Ok(parts),
    }
}

fn part(text: &str) -> Result<Part, String> {
    let mut words = text.split_whitespace();
    let mut it = Part { after: None, sittings: Vec::new(), count: None, every: None };
    it.sittings.push(sitting(words.next().ok_or("a part is empty")?)?);
    while let Some(word) = words.next() {
        // `x4@2w` is two words in one.
        let (word, every) = word.split_once('@').map_or((word, None), |(word, every)| (word, Some(every)));
        if let Some(every) = every {
            it.every = Some(days(every).ok_or_else(|| format!("`@{every}` is no interval"))?);
        }
        match word {
            "alt" => it.sittings.push(sitting(words.next().ok_or("nothing alternates")?)?),
            _ if word.starts_with('x') => {
                it.count = Some(count(word).ok_or_else(|| format!("`{word}` is no number of sessions"))?);
            }
            // A setting, for example `20mJ/10%`.
            _ => {}
        }
    }
    Ok(it)
}

fn sitting(text: &str) -> Result<Vec<Code>, String> {
    text.split('+').map(code).collect()
}

fn code(text: &str) -> Result<Code, String> {
    // `AFL_CO2` ends in a digit that is no number.
    let whole = super::codes::meaning(text).is_some();
    let base = if whole { text } else { text.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.') };
    let named = base.starts_with(|it: char| it.is_ascii_uppercase())
        && base.chars().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_');
    if !named {
        return Err(format!("`{text}` is no code"));
    }
    Ok(Code { base: base.to_owned(), number: text[base.len()..].parse().ok() })
}

fn count(word: &str) -> Option<(i32, Option<i32>)> {
    let number = word.strip_prefix('x')?;
    let Some(range) = number.strip_prefix('(').and_then(|it| it.strip_suffix(')')) else {
        let exact = number.parse().ok()?;
        return Some((exact, Some(exact)));
    };
    if let Some(least) = range.strip_suffix('+') {
        return Some((least.parse().ok()?, None));
    }
    let (least, most) = range.split_once('-')?;
    Some((least.parse().ok()?, Some(most.parse().ok()?)))
}

/// `2w`, `8-12w`, `20d`, `0.5w`.
pub fn days(text: &str) -> Option<Days> {
    let (numbers, unit) = match (text.strip_suffix('w'), text.strip_suffix('d')) {
        (Some(numbers), _) => (numbers, 7.0),
        (None, Some(numbers)) => (numbers, 1.0),
        (None, None) => return None,
    };
    let (low, high) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let whole = |it: &str| it.parse::<f64>().ok().map(|it| (it * unit).floor() as i32);
    Some((whole(low)?, whole(high)?))
}

/// The sittings of a course, each wait as short, or as long, as was published.
///
/// `times` is how many sittings there are where the shorthand does not say.
pub fn lay_out(course: &[Part], times: Option<i32>, longest: bool) -> Vec<Sitting> {
    let pick = |days: Days| if longest { days.1 } else { days.0 };
    let mut all: Vec<Sitting> = Vec::new();
    let (mut block, mut day) = (0, 0);
    for part in course {
        match (all.is_empty(), part.after) {
            (true, _) => {}
            (false, Some(wait)) => day += pick(wait),
            (false, None) => (block, day) = (block + 1, 0),
        }
        // A course that repeats does so once at least.
        let open = part.every.map_or(1, |_| 2);
        let most = part.count.map_or(times.unwrap_or(open), |(least, most)| most.unwrap_or(least));
        let each = usize::try_from(most).unwrap_or(1).max(1);
        for (at, codes) in part.sittings.iter().cycle().take(each * part.sittings.len()).enumerate() {
            match (at, part.every) {
                (0, _) => {}
                (_, Some(every)) => day += pick(every),
                (_, None) => (block, day) = (block + 1, 0),
            }
            all.push(Sitting { block, day, codes: codes.clone() });
        }
    }
    all
}
