//! What is changed: one rule, one number, one word of a condition at a time.

use cicatrix::knowledge::SourceFile;

/// One changed text.
pub struct Mutation {
    /// The rule that is changed.
    pub rule: String,
    pub name: String,
    pub file: usize,
    pub text: String,
    /// Why it alters no answer.
    pub equivalent: Option<&'static str>,
}

/// Changes that cannot alter any answer: what is gone, from the rules that also say this, and why.
const EQUIVALENT: [(&str, &str, &str); 6] = [
    (
        "isotretinoin is stopped",
        "days_since_isotretinoin <",
        "a request that dates the end of a course of which it says anything else is refused",
    ),
    (
        "days_since_raised_scar_session is unknown",
        "previous_complication is hypertrophic_scar",
        "a raised scar is told with the session after which it grew; the word keeps one without a day on the careful side",
    ),
    (
        "vitiligo is stable",
        "days_since_vitiligo_stable",
        "a request that dates the rest of vitiligo that is not stable is refused",
    ),
    (
        "pih_active_in_field is yes",
        "pih_origin is acne_marks",
        "a request that says where brown marks come from that are not there is refused",
    ),
    (
        "(active_acne in (none, mild) or active_acne is unknown)",
        "days_since_acne_quiet < policy acne_quiescence_full_field",
        "a request that has acne and dates its rest is refused",
    ),
    (
        "mild",
        "days_since_acne_quiet < policy acne_quiescence_full_field",
        "a request that has acne and dates its rest is refused; the word keeps the rule in step with ACNE-07-UNKNOWN",
    ),
];

/// Why a change alters no answer, if that is so.
fn equivalent(name: &str, when: &str) -> Option<&'static str> {
    let gone = name.split_once(": when, without ")?.1;
    EQUIVALENT.iter().find(|(word, beside, _)| *word == gone && when.contains(beside)).map(|(_, _, why)| *why)
}

/// Every mutation of the safety rules and of the waits.
pub fn mutations(files: &[SourceFile]) -> Vec<Mutation> {
    let mut all = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let path = file.path.as_str();
        if path.starts_with("safety/") {
            for (start, block) in blocks(&file.text, "[[rule]]") {
                rule_mutations(&mut all, at, &file.text, start, block);
            }
        } else if path.starts_with("gaps") {
            for (start, block) in blocks(&file.text, "[[gap]]") {
                let id = field(block, "rule").unwrap_or_default();
                wait_mutations(&mut all, at, &file.text, start, block, id, &["floor", "plan_min", "typical"]);
            }
            for (start, block) in blocks(&file.text, "[[kind]]") {
                let id = field(block, "rule").unwrap_or_default();
                wait_mutations(&mut all, at, &file.text, start, block, id, &["hold"]);
            }
        } else if path == "policies.toml" {
            for (start, block) in blocks(&file.text, "[[policy]]") {
                let id = field(block, "rule").unwrap_or_default();
                wait_mutations(&mut all, at, &file.text, start, block, id, &["default", "at_least", "at_most"]);
            }
        }
    }
    all
}

fn rule_mutations(all: &mut Vec<Mutation>, file: usize, text: &str, start: usize, block: &str) {
    let id = field(block, "id").unwrap_or_default();
    let mut add = |what: &str, changed: String| {
        if changed != block {
            let text = format!("{}{changed}{}", &text[..start], &text[start + block.len()..]);
            let name = format!("{id}: {what}");
            let equivalent = equivalent(&name, field(block, "when").unwrap_or_default());
            all.push(Mutation { rule: id.to_owned(), name, file, text, equivalent });
        }
    };
    add("removed", String::new());
    let Some(action) = field(block, "action") else { return };
    if action != "warn" {
        let weaker: String = block
            .lines()
            .filter(|it| !it.starts_with("until ") && !it.starts_with("at_visit"))
            .map(|it| if it.starts_with("action ") { "action = \"warn\"" } else { it })
            .map(|it| format!("{it}\n"))
            .collect();
        add("only a warning", weaker);
    }
    let Some(when) = field(block, "when") else { return };
    if when != "always" {
        add(
            "for everybody",
            block.replacen(&format!("\"{when}\""), "\"always\"", 1).replace("if_unknown = \"apply\"\n", ""),
        );
    }
    add("silent when not asked", block.replace("if_unknown = \"apply\"\n", ""));
    for (place, number) in numbers(when) {
        for change in [-1, 1] {
            let moved = format!("{}{}{}", &when[..place], number + change, &when[place + number.to_string().len()..]);
            add(&format!("{number} becomes {}", number + change), block.replacen(when, &moved, 1));
        }
    }
    for (dropped, rest) in shorter_conditions(when) {
        add(&format!("when, without {dropped}"), block.replacen(when, &rest, 1));
    }
    for key in ["procedures", "except"] {
        let Some((from, list)) = list(block, key) else { continue };
        let words: Vec<&str> = list.split(',').map(str::trim).filter(|it| it.starts_with('"')).collect();
        for word in &words {
            let rest: Vec<&str> = words.iter().filter(|it| *it != word).copied().collect();
            let changed = format!("{}{}{}", &block[..from], rest.join(", "), &block[from + list.len()..]);
            add(&format!("{key} without {}", word.trim_matches('"')), changed);
        }
    }
    for key in ["at_most", "start_at"] {
        for (at, line, number) in number_lines(block, key) {
            for (what, change) in [("less", -1.0), ("more", 1.0)] {
                let changed = format!("{}{key} = {}{}", &block[..at], number + change, &block[at + line.len()..]);
                add(&format!("{key} {number} one {what}"), changed);
            }
        }
    }
    add(
        "not settled at the visit",
        block.lines().filter(|it| !it.starts_with("at_visit")).map(|it| format!("{it}\n")).collect(),
    );
    add(
        "without its measures",
        block.lines().filter(|it| !it.starts_with("measures ")).map(|it| format!("{it}\n")).collect(),
    );
    let wait = block.split("wait = \"").nth(1).and_then(|it| it.split('"').next());
    if let Some((wait, shorter)) = wait.and_then(|it| Some((it, shifted(it, -1)?))) {
        add("a week less to wait", block.replacen(wait, &shorter, 1));
    }
}

