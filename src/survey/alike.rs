//! Which cases no condition can tell apart: what is left of every condition once some facts are settled.

use crate::{
    domain::{DepthClass, Fact, Facts, Predicate, ScarType, Truth},
    knowledge::Knowledge,
};

/// What is left of `when` once the facts in `settled` are as `facts` says. Equal rests act alike on everybody.
pub(super) fn rest(when: &Predicate, settled: &[Fact], facts: &Facts) -> Predicate {
    let never = || Predicate::Not(Box::new(Predicate::Always));
    match when {
        Predicate::Always => Predicate::Always,
        Predicate::Not(part) => {
            let part = rest(part, settled, facts);
            if let Predicate::Not(inner) = part { *inner } else { Predicate::Not(Box::new(part)) }
        }
        Predicate::All(parts) => {
            let mut left: Vec<Predicate> = parts.iter().map(|it| rest(it, settled, facts)).collect();
            if left.contains(&never()) {
                return never();
            }
            left.retain(|it| *it != Predicate::Always);
            only(left, Predicate::Always, Predicate::All)
        }
        Predicate::Any(parts) => {
            let mut left: Vec<Predicate> = parts.iter().map(|it| rest(it, settled, facts)).collect();
            if left.contains(&Predicate::Always) {
                return Predicate::Always;
            }
            left.retain(|it| *it != never());
            only(left, never(), Predicate::Any)
        }
        Predicate::Known(fact)
        | Predicate::Yes(fact)
        | Predicate::Word(fact, _)
        | Predicate::Number(fact, ..)
        | Predicate::DaysAgo(fact, ..) => {
            if !settled.contains(fact) {
                return when.clone();
            }
            match when.holds(facts, 0) {
                Truth::Yes => Predicate::Always,
                Truth::No => never(),
                // Settled as not asked: the question stays open.
                Truth::Unknown => when.clone(),
            }
        }
    }
}

fn only(mut parts: Vec<Predicate>, none: Predicate, many: fn(Vec<Predicate>) -> Predicate) -> Predicate {
    match parts.len() {
        0 => none,
        1 => parts.swap_remove(0),
        _ => many(parts),
    }
}

/// What decides how a case fares once some facts are settled: the rests of all conditions.
pub(super) fn rests(conditions: &[&Predicate], settled: &[Fact], facts: &Facts) -> Vec<Predicate> {
    conditions.iter().map(|it| rest(it, settled, facts)).collect()
}

/// One of each set of items with equal keys, the first, in order.
pub(super) fn one_of_each<T: Clone, K: PartialEq>(items: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut keys: Vec<K> = Vec::new();
    let mut kept = Vec::new();
    for item in items {
        let key = key(item);
        if !keys.contains(&key) {
            keys.push(key);
            kept.push(item.clone());
        }
    }
    kept
}

/// The facts of a scar that is called so.
pub(super) fn label(scar_type: ScarType, depth: DepthClass) -> Facts {
    let mut facts = Facts::default();
    facts.set_word(Fact::ScarType, scar_type.into());
    facts.set_word(Fact::DepthClass, depth.into());
    facts
}

/// The facts that [`label`] settles.
pub(super) const LABEL: [Fact; 2] = [Fact::ScarType, Fact::DepthClass];

/// How well each procedure works on scars called so, by knowledge and procedure.
pub(super) fn strengths(knowledge: &[&Knowledge], scar_type: ScarType, depth: DepthClass) -> Vec<Vec<u8>> {
    let fits = |it: &crate::knowledge::TypeStrength| {
        it.scar_type == scar_type && it.depth_class.is_none_or(|class| class == depth)
    };
    let all = knowledge.iter().flat_map(|it| it.procedures());
    all.map(|it| it.strengths.iter().filter(|row| fits(row)).map(|row| row.strength as u8).collect()).collect()
}

/// Is a pathway open to scars called so?
pub(super) fn treated(knowledge: &[&Knowledge], scar_type: ScarType, depth: DepthClass) -> bool {
    let facts = label(scar_type, depth);
    let never = Predicate::Not(Box::new(Predicate::Always));
    let left = |when: &Predicate| rest(when, &LABEL, &facts);
    knowledge.iter().any(|it| {
        let referred =
            it.referrals().iter().filter_map(|it| it.answers.as_ref()).any(|it| left(it) == Predicate::Always);
        !referred && it.pathways().iter().any(|it| left(&it.answers) != never)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{LABEL, label, rest};
    use crate::domain::{Comparison, DepthClass, Fact, Predicate, ScarType};

    #[test]
    fn what_is_settled_falls_away() {
        let deep = Predicate::Word(Fact::DepthClass, Fact::DepthClass.word("deep").unwrap());
        let old = Predicate::Number(Fact::AgeYears, Comparison::AtLeast, 18_000);
        let both = Predicate::All(vec![deep.clone(), old.clone()]);
        let never = Predicate::Not(Box::new(Predicate::Always));
        let facts = |depth| label(ScarType::Boxcar, depth);
        assert_eq!(rest(&both, &LABEL, &facts(DepthClass::Deep)), old);
        assert_eq!(rest(&both, &LABEL, &facts(DepthClass::Shallow)), never);
        let either = Predicate::Any(vec![deep.clone(), old.clone()]);
        assert_eq!(rest(&either, &LABEL, &facts(DepthClass::Deep)), Predicate::Always);
        assert_eq!(rest(&either, &LABEL, &facts(DepthClass::Shallow)), old);
        let not = Predicate::Not(Box::new(Predicate::Not(Box::new(old.clone()))));
        assert_eq!(rest(&not, &LABEL, &facts(DepthClass::Deep)), old);
    }
}
