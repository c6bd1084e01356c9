//! Sets of procedures in as few words as will do: families, and everything but a few.

use std::collections::BTreeSet;

use crate::{
    domain::ProcedureSet,
    knowledge::{Knowledge, Procedure},
    review::words::{listed, plain},
};

/// Most exceptions that are named.
const MOST_EXCEPTIONS: usize = 6;

/// A set of procedures in words.
pub(super) fn in_words(knowledge: &Knowledge, set: ProcedureSet) -> String {
    let names = |fits: &dyn Fn(&Procedure, bool) -> bool| -> Vec<String> {
        let all = knowledge.procedure_ids().filter(|(id, it)| fits(it, set.contains(*id)));
        all.map(|(_, it)| it.name.clone()).collect()
    };
    let at_home = names(&|it, inside| inside && it.sessions.is_none());
    let outside = names(&|it, inside| !inside && it.sessions.is_some());
    let no_home = names(&|it, inside| !inside && it.sessions.is_none());
    if outside.is_empty() && no_home.is_empty() {
        return "everything".to_owned();
    }
    let inside = names(&|it, inside| inside && it.sessions.is_some());
    if outside.len() <= MOST_EXCEPTIONS && inside.len() > outside.len() {
        let except = if outside.is_empty() { String::new() } else { format!(" but {}", listed(&outside, "and")) };
        let home = if at_home.is_empty() { String::new() } else { format!(", and {}", listed(&at_home, "and")) };
        return format!("everything that is done in sessions{except}{home}");
    }
    by_family(knowledge, set)
}

/// Families that are there in full, and the rest by name.
fn by_family(knowledge: &Knowledge, set: ProcedureSet) -> String {
    let families: BTreeSet<&String> = knowledge.procedures().iter().flat_map(|it| &it.families).collect();
    let of = |family: &String| -> BTreeSet<&str> {
        let members = knowledge.procedures().iter().filter(|it| it.families.contains(family));
        members.map(|it| it.name.as_str()).collect()
    };
    let mut left: BTreeSet<&str> =
        knowledge.procedure_ids().filter(|(id, _)| set.contains(*id)).map(|(_, it)| it.name.as_str()).collect();
    let mut families: Vec<(&String, BTreeSet<&str>)> = families.into_iter().map(|it| (it, of(it))).collect();
    // The largest first, so that the fewest words are said.
    families.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    let mut words = Vec::new();
    for (family, members) in families {
        if members.len() > 1 && members.is_subset(&left) {
            left.retain(|it| !members.contains(it));
            words.push(format!("all of the kind \u{201c}{}\u{201d}", plain(family)));
        }
    }
    words.extend(left.into_iter().map(str::to_owned));
    listed(&words, "and")
}