fn wait_mutations(
    all: &mut Vec<Mutation>,
    file: usize,
    text: &str,
    start: usize,
    block: &str,
    id: &str,
    keys: &[&str],
) {
    for key in keys {
        let Some(wait) = field(block, key) else { continue };
        for change in [-1, 1] {
            let Some(moved) = shifted(wait, change) else { continue };
            let line = block.lines().find(|it| it.split('=').next().is_some_and(|it| it.trim() == *key)).unwrap();
            let changed = block.replacen(line, &format!("{key} = \"{moved}\""), 1);
            let text = format!("{}{changed}{}", &text[..start], &text[start + block.len()..]);
            all.push(Mutation {
                rule: id.to_owned(),
                name: format!("{id}: {key} {wait} becomes {moved}"),
                file,
                text,
                equivalent: None,
            });
        }
    }
}

/// "4 weeks" as 3 or 5 weeks.
fn shifted(wait: &str, change: i32) -> Option<String> {
    let (number, unit) = wait.split_once(' ')?;
    let number: i32 = number.parse().ok()?;
    (number + change > 0).then(|| format!("{} {unit}", number + change))
}

/// The tables of one name, with where they begin.
fn blocks<'t>(text: &'t str, head: &str) -> Vec<(usize, &'t str)> {
    let starts: Vec<usize> = text.match_indices(&format!("\n{head}")).map(|(at, _)| at + 1).collect();
    let tables: Vec<usize> = text
        .match_indices("\n[[")
        .map(|(at, _)| at + 1)
        .filter(|at| !text[*at..].starts_with("[[rule.") && !text[*at..].starts_with("[[gap."))
        .collect();
    starts
        .iter()
        .map(|start| {
            let end = tables.iter().find(|it| *it > start).copied().unwrap_or(text.len());
            (*start, &text[*start..end])
        })
        .collect()
}

fn field<'b>(block: &'b str, key: &str) -> Option<&'b str> {
    let line = block.lines().find(|it| it.split('=').next().is_some_and(|it| it.trim() == key))?;
    let (_, value) = line.split_once('=')?;
    value.trim().strip_prefix('"')?.strip_suffix('"')
}

/// The lines of one key that hold a number, with their places.
fn number_lines<'b>(block: &'b str, key: &str) -> Vec<(usize, &'b str, f64)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in block.split('\n') {
        if let Some((name, value)) = line.split_once('=')
            && name.trim() == key
            && let Ok(number) = value.trim().parse()
        {
            found.push((at, line, number));
        }
        at += line.len() + 1;
    }
    found
}

/// What stands between the brackets of a list, and where.
fn list<'b>(block: &'b str, key: &str) -> Option<(usize, &'b str)> {
    let line = block.lines().find(|it| it.split('=').next().is_some_and(|it| it.trim() == key))?;
    let start = line.as_ptr() as usize - block.as_ptr() as usize;
    let from = start + block[start..].find('[')? + 1;
    Some((from, &block[from..from + block[from..].find(']')?]))
}

/// The same condition without one word of a list, one alternative or one demand, which comes first.
fn shorter_conditions(when: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open = vec![(0, false)];
    for (at, letter) in when.char_indices().chain([(when.len(), ')')]) {
        if letter == '(' {
            open.push((at + 1, when[..at].ends_with("in ")));
        }
        if letter != ')' {
            continue;
        }
        let (from, is_list) = open.pop().unwrap();
        let inner = &when[from..at];
        let between = if is_list {
            ", "
        } else if split(inner, " or ").len() > 1 {
            " or "
        } else {
            " and "
        };
        let parts = split(inner, between);
        for gone in (0..parts.len()).filter(|_| parts.len() > 1) {
            let rest: Vec<&str> = parts.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, it)| *it).collect();
            let rest = format!("{}{}{}", &when[..from], rest.join(between), &when[at..]);
            all.push((parts[gone].to_owned(), rest));
        }
    }
    all
}

/// Splits where no bracket is open.
fn split<'t>(text: &'t str, between: &str) -> Vec<&'t str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && at >= from && text[at..].starts_with(between) => {
                parts.push(&text[from..at]);
                from = at + between.len();
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// Whole numbers in a condition, with their places.
fn numbers(when: &str) -> Vec<(usize, i64)> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in when.split(' ') {
        if let Ok(number) = word.parse::<i64>() {
            found.push((at, number));
        }
        at += word.len() + 1;
    }
    found
}
