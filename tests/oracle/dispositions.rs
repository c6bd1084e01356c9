//! Compares how each procedure fares at each site.

use cicatrix::wire::v1::{self, Disposition};

use super::{
    compare::Findings,
    gaps,
    person::Person,
    procedures::{KIN, rule_code},
    rules::{Action, rules},
    verdicts::{GAPS, Until, hear},
};

/// What the answer says of one procedure on one group.
pub struct Said {
    pub action: Action,
    pub until: Option<Until>,
    pub rules: Vec<String>,
}

pub fn said(answer: &v1::GenerateProtocolResponse, procedure: &str, group: &str) -> Option<Said> {
    let all = answer.dispositions.iter().filter(|it| it.procedure == procedure);
    let mut all = all.filter(|it| it.scar_ids.iter().any(|id| id == group));
    let found = all.next()?;
    assert!(all.next().is_none(), "{procedure} fares in two ways on {group}");
    let action = match found.disposition() {
        Disposition::Unspecified => panic!("{procedure}: unspecified"),
        Disposition::Excluded => Action::Exclude,
        Disposition::Deferred => Action::Defer,
        Disposition::NeedsClearance => Action::Clearance,
        Disposition::Modified => Action::Modify,
        Disposition::Warned => Action::Warn,
        Disposition::Allowed => Action::Allow,
    };
    let until = match (found.until_day, found.until_event.is_empty()) {
        (Some(day), true) => Some(Until::Day(day)),
        // With an event, the day is when to ask again.
        (_, false) => Some(Until::Event),
        (None, true) => None,
    };
    Some(Said { action, until, rules: found.reasons.iter().map(|it| it.rule.clone()).collect() })
}

/// Rules beyond the 233 that make the service stricter, and why.
pub const STRICTER: [(&str, &str); 10] = [
    ("ACNE-11", "what is no scar is not touched (service rule of section 1.5 of the classification)"),
    ("AGE-10", "age is a required fact, and each that is missing asks for clearance; AGE-09 is silent with a consent"),
    ("IND-06", "punch is not offered beyond 10 to 15 pits (ruling on numbers)"),
    ("SITE-09-CHIN", "the review of depths is silent on the chin, which lies between mouth and jaw"),
    ("SITE-15", "what SITE-01 says of needles holds for plasma that is injected"),
    ("SITE-17", "the products say that eyelids and lips are left out"),
    ("VIT-05", "hydroquinone can take colour away (practice)"),
    ("THEATRE-01", "rotary dermabrasion and full ablation belong in an operating theatre (guideline of 2008, ADJ-200)"),
    ("THEATRE-02", "and so does a phenol peel (R-007)"),
    ("THEATRE-03", "whether there is one was not asked"),
];

/// Compares every procedure on every group.
pub fn compare(found: &mut Findings, who: &str, person: &Person, answer: &v1::GenerateProtocolResponse) {
    let mut ids: Vec<&str> = answer.dispositions.iter().map(|it| it.procedure.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    for group in person.groups.iter().filter(|it| it.kind.is_sunken()) {
        let heard = hear(person, group, 0);
        for procedure in ids.iter().filter(|it| rule_code(it).is_some()) {
            let ours = heard.verdict(procedure);
            let Some(theirs) = said(answer, procedure, group.id) else {
                found.tell(format!("       {procedure} is silently dropped on {}", group.id), who);
                continue;
            };
            found.procedures += 1;
            if let Some(silent) = ours.said.iter().find(|it| !is_told(it.0, &theirs)) {
                found.tell(format!("       {procedure}: {} fires and is not among {:?}", silent.0, theirs.rules), who);
            }
            let heard: Vec<&str> = ours.said.iter().map(|(id, _, _)| *id).collect();
            if let Some(rule) = beyond(&theirs, &heard) {
                found.tell(format!("       {procedure}: the service says {rule}, and it does not fire"), who);
            }
            let same = (theirs.action, theirs.until) == (ours.action, ours.until);
            let named = theirs.rules.iter().any(|rule| STRICTER.iter().any(|(id, _)| id == rule));
            // What stands outside the matrix of the dossier waits as long as the service says, and never less than the rules.
            let outside = gaps::code(procedure, 100.0).is_none() && is_spaced(&theirs);
            let stricter = (theirs.action, theirs.until) > (ours.action, ours.until);
            if same || stricter && outside || theirs.action > ours.action && named {
                continue;
            }
            let strict: Vec<&str> = ours.said.iter().filter(|it| it.1 == ours.action).map(|(id, _, _)| *id).collect();
            let cause = format!(
                "       {procedure}: we say {:?} {:?} by {strict:?}, the service {:?} {:?} by {:?}",
                ours.action,
                ours.until,
                theirs.action,
                theirs.until,
                theirs.rules.first()
            );
            found.tell(cause, who);
        }
        for kin in &KIN {
            let ours = heard.kin(kin);
            let procedure = kin.procedure;
            let Some(theirs) = said(answer, procedure, group.id) else {
                found.tell(format!("       {procedure} is silently dropped on {}", group.id), who);
                continue;
            };
            found.procedures += 1;
            // How it is spaced is on the signed page of waits.
            let spacing = |it: &&str| *it == GAPS || SPACING.contains(it);
            if let Some(silent) = ours.iter().find(|it| !spacing(it) && !is_told(it, &theirs)) {
                found.tell(format!("       {procedure}: {silent} fires and is not among {:?}", theirs.rules), who);
            }
            if let Some(rule) = beyond(&theirs, &ours) {
                found.tell(format!("       {procedure}: the service says {rule}, and it does not fire"), who);
            }
        }
    }
}

/// A rule of the dossier that the service says although it does not fire. Rules of our own are held elsewhere.
fn beyond<'a>(theirs: &'a Said, ours: &[&str]) -> Option<&'a str> {
    let more = theirs.rules.iter().filter(|it| !ours.contains(&it.as_str()));
    more.map(String::as_str).find(|it| rules().iter().any(|rule| rule.id == **it))
}

/// Rules of the dossier that the service says under another name.
const RENAMED: [(&str, &[&str]); 4] = [
    // Broad boxcar scars: by their width.
    ("IND-01", &["IND-08"]),
    // Brown marks and acid: of a procedure, or of acne.
    ("PIH-01", &["PIH-06", "PIH-07"]),
    ("PIH-02", &["PIH-06"]),
    // A lip has no depth: it is no place for these needles.
    ("SITE-09", &["SITE-10"]),
];

/// The rules that were compiled into the gap matrix.
const SPACING: [&str; 6] = ["PRI-08", "PRI-09", "PRI-10", "PRI-11", "PRI-12", "PRI-13"];

fn is_spaced(theirs: &Said) -> bool {
    theirs.rules.iter().any(|it| it.starts_with("GAP-") || it.starts_with("HOLD-"))
}

/// "All fired codes are reported": under its own id, with an addition, or under the rule that took its place.
fn is_told(rule: &str, theirs: &Said) -> bool {
    if rule == GAPS || SPACING.contains(&rule) {
        return is_spaced(theirs);
    }
    let renamed = RENAMED.iter().find(|(it, _)| *it == rule).map_or(&[][..], |(_, other)| *other);
    let is = |it: &String| it == rule || it.starts_with(&format!("{rule}-")) || renamed.contains(&it.as_str());
    theirs.rules.iter().any(is)
}
